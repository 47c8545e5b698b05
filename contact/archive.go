package contact

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/portalgrant"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
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
	return s.change(ctx, in, "archiveContact", func(ctx context.Context, tx *ent.Tx, row *ent.Contact) (bool, error) {
		if row.ArchivedAt != nil {
			return false, nil
		}
		now := schema.Now()
		_, err := tx.PortalGrant.Update().Where(portalgrant.ContactID(row.ID), portalgrant.StatusNEQ(portalgrant.StatusRevoked)).
			SetStatus(portalgrant.StatusRevoked).SetRevokedAt(now).ClearTokenHash().Save(ctx)
		if err != nil {
			return false, fmt.Errorf("contact: end portal access: %w", err)
		}
		ended := viewer.Ended{Organization: row.OrganizationID, Contact: row.ID}
		db.AfterCommit(ctx, func() { s.Ended(ended) })
		return true, tx.Contact.UpdateOneID(row.ID).SetArchivedAt(now).SetUpdatedAt(now).SetVersion(row.Version + 1).Exec(ctx)
	})
}

// Restore takes a contact out of the archive. Portal access stays ended.
//
// Faults: as for Archive.
func (s *Service) Restore(ctx context.Context, in IDInput) (*Contact, error) {
	return s.change(ctx, in, "restoreContact", func(ctx context.Context, tx *ent.Tx, row *ent.Contact) (bool, error) {
		if row.ArchivedAt == nil {
			return false, nil
		}
		return true, tx.Contact.UpdateOneID(row.ID).ClearArchivedAt().SetUpdatedAt(schema.Now()).SetVersion(row.Version + 1).Exec(ctx)
	})
}

// change runs one step on a locked contact and tells of it when it changed something.
func (s *Service) change(ctx context.Context, in IDInput, action string, step func(context.Context, *ent.Tx, *ent.Contact) (bool, error)) (*Contact, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditContacts); err != nil {
		return nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		row, err := lock(ctx, tx, in.ID)
		if err != nil {
			return uuid.Nil, err
		}
		changed, err := step(ctx, tx, row)
		if err != nil || !changed {
			return row.ID, err
		}
		return row.ID, audit.Record(ctx, tx, audit.Event{Action: action, ObjectType: "contact", ObjectID: row.ID, ContactID: row.ID})
	})
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, id)
}

// Active reads the contact for a new document, payment or invitation, and keeps it from
// being archived, merged or deleted until the transaction ends: who comes second sees what
// the first did. Others may read it for the same purpose meanwhile.
//
// Faults: NOT_FOUND and CONFLICT (archived) on the field.
func Active(ctx context.Context, tx *ent.Tx, id uuid.UUID, field string) (*ent.Contact, error) {
	row, err := survivor(ctx, tx.Contact, id, forKeyShare)
	if err != nil {
		return nil, onField(field, err)
	}
	if row.ArchivedAt != nil {
		return nil, fault.New(fault.Conflict, field, "The contact is archived: restore it first.")
	}
	return row, nil
}

// forKeyShare is the lock that a foreign key to the row takes too. SQLite has one writer and
// needs no lock.
func forKeyShare(s *sql.Selector) {
	if s.Dialect() == dialect.Postgres {
		s.For(sql.LockKeyShare)
	}
}
