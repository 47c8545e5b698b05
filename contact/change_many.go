package contact

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/contactaddress"
	"github.com/kartela/kartela/ent/contactemail"
	"github.com/kartela/kartela/ent/contactnote"
	"github.com/kartela/kartela/ent/contactoption"
	"github.com/kartela/kartela/ent/contactphone"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/tracking"
)

// Addition is what is known of a contact that is here, from outside. Values that are said
// replace the contact's, but for its customId, which is only filled in; addresses, e-mails, phones and notes are added when they are not
// there; an option takes the place of its category's. Nothing is removed.
type Addition struct {
	ID uuid.UUID
	Incoming
	FixedVAT bool // the VAT number, too, is only filled in
}

// Added says what became of an addition.
type Added struct {
	Changed bool
	Version int    // that the contact has now
	Before  Before // for TakeBack, when something changed
	Fault   *fault.Error
}

// Before is what a contact was before an addition, and what was added.
type Before struct {
	Contact   *ent.Contact `json:",omitempty"` // nil for a contact that was made
	Addresses []uuid.UUID  `json:",omitempty"`
	Emails    []uuid.UUID  `json:",omitempty"`
	Phones    []uuid.UUID  `json:",omitempty"`
	Notes     []uuid.UUID  `json:",omitempty"`
	// Names are those that the contact was known by and is no longer, and NamesNow those that
	// it is known by since.
	Names    []Named `json:",omitempty"`
	NamesNow []Named `json:",omitempty"`
	// Options are those that categories had: the zero id for none.
	Options map[uuid.UUID]uuid.UUID `json:",omitempty"`
}

// Add changes contacts by additions, each contact once, with a line in the history of each in
// the name of the action; with dry it only says what it would do. home is the country of the
// organization. The number of statements does not depend on the number of contacts, below
// some thousands.
//
// Faults of one addition are in its Fault and stop no other: INVALID with the field,
// CONFLICT for an archived contact, for a customId that is taken or another than the contact's,
// and for such a VAT number; NOT_FOUND.
func (s *Service) Add(ctx context.Context, tx *ent.Tx, action, home string, in []Addition, dry bool) ([]Added, error) {
	if len(in) == 0 {
		return nil, nil
	}
	known, err := readMany(ctx, tx, in, dry)
	if err != nil {
		return nil, err
	}
	if err := s.takenIDs(ctx, tx, in, known); err != nil {
		return nil, err
	}
	w, out := additions{now: schema.Now()}, make([]Added, len(in))
	for i, a := range in {
		if out[i], err = w.add(known, a, action, home); err != nil {
			return nil, err
		}
	}
	if dry {
		return out, nil
	}
	return out, w.write(ctx, tx)
}

// many are contacts with all that an addition is compared with.
type many struct {
	rows    map[uuid.UUID]*ent.Contact
	parts   map[uuid.UUID]*parts
	options map[uuid.UUID][]*ent.ContactOption
	choices map[uuid.UUID]tracking.Choice
	notes   map[uuid.UUID][]string // those that are to be added and there
	taken   map[string][]uuid.UUID // customIds that additions bring
}

func readMany(ctx context.Context, tx *ent.Tx, in []Addition, dry bool) (*many, error) {
	ids, texts := make([]uuid.UUID, len(in)), []string(nil)
	m := &many{map[uuid.UUID]*ent.Contact{}, map[uuid.UUID]*parts{}, map[uuid.UUID][]*ent.ContactOption{}, nil, map[uuid.UUID][]string{}, nil}
	for i, a := range in {
		ids[i], m.parts[a.ID] = a.ID, &parts{}
		texts = append(texts, a.Notes...)
	}
	q := tx.Contact.Query().Where(entcontact.IDIn(ids...))
	if !dry {
		q = q.Where(db.ForUpdate)
	}
	rows, err := q.All(ctx)
	if err != nil {
		return nil, fmt.Errorf("contact: read many: %w", err)
	}
	for _, r := range rows {
		m.rows[r.ID] = r
	}
	if err := m.readParts(ctx, tx, ids); err != nil {
		return nil, err
	}
	if len(texts) > 0 {
		notes, err := tx.ContactNote.Query().Where(contactnote.ContactIDIn(ids...), contactnote.TextIn(texts...)).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("contact: read notes: %w", err)
		}
		for _, n := range notes {
			m.notes[n.ContactID] = append(m.notes[n.ContactID], n.Text)
		}
	}
	return m, m.readOptions(ctx, tx, ids)
}

func (m *many) readParts(ctx context.Context, tx *ent.Tx, ids []uuid.UUID) error {
	addresses, err := tx.ContactAddress.Query().Where(contactaddress.ContactIDIn(ids...)).Order(contactaddress.ByPosition()).All(ctx)
	if err != nil {
		return fmt.Errorf("contact: read addresses: %w", err)
	}
	emails, err := tx.ContactEmail.Query().Where(contactemail.ContactIDIn(ids...)).Order(contactemail.ByPosition()).All(ctx)
	if err != nil {
		return fmt.Errorf("contact: read e-mails: %w", err)
	}
	phones, err := tx.ContactPhone.Query().Where(contactphone.ContactIDIn(ids...)).Order(contactphone.ByPosition()).All(ctx)
	if err != nil {
		return fmt.Errorf("contact: read phones: %w", err)
	}
	for _, a := range addresses {
		m.parts[a.ContactID].addresses = append(m.parts[a.ContactID].addresses, a)
	}
	for _, e := range emails {
		m.parts[e.ContactID].emails = append(m.parts[e.ContactID].emails, e)
	}
	for _, p := range phones {
		m.parts[p.ContactID].phones = append(m.parts[p.ContactID].phones, p)
	}
	return nil
}

func (m *many) readOptions(ctx context.Context, tx *ent.Tx, ids []uuid.UUID) error {
	rows, err := tx.ContactOption.Query().Where(contactoption.ContactIDIn(ids...)).All(ctx)
	if err != nil {
		return fmt.Errorf("contact: read options: %w", err)
	}
	options := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		options[i], m.options[r.ContactID] = r.OptionID, append(m.options[r.ContactID], r)
	}
	m.choices, err = tracking.Choices(ctx, tx, distinct(options))
	return err
}

// takenIDs finds the customIds that additions would give to a contact and another one has,
// whoever may see that one: the database would refuse them.
func (s *Service) takenIDs(ctx context.Context, tx *ent.Tx, in []Addition, m *many) (err error) {
	ask := NewKeys()
	for _, a := range in {
		row := m.rows[a.ID]
		if id := a.Fields.CustomID; row != nil && id != nil && *id != "" && (row.CustomID == nil || *row.CustomID != *id) {
			ask.CustomIDs[*id] = true
		}
	}
	m.taken, err = s.CustomIDsTaken(ctx, tx, ask.CustomIDs)
	return err
}

// takes says whether the contact may have the customId, and keeps it from the next.
func (m *many) takes(id string, contact uuid.UUID) bool {
	for _, holder := range m.taken[id] {
		if holder != contact {
			return false
		}
	}
	m.taken[id] = append(m.taken[id], contact)
	return true
}
