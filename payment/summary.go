package payment

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/kartela/kartela/ent"
	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/viewer"
)

// Summary is what payments come to.
type Summary struct {
	Count  int // void ones with them
	Totals []*Total
}

// Total is what payments in force of one currency come to.
type Total struct {
	Count    int
	Currency money.Currency

	received, sent, credit money.Minor
}

// Received is the money that came in.
func (t *Total) Received() money.Money { return money.New(t.received, t.Currency) }

// Sent is the money that went out.
func (t *Total) Sent() money.Money { return money.New(t.sent, t.Currency) }

// Credit is what of them settles nothing and was not given back.
func (t *Total) Credit() money.Money { return money.New(t.credit, t.Currency) }

// Summarize adds the payments of a filter up, each currency by itself, by one statement.
//
// Faults: INVALID for a bad filter, UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Summarize(ctx context.Context, f *Filter) (*Summary, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.SeePayments); err != nil {
		return nil, err
	}
	where, err := conditions(ctx, f)
	if err != nil {
		return nil, err
	}
	var rows []struct {
		Currency  money.Currency
		Kind      entpayment.Kind
		Status    entpayment.Status
		Count     int
		Amount    money.Minor
		Allocated money.Minor
	}
	err = s.DB.Payment.Query().Where(where...).GroupBy(entpayment.FieldCurrency, entpayment.FieldKind, entpayment.FieldStatus).
		Aggregate(ent.Count(), ent.As(ent.Sum(entpayment.FieldAmount), "amount"), ent.As(ent.Sum(entpayment.FieldAllocated), "allocated")).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("payment: summarize: %w", err)
	}
	out, totals := &Summary{}, map[money.Currency]*Total{}
	for _, r := range rows {
		out.Count += r.Count
		if r.Status != entpayment.StatusRecorded {
			continue
		}
		t := totals[r.Currency]
		if t == nil {
			t = &Total{Currency: r.Currency}
			totals[r.Currency], out.Totals = t, append(out.Totals, t)
		}
		t.Count += r.Count
		if received(r.Kind) {
			t.received += r.Amount
		} else {
			t.sent += r.Amount
		}
		t.credit += r.Amount - r.Allocated
	}
	slices.SortFunc(out.Totals, func(a, b *Total) int { return strings.Compare(string(a.Currency), string(b.Currency)) })
	return out, nil
}

// received says whether money of the kind came in.
func received(k entpayment.Kind) bool {
	return k == entpayment.KindClientPayment || k == entpayment.KindSupplierRefund || k == entpayment.KindOtherReceived
}
