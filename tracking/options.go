package tracking

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/contactoption"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/ent/trackingoption"
	"github.com/kartela/kartela/fault"
)

// normalizeOptions brings titles into their kept form and checks the list by itself.
func normalizeOptions(in []*OptionInput) error {
	if len(in) == 0 || len(in) > MaxOptions {
		return fault.New(fault.Invalid, "options", "A category has 1 to %d options.", MaxOptions)
	}
	var bad fault.List
	seen := map[string]bool{}
	for i, o := range in {
		field := fmt.Sprintf("options.%d.title", i)
		t, err := title(field, o.Title)
		if err != nil {
			_ = bad.Add("", err)
			continue
		}
		o.Title = t
		if seen[sortTitle(t)] {
			bad = append(bad, fault.New(fault.Conflict, field, "Another option of the category has this title."))
		}
		seen[sortTitle(t)] = true
	}
	return bad.Err()
}

// saveOptions saves the options of a category whole, old being what it has: those with an id
// change, those without are new, those that are missing go when nothing has them.
func saveOptions(ctx context.Context, tx *ent.Tx, category uuid.UUID, old []*ent.TrackingOption, in []*OptionInput) error {
	known := make(map[uuid.UUID]*ent.TrackingOption, len(old))
	for _, o := range old {
		known[o.ID] = o
	}
	kept, err := keptOptions(known, in)
	if err != nil {
		return err
	}
	if err := dropOptions(ctx, tx, old, kept); err != nil {
		return err
	}
	if err := freeTitles(ctx, tx, known, in); err != nil {
		return err
	}
	var fresh []*ent.TrackingOptionCreate
	for i, o := range in {
		if o.ID == nil {
			fresh = append(fresh, create(tx, category, i, o))
			continue
		}
		u := tx.TrackingOption.UpdateOneID(*o.ID).SetTitle(o.Title).SetSortTitle(sortTitle(o.Title)).SetPosition(i)
		was := known[*o.ID]
		switch {
		case o.Archived && was.ArchivedAt == nil:
			u.SetArchivedAt(schema.Now())
		case !o.Archived:
			u.ClearArchivedAt()
		}
		if was.Title == o.Title && was.Position == i && o.Archived == (was.ArchivedAt != nil) {
			continue
		}
		if err := u.Exec(ctx); err != nil {
			return fmt.Errorf("tracking: change an option: %w", err)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	if err := tx.TrackingOption.CreateBulk(fresh...).Exec(ctx); err != nil {
		return fmt.Errorf("tracking: make options: %w", err)
	}
	return nil
}

func create(tx *ent.Tx, category uuid.UUID, at int, o *OptionInput) *ent.TrackingOptionCreate {
	c := tx.TrackingOption.Create().SetCategoryID(category).SetTitle(o.Title).SetSortTitle(sortTitle(o.Title)).SetPosition(at)
	if o.Archived {
		c.SetArchivedAt(schema.Now())
	}
	return c
}

// keptOptions are the ids that stay. Faults: NOT_FOUND on options.N.id.
func keptOptions(known map[uuid.UUID]*ent.TrackingOption, in []*OptionInput) (map[uuid.UUID]bool, error) {
	var bad fault.List
	kept := map[uuid.UUID]bool{}
	for i, o := range in {
		if o.ID == nil {
			continue
		}
		if known[*o.ID] == nil || kept[*o.ID] { // an id is used once
			bad = append(bad, fault.New(fault.NotFound, fmt.Sprintf("options.%d.id", i), "The category has no such option."))
		}
		kept[*o.ID] = true
	}
	return kept, bad.Err()
}

// dropOptions deletes the options that are not kept. Faults: CONFLICT that counts the uses.
func dropOptions(ctx context.Context, tx *ent.Tx, old []*ent.TrackingOption, kept map[uuid.UUID]bool) error {
	var gone []uuid.UUID
	for _, o := range old {
		if !kept[o.ID] {
			gone = append(gone, o.ID)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	used, err := uses(ctx, tx, gone)
	if err != nil {
		return err
	}
	var bad fault.List
	for _, o := range old {
		if n := used[o.ID]; n > 0 {
			bad = append(bad, fault.New(fault.Conflict, "options", "The option “%s” cannot be deleted: %s. Archive it instead.", o.Title, has(n)))
		}
	}
	if err := bad.Err(); err != nil {
		return err
	}
	if _, err := tx.TrackingOption.Delete().Where(trackingoption.IDIn(gone...)).Exec(ctx); err != nil {
		return fmt.Errorf("tracking: delete options: %w", err)
	}
	return nil
}

// freeTitles gives up the titles of options that get another one, so that two can change
// places: a folded title never begins with a space.
func freeTitles(ctx context.Context, tx *ent.Tx, known map[uuid.UUID]*ent.TrackingOption, in []*OptionInput) error {
	for _, o := range in {
		if o.ID == nil || known[*o.ID].SortTitle == sortTitle(o.Title) {
			continue
		}
		if err := tx.TrackingOption.UpdateOneID(*o.ID).SetSortTitle(" " + o.ID.String()).Exec(ctx); err != nil {
			return fmt.Errorf("tracking: change an option: %w", err)
		}
	}
	return nil
}

// uses counts what has each of the options. Whoever may change categories sees every contact.
func uses(ctx context.Context, tx *ent.Tx, options []uuid.UUID) (map[uuid.UUID]int, error) {
	var rows []struct {
		OptionID uuid.UUID `json:"option_id"`
		Count    int       `json:"count"`
	}
	err := tx.ContactOption.Query().Where(contactoption.OptionIDIn(options...)).GroupBy(contactoption.FieldOptionID).
		Aggregate(ent.Count()).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("tracking: count uses: %w", err)
	}
	out := make(map[uuid.UUID]int, len(rows))
	for _, r := range rows {
		out[r.OptionID] = r.Count
	}
	return out, nil
}

func has(n int) string {
	if n == 1 {
		return "1 contact has it"
	}
	return fmt.Sprintf("%d contacts have it", n)
}
