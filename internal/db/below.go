package db

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/ent/rule"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

// Condition narrows, orders or limits the rows of a query.
type Condition = func(*sql.Selector)

// Child describes a list that hangs below the rows of another one, newest first.
type Child[T any] struct {
	Kind         string // of the cursors
	Type         string // ent's name, for the row rules
	Table        string
	ParentColumn string
	Key          string      // the sort key, downwards; "" for the id alone
	Filter       string      // names what Match narrows to: lists of one group share a name
	Match        []Condition // the filter
	Cursor       func(T) page.Cursor
	CheckKey     func(string) error
	Parent       func(T) uuid.UUID
	Read         func(ctx context.Context, where Condition) ([]T, error)
	Count        func(ctx context.Context, where Condition) (map[uuid.UUID]int, error) // nil: no totalCount
}

type childKey struct {
	kind, filter string
	size         int
	count        bool
}

// Below reads a page of the child list of one parent. The first page is read for the whole
// group of parents by one statement; any other page for that parent.
//
// Faults: INVALID for a bad page.
func Below[T any](ctx context.Context, g *page.Group, parent uuid.UUID, args page.Args, c Child[T]) (*page.Connection[T], error) {
	req, err := args.Check(c.Kind, c.CheckKey)
	if err != nil {
		return nil, err
	}
	total := func(ctx context.Context) (int, error) {
		return page.Load(ctx, g, childKey{c.Kind, c.Filter, 0, true}, parent, c.count)
	}
	if req.After != nil || req.Before != nil || req.Backward {
		rows, err := c.Read(ctx, all(append(c.Match, under(c.ParentColumn, parent), Keyset(req, c.Key, true))...))
		if err != nil {
			return nil, fmt.Errorf("db: read %s: %w", c.Kind, err)
		}
		return page.New(req, rows, c.Cursor, total), nil
	}
	rows, err := page.Load(ctx, g, childKey{c.Kind, c.Filter, req.Size, false}, parent,
		func(ctx context.Context, parents []uuid.UUID) (map[uuid.UUID][]T, error) {
			return c.top(ctx, parents, req.Size+1)
		})
	if err != nil {
		return nil, err
	}
	return page.New(req, rows, c.Cursor, total), nil
}

func (c Child[T]) top(ctx context.Context, parents []uuid.UUID, n int) (map[uuid.UUID][]T, error) {
	visible, err := rule.Rows(c.Type, viewer.From(ctx))
	if err != nil {
		return nil, err
	}
	rows, err := c.Read(ctx, all(
		TopPerParent(c.Table, c.ParentColumn, parents, c.Key, n, append([]Condition{visible}, c.Match...)...),
		func(s *sql.Selector) {
			if c.Key != "" {
				s.OrderBy(sql.Desc(s.C(c.Key)))
			}
			s.OrderBy(sql.Desc(s.C("id")))
		}))
	if err != nil {
		return nil, fmt.Errorf("db: read %s: %w", c.Kind, err)
	}
	out := make(map[uuid.UUID][]T, len(parents))
	for _, r := range rows {
		out[c.Parent(r)] = append(out[c.Parent(r)], r)
	}
	return out, nil
}

func (c Child[T]) count(ctx context.Context, parents []uuid.UUID) (map[uuid.UUID]int, error) {
	in := make([]any, len(parents))
	for i, p := range parents {
		in[i] = p
	}
	return c.Count(ctx, all(append(c.Match, func(s *sql.Selector) { s.Where(sql.In(s.C(c.ParentColumn), in...)) })...))
}

func under(column string, parent uuid.UUID) Condition {
	return func(s *sql.Selector) { s.Where(sql.EQ(s.C(column), parent)) }
}

func all(conditions ...Condition) Condition {
	return func(s *sql.Selector) {
		for _, c := range conditions {
			c(s)
		}
	}
}
