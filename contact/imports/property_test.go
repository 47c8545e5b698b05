package imports

import (
	"context"
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/contactemail"
	"github.com/kartela/kartela/ent/contactphone"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/viewer"
)

// person is a contact as it goes into a file and as it is to come out of the database.
type person struct {
	Company        string
	Emails, Phones []string
	Note           string
}

// Words are written as Greek is: a capital, then small letters. That is what tells
// Windows-1253 from UTF-8.
var (
	word  = rapid.StringMatching(`[ΑΒΓΔΕΆΈΉA-Z][αβγδεςάέήa-z]{1,8}`)
	extra = rapid.SampledFrom([]string{"", ", ΑΕ", "; Ltd", " \"Το Στέκι\"", " | x", "\tΟΕ", "'s"})
)

func people(t *rapid.T) []person {
	return rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) person {
		p := person{
			Company: word.Draw(t, "first") + " " + word.Draw(t, "second") + extra.Draw(t, "extra"),
			Emails:  rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z]{3,12}@[a-z]{3,9}\.gr`), 1, 4, rapid.ID).Draw(t, "emails"),
			Phones:  rapid.SliceOfNDistinct(rapid.StringMatching(`\+?[0-9]{3} [0-9]{4,7}`), 0, 4, rapid.ID).Draw(t, "phones"),
			Note:    strings.Join(rapid.SliceOfN(word, 0, 5).Draw(t, "note"), rapid.SampledFrom([]string{" ", "\n", ",", "\n\n", "\""}).Draw(t, "between")),
		}
		return p
	}), 1, 20, func(p person) string { return p.Company }).Draw(t, "people")
}

// written writes people as a table, each with several values to a cell or a column each.
func written(t *rapid.T, all []person) string {
	wide := rapid.Bool().Draw(t, "a column each")
	records := [][]string{{"Επωνυμία", "Τηλέφωνο", "E-mail", "Σημειώσεις"}}
	if wide {
		records[0] = []string{"Επωνυμία", "Σημειώσεις", "Τηλέφωνο 1", "Τηλέφωνο 2", "Τηλέφωνο 3", "Τηλέφωνο 4", "E-mail 1 - Value", "E-mail 2 - Value", "E-mail 3", "email4"}
	}
	for _, p := range all {
		r := []string{p.Company, strings.Join(p.Phones, " ::: "), strings.Join(p.Emails, " ::: "), p.Note}
		if wide {
			r = slices.Concat([]string{p.Company, p.Note}, pad(p.Phones), pad(p.Emails))
		}
		records = append(records, r)
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	w.Comma = rapid.SampledFrom([]rune(",;\t|")).Draw(t, "separator")
	w.UseCRLF = rapid.Bool().Draw(t, "CRLF")
	if err := w.WriteAll(records); err != nil {
		t.Fatal(err)
	}
	bom := "\ufeff"
	e := rapid.SampledFrom([]encoding.Encoding{encoding.Nop, nil, charmap.Windows1253,
		unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), unicode.UTF16(unicode.BigEndian, unicode.UseBOM)}).Draw(t, "encoding")
	switch e {
	case nil:
		return bom + b.String()
	case encoding.Nop:
		return b.String()
	}
	out, err := e.NewEncoder().String(b.String())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func pad(s []string) []string { return append(slices.Clone(s), make([]string, 4-len(s))...) }

func TestWhatAFileSaysIsWhatTheContactsAre(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		rapid.Check(t, func(rt *rapid.T) {
			ctx := dbtest.Tenant(t, d, viewer.Owner)
			all := people(rt)
			report, err := service(d).imported(ctx, Input{File: strings.NewReader(written(rt, all))})
			if err != nil {
				rt.Fatal(err)
			}
			var want []person // whoever comes second with an address is skipped
			seen := map[string]bool{}
			for _, p := range all {
				if !slices.ContainsFunc(p.Emails, func(e string) bool { return seen[e] }) {
					want = append(want, p)
					for _, e := range p.Emails {
						seen[e] = true
					}
				}
			}
			if report.Rows != len(all) || report.Created != len(want) || report.Skipped != len(all)-len(want) {
				rt.Errorf("%d people, %d of them new: %+v", len(all), len(want), report)
			}
			if diff := cmp.Diff(want, stored(ctx, t, d)); diff != "" {
				rt.Errorf("people (-file +database):\n%s", diff)
			}
		})
	})
}

// stored are the viewer's contacts in the order in which they were made.
func stored(ctx context.Context, t *testing.T, d *db.DB) (out []person) {
	t.Helper()
	emails := d.ContactEmail.Query().Order(contactemail.ByPosition()).AllX(ctx)
	phones := d.ContactPhone.Query().Order(contactphone.ByPosition()).AllX(ctx)
	notes := map[string]string{}
	for _, n := range d.ContactNote.Query().AllX(ctx) {
		notes[n.ContactID.String()] = n.Text
	}
	for _, c := range d.Contact.Query().Order(entcontact.ByID()).AllX(ctx) {
		p := person{Company: c.Company, Note: notes[c.ID.String()], Emails: []string{}, Phones: []string{}}
		for _, e := range emails {
			if e.ContactID == c.ID {
				p.Emails = append(p.Emails, e.Email)
			}
		}
		for _, x := range phones {
			if x.ContactID == c.ID {
				p.Phones = append(p.Phones, x.Number)
			}
		}
		out = append(out, p)
	}
	return out
}

func FuzzDecode(f *testing.F) {
	for _, name := range []string{"google.csv", "google_old.csv", "pelates.csv"} {
		f.Add([]byte(testdata(f, name)))
	}
	for _, s := range []string{"", "\xff\xfe", "\xfe\xff\x00", "\xef\xbb\xbf", "Name\n\"", "Name;ΑΦΜ\n\"a\"b;1\nx;2\n", "Name\r\rA\r", "sep=;\nName;x\n",
		"Name,Mail\nA,\xff\n", "Name\n:::\n", "Name,Address,Formatted\n,\n", "Company,Name,Address 1 - Street,Address 1 - Formatted,Website\nA,B,\":::\n,\",\"x:::\ny\",a:::b\n",
		"\xc1\xd6\xcc;\xb8\n", strings.Repeat(",", 600)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := parse(strings.NewReader(string(b)), true)
		if err != nil {
			return
		}
		if len(p.drafts)+len(p.problems) != p.rows {
			t.Errorf("%d good and %d bad of %d rows", len(p.drafts), len(p.problems), p.rows)
		}
		last := 1
		for _, d := range p.drafts {
			if d.line <= last {
				t.Errorf("line %d after %d", d.line, last)
			}
			last = d.line
			if err := d.in.Fields.Prepare(); err != nil {
				t.Errorf("a good row is not good: %v", err)
			}
			if note := strings.Join(d.in.Notes, ""); strings.ContainsAny(note, "\x00\uffff") {
				t.Errorf("note %q", note)
			}
		}
	})
}
