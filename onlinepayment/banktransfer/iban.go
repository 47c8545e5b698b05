// Package banktransfer knows what a customer needs to pay by bank transfer: account numbers,
// references that are told by on a statement, and the code that a banking app reads. It reaches for nothing outside.
package banktransfer

import (
	"strings"

	"github.com/kartela/kartela/fault"
)

// lengths are those of account numbers by country, as the registry of ISO 13616 has them. A
// country that is not here has none that we know.
var lengths = map[string]int{
	"AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "BY": 28, "CH": 21,
	"CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FO": 18, "FR": 27,
	"GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26,
	"IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27,
	"MD": 24, "ME": 22, "MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18, "NO": 15, "PK": 24, "PL": 28, "PS": 29, "PT": 25,
	"QA": 29, "RO": 24, "RS": 22, "SA": 24, "SC": 31, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "ST": 25, "SV": 28, "TL": 23,
	"TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
}

// ParseIBAN reads an international bank account number as it is written, with spaces or without,
// and gives it without.
//
// Faults: INVALID on iban.
func ParseIBAN(s string) (string, error) {
	s = strings.ToUpper(strings.Join(strings.Fields(s), ""))
	switch {
	case len(s) < 5 || !alphanumeric(s) || lengths[s[:2]] == 0:
		return "", fault.New(fault.Invalid, "iban", "An IBAN begins with a country, such as GR16 0110 1250 0000 0001 2300 695.")
	case len(s) != lengths[s[:2]]:
		return "", fault.New(fault.Invalid, "iban", "An IBAN of %s has %d characters, this has %d.", s[:2], lengths[s[:2]], len(s))
	case mod97(s[4:]+s[:4]) != 1:
		return "", fault.New(fault.Invalid, "iban", "The check digits of this IBAN are wrong: something is mistyped.")
	}
	return s, nil
}

// ParseBIC reads a bank's identifier of ISO 9362: 8 or 11 characters.
//
// Faults: INVALID on bic.
func ParseBIC(s string) (string, error) {
	s = strings.ToUpper(strings.Join(strings.Fields(s), ""))
	if (len(s) != 8 && len(s) != 11) || !alphanumeric(s) || strings.ContainsAny(s[:6], "0123456789") {
		return "", fault.New(fault.Invalid, "bic", "A BIC has 8 or 11 characters, such as ETHNGRAA.")
	}
	return s, nil
}

func alphanumeric(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return (r < '0' || r > '9') && (r < 'A' || r > 'Z') })
}

// mod97 is the remainder by 97 of the number that digits and capital letters stand for, a letter
// being two digits: A is 10, Z is 35.
func mod97(s string) int {
	rest := 0
	for _, r := range s {
		if r >= 'A' {
			rest = (rest*100 + int(r-'A') + 10) % 97
		} else {
			rest = (rest*10 + int(r-'0')) % 97
		}
	}
	return rest
}
