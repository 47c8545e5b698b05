package rate

import (
	"context"
	"fmt"
	"slices"
	"time"

	"entgo.io/ent/dialect/sql"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/exchangerate"
	"github.com/kartela/kartela/ent/organization"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/viewer"
)

// part is how many rows one statement inserts.
const part = 300

// Fetch gets the rates of the last day for every organization; those that miss the bank's day
// before get three months. It may be repeated: what is there stays.
//
// Faults: those of the feed. What was kept of organizations before a failure stays.
func (s *Service) Fetch(ctx context.Context) error {
	if s.Feed == nil {
		return nil
	}
	system := viewer.AsSystem(ctx, "exchange rates of every organization")
	orgs, err := s.DB.Organization.Query().Where(organization.ClosedAtIsNil()).Order(organization.ByID()).All(system)
	if err != nil {
		return fmt.Errorf("rate: read organizations: %w", err)
	}
	daily, err := s.Feed.Daily(ctx)
	if err != nil {
		return err
	}
	if len(daily) == 0 || len(orgs) == 0 {
		return nil
	}
	last := slices.MaxFunc(daily, func(a, b Day) int { return compare(a.Date, b.Date) }).Date
	var recent []Day
	for _, org := range orgs {
		have, err := s.newest(system, org)
		if err != nil {
			return err
		}
		days := daily
		switch {
		case have >= last:
			continue
		case have < before(last):
			if recent == nil {
				if recent, err = s.Feed.Recent(ctx); err != nil {
					return err
				}
			}
			days = recent
			if !slices.ContainsFunc(recent, func(d Day) bool { return d.Date == last }) { // the one file comes before the other
				days = append(slices.Clone(recent), daily...)
			}
		}
		if err := s.keep(ctx, org, days); err != nil {
			return err
		}
	}
	return nil
}

func compare(a, b day.Date) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// before is the bank's working day before, as far as weekends go.
func before(d day.Date) day.Date {
	for d = d.AddDays(-1); ; d = d.AddDays(-1) {
		t, err := time.Parse(time.DateOnly, string(d))
		if err != nil || (t.Weekday() != time.Saturday && t.Weekday() != time.Sunday) {
			return d
		}
	}
}

// newest is the organization's last day with rates to its present base currency; "" for none.
func (s *Service) newest(ctx context.Context, org *ent.Organization) (day.Date, error) {
	row, err := s.DB.ExchangeRate.Query().Where(exchangerate.OrganizationID(org.ID), exchangerate.Base(org.BaseCurrency)).
		Order(exchangerate.ByDate(descending)).First(ctx)
	if ent.IsNotFound(err) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("rate: read the newest: %w", err)
	}
	return row.Date, nil
}

func descending(o *sql.OrderTermOptions) { o.Desc = true }

// keep writes the days' rates in one transaction.
func (s *Service) keep(ctx context.Context, org *ent.Organization, days []Day) error {
	as := viewer.With(ctx, viewer.Viewer{Kind: viewer.System, Organization: org.ID, Reason: "keep exchange rates"})
	return db.InTx(as, s.DB, func(ctx context.Context, tx *ent.Tx) error {
		var rows []*ent.ExchangeRateCreate
		for _, d := range days {
			rates := cross(d, org.BaseCurrency)
			for _, c := range sorted(rates) {
				rows = append(rows, tx.ExchangeRate.Create().SetOrganizationID(org.ID).SetCurrency(c).SetBase(org.BaseCurrency).
					SetDate(d.Date).SetRate(rates[c]))
			}
		}
		for chunk := range slices.Chunk(rows, part) {
			err := tx.ExchangeRate.CreateBulk(chunk...).OnConflict(sql.ConflictColumns("organization_id", "currency", "base", "date")).Ignore().Exec(ctx)
			if err != nil {
				return fmt.Errorf("rate: keep: %w", err)
			}
		}
		return nil
	})
}

func sorted(rates map[money.Currency]money.Decimal) []money.Currency {
	out := make([]money.Currency, 0, len(rates))
	for c := range rates {
		out = append(out, c)
	}
	slices.Sort(out)
	return out
}
