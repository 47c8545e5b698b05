package tracking_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/auditevent"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/tracking"
	"github.com/kartela/kartela/viewer"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

type bench struct {
	*tracking.Service
	db  *db.DB
	ctx context.Context // of an owner
}

func setup(t testing.TB, d *db.DB) *bench {
	t.Helper()
	return &bench{&tracking.Service{DB: d}, d, dbtest.Tenant(t, d, viewer.Owner)}
}

func options(titles ...string) (out []*tracking.OptionInput) {
	for _, t := range titles {
		out = append(out, &tracking.OptionInput{Title: t})
	}
	return out
}

func (b *bench) create(t testing.TB, title string, titles ...string) *tracking.Category {
	t.Helper()
	c, err := b.Create(b.ctx, tracking.CreateInput{Title: title, Options: options(titles...)})
	must(t, err)
	return c
}

// titles are the category's options as a person reads them.
func (b *bench) titles(t rapid.TB, c *tracking.Category) (out []string) {
	t.Helper()
	list, err := c.Options(b.ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range list {
		title := o.Title
		if o.ArchivedAt != nil {
			title += " (archived)"
		}
		out = append(out, title)
	}
	return out
}

// use gives a new contact the option.
func (b *bench) use(t testing.TB, o *tracking.Option) {
	t.Helper()
	must(t, db.InTx(b.ctx, b.db, func(ctx context.Context, tx *ent.Tx) error {
		c, err := tx.Contact.Create().SetDisplayName("x").SetDefaultTaxes(nil).Save(ctx)
		if err != nil {
			return err
		}
		return tx.ContactOption.Create().SetContactID(c.ID).SetCategoryID(o.CategoryID).SetOptionID(o.ID).Exec(ctx)
	}))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func refused(t testing.TB, err error, code fault.Code, field string) {
	t.Helper()
	all, _ := fault.All(err)
	for _, f := range all {
		if f.Code == code && f.Field == field {
			return
		}
	}
	t.Errorf("got %v, want %s on %q", err, code, field)
}

func ptr[T any](v T) *T { return &v }

func TestACategoryIsMadeChangedAndListed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		region := b.create(t, " Περιοχή ", "Αττική", " Βόρεια Ελλάδα ")
		if region.Title != "Περιοχή" || !region.Contacts || region.Sales || region.Version != 1 || region.Position != 0 {
			t.Errorf("made %+v", region.TrackingCategory)
		}
		if diff := cmp.Diff([]string{"Αττική", "Βόρεια Ελλάδα"}, b.titles(t, region)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		channel := b.create(t, "Κανάλι", "Λιανική")
		if channel.Position != 1 {
			t.Errorf("the second is at %d", channel.Position)
		}
		changed, err := b.Update(b.ctx, tracking.UpdateInput{ID: region.ID, Version: 1, Title: ptr("Αγορά"), Position: ptr(7),
			Contacts: ptr(false), Sales: ptr(true), Archived: ptr(true)})
		must(t, err)
		if changed.Title != "Αγορά" || changed.Contacts || !changed.Sales || changed.ArchivedAt == nil || changed.Version != 2 {
			t.Errorf("changed to %+v", changed.TrackingCategory)
		}
		if diff := cmp.Diff([]string{"Αττική", "Βόρεια Ελλάδα"}, b.titles(t, changed)); diff != "" {
			t.Errorf("options that were not given (-want +got):\n%s", diff)
		}
		for archived, want := range map[bool][]string{false: {"Κανάλι"}, true: {"Κανάλι", "Αγορά"}} {
			all, err := b.List(b.ctx, archived)
			must(t, err)
			var got []string
			for _, c := range all {
				got = append(got, c.Title)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("archived %t (-want +got):\n%s", archived, diff)
			}
		}
		_, err = b.Update(b.ctx, tracking.UpdateInput{ID: region.ID, Version: 1, Title: ptr("x")})
		refused(t, err, fault.Conflict, "version")
		back, err := b.Update(b.ctx, tracking.UpdateInput{ID: region.ID, Version: 2, Archived: ptr(false)})
		must(t, err)
		if back.ArchivedAt != nil {
			t.Error("still archived")
		}
		_, err = b.Delete(b.ctx, tracking.IDInput{ID: region.ID})
		must(t, err)
		_, err = b.Delete(b.ctx, tracking.IDInput{ID: region.ID})
		refused(t, err, fault.NotFound, "id")

		rows, err := d.AuditEvent.Query().Where(auditevent.ObjectID(region.ID)).Order(auditevent.ByID()).All(b.ctx)
		must(t, err)
		var got []string
		for _, r := range rows {
			got = append(got, r.Action)
		}
		if diff := cmp.Diff([]string{"createTrackingCategory", "updateTrackingCategory", "updateTrackingCategory", "deleteTrackingCategory"}, got); diff != "" {
			t.Fatalf("the history (-want +got):\n%s", diff)
		}
		var was map[string]any
		must(t, json.Unmarshal(rows[1].Before, &was))
		if diff := cmp.Diff(map[string]any{"title": "Περιοχή", "position": 0.0, "contacts": true, "sales": false, "archived": false}, was); diff != "" {
			t.Errorf("before (-want +got):\n%s", diff)
		}
	})
}

func TestTitlesAreUniqueAsPeopleReadThem(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, stranger := setup(t, d), setup(t, d)
		region := b.create(t, "Περιοχές", "a")
		stranger.create(t, "Περιοχές", "a")
		_, err := b.Create(b.ctx, tracking.CreateInput{Title: "ΠΕΡΙΟΧΕΣ", Options: options("a")})
		refused(t, err, fault.Conflict, "title")
		_, err = b.Create(b.ctx, tracking.CreateInput{Title: "x", Options: options("Αθήνα", "b", "ΑΘΗΝΑ")})
		refused(t, err, fault.Conflict, "options.2.title")
		other := b.create(t, "Άλλη", "a")
		_, err = b.Update(b.ctx, tracking.UpdateInput{ID: other.ID, Version: 1, Title: ptr("περιοχές")})
		refused(t, err, fault.Conflict, "title")
		_, err = b.Update(b.ctx, tracking.UpdateInput{ID: region.ID, Version: 1, Title: ptr("ΠΕΡΙΟΧΈΣ")}) // its own
		must(t, err)
	})
}

func TestWhatIsOverItsLimitIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		var many []string
		for i := range tracking.MaxOptions + 1 {
			many = append(many, fmt.Sprint("option ", i))
		}
		for name, tt := range map[string]struct {
			in    tracking.CreateInput
			code  fault.Code
			field string
		}{
			"no title":           {tracking.CreateInput{Title: " \x00", Options: options("a")}, fault.Invalid, "title"},
			"a long title":       {tracking.CreateInput{Title: strings.Repeat("Ω", 101), Options: options("a")}, fault.Invalid, "title"},
			"no options":         {tracking.CreateInput{Title: "x"}, fault.Invalid, "options"},
			"too many options":   {tracking.CreateInput{Title: "x", Options: options(many...)}, fault.Invalid, "options"},
			"an empty option":    {tracking.CreateInput{Title: "x", Options: options("a", " ")}, fault.Invalid, "options.1.title"},
			"an option's id":     {tracking.CreateInput{Title: "x", Options: []*tracking.OptionInput{{ID: ptr(uuid.New()), Title: "a"}}}, fault.NotFound, "options.0.id"},
			"a place out of all": {tracking.CreateInput{Title: "x", Position: ptr(-1), Options: options("a")}, fault.Invalid, "position"},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := b.Create(b.ctx, tt.in)
				refused(t, err, tt.code, tt.field)
			})
		}
		b.create(t, strings.Repeat("Ω", 100), many[:tracking.MaxOptions]...)
		for i := range tracking.MaxCategories - 1 {
			b.create(t, fmt.Sprint("category ", i), "a")
		}
		_, err := b.Create(b.ctx, tracking.CreateInput{Title: "one more", Options: options("a")})
		refused(t, err, fault.Conflict, "")
	})
}

func TestOneOfManyGetsTheLastPlace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		for i := range tracking.MaxCategories - 1 {
			b.create(t, fmt.Sprint("category ", i), "a")
		}
		errs := make([]error, 8)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() {
				_, errs[i] = b.Create(b.ctx, tracking.CreateInput{Title: fmt.Sprint("last ", i), Options: options("a")})
			})
		}
		wg.Wait()
		made := 0
		for _, err := range errs {
			if err == nil {
				made++
				continue
			}
			refused(t, err, fault.Conflict, "")
		}
		list, err := b.List(b.ctx, true)
		must(t, err)
		if made != 1 || len(list) != tracking.MaxCategories {
			t.Errorf("%d were made, there are %d; want 1 and %d", made, len(list), tracking.MaxCategories)
		}
	})
}

func TestAnOptionInUseIsArchivedNotDeleted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		c := b.create(t, "Κανάλι", "Χονδρική", "Λιανική", "Άλλο")
		list, err := c.Options(b.ctx)
		must(t, err)
		b.use(t, list[0])
		b.use(t, list[0])
		b.use(t, list[1])
		_, err = b.Update(b.ctx, tracking.UpdateInput{ID: c.ID, Version: 1, Options: []*tracking.OptionInput{{ID: &list[2].ID, Title: "Άλλο"}}})
		refused(t, err, fault.Conflict, "options")
		for _, say := range []string{"“Χονδρική” cannot be deleted: 2 contacts have it", "“Λιανική” cannot be deleted: 1 contact has it"} {
			if !strings.Contains(err.Error(), say) {
				t.Errorf("%v does not say %q", err, say)
			}
		}
		_, err = b.Delete(b.ctx, tracking.IDInput{ID: c.ID})
		refused(t, err, fault.Conflict, "id")
		if !strings.Contains(err.Error(), "3 contacts") {
			t.Errorf("%v does not count", err)
		}
		now, err := b.Update(b.ctx, tracking.UpdateInput{ID: c.ID, Version: 1, Options: []*tracking.OptionInput{
			{ID: &list[1].ID, Title: "Λιανική"}, {ID: &list[0].ID, Title: "Χονδρική", Archived: true}}})
		must(t, err)
		if diff := cmp.Diff([]string{"Λιανική", "Χονδρική (archived)"}, b.titles(t, now)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestOnlyWhoMayChangesCategories(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, stranger := setup(t, d), setup(t, d)
		actions := map[string]struct {
			need viewer.Permission
			do   func(ctx context.Context, c *tracking.Category) error
		}{
			"Create": {viewer.ManageBusiness, func(ctx context.Context, _ *tracking.Category) error {
				_, err := b.Create(ctx, tracking.CreateInput{Title: uuid.NewString(), Options: options("a")})
				return err
			}},
			"Update": {viewer.ManageBusiness, func(ctx context.Context, c *tracking.Category) error {
				_, err := b.Update(ctx, tracking.UpdateInput{ID: c.ID, Version: 1, Title: ptr(uuid.NewString())})
				return err
			}},
			"Delete": {viewer.ManageBusiness, func(ctx context.Context, c *tracking.Category) error {
				_, err := b.Delete(ctx, tracking.IDInput{ID: c.ID})
				return err
			}},
			"List": {viewer.SeeContacts, func(ctx context.Context, _ *tracking.Category) error {
				_, err := b.List(ctx, true)
				return err
			}},
		}
		for name, a := range actions {
			t.Run(name, func(t *testing.T) {
				for _, role := range viewer.Role("").Values() {
					ctx := dbtest.Member(t, b.ctx, d, viewer.Role(role))
					err := a.do(ctx, b.create(t, uuid.NewString(), "a"))
					if viewer.Role(role).May(a.need) != (err == nil) || (err != nil && !fault.IsCode(err, fault.Forbidden)) {
						t.Errorf("%s: %v", role, err)
					}
				}
				if err := a.do(context.Background(), b.create(t, uuid.NewString(), "a")); !fault.IsCode(err, fault.Unauthenticated) {
					t.Errorf("nobody: %v", err)
				}
				if err := a.do(stranger.ctx, b.create(t, uuid.NewString(), "a")); (name == "Update" || name == "Delete") && !fault.IsCode(err, fault.NotFound) {
					t.Errorf("another organization's owner: %v", err)
				}
			})
		}
		if all, err := stranger.List(stranger.ctx, true); err != nil || len(all) != 1 { // the one it made above
			t.Errorf("another organization lists %d, %v", len(all), err)
		}
	})
}

func TestTheNumberOfStatementsDoesNotDependOnTheCategories(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		read := func() (n int64) {
			ctx, counted := db.CountStatements(b.ctx)
			all, err := b.List(ctx, true)
			must(t, err)
			for _, c := range all {
				list, err := c.Options(ctx)
				must(t, err)
				for _, o := range list {
					of, err := o.Category(ctx)
					must(t, err)
					if of.ID != c.ID {
						t.Fatalf("%s is an option of %s, not of %s", o.Title, of.Title, c.Title)
					}
				}
			}
			return counted.Load()
		}
		b.create(t, "first", "a", "b")
		one := read()
		for i := range 9 {
			b.create(t, fmt.Sprint("more ", i), "a", "b", "c")
		}
		if many := read(); one != many || one == 0 {
			t.Errorf("%d statements for one category, %d for ten", one, many)
		}
	})
}

func TestOptionsAreSavedWholeWhateverChanges(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		rapid.Check(t, func(t *rapid.T) {
			c, err := b.Create(b.ctx, tracking.CreateInput{Title: uuid.NewString(), Options: options("a", "b", "c")})
			if err != nil {
				t.Fatal(err)
			}
			for range rapid.IntRange(1, 4).Draw(t, "changes") {
				old, err := c.Options(b.ctx)
				if err != nil {
					t.Fatal(err)
				}
				titles := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c", "d", "Έ", "ζ"}), 1, 5, rapid.ID[string]).Draw(t, "titles")
				ids := rapid.Permutation(old).Draw(t, "ids") // titles change places
				var in []*tracking.OptionInput
				var want []string
				kept := map[uuid.UUID]bool{}
				for i, title := range titles {
					o := &tracking.OptionInput{Title: title, Archived: rapid.Bool().Draw(t, "archived")}
					if i < len(ids) && rapid.Bool().Draw(t, "keeps an id") {
						o.ID, kept[ids[i].ID] = &ids[i].ID, true
					}
					in = append(in, o)
					if o.Archived {
						title += " (archived)"
					}
					want = append(want, title)
				}
				if c, err = b.Update(b.ctx, tracking.UpdateInput{ID: c.ID, Version: c.Version, Options: in}); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, b.titles(t, c)); diff != "" {
					t.Fatalf("(-saved +read):\n%s", diff)
				}
				now, err := c.Options(b.ctx)
				if err != nil {
					t.Fatal(err)
				}
				for i, o := range now {
					if in[i].ID != nil && *in[i].ID != o.ID {
						t.Fatalf("%s has another id", o.Title)
					}
					if in[i].ID == nil && kept[o.ID] {
						t.Fatalf("%s has an old id", o.Title)
					}
				}
			}
			if _, err := b.Delete(b.ctx, tracking.IDInput{ID: c.ID}); err != nil {
				t.Fatal(err)
			}
		})
	})
}
