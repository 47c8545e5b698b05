// Package contact owns contacts with their addresses, e-mails, phones, options of tracking
// categories and notes: making, changing, finding, archiving and deleting them, one by one
// and many at once. It does not own what refers to them.
package contact

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/balance"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/contactaddress"
	"github.com/kartela/kartela/ent/contactemail"
	"github.com/kartela/kartela/ent/contactphone"
	"github.com/kartela/kartela/ent/predicate"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

// Service is what can be done with contacts.
type Service struct {
	DB *db.DB
	// Ended is told when archiving ends portal access.
	Ended func(viewer.Ended)
	// AccessChanged is told when an organization's staff may see more or less than before.
	AccessChanged func(organization uuid.UUID)
	// Now is the clock, by which a document is overdue; nil: the server's.
	Now func() time.Time
}

// Contact is a contact as it was read, with those that were read together with it.
type Contact struct {
	*ent.Contact
	Group *page.Group // what hangs below is read for the whole group at once
	db    *db.DB

	orderKey string // in the list it was read for, where that computes one
}

// IsNode marks a type that has a global id.
func (*Contact) IsNode() {}

func (s *Service) wrap(rows ...*ent.Contact) []*Contact {
	ids := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	g := page.NewGroup(ids...)
	out := make([]*Contact, len(rows))
	for i, r := range rows {
		out[i] = &Contact{Contact: r, Group: g, db: s.DB}
	}
	return out
}

// Get reads a contact; the id of a merged one answers with its survivor. Staff only.
//
// Faults: NOT_FOUND, UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (*Contact, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.SeeContacts); err != nil {
		return nil, err
	}
	row, err := survivor(ctx, s.DB.Contact, id)
	if err != nil {
		return nil, onField("id", err)
	}
	return s.wrap(row)[0], nil
}

// ByIDs reads contacts for the rows of another list, by one statement. Ids that the viewer
// may not see are left out.
func (s *Service) ByIDs(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Contact, error) {
	rows, err := s.DB.Contact.Query().Where(entcontact.IDIn(distinct(ids)...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("contact: read by ids: %w", err)
	}
	out := make(map[uuid.UUID]*Contact, len(rows))
	for _, c := range s.wrap(rows...) {
		out[c.ID] = c
	}
	return out, nil
}

// onField names the field whose contact is not there.
func onField(field string, err error) error {
	if fault.IsCode(err, fault.NotFound) {
		return fault.New(fault.NotFound, field, "There is no such contact.")
	}
	return err
}

// survivor follows the tombstones of merges; a chain is as long as the merges were.
func survivor(ctx context.Context, contacts *ent.ContactClient, id uuid.UUID, lock ...predicate.Contact) (*ent.Contact, error) {
	for range 100 {
		row, err := contacts.Query().Where(append(lock, entcontact.ID(id))...).Only(ctx)
		if ent.IsNotFound(err) {
			return nil, fault.New(fault.NotFound, "", "There is no such contact.")
		}
		if err != nil {
			return nil, fmt.Errorf("contact: read: %w", err)
		}
		if row.MergedIntoID == nil {
			return row, nil
		}
		id = *row.MergedIntoID
	}
	return nil, fmt.Errorf("contact: the merges of %s form a ring", id)
}

func distinct(ids []uuid.UUID) []uuid.UUID {
	seen := make(map[uuid.UUID]bool, len(ids))
	out := make([]uuid.UUID, 0, len(ids))
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}

// Addresses are the contact's addresses, in their order.
func (c *Contact) Addresses(ctx context.Context) ([]*ent.ContactAddress, error) {
	return page.Load(ctx, c.Group, "addresses", c.ID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*ent.ContactAddress, error) {
		rows, err := c.db.ContactAddress.Query().Where(contactaddress.ContactIDIn(ids...)).
			Order(contactaddress.ByPosition(), contactaddress.ByID()).All(ctx)
		return byContact(rows, func(r *ent.ContactAddress) uuid.UUID { return r.ContactID }), wrapped("addresses", err)
	})
}

// Emails are the contact's e-mail addresses, in their order.
func (c *Contact) Emails(ctx context.Context) ([]*ent.ContactEmail, error) {
	return page.Load(ctx, c.Group, "emails", c.ID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*ent.ContactEmail, error) {
		rows, err := c.db.ContactEmail.Query().Where(contactemail.ContactIDIn(ids...)).
			Order(contactemail.ByPosition(), contactemail.ByID()).All(ctx)
		return byContact(rows, func(r *ent.ContactEmail) uuid.UUID { return r.ContactID }), wrapped("e-mails", err)
	})
}

// Phones are the contact's telephone numbers, in their order.
func (c *Contact) Phones(ctx context.Context) ([]*ent.ContactPhone, error) {
	return page.Load(ctx, c.Group, "phones", c.ID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*ent.ContactPhone, error) {
		rows, err := c.db.ContactPhone.Query().Where(contactphone.ContactIDIn(ids...)).
			Order(contactphone.ByPosition(), contactphone.ByID()).All(ctx)
		return byContact(rows, func(r *ent.ContactPhone) uuid.UUID { return r.ContactID }), wrapped("phones", err)
	})
}

// LastActivityAt is when the contact, or one of its balances that the viewer may see, last
// changed.
func (c *Contact) LastActivityAt(ctx context.Context) (time.Time, error) {
	moved, err := page.Load(ctx, c.Group, "activity", c.ID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]time.Time, error) {
		rows, err := c.db.Balance.Query().Where(balance.ContactIDIn(ids...)).
			Select(balance.FieldID, balance.FieldContactID, balance.FieldUpdatedAt).All(ctx)
		out := make(map[uuid.UUID]time.Time, len(rows))
		for _, r := range rows {
			if r.UpdatedAt.After(out[r.ContactID]) {
				out[r.ContactID] = r.UpdatedAt
			}
		}
		return out, wrapped("balances", err)
	})
	if err != nil || moved.Before(c.UpdatedAt) {
		return c.UpdatedAt, err
	}
	return moved, nil
}

func byContact[T any](rows []T, contact func(T) uuid.UUID) map[uuid.UUID][]T {
	out := make(map[uuid.UUID][]T)
	for _, r := range rows {
		out[contact(r)] = append(out[contact(r)], r)
	}
	return out
}

func wrapped(what string, err error) error {
	if err != nil {
		return fmt.Errorf("contact: read %s: %w", what, err)
	}
	return nil
}
