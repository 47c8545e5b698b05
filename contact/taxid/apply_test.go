package taxid_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/contact/taxid"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/contactaddress"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
)

// greek looks a Greek number up, for the contact.
func (b *bench) greek(id uuid.UUID) *taxid.Lookup {
	b.t.Helper()
	got, err := b.LookupVAT(b.ctx, taxid.LookupVATInput{VatNumber: "EL094014201", ContactID: &id})
	must(b.t, err)
	return got
}

var all = []taxid.Field{taxid.FieldCompany, taxid.FieldProfession, taxid.FieldVATNumber, taxid.FieldTaxOffice, taxid.FieldAddress}

func (b *bench) apply(c *contact.Contact, check uuid.UUID, fields ...taxid.Field) (*contact.Contact, error) {
	return b.Apply(b.ctx, taxid.ApplyInput{CheckID: check, ContactID: c.ID, Version: c.Version, Fields: fields})
}

func TestDifferencesAreShownAndAfterTakingThemOverThereAreNone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		c := b.contact(contact.Fields{Company: ptr("Άλφα Α.Ε."), Profession: ptr("Εμπόριο"), TaxOffice: ptr("1159"),
			Addresses: []*contact.AddressInput{{Kind: ptr(contactaddress.KindShipping), Line: "Αλλού 1", Country: "GR"},
				{Line: "Αιόλου 8", City: "Αθήνα", PostalCode: "10559", Region: "Αττική", Country: "GR", BranchCode: "7"}}})
		was, err := c.Addresses(b.ctx)
		must(t, err)
		got := b.greek(c.ID)
		want := []*taxid.Difference{ // the same but for accents and capitals is no difference
			{Field: taxid.FieldCompany, Present: "Άλφα Α.Ε.", Registry: "ΑΛΦΑ ΑΕ"},
			{Field: taxid.FieldVATNumber, Registry: "094014201"},
			{Field: taxid.FieldAddress, Present: "Αιόλου 8, 10559 Αθήνα, GR", Registry: "ΑΙΟΛΟΥ 86, 10559 ΑΘΗΝΑ, GR"},
		}
		if diff := cmp.Diff(want, got.Differences); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		after, err := b.apply(c, got.Check.ID, all...)
		must(t, err)
		if after.Company != "ΑΛΦΑ ΑΕ" || after.Profession != "ΕΜΠΟΡΙΟ" || after.VatNumber != "094014201" || after.Version != c.Version+1 {
			t.Errorf("%+v", after.Contact)
		}
		is, err := after.Addresses(b.ctx)
		must(t, err)
		if len(is) != 2 || is[0].Line != "Αλλού 1" || is[1].Line != "ΑΙΟΛΟΥ 86" || is[1].BranchCode != "7" || is[1].Region != "" {
			t.Errorf("addresses %v", is)
		}
		for i := range was {
			if was[i].ID != is[i].ID {
				t.Errorf("address %d is another one", i)
			}
		}
		if again := b.greek(c.ID); len(again.Differences) != 0 || !again.Cached {
			t.Errorf("%+v", again.Differences)
		}
		events := b.events("applyRegistryCheck")
		if len(events) != 1 || events[0].ObjectID != got.Check.ID || *events[0].ContactID != c.ID || !strings.Contains(string(events[0].After), `"requestIdentifier"`) {
			t.Errorf("the history: %v", events)
		}
		if len(b.events("updateContact")) != 1 {
			t.Error("the history does not say what changed")
		}
	})
}

func TestOnlyWhatIsChosenIsTakenOver(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		for _, f := range all {
			c := b.contact(contact.Fields{})
			after, err := b.apply(c, b.greek(c.ID).Check.ID, f)
			must(t, err)
			addresses, err := after.Addresses(b.ctx)
			must(t, err)
			got := map[taxid.Field]bool{taxid.FieldCompany: after.Company != "Beta GmbH", taxid.FieldProfession: after.Profession != "",
				taxid.FieldVATNumber: after.VatNumber != "", taxid.FieldTaxOffice: after.TaxOffice != "", taxid.FieldAddress: len(addresses) == 1}
			for _, other := range all {
				if got[other] != (other == f) {
					t.Errorf("%s was chosen; %s changed: %v", f, other, got[other])
				}
			}
		}
	})
}

func TestTakingOverIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		c, other := b.contact(contact.Fields{}), b.contact(contact.Fields{})
		check := b.greek(c.ID).Check.ID
		_, err := b.apply(other, check, taxid.FieldCompany)
		refused(t, err, fault.Conflict, "checkId")
		_, err = b.apply(c, uuid.New(), taxid.FieldCompany)
		refused(t, err, fault.NotFound, "checkId")
		after, err := b.apply(c, check, taxid.FieldCompany)
		must(t, err)
		_, err = b.apply(c, check, taxid.FieldProfession) // the version from before
		refused(t, err, fault.Conflict, "version")
		_, err = b.Contacts.Archive(b.ctx, contact.IDInput{ID: c.ID})
		must(t, err)
		_, err = b.Apply(b.ctx, taxid.ApplyInput{CheckID: check, ContactID: c.ID, Version: after.Version + 1, Fields: all})
		refused(t, err, fault.Conflict, "contactId")

		b.answer = func(taxid.Question) (*taxid.Answer, error) {
			return &taxid.Answer{AnsweredAt: b.clock, Message: "No."}, nil // it says nothing
		}
		got, err := b.vat(b.ctx, about(other.ID))
		must(t, err)
		_, err = b.apply(other, got.Check.ID, taxid.FieldCompany, taxid.FieldAddress)
		refused(t, err, fault.Invalid, "fields.0")
		refused(t, err, fault.Invalid, "fields.1")
		if now, err := b.Contacts.Get(b.ctx, other.ID); err != nil || now.Version != other.Version || len(b.events("applyRegistryCheck")) != 1 {
			t.Errorf("something changed: %+v, %v", now, err)
		}
	})
}

// An answer from before there was a contact becomes the contact's, with no field too.
func TestTakingOverKeepsTheAnswerWithTheContact(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		got, err := b.vat(b.ctx)
		must(t, err)
		c := b.contact(contact.Fields{})
		ctx := keyed(b.ctx, "k", "r")
		for range 2 { // a repeat changes nothing
			after, err := b.Apply(ctx, taxid.ApplyInput{CheckID: got.Check.ID, ContactID: c.ID, Version: c.Version})
			if must(t, err); after.Version != c.Version+1 {
				t.Errorf("version %d", after.Version)
			}
		}
		if kept := b.checks()[0]; kept.ContactID == nil || *kept.ContactID != c.ID {
			t.Errorf("%+v", kept)
		}
	})
}

// What a registry says may be longer than what a contact keeps.
func TestLongAnswersFit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		long := strings.Repeat("Ω", 5000)
		b.answer = func(q taxid.Question) (*taxid.Answer, error) {
			return &taxid.Answer{Valid: true, RequestIdentifier: long, AnsweredAt: b.clock, Company: taxid.Company{Name: long, Profession: long,
				VatNumber: q.Kept(), TaxOffice: "1159", Line: long, City: long, PostalCode: long, Country: "DE"}}, nil
		}
		c := b.contact(contact.Fields{})
		got, err := b.vat(b.ctx, about(c.ID))
		must(t, err)
		if _, err := b.apply(c, got.Check.ID, all...); err != nil {
			t.Fatal(err)
		}
		if again, err := b.vat(b.ctx, about(c.ID)); err != nil || len(again.Differences) != 0 {
			t.Errorf("%+v, %v", again, err)
		}
	})
}

// An answer that was kept in another form than today's is told as our failure, not made up.
func TestAnAnswerThatCannotBeRead(t *testing.T) {
	b := setup(t, dbtest.SQLite(t))
	_, err := b.vat(b.ctx)
	must(t, err)
	b.system(func(ctx context.Context, tx *ent.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE registry_checks SET answer = '[]'`)
		return err
	})
	if _, err := b.vat(b.ctx); err == nil || fault.From(err).Code != fault.Internal {
		t.Error(err)
	}
}
