package statement

import (
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/ent"
	entattachment "github.com/kartela/kartela/ent/attachment"
	"github.com/kartela/kartela/ent/auditevent"
	"github.com/kartela/kartela/ent/contactnote"
	entdocument "github.com/kartela/kartela/ent/document"
	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/ent/rule"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// source is the table of one kind of a timeline.
type source struct {
	typ    string // ent's name, for the row rules
	table  string
	parent string // the column of the contact
	at     string // the column of the time
	dated  bool   // at is a date
}

var sources = map[TimelineKind]source{
	TimelineDocument:   {typ: ent.TypeDocument, table: entdocument.Table, parent: entdocument.FieldContactID, at: entdocument.FieldDate, dated: true},
	TimelinePayment:    {typ: ent.TypePayment, table: entpayment.Table, parent: entpayment.FieldContactID, at: entpayment.FieldDate, dated: true},
	TimelineNote:       {typ: ent.TypeContactNote, table: contactnote.Table, parent: contactnote.FieldContactID, at: contactnote.FieldCreatedAt},
	TimelineAttachment: {typ: ent.TypeAttachment, table: entattachment.Table, parent: entattachment.FieldContactID, at: entattachment.FieldCreatedAt},
	// What was done to a note, a file or a document is told by these: of the history, only
	// what has the contact as its object.
	TimelineChange: {typ: ent.TypeAuditEvent, table: auditevent.Table, parent: auditevent.FieldObjectID, at: auditevent.FieldCreatedAt},
}

// timeline is what is read of the timelines of some contacts.
type timeline struct {
	db     *db.DB
	viewer viewer.Viewer
	kinds  []TimelineKind
	size   int // items of each contact
}

// read reads the first items of each contact, or those after a place, in their order, by one
// statement.
func (t timeline) read(ctx context.Context, contacts []uuid.UUID, after *place) ([]*TimelineItem, error) {
	if len(t.kinds) == 0 || len(contacts) == 0 {
		return nil, nil
	}
	query, args, err := t.query(contacts, after)
	if err != nil {
		return nil, err
	}
	rows, err := t.db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("statement: read a timeline: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []*TimelineItem
	for rows.Next() {
		i, err := scanItem(rows)
		if err != nil {
			return nil, fmt.Errorf("statement: read a timeline: %w", err)
		}
		out = append(out, i)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, fmt.Errorf("statement: read a timeline: %w", err)
	}
	group(out)
	return out, nil
}

func scanItem(rows *stdsql.Rows) (*TimelineItem, error) {
	var i TimelineItem
	var rank int
	var at any
	if err := rows.Scan(&i.contact, &rank, &at, &i.ID); err != nil {
		return nil, err
	}
	i.Kind = ranks[rank]
	switch at := at.(type) {
	case time.Time: // PostgreSQL
		i.At = at.UTC()
	case string: // SQLite knows no type of a column that is made of several
		t, err := time.Parse(sqliteTime, at)
		if err != nil {
			return nil, err
		}
		i.At = t.UTC()
	default:
		return nil, fmt.Errorf("a time is of type %T", at)
	}
	return &i, nil
}

// sqliteTime is how the driver writes times. As texts they sort as the times do, because all
// are in UTC and "+" sorts before a further digit.
const sqliteTime = "2006-01-02 15:04:05.999999999-07:00"

// query has the rows contact, rank, at, id. On PostgreSQL each contact takes its first rows
// out of the index of each table (LATERAL); on SQLite, which has no LATERAL, so does a
// contact that is alone, and several are ranked together.
func (t timeline) query(contacts []uuid.UUID, after *place) (string, []any, error) {
	b := &sql.Builder{}
	b.SetDialect(t.db.Dialect)
	var err error
	switch {
	case t.db.Dialect == dialect.Postgres:
		ids := make([]string, len(contacts))
		for i, id := range contacts {
			ids[i] = id.String()
		}
		b.WriteString("SELECT parents.id, items.rank, items.at, items.item FROM unnest(").Arg(ids).
			WriteString("::uuid[]) AS parents(id), LATERAL (")
		err = t.union(b, after, false, func(column string) *sql.Predicate {
			return sql.P(func(b *sql.Builder) { b.WriteString(column + " = parents.id") })
		})
		b.WriteString(" ORDER BY at DESC, rank DESC, item DESC LIMIT ").Arg(t.size).
			WriteString(") AS items ORDER BY parents.id, items.at DESC, items.rank DESC, items.item DESC")
	case len(contacts) == 1:
		b.WriteString("SELECT contact, rank, at, item FROM (")
		err = t.union(b, after, false, func(column string) *sql.Predicate { return sql.EQ(column, contacts[0]) })
		b.WriteString(") AS items ORDER BY at DESC, rank DESC, item DESC LIMIT ").Arg(t.size)
	default:
		b.WriteString("SELECT contact, rank, at, item FROM (SELECT items.*, row_number() OVER (PARTITION BY contact ORDER BY at DESC, rank DESC, item DESC) AS place FROM (")
		err = t.union(b, after, true, func(column string) *sql.Predicate { return sql.In(column, anys(contacts)...) })
		b.WriteString(") AS items) AS ranked WHERE place <= ").Arg(t.size).
			WriteString(" ORDER BY contact, at DESC, rank DESC, item DESC")
	}
	query, args := b.Query()
	return query, args, err
}

func anys(ids []uuid.UUID) []any {
	out := make([]any, len(ids))
	for i, id := range ids {
		out[i] = id
	}
	return out
}

// union writes the first rows of each kind of the contact that of selects; of several
// together, all rows.
func (t timeline) union(b *sql.Builder, after *place, together bool, of func(column string) *sql.Predicate) error {
	for i, k := range t.kinds {
		if i > 0 {
			b.WriteString(" UNION ALL ")
		}
		visible, err := rule.Rows(sources[k].typ, t.viewer)
		if err != nil {
			return err
		}
		s := t.rows(k, of)
		visible(s)
		if !together {
			s.Limit(t.size)
		}
		if after != nil {
			afterPlace(s, k, *after)
		}
		b.WriteString("SELECT * FROM (").Join(s).WriteString(") AS " + sources[k].table)
	}
	return nil
}

// rows selects the rows of one kind, newest first.
func (t timeline) rows(k TimelineKind, of func(column string) *sql.Predicate) *sql.Selector {
	src, rank := sources[k], slices.Index(ranks, k)
	table := sql.Table(src.table)
	s := sql.Dialect(t.db.Dialect).Select().From(table)
	s.Where(sql.EQ(s.C("organization_id"), t.viewer.Organization)).Where(of(s.C(src.parent)))
	s.AppendSelectExprAs(sql.Expr(s.C(src.parent)), "contact").
		AppendSelectExprAs(sql.Expr(fmt.Sprint(rank)), "rank").
		AppendSelectExprAs(sql.Expr(t.instant(s, src)), "at").
		AppendSelectExprAs(sql.Expr(s.C("id")), "item")
	return s.OrderBy(sql.Desc(s.C(src.at)), sql.Desc(s.C("id")))
}

// instant is the time of a row: the beginning of a date in UTC.
func (t timeline) instant(s *sql.Selector, src source) string {
	switch at := s.C(src.at); {
	case !src.dated:
		return at
	case t.db.Dialect == dialect.Postgres:
		return "CAST(" + at + " AS timestamp) AT TIME ZONE 'UTC'"
	default:
		return at + " || ' 00:00:00+00:00'"
	}
}

// afterPlace leaves the rows of a kind that come after a place, by the columns of its index.
func afterPlace(s *sql.Selector, k TimelineKind, p place) {
	src := sources[k]
	at, id := s.C(src.at), s.C("id")
	rank, theirs := slices.Index(ranks, k), slices.Index(ranks, p.kind)
	var value any = p.at
	if src.dated {
		value = day.Of(p.at, time.UTC)
		if midnight := p.at.UTC().Truncate(24 * time.Hour); !midnight.Equal(p.at) {
			rank, theirs = 0, 1 // of its day, all rows are before the place in time
		}
	}
	switch {
	case rank < theirs:
		s.Where(sql.LTE(at, value))
	case rank > theirs:
		s.Where(sql.LT(at, value))
	default:
		s.Where(sql.CompositeLT([]string{at, id}, value, p.id))
	}
}
