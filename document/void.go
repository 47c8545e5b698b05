package document

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/attachment"
	"github.com/kartela/kartela/ent/billeditem"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/documentline"
	"github.com/kartela/kartela/ent/documentoption"
	"github.com/kartela/kartela/ent/predicate"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
)

// Void takes an issued document out of force: the reversal is posted, the number is never
// used again. What an invoice billed of projects may be billed again.
//
// Faults: NOT_FOUND; CONFLICT when it is not issued, something is allocated to it, or the
// books are closed at its date.
func (s *Service) Void(ctx context.Context, in IDInput) (*Document, error) {
	return s.takeBack(ctx, in, "voidDocument", entdocument.StatusVoid)
}

// Revert takes an issued document back to draft and off the ledger. It keeps its number.
//
// Faults: as for Void; CONFLICT for an estimate that was accepted, whose lines stay.
func (s *Service) Revert(ctx context.Context, in IDInput) (*Document, error) {
	return s.takeBack(ctx, in, "revertDocument", entdocument.StatusDraft)
}

func (s *Service) takeBack(ctx context.Context, in IDInput, action string, to entdocument.Status) (*Document, error) {
	hold := func(ctx context.Context, tx *ent.Tx) error {
		if s.Payer == nil {
			return nil
		}
		return s.Payer.Hold(ctx, tx, in.ID)
	}
	return s.stepAfter(ctx, in, hold, func(ctx context.Context, tx *ent.Tx, row *ent.Document) error {
		if err := mayTakeBack(row, to); err != nil {
			return err
		}
		if _, err := openFor(ctx, tx, row.Date, "id"); err != nil {
			return err
		}
		row, err := s.unpay(ctx, tx, row)
		if err != nil {
			return err
		}
		if row.Settled != 0 {
			return fault.New(fault.Conflict, "id", "Payments are allocated to the document: take them off first.")
		}
		u := change(tx, row).SetStatus(to).ClearDecidedAt().ClearDecidedBy().ClearDecidedThrough().SetDecisionComment("")
		if to == entdocument.StatusVoid {
			u.SetVoidedAt(schema.Now())
			err = release(ctx, tx, row, true)
		} else {
			u.ClearIssuedAt()
		}
		if err != nil {
			return err
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

func mayTakeBack(row *ent.Document, to entdocument.Status) error {
	switch row.Status {
	case entdocument.StatusIssued, entdocument.StatusRejected:
		return nil
	case entdocument.StatusAccepted:
		if to == entdocument.StatusVoid {
			return nil
		}
		return fault.New(fault.Conflict, "id", "The estimate was accepted: it does not change any more.")
	case entdocument.StatusInvoiced:
		return fault.New(fault.Conflict, "id", "The estimate was invoiced.")
	}
	return fault.New(fault.Conflict, "id", "The document is not issued.")
}

// unpay takes back what paid an expense, and gives the row as it is then.
func (s *Service) unpay(ctx context.Context, tx *ent.Tx, row *ent.Document) (*ent.Document, error) {
	if row.Type != entdocument.TypeExpense || s.Payer == nil {
		return row, nil
	}
	if err := s.Payer.Unpay(ctx, tx, row); err != nil {
		return nil, err
	}
	row, err := tx.Document.Get(ctx, row.ID)
	return row, wrapped("read what was paid", err)
}

// Restore puts a void document in force again, with its number.
//
// Faults: NOT_FOUND; CONFLICT when it is not void, the contact is archived, what it billed was
// billed elsewhere since, or the books are closed at its date.
func (s *Service) Restore(ctx context.Context, in IDInput) (*Document, error) {
	return s.step(ctx, in, func(ctx context.Context, tx *ent.Tx, row *ent.Document) error {
		if row.Status != entdocument.StatusVoid {
			return fault.New(fault.Conflict, "id", "The document is not void.")
		}
		if _, err := contact.StillActive(ctx, tx, row.ContactID, "id"); err != nil {
			return err
		}
		if _, err := openFor(ctx, tx, row.Date, "id"); err != nil {
			return err
		}
		if err := release(ctx, tx, row, false); err != nil {
			return err
		}
		if err := change(tx, row).SetStatus(entdocument.StatusIssued).ClearVoidedAt().Exec(ctx); err != nil {
			return fmt.Errorf("document: restore: %w", err)
		}
		err := record(ctx, tx, "restoreDocument", row, audit.Fields{"status": row.Status}, audit.Fields{"status": entdocument.StatusIssued})
		if err != nil {
			return err
		}
		row.Status, row.VoidedAt = entdocument.StatusIssued, nil
		row.Version++
		_, err = s.enforce(ctx, tx, row)
		return err
	})
}

// Delete removes a draft that never had a number. What it billed of projects may be billed
// again.
//
// Faults: NOT_FOUND; CONFLICT when it is no draft or has a number, which must stay accounted
// for, or the books are closed at its date.
func (s *Service) Delete(ctx context.Context, in IDInput) (uuid.UUID, error) {
	if err := mayEditAny(ctx); err != nil {
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
		if _, err := openFor(ctx, tx, row.Date, "id"); err != nil {
			return uuid.Nil, err
		}
		if err := deleteContent(ctx, tx, row); err != nil {
			return uuid.Nil, err
		}
		if err := tx.Document.DeleteOneID(row.ID).Exec(ctx); err != nil {
			return uuid.Nil, fmt.Errorf("document: delete: %w", err)
		}
		s.Tell(ctx, row)
		return row.ID, record(ctx, tx, "deleteDocument", row, auditFields(row, nil), nil)
	})
	return id, err
}

// deleteContent removes everything below a draft.
func deleteContent(ctx context.Context, tx *ent.Tx, row *ent.Document) error {
	lines, err := tx.DocumentLine.Query().Where(documentline.DocumentID(row.ID)).IDs(ctx)
	if err != nil {
		return fmt.Errorf("document: read lines: %w", err)
	}
	if err := onID(unbill(ctx, tx, row, billeditem.DocumentID(row.ID), billeditem.ExpenseLineIDIn(lines...))); err != nil {
		return err
	}
	if _, err := tx.DocumentLine.Delete().Where(documentline.DocumentID(row.ID)).Exec(ctx); err != nil {
		return fmt.Errorf("document: delete lines: %w", err)
	}
	if err := dropSums(ctx, tx, row.ID); err != nil {
		return err
	}
	if _, err := tx.DocumentOption.Delete().Where(documentoption.DocumentID(row.ID)).Exec(ctx); err != nil {
		return fmt.Errorf("document: take options off: %w", err)
	}
	// Its files stay with the contact.
	_, err = tx.Attachment.Update().Where(attachment.DocumentID(row.ID)).ClearDocumentID().Save(everything(ctx))
	if err != nil {
		return fmt.Errorf("document: take files off: %w", err)
	}
	return reopen(ctx, tx, row)
}

// reopen lets the estimate that a draft invoice was made from be invoiced again, when the draft
// goes.
func reopen(ctx context.Context, tx *ent.Tx, row *ent.Document) error {
	if row.OriginID == nil {
		return nil
	}
	for status, decided := range map[entdocument.Status]predicate.Document{
		entdocument.StatusAccepted: entdocument.DecidedAtNotNil(), entdocument.StatusIssued: entdocument.DecidedAtIsNil(),
	} {
		_, err := tx.Document.Update().Where(entdocument.ID(*row.OriginID), entdocument.StatusEQ(entdocument.StatusInvoiced), decided).
			SetStatus(status).AddVersion(1).SetUpdatedAt(schema.Now()).Save(ctx)
		if err != nil {
			return fmt.Errorf("document: reopen the estimate: %w", err)
		}
	}
	return nil
}
