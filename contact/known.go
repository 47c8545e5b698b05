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
	"github.com/kartela/kartela/ent/predicate"
	"github.com/kartela/kartela/fold"
)

// Keys are values by which contacts are looked for, as prepared fields have them.
type Keys struct {
	CustomIDs, VATNumbers, Emails map[string]bool
	Names                         map[Named]bool
}

// Named is a name as lists sort it, with the digits of a telephone number or "".
type Named struct{ Name, Phone string }

// NewKeys are none.
func NewKeys() Keys {
	return Keys{map[string]bool{}, map[string]bool{}, map[string]bool{}, map[Named]bool{}}
}

// Holders says which contacts have which of the keys: a merged one's are its survivor's.
type Holders struct {
	CustomIDs, VATNumbers, Emails map[string][]uuid.UUID
	Names                         map[Named][]uuid.UUID
}

// NamesOf are the names that prepared fields can be known by: first the name alone, then with
// each telephone number.
func NamesOf(f *Fields) []Named {
	name := fold.Clip(Fold(nameOf(f)), 256)
	out := []Named{{name, ""}}
	for _, p := range f.Phones {
		out = append(out, Named{name, digits(p.Number)})
	}
	return out
}

// nameOf is the name of a contact of these fields; "" when they hold none.
func nameOf(f *Fields) string {
	row := ent.Contact{}
	for _, n := range []struct {
		from *string
		to   *string
	}{{f.FirstName, &row.FirstName}, {f.LastName, &row.LastName}, {f.Company, &row.Company}} {
		if n.from != nil {
			*n.to = *n.from
		}
	}
	return displayName(&row)
}

// NameOf is the name that a contact of these fields is shown by; "" when they hold none.
func NameOf(f *Fields) string { return nameOf(f) }

// Known gives the contacts that have the keys, of those whom the viewer may see: a name
// without a telephone number is that of any contact of the name. The number of statements
// does not depend on the number of keys, below 10,000 of a kind.
func (s *Service) Known(ctx context.Context, tx *ent.Tx, k Keys) (*Holders, error) {
	out := &Holders{map[string][]uuid.UUID{}, map[string][]uuid.UUID{}, map[string][]uuid.UUID{}, map[Named][]uuid.UUID{}}
	merged := map[uuid.UUID]uuid.UUID{}
	for _, q := range []struct {
		ask  map[string]bool
		tell map[string][]uuid.UUID
		is   func(...string) predicate.Contact
		key  func(*ent.Contact) string
	}{
		{k.CustomIDs, out.CustomIDs, entcontact.CustomIDIn, func(c *ent.Contact) string { return *c.CustomID }},
		{k.VATNumbers, out.VATNumbers, entcontact.VatNumberIn, func(c *ent.Contact) string { return c.VatNumber }},
	} {
		for some := range asked(q.ask) {
			rows, err := tx.Contact.Query().Where(q.is(some...)).Order(entcontact.ByID()).
				Select(entcontact.FieldID, entcontact.FieldCustomID, entcontact.FieldVatNumber, entcontact.FieldMergedIntoID).All(ctx)
			if err != nil {
				return nil, fmt.Errorf("contact: look for known contacts: %w", err)
			}
			for _, r := range rows {
				noteMerged(merged, r)
				q.tell[q.key(r)] = append(q.tell[q.key(r)], r.ID)
			}
		}
	}
	for some := range asked(k.Emails) {
		rows, err := tx.ContactEmail.Query().Where(contactemail.EmailIn(some...)).Order(contactemail.ByContactID()).
			Select(contactemail.FieldID, contactemail.FieldContactID, contactemail.FieldEmail).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("contact: look for known e-mails: %w", err)
		}
		for _, r := range rows {
			out.Emails[r.Email] = append(out.Emails[r.Email], r.ContactID)
		}
	}
	if err := knownNames(ctx, tx, k.Names, out, merged); err != nil {
		return nil, err
	}
	return out, out.follow(ctx, tx, merged)
}

const maxAsked = 10_000 // values of one statement

// asked are the keys of a set, some at a time.
func asked(set map[string]bool) func(func([]string) bool) {
	return slices.Chunk(slices.Collect(maps.Keys(set)), maxAsked)
}

func noteMerged(merged map[uuid.UUID]uuid.UUID, c *ent.Contact) {
	if c.MergedIntoID != nil {
		merged[c.ID] = *c.MergedIntoID
	}
}

func knownNames(ctx context.Context, tx *ent.Tx, names map[Named]bool, out *Holders, merged map[uuid.UUID]uuid.UUID) error {
	ask, phones := map[string]bool{}, false
	for n := range names {
		ask[n.Name], phones = true, phones || n.Phone != ""
	}
	of := map[uuid.UUID]string{}
	for some := range asked(ask) {
		rows, err := tx.Contact.Query().Where(entcontact.SortNameIn(some...)).Order(entcontact.ByID()).
			Select(entcontact.FieldID, entcontact.FieldSortName, entcontact.FieldMergedIntoID).All(ctx)
		if err != nil {
			return fmt.Errorf("contact: look for known names: %w", err)
		}
		for _, r := range rows {
			noteMerged(merged, r)
			of[r.ID] = r.SortName
			if n := (Named{r.SortName, ""}); names[n] {
				out.Names[n] = append(out.Names[n], r.ID)
			}
		}
	}
	if !phones {
		return nil
	}
	for some := range slices.Chunk(slices.Collect(maps.Keys(of)), maxAsked) {
		rows, err := tx.ContactPhone.Query().Where(contactphone.ContactIDIn(some...)).Order(contactphone.ByContactID()).
			Select(contactphone.FieldID, contactphone.FieldContactID, contactphone.FieldNumber).All(ctx)
		if err != nil {
			return fmt.Errorf("contact: look for known names: %w", err)
		}
		for _, p := range rows {
			if n := (Named{of[p.ContactID], digits(p.Number)}); names[n] {
				out.Names[n] = append(out.Names[n], p.ContactID)
			}
		}
	}
	return nil
}

// follow puts survivors in the place of contacts that were merged, each contact once.
func (h *Holders) follow(ctx context.Context, tx *ent.Tx, merged map[uuid.UUID]uuid.UUID) error {
	for ask := slices.Collect(maps.Values(merged)); len(ask) > 0; {
		rows, err := tx.Contact.Query().Where(entcontact.IDIn(distinct(ask)...), entcontact.MergedIntoIDNotNil()).
			Select(entcontact.FieldID, entcontact.FieldMergedIntoID).All(ctx)
		if err != nil {
			return fmt.Errorf("contact: look for survivors: %w", err)
		}
		ask = nil
		for _, r := range rows {
			if _, known := merged[r.ID]; !known {
				ask = append(ask, *r.MergedIntoID)
			}
			noteMerged(merged, r)
		}
	}
	survivors := func(ids []uuid.UUID) []uuid.UUID {
		for i := range ids {
			for into, ok := merged[ids[i]]; ok; into, ok = merged[ids[i]] {
				ids[i] = into
			}
		}
		return distinct(ids)
	}
	for _, m := range []map[string][]uuid.UUID{h.CustomIDs, h.VATNumbers, h.Emails} {
		for k, ids := range m {
			m[k] = survivors(ids)
		}
	}
	for k, ids := range h.Names {
		h.Names[k] = survivors(ids)
	}
	return nil
}
