package contact

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/contactoption"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/tracking"
)

// additions gathers what many additions write.
type additions struct {
	now     time.Time
	rows    []*ent.Contact
	parts   parts
	notes   []newNote
	options []newOption
	gone    []uuid.UUID // options that others take the place of
	events  []audit.Event
}

// add settles one addition.
func (w *additions) add(m *many, a Addition, action, home string) (Added, error) {
	old := m.rows[a.ID]
	if old == nil {
		return Added{Fault: fault.New(fault.NotFound, "", "There is no such contact.")}, nil
	}
	row, was := *old, m.parts[a.ID]
	a.Fields.apply(&row)
	fresh := was.missing(a.Fields, row.ID)
	now := was.and(fresh)
	row.Search = SearchText(&row, now.addresses, now.emails, now.phones)
	before, after := audit.Diff(merged(Values(old), was.audit()), merged(Values(&row), now.audit()))
	out := Added{Version: old.Version, Before: fresh.before(old)}
	out.Before.Names, out.Before.NamesNow = onlyFirst(names(old, was), names(&row, &now)), onlyFirst(names(&row, &now), names(old, was))
	choices, gone := m.replaced(a, &out.Before, before, after)
	notes := slices.DeleteFunc(slices.Clone(a.Notes), func(text string) bool { return slices.Contains(m.notes[a.ID], text) })
	out.Changed = len(notes)+len(before)+len(after) > 0
	if !out.Changed {
		return out, nil
	}
	if out.Fault = m.refused(old, &row, now, a, home); out.Fault == nil {
		out.Fault = CheckOptions(choices)
	}
	if out.Fault != nil {
		return out, nil //nolint:nilerr // the row's fault is told with the row
	}
	row.Version, row.UpdatedAt = old.Version+1, w.now
	out.Version = row.Version
	w.rows, w.parts, w.gone = append(w.rows, &row), w.parts.and(fresh), append(w.gone, gone...)
	for _, c := range choices {
		w.options = append(w.options, newOption{row.ID, c})
	}
	for _, text := range notes {
		n := newNote{schema.NewID(), row.ID, text}
		w.notes, out.Before.Notes = append(w.notes, n), append(out.Before.Notes, n.id)
	}
	w.events = append(w.events, audit.Event{Action: action, ObjectType: "contact", ObjectID: row.ID, ContactID: row.ID, Before: before, After: after})
	return out, nil
}

// names are those that a contact with the parts is known by.
func names(row *ent.Contact, p *parts) []Named {
	out := []Named{{row.SortName, ""}}
	for _, ph := range p.phones {
		out = append(out, Named{row.SortName, digits(ph.Number)})
	}
	return out
}

// onlyFirst are the names of the first list that are not in the second.
func onlyFirst(a, b []Named) []Named {
	return slices.DeleteFunc(a, func(n Named) bool { return slices.Contains(b, n) })
}

// refused holds the contact as it would be to the rules.
func (m *many) refused(old, row *ent.Contact, now parts, a Addition, home string) *fault.Error {
	if old.ArchivedAt != nil {
		return fault.New(fault.Conflict, "", "The contact is archived: restore it first.")
	}
	switch {
	case old.CustomID != nil && *old.CustomID != *row.CustomID:
		return fault.New(fault.Conflict, "customId", "The contact has another customId: %s.", *old.CustomID)
	case a.FixedVAT && old.VatNumber != "" && old.VatNumber != row.VatNumber:
		return fault.New(fault.Conflict, "vatNumber", "The contact has another VAT number: %s.", old.VatNumber)
	}
	for _, l := range []struct {
		field string
		n     int
	}{{"addresses", len(now.addresses)}, {"emails", len(now.emails)}, {"phones", len(now.phones)}} {
		if l.n > MaxParts {
			return fault.New(fault.Invalid, l.field, "The contact would have %d of these, and at most %d are kept.", l.n, MaxParts)
		}
	}
	bad, err := checkAlone(row, a.Fields, func() (string, error) {
		for _, kept := range now.addresses {
			if kept.Country != "" {
				return kept.Country, nil
			}
		}
		return home, nil
	})
	if err == nil {
		err = bad.Err()
	}
	if err != nil {
		return fault.From(err)
	}
	if id := row.CustomID; id != nil && old.CustomID == nil && !m.takes(*id, row.ID) {
		return fault.New(fault.Conflict, "customId", "Another contact has this customId.")
	}
	return nil
}

// missing are the parts of the fields that are not there yet, behind those that are.
func (p *parts) missing(f *Fields, id uuid.UUID) (out parts) {
	for _, in := range f.Addresses {
		row := in.row(id, place(p.addresses, out.addresses, func(a *ent.ContactAddress) int { return a.Position }))
		same := func(a *ent.ContactAddress) bool { return sameAddress(a, row) }
		if !slices.ContainsFunc(p.addresses, same) && !slices.ContainsFunc(out.addresses, same) {
			out.addresses = append(out.addresses, row)
		}
	}
	for _, in := range f.Emails {
		row := in.row(id, place(p.emails, out.emails, func(e *ent.ContactEmail) int { return e.Position }))
		if slices.ContainsFunc(p.emails, func(e *ent.ContactEmail) bool { return e.Email == row.Email }) {
			continue
		}
		row.Primary = row.Primary && len(p.emails) == 0
		out.emails = append(out.emails, row)
	}
	for _, in := range f.Phones {
		row := in.row(id, place(p.phones, out.phones, func(ph *ent.ContactPhone) int { return ph.Position }))
		same := func(ph *ent.ContactPhone) bool { return SameNumber(ph.Number) == SameNumber(row.Number) }
		if slices.ContainsFunc(p.phones, same) || slices.ContainsFunc(out.phones, same) {
			continue
		}
		row.Primary = row.Primary && len(p.phones) == 0
		out.phones = append(out.phones, row)
	}
	return out
}

// place is the next one behind the parts that are there and those that are added.
func place[T any](there, added []T, position func(T) int) int {
	at := len(added)
	for _, t := range there {
		at = max(at, position(t)+1+len(added))
	}
	return at
}

// sameAddress says whether two addresses read alike, whatever they are for.
func sameAddress(a, b *ent.ContactAddress) bool {
	text := func(a *ent.ContactAddress) string {
		return Fold(strings.Join([]string{a.Line, a.City, a.Region, a.PostalCode, a.Country, a.BranchCode}, "\n"))
	}
	return text(a) == text(b)
}

func (p parts) before(old *ent.Contact) Before {
	b := Before{Contact: old}
	for _, a := range p.addresses {
		b.Addresses = append(b.Addresses, a.ID)
	}
	for _, e := range p.emails {
		b.Emails = append(b.Emails, e.ID)
	}
	for _, ph := range p.phones {
		b.Phones = append(b.Phones, ph.ID)
	}
	return b
}

// replaced gives the options that the contact does not have yet and the rows whose place they
// take, and tells of them.
func (m *many) replaced(a Addition, b *Before, before, after audit.Fields) (fresh []tracking.Choice, gone []uuid.UUID) {
	var was, is []tracking.Choice
	for _, o := range m.options[a.ID] {
		was = append(was, m.choices[o.OptionID])
		if !slices.ContainsFunc(a.Options, func(c tracking.Choice) bool { return c.Category.ID == o.CategoryID }) {
			is = append(is, m.choices[o.OptionID])
		}
	}
	is = append(is, a.Options...)
	for _, c := range a.Options {
		kept := uuid.Nil
		for _, o := range m.options[a.ID] {
			if o.CategoryID != c.Category.ID {
				continue
			}
			if kept = o.OptionID; kept != c.Option.ID {
				gone = append(gone, o.ID)
			}
		}
		if kept == c.Option.ID {
			continue
		}
		if b.Options == nil {
			b.Options = map[uuid.UUID]uuid.UUID{}
		}
		b.Options[c.Category.ID], fresh = kept, append(fresh, c)
	}
	if len(fresh) > 0 && !reflect.DeepEqual(titles(was), titles(is)) {
		before["options"], after["options"] = titles(was), titles(is)
	}
	return fresh, gone
}

// CheckOptions says whether a contact may take the options anew; nil when it may.
//
// Faults: INVALID on options.N.
func CheckOptions(options []tracking.Choice) *fault.Error {
	ids, known := make([]uuid.UUID, len(options)), map[uuid.UUID]tracking.Choice{}
	for i, o := range options {
		ids[i], known[o.Option.ID] = o.Option.ID, o
	}
	if err := tracking.Check("options", ids, known, forContacts, nil); err != nil {
		return fault.From(err)
	}
	return nil
}

// write writes all that was settled.
func (w *additions) write(ctx context.Context, tx *ent.Tx) error {
	if err := updateMany(ctx, tx, w.rows, w.now); err != nil {
		return err
	}
	if err := w.parts.insertMany(ctx, tx, w.now); err != nil {
		return err
	}
	if err := insertNotes(ctx, tx, w.notes, w.now); err != nil {
		return err
	}
	if len(w.gone) > 0 {
		if _, err := tx.ContactOption.Delete().Where(contactoption.IDIn(w.gone...)).Exec(ctx); err != nil {
			return fmt.Errorf("contact: save options: %w", err)
		}
	}
	if err := insertChoices(ctx, tx, w.options, w.now); err != nil {
		return err
	}
	return audit.RecordMany(ctx, tx, w.events)
}

// updateMany writes all fields of contacts that are here.
func updateMany(ctx context.Context, tx *ent.Tx, rows []*ent.Contact, now time.Time) error {
	write, err := columns(rows)
	if err != nil {
		return err
	}
	if err := write.Time(entcontact.FieldUpdatedAt, now).Update(ctx, tx); err != nil {
		return fmt.Errorf("contact: change many: %w", err)
	}
	return nil
}
