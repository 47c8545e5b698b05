package document

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// VoidInvoice takes an issued invoice out of force: the reversal is posted, the number is
// never used again.
//
// Faults: NOT_FOUND; CONFLICT when it is not issued or something is allocated to it.
func (s *Service) VoidInvoice(ctx context.Context, in IDInput) (*Document, error) {
	return s.takeBack(ctx, in, "voidInvoice", entdocument.StatusVoid)
}

// RevertInvoice takes an issued invoice back to draft and off the ledger. It keeps its number.
//
// Faults: as for VoidInvoice.
func (s *Service) RevertInvoice(ctx context.Context, in IDInput) (*Document, error) {
	return s.takeBack(ctx, in, "revertInvoice", entdocument.StatusDraft)
}

func (s *Service) takeBack(ctx context.Context, in IDInput, action string, to entdocument.Status) (*Document, error) {
	return s.step(ctx, in, func(ctx context.Context, tx *ent.Tx, row *ent.Document) error {
		if row.Status != entdocument.StatusIssued {
			return fault.New(fault.Conflict, "id", "The invoice is not issued.")
		}
		if row.Settled != 0 {
			return fault.New(fault.Conflict, "id", "Payments are allocated to the invoice: take them off first.")
		}
		u := change(tx, row).SetStatus(to)
		if to == entdocument.StatusVoid {
			u.SetVoidedAt(schema.Now())
		} else {
			u.ClearIssuedAt()
		}
		if err := u.Exec(ctx); err != nil {
			return fmt.Errorf("document: take back: %w", err)
		}
		if err := s.unpost(ctx, tx, row); err != nil {
			return err
		}
		return record(ctx, tx, action, row, audit.Fields{"status": row.Status}, audit.Fields{"status": to})
	})
}

// RestoreInvoice puts a void invoice in force again, with its number.
//
// Faults: NOT_FOUND; CONFLICT when it is not void or the contact is archived.
func (s *Service) RestoreInvoice(ctx context.Context, in IDInput) (*Document, error) {
	return s.step(ctx, in, func(ctx context.Context, tx *ent.Tx, row *ent.Document) error {
		if row.Status != entdocument.StatusVoid {
			return fault.New(fault.Conflict, "id", "The invoice is not void.")
		}
		if _, err := contact.StillActive(ctx, tx, row.ContactID, "id"); err != nil {
			return err
		}
		if err := change(tx, row).SetStatus(entdocument.StatusIssued).ClearVoidedAt().Exec(ctx); err != nil {
			return fmt.Errorf("document: restore: %w", err)
		}
		if err := s.post(ctx, tx, row); err != nil {
			return err
		}
		return record(ctx, tx, "restoreInvoice", row, audit.Fields{"status": row.Status}, audit.Fields{"status": entdocument.StatusIssued})
	})
}

// DeleteInvoice removes a draft that never had a number.
//
// Faults: NOT_FOUND; CONFLICT when it is no draft or has a number, which must stay accounted for.
func (s *Service) DeleteInvoice(ctx context.Context, in IDInput) (uuid.UUID, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditSales); err != nil {
		return uuid.Nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		row, err := lock(ctx, tx, in.ID)
		if err != nil {
			return uuid.Nil, err
		}
		if row.Status != entdocument.StatusDraft || row.Number != nil {
			return uuid.Nil, fault.New(fault.Conflict, "id", "Only a draft that never had a number can be deleted: void it instead.")
		}
		if err := deleteLines(ctx, tx, row.ID); err != nil {
			return uuid.Nil, err
		}
		if err := tx.Document.DeleteOneID(row.ID).Exec(ctx); err != nil {
			return uuid.Nil, fmt.Errorf("document: delete: %w", err)
		}
		return row.ID, record(ctx, tx, "deleteInvoice", row, auditFields(row, nil), nil)
	})
	return id, err
}
