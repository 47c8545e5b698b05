// Package payment owns payments and allocations: money received and sent, and what it
// settles. A payment posts to the ledger; an allocation never does.
package payment

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/allocation"
	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

// Service is what can be done with payments.
type Service struct {
	DB        *db.DB
	Ledger    *ledger.Book
	Contacts  *contact.Service
	Documents *document.Service
	Now       func() time.Time
}

// Payment is a payment as it was read, with those that were read together with it.
type Payment struct {
	*ent.Payment
	Group *page.Group
	s     *Service
}

// IsNode marks a type that has a global id.
func (*Payment) IsNode() {}

type contactsKey struct{}

func (s *Service) wrap(rows ...*ent.Payment) []*Payment {
	ids := make([]uuid.UUID, len(rows))
	contacts := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		ids[i], contacts[i] = r.ID, r.ContactID
	}
	g := page.NewGroup(ids...)
	g.Remember(contactsKey{}, contacts)
	out := make([]*Payment, len(rows))
	for i, r := range rows {
		out[i] = &Payment{Payment: r, Group: g, s: s}
	}
	return out
}

// Get reads a payment. Staff only. Faults: NOT_FOUND, UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (*Payment, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.SeePayments); err != nil {
		return nil, err
	}
	row, err := s.DB.Payment.Get(ctx, id)
	if ent.IsNotFound(err) {
		return nil, fault.New(fault.NotFound, "id", "There is no such payment.")
	}
	if err != nil {
		return nil, fmt.Errorf("payment: read: %w", err)
	}
	return s.wrap(row)[0], nil
}

// ByIDs reads payments for the rows of another list, by one statement.
func (s *Service) ByIDs(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Payment, error) {
	rows, err := s.DB.Payment.Query().Where(entpayment.IDIn(ids...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("payment: read by ids: %w", err)
	}
	out := make(map[uuid.UUID]*Payment, len(rows))
	for _, p := range s.wrap(rows...) {
		out[p.ID] = p
	}
	return out, nil
}

// Contact is the contact as it is today.
func (p *Payment) Contact(ctx context.Context) (*contact.Contact, error) {
	return page.Load(ctx, p.Group, "contact", p.ContactID, func(ctx context.Context, _ []uuid.UUID) (map[uuid.UUID]*contact.Contact, error) {
		return p.s.Contacts.ByIDs(ctx, page.Recall[[]uuid.UUID](p.Group, contactsKey{}))
	})
}

// Amount is the payment's amount, always positive.
func (p *Payment) Amount() money.Money { return money.New(p.Payment.Amount, p.Currency) }

// Allocated is what settles documents.
func (p *Payment) Allocated() money.Money { return money.New(p.Payment.Allocated, p.Currency) }

// Credit is what is left; zero for a void payment.
func (p *Payment) Credit() money.Money {
	if p.Status == entpayment.StatusVoid {
		return money.New(0, p.Currency)
	}
	return money.New(p.Payment.Amount-p.Payment.Allocated, p.Currency)
}

// Allocations are what the payment settles, oldest first.
func (p *Payment) Allocations(ctx context.Context) ([]*Allocation, error) {
	return page.Load(ctx, p.Group, "allocations", p.ID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*Allocation, error) {
		rows, err := p.s.DB.Allocation.Query().Where(allocation.PaymentIDIn(ids...)).Order(allocation.ByID()).All(ctx)
		return p.s.wrapAllocations(rows, func(a *ent.Allocation) uuid.UUID { return *a.PaymentID }), wrapped("read allocations", err)
	})
}

// AllocationsOf are what settles a document, oldest first, for the whole group of documents.
func (s *Service) AllocationsOf(ctx context.Context, d *document.Document) ([]*Allocation, error) {
	return page.Load(ctx, d.Group, "allocations", d.ID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*Allocation, error) {
		rows, err := s.DB.Allocation.Query().Where(allocation.DocumentIDIn(ids...)).Order(allocation.ByID()).All(ctx)
		return s.wrapAllocations(rows, func(a *ent.Allocation) uuid.UUID { return *a.DocumentID }), wrapped("read allocations", err)
	})
}

// Allocation is the part of a payment that settles a document.
type Allocation struct {
	*ent.Allocation
	group *page.Group
	all   []*ent.Allocation
	s     *Service
}

func (s *Service) wrapAllocations(rows []*ent.Allocation, parent func(*ent.Allocation) uuid.UUID) map[uuid.UUID][]*Allocation {
	g := page.NewGroup()
	out := map[uuid.UUID][]*Allocation{}
	for _, r := range rows {
		out[parent(r)] = append(out[parent(r)], &Allocation{r, g, rows, s})
	}
	return out
}

// Amount is how much is settled.
func (a *Allocation) Amount() money.Money { return money.New(a.Allocation.Amount, a.Currency) }

// Document is what is settled.
func (a *Allocation) Document(ctx context.Context) (*document.Document, error) {
	return page.Load(ctx, a.group, "document", *a.DocumentID, func(ctx context.Context, _ []uuid.UUID) (map[uuid.UUID]*document.Document, error) {
		ids := make([]uuid.UUID, len(a.all))
		for i, r := range a.all {
			ids[i] = *r.DocumentID
		}
		return a.s.Documents.ByIDs(ctx, ids)
	})
}

// Payment is the money.
func (a *Allocation) Payment(ctx context.Context) (*Payment, error) {
	return page.Load(ctx, a.group, "payment", *a.PaymentID, func(ctx context.Context, _ []uuid.UUID) (map[uuid.UUID]*Payment, error) {
		ids := make([]uuid.UUID, len(a.all))
		for i, r := range a.all {
			ids[i] = *r.PaymentID
		}
		return a.s.ByIDs(ctx, ids)
	})
}

// Filter says which payments; every part that is given must hold.
type Filter struct {
	ContactID *uuid.UUID
	Status    *entpayment.Status
	From      *day.Date
	To        *day.Date
}

const kind = "payments"

func cursor(p *Payment) page.Cursor { return page.Cursor{Kind: kind, Key: string(p.Date), ID: p.ID} }

func checkDate(key string) error {
	_, err := day.Parse(key)
	return err
}

// List reads one page of payments, newest date first. Staff only.
//
// Faults: INVALID for a bad page, UNAUTHENTICATED, FORBIDDEN.
func (s *Service) List(ctx context.Context, args page.Args, f *Filter) (*page.Connection[*Payment], error) {
	if _, err := viewer.RequireStaff(ctx, viewer.SeePayments); err != nil {
		return nil, err
	}
	req, err := args.Check(kind, checkDate)
	if err != nil {
		return nil, err
	}
	q := s.DB.Payment.Query()
	if f != nil {
		if f.ContactID != nil {
			q.Where(entpayment.ContactID(*f.ContactID))
		}
		if f.Status != nil {
			q.Where(entpayment.StatusEQ(*f.Status))
		}
		if f.From != nil {
			q.Where(entpayment.DateGTE(*f.From))
		}
		if f.To != nil {
			q.Where(entpayment.DateLTE(*f.To))
		}
	}
	rows, err := q.Clone().Where(db.Keyset(req, entpayment.FieldDate, true)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("payment: list: %w", err)
	}
	return page.New(req, s.wrap(rows...), cursor, q.Count), nil
}

// Of reads a page of a contact's payments, newest date first; the first page for the whole
// group of contacts by one statement.
func (s *Service) Of(ctx context.Context, c *contact.Contact, args page.Args) (*page.Connection[*Payment], error) {
	if _, err := viewer.RequireStaff(ctx, viewer.SeePayments); err != nil {
		return nil, err
	}
	return db.Below(ctx, c.Group, c.ID, args, db.Child[*Payment]{
		Kind: kind, Type: ent.TypePayment, Table: entpayment.Table, ParentColumn: entpayment.FieldContactID,
		Key: entpayment.FieldDate, Cursor: cursor, CheckKey: checkDate,
		Parent: func(p *Payment) uuid.UUID { return p.ContactID },
		Read: func(ctx context.Context, where db.Condition) ([]*Payment, error) {
			rows, err := s.DB.Payment.Query().Where(where).All(ctx)
			return s.wrap(rows...), err
		},
		Count: func(ctx context.Context, where db.Condition) (map[uuid.UUID]int, error) {
			var rows []struct {
				ContactID uuid.UUID `json:"contact_id"`
				Count     int       `json:"count"`
			}
			err := s.DB.Payment.Query().Where(where).GroupBy(entpayment.FieldContactID).Aggregate(ent.Count()).Scan(ctx, &rows)
			out := make(map[uuid.UUID]int, len(rows))
			for _, r := range rows {
				out[r.ContactID] = r.Count
			}
			return out, err
		},
	})
}

func wrapped(what string, err error) error {
	if err != nil {
		return fmt.Errorf("payment: %s: %w", what, err)
	}
	return nil
}
