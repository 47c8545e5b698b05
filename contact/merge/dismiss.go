package merge

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/duplicatedismissal"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// DismissInput is the input of dismissDuplicate.
type DismissInput struct {
	db.Idempotent
	ContactID, OtherID uuid.UUID
}

// Dismiss says that two contacts are not the same one: they are not offered as a pair again.
// What is dismissed already stays so. The ids of merged contacts stand for their survivors.
//
// Faults: INVALID on otherId for one contact twice; NOT_FOUND on contactId and otherId;
// UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Dismiss(ctx context.Context, in DismissInput) ([]uuid.UUID, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditContacts); err != nil {
		return nil, err
	}
	ids, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) ([]uuid.UUID, error) {
		a, err := contact.Present(ctx, tx, in.ContactID, "contactId")
		if err != nil {
			return nil, err
		}
		b, err := contact.Present(ctx, tx, in.OtherID, "otherId")
		if err != nil {
			return nil, err
		}
		if a.ID == b.ID {
			return nil, fault.New(fault.Invalid, "otherId", "A pair is two contacts.")
		}
		return []uuid.UUID{a.ID, b.ID}, dismiss(ctx, tx, a.ID, b.ID)
	})
	return ids, err
}

func dismiss(ctx context.Context, tx *ent.Tx, a, b uuid.UUID) error {
	lesser, greater := a, b
	if b.String() < a.String() {
		lesser, greater = b, a
	}
	there, err := tx.DuplicateDismissal.Query().Where(duplicatedismissal.ContactID(lesser), duplicatedismissal.OtherID(greater)).Exist(ctx)
	if err != nil {
		return fmt.Errorf("merge: look for a dismissed pair: %w", err)
	}
	if there {
		return nil
	}
	err = tx.DuplicateDismissal.Create().SetContactID(lesser).SetOtherID(greater).SetDismissedBy(viewer.From(ctx).Actor()).
		OnConflict(sql.ConflictColumns("organization_id", "contact_id", "other_id")).Ignore().Exec(ctx)
	if err != nil {
		return fmt.Errorf("merge: dismiss a pair: %w", err)
	}
	return audit.RecordMany(ctx, tx, []audit.Event{
		{Action: "dismissDuplicate", ObjectType: "contact", ObjectID: a, ContactID: a, After: audit.Fields{"otherId": b}},
		{Action: "dismissDuplicate", ObjectType: "contact", ObjectID: b, ContactID: b, After: audit.Fields{"otherId": a}},
	})
}
