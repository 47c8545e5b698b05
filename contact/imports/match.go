package imports

import (
	"fmt"
	"hash/maphash"
	"slices"

	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent/importrow"
)

// matcher knows which contacts the rows of a file are, and which of them an earlier row was.
type matcher struct {
	*mapping
	by       map[Match]bool
	existing Existing
	lines    map[mark]int32       // of each key that a row of this file took
	clashes  map[mark]bool        // customIds that the database refused
	gaveUp   map[mark][]uuid.UUID // contacts that an earlier row gave another name
}

// mark stands for a key: its hash, because a file of 100,000 rows may have a million of them.
// That two different ones of a million have the same comes to pass in one of 30 million such
// files; then a row is told to be an earlier one.
type mark uint64

var seed = maphash.MakeSeed()

func markOf(kind, key string) mark {
	var h maphash.Hash
	h.SetSeed(seed)
	_, _ = h.WriteString(kind)
	_ = h.WriteByte(0)
	_, _ = h.WriteString(key)
	return mark(h.Sum64())
}

func newMatcher(m *mapping, set *Settings) *matcher {
	out := &matcher{mapping: m, by: map[Match]bool{}, existing: set.Existing, lines: map[mark]int32{}, clashes: map[mark]bool{}, gaveUp: map[mark][]uuid.UUID{}}
	for _, b := range set.MatchBy {
		out.by[b] = true
	}
	return out
}

// identity is one of the things by which a row is recognised.
type identity struct {
	what, column string
	mark         mark
	holders      []uuid.UUID // contacts that have the same
}

// keys are what to look for in the database before a chunk of rows is matched. A customId is
// looked for in any case: no two contacts have the same.
func (m *matcher) keys(drafts []*draft) contact.Keys {
	k := contact.NewKeys()
	for _, d := range drafts {
		if d.problem != nil {
			continue
		}
		f := d.in.Fields
		if f.CustomID != nil && *f.CustomID != "" {
			k.CustomIDs[*f.CustomID] = true
		}
		if m.by[ByVATNumber] && f.VatNumber != nil && *f.VatNumber != "" {
			k.VATNumbers[*f.VatNumber] = true
		}
		if m.by[ByEmail] {
			for _, e := range f.Emails {
				k.Emails[e.Email] = true
			}
		}
		if !m.keyed(f) && d.name != "" {
			for _, n := range d.narrowest() {
				k.Names[n] = true
			}
		}
	}
	return k
}

// keyed says whether the row has any of the keys that rows are matched by.
func (m *matcher) keyed(f *contact.Fields) bool {
	return (m.by[ByCustomID] && f.CustomID != nil && *f.CustomID != "") ||
		(m.by[ByVATNumber] && f.VatNumber != nil && *f.VatNumber != "") ||
		(m.by[ByEmail] && len(f.Emails) > 0)
}

// narrowest are the names that a row without keys is known by: with its telephone numbers
// where it has any.
func (d *draft) narrowest() []contact.Named {
	return d.names[min(1, len(d.in.Fields.Phones), len(d.names)):] // a bad row has none
}

// identities are what the row is recognised by.
func (m *matcher) identities(d *draft, known *contact.Holders) (out []identity) {
	f := d.in.Fields
	if m.by[ByCustomID] && f.CustomID != nil && *f.CustomID != "" {
		out = append(out, identity{"customId", m.columnOf(customID), markOf("customId", *f.CustomID), known.CustomIDs[*f.CustomID]})
	}
	if m.by[ByVATNumber] && f.VatNumber != nil && *f.VatNumber != "" {
		out = append(out, identity{"VAT number", m.columnOf(vatNumber), markOf("vat", *f.VatNumber), known.VATNumbers[*f.VatNumber]})
	}
	if m.by[ByEmail] {
		for i, e := range f.Emails {
			out = append(out, identity{"e-mail address", m.problemAt(d.origins.of(fmt.Sprintf("emails.%d", i)), "").column, markOf("email", e.Email), known.Emails[e.Email]})
		}
	}
	if len(out) > 0 || d.name == "" {
		return out
	}
	for _, n := range d.narrowest() {
		what := "name and telephone number"
		if n.Phone == "" {
			what = "name"
		}
		k := markOf("name", n.Name+"\x00"+n.Phone)
		holders := known.Names[n]
		if gone := m.gaveUp[k]; len(gone) > 0 {
			holders = slices.DeleteFunc(slices.Clone(holders), func(c uuid.UUID) bool { return slices.Contains(gone, c) })
		}
		out = append(out, identity{what, "", k, holders})
	}
	return out
}

// columnOf names the first column of a role.
func (m *mapping) columnOf(r role) string {
	if of := m.of[r]; len(of) > 0 {
		return m.columns[of[0]].name
	}
	return ""
}

// verdict is what a row is.
type verdict struct {
	outcome importrow.Outcome
	problem problem
	contact uuid.UUID // that it is, when it is one that is here
	line    int       // of the earlier row that it meets; 0 for none
}

// judge says what is to be done with a row that is right in itself: a new contact, a change
// of one that is here, or nothing.
func (m *matcher) judge(d *draft, known *contact.Holders) verdict {
	if id := d.in.Fields.CustomID; id != nil && m.clashes[markOf("customId", *id)] {
		return verdict{importrow.OutcomeError, problem{m.columnOf(customID), clashes}, uuid.Nil, 0}
	}
	var by *identity // the first that a contact has
	var met []uuid.UUID
	for _, i := range m.identities(d, known) {
		if line, ok := m.lines[i.mark]; ok {
			return verdict{importrow.OutcomeSkip, problem{i.column, fmt.Sprintf("The contact on line %d has the same %s.", line, i.what)}, uuid.Nil, int(line)}
		}
		switch {
		case len(i.holders) == 0:
		case by == nil:
			by, met = &i, i.holders
		default: // that have all of these keys
			met = slices.DeleteFunc(slices.Clone(met), func(c uuid.UUID) bool { return !slices.Contains(i.holders, c) })
		}
	}
	if v, clashes := m.clash(d, known, met); clashes {
		return v
	}
	switch {
	case by == nil:
		return verdict{outcome: importrow.OutcomeCreate}
	case len(met) == 0:
		return verdict{importrow.OutcomeError, problem{"", "The row matches two contacts: its keys are those of different ones."}, uuid.Nil, 0}
	case len(met) > 1 && m.existing == Update:
		return verdict{importrow.OutcomeError, problem{by.column, fmt.Sprintf("The row matches %d contacts: they have the same %s.", len(met), by.what)}, uuid.Nil, 0}
	}
	if line, ok := m.lines[markOf("contact", met[0].String())]; ok {
		return verdict{importrow.OutcomeSkip, problem{by.column, fmt.Sprintf("The row on line %d is the same contact.", line)}, uuid.Nil, int(line)}
	}
	if m.existing == Skip {
		return verdict{importrow.OutcomeSkip, problem{by.column, fmt.Sprintf("A contact with the same %s is here already.", by.what)}, met[0], 0}
	}
	return verdict{outcome: importrow.OutcomeUpdate, contact: met[0]}
}

// clashes is all that is told of a contact which the viewer may not see, or which came in just
// now.
const clashes = "This key clashes with something that is there already."

// clash says that the row's customId is that of another row or contact, where contacts are
// matched by other keys.
func (m *matcher) clash(d *draft, known *contact.Holders, met []uuid.UUID) (verdict, bool) {
	id := d.in.Fields.CustomID
	if id == nil || m.by[ByCustomID] {
		return verdict{}, false
	}
	if line, ok := m.lines[markOf("customId", *id)]; ok {
		return verdict{importrow.OutcomeError, problem{m.columnOf(customID), fmt.Sprintf("The contact on line %d has the same customId.", line)}, uuid.Nil, int(line)}, true
	}
	if h := known.CustomIDs[*id]; len(h) > 0 && !slices.Contains(met, h[0]) {
		return verdict{importrow.OutcomeError, problem{m.columnOf(customID), "Another contact has this customId."}, uuid.Nil, 0}, true
	}
	return verdict{}, false
}

// take notes that the row's keys belong to its line now.
func (m *matcher) take(d *draft, contact uuid.UUID) {
	for _, k := range m.takes(d, contact) {
		if _, taken := m.lines[k]; !taken {
			m.lines[k] = int32(d.line) //nolint:gosec // a file of 64 MB has fewer lines
		}
	}
}

// renamed notes the names that a contact gave up and those that it has now: later rows meet
// it by these and not by those, whether they are read from the database before or after the
// change.
func (m *matcher) renamed(d *draft, id uuid.UUID, was contact.Before) {
	d.taken, d.old, d.now = id, marksOf(was.Names), marksOf(was.NamesNow)
	for _, k := range d.old {
		m.gaveUp[k] = append(m.gaveUp[k], id)
	}
	for _, k := range d.now {
		if _, taken := m.lines[k]; !taken {
			m.lines[k] = int32(d.line) //nolint:gosec // as above
		}
	}
}

func marksOf(names []contact.Named) []mark {
	out := make([]mark, len(names))
	for i, n := range names {
		out[i] = markOf("name", n.Name+"\x00"+n.Phone)
	}
	return out
}

// release takes that back.
func (m *matcher) release(d *draft, contact uuid.UUID) {
	for _, k := range append(m.takes(d, contact), d.now...) {
		if m.lines[k] == int32(d.line) { //nolint:gosec // as above
			delete(m.lines, k)
		}
	}
	for _, k := range d.old {
		m.gaveUp[k] = slices.DeleteFunc(m.gaveUp[k], func(c uuid.UUID) bool { return c == d.taken })
	}
	d.old, d.now = nil, nil
}

// touches are all keys by which a row and another one may be the same contact.
func (m *matcher) touches(d *draft, known *contact.Holders) []mark {
	marks := m.takes(d, uuid.Nil)
	for _, i := range m.identities(d, known) {
		for _, h := range i.holders {
			marks = append(marks, markOf("contact", h.String()))
		}
	}
	return marks
}

// takes are all keys that later rows may meet the row by: as those of contacts that are here,
// its name too when it has better ones.
func (m *matcher) takes(d *draft, id uuid.UUID) (marks []mark) {
	for _, i := range m.identities(d, &contact.Holders{}) {
		marks = append(marks, i.mark)
	}
	if key := d.in.Fields.CustomID; key != nil && *key != "" {
		marks = append(marks, markOf("customId", *key))
	}
	if d.name != "" {
		for _, n := range d.names {
			marks = append(marks, markOf("name", n.Name+"\x00"+n.Phone))
		}
	}
	if id != uuid.Nil {
		marks = append(marks, markOf("contact", id.String()))
	}
	return marks
}
