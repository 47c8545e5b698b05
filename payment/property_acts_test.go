package payment_test

import (
	"context"

	"github.com/google/uuid"

	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/payment"
)

func (w *worker) record() func(context.Context) (uuid.UUID, error) { return w.recorded(w.payment()) }

// payment is one of a client, or to a supplier.
func (w *worker) payment() payment.RecordInput {
	c, kind, side := w.currency(), entpayment.KindClientPayment, "client"
	if w.IntN(3) == 0 {
		kind, side = entpayment.KindSupplierPayment, "supplier"
	}
	in := payment.RecordInput{ContactID: w.some(contactsOf), Kind: &kind, Currency: &c, Amount: w.amount(c), Date: w.date()}
	if rate := money.MustDecimal("0.0061"); c != "EUR" {
		in.ExchangeRate = &rate
	}
	switch w.IntN(3) {
	case 0:
		in.OldestFirst = true
	case 1:
		in.Allocations = w.parts(card{in.ContactID, c, side})
	}
	return in
}

func (w *worker) refund() func(context.Context) (uuid.UUID, error) {
	in := w.payment()
	in.OldestFirst, in.Allocations = false, nil
	*in.Kind = map[entpayment.Kind]entpayment.Kind{entpayment.KindClientPayment: entpayment.KindClientRefund, entpayment.KindSupplierPayment: entpayment.KindSupplierRefund}[*in.Kind]
	if w.IntN(3) == 0 {
		in.Sources = []*payment.SourceInput{{PaymentID: new(w.some(paymentsOf)), Amount: in.Amount}}
	}
	return w.recorded(in)
}

func (w *worker) recorded(in payment.RecordInput) func(context.Context) (uuid.UUID, error) {
	return func(ctx context.Context) (uuid.UUID, error) {
		p, err := w.Payments.Record(ctx, in)
		if err != nil {
			return uuid.Nil, err
		}
		w.own.add(&w.own.payments, p.ID, card{p.ContactID, p.Currency, string(p.Side)})
		return p.ID, nil
	}
}

func (w *worker) recordMany() func(context.Context) (uuid.UUID, error) {
	in := payment.RecordManyInput{AllowDuplicates: true}
	for range 1 + w.IntN(4) {
		one := w.payment()
		in.Payments = append(in.Payments, &one)
	}
	return func(ctx context.Context) (id uuid.UUID, err error) {
		results, err := w.Payments.RecordMany(ctx, in)
		if err != nil {
			return uuid.Nil, err
		}
		err = fault.List(results[0].Errors).Err()
		for _, r := range results {
			if p := r.Payment; p != nil {
				w.own.add(&w.own.payments, p.ID, card{p.ContactID, p.Currency, string(p.Side)})
				id, err = p.ID, nil
			}
		}
		return id, err
	}
}

func (w *worker) updatePayment() func(context.Context) (uuid.UUID, error) {
	in := payment.UpdateInput{ID: w.some(paymentsOf), Version: 1 + w.IntN(3), Date: w.date()}
	if w.IntN(2) == 0 {
		in.ContactID = new(w.some(contactsOf))
	}
	if w.IntN(2) == 0 {
		in.Amount = new(w.amount("JPY"))
	}
	stale := w.IntN(8) == 0
	return func(ctx context.Context) (uuid.UUID, error) {
		in := in
		if now, err := w.Payments.Get(ctx, in.ID); err == nil && !stale {
			in.Version = now.Version
		}
		return paymentID(w.Payments.Update(ctx, in))
	}
}

func (w *worker) deletePayment() func(context.Context) (uuid.UUID, error) {
	in := payment.VoidInput{ID: w.some(paymentsOf)}
	return func(ctx context.Context) (uuid.UUID, error) { return w.Payments.Delete(ctx, in) }
}

func (w *worker) applyCredit() func(context.Context) (uuid.UUID, error) {
	in := payment.ApplyCreditInput{CreditID: w.some(func(o *tenant) []uuid.UUID { return o.credits })}
	if in.OldestFirst = w.IntN(3) > 0; !in.OldestFirst {
		w.own.mu.Lock()
		of := w.own.of[in.CreditID]
		w.own.mu.Unlock()
		in.Allocations = w.parts(of)
	}
	return func(ctx context.Context) (uuid.UUID, error) { return idOf(w.Payments.ApplyCredit(ctx, in)) }
}

func (w *worker) unapplyCredit() func(context.Context) (uuid.UUID, error) {
	in := payment.UnapplyCreditInput{CreditID: w.some(func(o *tenant) []uuid.UUID { return o.credits })}
	return func(ctx context.Context) (uuid.UUID, error) { return idOf(w.Payments.UnapplyCredit(ctx, in)) }
}
