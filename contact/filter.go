package contact

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/balance"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/contactaddress"
	"github.com/kartela/kartela/ent/contactoption"
	"github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/ledgerentry"
	"github.com/kartela/kartela/ent/predicate"
	"github.com/kartela/kartela/ent/rule"
	"github.com/kartela/kartela/ent/trackingoption"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/viewer"
)

// listing is a filter that was checked, for one viewer.
type listing struct {
	s      *Service
	viewer viewer.Viewer
	filter *Filter
	where  []predicate.Contact
	org    *ent.Organization // once it was needed
}

// listing checks a filter and makes its conditions.
//
// Faults: as for List.
func (s *Service) listing(ctx context.Context, f *Filter) (*listing, error) {
	v, err := mayList(ctx)
	if err != nil {
		return nil, err
	}
	if f == nil {
		f = &Filter{}
	}
	l := &listing{s: s, viewer: v, filter: f, where: []predicate.Contact{entcontact.MergedIntoIDIsNil()}}
	var bad fault.List
	if len([]rune(f.Search)) > maxSearch {
		bad = append(bad, fault.New(fault.Invalid, "filter.search", "Search for at most %d characters.", maxSearch))
	}
	l.plain()
	for _, add := range []func(context.Context) error{l.options, l.overdue, l.balance} {
		if err := bad.Add("filter", add(ctx)); err != nil {
			return nil, err
		}
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	l.where = append(l.where, searchConditions(f.Search)...)
	return l, nil
}

func (l *listing) and(c ...predicate.Contact) { l.where = append(l.where, c...) }

// plain adds what the contact's own row, or its addresses, say.
func (l *listing) plain() {
	f := l.filter
	if f.Archived != nil && *f.Archived {
		l.and(entcontact.ArchivedAtNotNil())
	} else {
		l.and(entcontact.ArchivedAtIsNil())
	}
	if f.Role != nil {
		switch *f.Role {
		case Client:
			l.and(entcontact.IsClient(true))
		case Supplier:
			l.and(entcontact.IsSupplier(true))
		case Prospect:
			l.and(entcontact.IsClient(false), entcontact.IsSupplier(false))
		}
	}
	if f.CreatedSince != nil {
		l.and(entcontact.CreatedAtGTE(instant(*f.CreatedSince)))
	}
	if f.ChangedSince != nil {
		l.and(entcontact.UpdatedAtGTE(instant(*f.ChangedSince)))
	}
	if f.City != nil && strings.TrimSpace(*f.City) != "" {
		city := sortCity(strings.ReplaceAll(strings.ToValidUTF8(*f.City, ""), "\x00", ""))
		l.and(l.among(contactaddress.Table, func(t *sql.SelectTable) *sql.Predicate {
			return sql.EQ(t.C(contactaddress.FieldSortCity), city)
		}))
	}
}

// instant is a time as it is kept: UTC, whole microseconds; a part of one is the next.
func instant(t time.Time) time.Time {
	kept := t.UTC().Truncate(time.Microsecond)
	if kept.Before(t) {
		kept = kept.Add(time.Microsecond)
	}
	return kept
}

// below selects the contacts that have rows of the viewer's organization in a table.
func (l *listing) below(s *sql.Selector, table string, match func(*sql.SelectTable) *sql.Predicate) *sql.Selector {
	t := sql.Table(table)
	return sql.Dialect(s.Dialect()).Select(t.C("contact_id")).From(t).
		Where(sql.And(sql.EQ(t.C("organization_id"), l.viewer.Organization), match(t)))
}

// among is the condition that a contact has such a row.
func (l *listing) among(table string, match func(*sql.SelectTable) *sql.Predicate) predicate.Contact {
	return func(s *sql.Selector) { s.Where(sql.In(s.C(entcontact.FieldID), l.below(s, table, match))) }
}

// options adds that the contact has, of every category that options are of, one of them.
func (l *listing) options(ctx context.Context) error {
	ids := l.filter.OptionIDs
	if len(ids) > maxOptions {
		return fault.New(fault.Invalid, "optionIds", "At most %d options.", maxOptions)
	}
	if len(ids) == 0 {
		return nil
	}
	rows, err := l.s.DB.TrackingOption.Query().Where(trackingoption.IDIn(distinct(ids)...)).All(ctx)
	if err != nil {
		return fmt.Errorf("contact: read options: %w", err)
	}
	known, of := map[uuid.UUID]bool{}, map[uuid.UUID][]any{}
	var categories []uuid.UUID
	for _, r := range rows {
		if of[r.CategoryID] == nil {
			categories = append(categories, r.CategoryID)
		}
		known[r.ID], of[r.CategoryID] = true, append(of[r.CategoryID], r.ID)
	}
	var bad fault.List
	for i, id := range ids {
		if !known[id] {
			bad = append(bad, fault.New(fault.NotFound, fmt.Sprintf("optionIds.%d", i), "There is no such option."))
		}
	}
	slices.SortFunc(categories, func(a, b uuid.UUID) int { return strings.Compare(a.String(), b.String()) })
	for _, c := range categories {
		l.and(l.among(contactoption.Table, func(t *sql.SelectTable) *sql.Predicate {
			return sql.In(t.C(contactoption.FieldOptionID), of[c]...)
		}))
	}
	return bad.Err()
}

// overdue adds that the contact has, or has not, an issued invoice or bill, of those that the
// viewer may see, that was due before today where the organization is and is not settled.
func (l *listing) overdue(ctx context.Context) error {
	if l.filter.HasOverdue == nil {
		return nil
	}
	org, err := l.organization(ctx)
	if err != nil {
		return err
	}
	zone, err := time.LoadLocation(org.TimeZone)
	if err != nil {
		zone = time.UTC
	}
	seen, err := rule.Rows(ent.TypeDocument, l.viewer)
	if err != nil {
		return err
	}
	today := day.Of(l.s.now(), zone)
	l.and(func(s *sql.Selector) {
		// The literals are those of the index documents_open.
		late := l.below(s, document.Table, func(t *sql.SelectTable) *sql.Predicate {
			return sql.And(sql.ExprP("status = 'issued' AND settled < payable"), sql.ExprP("type IN ('invoice', 'bill')"),
				sql.LT(t.C(document.FieldDueDate), today))
		})
		seen(late)
		if *l.filter.HasOverdue {
			s.Where(sql.In(s.C(entcontact.FieldID), late))
			return
		}
		s.Where(sql.NotIn(s.C(entcontact.FieldID), late))
	})
	return nil
}

func (s *Service) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

func (l *listing) organization(ctx context.Context) (*ent.Organization, error) {
	if l.org == nil {
		org, err := l.s.DB.Organization.Get(ctx, l.viewer.Organization)
		if err != nil {
			return nil, fmt.Errorf("contact: read the organization: %w", err)
		}
		l.org = org
	}
	return l.org, nil
}

// account is the side and the currency of the balances that a list is about.
//
// Faults, below the filter: FORBIDDEN on balance.side.
func (l *listing) account(ctx context.Context) (side ledgerentry.Side, currency money.Currency, err error) {
	side = ledgerentry.SideClient
	r := l.filter.Balance
	if r != nil && r.Side != nil {
		side = *r.Side
	}
	need := viewer.SeeSales
	if side == ledgerentry.SideSupplier {
		need = viewer.SeePurchases
	}
	if !l.viewer.Role.May(need) {
		return "", "", fault.New(fault.Forbidden, "balance.side", "Your role (%s) does not show these balances.", l.viewer.Role)
	}
	if r != nil && r.Currency != nil {
		return side, *r.Currency, nil
	}
	org, err := l.organization(ctx)
	if err != nil {
		return "", "", err
	}
	return side, org.BaseCurrency, nil
}

// balance adds that the contact's net lies in the range.
func (l *listing) balance(ctx context.Context) error {
	r := l.filter.Balance
	if r == nil {
		return nil
	}
	side, currency, err := l.account(ctx)
	if err != nil {
		return err
	}
	low, high, err := r.bounds(currency)
	if err != nil || (low == nil && high == nil) {
		return err
	}
	within := func(t *sql.SelectTable) *sql.Predicate {
		var all []*sql.Predicate
		if low != nil {
			all = append(all, sql.GTE(t.C(balance.FieldNet), int64(*low)))
		}
		if high != nil {
			all = append(all, sql.LTE(t.C(balance.FieldNet), int64(*high)))
		}
		return sql.And(all...)
	}
	account := func(t *sql.SelectTable) *sql.Predicate {
		return sql.And(sql.EQ(t.C(balance.FieldSide), string(side)), sql.EQ(t.C(balance.FieldCurrency), string(currency)))
	}
	if (low != nil && *low > 0) || (high != nil && *high < 0) {
		l.and(l.among(balance.Table, func(t *sql.SelectTable) *sql.Predicate { return sql.And(account(t), within(t)) }))
		return nil
	}
	l.and(func(s *sql.Selector) { // 0 lies in the range, and with it everyone who has no such balance
		s.Where(sql.NotIn(s.C(entcontact.FieldID), l.below(s, balance.Table, func(t *sql.SelectTable) *sql.Predicate {
			return sql.And(account(t), sql.Not(within(t)))
		})))
	})
	return nil
}

// bounds are the ends of the range in minor units.
//
// Faults, below the filter: INVALID on balance.min and balance.max.
func (r *BalanceRange) bounds(currency money.Currency) (low, high *money.Minor, err error) {
	var bad fault.List
	end := func(field string, d *money.Decimal) *money.Minor {
		if d == nil {
			return nil
		}
		m, err := money.ParseMinor(*d, currency)
		if err != nil {
			_ = bad.Add(field, err)
			return nil
		}
		return &m
	}
	low, high = end("balance.min", r.Min), end("balance.max", r.Max)
	if low != nil && high != nil && *low > *high {
		bad = append(bad, fault.New(fault.Invalid, "balance.max", "The most is less than the least."))
	}
	return low, high, bad.Err()
}
