package statement_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/ledgerentry"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/payment/paymenttest"
	"github.com/kartela/kartela/statement"
	"github.com/kartela/kartela/viewer"
)

var one = money.FromInt(1)

func dateOf(t time.Time) day.Date { return day.Of(t, time.UTC) }

// posting is an entry that a test draws.
type posting struct {
	date     day.Date
	amount   money.Minor
	side     ledgerentry.Side
	currency money.Currency
}

func post(t testing.TB, h *paymenttest.House, ctx context.Context, client uuid.UUID, all []posting) {
	t.Helper()
	paymenttest.Must(t, db.InTx(ctx, h.DB, func(ctx context.Context, tx *ent.Tx) error {
		for _, p := range all {
			change := ledger.Change{Account: ledger.Account{ContactID: client, Side: p.side, Currency: p.currency},
				Posting: &ledger.Posting{Kind: "exchange_difference", Amount: p.amount, Date: p.date}}
			if p.amount > 0 {
				change.Outstanding = p.amount
			} else {
				change.Credit = -p.amount
			}
			if err := h.Ledger.Apply(ctx, tx, change); err != nil {
				return err
			}
		}
		return nil
	}))
}

// For any postings, the months add up, have what was posted in them, and end with the net of
// the balance, as many as are asked for.
func TestMonthsAddUpToTheBalance(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		n := 0
		rapid.Check(t, func(rt *rapid.T) {
			n++
			client := h.Client(t, ctx, fmt.Sprint("client ", n))
			var drawn []posting
			for i := range rapid.IntRange(0, 12).Draw(rt, "postings") {
				drawn = append(drawn, posting{
					date:     day.Date("2025-12-31").AddDays(rapid.IntRange(-70, 250).Draw(rt, fmt.Sprint("day of ", i))), // today is 15 June
					amount:   money.Minor(rapid.SampledFrom([]int{-500, -7, 3, 900}).Draw(rt, fmt.Sprint("amount of ", i))),
					side:     rapid.SampledFrom([]ledgerentry.Side{"client", "supplier"}).Draw(rt, fmt.Sprint("side of ", i)),
					currency: rapid.SampledFrom([]money.Currency{"EUR", "JPY"}).Draw(rt, fmt.Sprint("currency of ", i)),
				})
			}
			post(t, h, ctx, client, drawn)
			side := rapid.SampledFrom([]ledgerentry.Side{"client", "supplier"}).Draw(rt, "side")
			var asked *money.Currency
			currency := rapid.SampledFrom([]money.Currency{"EUR", "JPY", ""}).Draw(rt, "currency")
			if asked = &currency; currency == "" {
				asked, currency = nil, "EUR"
			}
			count := rapid.IntRange(1, 12).Draw(rt, "count")
			got, err := h.Statements.Months(ctx, fresh(t, h, ctx, client), side, asked, count)
			paymenttest.Must(t, err)
			if len(got) != count || got[count-1].Month != "2026-06-01" {
				rt.Fatalf("%d months up to %s", len(got), got[len(got)-1].Month)
			}
			for i, m := range got {
				end := day.Date("2199-12-31")
				if i+1 < count {
					end = got[i+1].Month.AddDays(-1)
				}
				var net, charges, credits money.Minor
				for _, p := range drawn {
					if p.side != side || p.currency != currency || p.date > end {
						continue
					}
					if net += p.amount; p.date < m.Month {
						continue
					}
					charges, credits = charges+max(p.amount, 0), credits+max(-p.amount, 0)
				}
				if m.Net != money.New(net, currency) || m.Charges.Minor != charges || m.Credits.Minor != credits {
					rt.Fatalf("%s: %+v, want %d charged, %d credited, net %d", m.Month, m, charges, credits, net)
				}
			}
			if balance := nets(rt, h, ctx, client, side)[currency]; got[count-1].Net.Minor != balance {
				rt.Fatalf("the last net is %d, the balance's %d", got[count-1].Net.Minor, balance)
			}
		})
	})
}

func TestMonthsEndWithThePresentOneOfTheOrganization(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		h.Exec(t, "UPDATE organizations SET time_zone = 'Pacific/Kiritimati' WHERE id = ?", viewer.From(ctx).Organization)
		h.Statements.Now = func() time.Time { return time.Date(2026, 12, 31, 11, 0, 0, 0, time.UTC) } // a new year there
		got, err := h.Statements.Months(ctx, fresh(t, h, ctx, h.Client(t, ctx, "A")), "client", nil, 60)
		paymenttest.Must(t, err)
		if first, last := got[0].Month, got[59].Month; first != "2022-02-01" || last != "2027-01-01" {
			t.Errorf("from %s to %s", first, last)
		}
	})
}

func TestWhoMaySeeMonths(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		client := h.Client(t, ctx, "A")
		post(t, h, ctx, client, []posting{{"2026-06-01", 100, "client", "EUR"}})
		who := paymenttest.Who(t, ctx, d, client)
		who["owner"], who["sales"], who["foreign"] = ctx, dbtest.Member(t, ctx, d, viewer.Sales), dbtest.Tenant(t, d, viewer.Owner)
		for name, tt := range map[string]struct {
			side  ledgerentry.Side
			count int
			want  string
		}{
			"owner":       {"client", 1, "100"},
			"sales":       {"client", 24, "100"},
			"read-only":   {"supplier", 24, "0"},
			"foreign":     {"client", 24, "0"},
			"portal":      {"client", 24, "FORBIDDEN"},
			"time-keeper": {"client", 24, "FORBIDDEN"},
			"nobody":      {"client", 24, "UNAUTHENTICATED"},
		} {
			got, err := h.Statements.Months(who[name], fresh(t, h, ctx, client), tt.side, nil, tt.count)
			text := paymenttest.Faults(err)
			if err == nil {
				text = fmt.Sprint(int64(got[len(got)-1].Net.Minor))
			}
			if text != tt.want {
				t.Errorf("%s gets %q, want %q", name, text, tt.want)
			}
		}
		for _, count := range []int{0, -1, 61} {
			if _, err := h.Statements.Months(ctx, fresh(t, h, ctx, client), "client", nil, count); paymenttest.Faults(err) != "INVALID count" {
				t.Errorf("%d months: %v", count, err)
			}
		}
		if _, err := h.Statements.Months(who["sales"], fresh(t, h, ctx, client), "supplier", nil, 24); paymenttest.Faults(err) != "FORBIDDEN" {
			t.Errorf("sales on the other side: %v", err)
		}
	})
}

func TestTheMonthsOfAGroupTakeTwoStatements(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		var ids []uuid.UUID
		for i := range 5 {
			ids = append(ids, h.Client(t, ctx, fmt.Sprint(i)))
			post(t, h, ctx, ids[i], []posting{{"2026-06-01", money.Minor(i + 1), "client", "EUR"}})
		}
		group, err := h.Contacts.ByIDs(ctx, ids)
		paymenttest.Must(t, err)
		counted, n := db.CountStatements(ctx)
		read := func(c *contact.Contact, count int) []*statement.Month {
			got, err := h.Statements.Months(counted, c, "client", nil, count)
			paymenttest.Must(t, err)
			return got
		}
		for i, id := range ids {
			if got := read(group[id], 24); got[23].Net.Minor != money.Minor(i+1) {
				t.Errorf("contact %d has %v", i, got[23])
			}
		}
		if n.Load() != 2 {
			t.Errorf("%d statements", n.Load())
		}
		if got := read(group[ids[0]], 2); len(got) != 2 || n.Load() != 4 {
			t.Errorf("other arguments: %d months, %d statements", len(got), n.Load())
		}
	})
}
