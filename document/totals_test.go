package document_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/money"
)

func vat(rate string) money.Tax { return money.Tax{Kind: money.VAT, Rate: money.MustDecimal(rate)} }

func withholding(rate string) money.Tax {
	return money.Tax{Kind: money.Withholding, Rate: money.MustDecimal(rate)}
}

func line(quantity, price string, taxes ...money.Tax) document.LineAmounts {
	return document.LineAmounts{Quantity: money.MustDecimal(quantity), UnitPrice: money.MustDecimal(price), Taxes: taxes}
}

func lines(l ...document.LineAmounts) []document.LineAmounts { return l }

func vatGroup(rate, category string, base, amount money.Minor) document.TaxGroup {
	return document.TaxGroup{Kind: money.VAT, Category: category, Rate: money.MustDecimal(rate), Base: base, Amount: amount}
}

func TestComputeTotals(t *testing.T) {
	stamp := money.Tax{Kind: money.OtherTax, Name: "stamp", Fixed: 150}
	levy := money.Tax{Kind: money.OtherTax, Name: "levy", Rate: money.MustDecimal("3.6")}
	fee := money.Tax{Kind: money.OtherTax, Rate: money.MustDecimal("1")}
	note := vat("24")
	note.Informational = true
	named := func(name string) money.Tax { v := vat("24"); v.Name = name; return v }
	half := line("1", "100", vat("24"))
	half.DiscountPercent = money.MustDecimal("12.5")
	lessFive := line("3", "10", vat("24"))
	lessFive.DiscountAmount = 500
	creditLess := line("-1", "100", vat("24"))
	creditLess.DiscountPercent = money.MustDecimal("10")

	tests := map[string]struct {
		in   document.TotalsInput
		want document.Totals
	}{
		"nothing": {},
		"a charge joins its tax group": {
			in: document.TotalsInput{
				Lines:       lines(line("1", "2800", vat("25")), line("1", "-1500", vat("25"))),
				Adjustments: []document.Adjustment{{Charge: true, Amount: 2500, Taxes: []money.Tax{vat("25")}}},
			},
			want: document.Totals{
				Lines: []money.Minor{280000, -150000}, Adjustments: []money.Minor{2500}, Charges: 2500, Groups: []document.TaxGroup{vatGroup("25", "S", 132500, 33125)},
				Net: 132500, VAT: 33125, Total: 165625, Payable: 165625, Due: 165625,
			},
		},
		"allowance, charge, two rates and a prepayment": {
			in: document.TotalsInput{
				Lines: lines(line("1", "4000", vat("25")), line("1", "1000", vat("0")), line("1", "900", vat("25"))),
				Adjustments: []document.Adjustment{
					{Amount: 20000, Taxes: []money.Tax{vat("25")}},
					{Charge: true, Amount: 20000, Taxes: []money.Tax{vat("25")}},
				},
				Prepaid: 100000,
			},
			want: document.Totals{
				Lines:       []money.Minor{400000, 100000, 90000},
				Adjustments: []money.Minor{20000, 20000}, Allowances: 20000, Charges: 20000,
				Groups: []document.TaxGroup{vatGroup("25", "S", 490000, 122500), vatGroup("0", "Z", 100000, 0)},
				Net:    590000, VAT: 122500, Total: 712500, Payable: 712500, Due: 612500,
			},
		},
		// 10 % of 99.99, which is rounded once.
		"an allowance and a charge in percent of the lines": {
			in: document.TotalsInput{
				Lines: lines(line("1", "66.66", vat("24")), line("1", "33.33", vat("13"))),
				Adjustments: []document.Adjustment{
					{Percent: money.MustDecimal("10"), Taxes: []money.Tax{vat("24")}},
					{Charge: true, Percent: money.MustDecimal("0.5")},
				},
			},
			want: document.Totals{
				Lines:       []money.Minor{6666, 3333},
				Adjustments: []money.Minor{1000, 50}, Allowances: 1000, Charges: 50,
				Groups: []document.TaxGroup{vatGroup("24", "S", 5666, 1360), vatGroup("13", "S", 3333, 433)},
				Net:    9049, VAT: 1793, Total: 10842, Payable: 10842, Due: 10842,
			},
		},
		"12.40 including 24 %": {
			in: document.TotalsInput{PricesIncludeTax: true, Lines: lines(line("1", "12.40", vat("24")))},
			want: document.Totals{
				Lines: []money.Minor{1000}, Groups: []document.TaxGroup{vatGroup("24", "S", 1000, 240)},
				Net: 1000, VAT: 240, Total: 1240, Payable: 1240, Due: 1240,
			},
		},
		"yen have no minor unit": {
			in: document.TotalsInput{Currency: "JPY", Lines: lines(line("3", "33.5", vat("10")))}, // 100.5 → 101
			want: document.Totals{
				Lines: []money.Minor{101}, Groups: []document.TaxGroup{vatGroup("10", "S", 101, 10)},
				Net: 101, VAT: 10, Total: 111, Payable: 111, Due: 111,
			},
		},
		"dinars have three digits": {
			in: document.TotalsInput{Currency: "KWD", Lines: lines(line("1", "0.0015", vat("5")))}, // 1.5 → 2
			want: document.Totals{
				Lines: []money.Minor{2}, Groups: []document.TaxGroup{vatGroup("5", "S", 2, 0)},
				Net: 2, Total: 2, Payable: 2, Due: 2,
			},
		},
		"half a cent goes away from zero": {
			in: document.TotalsInput{Lines: lines(line("1", "0.125"), line("-1", "0.125"), line("0.0001", "50"))},
			want: document.Totals{
				Lines: []money.Minor{13, -13, 1}, Net: 1, Total: 1, Payable: 1, Due: 1,
			},
		},
		"VAT is rounded once a group, not once a line": {
			in: document.TotalsInput{Lines: lines(line("1", "0.02", vat("24")), line("1", "0.02", vat("24")), line("1", "0.02", vat("24")))},
			want: document.Totals{
				Lines: []money.Minor{2, 2, 2}, Groups: []document.TaxGroup{vatGroup("24", "S", 6, 1)},
				Net: 6, VAT: 1, Total: 7, Payable: 7, Due: 7,
			},
		},
		"withholding is computed from the net and taken off what is payable": {
			in: document.TotalsInput{Lines: lines(line("1", "1000", vat("24"), withholding("20")))},
			want: document.Totals{
				Lines: []money.Minor{100000},
				Groups: []document.TaxGroup{
					vatGroup("24", "S", 100000, 24000),
					{Kind: money.Withholding, Rate: money.MustDecimal("20"), Base: 100000, Amount: 20000},
				},
				Net: 100000, VAT: 24000, Withholding: 20000, Total: 124000, Payable: 104000, Due: 104000,
			},
		},
		"withholding is computed from the net of inclusive prices": {
			in: document.TotalsInput{PricesIncludeTax: true, Lines: lines(line("1", "1240", withholding("20"), vat("24")))},
			want: document.Totals{
				Lines: []money.Minor{100000},
				Groups: []document.TaxGroup{
					vatGroup("24", "S", 100000, 24000),
					{Kind: money.Withholding, Rate: money.MustDecimal("20"), Base: 100000, Amount: 20000},
				},
				Net: 100000, VAT: 24000, Withholding: 20000, Total: 124000, Payable: 104000, Due: 104000,
			},
		},
		"other taxes, in percent and fixed once a line": {
			in: document.TotalsInput{Lines: lines(line("1", "100", stamp, levy), line("7", "10", stamp))},
			want: document.Totals{
				Lines: []money.Minor{10000, 7000},
				Groups: []document.TaxGroup{
					{Kind: money.OtherTax, Name: "levy", Rate: money.MustDecimal("3.6"), Base: 10000, Amount: 360},
					{Kind: money.OtherTax, Name: "stamp", Fixed: 150, Base: 17000, Amount: 300},
				},
				Net: 17000, OtherTaxes: 660, Total: 17660, Payable: 17660, Due: 17660,
			},
		},
		"an informational tax has a group and no part in the total": {
			in: document.TotalsInput{PricesIncludeTax: true, Lines: lines(line("1", "11.30", note, vat("13")))},
			want: document.Totals{
				Lines: []money.Minor{1000},
				Groups: []document.TaxGroup{
					{Kind: money.VAT, Category: "S", Rate: money.MustDecimal("24"), Informational: true, Base: 1000, Amount: 240},
					vatGroup("13", "S", 1000, 130),
				},
				Net: 1000, VAT: 130, Total: 1130, Payable: 1130, Due: 1130,
			},
		},
		"VAT is grouped by category and rate, whatever its name": {
			in: document.TotalsInput{Lines: lines(line("1", "1", named("ΦΠΑ")), line("1", "1", named("VAT")), line("1", "1", vat("13")))},
			want: document.Totals{
				Lines: []money.Minor{100, 100, 100},
				Groups: []document.TaxGroup{
					{Kind: money.VAT, Name: "VAT", Category: "S", Rate: money.MustDecimal("24"), Base: 200, Amount: 48},
					vatGroup("13", "S", 100, 13),
				},
				Net: 300, VAT: 61, Total: 361, Payable: 361, Due: 361,
			},
		},
		"discounts": {
			in: document.TotalsInput{Lines: lines(half, lessFive, creditLess)},
			want: document.Totals{
				Lines: []money.Minor{8750, 2500, -9000}, Groups: []document.TaxGroup{vatGroup("24", "S", 2250, 540)},
				Net: 2250, VAT: 540, Total: 2790, Payable: 2790, Due: 2790,
			},
		},
		// VAT is round(5.806…) cents, each line's share 1.935…: one cent for certain and one by its rest.
		"three equal lines with VAT inside": {
			in: document.TotalsInput{PricesIncludeTax: true, Lines: lines(line("1", "0.10", vat("24")), line("1", "0.10", vat("24")), line("1", "0.10", vat("24")))},
			want: document.Totals{
				Lines: []money.Minor{8, 8, 8}, Groups: []document.TaxGroup{vatGroup("24", "S", 24, 6)},
				Net: 24, VAT: 6, Total: 30, Payable: 30, Due: 30,
			},
		},
		// VAT is round(1.354…) cents, the shares are 0.193…, 0.967… and 0.193….
		"the largest remainder gives the cent": {
			in: document.TotalsInput{PricesIncludeTax: true, Lines: lines(line("1", "0.01", vat("24")), line("1", "0.05", vat("24")), line("1", "0.01", vat("24")))},
			want: document.Totals{
				Lines: []money.Minor{1, 4, 1}, Groups: []document.TaxGroup{vatGroup("24", "S", 6, 1)},
				Net: 6, VAT: 1, Total: 7, Payable: 7, Due: 7,
			},
		},
		// VAT is round(2.2) cents, the shares are 0.6 and 1.6.
		"of equal rests the larger amount gives first": {
			in: document.TotalsInput{PricesIncludeTax: true, Lines: lines(line("1", "0.03", vat("25")), line("1", "0.08", vat("25")))},
			want: document.Totals{
				Lines: []money.Minor{3, 6}, Groups: []document.TaxGroup{vatGroup("25", "S", 9, 2)},
				Net: 9, VAT: 2, Total: 11, Payable: 11, Due: 11,
			},
		},
		// VAT is round(1.2) cents, both shares are 0.6.
		"a line gives before a charge": {
			in: document.TotalsInput{
				PricesIncludeTax: true, Lines: lines(line("1", "0.03", vat("25"))),
				Adjustments: []document.Adjustment{{Charge: true, Amount: 3, Taxes: []money.Tax{vat("25")}}},
			},
			want: document.Totals{
				Lines: []money.Minor{2}, Adjustments: []money.Minor{3}, Charges: 3, Groups: []document.TaxGroup{vatGroup("25", "S", 5, 1)},
				Net: 5, VAT: 1, Total: 6, Payable: 6, Due: 6,
			},
		},
		// Both shares are 0.6 again, and the withholding is of 2 or of 3 cents.
		"between equal lines their other taxes decide": {
			in: document.TotalsInput{PricesIncludeTax: true, Lines: lines(line("1", "0.03", vat("25"), withholding("50")), line("1", "0.03", vat("25")))},
			want: document.Totals{
				Lines: []money.Minor{3, 2},
				Groups: []document.TaxGroup{
					vatGroup("25", "S", 5, 1),
					{Kind: money.Withholding, Rate: money.MustDecimal("50"), Base: 3, Amount: 2},
				},
				Net: 5, VAT: 1, Withholding: 2, Total: 6, Payable: 4, Due: 4,
			},
		},
		// As before; the fee sorts before the withholding wherever it stands.
		"the order of a line's taxes does not decide": {
			in: document.TotalsInput{PricesIncludeTax: true, Lines: lines(
				line("1", "0.03", vat("25"), withholding("50")), line("1", "0.03", fee, vat("25")))},
			want: document.Totals{
				Lines: []money.Minor{3, 2},
				Groups: []document.TaxGroup{
					vatGroup("25", "S", 5, 1),
					{Kind: money.OtherTax, Rate: money.MustDecimal("1"), Base: 2},
					{Kind: money.Withholding, Rate: money.MustDecimal("50"), Base: 3, Amount: 2},
				},
				Net: 5, VAT: 1, Withholding: 2, Total: 6, Payable: 4, Due: 4,
			},
		},
		"a credit with VAT inside": {
			in: document.TotalsInput{PricesIncludeTax: true, Lines: lines(line("-1", "12.40", vat("24")))},
			want: document.Totals{
				Lines: []money.Minor{-1000}, Groups: []document.TaxGroup{vatGroup("24", "S", -1000, -240)},
				Net: -1000, VAT: -240, Total: -1240, Payable: -1240, Due: -1240,
			},
		},
		"the largest amount": {
			in: document.TotalsInput{Lines: lines(line("1", "90071992547409.92"))},
			want: document.Totals{
				Lines: []money.Minor{money.MaxMinor}, Net: money.MaxMinor, Total: money.MaxMinor,
				Payable: money.MaxMinor, Due: money.MaxMinor,
			},
		},
		"a product of 36 digits loses none": {
			in: document.TotalsInput{Lines: lines(line("0.0001", "99999999999999.99999"), line("999999999999999.9999", "0.00001"))},
			want: document.Totals{
				Lines: []money.Minor{1000000000000, 1000000000000}, Net: 2000000000000, Total: 2000000000000,
				Payable: 2000000000000, Due: 2000000000000,
			},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if tt.in.Currency == "" {
				tt.in.Currency = "EUR"
			}
			got, err := document.ComputeTotals(tt.in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestComputeTotalsRefuses(t *testing.T) {
	with := func(change func(*document.LineAmounts)) document.TotalsInput {
		l := line("2", "100", vat("24"))
		change(&l)
		return document.TotalsInput{Currency: "EUR", Lines: lines(line("1", "1"), l)}
	}
	taxed := func(taxes ...money.Tax) document.TotalsInput {
		return with(func(l *document.LineAmounts) { l.Taxes = taxes })
	}
	priced := func(quantity, price string) document.TotalsInput {
		return with(func(l *document.LineAmounts) {
			l.Quantity, l.UnitPrice = money.MustDecimal(quantity), money.MustDecimal(price)
		})
	}
	percent := func(s string) document.TotalsInput {
		return with(func(l *document.LineAmounts) { l.DiscountPercent = money.MustDecimal(s) })
	}
	off := func(quantity string, amount money.Minor) document.TotalsInput {
		return with(func(l *document.LineAmounts) { l.Quantity, l.DiscountAmount = money.MustDecimal(quantity), amount })
	}
	adjusted := func(a document.Adjustment) document.TotalsInput {
		return document.TotalsInput{Currency: "EUR", Adjustments: []document.Adjustment{a}}
	}
	fixed := func(name string, m money.Minor) money.Tax {
		return money.Tax{Kind: money.OtherTax, Name: name, Fixed: m}
	}
	shown := fixed("a", money.MaxMinor)
	shown.Informational = true
	huge := line("1", "90071992547409.92")
	withheld := line("1", "90000000000000", money.Tax{Kind: money.Withholding, Fixed: -money.MaxMinor})

	tests := map[string]struct {
		in     document.TotalsInput
		fields []string
	}{
		"no currency":                {document.TotalsInput{}, []string{"currency"}},
		"an unknown currency":        {document.TotalsInput{Currency: "EURO"}, []string{"currency"}},
		"a negative prepayment":      {document.TotalsInput{Currency: "EUR", Prepaid: -1}, []string{"prepaid"}},
		"a prepayment out of bounds": {document.TotalsInput{Currency: "EUR", Prepaid: money.MaxMinor + 1}, []string{"prepaid"}},
		"501 lines":                  {document.TotalsInput{Currency: "EUR", Lines: make([]document.LineAmounts, 501)}, []string{"lines"}},
		"a quantity of 0":            {priced("0.0000", "1"), []string{"lines.1.quantity"}},
		"a quantity of 5 decimals":   {priced("1.00001", "1"), []string{"lines.1.quantity"}},
		"a quantity of 16 digits":    {priced("1000000000000000", "0"), []string{"lines.1.quantity"}},
		"a price of 6 decimals":      {priced("1", "1.000001"), []string{"lines.1.unitPrice"}},
		"a price of 15 digits":       {priced("1", "-100000000000000"), []string{"lines.1.unitPrice"}},
		"a line beyond the bound":    {priced("-1", "90071992547409.93"), []string{"lines.1.unitPrice"}},
		"a line far beyond":          {priced("999999999999999.9999", "99999999999999.99999"), []string{"lines.1.unitPrice"}},
		"a discount does not bring a line back in bounds": {
			with(func(l *document.LineAmounts) {
				l.UnitPrice, l.DiscountPercent = money.MustDecimal("90071992547409.93"), money.MustDecimal("99")
			}), []string{"lines.1.unitPrice"},
		},
		"a negative discount":                  {percent("-0.000001"), []string{"lines.1.discountPercent"}},
		"a discount above 100 %":               {percent("100.000001"), []string{"lines.1.discountPercent"}},
		"a discount of 7 decimals":             {percent("0.0000001"), []string{"lines.1.discountPercent"}},
		"a negative discount amount":           {off("2", -1), []string{"lines.1.discountAmount"}},
		"a discount amount above the line":     {off("2", 20001), []string{"lines.1.discountAmount"}},
		"a discount amount on a negative line": {off("-2", 1), []string{"lines.1.discountAmount"}},
		"a percent and an amount": {
			with(func(l *document.LineAmounts) { l.DiscountAmount, l.DiscountPercent = 1, money.FromInt(1) }),
			[]string{"lines.1.discountAmount"},
		},
		"two VATs":                            {taxed(vat("24"), vat("13")), []string{"lines.1.taxes"}},
		"the same VAT twice":                  {taxed(vat("24"), vat("24")), []string{"lines.1.taxes"}},
		"a withholding twice":                 {taxed(withholding("20"), vat("24"), withholding("20.0")), []string{"lines.1.taxes.2"}},
		"a rate of −100 %":                    {taxed(vat("-100")), []string{"lines.1.taxes.0.rate"}},
		"fixed VAT":                           {taxed(money.Tax{Fixed: 1}), []string{"lines.1.taxes.0.fixed"}},
		"an adjustment by percent and amount": {adjusted(document.Adjustment{Percent: money.FromInt(1), Amount: 1}), []string{"adjustments.0.amount"}},
		"more than 100 percent":               {adjusted(document.Adjustment{Percent: money.FromInt(101)}), []string{"adjustments.0.percent"}},
		"a negative allowance":                {adjusted(document.Adjustment{Amount: -1}), []string{"adjustments.0.amount"}},
		"an allowance out of bounds":          {adjusted(document.Adjustment{Amount: money.MaxMinor + 1}), []string{"adjustments.0.amount"}},
		"an allowance with two VATs": {
			adjusted(document.Adjustment{Amount: 1, Taxes: []money.Tax{vat("1"), vat("2")}}), []string{"adjustments.0.taxes"},
		},
		"everything that is wrong": {
			document.TotalsInput{
				Currency: "EUR", Prepaid: -1, Lines: lines(line("0", "0.000001", vat("101")), line("1", "1"), line("0", "1")),
				Adjustments: []document.Adjustment{{Amount: -1, Taxes: []money.Tax{{Kind: "x"}}}},
			},
			[]string{"prepaid", "lines.0.quantity", "lines.0.unitPrice", "lines.0.taxes.0.rate", "lines.2.quantity",
				"adjustments.0.taxes.0.kind", "adjustments.0.amount"},
		},
		"a net beyond the bound":       {document.TotalsInput{Currency: "EUR", Lines: lines(huge, line("1", "0.01"))}, []string{"lines"}},
		"a VAT base beyond":            {document.TotalsInput{Currency: "EUR", Lines: lines(line("1", "90071992547409.92", vat("0")), line("1", "0.01", vat("0")), line("-1", "1"))}, []string{"lines"}},
		"a gross beyond":               {document.TotalsInput{Currency: "EUR", PricesIncludeTax: true, Lines: lines(line("1", "90071992547409.92", vat("1")), line("1", "0.01", vat("1")), line("-1", "1"))}, []string{"lines"}},
		"a total beyond":               {document.TotalsInput{Currency: "EUR", Lines: lines(line("1", "90071992547409", vat("1")))}, []string{"lines"}},
		"other taxes beyond":           {document.TotalsInput{Currency: "EUR", Lines: lines(line("-1", "1", fixed("a", money.MaxMinor), fixed("b", 1)))}, []string{"lines"}},
		"one fixed tax beyond":         {document.TotalsInput{Currency: "EUR", Lines: lines(line("-1", "1", fixed("a", money.MaxMinor)), line("-1", "1", fixed("a", money.MaxMinor)))}, []string{"lines"}},
		"one informational tax beyond": {document.TotalsInput{Currency: "EUR", Lines: lines(line("-1", "1", shown), line("-1", "1", shown))}, []string{"lines"}},
		"a payable beyond":             {document.TotalsInput{Currency: "EUR", Lines: lines(withheld)}, []string{"lines"}},
		"a due beyond":                 {document.TotalsInput{Currency: "EUR", Lines: lines(line("-1", "90071992547409.92")), Prepaid: 1}, []string{"lines"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := document.ComputeTotals(tt.in)
			if !fault.IsCode(err, fault.Invalid) {
				t.Fatalf("got %+v, %v; want INVALID", got, err)
			}
			if diff := cmp.Diff(document.Totals{}, got); diff != "" {
				t.Errorf("totals beside a fault:\n%s", diff)
			}
			var fields []string
			all, _ := fault.All(err)
			for _, f := range all {
				fields = append(fields, f.Field)
			}
			if diff := cmp.Diff(tt.fields, fields); diff != "" {
				t.Errorf("fields (-want +got):\n%s%v", diff, err)
			}
		})
	}
}

func TestComputeTotalsTakesTheMostLines(t *testing.T) {
	in := document.TotalsInput{Currency: "EUR"}
	for range 250 {
		in.Lines = append(in.Lines, line("1", "90071992547409.92"))
	}
	for range 249 {
		in.Lines = append(in.Lines, line("1", "-90071992547409.92"))
	}
	in.Adjustments = append(in.Adjustments, document.Adjustment{Amount: money.MaxMinor})
	got, err := document.ComputeTotals(in)
	if err != nil || got.Net != 0 {
		t.Errorf("net %d, %v; want 0: the order of the entries is not seen", got.Net, err)
	}
}

// 2,048 taxes of 2^53 are 2^64, which is 0 in 64 bits.
func TestTaxesDoNotWrap(t *testing.T) {
	in := document.TotalsInput{Currency: "EUR"}
	for i := range 256 {
		l := line("1", "1")
		for j := range 8 {
			l.Taxes = append(l.Taxes, money.Tax{Kind: money.OtherTax, Name: fmt.Sprint(i, j), Fixed: money.MaxMinor})
		}
		in.Lines = append(in.Lines, l)
	}
	if got, err := document.ComputeTotals(in); !fault.IsCode(err, fault.Invalid) {
		t.Errorf("other taxes %d, %v; want INVALID", got.OtherTaxes, err)
	}
}
