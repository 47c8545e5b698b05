package document

import (
	"fmt"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/money"
)

// TotalsInput is a document as far as its totals go.
type TotalsInput struct {
	Currency         money.Currency
	PricesIncludeTax bool // unit prices, discounts and adjustments include VAT, not other taxes
	Lines            []LineAmounts
	Adjustments      []Adjustment
	Prepaid          money.Minor // paid before the document was made (BT-113), not negative
}

// LineAmounts is what the total of a line is computed from. A credit line has a negative
// quantity or price; a discount makes any line smaller, whatever its sign.
type LineAmounts struct {
	Quantity        money.Decimal // up to 4 decimals and 15 digits before the point, not 0
	UnitPrice       money.Decimal // in units of the currency, up to 5 decimals and 14 digits before the point
	DiscountPercent money.Decimal // 0 to 100, up to 6 decimals
	DiscountAmount  money.Minor   // from 0 to quantity × price; none on a negative line; not together with a percent
	Taxes           []money.Tax   // at most one VAT that is not informational, none twice
}

// Adjustment is an allowance or charge on the document as a whole (EN 16931, BG-20 and
// BG-21). It joins the tax groups of its taxes.
type Adjustment struct {
	Charge  bool          // a charge adds, an allowance takes off
	Percent money.Decimal // of the sum of the lines as priced, 0 to 100, up to 6 decimals
	Amount  money.Minor   // not negative; not together with a percent
	Taxes   []money.Tax   // as of a line
}

// TaxGroup is one group of equal taxes: for VAT, EN 16931's VAT breakdown (BG-23), which
// knows category and rate alone; other taxes are told apart by name and fixed amount too.
type TaxGroup struct {
	Kind          money.TaxKind
	Name          string // of a VAT group: the first of its taxes' names in byte order
	Category      string // of VAT, else ""
	Rate          money.Decimal
	Fixed         money.Minor // an amount per line instead of a rate
	Informational bool        // not in any total
	Base          money.Minor // the sum of what the tax is computed from, without VAT
	Amount        money.Minor
}

// Totals is what a document comes to, in minor units.
type Totals struct {
	Lines       []money.Minor // each line without VAT (BT-131), in the lines' order
	Adjustments []money.Minor // what each comes to, not negative, in the order given
	Allowances  money.Minor   // sum of the allowances as given (BT-107)
	Charges     money.Minor   // sum of the charges as given (BT-108)
	Groups      []TaxGroup    // VAT, then other taxes, then withholding; each by rate downwards
	Net         money.Minor   // lines and adjustments without VAT (BT-109)
	VAT         money.Minor   // sum of the VAT groups (BT-110)
	OtherTaxes  money.Minor
	Withholding money.Minor
	Total       money.Minor // net + VAT + other taxes (BT-112)
	Payable     money.Minor // total − withholding
	Due         money.Minor // payable − prepaid (BT-115); negative when too much was paid
}

// maxEntries is how many lines and adjustments a document may have. So many amounts of
// 2^53 add up without overflowing 64 bits.
const maxEntries = 500

// ComputeTotals applies EN 16931's rules: a line is round(quantity × price − discount); an
// allowance or charge by percent is round(sum of the lines × percent); VAT
// is computed once per group, round(base × rate); where prices include it, the group's
// gross is exact, VAT = round(gross × rate ÷ (100 + rate)), and distribute says how the
// lines share it. The base of other taxes and of withholding is the net, and a fixed one is
// added once per line. Rounding is to the minor unit, half away from zero, and an amount
// that is rounded is never rounded again. Informational taxes get a group and change no
// total. A line without VAT is in the net and in no VAT group.
//
// Neither the totals nor the groups depend on the order of lines, adjustments and taxes.
// The input is not changed.
//
// Faults: INVALID for every bad field ("lines.2.quantity", "adjustments.0.taxes.1.rate",
// "currency", "prepaid", …); INVALID with "lines" for more than 500 lines and adjustments,
// or when a group, a total or a step in adding one up is beyond ±2^53 minor units.
func ComputeTotals(in TotalsInput) (Totals, error) {
	entries, err := price(in)
	if err != nil {
		return Totals{}, err
	}
	groups, err := groupTaxes(entries, in.PricesIncludeTax)
	if err != nil {
		return Totals{}, err
	}
	t := Totals{Groups: groups}
	for i, e := range entries {
		t.Net += e.net
		if i < len(in.Lines) {
			t.Lines = append(t.Lines, e.net)
			continue
		}
		a := in.Adjustments[i-len(in.Lines)]
		amount, sum := -e.amount, &t.Allowances
		if a.Charge {
			amount, sum = e.amount, &t.Charges
		}
		t.Adjustments = append(t.Adjustments, amount)
		if *sum, err = sum.Plus(amount); err != nil {
			return Totals{}, beyond()
		}
	}
	if err := t.addUp(in.Prepaid); err != nil {
		return Totals{}, err
	}
	return t, nil
}

// addUp fills in the totals from the net and the groups. The groups are sorted, so that it
// depends on no order of lines whether a step is out of bounds.
func (t *Totals) addUp(prepaid money.Minor) error {
	sums := map[money.TaxKind]*money.Minor{
		money.VAT: &t.VAT, money.OtherTax: &t.OtherTaxes, money.Withholding: &t.Withholding,
	}
	var err error
	for _, g := range t.Groups {
		if g.Informational {
			continue
		}
		sum := sums[g.Kind]
		if *sum, err = sum.Plus(g.Amount); err != nil {
			return beyond()
		}
	}
	if t.Total, err = money.Sum(t.Net, t.VAT, t.OtherTaxes); err != nil {
		return beyond()
	}
	if t.Payable, err = t.Total.Minus(t.Withholding); err != nil {
		return beyond()
	}
	if t.Due, err = t.Payable.Minus(prepaid); err != nil {
		return beyond()
	}
	return nil
}

func beyond() error {
	return fault.New(fault.Invalid, "lines", "The document's amounts are beyond ±2^53 minor units.")
}

// price checks the input and gives every line, then every adjustment, its amount.
func price(in TotalsInput) ([]*entry, error) {
	if len(in.Lines)+len(in.Adjustments) > maxEntries {
		return nil, fault.New(fault.Invalid, "lines", "A document has at most %d lines.", maxEntries)
	}
	if _, err := money.ParseCurrency(string(in.Currency)); err != nil {
		return nil, fault.New(fault.Invalid, "currency", "%s", fault.From(err).Text)
	}
	entries := make([]*entry, 0, len(in.Lines)+len(in.Adjustments))
	var bad fault.List
	if in.Prepaid < 0 || !in.Prepaid.InBounds() {
		bad = append(bad, fault.New(fault.Invalid, "prepaid", "From 0 to 2^53 minor units."))
	}
	for i, l := range in.Lines {
		e, faults := l.entry(in.Currency)
		_ = bad.Add(fmt.Sprintf("lines.%d", i), faults.Err())
		entries = append(entries, e)
	}
	var lines money.Minor // a sum of 500 amounts stays within 64 bits
	for _, e := range entries {
		if e != nil {
			lines += e.amount
		}
	}
	for i, a := range in.Adjustments {
		e, faults := a.entry(lines)
		_ = bad.Add(fmt.Sprintf("adjustments.%d", i), faults.Err())
		entries = append(entries, e)
	}
	return entries, bad.Err()
}
