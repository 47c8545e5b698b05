// Package onlinepayment owns what customers try to pay online, and what providers say became of
// it. What a provider confirms by a signed message is booked as a payment; where a customer's
// browser comes back to books nothing.
package onlinepayment

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	entonline "github.com/kartela/kartela/ent/onlinepayment"
	"github.com/kartela/kartela/ent/paymentevent"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/notice"
	"github.com/kartela/kartela/onlinepayment/banktransfer"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/payment"
	"github.com/kartela/kartela/viewer"
)

// Service is what can be done with online payments.
type Service struct {
	DB        *db.DB
	Contacts  *contact.Service
	Documents *document.Service
	Payments  *payment.Service
	Notices   *notice.Service
	Secrets   Secrets                                 // nil: the server has no key, and keeps no secrets
	Providers map[entonline.Provider]payment.Provider // those that this server knows
	BaseURL   string                                  // of the page
	Changed   func(organization, id uuid.UUID)        // is told of every change after its commit; it must not block
	Now       func() time.Time
}

// Secrets seals what must not be read from the database alone.
type Secrets interface {
	Seal(plain []byte, place string) ([]byte, error)
	Open(sealed []byte, place string) (plain []byte, old bool, err error)
}

func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }

// OnlinePayment is a try to pay, as it was read, with those that were read together with it.
type OnlinePayment struct {
	*ent.OnlinePayment
	Group *page.Group
	s     *Service
}

type contactsKey struct{}

func (s *Service) wrap(rows ...*ent.OnlinePayment) []*OnlinePayment {
	ids, contacts := make([]uuid.UUID, len(rows)), make([]uuid.UUID, len(rows))
	for i, r := range rows {
		ids[i], contacts[i] = r.ID, r.ContactID
	}
	g := page.NewGroup(ids...)
	g.Remember(contactsKey{}, contacts)
	out := make([]*OnlinePayment, len(rows))
	for i, r := range rows {
		out[i] = &OnlinePayment{r, g, s}
	}
	return out
}

// Amount is what was asked for.
func (o *OnlinePayment) Amount() money.Money { return money.New(o.OnlinePayment.Amount, o.Currency) }

// Status is where the try stands: one that nobody paid in time has expired, whether its
// provider said so or not.
func (o *OnlinePayment) Status() entonline.Status {
	if o.OnlinePayment.Status == entonline.StatusOpen && !o.ExpiresAt.After(o.s.Now()) {
		return entonline.StatusExpired
	}
	return o.OnlinePayment.Status
}

// URL is where the customer pays; nil when there is nothing to open, or no longer.
func (o *OnlinePayment) URL() *string {
	if o.Status() != entonline.StatusOpen || o.OnlinePayment.URL == "" {
		return nil
	}
	return &o.OnlinePayment.URL
}

// Contact is the contact as it is today.
func (o *OnlinePayment) Contact(ctx context.Context) (*contact.Contact, error) {
	return page.Load(ctx, o.Group, "contact", o.ContactID, func(ctx context.Context, _ []uuid.UUID) (map[uuid.UUID]*contact.Contact, error) {
		return o.s.Contacts.ByIDs(ctx, page.Recall[[]uuid.UUID](o.Group, contactsKey{}))
	})
}

// Document is the invoice that it is for; nil where the oldest are paid first, and for who may not
// see it.
func (o *OnlinePayment) Document(ctx context.Context) (*document.Document, error) {
	if o.DocumentID == nil {
		return nil, nil //nolint:nilnil // null in the API
	}
	found, err := o.s.Documents.ByIDs(ctx, []uuid.UUID{*o.DocumentID})
	return found[*o.DocumentID], err
}

// Payment is what it was booked as; nil when it was not.
func (o *OnlinePayment) Payment(ctx context.Context) (*payment.Payment, error) {
	if o.PaymentID == nil {
		return nil, nil //nolint:nilnil // null in the API
	}
	found, err := o.s.Payments.ByIDs(ctx, []uuid.UUID{*o.PaymentID})
	return found[*o.PaymentID], err
}

// Event is one message of a provider, or what it moved.
type Event struct{ *ent.PaymentEvent }

// Amount is the money that it is about; nil when it is about none.
func (e *Event) Amount() *money.Money {
	if e.Currency == "" {
		return nil
	}
	m := money.New(e.PaymentEvent.Amount, e.Currency)
	return &m
}

// Events are what the provider said of it, oldest first.
func (o *OnlinePayment) Events(ctx context.Context) ([]*Event, error) {
	return page.Load(ctx, o.Group, "events", o.ID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*Event, error) {
		rows, err := o.s.DB.PaymentEvent.Query().Where(paymentevent.OnlinePaymentIDIn(ids...), paymentevent.TypeNotIn(facts...)).
			Order(paymentevent.ByID()).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("onlinepayment: read events: %w", err)
		}
		out := map[uuid.UUID][]*Event{}
		for _, r := range rows {
			out[*r.OnlinePaymentID] = append(out[*r.OnlinePaymentID], &Event{r})
		}
		return out, nil
	})
}

// Instructions are what a customer needs to pay by bank transfer.
type Instructions struct {
	Holder    string
	IBAN      string // in groups of four
	BIC       string // "" for none
	Reference string // in groups of four
	Text      string // of the business
	QR        string // what a code that banking apps read says; "" where there is none for it
}

// Instructions are how it is paid; nil when it is paid otherwise. Only who may see the online
// payment asks: the account is read as the system.
func (o *OnlinePayment) Instructions(ctx context.Context) (*Instructions, error) {
	if o.Provider != entonline.ProviderBankTransfer {
		return nil, nil //nolint:nilnil // null in the API
	}
	row, err := o.s.setting(ctx, o.OrganizationID, o.Provider)
	if err != nil {
		return nil, err
	}
	of := banktransfer.Transfer{Holder: row.Holder, IBAN: row.Iban, BIC: row.Bic, Amount: o.Amount(), Reference: o.Reference}
	return &Instructions{row.Holder, banktransfer.Grouped(row.Iban), row.Bic, banktransfer.Grouped(o.Reference), row.Instructions, of.QR()}, nil
}

// Get reads an online payment. Staff only. Faults: NOT_FOUND, UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (*OnlinePayment, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.SeePayments); err != nil {
		return nil, err
	}
	return s.read(ctx, id)
}

// Own reads an online payment of the customer's own contacts, to see what became of it.
// Faults: NOT_FOUND, UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Own(ctx context.Context, id uuid.UUID) (*OnlinePayment, error) {
	if _, err := viewer.RequirePortal(ctx); err != nil {
		return nil, err
	}
	return s.read(ctx, id)
}

func (s *Service) read(ctx context.Context, id uuid.UUID) (*OnlinePayment, error) {
	row, err := s.DB.OnlinePayment.Get(ctx, id)
	if ent.IsNotFound(err) {
		return nil, missing()
	}
	if err != nil {
		return nil, fmt.Errorf("onlinepayment: read: %w", err)
	}
	return s.wrap(row)[0], nil
}

func missing() error { return fault.New(fault.NotFound, "id", "There is no such online payment.") }

// Filter is what a list of online payments is narrowed by.
type Filter struct {
	ContactID *uuid.UUID
	Statuses  []entonline.Status // as kept: one that has expired unsaid is open
	Providers []entonline.Provider
}

const kind = "onlinePayments"

// List reads a page of online payments, newest first. Staff only.
//
// Faults: INVALID for a bad page; UNAUTHENTICATED, FORBIDDEN.
func (s *Service) List(ctx context.Context, args page.Args, f *Filter) (*page.Connection[*OnlinePayment], error) {
	if _, err := viewer.RequireStaff(ctx, viewer.SeePayments); err != nil {
		return nil, err
	}
	req, err := args.Check(kind, func(string) error { return nil })
	if err != nil {
		return nil, err
	}
	q := s.DB.OnlinePayment.Query()
	if f != nil {
		if f.ContactID != nil {
			q.Where(entonline.ContactID(*f.ContactID))
		}
		if f.Statuses != nil {
			q.Where(entonline.StatusIn(f.Statuses...))
		}
		if f.Providers != nil {
			q.Where(entonline.ProviderIn(f.Providers...))
		}
	}
	rows, err := q.Clone().Where(db.Keyset(req, "", true)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("onlinepayment: list: %w", err)
	}
	cursor := func(o *OnlinePayment) page.Cursor { return page.Cursor{Kind: kind, ID: o.ID} }
	return page.New(req, s.wrap(rows...), cursor, q.Count), nil
}
