package contact_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/auditevent"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/portalgrant"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/viewer"
)

// became says of each item what became of it: "ok NAME", "gone", or its faults.
func became(done []*contact.Done) (out []string) {
	for _, d := range done {
		switch {
		case len(d.Errors) > 0:
			text := ""
			for _, e := range d.Errors {
				text += string(e.Code) + " " + e.Field + " "
			}
			out = append(out, text[:len(text)-1])
		case d.Contact == nil:
			out = append(out, "gone")
		default:
			out = append(out, "ok "+d.Contact.DisplayName)
		}
	}
	return out
}

func same(t testing.TB, want []string, done []*contact.Done, err error) {
	t.Helper()
	must(t, err)
	if diff := cmp.Diff(want, became(done)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestOneOfManyThatIsWrongStopsNoOther(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		b.create(t, contact.Fields{Company: ptr("taken"), CustomID: ptr("K-1")})
		in := contact.CreateManyInput{Contacts: []*contact.CreateInput{
			{Fields: contact.Fields{Company: ptr("first"), Emails: []*contact.EmailInput{{Email: "a@a.example"}}}},
			{Fields: contact.Fields{FirstName: ptr(greek(51)), DefaultDueDays: ptr(-1), Company: ptr("x")}},
			{Fields: contact.Fields{Company: ptr("second"), CustomID: ptr("K-2")}},
			{Fields: contact.Fields{Company: ptr("third"), CustomID: ptr("K-2")}},
			{Fields: contact.Fields{Company: ptr("fourth"), CustomID: ptr("K-1")}},
			{Fields: contact.Fields{Company: ptr("fifth"), OptionIDs: []uuid.UUID{uuid.New()}}},
			{Fields: contact.Fields{}},
		}}
		want := []string{"ok first", "INVALID firstName INVALID defaultDueDays", "ok second", "CONFLICT customId", "CONFLICT customId", "NOT_FOUND optionIds.0", "INVALID company"}
		ctx := db.WithRequest(b.ctx, db.Request{Key: "many", Hash: [32]byte{1}})
		done, err := b.CreateMany(ctx, in)
		same(t, want, done, err)
		if done[1].ID != nil || done[0].ID == nil {
			t.Error("who could not be made has an id, or who was has none")
		}
		again, err := b.CreateMany(ctx, in)
		same(t, want, again, err)
		if *again[0].ID != *done[0].ID {
			t.Error("a repeat made it again")
		}
		if n, err := d.Contact.Query().Count(b.ctx); n != 3 || err != nil {
			t.Errorf("%d contacts, %v, want 3", n, err)
		}

		first, second := done[0].Contact, done[2].Contact
		changes := contact.UpdateManyInput{Contacts: []*contact.UpdateInput{
			{ID: first.ID, Version: 1, Fields: contact.Fields{Company: ptr("first of all")}},
			{ID: second.ID, Version: 7, Fields: contact.Fields{Company: ptr("x")}},
			{ID: uuid.New(), Version: 1},
		}}
		done, err = b.UpdateMany(b.ctx, changes)
		same(t, []string{"ok first of all", "CONFLICT version", "NOT_FOUND id"}, done, err)
		if done[1].Contact == nil || done[1].Contact.Company != "second" || done[1].Contact.Version != 1 {
			t.Errorf("who could not be changed is %v", done[1].Contact)
		}
		if events, err := d.AuditEvent.Query().Where(auditevent.Action("updateContact")).Count(b.ctx); events != 1 || err != nil {
			t.Errorf("%d changes in the history, %v", events, err)
		}
	})
}

func TestAListOfManyHasItsBounds(t *testing.T) {
	b := setup(t, dbtest.SQLite(t))
	id := uuid.New()
	same := func(n int) []uuid.UUID {
		out := make([]uuid.UUID, n)
		for i := range out {
			out[i] = uuid.New()
		}
		return out
	}
	create, update := contact.CreateManyInput{Contacts: make([]*contact.CreateInput, 201)}, contact.UpdateManyInput{Contacts: make([]*contact.UpdateInput, 201)}
	for name, tt := range map[string]struct {
		field string
		do    func() ([]*contact.Done, error)
	}{
		"none made":   {"contacts", func() ([]*contact.Done, error) { return b.CreateMany(b.ctx, contact.CreateManyInput{}) }},
		"201 made":    {"contacts", func() ([]*contact.Done, error) { return b.CreateMany(b.ctx, create) }},
		"201 changed": {"contacts", func() ([]*contact.Done, error) { return b.UpdateMany(b.ctx, update) }},
		"one changed twice": {"contacts.1.id", func() ([]*contact.Done, error) {
			return b.UpdateMany(b.ctx, contact.UpdateManyInput{Contacts: []*contact.UpdateInput{{ID: id}, {ID: id}}})
		}},
		"none archived": {"ids", func() ([]*contact.Done, error) { return b.ArchiveMany(b.ctx, contact.IDsInput{}) }},
		"501 archived":  {"ids", func() ([]*contact.Done, error) { return b.ArchiveMany(b.ctx, contact.IDsInput{IDs: same(501)}) }},
		"501 restored":  {"ids", func() ([]*contact.Done, error) { return b.RestoreMany(b.ctx, contact.IDsInput{IDs: same(501)}) }},
		"one deleted twice": {"ids.2", func() ([]*contact.Done, error) {
			return b.DeleteMany(b.ctx, contact.IDsInput{IDs: []uuid.UUID{id, uuid.New(), id}})
		}},
		"one chosen twice": {"ids.1", func() ([]*contact.Done, error) {
			return b.SetOption(b.ctx, contact.SetOptionInput{IDs: []uuid.UUID{id, id}})
		}},
		"a category of none": {"categoryId", func() ([]*contact.Done, error) {
			return b.SetOption(b.ctx, contact.SetOptionInput{IDs: same(1), CategoryID: id})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := tt.do()
			want := fault.Invalid
			if tt.field == "categoryId" {
				want = fault.NotFound
			}
			refused(t, err, want, tt.field)
		})
	}
}

func TestManyAreArchivedRestoredAndDeletedEachByItself(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, stranger := setup(t, d), setup(t, d)
		a, c, old, merged := b.company(t, "a"), b.company(t, "c"), b.company(t, "old"), b.company(t, "merged")
		foreign := stranger.company(t, "foreign")
		_, err := b.Archive(b.ctx, contact.IDInput{ID: old.ID})
		must(t, err)
		access := b.grant(t, c.ID, portalgrant.StatusActive)
		b.system(t, func(ctx context.Context, tx *ent.Tx) error {
			return tx.Contact.UpdateOneID(merged.ID).SetMergedIntoID(a.ID).Exec(ctx)
		})
		b.ended = nil
		ids := contact.IDsInput{IDs: []uuid.UUID{a.ID, foreign.ID, old.ID, merged.ID, c.ID}}
		done, err := b.ArchiveMany(b.ctx, ids)
		same(t, []string{"ok a", "NOT_FOUND id", "ok old", "CONFLICT id", "ok c"}, done, err)
		if done[0].Contact.ArchivedAt == nil || done[0].Contact.Version != 2 || done[2].Contact.Version != 2 || done[1].Contact != nil {
			t.Errorf("archived: %v", done)
		}
		org := viewer.From(b.ctx).Organization
		if diff := cmp.Diff([]viewer.Ended{{Organization: org, Contact: a.ID}, {Organization: org, Contact: c.ID}}, b.ended); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
		if g, err := d.PortalGrant.Get(b.ctx, access); err != nil || g.Status != portalgrant.StatusRevoked {
			t.Errorf("portal access is %v, %v", g, err)
		}
		if n, err := d.AuditEvent.Query().Where(auditevent.Action("archiveContact")).Count(b.ctx); n != 3 || err != nil {
			t.Errorf("%d in the history, %v, want 3", n, err)
		}
		done, err = b.RestoreMany(b.ctx, ids)
		same(t, []string{"ok a", "NOT_FOUND id", "ok old", "CONFLICT id", "ok c"}, done, err)
		if done[2].Contact.ArchivedAt != nil || done[2].Contact.Version != 3 {
			t.Errorf("restored: %v", done[2].Contact)
		}
		ctx := db.WithRequest(b.ctx, db.Request{Key: "delete", Hash: [32]byte{1}})
		for range 2 {
			done, err = b.DeleteMany(ctx, ids)
			same(t, []string{"CONFLICT id", "NOT_FOUND id", "gone", "CONFLICT id", "gone"}, done, err)
		}
		if done[0].Contact == nil || *done[2].ID != old.ID {
			t.Errorf("deleted: %v", done)
		}
		if n, err := d.Contact.Query().Where(entcontact.IDIn(old.ID, c.ID)).Count(b.ctx); n != 0 || err != nil {
			t.Errorf("%d of the deleted are there, %v", n, err)
		}
	})
}

func TestManyAreGivenAnOption(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		channel, region := b.options(t, "Κανάλι", "Χονδρική", "Λιανική"), b.options(t, "Περιοχή", "Αττική")
		a := b.create(t, contact.Fields{Company: ptr("a"), OptionIDs: []uuid.UUID{channel[0].ID, region[0].ID}})
		c, archived := b.company(t, "c"), b.company(t, "archived")
		_, err := b.Archive(b.ctx, contact.IDInput{ID: archived.ID})
		must(t, err)
		in := contact.SetOptionInput{IDs: []uuid.UUID{a.ID, c.ID, archived.ID}, CategoryID: channel[0].CategoryID, OptionID: &channel[1].ID}
		done, err := b.SetOption(b.ctx, in)
		same(t, []string{"ok a", "ok c", "CONFLICT id"}, done, err)
		for i, want := range [][]string{{"Κανάλι: Λιανική", "Περιοχή: Αττική"}, {"Κανάλι: Λιανική"}} {
			if diff := cmp.Diff(want, optionsOf(t, b.ctx, done[i].Contact)); diff != "" || done[i].Contact.Version != 2 {
				t.Errorf("version %d (-want +got):\n%s", done[i].Contact.Version, diff)
			}
		}
		done, err = b.SetOption(b.ctx, in) // they have it
		same(t, []string{"ok a", "ok c", "CONFLICT id"}, done, err)
		if done[0].Contact.Version != 2 {
			t.Errorf("nothing changed: version %d", done[0].Contact.Version)
		}
		in.OptionID = nil
		done, err = b.SetOption(b.ctx, in)
		same(t, []string{"ok a", "ok c", "CONFLICT id"}, done, err)
		if diff := cmp.Diff([]string{"Περιοχή: Αττική"}, optionsOf(t, b.ctx, done[0].Contact)); diff != "" {
			t.Errorf("taken off (-want +got):\n%s", diff)
		}
		in.OptionID = &region[0].ID
		_, err = b.SetOption(b.ctx, in)
		refused(t, err, fault.Invalid, "optionId")
		actions, before, after := b.history(t, done[0].Contact)
		if diff := cmp.Diff([]string{"createContact", "setContactsOption", "setContactsOption"}, actions); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]any{"Κανάλι: Χονδρική"}, before[1]["options"]); diff != "" {
			t.Errorf("before (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]any{"Κανάλι: Λιανική"}, after[1]["options"]); diff != "" {
			t.Errorf("after (-want +got):\n%s", diff)
		}
	})
}

func TestTheNumberOfStatementsForManyDoesNotDependOnThem(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		option := b.options(t, "Κανάλι", "Λιανική")[0]
		for name, do := range map[string]func(ctx context.Context, ids []uuid.UUID) ([]*contact.Done, error){
			"archive": func(ctx context.Context, ids []uuid.UUID) ([]*contact.Done, error) {
				return b.ArchiveMany(ctx, contact.IDsInput{IDs: ids})
			},
			"set the option": func(ctx context.Context, ids []uuid.UUID) ([]*contact.Done, error) {
				return b.SetOption(ctx, contact.SetOptionInput{IDs: ids, CategoryID: option.CategoryID, OptionID: &option.ID})
			},
			"delete": func(ctx context.Context, ids []uuid.UUID) ([]*contact.Done, error) {
				return b.DeleteMany(ctx, contact.IDsInput{IDs: ids})
			},
		} {
			t.Run(name, func(t *testing.T) {
				count := func(n int) int64 {
					var ids []uuid.UUID
					for range n {
						ids = append(ids, b.company(t, "ΑΕ").ID)
					}
					ctx, statements := db.CountStatements(b.ctx)
					done, err := do(ctx, ids)
					must(t, err)
					for _, x := range done {
						if len(x.Errors) > 0 {
							t.Fatal(x.Errors[0])
						}
					}
					return statements.Load()
				}
				if one, many := count(1), count(20); one != many || one == 0 {
					t.Errorf("%d statements for one, %d for 20", one, many)
				}
			})
		}
	})
}

// Whatever is asked for many, it is what would have become of each alone.
func TestManyAreAsOneByOne(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		rapid.Check(t, func(t *rapid.T) {
			n := rapid.IntRange(1, 6).Draw(t, "contacts")
			var many, single []uuid.UUID // twins
			for i := range n {
				for _, to := range []*[]uuid.UUID{&many, &single} {
					c, err := b.Create(b.ctx, contact.CreateInput{Fields: contact.Fields{Company: ptr(fmt.Sprint("firm ", i)), CustomID: ptr(uuid.NewString())}})
					fatal(t, err)
					*to = append(*to, c.ID)
				}
			}
			for range rapid.IntRange(1, 4).Draw(t, "steps") {
				b.step(t, many, single)
			}
		})
	})
}

func (b *bench) step(t *rapid.T, many, single []uuid.UUID) {
	chosen := rapid.SliceOfNDistinct(rapid.IntRange(0, len(many)-1), 1, len(many), rapid.ID[int]).Draw(t, "chosen")
	ids := make([]uuid.UUID, len(chosen))
	for i, at := range chosen {
		ids[i] = many[at]
	}
	alone := make([]string, len(chosen))
	tell := func(i int, c *contact.Contact, err error) {
		all, _ := fault.All(err)
		if c == nil && err == nil {
			alone[i] = "gone"
			return
		}
		alone[i] = became([]*contact.Done{{Contact: c, Errors: all}})[0]
		if c != nil {
			alone[i] += fmt.Sprint(" ", c.Version, c.ArchivedAt != nil)
		}
	}
	var done []*contact.Done
	var err error
	switch rapid.SampledFrom([]string{"archive", "restore", "delete", "update"}).Draw(t, "step") {
	case "archive":
		done, err = b.ArchiveMany(b.ctx, contact.IDsInput{IDs: ids})
		for i, at := range chosen {
			c, err := b.Archive(b.ctx, contact.IDInput{ID: single[at]})
			tell(i, c, err)
		}
	case "restore":
		done, err = b.RestoreMany(b.ctx, contact.IDsInput{IDs: ids})
		for i, at := range chosen {
			c, err := b.Restore(b.ctx, contact.IDInput{ID: single[at]})
			tell(i, c, err)
		}
	case "delete":
		done, err = b.DeleteMany(b.ctx, contact.IDsInput{IDs: ids})
		for i, at := range chosen {
			_, err := b.Delete(b.ctx, contact.IDInput{ID: single[at]})
			tell(i, nil, err)
		}
	case "update":
		var in contact.UpdateManyInput
		for i, at := range chosen {
			version := rapid.IntRange(1, 3).Draw(t, "version")
			name := rapid.SampledFrom([]string{"", "new name"}).Draw(t, "name")
			in.Contacts = append(in.Contacts, &contact.UpdateInput{ID: many[at], Version: version, Fields: contact.Fields{Company: ptr(name)}})
			c, err := b.Update(b.ctx, contact.UpdateInput{ID: single[at], Version: version, Fields: contact.Fields{Company: ptr(name)}})
			tell(i, c, err)
		}
		done, err = b.UpdateMany(b.ctx, in)
	}
	fatal(t, err)
	got := became(done)
	for i, x := range done {
		if len(x.Errors) == 0 && x.Contact != nil {
			got[i] += fmt.Sprint(" ", x.Contact.Version, x.Contact.ArchivedAt != nil)
		}
	}
	if diff := cmp.Diff(alone, got); diff != "" {
		t.Fatalf("(-one by one +many):\n%s", diff)
	}
}
