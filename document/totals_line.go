package document

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/money"
)

// entry is a line or an adjustment on its way through the computation.
type entry struct {
	amount money.Minor  // as priced: with VAT where prices include it
	net    money.Minor  // without VAT
	taxes  []groupedTax // sorted
}

// The decimals that the parts of a line have, so that whole numbers can stand for them.
const (
	quantityDecimals = 4
	priceDecimals    = 5
	percentDecimals  = 6
	productScale     = 1_000_000_000 // 10^(quantityDecimals + priceDecimals)
	wholePercent     = 100_000_000   // 100 % in units of 10^-percentDecimals
)

// What the columns of a line hold, see ent/schema: numeric(19,4) and numeric(19,5).
var (
	maxQuantity = money.MustDecimal("999999999999999.9999")
	maxPrice    = money.MustDecimal("99999999999999.99999")
	hundred     = money.FromInt(100)
)

// entry is the line priced, or what is wrong with it.
func (l LineAmounts) entry(c money.Currency) (*entry, fault.List) {
	taxes, bad := normalize(l.Taxes)
	if bad = append(l.check(), bad...); bad != nil {
		return nil, bad
	}
	amount, f := l.amount(c)
	if f != nil {
		return nil, fault.List{f}
	}
	return &entry{amount: amount, net: amount, taxes: taxes}, nil
}

// entry is the adjustment with its sign, or what is wrong with it. lines is what the lines sum
// to as priced.
func (a Adjustment) entry(lines money.Minor) (*entry, fault.List) {
	taxes, bad := normalize(a.Taxes)
	if a.Amount < 0 || !a.Amount.InBounds() {
		bad = append(bad, fault.New(fault.Invalid, "amount", "From 0 to 2^53 minor units."))
	}
	amount := a.Amount
	if a.Percent.Sign() != 0 {
		var f *fault.Error
		if amount, f = a.share(lines); f != nil {
			bad = append(bad, f)
		}
	}
	if !a.Charge {
		amount = -amount
	}
	return &entry{amount: amount, net: amount, taxes: taxes}, bad
}

// share is round(lines × percent).
func (a Adjustment) share(lines money.Minor) (money.Minor, *fault.Error) {
	switch {
	case !a.Percent.Fits(percentDecimals):
		return 0, fault.New(fault.Invalid, "percent", "At most %d decimals.", percentDecimals)
	case a.Percent.Sign() < 0 || a.Percent.Cmp(hundred) > 0:
		return 0, fault.New(fault.Invalid, "percent", "From 0 to 100.")
	case a.Amount != 0:
		return 0, fault.New(fault.Invalid, "amount", "Give a percent or an amount, not both.")
	case lines < 0:
		return 0, fault.New(fault.Invalid, "percent", "A percent needs lines that do not come to less than zero.")
	}
	percent, _ := a.Percent.Scaled(percentDecimals)
	amount, err := money.Round(percent.Mul(percent, big.NewInt(int64(lines))), big.NewInt(wholePercent))
	if err != nil {
		return 0, fault.New(fault.Invalid, "percent", "The amount is beyond 2^53 minor units.")
	}
	return amount, nil
}

// check looks at each number by itself.
func (l LineAmounts) check() (bad fault.List) {
	number := func(field string, d money.Decimal, decimals int, least, most money.Decimal) {
		if !d.Fits(decimals) {
			bad = append(bad, fault.New(fault.Invalid, field, "At most %d decimals.", decimals))
		}
		if d.Cmp(least) < 0 || d.Cmp(most) > 0 {
			bad = append(bad, fault.New(fault.Invalid, field, "From %s to %s.", least, most))
		}
	}
	if l.Quantity.Sign() == 0 {
		bad = append(bad, fault.New(fault.Invalid, "quantity", "A line's quantity is not zero."))
	}
	number("quantity", l.Quantity, quantityDecimals, maxQuantity.Neg(), maxQuantity)
	number("unitPrice", l.UnitPrice, priceDecimals, maxPrice.Neg(), maxPrice)
	number("discountPercent", l.DiscountPercent, percentDecimals, money.Decimal{}, hundred)
	if l.DiscountPercent.Sign() != 0 && l.DiscountAmount != 0 {
		bad = append(bad, fault.New(fault.Invalid, "discountAmount", "Give a percent or an amount, not both."))
	}
	return bad
}

// amount is round(quantity × price − discount) in minor units, from numbers that check has
// passed. The product is exact: it is rounded once, at the end.
func (l LineAmounts) amount(c money.Currency) (money.Minor, *fault.Error) {
	quantity, _ := l.Quantity.Scaled(quantityDecimals + c.Digits())
	unitPrice, _ := l.UnitPrice.Scaled(priceDecimals)
	percent, _ := l.DiscountPercent.Scaled(percentDecimals)

	// full ÷ scale is quantity × price in minor units.
	full, scale := quantity.Mul(quantity, unitPrice), big.NewInt(productScale)
	if _, err := money.Round(full, scale); err != nil {
		return 0, fault.New(fault.Invalid, "unitPrice", "Quantity × price is beyond ±2^53 minor units.")
	}
	if l.DiscountAmount != 0 {
		off := big.NewInt(int64(l.DiscountAmount))
		if off.Mul(off, scale); off.Sign() < 0 || off.Cmp(full) > 0 {
			return 0, fault.New(fault.Invalid, "discountAmount", "A discount is from 0 to quantity × price, and 0 on a negative line.")
		}
		full.Sub(full, off)
	}
	full.Mul(full, percent.Sub(big.NewInt(wholePercent), percent))
	// A discount makes no line larger, so that this is in bounds as quantity × price was.
	amount, _ := money.Round(full, scale.Mul(scale, big.NewInt(wholePercent)))
	return amount, nil
}

// groupedTax is a normalized tax with the key of its group.
type groupedTax struct {
	money.Tax
	percent int64 // the rate in millionths of a percent
}

// isVAT says whether the tax is VAT that counts.
func (t groupedTax) isVAT() bool { return t.Kind == money.VAT && !t.Informational }

// compare is 0 for taxes of one group. VAT is grouped by category and rate alone (EN 16931,
// BR-S-8 and its kin), others by name and fixed amount too.
func (t groupedTax) compare(u groupedTax) int {
	name := 0
	if !t.isVAT() {
		name = strings.Compare(t.Name, u.Name)
	}
	return cmp.Or(
		cmp.Compare(kindOrder[t.Kind], kindOrder[u.Kind]), cmp.Compare(u.percent, t.percent),
		strings.Compare(t.Category, u.Category), compareBool(t.Informational, u.Informational),
		name, cmp.Compare(u.Fixed, t.Fixed),
	)
}

var kindOrder = map[money.TaxKind]int{money.VAT: 0, money.OtherTax: 1, money.Withholding: 2}

// compareBool puts false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// normalize is the taxes of one line filled in, checked and sorted, in a slice of their own.
func normalize(in []money.Tax) (out []groupedTax, bad fault.List) {
	vats := 0
	for i, t := range in {
		if err := t.Normalize(); err != nil {
			_ = bad.Add(fmt.Sprintf("taxes.%d", i), err)
			continue
		}
		percent, _ := t.Rate.Scaled(percentDecimals)
		g := groupedTax{t, percent.Int64()}
		if g.isVAT() {
			vats++
		} else if slices.ContainsFunc(out, func(o groupedTax) bool { return g.compare(o) == 0 }) {
			bad = append(bad, fault.New(fault.Invalid, fmt.Sprintf("taxes.%d", i), "The line has this tax already."))
		}
		out = append(out, g)
	}
	if vats > 1 {
		bad = append(bad, fault.New(fault.Invalid, "taxes", "A line has one VAT, not several."))
	}
	slices.SortFunc(out, groupedTax.compare)
	return out, bad
}
