package portal

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/letter"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/post"
)

// DocumentMails tell customers of documents that were issued to them, where their business does.
type DocumentMails struct {
	*Service
	Ask func(ctx context.Context, organization, document, person uuid.UUID) error
}

// Issued asks, in the transaction of the issue, for mails of a sales document, where the business
// has chosen so.
func (m *DocumentMails) Issued(ctx context.Context, org *ent.Organization, row *ent.Document) error {
	if row.Side != entdocument.SideClient || !org.MailDocuments || !m.Mailer.Configured() {
		return nil
	}
	return m.Ask(ctx, row.OrganizationID, row.ID, uuid.Nil)
}

// Spread asks for a mail to each customer of the document's contact who wants them.
func (m *DocumentMails) Spread(ctx context.Context, organization, id uuid.UUID) error {
	ctx = post.System(ctx, organization)
	row, err := m.DB.Document.Get(ctx, id)
	if ent.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("portal: read what was issued: %w", err)
	}
	return m.Post.Spread(ctx, row.ContactID, post.Documents, func(ctx context.Context, person uuid.UUID) error {
		return m.Ask(ctx, organization, id, person)
	})
}

// Mail tells one customer, if the document is still in force and they may still see it.
func (m *DocumentMails) Mail(ctx context.Context, organization, id, person uuid.UUID) error {
	ctx = post.System(ctx, organization)
	row, err := m.DB.Document.Get(ctx, id)
	if ent.IsNotFound(err) || (err == nil && row.Status != entdocument.StatusIssued) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("portal: read what was issued: %w", err)
	}
	to, err := m.Post.To(ctx, row.ContactID, person, post.Documents)
	if err != nil || to == nil || !to.Business.MailDocuments {
		return err
	}
	language, w := to.Language(), letter.In(issuedWords, to.Language())
	headline := fmt.Sprintf(w.headline[row.Type], to.Business.Name, row.NumberText)
	text := headline + ".\n" + w.total + ": " + money.New(row.Payable, row.Currency).Format(language)
	path := "/portal/documents/"
	switch row.Type {
	case entdocument.TypeInvoice:
		text += "\n" + w.due + ": " + written(row.DueDate, language)
		path = "/portal/invoices/"
	case entdocument.TypeEstimate:
		text += "\n" + w.valid + ": " + written(row.DueDate, language)
	}
	return m.Post.Send(ctx, to, letter.Letter{Subject: headline, Paragraphs: []string{text}, Button: w.button, Link: m.BaseURL + path + id.String()})
}

// issuedWords are the sentences about what was issued, by language; %[1]s is the business, %[2]s
// the number.
var issuedWords = map[string]struct {
	headline                  map[entdocument.Type]string
	total, due, valid, button string
}{
	"en": {map[entdocument.Type]string{
		entdocument.TypeInvoice: "%[1]s: invoice %[2]s", entdocument.TypeCreditNote: "%[1]s: credit note %[2]s", entdocument.TypeEstimate: "%[1]s: estimate %[2]s",
	}, "Total", "To be paid by", "Valid until", "Open the document"},
	"el": {map[entdocument.Type]string{
		entdocument.TypeInvoice: "%[1]s: τιμολόγιο %[2]s", entdocument.TypeCreditNote: "%[1]s: πιστωτικό %[2]s", entdocument.TypeEstimate: "%[1]s: προσφορά %[2]s",
	}, "Σύνολο", "Εξόφληση έως", "Ισχύει έως", "Άνοιγμα παραστατικού"},
}

// PaymentMails tell customers of payments that were received from them, where their business does.
type PaymentMails struct {
	*Service
	Ask func(ctx context.Context, organization, payment, person uuid.UUID) error
}

// Received asks, in the transaction that books it, for mails of a payment of a business that has
// chosen so.
func (m *PaymentMails) Received(ctx context.Context, row *ent.Payment) error {
	if !m.Mailer.Configured() {
		return nil
	}
	return m.Ask(ctx, row.OrganizationID, row.ID, uuid.Nil)
}

// Spread asks for a mail to each customer of the payment's contact who wants them.
func (m *PaymentMails) Spread(ctx context.Context, organization, id uuid.UUID) error {
	ctx = post.System(ctx, organization)
	row, err := m.DB.Payment.Get(ctx, id)
	if ent.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("portal: read what was received: %w", err)
	}
	return m.Post.Spread(ctx, row.ContactID, post.Payments, func(ctx context.Context, person uuid.UUID) error {
		return m.Ask(ctx, organization, id, person)
	})
}

// Mail tells one customer, if the payment is still in force and they may still see it.
func (m *PaymentMails) Mail(ctx context.Context, organization, id, person uuid.UUID) error {
	ctx = post.System(ctx, organization)
	row, err := m.DB.Payment.Get(ctx, id)
	if ent.IsNotFound(err) || (err == nil && row.Status != entpayment.StatusRecorded) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("portal: read what was received: %w", err)
	}
	to, err := m.Post.To(ctx, row.ContactID, person, post.Payments)
	if err != nil || to == nil || !to.Business.MailPayments {
		return err
	}
	language, w := to.Language(), letter.In(receivedWords, to.Language())
	amount := money.New(row.Amount, row.Currency).Format(language)
	return m.Post.Send(ctx, to, letter.Letter{Subject: fmt.Sprintf(w.subject, to.Business.Name, amount),
		Paragraphs: []string{fmt.Sprintf(w.text, to.Business.Name, amount, written(row.Date, language))},
		Button:     w.button, Link: m.BaseURL + "/portal?view=payments&contact=" + row.ContactID.String()})
}

// receivedWords are the sentences about a payment, by language; %[1]s is the business, %[2]s the
// amount, %[3]s the date.
var receivedWords = map[string]struct{ subject, text, button string }{
	"en": {"%[1]s: your payment of %[2]s", "%[1]s has received your payment of %[2]s of %[3]s. Thank you.", "See my payments"},
	"el": {"%[1]s: η πληρωμή σας %[2]s", "%[1]s: λάβαμε την πληρωμή σας %[2]s με ημερομηνία %[3]s. Ευχαριστούμε.", "Οι πληρωμές μου"},
}

// written is a date as readers of the language write it.
func written(d day.Date, language string) string {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return string(d)
	}
	if language == "el" {
		return t.Format("2/1/2006")
	}
	return t.Format("2 January 2006")
}
