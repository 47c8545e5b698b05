package document

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/ent"
	entcontact "github.com/kartela/kartela/ent/contact"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/documentline"
	"github.com/kartela/kartela/ent/predicate"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/fold"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

// Filter says which documents; every part that is given must hold.
type Filter struct {
	ContactID *uuid.UUID
	ProjectID *uuid.UUID // has a line of the project
	Types     []entdocument.Type
	Statuses  []entdocument.Status
	PaidState *PaidState
	Overdue   *bool
	Currency  *money.Currency
	MinTotal  *money.Decimal // in units of Currency, without which it is not known
	MaxTotal  *money.Decimal
	From      *day.Date
	To        *day.Date
	Number    *string // the number as printed contains this
	Search    *string // words, each part of the number, the reference or the contact's name
}

const kind = "documents"

// List reads one page of documents. Staff only.
//
// Faults: INVALID for a bad page or filter, UNAUTHENTICATED, FORBIDDEN.
func (s *Service) List(ctx context.Context, args page.Args, f *Filter, order Order) (*page.Connection[*Document], error) {
	if err := mayReadAny(ctx); err != nil {
		return nil, err
	}
	by, known := orders[order]
	if !known {
		return nil, fmt.Errorf("document: no order %q", order)
	}
	req, err := args.Check(by.kind, by.checkKey)
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
	rows, err := q.Clone().Where(by.page(req)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("document: list: %w", err)
	}
	return page.New(req, s.Wrap(rows...), by.cursor, q.Count), nil
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
	if f.Types != nil {
		in := make([]any, len(f.Types))
		for i, t := range f.Types {
			in[i] = t
		}
		and(func(q *sql.Selector) *sql.Predicate { return sql.In(q.C(entdocument.FieldType), in...) })
	}
	if f.ProjectID != nil {
		and(func(q *sql.Selector) *sql.Predicate {
			l := sql.Table(documentline.Table)
			return sql.In(q.C(entdocument.FieldID), sql.Dialect(q.Dialect()).Select(l.C(documentline.FieldDocumentID)).From(l).Where(sql.And(
				sql.EQ(l.C(documentline.FieldOrganizationID), viewer.From(ctx).Organization), sql.EQ(l.C(documentline.FieldProjectID), *f.ProjectID))))
		})
	}
	if f.Currency != nil {
		and(func(q *sql.Selector) *sql.Predicate { return sql.EQ(q.C(entdocument.FieldCurrency), *f.Currency) })
	}
	least, most, err := f.totals()
	if err != nil {
		return nil, err
	}
	if least != nil {
		and(func(q *sql.Selector) *sql.Predicate { return sql.GTE(q.C(entdocument.FieldTotal), int64(*least)) })
	}
	if most != nil {
		and(func(q *sql.Selector) *sql.Predicate { return sql.LTE(q.C(entdocument.FieldTotal), int64(*most)) })
	}
	if f.Number != nil {
		if len(*f.Number) > 40 {
			return nil, fault.New(fault.Invalid, "filter.number", "A number has at most 40 characters.")
		}
		and(func(q *sql.Selector) *sql.Predicate {
			return sql.ContainsFold(q.C(entdocument.FieldNumberText), *f.Number)
		})
	}
	if f.Search != nil {
		if len([]rune(*f.Search)) > maxSearch {
			return nil, fault.New(fault.Invalid, "filter.search", "At most %d characters.", maxSearch)
		}
		for _, word := range strings.Fields(strings.ToValidUTF8(*f.Search, "")) {
			and(func(q *sql.Selector) *sql.Predicate { return found(q, viewer.From(ctx).Organization, word) })
		}
	}
	if f.PaidState != nil {
		and(func(q *sql.Selector) *sql.Predicate { return Paying(q, *f.PaidState) })
	}
	if f.Overdue != nil {
		today, err := s.Today(ctx, viewer.From(ctx).Organization)
		if err != nil {
			return nil, err
		}
		and(func(q *sql.Selector) *sql.Predicate {
			if *f.Overdue {
				return overdue(q, today)
			}
			return sql.Not(overdue(q, today))
		})
	}
	return where, nil
}

const maxSearch = 200 // characters

// found says that the number, the reference or the contact's name, as it was copied or as it is
// today, has the word in it. Without regard to accents it is the name of today that is looked at.
func found(q *sql.Selector, organization uuid.UUID, word string) *sql.Predicate {
	either := []*sql.Predicate{
		sql.ContainsFold(q.C(entdocument.FieldNumberText), word), sql.ContainsFold(q.C(entdocument.FieldReference), word),
		sql.ContainsFold(q.C(entdocument.FieldContactName), word),
	}
	if folded := fold.Text(word); folded != "" {
		c := sql.Table(entcontact.Table)
		either = append(either, sql.In(q.C(entdocument.FieldContactID), sql.Dialect(q.Dialect()).Select(c.C(entcontact.FieldID)).From(c).Where(sql.And(
			sql.EQ(c.C(entcontact.FieldOrganizationID), organization), sql.Contains(c.C(entcontact.FieldSortName), folded)))))
	}
	return sql.Or(either...)
}

// totals are the bounds of the total in minor units.
func (f *Filter) totals() (least, most *money.Minor, err error) {
	var bad fault.List
	for _, b := range []struct {
		field string
		from  *money.Decimal
		to    **money.Minor
	}{{"minTotal", f.MinTotal, &least}, {"maxTotal", f.MaxTotal, &most}} {
		if b.from == nil {
			continue
		}
		if f.Currency == nil {
			bad = append(bad, fault.New(fault.Invalid, "filter."+b.field, "A total is of a currency: name it."))
			continue
		}
		m, err := money.ParseMinor(*b.from, *f.Currency)
		_ = bad.Add("filter."+b.field, err)
		*b.to = &m
	}
	return least, most, bad.Err()
}

// Overdue are the documents that were due before a day and are not settled.
func Overdue(today day.Date) predicate.Document {
	return func(q *sql.Selector) { q.Where(overdue(q, today)) }
}

func overdue(q *sql.Selector, today day.Date) *sql.Predicate {
	return sql.And(sql.EQ(q.C(entdocument.FieldStatus), entdocument.StatusIssued), sql.In(q.C(entdocument.FieldType), typesWith(charge)...),
		sql.LT(q.C(entdocument.FieldDueDate), today), sql.ColumnsLT(q.C(entdocument.FieldSettled), q.C(entdocument.FieldPayable)))
}

// Paying says of rows of documents that they were issued and are paid as far as that.
func Paying(q *sql.Selector, state PaidState) *sql.Predicate {
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
