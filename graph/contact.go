package graph

import (
	"context"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/graph/generated/model"
	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/payment"
	"github.com/kartela/kartela/portal"
)

func (q query) Contacts(ctx context.Context, first *int, after *string, last *int, before *string, f *contact.Filter, order contact.Order) (*page.Connection[*contact.Contact], error) {
	return q.Resolver.Contacts.List(ctx, page.Args{First: first, After: after, Last: last, Before: before}, f, order)
}

func (q query) Contact(ctx context.Context, id uuid.UUID) (*contact.Contact, error) {
	return q.Resolver.Contacts.Get(ctx, id)
}

func (q query) ContactSummary(ctx context.Context, f *contact.Filter) (*contact.Summary, error) {
	return q.Resolver.Contacts.Summary(ctx, f)
}

func (q query) ContactCities(ctx context.Context, prefix string) ([]string, error) {
	return q.Resolver.Contacts.Cities(ctx, prefix)
}

func (f contactFields) Balances(ctx context.Context, c *contact.Contact) ([]*ledger.Balance, error) {
	return page.Load(ctx, c.Group, "balances", c.ID, f.Ledger.Balances)
}

func (f contactFields) Documents(ctx context.Context, c *contact.Contact, first *int, after *string, filter *document.Filter) (*page.Connection[*document.Document], error) {
	return f.Resolver.Documents.Of(ctx, c, page.Args{First: first, After: after}, filter)
}

func (f contactFields) Payments(ctx context.Context, c *contact.Contact, first *int, after *string) (*page.Connection[*payment.Payment], error) {
	return f.Resolver.Payments.Of(ctx, c, page.Args{First: first, After: after})
}

// RestrictedTo reads the members of all contacts of the group by two statements.
func (f contactFields) RestrictedTo(ctx context.Context, c *contact.Contact) ([]*ent.User, error) {
	return page.Load(ctx, c.Group, "restrictedTo", c.ID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*ent.User, error) {
		named, err := f.Resolver.Contacts.NamedFor(ctx, ids)
		if err != nil {
			return nil, err
		}
		people, err := f.Accounts.People(ctx, slices.Concat(slices.Collect(maps.Values(named))...))
		if err != nil {
			return nil, err
		}
		out := make(map[uuid.UUID][]*ent.User, len(named))
		for id, users := range named {
			for _, u := range users {
				if people[u] != nil {
					out[id] = append(out[id], people[u])
				}
			}
		}
		return out, nil
	})
}

func (f contactFields) PortalAccess(ctx context.Context, c *contact.Contact) ([]*portal.Access, error) {
	return f.Portals.AccessOf(ctx, c)
}

func (f noteFields) Author(ctx context.Context, n *contact.Note) (*ent.User, error) {
	return page.Load(ctx, n.Authors, "person", n.AuthorID, f.Accounts.People)
}

func (f historyEventFields) Actor(ctx context.Context, e *contact.Event) (*ent.User, error) {
	return page.Load(ctx, e.Actors, "person", e.ActorID, f.Accounts.People)
}

func contactPayload(c *contact.Contact, err error) (*model.ContactPayload, error) {
	if err != nil {
		return nil, err
	}
	return &model.ContactPayload{Contact: *c}, nil
}

func (m mutation) CreateContact(ctx context.Context, in contact.CreateInput) (*model.ContactPayload, error) {
	return contactPayload(m.Contacts.Create(ctx, in))
}

func (m mutation) UpdateContact(ctx context.Context, in contact.UpdateInput) (*model.ContactPayload, error) {
	return contactPayload(m.Contacts.Update(ctx, in))
}

func (m mutation) ArchiveContact(ctx context.Context, in contact.IDInput) (*model.ContactPayload, error) {
	return contactPayload(m.Contacts.Archive(ctx, in))
}

func (m mutation) RestoreContact(ctx context.Context, in contact.IDInput) (*model.ContactPayload, error) {
	return contactPayload(m.Contacts.Restore(ctx, in))
}

func (m mutation) RestrictContact(ctx context.Context, in contact.RestrictInput) (*model.ContactPayload, error) {
	return contactPayload(m.Contacts.Restrict(ctx, in))
}

func (m mutation) DeleteContact(ctx context.Context, in contact.IDInput) (*model.DeleteContactPayload, error) {
	id, err := m.Contacts.Delete(ctx, in)
	if err != nil {
		return nil, err
	}
	return &model.DeleteContactPayload{ID: id}, nil
}

func notePayload(n *contact.Note, err error) (*model.ContactNotePayload, error) {
	if err != nil {
		return nil, err
	}
	return &model.ContactNotePayload{Note: *n}, nil
}

func (m mutation) AddContactNote(ctx context.Context, in contact.NoteInput) (*model.ContactNotePayload, error) {
	return notePayload(m.Contacts.AddNote(ctx, in))
}

func (m mutation) UpdateContactNote(ctx context.Context, in contact.UpdateNoteInput) (*model.ContactNotePayload, error) {
	return notePayload(m.Contacts.UpdateNote(ctx, in))
}

func (m mutation) DeleteContactNote(ctx context.Context, in contact.NoteIDInput) (*model.DeleteContactNotePayload, error) {
	id, err := m.Contacts.DeleteNote(ctx, in)
	if err != nil {
		return nil, err
	}
	return &model.DeleteContactNotePayload{ID: id}, nil
}
