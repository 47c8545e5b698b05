package contact_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/contactaddress"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/money"
)

func (b *bench) update(c *contact.Contact, f contact.Fields) (*contact.Contact, error) {
	return b.Update(b.ctx, contact.UpdateInput{ID: c.ID, Version: c.Version, Fields: f})
}

func TestAContactNeedsAName(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		_, err := b.Create(b.ctx, contact.CreateInput{Fields: contact.Fields{Profession: ptr("Μάγειρας"), Company: ptr("  ")}})
		refused(t, err, fault.Invalid, "company")
		c := b.create(t, contact.Fields{FirstName: ptr(" Μαρία "), LastName: ptr("Παπαδάκη")})
		if c.DisplayName != "Μαρία Παπαδάκη" {
			t.Errorf("is called %q", c.DisplayName)
		}
		_, err = b.update(c, contact.Fields{FirstName: ptr(""), LastName: ptr("")})
		refused(t, err, fault.Invalid, "company")
		if c, err = b.update(c, contact.Fields{Company: ptr("Μελτέμι ΟΕ")}); err != nil || c.DisplayName != "Μελτέμι ΟΕ" {
			t.Errorf("is called %q, %v", c.DisplayName, err)
		}
	})
}

func TestAllThatIsWrongIsToldAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		_, err := b.Create(b.ctx, contact.CreateInput{Fields: contact.Fields{
			FirstName: ptr(greek(51)), DefaultLanguage: ptr("xx"), DefaultDueDays: ptr(-1),
			DefaultTaxes: []*money.Tax{{Kind: money.VAT, Rate: money.FromInt(101)}},
			Addresses:    []*contact.AddressInput{{Country: "Greece"}},
			Emails:       []*contact.EmailInput{{Email: "a@b"}, {Email: "c@d.example", Primary: true}, {Email: "C@d.example", Primary: true}},
			Phones:       []*contact.PhoneInput{{Number: "none"}},
		}})
		var fields []string
		all, _ := fault.All(err)
		for _, f := range all {
			fields = append(fields, f.Field)
		}
		want := []string{"addresses.0.country", "defaultDueDays", "defaultLanguage", "defaultTaxes.0.rate", "emails", "emails.0.email", "emails.2.email", "firstName", "phones.0.number"}
		slices.Sort(fields)
		if diff := cmp.Diff(want, fields); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if n, err := d.Contact.Query().Count(b.ctx); n != 0 || err != nil {
			t.Errorf("%d contacts were written, %v", n, err)
		}
		for field, f := range map[string]contact.Fields{
			"addresses":    {Addresses: make([]*contact.AddressInput, 51)},
			"emails":       {Emails: make([]*contact.EmailInput, 51)},
			"phones":       {Phones: make([]*contact.PhoneInput, 51)},
			"defaultTaxes": {DefaultTaxes: make([]*money.Tax, 11)},
		} {
			_, err := b.Create(b.ctx, contact.CreateInput{Fields: f})
			refused(t, err, fault.Invalid, field)
		}
	})
}

func TestAGreekVATNumberIsHeldToItsCheckDigit(t *testing.T) {
	for number, ok := range map[string]bool{"090165560": true, "094014201": true, "094259216": true,
		"123456789": false, "090165561": false, "000000000": false, "09016556": false, "0901655600": false, "": false, "09016556a": false} {
		if err := contact.CheckGreekVATNumber(number); (err == nil) != ok {
			t.Errorf("%q: %v", number, err)
		}
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		german := []*contact.AddressInput{{Country: "de"}}
		for name, tt := range map[string]struct {
			f    contact.Fields
			want string // "": refused
		}{
			"a right one":                       {contact.Fields{VatNumber: ptr("094014201")}, "094014201"},
			"a right one with prefix and signs": {contact.Fields{VatNumber: ptr(" el 094.014-201 ")}, "094014201"},
			"a wrong one":                       {contact.Fields{VatNumber: ptr("094014202")}, ""},
			"a wrong one of a Greek address":    {contact.Fields{VatNumber: ptr("094014202"), Addresses: []*contact.AddressInput{{Country: "GR"}}}, ""},
			"another country's":                 {contact.Fields{VatNumber: ptr("123456789"), Addresses: german}, "123456789"},
			"another country's with letters":    {contact.Fields{VatNumber: ptr("DE 123456789")}, "DE123456789"},
			"one of the European Union":         {contact.Fields{VatNumber: ptr("123456789"), ClientType: ptr(entcontact.ClientTypeIntraCommunity)}, "123456789"},
			"one of a third country":            {contact.Fields{VatNumber: ptr("123456789"), ClientType: ptr(entcontact.ClientTypeThirdCountry)}, "123456789"},
			"a wrong one of a private person":   {contact.Fields{VatNumber: ptr("123456789"), ClientType: ptr(entcontact.ClientTypePrivateIndividual)}, ""},
		} {
			t.Run(name, func(t *testing.T) {
				tt.f.Company = &name
				c, err := b.Create(b.ctx, contact.CreateInput{Fields: tt.f})
				if tt.want == "" {
					refused(t, err, fault.Invalid, "vatNumber")
					return
				}
				must(t, err)
				if c.VatNumber != tt.want {
					t.Errorf("is kept as %q, want %q", c.VatNumber, tt.want)
				}
			})
		}
		c := b.create(t, contact.Fields{Company: ptr("Becker GmbH"), Addresses: german})
		if _, err := b.update(c, contact.Fields{VatNumber: ptr("123456789")}); err != nil {
			t.Errorf("the number of a contact whose address is kept in Germany is held to the Greek rule: %v", err)
		}
	})
}

func TestAChangeOfWhatHasChangedSinceIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		c := b.company(t, "Πρώτη")
		second, err := b.update(c, contact.Fields{Company: ptr("Δεύτερη")})
		must(t, err)
		if second.Version != 2 || c.Version != 1 {
			t.Errorf("versions %d, then %d", c.Version, second.Version)
		}
		_, err = b.update(c, contact.Fields{Company: ptr("Τρίτη")})
		refused(t, err, fault.Conflict, "version")
		if now, err := b.Get(b.ctx, c.ID); err != nil || now.Company != "Δεύτερη" || now.Version != 2 {
			t.Errorf("is %q with version %d, %v", now.Company, now.Version, err)
		}
		// Of many at once who read the same version, one gets it.
		errs := make(chan error, 8)
		for i := range cap(errs) {
			go func() {
				_, err := b.update(second, contact.Fields{Company: ptr(fmt.Sprintf("Νέα %d", i))})
				errs <- err
			}()
		}
		saved := 0
		for range cap(errs) {
			if err := <-errs; err == nil {
				saved++
			} else {
				refused(t, err, fault.Conflict, "version")
			}
		}
		if saved != 1 {
			t.Errorf("%d of them saved", saved)
		}
	})
}

func TestACustomIDIsOneContactsInItsOrganization(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, other := setup(t, d), setup(t, d)
		first := b.create(t, contact.Fields{Company: ptr("a"), CustomID: ptr(" K-1 ")})
		_, err := b.Create(b.ctx, contact.CreateInput{Fields: contact.Fields{Company: ptr("b"), CustomID: ptr("K-1")}})
		refused(t, err, fault.Conflict, "customId")
		second := b.company(t, "b")
		_, err = b.update(second, contact.Fields{CustomID: ptr("K-1")})
		refused(t, err, fault.Conflict, "customId")
		other.create(t, contact.Fields{Company: ptr("c"), CustomID: ptr("K-1")})
		first, err = b.update(first, contact.Fields{CustomID: ptr("K-1"), Company: ptr("a2")}) // its own
		must(t, err)
		_, err = b.update(first, contact.Fields{CustomID: ptr("")})
		must(t, err)
		_, err = b.update(second, contact.Fields{CustomID: ptr("K-1")})
		must(t, err)
	})
}

func TestSubListsAreSavedWhole(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		c := b.create(t, contact.Fields{Company: ptr("ΑΕ"),
			Addresses: []*contact.AddressInput{{City: "Αθήνα"}, {City: "Βόλος"}},
			Emails:    []*contact.EmailInput{{Email: "a@a.example"}, {Email: "B@a.example", Primary: true}},
			Phones:    []*contact.PhoneInput{{Number: "210"}}})
		emails, err := c.Emails(b.ctx)
		must(t, err)
		addresses, err := c.Addresses(b.ctx)
		must(t, err)
		if len(emails) != 2 || emails[1].Email != "b@a.example" || emails[0].Primary || !emails[1].Primary || len(addresses) != 2 {
			t.Fatalf("%v %v", emails, addresses)
		}

		// The first address is missing and goes, the second changes, a new one comes before it.
		c, err = b.update(c, contact.Fields{Addresses: []*contact.AddressInput{{City: "Πάτρα"}, {ID: &addresses[1].ID, City: "Λάρισα", Kind: ptr(contactaddress.KindShipping)}}})
		must(t, err)
		now, err := c.Addresses(b.ctx)
		must(t, err)
		if len(now) != 2 || now[0].City != "Πάτρα" || now[0].ID == addresses[0].ID || now[1].ID != addresses[1].ID || now[1].City != "Λάρισα" || now[1].Kind != contactaddress.KindShipping {
			t.Errorf("addresses are %v", now)
		}
		kept, err := c.Emails(b.ctx)
		must(t, err)
		if diff := cmp.Diff(emails, kept, cmpopts.IgnoreUnexported(ent.ContactEmail{})); diff != "" {
			t.Errorf("a list that was not given changed (-before +after):\n%s", diff)
		}
		if phones, err := c.Phones(b.ctx); err != nil || len(phones) != 1 || !phones[0].Primary {
			t.Errorf("phones are %v, %v", phones, err)
		}
		c, err = b.update(c, contact.Fields{Emails: []*contact.EmailInput{}})
		must(t, err)
		if left, err := c.Emails(b.ctx); err != nil || len(left) != 0 {
			t.Errorf("an empty list leaves %v, %v", left, err)
		}

		stranger := b.create(t, contact.Fields{Company: ptr("ΟΕ"), Addresses: []*contact.AddressInput{{City: "Ρόδος"}}})
		foreign, err := stranger.Addresses(b.ctx)
		must(t, err)
		phones, err := c.Phones(b.ctx)
		must(t, err)
		for name, in := range map[string][]*contact.AddressInput{
			"another contact's": {{ID: &foreign[0].ID, City: "x"}},
			"nobody's":          {{ID: ptr(uuid.New()), City: "x"}},
			"another list's":    {{ID: &phones[0].ID, City: "x"}},
			"one that is gone":  {{ID: &addresses[0].ID, City: "x"}},
		} {
			_, err := b.update(c, contact.Fields{Company: ptr("x"), Addresses: in})
			refused(t, err, fault.NotFound, "addresses.0.id")
			if t.Failed() {
				t.Fatal(name)
			}
		}
		_, err = b.update(c, contact.Fields{Addresses: []*contact.AddressInput{{ID: &now[0].ID}, {ID: &now[0].ID}}})
		refused(t, err, fault.NotFound, "addresses.1.id")
		_, err = b.Create(b.ctx, contact.CreateInput{Fields: contact.Fields{Company: ptr("x"), Addresses: []*contact.AddressInput{{ID: &foreign[0].ID}}}})
		refused(t, err, fault.NotFound, "addresses.0.id")
		if left, err := stranger.Addresses(b.ctx); err != nil || len(left) != 1 || left[0].City != "Ρόδος" {
			t.Errorf("the other contact has %v, %v", left, err)
		}
	})
}

func TestWhatATextCannotClearIsClearedByName(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		c := b.create(t, contact.Fields{Company: ptr("ΑΕ"), ClientType: ptr(entcontact.ClientTypeDomestic), DefaultCurrency: ptr(money.Currency("USD")), DefaultDueDays: ptr(30)})
		c, err := b.Update(b.ctx, contact.UpdateInput{ID: c.ID, Version: 1, Clear: []contact.Clear{contact.ClearClientType, contact.ClearDefaultCurrency, contact.ClearDefaultDueDays}})
		must(t, err)
		if c.ClientType != nil || c.DefaultCurrency != "" || c.DefaultDueDays != nil {
			t.Errorf("still has %v, %q, %v", c.ClientType, c.DefaultCurrency, c.DefaultDueDays)
		}
	})
}

// model is a contact as a person sees it: what Update promises and Get gives.
type model struct {
	Texts                map[string]string
	IsClient, IsSupplier bool
	ClientType           string
	DueDays              int // -1: none
	Taxes                []money.Tax
	Addresses            []ent.ContactAddress
	Emails               []ent.ContactEmail
	Phones               []ent.ContactPhone
}

func observe(ctx context.Context, t rapid.TB, c *contact.Contact) model {
	m := model{Texts: map[string]string{"firstName": c.FirstName, "lastName": c.LastName, "company": c.Company, "profession": c.Profession,
		"taxOffice": c.TaxOffice, "website": c.Website, "language": c.DefaultLanguage, "template": c.DefaultTemplate, "currency": string(c.DefaultCurrency)},
		IsClient: c.IsClient, IsSupplier: c.IsSupplier, DueDays: -1, Taxes: c.DefaultTaxes}
	if c.ClientType != nil {
		m.ClientType = string(*c.ClientType)
	}
	if c.DefaultDueDays != nil {
		m.DueDays = *c.DefaultDueDays
	}
	addresses, err := c.Addresses(ctx)
	fatal(t, err)
	for _, a := range addresses {
		m.Addresses = append(m.Addresses, ent.ContactAddress{ID: a.ID, Kind: a.Kind, Line: a.Line, City: a.City, Region: a.Region,
			PostalCode: a.PostalCode, Country: a.Country, BranchCode: a.BranchCode})
	}
	emails, err := c.Emails(ctx)
	fatal(t, err)
	for _, e := range emails {
		m.Emails = append(m.Emails, ent.ContactEmail{ID: e.ID, Email: e.Email, Label: e.Label, Primary: e.Primary})
	}
	phones, err := c.Phones(ctx)
	fatal(t, err)
	for _, p := range phones {
		m.Phones = append(m.Phones, ent.ContactPhone{ID: p.ID, Number: p.Number, Label: p.Label, Primary: p.Primary})
	}
	return m
}

func fatal(t rapid.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// texts draws a text of at most so many bytes, Greek letters and hostile signs among them.
func texts(most int) *rapid.Generator[string] {
	return rapid.Map(rapid.StringOfN(rapid.OneOf(rapid.RuneFrom([]rune("αβΩςάé %_\\'\"\x00\n\u200b�")), rapid.Rune()), 0, most, most), func(s string) string { return s })
}

// kept is a text as it is kept.
func kept(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\x00", "")) }

func maybe[T any](t *rapid.T, name string, g *rapid.Generator[T]) *T {
	if rapid.Bool().Draw(t, name+" given") {
		return ptr(g.Draw(t, name))
	}
	return nil
}

func TestWhatIsSavedIsWhatIsRead(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		rapid.Check(t, func(t *rapid.T) {
			c, err := b.Create(b.ctx, contact.CreateInput{Fields: contact.Fields{Company: ptr("ΑΕ")}})
			fatal(t, err)
			want := observe(b.ctx, t, c)
			for range rapid.IntRange(1, 4).Draw(t, "changes") {
				f := change(t, &want)
				c, err = b.update(c, f)
				fatal(t, err)
				fresh, err := b.Get(b.ctx, c.ID)
				fatal(t, err)
				got := observe(b.ctx, t, fresh)
				for i := range want.Addresses {
					adopt(&want.Addresses[i].ID, got.Addresses, i, func(a ent.ContactAddress) uuid.UUID { return a.ID })
				}
				for i := range want.Emails {
					adopt(&want.Emails[i].ID, got.Emails, i, func(a ent.ContactEmail) uuid.UUID { return a.ID })
				}
				for i := range want.Phones {
					adopt(&want.Phones[i].ID, got.Phones, i, func(a ent.ContactPhone) uuid.UUID { return a.ID })
				}
				if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmp.Comparer(money.Decimal.Equal),
					cmpopts.IgnoreUnexported(ent.ContactAddress{}, ent.ContactEmail{}, ent.ContactPhone{})); diff != "" {
					t.Fatalf("(-saved +read):\n%s", diff)
				}
			}
		})
	})
}

// adopt takes over the id of a new item: it was not known before.
func adopt[T any](id *uuid.UUID, got []T, at int, of func(T) uuid.UUID) {
	if *id == uuid.Nil && at < len(got) {
		*id = of(got[at])
	}
}

// change draws the fields of an update, and makes the same change to the model.
func change(t *rapid.T, m *model) contact.Fields {
	var f contact.Fields
	for _, x := range []struct {
		name string
		to   **string
		most int
	}{{"firstName", &f.FirstName, 50}, {"lastName", &f.LastName, 50}, {"company", &f.Company, 100}, {"profession", &f.Profession, 100},
		{"taxOffice", &f.TaxOffice, 10}, {"website", &f.Website, 196}, {"template", &f.DefaultTemplate, 100}} {
		if *x.to = maybe(t, x.name, texts(x.most)); *x.to != nil {
			if x.name == "website" { // one that no scheme begins
				**x.to = "www." + **x.to
			}
			m.Texts[x.name] = kept(**x.to)
		}
	}
	if m.Texts["company"] == "" && strings.TrimSpace(m.Texts["firstName"]+m.Texts["lastName"]) == "" {
		f.Company, m.Texts["company"] = ptr("ΑΕ"), "ΑΕ"
	}
	if f.DefaultLanguage = maybe(t, "language", rapid.SampledFrom([]string{"", "en", "el"})); f.DefaultLanguage != nil {
		m.Texts["language"] = *f.DefaultLanguage
	}
	if f.DefaultCurrency = maybe(t, "currency", rapid.SampledFrom([]money.Currency{"EUR", "USD", "JPY"})); f.DefaultCurrency != nil {
		m.Texts["currency"] = string(*f.DefaultCurrency)
	}
	if f.IsClient = maybe(t, "client", rapid.Bool()); f.IsClient != nil {
		m.IsClient = *f.IsClient
	}
	if f.IsSupplier = maybe(t, "supplier", rapid.Bool()); f.IsSupplier != nil {
		m.IsSupplier = *f.IsSupplier
	}
	if f.ClientType = maybe(t, "type", rapid.SampledFrom([]entcontact.ClientType{entcontact.ClientTypeDomestic, entcontact.ClientTypeThirdCountry})); f.ClientType != nil {
		m.ClientType = string(*f.ClientType)
	}
	if f.DefaultDueDays = maybe(t, "days", rapid.IntRange(0, 3650)); f.DefaultDueDays != nil {
		m.DueDays = *f.DefaultDueDays
	}
	if rapid.Bool().Draw(t, "taxes given") {
		f.DefaultTaxes, m.Taxes = []*money.Tax{}, nil
		for range rapid.IntRange(0, 3).Draw(t, "taxes") {
			tax := money.Tax{Kind: money.VAT, Name: "ΦΠΑ", Category: "S", Rate: money.FromInt(int64(rapid.IntRange(1, 100).Draw(t, "rate")))}
			f.DefaultTaxes, m.Taxes = append(f.DefaultTaxes, ptr(tax)), append(m.Taxes, tax)
		}
	}
	changeParts(t, &f, m)
	return f
}

func changeParts(t *rapid.T, f *contact.Fields, m *model) {
	if rapid.Bool().Draw(t, "addresses given") {
		old := rapid.Permutation(m.Addresses).Draw(t, "kept addresses")
		f.Addresses, m.Addresses = []*contact.AddressInput{}, nil
		for i := range rapid.IntRange(0, 3).Draw(t, "addresses") {
			a := ent.ContactAddress{Kind: rapid.SampledFrom([]contactaddress.Kind{contactaddress.KindBilling, contactaddress.KindOther}).Draw(t, "kind"),
				Line: texts(200).Draw(t, "line"), City: texts(100).Draw(t, "city"), Region: texts(100).Draw(t, "region"),
				PostalCode: texts(20).Draw(t, "postal code"), BranchCode: texts(20).Draw(t, "branch"), Country: rapid.SampledFrom([]string{"", "GR", "DE"}).Draw(t, "country")}
			in := &contact.AddressInput{Kind: ptr(a.Kind), Line: a.Line, City: a.City, Region: a.Region, PostalCode: a.PostalCode, BranchCode: a.BranchCode, Country: a.Country}
			if i < len(old) && rapid.Bool().Draw(t, "keeps its id") {
				in.ID, a.ID = ptr(old[i].ID), old[i].ID
			}
			a.Line, a.City, a.Region, a.PostalCode, a.BranchCode = kept(a.Line), kept(a.City), kept(a.Region), kept(a.PostalCode), kept(a.BranchCode)
			f.Addresses, m.Addresses = append(f.Addresses, in), append(m.Addresses, a)
		}
	}
	if rapid.Bool().Draw(t, "e-mails given") {
		f.Emails, m.Emails = []*contact.EmailInput{}, nil
		primary := rapid.IntRange(-1, 2).Draw(t, "primary")
		for i := range rapid.IntRange(0, 3).Draw(t, "e-mails") {
			label := texts(50).Draw(t, "label")
			f.Emails = append(f.Emails, &contact.EmailInput{Email: fmt.Sprintf(" Person%d@Firm.example ", i), Label: label, Primary: i == primary})
			m.Emails = append(m.Emails, ent.ContactEmail{Email: fmt.Sprintf("person%d@firm.example", i), Label: kept(label), Primary: i == primary})
		}
		if n := len(m.Emails); n > 0 && (primary < 0 || primary >= n) {
			m.Emails[0].Primary = true // one always is
		}
	}
	if rapid.Bool().Draw(t, "phones given") {
		f.Phones, m.Phones = []*contact.PhoneInput{}, nil
		for i := range rapid.IntRange(0, 3).Draw(t, "phones") {
			number := rapid.StringMatching(`\+[0-9]{2} [0-9]{3}-[0-9]{4}`).Draw(t, "number")
			f.Phones = append(f.Phones, &contact.PhoneInput{Number: number})
			m.Phones = append(m.Phones, ent.ContactPhone{Number: number, Primary: i == 0})
		}
	}
}

func TestAnIdempotencyKeyMakesOneContact(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		ctx := db.WithRequest(b.ctx, db.Request{Key: "one", Hash: [32]byte{1}})
		ids := make(chan uuid.UUID, 6)
		for range cap(ids) {
			go func() {
				c, err := b.Create(ctx, contact.CreateInput{Fields: contact.Fields{Company: ptr("ΑΕ")}})
				if err != nil {
					t.Error(err)
					ids <- uuid.Nil
					return
				}
				ids <- c.ID
			}()
		}
		first := <-ids
		for range cap(ids) - 1 {
			if id := <-ids; id != first {
				t.Errorf("made %s and %s", first, id)
			}
		}
		if n, err := d.Contact.Query().Count(b.ctx); n != 1 || err != nil {
			t.Errorf("%d contacts, %v", n, err)
		}
		_, err := b.Create(db.WithRequest(b.ctx, db.Request{Key: "one", Hash: [32]byte{2}}), contact.CreateInput{Fields: contact.Fields{Company: ptr("ΟΕ")}})
		refused(t, err, fault.Conflict, "idempotencyKey")
	})
}
