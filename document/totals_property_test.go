package document_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/money"
)

// texts draws one of the usual values, or a text of the pattern.
func texts(pattern string, usual ...string) *rapid.Generator[money.Decimal] {
	text := rapid.OneOf(rapid.SampledFrom(usual), rapid.StringMatching(pattern))
	return rapid.Map(text, money.MustDecimal)
}

var (
	quantities = texts(`-?[0-9]{1,3}\.[0-9]{1,4}`, "1", "1", "2", "-1", "0.5", "3.3333")
	prices     = texts(`-?[0-9]{1,5}\.[0-9]{1,5}`, "0.01", "0.03", "0.03", "0.05", "12.40", "1", "100", "0.125", "-0.03")
	percents   = texts(`[0-9]{1,2}\.[0-9]{1,6}`, "24", "24", "25", "13", "6", "0", "100", "33.333333")
	discounts  = texts(`[0-9]{1,2}\.[0-9]{1,6}`, "0", "0", "0", "10", "12.5", "100")
	// anything is mostly refused, and must be refused without a panic.
	anything = texts(`-?[0-9]{1,15}(\.[0-9]{1,4})?`, "90071992547409.92", "9007199254740992", "0", "-100", "0.0000001", "9999999999999999999")
)

// sometimes replaces what a generator draws by anything at all, once in a while.
func sometimes(t *rapid.T, label string, usual *rapid.Generator[money.Decimal]) money.Decimal {
	if rapid.IntRange(0, 49).Draw(t, label+" odd") == 49 {
		return anything.Draw(t, label)
	}
	return usual.Draw(t, label)
}

var taxes = rapid.Custom(func(t *rapid.T) money.Tax {
	tax := money.Tax{
		Kind: rapid.SampledFrom([]money.TaxKind{money.VAT, money.Withholding, money.OtherTax}).Draw(t, "kind"),
		Name: rapid.SampledFrom([]string{"", "a", "ΦΠΑ"}).Draw(t, "name"),
		Rate: sometimes(t, "rate", percents),
		// One tax in four is informational.
		Informational: rapid.IntRange(0, 3).Draw(t, "informational") == 3,
	}
	if tax.Kind != money.VAT && rapid.Bool().Draw(t, "is fixed") {
		tax.Rate, tax.Fixed = money.Decimal{}, money.Minor(rapid.Int64Range(-500, 500).Draw(t, "fixed"))
	}
	return tax
})

// taxLists draws taxes that a line may have, one of which may be VAT, and seldom any list.
var taxLists = rapid.Custom(func(t *rapid.T) []money.Tax {
	list := rapid.SliceOfN(taxes, 0, 4).Draw(t, "taxes")
	if rapid.IntRange(0, 49).Draw(t, "any list") == 49 {
		return list
	}
	hasVAT, seen := false, map[string]bool{}
	return slices.DeleteFunc(list, func(t money.Tax) bool {
		if t.Kind == money.VAT && !t.Informational {
			drop := hasVAT
			hasVAT = true
			return drop
		}
		key := fmt.Sprint(t.Kind, t.Name, t.Rate, t.Fixed, t.Informational)
		drop := seen[key]
		seen[key] = true
		return drop
	})
})

var anyLine = rapid.Custom(func(t *rapid.T) document.LineAmounts {
	l := document.LineAmounts{
		Quantity: sometimes(t, "quantity", quantities), UnitPrice: sometimes(t, "price", prices),
		DiscountPercent: sometimes(t, "discount", discounts), Taxes: taxLists.Draw(t, "line taxes"),
	}
	if l.Quantity.Sign() == 0 && rapid.IntRange(0, 9).Draw(t, "zero") < 9 {
		l.Quantity = money.FromInt(1)
	}
	if rapid.IntRange(0, 9).Draw(t, "discounted") == 9 {
		l.DiscountPercent, l.DiscountAmount = money.Decimal{}, money.Minor(rapid.Int64Range(-1, 5).Draw(t, "off"))
	}
	return l
})

var anyAdjustment = rapid.Custom(func(t *rapid.T) document.Adjustment {
	a := document.Adjustment{Charge: rapid.Bool().Draw(t, "charge"), Taxes: taxLists.Draw(t, "adjustment taxes")}
	if rapid.Bool().Draw(t, "by percent") {
		a.Percent = money.FromScaled(rapid.Int64Range(1, 100_000_000).Draw(t, "percent"), 6)
	} else {
		a.Amount = money.Minor(rapid.Int64Range(0, 50).Draw(t, "amount"))
	}
	return a
})

var inputs = rapid.Custom(func(t *rapid.T) document.TotalsInput {
	return document.TotalsInput{
		Currency:         money.Currency(rapid.SampledFrom([]string{"EUR", "EUR", "JPY", "KWD", "CLF"}).Draw(t, "currency")),
		PricesIncludeTax: rapid.Bool().Draw(t, "inclusive"),
		Lines:            rapid.SliceOfN(anyLine, 0, 12).Draw(t, "lines"),
		Adjustments:      rapid.SliceOfN(anyAdjustment, 0, 3).Draw(t, "adjustments"),
		Prepaid:          money.Minor(rapid.SampledFrom([]int64{0, 0, 0, 100, int64(money.MaxMinor)}).Draw(t, "prepaid")),
	}
})

// agrees is the whole contract against the reference: the same is refused, and what is not
// has the same totals to the last minor unit.
func agrees(t *rapid.T) {
	in := inputs.Draw(t, "in")
	want, ok := reference(in)
	got, err := document.ComputeTotals(in)
	if ok != (err == nil) {
		t.Fatalf("error %v; refused by the reference: %v", err, !ok)
	}
	if err != nil && !fault.IsCode(err, fault.Invalid) {
		t.Fatalf("%v is not INVALID", err)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("(-reference +got):\n%s", diff)
	}
}

func TestComputeTotalsAgreesWithReference(t *testing.T) { rapid.Check(t, agrees) }

func FuzzComputeTotals(f *testing.F) {
	seeds := rand.NewChaCha8([32]byte{})
	for range 20 {
		seed := make([]byte, 8<<10)
		_, _ = seeds.Read(seed)
		f.Add(seed)
	}
	f.Fuzz(rapid.MakeFuzz(agrees))
}

// accepted draws an input that is not refused, and its totals.
func accepted(t *rapid.T) (document.TotalsInput, document.Totals) {
	in := inputs.Draw(t, "in")
	got, err := document.ComputeTotals(in)
	if err != nil {
		t.Skip("refused")
	}
	return in, got
}

// The order of lines, of adjustments and of the taxes of each changes no total, no group,
// and not even which nets the lines have; without tax inside, each line keeps its own.
func TestTotalsDoNotDependOnOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in, want := accepted(t)
		shuffled := in
		order := rapid.Permutation(indices(len(in.Lines))).Draw(t, "order")
		shuffled.Lines = make([]document.LineAmounts, len(in.Lines))
		for to, from := range order {
			shuffled.Lines[to] = in.Lines[from]
			shuffled.Lines[to].Taxes = rapid.Permutation(in.Lines[from].Taxes).Draw(t, "taxes")
		}
		shuffled.Adjustments = rapid.Permutation(in.Adjustments).Draw(t, "adjustments")
		got, err := document.ComputeTotals(shuffled)
		if err != nil {
			t.Fatal(err)
		}
		if !in.PricesIncludeTax {
			for to, from := range order {
				if got.Lines[to] != want.Lines[from] {
					t.Fatalf("line %d had %d, has %d", from, want.Lines[from], got.Lines[to])
				}
			}
		}
		for _, amounts := range [][]money.Minor{got.Lines, want.Lines, got.Adjustments, want.Adjustments} {
			slices.Sort(amounts)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-before +after):\n%s", diff)
		}
	})
}

func indices(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// Groups sum to the totals to the last minor unit, and so do the lines.
func TestGroupsSumToTotals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in, got := accepted(t)
		sums := map[money.TaxKind]money.Minor{}
		for _, g := range got.Groups {
			if !g.Informational {
				sums[g.Kind] += g.Amount
			}
		}
		if sums[money.VAT] != got.VAT || sums[money.OtherTax] != got.OtherTaxes || sums[money.Withholding] != got.Withholding {
			t.Fatalf("groups sum to %v", sums)
		}
		if got.Total != got.Net+got.VAT+got.OtherTaxes || got.Payable != got.Total-got.Withholding || got.Due != got.Payable-in.Prepaid {
			t.Fatalf("%+v", got)
		}
		var net money.Minor
		for _, l := range got.Lines {
			net += l
		}
		if len(in.Adjustments) == 0 && net != got.Net {
			t.Fatalf("lines sum to %d, net is %d", net, got.Net)
		}
	})
}

// Where prices include VAT, what was priced is what is charged: net and VAT together are
// the sum of the prices, whatever the rates, and each line alone would be the same.
func TestGrossIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := inputs.Draw(t, "in")
		in.PricesIncludeTax = true
		got, err := document.ComputeTotals(in)
		if err != nil {
			t.Skip("refused")
		}
		var gross money.Minor
		for _, l := range in.Lines {
			untaxed := l
			untaxed.Taxes = nil
			one, err := document.ComputeTotals(document.TotalsInput{Currency: in.Currency, Lines: []document.LineAmounts{untaxed}})
			if err != nil {
				t.Fatal(err)
			}
			gross += one.Net
		}
		for i, a := range in.Adjustments {
			if a.Charge {
				gross += got.Adjustments[i]
			} else {
				gross -= got.Adjustments[i]
			}
		}
		if got.Net+got.VAT != gross {
			t.Fatalf("net %d + VAT %d is not %d", got.Net, got.VAT, gross)
		}
	})
}

// The input belongs to the caller.
func TestComputeTotalsChangesNoInput(t *testing.T) {
	in := document.TotalsInput{Currency: "EUR", PricesIncludeTax: true, Lines: lines(line("1", "1", withholding("20"), vat("24")))}
	if _, err := document.ComputeTotals(in); err != nil {
		t.Fatal(err)
	}
	want := lines(line("1", "1", withholding("20"), vat("24")))
	if diff := cmp.Diff(want, in.Lines); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func BenchmarkComputeTotals(b *testing.B) {
	for _, inclusive := range []bool{false, true} {
		for _, n := range []int{3, 100} {
			in := document.TotalsInput{Currency: "EUR", PricesIncludeTax: inclusive}
			for i := range n {
				l := line("2.5", fmt.Sprintf("%d.99", i+1), vat([]string{"24", "13"}[i%2]), withholding("20"))
				l.DiscountPercent = money.FromInt(int64(i % 3 * 5))
				in.Lines = append(in.Lines, l)
			}
			b.Run(fmt.Sprintf("lines=%d/inclusive=%v", n, inclusive), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := document.ComputeTotals(in); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
