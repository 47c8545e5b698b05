package graph

import (
	"context"

	"github.com/google/uuid"

	entonline "github.com/kartela/kartela/ent/onlinepayment"
	"github.com/kartela/kartela/graph/generated/model"
	"github.com/kartela/kartela/live"
	"github.com/kartela/kartela/onlinepayment"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/portal"
	"github.com/kartela/kartela/viewer"
)

func (q query) PaymentProviders(ctx context.Context) ([]*onlinepayment.Setting, error) {
	return q.Online.Settings(ctx)
}

func (q query) OnlinePayments(ctx context.Context, first *int, after *string, last *int, before *string, f *onlinepayment.Filter) (*page.Connection[*onlinepayment.OnlinePayment], error) {
	return q.Online.List(ctx, page.Args{First: first, After: after, Last: last, Before: before}, f)
}

func (q query) OnlinePayment(ctx context.Context, id uuid.UUID) (*onlinepayment.OnlinePayment, error) {
	return q.Online.Get(ctx, id)
}

func (m mutation) SetPaymentProvider(ctx context.Context, in onlinepayment.SetInput) (*model.SetPaymentProviderPayload, error) {
	p, err := m.Online.Set(ctx, in)
	if err != nil {
		return nil, err
	}
	return &model.SetPaymentProviderPayload{Provider: *p}, nil
}

func (m mutation) PayOnline(ctx context.Context, in onlinepayment.PayInput) (*model.PayOnlinePayload, error) {
	o, err := m.Online.Pay(ctx, in)
	if err != nil {
		return nil, err
	}
	return &model.PayOnlinePayload{OnlinePayment: *o}, nil
}

func (m mutation) ConfirmOnlinePayment(ctx context.Context, in onlinepayment.ConfirmInput) (*model.OnlinePaymentPayload, error) {
	return onlinePayload(m.Online.Confirm(ctx, in))
}

func (m mutation) CancelOnlinePayment(ctx context.Context, in onlinepayment.CancelInput) (*model.OnlinePaymentPayload, error) {
	return onlinePayload(m.Online.Cancel(ctx, in))
}

func onlinePayload(o *onlinepayment.OnlinePayment, err error) (*model.OnlinePaymentPayload, error) {
	if err != nil {
		return nil, err
	}
	return &model.OnlinePaymentPayload{OnlinePayment: *o}, nil
}

func (f portalFields) PayWith(ctx context.Context, _ *portal.Portal) ([]entonline.Provider, error) {
	return f.Online.Offered(ctx)
}

func (f portalFields) OnlinePayment(ctx context.Context, _ *portal.Portal, id uuid.UUID) (*onlinepayment.OnlinePayment, error) {
	return f.Online.Own(ctx, id)
}

func (s subscription) PortalOnlinePaymentChanged(ctx context.Context, id uuid.UUID) (<-chan *onlinepayment.OnlinePayment, error) {
	if given, ok := live.Given[*onlinepayment.OnlinePayment](ctx); ok {
		return given, nil
	}
	hint := s.Hints.FollowRows(viewer.From(ctx).Organization, id) // first follow, then read: no gap
	now, err := s.Online.Own(ctx, id)
	if err != nil {
		hint.Close()
		return nil, err
	}
	return live.Watch(ctx, s.Hub, hint, now, live.Watched[*onlinepayment.OnlinePayment]{
		Read:    func(ctx context.Context) (*onlinepayment.OnlinePayment, error) { return s.Online.Own(ctx, id) },
		Newer:   func(now, before *onlinepayment.OnlinePayment) bool { return now.Version > before.Version },
		Allowed: s.standing(ctx, nil),
	}), nil
}
