package money_test

import (
	"strings"
	"testing"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/money"
)

// activeCurrencies is the active list of ISO 4217 (list one, 2026) by digits of the minor
// unit, without the codes whose minor unit is "N.A.".
var activeCurrencies = map[int]string{
	0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
	2: `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD
		CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS
		GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD
		LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB
		PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP
		SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG`,
	3: "BHD IQD JOD KWD LYD OMR TND",
	4: "CLF UYW",
}

// Of all texts of three capitals, just the active codes are currencies, with their digits.
func TestCurrencies(t *testing.T) {
	digits := map[string]int{}
	for n, codes := range activeCurrencies {
		for _, c := range strings.Fields(codes) {
			digits[c] = n
		}
	}
	code := []byte("AAA")
	for code[0] = 'A'; code[0] <= 'Z'; code[0]++ {
		for code[1] = 'A'; code[1] <= 'Z'; code[1]++ {
			for code[2] = 'A'; code[2] <= 'Z'; code[2]++ {
				s := string(code)
				want, active := digits[s]
				got, err := money.ParseCurrency(s)
				if active != (err == nil) || (active && got != money.Currency(s)) {
					t.Errorf("%s: got %q, %v; on the list: %v", s, got, err, active)
				}
				if n := money.Currency(s).Digits(); n != want {
					t.Errorf("%s has %d digits, want %d", s, n, want)
				}
			}
		}
	}
}

func TestParseCurrencyRefuses(t *testing.T) {
	for name, s := range map[string]string{
		"empty": "", "small letters": "eur", "a symbol": "€", "a space": "EUR ", "a metal": "XAU",
		"no currency": "XXX", "a test code": "XTS", "withdrawn": "GRD", "withdrawn for the euro": "BGN",
		"not of ISO": "BTC", "a long text": strings.Repeat("EUR", 1000),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := money.ParseCurrency(s)
			if got != "" || !fault.IsCode(err, fault.Invalid) || len(err.Error()) > 200 {
				t.Errorf("got %q, %v; want INVALID", got, err)
			}
		})
	}
}

func TestCurrencyGQL(t *testing.T) {
	for c, want := range map[money.Currency]string{"EUR": `"EUR"`, "": "null"} {
		var b strings.Builder
		if c.MarshalGQL(&b); b.String() != want {
			t.Errorf("%q is written %s, want %s", c, b.String(), want)
		}
	}
	c := money.Currency("JPY")
	for _, bad := range []any{"euro", 978, nil} {
		if err := c.UnmarshalGQL(bad); !fault.IsCode(err, fault.Invalid) || c != "JPY" {
			t.Errorf("%v: got %q, %v; want INVALID and the old value", bad, c, err)
		}
	}
	if err := c.UnmarshalGQL("EUR"); err != nil || c != "EUR" {
		t.Errorf("got %q, %v", c, err)
	}
}
