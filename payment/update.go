package payment

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/allocation"
	"github.com/kartela/kartela/ent/ledgerentry"
	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/money"
)

// UpdateInput is the input of updatePayment: what is nil stays.
type UpdateInput struct {
	db.Idempotent
	ID           uuid.UUID
	Version      int // that the caller has seen
	ContactID    *uuid.UUID
	Date         *day.Date
	Amount       *money.Decimal
	Currency     *money.Currency
	ExchangeRate *money.Decimal
	Method       *entpayment.Method
	Reference    *string
	Notes        *string
	OptionIDs    []uuid.UUID // the options of tracking categories, whole; nil: they stay
}

// Update changes a payment that is in force. What the ledger tells of it is taken back by a
// reversal and posted anew, both on the payment's days, so that statements are right for any
// day. What it settles stays: contact and currency are frozen while something is allocated,
// the amount is not below that, and a refund keeps its amount.
//
// Faults: INVALID with every bad field; NOT_FOUND on id and contactId; CONFLICT on version
// when it was changed since, on contactId, currency and exchangeRate when they are frozen, on date and id of a closed day,
// when it is void, or an expense's own.
func (s *Service) Update(ctx context.Context, in UpdateInput) (*Payment, error) {
	return s.stepAfter(ctx, in.ID, "id", func(ctx context.Context, tx *ent.Tx) ([]uuid.UUID, error) {
		if in.ContactID == nil {
			return nil, nil
		}
		c, err := contact.Active(ctx, tx, *in.ContactID, "contactId") // before the payment is locked
		if err == nil {
			in.ContactID = &c.ID
		}
		return nil, err
	}, func(ctx context.Context, tx *ent.Tx, row *ent.Payment) error {
		return s.update(ctx, tx, row, in)
	})
}

func (s *Service) update(ctx context.Context, tx *ent.Tx, row *ent.Payment, in UpdateInput) error {
	if in.Version != row.Version {
		return fault.New(fault.Conflict, "version", "The payment was changed since: read it again.")
	}
	org, _, err := s.organization(ctx, tx)
	if err != nil {
		return err
	}
	next := *row
	apply(&next.ContactID, in.ContactID)
	apply(&next.Date, in.Date)
	apply(&next.Currency, in.Currency)
	apply(&next.Method, in.Method)
	apply(&next.Reference, in.Reference)
	apply(&next.Notes, in.Notes)
	if err := checkUpdate(ctx, tx, row, &next, in, org); err != nil {
		return err
	}
	options, err := readOptions(ctx, tx, &row.ID, in.OptionIDs)
	if err != nil {
		return err
	}
	changes, err := s.reposted(ctx, tx, row, &next)
	if err != nil {
		return err
	}
	err = tx.Payment.Update().Where(entpayment.ID(row.ID)).SetContactID(next.ContactID).SetDate(next.Date).SetAmount(next.Amount).
		SetCurrency(next.Currency).SetExchangeRate(next.ExchangeRate).SetMethod(next.Method).SetReference(next.Reference).SetNotes(next.Notes).
		SetAllocated(next.Allocated).AddVersion(1).SetUpdatedAt(schema.Now()).Exec(ctx)
	if err != nil {
		return fmt.Errorf("payment: update: %w", err)
	}
	if err := options.save(ctx, tx, row.ID); err != nil {
		return err
	}
	if err := s.Ledger.ApplyAll(ctx, tx, onField("amount", changes)...); err != nil {
		return err
	}
	before, after := audit.Diff(fields(row), fields(&next))
	return tell(ctx, tx, "updatePayment", &next, before, after)
}

func fields(row *ent.Payment) audit.Fields {
	return audit.Fields{"contactId": row.ContactID, "date": row.Date, "amount": row.Amount, "currency": row.Currency,
		"exchangeRate": row.ExchangeRate.String(), "method": row.Method, "reference": row.Reference, "notes": row.Notes}
}

func checkUpdate(ctx context.Context, tx *ent.Tx, row, next *ent.Payment, in UpdateInput, org *ent.Organization) error {
	var bad fault.List
	checkMoney(&bad, next, in.Amount, in.ExchangeRate, org)
	checkTexts(&bad, next)
	frozen := row.Allocated > 0
	if frozen && next.ContactID != row.ContactID {
		bad = append(bad, fault.New(fault.Conflict, "contactId", "The payment settles documents or gives credit back: take it off first."))
	}
	if frozen && next.Currency != row.Currency {
		bad = append(bad, fault.New(fault.Conflict, "currency", "The payment settles documents or gives credit back: take it off first."))
	}
	if next.Currency != row.Currency && in.Amount == nil {
		bad = append(bad, fault.New(fault.Invalid, "amount", "Say the amount in the new currency."))
	}
	if next.Currency != row.Currency && next.Currency != org.BaseCurrency && in.ExchangeRate == nil {
		bad = append(bad, fault.New(fault.Invalid, "exchangeRate", "A payment in %s needs the exchange rate to %s.", next.Currency, org.BaseCurrency))
	}
	switch {
	case refunds(row.Kind) && next.Amount != row.Amount:
		bad = append(bad, fault.New(fault.Conflict, "amount", "A refund's amount does not change: void it and record another one."))
	case next.Amount > 0 && next.Amount < row.Allocated:
		bad = append(bad, fault.New(fault.Invalid, "amount", "Less than the %s that is allocated.", money.New(row.Allocated, row.Currency).Amount()))
	}
	if !next.ExchangeRate.Equal(row.ExchangeRate) && frozen {
		across, err := tx.Allocation.Query().Where(allocation.PaymentID(row.ID), allocation.SourceAmountGT(0)).Exist(ctx)
		if err != nil {
			return fmt.Errorf("payment: look for other currencies: %w", err)
		}
		if across {
			bad = append(bad, fault.New(fault.Conflict, "exchangeRate", "The payment settles documents of other currencies at this rate: take it off first."))
		}
	}
	_ = bad.Add("", document.Open(org, row.Date, "id"))
	if next.Date != row.Date {
		_ = bad.Add("", document.Open(org, next.Date, "date"))
	}
	return bad.Err()
}

// reposted are the changes that take the posting back and post the payment as it is to be;
// none when the ledger tells the same of it.
func (s *Service) reposted(ctx context.Context, tx *ent.Tx, row, next *ent.Payment) ([]ledger.Change, error) {
	if next.ContactID == row.ContactID && next.Date == row.Date && next.Amount == row.Amount && next.Currency == row.Currency {
		return nil, nil
	}
	back, err := s.reversal(ctx, tx, row)
	if err != nil {
		return nil, err
	}
	again := ledger.Change{Account: account(next), Credit: -posted(next), Posting: &ledger.Posting{Kind: ledgerentry.KindPayment,
		Amount: posted(next), Date: next.Date, PaymentID: &row.ID}}
	// Credit is not below zero in between: what settles documents is no credit to take back
	// before the new posting is there, and what a refund gave back is.
	if row.Allocated > 0 && !refunds(row.Kind) {
		return []ledger.Change{again, back}, nil
	}
	return []ledger.Change{back, again}, nil
}
