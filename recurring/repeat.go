package recurring

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/documentadjustment"
	"github.com/kartela/kartela/ent/documentline"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/viewer"
)

// repeat is what an invoice was made of, for another one: without its dates, numbers and
// projects. Its taxes are its own, whatever the client's defaults are by then; its exchange
// rate is kept only where nothing else gives one.
//
// Faults: NOT_FOUND and INVALID on documentId.
func (s *Service) repeat(ctx context.Context, tx *ent.Tx, id uuid.UUID) (*document.CreateInput, error) {
	row, err := tx.Document.Get(ctx, id)
	if ent.IsNotFound(err) {
		return nil, fault.New(fault.NotFound, "documentId", "There is no such document.")
	}
	if err != nil {
		return nil, fmt.Errorf("recurring: read an invoice: %w", err)
	}
	if row.Type != entdocument.TypeInvoice {
		return nil, fault.New(fault.Invalid, "documentId", "Only invoices are made again and again.")
	}
	in := &document.CreateInput{Type: row.Type, ContactID: row.ContactID, SequenceID: row.SequenceID, Currency: &row.Currency,
		PricesIncludeTax: row.PricesIncludeTax, Reference: row.Reference, Notes: row.Notes, Terms: row.Terms, Language: row.Language}
	if in.ExchangeRate, err = s.ownRate(ctx, tx, row); err != nil {
		return nil, err
	}
	lines, err := tx.DocumentLine.Query().Where(documentline.DocumentID(id)).Order(documentline.ByPosition()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("recurring: read an invoice's lines: %w", err)
	}
	for _, l := range lines {
		line := &document.LineInput{ProductID: l.ProductID, Title: l.Title, Quantity: &l.Quantity, Unit: l.Unit, UnitPrice: &l.UnitPrice,
			DiscountPercent: l.DiscountPercent, Taxes: pointers(l.Taxes)}
		if l.DiscountAmount != 0 {
			line.DiscountAmount = decimal(l.DiscountAmount, row.Currency)
		}
		in.Lines = append(in.Lines, line)
	}
	adjustments, err := tx.DocumentAdjustment.Query().Where(documentadjustment.DocumentID(id)).Order(documentadjustment.ByPosition()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("recurring: read an invoice's adjustments: %w", err)
	}
	for _, a := range adjustments {
		adjustment := &document.AdjustmentInput{Charge: a.Charge, Title: a.Title, Percent: a.Percent, Taxes: pointers(a.Taxes)}
		if a.Percent.Sign() == 0 {
			adjustment.Amount = decimal(a.Amount, row.Currency)
		}
		in.Adjustments = append(in.Adjustments, adjustment)
	}
	return in, nil
}

// ownRate is the invoice's exchange rate when no feed has one; nil for base currency.
func (s *Service) ownRate(ctx context.Context, tx *ent.Tx, row *ent.Document) (*money.Decimal, error) {
	org, err := tx.Organization.Get(ctx, viewer.From(ctx).Organization)
	if err != nil {
		return nil, fmt.Errorf("recurring: read the organization: %w", err)
	}
	if row.Currency == org.BaseCurrency {
		return nil, nil //nolint:nilnil // none is needed
	}
	if s.Documents.Rates != nil {
		_, ok, err := s.Documents.Rates.On(ctx, tx.Client(), row.Currency, org.BaseCurrency, document.TodayIn(s.Now(), org.TimeZone))
		if err != nil || ok {
			return nil, err
		}
	}
	return &row.ExchangeRate, nil
}

func decimal(m money.Minor, c money.Currency) *money.Decimal {
	d := money.New(m, c).Amount()
	return &d
}

func pointers(in []money.Tax) []*money.Tax {
	out := make([]*money.Tax, len(in))
	for i := range in {
		out[i] = &in[i]
	}
	return out
}
