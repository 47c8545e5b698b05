package money_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/money"
)

func TestAmount(t *testing.T) {
	tests := map[string]struct {
		minor    money.Minor
		currency money.Currency
		want     string
	}{
		"two digits, padded":  {123450, "EUR", "1234.50"},
		"below one, negative": {-5, "EUR", "-0.05"},
		"no digits":           {1235, "JPY", "1235"},
		"three digits":        {-5, "KWD", "-0.005"},
		"four digits":         {10000, "CLF", "1.0000"},
		"zero":                {0, "EUR", "0.00"},
		"the largest":         {money.MaxMinor, "CLF", "900719925474.0992"},
		"the smallest":        {-money.MaxMinor, "JPY", "-9007199254740992"},
		"without a currency":  {7, "", "7"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := money.New(tt.minor, tt.currency).Amount().String(); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestFormat(t *testing.T) {
	tests := map[string]struct {
		money    money.Money
		language string
		want     string
	}{
		"English":             {money.New(123450, "EUR"), "en", "€1,234.50"},
		"Greek":               {money.New(123450, "EUR"), "el", "1.234,50 €"},
		"German":              {money.New(123450, "EUR"), "de", "1.234,50 €"},
		"French":              {money.New(123450, "EUR"), "fr", "1 234,50 €"},
		"Italian":             {money.New(123450, "EUR"), "it", "1234,50 €"},
		"Italian, larger":     {money.New(1234550, "EUR"), "it", "12.345,50 €"},
		"Spanish":             {money.New(1234550, "EUR"), "es", "12.345,50 €"},
		"Bulgarian":           {money.New(1234550, "EUR"), "bg", "12 345,50 €"},
		"negative in Greek":   {money.New(-5, "EUR"), "el", "-0,05 €"},
		"no digits":           {money.New(1234, "JPY"), "en", "¥1,234"},
		"three digits":        {money.New(1234567, "KWD"), "el", "1.234,567 KWD"},
		"another language":    {money.New(123450, "EUR"), "tlh", "€1,234.50"},
		"an empty language":   {money.New(123450, "EUR"), "", "€1,234.50"},
		"without a currency":  {money.New(123450, ""), "el", "123450"},
		"an unknown currency": {money.New(123450, "ZZZ"), "el", "123450"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(tt.money.Format(tt.language))
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestParseMinor(t *testing.T) {
	tests := map[string]struct {
		amount   string
		currency money.Currency
		want     money.Minor
		refused  bool
	}{
		"padded":                       {amount: "1234.50", currency: "EUR", want: 123450},
		"short":                        {amount: "1234.5", currency: "EUR", want: 123450},
		"negative":                     {amount: "-0.05", currency: "EUR", want: -5},
		"zeros beyond the minor unit":  {amount: "1.5000", currency: "EUR", want: 150},
		"digits beyond the minor unit": {amount: "1.505", currency: "EUR", refused: true},
		"a fraction of a yen":          {amount: "1.5", currency: "JPY", refused: true},
		"three digits":                 {amount: "1.505", currency: "KWD", want: 1505},
		"the largest":                  {amount: "90071992547409.92", currency: "EUR", want: money.MaxMinor},
		"one beyond":                   {amount: "90071992547409.93", currency: "EUR", refused: true},
		"the smallest":                 {amount: "-90071992547409.92", currency: "EUR", want: -money.MaxMinor},
		"one below":                    {amount: "-90071992547409.93", currency: "EUR", refused: true},
		"beyond 64 bits":               {amount: "9999999999999999999", currency: "CLF", refused: true},
		"2^60 units, 0 in 64 bits":     {amount: "1152921504606846976", currency: "CLF", refused: true},
		"an unknown currency":          {amount: "1", currency: "ZZZ", refused: true},
		"no currency":                  {amount: "1", currency: "", refused: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := money.ParseMinor(money.MustDecimal(tt.amount), tt.currency)
			if got != tt.want || tt.refused != (err != nil) {
				t.Fatalf("got %d, %v; want %d, refused %v", got, err, tt.want, tt.refused)
			}
			if err != nil && !fault.IsCode(err, fault.Invalid) {
				t.Errorf("%v is not INVALID", err)
			}
		})
	}
}

// An amount that was written is read as the same amount, in every currency.
func TestAmountComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := money.Currency(rapid.SampledFrom([]string{"EUR", "JPY", "KWD", "CLF"}).Draw(t, "currency"))
		m := money.Minor(rapid.Int64Range(int64(-money.MaxMinor), int64(money.MaxMinor)).Draw(t, "minor"))
		text := money.New(m, c).Amount().String()
		d, err := money.ParseDecimal(text, c.Digits())
		if err != nil {
			t.Fatal(err)
		}
		if got, err := money.ParseMinor(d, c); err != nil || got != m {
			t.Fatalf("%d %s is written %s and read as %d, %v", m, c, text, got, err)
		}
	})
}
