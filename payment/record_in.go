package payment

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/viewer"
)

// Receipt is money that has arrived: it is booked whatever stands against it.
type Receipt struct {
	ContactID   uuid.UUID
	Amount      money.Money // more than zero
	Method      entpayment.Method
	Date        *day.Date // today, or the first open day after it, when nil
	Reference   string
	Notes       string
	DocumentID  *uuid.UUID // is settled as far as something remains of it
	OldestFirst bool       // the oldest open documents are, where none is named
}

// Received is how money that arrived was booked.
type Received struct {
	Payment  *ent.Payment
	Archived bool // the contact is
	Late     bool // today is closed: it has the first open day
	NoRate   bool // there is no exchange rate of its currency: it has 1
}

// ReceiveIn books money that has arrived, in the transaction of what tells of it: what it
// cannot settle stays as credit. The contact may be archived, or merged into another, which
// then gets it; a closed day is put off to the first open one. The transaction may hold no
// lock but of the contact and of what tells of the money. It asks no permission.
//
// Faults: NOT_FOUND on contactId; INVALID on amount when the balance would be too large;
// CONFLICT on date for one that is named and closed.
func (s *Service) ReceiveIn(ctx context.Context, tx *ent.Tx, in Receipt) (*Received, error) {
	c, err := contact.Present(ctx, tx, in.ContactID, "contactId")
	if err != nil {
		return nil, err
	}
	org, d, err := s.organization(ctx, tx)
	if err != nil {
		return nil, err
	}
	minor := in.Amount.Minor
	row := &ent.Payment{ID: schema.NewID(), Kind: entpayment.KindClientPayment, Side: entpayment.SideClient, ContactID: c.ID, Method: in.Method,
		Date: d.firstOpen(), Amount: minor, Currency: in.Amount.Currency, Reference: in.Reference, Notes: in.Notes, CreatedBy: viewer.From(ctx).Actor()}
	out := &Received{Payment: row, Archived: c.ArchivedAt != nil, Late: row.Date != d.today}
	if in.Date != nil {
		if err := document.Open(org, *in.Date, "date"); err != nil {
			return nil, err
		}
		row.Date, out.Late = *in.Date, false
	}
	doc, err := lockTarget(ctx, tx, row, in.DocumentID)
	if err != nil {
		return nil, err
	}
	if row.ExchangeRate, out.NoRate, err = s.rateOf(ctx, tx, row, doc, org); err != nil {
		return nil, err
	}
	of := RecordInput{OldestFirst: in.OldestFirst && in.DocumentID == nil}
	if doc != nil {
		part := money.New(min(minor, doc.Payable-doc.Settled), row.Currency)
		of.Allocations = []*AllocationInput{{DocumentID: doc.ID, Amount: part.Amount()}}
	}
	if err := s.receive(ctx, tx, row, of, &before{org: org}); err != nil {
		return nil, err
	}
	return out, tell(ctx, tx, "receiveOnlinePayment", row, nil, audit.Fields{"amount": row.Amount, "currency": row.Currency, "date": row.Date,
		"method": row.Method, "reference": row.Reference, "allocated": row.Allocated})
}

// firstOpen is today, or the day after the closing date where that is later.
func (d dates) firstOpen() day.Date {
	if d.closed != "" && d.today <= d.closed {
		return d.closed.AddDays(1)
	}
	return d.today
}

// lockTarget locks the document that a payment is for; nil when it cannot settle any of it.
func lockTarget(ctx context.Context, tx *ent.Tx, row *ent.Payment, id *uuid.UUID) (*ent.Document, error) {
	if id == nil {
		return nil, nil //nolint:nilnil // it names none
	}
	locked, err := lockDocuments(ctx, tx, []uuid.UUID{*id})
	if err != nil {
		return nil, err
	}
	doc := locked[*id]
	refused := sourceOf(row).refuse(doc, false) != nil
	if refused || doc.Currency != row.Currency || doc.Settled >= doc.Payable {
		return nil, nil //nolint:nilnil,nilerr // the money stays as credit
	}
	return doc, nil
}

// rateOf is the exchange rate of money that arrived: the day's, or else its document's.
func (s *Service) rateOf(ctx context.Context, tx *ent.Tx, row *ent.Payment, doc *ent.Document, org *ent.Organization) (rate money.Decimal, none bool, err error) {
	if row.Currency == org.BaseCurrency {
		return money.FromInt(1), false, nil
	}
	if s.Documents.Rates != nil {
		rate, found, err := s.Documents.Rates.On(ctx, tx.Client(), row.Currency, org.BaseCurrency, row.Date)
		if err != nil || found {
			return rate, false, err
		}
	}
	if doc != nil {
		return doc.ExchangeRate, false, nil
	}
	last, err := tx.Document.Query().Where(entdocument.ContactID(row.ContactID), entdocument.CurrencyEQ(row.Currency), entdocument.SideEQ(entdocument.SideClient)).
		Order(ent.Desc(entdocument.FieldDate, entdocument.FieldID)).First(ctx)
	if ent.IsNotFound(err) {
		return money.FromInt(1), true, nil
	}
	if err != nil {
		return rate, false, fmt.Errorf("payment: find an exchange rate: %w", err)
	}
	return last.ExchangeRate, false, nil
}

// GiveBack is money of a payment that went back to who paid it.
type GiveBack struct {
	PaymentID uuid.UUID
	Amount    money.Minor // in the payment's currency, more than zero
	Method    entpayment.Method
	Reference string
	Notes     string
}

// GivenBack is how it was booked.
type GivenBack struct {
	Refund *ent.Payment // nil when nothing of the payment was left to give back
	Short  money.Minor  // how much of the amount could not be booked
	Late   bool         // today is closed: it has the first open day
}

// GiveBackIn books that money of a payment went back, as a refund that takes its credit, in the
// transaction of what tells of it. Where the payment has too little credit it comes off its
// documents, the last first, as far as needed. What was given back already, or with the
// payment's voiding, is not given back twice: that much is Short. It asks no permission, and
// holds for archived contacts too.
//
// Faults: NOT_FOUND on paymentId.
func (s *Service) GiveBackIn(ctx context.Context, tx *ent.Tx, in GiveBack) (*GivenBack, error) {
	row, err := lock(ctx, tx, in.PaymentID, "paymentId")
	if fault.IsCode(err, fault.NotFound) { // deleted
		return &GivenBack{Short: in.Amount}, nil
	}
	if err != nil {
		return nil, err
	}
	if row.Status != entpayment.StatusRecorded || refunds(row.Kind) {
		return &GivenBack{Short: in.Amount}, nil
	}
	rows, err := allocations(ctx, tx, row)
	if err != nil {
		return nil, err
	}
	left := row.Amount
	for _, a := range rows {
		if refunded(a) {
			left -= a.Amount
		}
	}
	out := &GivenBack{Short: max(0, in.Amount-left)}
	give := in.Amount - out.Short
	if give == 0 {
		return out, nil
	}
	if err := s.free(ctx, tx, row, rows, give-(row.Amount-row.Allocated)); err != nil {
		return nil, err
	}
	out.Refund, out.Late, err = s.giveBackOf(ctx, tx, row, in, give)
	return out, err
}

func (s *Service) giveBackOf(ctx context.Context, tx *ent.Tx, row *ent.Payment, in GiveBack, give money.Minor) (*ent.Payment, bool, error) {
	_, d, err := s.organization(ctx, tx)
	if err != nil {
		return nil, false, err
	}
	refund := &ent.Payment{ID: schema.NewID(), Kind: entpayment.KindClientRefund, Side: row.Side, ContactID: row.ContactID, Method: in.Method,
		Date: d.firstOpen(), Amount: give, Currency: row.Currency, ExchangeRate: row.ExchangeRate, Reference: in.Reference, Notes: in.Notes,
		CreatedBy: viewer.From(ctx).Actor()}
	from := []*SourceInput{{PaymentID: &row.ID, Amount: money.New(give, row.Currency).Amount()}}
	if err := s.refund(ctx, tx, refund, from); err != nil {
		return nil, false, err
	}
	return refund, refund.Date != d.today, tell(ctx, tx, "giveBackOnlinePayment", refund, nil, audit.Fields{"amount": refund.Amount,
		"currency": refund.Currency, "date": refund.Date, "reference": refund.Reference})
}

// free takes a locked payment off documents until it has so much more credit, the newest
// allocation first. Of the last document only what is needed is taken off, where it is of the
// payment's own currency.
func (s *Service) free(ctx context.Context, tx *ent.Tx, row *ent.Payment, rows []*ent.Allocation, need money.Minor) error {
	if need <= 0 {
		return nil
	}
	rows = slices.DeleteFunc(slices.Clone(rows), refunded)
	slices.SortFunc(rows, func(a, b *ent.Allocation) int { return -slices.Compare(a.ID[:], b.ID[:]) })
	var ids []uuid.UUID
	var back *AllocationInput
	for _, a := range rows {
		if need <= 0 {
			break
		}
		ids = append(ids, *a.DocumentID)
		taken := a.Amount
		if a.SourceAmount > 0 {
			taken = a.SourceAmount
		}
		if over := taken - need; over > 0 && a.SourceAmount == 0 {
			back = &AllocationInput{DocumentID: *a.DocumentID, Amount: money.New(over, row.Currency).Amount()}
		}
		need -= taken
	}
	freed, changes, err := s.takeOff(ctx, tx, row, rows, ids)
	if err != nil {
		return err
	}
	if err := s.settle(ctx, tx, row, -freed, "unallocatePayment", changes); err != nil {
		return err
	}
	row.Allocated -= freed
	if back == nil {
		return nil
	}
	return s.putOn(ctx, tx, row, back)
}

// putOn settles a document with what a locked payment has of credit.
func (s *Service) putOn(ctx context.Context, tx *ent.Tx, row *ent.Payment, part *AllocationInput) error {
	of := sourceOf(row)
	ps, err := s.plan(ctx, tx, &of, []*AllocationInput{part}, false)
	if fault.IsCode(err, fault.Conflict) { // the document is not in force: the rest stays as credit
		return nil
	}
	if err != nil {
		return err
	}
	org, d, err := s.organization(ctx, tx)
	if err != nil {
		return err
	}
	changes, err := ps.changes(of, org, d)
	if err != nil {
		return err
	}
	if err := s.write(ctx, tx, ps, of); err != nil {
		return err
	}
	if err := s.settle(ctx, tx, row, ps.taken(), "allocatePayment", changes); err != nil {
		return err
	}
	row.Allocated += ps.taken()
	return nil
}
