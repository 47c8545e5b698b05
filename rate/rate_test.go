package rate_test

import (
	"context"
	"errors"
	"math/big"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/exchangerate"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/rate"
	"github.com/kartela/kartela/viewer"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func ptr[T any](v T) *T { return &v }

func rates(pairs ...string) map[money.Currency]money.Decimal {
	out := map[money.Currency]money.Decimal{}
	for i := 0; i < len(pairs); i += 2 {
		out[money.Currency(pairs[i])] = money.MustDecimal(pairs[i+1])
	}
	return out
}

// feed is a bank that has these days.
type feed struct {
	days  []rate.Day // newest first
	err   error
	asked []string
}

func (f *feed) Daily(context.Context) ([]rate.Day, error) {
	f.asked = append(f.asked, "daily")
	return f.days[:1], f.err
}

func (f *feed) Recent(context.Context) ([]rate.Day, error) {
	f.asked = append(f.asked, "recent")
	return f.days, f.err
}

func (f *feed) publish(date day.Date, usd string) {
	f.days = append([]rate.Day{{Date: date, Rates: rates("USD", usd, "JPY", "171.94", "GBP", "0.84638")}}, f.days...)
}

func TestRatesAreCrossedToTheBaseCurrency(t *testing.T) {
	d := rate.Day{Date: "2024-06-28", Rates: rates("USD", "1.0705", "JPY", "171.94", "IDR", "17487.21", "GBP", "0.84638")}
	tests := map[money.Currency]map[money.Currency]string{
		"EUR": {"USD": "0.934143", "JPY": "0.005816", "IDR": "0.000057", "GBP": "1.181502"},
		"USD": {"EUR": "1.0705", "JPY": "0.006226", "IDR": "0.000061", "GBP": "1.264798"},
		"CHF": {},
	}
	for base, want := range tests {
		got := map[money.Currency]string{}
		for c, r := range rate.Cross(d, base) {
			got[c] = r.String()
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("to %s (-want +got):\n%s", base, diff)
		}
	}
}

// A rate there and the rate back make one, as far as six decimals go.
func TestARateThereAndBackIsOne(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := rapid.Int64Range(1_000, 100_000_000).Draw(rt, "rate")
		d := rate.Day{Rates: map[money.Currency]money.Decimal{"USD": money.MustDecimal(big.NewRat(r, 10_000).FloatString(4))}}
		there, back := rate.Cross(d, "USD")["EUR"], rate.Cross(d, "EUR")["USD"]
		a, _ := new(big.Rat).SetString(there.String())
		b, _ := new(big.Rat).SetString(back.String())
		off := new(big.Rat).Sub(new(big.Rat).Mul(a, b), big.NewRat(1, 1))
		limit := new(big.Rat).Mul(a, big.NewRat(1, 2_000_000)) // half of the last decimal of the way back
		limit.Add(limit, new(big.Rat).Mul(b, big.NewRat(1, 2_000_000)))
		limit.Add(limit, big.NewRat(1, 1_000_000_000_000))
		if off.Abs(off).Cmp(limit) > 0 {
			rt.Errorf("%s × %s is off by %s", there, back, off.FloatString(12))
		}
	})
}

func TestRatesAreFetchedForEveryOrganization(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := &feed{}
		f.publish("2026-03-04", "1.10") // a Wednesday
		f.publish("2026-03-05", "1.20")
		f.publish("2026-03-06", "1.25")
		now := time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC)
		s := &rate.Service{DB: d, Feed: f, Now: func() time.Time { return now }}
		greek, american := dbtest.Tenant(t, d, viewer.Owner), dbtest.Tenant(t, d, viewer.Sales)
		must(t, db.InTx(viewer.AsSystem(american, "a test"), d, func(ctx context.Context, tx *ent.Tx) error {
			return tx.Organization.UpdateOneID(viewer.From(american).Organization).SetBaseCurrency("USD").Exec(ctx)
		}))
		must(t, s.Fetch(t.Context()))
		must(t, s.Fetch(t.Context())) // nothing new
		if diff := cmp.Diff([]string{"daily", "recent", "daily"}, f.asked); diff != "" {
			t.Errorf("asked (-want +got):\n%s", diff)
		}
		is := func(ctx context.Context, c money.Currency, date *day.Date, want string, from day.Date) {
			t.Helper()
			r, err := s.Get(ctx, c, date)
			must(t, err)
			if r.Rate.Cmp(money.MustDecimal(want)) != 0 || r.Date != from || r.Currency != c {
				t.Errorf("%+v, not %s of %s", r, want, from)
			}
		}
		none := func(ctx context.Context, c money.Currency, date *day.Date, code fault.Code) {
			t.Helper()
			if r, err := s.Get(ctx, c, date); !fault.IsCode(err, code) {
				t.Errorf("%s on %v gives %+v, %v", c, date, r, err)
			}
		}
		is(greek, "USD", nil, "0.8", "2026-03-06") // of Friday, on Sunday
		is(greek, "USD", ptr(day.Date("2026-03-05")), "0.833333", "2026-03-05")
		is(greek, "USD", ptr(day.Date("2026-03-13")), "0.8", "2026-03-06") // of a week ago
		is(american, "EUR", nil, "1.25", "2026-03-06")
		is(american, "USD", nil, "1", "2026-03-08")
		none(greek, "USD", ptr(day.Date("2026-03-14")), fault.NotFound) // too old
		none(greek, "USD", ptr(day.Date("2026-03-03")), fault.NotFound) // before the first
		none(greek, "CHF", nil, fault.NotFound)
		none(greek, "XXX", nil, fault.Invalid)
		none(dbtest.Member(t, greek, d, viewer.TimeKeeper), "USD", nil, fault.Forbidden)

		f.asked = nil
		f.publish("2026-03-09", "1.6") // Monday comes after Friday: nothing is missing
		must(t, s.Fetch(t.Context()))
		f.publish("2026-03-10", "1.7")
		f.publish("2026-03-11", "1.8")
		must(t, s.Fetch(t.Context())) // Tuesday is missing
		if diff := cmp.Diff([]string{"daily", "daily", "recent"}, f.asked); diff != "" {
			t.Errorf("asked (-want +got):\n%s", diff)
		}
		n, err := d.ExchangeRate.Query().Where(exchangerate.Currency("USD")).Count(greek)
		must(t, err)
		if n != 6 {
			t.Errorf("%d rates of the dollar", n)
		}
		r, ok, err := s.On(greek, d.Client, "USD", "EUR", "2026-03-10")
		if err != nil || !ok || r.String() != "0.588235" {
			t.Errorf("on Tuesday %s, %v, %v", r, ok, err)
		}
		if _, ok, err = s.On(greek, d.Client, "USD", "GBP", "2026-03-10"); err != nil || ok {
			t.Errorf("to another base: %v, %v", ok, err)
		}
		f.err = errors.New("down")
		if err := s.Fetch(t.Context()); !errors.Is(err, f.err) {
			t.Errorf("the feed is down: %v", err)
		}
	})
}
