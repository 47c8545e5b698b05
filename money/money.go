// Package money holds amounts, currencies, exact decimals, rounding and taxes. It is pure:
// it knows no document and no database.
package money

import (
	"github.com/bojanz/currency"
	"github.com/govalues/decimal"

	"github.com/kartela/kartela/fault"
)

// Money is an amount with its currency.
type Money struct {
	Minor    Minor
	Currency Currency
}

// New puts an amount and its currency together.
func New(m Minor, c Currency) Money { return Money{m, c} }

// Amount is the amount in units of the currency, with exactly its digits after the point:
// "1234.50" in EUR, "1235" in JPY, "-0.005" in KWD.
func (m Money) Amount() Decimal { return Decimal{decimal.MustNew(int64(m.Minor), m.Currency.Digits())} }

// Format writes the amount for a reader of the language (ISO 639-1: en, el, de, fr, it, es
// or bg): "1.234,50 €" in Greek, "€1,234.50" in English. Another language reads as English;
// an amount without a currency is written plainly.
func (m Money) Format(language string) string {
	a, err := currency.NewAmountFromInt64(int64(m.Minor), string(m.Currency))
	if err != nil {
		return m.Amount().String()
	}
	if !languages[language] {
		language = "en"
	}
	return currency.NewFormatter(currency.NewLocale(language)).Format(a)
}

// languages are those that documents are written in.
var languages = map[string]bool{"en": true, "el": true, "de": true, "fr": true, "it": true, "es": true, "bg": true}

// ParseMinor is an amount in units of the currency as minor units: 12.5 in EUR is 1250.
//
// Faults: INVALID, without a field, for more digits after the point than the currency has,
// for an amount beyond ±2^53 minor units, and for a currency that ParseCurrency refuses.
func ParseMinor(d Decimal, c Currency) (Minor, error) {
	if _, err := ParseCurrency(string(c)); err != nil {
		return 0, err
	}
	scaled, exact := d.Scaled(c.Digits())
	if !exact {
		return 0, fault.New(fault.Invalid, "", "An amount in %s has at most %d decimals.", c, c.Digits())
	}
	if !scaled.IsInt64() || !Minor(scaled.Int64()).InBounds() {
		return 0, tooLarge()
	}
	return Minor(scaled.Int64()), nil
}

// clip shortens text that is quoted back, without cutting a letter in two.
func clip(s string) string {
	letters := 0
	for at := range s {
		if letters == 40 {
			return s[:at] + "…"
		}
		letters++
	}
	return s
}
