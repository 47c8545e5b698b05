package document

import (
	"cmp"
	"math/big"
	"slices"

	"github.com/kartela/kartela/money"
)

// group is the entries that share a tax.
type group struct {
	tax     groupedTax
	entries []*entry
}

// groupTaxes works out every group, in the order of Totals.Groups. VAT that is included in
// the prices goes first: it leaves the nets that all other taxes are computed from.
func groupTaxes(entries []*entry, inclusive bool) ([]TaxGroup, error) {
	groups := collect(entries)
	out := make([]TaxGroup, len(groups))
	for _, included := range []bool{true, false} {
		for i, g := range groups {
			if included != (inclusive && g.tax.isVAT()) {
				continue
			}
			compute := g.onNet
			if included {
				compute = g.within
			}
			base, amount, err := compute()
			if err != nil {
				return nil, beyond()
			}
			out[i] = TaxGroup{Kind: g.tax.Kind, Name: g.tax.Name, Category: g.tax.Category, Rate: g.tax.Rate, Fixed: g.tax.Fixed,
				Informational: g.tax.Informational, Base: base, Amount: amount}
		}
	}
	return out, nil
}

// collect finds the groups and sorts them.
func collect(entries []*entry) (groups []*group) {
	for _, e := range entries {
		for _, t := range e.taxes {
			at, found := slices.BinarySearchFunc(groups, t, func(g *group, t groupedTax) int { return g.tax.compare(t) })
			if !found {
				groups = slices.Insert(groups, at, &group{tax: t})
			}
			g := groups[at]
			g.tax.Name = min(g.tax.Name, t.Name)
			g.entries = append(g.entries, e)
		}
	}
	return groups
}

// onNet computes a tax on the net: round(base × rate), or the fixed amount of each entry.
func (g *group) onNet() (base, amount money.Minor, err error) {
	for _, e := range g.entries {
		base += e.net
	}
	if !base.InBounds() {
		return 0, 0, beyond()
	}
	if g.tax.Fixed != 0 {
		amount = g.tax.Fixed * money.Minor(len(g.entries))
		if !amount.InBounds() {
			return 0, 0, beyond()
		}
		return base, amount, nil
	}
	share := big.NewInt(int64(base))
	share.Mul(share, big.NewInt(g.tax.percent))
	amount, err = money.Round(share, big.NewInt(wholePercent))
	return base, amount, err
}

// within takes VAT out of prices that include it: round(gross × rate ÷ (100 + rate)).
func (g *group) within() (base, amount money.Minor, err error) {
	var gross money.Minor
	for _, e := range g.entries {
		gross += e.amount
	}
	if !gross.InBounds() {
		return 0, 0, beyond()
	}
	share := big.NewInt(int64(gross))
	share.Mul(share, big.NewInt(g.tax.percent))
	// At most half of the gross, which is in bounds.
	amount, _ = money.Round(share, big.NewInt(wholePercent+g.tax.percent))
	g.distribute(amount)
	return gross - amount, amount, nil
}

// part is an entry's exact share of its group's VAT: whole minor units and the rest of the
// division.
type part struct {
	*entry
	rest int64
}

// distribute takes the group's VAT out of its entries so that their nets sum to the group's
// net exactly, by the largest remainder: each entry gives the whole minor units of its own
// share, rounded down, and the units that are left are taken one each from the largest
// rests. Between equal rests the larger amount gives first, then the entries' taxes decide,
// then a line gives before an adjustment. Lines that are alike in amount and taxes give in
// the order they stand in: in another order the same nets stand on other lines, and no
// total differs.
func (g *group) distribute(vat money.Minor) {
	parts := make([]part, len(g.entries))
	whole, rest, divisor := new(big.Int), new(big.Int), big.NewInt(wholePercent+g.tax.percent)
	percent := big.NewInt(g.tax.percent)
	for i, e := range g.entries {
		// DivMod rounds down for negative amounts too, so that no rest is negative.
		whole.Mul(big.NewInt(int64(e.amount)), percent).DivMod(whole, divisor, rest)
		parts[i] = part{e, rest.Int64()}
		e.net = e.amount - money.Minor(whole.Int64())
		vat -= money.Minor(whole.Int64())
	}
	slices.SortStableFunc(parts, func(a, b part) int {
		return cmp.Or(
			cmp.Compare(b.rest, a.rest), cmp.Compare(b.amount, a.amount), slices.CompareFunc(a.taxes, b.taxes, groupedTax.compare),
		)
	})
	// Rounding the sum half away from zero leaves from 0 units to one per entry with a rest.
	for _, p := range parts[:vat] {
		p.net--
	}
}
