package document

import (
	"context"

	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/viewer"
)

// PreviewInput is the input of computeTotals.
type PreviewInput struct {
	Currency         money.Currency
	PricesIncludeTax bool
	Lines            []*LineInput
}

// Preview is what lines come to, without a document.
type Preview struct {
	Lines       []*money.Money
	Taxes       []*TaxLine
	Net         money.Money
	Vat         money.Money
	Total       money.Money
	Withholding money.Money
	Payable     money.Money
}

// ComputeTotals works out what the lines of an invoice would come to and stores nothing.
//
// Faults: INVALID with every bad field; UNAUTHENTICATED, FORBIDDEN.
func (s *Service) ComputeTotals(ctx context.Context, in PreviewInput) (*Preview, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.SeeSales); err != nil {
		return nil, err
	}
	_, t, err := compute(in.Currency, in.PricesIncludeTax, in.Lines, nil)
	if err != nil {
		return nil, err
	}
	of := func(m money.Minor) money.Money { return money.New(m, in.Currency) }
	p := &Preview{Net: of(t.Net), Vat: of(t.VAT), Total: of(t.Total), Withholding: of(t.Withholding), Payable: of(t.Payable)}
	for _, l := range t.Lines {
		m := of(l)
		p.Lines = append(p.Lines, &m)
	}
	for _, g := range t.Groups {
		p.Taxes = append(p.Taxes, &TaxLine{g, in.Currency})
	}
	return p, nil
}
