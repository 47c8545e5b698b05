package contact

import (
	"strings"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// Fold brings text into the form that search compares: without accents and other marks,
// lower case, final sigma as sigma, runs of spaces as one, and without the character zero,
// which PostgreSQL keeps in no text. "Αθήνας" and "ΑΘΗΝΑΣ" fold to the same.
func Fold(s string) string {
	// The chain keeps state, so it is made for each call.
	out, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn))), s)
	if err != nil {
		out = s
	}
	out = folding.Replace(strings.ToLower(out))
	return strings.Join(strings.Fields(out), " ")
}

var folding = strings.NewReplacer("ς", "σ", "\x00", "")

// digits keeps the digits of a telephone number, however it is written.
func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// phoneLike says whether a text is written as a telephone number: digits with the signs
// that people put between them, and at least three digits.
func phoneLike(s string) bool {
	n := 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			n++
		case strings.ContainsRune(" +-()./", r):
		default:
			return false
		}
	}
	return n >= 3
}
