package contact

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/contactaddress"
	"github.com/kartela/kartela/ent/contactemail"
	"github.com/kartela/kartela/ent/contactnote"
	"github.com/kartela/kartela/ent/contactoption"
	"github.com/kartela/kartela/ent/contactphone"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/tracking"
	"github.com/kartela/kartela/viewer"
)

// Doing is what InsertMany or Add did to a contact: it was left at a version.
type Doing struct {
	ID      uuid.UUID
	Version int
	Before  Before // without a contact: it was made
}

// TakeBack deletes the contacts that were made and puts back those that were changed, each
// with a line in the history in the name of the action. A contact that was changed since, or
// that something refers to, stays: it gives why, "" for one that was taken back. The number
// of statements does not depend on the number of contacts, below some thousands.
func (s *Service) TakeBack(ctx context.Context, tx *ent.Tx, action string, in []Doing) ([]string, error) {
	ids := make([]uuid.UUID, len(in))
	for i, d := range in {
		ids[i] = d.ID
	}
	all := viewer.With(ctx, Everything(viewer.From(ctx))) // what refers to a contact keeps it, whoever sees that
	t, err := s.readBack(all, tx, in, ids)
	if err != nil {
		return nil, err
	}
	visible, err := tx.Contact.Query().Where(entcontact.IDIn(ids...)).IDs(ctx)
	if err != nil {
		return nil, fmt.Errorf("contact: take back: %w", err)
	}
	t.visible = map[uuid.UUID]bool{}
	for _, id := range visible {
		t.visible[id] = true
	}
	why := make([]string, len(in))
	for i, d := range in {
		if why[i] = t.stays(d); why[i] == "" {
			t.take(d, action)
		}
	}
	return why, t.write(all, tx)
}

// back gathers what taking back reads and writes.
type back struct {
	now       time.Time
	rows      map[uuid.UUID]*ent.Contact
	visible   map[uuid.UUID]bool
	referring map[uuid.UUID][]string
	notes     map[uuid.UUID][]*ent.ContactNote
	taken     map[string]uuid.UUID // customIds that contacts are to have again, and who has them
	choices   map[uuid.UUID]tracking.Choice

	gone      []uuid.UUID // contacts
	restored  []*ent.Contact
	addresses []uuid.UUID // that were added, like the following
	emails    []uuid.UUID
	phones    []uuid.UUID
	removed   []uuid.UUID // notes
	options   []newOption
	changed   map[uuid.UUID][]uuid.UUID // categories of each contact whose option is another again
	events    []audit.Event
}

func (s *Service) readBack(ctx context.Context, tx *ent.Tx, in []Doing, ids []uuid.UUID) (*back, error) {
	t := &back{now: schema.Now(), rows: map[uuid.UUID]*ent.Contact{}, notes: map[uuid.UUID][]*ent.ContactNote{}, taken: map[string]uuid.UUID{}, changed: map[uuid.UUID][]uuid.UUID{}}
	rows, err := tx.Contact.Query().Where(entcontact.IDIn(ids...), db.ForUpdate).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("contact: take back: %w", err)
	}
	for _, r := range rows {
		t.rows[r.ID] = r
	}
	if t.referring, err = s.references(ctx, tx, ids); err != nil {
		return nil, err
	}
	notes, err := tx.ContactNote.Query().Where(contactnote.ContactIDIn(ids...)).
		Select(contactnote.FieldID, contactnote.FieldContactID, contactnote.FieldCreatedAt, contactnote.FieldUpdatedAt).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("contact: take back: %w", err)
	}
	for _, n := range notes {
		t.notes[n.ContactID] = append(t.notes[n.ContactID], n)
	}
	var customIDs []string
	var options []uuid.UUID
	for _, d := range in {
		if b := d.Before.Contact; b != nil && b.CustomID != nil {
			customIDs = append(customIDs, *b.CustomID)
		}
		for _, o := range d.Before.Options {
			options = append(options, o)
		}
	}
	if t.choices, err = tracking.Choices(ctx, tx, distinct(options)); err != nil {
		return nil, err
	}
	if len(customIDs) == 0 {
		return t, nil
	}
	holders, err := tx.Contact.Query().Where(entcontact.CustomIDIn(customIDs...)).Select(entcontact.FieldID, entcontact.FieldCustomID).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("contact: take back: %w", err)
	}
	for _, h := range holders {
		t.taken[*h.CustomID] = h.ID
	}
	return t, nil
}

// stays says why a contact is not taken back.
func (t *back) stays(d Doing) string {
	row := t.rows[d.ID]
	switch {
	case row == nil:
		return "The contact is gone already."
	case !t.visible[d.ID]:
		return "The contact stays: you may not see it."
	case row.MergedIntoID != nil:
		return "The contact stays: it was merged into another one."
	case row.Version != d.Version:
		return "The contact stays: it was changed since."
	case d.Before.Contact != nil:
		return t.cannotBeAsBefore(d)
	case len(t.referring[d.ID]) > 0:
		return fmt.Sprintf("The contact stays: it has %s.", strings.Join(t.referring[d.ID], ", "))
	}
	for _, n := range t.notes[d.ID] {
		if !slices.Contains(d.Before.Notes, n.ID) || edited(n) {
			return "The contact stays: notes were written about it."
		}
	}
	return ""
}

func edited(n *ent.ContactNote) bool { return !n.UpdatedAt.Equal(n.CreatedAt) }

func (t *back) cannotBeAsBefore(d Doing) string {
	if id := d.Before.Contact.CustomID; id != nil {
		if holder, taken := t.taken[*id]; taken && holder != d.ID {
			return "The contact stays: another one has its old customId."
		}
		t.taken[*id] = d.ID
	}
	for _, option := range d.Before.Options {
		if _, there := t.choices[option]; option != uuid.Nil && !there {
			return "The contact stays: its old option of a category is gone."
		}
	}
	return ""
}

// take notes all that taking a contact back writes.
func (t *back) take(d Doing, action string) {
	row, old := t.rows[d.ID], d.Before.Contact
	e := audit.Event{Action: action, ObjectType: "contact", ObjectID: d.ID, ContactID: d.ID, Before: Values(row)}
	if old == nil {
		t.gone, t.events = append(t.gone, d.ID), append(t.events, e)
		return
	}
	again := *old
	again.Version, again.ArchivedAt = row.Version+1, row.ArchivedAt
	e.Before, e.After = audit.Diff(Values(row), Values(&again))
	t.restored, t.events = append(t.restored, &again), append(t.events, e)
	t.addresses, t.emails, t.phones = append(t.addresses, d.Before.Addresses...), append(t.emails, d.Before.Emails...), append(t.phones, d.Before.Phones...)
	for _, n := range t.notes[d.ID] {
		if slices.Contains(d.Before.Notes, n.ID) && !edited(n) {
			t.removed = append(t.removed, n.ID)
		}
	}
	for category, option := range d.Before.Options {
		t.changed[category] = append(t.changed[category], d.ID)
		if option != uuid.Nil {
			t.options = append(t.options, newOption{d.ID, t.choices[option]})
		}
	}
}

func (t *back) write(ctx context.Context, tx *ent.Tx) error {
	if len(t.gone) > 0 {
		if err := remove(ctx, tx, t.gone); err != nil {
			return err
		}
	}
	for _, del := range []struct {
		ids []uuid.UUID
		do  func(ids []uuid.UUID) (int, error)
	}{
		{t.addresses, func(ids []uuid.UUID) (int, error) {
			return tx.ContactAddress.Delete().Where(contactaddress.IDIn(ids...)).Exec(ctx)
		}},
		{t.emails, func(ids []uuid.UUID) (int, error) {
			return tx.ContactEmail.Delete().Where(contactemail.IDIn(ids...)).Exec(ctx)
		}},
		{t.phones, func(ids []uuid.UUID) (int, error) {
			return tx.ContactPhone.Delete().Where(contactphone.IDIn(ids...)).Exec(ctx)
		}},
		{t.removed, func(ids []uuid.UUID) (int, error) {
			return tx.ContactNote.Delete().Where(contactnote.IDIn(ids...)).Exec(ctx)
		}},
	} {
		for some := range slices.Chunk(del.ids, maxAsked) {
			if _, err := del.do(some); err != nil {
				return fmt.Errorf("contact: take back: %w", err)
			}
		}
	}
	for category, contacts := range t.changed {
		_, err := tx.ContactOption.Delete().Where(contactoption.CategoryID(category), contactoption.ContactIDIn(contacts...)).Exec(ctx)
		if err != nil {
			return fmt.Errorf("contact: take back: %w", err)
		}
	}
	if err := insertChoices(ctx, tx, t.options, t.now); err != nil {
		return err
	}
	if err := updateMany(ctx, tx, t.restored, t.now); err != nil {
		return err
	}
	return audit.RecordMany(ctx, tx, t.events)
}
