// Package payment owns payments and allocations: money received and sent, and what it
// settles. A payment posts to the ledger; an allocation never does.
package payment

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
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

// Service is what can be done with payments. It is the payer of document's expenses.
type Service struct {
	DB        *db.DB
	Ledger    *ledger.Book
	Contacts  *contact.Service
	Documents *document.Service
	Now       func() time.Time

	// Received is told of every payment of a client, in the transaction that books it, where the
	// business mails what it received; nil: nobody is.
	Received func(ctx context.Context, row *ent.Payment) error
}

var _ document.Payer = (*Service)(nil)

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

// Credit is what is left; zero for a payment that is not in force.
func (p *Payment) Credit() money.Money {
	if p.Status != entpayment.StatusRecorded {
		return money.New(0, p.Currency)
	}
	return money.New(p.Payment.Amount-p.Payment.Allocated, p.Currency)
}

// Allocations are what the payment settles, or gives back of its credit, oldest first.
func (p *Payment) Allocations(ctx context.Context) ([]*Allocation, error) {
	return page.Load(ctx, p.Group, "allocations", p.ID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*Allocation, error) {
		rows, err := p.s.DB.Allocation.Query().Where(allocation.PaymentIDIn(ids...)).Order(allocation.ByID()).All(ctx)
		return p.s.wrapAllocations(rows, func(a *ent.Allocation) []*uuid.UUID { return []*uuid.UUID{a.PaymentID} }), wrapped("read allocations", err)
	})
}

// Sources are the credit that a refund takes, oldest first.
func (p *Payment) Sources(ctx context.Context) ([]*Allocation, error) {
	return page.Load(ctx, p.Group, "sources", p.ID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*Allocation, error) {
		rows, err := p.s.DB.Allocation.Query().Where(allocation.RefundIDIn(ids...)).Order(allocation.ByID()).All(ctx)
		return p.s.wrapAllocations(rows, func(a *ent.Allocation) []*uuid.UUID { return []*uuid.UUID{a.RefundID} }), wrapped("read sources", err)
	})
}

// AllocationsOf are what settles a document, or uses a credit document, oldest first, for the
// whole group of documents.
func (s *Service) AllocationsOf(ctx context.Context, d *document.Document) ([]*Allocation, error) {
	return page.Load(ctx, d.Group, "allocations", d.ID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*Allocation, error) {
		rows, err := s.DB.Allocation.Query().Where(allocation.Or(allocation.DocumentIDIn(ids...), allocation.CreditIDIn(ids...))).Order(allocation.ByID()).All(ctx)
		return s.wrapAllocations(rows, func(a *ent.Allocation) []*uuid.UUID { return []*uuid.UUID{a.DocumentID, a.CreditID} }), wrapped("read allocations", err)
	})
}

// Allocation is the part of a payment, or of a credit document, that settles a document or is
// given back by a refund.
type Allocation struct {
	*ent.Allocation
	group *page.Group
	all   []*ent.Allocation
	s     *Service
}

func (s *Service) wrapAllocations(rows []*ent.Allocation, parents func(*ent.Allocation) []*uuid.UUID) map[uuid.UUID][]*Allocation {
	g := page.NewGroup()
	out := map[uuid.UUID][]*Allocation{}
	for _, r := range rows {
		for _, id := range parents(r) {
			if id != nil {
				out[*id] = append(out[*id], &Allocation{r, g, rows, s})
			}
		}
	}
	return out
}

// Amount is how much is settled, or given back.
func (a *Allocation) Amount() money.Money { return money.New(a.Allocation.Amount, a.Currency) }

// Taken is how much it takes of a payment in another currency; nil where that is the amount.
func (a *Allocation) Taken(ctx context.Context) (*money.Money, error) {
	if a.SourceAmount == 0 {
		return nil, nil //nolint:nilnil // null in the API
	}
	p, err := a.Payment(ctx)
	if err != nil || p == nil {
		return nil, err
	}
	m := money.New(a.SourceAmount, p.Currency)
	return &m, nil
}

// Document is what is settled; nil for a refund.
func (a *Allocation) Document(ctx context.Context) (*document.Document, error) {
	return a.document(ctx, "document", func(r *ent.Allocation) *uuid.UUID { return r.DocumentID })
}

// CreditDocument is the credit note, or supplier credit, that settles; nil for a payment.
func (a *Allocation) CreditDocument(ctx context.Context) (*document.Document, error) {
	return a.document(ctx, "credit", func(r *ent.Allocation) *uuid.UUID { return r.CreditID })
}

// Payment is the money; nil for a credit document.
func (a *Allocation) Payment(ctx context.Context) (*Payment, error) {
	return a.payment(ctx, "payment", func(r *ent.Allocation) *uuid.UUID { return r.PaymentID })
}

// Refund is the payment that gives the credit back; nil where a document is settled.
func (a *Allocation) Refund(ctx context.Context) (*Payment, error) {
	return a.payment(ctx, "refund", func(r *ent.Allocation) *uuid.UUID { return r.RefundID })
}

func (a *Allocation) document(ctx context.Context, name string, of func(*ent.Allocation) *uuid.UUID) (*document.Document, error) {
	if of(a.Allocation) == nil {
		return nil, nil //nolint:nilnil // null in the API
	}
	return page.Load(ctx, a.group, name, *of(a.Allocation), func(ctx context.Context, _ []uuid.UUID) (map[uuid.UUID]*document.Document, error) {
		return a.s.Documents.ByIDs(ctx, a.ends(of))
	})
}

func (a *Allocation) payment(ctx context.Context, name string, of func(*ent.Allocation) *uuid.UUID) (*Payment, error) {
	if of(a.Allocation) == nil {
		return nil, nil //nolint:nilnil // null in the API
	}
	return page.Load(ctx, a.group, name, *of(a.Allocation), func(ctx context.Context, _ []uuid.UUID) (map[uuid.UUID]*Payment, error) {
		return a.s.ByIDs(ctx, a.ends(of))
	})
}

// ends are one end of all allocations that were read together.
func (a *Allocation) ends(of func(*ent.Allocation) *uuid.UUID) (ids []uuid.UUID) {
	for _, r := range a.all {
		if id := of(r); id != nil {
			ids = append(ids, *id)
		}
	}
	return ids
}

func wrapped(what string, err error) error {
	if err != nil {
		return fmt.Errorf("payment: %s: %w", what, err)
	}
	return nil
}
