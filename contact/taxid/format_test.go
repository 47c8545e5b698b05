package taxid_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/contact/taxid"
	"github.com/kartela/kartela/fault"
)

// forms are the numbers of each state, written down apart from the program.
var forms = map[string]string{
	"AT": `U[0-9]{8}`, "BE": `[01][0-9]{9}`, "BG": `[0-9]{9,10}`, "CY": `[0-9]{8}[A-Z]`, "CZ": `[0-9]{8,10}`, "DE": `[0-9]{9}`,
	"DK": `[0-9]{8}`, "EE": `[0-9]{9}`, "ES": `[A-Z0-9][0-9]{7}[A-Z0-9]`, "FI": `[0-9]{8}`, "FR": `[A-Z0-9]{2}[0-9]{9}`,
	"HR": `[0-9]{11}`, "HU": `[0-9]{8}`, "IE": `[0-9][A-Z0-9+*][0-9]{5}[A-Z]{1,2}`, "IT": `[0-9]{11}`, "LT": `[0-9]{9}|[0-9]{12}`,
	"LU": `[0-9]{8}`, "LV": `[0-9]{11}`, "MT": `[0-9]{8}`, "NL": `[0-9]{9}B[0-9]{2}`, "PL": `[0-9]{10}`, "PT": `[0-9]{9}`,
	"RO": `[0-9]{2,10}`, "SE": `[0-9]{12}`, "SI": `[0-9]{8}`, "SK": `[0-9]{10}`, "XI": `[0-9]{9}|[0-9]{12}|GD[0-9]{3}|HA[0-9]{3}`,
}

func states() []string {
	var out []string
	for s := range forms {
		out = append(out, s)
	}
	return append(out, "EL")
}

// drawNumber draws a number of a state.
func drawNumber(rt *rapid.T) taxid.Number {
	state := rapid.SampledFrom(states()).Draw(rt, "state")
	if state == "EL" {
		return taxid.Number{Country: "EL", Bare: drawAFM(rt)}
	}
	return taxid.Number{Country: state, Bare: rapid.StringMatching(`(`+forms[state]+`)`).Draw(rt, "bare")}
}

// drawAFM draws a tax number whose last digit checks the others.
func drawAFM(rt *rapid.T) string {
	eight := fmt.Sprintf("%08d", rapid.IntRange(1, 99_999_999).Draw(rt, "eight digits"))
	return eight + checkDigit(eight)
}

// checkDigit is the digit by which the rule is defined: (Σ d[i]·2^(8−i)) mod 11 mod 10.
func checkDigit(eight string) string {
	sum, weight := 0, 256
	for _, d := range eight {
		sum += int(d-'0') * weight
		weight /= 2
	}
	return fmt.Sprint(sum % 11 % 10)
}

// written writes a number as people do.
func written(rt *rapid.T, s string) string {
	var out strings.Builder
	for _, r := range s {
		if rapid.IntRange(0, 3).Draw(rt, "gap") == 0 {
			out.WriteString(rapid.SampledFrom([]string{" ", ".", "-", "\u00a0"}).Draw(rt, "sign"))
		}
		out.WriteRune(r)
	}
	if rapid.Bool().Draw(rt, "lower") {
		return strings.ToLower(out.String())
	}
	return out.String()
}

func TestANumberIsReadHoweverItIsWritten(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := drawNumber(rt)
		spelled := map[string][]string{"EL": {"EL", "GR", "gr", " el "}}[n.Country]
		if spelled == nil {
			spelled = []string{n.Country, strings.ToLower(n.Country)}
		}
		country := rapid.SampledFrom(spelled).Draw(rt, "country")
		bare, whole := written(rt, n.Bare), written(rt, strings.TrimSpace(country)+n.Bare)
		for what, got := range map[string]func() (taxid.Number, error){
			"the country apart":       func() (taxid.Number, error) { return taxid.ParseVAT(&country, bare) },
			"the country before it":   func() (taxid.Number, error) { return taxid.ParseVAT(nil, whole) },
			"the country both places": func() (taxid.Number, error) { return taxid.ParseVAT(&country, whole) },
			"as a contact keeps it":   func() (taxid.Number, error) { return taxid.ParseVAT(&country, n.Kept()) },
		} {
			if got, err := got(); err != nil || got != n {
				rt.Fatalf("%s: %+v, %v; want %+v", what, got, err, n)
			}
		}
	})
}

// What a contact keeps is what it makes of that again.
func TestANumberStaysAsAContactKeepsIt(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := drawNumber(rt)
		if got := contact.NormalizeVATNumber(n.Kept()); got != n.Kept() {
			rt.Fatalf("%q became %q", n.Kept(), got)
		}
	})
}

func TestAnythingElseIsRefused(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := drawNumber(rt)
		bad := rapid.SampledFrom([]string{n.Bare + "0000000000000", n.Bare + "!", "", "Ω" + n.Bare, n.Bare[:1]}).Draw(rt, "bad")
		if got, err := taxid.ParseVAT(&n.Country, bad); err == nil {
			rt.Fatalf("%q passed as %+v", bad, got)
		}
	})
	tests := map[string]struct{ country, number, field string }{
		"Great Britain":               {"GB", "123456789", "country"},
		"Great Britain before it":     {"", "GB123456789", "country"},
		"no state of the EU":          {"US", "123456789", "country"},
		"no country":                  {"", "094014201", "country"},
		"nothing":                     {"", "", "country"},
		"a wrong check digit":         {"EL", "123456789", "vatNumber"},
		"another wrong check digit":   {"", "EL090165561", "vatNumber"},
		"zeros":                       {"GR", "000000000", "vatNumber"},
		"eight digits":                {"GR", "09401420", "vatNumber"},
		"another country's number":    {"DE", "ATU12345678", "vatNumber"},
		"a number that goes on":       {"DE", "123456789\n0", "vatNumber"},
		"Arabic digits":               {"DE", "١٢٣٤٥٦٧٨٩", "vatNumber"},
		"the number of nowhere":       {"", "ZZ123", "country"},
		"Belgium beginning with a 2":  {"BE", "2123456789", "vatNumber"},
		"Northern Ireland, too short": {"XI", "GD12", "vatNumber"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			country := &tt.country
			if tt.country == "" {
				country = nil
			}
			_, err := taxid.ParseVAT(country, tt.number)
			refused(t, err, fault.Invalid, tt.field)
		})
	}
}

// For any eight digits there is exactly one ninth.
func TestOneDigitChecksTheOthers(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		eight := fmt.Sprintf("%08d", rapid.IntRange(1, 99_999_999).Draw(rt, "eight digits"))
		for d := range 10 {
			last := fmt.Sprint(d)
			_, err := taxid.ParseAFM(eight + last)
			if want := last == checkDigit(eight); (err == nil) != want {
				rt.Fatalf("%s%s: %v", eight, last, err)
			}
		}
	})
	for afm, good := range map[string]bool{"090165560": true, "094014201": true, "094259216": true, "EL094014201": true, "GR 094 014 201": true,
		"123456789": false, "090165561": false, "000000000": false, "": false, "0940142010": false, "09401420a": false} {
		if _, err := taxid.ParseAFM(afm); (err == nil) != good {
			t.Errorf("%q: %v", afm, err)
		} else if err != nil {
			refused(t, err, fault.Invalid, "afm")
		}
	}
}

// One wrong digit is found, but where the sum is 0 modulo 11 in one and 10 in the other, which
// are both written as 0: then the last digit is 0, and was not the wrong one.
func TestOneWrongDigitIsFoundAlmostAlways(t *testing.T) {
	changes, missed := 0, 0
	for n := 1; n < 100_000_000; n += 9973 {
		eight := fmt.Sprintf("%08d", n)
		afm := eight + checkDigit(eight)
		for at := range 9 {
			for d := byte('0'); d <= '9'; d++ {
				if d == afm[at] {
					continue
				}
				changed := afm[:at] + string(d) + afm[at+1:]
				changes++
				if _, err := taxid.ParseAFM(changed); err == nil {
					missed++
					if afm[8] != '0' || at == 8 {
						t.Fatalf("%s and %s both pass", afm, changed)
					}
				}
			}
		}
	}
	if share := float64(missed) / float64(changes); share > 0.02 {
		t.Errorf("%d of %d wrong digits pass: %.4f", missed, changes, share)
	}
	t.Logf("%d of %d wrong digits pass", missed, changes)
}
