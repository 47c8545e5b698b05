package imports

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/contactaddress"
	"github.com/kartela/kartela/ent/contactemail"
	"github.com/kartela/kartela/ent/contactimport"
	"github.com/kartela/kartela/ent/contactnote"
	"github.com/kartela/kartela/ent/contactoption"
	"github.com/kartela/kartela/ent/contactphone"
	"github.com/kartela/kartela/ent/importrow"
	"github.com/kartela/kartela/ent/membership"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/tracking"
	"github.com/kartela/kartela/viewer"
)

// dump is all that is kept of the viewer's contacts, without ids, times and versions, in the
// order of names.
func dump(t testing.TB, ctx context.Context, d *db.DB) []string {
	t.Helper()
	out := []string{}
	for _, c := range d.Contact.Query().AllX(ctx) {
		var b strings.Builder
		text := func(s *string) string {
			if s == nil {
				return "-"
			}
			return *s
		}
		fmt.Fprintf(&b, "%s|%s|%s|%s|%s|%s|%s|%v|%v|%v|%s|%s|%v|%s", c.Company, c.FirstName, c.LastName, text(c.CustomID), c.VatNumber, c.Profession, c.Website,
			c.IsClient, c.IsSupplier, c.ArchivedAt != nil, c.Search, c.SortName, c.DefaultCurrency, c.NameKey)
		for _, a := range d.ContactAddress.Query().Where(contactaddress.ContactID(c.ID)).Order(contactaddress.ByPosition()).AllX(ctx) {
			fmt.Fprintf(&b, " A:%d %s %s %s %s %s", a.Position, a.Kind, a.Line, a.City, a.SortCity, a.Country)
		}
		for _, e := range d.ContactEmail.Query().Where(contactemail.ContactID(c.ID)).Order(contactemail.ByPosition()).AllX(ctx) {
			fmt.Fprintf(&b, " E:%d %s %s %v", e.Position, e.Label, e.Email, e.Primary)
		}
		for _, p := range d.ContactPhone.Query().Where(contactphone.ContactID(c.ID)).Order(contactphone.ByPosition()).AllX(ctx) {
			fmt.Fprintf(&b, " P:%d %s %s %v", p.Position, p.Label, p.Number, p.Primary)
		}
		notes := d.ContactNote.Query().Where(contactnote.ContactID(c.ID)).Select(contactnote.FieldText).StringsX(ctx)
		slices.Sort(notes)
		fmt.Fprintf(&b, " N:%q", notes)
		for _, o := range d.ContactOption.Query().Where(contactoption.ContactID(c.ID)).Order(contactoption.ByCategoryID()).AllX(ctx) {
			fmt.Fprintf(&b, " O:%s", d.TrackingOption.GetX(ctx, o.OptionID).Title)
		}
		out = append(out, b.String())
	}
	slices.Sort(out)
	return out
}

func imported(t testing.TB, ctx context.Context, s *Service, in Input) (uuid.UUID, *Report) {
	t.Helper()
	i, err := s.uploaded(ctx, in)
	must(t, err)
	_, err = s.Run(ctx, IDInput{ID: i.ID})
	must(t, err)
	r, err := s.settled(ctx, i.ID)
	must(t, err)
	return i.ID, r
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func ptr[T any](v T) *T { return &v }

// regions makes a tracking category with two options and one that is archived.
func regions(t testing.TB, ctx context.Context, d *db.DB) {
	t.Helper()
	_, err := (&tracking.Service{DB: d}).Create(ctx, tracking.CreateInput{Title: "Περιοχή",
		Options: []*tracking.OptionInput{{Title: "Βορράς"}, {Title: "Νότος"}, {Title: "Παλιά", Archived: true}}})
	must(t, err)
}

const base = "Κωδικός,Επωνυμία,ΑΦΜ,E-mail,Τηλέφωνο,Οδός,Πόλη,Σημειώσεις,category.Περιοχή\n"

func TestAnUpdateReplacesValuesAndAddsParts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := dbtest.Tenant(t, d, viewer.Owner)
		regions(t, ctx, d)
		s := service(d)
		imported(t, ctx, s, Input{File: strings.NewReader(base + "K1,Άλφα,094259216,a@x.gr,210 1,Οδός 1,Αθήνα,πρώτη,Βορράς\nK2,Βήτα,,b@x.gr,,,,,\n")})
		before := dump(t, ctx, d)
		second := base + "K1,Άλφα ΑΕ,,new@x.gr,(210) 1,ΟΔΌΣ 1,Αθήνα,δεύτερη,νοτοσ\nK2,,,B@X.GR,,,,,\nK1,Ξανά,,,,,,,\nK3,Γάμμα,,a@x.gr,,,,,\nK4,Δέλτα,,,,,,,Δύση\nK5,Έψιλον,,,,,,,Παλιά\nK6,,,,,,,,\n"
		id, got := imported(t, ctx, s, Input{File: strings.NewReader(second), Existing: Update})
		want := []*Problem{
			{2, Updated, "", ""},
			{3, Skipped, "", "The contact is as the row has it already."},
			{4, Skipped, "Κωδικός", "The contact on line 2 has the same customId."},
			{5, Skipped, "E-mail", "The row on line 2 is the same contact."},
			{6, Rejected, "category.Περιοχή", "The category “Περιοχή” has no option “Δύση”."},
			{7, Rejected, "category.Περιοχή", "The option “Παλιά” is archived."},
			{8, Rejected, "", "The row names neither a person nor a company."},
		}
		if diff := cmp.Diff(want, got.Problems); diff != "" {
			t.Errorf("results (-want +got):\n%s", diff)
		}
		alpha := dump(t, ctx, d)[0]
		wantAlpha := "Άλφα ΑΕ|||K1|094259216|||false|false|false|"
		if !strings.HasPrefix(alpha, wantAlpha) || !strings.Contains(alpha, "A:0 billing Οδός 1 Αθήνα αθηνα  E:0  a@x.gr true E:1  new@x.gr false P:0  210 1 true N:[\"δεύτερη\" \"πρώτη\"] O:Νότος") ||
			!strings.Contains(alpha, "new@x.gr") {
			t.Errorf("the contact is %s", alpha)
		}
		row := byName(t, ctx, d, "Άλφα ΑΕ")
		if row.Version != 2 || !strings.Contains(row.Search, "new@x.gr") {
			t.Errorf("version %d, search %q", row.Version, row.Search)
		}
		// The same again changes nothing; taken back, all is as it was.
		after := dump(t, ctx, d)
		_, again := imported(t, ctx, s, Input{File: strings.NewReader(second), Existing: Update})
		if again.Updated+again.Created != 0 || cmp.Diff(after, dump(t, ctx, d)) != "" {
			t.Errorf("again %+v", again)
		}
		_, err := s.Undo(ctx, IDInput{ID: id})
		must(t, err)
		_, err = s.settled(ctx, id)
		must(t, err)
		if diff := cmp.Diff(before, dump(t, ctx, d)); diff != "" {
			t.Errorf("taken back (-before +after):\n%s", diff)
		}
	})
}

func TestARowThatMatchesSeveralContacts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := dbtest.Tenant(t, d, viewer.Owner)
		mustImportAs(t, ctx, d, Input{MatchBy: []Match{ByCustomID}, File: strings.NewReader("Κωδικός,Name,Mail,ΑΦΜ\nK1,A A,same@x.gr,094259216\nK2,B B,same@x.gr,\nK3,C C,c@x.gr,\n")})
		const rows = "Κωδικός,Name,Mail,ΑΦΜ\nK1,,c@x.gr,\n,New,same@x.gr,\n,New,same@x.gr,094259216\n"
		two := "The row matches two contacts: its keys are those of different ones."
		got := mustImportAs(t, ctx, d, Input{Existing: Update, File: strings.NewReader(rows)})
		if diff := cmp.Diff([]*Problem{{2, Rejected, "", two}, {3, Rejected, "Mail", "The row matches 2 contacts: they have the same e-mail address."},
			{4, Updated, "", ""}}, got.Problems); diff != "" {
			t.Errorf("by all keys (-want +got):\n%s", diff)
		}
		got = mustImportAs(t, ctx, d, Input{MatchBy: []Match{ByVATNumber}, Existing: Update, File: strings.NewReader("Κωδικός,Name,Mail,ΑΦΜ\nK3,X X,,DE1\n")})
		if diff := cmp.Diff([]*Problem{{2, Rejected, "Κωδικός", "Another contact has this customId."}}, got.Problems); diff != "" {
			t.Errorf("by VAT number (-want +got):\n%s", diff)
		}
		// What contacts are known by is filled in, and never another.
		got = mustImportAs(t, ctx, d, Input{MatchBy: []Match{ByVATNumber, ByEmail}, Existing: Update, File: strings.NewReader("Κωδικός,Mail,ΑΦΜ\nK9,c@x.gr,\n,new@x.gr;c@x.gr,DE7\n,new@x.gr;c@x.gr,DE8\n")})
		if diff := cmp.Diff([]*Problem{{2, Rejected, "Κωδικός", "The contact has another customId: K3."}, {3, Updated, "", ""},
			{4, Skipped, "Mail", "The contact on line 3 has the same e-mail address."}}, got.Problems); diff != "" {
			t.Errorf("another customId (-want +got):\n%s", diff)
		}
		got = mustImportAs(t, ctx, d, Input{MatchBy: []Match{ByVATNumber, ByEmail}, Existing: Update, File: strings.NewReader("Mail,ΑΦΜ\nc@x.gr,DE8\n")})
		if diff := cmp.Diff([]*Problem{{2, Rejected, "ΑΦΜ", "The contact has another VAT number: DE7."}}, got.Problems); diff != "" {
			t.Errorf("another VAT number (-want +got):\n%s", diff)
		}
	})
}

// random is a file with rows that are new, alike, wrong, and of contacts that are there.
func random(rt *rapid.T) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	_ = w.Write(strings.Split(strings.TrimSpace(base), ","))
	_ = w.Write([]string{"K9", "Ωμέγα", "", "", "", "", "", "", ""})
	for range rapid.IntRange(1, 14).Draw(rt, "rows") {
		key := func(name string, of ...string) string { return rapid.SampledFrom(append(of, "", "")).Draw(rt, name) }
		_ = w.Write([]string{key("id", "K1", "K2", "K3", "K4"), rapid.SampledFrom([]string{"Άλφα", "Βήτα", "Γάμμα", "Δέλτα", ""}).Draw(rt, "name"),
			key("vat", "094259216", "DE1", "DE2"), key("mail", "a@x.gr", "b@x.gr", "c@x.gr", "nonsense"), key("phone", "210 1", "210 2"),
			key("street", "Οδός 1"), key("city", "Αθήνα"), key("note", "σημείωση"), key("option", "Βορράς", "Νότος", "Δύση")})
	}
	w.Flush()
	return b.String()
}

func how(rt *rapid.T) Input {
	return Input{AsClients: rapid.Bool().Draw(rt, "clients"), Existing: rapid.SampledFrom([]Existing{Skip, Update}).Draw(rt, "existing"),
		MatchBy: rapid.SliceOfNDistinct(rapid.SampledFrom([]Match{ByCustomID, ByVATNumber, ByEmail}), 0, 3, rapid.ID).Draw(rt, "match")}
}

// unnumbered is a reason without the line that it names: of several rows with the same contact,
// an import that was stopped in between may name another one.
func unnumbered(p Problem) Problem {
	p.Reason = onLine.ReplaceAllString(p.Reason, "on line N")
	return p
}

var onLine = regexp.MustCompile(`on line \d+`)

// namesake says that a row without keys found several contacts of its name: the file itself
// made another one, so that the row is refused the second time, and leaves the contact that it
// was to the file's other rows.
func namesake(p *Problem) bool {
	return p.Outcome == Rejected && (strings.HasSuffix(p.Reason, "they have the same name.") || strings.HasSuffix(p.Reason, "they have the same name and telephone number."))
}

// What a check says is what a run does; stopped after any chunk and gone on with, it does the
// same; again, it changes nothing; taken back, nothing of it is left.
func TestACheckedStoppedRepeatedAndUndoneImport(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		rapid.Check(t, func(rt *rapid.T) {
			first, second, in := random(rt), random(rt), how(rt)
			chunk := rapid.IntRange(1, 5).Draw(rt, "chunk")
			var want []string
			for _, stops := range []bool{false, true} {
				ctx := dbtest.Tenant(t, d, viewer.Owner)
				regions(t, ctx, d)
				mustImportAs(t, ctx, d, Input{File: strings.NewReader(first)})
				before := dump(t, ctx, d)
				s := service(d)
				s.chunk = chunk
				in.File = strings.NewReader(second)
				i, err := s.uploaded(ctx, in)
				must(t, err)
				_, err = s.Check(ctx, IDInput{ID: i.ID})
				must(t, err)
				said, err := s.settled(ctx, i.ID)
				must(t, err)
				if diff := cmp.Diff(before, dump(t, ctx, d)); diff != "" {
					rt.Fatalf("a check changed (-before +after):\n%s", diff)
				}
				_, err = s.Run(ctx, IDInput{ID: i.ID})
				must(t, err)
				if stops {
					stoppedEverywhere(rt, t, ctx, d, s, i.ID)
				}
				did, err := s.settled(ctx, i.ID)
				must(t, err)
				if diff := cmp.Diff(said, did, cmp.Transformer("unnumbered", unnumbered)); diff != "" {
					rt.Fatalf("stops %v: (-said +did):\n%s", stops, diff)
				}
				after := dump(t, ctx, d)
				if want == nil {
					want = after
				} else if diff := cmp.Diff(want, after); diff != "" {
					rt.Fatalf("(-at once +with stops):\n%s", diff)
				}
				// A row that was rejected may find its contact the second time: it is left out.
				in.File = strings.NewReader(accepted(second, did))
				again, err := s.imported(ctx, in)
				if fault.IsCode(err, fault.Invalid) && did.Rejected == did.Rows { // nothing is left
					continue
				}
				must(t, err)
				if slices.ContainsFunc(again.Problems, namesake) {
					if again.Created > 0 {
						rt.Fatalf("again %+v\nby %v\n%s\nafter\n%s", again, in, second, first)
					}
					continue
				}
				if diff := cmp.Diff(after, dump(t, ctx, d)); diff != "" || again.Created+again.Updated > 0 {
					rt.Fatalf("again (-first +again):\n%s\n(-before +after):\n%s\nby %v\n%s\nafter\n%s", cmp.Diff(did, again), diff, in, second, first)
				}
				_, err = s.Undo(ctx, IDInput{ID: i.ID})
				must(t, err)
				undone, err := s.settled(ctx, i.ID)
				must(t, err)
				if diff := cmp.Diff(before, dump(t, ctx, d)); diff != "" || undone.Created+undone.Updated > 0 || undone.Skipped != did.Skipped+did.Created+did.Updated {
					rt.Fatalf("undone %+v of %+v (-before +after):\n%s", undone, did, diff)
				}
			}
		})
	})
}

// accepted is the file without the rows that were rejected.
func accepted(file string, r *Report) string {
	lines := strings.SplitAfter(file, "\n")
	for _, p := range r.Problems {
		if p.Outcome == Rejected {
			lines[p.Line-1] = ""
		}
	}
	return strings.Join(lines, "") + ",,,,,,,,\n"
}

// stoppedEverywhere stops the work after every chunk: the process ends, or dies and its hold
// of the import runs out.
func stoppedEverywhere(rt *rapid.T, t testing.TB, ctx context.Context, d *db.DB, s *Service, id uuid.UUID) {
	t.Helper()
	now := time.Now()
	s.Now = func() time.Time { return now }
	for range 100 {
		stopping, stop := context.WithCancel(ctx)
		dies := rapid.Bool().Draw(rt, "dies")
		s.Progress = func(uuid.UUID, uuid.UUID) {
			if dies {
				panic(errors.New("died"))
			}
			stop()
		}
		func() {
			defer func() { _ = recover() }()
			_, err := s.Work(stopping)
			must(t, err)
		}()
		stop()
		s.Progress = nil
		if d.ContactImport.GetX(ctx, id).Status != contactimport.StatusRunning {
			return
		}
		if dies { // nobody takes it up before the hold has run out
			if worked, err := s.Work(ctx); worked || err != nil {
				rt.Fatalf("taken up at once: %v %v", worked, err)
			}
		}
		now = now.Add(lease + time.Second)
	}
	rt.Fatal("it does not end")
}

func TestWhatWasTouchedSinceStays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := dbtest.Tenant(t, d, viewer.Owner)
		s := service(d)
		id, _ := imported(t, ctx, s, Input{File: strings.NewReader("Company,Notes\nUntouched,n\nChanged,\nNoted,\nEdited note,n\nDeleted,\nMerged,\n")})
		of := func(name string) *ent.Contact { return byName(t, ctx, d, name) }
		_, err := s.Contacts.Update(ctx, contact.UpdateInput{ID: of("Changed").ID, Version: 1, Fields: contact.Fields{Profession: ptr("x")}})
		must(t, err)
		_, err = s.Contacts.AddNote(ctx, contact.NoteInput{ContactID: of("Noted").ID, Text: "later"})
		must(t, err)
		note := d.ContactNote.Query().Where(contactnote.ContactID(of("Edited note").ID)).OnlyX(ctx)
		_, err = s.Contacts.UpdateNote(ctx, contact.UpdateNoteInput{ID: note.ID, Text: "edited"})
		must(t, err)
		_, err = s.Contacts.Delete(ctx, contact.IDInput{ID: of("Deleted").ID})
		must(t, err)
		must(t, db.InTx(ctx, d, func(ctx context.Context, tx *ent.Tx) error {
			return tx.Contact.UpdateOneID(of("Merged").ID).SetMergedIntoID(of("Changed").ID).Exec(ctx)
		}))
		_, err = s.Undo(ctx, IDInput{ID: id})
		must(t, err)
		_, err = s.settled(ctx, id)
		must(t, err)
		got := map[string]string{}
		for _, r := range d.ImportRow.Query().Where(importrow.ImportID(id)).AllX(ctx) {
			got[r.Name] = r.Reason
		}
		want := map[string]string{"Untouched": "Taken back.", "Changed": "The contact stays: it was changed since.", "Noted": "The contact stays: notes were written about it.",
			"Edited note": "The contact stays: notes were written about it.", "Deleted": "The contact is gone already.", "Merged": "The contact stays: it was merged into another one."}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("reasons (-want +got):\n%s", diff)
		}
		i, err := s.Get(ctx, id)
		must(t, err)
		if i.Status != contactimport.StatusUndone || i.Created != 5 || i.Skipped != 1 || i.Position != 6 {
			t.Errorf("the import is %+v", i.ContactImport)
		}
		made, err := s.ThatMade(ctx, []uuid.UUID{of("Changed").ID})
		must(t, err)
		if made[of("Changed").ID] == nil || made[of("Changed").ID].ID != id {
			t.Error("the import that made a contact is not known")
		}
		for name, do := range map[string]func(context.Context, IDInput) (*ContactImport, error){"run": s.Run, "check": s.Check, "undo": s.Undo, "cancel": s.Cancel} {
			if _, err := do(ctx, IDInput{ID: id}); !fault.IsCode(err, fault.Conflict) {
				t.Errorf("%s after undo: %v", name, err)
			}
		}
	})
}

func TestAnImportIsStoppedAndGoesOn(t *testing.T) {
	d := dbtest.SQLite(t)
	ctx := dbtest.Tenant(t, d, viewer.Owner)
	s := service(d)
	s.chunk = 2
	i, err := s.uploaded(ctx, Input{File: strings.NewReader("Company\nA\nB\nC\nD\nE\n")})
	must(t, err)
	_, err = s.Run(ctx, IDInput{ID: i.ID})
	must(t, err)
	s.Progress = func(uuid.UUID, uuid.UUID) {
		if d.Contact.Query().CountX(ctx) == 2 {
			s.Progress = nil
			_, err := s.Cancel(ctx, IDInput{ID: i.ID})
			must(t, err)
		}
	}
	_, err = s.settled(ctx, i.ID)
	must(t, err)
	now, err := s.Get(ctx, i.ID)
	must(t, err)
	if now.Status != contactimport.StatusCanceled || *now.Step() != Running || now.Created != 2 || now.FinishedAt == nil || now.Worker != nil {
		t.Errorf("stopped as %+v", now.ContactImport)
	}
	_, err = s.Run(ctx, IDInput{ID: i.ID})
	must(t, err)
	got, err := s.settled(ctx, i.ID)
	must(t, err)
	if got.Created != 5 || d.Contact.Query().CountX(ctx) != 5 {
		t.Errorf("gone on with to %+v", got)
	}
}

// A worker that was so slow that another one took over does nothing more.
func TestAWorkerThatLostItsHoldStops(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := dbtest.Tenant(t, d, viewer.Owner)
		s, other := service(d), service(d)
		other.Store = s.Store
		now := time.Now()
		s.chunk, other.chunk = 2, 2
		s.Now, other.Now = func() time.Time { return now }, func() time.Time { return now }
		i, err := s.uploaded(ctx, Input{File: strings.NewReader("Company\nA\nB\nC\nD\nE\nF\nG\n")})
		must(t, err)
		_, err = s.Run(ctx, IDInput{ID: i.ID})
		must(t, err)
		s.Progress = func(uuid.UUID, uuid.UUID) {
			if d.Contact.Query().CountX(ctx) != 2 {
				return
			}
			now = now.Add(lease + time.Second)
			stopping, stop := context.WithCancel(ctx)
			other.Progress = func(uuid.UUID, uuid.UUID) { stop() }
			_, err := other.Work(stopping)
			must(t, err)
		}
		_, err = s.Work(ctx)
		must(t, err)
		if n := d.Contact.Query().CountX(ctx); n != 4 {
			t.Errorf("%d contacts: who lost the import went on", n)
		}
		s.Progress, other.Progress = nil, nil
		if r, err := other.settled(ctx, i.ID); err != nil || r.Created != 7 || d.Contact.Query().CountX(ctx) != 7 {
			t.Errorf("in the end %+v, %v", r, err)
		}
	})
}

func TestAJobWorksWithTheRoleOfNow(t *testing.T) {
	d := dbtest.SQLite(t)
	owner := dbtest.Tenant(t, d, viewer.Owner)
	sales := dbtest.Member(t, owner, d, viewer.Sales)
	s := service(d)
	i, err := s.uploaded(sales, Input{File: strings.NewReader("Company\nA\n")})
	must(t, err)
	_, err = s.Run(sales, IDInput{ID: i.ID})
	must(t, err)
	must(t, db.InTx(viewer.AsSystem(owner, "a test"), d, func(ctx context.Context, tx *ent.Tx) error {
		return tx.Membership.Update().Where(membership.UserID(viewer.From(sales).User)).SetRole(viewer.ReadOnly).Exec(ctx)
	}))
	if _, err := s.settled(owner, i.ID); err == nil || !strings.Contains(err.Error(), "may no longer import") {
		t.Errorf("got %v", err)
	}
	_, err = s.Run(owner, IDInput{ID: i.ID})
	must(t, err)
	_, err = s.settled(owner, i.ID)
	must(t, err)
	if c := byName(t, owner, d, "A"); d.Contact.Query().CountX(owner) != 1 || c == nil {
		t.Error("who may does not go on")
	}
}

func TestAFailureOfOursIsTriedAgainAndGivenUp(t *testing.T) {
	d := dbtest.SQLite(t)
	ctx := dbtest.Tenant(t, d, viewer.Owner)
	s := service(d)
	now := time.Now()
	s.Now = func() time.Time { return now }
	i, err := s.uploaded(ctx, Input{File: strings.NewReader("Company\nA\n")})
	must(t, err)
	_, err = s.Run(ctx, IDInput{ID: i.ID})
	must(t, err)
	files := s.Store
	s.Store = broken{files}
	tries := 0
	for range 20 {
		worked, err := s.Work(ctx)
		if worked && err == nil {
			break
		}
		if worked {
			tries++
		}
		now = now.Add(time.Minute)
	}
	got, err := s.Get(ctx, i.ID)
	must(t, err)
	if tries != attempts-1 && tries != attempts || got.Status != contactimport.StatusFailed || strings.Contains(got.Error, "disk") {
		t.Errorf("after %d tries: %s %q", tries, got.Status, got.Error)
	}
	s.Store = files
	_, err = s.Run(ctx, IDInput{ID: i.ID})
	must(t, err)
	if r, err := s.settled(ctx, i.ID); err != nil || r.Created != 1 {
		t.Errorf("later: %+v, %v", r, err)
	}
}

type broken struct{ Store }

func (broken) Open(context.Context, string) (io.ReadCloser, error) {
	return nil, errors.New("the disk is broken")
}

func TestOldFilesAreSwept(t *testing.T) {
	d := dbtest.SQLite(t)
	ctx, other := dbtest.Tenant(t, d, viewer.Owner), dbtest.Tenant(t, d, viewer.Owner)
	s := service(d)
	id, _ := imported(t, ctx, s, Input{File: strings.NewReader("Company,Mail\nA,\nB,nonsense\n")})
	_, err := s.uploaded(other, Input{File: strings.NewReader("Company\nA\n")})
	must(t, err)
	_, err = s.Store.Put(ctx, folder+uuid.NewString(), strings.NewReader("of a crash"))
	must(t, err)
	at := time.Now()
	s.Now = func() time.Time { return at }
	for days, left := range map[int]int{0: 3} {
		at = at.AddDate(0, 0, days)
		if _, err := s.Sweep(ctx); err != nil || s.Store.(*shelf).count() != left {
			t.Errorf("after %d days: %d files, %v", days, s.Store.(*shelf).count(), err)
		}
	}
	at = at.AddDate(0, 0, 2)
	if n, err := s.Sweep(ctx); err != nil || n != 1 {
		t.Errorf("after two days: %d, %v", n, err)
	}
	at = at.AddDate(0, 0, 29)
	if n, err := s.Sweep(ctx); err != nil || n != 2 || s.Store.(*shelf).count() != 0 {
		t.Errorf("after a month: %d, %v", n, err)
	}
	i, err := s.Get(ctx, id)
	must(t, err)
	p, err := i.Preview(ctx)
	if p != nil || err != nil || i.RejectedURL() != nil || i.Rejected != 1 {
		t.Errorf("the import shows %v, %v", p, err)
	}
	if _, _, err := s.Rejected(ctx, id); !fault.IsCode(err, fault.NotFound) {
		t.Errorf("rejected rows: %v", err)
	}
	_, err = s.Undo(ctx, IDInput{ID: id})
	must(t, err)
	_, err = s.settled(ctx, id)
	must(t, err)
	if n := d.Contact.Query().Where(entcontact.CompanyNEQ("")).CountX(ctx); n != 0 {
		t.Errorf("%d contacts are left", n)
	}
}

// Rejected rows, corrected, are imported as they are.
func TestRejectedRowsAreCorrectedAndImported(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := dbtest.Tenant(t, d, viewer.Owner)
		s := service(d)
		id, got := imported(t, ctx, s, Input{File: strings.NewReader("Customers\n\nCompany;Mail;Phone;Mail\nA;a@x.gr;;\nB;wrong;'+30 1;\n\"=C;1\";also wrong;+30 2;x@x.gr\n")})
		if got.Rejected != 2 {
			t.Fatalf("%+v", got)
		}
		name, write, err := s.Rejected(ctx, id)
		must(t, err)
		var b bytes.Buffer
		must(t, write(&b))
		want := "\ufeffCompany,Mail,Phone,Mail,Error\r\nB,wrong,''+30 1,,Mail: This is not an e-mail address.\r\n'=C;1,also wrong,'+30 2,x@x.gr,Mail: This is not an e-mail address.\r\n"
		if b.String() != want || name != "contacts-rejected.csv" {
			t.Errorf("%s: %q, want %q", name, b.String(), want)
		}
		again := mustImport(t, ctx, d, strings.ReplaceAll(strings.ReplaceAll(b.String(), "also wrong", "c@x.gr"), "wrong", "b@x.gr"))
		if again.Created != 2 || byName(t, ctx, d, "=C;1") == nil {
			t.Errorf("corrected: %+v", again)
		}
	})
}
