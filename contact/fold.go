package contact

import (
	"strings"

	"github.com/kartela/kartela/fold"
)

// Fold brings text into the form that search compares: see fold.Text.
func Fold(s string) string { return fold.Text(s) }

// digits keeps the digits of a telephone number, however it is written.
func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// numeric says whether a text has only digits and the signs that people put between them.
func numeric(s string) bool {
	return strings.Trim(s, "0123456789 +-()./") == ""
}

// phoneLike says whether a text is written as a telephone number: at least three digits, and
// nothing but the signs between them.
func phoneLike(s string) bool { return numeric(s) && len(digits(s)) >= 3 }

// phoneDigits are the digits to look for a telephone number by: without what stands for a
// call to another country, and without Greece's own code, so that a number that is written
// with +30 or 0030 and one that is written without find each other.
func phoneDigits(s string) string {
	all := digits(s)
	d := strings.TrimPrefix(all, "00")
	abroad := strings.HasPrefix(strings.TrimLeft(s, " ("), "+") || d != all
	if own, ok := strings.CutPrefix(d, "30"); ok && len(own) >= 3 && (abroad || len(own) == 10) {
		return own
	}
	if len(d) < 3 {
		return all
	}
	return d
}
