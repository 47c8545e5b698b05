package payment

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
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
	ContactID    uuid.UUID
	Kind         *entpayment.Kind // client payment when nil
	Date         *day.Date        // today when nil
	Amount       money.Decimal    // in units of the currency
	Currency     *money.Currency  // the base currency when nil
	ExchangeRate *money.Decimal   // 1 in base currency
	Method       *entpayment.Method
	Reference    string
	Notes        string
	Allocations  []*AllocationInput
	OldestFirst  bool
	Sources      []*SourceInput // of a refund; the oldest credit when none
	OptionIDs    []uuid.UUID
}

// AllocationInput is a part of a payment, or of a credit document, for a document.
type AllocationInput struct {
	DocumentID    uuid.UUID
	Amount        money.Decimal  // in units of the payment's currency
	SettledAmount *money.Decimal // in units of the document's currency, where it is another one
}

// Record books a payment. One received from a client, or sent to a supplier, posts its amount
// to the contact's ledger and settles the documents named, or with OldestFirst the open
// documents of the same currency by due date; what is left over stays as credit. A refund
// gives credit back: it takes it from the sources named, or from the oldest.
//
// A document of another currency is settled where the input says by how much; what that gains
// or loses is kept with the entries.
//
// Faults: INVALID with every bad field: amount not positive or beyond the bound (the
// contact's balance with it), another contact's document, one of another currency without
// settledAmount, more than remains (on allocations.N.amount or settledAmount), a refund of more than the credit that is
// left (on amount), no exchange rate, a kind that is recorded otherwise; NOT_FOUND on contactId, allocations.N.documentId
// and sources.N; CONFLICT when the contact is archived, a document is not issued, or the date is closed. Nothing is written
// when an error is returned.
func (s *Service) Record(ctx context.Context, in RecordInput) (*Payment, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditPayments); err != nil {
		return nil, err
	}
	var row *ent.Payment
	id, replayed, err := db.OnceReading(ctx, s.DB, func(ctx context.Context) (*before, []*db.Statement, error) { return s.prepare(ctx, in) },
		func(ctx context.Context, tx *ent.Tx, b *before) (_ uuid.UUID, err error) {
			if row, err = s.record(ctx, tx, in, b); err != nil {
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
	return s.wrap(row)[0], nil
}

// recordOne is record for one of many.
func (s *Service) recordOne(ctx context.Context, tx *ent.Tx, in RecordInput) (*ent.Payment, error) {
	b, statements, err := s.prepare(ctx, in)
	if err != nil {
		return nil, err
	}
	if err := db.Together(ctx, tx, statements...); err != nil {
		return nil, fmt.Errorf("payment: read and lock: %w", err)
	}
	return s.record(ctx, tx, in, b)
}

func (s *Service) record(ctx context.Context, tx *ent.Tx, in RecordInput, b *before) (*ent.Payment, error) {
	client, err := b.contact.Contact(ctx, tx)
	if err != nil {
		return nil, err
	}
	org, d := b.org, s.dates(b.org)
	row := &ent.Payment{ID: schema.NewID(), Kind: entpayment.KindClientPayment, ContactID: client, Method: entpayment.MethodBankTransfer,
		Date: d.today, Currency: org.BaseCurrency, Reference: in.Reference, Notes: in.Notes, CreatedBy: viewer.From(ctx).Actor()}
	apply(&row.Kind, in.Kind)
	apply(&row.Currency, in.Currency)
	apply(&row.Date, in.Date)
	apply(&row.Method, in.Method)
	row.Side = side(row.Kind)
	if err := checkRecord(ctx, row, in, org); err != nil {
		return nil, err
	}
	options, err := readOptions(ctx, tx, nil, in.OptionIDs)
	if err != nil {
		return nil, err
	}
	if refunds(row.Kind) {
		err = s.refund(ctx, tx, row, in.Sources)
	} else {
		err = s.receive(ctx, tx, row, in, b)
	}
	if err != nil {
		return nil, err
	}
	if err := options.save(ctx, tx, row.ID); err != nil {
		return nil, err
	}
	return row, tell(ctx, tx, "recordPayment", row, nil, audit.Fields{"kind": row.Kind, "amount": row.Amount, "currency": row.Currency,
		"date": row.Date, "method": row.Method, "allocated": row.Allocated})
}

// receive keeps a payment that settles, what it settles, and posts it.
func (s *Service) receive(ctx context.Context, tx *ent.Tx, row *ent.Payment, in RecordInput, b *before) error {
	of := sourceOf(row)
	of.locked = b.documents
	ps, err := s.plan(ctx, tx, &of, in.Allocations, in.OldestFirst)
	if err != nil {
		return err
	}
	row.Allocated = ps.taken()
	if err := insert(ctx, tx, row); err != nil {
		return err
	}
	if err := s.write(ctx, tx, ps, of); err != nil {
		return err
	}
	settled, err := ps.changes(of, b.org, s.dates(b.org))
	if err != nil {
		return onAmount(err)
	}
	// What it settles in its own currency goes with the posting, as one change.
	posting := ledger.Change{Account: account(row), Credit: row.Amount, Posting: &ledger.Posting{Kind: ledgerentry.KindPayment, Amount: -row.Amount,
		Date: row.Date, PaymentID: &row.ID}}
	if len(settled) > 0 && settled[0].Posting == nil {
		posting.Outstanding, posting.Credit = settled[0].Outstanding, row.Amount+settled[0].Credit
		settled = settled[1:]
	}
	if s.Received != nil && b.org.MailPayments && row.Kind == entpayment.KindClientPayment {
		if err := s.Received(ctx, row); err != nil {
			return err
		}
	}
	return s.Ledger.ApplyAll(ctx, tx, onField("amount", append([]ledger.Change{posting}, settled...))...)
}

// onField has what an account refuses of changes told on a field of the input.
func onField(field string, changes []ledger.Change) []ledger.Change {
	for i := range changes {
		changes[i].Field = field
	}
	return changes
}

// onAmount tells on the amount what is wrong with it.
func onAmount(err error) error {
	if err == nil {
		return nil
	}
	var bad fault.List
	if other := bad.Add("amount", err); other != nil {
		return other
	}
	return bad.Err()
}

// insert keeps a new payment, and fills in what is the same of every new one. It may wait for
// the commit.
func insert(ctx context.Context, tx *ent.Tx, row *ent.Payment) error {
	err := errors.Join(entpayment.KindValidator(row.Kind), entpayment.SideValidator(row.Side), entpayment.MethodValidator(row.Method))
	if err != nil {
		return fmt.Errorf("payment: record: %w", err)
	}
	row.OrganizationID, row.Status, row.Version = viewer.From(ctx).Organization, entpayment.StatusRecorded, 1
	row.CreatedAt = schema.Now()
	row.UpdatedAt = row.CreatedAt
	return wrapped("record", db.Later(ctx, tx, db.NewStatement(ctx, `INSERT INTO payments (id, organization_id, created_at, updated_at, version, kind, side,
  status, contact_id, date, amount, currency, exchange_rate, method, reference, notes, allocated, created_by)
VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
		row.ID, row.OrganizationID, row.CreatedAt, row.Version, string(row.Kind), string(row.Side), string(row.Status), row.ContactID, row.Date,
		int64(row.Amount), string(row.Currency), row.ExchangeRate, string(row.Method), row.Reference, row.Notes, int64(row.Allocated), row.CreatedBy)))
}

// checkRecord checks a new payment by itself and settles its amount and rate.
func checkRecord(ctx context.Context, row *ent.Payment, in RecordInput, org *ent.Organization) error {
	if err := mayPay(ctx, row.Side, "kind"); err != nil {
		return err
	}
	var bad fault.List
	switch {
	case row.Kind == entpayment.KindExpense:
		bad = append(bad, fault.New(fault.Invalid, "kind", "An expense is paid when it is issued."))
	case !refunds(row.Kind) && len(in.Sources) > 0:
		bad = append(bad, fault.New(fault.Invalid, "sources", "Only a refund takes credit of others."))
	case refunds(row.Kind) && len(in.Allocations) > 0:
		bad = append(bad, fault.New(fault.Invalid, "allocations", "A refund settles no documents: it takes credit."))
	}
	amount := in.Amount
	checkMoney(&bad, row, &amount, in.ExchangeRate, org)
	checkTexts(&bad, row)
	_ = bad.Add("", document.Open(org, row.Date, "date"))
	return bad.Err()
}

// checkMoney settles the amount, where there is a new one, and the exchange rate.
func checkMoney(bad *fault.List, row *ent.Payment, amount, rate *money.Decimal, org *ent.Organization) {
	if _, err := money.ParseCurrency(string(row.Currency)); err != nil {
		_ = bad.Add("currency", err)
		return
	}
	if amount != nil {
		var err error
		if row.Amount, err = money.ParseMinor(*amount, row.Currency); err != nil {
			_ = bad.Add("amount", err)
		} else if row.Amount <= 0 {
			*bad = append(*bad, fault.New(fault.Invalid, "amount", "A payment is more than zero."))
		}
	}
	one := money.FromInt(1)
	if rate == nil && (row.Currency == org.BaseCurrency || row.ExchangeRate == money.Decimal{}) {
		row.ExchangeRate = one
	}
	apply(&row.ExchangeRate, rate)
	switch {
	case row.Currency == org.BaseCurrency && !row.ExchangeRate.Equal(one):
		*bad = append(*bad, fault.New(fault.Invalid, "exchangeRate", "The rate of the base currency is 1."))
	case row.Currency != org.BaseCurrency && rate == nil && row.Version == 0:
		*bad = append(*bad, fault.New(fault.Invalid, "exchangeRate", "A payment in %s needs the exchange rate to %s.", row.Currency, org.BaseCurrency))
	case row.ExchangeRate.Sign() <= 0 || !row.ExchangeRate.Fits(rateDigits) || row.ExchangeRate.Cmp(money.FromInt(1e9)) > 0:
		*bad = append(*bad, fault.New(fault.Invalid, "exchangeRate", "A rate is more than 0 and has at most %d decimals.", rateDigits))
	}
}

func checkTexts(bad *fault.List, row *ent.Payment) {
	row.Reference, row.Notes = strings.TrimSpace(row.Reference), strings.TrimSpace(row.Notes)
	if utf8.RuneCountInString(row.Reference) > 200 {
		*bad = append(*bad, fault.New(fault.Invalid, "reference", "At most 200 characters."))
	}
	if utf8.RuneCountInString(row.Notes) > 5000 {
		*bad = append(*bad, fault.New(fault.Invalid, "notes", "At most 5,000 characters."))
	}
}

// mayPay asks for the right to payments of a side. Faults: FORBIDDEN on the field.
func mayPay(ctx context.Context, side entpayment.Side, field string) error {
	if side == entpayment.SideSupplier && !viewer.From(ctx).Role.May(viewer.EditPurchases) {
		return fault.New(fault.Forbidden, field, "Your role does not allow payments to suppliers.")
	}
	return nil
}

// organization reads the business, and which days it can book on.
func (s *Service) organization(ctx context.Context, tx *ent.Tx) (*ent.Organization, dates, error) {
	org, err := tx.Organization.Get(ctx, viewer.From(ctx).Organization)
	if err != nil {
		return nil, dates{}, fmt.Errorf("payment: read the organization: %w", err)
	}
	return org, s.dates(org), nil
}

func side(k entpayment.Kind) entpayment.Side {
	switch k {
	case entpayment.KindSupplierPayment, entpayment.KindSupplierRefund, entpayment.KindExpense:
		return entpayment.SideSupplier
	}
	return entpayment.SideClient
}

// refunds says whether a kind gives credit back, so that more is owed after it.
func refunds(k entpayment.Kind) bool {
	return k == entpayment.KindClientRefund || k == entpayment.KindSupplierRefund
}

// posted is what the payment posts: more is owed after a refund, less after any other.
func posted(row *ent.Payment) money.Minor {
	if refunds(row.Kind) {
		return row.Amount
	}
	return -row.Amount
}

func ledgerSide(s entpayment.Side) ledgerentry.Side { return ledgerentry.Side(s) }

func account(row *ent.Payment) ledger.Account { return sourceOf(row).account(row.Currency) }

// settles are the types of document that a payment, or the credit, of a side settles.
var settles = map[entpayment.Side][]entdocument.Type{
	entpayment.SideClient:   {entdocument.TypeInvoice},
	entpayment.SideSupplier: {entdocument.TypeBill, entdocument.TypeExpense},
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
