package contact_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

func TestOnlyWhoMayDoesWhatItSays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, stranger := setup(t, d), setup(t, d)
		fresh := func() *contact.Contact { return b.company(t, "ΑΕ") }
		channel := b.category(t, "Κανάλι", "Λιανική")
		actions := map[string]struct {
			need viewer.Permission
			do   func(ctx context.Context, c *contact.Contact) error
		}{
			"Create": {viewer.EditContacts, func(ctx context.Context, _ *contact.Contact) error {
				_, err := b.Create(ctx, contact.CreateInput{Fields: contact.Fields{Company: ptr("x")}})
				return err
			}},
			"Update": {viewer.EditContacts, func(ctx context.Context, c *contact.Contact) error {
				_, err := b.Update(ctx, contact.UpdateInput{ID: c.ID, Version: 1, Fields: contact.Fields{Company: ptr("x")}})
				return err
			}},
			"Archive": {viewer.EditContacts, func(ctx context.Context, c *contact.Contact) error {
				_, err := b.Archive(ctx, contact.IDInput{ID: c.ID})
				return err
			}},
			"Restore": {viewer.EditContacts, func(ctx context.Context, c *contact.Contact) error {
				_, err := b.Restore(ctx, contact.IDInput{ID: c.ID})
				return err
			}},
			"Delete": {viewer.EditContacts, func(ctx context.Context, c *contact.Contact) error {
				_, err := b.Delete(ctx, contact.IDInput{ID: c.ID})
				return err
			}},
			"AddNote": {viewer.EditContacts, func(ctx context.Context, c *contact.Contact) error {
				_, err := b.AddNote(ctx, contact.NoteInput{ContactID: c.ID, Text: "x"})
				return err
			}},
			"CreateMany": {viewer.EditContacts, func(ctx context.Context, _ *contact.Contact) error {
				_, err := b.CreateMany(ctx, contact.CreateManyInput{Contacts: []*contact.CreateInput{{Fields: contact.Fields{Company: ptr("x")}}}})
				return err
			}},
			"UpdateMany": {viewer.EditContacts, func(ctx context.Context, c *contact.Contact) error {
				done, err := b.UpdateMany(ctx, contact.UpdateManyInput{Contacts: []*contact.UpdateInput{{ID: c.ID, Version: 1}}})
				return first(done, err)
			}},
			"ArchiveMany": {viewer.EditContacts, func(ctx context.Context, c *contact.Contact) error {
				done, err := b.ArchiveMany(ctx, contact.IDsInput{IDs: []uuid.UUID{c.ID}})
				return first(done, err)
			}},
			"RestoreMany": {viewer.EditContacts, func(ctx context.Context, c *contact.Contact) error {
				done, err := b.RestoreMany(ctx, contact.IDsInput{IDs: []uuid.UUID{c.ID}})
				return first(done, err)
			}},
			"DeleteMany": {viewer.EditContacts, func(ctx context.Context, c *contact.Contact) error {
				done, err := b.DeleteMany(ctx, contact.IDsInput{IDs: []uuid.UUID{c.ID}})
				return first(done, err)
			}},
			"SetOption": {viewer.EditContacts, func(ctx context.Context, c *contact.Contact) error {
				done, err := b.SetOption(ctx, contact.SetOptionInput{IDs: []uuid.UUID{c.ID}, CategoryID: channel.ID})
				return first(done, err)
			}},
			"DeleteNote": {viewer.EditContacts, func(ctx context.Context, c *contact.Contact) error {
				n, err := b.AddNote(b.ctx, contact.NoteInput{ContactID: c.ID, Text: "x"})
				must(t, err)
				if _, err = b.DeleteNote(ctx, contact.NoteIDInput{ID: n.ID}); fault.From(err).Field == "id" && code(err) == fault.Forbidden {
					return nil // the role may, but the note is another's
				}
				return err
			}},
			"Restrict": {viewer.ManageStaff, func(ctx context.Context, c *contact.Contact) error {
				_, err := b.Restrict(ctx, contact.RestrictInput{ID: c.ID})
				return err
			}},
			"Get": {viewer.SeeContacts, func(ctx context.Context, c *contact.Contact) error {
				_, err := b.Get(ctx, c.ID)
				return err
			}},
			"Summary": {viewer.SeeContacts, func(ctx context.Context, _ *contact.Contact) error {
				_, err := b.Summary(ctx, nil)
				return err
			}},
			"Cities": {viewer.SeeContacts, func(ctx context.Context, _ *contact.Contact) error {
				_, err := b.Cities(ctx, "")
				return err
			}},
			"List": {viewer.SeeContacts, func(ctx context.Context, _ *contact.Contact) error {
				_, err := b.List(ctx, page.Args{}, nil, contact.ByName)
				return err
			}},
		}
		members := map[viewer.Role]context.Context{}
		for _, role := range viewer.Role("").Values() {
			members[viewer.Role(role)] = dbtest.Member(t, b.ctx, d, viewer.Role(role))
		}
		for name, a := range actions {
			t.Run(name, func(t *testing.T) {
				for role, ctx := range members {
					err := a.do(ctx, fresh())
					if role.May(a.need) && err != nil {
						t.Errorf("%s: %v", role, err)
					}
					if !role.May(a.need) && code(err) != fault.Forbidden {
						t.Errorf("%s: got %v, want FORBIDDEN", role, err)
					}
				}
				c := fresh()
				customer := viewer.Viewer{Kind: viewer.Portal, Organization: viewer.From(b.ctx).Organization, User: uuid.New(), Contacts: []uuid.UUID{c.ID}}
				if err := a.do(viewer.With(context.Background(), customer), c); code(err) != fault.Forbidden {
					t.Errorf("a portal customer: got %v, want FORBIDDEN", err)
				}
				if err := a.do(context.Background(), c); code(err) != fault.Unauthenticated {
					t.Errorf("nobody: got %v, want UNAUTHENTICATED", err)
				}
				switch name {
				case "Create", "CreateMany", "List", "Summary", "Cities", "SetOption": // of nothing that is another's
					return
				}
				if err := a.do(stranger.ctx, c); code(err) != fault.NotFound {
					t.Errorf("another organization's owner: got %v, want NOT_FOUND", err)
				}
			})
		}
	})
}

// first is the error of a request for many, or of its first item.
func first(done []*contact.Done, err error) error {
	if err == nil && len(done[0].Errors) > 0 {
		return done[0].Errors[0]
	}
	return err
}
