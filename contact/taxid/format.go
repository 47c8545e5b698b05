package taxid

import (
	"regexp"
	"strings"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/fault"
)

// formats are the VAT numbers of VIES after their two letters.
var formats = compiled(map[string]string{
	"AT": `U\d{8}`, "BE": `[01]\d{9}`, "BG": `\d{9,10}`, "CY": `\d{8}[A-Z]`, "CZ": `\d{8,10}`, "DE": `\d{9}`,
	"DK": `\d{8}`, "EE": `\d{9}`, "EL": `\d{9}`, "ES": `[A-Z0-9]\d{7}[A-Z0-9]`, "FI": `\d{8}`, "FR": `[A-Z0-9]{2}\d{9}`,
	"HR": `\d{11}`, "HU": `\d{8}`, "IE": `\d[A-Z0-9+*]\d{5}[A-Z]{1,2}`, "IT": `\d{11}`, "LT": `\d{9}|\d{12}`,
	"LU": `\d{8}`, "LV": `\d{11}`, "MT": `\d{8}`, "NL": `\d{9}B\d{2}`, "PL": `\d{10}`, "PT": `\d{9}`, "RO": `\d{2,10}`,
	"SE": `\d{12}`, "SI": `\d{8}`, "SK": `\d{10}`, "XI": `\d{9}|\d{12}|GD\d{3}|HA\d{3}`,
})

func compiled(patterns map[string]string) map[string]*regexp.Regexp {
	out := make(map[string]*regexp.Regexp, len(patterns))
	for state, p := range patterns {
		out[state] = regexp.MustCompile(`^(?:` + p + `)$`)
	}
	return out
}

// ParseVAT reads a VAT number of VIES. Without a country the number begins with it; with one
// it may. GR is the same as EL. A Greek number is held to its check digit.
//
// Faults: INVALID on country when VIES has none such, on vatNumber when it is not of the
// country's form.
func ParseVAT(country *string, number string) (Number, error) {
	n := clean(number)
	if country == nil || strings.TrimSpace(*country) == "" {
		if len(n) < 2 || !letters(n[:2]) {
			return Number{}, fault.New(fault.Invalid, "country", "Say of which country the number is, or begin it with the country's two letters.")
		}
		return checked(Number{n[:2], n[2:]})
	}
	state := spelled(clean(*country))
	if f := formats[state]; f != nil {
		for _, prefix := range []string{state, isoOf(state)} {
			if rest, ok := strings.CutPrefix(n, prefix); ok && f.MatchString(rest) {
				n = rest
				break
			}
		}
	}
	return checked(Number{state, n})
}

func checked(n Number) (Number, error) {
	n.Country = spelled(n.Country)
	f := formats[n.Country]
	switch {
	case n.Country == "GB":
		return Number{}, fault.New(fault.Invalid, "country", "VIES no longer has numbers of Great Britain; those of Northern Ireland begin with XI.")
	case f == nil:
		return Number{}, fault.New(fault.Invalid, "country", "VIES has no numbers of this country: it is for states of the EU, and XI for Northern Ireland.")
	case !f.MatchString(n.Bare):
		return Number{}, fault.New(fault.Invalid, "vatNumber", "This is not of the form that VAT numbers of %s have.", n.Country)
	case n.Country == "EL" && contact.CheckGreekVATNumber(n.Bare) != nil:
		return Number{}, fault.New(fault.Invalid, "vatNumber", "The last digit of a Greek VAT number checks the others: here it does not fit.")
	}
	return n, nil
}

// ParseAFM reads a Greek tax number, with or without its country. Faults: INVALID on afm.
func ParseAFM(s string) (string, error) {
	afm := contact.NormalizeVATNumber(clean(s))
	if err := contact.CheckGreekVATNumber(afm); err != nil {
		return "", fault.New(fault.Invalid, "afm", "%s", fault.From(err).Text)
	}
	return afm, nil
}

// Kept is the number as a contact keeps it: a Greek one bare, another with its country.
func (n Number) Kept() string {
	if n.Country == "EL" {
		return n.Bare
	}
	return n.Country + n.Bare
}

// ISO is the country by ISO 3166-1 alpha-2.
func (n Number) ISO() string { return isoOf(n.Country) }

func isoOf(state string) string {
	switch state {
	case "EL":
		return "GR"
	case "XI":
		return "GB"
	}
	return state
}

// spelled is a country's code as VIES spells it.
func spelled(country string) string {
	if country == "GR" {
		return "EL"
	}
	return country
}

// clean leaves out what people put between the characters of a number.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" .-/\u00a0\t\r\n", r) {
			return -1
		}
		return r
	}, strings.ToUpper(s))
}

func letters(s string) bool {
	return strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}
