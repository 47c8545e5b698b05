package contact

import (
	"strings"

	"github.com/kartela/kartela/ent"
)

// What uniting contacts needs of how a contact is kept.

// Rename computes again what follows from the contact's names.
func Rename(row *ent.Contact) { (&Fields{}).apply(row) }

// SameNumber is a telephone number without the ways to write it: its digits, without the
// international prefix, and without that of Greece, where numbers have ten digits.
func SameNumber(number string) string {
	d := strings.TrimPrefix(digits(number), "00")
	if len(d) == 12 {
		d = strings.TrimPrefix(d, "30")
	}
	return d
}
