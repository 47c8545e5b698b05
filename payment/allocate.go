package payment

import (
	"context"
	"fmt"
	"slices"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/allocation"
	entdocument "github.com/kartela/kartela/ent/document"
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

func notSettled(s *sql.Selector) {
	s.Where(sql.ColumnsLT(s.C(entdocument.FieldSettled), s.C(entdocument.FieldPayable)))
}

// Allocate settles documents with what is left of a payment.
//
// Faults: as for Record; NOT_FOUND on paymentId; CONFLICT when the payment is void or an
// expense's own.
func (s *Service) Allocate(ctx context.Context, in AllocateInput) (*Payment, error) {
	return s.step(ctx, in.PaymentID, "paymentId", func(ctx context.Context, tx *ent.Tx, row *ent.Payment) error {
		if _, err := contact.StillActive(ctx, tx, row.ContactID, "paymentId"); err != nil {
			return err
		}
		if refunds(row.Kind) {
			return fault.New(fault.Invalid, "paymentId", "A refund settles no documents: it takes credit.")
		}
		if len(in.Allocations) == 0 && !in.OldestFirst {
			return fault.New(fault.Invalid, "allocations", "Name the documents, or ask for the oldest first.")
		}
		of := sourceOf(row)
		ps, err := s.plan(ctx, tx, &of, in.Allocations, in.OldestFirst)
		if err != nil || len(ps) == 0 {
			return err
		}
		var org *ent.Organization
		var d dates
		if ps.across(of.currency) {
			if org, d, err = s.organization(ctx, tx); err != nil {
				return err
			}
		}
		changes, err := ps.changes(of, org, d)
		if err != nil {
			return err
		}
		if err := s.write(ctx, tx, ps, of); err != nil {
			return err
		}
		return s.settle(ctx, tx, row, ps.taken(), "allocatePayment", changes)
	})
}

// Unallocate takes a payment off documents: what it settled is owed again, and is credit
// again. Exchange differences are taken back.
//
// Faults: NOT_FOUND on paymentId, and on documentIds.N when the payment does not settle it;
// CONFLICT when it is void or an expense's own.
func (s *Service) Unallocate(ctx context.Context, in UnallocateInput) (*Payment, error) {
	return s.step(ctx, in.PaymentID, "paymentId", func(ctx context.Context, tx *ent.Tx, row *ent.Payment) error {
		rows, err := allocations(ctx, tx, row)
		if err != nil {
			return err
		}
		freed, changes, err := s.takeOff(ctx, tx, row, rows, in.DocumentIDs)
		if err != nil || freed == 0 {
			return err
		}
		return s.settle(ctx, tx, row, -freed, "unallocatePayment", changes)
	})
}

// settle keeps how much more of the payment is allocated and moves the balances.
func (s *Service) settle(ctx context.Context, tx *ent.Tx, row *ent.Payment, taken money.Minor, action string, changes []ledger.Change) error {
	err := tx.Payment.Update().Where(entpayment.ID(row.ID)).AddAllocated(taken).AddVersion(1).SetUpdatedAt(schema.Now()).Exec(ctx)
	if err != nil {
		return fmt.Errorf("payment: keep what is allocated: %w", err)
	}
	if err := s.Ledger.ApplyAll(ctx, tx, changes...); err != nil {
		return err
	}
	return tell(ctx, tx, action, row, audit.Fields{"allocated": row.Allocated}, audit.Fields{"allocated": row.Allocated + taken})
}

// write keeps what the parts settle, and has it announced.
func (s *Service) write(ctx context.Context, tx *ent.Tx, ps parts, of source) error {
	ids, err := ps.write(ctx, tx, of)
	if err != nil {
		return err
	}
	return s.resettle(ctx, tx, of.contact, ids)
}

// allocations reads what is taken of a locked payment.
func allocations(ctx context.Context, tx *ent.Tx, row *ent.Payment) ([]*ent.Allocation, error) {
	rows, err := tx.Allocation.Query().Where(allocation.PaymentID(row.ID)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("payment: read allocations: %w", err)
	}
	return rows, nil
}

func refunded(a *ent.Allocation) bool { return a.RefundID != nil }

// takeOff removes the payment's allocations to the documents, to all when none is named, and
// gives how much of it they took, with the changes of the accounts.
func (s *Service) takeOff(ctx context.Context, tx *ent.Tx, row *ent.Payment, rows []*ent.Allocation, documents []uuid.UUID) (freed money.Minor, changes []ledger.Change, err error) {
	rows = slices.DeleteFunc(rows, refunded)
	if rows, err = chosen(rows, documents, "The payment does not settle this document."); err != nil || len(rows) == 0 {
		return 0, nil, err
	}
	ids := targets(rows)
	if _, err := lockDocuments(ctx, tx, ids); err != nil {
		return 0, nil, err
	}
	if _, err = tx.Allocation.Delete().Where(allocation.PaymentID(row.ID), allocation.DocumentIDIn(ids...)).Exec(ctx); err != nil {
		return 0, nil, fmt.Errorf("payment: take off: %w", err)
	}
	back := ledger.Change{Account: account(row)}
	var across []uuid.UUID
	for _, a := range rows {
		if a.SourceAmount > 0 {
			freed += a.SourceAmount
			across = append(across, *a.DocumentID)
			continue
		}
		freed += a.Amount
		back.Outstanding += a.Amount
		back.Credit += a.Amount
	}
	if back.Outstanding > 0 {
		changes = append(changes, back)
	}
	if len(across) > 0 {
		_, d, err := s.organization(ctx, tx)
		if err != nil {
			return 0, nil, err
		}
		more, err := exchangedBack(ctx, tx, row, across, d)
		if err != nil {
			return 0, nil, err
		}
		changes = append(changes, more...)
	}
	return freed, changes, s.resettle(ctx, tx, row.ContactID, ids)
}

// chosen are the allocations to the documents, all when none is named.
//
// Faults: INVALID on documentIds for too many, NOT_FOUND on documentIds.N.
func chosen(rows []*ent.Allocation, documents []uuid.UUID, missing string) ([]*ent.Allocation, error) {
	if documents == nil {
		return rows, nil
	}
	if len(documents) > maxAllocations {
		return nil, fault.New(fault.Invalid, "documentIds", "At most %d documents.", maxAllocations)
	}
	var bad fault.List
	ids := targets(rows)
	for i, id := range documents {
		if !slices.Contains(ids, id) {
			bad = append(bad, fault.New(fault.NotFound, fmt.Sprintf("documentIds.%d", i), "%s", missing))
		}
	}
	var out []*ent.Allocation
	for _, a := range rows {
		if slices.Contains(documents, *a.DocumentID) {
			out = append(out, a)
		}
	}
	return out, bad.Err()
}

func targets(rows []*ent.Allocation) []uuid.UUID {
	ids := make([]uuid.UUID, len(rows))
	for i, a := range rows {
		ids[i] = *a.DocumentID
	}
	return ids
}

// step runs one change of a locked payment that is in force and no expense's own.
func (s *Service) step(ctx context.Context, id uuid.UUID, field string, f func(context.Context, *ent.Tx, *ent.Payment) error) (*Payment, error) {
	return s.stepAfter(ctx, id, field, func(context.Context, *ent.Tx) ([]uuid.UUID, error) { return nil, nil }, f)
}

// stepAfter is step, with what must be locked before the payment, and with it.
func (s *Service) stepAfter(ctx context.Context, id uuid.UUID, field string, before func(context.Context, *ent.Tx) ([]uuid.UUID, error), f func(context.Context, *ent.Tx, *ent.Payment) error) (*Payment, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditPayments); err != nil {
		return nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		others, err := before(ctx, tx)
		if err != nil {
			return uuid.Nil, err
		}
		row, err := lock(ctx, tx, id, field, others...)
		if err != nil {
			return uuid.Nil, err
		}
		if row.Status != entpayment.StatusRecorded {
			return uuid.Nil, fault.New(fault.Conflict, field, "The payment is void.")
		}
		return row.ID, f(ctx, tx, row)
	})
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, id)
}

// lock locks a payment for a change by itself, and with it others, all in the order of their
// ids.
func lock(ctx context.Context, tx *ent.Tx, id uuid.UUID, field string, others ...uuid.UUID) (*ent.Payment, error) {
	row, err := tx.Payment.Query().Where(entpayment.IDIn(append(others, id)...), db.ForUpdate).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("payment: lock: %w", err)
	}
	at := slices.IndexFunc(row, func(p *ent.Payment) bool { return p.ID == id })
	if at < 0 || row[at].Status == entpayment.StatusDeleted {
		return nil, fault.New(fault.NotFound, field, "There is no such payment.")
	}
	if err := mayPay(ctx, row[at].Side, field); err != nil {
		return nil, err
	}
	if row[at].Kind == entpayment.KindExpense {
		return nil, fault.New(fault.Conflict, field, "The payment is an expense's own: change the expense.")
	}
	return row[at], nil
}

// settling is the condition on payments that settle a document.
func settling(organization, document uuid.UUID) func(*sql.Selector) {
	return func(s *sql.Selector) {
		a := sql.Table(allocation.Table)
		s.Where(sql.In(s.C(entpayment.FieldID), sql.Dialect(s.Dialect()).Select(a.C(allocation.FieldPaymentID)).From(a).Where(sql.And(
			sql.EQ(a.C(allocation.FieldOrganizationID), organization), sql.EQ(a.C(allocation.FieldDocumentID), document)))))
	}
}

// sourcesOf are the payments that a refund takes credit of: they are the same for as long as
// it is in force.
func sourcesOf(ctx context.Context, tx *ent.Tx, refund uuid.UUID) ([]uuid.UUID, error) {
	rows, err := tx.Allocation.Query().Where(allocation.RefundID(refund), allocation.PaymentIDNotNil()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("payment: read what was refunded: %w", err)
	}
	ids := make([]uuid.UUID, len(rows))
	for i, a := range rows {
		ids[i] = *a.PaymentID
	}
	return ids, nil
}
