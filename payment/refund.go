package payment

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/allocation"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/ledgerentry"
	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/money"
)

// SourceInput is the credit that a refund takes: of a payment, or of a credit note or supplier
// credit.
type SourceInput struct {
	PaymentID *uuid.UUID // or
	CreditID  *uuid.UUID // one of the two
	Amount    money.Decimal
}

// credits are the types of document whose remaining amount is credit, by side.
var credits = map[entpayment.Side]entdocument.Type{
	entpayment.SideClient:   entdocument.TypeCreditNote,
	entpayment.SideSupplier: entdocument.TypeSupplierCredit,
}

// given is what a refund is about to take of a source, whose row is locked.
type given struct {
	source
	amount money.Minor
}

// refund keeps a refund, takes its amount from the sources, and posts it.
func (s *Service) refund(ctx context.Context, tx *ent.Tx, row *ent.Payment, named []*SourceInput) error {
	from, err := planRefund(ctx, tx, row, named)
	if err != nil {
		return err
	}
	row.Allocated = row.Amount
	if err := insert(ctx, tx, row); err != nil {
		return err
	}
	c := make([]*ent.AllocationCreate, len(from))
	var payments, documents []uuid.UUID
	for i, g := range from {
		c[i] = tx.Allocation.Create().SetContactID(row.ContactID).SetRefundID(row.ID).SetCurrency(row.Currency).SetAmount(g.amount)
		if g.credit != nil {
			c[i].SetCreditID(g.credit.ID)
			documents = append(documents, g.credit.ID)
		} else {
			c[i].SetPaymentID(g.payment.ID)
			payments = append(payments, g.payment.ID)
		}
	}
	if err := tx.Allocation.CreateBulk(c...).Exec(ctx); err != nil {
		return fmt.Errorf("payment: refund: %w", err)
	}
	if err := reuse(ctx, tx, payments); err != nil {
		return err
	}
	if err := s.resettle(ctx, tx, row.ContactID, documents); err != nil {
		return err
	}
	return s.Ledger.ApplyAll(ctx, tx, ledger.Change{Account: account(row), Credit: -row.Amount, Field: "amount",
		Posting: &ledger.Posting{Kind: ledgerentry.KindPayment, Amount: posted(row), Date: row.Date, PaymentID: &row.ID}})
}

func planRefund(ctx context.Context, tx *ent.Tx, row *ent.Payment, named []*SourceInput) ([]given, error) {
	if len(named) > maxAllocations {
		return nil, fault.New(fault.Invalid, "sources", "At most %d sources.", maxAllocations)
	}
	if len(named) == 0 {
		return oldestCredit(ctx, tx, row)
	}
	return namedCredit(ctx, tx, row, named)
}

// oldestCredit takes the refund from the oldest credit of the contact.
func oldestCredit(ctx context.Context, tx *ent.Tx, row *ent.Payment) ([]given, error) {
	payments, err := tx.Payment.Query().Where(entpayment.ContactID(row.ContactID), entpayment.SideEQ(row.Side), entpayment.CurrencyEQ(row.Currency),
		entpayment.StatusEQ(entpayment.StatusRecorded), notUsedUp).Order(entpayment.ByDate(), entpayment.ByID()).Limit(maxAllocations).IDs(ctx)
	if err != nil {
		return nil, fmt.Errorf("payment: find credit: %w", err)
	}
	documents, err := tx.Document.Query().Where(entdocument.ContactID(row.ContactID), entdocument.CurrencyEQ(row.Currency),
		entdocument.TypeEQ(credits[row.Side]), entdocument.StatusEQ(entdocument.StatusIssued), notSettled).
		Order(entdocument.ByDate(), entdocument.ByID()).Limit(maxAllocations).IDs(ctx)
	if err != nil {
		return nil, fmt.Errorf("payment: find credit: %w", err)
	}
	sources, err := lockSources(ctx, tx, payments, documents)
	if err != nil {
		return nil, err
	}
	all := make([]source, 0, len(sources))
	for _, of := range sources {
		if of.refuseRefund(row) == nil {
			all = append(all, of)
		}
	}
	slices.SortFunc(all, func(a, b source) int {
		x, y := a.id(), b.id()
		return cmp.Or(cmp.Compare(a.date(), b.date()), bytes.Compare(x[:], y[:]))
	})
	left := make([]money.Minor, len(all))
	for i, of := range all {
		left[i] = of.left
	}
	amounts, missing := Split(row.Amount, left)
	if missing > 0 {
		return nil, fault.New(fault.Invalid, "amount", "More than the %s of credit that is left.", money.New(row.Amount-missing, row.Currency).Amount())
	}
	var out []given
	for i, a := range amounts {
		if a > 0 {
			out = append(out, given{all[i], a})
		}
	}
	return out, nil
}

func namedCredit(ctx context.Context, tx *ent.Tx, row *ent.Payment, named []*SourceInput) ([]given, error) {
	var payments, documents []uuid.UUID
	for i, n := range named {
		switch {
		case (n.PaymentID == nil) == (n.CreditID == nil):
			return nil, fault.New(fault.Invalid, fmt.Sprintf("sources.%d", i), "Name a payment or a credit document, one of the two.")
		case n.PaymentID != nil:
			payments = append(payments, *n.PaymentID)
		default:
			documents = append(documents, *n.CreditID)
		}
	}
	locked, err := lockSources(ctx, tx, payments, documents)
	if err != nil {
		return nil, err
	}
	var bad fault.List
	var out []given
	sum, seen := money.Minor(0), map[uuid.UUID]bool{}
	for i, n := range named {
		field, id := "paymentId", n.PaymentID
		if id == nil {
			field, id = "creditId", n.CreditID
		}
		at := fmt.Sprintf("sources.%d", i)
		of, ok := locked[*id]
		amount, err := money.ParseMinor(n.Amount, row.Currency)
		switch {
		case err != nil:
			_ = bad.Add(at+".amount", err)
		case !ok:
			bad = append(bad, fault.New(fault.NotFound, at+"."+field, "There is no such credit."))
		case seen[*id]:
			bad = append(bad, fault.New(fault.Invalid, at+"."+field, "The credit is named twice."))
		case of.refuseRefund(row) != nil:
			_ = bad.Add(at+"."+field, of.refuseRefund(row))
		case amount <= 0:
			bad = append(bad, fault.New(fault.Invalid, at+".amount", "More than zero."))
		case amount > of.left:
			bad = append(bad, fault.New(fault.Invalid, at+".amount", "More than the %s that is left.", money.New(of.left, row.Currency).Amount()))
		}
		seen[*id] = true
		sum += amount
		out = append(out, given{of, amount})
	}
	if bad == nil && sum != row.Amount {
		bad = append(bad, fault.New(fault.Invalid, "amount", "The sources come to %s.", money.New(sum, row.Currency).Amount()))
	}
	return out, bad.Err()
}

// lockSources locks payments, then credit documents, each in the order of their ids.
func lockSources(ctx context.Context, tx *ent.Tx, payments, documents []uuid.UUID) (map[uuid.UUID]source, error) {
	out := map[uuid.UUID]source{}
	if len(payments) > 0 {
		rows, err := tx.Payment.Query().Where(entpayment.IDIn(payments...), db.ForUpdate).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("payment: lock credit: %w", err)
		}
		for _, r := range rows {
			out[r.ID] = sourceOf(r)
		}
	}
	rows, err := lockDocuments(ctx, tx, documents)
	if err != nil {
		return nil, err
	}
	for id, r := range rows {
		out[id] = creditOf(r)
	}
	return out, nil
}

// refuseRefund says why a refund cannot take of the source, whatever the amount.
func (of source) refuseRefund(row *ent.Payment) error {
	inForce := of.credit != nil && of.credit.Status == entdocument.StatusIssued ||
		of.credit == nil && of.payment.Status == entpayment.StatusRecorded
	switch {
	case of.contact != row.ContactID:
		return fault.New(fault.Invalid, "", "The credit is another contact's.")
	case of.side != row.Side:
		return fault.New(fault.Invalid, "", "The credit is of the other side.")
	case of.credit != nil && of.credit.Type != credits[row.Side], of.payment != nil && refunds(of.payment.Kind):
		return fault.New(fault.Invalid, "", "This is no credit.")
	case of.currency != row.Currency:
		return fault.New(fault.Invalid, "", "The credit is in %s, the refund in %s.", of.currency, row.Currency)
	case !inForce:
		return fault.New(fault.Conflict, "", "The credit is not in force.")
	}
	return nil
}

func (of source) id() uuid.UUID {
	if of.credit != nil {
		return of.credit.ID
	}
	return of.payment.ID
}

func (of source) date() day.Date {
	if of.credit != nil {
		return of.credit.Date
	}
	return of.payment.Date
}

// giveBack takes a locked refund's allocations away: its sources have that credit again.
func (s *Service) giveBack(ctx context.Context, tx *ent.Tx, row *ent.Payment) error {
	rows, err := tx.Allocation.Query().Where(allocation.RefundID(row.ID)).All(ctx)
	if err != nil {
		return fmt.Errorf("payment: read what was refunded: %w", err)
	}
	var payments, documents []uuid.UUID
	for _, a := range rows {
		if a.PaymentID != nil {
			payments = append(payments, *a.PaymentID)
		} else {
			documents = append(documents, *a.CreditID)
		}
	}
	if _, err := lockDocuments(ctx, tx, documents); err != nil {
		return err
	}
	if _, err := tx.Allocation.Delete().Where(allocation.RefundID(row.ID)).Exec(ctx); err != nil {
		return fmt.Errorf("payment: give back: %w", err)
	}
	if err := reuse(ctx, tx, payments); err != nil {
		return err
	}
	return s.resettle(ctx, tx, row.ContactID, documents)
}

func notUsedUp(s *sql.Selector) {
	s.Where(sql.ColumnsLT(s.C(entpayment.FieldAllocated), s.C(entpayment.FieldAmount)))
}
