package document_test

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/money"
)

// reference works out totals as a person with paper would, with fractions of any size and
// without a thought for speed. It says false for what is to be refused.
func reference(in document.TotalsInput) (document.Totals, bool) {
	r := &referenceRun{in: in, unit: fraction("1"), ok: in.Prepaid >= 0}
	for range in.Currency.Digits() {
		r.unit.Mul(r.unit, fraction("10"))
	}
	for _, l := range in.Lines {
		r.items = append(r.items, r.line(l))
	}
	lines := new(big.Int)
	for _, item := range r.items {
		lines.Add(lines, item.gross)
	}
	for _, a := range in.Adjustments {
		amount := big.NewInt(int64(a.Amount))
		if percent := fraction(a.Percent.String()); percent.Sign() != 0 {
			r.require(percent.Sign() > 0 && percent.Cmp(fraction("100")) <= 0 && decimals(a.Percent) <= 6 && a.Amount == 0 && lines.Sign() >= 0)
			amount = halfAway(percent.Mul(percent, new(big.Rat).SetFrac(lines, big.NewInt(100))))
		}
		r.require(a.Amount >= 0)
		r.inBounds(amount)
		r.given = append(r.given, new(big.Int).Set(amount))
		if !a.Charge {
			amount.Neg(amount)
		}
		r.items = append(r.items, &referenceItem{gross: amount, adjustment: true, taxes: r.taxes(a.Taxes)})
	}
	if !r.ok {
		return document.Totals{}, false
	}
	return r.totals()
}

type referenceRun struct {
	in    document.TotalsInput
	unit  *big.Rat // minor units in one unit of the currency
	items []*referenceItem
	given []*big.Int // what each adjustment comes to
	ok    bool
}

type referenceItem struct {
	gross, net *big.Int
	adjustment bool
	taxes      []money.Tax
}

func (r *referenceRun) require(holds bool) { r.ok = r.ok && holds }

func (r *referenceRun) inBounds(n *big.Int) { r.require(n.CmpAbs(big.NewInt(1<<53)) <= 0) }

func fraction(s string) *big.Rat {
	f, ok := new(big.Rat).SetString(s)
	if !ok {
		panic(s)
	}
	return f
}

func decimals(d money.Decimal) int {
	_, fraction, _ := strings.Cut(d.String(), ".")
	return len(strings.TrimRight(fraction, "0"))
}

// halfAway rounds by looking at what is cut off.
func halfAway(f *big.Rat) *big.Int {
	whole, rest := new(big.Int).QuoRem(f.Num(), f.Denom(), new(big.Int))
	if rest.Abs(rest).Lsh(rest, 1).Cmp(f.Denom()) >= 0 {
		whole.Add(whole, big.NewInt(int64(f.Sign())))
	}
	return whole
}

func (r *referenceRun) line(l document.LineAmounts) *referenceItem {
	quantity, price, percent := fraction(l.Quantity.String()), fraction(l.UnitPrice.String()), fraction(l.DiscountPercent.String())
	r.require(quantity.Sign() != 0 && decimals(l.Quantity) <= 4 && decimals(l.UnitPrice) <= 5 && decimals(l.DiscountPercent) <= 6)
	r.require(new(big.Rat).Abs(quantity).Cmp(fraction("1e15")) < 0 && new(big.Rat).Abs(price).Cmp(fraction("1e14")) < 0)
	r.require(percent.Sign() >= 0 && percent.Cmp(fraction("100")) <= 0)
	full := new(big.Rat).Mul(new(big.Rat).Mul(quantity, price), r.unit)
	r.inBounds(halfAway(full))
	off := new(big.Rat).Mul(full, new(big.Rat).Quo(percent, fraction("100")))
	if l.DiscountAmount != 0 {
		off = new(big.Rat).SetInt64(int64(l.DiscountAmount))
		r.require(percent.Sign() == 0 && off.Sign() > 0 && off.Cmp(full) <= 0)
	}
	return &referenceItem{gross: halfAway(new(big.Rat).Sub(full, off)), taxes: r.taxes(l.Taxes)}
}

func (r *referenceRun) taxes(in []money.Tax) (out []money.Tax) {
	vats, seen := 0, map[string]bool{}
	for _, t := range in {
		r.require(t.Normalize() == nil)
		if vatThatCounts(t) {
			vats++
		} else {
			r.require(!seen[referenceKey(t)])
		}
		seen[referenceKey(t)] = true
		out = append(out, t)
	}
	r.require(vats <= 1)
	return out
}

func vatThatCounts(t money.Tax) bool { return t.Kind == money.VAT && !t.Informational }

// referenceKey is a text that is equal for taxes of one group, and sorts as groups are shown.
func referenceKey(t money.Tax) string {
	kind := map[money.TaxKind]int{money.VAT: 1, money.OtherTax: 2, money.Withholding: 3}[t.Kind]
	rate := new(big.Rat).Sub(fraction("5000"), fraction(t.Rate.String())).FloatString(6)
	if vatThatCounts(t) {
		return fmt.Sprint(kind, rate, " ", t.Category, "\x00false")
	}
	fixed := new(big.Int).Sub(big.NewInt(2<<53), big.NewInt(int64(t.Fixed)))
	return fmt.Sprintf("%d%s %s\x00%v\x00%s\x00%020d", kind, rate, t.Category, t.Informational, t.Name, fixed)
}

// net takes the VAT out of the items of each VAT group.
func (r *referenceRun) net() (vats map[string]*big.Int) {
	groups := map[string][]*referenceItem{}
	rates := map[string]*big.Rat{}
	for _, item := range r.items {
		item.net = new(big.Int).Set(item.gross)
		for _, t := range item.taxes {
			if vatThatCounts(t) {
				groups[referenceKey(t)] = append(groups[referenceKey(t)], item)
				rates[referenceKey(t)] = fraction(t.Rate.String())
			}
		}
	}
	vats = map[string]*big.Int{}
	for key, items := range groups {
		gross := new(big.Int)
		for _, item := range items {
			gross.Add(gross, item.gross)
		}
		r.inBounds(gross)
		if !r.in.PricesIncludeTax {
			vats[key] = halfAway(new(big.Rat).Mul(new(big.Rat).SetInt(gross), new(big.Rat).Quo(rates[key], fraction("100"))))
			continue
		}
		share := new(big.Rat).Quo(rates[key], new(big.Rat).Add(rates[key], fraction("100")))
		vats[key] = halfAway(new(big.Rat).Mul(new(big.Rat).SetInt(gross), share))
		r.share(items, vats[key], share)
	}
	return vats
}

// share gives each item its own VAT rounded down, then looks for the item that is owed most
// as often as a minor unit is left.
func (r *referenceRun) share(items []*referenceItem, vat *big.Int, share *big.Rat) {
	left, owed := new(big.Int).Set(vat), make([]*big.Rat, len(items))
	for i, item := range items {
		own := new(big.Rat).Mul(new(big.Rat).SetInt(item.gross), share)
		down := new(big.Int).Div(own.Num(), own.Denom())
		owed[i] = new(big.Rat).Sub(own, new(big.Rat).SetInt(down))
		item.net.Sub(item.net, down)
		left.Sub(left, down)
	}
	for ; left.Sign() > 0; left.Sub(left, big.NewInt(1)) {
		most := 0
		for i := range items {
			if c := owed[i].Cmp(owed[most]); c > 0 || (c == 0 && before(items[i], items[most])) {
				most = i
			}
		}
		items[most].net.Sub(items[most].net, big.NewInt(1))
		owed[most].Sub(owed[most], fraction("1"))
	}
}

// before decides between items that are owed the same.
func before(a, b *referenceItem) bool {
	if c := a.gross.Cmp(b.gross); c != 0 {
		return c > 0
	}
	if c := slices.Compare(sortedKeys(a), sortedKeys(b)); c != 0 {
		return c < 0
	}
	return b.adjustment && !a.adjustment
}

func sortedKeys(item *referenceItem) (keys []string) {
	for _, t := range item.taxes {
		keys = append(keys, referenceKey(t))
	}
	slices.Sort(keys)
	return keys
}

func (r *referenceRun) totals() (t document.Totals, ok bool) {
	vats := r.net()
	var groups []string
	members, taxes := map[string][]*referenceItem{}, map[string]money.Tax{}
	net := new(big.Int)
	for i, item := range r.items {
		net.Add(net, item.net)
		if i < len(r.in.Lines) {
			t.Lines = append(t.Lines, money.Minor(item.net.Int64()))
		}
		for _, tax := range item.taxes {
			key := referenceKey(tax)
			if first, seen := taxes[key]; !seen || cmp.Less(tax.Name, first.Name) {
				taxes[key] = tax
			}
			if members[key] == nil {
				groups = append(groups, key)
			}
			members[key] = append(members[key], item)
		}
	}
	allowances, charges := new(big.Int), new(big.Int)
	for i, amount := range r.given {
		t.Adjustments = append(t.Adjustments, money.Minor(amount.Int64()))
		if r.in.Adjustments[i].Charge {
			charges.Add(charges, amount)
		} else {
			allowances.Add(allowances, amount)
		}
	}
	r.inBounds(allowances)
	r.inBounds(charges)
	t.Allowances, t.Charges = money.Minor(allowances.Int64()), money.Minor(charges.Int64())
	slices.Sort(groups)
	sums := map[money.TaxKind]*big.Int{money.VAT: {}, money.OtherTax: {}, money.Withholding: {}}
	for _, key := range groups {
		base, tax := new(big.Int), taxes[key]
		for _, item := range members[key] {
			base.Add(base, item.net)
		}
		amount := vats[key]
		if amount == nil {
			amount = halfAway(new(big.Rat).Mul(new(big.Rat).SetInt(base), new(big.Rat).Quo(fraction(tax.Rate.String()), fraction("100"))))
			amount.Add(amount, new(big.Int).Mul(big.NewInt(int64(tax.Fixed)), big.NewInt(int64(len(members[key])))))
		}
		r.inBounds(base)
		r.inBounds(amount)
		if !tax.Informational {
			sums[tax.Kind].Add(sums[tax.Kind], amount)
			r.inBounds(sums[tax.Kind])
		}
		t.Groups = append(t.Groups, document.TaxGroup{Kind: tax.Kind, Name: tax.Name, Category: tax.Category, Rate: tax.Rate, Fixed: tax.Fixed,
			Informational: tax.Informational, Base: money.Minor(base.Int64()), Amount: money.Minor(amount.Int64())})
	}
	var steps [6]money.Minor
	running := new(big.Int)
	for i, step := range []*big.Int{net, sums[money.VAT], sums[money.OtherTax], new(big.Int).Neg(sums[money.Withholding]), big.NewInt(-int64(r.in.Prepaid))} {
		r.inBounds(step)
		running.Add(running, step)
		r.inBounds(running)
		steps[i] = money.Minor(running.Int64())
	}
	t.Net, t.Total, t.Payable, t.Due = steps[0], steps[2], steps[3], steps[4]
	t.VAT, t.OtherTaxes, t.Withholding = money.Minor(sums[money.VAT].Int64()), money.Minor(sums[money.OtherTax].Int64()), money.Minor(sums[money.Withholding].Int64())
	if !r.ok {
		return document.Totals{}, false
	}
	return t, true
}
