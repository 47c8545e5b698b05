package contact

import (
	"context"
	"fmt"
	"strings"

	stdsql "database/sql"

	"entgo.io/ent/dialect"
	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// refolds are the computed columns that rows from before them lack.
var refolds = []struct {
	table, from, to string
	make            func(string) string
}{
	{"contacts", "display_name", "name_key", NameKey},
	{"contact_addresses", "city", "sort_city", sortCity},
}

// maxRefold is how many rows one transaction fills in.
const maxRefold = 1000

// Refold fills in what is computed of contacts, of every organization, in rows that were
// written before it was: by batches, and by one statement a table when there are none. It
// works as the system, and may be run at any time.
func (s *Service) Refold(ctx context.Context) (n int, err error) {
	ctx = viewer.AsSystem(ctx, "fill in computed columns")
	for _, r := range refolds {
		missing := fmt.Sprintf("SELECT o.id FROM organizations o WHERE EXISTS (SELECT 1 FROM %s c WHERE c.organization_id = o.id AND c.%s = '' AND c.%s <> '')", r.table, r.to, r.from)
		var organizations []uuid.UUID
		err := eachRow(ctx, s.DB, missing, nil, func(scan func(...any) error) error {
			var id uuid.UUID
			organizations = append(organizations, id)
			return scan(&organizations[len(organizations)-1])
		})
		if err != nil {
			return n, fmt.Errorf("contact: look for rows without %s: %w", r.to, err)
		}
		for _, org := range organizations {
			for {
				var some int
				err := db.InTx(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (err error) {
					some, err = s.refold(ctx, tx, org, r.table, r.from, r.to, r.make)
					return err
				})
				if err != nil {
					return n, fmt.Errorf("contact: fill in %s: %w", r.to, err)
				}
				if n += some; some < maxRefold {
					break
				}
			}
		}
	}
	return n, nil
}

// refold fills in a batch and gives how many rows it found.
func (s *Service) refold(ctx context.Context, tx *ent.Tx, org uuid.UUID, table, from, to string, compute func(string) string) (n int, err error) {
	var values []string
	var args []any
	mark := func(v any, as string) string {
		args = append(args, v)
		if s.DB.Dialect == dialect.Postgres {
			return fmt.Sprintf("$%d::%s", len(args), as)
		}
		return "?"
	}
	query := fmt.Sprintf("SELECT id, %s FROM %s WHERE organization_id = %s AND %s = '' AND %s <> '' ORDER BY id LIMIT %d",
		from, table, mark(org, "uuid"), to, from, maxRefold)
	found := args
	args = nil
	err = eachRow(ctx, tx, query, found, func(scan func(...any) error) error {
		var id uuid.UUID
		var text string
		if err := scan(&id, &text); err != nil {
			return err
		}
		values = append(values, "("+mark(id, "uuid")+", "+mark(compute(text), "text")+")")
		return nil
	})
	if err != nil || len(values) == 0 {
		return 0, err
	}
	// VALUES names its columns alike in both databases. A row that was saved meanwhile is full.
	_, err = tx.ExecContext(ctx, fmt.Sprintf("UPDATE %s SET %s = v.column2 FROM (VALUES %s) AS v WHERE %s.id = v.column1 AND %s.organization_id = %s AND %s.%s = ''",
		table, to, strings.Join(values, ", "), table, table, mark(org, "uuid"), table, to), args...)
	return len(values), err
}

// querier runs raw SQL, in a transaction or outside one.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*stdsql.Rows, error)
}

// eachRow runs a query and gives each row to f.
func eachRow(ctx context.Context, on querier, query string, args []any, f func(scan func(...any) error) error) error {
	rows, err := on.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := f(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}
