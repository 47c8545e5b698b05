// Package portal owns what portal customers are: invitations, access, and what they may
// read. A customer sees only issued sales documents, payments and balances of the contacts
// that staff granted, through types of its own; any other id answers NOT_FOUND.
package portal

import (
	"context"
	"fmt"
	"time"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/account"
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	entcontact "github.com/kartela/kartela/ent/contact"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/ledgerentry"
	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/letter"
	"github.com/kartela/kartela/message"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/notice"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/post"
	"github.com/kartela/kartela/statement"
	"github.com/kartela/kartela/viewer"
)

// Service is what staff do about the portal, and what customers do on it.
type Service struct {
	DB         *db.DB
	Accounts   *account.Service
	Ledger     *ledger.Book
	Documents  *document.Service
	Statements *statement.Service
	Notices    *notice.Service
	Messages   *message.Service
	Post       *post.Service
	Mailer     letter.Mailer
	BaseURL    string // of the page, for links
	Ended      func(viewer.Ended)
	Now        func() time.Time
}

// Portal is what the signed-in customer sees.
type Portal struct{ s *Service }

// For gives the portal of the viewer. Faults: UNAUTHENTICATED, FORBIDDEN for staff.
func (s *Service) For(ctx context.Context) (*Portal, error) {
	if _, err := viewer.RequirePortal(ctx); err != nil {
		return nil, err
	}
	return &Portal{s}, nil
}

// Business is the business, as its customers see it.
type Business struct{ *ent.Organization }

// HasLogo says whether there is a logo, at /organization/logo.
func (b *Business) HasLogo() bool { return b.LogoKey != "" }

// Business is whose portal it is.
func (p *Portal) Business(ctx context.Context) (*Business, error) {
	org, err := p.s.DB.Organization.Get(ctx, viewer.From(ctx).Organization)
	if err != nil {
		return nil, fmt.Errorf("portal: read the business: %w", err)
	}
	return &Business{org}, nil
}

// Contact is a contact as its own people see it.
type Contact struct {
	ID    uuid.UUID
	Name  string
	group *page.Group
	s     *Service
}

// Contacts are the contacts that the person was let in for, by name.
func (p *Portal) Contacts(ctx context.Context) ([]*Contact, error) {
	rows, err := p.s.DB.Contact.Query().Order(entcontact.BySortName(), entcontact.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("portal: read contacts: %w", err)
	}
	ids := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	group, out := page.NewGroup(ids...), make([]*Contact, len(rows))
	for i, r := range rows {
		out[i] = &Contact{ID: r.ID, Name: r.DisplayName, group: group, s: p.s}
	}
	return out, nil
}

// Contact is one of the own contacts; the only one when no id is given.
// Faults: NOT_FOUND on id.
func (p *Portal) Contact(ctx context.Context, id *uuid.UUID) (*Contact, error) {
	one, err := own(ctx, id)
	if err != nil {
		return nil, err
	}
	row, err := p.s.DB.Contact.Get(ctx, one)
	if ent.IsNotFound(err) {
		return nil, noContact("id")
	}
	if err != nil {
		return nil, fmt.Errorf("portal: read the contact: %w", err)
	}
	return &Contact{ID: row.ID, Name: row.DisplayName, group: page.NewGroup(row.ID), s: p.s}, nil
}

func own(ctx context.Context, id *uuid.UUID) (uuid.UUID, error) {
	v, err := viewer.RequirePortal(ctx)
	if err != nil {
		return uuid.Nil, err
	}
	if one, ok := v.Own(id); ok {
		return one, nil
	}
	return uuid.Nil, noContact("id")
}

func noContact(field string) error {
	return fault.New(fault.NotFound, field, "There is no such contact.")
}

// OwnContact settles which of the own contacts is meant, for the live balance.
// Faults: NOT_FOUND on contactId.
func (s *Service) OwnContact(ctx context.Context, id *uuid.UUID) (uuid.UUID, error) {
	one, err := own(ctx, id)
	if fault.IsCode(err, fault.NotFound) {
		return uuid.Nil, noContact("contactId")
	}
	return one, err
}

// Balances are what is owed, per currency.
func (c *Contact) Balances(ctx context.Context) ([]*ledger.Balance, error) {
	return page.Load(ctx, c.group, "balances", c.ID, c.s.Ledger.Balances)
}

// Invoice is an issued invoice, as the customer sees it.
type Invoice struct{ *document.Document }

// PaidState is how far it is paid: an issued invoice always has one.
func (i *Invoice) PaidState() document.PaidState { return *i.Document.PaidState() }

// Invoices reads a page of the contact's issued invoices, newest date first.
func (c *Contact) Invoices(ctx context.Context, first *int, after *string) (*page.Connection[*Invoice], error) {
	return db.Below(ctx, c.group, c.ID, page.Args{First: first, After: after}, db.Child[*Invoice]{
		Kind: "portalInvoices", Type: ent.TypeDocument, Table: entdocument.Table, ParentColumn: entdocument.FieldContactID,
		Key: entdocument.FieldDate, CheckKey: checkDate,
		Match: []db.Condition{entdocument.TypeEQ(entdocument.TypeInvoice)},
		Cursor: func(i *Invoice) page.Cursor {
			return page.Cursor{Kind: "portalInvoices", Key: string(i.Date), ID: i.ID}
		},
		Parent: func(i *Invoice) uuid.UUID { return i.ContactID },
		Read: func(ctx context.Context, where db.Condition) ([]*Invoice, error) {
			rows, err := c.s.DB.Document.Query().Where(entdocument.TypeEQ(entdocument.TypeInvoice), where).All(ctx)
			return invoices(c.s.Documents.Wrap(rows...)), err
		},
	})
}

func invoices(docs []*document.Document) []*Invoice {
	out := make([]*Invoice, len(docs))
	for i, d := range docs {
		out[i] = &Invoice{d}
	}
	return out
}

func checkDate(key string) error {
	_, err := day.Parse(key)
	return err
}

// Invoice is one issued invoice of the own contacts. Faults: NOT_FOUND on id.
func (p *Portal) Invoice(ctx context.Context, id uuid.UUID) (*Invoice, error) {
	row, err := p.s.DB.Document.Query().Where(entdocument.ID(id), entdocument.TypeEQ(entdocument.TypeInvoice)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fault.New(fault.NotFound, "id", "There is no such invoice.")
	}
	if err != nil {
		return nil, fmt.Errorf("portal: read the invoice: %w", err)
	}
	return &Invoice{p.s.Documents.Wrap(row)[0]}, nil
}

// Payment is a payment, as the customer sees it.
type Payment struct {
	*ent.Payment
	group *page.Group
	s     *Service
}

// Amount is the amount, always positive.
func (p *Payment) Amount() money.Money { return money.New(p.Payment.Amount, p.Currency) }

// Credit is what is left of it.
func (p *Payment) Credit() money.Money { return money.New(p.Payment.Amount-p.Allocated, p.Currency) }

// received leaves out refunds, which a statement tells of.
func received(s *sql.Selector) {
	s.Where(sql.In(s.C(entpayment.FieldKind), entpayment.KindClientPayment, entpayment.KindOtherReceived))
}

// Payments reads a page of the payments received from the contact, newest date first.
func (c *Contact) Payments(ctx context.Context, first *int, after *string) (*page.Connection[*Payment], error) {
	return db.Below(ctx, c.group, c.ID, page.Args{First: first, After: after}, db.Child[*Payment]{
		Kind: "portalPayments", Type: ent.TypePayment, Table: entpayment.Table, ParentColumn: entpayment.FieldContactID,
		Key: entpayment.FieldDate, CheckKey: checkDate, Match: []db.Condition{received},
		Cursor: func(p *Payment) page.Cursor {
			return page.Cursor{Kind: "portalPayments", Key: string(p.Date), ID: p.ID}
		},
		Parent: func(p *Payment) uuid.UUID { return p.ContactID },
		Read: func(ctx context.Context, where db.Condition) ([]*Payment, error) {
			rows, err := c.s.DB.Payment.Query().Where(where).All(ctx)
			return c.s.wrapPayments(rows), err
		},
	})
}

func (s *Service) wrapPayments(rows []*ent.Payment) []*Payment {
	ids := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	group, out := page.NewGroup(ids...), make([]*Payment, len(rows))
	for i, r := range rows {
		out[i] = &Payment{r, group, s}
	}
	return out
}

// Statement reads the own statement of a period. Faults: INVALID as for statement.For.
func (c *Contact) Statement(ctx context.Context, from, to *day.Date) ([]*statement.Table, error) {
	_, tables, err := c.s.Statements.Tables(ctx, c.ID, ledgerentry.SideClient, from, to)
	return tables, err
}

// Printed reads the own statement to be printed. Faults: INVALID as for statement.For.
func (c *Contact) Printed(ctx context.Context, from, to *day.Date) (*statement.Statement, error) {
	return c.s.Statements.Own(ctx, c.ID, from, to)
}
