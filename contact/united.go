package contact

import (
	"context"
	"errors"
	"strings"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/fault"
)

// What uniting contacts needs of how a contact is kept.

// MaxParts is how many addresses, e-mail addresses and telephone numbers a contact has of each.
const MaxParts = maxParts

// Rename computes again what follows from the contact's names.
func Rename(row *ent.Contact) { (&Fields{}).apply(row) }

// SearchText is the text that a contact with these parts is found by.
func SearchText(row *ent.Contact, addresses []*ent.ContactAddress, emails []*ent.ContactEmail, phones []*ent.ContactPhone) string {
	return searchText(row, addresses, emails, phones)
}

// Write puts every field of the row that a person says, and what is computed of them, into a
// change.
func Write(m *ent.ContactMutation, row *ent.Contact) { set(m, row) }

// Values are the contact's fields for the history, without those that are empty.
func Values(row *ent.Contact) audit.Fields { return auditFields(row) }

// SameNumber is a telephone number without the ways to write it: its digits, without the
// international prefix, and without that of Greece, where numbers have ten digits.
func SameNumber(number string) string {
	d := strings.TrimPrefix(digits(number), "00")
	if len(d) == 12 {
		d = strings.TrimPrefix(d, "30")
	}
	return d
}

// Stale is the CONFLICT over a version that is no longer the contact's, on the field that named
// it, with the contact as it is now.
func Stale(ctx context.Context, tx *ent.Tx, row *ent.Contact, field string) error {
	err := stale(ctx, tx, row)
	var f *fault.Error
	if errors.As(err, &f) {
		f.Field = field
	}
	return err
}
