package contact

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/contactemail"
	"github.com/kartela/kartela/ent/contactphone"
)

// Keys are the values by which a contact is known to be here already.
type Keys struct {
	CustomIDs, VATNumbers, Emails map[string]bool
	// Names are those of contacts that have none of the other keys, with a telephone number
	// where they have any.
	Names map[Named]bool
}

// Named is a name as lists sort it, with the digits of a telephone number or "".
type Named struct{ Name, Phone string }

func newKeys() Keys {
	return Keys{map[string]bool{}, map[string]bool{}, map[string]bool{}, map[Named]bool{}}
}

// KeysOf are the keys of contacts to be, of prepared fields.
func KeysOf(many ...*Fields) Keys {
	k := newKeys()
	for _, f := range many {
		keyed := len(f.Emails) > 0
		for _, e := range f.Emails {
			k.Emails[e.Email] = true
		}
		if f.CustomID != nil && *f.CustomID != "" {
			k.CustomIDs[*f.CustomID], keyed = true, true
		}
		if f.VatNumber != nil && *f.VatNumber != "" {
			k.VATNumbers[*f.VatNumber], keyed = true, true
		}
		if keyed {
			continue
		}
		names := NamesOf(f)
		for _, n := range names[min(1, len(f.Phones)):] {
			k.Names[n] = true
		}
	}
	return k
}

// NamesOf are the names that prepared fields can be known by: first the name alone, then with
// each telephone number.
func NamesOf(f *Fields) []Named {
	row := &ent.Contact{}
	f.apply(row)
	out := []Named{{row.SortName, ""}}
	for _, p := range f.Phones {
		out = append(out, Named{row.SortName, digits(p.Number)})
	}
	return out
}

// Known gives those of the keys that contacts have whom the viewer may see: a name without a
// telephone number is that of any contact of the name. The number of statements does not
// depend on the number of keys, below 10,000 of a kind.
func (s *Service) Known(ctx context.Context, tx *ent.Tx, k Keys) (Keys, error) {
	out := newKeys()
	for _, q := range []struct {
		ask, tell map[string]bool
		read      func(v []string) ([]string, error)
	}{
		{k.CustomIDs, out.CustomIDs, func(v []string) ([]string, error) {
			return tx.Contact.Query().Where(entcontact.CustomIDIn(v...)).Select(entcontact.FieldCustomID).Strings(ctx)
		}},
		{k.VATNumbers, out.VATNumbers, func(v []string) ([]string, error) {
			return tx.Contact.Query().Where(entcontact.VatNumberIn(v...)).Select(entcontact.FieldVatNumber).Strings(ctx)
		}},
		{k.Emails, out.Emails, func(v []string) ([]string, error) {
			return tx.ContactEmail.Query().Where(contactemail.EmailIn(v...)).Select(contactemail.FieldEmail).Strings(ctx)
		}},
	} {
		for some := range slices.Chunk(slices.Collect(maps.Keys(q.ask)), maxAsked) {
			found, err := q.read(some)
			if err != nil {
				return out, fmt.Errorf("contact: look for known contacts: %w", err)
			}
			for _, v := range found {
				q.tell[v] = true
			}
		}
	}
	return out, knownNames(ctx, tx, k, out)
}

const maxAsked = 10_000 // values of one statement

func knownNames(ctx context.Context, tx *ent.Tx, k, out Keys) error {
	ask := map[string]bool{}
	for n := range k.Names {
		ask[n.Name] = true
	}
	names := map[uuid.UUID]string{}
	for some := range slices.Chunk(slices.Collect(maps.Keys(ask)), maxAsked) {
		rows, err := tx.Contact.Query().Where(entcontact.SortNameIn(some...)).Select(entcontact.FieldID, entcontact.FieldSortName).All(ctx)
		if err != nil {
			return fmt.Errorf("contact: look for known names: %w", err)
		}
		for _, r := range rows {
			names[r.ID] = r.SortName
			out.Names[Named{r.SortName, ""}] = true
		}
	}
	for some := range slices.Chunk(slices.Collect(maps.Keys(names)), maxAsked) {
		phones, err := tx.ContactPhone.Query().Where(contactphone.ContactIDIn(some...)).
			Select(contactphone.FieldID, contactphone.FieldContactID, contactphone.FieldNumber).All(ctx)
		if err != nil {
			return fmt.Errorf("contact: look for known names: %w", err)
		}
		for _, p := range phones {
			out.Names[Named{names[p.ContactID], digits(p.Number)}] = true
		}
	}
	return nil
}
