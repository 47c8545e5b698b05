package document

import (
	"context"
	"encoding/json"
	"fmt"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

// Filter says which documents; every part that is given must hold.
type Filter struct {
	ContactID *uuid.UUID
	Statuses  []entdocument.Status
	PaidState *PaidState
	Overdue   *bool
	From      *day.Date
	To        *day.Date
	Number    *string // the number as printed contains this
}

const kind = "documents"

// List reads one page of documents, newest date first. Staff only.
//
// Faults: INVALID for a bad page or filter, UNAUTHENTICATED, FORBIDDEN.
func (s *Service) List(ctx context.Context, args page.Args, f *Filter) (*page.Connection[*Document], error) {
	if err := mayReadAny(ctx); err != nil {
		return nil, err
	}
	req, err := args.Check(kind, checkDate)
	if err != nil {
		return nil, err
	}
	where, err := s.conditions(ctx, f)
	if err != nil {
		return nil, err
	}
	q := s.DB.Document.Query()
	for _, w := range where {
		q.Where(w)
	}
	rows, err := q.Clone().Where(db.Keyset(req, entdocument.FieldDate, true)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("document: list: %w", err)
	}
	return page.New(req, s.Wrap(rows...), cursor, q.Count), nil
}

// Of reads a page of a contact's documents, newest date first; the first page for the
// whole group of contacts by one statement.
//
// Faults: as for List.
func (s *Service) Of(ctx context.Context, c *contact.Contact, args page.Args, f *Filter) (*page.Connection[*Document], error) {
	if err := mayReadAny(ctx); err != nil {
		return nil, err
	}
	where, err := s.conditions(ctx, f)
	if err != nil {
		return nil, err
	}
	name, err := json.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("document: a filter: %w", err)
	}
	return db.Below(ctx, c.Group, c.ID, args, s.child(string(name), where))
}

func (s *Service) child(filter string, where []db.Condition) db.Child[*Document] {
	return db.Child[*Document]{
		Kind: kind, Type: ent.TypeDocument, Table: entdocument.Table, ParentColumn: entdocument.FieldContactID,
		Key: entdocument.FieldDate, Filter: filter, Match: where, Cursor: cursor, CheckKey: checkDate,
		Parent: func(d *Document) uuid.UUID { return d.ContactID },
		Read: func(ctx context.Context, where db.Condition) ([]*Document, error) {
			rows, err := s.DB.Document.Query().Where(where).All(ctx)
			return s.Wrap(rows...), err
		},
		Count: func(ctx context.Context, where db.Condition) (map[uuid.UUID]int, error) {
			var rows []struct {
				ContactID uuid.UUID `json:"contact_id"`
				Count     int       `json:"count"`
			}
			err := s.DB.Document.Query().Where(where).GroupBy(entdocument.FieldContactID).Aggregate(ent.Count()).Scan(ctx, &rows)
			out := make(map[uuid.UUID]int, len(rows))
			for _, r := range rows {
				out[r.ContactID] = r.Count
			}
			return out, err
		},
	}
}

func cursor(d *Document) page.Cursor { return page.Cursor{Kind: kind, Key: string(d.Date), ID: d.ID} }

func checkDate(key string) error {
	_, err := day.Parse(key)
	return err
}

func (s *Service) conditions(ctx context.Context, f *Filter) ([]db.Condition, error) {
	var where []db.Condition
	and := func(p func(*sql.Selector) *sql.Predicate) {
		where = append(where, func(q *sql.Selector) { q.Where(p(q)) })
	}
	if f == nil {
		return nil, nil
	}
	if f.ContactID != nil {
		and(func(q *sql.Selector) *sql.Predicate { return sql.EQ(q.C(entdocument.FieldContactID), *f.ContactID) })
	}
	if f.Statuses != nil {
		in := make([]any, len(f.Statuses))
		for i, st := range f.Statuses {
			in[i] = st
		}
		and(func(q *sql.Selector) *sql.Predicate { return sql.In(q.C(entdocument.FieldStatus), in...) })
	}
	if f.From != nil {
		and(func(q *sql.Selector) *sql.Predicate { return sql.GTE(q.C(entdocument.FieldDate), *f.From) })
	}
	if f.To != nil {
		and(func(q *sql.Selector) *sql.Predicate { return sql.LTE(q.C(entdocument.FieldDate), *f.To) })
	}
	if f.Number != nil {
		if len(*f.Number) > 40 {
			return nil, fault.New(fault.Invalid, "filter.number", "A number has at most 40 characters.")
		}
		and(func(q *sql.Selector) *sql.Predicate {
			return sql.ContainsFold(q.C(entdocument.FieldNumberText), *f.Number)
		})
	}
	if f.PaidState != nil {
		and(func(q *sql.Selector) *sql.Predicate { return paid(q, *f.PaidState) })
	}
	if f.Overdue != nil {
		today, err := s.Today(ctx, viewer.From(ctx).Organization)
		if err != nil {
			return nil, err
		}
		and(func(q *sql.Selector) *sql.Predicate {
			late := sql.And(sql.EQ(q.C(entdocument.FieldStatus), entdocument.StatusIssued), sql.In(q.C(entdocument.FieldType), typesWith(charge)...), sql.LT(q.C(entdocument.FieldDueDate), today),
				sql.ColumnsLT(q.C(entdocument.FieldSettled), q.C(entdocument.FieldPayable)))
			if *f.Overdue {
				return late
			}
			return sql.Not(late)
		})
	}
	return where, nil
}

func paid(q *sql.Selector, state PaidState) *sql.Predicate {
	issued := sql.And(sql.EQ(q.C(entdocument.FieldStatus), entdocument.StatusIssued), sql.NotIn(q.C(entdocument.FieldType), typesWith(none)...))
	settled, payable := q.C(entdocument.FieldSettled), q.C(entdocument.FieldPayable)
	switch state {
	case Paid:
		return sql.And(issued, sql.ColumnsEQ(settled, payable))
	case Unpaid:
		return sql.And(issued, sql.EQ(settled, 0), sql.ColumnsLT(settled, payable))
	default:
		return sql.And(issued, sql.GT(settled, 0), sql.ColumnsLT(settled, payable))
	}
}
