package graph

import (
	"context"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/rate"
)

func (q query) ExchangeRate(ctx context.Context, currency money.Currency, date *day.Date) (*rate.Rate, error) {
	return q.Rates.Get(ctx, currency, date)
}
