package contact

import (
	"context"
	"fmt"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/balance"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/contactaddress"
	"github.com/kartela/kartela/ent/ledgerentry"
	"github.com/kartela/kartela/ent/rule"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/fold"
	"github.com/kartela/kartela/money"
)

// Summary is what a list of contacts holds, in numbers.
type Summary struct {
	Count  int
	Totals []*Total
}

// Total are the balances of several contacts on one side in one currency, in minor units.
type Total struct {
	Side                     ledgerentry.Side
	Currency                 money.Currency
	Outstanding, Credit, Net money.Money
}

// Summary counts the contacts of a filter and sums their balances that the viewer may see,
// never across currencies, by two statements. Staff only.
//
// Faults: as for List.
func (s *Service) Summary(ctx context.Context, f *Filter) (*Summary, error) {
	l, err := s.listing(ctx, f)
	if err != nil {
		return nil, err
	}
	n, err := s.DB.Contact.Query().Where(l.where...).Count(l.reading(ctx))
	if err != nil {
		return nil, fmt.Errorf("contact: count: %w", err)
	}
	listed, err := l.ids()
	if err != nil {
		return nil, err
	}
	var rows []struct {
		Side        balance.Side   `json:"side"`
		Currency    money.Currency `json:"currency"`
		Outstanding money.Minor    `json:"outstanding"`
		Credit      money.Minor    `json:"credit"`
		Net         money.Minor    `json:"net"`
	}
	err = s.DB.Balance.Query().Where(func(q *sql.Selector) {
		q.Where(sql.In(q.C(balance.FieldContactID), listed(q.Dialect()))).OrderBy(q.C(balance.FieldSide), q.C(balance.FieldCurrency))
	}).GroupBy(balance.FieldSide, balance.FieldCurrency).Aggregate(
		ent.As(ent.Sum(balance.FieldOutstanding), "outstanding"), ent.As(ent.Sum(balance.FieldCredit), "credit"), ent.As(ent.Sum(balance.FieldNet), "net"),
	).Scan(l.reading(ctx), &rows)
	if err != nil {
		return nil, fmt.Errorf("contact: sum balances: %w", err)
	}
	out := &Summary{Count: n, Totals: make([]*Total, len(rows))}
	for i, r := range rows {
		out.Totals[i] = &Total{Side: ledgerentry.Side(r.Side), Currency: r.Currency, Outstanding: money.New(r.Outstanding, r.Currency),
			Credit: money.New(r.Credit, r.Currency), Net: money.New(r.Net, r.Currency)}
	}
	return out, nil
}

// ids selects the ids of the contacts listed.
func (l *listing) ids() (func(dialect string) *sql.Selector, error) {
	seen, err := rule.Rows(ent.TypeContact, l.viewer)
	if err != nil {
		return nil, err
	}
	return func(dialect string) *sql.Selector {
		t := sql.Table(entcontact.Table)
		q := sql.Dialect(dialect).Select(t.C(entcontact.FieldID)).From(t)
		seen(q)
		for _, w := range l.where {
			w(q)
		}
		return q
	}, nil
}

const maxCities = 20

// Cities are cities of contacts that the viewer may see, archived ones among them, that begin
// with a text without regard to case and accents: those of most contacts first, at most 20,
// by one statement. Staff only. Of several ways to write a city it gives one, small letters
// and accents before capitals.
//
// Faults: INVALID on prefix, UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Cities(ctx context.Context, prefix string) ([]string, error) {
	v, err := mayList(ctx)
	if err != nil {
		return nil, err
	}
	if len([]rune(prefix)) > maxSearch {
		return nil, fault.New(fault.Invalid, "prefix", "At most %d characters.", maxSearch)
	}
	l := &listing{s: s, viewer: v, filter: &Filter{}}
	l.and(entcontact.MergedIntoIDIsNil())
	listed, err := l.ids()
	if err != nil {
		return nil, err
	}
	var rows []struct {
		SortCity string `json:"sort_city"`
		City     string `json:"city"`
	}
	err = s.DB.ContactAddress.Query().Where(func(q *sql.Selector) {
		q.Where(sql.And(sql.In(q.C(contactaddress.FieldContactID), listed(q.Dialect())), sql.NEQ(q.C(contactaddress.FieldSortCity), "")))
		if begin := fold.Text(strings.ToValidUTF8(prefix, "")); begin != "" {
			q.Where(sql.HasPrefix(q.C(contactaddress.FieldSortCity), begin))
		}
		q.OrderExpr(sql.Raw("COUNT(DISTINCT "+q.C(contactaddress.FieldContactID)+") DESC"), sql.Raw(q.C(contactaddress.FieldSortCity))).Limit(maxCities)
	}).GroupBy(contactaddress.FieldSortCity).Aggregate(func(q *sql.Selector) string {
		city := q.C(contactaddress.FieldCity)
		if q.Dialect() == dialect.Postgres {
			city += ` COLLATE "C"`
		}
		return sql.As("MAX("+city+")", "city")
	}).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("contact: list cities: %w", err)
	}
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = r.City
	}
	return out, nil
}
