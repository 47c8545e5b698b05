package exports_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/contact/exports"
	"github.com/kartela/kartela/contact/imports"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/contactaddress"
	"github.com/kartela/kartela/ent/contactimport"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/internal/sheet"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/tracking"
)

// What a list exports, as CSV or as a workbook, makes the same contacts in another business,
// and changes nothing in its own.
func TestAnExportImportsAgainWithoutLoss(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ours := setup(t, d)
		ours.fill(t, ours.regions(t))
		want := ours.file(t, exports.CSV)
		for _, format := range []exports.Format{exports.CSV, exports.XLSX} {
			file := ours.file(t, format)
			theirs := setup(t, d)
			theirs.regions(t)
			if got := theirs.bring(t, d, file); got.Created != 30 || got.Rejected+got.Skipped+got.Updated > 0 {
				t.Errorf("%s made %d contacts, changed %d, met %d, refused %d", format, got.Created, got.Updated, got.Skipped, got.Rejected)
			}
			if diff := cmp.Diff(strings.Split(string(want), "\r\n"), strings.Split(string(theirs.file(t, exports.CSV)), "\r\n")); diff != "" {
				t.Errorf("by %s (-here +there):\n%s", format, diff)
			}
			if got := ours.bring(t, d, file); got.Skipped != 30 {
				t.Errorf("%s in its own business made %d contacts, changed %d, met %d, refused %d", format, got.Created, got.Updated, got.Skipped, got.Rejected)
			}
		}
		if diff := cmp.Diff(want, ours.file(t, exports.CSV)); diff != "" {
			t.Errorf("what was exported has changed (-before +after):\n%s", diff)
		}
	})
}

func (b *bench) regions(t *testing.T) []uuid.UUID {
	t.Helper()
	c, err := (&tracking.Service{DB: b.DB}).Create(b.ctx, tracking.CreateInput{Title: "Περιοχή", Options: []*tracking.OptionInput{{Title: "Βορράς"}, {Title: "=Νότος"}}})
	must(t, err)
	options, err := c.Options(b.ctx)
	must(t, err)
	return []uuid.UUID{options[0].ID, options[1].ID}
}

// fill makes 30 contacts of everything, with texts that files like to spoil.
func (b *bench) fill(t *testing.T, options []uuid.UUID) {
	t.Helper()
	r := rand.New(rand.NewPCG(5, 8))
	odd := []string{"", "=1+1", "+30 210", "-5", "@x", "'=q", "'x", "007", "Ωμέγα ς", `say "x"`, "a;b,c", "1.5", "0x1F", "TRUE"}
	notes := []string{"two\nlines", "=note", "lines of\r\nWindows", "an old\rMac's", "twice", "twice"}
	countries := []string{"GB", "UK", "EL", "GR", "XX", "DD", ""}
	some := func() *string { return ptr(odd[r.IntN(len(odd))]) }
	for i := range 30 {
		kind := []contactaddress.Kind{contactaddress.KindBilling, contactaddress.KindShipping, contactaddress.KindOther}
		f := contact.Fields{Company: ptr(fmt.Sprintf("%s %02d", *some(), i)), FirstName: some(), LastName: some(), Profession: some(), CustomID: ptr(fmt.Sprintf("k%02d", i)),
			TaxOffice: ptr([]string{"1101", "ΔΟΥ Α"}[i%2]), Website: ptr("www.example.test"), IsClient: ptr(r.IntN(2) == 0), IsSupplier: ptr(r.IntN(2) == 0), DefaultLanguage: ptr("el"),
			DefaultDueDays: ptr(r.IntN(90)), DefaultTemplate: some(), DefaultCurrency: ptr(money.Currency("USD")), ClientType: ptr(entcontact.ClientTypeThirdCountry),
			DefaultTaxes: []*money.Tax{{Kind: money.VAT, Name: "24 %", Rate: money.MustDecimal("24")}}}
		for n := range r.IntN(3) {
			f.Addresses = append(f.Addresses, &contact.AddressInput{Kind: &kind[r.IntN(3)], Line: fmt.Sprint("Οδός\r\n", n), City: *some(), Region: *some(), PostalCode: "00123", Country: countries[r.IntN(len(countries))], BranchCode: "0" + fmt.Sprint(n)})
		}
		if r.IntN(4) == 0 {
			f.Addresses = append(f.Addresses, &contact.AddressInput{Kind: &kind[r.IntN(3)]})
		}
		for n := range r.IntN(3) {
			f.Emails = append(f.Emails, &contact.EmailInput{Email: fmt.Sprintf("e%d.%d@x.test", i, n), Label: *some(), Primary: n == 1})
			f.Phones = append(f.Phones, &contact.PhoneInput{Number: fmt.Sprintf("+30 210 %d%d", i, n), Label: *some(), Primary: n == 1})
		}
		if r.IntN(4) == 0 && len(f.Phones) > 0 {
			f.Phones = append(f.Phones, &contact.PhoneInput{Number: f.Phones[0].Number, Label: "another"})
		}
		if n := r.IntN(3); n < 2 {
			f.OptionIDs = []uuid.UUID{options[n]}
		}
		b.create(t, f, notes[r.IntN(len(notes)):]...)
	}
}

// file exports everything.
func (b *bench) file(t *testing.T, format exports.Format) []byte {
	t.Helper()
	real := *b.Service
	real.Workbook = func(w io.Writer, name string) (exports.Rows, error) { return sheet.NewWriter(w, name) }
	var out bytes.Buffer
	_, err := real.Export(b.ctx, nil, contact.ByName, format, &out)
	must(t, err)
	return out.Bytes()
}

// bring imports a file as it is understood without a word of anyone's.
func (b *bench) bring(t *testing.T, d *db.DB, file []byte) *imports.ContactImport {
	t.Helper()
	s := &imports.Service{DB: d, Contacts: b.Contacts, Store: shelf{}, Workbooks: sheet.Reader{}}
	i, err := s.Upload(b.ctx, imports.UploadInput{Name: "contacts", File: bytes.NewReader(file)})
	must(t, err)
	if how, err := i.Settings(); err != nil || how.Format != "Kartela" {
		t.Fatalf("the file is taken for %+v (%v)", how, err)
	}
	update := imports.Update
	i, err = s.Configure(b.ctx, imports.ConfigureInput{ID: i.ID, Version: i.Version, Existing: &update})
	must(t, err)
	_, err = s.Run(b.ctx, imports.IDInput{ID: i.ID})
	must(t, err)
	for worked := true; worked; {
		worked, err = s.Work(context.Background())
		must(t, err)
	}
	i, err = s.Get(b.ctx, i.ID)
	must(t, err)
	if i.Status != contactimport.StatusDone {
		t.Fatalf("the import is %s: %s", i.Status, i.Error)
	}
	rows, err := d.ImportRow.Query().All(b.ctx)
	must(t, err)
	for _, r := range rows {
		if r.ImportID == i.ID && r.Outcome == "error" {
			t.Logf("line %d, %s: %s", r.Line, r.Column, r.Reason)
		}
	}
	return i
}

// shelf is a store in memory.
type shelf map[string][]byte

type opened struct{ *bytes.Reader }

func (opened) Close() error { return nil }

func (s shelf) Put(_ context.Context, key string, r io.Reader) (n int64, err error) {
	s[key], err = io.ReadAll(r)
	return int64(len(s[key])), err
}

func (s shelf) Open(_ context.Context, key string) (io.ReadCloser, error) {
	if b, ok := s[key]; ok {
		return opened{bytes.NewReader(b)}, nil
	}
	return nil, fault.New(fault.NotFound, "", "There is no such file.")
}

func (s shelf) Delete(_ context.Context, key string) error {
	delete(s, key)
	return nil
}

func (s shelf) List(context.Context, string, time.Time, func([]string) error) error { return nil }
