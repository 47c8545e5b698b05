package contact

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/contactoption"
	"github.com/kartela/kartela/ent/trackingoption"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/tracking"
)

// Options are the contact's options of tracking categories, in the order of the categories.
func (c *Contact) Options(ctx context.Context) ([]*tracking.Option, error) {
	return page.Load(ctx, c.Group, "options", c.ID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*tracking.Option, error) {
		rows, err := c.db.ContactOption.Query().Where(contactoption.ContactIDIn(ids...)).All(ctx)
		if err != nil || len(rows) == 0 {
			return nil, wrapped("options", err)
		}
		options := make([]uuid.UUID, len(rows))
		for i, r := range rows {
			options[i] = r.OptionID
		}
		known, err := (&tracking.Service{DB: c.db}).OptionsByIDs(ctx, distinct(options))
		if err != nil {
			return nil, err
		}
		out := map[uuid.UUID][]*tracking.Option{}
		for _, r := range rows {
			if o := known[r.OptionID]; o != nil { // it may have gone since
				out[r.ContactID] = append(out[r.ContactID], o)
			}
		}
		for _, list := range out {
			if err := byCategory(ctx, list); err != nil {
				return nil, err
			}
		}
		return out, nil
	})
}

// byCategory sorts options by the places of their categories.
func byCategory(ctx context.Context, list []*tracking.Option) error {
	var failed error
	slices.SortFunc(list, func(a, b *tracking.Option) int {
		x, err := a.Category(ctx)
		y, other := b.Category(ctx)
		switch {
		case err != nil:
			failed = err
		case other != nil:
			failed = other
		case x == nil || y == nil: // gone since
		case x.Position != y.Position:
			return x.Position - y.Position
		default:
			return strings.Compare(x.SortTitle, y.SortTitle)
		}
		return 0
	})
	return failed
}

// chosen is an option that a contact is to have.
type chosen struct{ contact, option uuid.UUID }

// insertOptions writes options of contacts that have none of the same categories, a statement
// for every 2,000 of them.
func insertOptions(ctx context.Context, tx *ent.Tx, all []chosen) error {
	if len(all) == 0 {
		return nil
	}
	ids := make([]uuid.UUID, len(all))
	for i, o := range all {
		ids[i] = o.option
	}
	rows, err := tx.TrackingOption.Query().Where(trackingoption.IDIn(distinct(ids)...)).All(ctx)
	if err != nil {
		return fmt.Errorf("contact: read options: %w", err)
	}
	category := make(map[uuid.UUID]uuid.UUID, len(rows))
	for _, r := range rows {
		category[r.ID] = r.CategoryID
	}
	for some := range slices.Chunk(all, 2000) {
		c := make([]*ent.ContactOptionCreate, len(some))
		for i, o := range some {
			if category[o.option] == uuid.Nil {
				return fault.New(fault.NotFound, "optionIds", "There is no such option.")
			}
			c[i] = tx.ContactOption.Create().SetContactID(o.contact).SetCategoryID(category[o.option]).SetOptionID(o.option)
		}
		if err := tx.ContactOption.CreateBulk(c...).Exec(ctx); err != nil {
			return fmt.Errorf("contact: save options: %w", err)
		}
	}
	return nil
}

// options are a contact's options, as they are and as they are to be; nil when an input says
// nothing of them.
type options struct {
	old   []*ent.ContactOption
	want  []uuid.UUID
	known map[uuid.UUID]tracking.Choice // of both
}

// readOptions reads what it takes to save the options of the input.
func readOptions(ctx context.Context, tx *ent.Tx, contactID uuid.UUID, f *Fields, isNew bool) (*options, error) {
	if f.OptionIDs == nil {
		return nil, nil //nolint:nilnil // a nil list is as it is
	}
	o := &options{want: f.OptionIDs}
	var err error
	if !isNew {
		if o.old, err = tx.ContactOption.Query().Where(contactoption.ContactID(contactID)).All(ctx); err != nil {
			return nil, fmt.Errorf("contact: read options: %w", err)
		}
	}
	ids := slices.Clone(o.want)
	for _, r := range o.old {
		ids = append(ids, r.OptionID)
	}
	o.known, err = tracking.Choices(ctx, tx, distinct(ids))
	return o, err
}

func forContacts(c *ent.TrackingCategory) bool { return c.Contacts }

// check holds the options to the rules. Faults: NOT_FOUND and INVALID on optionIds.N.
func (o *options) check() error {
	if o == nil {
		return nil
	}
	has := make(map[uuid.UUID]bool, len(o.old))
	for _, r := range o.old {
		has[r.OptionID] = true
	}
	return tracking.Check("optionIds", o.want, o.known, forContacts, has)
}

// save replaces the contact's options; what stays is not written again.
func (o *options) save(ctx context.Context, tx *ent.Tx, contactID uuid.UUID) error {
	if o == nil {
		return nil
	}
	var gone []uuid.UUID
	stays := map[uuid.UUID]bool{}
	for _, r := range o.old {
		if slices.Contains(o.want, r.OptionID) {
			stays[r.OptionID] = true
		} else {
			gone = append(gone, r.ID)
		}
	}
	if len(gone) > 0 {
		if _, err := tx.ContactOption.Delete().Where(contactoption.IDIn(gone...)).Exec(ctx); err != nil {
			return fmt.Errorf("contact: save options: %w", err)
		}
	}
	var fresh []chosen
	for _, id := range o.want {
		if !stays[id] {
			fresh = append(fresh, chosen{contactID, id})
		}
	}
	return insertOptions(ctx, tx, fresh)
}

// audit gives the options before and after by their titles.
func (o *options) audit() (before, after audit.Fields) {
	if o == nil {
		return nil, nil
	}
	was, is := []string{}, []string{}
	for _, r := range o.old {
		was = append(was, o.known[r.OptionID].Title())
	}
	for _, id := range o.want {
		is = append(is, o.known[id].Title())
	}
	slices.Sort(was)
	slices.Sort(is)
	return audit.Fields{"options": was}, audit.Fields{"options": is}
}
