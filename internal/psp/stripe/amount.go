package stripe

import (
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/money"
)

// digits are how many decimals Stripe counts a currency with where they are not two. ISK and UGX
// have none, and are counted with two all the same.
var digits = map[money.Currency]int{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "JPY": 0, "KMF": 0, "KRW": 0, "MGA": 0, "PYG": 0, "RWF": 0, "VND": 0, "VUV": 0,
	"XAF": 0, "XOF": 0, "XPF": 0,
	"BHD": 3, "JOD": 3, "KWD": 3, "OMR": 3, "TND": 3,
}

func digitsOf(c money.Currency) int {
	if n, ok := digits[c]; ok {
		return n
	}
	return 2
}

// toStripe is an amount as Stripe counts it.
//
// Faults: INVALID on amount for one that Stripe cannot take: a fraction of a currency that it
// knows no fractions of, or thousandths that do not end in 0.
func toStripe(m money.Money) (int64, error) {
	n := int64(m.Minor)
	for d := m.Currency.Digits(); d < digitsOf(m.Currency); d++ {
		n *= 10
	}
	for d := digitsOf(m.Currency); d < m.Currency.Digits(); d++ {
		if n%10 != 0 {
			return 0, fault.New(fault.Invalid, "amount", "%s cannot be paid by card: choose a round amount.", m.Amount())
		}
		n /= 10
	}
	if digitsOf(m.Currency) == 3 && n%10 != 0 {
		return 0, fault.New(fault.Invalid, "amount", "By card, the last decimal of an amount in %s is 0.", m.Currency)
	}
	return n, nil
}

// fromStripe is an amount of Stripe's as we count it; false when it has a fraction that we do not.
func fromStripe(n int64, c money.Currency) (money.Minor, bool) {
	for d := digitsOf(c); d < c.Digits(); d++ {
		n *= 10
	}
	for d := c.Digits(); d < digitsOf(c); d++ {
		if n%10 != 0 {
			return 0, false
		}
		n /= 10
	}
	return money.Minor(n), true
}
