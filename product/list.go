package product

import (
	"context"
	"fmt"
	"strings"

	"entgo.io/ent/dialect/sql"

	"github.com/kartela/kartela/ent"
	entproduct "github.com/kartela/kartela/ent/product"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/fold"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

// Order is the order of the price list.
type Order string

// The orders of the price list.
const (
	ByTitle     Order = "TITLE"
	ByTitleDesc Order = "TITLE_DESC"
	Newest      Order = "NEWEST"
	Oldest      Order = "OLDEST"
)

// Filter says which products; every part that is given must hold.
type Filter struct {
	Search   string // words, each part of the title or the code
	Kind     *entproduct.Kind
	Archived *bool // nil: only those that are not
}

const maxSearch = 200 // characters

// List reads one page of the price list. Staff who see sales or purchases.
//
// Faults: INVALID for a bad page or filter; UNAUTHENTICATED, FORBIDDEN.
func (s *Service) List(ctx context.Context, args page.Args, f *Filter, order Order) (*page.Connection[*ent.Product], error) {
	if err := may(ctx, viewer.SeeSales, viewer.SeePurchases); err != nil {
		return nil, err
	}
	kind, column, descending := "products:"+string(order), "", order == Newest || order == ByTitleDesc
	key := func(*ent.Product) string { return "" }
	if order == ByTitle || order == ByTitleDesc {
		column, key = entproduct.FieldSortTitle, func(p *ent.Product) string { return p.SortTitle }
	}
	req, err := args.Check(kind, nil)
	if err != nil {
		return nil, err
	}
	q := s.DB.Product.Query()
	if err := f.narrow(q); err != nil {
		return nil, err
	}
	rows, err := q.Clone().Where(db.Keyset(req, column, descending)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("product: list: %w", err)
	}
	cursor := func(p *ent.Product) page.Cursor { return page.Cursor{Kind: kind, Key: key(p), ID: p.ID} }
	return page.New(req, rows, cursor, q.Count), nil
}

func (f *Filter) narrow(q *ent.ProductQuery) error {
	if f == nil {
		f = &Filter{}
	}
	if len([]rune(f.Search)) > maxSearch {
		return fault.New(fault.Invalid, "filter.search", "Search for at most %d characters.", maxSearch)
	}
	for _, word := range strings.Fields(fold.Text(f.Search)) {
		q.Where(func(s *sql.Selector) { s.Where(sql.Contains(s.C(entproduct.FieldSearch), word)) })
	}
	if f.Kind != nil {
		q.Where(entproduct.KindEQ(*f.Kind))
	}
	if f.Archived != nil && *f.Archived {
		q.Where(entproduct.ArchivedAtNotNil())
	} else {
		q.Where(entproduct.ArchivedAtIsNil())
	}
	return nil
}
