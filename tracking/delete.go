package tracking

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/trackingoption"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// Delete removes a category that nothing uses, with its options. Its history stays.
//
// Faults: NOT_FOUND; CONFLICT that counts the uses: archive it instead; UNAUTHENTICATED,
// FORBIDDEN.
func (s *Service) Delete(ctx context.Context, in IDInput) (uuid.UUID, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.ManageBusiness); err != nil {
		return uuid.Nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		row, err := lock(ctx, tx, in.ID)
		if err != nil {
			return uuid.Nil, err
		}
		options, err := tx.TrackingOption.Query().Where(trackingoption.CategoryID(row.ID)).IDs(ctx)
		if err != nil {
			return uuid.Nil, fmt.Errorf("tracking: read the options: %w", err)
		}
		by, err := uses(ctx, tx, options)
		if err != nil {
			return uuid.Nil, err
		}
		var all used
		for _, u := range by {
			all = all.plus(u)
		}
		if all.any() {
			return uuid.Nil, fault.New(fault.Conflict, "id", "The category cannot be deleted: %s. Archive it instead.", all)
		}
		before, err := fields(ctx, tx, row)
		if err != nil {
			return uuid.Nil, err
		}
		if _, err := tx.TrackingOption.Delete().Where(trackingoption.CategoryID(row.ID)).Exec(ctx); err != nil {
			return uuid.Nil, fmt.Errorf("tracking: delete options: %w", err)
		}
		if err := tx.TrackingCategory.DeleteOne(row).Exec(ctx); err != nil {
			return uuid.Nil, fmt.Errorf("tracking: delete: %w", err)
		}
		return row.ID, audit.Record(ctx, tx, audit.Event{Action: "deleteTrackingCategory", ObjectType: "tracking_category", ObjectID: row.ID, Before: before})
	})
	return id, err
}
