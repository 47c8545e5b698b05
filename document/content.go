package document

import (
	"context"
	"fmt"
	"math/big"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/documentadjustment"
	"github.com/kartela/kartela/ent/documentline"
	"github.com/kartela/kartela/ent/product"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/money"
)

// content is what a document is made of while it is written: its lines, its allowances and
// charges, and what they come to.
type content struct {
	row         *ent.Document       // its type, currency and way of pricing; gets the totals
	defaults    []money.Tax         // the contact's
	before      []*ent.DocumentLine // as stored; none of a new document
	lines       []*ent.DocumentLine
	adjustments []*ent.DocumentAdjustment
	totals      Totals
	copied      bool // of another document: what it names and may not any more is left out
}

// reader gives what lines are made from: of a transaction or the database itself.
type reader func() *ent.ProductClient

// read brings what is stored, for a change.
func (c *content) read(ctx context.Context, tx *ent.Tx) (err error) {
	c.before, err = tx.DocumentLine.Query().Where(documentline.DocumentID(c.row.ID)).Order(documentline.ByPosition()).All(ctx)
	if err != nil {
		return fmt.Errorf("document: read lines: %w", err)
	}
	c.lines = c.before
	c.adjustments, err = tx.DocumentAdjustment.Query().Where(documentadjustment.DocumentID(c.row.ID)).
		Order(documentadjustment.ByPosition()).All(ctx)
	return wrapped("read adjustments", err)
}

// fill makes the content from the input, where what is nil stays, and works out the totals.
//
// Faults: INVALID with every bad field; NOT_FOUND and CONFLICT on what lines name.
func (c *content) fill(ctx context.Context, tx *ent.Tx, lines []*LineInput, adjustments []*AdjustmentInput) error {
	if err := c.price(ctx, func() *ent.ProductClient { return tx.Product }, lines, adjustments); err != nil {
		return err
	}
	return c.checkNamed(ctx, tx)
}

// price is fill without a look at what lines name but products.
func (c *content) price(ctx context.Context, from reader, lines []*LineInput, adjustments []*AdjustmentInput) error {
	var bad fault.List
	if lines != nil || c.lines == nil {
		if len(lines) == 0 || len(lines) > maxEntries {
			return fault.New(fault.Invalid, "lines", "A document has 1 to %d lines.", maxEntries)
		}
		products, err := productsOf(ctx, from, lines)
		if err != nil {
			return err
		}
		_ = bad.Add("", c.takeLines(lines, products))
	}
	if adjustments != nil {
		if len(adjustments) > maxEntries {
			return fault.New(fault.Invalid, "adjustments", "A document has at most %d lines.", maxEntries)
		}
		_ = bad.Add("", c.takeAdjustments(adjustments))
	}
	if err := bad.Err(); err != nil {
		return err
	}
	return c.compute()
}

func productsOf(ctx context.Context, from reader, lines []*LineInput) (map[uuid.UUID]*ent.Product, error) {
	var ids []uuid.UUID
	for _, l := range lines {
		if l.ProductID != nil {
			ids = append(ids, *l.ProductID)
		}
	}
	if len(ids) == 0 {
		return nil, nil //nolint:nilnil // no product is named, so none is looked for
	}
	rows, err := from().Query().Where(product.IDIn(ids...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("document: read products: %w", err)
	}
	out := make(map[uuid.UUID]*ent.Product, len(rows))
	for _, p := range rows {
		out[p.ID] = p
	}
	return out, nil
}

func (c *content) takeLines(in []*LineInput, products map[uuid.UUID]*ent.Product) error {
	var bad fault.List
	known, seen := c.known(), map[uuid.UUID]bool{}
	c.lines = make([]*ent.DocumentLine, len(in))
	for i, l := range in {
		at := fmt.Sprintf("lines.%d", i)
		row, err := c.line(l, products)
		_ = bad.Add(at, err)
		if row == nil {
			continue
		}
		row.ID, row.Position = schema.NewID(), i
		if l.ID != nil {
			switch {
			case known[*l.ID] == nil:
				bad = append(bad, fault.New(fault.NotFound, at+".id", "The document has no such line."))
			case seen[*l.ID]:
				bad = append(bad, fault.New(fault.Invalid, at+".id", "The line is named twice."))
			}
			row.ID, seen[*l.ID] = *l.ID, true
		}
		if p := products[value(l.ProductID)]; p != nil && p.ArchivedAt != nil && !names(known[row.ID], p.ID) {
			if !c.copied {
				bad = append(bad, fault.New(fault.Conflict, at+".productId", "The product is archived."))
			}
			row.ProductID = nil
		}
		c.lines[i] = row
	}
	return bad.Err()
}

// known are the stored lines by id.
func (c *content) known() map[uuid.UUID]*ent.DocumentLine {
	out := make(map[uuid.UUID]*ent.DocumentLine, len(c.before))
	for _, l := range c.before {
		out[l.ID] = l
	}
	return out
}

// names says whether the line was made from the product already.
func names(l *ent.DocumentLine, product uuid.UUID) bool {
	return l != nil && value(l.ProductID) == product
}

func value(id *uuid.UUID) uuid.UUID {
	if id == nil {
		return uuid.Nil
	}
	return *id
}

// line is the input as a row, with what a product and the contact give it.
func (c *content) line(l *LineInput, products map[uuid.UUID]*ent.Product) (*ent.DocumentLine, error) {
	var bad fault.List
	row := &ent.DocumentLine{ProductID: l.ProductID, Title: strings.TrimSpace(l.Title), Unit: strings.TrimSpace(l.Unit), Quantity: money.FromInt(1),
		DiscountPercent: l.DiscountPercent, Taxes: c.defaults, CategoryID: l.CategoryID, ProjectID: l.ProjectID, Billable: l.Billable}
	purchase := c.row.Side == entdocument.SideSupplier
	if l.ProductID != nil {
		p := products[*l.ProductID]
		if p == nil {
			return nil, fault.New(fault.NotFound, "productId", "There is no such product.")
		}
		_ = bad.Add("", c.fromProduct(row, l, p))
	}
	apply(&row.Quantity, l.Quantity)
	apply(&row.UnitPrice, l.UnitPrice)
	if l.UnitPrice == nil && l.ProductID == nil {
		bad = append(bad, fault.New(fault.Invalid, "unitPrice", "A line has a price, or a product that has one."))
	}
	if n := utf8.RuneCountInString(row.Title); n == 0 || n > 1000 {
		bad = append(bad, fault.New(fault.Invalid, "title", "A line has a title of 1 to 1,000 characters."))
	}
	if utf8.RuneCountInString(row.Unit) > 20 {
		bad = append(bad, fault.New(fault.Invalid, "unit", "At most 20 characters."))
	}
	if l.DiscountAmount != nil {
		amount, err := money.ParseMinor(*l.DiscountAmount, c.row.Currency)
		_ = bad.Add("discountAmount", err)
		row.DiscountAmount = amount
	}
	switch {
	case l.Billable && !purchase:
		bad = append(bad, fault.New(fault.Invalid, "billable", "Only lines of purchases are billed to a client."))
	case l.Billable && l.ProjectID == nil:
		bad = append(bad, fault.New(fault.Invalid, "billable", "Say for which project the line is to be billed."))
	}
	taxes, err := c.taxes(l.Taxes, row.Taxes)
	_ = bad.Add("", err)
	row.Taxes = taxes
	return row, bad.Err()
}

// fromProduct gives the line what its input leaves out. A product's price is without VAT: where
// the document's prices include it, the line's VAT is put on.
func (c *content) fromProduct(row *ent.DocumentLine, l *LineInput, p *ent.Product) error {
	if row.Title == "" {
		row.Title = p.Title
	}
	if row.Unit == "" {
		row.Unit = p.Unit
	}
	if p.Taxes != nil {
		row.Taxes = p.Taxes
	}
	if row.CategoryID == nil && c.row.Side == entdocument.SideSupplier {
		row.CategoryID = p.CategoryID
	}
	if l.UnitPrice != nil {
		return nil
	}
	if p.Currency != c.row.Currency {
		return fault.New(fault.Invalid, "unitPrice", "The product's price is in %s, the document in %s: give the price.", p.Currency, c.row.Currency)
	}
	row.UnitPrice = p.UnitPrice
	if !c.row.PricesIncludeTax {
		return nil
	}
	taxes := row.Taxes
	if l.Taxes != nil {
		taxes = nil
		for _, t := range l.Taxes {
			taxes = append(taxes, *t)
		}
	}
	for _, t := range taxes {
		if (t.Kind == money.VAT || t.Kind == "") && !t.Informational {
			row.UnitPrice = withVAT(p.UnitPrice, t.Rate)
		}
	}
	return nil
}

// withVAT is round(price × (100 + rate) ÷ 100) to the decimals of a price; the price itself
// where that would be too large, which the line's own check tells of.
func withVAT(price, rate money.Decimal) money.Decimal {
	scaled, _ := price.Scaled(priceDecimals)
	percent, exact := rate.Scaled(percentDecimals)
	if !exact {
		return price
	}
	scaled.Mul(scaled, percent.Add(percent, big.NewInt(wholePercent)))
	sum, err := money.Round(scaled, big.NewInt(wholePercent))
	if err != nil {
		return price
	}
	return money.FromScaled(int64(sum), priceDecimals)
}

// taxes are those of the input, else the defaults.
func (c *content) taxes(in []*money.Tax, defaults []money.Tax) ([]money.Tax, error) {
	var bad fault.List
	out := defaults
	if in != nil {
		out = make([]money.Tax, len(in))
		for i, t := range in {
			tax := *t
			if err := tax.Fix(c.row.Currency); err != nil {
				_ = bad.Add(fmt.Sprintf("taxes.%d", i), err)
				continue
			}
			_ = bad.Add(fmt.Sprintf("taxes.%d", i), tax.Normalize())
			out[i] = tax
		}
	}
	if len(out) > 10 {
		bad = append(bad, fault.New(fault.Invalid, "taxes", "At most 10 taxes."))
	}
	if out == nil {
		out = []money.Tax{}
	}
	return out, bad.Err()
}

func (c *content) takeAdjustments(in []*AdjustmentInput) error {
	var bad fault.List
	c.adjustments = make([]*ent.DocumentAdjustment, len(in))
	for i, a := range in {
		row, err := c.adjustment(a)
		_ = bad.Add(fmt.Sprintf("adjustments.%d", i), err)
		row.Position = i
		c.adjustments[i] = row
	}
	return bad.Err()
}

func (c *content) adjustment(a *AdjustmentInput) (*ent.DocumentAdjustment, error) {
	var bad fault.List
	row := &ent.DocumentAdjustment{Charge: a.Charge, Title: strings.TrimSpace(a.Title), Percent: a.Percent}
	if n := utf8.RuneCountInString(row.Title); n == 0 || n > 200 {
		bad = append(bad, fault.New(fault.Invalid, "title", "An allowance or charge has a title of 1 to 200 characters."))
	}
	switch percent := a.Percent.Sign() != 0; {
	case percent && a.Amount != nil:
		bad = append(bad, fault.New(fault.Invalid, "amount", "Give a percent or an amount, not both."))
	case !percent && a.Amount == nil:
		bad = append(bad, fault.New(fault.Invalid, "amount", "Give a percent or an amount."))
	case a.Amount != nil:
		amount, err := money.ParseMinor(*a.Amount, c.row.Currency)
		_ = bad.Add("amount", err)
		row.Amount = amount
	}
	taxes, err := c.taxes(a.Taxes, c.defaults)
	_ = bad.Add("", err)
	row.Taxes = taxes
	return row, bad.Err()
}

// compute works out the totals, which are not below zero, and gives them to the row, the lines
// and the adjustments.
func (c *content) compute() error {
	in := TotalsInput{Currency: c.row.Currency, PricesIncludeTax: c.row.PricesIncludeTax,
		Lines: make([]LineAmounts, len(c.lines)), Adjustments: make([]Adjustment, len(c.adjustments))}
	for i, l := range c.lines {
		in.Lines[i] = LineAmounts{l.Quantity, l.UnitPrice, l.DiscountPercent, l.DiscountAmount, l.Taxes}
	}
	for i, a := range c.adjustments {
		in.Adjustments[i] = Adjustment{Charge: a.Charge, Percent: a.Percent, Taxes: a.Taxes}
		if a.Percent.Sign() == 0 {
			in.Adjustments[i].Amount = a.Amount
		}
	}
	t, err := ComputeTotals(in)
	if err != nil {
		return err
	}
	if t.Payable < 0 {
		return fault.New(fault.Invalid, "lines", "A document does not come to less than zero.")
	}
	for i, l := range c.lines {
		l.Net = t.Lines[i]
	}
	for i, a := range c.adjustments {
		a.Amount = t.Adjustments[i]
	}
	r := c.row
	r.Allowances, r.Charges, r.Net, r.Vat, r.OtherTaxes = t.Allowances, t.Charges, t.Net, t.VAT, t.OtherTaxes
	r.Withholding, r.Total, r.Payable = t.Withholding, t.Total, t.Payable
	c.totals = t
	return nil
}
