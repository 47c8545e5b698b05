package graph

import (
	"context"
	"time"

	"github.com/kartela/kartela/live"
	"github.com/kartela/kartela/report"
	"github.com/kartela/kartela/viewer"
)

// totalsRest is how long the totals are not read again: four times a second is all that a person
// can follow, and they are sums over all contacts.
const totalsRest = 250 * time.Millisecond

func (q query) OrganizationTotals(ctx context.Context) (*report.Totals, error) {
	return q.Reports.Totals(ctx)
}

func (s subscription) OrganizationTotalsChanged(ctx context.Context) (<-chan *report.Totals, error) {
	if given, ok := live.Given[*report.Totals](ctx); ok {
		return given, nil
	}
	organization := viewer.From(ctx).Organization
	hint := s.Hints.Follow(organization, organization) // whatever changes of it
	now, err := s.Reports.Totals(ctx)
	if err != nil {
		hint.Close()
		return nil, err
	}
	return live.Watch(ctx, s.Hub, hint, now, live.Watched[*report.Totals]{
		Read:    s.Reports.Totals,
		Newer:   func(now, before *report.Totals) bool { return !now.Same(before) },
		Allowed: s.standing(ctx, nil),
		Rest:    totalsRest,
		Turns:   func(t *report.Totals) time.Time { return t.Turns },
	}), nil
}
