package contact_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/viewer"
)

func TestANoteIsChangedByItsAuthorAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, stranger := setup(t, d), setup(t, d)
		c := b.company(t, "ΑΕ")
		author := dbtest.Member(t, b.ctx, d, viewer.Sales)
		colleague := dbtest.Member(t, b.ctx, d, viewer.Accountant)
		reader := dbtest.Member(t, b.ctx, d, viewer.ReadOnly)
		n, err := b.AddNote(author, contact.NoteInput{ContactID: c.ID, Text: "πρώτη"})
		must(t, err)
		changed, err := b.UpdateNote(author, contact.UpdateNoteInput{ID: n.ID, Text: " δεύτερη\x00 "})
		must(t, err)
		if changed.Text != "δεύτερη" || changed.UpdatedAt.Before(n.UpdatedAt) || !changed.Mine(author) || changed.Mine(colleague) {
			t.Errorf("changed to %+v", changed.ContactNote)
		}
		_, err = b.UpdateNote(author, contact.UpdateNoteInput{ID: n.ID, Text: " "})
		refused(t, err, fault.Invalid, "text")
		_, err = b.UpdateNote(author, contact.UpdateNoteInput{ID: uuid.New(), Text: "x"})
		refused(t, err, fault.NotFound, "id")
		_, err = b.UpdateNote(b.ctx, contact.UpdateNoteInput{ID: n.ID, Text: "x"}) // not even the owner
		refused(t, err, fault.Forbidden, "id")
		_, err = b.UpdateNote(reader, contact.UpdateNoteInput{ID: n.ID, Text: "x"})
		refused(t, err, fault.Forbidden, "")
		_, err = b.UpdateNote(stranger.ctx, contact.UpdateNoteInput{ID: n.ID, Text: "x"})
		refused(t, err, fault.NotFound, "id")

		_, err = b.DeleteNote(colleague, contact.NoteIDInput{ID: n.ID})
		refused(t, err, fault.Forbidden, "id")
		_, err = b.DeleteNote(stranger.ctx, contact.NoteIDInput{ID: n.ID})
		refused(t, err, fault.NotFound, "id")
		_, err = b.DeleteNote(author, contact.NoteIDInput{ID: n.ID})
		must(t, err)
		_, err = b.DeleteNote(author, contact.NoteIDInput{ID: n.ID})
		refused(t, err, fault.NotFound, "id")
		another, err := b.AddNote(author, contact.NoteInput{ContactID: c.ID, Text: "τρίτη"})
		must(t, err)
		_, err = b.DeleteNote(b.ctx, contact.NoteIDInput{ID: another.ID}) // an administrator may
		must(t, err)

		all, err := c.History(b.ctx, nil, nil)
		must(t, err)
		var got []string
		for _, e := range all.Nodes() {
			got = append(got, e.Action)
		}
		if diff := cmp.Diff([]string{"deleteContactNote", "addContactNote", "deleteContactNote", "updateContactNote", "addContactNote", "createContact"}, got); diff != "" {
			t.Errorf("the history (-want +got):\n%s", diff)
		}
	})
}

func TestNotesAndEventsAreReadForTheRowsOfAnotherList(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, stranger := setup(t, d), setup(t, d)
		c := b.company(t, "ΑΕ")
		n, err := b.AddNote(b.ctx, contact.NoteInput{ContactID: c.ID, Text: "x"})
		must(t, err)
		history, err := c.History(b.ctx, nil, nil)
		must(t, err)
		event := history.Nodes()[0].ID
		sales := dbtest.Member(t, b.ctx, d, viewer.Sales)
		for name, tt := range map[string]struct {
			ctx           context.Context
			notes, events int
		}{"the owner": {b.ctx, 1, 1}, "sales, who sees no history": {sales, 1, 0}, "another organization": {stranger.ctx, 0, 0}} {
			notes, err := b.NotesByIDs(tt.ctx, []uuid.UUID{n.ID, uuid.New()})
			must(t, err)
			events, err := b.EventsByIDs(tt.ctx, []uuid.UUID{event, uuid.New()})
			must(t, err)
			if len(notes) != tt.notes || len(events) != tt.events {
				t.Errorf("%s reads %d notes and %d events", name, len(notes), len(events))
			}
			if tt.events == 1 && (notes[n.ID].Text != "x" || events[event].ID != event) {
				t.Errorf("%s reads %v, %v", name, notes, events)
			}
		}
	})
}
