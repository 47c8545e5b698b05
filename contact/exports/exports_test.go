package exports_test

import (
	"bytes"
	"context"
	stdcsv "encoding/csv"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/contact/exports"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/auditevent"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/contactaddress"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/tracking"
	"github.com/kartela/kartela/viewer"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// book is a workbook in memory, as the server's is to be used.
type book struct {
	rows            [][]string
	closed, dropped bool
	fail            error
}

func (b *book) Row(cells []string) error {
	b.rows = append(b.rows, slices.Clone(cells))
	return b.fail
}

func (b *book) Close() error { b.closed = true; return nil }

func (b *book) Drop() { b.dropped = true }

type bench struct {
	*exports.Service
	ctx  context.Context // of an owner
	book *book
}

func setup(t testing.TB, d *db.DB) *bench {
	t.Helper()
	b := &bench{ctx: dbtest.Tenant(t, d, viewer.Owner), book: &book{}}
	contacts := &contact.Service{DB: d, Ended: func(viewer.Ended) {}, AccessChanged: func(uuid.UUID) {}}
	b.Service = &exports.Service{DB: d, Contacts: contacts, Workbook: func(io.Writer, string) (exports.Rows, error) { return b.book, nil }}
	return b
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func ptr[T any](v T) *T { return &v }

func (b *bench) create(t testing.TB, f contact.Fields, notes ...string) *contact.Contact {
	t.Helper()
	c, err := b.Contacts.Create(b.ctx, contact.CreateInput{Fields: f})
	must(t, err)
	for _, n := range notes {
		_, err := b.Contacts.AddNote(b.ctx, contact.NoteInput{ContactID: c.ID, Text: n})
		must(t, err)
	}
	return c
}

// table exports as CSV and reads it again.
func (b *bench) table(t testing.TB, f *contact.Filter, order contact.Order) [][]string {
	t.Helper()
	var out bytes.Buffer
	n, err := b.Export(b.ctx, f, order, exports.CSV, &out)
	must(t, err)
	text, ok := strings.CutPrefix(out.String(), "\ufeff")
	if !ok {
		t.Fatal("no mark of UTF-8")
	}
	rows, err := stdcsv.NewReader(strings.NewReader(text)).ReadAll() // every row of one length
	must(t, err)
	if len(rows) != n+1 {
		t.Fatalf("%d contacts in %d rows", n, len(rows))
	}
	return rows
}

// TestAFileHasEveryFieldOfEveryContact holds the file byte by byte.
func TestAFileHasEveryFieldOfEveryContact(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		categories := &tracking.Service{DB: d}
		region, err := categories.Create(b.ctx, tracking.CreateInput{Title: "Περιοχή", Contacts: ptr(true), Options: []*tracking.OptionInput{{Title: "Βορράς"}, {Title: "=Νότος"}}})
		must(t, err)
		_, err = categories.Create(b.ctx, tracking.CreateInput{Title: "Unused", Contacts: ptr(true), Options: []*tracking.OptionInput{{Title: "x"}}})
		must(t, err)
		options, err := region.Options(b.ctx)
		must(t, err)
		b.create(t, contact.Fields{
			FirstName: ptr("Ελένη"), LastName: ptr("Παπαδοπούλου"), Company: ptr(`Άλφα, "Α" ΑΕ`), Profession: ptr("-εμπόριο"), VatNumber: ptr("EL094014201"),
			TaxOffice: ptr("1101"), CustomID: ptr("'=007"), Website: ptr("https://alpha.example"), IsClient: ptr(true), IsSupplier: ptr(false),
			ClientType: ptr(entcontact.ClientTypeIntraCommunity), DefaultCurrency: ptr(money.Currency("USD")), DefaultLanguage: ptr("el"), DefaultDueDays: ptr(30),
			DefaultTemplate: ptr("classic"), DefaultTaxes: []*money.Tax{{Kind: money.VAT, Rate: money.MustDecimal("24")}},
			Addresses: []*contact.AddressInput{
				{Line: "Ερμού 1", City: "Αθήνα", Region: "Αττική", PostalCode: "01055", Country: "GR", BranchCode: "0"},
				{Kind: ptr(contactaddress.KindShipping), Line: "Quay\nB", City: "Πάτρα"},
			},
			Emails:    []*contact.EmailInput{{Email: "a@alpha.example", Label: "office", Primary: true}, {Email: "b@alpha.example"}},
			Phones:    []*contact.PhoneInput{{Number: "+30 210 1234567", Label: "office"}},
			OptionIDs: []uuid.UUID{options[1].ID},
		}, "the first", "@second\nof two lines")
		b.create(t, contact.Fields{Company: ptr("Βήτα"), IsSupplier: ptr(true)})
		var out bytes.Buffer
		n, err := b.Export(b.ctx, nil, contact.ByName, exports.CSV, &out)
		must(t, err)
		want := "\ufeffcustomId,firstName,lastName,company,profession,vatNumber,taxOffice,website,isClient,isSupplier,clientType,defaultCurrency,defaultLanguage,defaultDueDays,defaultTemplate,defaultTaxes,archived," +
			"address.1.kind,address.1.line,address.1.city,address.1.region,address.1.postalCode,address.1.country,address.1.branchCode," +
			"address.2.kind,address.2.line,address.2.city,address.2.region,address.2.postalCode,address.2.country,address.2.branchCode," +
			"email.1,email.1.label,email.1.primary,email.2,email.2.label,email.2.primary,phone.1,phone.1.label,phone.1.primary,category.Περιοχή,note.1,note.2\r\n" +
			`''=007,Ελένη,Παπαδοπούλου,"Άλφα, ""Α"" ΑΕ",'-εμπόριο,094014201,1101,https://alpha.example,yes,no,INTRA_COMMUNITY,USD,el,30,classic,"[{""kind"":""vat"",""rate"":""24"",""category"":""S""}]",no,` +
			"BILLING,Ερμού 1,Αθήνα,Αττική,01055,GR,0,SHIPPING,\"Quay\nB\",Πάτρα,,,,," +
			"a@alpha.example,office,yes,b@alpha.example,,no,'+30 210 1234567,office,yes,'=Νότος,the first,\"'@second\nof two lines\"\r\n" +
			",,,Βήτα,,,,,no,yes,,,,,,,no,,,,,,,,,,,,,,,,,,,,,,,,,,\r\n"
		if diff := cmp.Diff(want, out.String()); diff != "" || n != 2 {
			t.Errorf("%d contacts (-want +got):\n%s", n, diff)
		}
		_, err = b.Export(b.ctx, nil, contact.ByName, exports.XLSX, io.Discard)
		must(t, err)
		table := b.table(t, nil, contact.ByName)
		if diff := cmp.Diff(table, b.book.rows); diff != "" || !b.book.closed || b.book.dropped {
			t.Errorf("the workbook is another (-csv +xlsx):\n%s", diff)
		}
	})
}

// What is taken off again gives back exactly what was, and nothing begins as a formula.
func TestNeutralCellsComeBack(t *testing.T) {
	cell := rapid.StringOf(rapid.RuneFrom([]rune("'=+-@\t\rxΩ ")))
	rapid.Check(t, func(t *rapid.T) {
		was := cell.Draw(t, "cell")
		is := exports.Neutral(was)
		if is != "" && strings.ContainsRune("=+-@\t\r", rune(is[0])) {
			t.Fatalf("%q runs", is)
		}
		if rest := strings.TrimLeft(is, "'"); rest != is && rest != "" && strings.ContainsRune("=+-@\t\r", rune(rest[0])) {
			is = is[1:]
		}
		if is != was {
			t.Fatalf("%q became %q", was, is)
		}
	})
}

func TestALongListIsExportedWholeInItsOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		var want []string
		for i := range 230 {
			name := fmt.Sprintf("Εταιρεία %03d", i)
			b.create(t, contact.Fields{Company: &name, IsClient: ptr(i%2 == 0)}, "a", "b")
			want = append(want, name)
		}
		names := func(rows [][]string) (out []string) {
			at := slices.Index(rows[0], "company")
			for _, r := range rows[1:] {
				out = append(out, r[at])
			}
			return out
		}
		counted, n := db.CountStatements(b.ctx)
		b.ctx = counted
		if diff := cmp.Diff(want, names(b.table(t, nil, contact.ByName))); diff != "" {
			t.Errorf("by name (-want +got):\n%s", diff)
		}
		if n.Load() > 25 { // the list and its columns, and one reading of each table
			t.Errorf("%d statements", n.Load())
		}
		slices.Reverse(want)
		if diff := cmp.Diff(want, names(b.table(t, nil, contact.Newest))); diff != "" {
			t.Errorf("newest first (-want +got):\n%s", diff)
		}
		if got := names(b.table(t, &contact.Filter{Role: ptr(contact.Client), Search: "εταιρεια 00"}, contact.ByName)); !slices.Equal(got, []string{"Εταιρεία 000", "Εταιρεία 002", "Εταιρεία 004", "Εταιρεία 006", "Εταιρεία 008", "Εταιρεία 100", "Εταιρεία 200"}) {
			t.Errorf("clients that are searched for: %v", got)
		}
		rows := b.table(t, &contact.Filter{Archived: ptr(true)}, contact.ByName)
		if len(rows) != 1 || len(rows[0]) != 17 {
			t.Errorf("an empty list: %v", rows)
		}
	})
}

func TestMoreNotesThanAPageAreAllThere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		c := b.create(t, contact.Fields{Company: ptr("A")})
		must(t, db.InTx(b.ctx, d, func(ctx context.Context, tx *ent.Tx) error {
			for i := range 130 {
				if err := tx.ContactNote.Create().SetContactID(c.ID).SetAuthorID(uuid.New()).SetText(fmt.Sprint("n", i)).Exec(ctx); err != nil {
					return err
				}
			}
			return nil
		}))
		rows := b.table(t, nil, contact.ByName)
		for i := range 130 {
			at := slices.Index(rows[0], fmt.Sprintf("note.%d", i+1))
			if at < 0 || rows[1][at] != fmt.Sprint("n", i) {
				t.Fatalf("note %d is in column %d", i, at)
			}
		}
	})
}

func TestWhoExports(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		b.create(t, contact.Fields{Company: ptr("A")})
		hidden := b.create(t, contact.Fields{Company: ptr("B")}, "a secret")
		must(t, db.InTx(b.ctx, d, func(ctx context.Context, tx *ent.Tx) error {
			return tx.Contact.UpdateOneID(hidden.ID).SetRestricted(true).Exec(ctx)
		}))
		org := viewer.From(b.ctx).Organization
		for name, tt := range map[string]struct {
			ctx   context.Context
			want  fault.Code
			count int
		}{
			"owner":       {ctx: b.ctx, count: 2},
			"read-only":   {ctx: dbtest.Member(t, b.ctx, d, viewer.ReadOnly), count: 1},
			"foreign":     {ctx: dbtest.Tenant(t, d, viewer.Owner)},
			"time-keeper": {ctx: dbtest.Member(t, b.ctx, d, viewer.TimeKeeper), want: fault.Forbidden},
			"portal":      {ctx: viewer.With(b.ctx, viewer.Viewer{Kind: viewer.Portal, Organization: org, Contacts: []uuid.UUID{hidden.ID}}), want: fault.Forbidden},
			"nobody":      {ctx: context.Background(), want: fault.Unauthenticated},
		} {
			var out bytes.Buffer
			n, err := b.Export(tt.ctx, nil, contact.ByName, exports.CSV, &out)
			if n != tt.count || tt.want != "" && !fault.IsCode(err, tt.want) || tt.want == "" && err != nil {
				t.Errorf("%s: %d, %v", name, n, err)
			}
			if name != "owner" && strings.Contains(out.String(), "secret") || tt.want != "" && out.Len() > 0 {
				t.Errorf("%s reads %q", name, out.String())
			}
		}
		told, err := d.AuditEvent.Query().Where(auditevent.Action("exportContacts"), auditevent.ActorID(viewer.From(b.ctx).User)).Only(b.ctx)
		must(t, err)
		if got := strings.ReplaceAll(string(told.After), " ", ""); got != `{"count":2,"format":"csv"}` || told.ObjectType != "organization" || told.ObjectID != org {
			t.Errorf("the history tells %s of %s", got, told.ObjectType)
		}
		if _, err := b.Export(b.ctx, nil, contact.ByName, "pdf", io.Discard); !fault.IsCode(err, fault.Invalid) {
			t.Errorf("another format: %v", err)
		}
	})
}

// A contact that grew after the columns were counted breaks off the export: nothing is left out
// without a word.
func TestAListThatGrowsMeanwhileIsNotCutOff(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		c := b.create(t, contact.Fields{Company: ptr("A")}, "one")
		b.Workbook = func(io.Writer, string) (exports.Rows, error) { // between the two readings
			_, err := b.Contacts.AddNote(b.ctx, contact.NoteInput{ContactID: c.ID, Text: "two"})
			return b.book, err
		}
		_, err := b.Export(b.ctx, nil, contact.ByName, exports.XLSX, io.Discard)
		if !fault.IsCode(err, fault.Conflict) || !b.book.dropped || b.book.closed {
			t.Errorf("%v, dropped %v", err, b.book.dropped)
		}
		if n, err := d.AuditEvent.Query().Where(auditevent.Action("exportContacts")).Count(b.ctx); n != 1 || err != nil {
			t.Errorf("the history tells of %d, %v", n, err) // a part may have been read
		}
		full := errors.New("the disk is full")
		b.book.fail = full
		if _, err := b.Export(b.ctx, nil, contact.ByName, exports.XLSX, io.Discard); !errors.Is(err, full) {
			t.Errorf("got %v", err)
		}
		if _, err := b.Export(b.ctx, nil, contact.ByName, exports.CSV, failing{full}); !errors.Is(err, full) {
			t.Errorf("got %v", err)
		}
	})
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

// Memory does not grow with the list.
func TestALongListTakesNoMoreMemory(t *testing.T) {
	d := dbtest.SQLite(t)
	b := setup(t, d)
	must(t, db.InTx(b.ctx, d, func(ctx context.Context, tx *ent.Tx) error {
		for i := range 40 {
			many := make([]*ent.ContactCreate, 100)
			for j := range many {
				name := fmt.Sprint(strings.Repeat("x", 80), i, j)
				many[j] = tx.Contact.Create().SetCompany(name).SetDisplayName(name).SetSortName(name).SetDefaultTaxes(nil)
			}
			if err := tx.Contact.CreateBulk(many...).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	}))
	live := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	begin := live()
	most := begin
	seen := 0
	b.Workbook = func(io.Writer, string) (exports.Rows, error) {
		return rowsFunc(func([]string) error {
			if seen++; seen%1000 == 0 {
				most = max(most, live())
			}
			return nil
		}), nil
	}
	_, err := b.Export(b.ctx, nil, contact.ByName, exports.XLSX, io.Discard)
	must(t, err)
	if grown := int64(most) - int64(begin); seen != 4001 || grown > 4<<20 {
		t.Errorf("%d rows; %d bytes more at the most", seen, grown)
	}
}

type rowsFunc func([]string) error

func (f rowsFunc) Row(cells []string) error { return f(cells) }
func (rowsFunc) Close() error               { return nil }
func (rowsFunc) Drop()                      {}

// fillUp makes n contacts in few statements, each with a note.
func (b *bench) fillUp(t *testing.T, n int) {
	t.Helper()
	must(t, db.InTx(b.ctx, b.DB, func(ctx context.Context, tx *ent.Tx) error {
		for at := range n / 100 {
			in := make([]contact.Incoming, 100)
			for i := range in {
				f := &contact.Fields{Company: ptr(fmt.Sprintf("Εταιρεία %06d", at*100+i)), Phones: []*contact.PhoneInput{{Number: "210 1234567"}}}
				if err := f.Prepare(); err != nil {
					return err
				}
				in[i] = contact.Incoming{Fields: f, Notes: []string{"a note"}}
				in[i].Build()
			}
			if _, err := b.Contacts.InsertMany(ctx, tx, "test", in); err != nil {
				return err
			}
		}
		return nil
	}))
}

// A thousand contacts more cost a statement more for each table that is read, whatever the
// order of the list.
func TestStatementsGrowWithTheThousandsOfContacts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		statements := func(order contact.Order) int {
			ctx, n := db.CountStatements(b.ctx)
			_, err := b.Export(ctx, nil, order, exports.CSV, io.Discard)
			must(t, err)
			return int(n.Load())
		}
		orders := []contact.Order{contact.ByName, contact.ByNameDesc, contact.Newest, contact.Oldest, contact.ByBalance, contact.ByBalanceAsc, contact.LastActivity}
		before := map[contact.Order]int{}
		b.fillUp(t, 1000)
		for _, o := range orders {
			before[o] = statements(o)
		}
		b.fillUp(t, 2000)
		for _, o := range orders {
			// contacts, addresses, e-mails, phones, options, how long the notes are, notes
			if n := statements(o) - before[o]; n != 2*7 {
				t.Errorf("%s: %d statements, and %d more for 2000 contacts more", o, before[o], n)
			}
		}
	})
}

// The columns are those that the list needs: not a contact outside of it, nor one that the
// viewer may not see, shows by them.
func TestColumnsAreThoseOfTheListAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		options := b.regions(t)
		b.create(t, contact.Fields{Company: ptr("A"), IsClient: ptr(true), Emails: []*contact.EmailInput{{Email: "a@x.test"}}}, "one")
		b.create(t, contact.Fields{Company: ptr("B"), IsClient: ptr(false), Phones: []*contact.PhoneInput{{Number: "1"}, {Number: "2"}}})
		c := b.create(t, contact.Fields{Company: ptr("C"), IsClient: ptr(true), OptionIDs: options[:1], Addresses: []*contact.AddressInput{{City: "X"}}}, "one", "two")
		must(t, db.InTx(b.ctx, d, func(ctx context.Context, tx *ent.Tx) error {
			return tx.Contact.UpdateOneID(c.ID).SetRestricted(true).Exec(ctx)
		}))
		reader := *b
		reader.ctx = dbtest.Member(t, b.ctx, d, viewer.ReadOnly)
		header := func(b *bench, f *contact.Filter) string {
			return strings.Join(b.table(t, f, contact.ByName)[0][17:], " ")
		}
		address := "address.1.kind address.1.line address.1.city address.1.region address.1.postalCode address.1.country address.1.branchCode "
		mail, phones := "email.1 email.1.label email.1.primary ", "phone.1 phone.1.label phone.1.primary phone.2 phone.2.label phone.2.primary "
		clients := &contact.Filter{Role: ptr(contact.Client)}
		for name, tt := range map[string]struct{ got, want string }{
			"all of the owner's":     {header(b, nil), address + mail + phones + "category.Περιοχή note.1 note.2"},
			"the owner's clients":    {header(b, clients), address + mail + "category.Περιοχή note.1 note.2"},
			"a search":               {header(b, &contact.Filter{Search: "c"}), address + "category.Περιοχή note.1 note.2"},
			"of one who may see A,B": {header(&reader, nil), mail + phones + "note.1"},
			"of that one's clients":  {header(&reader, clients), mail + "note.1"},
		} {
			if tt.got != tt.want {
				t.Errorf("%s: %s, want %s", name, tt.got, tt.want)
			}
		}
	})
}

// Long notes are read in parts, and each is there.
func TestLongNotesAreAllThere(t *testing.T) {
	d := dbtest.SQLite(t)
	b := setup(t, d)
	long := strings.Repeat("x", contact.MaxNote-4)
	var want []string
	must(t, db.InTx(b.ctx, d, func(ctx context.Context, tx *ent.Tx) error {
		for i := range 160 { // more than are read at once, some contacts without
			f := &contact.Fields{Company: ptr(fmt.Sprintf("%03d", i))}
			must(t, f.Prepare())
			in := contact.Incoming{Fields: f}
			in.Build()
			if text := fmt.Sprint(long, i); i%7 > 0 {
				in.Notes, want = []string{text}, append(want, text)
			} else {
				want = append(want, "")
			}
			if _, err := b.Contacts.InsertMany(ctx, tx, "test", []contact.Incoming{in}); err != nil {
				return err
			}
		}
		return nil
	}))
	rows := b.table(t, nil, contact.ByName)
	for i, r := range rows[1:] {
		if got := r[len(r)-1]; got != want[i] {
			t.Errorf("contact %d has a note of %d characters that ends in %q, want %d", i, len(got), got[max(0, len(got)-5):], len(want[i]))
		}
	}
}
