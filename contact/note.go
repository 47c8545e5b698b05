package contact

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/contactnote"
	"github.com/kartela/kartela/fault"
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
	in.Text = strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(in.Text, "�"), "\x00", "")) // PostgreSQL keeps no zero
	if in.Text == "" || utf8.RuneCountInString(in.Text) > MaxNote {
		return nil, fault.New(fault.Invalid, "text", "A note has 1 to %d characters.", MaxNote)
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		c, err := survivor(ctx, tx.Contact, in.ContactID)
		if err != nil {
			return uuid.Nil, onField("contactId", err)
		}
		n, err := tx.ContactNote.Create().SetContactID(c.ID).SetAuthorID(viewer.From(ctx).Actor()).SetText(in.Text).Save(ctx)
		if err != nil {
			return uuid.Nil, fmt.Errorf("contact: add a note: %w", err)
		}
		return n.ID, audit.Record(ctx, tx, audit.Event{Action: "addContactNote", ObjectType: "contact_note",
			ObjectID: n.ID, ContactID: c.ID})
	})
	if err != nil {
		return nil, err
	}
	row, err := s.DB.ContactNote.Get(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("contact: read the note: %w", err)
	}
	return notes(row)[0], nil
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
