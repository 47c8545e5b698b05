package statement

import (
	"context"
	"fmt"
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent/ledgerentry"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

// Month is a contact's account in one month.
type Month struct {
	Month            day.Date // its first day
	Charges, Credits money.Money
	Net              money.Money // at its end
}

// MaxMonths is how many months are read at once.
const MaxMonths = 60

type monthsKey struct {
	side     ledgerentry.Side
	currency money.Currency // "" for the base currency
	count    int
}

// Months reads the account of a contact month by month, the oldest first, up to the present
// month in the organization's time zone: count of them, those without postings too. What is
// posted for days to come counts in the present month, so that its net is the balance's. A
// whole group of contacts is read by one statement, and the organization by another.
//
// Faults: INVALID on count, UNAUTHENTICATED, FORBIDDEN for a side that the viewer may not see.
func (s *Service) Months(ctx context.Context, c *contact.Contact, side ledgerentry.Side, currency *money.Currency, count int) ([]*Month, error) {
	need := viewer.SeeSales
	if side == ledgerentry.SideSupplier {
		need = viewer.SeePurchases
	}
	if _, err := viewer.RequireStaff(ctx, need); err != nil {
		return nil, err
	}
	if count < 1 || count > MaxMonths {
		return nil, fault.New(fault.Invalid, "count", "From 1 to %d months.", MaxMonths)
	}
	key := monthsKey{side: side, count: count}
	if currency != nil {
		key.currency = *currency
	}
	return page.Load(ctx, c.Group, key, c.ID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*Month, error) {
		return s.months(ctx, ids, key)
	})
}

// months reads the months of several contacts.
func (s *Service) months(ctx context.Context, contacts []uuid.UUID, key monthsKey) (map[uuid.UUID][]*Month, error) {
	org, err := s.DB.Organization.Get(ctx, viewer.From(ctx).Organization)
	if err != nil {
		return nil, fmt.Errorf("statement: read the organization: %w", err)
	}
	if key.currency == "" {
		key.currency = org.BaseCurrency
	}
	starts := monthsUntil(document.TodayIn(s.Now(), org.TimeZone), key.count)
	sums, err := s.monthSums(ctx, contacts, key, starts)
	if err != nil {
		return nil, err
	}
	out := make(map[uuid.UUID][]*Month, len(contacts))
	for _, id := range contacts {
		out[id] = monthsOf(sums[id], starts, key.currency)
	}
	return out, nil
}

// before is where the sums of all that was posted before the first month are.
const before = ""

// monthSum is what was charged and credited in a month, in minor units.
type monthSum struct{ charges, credits money.Minor }

// monthSums adds up the ledger by contact and month; month is "2026-11", or before.
func (s *Service) monthSums(ctx context.Context, contacts []uuid.UUID, key monthsKey, starts []day.Date) (map[uuid.UUID]map[string]monthSum, error) {
	var rows []struct {
		ContactID uuid.UUID `sql:"contact_id"`
		Month     string    `sql:"month"`
		Charges   int64     `sql:"charges"`
		Credits   int64     `sql:"credits"`
	}
	err := s.DB.LedgerEntry.Query().Where(ledgerentry.ContactIDIn(contacts...), ledgerentry.SideEQ(key.side), ledgerentry.CurrencyEQ(key.currency)).
		Modify(func(q *sql.Selector) {
			amount := q.C(ledgerentry.FieldAmount)
			q.Select(q.C(ledgerentry.FieldContactID)).
				AppendSelectExprAs(inMonth(q, starts[0], starts[len(starts)-1]), "month").
				AppendSelectExprAs(sql.Expr("CAST(SUM(CASE WHEN "+amount+" > 0 THEN "+amount+" ELSE 0 END) AS BIGINT)"), "charges").
				AppendSelectExprAs(sql.Expr("CAST(SUM(CASE WHEN "+amount+" < 0 THEN -"+amount+" ELSE 0 END) AS BIGINT)"), "credits").
				GroupBy(q.C(ledgerentry.FieldContactID), "month")
		}).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("statement: read months: %w", err)
	}
	out := map[uuid.UUID]map[string]monthSum{}
	for _, r := range rows {
		if out[r.ContactID] == nil {
			out[r.ContactID] = map[string]monthSum{}
		}
		out[r.ContactID][r.Month] = monthSum{money.Minor(r.Charges), money.Minor(r.Credits)}
	}
	return out, nil
}

// inMonth is the month that an entry counts in. The dates are ours, of digits alone.
func inMonth(q *sql.Selector, first, last day.Date) sql.Querier {
	date := q.C(ledgerentry.FieldDate)
	text := "substr(" + date + ", 1, 7)"
	if q.Dialect() == dialect.Postgres {
		text = "to_char(" + date + ", 'YYYY-MM')"
	}
	return sql.Expr("CASE WHEN " + date + " < '" + string(first) + "' THEN '" + before + "' WHEN " + date + " >= '" + string(last) +
		"' THEN '" + string(last[:7]) + "' ELSE " + text + " END")
}

// monthsUntil are the first days of count months, up to the one of a date.
func monthsUntil(today day.Date, count int) []day.Date {
	t, _ := time.Parse(time.DateOnly, string(today)) // a date is always of this form
	out := make([]day.Date, count)
	for i := range out {
		first := time.Date(t.Year(), t.Month()-time.Month(count-1-i), 1, 0, 0, 0, 0, time.UTC)
		out[i] = day.Of(first, time.UTC)
	}
	return out
}

func monthsOf(sums map[string]monthSum, starts []day.Date, currency money.Currency) []*Month {
	net := sums[before].charges - sums[before].credits
	out := make([]*Month, len(starts))
	for i, start := range starts {
		sum := sums[string(start[:7])]
		net += sum.charges - sum.credits
		out[i] = &Month{Month: start, Charges: money.New(sum.charges, currency), Credits: money.New(sum.credits, currency),
			Net: money.New(net, currency)}
	}
	return out
}
