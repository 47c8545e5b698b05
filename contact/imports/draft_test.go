package imports

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent/contactaddress"
)

// plain is a draft as a test writes it.
type plain struct {
	First, Last, Company, Profession, VAT, Office, ID, Website, Note string
	Emails, Phones                                                   []string // label: value, the primary one with *
	Addresses                                                        []contact.AddressInput
}

func plainly(d *draft) plain {
	text := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	f := d.in.Fields
	p := plain{First: text(f.FirstName), Last: text(f.LastName), Company: text(f.Company), Profession: text(f.Profession),
		VAT: text(f.VatNumber), Office: text(f.TaxOffice), ID: text(f.CustomID), Website: text(f.Website), Note: strings.Join(d.in.Notes, "\n")}
	item := func(label, value string, primary bool) string {
		if label != "" {
			value = label + ": " + value
		}
		if primary {
			value = "*" + value
		}
		return value
	}
	for _, e := range f.Emails {
		p.Emails = append(p.Emails, item(e.Label, e.Email, e.Primary))
	}
	for _, x := range f.Phones {
		p.Phones = append(p.Phones, item(x.Label, x.Number, x.Primary))
	}
	for _, a := range f.Addresses {
		p.Addresses = append(p.Addresses, *a)
	}
	return p
}

func kind(k contactaddress.Kind) *contactaddress.Kind { return &k }

func TestARowBecomesAContact(t *testing.T) {
	billing, shipping, other := kind(contactaddress.KindBilling), kind(contactaddress.KindShipping), kind(contactaddress.KindOther)
	tests := map[string]struct {
		file   string
		want   plain
		format string // Table when ""
	}{
		"a Greek table": {
			file: "ΕΠΩΝΥΜΙΑ;ΑΦΜ;Δ.Ο.Υ.;Τηλέφωνο;Κινητό;E-mail;Διεύθυνση;Πόλη;ΤΚ;Χώρα;Επάγγελμα;Σημειώσεις\nΆλφα ΑΕ;EL 094259216;1101;2101;6942;a@alfa.gr, b@alfa.gr;Οδός 1;Αθήνα;10431;ελλάδα;Εμπόριο;καλός\n",
			want: plain{Company: "Άλφα ΑΕ", VAT: "094259216", Office: "1101", Profession: "Εμπόριο", Note: "καλός", Emails: []string{"*a@alfa.gr", "b@alfa.gr"},
				Phones:    []string{"*2101", "Κινητό: 6942"},
				Addresses: []contact.AddressInput{{Kind: billing, Line: "Οδός 1", City: "Αθήνα", PostalCode: "10431", Country: "GR"}}},
		},
		"a tax office by name goes into the note": {
			file: "Επωνυμία;Δ.Ο.Υ.\nΆλφα;ΦΑΕ ΑΘΗΝΩΝ\n", want: plain{Company: "Άλφα", Note: "Δ.Ο.Υ.: ΦΑΕ ΑΘΗΝΩΝ"},
		},
		"an English table": {
			file: "Customer no.,Full name,VAT No,Phone 1,Phone 2,E-mail,ZIP code,State,Web site\n7,Ann Mary Lee,,1 23,4 56,ann@lee.com,12345,NY,lee.com\n",
			want: plain{First: "Ann Mary", Last: "Lee", Phones: []string{"*1 23", "4 56"}, Emails: []string{"*ann@lee.com"}, Website: "lee.com",
				Addresses: []contact.AddressInput{{Kind: billing, Region: "NY", PostalCode: "12345"}}},
		},
		"a name with a VAT number is a company":     {file: "Name,VAT number\nAcme Trading,DE123\n", want: plain{Company: "Acme Trading", VAT: "DE123"}},
		"a name of one word":                        {file: "Ονοματεπώνυμο;e-mail\nΜαρία;\n", want: plain{First: "Μαρία"}},
		"a name that is more than its parts":        {file: "Name,First name,Last name\nAcme Ltd,Ann,Lee\n", want: plain{First: "Ann", Last: "Lee", Note: "Name: Acme Ltd"}},
		"two companies":                             {file: "Company,Organization,Name\nAlpha,Beta,\n", want: plain{Company: "Alpha", Note: "Organization: Beta"}},
		"a country that nobody knows":               {file: "Name,City,Country\nA B,Atlantis,Narnia\n", want: plain{First: "A", Last: "B", Addresses: []contact.AddressInput{{Kind: billing, Line: "Narnia", City: "Atlantis"}}}},
		"a country of old is not taken for Germany": {file: "Name,City,Country\nA B,Bonn,Germany\n", want: plain{First: "A", Last: "B", Addresses: []contact.AddressInput{{Kind: billing, City: "Bonn", Country: "DE"}}}},
		"several values in a cell of Google": {
			format: google,
			file:   "First Name,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value,Phone 1 - Label,Phone 1 - Value,Website 1 - Value\nAnn,Work,a@x.gr ::: b@x.gr,* Home,c@x.gr ::: A@X.GR,Mobile,1 ::: 2,x.gr ::: y.gr\n",
			want: plain{First: "Ann", Emails: []string{"Work: a@x.gr", "Work: b@x.gr", "*Home: c@x.gr"}, Phones: []string{"*Mobile: 1", "Mobile: 2"},
				Website: "x.gr", Note: "Website 1 - Value: y.gr"},
		},
		"several addresses in the cells of Google": {
			format: google,
			file:   "First Name,E-mail 1 - Value,Address 1 - Formatted,Address 1 - Street,Address 1 - City,Address 1 - PO Box,Address 2 - Formatted,Address 2 - Label,Address 2 - Street\nAnn,,\"S 1\nTown\nc/o Bob\",S 1 ::: S 2,Town,,Only whole,,\nBob,,,S 3,Town,,,Shipping,\"S 4\nrear\"\n",
			want: plain{First: "Ann", Note: "Address 1 - Formatted: c/o Bob", Addresses: []contact.AddressInput{
				{Kind: billing, Line: "S 1", City: "Town"}, {Kind: other, Line: "S 2"}, {Kind: other, Line: "Only whole"}}},
		},
		"Outlook": {
			format: outlook,
			file:   "First Name,Last Name,Company,Job Title,E-mail Address,E-mail 2 Address,Home Phone,Business Phone,Business Street,Business City,Business Country/Region,Home Street,Notes\nAnn,Lee,Acme,Boss,a@x.gr,b@x.gr,1,2,B 1,Town,Greece,H 1,hi\n",
			want: plain{First: "Ann", Last: "Lee", Company: "Acme", Profession: "Boss", Emails: []string{"*a@x.gr", "b@x.gr"}, Phones: []string{"*Home Phone: 1", "Business Phone: 2"},
				Addresses: []contact.AddressInput{{Kind: billing, Line: "B 1", City: "Town", Country: "GR"}, {Kind: other, Line: "H 1"}}, Note: "hi"},
		},
		"Xero": {
			format: xero,
			file:   "*ContactName,AccountNumber,EmailAddress,FirstName,LastName,POAddressLine1,POAddressLine2,POCity,POCountry,SAAddressLine1,SACity,PhoneNumber,MobileNumber,TaxNumber,Website\nAcme,A7,a@x.gr,Ann,Lee,L1,L2,Town,New Zealand,S1,Port,1,2,NZ1,x.nz\n",
			want: plain{Company: "Acme", First: "Ann", Last: "Lee", ID: "A7", Emails: []string{"*a@x.gr"}, Phones: []string{"*1", "MobileNumber: 2"}, VAT: "NZ1", Website: "x.nz",
				Addresses: []contact.AddressInput{{Kind: billing, Line: "L1, L2", City: "Town", Country: "NZ"}, {Kind: shipping, Line: "S1", City: "Port"}}},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := mustParse(t, tt.file)
			if len(p.drafts) == 0 {
				t.Fatalf("no contact, but %+v", p.problems[0])
			}
			if diff := cmp.Diff(tt.want, plainly(p.drafts[0])); diff != "" {
				t.Errorf("contact (-want +got):\n%s", diff)
			}
			if tt.format == "" {
				tt.format = table
			}
			if p.format != tt.format {
				t.Errorf("the form is %s, want %s", p.format, tt.format)
			}
		})
	}
}

func TestABadRowIsReportedWithItsLineColumnAndReason(t *testing.T) {
	long := strings.Repeat("ω", 300)
	tests := map[string]struct {
		file   string
		column string
		reason string
	}{
		"too long a name":         {"Όνομα;Επώνυμο\n\"Α\nΒ\";Γ\n" + long + ";Γ\n", "Όνομα", "At most 50 characters."},
		"a bad e-mail":            {"Name,Mail\nA B,\"\n\"\nA B,a@b\n", "Mail", "This is not an e-mail address."},
		"the second e-mail":       {"Name,Mail,E-mail 2\n\"A\nB\",,\nA B,a@b.gr,b@\n", "E-mail 2", "This is not an e-mail address."},
		"a bad Greek VAT number":  {"Name,ΑΦΜ\n\"A\nB\",\nA B,123456789\n", "ΑΦΜ", "This is not a Greek VAT number: nine digits, the last of which checks the others."},
		"no name":                 {"Name,Mail\n\"A\nB\",\n,a@b.gr\n", "", "The row names neither a person nor a company."},
		"a telephone of words":    {"Name,Τηλέφωνο\n\"A\nB\",\nA B,κανένα\n", "Τηλέφωνο", "A telephone number has digits."},
		"too long a city":         {"Name,Πόλη,Οδός\n\"A\nB\",,\nA B," + long + ",x\n", "Πόλη", "At most 100 characters."},
		"too long a street":       {"Name,Πόλη,Οδός\n\"A\nB\",,\nA B,x," + long + "\n", "Οδός", "At most 200 characters."},
		"too long a note":         {"Name,Notes\n\"A\nB\",\nA B," + strings.Repeat(long, 70) + "\n", "Notes", "A note has at most 20000 characters."},
		"too many e-mails":        {"Name,Mail\n\"A\nB\",\nA B," + manyEmails(51) + "\n", "Mail", "At most 50 e-mail addresses."},
		"too many cells":          {"Name,Mail\n\"A\nB\",\nA B,a@b.gr,more\n", "", "The row has 3 cells, but the header has 2."},
		"a broken quotation":      {"Name,Mail\n\"A\nB\",\nA B,\"a\"b\n", "Mail", "The cell goes on after its closing quotation mark."},
		"a quotation left open":   {"Name,Mail\n\"A\nB\",\nA B,\"a", "Mail", "A quotation mark opens the cell and nothing closes it: the rest of the file was not read."},
		"bytes that are no text":  {"\xef\xbb\xbfName,Mail\n\"A\nB\",\nA\xff B,\n", "Name", "The cell has bytes that are not text in the encoding of the file."},
		"too long a label":        {"Name,E-mail 1 - Label,E-mail 1 - Value\n\"A\nB\",,\nA B," + long + ",a@b.gr\n", "E-mail 1 - Value", "At most 50 characters."},
		"too long a profession":   {"Name,Job title\n\"A\nB\",\nA B," + long + "\n", "Job title", "At most 100 characters."},
		"too long a key":          {"Name,Κωδικός\n\"A\nB\",\nA B," + long + "\n", "Κωδικός", "At most 256 characters."},
		"too long a website":      {"Name,URL\n\"A\nB\",\nA B," + long + "\n", "URL", "At most 200 characters."},
		"too long a company":      {"Επωνυμία,URL\n\"A\nB\",\n" + long + ",\n", "Επωνυμία", "At most 100 characters."},
		"a VAT number in letters": {"Name,VAT\n\"A\nB\",\nA B," + long + "\n", "VAT", "At most 20 characters."},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := mustParse(t, tt.file+"\n")
			want := []*Problem{{Line: 4, Outcome: Rejected, Column: tt.column, Reason: tt.reason}}
			if diff := cmp.Diff(want, p.problems); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if len(p.drafts) != 1 || p.drafts[0].line != 2 || p.rows != 2 {
				t.Errorf("%d good rows of %d, want 1 of 2", len(p.drafts), p.rows)
			}
		})
	}
}

func manyEmails(n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = "a" + strings.Repeat("a", i) + "@b.gr"
	}
	return strings.Join(out, between)
}

func TestTheFilesOfTheFormsAreRead(t *testing.T) {
	tests := map[string]struct {
		rows, good int
		bad        []int // lines
		format     string
	}{
		"google.csv":     {13, 11, []int{13, 22}, google},
		"google_old.csv": {3, 3, nil, oldGoogle},
		"pelates.csv":    {5, 4, []int{4}, table},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			file, err := os.ReadFile("testdata/" + name) //nolint:gosec // a case's own
			if err != nil {
				t.Fatal(err)
			}
			p := mustParse(t, string(file))
			var bad []int
			for _, x := range p.problems {
				bad = append(bad, x.Line)
			}
			if diff := cmp.Diff(tt.bad, bad); diff != "" || p.format != tt.format || p.rows != tt.rows || len(p.drafts) != tt.good {
				t.Errorf("%s, %d rows, %d good, want %s, %d, %d; bad lines (-want +got):\n%s", p.format, p.rows, len(p.drafts), tt.format, tt.rows, tt.good, diff)
			}
		})
	}
}
