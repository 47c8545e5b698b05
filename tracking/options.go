package tracking

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/contactoption"
	"github.com/kartela/kartela/ent/documentoption"
	"github.com/kartela/kartela/ent/paymentoption"
	"github.com/kartela/kartela/ent/projectoption"
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
	by, err := uses(ctx, tx, gone)
	if err != nil {
		return err
	}
	var bad fault.List
	for _, o := range old {
		if u := by[o.ID]; u.any() {
			bad = append(bad, fault.New(fault.Conflict, "options", "The option “%s” cannot be deleted: %s. Archive it instead.", o.Title, u))
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

// used is how many of each kind have an option.
type used struct{ contacts, documents, payments, projects int }

func (u used) any() bool { return u != used{} }

func (u used) plus(v used) used {
	return used{u.contacts + v.contacts, u.documents + v.documents, u.payments + v.payments, u.projects + v.projects}
}

// String says what has it: "2 contacts have it", "1 contact and 3 documents have it".
func (u used) String() string {
	var parts []string
	total := 0
	for _, k := range []struct {
		n    int
		name string
	}{{u.contacts, "contact"}, {u.documents, "document"}, {u.payments, "payment"}, {u.projects, "project"}} {
		switch total += k.n; {
		case k.n == 1:
			parts = append(parts, "1 "+k.name)
		case k.n > 1:
			parts = append(parts, fmt.Sprintf("%d %ss", k.n, k.name))
		}
	}
	if total == 1 {
		return parts[0] + " has it"
	}
	if last := len(parts) - 1; last > 0 {
		parts = []string{strings.Join(parts[:last], ", ") + " and " + parts[last]}
	}
	return parts[0] + " have it"
}

// uses counts what has each of the options, by a statement for each kind. Whoever may change
// categories sees everything that may have one.
func uses(ctx context.Context, tx *ent.Tx, options []uuid.UUID) (map[uuid.UUID]used, error) {
	type row struct {
		OptionID uuid.UUID `json:"option_id"`
		Count    int       `json:"count"`
	}
	out := make(map[uuid.UUID]used, len(options))
	for _, k := range []struct {
		read func(rows *[]row) error
		of   func(u *used) *int
	}{
		{func(rows *[]row) error {
			return tx.ContactOption.Query().Where(contactoption.OptionIDIn(options...)).GroupBy(contactoption.FieldOptionID).Aggregate(ent.Count()).Scan(ctx, rows)
		}, func(u *used) *int { return &u.contacts }},
		{func(rows *[]row) error {
			return tx.DocumentOption.Query().Where(documentoption.OptionIDIn(options...)).GroupBy(documentoption.FieldOptionID).Aggregate(ent.Count()).Scan(ctx, rows)
		}, func(u *used) *int { return &u.documents }},
		{func(rows *[]row) error {
			return tx.PaymentOption.Query().Where(paymentoption.OptionIDIn(options...)).GroupBy(paymentoption.FieldOptionID).Aggregate(ent.Count()).Scan(ctx, rows)
		}, func(u *used) *int { return &u.payments }},
		{func(rows *[]row) error {
			return tx.ProjectOption.Query().Where(projectoption.OptionIDIn(options...)).GroupBy(projectoption.FieldOptionID).Aggregate(ent.Count()).Scan(ctx, rows)
		}, func(u *used) *int { return &u.projects }},
	} {
		var rows []row
		if err := k.read(&rows); err != nil {
			return nil, fmt.Errorf("tracking: count uses: %w", err)
		}
		for _, r := range rows {
			u := out[r.OptionID]
			*k.of(&u) = r.Count
			out[r.OptionID] = u
		}
	}
	return out, nil
}
