package imports

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"entgo.io/ent/dialect"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/auditevent"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/contactaddress"
	"github.com/kartela/kartela/ent/contactemail"
	"github.com/kartela/kartela/ent/contactnote"
	"github.com/kartela/kartela/ent/contactphone"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/viewer"
)

func TestMain(m *testing.M) {
	_ = flag.Set("rapid.checks", "15") // each makes an organization; -rapid.checks on the command line goes before
	_ = flag.Set("rapid.seed", "1")    // and so does -rapid.seed: 0 for another one each time
	dbtest.Main(m)
}

func testdata(t testing.TB, name string) string {
	t.Helper()
	file, err := os.ReadFile("testdata/" + name) //nolint:gosec // a case's own
	if err != nil {
		t.Fatal(err)
	}
	return string(file)
}

// counts are how many rows of each table the viewer has.
func counts(t testing.TB, ctx context.Context, d *db.DB) map[string]int {
	t.Helper()
	out := map[string]int{}
	for name, count := range map[string]func(context.Context) (int, error){
		"contacts": d.Contact.Query().Count, "emails": d.ContactEmail.Query().Count, "phones": d.ContactPhone.Query().Count,
		"addresses": d.ContactAddress.Query().Count, "notes": d.ContactNote.Query().Count,
	} {
		n, err := count(ctx)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = n
	}
	return out
}

func byName(t testing.TB, ctx context.Context, d *db.DB, name string) *ent.Contact {
	t.Helper()
	row, err := d.Contact.Query().Where(entcontact.DisplayName(name)).Only(ctx)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return row
}

func TestGoogleContactsAreImported(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := dbtest.Tenant(t, d, viewer.Owner)
		got, err := service(d).imported(ctx, Input{File: strings.NewReader(testdata(t, "google.csv")), AsClients: true})
		if err != nil {
			t.Fatal(err)
		}
		want := &Report{Format: google, Rows: 13, Created: 10, Skipped: 1, Rejected: 2, Problems: []*Problem{
			{13, Rejected, "E-mail 1 - Value", "This is not an e-mail address."},
			{22, Rejected, "", "The row names neither a person nor a company."},
			{26, Skipped, "E-mail 1 - Value", "The contact on line 2 has the same e-mail address."},
		}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("report (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(map[string]int{"contacts": 10, "emails": 10, "phones": 10, "addresses": 4, "notes": 5}, counts(t, ctx, d)); diff != "" {
			t.Errorf("rows (-want +got):\n%s", diff)
		}

		steki := byName(t, ctx, d, "Καφέ «Το Στέκι»")
		if !steki.IsClient || steki.IsSupplier || !strings.Contains(steki.Search, "steki@kafe.example") || steki.SortName != "καφε «το στεκι»" {
			t.Errorf("the contact is kept as %+v", steki)
		}
		note := d.ContactNote.Query().Where(contactnote.ContactID(steki.ID)).OnlyX(ctx)
		if want := "Παραδόσεις:\n\n  Δευτέρα 8:00\n  Πέμπτη 8:00"; note.Text != want || note.AuthorID != viewer.From(ctx).User {
			t.Errorf("note %q of %s, want %q", note.Text, note.AuthorID, want)
		}
		giorgos := byName(t, ctx, d, "Γιώργος Αντωνίου")
		emails := d.ContactEmail.Query().Where(contactemail.ContactID(giorgos.ID)).Order(contactemail.ByPosition()).Select(contactemail.FieldEmail).StringsX(ctx)
		phones := d.ContactPhone.Query().Where(contactphone.ContactID(giorgos.ID)).Order(contactphone.ByPosition()).Select(contactphone.FieldNumber).StringsX(ctx)
		if !slices.Equal(emails, []string{"g.antoniou@post.example", "giorgos@work.example"}) || !slices.Equal(phones, []string{"210 000 0002", "210 000 0003", "697 000 0004"}) {
			t.Errorf("e-mails %q, phones %q", emails, phones)
		}
		katerina := byName(t, ctx, d, "Κατερίνα Ιωάννου")
		cities := d.ContactAddress.Query().Where(contactaddress.ContactID(katerina.ID)).Order(contactaddress.ByPosition()).Select(contactaddress.FieldCity).StringsX(ctx)
		if !slices.Equal(cities, []string{"Πάτρα", "Αθήνα"}) {
			t.Errorf("cities %q", cities)
		}
	})
}

func TestTheSameFileAgainChangesNothing(t *testing.T) {
	files := map[string]string{"google.csv": testdata(t, "google.csv"), "google_old.csv": testdata(t, "google_old.csv"), "pelates.csv": testdata(t, "pelates.csv"),
		"names alone": "Name,Phone\nA B,\nA B,210 1\nA B,2101\nC D,210 2\nC D,210 3\nE F,\nE F,\n"}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for name, file := range files {
			ctx := dbtest.Tenant(t, d, viewer.Owner)
			first := mustImport(t, ctx, d, file)
			if first.Created == 0 {
				t.Errorf("%s: nothing was created", name)
			}
			before := counts(t, ctx, d)
			again := mustImport(t, ctx, d, file)
			if again.Created != 0 || again.Rejected != first.Rejected || again.Skipped != first.Created+first.Skipped {
				t.Errorf("%s: first %+v, again %+v", name, first, again)
			}
			if diff := cmp.Diff(before, counts(t, ctx, d)); diff != "" {
				t.Errorf("%s: rows (-before +after):\n%s", name, diff)
			}
		}
	})
}

func TestARowIsSkippedForEachOfItsKeys(t *testing.T) {
	const here = "Κωδικός,Name,Mail,ΑΦΜ,Phone\nK1,Old One,old@x.gr,094259216,\n,Only Name,,,210 7\n"
	tests := map[string]struct {
		row, column, reason string
	}{
		"customId":       {"K1,New One,new@x.gr,,", "Κωδικός", "A contact with the same customId is here already."},
		"VAT number":     {"K2,New One,new@x.gr,EL094259216,", "ΑΦΜ", "A contact with the same VAT number is here already."},
		"e-mail":         {"K2,New One,n@x.gr;OLD@x.gr,,", "Mail", "A contact with the same e-mail address is here already."},
		"name and phone": {",ONLY NAME,,,2107", "", "A contact with the same name and telephone number is here already."},
		"name alone":     {",Only Náme,,,", "", "A contact with the same name is here already."},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for name, tt := range tests {
			ctx := dbtest.Tenant(t, d, viewer.Owner)
			mustImport(t, ctx, d, here)
			got := mustImport(t, ctx, d, "Κωδικός,Name,Mail,ΑΦΜ,Phone\n"+tt.row+"\nK9,Another,another@x.gr,,\n")
			if diff := cmp.Diff([]*Problem{{2, Skipped, tt.column, tt.reason}}, got.Problems); diff != "" || got.Created != 1 || got.Skipped != 1 {
				t.Errorf("%s: %+v; problems (-want +got):\n%s", name, got, diff)
			}
		}
	})
}

func TestANameAloneIsThatOfAnEarlierRowHoweverFarAway(t *testing.T) {
	d := dbtest.SQLite(t)
	for _, between := range []int{0, 2 * service(d).chunkSize()} {
		ctx := dbtest.Tenant(t, d, viewer.Owner)
		var b strings.Builder
		b.WriteString("Name,Mail\nA B,a@b.gr\n")
		for i := range between {
			fmt.Fprintf(&b, "C %d,c%d@b.gr\n", i, i)
		}
		got := mustImport(t, ctx, d, b.String()+"Á B,\n")
		if diff := cmp.Diff([]*Problem{{between + 3, Skipped, "", "The contact on line 2 has the same name."}}, got.Problems); diff != "" {
			t.Errorf("problems (-want +got):\n%s", diff)
		}
	}
}

func TestAnotherOrganizationsContactsDoNotMatter(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ours, theirs := dbtest.Tenant(t, d, viewer.Owner), dbtest.Tenant(t, d, viewer.Owner)
		file := testdata(t, "pelates.csv") // with customIds, VAT numbers and e-mails
		first := mustImport(t, theirs, d, file)
		before := counts(t, theirs, d)
		if diff := cmp.Diff(first, mustImport(t, ours, d, file)); diff != "" {
			t.Errorf("reports (-theirs +ours):\n%s", diff)
		}
		if diff := cmp.Diff(before, counts(t, theirs, d)); diff != "" {
			t.Errorf("their rows (-before +after):\n%s", diff)
		}
	})
}

func TestARestrictedContactDoesNotShowThroughAnImport(t *testing.T) {
	const file = "Κωδικός,Name,Mail,ΑΦΜ\nK1,Secret Name,secret@x.gr,094259216\n"
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		owner := dbtest.Tenant(t, d, viewer.Owner)
		sales := dbtest.Member(t, owner, d, viewer.Sales)
		mustImport(t, owner, d, file)
		secret := byName(t, owner, d, "Secret Name")
		if _, err := service(d).Contacts.Restrict(owner, contact.RestrictInput{ID: secret.ID, UserIDs: []uuid.UUID{viewer.From(owner).User}}); err != nil {
			t.Fatal(err)
		}
		const theirs = "Κωδικός,Name,Mail,ΑΦΜ\nK2,One,one@x.gr,\nK1,Two,secret@x.gr,\n,Three,secret@x.gr,094259216\nK3,Four,,\nK1,Five,,\n"
		s := service(d)
		i, err := s.uploaded(sales, Input{File: strings.NewReader(theirs)})
		must(t, err)
		_, err = s.Check(sales, IDInput{ID: i.ID})
		must(t, err)
		said, err := s.settled(sales, i.ID)
		must(t, err)
		got := mustImport(t, sales, d, theirs)
		if diff := cmp.Diff(said, got); diff != "" {
			t.Errorf("(-said +did):\n%s", diff)
		}
		clash := "This key clashes with something that is there already."
		want := []*Problem{{3, Rejected, "Κωδικός", clash}, {6, Rejected, "Κωδικός", clash}}
		if diff := cmp.Diff(want, got.Problems); diff != "" || got.Created != 3 {
			t.Errorf("%d created; problems (-want +got):\n%s", got.Created, diff)
		}
		after := byName(t, owner, d, "Secret Name")
		if diff := cmp.Diff(secret.Version+1, after.Version); diff != "" || *after.CustomID != "K1" {
			t.Errorf("the restricted contact was touched: %s", diff)
		}
		if n := d.ContactEmail.Query().Where(contactemail.Email("secret@x.gr")).CountX(owner); n != 2 {
			t.Errorf("%d contacts have the address, want the restricted one and Three", n)
		}
	})
}

func TestAKeyThatClashesIsTriedOnceForAllItsRows(t *testing.T) {
	d := dbtest.SQLite(t)
	owner := dbtest.Tenant(t, d, viewer.Owner)
	sales := dbtest.Member(t, owner, d, viewer.Sales)
	mustImport(t, owner, d, "Κωδικός,Name\nK1,Secret Name\n")
	secret := byName(t, owner, d, "Secret Name")
	if _, err := service(d).Contacts.Restrict(owner, contact.RestrictInput{ID: secret.ID, UserIDs: []uuid.UUID{viewer.From(owner).User}}); err != nil {
		t.Fatal(err)
	}
	ctx, n := db.CountStatements(sales)
	got := mustImport(t, ctx, d, "Κωδικός,Name\n"+strings.Repeat("K1,Name\n", 100))
	if got.Rejected != 100 || n.Load() > 40 {
		t.Errorf("%d of 100 rows rejected, in %d statements", got.Rejected, n.Load())
	}
}

func TestTwoImportsAtOnceMakeEachContactOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := dbtest.Tenant(t, d, viewer.Owner)
		s := service(d)
		ids := make([]uuid.UUID, 4)
		for i := range ids {
			one, err := s.uploaded(ctx, Input{File: strings.NewReader(testdata(t, "google.csv"))})
			if err != nil {
				t.Fatal(err)
			}
			ids[i] = one.ID
			if _, err := s.Run(ctx, IDInput{ID: one.ID}); err != nil {
				t.Fatal(err)
			}
		}
		var wg sync.WaitGroup
		for range ids { // as many processes
			wg.Go(func() {
				for worked := true; worked; {
					var err error
					if worked, err = s.Work(ctx); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		var created []int
		for _, id := range ids {
			r, err := s.settled(ctx, id)
			if err != nil {
				t.Fatal(err)
			}
			created = append(created, r.Created)
		}
		slices.Sort(created)
		if !slices.Equal(created, []int{0, 0, 0, 10}) {
			t.Errorf("the imports created %v contacts", created)
		}
	})
}

func TestTheHistoryTellsOfAnImport(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := dbtest.Tenant(t, d, viewer.Owner)
		mustImport(t, ctx, d, testdata(t, "pelates.csv"))
		var imports []string
		contacts := 0
		for _, e := range d.AuditEvent.Query().Order(auditevent.ByID()).AllX(ctx) {
			if e.ActorID != viewer.From(ctx).User {
				t.Errorf("event %s of %s", e.Action, e.ActorID)
			}
			switch {
			case e.ObjectType == "import":
				imports = append(imports, e.Action)
			case e.Action == "runContactImport":
				contacts++
			}
		}
		if !slices.Equal(imports, []string{"uploadContactImport", "runContactImport"}) || contacts != 4 {
			t.Errorf("events of the import %q, of contacts %d", imports, contacts)
		}
		ioanna := byName(t, ctx, d, "Ιωάννα Βλάχου")
		e := d.AuditEvent.Query().Where(auditevent.ContactID(ioanna.ID)).OnlyX(ctx)
		if !strings.Contains(string(e.After), "Βλάχου") {
			t.Errorf("the contact's history says %s", e.After)
		}
	})
}

func TestOnlyThoseWhoEditContactsImport(t *testing.T) {
	d := dbtest.SQLite(t)
	owner := dbtest.Tenant(t, d, viewer.Owner)
	s := service(d)
	mine, err := s.uploaded(owner, Input{File: strings.NewReader("Name\nA B\n")})
	if err != nil {
		t.Fatal(err)
	}
	in := IDInput{ID: mine.ID}
	actions := map[string]func(ctx context.Context) error{
		"upload": func(ctx context.Context) error {
			_, err := s.uploaded(ctx, Input{File: strings.NewReader("Name\nA B\n")})
			return err
		},
		"list": func(ctx context.Context) error { _, err := s.List(ctx, nil, nil); return err },
		"get":  func(ctx context.Context) error { _, err := s.Get(ctx, mine.ID); return err },
		"configure": func(ctx context.Context) error {
			_, err := s.Configure(ctx, ConfigureInput{ID: mine.ID, Version: 99})
			return err
		},
		"check":    func(ctx context.Context) error { _, err := s.Check(ctx, in); return err },
		"run":      func(ctx context.Context) error { _, err := s.Run(ctx, in); return err },
		"cancel":   func(ctx context.Context) error { _, err := s.Cancel(ctx, in); return err },
		"undo":     func(ctx context.Context) error { _, err := s.Undo(ctx, in); return err },
		"rejected": func(ctx context.Context) error { _, _, err := s.Rejected(ctx, mine.ID); return err },
	}
	for name, do := range actions {
		for role, refused := range map[viewer.Role]bool{viewer.Sales: false, viewer.Accountant: false, viewer.ReadOnly: true, viewer.TimeKeeper: true} {
			if err := do(dbtest.Member(t, owner, d, role)); fault.IsCode(err, fault.Forbidden) != refused {
				t.Errorf("%s by %s: got %v", name, role, err)
			}
		}
		if err := do(context.Background()); !fault.IsCode(err, fault.Unauthenticated) {
			t.Errorf("%s by nobody: got %v", name, err)
		}
		other := dbtest.Tenant(t, d, viewer.Owner)
		if err := do(other); name != "upload" && name != "list" && !fault.IsCode(err, fault.NotFound) {
			t.Errorf("%s by another organization: got %v", name, err)
		}
	}
}

func TestARefusedFileLeavesNothing(t *testing.T) {
	files := map[string]string{
		"no file": "", "blank lines": "\n \n;;\n", "a header alone": "Name,Mail\n", "a header that is broken": "Name,\"Mail\"x\n",
		"a row that is too large after good ones": "Name,Notes\nA B,x\nC D," + strings.Repeat("x", maxRow) + "\n",
		"zeros after good rows":                   "Name,Notes\nA B,x\n\x00",
		"a zip file":                              "PK\x03\x04zip", "an old Excel file": "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
		"501 columns": "Name\nA" + strings.Repeat(",", 500) + "\n",
	}
	d := dbtest.SQLite(t)
	for name, file := range files {
		ctx, s := dbtest.Tenant(t, d, viewer.Owner), service(d)
		_, err := s.imported(ctx, Input{File: strings.NewReader(file)})
		if !errors.Is(err, fault.New(fault.Invalid, "file", "")) && !errors.Is(err, fault.New(fault.TooLarge, "file", "")) {
			t.Errorf("%s: got %v", name, err)
		}
		if n := counts(t, ctx, d)["contacts"]; n != 0 || s.Store.(*shelf).count() != d.ContactImport.Query().CountX(ctx) {
			t.Errorf("%s: %d contacts are there, %d files", name, n, s.Store.(*shelf).count())
		}
	}
	big := service(d)
	if _, err := big.uploaded(dbtest.Tenant(t, d, viewer.Owner), Input{File: &endless{head: "Name\n", body: "A B\n"}}); !errors.Is(err, fault.New(fault.TooLarge, "file", "")) {
		t.Errorf("over 64 MB: got %v", err)
	}
	if n := big.Store.(*shelf).count(); n != 0 {
		t.Errorf("%d files of what was refused", n)
	}
	if _, err := service(d).uploaded(dbtest.Tenant(t, d, viewer.Owner), Input{}); !fault.IsCode(err, fault.Invalid) {
		t.Errorf("without a file: got %v", err)
	}
	ctx := dbtest.Tenant(t, d, viewer.Owner)
	if _, err := service(d).imported(ctx, Input{File: strings.NewReader("Mail,Phone\na@b.gr,1\n")}); !errors.Is(err, fault.New(fault.Invalid, "columns", "")) {
		t.Errorf("no column of names: got %v", err)
	}
	// What is too long as a whole is refused before any of it is imported.
	if _, err := service(d).imported(ctx, Input{File: strings.NewReader("Name\n" + strings.Repeat("A B\n", maxRows+1))}); err == nil || counts(t, ctx, d)["contacts"] != 0 {
		t.Errorf("250,001 rows: got %v, and %v", err, counts(t, ctx, d))
	}
}

func manyRows(n int) string {
	var b strings.Builder
	b.WriteString("Κωδικός,First Name,Last Name,Company,Mail,E-mail 2,Phone,Κινητό,Street,City,Country,Notes\n")
	for i := range n {
		fmt.Fprintf(&b, "K%d,Μαρία,Παπαδοπούλου %d,Εταιρεία %d,m%d@x.gr,n%d@x.gr,210 %d,694 %d,Οδός %d,Αθήνα,GR,\"Σημείωση\n%d\"\n", i, i, i, i, i, i, i, i, i)
	}
	return b.String()
}

func TestStatementsArePerChunkAndNotPerRow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		statements := func(rows, chunk int, in Input) int64 {
			ctx, n := db.CountStatements(dbtest.Tenant(t, d, viewer.Owner))
			s := service(d)
			s.chunk = chunk
			in.File = strings.NewReader(manyRows(rows))
			if r, err := s.imported(ctx, in); err != nil || r.Created != rows {
				t.Errorf("%d rows: %+v, %v", rows, r, err)
			}
			before := n.Load()
			in.File, in.Existing = strings.NewReader(strings.ReplaceAll(manyRows(rows), "Οδός", "Πλατεία")), Update
			if r, err := s.imported(ctx, in); err != nil || r.Updated != rows {
				t.Errorf("%d rows again: %+v, %v", rows, r, err)
			}
			return n.Load() - before + before
		}
		// SQLite writes some rows a statement, PostgreSQL all of a chunk.
		one, ten := statements(10, 200, Input{}), statements(100, 200, Input{})
		chunks := statements(100, 10, Input{})
		if d.Dialect == dialect.Postgres && one != ten || ten > one+40 {
			t.Errorf("%d statements for 10 rows, %d for 100", one, ten)
		}
		if perChunk := (chunks - ten) / 18; perChunk > 35 {
			t.Errorf("%d statements for a chunk", perChunk)
		}
	})
}

func TestForeignKeysAreCheckedWithoutReadingTheWholeTable(t *testing.T) {
	const rows, chunk = 3000, 500
	d := dbtest.Postgres(t)
	ctx := dbtest.Tenant(t, d, viewer.Owner)
	p := mustParse(t, manyRows(rows))
	r := &reader{job: &job{Service: service(d)}, matcher: newMatcher(newMapping(p.columns), &Settings{}), home: "GR"}
	err := db.InTx(ctx, d, func(ctx context.Context, tx *ent.Tx) error {
		for n := range rows / chunk {
			if _, err := r.results(ctx, tx, n, p.drafts[n*chunk:(n+1)*chunk]); err != nil {
				return err
			}
		}
		found, err := tx.QueryContext(ctx, "SELECT idx_tup_fetch + seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = 'contacts'")
		if err != nil {
			return err
		}
		defer func() { _ = found.Close() }()
		var read int
		if !found.Next() {
			t.Fatal("nothing is known of the table")
		}
		if err := found.Scan(&read); err != nil {
			return err
		}
		// The first chunk reads up to its square; each row after it a few.
		if most := 7*chunk*chunk/2 + 20*rows; read > most {
			t.Errorf("%d contacts were read for %d new ones, want at most %d", read, rows, most)
		}
		return found.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAContactWithEveryListFullIsImportedByItsThousand(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := dbtest.Tenant(t, d, viewer.Owner)
		var b strings.Builder
		b.WriteString("Name,Mail,Phone\n")
		for i := range 200 {
			fmt.Fprintf(&b, "Name %d,", i)
			for j := range 50 {
				fmt.Fprintf(&b, "a%d-%d@x.gr;", i, j)
			}
			b.WriteString(",")
			for j := range 50 {
				fmt.Fprintf(&b, "%d %d%s", i, j, between)
			}
			b.WriteString("\n")
		}
		mustImport(t, ctx, d, b.String())
		if diff := cmp.Diff(map[string]int{"contacts": 200, "emails": 10_000, "phones": 10_000, "addresses": 0, "notes": 0}, counts(t, ctx, d)); diff != "" {
			t.Errorf("rows (-want +got):\n%s", diff)
		}
	})
}
