package recurring

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/recurringinvoice"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/fold"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// CreateInput is the input of createRecurringInvoice.
type CreateInput struct {
	db.Idempotent
	Name       string
	Template   *document.CreateInput // of an invoice, without dates; or
	DocumentID *uuid.UUID            // an invoice to repeat
	DueDays    *int                  // after the date; by the client's default when nil
	Starts     day.Date
	Every      *int                     // 1 when nil
	Period     *recurringinvoice.Period // months when nil
	Ends       *day.Date
	Issue      bool
	Email      bool
}

// Create makes a recurring invoice. Its template is checked by making an invoice of it, which
// is taken back. Dates that are past already are made up for at once.
//
// Faults: INVALID with every bad field; NOT_FOUND on documentId; those of createDocument below
// template; UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Create(ctx context.Context, in CreateInput) (*Recurring, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditSales); err != nil {
		return nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		row := &ent.RecurringInvoice{ID: schema.NewID(), Name: in.Name, Starts: in.Starts, Every: 1, Period: recurringinvoice.PeriodMonth,
			Ends: in.Ends, Issue: in.Issue, Email: in.Email}
		apply(&row.Every, in.Every)
		apply(&row.Period, in.Period)
		today, err := s.today(ctx, tx)
		if err != nil {
			return uuid.Nil, err
		}
		if err := fault.Join(check(row), notLongAgo(row.Starts, today)); err != nil {
			return uuid.Nil, err
		}
		if err := s.fill(ctx, tx, row, in.Template, in.DocumentID, in.DueDays); err != nil {
			return uuid.Nil, err
		}
		next, ok := scheduleOf(row).date(0)
		if !ok {
			return uuid.Nil, fault.New(fault.Invalid, "starts", "There is no date.")
		}
		err = tx.RecurringInvoice.Create().SetID(row.ID).SetName(row.Name).SetContactID(row.ContactID).SetTemplate(row.Template).
			SetStarts(row.Starts).SetEvery(row.Every).SetPeriod(row.Period).SetNillableEnds(row.Ends).SetNext(next).
			SetIssue(row.Issue).SetEmail(row.Email).SetCreatedBy(viewer.From(ctx).Actor()).Exec(ctx)
		if err != nil {
			return uuid.Nil, fmt.Errorf("recurring: create: %w", err)
		}
		if err := s.ask(ctx, row.ID, next, today); err != nil {
			return uuid.Nil, err
		}
		return row.ID, record(ctx, tx, "createRecurringInvoice", row, nil, fields(row))
	})
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, id)
}

// ask has what is due made as soon as the transaction has committed.
func (s *Service) ask(ctx context.Context, id uuid.UUID, next, today day.Date) error {
	if s.Ask == nil || next > today {
		return nil
	}
	return s.Ask(ctx, viewer.From(ctx).Organization, id)
}

// check holds what is not the template to the rules.
func check(row *ent.RecurringInvoice) error {
	var bad fault.List
	row.Name = fold.Clean(row.Name)
	if n := utf8.RuneCountInString(row.Name); n == 0 || n > 200 {
		bad = append(bad, fault.New(fault.Invalid, "name", "A name has 1 to 200 characters."))
	}
	if row.Email && !row.Issue {
		bad = append(bad, fault.New(fault.Invalid, "email", "Only what is issued is sent."))
	}
	return fault.Join(bad.Err(), scheduleOf(row).check())
}

func notLongAgo(starts, today day.Date) error {
	if starts < today.AddDays(-maxPast) {
		return fault.New(fault.Invalid, "starts", "The first date lies at most %d days back.", maxPast)
	}
	return nil
}

// fill sets the row's client and template from an input or an invoice, whichever is given, and
// checks them.
func (s *Service) fill(ctx context.Context, tx *ent.Tx, row *ent.RecurringInvoice, in *document.CreateInput, from *uuid.UUID, dueDays *int) error {
	t, field := template{DueDays: dueDays}, "template."
	switch {
	case (in == nil) == (from == nil):
		return fault.New(fault.Invalid, "template", "Give a template or an invoice to repeat.")
	case in != nil:
		t.CreateInput = *in
		if err := bare(in); err != nil {
			return err
		}
	default:
		repeated, err := s.repeat(ctx, tx, *from)
		if err != nil {
			return err
		}
		t.CreateInput, field = *repeated, ""
	}
	if dueDays != nil && (*dueDays < 0 || *dueDays > 3650) {
		return fault.New(fault.Invalid, "dueDays", "From 0 to 3650.")
	}
	t.IdempotencyKey = nil
	return s.put(ctx, tx, row, t, field)
}

// put checks a template and writes it into the row. What is wrong is told below the field.
func (s *Service) put(ctx context.Context, tx *ent.Tx, row *ent.RecurringInvoice, t template, field string) error {
	err := db.Savepoint(ctx, tx, func(ctx context.Context, tx *ent.Tx) error {
		made, lines, err := s.Documents.CreateIn(ctx, tx, t.CreateInput)
		if err != nil {
			return err
		}
		t.ContactID, t.Currency, t.Payable = made.ContactID, &made.Currency, made.Payable
		for i, l := range lines {
			t.Lines[i].Title = l.Title // which may be the product's
		}
		return errChecked
	})
	if !errors.Is(err, errChecked) {
		return below(field, err)
	}
	row.ContactID = t.ContactID
	if row.Template, err = json.Marshal(t); err != nil {
		return fmt.Errorf("recurring: keep a template: %w", err)
	}
	return nil
}

// bare refuses what a template has no use for.
func bare(in *document.CreateInput) error {
	var bad fault.List
	if in.Type != entdocument.TypeInvoice {
		bad = append(bad, fault.New(fault.Invalid, "template.type", "Only invoices are made again and again."))
	}
	for _, f := range []struct {
		name  string
		given bool
	}{{"date", in.Date != nil}, {"dueDate", in.DueDate != nil}, {"customId", in.CustomID != nil}} {
		if f.given {
			bad = append(bad, fault.New(fault.Invalid, "template."+f.name, "Each invoice has its own."))
		}
	}
	return bad.Err()
}

// below tells the faults of an invoice of the place where it was given.
func below(field string, err error) error {
	all, ok := fault.All(err)
	if !ok {
		return err
	}
	var bad fault.List
	for _, f := range all {
		at := field + f.Field
		if field == "" {
			at = "documentId" // whatever it is of the invoice to repeat
		}
		bad = append(bad, fault.New(f.Code, at, "%s", f.Text))
	}
	return bad.Err()
}

func apply[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}
