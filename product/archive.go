package product

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/documentline"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// Archive takes a product off the pickers; lines keep it. Archiving twice changes nothing.
//
// Faults: NOT_FOUND, UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Archive(ctx context.Context, in IDInput) (*ent.Product, error) {
	return s.step(ctx, in.ID, func(ctx context.Context, tx *ent.Tx, row *ent.Product) error {
		if row.ArchivedAt != nil {
			return nil
		}
		now := schema.Now()
		row.ArchivedAt = &now
		return archived(ctx, tx, row, "archiveProduct")
	})
}

// Restore offers an archived product again. Restoring twice changes nothing.
//
// Faults: NOT_FOUND, UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Restore(ctx context.Context, in IDInput) (*ent.Product, error) {
	return s.step(ctx, in.ID, func(ctx context.Context, tx *ent.Tx, row *ent.Product) error {
		if row.ArchivedAt == nil {
			return nil
		}
		row.ArchivedAt = nil
		return archived(ctx, tx, row, "restoreProduct")
	})
}

func archived(ctx context.Context, tx *ent.Tx, row *ent.Product, action string) error {
	if err := save(ctx, tx, row); err != nil {
		return err
	}
	is := row.ArchivedAt != nil
	return record(ctx, tx, action, row.ID, audit.Fields{"archived": !is}, audit.Fields{"archived": is})
}

// Delete removes a product that no line was filled from.
//
// Faults: NOT_FOUND; CONFLICT that counts the lines: archive it instead; UNAUTHENTICATED,
// FORBIDDEN.
func (s *Service) Delete(ctx context.Context, in IDInput) (uuid.UUID, error) {
	if err := mayEdit(ctx); err != nil {
		return uuid.Nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		row, err := lock(ctx, tx, in.ID)
		if err != nil {
			return uuid.Nil, err
		}
		all := viewer.From(ctx)
		all.Role = viewer.Administrator // what is used is used, whoever sees the lines
		n, err := tx.DocumentLine.Query().Where(documentline.ProductID(row.ID)).Count(viewer.With(ctx, all))
		if err != nil {
			return uuid.Nil, fmt.Errorf("product: count lines: %w", err)
		}
		if n > 0 {
			return uuid.Nil, fault.New(fault.Conflict, "id", "The product cannot be deleted: %s filled from it. Archive it instead.", lines(n))
		}
		if err := tx.Product.DeleteOne(row).Exec(ctx); err != nil {
			return uuid.Nil, fmt.Errorf("product: delete: %w", err)
		}
		return row.ID, record(ctx, tx, "deleteProduct", row.ID, fields(row), nil)
	})
	return id, err
}

func lines(n int) string {
	if n == 1 {
		return "1 line was"
	}
	return fmt.Sprintf("%d lines were", n)
}
