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
			"Restrict": {viewer.ManageStaff, func(ctx context.Context, c *contact.Contact) error {
				_, err := b.Restrict(ctx, contact.RestrictInput{ID: c.ID})
				return err
			}},
			"Get": {viewer.SeeContacts, func(ctx context.Context, c *contact.Contact) error {
				_, err := b.Get(ctx, c.ID)
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
				if name == "Create" || name == "List" {
					return
				}
				if err := a.do(stranger.ctx, c); code(err) != fault.NotFound {
					t.Errorf("another organization's owner: got %v, want NOT_FOUND", err)
				}
			})
		}
	})
}
