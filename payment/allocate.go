package payment

import (
	"context"
	"fmt"
	"slices"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/allocation"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/ledgerentry"
	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/viewer"
)

// AllocateInput is the input of allocatePayment.
type AllocateInput struct {
	db.Idempotent
	PaymentID   uuid.UUID
	Allocations []*AllocationInput
	OldestFirst bool
}

// UnallocateInput is the input of unallocatePayment.
type UnallocateInput struct {
	db.Idempotent
	PaymentID   uuid.UUID
	DocumentIDs []uuid.UUID // all when nil
}

// VoidInput is the input of voidPayment.
type VoidInput struct {
	db.Idempotent
	ID uuid.UUID
}

func notSettled(s *sql.Selector) {
	s.Where(sql.ColumnsLT(s.C(entdocument.FieldSettled), s.C(entdocument.FieldPayable)))
}

// Allocate settles documents with what is left of a payment.
//
// Faults: as for Record; NOT_FOUND on paymentId; CONFLICT when the payment is void.
func (s *Service) Allocate(ctx context.Context, in AllocateInput) (*Payment, error) {
	return s.step(ctx, in.PaymentID, "paymentId", func(ctx context.Context, tx *ent.Tx, row *ent.Payment) error {
		if _, err := contact.StillActive(ctx, tx, row.ContactID, "paymentId"); err != nil {
			return err
		}
		if len(in.Allocations) == 0 && !in.OldestFirst {
			return fault.New(fault.Invalid, "allocations", "Name the documents, or ask for the oldest first.")
		}
		ps, err := s.plan(ctx, tx, row, in.Allocations, in.OldestFirst)
		if err != nil || len(ps) == 0 {
			return err
		}
		if err := ps.write(ctx, tx, row); err != nil {
			return err
		}
		return s.settle(ctx, tx, row, ps.sum(), "allocatePayment")
	})
}

// Unallocate takes a payment off documents: what it settled is owed again, and is credit again.
//
// Faults: NOT_FOUND on paymentId, and on documentIds.N when the payment does not settle it.
func (s *Service) Unallocate(ctx context.Context, in UnallocateInput) (*Payment, error) {
	return s.step(ctx, in.PaymentID, "paymentId", func(ctx context.Context, tx *ent.Tx, row *ent.Payment) error {
		freed, err := takeOff(ctx, tx, row, in.DocumentIDs)
		if err != nil || freed == 0 {
			return err
		}
		return s.settle(ctx, tx, row, -freed, "unallocatePayment")
	})
}

// Void takes a payment out of force: it comes off its documents and its reversal is posted.
//
// Faults: NOT_FOUND; CONFLICT when it is void already.
func (s *Service) Void(ctx context.Context, in VoidInput) (*Payment, error) {
	return s.step(ctx, in.ID, "id", func(ctx context.Context, tx *ent.Tx, row *ent.Payment) error {
		freed, err := takeOff(ctx, tx, row, nil)
		if err != nil {
			return err
		}
		now := schema.Now()
		err = tx.Payment.Update().Where(entpayment.ID(row.ID)).SetStatus(entpayment.StatusVoid).SetVoidedAt(now).SetAllocated(0).
			AddVersion(1).SetUpdatedAt(now).Exec(ctx)
		if err != nil {
			return fmt.Errorf("payment: void: %w", err)
		}
		posted, err := ledger.PostedFor(ctx, tx, nil, &row.ID)
		if err != nil {
			return err
		}
		org, err := tx.Organization.Get(ctx, row.OrganizationID)
		if err != nil {
			return fmt.Errorf("payment: read the organization: %w", err)
		}
		_, err = s.Ledger.Apply(ctx, tx, ledger.Change{
			Account: account(row), Outstanding: freed, Credit: freed - row.Amount,
			Posting: &ledger.Posting{Kind: ledgerentry.KindPaymentVoid, Amount: row.Amount, Date: max(row.Date, document.TodayIn(s.Now(), org.TimeZone)),
				PaymentID: &row.ID, Reverses: &posted.ID},
		})
		if err != nil {
			return err
		}
		return tell(ctx, tx, "voidPayment", row, audit.Fields{"status": row.Status}, audit.Fields{"status": entpayment.StatusVoid})
	})
}

// settle keeps how much of the payment is allocated and moves the balance: no posting, the
// same amount off outstanding and credit.
func (s *Service) settle(ctx context.Context, tx *ent.Tx, row *ent.Payment, amount money.Minor, action string) error {
	err := tx.Payment.Update().Where(entpayment.ID(row.ID)).AddAllocated(amount).AddVersion(1).SetUpdatedAt(schema.Now()).Exec(ctx)
	if err != nil {
		return fmt.Errorf("payment: keep what is allocated: %w", err)
	}
	if _, err := s.Ledger.Apply(ctx, tx, ledger.Change{Account: account(row), Outstanding: -amount, Credit: -amount}); err != nil {
		return err
	}
	return tell(ctx, tx, action, row, audit.Fields{"allocated": row.Allocated}, audit.Fields{"allocated": row.Allocated + amount})
}

// takeOff removes the payment's allocations to the documents, all when none is named, and
// gives how much they settled.
func takeOff(ctx context.Context, tx *ent.Tx, row *ent.Payment, documents []uuid.UUID) (freed money.Minor, err error) {
	if len(documents) > maxAllocations {
		return 0, fault.New(fault.Invalid, "documentIds", "At most %d documents.", maxAllocations)
	}
	rows, err := tx.Allocation.Query().Where(allocation.PaymentID(row.ID)).All(ctx)
	if err != nil {
		return 0, fmt.Errorf("payment: read allocations: %w", err)
	}
	byDocument := map[uuid.UUID]*ent.Allocation{}
	for _, a := range rows {
		byDocument[*a.DocumentID] = a
	}
	var bad fault.List
	for i, id := range documents {
		if byDocument[id] == nil {
			bad = append(bad, fault.New(fault.NotFound, fmt.Sprintf("documentIds.%d", i), "The payment does not settle this document."))
		}
	}
	if err := bad.Err(); err != nil {
		return 0, err
	}
	ids := make([]uuid.UUID, 0, len(rows))
	for id := range byDocument {
		if documents == nil || slices.Contains(documents, id) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return 0, nil
	}
	if _, err := lockDocuments(ctx, tx, ids); err != nil {
		return 0, err
	}
	_, err = tx.Allocation.Delete().Where(allocation.PaymentID(row.ID), allocation.DocumentIDIn(ids...)).Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("payment: take off: %w", err)
	}
	for _, id := range ids {
		freed += byDocument[id].Amount
	}
	return freed, resettle(ctx, tx, ids)
}

// step runs one change of a locked payment that is in force.
func (s *Service) step(ctx context.Context, id uuid.UUID, field string, f func(context.Context, *ent.Tx, *ent.Payment) error) (*Payment, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditPayments); err != nil {
		return nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		row, err := tx.Payment.Query().Where(entpayment.ID(id), db.ForUpdate).Only(ctx)
		if ent.IsNotFound(err) {
			return uuid.Nil, fault.New(fault.NotFound, field, "There is no such payment.")
		}
		if err != nil {
			return uuid.Nil, fmt.Errorf("payment: lock: %w", err)
		}
		if row.Side == entpayment.SideSupplier && !viewer.From(ctx).Role.May(viewer.EditPurchases) {
			return uuid.Nil, fault.New(fault.Forbidden, field, "Your role does not allow payments to suppliers.")
		}
		if row.Status == entpayment.StatusVoid {
			return uuid.Nil, fault.New(fault.Conflict, field, "The payment is void.")
		}
		return row.ID, f(ctx, tx, row)
	})
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, id)
}
