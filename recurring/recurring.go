// Package recurring owns recurring invoices: when they are due, and the making of an invoice on
// each of their dates. The invoices are the document package's; when work is done in the
// background is the job queue's.
package recurring

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/recurringinvoice"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

// Service is what can be done with recurring invoices.
type Service struct {
	DB        *db.DB
	Documents *document.Service
	Contacts  *contact.Service
	Now       func() time.Time
	// Ask has Make called for a recurring invoice, once the transaction of ctx has committed;
	// nil: nobody does.
	Ask func(ctx context.Context, organization, id uuid.UUID) error
}

// State is where a recurring invoice stands.
type State string

// The states of a recurring invoice.
const (
	Active State = "ACTIVE"
	Paused State = "PAUSED"
	Over   State = "OVER" // no date is left
)

// Recurring is a recurring invoice as it was read, with those that were read together with it.
type Recurring struct {
	*ent.RecurringInvoice
	Group    *page.Group
	s        *Service
	template template
}

// template is the invoice to make.
type template struct {
	document.CreateInput
	DueDays *int        // after the date; nil: by the contact's default
	Payable money.Minor // what the last one came to
}

// IDInput is the input of a mutation on one recurring invoice.
type IDInput struct {
	db.Idempotent
	ID uuid.UUID
}

// Get reads a recurring invoice. Staff who see sales.
//
// Faults: NOT_FOUND, UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (*Recurring, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.SeeSales); err != nil {
		return nil, err
	}
	row, err := s.DB.RecurringInvoice.Get(ctx, id)
	if ent.IsNotFound(err) {
		return nil, notFound()
	}
	if err != nil {
		return nil, fmt.Errorf("recurring: read: %w", err)
	}
	rows, err := s.wrap(row)
	if err != nil {
		return nil, err
	}
	return rows[0], nil
}

func notFound() error {
	return fault.New(fault.NotFound, "id", "There is no such recurring invoice.")
}

func (s *Service) wrap(rows ...*ent.RecurringInvoice) ([]*Recurring, error) {
	ids := make([]uuid.UUID, len(rows))
	contacts := make(map[uuid.UUID]uuid.UUID, len(rows))
	out := make([]*Recurring, len(rows))
	for i, r := range rows {
		ids[i], contacts[r.ID] = r.ID, r.ContactID
	}
	g := page.NewGroup(ids...)
	g.Remember(contactsKey{}, contacts)
	for i, r := range rows {
		t, err := templateOf(r)
		if err != nil {
			return nil, err
		}
		out[i] = &Recurring{r, g, s, t}
	}
	return out, nil
}

type contactsKey struct{}

func templateOf(row *ent.RecurringInvoice) (template, error) {
	var t template
	if err := json.Unmarshal(row.Template, &t); err != nil {
		return t, fmt.Errorf("recurring: the template of %s: %w", row.ID, err)
	}
	t.ContactID = row.ContactID // which a merge moves
	return t, nil
}

// Contact is the client.
func (r *Recurring) Contact(ctx context.Context) (*contact.Contact, error) {
	contacts := page.Recall[map[uuid.UUID]uuid.UUID](r.Group, contactsKey{})
	of, err := page.Load(ctx, r.Group, "contact", r.ID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*contact.Contact, error) {
		in := make([]uuid.UUID, len(ids))
		for i, id := range ids {
			in[i] = contacts[id]
		}
		found, err := r.s.Contacts.ByIDs(ctx, in)
		out := make(map[uuid.UUID]*contact.Contact, len(ids))
		for _, id := range ids {
			out[id] = found[contacts[id]]
		}
		return out, err
	})
	if err == nil && of == nil {
		return nil, fault.New(fault.NotFound, "", "There is no such contact.")
	}
	return of, err
}

// State is where it stands.
func (r *Recurring) State() State {
	switch {
	case r.Next == nil:
		return Over
	case r.PausedAt != nil:
		return Paused
	}
	return Active
}

// Amount is what an invoice comes to, by the last one that was made or checked.
func (r *Recurring) Amount() money.Money { return money.New(r.template.Payable, *r.template.Currency) }

// DueDays are the days from the date to the due date; nil: by the client's default.
func (r *Recurring) DueDays() *int { return r.template.DueDays }

// Lines are the titles of the template's lines.
func (r *Recurring) Lines() []string {
	out := make([]string, len(r.template.CreateInput.Lines))
	for i, l := range r.template.CreateInput.Lines {
		out[i] = l.Title
	}
	return out
}

// Upcoming are the next dates, up to count, which is 1 to MaxDates.
//
// Faults: INVALID on count.
func (r *Recurring) Upcoming(count int) ([]day.Date, error) {
	if count < 1 || count > MaxDates {
		return nil, fault.New(fault.Invalid, "count", "From 1 to %d.", MaxDates)
	}
	return scheduleOf(r.RecurringInvoice).dates(r.Made, count), nil
}

// LastDocument is the invoice of the latest date; nil when there is none.
func (r *Recurring) LastDocument(ctx context.Context) (*document.Document, error) {
	return page.Load(ctx, r.Group, "last", r.ID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*document.Document, error) {
		rows, err := r.s.DB.Document.Query().Where(db.TopPerParent(entdocument.Table, entdocument.FieldRecurringID, ids, entdocument.FieldRecurringDate, 1,
			func(s *sql.Selector) {
				s.Where(sql.EQ(s.C("organization_id"), viewer.From(ctx).Organization))
			})).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("recurring: read the last invoices: %w", err)
		}
		out := make(map[uuid.UUID]*document.Document, len(rows))
		for _, d := range r.s.Documents.Wrap(rows...) {
			out[*d.RecurringID] = d
		}
		return out, nil
	})
}

// Filter says which recurring invoices; every part that is given must hold.
type Filter struct {
	ContactID *uuid.UUID
	State     *State
	Failing   *bool // whether the last date made no invoice
}

const kind = "recurring"

// List reads one page of recurring invoices, newest first. Staff who see sales.
//
// Faults: INVALID for a bad page, UNAUTHENTICATED, FORBIDDEN.
func (s *Service) List(ctx context.Context, args page.Args, f *Filter) (*page.Connection[*Recurring], error) {
	if _, err := viewer.RequireStaff(ctx, viewer.SeeSales); err != nil {
		return nil, err
	}
	req, err := args.Check(kind, nil)
	if err != nil {
		return nil, err
	}
	q := s.DB.RecurringInvoice.Query()
	f.narrow(q)
	found, err := q.Clone().Where(db.Keyset(req, "", true)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("recurring: list: %w", err)
	}
	rows, err := s.wrap(found...)
	if err != nil {
		return nil, err
	}
	return page.New(req, rows, func(r *Recurring) page.Cursor { return page.Cursor{Kind: kind, ID: r.ID} }, q.Count), nil
}

func (f *Filter) narrow(q *ent.RecurringInvoiceQuery) {
	if f == nil {
		return
	}
	if f.ContactID != nil {
		q.Where(recurringinvoice.ContactID(*f.ContactID))
	}
	if f.State != nil {
		switch *f.State {
		case Active:
			q.Where(recurringinvoice.NextNotNil(), recurringinvoice.PausedAtIsNil())
		case Paused:
			q.Where(recurringinvoice.NextNotNil(), recurringinvoice.PausedAtNotNil())
		case Over:
			q.Where(recurringinvoice.NextIsNil())
		}
	}
	if f.Failing != nil {
		if *f.Failing {
			q.Where(recurringinvoice.ErrorNEQ(""))
		} else {
			q.Where(recurringinvoice.Error(""))
		}
	}
}

// today is the date where the organization of the viewer is.
func (s *Service) today(ctx context.Context, tx *ent.Tx) (day.Date, error) {
	org, err := tx.Organization.Get(ctx, viewer.From(ctx).Organization)
	if err != nil {
		return "", fmt.Errorf("recurring: read the organization: %w", err)
	}
	return document.TodayIn(s.Now(), org.TimeZone), nil
}

// lock reads a recurring invoice for a change of it. The contact is locked before it, as a
// merge does.
func (s *Service) lock(ctx context.Context, tx *ent.Tx, id uuid.UUID) (*ent.RecurringInvoice, error) {
	row, err := tx.RecurringInvoice.Get(ctx, id)
	if err == nil {
		_, err = contact.Present(ctx, tx, row.ContactID, "id")
	}
	if err == nil {
		row, err = tx.RecurringInvoice.Query().Where(recurringinvoice.ID(id), db.ForUpdate).Only(ctx)
	}
	switch {
	case err == nil:
		return row, nil
	case ent.IsNotFound(err), fault.IsCode(err, fault.NotFound):
		return nil, notFound()
	}
	return nil, fmt.Errorf("recurring: lock: %w", err)
}

// fields are what the history tells of a recurring invoice.
func fields(row *ent.RecurringInvoice) audit.Fields {
	out := audit.Fields{"name": row.Name, "starts": row.Starts, "every": row.Every, "period": row.Period, "issue": row.Issue, "email": row.Email,
		"paused": row.PausedAt != nil}
	if row.Ends != nil {
		out["ends"] = *row.Ends
	}
	return out
}

func record(ctx context.Context, tx *ent.Tx, action string, row *ent.RecurringInvoice, before, after audit.Fields) error {
	return audit.Record(ctx, tx, audit.Event{Action: action, ObjectType: "recurring_invoice", ObjectID: row.ID, ContactID: row.ContactID, Before: before, After: after})
}

var errChecked = errors.New("recurring: the template is good")
