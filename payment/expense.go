package payment

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/ledgerentry"
	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fold"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/viewer"
)

// Pay pays an expense that was issued, in the way that it says, whole and on its date. One
// that says no way stays to be paid. The row of the expense, which is locked, follows.
func (s *Service) Pay(ctx context.Context, tx *ent.Tx, expense *ent.Document) error {
	due := expense.Payable - expense.Settled
	if expense.PaidBy == nil || due <= 0 {
		return nil
	}
	row := &ent.Payment{ID: schema.NewID(), Kind: entpayment.KindExpense, Side: entpayment.SideSupplier, ContactID: expense.ContactID, Date: expense.Date,
		Amount: due, Currency: expense.Currency, ExchangeRate: expense.ExchangeRate, Method: entpayment.Method(*expense.PaidBy),
		Reference: fold.Clip(expense.Reference, 200), Allocated: due, CreatedBy: viewer.From(ctx).Actor()}
	if err := insert(ctx, tx, row); err != nil {
		return err
	}
	if err := s.write(ctx, tx, parts{{expense, due, due}}, sourceOf(row)); err != nil {
		return err
	}
	expense.Settled += due
	expense.Version++
	err := s.Ledger.ApplyAll(ctx, tx, ledger.Change{Account: account(row), Outstanding: -due,
		Posting: &ledger.Posting{Kind: ledgerentry.KindPayment, Amount: posted(row), Date: row.Date, PaymentID: &row.ID}})
	if err != nil {
		return err
	}
	return tell(ctx, tx, "recordPayment", row, nil, audit.Fields{"kind": row.Kind, "amount": row.Amount, "currency": row.Currency,
		"date": row.Date, "method": row.Method, "allocated": row.Allocated})
}

// Hold locks what Pay recorded of a document: nobody but Pay and Unpay changes it, and both
// hold the document.
func (s *Service) Hold(ctx context.Context, tx *ent.Tx, documentID uuid.UUID) error {
	_, err := paidBy(ctx, tx, documentID)
	return err
}

// paidBy are the payments that Pay made of a document and that are in force, locked.
func paidBy(ctx context.Context, tx *ent.Tx, documentID uuid.UUID) ([]*ent.Payment, error) {
	rows, err := tx.Payment.Query().Where(entpayment.KindEQ(entpayment.KindExpense), entpayment.StatusEQ(entpayment.StatusRecorded),
		settling(viewer.From(ctx).Organization, documentID), db.ForUpdate).All(ctx)
	return rows, wrapped("lock an expense's payment", err)
}

// Unpay takes back what Pay did, before the expense is taken back itself. Other payments of
// the expense stay.
func (s *Service) Unpay(ctx context.Context, tx *ent.Tx, expense *ent.Document) error {
	rows, err := paidBy(ctx, tx, expense.ID)
	if err != nil {
		return err
	}
	for _, row := range rows {
		_, d, err := s.organization(ctx, tx)
		if err != nil {
			return err
		}
		changes, err := s.undo(ctx, tx, row, d)
		if err != nil {
			return err
		}
		now := schema.Now()
		err = tx.Payment.Update().Where(entpayment.ID(row.ID)).SetStatus(entpayment.StatusVoid).SetVoidedAt(now).SetAllocated(0).AddVersion(1).
			SetUpdatedAt(now).Exec(ctx)
		if err != nil {
			return fmt.Errorf("payment: take back an expense's payment: %w", err)
		}
		expense.Settled -= row.Amount
		expense.Version++
		if err := s.Ledger.ApplyAll(ctx, tx, changes...); err != nil {
			return err
		}
		if err := tell(ctx, tx, "voidPayment", row, audit.Fields{"status": row.Status}, audit.Fields{"status": entpayment.StatusVoid}); err != nil {
			return err
		}
	}
	return nil
}
