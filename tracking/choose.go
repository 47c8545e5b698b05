package tracking

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/trackingcategory"
	"github.com/kartela/kartela/ent/trackingoption"
	"github.com/kartela/kartela/fault"
)

// Choice is an option that something is to have, with its category.
type Choice struct {
	Option   *ent.TrackingOption
	Category *ent.TrackingCategory
}

// Title is the choice as the history tells it.
func (c Choice) Title() string { return c.Category.Title + ": " + c.Option.Title }

// Choices reads options with their categories by ids, by two statements however many there
// are. An id that is not there is left out.
func Choices(ctx context.Context, tx *ent.Tx, ids []uuid.UUID) (map[uuid.UUID]Choice, error) {
	if len(ids) == 0 {
		return map[uuid.UUID]Choice{}, nil
	}
	options, err := tx.TrackingOption.Query().Where(trackingoption.IDIn(ids...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("tracking: read options: %w", err)
	}
	in := make([]uuid.UUID, len(options))
	for i, o := range options {
		in[i] = o.CategoryID
	}
	categories, err := tx.TrackingCategory.Query().Where(trackingcategory.IDIn(in...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("tracking: read categories: %w", err)
	}
	byID := make(map[uuid.UUID]*ent.TrackingCategory, len(categories))
	for _, c := range categories {
		byID[c.ID] = c
	}
	out := make(map[uuid.UUID]Choice, len(options))
	for _, o := range options {
		out[o.ID] = Choice{o, byID[o.CategoryID]}
	}
	return out, nil
}

// Check holds the options that something is to have to the rules: each is there, at most one
// is of a category, the category applies, and what is archived is not taken anew. has says
// what it has already: that may stay.
//
// Faults: NOT_FOUND and INVALID on field.N, all at once.
func Check(field string, ids []uuid.UUID, known map[uuid.UUID]Choice, applies func(*ent.TrackingCategory) bool, has map[uuid.UUID]bool) error {
	var bad fault.List
	of := map[uuid.UUID]bool{}
	for i, id := range ids {
		refuse := func(code fault.Code, text string, args ...any) {
			bad = append(bad, fault.New(code, fmt.Sprintf("%s.%d", field, i), text, args...))
		}
		c, ok := known[id]
		switch {
		case !ok:
			refuse(fault.NotFound, "There is no such option.")
		case of[c.Category.ID]:
			refuse(fault.Invalid, "Only one option of the category “%s” can be taken.", c.Category.Title)
		case has[id]:
		case !applies(c.Category):
			refuse(fault.Invalid, "The category “%s” is not for this.", c.Category.Title)
		case c.Option.ArchivedAt != nil || c.Category.ArchivedAt != nil:
			refuse(fault.Invalid, "The option “%s” is archived.", c.Option.Title)
		}
		if ok {
			of[c.Category.ID] = true
		}
	}
	return bad.Err()
}
