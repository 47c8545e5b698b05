package contact

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/contactaccess"
	"github.com/kartela/kartela/ent/membership"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// RestrictInput is the input of restrictContact.
type RestrictInput struct {
	db.Idempotent
	ID      uuid.UUID
	UserIDs []uuid.UUID // members; none: everyone sees the contact again
}

// Restrict lets only administrators and the members named see a contact and all that
// belongs to it. What others follow of it ends with its next event.
//
// Faults: NOT_FOUND on id or userIds.N, UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Restrict(ctx context.Context, in RestrictInput) (*Contact, error) {
	v, err := viewer.RequireStaff(ctx, viewer.ManageStaff)
	if err != nil {
		return nil, err
	}
	if len(in.UserIDs) > 1000 {
		return nil, fault.New(fault.Invalid, "userIds", "At most 1000 members.")
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		row, err := lock(ctx, tx, in.ID)
		if err != nil {
			return uuid.Nil, err
		}
		users := distinct(in.UserIDs)
		if err := members(ctx, tx, in.UserIDs); err != nil {
			return uuid.Nil, err
		}
		if _, err := tx.ContactAccess.Delete().Where(contactaccess.ContactID(row.ID)).Exec(ctx); err != nil {
			return uuid.Nil, fmt.Errorf("contact: restrict: %w", err)
		}
		c := make([]*ent.ContactAccessCreate, len(users))
		for i, u := range users {
			c[i] = tx.ContactAccess.Create().SetContactID(row.ID).SetUserID(u)
		}
		if err := tx.ContactAccess.CreateBulk(c...).Exec(ctx); err != nil {
			return uuid.Nil, fmt.Errorf("contact: restrict: %w", err)
		}
		err = tx.Contact.UpdateOneID(row.ID).SetRestricted(len(users) > 0).SetVersion(row.Version + 1).SetUpdatedAt(schema.Now()).Exec(ctx)
		if err != nil {
			return uuid.Nil, fmt.Errorf("contact: restrict: %w", err)
		}
		db.AfterCommit(ctx, func() { s.AccessChanged(v.Organization) })
		return row.ID, audit.Record(ctx, tx, audit.Event{Action: "restrictContact", ObjectType: "contact",
			ObjectID: row.ID, ContactID: row.ID, After: audit.Fields{"userIds": users}})
	})
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, id)
}

func members(ctx context.Context, tx *ent.Tx, users []uuid.UUID) error {
	rows, err := tx.Membership.Query().Where(membership.UserIDIn(users...), membership.EndedAtIsNil()).All(ctx)
	if err != nil {
		return fmt.Errorf("contact: read members: %w", err)
	}
	known := map[uuid.UUID]bool{}
	for _, m := range rows {
		known[m.UserID] = true
	}
	var bad fault.List
	for i, u := range users {
		if !known[u] {
			bad = append(bad, fault.New(fault.NotFound, fmt.Sprintf("userIds.%d", i), "There is no such member."))
		}
	}
	return bad.Err()
}

// NamedFor gives the members who were named for contacts, by the contacts' ids.
//
// Faults: FORBIDDEN without ManageStaff.
func (s *Service) NamedFor(ctx context.Context, contacts []uuid.UUID) (map[uuid.UUID][]uuid.UUID, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.ManageStaff); err != nil {
		return nil, err
	}
	rows, err := s.DB.ContactAccess.Query().Where(contactaccess.ContactIDIn(contacts...)).Order(contactaccess.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("contact: read who is named: %w", err)
	}
	out := make(map[uuid.UUID][]uuid.UUID, len(rows))
	for _, r := range rows {
		out[r.ContactID] = append(out[r.ContactID], r.UserID)
	}
	return out, nil
}
