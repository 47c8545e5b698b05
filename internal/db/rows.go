package db

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"entgo.io/ent/dialect"
	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/viewer"
)

// Rows are many rows of one table of a tenant, to be inserted or changed without ent's cost
// for each: on PostgreSQL by one statement with an array per column, on SQLite by statements
// of several rows. They are always of the viewer's organization, which is no column of them.
//
// Unlike ent it asks no row rule: what is changed was read by the viewer in the same
// transaction, and the caller checks the values.
type Rows struct {
	table   string
	n       int
	columns []rowColumn
	written map[uuid.UUID]bool // ids that the statements give; nil: they give none
}

// rowColumn is a column: as one array, and as the value of each row.
type rowColumn struct {
	name, as string
	array    func() any
	value    func(i int) any
}

// NewRows begins n rows of a table.
func NewRows(table string, n int) *Rows { return &Rows{table: table, n: n} }

// ID adds a column of ids.
func (r *Rows) ID(name string, get func(i int) uuid.UUID) *Rows {
	return r.column(name, "uuid", func() any {
		out := make([][16]byte, r.n)
		for i := range out {
			out[i] = get(i)
		}
		return out
	}, func(i int) any { return get(i) })
}

// NullID adds a column of ids, some of them null.
func (r *Rows) NullID(name string, get func(i int) *uuid.UUID) *Rows {
	return r.column(name, "uuid", func() any {
		out := make([]*[16]byte, r.n)
		for i := range out {
			out[i] = (*[16]byte)(get(i))
		}
		return out
	}, func(i int) any { return orNil(get(i)) })
}

// Text adds a column of texts.
func (r *Rows) Text(name string, get func(i int) string) *Rows {
	return r.column(name, "text", func() any {
		out := make([]string, r.n)
		for i := range out {
			out[i] = get(i)
		}
		return out
	}, func(i int) any { return get(i) })
}

// NullText adds a column of texts, some of them null.
func (r *Rows) NullText(name string, get func(i int) *string) *Rows {
	return r.column(name, "text", func() any {
		out := make([]*string, r.n)
		for i := range out {
			out[i] = get(i)
		}
		return out
	}, func(i int) any { return orNil(get(i)) })
}

// Int adds a column of whole numbers.
func (r *Rows) Int(name string, get func(i int) int) *Rows {
	return r.column(name, "bigint", func() any {
		out := make([]int64, r.n)
		for i := range out {
			out[i] = int64(get(i))
		}
		return out
	}, func(i int) any { return int64(get(i)) })
}

// NullInt adds a column of whole numbers, some of them null.
func (r *Rows) NullInt(name string, get func(i int) *int) *Rows {
	return r.column(name, "bigint", func() any {
		out := make([]*int64, r.n)
		for i := range out {
			if v := get(i); v != nil {
				wide := int64(*v)
				out[i] = &wide
			}
		}
		return out
	}, func(i int) any { return orNil(get(i)) })
}

// Bool adds a column of truths.
func (r *Rows) Bool(name string, get func(i int) bool) *Rows {
	return r.column(name, "boolean", func() any {
		out := make([]bool, r.n)
		for i := range out {
			out[i] = get(i)
		}
		return out
	}, func(i int) any { return get(i) })
}

// Time adds a column of the same time in every row.
func (r *Rows) Time(name string, at time.Time) *Rows {
	return r.NullTime(name, func(int) *time.Time { return &at })
}

// NullTime adds a column of times, some of them null.
func (r *Rows) NullTime(name string, get func(i int) *time.Time) *Rows {
	return r.column(name, "timestamptz", func() any {
		out := make([]*time.Time, r.n)
		for i := range out {
			out[i] = get(i)
		}
		return out
	}, func(i int) any { return orNil(get(i)) })
}

// JSON adds a column of JSON, null where there is none.
func (r *Rows) JSON(name string, get func(i int) json.RawMessage) *Rows {
	return r.column(name, "jsonb", func() any {
		out := make([]*string, r.n)
		for i := range out {
			if raw := get(i); raw != nil {
				text := string(raw)
				out[i] = &text
			}
		}
		return out
	}, func(i int) any {
		if raw := get(i); raw != nil {
			return []byte(raw)
		}
		return nil
	})
}

func (r *Rows) column(name, as string, array func() any, value func(int) any) *Rows {
	r.columns = append(r.columns, rowColumn{name, as, array, value})
	return r
}

func orNil[T any](v *T) any {
	if v == nil {
		return nil
	}
	return *v
}

// Insert writes the rows.
func (r *Rows) Insert(ctx context.Context, tx *ent.Tx) error {
	return r.insert(ctx, tx, "")
}

// InsertNew writes the rows but those whose value of the unique key (organization, column) is
// taken, because a unique key that is broken would end a transaction of PostgreSQL. It gives
// the ids of those that were written.
func (r *Rows) InsertNew(ctx context.Context, tx *ent.Tx, column string) (written map[uuid.UUID]bool, err error) {
	r.written = make(map[uuid.UUID]bool, r.n)
	err = r.insert(ctx, tx, fmt.Sprintf(` ON CONFLICT (organization_id, %q) DO NOTHING RETURNING "id"`, column))
	return r.written, err
}

func (r *Rows) insert(ctx context.Context, tx *ent.Tx, conflict string) error {
	head := fmt.Sprintf(`INSERT INTO %q ("organization_id", %s)`, r.table, r.names(""))
	if dialectOf(ctx) == dialect.Postgres {
		return r.exec(ctx, tx, head+` SELECT $1::uuid, `+r.names("v.")+` FROM `+r.arrays()+conflict, r.args(ctx)...)
	}
	return r.inParts(ctx, tx, func(marks string) string { return head + ` VALUES ` + marks + conflict }, true)
}

// Update changes the rows that have the ids of the first column, every other column.
func (r *Rows) Update(ctx context.Context, tx *ent.Tx) error {
	set := make([]string, 0, len(r.columns))
	for i, c := range r.columns[1:] {
		from := fmt.Sprintf(`v.%q`, c.name)
		if dialectOf(ctx) != dialect.Postgres {
			from = fmt.Sprintf("v.column%d", i+2)
		}
		set = append(set, fmt.Sprintf(`%q = %s`, c.name, from))
	}
	head := fmt.Sprintf(`UPDATE %q SET %s FROM `, r.table, strings.Join(set, ", "))
	if dialectOf(ctx) == dialect.Postgres {
		return r.exec(ctx, tx, head+r.arrays()+fmt.Sprintf(` WHERE %q."organization_id" = $1 AND %q."id" = v."id"`, r.table, r.table), r.args(ctx)...)
	}
	return r.inParts(ctx, tx, func(marks string) string {
		return head + `(VALUES ` + marks + `) AS v WHERE ` +
			fmt.Sprintf(`%q."organization_id" = '%s' AND %q."id" = v.column1`, r.table, viewer.From(ctx).Organization, r.table)
	}, false)
}

// names are the columns' names, each behind a prefix.
func (r *Rows) names(prefix string) string {
	out := make([]string, len(r.columns))
	for i, c := range r.columns {
		out[i] = fmt.Sprintf("%s%q", prefix, c.name)
	}
	return strings.Join(out, ", ")
}

// arrays are the columns as a table of PostgreSQL's. JSON comes as text.
func (r *Rows) arrays() string {
	in, out := make([]string, len(r.columns)), make([]string, len(r.columns))
	for i, c := range r.columns {
		in[i], out[i] = fmt.Sprintf("$%d::%s[]", i+2, c.as), fmt.Sprintf("%q", c.name)
		if c.as == "jsonb" {
			in[i], out[i] = fmt.Sprintf("$%d::text[]", i+2), fmt.Sprintf("%q::jsonb", c.name)
		}
	}
	return fmt.Sprintf("(SELECT %s FROM unnest(%s) AS a(%s)) AS v", strings.Join(out, ", "), strings.Join(in, ", "), r.names(""))
}

func (r *Rows) args(ctx context.Context) []any {
	args := []any{[16]byte(viewer.From(ctx).Organization)}
	for _, c := range r.columns {
		args = append(args, c.array())
	}
	return args
}

// parameters of one statement of SQLite. It takes 32,766; shorter ones are planned faster.
const parameters = 4000

// inParts runs statements over some rows each; with organization it is the first value.
func (r *Rows) inParts(ctx context.Context, tx *ent.Tx, query func(marks string) string, organization bool) error {
	width, args := len(r.columns), []any(nil)
	if organization {
		width++
	}
	row, most := "("+strings.Repeat("?, ", width-1)+"?)", max(1, parameters/width)
	for start := 0; start < r.n; start += most {
		end := min(start+most, r.n)
		args = args[:0]
		for i := start; i < end; i++ {
			if organization {
				args = append(args, viewer.From(ctx).Organization)
			}
			for _, c := range r.columns {
				args = append(args, c.value(i))
			}
		}
		if err := r.exec(ctx, tx, query(strings.Repeat(row+", ", end-start-1)+row), args...); err != nil {
			return err
		}
	}
	return nil
}

func (r *Rows) exec(ctx context.Context, tx *ent.Tx, query string, args ...any) error {
	if r.n == 0 {
		return nil
	}
	if viewer.From(ctx).Organization == uuid.Nil || dialectOf(ctx) == "" {
		return fmt.Errorf("db: rows of %s without an organization or outside a transaction", r.table)
	}
	var err error
	if r.written == nil {
		_, err = tx.ExecContext(ctx, query, args...)
	} else {
		err = r.query(ctx, tx, query, args...)
	}
	if err != nil {
		return fmt.Errorf("db: write rows of %s: %w", r.table, err)
	}
	return nil
}

// query notes the ids that a statement gives.
func (r *Rows) query(ctx context.Context, tx *ent.Tx, query string, args ...any) error {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id uuid.UUID
		if err := rows.Scan(&id); err != nil {
			return err
		}
		r.written[id] = true
	}
	return rows.Err()
}
