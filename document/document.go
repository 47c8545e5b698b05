// Package document owns invoices, credit notes, estimates, bills, supplier credits and
// expenses, all of one shape: drafts, totals, numbering, issuing, voiding. It posts to the
// ledger; what settles a document is the payment package's.
package document

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/documentadjustment"
	"github.com/kartela/kartela/ent/documentline"
	"github.com/kartela/kartela/ent/documenttax"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/page"
)

// Service is what can be done with documents.
type Service struct {
	DB       *db.DB
	Ledger   *ledger.Book
	Contacts *contact.Service
	Payer    Payer // of expenses, which stay unpaid without one
	Rates    Rates // of exchange, which are typed without one
	Now      func() time.Time

	// Changed is told of every document that has changed, after the commit. It must not block.
	Changed func(organization, contact, document uuid.UUID)
	// Issued is told of every document that is issued, in its transaction; nil: nobody is.
	Issued func(ctx context.Context, org *ent.Organization, row *ent.Document) error
}

// Rates gives the exchange rate that a document of a date takes when none was typed, read by
// the client of its transaction; false when there is none.
type Rates interface {
	On(ctx context.Context, c *ent.Client, currency, base money.Currency, date day.Date) (money.Decimal, bool, error)
}

// Document is a document as it was read, with those that were read together with it.
type Document struct {
	*ent.Document
	Group *page.Group
	s     *Service
}

// IsNode marks a type that has a global id.
func (*Document) IsNode() {}

// Wrap makes documents of rows that were read together.
func (s *Service) Wrap(rows ...*ent.Document) []*Document {
	ids := make([]uuid.UUID, len(rows))
	contacts, origins := make(map[uuid.UUID]uuid.UUID, len(rows)), map[uuid.UUID]uuid.UUID{}
	for i, r := range rows {
		ids[i], contacts[r.ID] = r.ID, r.ContactID
		if r.OriginID != nil {
			origins[r.ID] = *r.OriginID
		}
	}
	g := page.NewGroup(ids...)
	g.Remember(contactsKey{}, contacts)
	g.Remember(originsKey{}, origins)
	out := make([]*Document, len(rows))
	for i, r := range rows {
		out[i] = &Document{Document: r, Group: g, s: s}
	}
	return out
}

type (
	contactsKey struct{}
	originsKey  struct{}
)

// Get reads a document. Staff only. Faults: NOT_FOUND, UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (*Document, error) {
	if err := mayReadAny(ctx); err != nil {
		return nil, err
	}
	row, err := s.DB.Document.Get(ctx, id)
	if ent.IsNotFound(err) {
		return nil, notFound("id")
	}
	if err != nil {
		return nil, fmt.Errorf("document: read: %w", err)
	}
	return s.Wrap(row)[0], nil
}

// ByIDs reads documents for the rows of another list, by one statement.
func (s *Service) ByIDs(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Document, error) {
	rows, err := s.DB.Document.Query().Where(entdocument.IDIn(ids...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("document: read by ids: %w", err)
	}
	out := make(map[uuid.UUID]*Document, len(rows))
	for _, d := range s.Wrap(rows...) {
		out[d.ID] = d
	}
	return out, nil
}

func notFound(field string) error {
	return fault.New(fault.NotFound, field, "There is no such document.")
}

// Contact is the contact as it is today.
func (d *Document) Contact(ctx context.Context) (*contact.Contact, error) {
	contacts := page.Recall[map[uuid.UUID]uuid.UUID](d.Group, contactsKey{})
	c, err := page.Load(ctx, d.Group, "contact", d.ContactID, func(ctx context.Context, _ []uuid.UUID) (map[uuid.UUID]*contact.Contact, error) {
		ids := make([]uuid.UUID, 0, len(contacts))
		for _, id := range contacts {
			ids = append(ids, id)
		}
		return d.s.Contacts.ByIDs(ctx, ids)
	})
	if err == nil && c == nil {
		return nil, fault.New(fault.NotFound, "", "There is no such contact.")
	}
	return c, err
}

// Line is a line with its document's currency.
type Line struct {
	*ent.DocumentLine
	currency money.Currency
}

// DiscountAmount is the amount off, zero for none.
func (l *Line) DiscountAmount() money.Money {
	return money.New(l.DocumentLine.DiscountAmount, l.currency)
}

// Taxes are the line's taxes.
func (l *Line) Taxes() []*money.Tax { return taxesIn(l.DocumentLine.Taxes, l.currency) }

func taxesIn(taxes []money.Tax, c money.Currency) []*money.Tax {
	out := make([]*money.Tax, len(taxes))
	for i, t := range taxes {
		out[i] = t.In(c)
	}
	return out
}

// Net is the line without tax.
func (l *Line) Net() money.Money { return money.New(l.DocumentLine.Net, l.currency) }

// Lines are the document's lines, in their order, read for all documents of the group at once.
func (d *Document) Lines(ctx context.Context) ([]*Line, error) {
	rows, err := page.Load(ctx, d.Group, "lines", d.ID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*ent.DocumentLine, error) {
		rows, err := d.s.DB.DocumentLine.Query().Where(documentline.DocumentIDIn(ids...)).Order(documentline.ByPosition()).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("document: read lines: %w", err)
		}
		out := make(map[uuid.UUID][]*ent.DocumentLine, len(ids))
		for _, r := range rows {
			out[r.DocumentID] = append(out[r.DocumentID], r)
		}
		return out, nil
	})
	out := make([]*Line, len(rows))
	for i, r := range rows {
		out[i] = &Line{r, d.Currency}
	}
	return out, err
}

// AdjustmentLine is an allowance or charge with its document's currency.
type AdjustmentLine struct {
	*ent.DocumentAdjustment
	currency money.Currency
}

// Amount is what it comes to, positive.
func (a *AdjustmentLine) Amount() money.Money {
	return money.New(a.DocumentAdjustment.Amount, a.currency)
}

// Taxes are the taxes that it joins.
func (a *AdjustmentLine) Taxes() []*money.Tax { return taxesIn(a.DocumentAdjustment.Taxes, a.currency) }

// Adjustments are the document's allowances and charges, in their order.
func (d *Document) Adjustments(ctx context.Context) ([]*AdjustmentLine, error) {
	rows, err := page.Load(ctx, d.Group, "adjustments", d.ID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*ent.DocumentAdjustment, error) {
		rows, err := d.s.DB.DocumentAdjustment.Query().Where(documentadjustment.DocumentIDIn(ids...)).Order(documentadjustment.ByPosition()).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("document: read adjustments: %w", err)
		}
		out := make(map[uuid.UUID][]*ent.DocumentAdjustment, len(ids))
		for _, r := range rows {
			out[r.DocumentID] = append(out[r.DocumentID], r)
		}
		return out, nil
	})
	out := make([]*AdjustmentLine, len(rows))
	for i, r := range rows {
		out[i] = &AdjustmentLine{r, d.Currency}
	}
	return out, err
}

// TaxLine is a tax group with its document's currency.
type TaxLine struct {
	TaxGroup
	currency money.Currency
}

// Base is what the tax is computed from.
func (t *TaxLine) Base() money.Money { return money.New(t.TaxGroup.Base, t.currency) }

// Fixed is the amount per line of a tax that is no percent, else zero.
func (t *TaxLine) Fixed() money.Money { return money.New(t.TaxGroup.Fixed, t.currency) }

// Amount is the tax.
func (t *TaxLine) Amount() money.Money { return money.New(t.TaxGroup.Amount, t.currency) }

// Taxes are the document's tax groups (EN 16931, BG-23).
func (d *Document) Taxes(ctx context.Context) ([]*TaxLine, error) {
	rows, err := page.Load(ctx, d.Group, "taxes", d.ID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*ent.DocumentTax, error) {
		rows, err := d.s.DB.DocumentTax.Query().Where(documenttax.DocumentIDIn(ids...)).Order(documenttax.ByPosition()).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("document: read taxes: %w", err)
		}
		out := make(map[uuid.UUID][]*ent.DocumentTax, len(ids))
		for _, r := range rows {
			out[r.DocumentID] = append(out[r.DocumentID], r)
		}
		return out, nil
	})
	out := make([]*TaxLine, len(rows))
	for i, r := range rows {
		out[i] = &TaxLine{TaxGroup{Kind: r.Kind, Name: r.Name, Category: r.Category, Rate: r.Rate,
			Fixed: r.Fixed, Informational: r.Informational, Base: r.Base, Amount: r.Amount}, d.Currency}
	}
	return out, err
}
