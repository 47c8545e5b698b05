// Package reminder says which unpaid invoices are due a reminder, by the stages of the
// business, and keeps what was done about each. It sends nothing.
package reminder

import (
	"context"
	"fmt"
	"slices"
	"time"

	"entgo.io/ent/dialect/sql"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/documentreminder"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

// usual are the stages of a business that has said nothing: days after the due date.
var usual = []int{3, 10, 30}

// Service is what can be done with reminders.
type Service struct {
	DB        *db.DB
	Documents *document.Service
	Now       func() time.Time
}

// Due is an invoice that is due a reminder.
type Due struct {
	Document *document.Document
	Days     int // the stage that was reached: days after the due date, negative before it
	DaysLate int // after the due date today, negative before it
}

// stages are those of the organization, in order; none when it wants no reminders.
func stages(org *ent.Organization) []int {
	if org.ReminderDays == nil {
		return usual
	}
	out := slices.Clone(org.ReminderDays)
	slices.Sort(out)
	return slices.Compact(out)
}

// Days are the stages of the viewer's organization: days after the due date, negative before
// it. Staff who see sales.
//
// Faults: UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Days(ctx context.Context) ([]int, error) {
	v, err := viewer.RequireStaff(ctx, viewer.SeeSales)
	if err != nil {
		return nil, err
	}
	org, err := s.DB.Organization.Get(ctx, v.Organization)
	if err != nil {
		return nil, fmt.Errorf("reminder: read the organization: %w", err)
	}
	return stages(org), nil
}

const kind = "reminders"

// List reads one page of the issued invoices that are not paid, whose latest stage nothing was
// done about; the earliest due date first. Staff who see sales.
//
// Faults: INVALID for a bad page, UNAUTHENTICATED, FORBIDDEN.
func (s *Service) List(ctx context.Context, args page.Args) (*page.Connection[*Due], error) {
	v, err := viewer.RequireStaff(ctx, viewer.SeeSales)
	if err != nil {
		return nil, err
	}
	req, err := args.Check(kind, func(key string) error { _, err := day.Parse(key); return err })
	if err != nil {
		return nil, err
	}
	org, err := s.DB.Organization.Get(ctx, v.Organization)
	if err != nil {
		return nil, fmt.Errorf("reminder: read the organization: %w", err)
	}
	today, all := document.TodayIn(s.Now(), org.TimeZone), stages(org)
	q := s.DB.Document.Query().Where(unpaid, due(org, today, all))
	found, err := q.Clone().Where(db.Keyset(req, entdocument.FieldDueDate, false)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("reminder: list: %w", err)
	}
	rows := make([]*Due, len(found))
	for i, d := range s.Documents.Wrap(found...) {
		at, _ := reached(d.DueDate, today, all)
		rows[i] = &Due{Document: d, Days: at, DaysLate: between(d.DueDate, today)}
	}
	cursor := func(d *Due) page.Cursor {
		return page.Cursor{Kind: kind, Key: string(d.Document.DueDate), ID: d.Document.ID}
	}
	return page.New(req, rows, cursor, q.Count), nil
}

// unpaid are issued invoices of which something remains.
func unpaid(s *sql.Selector) {
	s.Where(sql.And(sql.EQ(s.C(entdocument.FieldType), entdocument.TypeInvoice), sql.EQ(s.C(entdocument.FieldStatus), entdocument.StatusIssued),
		sql.ColumnsLT(s.C(entdocument.FieldSettled), s.C(entdocument.FieldPayable))))
}

// due are documents that have reached a stage today about which, and about later ones, nothing
// was done.
func due(org *ent.Organization, today day.Date, all []int) func(*sql.Selector) {
	return func(s *sql.Selector) {
		var any []*sql.Predicate
		for i, stage := range all {
			r := sql.Table(documentreminder.Table)
			did := sql.Dialect(s.Dialect()).Select(r.C(documentreminder.FieldDocumentID)).From(r).Where(sql.And(
				sql.EQ(r.C(documentreminder.FieldOrganizationID), org.ID), sql.GTE(r.C(documentreminder.FieldDays), stage),
				sql.ColumnsEQ(r.C(documentreminder.FieldDueDate), s.C(entdocument.FieldDueDate)),
				sql.ColumnsEQ(r.C(documentreminder.FieldDocumentID), s.C(entdocument.FieldID))))
			at := []*sql.Predicate{sql.LTE(s.C(entdocument.FieldDueDate), today.AddDays(-stage)), sql.NotExists(did)}
			if i+1 < len(all) {
				at = append(at, sql.GT(s.C(entdocument.FieldDueDate), today.AddDays(-all[i+1])))
			}
			any = append(any, sql.And(at...))
		}
		if len(any) == 0 {
			s.Where(sql.False())
			return
		}
		s.Where(sql.Or(any...))
	}
}

// reached is the latest stage that a due date has reached; false for none.
func reached(date, today day.Date, all []int) (stage int, ok bool) {
	for _, x := range all {
		if date.AddDays(x) <= today {
			stage, ok = x, true
		}
	}
	return stage, ok
}

// between is how many days lie from one date to the other.
func between(from, to day.Date) int {
	a, _ := time.Parse(time.DateOnly, string(from)) // dates are checked where they come in
	b, _ := time.Parse(time.DateOnly, string(to))
	return int(b.Sub(a) / (24 * time.Hour))
}
