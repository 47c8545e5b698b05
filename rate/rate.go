// Package rate owns the exchange rates of organizations: the euro reference rates of the
// European Central Bank, crossed to each organization's base currency, once a feed is set.
// What a document was converted by is the document's own.
package rate

import (
	"context"
	"fmt"
	"math/big"
	"time"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/exchangerate"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/viewer"
)

// fresh is for how many days a rate is taken: banks rest on weekends and holidays, never longer.
const fresh = 7

const euro money.Currency = "EUR"

// Day is what one euro was worth on a day, in units of each currency.
type Day struct {
	Date  day.Date
	Rates map[money.Currency]money.Decimal // without the euro
}

// Feed is where reference rates come from.
type Feed interface {
	// Daily is the last day alone.
	Daily(ctx context.Context) ([]Day, error)
	// Recent are the days of the last three months.
	Recent(ctx context.Context) ([]Day, error)
}

// Service is what can be done with exchange rates.
type Service struct {
	DB   *db.DB
	Feed Feed // nil: rates are not fetched
	Now  func() time.Time
}

// Rate is what one unit of a currency was worth in base currency on a day.
type Rate struct {
	Currency money.Currency
	Base     money.Currency
	Date     day.Date
	Rate     money.Decimal
}

// Get finds the rate of a currency to the organization's base currency: the latest on or
// before the date (today when nil), at most 7 days older. Staff who see sales or purchases.
//
// Faults: NOT_FOUND when there is none; INVALID on currency; UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Get(ctx context.Context, currency money.Currency, date *day.Date) (*Rate, error) {
	v, err := viewer.RequireStaff(ctx, viewer.SeeSales)
	if err != nil {
		if v, err = viewer.RequireStaff(ctx, viewer.SeePurchases); err != nil {
			return nil, err
		}
	}
	if _, err := money.ParseCurrency(string(currency)); err != nil {
		return nil, fault.New(fault.Invalid, "currency", "%s", fault.From(err).Text)
	}
	org, err := s.DB.Organization.Get(ctx, v.Organization)
	if err != nil {
		return nil, fmt.Errorf("rate: read the organization: %w", err)
	}
	zone, err := time.LoadLocation(org.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	on := day.Of(s.Now(), zone)
	if date != nil {
		on = *date
	}
	if currency == org.BaseCurrency {
		return &Rate{currency, org.BaseCurrency, on, money.FromInt(1)}, nil
	}
	row, err := latest(ctx, s.DB.Client, currency, org.BaseCurrency, on)
	if ent.IsNotFound(err) {
		return nil, fault.New(fault.NotFound, "currency", "There is no rate of %s to %s for %s.", currency, org.BaseCurrency, on)
	}
	if err != nil {
		return nil, err
	}
	return &Rate{row.Currency, row.Base, row.Date, row.Rate}, nil
}

// On gives the rate that a document of the date takes, read by the client of its transaction;
// false when there is none.
func (s *Service) On(ctx context.Context, c *ent.Client, currency, base money.Currency, date day.Date) (money.Decimal, bool, error) {
	row, err := latest(ctx, c, currency, base, date)
	if ent.IsNotFound(err) {
		return money.Decimal{}, false, nil
	}
	if err != nil {
		return money.Decimal{}, false, err
	}
	return row.Rate, true, nil
}

func latest(ctx context.Context, c *ent.Client, currency, base money.Currency, date day.Date) (*ent.ExchangeRate, error) {
	row, err := c.ExchangeRate.Query().Where(exchangerate.OrganizationID(viewer.From(ctx).Organization), exchangerate.Currency(currency),
		exchangerate.Base(base), exchangerate.DateLTE(date), exchangerate.DateGTE(date.AddDays(-fresh))).
		Order(exchangerate.ByDate(descending), exchangerate.ByID()).First(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return nil, fmt.Errorf("rate: read: %w", err)
	}
	return row, err
}

// cross turns what a euro is worth into what each currency is worth in base currency, to six
// decimals, half away from zero. A currency that is worth less than a half of the last
// decimal, and every currency when base has no rate, is left out.
func cross(d Day, base money.Currency) map[money.Currency]money.Decimal {
	out := map[money.Currency]money.Decimal{}
	of := func(c money.Currency) (*big.Rat, bool) {
		if c == euro {
			return big.NewRat(1, 1), true
		}
		r, ok := new(big.Rat).SetString(d.Rates[c].String())
		return r, ok && r.Sign() > 0
	}
	based, ok := of(base)
	if !ok {
		return out
	}
	keep := func(c money.Currency) {
		r, ok := of(c)
		if c == base || !ok {
			return
		}
		if v, err := money.ParseDecimal(new(big.Rat).Quo(based, r).FloatString(6), 6); err == nil && v.Sign() > 0 {
			out[c] = v
		}
	}
	keep(euro)
	for c := range d.Rates {
		keep(c)
	}
	return out
}
