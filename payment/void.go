package payment

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/ledgerentry"
	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/viewer"
)

// VoidInput is the input of voidPayment and deletePayment.
type VoidInput struct {
	db.Idempotent
	ID uuid.UUID
}

// Void takes a payment out of force: it comes off its documents, a refund gives the credit
// back to its sources, and its reversal is posted.
//
// Faults: NOT_FOUND; CONFLICT when it is void already, an expense's own, of a closed day, or
// when a refund took of it.
func (s *Service) Void(ctx context.Context, in VoidInput) (*Payment, error) {
	sources := func(ctx context.Context, tx *ent.Tx) ([]uuid.UUID, error) { return sourcesOf(ctx, tx, in.ID) }
	return s.stepAfter(ctx, in.ID, "id", sources, func(ctx context.Context, tx *ent.Tx, row *ent.Payment) error {
		return s.takeBack(ctx, tx, row, entpayment.StatusVoid, "voidPayment")
	})
}

// Delete takes a payment out of force as Void does, or after it, and out of every list. The
// row stays, because the ledger and the history refer to it for ever; it is found by its id.
//
// Faults: NOT_FOUND, also when it is deleted already; CONFLICT as for Void.
func (s *Service) Delete(ctx context.Context, in VoidInput) (uuid.UUID, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditPayments); err != nil {
		return uuid.Nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		sources, err := sourcesOf(ctx, tx, in.ID)
		if err != nil {
			return uuid.Nil, err
		}
		row, err := lock(ctx, tx, in.ID, "id", sources...)
		if err != nil {
			return uuid.Nil, err
		}
		return row.ID, s.takeBack(ctx, tx, row, entpayment.StatusDeleted, "deletePayment")
	})
	return id, err
}

// takeBack brings a locked payment to a state that is out of force.
func (s *Service) takeBack(ctx context.Context, tx *ent.Tx, row *ent.Payment, to entpayment.Status, action string) error {
	org, d, err := s.organization(ctx, tx)
	if err != nil {
		return err
	}
	if err := document.Open(org, row.Date, "id"); err != nil {
		return err
	}
	var changes []ledger.Change
	if row.Status == entpayment.StatusRecorded {
		if changes, err = s.undo(ctx, tx, row, d); err != nil {
			return err
		}
	}
	now := schema.Now()
	u := tx.Payment.Update().Where(entpayment.ID(row.ID)).SetStatus(to).SetAllocated(0).AddVersion(1).SetUpdatedAt(now)
	if row.VoidedAt == nil {
		u.SetVoidedAt(now)
	}
	if err := u.Exec(ctx); err != nil {
		return fmt.Errorf("payment: take back: %w", err)
	}
	if err := s.Ledger.ApplyAll(ctx, tx, changes...); err != nil {
		return err
	}
	return tell(ctx, tx, action, row, audit.Fields{"status": row.Status}, audit.Fields{"status": to})
}

// undo takes away what the payment settles, or gives back, and tells what that and its
// reversal change of the accounts.
func (s *Service) undo(ctx context.Context, tx *ent.Tx, row *ent.Payment, d dates) ([]ledger.Change, error) {
	reversal, err := s.reversal(ctx, tx, row)
	if err != nil {
		return nil, err
	}
	reversal.Posting.Date = max(row.Date, d.today)
	if refunds(row.Kind) {
		return []ledger.Change{reversal}, s.giveBack(ctx, tx, row)
	}
	rows, err := allocations(ctx, tx, row)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(rows, refunded) {
		return nil, fault.New(fault.Conflict, "id", "A refund took credit of the payment: void the refund first.")
	}
	_, changes, err := s.takeOff(ctx, tx, row, rows, nil)
	if err != nil {
		return nil, err
	}
	if len(changes) > 0 && changes[0].Posting == nil { // one change of the account instead of two
		reversal.Outstanding += changes[0].Outstanding
		reversal.Credit += changes[0].Credit
		changes = changes[1:]
	}
	return append(changes, reversal), nil
}

// reversal is the change that takes the payment's posting back, dated as the payment.
func (s *Service) reversal(ctx context.Context, tx *ent.Tx, row *ent.Payment) (ledger.Change, error) {
	entry, err := ledger.PostedFor(ctx, tx, nil, &row.ID)
	if err != nil {
		return ledger.Change{}, err
	}
	return ledger.Change{Account: account(row), Credit: posted(row), Posting: &ledger.Posting{Kind: ledgerentry.KindPaymentVoid,
		Amount: -posted(row), Date: row.Date, PaymentID: &row.ID, Reverses: &entry.ID}}, nil
}
