package onlinepayment

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/ent"
	entonline "github.com/kartela/kartela/ent/onlinepayment"
	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/payment"
	"github.com/kartela/kartela/viewer"
)

// ConfirmInput is the input of confirmOnlinePayment.
type ConfirmInput struct {
	db.Idempotent
	ID     uuid.UUID
	Amount *money.Decimal // what arrived; what was asked for, when nil
	Date   *day.Date      // today when nil
	Notes  string
}

// Confirm books that a bank transfer has arrived, by its reference: it settles the invoice that
// it was for, or the oldest, as far as something remains; the rest is credit. One that has
// expired is confirmed as well.
//
// Faults: NOT_FOUND on id; INVALID on amount, notes; CONFLICT on id for one that is paid or
// cancelled, or that its provider confirms, and on date when it is closed; UNAUTHENTICATED,
// FORBIDDEN.
func (s *Service) Confirm(ctx context.Context, in ConfirmInput) (*OnlinePayment, error) {
	return s.step(ctx, in.ID, func(ctx context.Context, tx *ent.Tx, row *ent.OnlinePayment) error {
		amount := money.New(row.Amount, row.Currency)
		if in.Amount != nil {
			var err error
			if amount.Minor, err = money.ParseMinor(*in.Amount, row.Currency); err != nil {
				return fault.New(fault.Invalid, "amount", "%s", fault.From(err).Text)
			}
		}
		switch {
		case amount.Minor <= 0:
			return fault.New(fault.Invalid, "amount", "A payment is more than zero.")
		case utf8.RuneCountInString(in.Notes) > 5000:
			return fault.New(fault.Invalid, "notes", "At most 5,000 characters.")
		}
		got, err := s.Payments.ReceiveIn(ctx, tx, payment.Receipt{ContactID: row.ContactID, Amount: amount, Method: entpayment.MethodBankTransfer, Date: in.Date,
			Reference: row.Reference, Notes: strings.TrimSpace(in.Notes), DocumentID: row.DocumentID, OldestFirst: row.DocumentID == nil})
		if err != nil {
			return err
		}
		if err := s.paid(ctx, tx, row, got.Payment.ID); err != nil {
			return err
		}
		return tellStep(ctx, tx, "confirmOnlinePayment", row, entonline.StatusPaid)
	})
}

// CancelInput is the input of cancelOnlinePayment.
type CancelInput struct {
	db.Idempotent
	ID uuid.UUID
}

// Cancel ends a bank transfer that will not come. Money that comes all the same is recorded as
// any other.
//
// Faults: NOT_FOUND on id; CONFLICT as for Confirm.
func (s *Service) Cancel(ctx context.Context, in CancelInput) (*OnlinePayment, error) {
	return s.step(ctx, in.ID, func(ctx context.Context, tx *ent.Tx, row *ent.OnlinePayment) error {
		if _, err := s.close(ctx, tx, row, entonline.StatusCancelled); err != nil {
			return err
		}
		return tellStep(ctx, tx, "cancelOnlinePayment", row, entonline.StatusCancelled)
	})
}

// step runs one change of a locked bank transfer that is open, once per idempotency key.
func (s *Service) step(ctx context.Context, id uuid.UUID, f func(context.Context, *ent.Tx, *ent.OnlinePayment) error) (*OnlinePayment, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditPayments); err != nil {
		return nil, err
	}
	_, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		found, err := tx.OnlinePayment.Get(ctx, id)
		if ent.IsNotFound(err) {
			return uuid.Nil, missing()
		}
		if err != nil {
			return uuid.Nil, fmt.Errorf("onlinepayment: read: %w", err)
		}
		if _, err := contact.Present(ctx, tx, found.ContactID, "id"); err != nil {
			return uuid.Nil, err
		}
		row, err := tx.OnlinePayment.Query().Where(entonline.ID(id), db.ForUpdate).Only(ctx)
		if err != nil {
			return uuid.Nil, fmt.Errorf("onlinepayment: lock: %w", err)
		}
		switch {
		case row.Provider != entonline.ProviderBankTransfer:
			return uuid.Nil, fault.New(fault.Conflict, "id", "The provider says what becomes of this payment.")
		case row.Status != entonline.StatusOpen && row.Status != entonline.StatusExpired:
			return uuid.Nil, fault.New(fault.Conflict, "id", "This payment is %s already.", row.Status)
		}
		return row.ID, f(ctx, tx, row)
	})
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, id)
}

func tellStep(ctx context.Context, tx *ent.Tx, action string, row *ent.OnlinePayment, to entonline.Status) error {
	return audit.Record(ctx, tx, audit.Event{Action: action, ObjectType: "online_payment", ObjectID: row.ID, ContactID: row.ContactID,
		Before: audit.Fields{"status": row.Status}, After: audit.Fields{"status": to, "reference": row.Reference}})
}
