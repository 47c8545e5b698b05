// Package report tells how the business as a whole stands.
package report

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/balance"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/payment"
	"github.com/kartela/kartela/viewer"
)

// Service reads reports.
type Service struct {
	DB       *db.DB
	Payments *payment.Service
	Now      func() time.Time
}

// Totals is how the business stands on a day, in what the viewer may see of it.
type Totals struct {
	Today      day.Date          // in the organization's time zone
	Month      day.Date          // the first day of its month
	Turns      time.Time         // when tomorrow begins
	Currencies []*CurrencyTotals // the base currency first, always; then by code
}

// CurrencyTotals is how the business stands in one currency. Amounts are never negative; those of
// a side that the viewer's role does not see are nil.
type CurrencyTotals struct {
	Currency money.Currency

	Receivable, ReceivableOverdue, ClientCredit *money.Money
	Payable, PayableOverdue, SupplierCredit     *money.Money
	CashIn, CashOut                             *money.Money // of payments dated within the month, void ones left out

	ReceivableOverdueCount, PayableOverdueCount *int // documents
}

// Totals sums the balances, the overdue documents and this month's payments of all contacts that
// the viewer may see, each currency by itself, by four statements whatever there is of them. Staff
// only.
//
// Faults: UNAUTHENTICATED, FORBIDDEN for a role that sees no money.
func (s *Service) Totals(ctx context.Context) (*Totals, error) {
	v, err := viewer.RequireStaff(ctx, viewer.SeeSales)
	if err != nil {
		return nil, err
	}
	org, err := s.DB.Organization.Get(ctx, v.Organization)
	if err != nil {
		return nil, fmt.Errorf("report: read the organization: %w", err)
	}
	now := s.Now()
	t := &Totals{Today: document.TodayIn(now, org.TimeZone)}
	t.Month, t.Turns = t.Today.FirstOfMonth(), document.MidnightAfter(now, org.TimeZone)
	found := &sums{role: v.Role, by: map[money.Currency]*CurrencyTotals{}}
	found.of(org.BaseCurrency)
	for _, add := range []func(context.Context, *Totals, *sums) error{s.balances, s.overdue, s.cash} {
		if err := add(ctx, t, found); err != nil {
			return nil, err
		}
	}
	t.Currencies = found.sorted(org.BaseCurrency)
	return t, nil
}

// Same says whether two readings tell the same.
func (t *Totals) Same(u *Totals) bool {
	return t.Today == u.Today && slices.EqualFunc(t.Currencies, u.Currencies, (*CurrencyTotals).same)
}

func (c *CurrencyTotals) same(d *CurrencyTotals) bool {
	return c.Currency == d.Currency &&
		equal(c.Receivable, d.Receivable) && equal(c.ReceivableOverdue, d.ReceivableOverdue) && equal(c.ClientCredit, d.ClientCredit) &&
		equal(c.Payable, d.Payable) && equal(c.PayableOverdue, d.PayableOverdue) && equal(c.SupplierCredit, d.SupplierCredit) &&
		equal(c.CashIn, d.CashIn) && equal(c.CashOut, d.CashOut) &&
		equal(c.ReceivableOverdueCount, d.ReceivableOverdueCount) && equal(c.PayableOverdueCount, d.PayableOverdueCount)
}

func equal[T comparable](a, b *T) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// balances adds what is owed and what is credit.
func (s *Service) balances(ctx context.Context, _ *Totals, sums *sums) error {
	var rows []struct {
		Side        balance.Side   `json:"side"`
		Currency    money.Currency `json:"currency"`
		Outstanding money.Minor    `json:"outstanding"`
		Credit      money.Minor    `json:"credit"`
	}
	err := s.DB.Balance.Query().GroupBy(balance.FieldSide, balance.FieldCurrency).Aggregate(
		ent.As(ent.Sum(balance.FieldOutstanding), "outstanding"), ent.As(ent.Sum(balance.FieldCredit), "credit"),
	).Scan(ctx, &rows)
	if err != nil {
		return fmt.Errorf("report: sum balances: %w", err)
	}
	for _, r := range rows {
		if r.Outstanding == 0 && r.Credit == 0 {
			continue // a currency that is no longer in use
		}
		c := sums.of(r.Currency)
		if r.Side == balance.SideClient {
			add(c.Receivable, r.Outstanding)
			add(c.ClientCredit, r.Credit)
		} else {
			add(c.Payable, r.Outstanding)
			add(c.SupplierCredit, r.Credit)
		}
	}
	return nil
}

// overdue adds what remains of issued documents that were due before today.
func (s *Service) overdue(ctx context.Context, t *Totals, sums *sums) error {
	var rows []struct {
		Side     entdocument.Side `json:"side"`
		Currency money.Currency   `json:"currency"`
		Count    int              `json:"count"`
		Payable  money.Minor      `json:"payable"`
		Settled  money.Minor      `json:"settled"`
	}
	err := s.DB.Document.Query().Where(document.Overdue(t.Today)).
		GroupBy(entdocument.FieldSide, entdocument.FieldCurrency).Aggregate(ent.Count(),
		ent.As(ent.Sum(entdocument.FieldPayable), "payable"), ent.As(ent.Sum(entdocument.FieldSettled), "settled"),
	).Scan(ctx, &rows)
	if err != nil {
		return fmt.Errorf("report: sum overdue documents: %w", err)
	}
	for _, r := range rows {
		c := sums.of(r.Currency)
		sum, count := c.ReceivableOverdue, c.ReceivableOverdueCount
		if r.Side == entdocument.SideSupplier {
			sum, count = c.PayableOverdue, c.PayableOverdueCount
		}
		if sum != nil {
			add(sum, r.Payable-r.Settled)
			*count += r.Count
		}
	}
	return nil
}

// cash adds the payments of the month.
func (s *Service) cash(ctx context.Context, t *Totals, sums *sums) error {
	if !sums.role.May(viewer.SeePayments) {
		return nil
	}
	last := t.Month.AddDays(31).FirstOfMonth().AddDays(-1)
	month, err := s.Payments.Summarize(ctx, &payment.Filter{From: &t.Month, To: &last})
	if err != nil {
		return err
	}
	for _, p := range month.Totals {
		c := sums.of(p.Currency)
		add(c.CashIn, p.Received().Minor)
		add(c.CashOut, p.Sent().Minor)
	}
	return nil
}

// sums are the currencies that were met, and what of each the role sees.
type sums struct {
	role viewer.Role
	by   map[money.Currency]*CurrencyTotals
}

func (s *sums) of(currency money.Currency) *CurrencyTotals {
	c := s.by[currency]
	if c != nil {
		return c
	}
	c = &CurrencyTotals{Currency: currency}
	nought := func() *money.Money { m := money.New(0, currency); return &m }
	if s.role.May(viewer.SeeSales) {
		c.Receivable, c.ReceivableOverdue, c.ClientCredit, c.ReceivableOverdueCount = nought(), nought(), nought(), new(int)
	}
	if s.role.May(viewer.SeePurchases) {
		c.Payable, c.PayableOverdue, c.SupplierCredit, c.PayableOverdueCount = nought(), nought(), nought(), new(int)
	}
	if s.role.May(viewer.SeePayments) {
		c.CashIn = nought()
		if s.role.May(viewer.SeePurchases) {
			c.CashOut = nought()
		}
	}
	s.by[currency] = c
	return c
}

func (s *sums) sorted(base money.Currency) []*CurrencyTotals {
	out := make([]*CurrencyTotals, 0, len(s.by))
	for _, c := range s.by {
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b *CurrencyTotals) int {
		if (a.Currency == base) != (b.Currency == base) {
			return map[bool]int{true: -1, false: 1}[a.Currency == base]
		}
		return cmp.Compare(a.Currency, b.Currency)
	})
	return out
}

// add adds to a sum, where the role sees it.
func add(sum *money.Money, amount money.Minor) {
	if sum != nil {
		*sum = money.New(sum.Minor+amount, sum.Currency)
	}
}
