// Package tracking owns tracking categories and their mutually exclusive options, by which
// contacts, sales, purchases, payments and projects are grouped. It does not own what has an
// option.
package tracking

import (
	"context"
	"fmt"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/trackingcategory"
	"github.com/kartela/kartela/ent/trackingoption"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/fold"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

// The most of what there is.
const (
	MaxCategories = 50  // of an organization, archived ones too
	MaxOptions    = 200 // of a category, archived ones too
	maxTitle      = 100 // characters
	maxPosition   = 9999
)

// Service is what can be done with tracking categories.
type Service struct{ DB *db.DB }

// Category is a category as it was read, with those that were read together with it.
type Category struct {
	*ent.TrackingCategory
	Group *page.Group
	db    *db.DB
}

// Option is an option as it was read.
type Option struct {
	*ent.TrackingOption
	Group *page.Group // of the categories' ids
	db    *db.DB
}

// OptionInput is an option to save.
type OptionInput struct {
	ID       *uuid.UUID
	Title    string
	Archived bool
}

// IDInput is the input of a mutation on one category.
type IDInput struct {
	db.Idempotent
	ID uuid.UUID
}

// List reads the categories in their order; archived ones when asked. Staff only.
//
// Faults: UNAUTHENTICATED, FORBIDDEN.
func (s *Service) List(ctx context.Context, archived bool) ([]*Category, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.SeeContacts); err != nil {
		return nil, err
	}
	q := s.DB.TrackingCategory.Query()
	if !archived {
		q.Where(trackingcategory.ArchivedAtIsNil())
	}
	rows, err := q.Order(trackingcategory.ByPosition(), trackingcategory.BySortTitle()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("tracking: list: %w", err)
	}
	return s.wrap(rows...), nil
}

// get reads a category for the answer of a mutation.
func (s *Service) get(ctx context.Context, id uuid.UUID) (*Category, error) {
	row, err := s.DB.TrackingCategory.Query().Where(trackingcategory.ID(id)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fault.New(fault.NotFound, "id", "There is no such category.")
	}
	if err != nil {
		return nil, fmt.Errorf("tracking: read: %w", err)
	}
	return s.wrap(row)[0], nil
}

func (s *Service) wrap(rows ...*ent.TrackingCategory) []*Category {
	ids := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	g := page.NewGroup(ids...)
	out := make([]*Category, len(rows))
	for i, r := range rows {
		out[i] = &Category{r, g, s.DB}
	}
	return out
}

// wrapOptions makes options that were read together; their categories are read at once.
func (s *Service) wrapOptions(rows ...*ent.TrackingOption) []*Option {
	seen, categories := map[uuid.UUID]bool{}, []uuid.UUID{}
	for _, r := range rows {
		if !seen[r.CategoryID] {
			seen[r.CategoryID] = true
			categories = append(categories, r.CategoryID)
		}
	}
	g := page.NewGroup(categories...)
	out := make([]*Option, len(rows))
	for i, r := range rows {
		out[i] = &Option{r, g, s.DB}
	}
	return out
}

// OptionsByIDs reads options for the rows of another list, by one statement.
func (s *Service) OptionsByIDs(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Option, error) {
	rows, err := s.DB.TrackingOption.Query().Where(trackingoption.IDIn(ids...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("tracking: read options by ids: %w", err)
	}
	out := make(map[uuid.UUID]*Option, len(rows))
	for _, o := range s.wrapOptions(rows...) {
		out[o.ID] = o
	}
	return out, nil
}

// Options are the category's options in their order, archived ones too.
func (c *Category) Options(ctx context.Context) ([]*Option, error) {
	return page.Load(ctx, c.Group, "options", c.ID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*Option, error) {
		rows, err := c.db.TrackingOption.Query().Where(trackingoption.CategoryIDIn(ids...)).
			Order(trackingoption.ByPosition(), trackingoption.ByID()).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("tracking: read options: %w", err)
		}
		out := map[uuid.UUID][]*Option{}
		for _, o := range (&Service{c.db}).wrapOptions(rows...) {
			out[o.CategoryID] = append(out[o.CategoryID], o)
		}
		return out, nil
	})
}

// Category is the category that the option belongs to.
func (o *Option) Category(ctx context.Context) (*Category, error) {
	return page.Load(ctx, o.Group, "category", o.CategoryID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Category, error) {
		rows, err := o.db.TrackingCategory.Query().Where(trackingcategory.IDIn(ids...)).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("tracking: read categories: %w", err)
		}
		out := make(map[uuid.UUID]*Category, len(rows))
		for _, c := range (&Service{o.db}).wrap(rows...) {
			out[c.ID] = c
		}
		return out, nil
	})
}

// title brings a title into its kept form. Faults: INVALID on the field.
func title(field, s string) (string, error) {
	s = fold.Clean(s)
	if n := utf8.RuneCountInString(s); n == 0 || n > maxTitle {
		return "", fault.New(fault.Invalid, field, "A title has 1 to %d characters.", maxTitle)
	}
	return s, nil
}

// sortTitle is a title as others are compared to it.
func sortTitle(s string) string { return fold.Clip(fold.Text(s), maxTitle) }

func position(p *int) error {
	if p != nil && (*p < 0 || *p > maxPosition) {
		return fault.New(fault.Invalid, "position", "From 0 to %d.", maxPosition)
	}
	return nil
}
