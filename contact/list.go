package contact

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent/ledgerentry"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

// Role is the role in which a contact is listed.
type Role string

// The roles of a list.
const (
	Client   Role = "CLIENT"
	Supplier Role = "SUPPLIER"
	Prospect Role = "PROSPECT"
)

// Order is the order of a list.
type Order string

// The orders of a list.
const (
	ByName       Order = "NAME"
	ByNameDesc   Order = "NAME_DESC"
	Newest       Order = "NEWEST"
	Oldest       Order = "OLDEST"
	ByBalance    Order = "BALANCE"
	ByBalanceAsc Order = "BALANCE_ASC"
	LastActivity Order = "LAST_ACTIVITY"
)

// Filter says which contacts; every part that is given must hold.
type Filter struct {
	Search   string // words, each part of a name, number, e-mail, phone or city
	Role     *Role
	Archived *bool // nil: only those that are not

	OptionIDs    []uuid.UUID // of one category any, of several all
	City         *string
	HasOverdue   *bool
	Balance      *BalanceRange
	CreatedSince *time.Time
	ChangedSince *time.Time
}

// BalanceRange is a range of balances, net. A contact without such a balance has 0.
type BalanceRange struct {
	Side     *ledgerentry.Side // nil: client
	Currency *money.Currency   // nil: the organization's base currency
	Min, Max *money.Decimal    // in units of the currency
}

const (
	maxSearch  = 200 // characters
	maxOptions = 20  // of a filter
)

// List reads one page of contacts. Staff only. The number of statements depends on the
// filter and the order alone.
//
// Faults: INVALID for a bad page or filter; NOT_FOUND on filter.optionIds.N; FORBIDDEN on
// filter.balance.side for balances that the viewer may not see; UNAUTHENTICATED, FORBIDDEN.
func (s *Service) List(ctx context.Context, args page.Args, f *Filter, order Order) (*page.Connection[*Contact], error) {
	l, err := s.listing(ctx, f)
	if err != nil {
		return nil, err
	}
	by, err := l.ordering(ctx, order)
	if err != nil {
		return nil, err
	}
	req, err := args.Check(by.kind, by.checkKey)
	if err != nil {
		return nil, err
	}
	q := s.DB.Contact.Query().Where(l.where...)
	rows, err := q.Clone().Where(by.page(req)).All(l.reading(ctx))
	if err != nil {
		return nil, fmt.Errorf("contact: list: %w", err)
	}
	contacts := s.wrap(rows...)
	if err := by.keys(contacts); err != nil {
		return nil, err
	}
	total := func(ctx context.Context) (int, error) { return q.Count(l.reading(ctx)) }
	return page.New(req, contacts, by.cursor, total), nil
}

// IDs reads which contacts a whole list has, in its order, by one statement: 16 bytes of
// memory for each. ByIDs reads them on, some at a time: each is met once, whatever is changed
// meanwhile, which pages by a key that is changed cannot promise.
//
// Faults: as for List, but for pages.
func (s *Service) IDs(ctx context.Context, f *Filter, order Order) ([]uuid.UUID, error) {
	l, err := s.listing(ctx, f)
	if err != nil {
		return nil, err
	}
	by, err := l.ordering(ctx, order)
	if err != nil {
		return nil, err
	}
	ids, err := s.DB.Contact.Query().Where(append(l.where, by.whole)...).IDs(l.reading(ctx))
	return ids, wrapped("a list", err)
}

// reading is the context to read the list in: a search needs the trigram index.
func (l *listing) reading(ctx context.Context) context.Context {
	if l.filter.Search == "" {
		return ctx
	}
	return db.PastRowSecurity(ctx)
}

func mayList(ctx context.Context) (viewer.Viewer, error) {
	return viewer.RequireStaff(ctx, viewer.SeeContacts)
}
