package contact

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/viewer"
)

// New is a contact that InsertMany is to write.
type New struct {
	Fields *Fields // prepared
	Note   string  // at most MaxNote characters; "" for none
}

// maxBatch is how many rows one statement writes: their values stay well below the 32,766
// that SQLite takes.
const maxBatch = 500

// Prepare brings the fields of a new contact into their kept form and holds them to every
// rule that needs no other contact. home is the country of the organization.
//
// Faults: INVALID with the fields, all at once.
func (f *Fields) Prepare(home string) error {
	if err := f.normalize(); err != nil {
		return err
	}
	row := &ent.Contact{}
	f.apply(row)
	bad, err := checkAlone(row, f, func() (string, error) { return home, nil })
	if err != nil {
		return err
	}
	return bad.Err()
}

// InsertMany writes new contacts with their parts and notes, and a line in the history of
// each in the name of the action. The number of statements depends on the number of rows
// only by batches. It gives the ids in the order of the contacts; uuid.Nil for one that was
// not written because its customId is another contact's, which the viewer may not see or
// which came in between.
func (s *Service) InsertMany(ctx context.Context, tx *ent.Tx, action string, in []New) ([]uuid.UUID, error) {
	ids := make([]uuid.UUID, 0, len(in))
	for start := 0; start < len(in); {
		b := newBatch(in[start:])
		written, err := b.contacts(ctx, tx)
		if err != nil {
			return nil, err
		}
		if err := b.belongings(ctx, tx, action, written); err != nil {
			return nil, err
		}
		for _, row := range b.rows {
			if !written[row.ID] {
				row.ID = uuid.Nil
			}
			ids = append(ids, row.ID)
		}
		start += len(b.rows)
	}
	return ids, nil
}

// batch is as many contacts as can be written with one statement a table.
type batch struct {
	rows  []*ent.Contact
	parts []parts
	notes []string
}

func newBatch(in []New) (b batch) {
	addresses, emails, phones := 0, 0, 0
	for _, n := range in {
		f := n.Fields
		addresses, emails, phones = addresses+len(f.Addresses), emails+len(f.Emails), phones+len(f.Phones)
		if len(b.rows) == maxBatch || (len(b.rows) > 0 && max(addresses, emails, phones) > 2*maxBatch) {
			break
		}
		row, p := newContact(f)
		b.rows, b.parts, b.notes = append(b.rows, row), append(b.parts, p), append(b.notes, n.Note)
	}
	return b
}

// contacts writes the contacts themselves. One whose customId is taken is left out, because
// a unique key that is broken ends a transaction of PostgreSQL.
func (b batch) contacts(ctx context.Context, tx *ent.Tx) (written map[uuid.UUID]bool, err error) {
	c := make([]*ent.ContactCreate, len(b.rows))
	written = make(map[uuid.UUID]bool, len(b.rows))
	var doubtful []uuid.UUID
	for i, row := range b.rows {
		c[i] = tx.Contact.Create().SetID(row.ID)
		set(c[i].Mutation(), row)
		written[row.ID] = true
		if row.CustomID != nil {
			doubtful = append(doubtful, row.ID)
		}
	}
	err = tx.Contact.CreateBulk(c...).OnConflict(sql.ConflictColumns(entcontact.FieldOrganizationID, entcontact.FieldCustomID)).DoNothing().Exec(ctx)
	if err != nil {
		return nil, fmt.Errorf("contact: create many: %w", err)
	}
	if len(doubtful) == 0 {
		return written, nil
	}
	there, err := tx.Contact.Query().Where(entcontact.IDIn(doubtful...)).IDs(ctx)
	if err != nil {
		return nil, fmt.Errorf("contact: create many: %w", err)
	}
	for _, id := range doubtful {
		delete(written, id)
	}
	for _, id := range there {
		written[id] = true
	}
	return written, nil
}

// belongings writes what hangs below the contacts that were written.
func (b batch) belongings(ctx context.Context, tx *ent.Tx, action string, written map[uuid.UUID]bool) error {
	var all parts
	var notes []*ent.ContactNoteCreate
	var events []audit.Event
	for i, row := range b.rows {
		if !written[row.ID] {
			continue
		}
		all.addresses = append(all.addresses, b.parts[i].addresses...)
		all.emails = append(all.emails, b.parts[i].emails...)
		all.phones = append(all.phones, b.parts[i].phones...)
		if b.notes[i] != "" {
			notes = append(notes, tx.ContactNote.Create().SetContactID(row.ID).SetAuthorID(viewer.From(ctx).Actor()).SetText(b.notes[i]))
		}
		events = append(events, audit.Event{Action: action, ObjectType: "contact", ObjectID: row.ID, ContactID: row.ID, After: auditFields(row)})
	}
	if err := all.insert(ctx, tx); err != nil {
		return err
	}
	if len(notes) > 0 {
		if err := tx.ContactNote.CreateBulk(notes...).Exec(ctx); err != nil {
			return fmt.Errorf("contact: save notes: %w", err)
		}
	}
	return audit.RecordMany(ctx, tx, events)
}
