// Package fold brings text into the form that search, order and uniqueness compare. It is
// pure.
package fold

import (
	"path"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Text folds a text: without accents and other marks, lower case, final sigma as sigma, runs
// of spaces as one, and without the character zero, which PostgreSQL keeps in no text.
// "Αθήνας" and "ΑΘΗΝΑΣ" fold to the same. Folding twice changes nothing more.
func Text(s string) string {
	var out strings.Builder
	out.Grow(len(s))
	space := false
	for _, r := range norm.NFD.String(s) {
		switch {
		case r == 0, unicode.Is(unicode.Mn, r):
			continue
		case unicode.IsSpace(r):
			space = out.Len() > 0
			continue
		}
		if space {
			out.WriteByte(' ')
			space = false
		}
		if r = unicode.ToLower(r); r == 'ς' {
			r = 'σ'
		}
		out.WriteRune(r)
	}
	return out.String()
}

// Clean is a text as it is kept: without spaces around it, valid UTF-8 (a broken byte is "�"),
// and without the character zero, which PostgreSQL keeps in no text. Cleaning twice changes
// nothing more.
func Clean(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(s, "�"), "\x00", ""))
}

// FileName is a file's name without folders, of either kind of slash, and without control
// characters and those that hidden says; "" when nothing is left that names a file.
func FileName(name string, hidden func(rune) bool) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || hidden(r) {
			return -1
		}
		return r
	}, name))
	if name == "." || name == ".." || name == "/" {
		return ""
	}
	return name
}

// Clip is the text with at most so many characters.
func Clip(s string, characters int) string {
	if len(s) <= characters {
		return s
	}
	if r := []rune(s); len(r) > characters {
		return string(r[:characters])
	}
	return s
}
