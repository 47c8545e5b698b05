package main

import (
	"strings"
	"testing"

	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
)

const (
	setMails    = `mutation($input: UpdateOrganizationInput!) { updateOrganization(input: $input) { organization { mailDocuments mailPayments } } }`
	setWishes   = `mutation($input: UpdatePortalSettingsInput!) { updatePortalSettings(input: $input) { settings { documents payments messages documentsOffered paymentsOffered } } }`
	setOwnWords = `mutation { updateOwnAccount(input: { language: "en" }) { viewer { language } } }`
)

func (c *caller) issues(contact, typ, price string) string {
	c.t.Helper()
	id := c.do(`mutation($input: CreateDocumentInput!) { createDocument(input: $input) { document { id } } }`, vars{"input": vars{"type": typ, "contactId": contact,
		"dueDate": "2099-03-31", "lines": []vars{{"title": "work", "unitPrice": price, "taxes": []vars{}}}}}).at("createDocument.document.id").text()
	c.do(`mutation($id: ID!) { issueDocument(input: { id: $id }) { document { id } } }`, vars{"id": id})
	return id
}

// Customers are told of what is issued to them and what is received from them, where their business
// does and they want it, each in their own language; nobody is told of a draft, a bill, another's
// contact, or after their access ended. The mails come in the order of their causes.
func TestCustomersAreMailedWhatTheyWant(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, inbox := startMailing(t, d)
		owner := s.owner(t)
		contact := owner.do(createContact, vars{"input": vars{"company": "Πελάτης ΑΕ", "isClient": true, "isSupplier": true}}).at("createContact.contact.id").text()
		person := acceptInvitation(t, s, owner, inbox, contact)
		stranger := owner.client("Another", "")

		owner.issues(contact, "INVOICE", "1") // nothing is mailed until the business says so
		if got := person.do(setWishes, vars{"input": vars{}}).at("updatePortalSettings.settings"); got.at("documents").is != true || got.at("documentsOffered").is != false {
			t.Errorf("at first %v", got.is)
		}
		owner.do(setMails, vars{"input": vars{"mailDocuments": true, "mailPayments": true}})
		owner.issues(stranger, "INVOICE", "2")
		owner.issues(contact, "BILL", "3")
		tells := func(want string, links string) {
			t.Helper()
			got := inbox.next(t)
			got.text = strings.NewReplacer("\r", "", "\u00a0", " ").Replace(got.text)
			if got.to != "person@customer.example" || !strings.Contains(got.subject+"\n"+got.text, want) || !strings.Contains(got.text, links) || !strings.Contains(got.text, s.url+"/account") {
				t.Errorf("want %q and %q, told %+v", want, links, got)
			}
		}
		invoice := owner.issues(contact, "INVOICE", "1234.5")
		tells("1.234,50 €\nΕξόφληση έως: 31/3/2099", s.url+"/portal/invoices/"+invoice)
		person.do(setOwnWords, nil)
		estimate := owner.issues(contact, "ESTIMATE", "7")
		tells("€7.00\nValid until: 31 March 2099", s.url+"/portal/documents/"+estimate)
		owner.pays(contact, "34.50")
		tells("your payment of €34.50", s.url+"/portal?view=payments&contact="+contact)

		person.do(setWishes, vars{"input": vars{"payments": false}})
		owner.pays(contact, "5")
		credit := owner.issues(contact, "CREDIT_NOTE", "8")
		tells("credit note", s.url+"/portal/documents/"+credit)
		person.do(setWishes, vars{"input": vars{"payments": true, "documents": false}})
		owner.issues(contact, "INVOICE", "9")
		owner.pays(contact, "6")
		tells("€6.00", "view=payments")

		access := owner.do(`query($id: ID!) { contact(id: $id) { portalAccess { id } } }`, vars{"id": contact}).at("contact.portalAccess.0.id").text()
		owner.do(`mutation($id: ID!) { revokePortalAccess(input: { id: $id }) { access { id } } }`, vars{"id": access})
		owner.pays(contact, "10")
		owner.do(setMails, vars{"input": vars{"mailPayments": false}})
		again := acceptInvitation(t, s, owner, inbox, contact) // the next mail is the invitation
		again.do(setWishes, vars{"input": vars{"documents": true}})
		owner.pays(contact, "11")
		owner.issues(contact, "INVOICE", "12")
		tells("€12.00", "/portal/invoices/")
	})
}
