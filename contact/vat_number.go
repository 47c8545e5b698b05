package contact

import (
	"strings"

	"github.com/kartela/kartela/fault"
)

// NormalizeVATNumber brings a number into its kept form: without spaces, dots and hyphens,
// upper case, a Greek one without its prefix.
func NormalizeVATNumber(s string) string {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(" .-\u00a0\t", r) {
			return -1
		}
		return r
	}, strings.ToUpper(strings.TrimSpace(s)))
	for _, prefix := range []string{"EL", "GR"} {
		if rest, ok := strings.CutPrefix(s, prefix); ok && nineDigits(rest) {
			return rest
		}
	}
	return s
}

// CheckGreekVATNumber holds a nine-digit number of a Greek contact to its check digit:
// (Σ d[i]·2^(8−i), i = 0…7) mod 11 mod 10 = d[8], and not all zeros. Faults: INVALID.
func CheckGreekVATNumber(s string) error {
	if nineDigits(s) {
		sum := 0
		for i := range 8 {
			sum += int(s[i]-'0') << (8 - i)
		}
		if sum%11%10 == int(s[8]-'0') && s != "000000000" {
			return nil
		}
	}
	return fault.New(fault.Invalid, "", "This is not a Greek VAT number: nine digits, the last of which checks the others.")
}

func nineDigits(s string) bool {
	return len(s) == 9 && digits(s) == s
}
