package contact_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/tracking"
)

// category makes a tracking category with options.
func (b *bench) category(t testing.TB, title string, titles ...string) *tracking.Category {
	t.Helper()
	in := tracking.CreateInput{Title: title}
	for _, o := range titles {
		in.Options = append(in.Options, &tracking.OptionInput{Title: o})
	}
	c, err := (&tracking.Service{DB: b.db}).Create(b.ctx, in)
	must(t, err)
	return c
}

func (b *bench) options(t testing.TB, title string, titles ...string) []*tracking.Option {
	t.Helper()
	list, err := b.category(t, title, titles...).Options(b.ctx)
	must(t, err)
	return list
}

// optionsOf are the titles of a contact's options, in their order.
func optionsOf(t testing.TB, ctx context.Context, c *contact.Contact) []string {
	t.Helper()
	list, err := c.Options(ctx)
	must(t, err)
	out := []string{}
	for _, o := range list {
		of, err := o.Category(ctx)
		must(t, err)
		out = append(out, of.Title+": "+o.Title)
	}
	return out
}

func TestAContactHasOneOptionOfACategory(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, stranger := setup(t, d), setup(t, d)
		region, channel := b.options(t, "Περιοχή", "Αττική", "Βορράς"), b.options(t, "Κανάλι", "Χονδρική", "Λιανική")
		foreign := stranger.options(t, "Ξένη", "a")[0]
		c := b.create(t, contact.Fields{Company: ptr("ΑΕ"), OptionIDs: []uuid.UUID{channel[0].ID, region[1].ID}})
		if diff := cmp.Diff([]string{"Περιοχή: Βορράς", "Κανάλι: Χονδρική"}, optionsOf(t, b.ctx, c)); diff != "" {
			t.Errorf("in the order of the categories (-want +got):\n%s", diff)
		}
		c, err := b.update(c, contact.Fields{Profession: ptr("Φούρνος")})
		must(t, err)
		if diff := cmp.Diff([]string{"Περιοχή: Βορράς", "Κανάλι: Χονδρική"}, optionsOf(t, b.ctx, c)); diff != "" {
			t.Errorf("options that were not given (-want +got):\n%s", diff)
		}
		c, err = b.update(c, contact.Fields{OptionIDs: []uuid.UUID{region[0].ID}})
		must(t, err)
		if diff := cmp.Diff([]string{"Περιοχή: Αττική"}, optionsOf(t, b.ctx, c)); diff != "" {
			t.Errorf("saved whole (-want +got):\n%s", diff)
		}
		for name, tt := range map[string]struct {
			ids   []uuid.UUID
			code  fault.Code
			field string
		}{
			"two of a category":      {[]uuid.UUID{region[0].ID, channel[0].ID, region[1].ID}, fault.Invalid, "optionIds.2"},
			"one twice":              {[]uuid.UUID{region[0].ID, region[0].ID}, fault.Invalid, "optionIds.1"},
			"nobody's":               {[]uuid.UUID{region[0].ID, uuid.New()}, fault.NotFound, "optionIds.1"},
			"another organization's": {[]uuid.UUID{foreign.ID}, fault.NotFound, "optionIds.0"},
			"too many":               {make([]uuid.UUID, 51), fault.Invalid, "optionIds"},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := b.update(c, contact.Fields{OptionIDs: tt.ids})
				refused(t, err, tt.code, tt.field)
				_, err = b.Create(b.ctx, contact.CreateInput{Fields: contact.Fields{Company: ptr("x"), OptionIDs: tt.ids}})
				refused(t, err, tt.code, tt.field)
			})
		}
		actions, before, after := b.history(t, c)
		if !slices.Equal(actions, []string{"createContact", "updateContact", "updateContact"}) {
			t.Fatalf("the history is %v", actions)
		}
		if diff := cmp.Diff([]any{"Κανάλι: Χονδρική", "Περιοχή: Βορράς"}, after[0]["options"]); diff != "" {
			t.Errorf("of a new one (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(map[string]any{"options": []any{"Κανάλι: Χονδρική", "Περιοχή: Βορράς"}}, before[2]); diff != "" {
			t.Errorf("before (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(map[string]any{"options": []any{"Περιοχή: Αττική"}}, after[2]); diff != "" {
			t.Errorf("after (-want +got):\n%s", diff)
		}
	})
}

func TestWhatIsArchivedStaysAndIsNotTakenAnew(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		categories := &tracking.Service{DB: d}
		region, channel, sales := b.category(t, "Περιοχή", "Αττική", "Βορράς"), b.category(t, "Κανάλι", "Χονδρική"), b.category(t, "Πωλήσεις", "a")
		regions, err := region.Options(b.ctx)
		must(t, err)
		channels, err := channel.Options(b.ctx)
		must(t, err)
		of, err := sales.Options(b.ctx)
		must(t, err)
		both := []uuid.UUID{regions[0].ID, channels[0].ID}
		c := b.create(t, contact.Fields{Company: ptr("ΑΕ"), OptionIDs: both})
		_, err = categories.Update(b.ctx, tracking.UpdateInput{ID: region.ID, Version: 1, Options: []*tracking.OptionInput{
			{ID: &regions[0].ID, Title: "Αττική", Archived: true}, {ID: &regions[1].ID, Title: "Βορράς"}}})
		must(t, err)
		_, err = categories.Update(b.ctx, tracking.UpdateInput{ID: channel.ID, Version: 1, Archived: ptr(true)})
		must(t, err)
		_, err = categories.Update(b.ctx, tracking.UpdateInput{ID: sales.ID, Version: 1, Contacts: ptr(false), Sales: ptr(true)})
		must(t, err)
		c, err = b.update(c, contact.Fields{OptionIDs: both}) // it has them
		must(t, err)
		if diff := cmp.Diff([]string{"Περιοχή: Αττική", "Κανάλι: Χονδρική"}, optionsOf(t, b.ctx, c)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		other := b.company(t, "ΟΕ")
		_, err = b.update(other, contact.Fields{OptionIDs: append(both, of[0].ID)})
		for _, field := range []string{"optionIds.0", "optionIds.1", "optionIds.2"} {
			refused(t, err, fault.Invalid, field)
		}
	})
}
