package contact

import (
	"context"
	"fmt"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/contactnote"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/fold"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

// NoteInput is the input of addContactNote.
type NoteInput struct {
	db.Idempotent
	ContactID uuid.UUID
	Text      string
}

// MaxNote is the length of a note in characters.
const MaxNote = 20000

// Note is a note as it was read, with those that were read together with it.
type Note struct {
	*ent.ContactNote
	Authors *page.Group // of the authors' ids: people are read for all notes at once
}

func notes(rows ...*ent.ContactNote) []*Note {
	authors := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		authors[i] = r.AuthorID
	}
	g := page.NewGroup(distinct(authors)...)
	out := make([]*Note, len(rows))
	for i, r := range rows {
		out[i] = &Note{r, g}
	}
	return out
}

// AddNote writes a note about a contact, private to staff.
//
// Faults: INVALID on text, NOT_FOUND on contactId, UNAUTHENTICATED, FORBIDDEN.
func (s *Service) AddNote(ctx context.Context, in NoteInput) (*Note, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditContacts); err != nil {
		return nil, err
	}
	text, err := noteText(in.Text)
	if err != nil {
		return nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		c, err := Present(ctx, tx, in.ContactID, "contactId")
		if err != nil {
			return uuid.Nil, err
		}
		n, err := tx.ContactNote.Create().SetContactID(c.ID).SetAuthorID(viewer.From(ctx).Actor()).SetText(text).Save(ctx)
		if err != nil {
			return uuid.Nil, fmt.Errorf("contact: add a note: %w", err)
		}
		return n.ID, tellOfNote(ctx, tx, "addContactNote", n)
	})
	if err != nil {
		return nil, err
	}
	return s.note(ctx, id)
}

// Notes reads a page of the contact's notes, newest first: for one contact, or for a whole
// group of contacts by one statement when no cursor is given.
//
// Faults: INVALID for a bad page.
func (c *Contact) Notes(ctx context.Context, first *int, after *string) (*page.Connection[*Note], error) {
	return db.Below(ctx, c.Group, c.ID, page.Args{First: first, After: after}, db.Child[*Note]{
		Kind: "notes", Type: ent.TypeContactNote, Table: contactnote.Table, ParentColumn: contactnote.FieldContactID,
		Cursor: func(n *Note) page.Cursor { return page.Cursor{Kind: "notes", ID: n.ID} },
		Parent: func(n *Note) uuid.UUID { return n.ContactID },
		Read: func(ctx context.Context, where db.Condition) ([]*Note, error) {
			rows, err := c.db.ContactNote.Query().Where(where).All(ctx)
			return notes(rows...), err
		},
	})
}

// UpdateNoteInput is the input of updateContactNote.
type UpdateNoteInput struct {
	db.Idempotent
	ID   uuid.UUID
	Text string
}

// NoteIDInput is the input of deleteContactNote.
type NoteIDInput struct {
	db.Idempotent
	ID uuid.UUID
}

// UpdateNote changes the text of a note. Only who wrote it may.
//
// Faults: INVALID on text, NOT_FOUND on id, FORBIDDEN for another's note, UNAUTHENTICATED,
// FORBIDDEN.
func (s *Service) UpdateNote(ctx context.Context, in UpdateNoteInput) (*Note, error) {
	v, err := viewer.RequireStaff(ctx, viewer.EditContacts)
	if err != nil {
		return nil, err
	}
	text, err := noteText(in.Text)
	if err != nil {
		return nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		row, err := lockNote(ctx, tx, in.ID)
		if err != nil {
			return uuid.Nil, err
		}
		if row.AuthorID != v.Actor() {
			return uuid.Nil, fault.New(fault.Forbidden, "id", "Only who wrote a note changes it.")
		}
		if err := tx.ContactNote.UpdateOne(row).SetText(text).SetUpdatedAt(schema.Now()).Exec(ctx); err != nil {
			return uuid.Nil, fmt.Errorf("contact: change a note: %w", err)
		}
		return row.ID, tellOfNote(ctx, tx, "updateContactNote", row)
	})
	if err != nil {
		return nil, err
	}
	return s.note(ctx, id)
}

// DeleteNote removes a note: who wrote it may, and administrators.
//
// Faults: NOT_FOUND on id, FORBIDDEN for another's note, UNAUTHENTICATED, FORBIDDEN.
func (s *Service) DeleteNote(ctx context.Context, in NoteIDInput) (uuid.UUID, error) {
	v, err := viewer.RequireStaff(ctx, viewer.EditContacts)
	if err != nil {
		return uuid.Nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		row, err := lockNote(ctx, tx, in.ID)
		if err != nil {
			return uuid.Nil, err
		}
		if row.AuthorID != v.Actor() && !v.Role.May(viewer.ManageStaff) {
			return uuid.Nil, fault.New(fault.Forbidden, "id", "Who wrote a note deletes it, or an administrator.")
		}
		if err := tx.ContactNote.DeleteOne(row).Exec(ctx); err != nil {
			return uuid.Nil, fmt.Errorf("contact: delete a note: %w", err)
		}
		return row.ID, tellOfNote(ctx, tx, "deleteContactNote", row)
	})
	return id, err
}

func lockNote(ctx context.Context, tx *ent.Tx, id uuid.UUID) (*ent.ContactNote, error) {
	row, err := tx.ContactNote.Query().Where(contactnote.ID(id), db.ForUpdate).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fault.New(fault.NotFound, "id", "There is no such note.")
	}
	if err != nil {
		return nil, fmt.Errorf("contact: lock a note: %w", err)
	}
	return row, nil
}

// tellOfNote writes that something was done to a note, without its text: what is deleted is
// gone.
func tellOfNote(ctx context.Context, tx *ent.Tx, action string, n *ent.ContactNote) error {
	return audit.Record(ctx, tx, audit.Event{Action: action, ObjectType: "contact_note", ObjectID: n.ID, ContactID: n.ContactID})
}

// note reads a note for the answer of a mutation.
func (s *Service) note(ctx context.Context, id uuid.UUID) (*Note, error) {
	row, err := s.DB.ContactNote.Query().Where(contactnote.ID(id)).Only(ctx)
	if ent.IsNotFound(err) { // a repeated request, after it was deleted
		return nil, fault.New(fault.NotFound, "id", "There is no such note.")
	}
	if err != nil {
		return nil, fmt.Errorf("contact: read the note: %w", err)
	}
	return notes(row)[0], nil
}

// noteText brings the text of a note into its kept form. Faults: INVALID on text.
func noteText(s string) (string, error) {
	s = fold.Clean(s)
	if s == "" || utf8.RuneCountInString(s) > MaxNote {
		return "", fault.New(fault.Invalid, "text", "A note has 1 to %d characters.", MaxNote)
	}
	return s, nil
}

// Mine says whether the viewer wrote the note.
func (n *Note) Mine(ctx context.Context) bool { return n.AuthorID == viewer.From(ctx).Actor() }

// NotesByIDs reads notes for the rows of another list, by one statement. Ids that the viewer
// may not see are left out.
func (s *Service) NotesByIDs(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Note, error) {
	rows, err := s.DB.ContactNote.Query().Where(contactnote.IDIn(ids...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("contact: read notes by ids: %w", err)
	}
	out := make(map[uuid.UUID]*Note, len(rows))
	for _, n := range notes(rows...) {
		out[n.ID] = n
	}
	return out, nil
}
