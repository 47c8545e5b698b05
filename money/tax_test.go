package money_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/money"
)

func TestNormalize(t *testing.T) {
	rate := money.MustDecimal
	tests := map[string]struct {
		in   money.Tax
		want money.Tax
		bad  []string // fields at fault
	}{
		"VAT is the default":           {in: money.Tax{Rate: rate("24")}, want: money.Tax{Kind: money.VAT, Rate: rate("24"), Category: "S"}},
		"VAT of 0 is Z":                {in: money.Tax{}, want: money.Tax{Kind: money.VAT, Category: "Z"}},
		"an exemption stays":           {in: money.Tax{Category: "E"}, want: money.Tax{Kind: money.VAT, Category: "E"}},
		"the name is trimmed":          {in: money.Tax{Name: " ΦΠΑ ", Rate: rate("13")}, want: money.Tax{Kind: money.VAT, Name: "ΦΠΑ", Rate: rate("13"), Category: "S"}},
		"others have no category":      {in: money.Tax{Kind: money.Withholding, Rate: rate("20"), Category: "S"}, want: money.Tax{Kind: money.Withholding, Rate: rate("20")}},
		"a fixed amount":               {in: money.Tax{Kind: money.OtherTax, Fixed: -400}, want: money.Tax{Kind: money.OtherTax, Fixed: -400}},
		"100 percent and six decimals": {in: money.Tax{Rate: rate("99.999999")}, want: money.Tax{Kind: money.VAT, Rate: rate("99.999999"), Category: "S"}},
		"a name of 100 letters":        {in: money.Tax{Name: strings.Repeat("Φ", 100)}, want: money.Tax{Kind: money.VAT, Name: strings.Repeat("Φ", 100), Category: "Z"}},
		"an unknown kind":              {in: money.Tax{Kind: "sales", Rate: rate("1")}, bad: []string{"kind"}},
		"a name of 101 letters":        {in: money.Tax{Name: strings.Repeat("Φ", 101)}, bad: []string{"name"}},
		"a negative rate":              {in: money.Tax{Rate: rate("-1")}, bad: []string{"rate"}},
		"a rate above 100":             {in: money.Tax{Rate: rate("100.000001")}, bad: []string{"rate"}},
		"seven decimals":               {in: money.Tax{Rate: rate("0.1234567")}, bad: []string{"rate"}},
		"fixed VAT":                    {in: money.Tax{Fixed: 1}, bad: []string{"fixed"}},
		"a percent and a fixed amount": {in: money.Tax{Kind: money.OtherTax, Rate: rate("1"), Fixed: 1}, bad: []string{"fixed"}},
		"a fixed amount out of bounds": {in: money.Tax{Kind: money.OtherTax, Fixed: money.MaxMinor + 1}, bad: []string{"fixed"}},
		"an unknown category":          {in: money.Tax{Category: "X"}, bad: []string{"category"}},
		"an exemption with a rate":     {in: money.Tax{Category: "E", Rate: rate("24")}, bad: []string{"category"}},
		"standard without a rate":      {in: money.Tax{Category: "S"}, bad: []string{"rate"}},
		"everything that is wrong":     {in: money.Tax{Kind: "x", Name: strings.Repeat("n", 101), Rate: rate("101")}, bad: []string{"kind", "name", "rate"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := tt.in
			err := got.Normalize()
			var fields []string
			all, _ := fault.All(err)
			for _, f := range all {
				fields = append(fields, f.Field)
			}
			if diff := cmp.Diff(tt.bad, fields); diff != "" {
				t.Fatalf("fields (-want +got):\n%s%v", diff, err)
			}
			if diff := cmp.Diff(tt.want, got); tt.bad == nil && diff != "" {
				t.Errorf("tax (-want +got):\n%s", diff)
			}
		})
	}
}

// Normalizing again changes nothing, and neither does the way through JSON.
func TestNormalizedTaxIsStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tax := money.Tax{
			Kind:          money.TaxKind(rapid.SampledFrom([]string{"", "vat", "withholding", "other"}).Draw(t, "kind")),
			Name:          rapid.StringN(0, 5, -1).Draw(t, "name"),
			Rate:          money.New(money.Minor(rapid.Int64Range(0, 10000).Draw(t, "rate")), "EUR").Amount(), // may end in zeros
			Category:      rapid.SampledFrom([]string{"", "S", "Z", "E", "AE", "K", "G", "O"}).Draw(t, "category"),
			Informational: rapid.Bool().Draw(t, "informational"),
		}
		if tax.Normalize() != nil {
			t.Skip("not a tax")
		}
		again := tax
		if err := again.Normalize(); err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(tax)
		if err != nil {
			t.Fatal(err)
		}
		var back money.Tax
		if err := json.Unmarshal(raw, &back); err != nil {
			t.Fatal(err)
		}
		for _, got := range []money.Tax{again, back} {
			if diff := cmp.Diff(tax, got); diff != "" || got.Rate.String() != tax.Rate.String() {
				t.Fatalf("(-want +got):\n%s", diff)
			}
		}
	})
}
