package graph

import (
	"context"

	"github.com/google/uuid"

	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent/ledgerentry"
	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/graph/generated/model"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/payment"
)

func (q query) Payments(ctx context.Context, first *int, after *string, last *int, before *string, f *payment.Filter) (*page.Connection[*payment.Payment], error) {
	return q.Resolver.Payments.List(ctx, page.Args{First: first, After: after, Last: last, Before: before}, f)
}

func (q query) Payment(ctx context.Context, id uuid.UUID) (*payment.Payment, error) {
	return q.Resolver.Payments.Get(ctx, id)
}

func (q query) PaymentSummary(ctx context.Context, f *payment.Filter) (*payment.Summary, error) {
	return q.Resolver.Payments.Summarize(ctx, f)
}

func (q query) OpenDocuments(ctx context.Context, contactID uuid.UUID, side ledgerentry.Side, currency money.Currency) ([]*document.Document, error) {
	return q.Resolver.Payments.OpenDocuments(ctx, contactID, entpayment.Side(side), currency)
}

func (q query) ProposeAllocation(ctx context.Context, contactID uuid.UUID, side ledgerentry.Side, currency money.Currency, amount money.Decimal) (*payment.Proposal, error) {
	return q.Resolver.Payments.Propose(ctx, contactID, entpayment.Side(side), currency, amount)
}

// paymentPayload adds the contact's balances as they are after the payment.
func (m mutation) paymentPayload(ctx context.Context, p *payment.Payment, err error) (*model.PaymentPayload, error) {
	if err != nil {
		return nil, err
	}
	balances, err := m.Ledger.Balances(ctx, []uuid.UUID{p.ContactID})
	if err != nil {
		return nil, err
	}
	return &model.PaymentPayload{Payment: *p, Balances: balances[p.ContactID]}, nil
}

func (m mutation) RecordPayment(ctx context.Context, in payment.RecordInput) (*model.PaymentPayload, error) {
	p, err := m.Payments.Record(ctx, in)
	return m.paymentPayload(ctx, p, err)
}

func (m mutation) AllocatePayment(ctx context.Context, in payment.AllocateInput) (*model.PaymentPayload, error) {
	p, err := m.Payments.Allocate(ctx, in)
	return m.paymentPayload(ctx, p, err)
}

func (m mutation) UnallocatePayment(ctx context.Context, in payment.UnallocateInput) (*model.PaymentPayload, error) {
	p, err := m.Payments.Unallocate(ctx, in)
	return m.paymentPayload(ctx, p, err)
}

func (m mutation) VoidPayment(ctx context.Context, in payment.VoidInput) (*model.PaymentPayload, error) {
	p, err := m.Payments.Void(ctx, in)
	return m.paymentPayload(ctx, p, err)
}

func (m mutation) UpdatePayment(ctx context.Context, in payment.UpdateInput) (*model.PaymentPayload, error) {
	p, err := m.Payments.Update(ctx, in)
	return m.paymentPayload(ctx, p, err)
}

func (m mutation) DeletePayment(ctx context.Context, in payment.VoidInput) (*model.DeletePaymentPayload, error) {
	id, err := m.Payments.Delete(ctx, in)
	if err != nil {
		return nil, err
	}
	return &model.DeletePaymentPayload{ID: id}, nil
}

func (m mutation) RecordPayments(ctx context.Context, in payment.RecordManyInput) (*model.RecordPaymentsPayload, error) {
	results, err := m.Payments.RecordMany(ctx, in)
	if err != nil {
		return nil, err
	}
	out := &model.RecordPaymentsPayload{Results: results}
	for _, r := range results {
		if len(r.Errors) == 0 {
			out.Succeeded++
		} else {
			out.Failed++
		}
	}
	return out, nil
}

// creditPayload adds the contact's balances as they are after the change of a credit document.
func (m mutation) creditPayload(ctx context.Context, d *document.Document, err error) (*model.CreditPayload, error) {
	if err != nil {
		return nil, err
	}
	balances, err := m.Ledger.Balances(ctx, []uuid.UUID{d.ContactID})
	if err != nil {
		return nil, err
	}
	return &model.CreditPayload{Document: *d, Balances: balances[d.ContactID]}, nil
}

func (m mutation) ApplyCredit(ctx context.Context, in payment.ApplyCreditInput) (*model.CreditPayload, error) {
	d, err := m.Payments.ApplyCredit(ctx, in)
	return m.creditPayload(ctx, d, err)
}

func (m mutation) UnapplyCredit(ctx context.Context, in payment.UnapplyCreditInput) (*model.CreditPayload, error) {
	d, err := m.Payments.UnapplyCredit(ctx, in)
	return m.creditPayload(ctx, d, err)
}
