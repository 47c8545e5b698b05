package contact

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/portalgrant"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// IDInput is the input of a mutation on one contact.
type IDInput struct {
	db.Idempotent
	ID uuid.UUID
}

// Archive takes a contact out of use: no new documents or payments, no portal sign-in,
// left out of lists. Portal access ends, and with it sessions and live channels, at once.
// An archived contact stays as it is.
//
// Faults: NOT_FOUND, CONFLICT for a merged one, UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Archive(ctx context.Context, in IDInput) (*Contact, error) {
	return s.change(ctx, in, s.archive)
}

// Restore takes a contact out of the archive. Portal access stays ended.
//
// Faults: as for Archive.
func (s *Service) Restore(ctx context.Context, in IDInput) (*Contact, error) {
	return s.change(ctx, in, restore)
}

// step is what is done to locked contacts: the same for one and for many.
type step func(ctx context.Context, tx *ent.Tx, rows []*ent.Contact) error

// change does a step with one contact.
func (s *Service) change(ctx context.Context, in IDInput, do step) (*Contact, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditContacts); err != nil {
		return nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		row, err := lock(ctx, tx, in.ID)
		if err != nil {
			return uuid.Nil, err
		}
		return row.ID, do(ctx, tx, []*ent.Contact{row})
	})
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, id)
}

func (s *Service) archive(ctx context.Context, tx *ent.Tx, rows []*ent.Contact) error {
	ids := idsWhere(rows, func(c *ent.Contact) bool { return c.ArchivedAt == nil })
	if len(ids) == 0 {
		return nil
	}
	now := schema.Now()
	_, err := tx.PortalGrant.Update().Where(portalgrant.ContactIDIn(ids...), portalgrant.StatusNEQ(portalgrant.StatusRevoked)).
		SetStatus(portalgrant.StatusRevoked).SetRevokedAt(now).ClearTokenHash().Save(ctx)
	if err != nil {
		return fmt.Errorf("contact: end portal access: %w", err)
	}
	organization := viewer.From(ctx).Organization
	db.AfterCommit(ctx, func() {
		for _, id := range ids {
			s.Ended(viewer.Ended{Organization: organization, Contact: id})
		}
	})
	if err := tx.Contact.Update().Where(entcontact.IDIn(ids...)).SetArchivedAt(now).SetUpdatedAt(now).AddVersion(1).Exec(ctx); err != nil {
		return fmt.Errorf("contact: archive: %w", err)
	}
	return tellOf(ctx, tx, "archiveContact", ids)
}

func restore(ctx context.Context, tx *ent.Tx, rows []*ent.Contact) error {
	ids := idsWhere(rows, func(c *ent.Contact) bool { return c.ArchivedAt != nil })
	if len(ids) == 0 {
		return nil
	}
	if err := tx.Contact.Update().Where(entcontact.IDIn(ids...)).ClearArchivedAt().SetUpdatedAt(schema.Now()).AddVersion(1).Exec(ctx); err != nil {
		return fmt.Errorf("contact: restore: %w", err)
	}
	return tellOf(ctx, tx, "restoreContact", ids)
}

func idsWhere(rows []*ent.Contact, keep func(*ent.Contact) bool) (ids []uuid.UUID) {
	for _, r := range rows {
		if keep(r) {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// tellOf writes that the same was done to contacts.
func tellOf(ctx context.Context, tx *ent.Tx, action string, ids []uuid.UUID) error {
	events := make([]audit.Event, len(ids))
	for i, id := range ids {
		events[i] = audit.Event{Action: action, ObjectType: "contact", ObjectID: id, ContactID: id}
	}
	return audit.RecordMany(ctx, tx, events)
}
