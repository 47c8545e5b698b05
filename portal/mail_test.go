package portal_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/account"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/payment"
	"github.com/kartela/kartela/portal"
	"github.com/kartela/kartela/post"
	"github.com/kartela/kartela/viewer"
)

// A mail is of what holds when it is sent, however long it waited: nobody is told of what was voided
// since, by a business that has switched it off, or when they do not want it or may not see it any
// more; each in the language that is known best.
func TestAMailIsOfWhatHoldsWhenItIsSent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		sent := &kept{}
		b.Mailer, b.Post = sent, &post.Service{DB: d, Mailer: sent, BaseURL: b.BaseURL}
		c := b.client(t, "ΑΕ")
		wants, _ := b.let(t, c.ID, "wants@a.example")
		not, _ := b.let(t, c.ID, "not@a.example")
		_, err := b.UpdateSettings(not, portal.SettingsInput{Documents: ptr(false), Payments: ptr(false)})
		must(t, err)
		_, err = b.Accounts.UpdateOrganization(b.ctx, account.UpdateOrganizationInput{MailDocuments: ptr(true), MailPayments: ptr(true), Language: ptr("el")})
		must(t, err)
		var asked []uuid.UUID
		ask := func(_ context.Context, _, _, person uuid.UUID) error {
			asked = append(asked, person)
			return nil
		}
		documents, payments := &portal.DocumentMails{Service: b.Service, Ask: ask}, &portal.PaymentMails{Service: b.Service, Ask: ask}
		here := viewer.From(b.ctx).Organization
		doc := b.issuedTo(t, c.ID, "EUR", "10")
		paid, err := b.payments.Record(b.ctx, payment.RecordInput{ContactID: c.ID, Amount: money.MustDecimal("5")})
		must(t, err)
		for _, spread := range []func() error{
			func() error { return documents.Spread(b.ctx, here, doc) }, func() error { return payments.Spread(b.ctx, here, paid.ID) },
		} {
			asked = nil
			must(t, spread())
			if diff := cmp.Diff([]uuid.UUID{viewer.From(wants).User}, asked); diff != "" {
				t.Errorf("who is asked for (-want +got):\n%s", diff)
			}
		}
		told := func(what string, want ...string) {
			t.Helper()
			sent.html = nil
			for _, person := range []context.Context{wants, not} {
				must(t, documents.Mail(b.ctx, here, doc, viewer.From(person).User))
				must(t, payments.Mail(b.ctx, here, paid.ID, viewer.From(person).User))
			}
			if diff := cmp.Diff(want, sent.buttons()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", what, diff)
			}
		}
		told("at first", "Άνοιγμα παραστατικού", "Οι πληρωμές μου")
		b.as(t, func(ctx context.Context, tx *ent.Tx) error {
			return tx.Contact.UpdateOneID(c.ID).SetDefaultLanguage("en").Exec(ctx)
		})
		told("in the contact's language", "Open the document", "See my payments")
		must(t, b.Accounts.UpdateOwn(wants, account.UpdateOwnInput{Language: ptr("el")}))
		told("in their own", "Άνοιγμα παραστατικού", "Οι πληρωμές μου")
		_, err = b.Accounts.UpdateOrganization(b.ctx, account.UpdateOrganizationInput{MailPayments: ptr(false)})
		must(t, err)
		told("payments switched off", "Άνοιγμα παραστατικού")
		_, err = b.Documents.Void(b.ctx, document.IDInput{ID: doc})
		must(t, err)
		told("voided")
		_, err = b.Documents.Restore(b.ctx, document.IDInput{ID: doc})
		must(t, err)
		told("in force again", "Άνοιγμα παραστατικού")
		if strings.Contains(strings.Join(sent.html, ""), "%!") {
			t.Errorf("a word is missing: %v", sent.html)
		}
		_, err = b.contacts.Archive(b.ctx, contact.IDInput{ID: c.ID}) // which ends access
		must(t, err)
		told("archived")
	})
}

// issuedTo makes an issued invoice of a contact.
func (b *bench) issuedTo(t *testing.T, c uuid.UUID, currency money.Currency, amount string) uuid.UUID {
	t.Helper()
	d, err := b.Documents.Create(b.ctx, document.CreateInput{Type: entdocument.TypeInvoice, ContactID: c, Currency: &currency,
		Lines: []*document.LineInput{{Title: "work", UnitPrice: ptr(money.MustDecimal(amount))}}})
	must(t, err)
	_, err = b.Documents.Issue(b.ctx, document.IDInput{ID: d.ID})
	must(t, err)
	return d.ID
}

// as changes rows of the organization as the system.
func (b *bench) as(t *testing.T, f func(context.Context, *ent.Tx) error) {
	t.Helper()
	v := viewer.From(b.ctx)
	v.Kind, v.Reason = viewer.System, "a test sets the scene"
	must(t, db.InTx(viewer.With(context.Background(), v), b.db, f))
}
