package graph

import (
	"context"

	"github.com/google/uuid"

	"github.com/kartela/kartela/graph/generated/model"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/payment"
)

func (q query) Payments(ctx context.Context, first *int, after *string, last *int, before *string, f *payment.Filter) (*page.Connection[*payment.Payment], error) {
	return q.Resolver.Payments.List(ctx, page.Args{First: first, After: after, Last: last, Before: before}, f)
}

func (q query) Payment(ctx context.Context, id uuid.UUID) (*payment.Payment, error) {
	return q.Resolver.Payments.Get(ctx, id)
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
