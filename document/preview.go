package document

import (
	"context"

	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/viewer"
)

// PreviewInput is the input of computeTotals.
type PreviewInput struct {
	Type             *entdocument.Type // an invoice when nil
	Currency         money.Currency
	PricesIncludeTax bool
	Lines            []*LineInput
	Adjustments      []*AdjustmentInput
}

// Preview is what lines come to, without a document.
type Preview struct {
	Lines       []*money.Money
	Adjustments []*money.Money
	Taxes       []*TaxLine
	Allowances  money.Money
	Charges     money.Money
	Net         money.Money
	Vat         money.Money
	OtherTaxes  money.Money
	Total       money.Money
	Withholding money.Money
	Payable     money.Money
}

// ComputeTotals works out what the lines of a document would come to and stores nothing. A line
// without taxes has its product's, else none.
//
// Faults: INVALID with every bad field; NOT_FOUND on a line's product; UNAUTHENTICATED,
// FORBIDDEN.
func (s *Service) ComputeTotals(ctx context.Context, in PreviewInput) (*Preview, error) {
	typ := entdocument.TypeInvoice
	apply(&typ, in.Type)
	if _, err := viewer.RequireStaff(ctx, sees[kinds[typ].side]); err != nil {
		return nil, err
	}
	c := content{row: &ent.Document{Type: typ, Side: kinds[typ].side, Currency: in.Currency, PricesIncludeTax: in.PricesIncludeTax}}
	for _, l := range in.Lines {
		l.ID = nil // of a document that is not asked for
	}
	if err := c.price(ctx, func() *ent.ProductClient { return s.DB.Product }, in.Lines, in.Adjustments); err != nil {
		return nil, err
	}
	t := c.totals
	of := func(m money.Minor) money.Money { return money.New(m, in.Currency) }
	p := &Preview{Allowances: of(t.Allowances), Charges: of(t.Charges), Net: of(t.Net), Vat: of(t.VAT), OtherTaxes: of(t.OtherTaxes),
		Total: of(t.Total), Withholding: of(t.Withholding), Payable: of(t.Payable)}
	for _, l := range t.Lines {
		m := of(l)
		p.Lines = append(p.Lines, &m)
	}
	for _, a := range t.Adjustments {
		m := of(a)
		p.Adjustments = append(p.Adjustments, &m)
	}
	for _, g := range t.Groups {
		p.Taxes = append(p.Taxes, &TaxLine{g, in.Currency})
	}
	return p, nil
}
