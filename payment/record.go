package payment

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
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

// RecordInput is the input of recordPayment.
type RecordInput struct {
	db.Idempotent
	ContactID   uuid.UUID
	Kind        *entpayment.Kind // client payment when nil
	Date        *day.Date        // today when nil
	Amount      money.Decimal    // in units of the currency
	Currency    *money.Currency  // the base currency when nil
	Method      *entpayment.Method
	Reference   string
	Notes       string
	Allocations []*AllocationInput
	OldestFirst bool
}

// AllocationInput is a part of a payment for a document.
type AllocationInput struct {
	DocumentID uuid.UUID
	Amount     money.Decimal // in units of the payment's currency
}

// Record books a payment received from a client, or sent to a supplier: it posts the amount
// to the contact's ledger and settles the documents named, or with OldestFirst the open
// documents of the same currency by due date. What is left over stays as credit.
//
// Faults: INVALID with every bad field: amount not positive or beyond the bound (the
// contact's balance with it), another contact's or currency's document, more than remains (on
// allocations.N.amount), a kind that is no payment of a client or to a supplier; NOT_FOUND
// on contactId and allocations.N.documentId; CONFLICT when the contact is archived or a
// document is not issued. Nothing is written when an error is returned.
func (s *Service) Record(ctx context.Context, in RecordInput) (*Payment, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditPayments); err != nil {
		return nil, err
	}
	var row *ent.Payment
	id, replayed, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (_ uuid.UUID, err error) {
		if row, err = s.record(ctx, tx, in); err != nil {
			return uuid.Nil, err
		}
		return row.ID, nil
	})
	if err != nil {
		return nil, err
	}
	if replayed {
		return s.Get(ctx, id)
	}
	return s.wrap(row.Unwrap())[0], nil
}

func (s *Service) record(ctx context.Context, tx *ent.Tx, in RecordInput) (*ent.Payment, error) {
	c, err := contact.Active(ctx, tx, in.ContactID, "contactId")
	if err != nil {
		return nil, err
	}
	row := &ent.Payment{ID: schema.NewID(), Kind: entpayment.KindClientPayment, ContactID: c.ID, Method: entpayment.MethodBankTransfer,
		Reference: strings.TrimSpace(in.Reference), Notes: strings.TrimSpace(in.Notes), CreatedBy: viewer.From(ctx).Actor()}
	if in.Currency == nil || in.Date == nil {
		org, err := tx.Organization.Get(ctx, viewer.From(ctx).Organization)
		if err != nil {
			return nil, fmt.Errorf("payment: read the organization: %w", err)
		}
		row.Currency, row.Date = org.BaseCurrency, document.TodayIn(s.Now(), org.TimeZone)
	}
	apply(&row.Kind, in.Kind)
	apply(&row.Currency, in.Currency)
	apply(&row.Date, in.Date)
	apply(&row.Method, in.Method)
	row.Side = side(row.Kind)
	if err := checkRecord(ctx, row, in); err != nil {
		return nil, err
	}
	parts, err := s.plan(ctx, tx, row, in.Allocations, in.OldestFirst)
	if err != nil {
		return nil, err
	}
	row.Allocated = parts.sum()
	row, err = tx.Payment.Create().SetID(row.ID).SetKind(row.Kind).SetSide(row.Side).SetContactID(row.ContactID).SetDate(row.Date).
		SetAmount(row.Amount).SetCurrency(row.Currency).SetMethod(row.Method).SetReference(row.Reference).SetNotes(row.Notes).
		SetAllocated(row.Allocated).SetCreatedBy(row.CreatedBy).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("payment: record: %w", err)
	}
	if err := parts.write(ctx, tx, row); err != nil {
		return nil, err
	}
	_, err = s.Ledger.Apply(ctx, tx, ledger.Change{
		Account: account(row), Outstanding: -row.Allocated, Credit: row.Amount - row.Allocated,
		Posting: &ledger.Posting{Kind: ledgerentry.KindPayment, Amount: -row.Amount, Date: row.Date, PaymentID: &row.ID},
	})
	if err != nil {
		var bad fault.List
		if other := bad.Add("amount", err); other != nil {
			return nil, other
		}
		return nil, bad.Err()
	}
	return row, tell(ctx, tx, "recordPayment", row, nil, audit.Fields{"amount": row.Amount, "currency": row.Currency,
		"date": row.Date, "method": row.Method, "allocated": row.Allocated})
}

// checkRecord checks the payment by itself and settles its amount.
func checkRecord(ctx context.Context, row *ent.Payment, in RecordInput) error {
	if row.Side == entpayment.SideSupplier && !viewer.From(ctx).Role.May(viewer.EditPurchases) {
		return fault.New(fault.Forbidden, "kind", "Your role does not allow payments to suppliers.")
	}
	var bad fault.List
	if row.Kind != entpayment.KindClientPayment && row.Kind != entpayment.KindSupplierPayment {
		bad = append(bad, fault.New(fault.Invalid, "kind", "A payment is received from a client or sent to a supplier."))
	}
	if _, err := money.ParseCurrency(string(row.Currency)); err != nil {
		_ = bad.Add("currency", err)
	} else if row.Amount, err = money.ParseMinor(in.Amount, row.Currency); err != nil {
		_ = bad.Add("amount", err)
	} else if row.Amount <= 0 {
		bad = append(bad, fault.New(fault.Invalid, "amount", "A payment is more than zero."))
	}
	if utf8.RuneCountInString(row.Reference) > 200 {
		bad = append(bad, fault.New(fault.Invalid, "reference", "At most 200 characters."))
	}
	if utf8.RuneCountInString(row.Notes) > 5000 {
		bad = append(bad, fault.New(fault.Invalid, "notes", "At most 5,000 characters."))
	}
	return bad.Err()
}

func side(k entpayment.Kind) entpayment.Side {
	if k == entpayment.KindSupplierPayment || k == entpayment.KindSupplierRefund {
		return entpayment.SideSupplier
	}
	return entpayment.SideClient
}

func account(row *ent.Payment) ledger.Account {
	return ledger.Account{ContactID: row.ContactID, Side: ledgerentry.Side(row.Side), Currency: row.Currency}
}

// settles are the types of document that a payment of the side settles.
var settles = map[entpayment.Side][]entdocument.Type{
	entpayment.SideClient:   {entdocument.TypeInvoice},
	entpayment.SideSupplier: {entdocument.TypeBill},
}

func apply[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

func tell(ctx context.Context, tx *ent.Tx, action string, row *ent.Payment, before, after audit.Fields) error {
	return audit.Record(ctx, tx, audit.Event{Action: action, ObjectType: "payment", ObjectID: row.ID,
		ContactID: row.ContactID, Before: before, After: after})
}
