package payment

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/allocation"
	entdocument "github.com/kartela/kartela/ent/document"
	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/viewer"
)

// ApplyCreditInput is the input of applyCredit.
type ApplyCreditInput struct {
	db.Idempotent
	CreditID    uuid.UUID
	Allocations []*AllocationInput
	OldestFirst bool
}

// UnapplyCreditInput is the input of unapplyCredit.
type UnapplyCreditInput struct {
	db.Idempotent
	CreditID    uuid.UUID
	DocumentIDs []uuid.UUID // all when nil
}

// ApplyCredit settles invoices with what remains of a credit note, or bills with what remains
// of a supplier credit, of the same contact and currency. Nothing is posted.
//
// Faults: INVALID and NOT_FOUND on allocations.N as for Record; NOT_FOUND on creditId, INVALID
// on it for a document that is no credit; CONFLICT when it is not issued or the contact is archived.
func (s *Service) ApplyCredit(ctx context.Context, in ApplyCreditInput) (*document.Document, error) {
	return s.onCredit(ctx, in.CreditID, func(ctx context.Context, tx *ent.Tx, row *ent.Document) error {
		if len(in.Allocations) == 0 && !in.OldestFirst {
			return fault.New(fault.Invalid, "allocations", "Name the documents, or ask for the oldest first.")
		}
		c, err := contact.Active(ctx, tx, row.ContactID, "creditId")
		if err != nil {
			return err
		}
		of := creditOf(row)
		of.contact = c.ID // which may be the survivor of a merge since
		ps, err := s.plan(ctx, tx, &of, in.Allocations, in.OldestFirst)
		if err != nil || len(ps) == 0 {
			return err
		}
		if err := s.write(ctx, tx, ps, of); err != nil {
			return err
		}
		return s.applied(ctx, tx, of.credit, ps.taken(), "applyCredit")
	})
}

// UnapplyCredit takes a credit note, or a supplier credit, off documents: what it settled is
// owed again, and is credit again.
//
// Faults: NOT_FOUND on creditId, and on documentIds.N when the credit does not settle it.
func (s *Service) UnapplyCredit(ctx context.Context, in UnapplyCreditInput) (*document.Document, error) {
	return s.onCredit(ctx, in.CreditID, func(ctx context.Context, tx *ent.Tx, row *ent.Document) error {
		read := func() ([]*ent.Allocation, error) {
			rows, err := tx.Allocation.Query().Where(allocation.CreditID(row.ID), allocation.DocumentIDNotNil()).All(ctx)
			if err != nil {
				return nil, fmt.Errorf("payment: read allocations: %w", err)
			}
			return chosen(rows, in.DocumentIDs, "The credit does not settle this document.")
		}
		rows, err := read()
		if err != nil || len(rows) == 0 {
			return err
		}
		of, ids := creditOf(row), targets(rows)
		locked, err := of.lock(ctx, tx, ids)
		if err != nil {
			return err
		}
		if rows, err = read(); err != nil { // as it is now that the documents are locked
			return err
		}
		var freed money.Minor
		var gone, back []uuid.UUID
		for _, a := range rows {
			if locked[*a.DocumentID] != nil {
				freed += a.Amount
				gone, back = append(gone, a.ID), append(back, *a.DocumentID)
			}
		}
		if len(gone) == 0 {
			return nil
		}
		if _, err := tx.Allocation.Delete().Where(allocation.IDIn(gone...)).Exec(ctx); err != nil {
			return fmt.Errorf("payment: take off: %w", err)
		}
		if err := s.resettle(ctx, tx, row.ContactID, append(back, row.ID)); err != nil {
			return err
		}
		return s.applied(ctx, tx, of.credit, -freed, "unapplyCredit")
	})
}

// applied moves the balance by what more of a credit document is used, and tells of it.
func (s *Service) applied(ctx context.Context, tx *ent.Tx, row *ent.Document, amount money.Minor, action string) error {
	of := creditOf(row)
	if err := s.Ledger.ApplyAll(ctx, tx, ledger.Change{Account: of.account(of.currency), Outstanding: -amount, Credit: -amount}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, audit.Event{Action: action, ObjectType: "document", ObjectID: row.ID, ContactID: row.ContactID,
		Before: audit.Fields{"settled": row.Settled}, After: audit.Fields{"settled": row.Settled + amount}})
}

// onCredit runs one change of a credit document, which is not locked yet: that comes with the
// documents that it settles, in the order of their ids.
func (s *Service) onCredit(ctx context.Context, id uuid.UUID, f func(context.Context, *ent.Tx, *ent.Document) error) (*document.Document, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditPayments); err != nil {
		return nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		row, err := tx.Document.Query().Where(entdocument.ID(id)).Only(ctx)
		if ent.IsNotFound(err) {
			return uuid.Nil, fault.New(fault.NotFound, "creditId", "There is no such document.")
		}
		if err != nil {
			return uuid.Nil, fmt.Errorf("payment: read credit: %w", err)
		}
		if err := mayPay(ctx, entpayment.Side(row.Side), "creditId"); err != nil {
			return uuid.Nil, err
		}
		if row.Type != credits[entpayment.Side(row.Side)] {
			return uuid.Nil, fault.New(fault.Invalid, "creditId", "The document is no credit note and no supplier credit.")
		}
		return row.ID, f(ctx, tx, row)
	})
	if err != nil {
		return nil, err
	}
	return s.Documents.Get(ctx, id)
}
