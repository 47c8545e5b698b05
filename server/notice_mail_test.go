package main

import (
	"context"
	"strings"
	"testing"

	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
)

// startMailing starts a server that mails, by background jobs, to the relay that it gives.
func startMailing(t *testing.T, d *db.DB) (*testServer, *relay) {
	t.Helper()
	inbox := startRelay(t)
	s := startServer(t, d, config{SMTP: inbox.url})
	stop, err := s.queue(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return s, inbox
}

// What a customer does is mailed to the owner, and an answer to the customer, by background jobs
// and a real exchange.
func TestNoticesAndAnswersAreMailed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, inbox := startMailing(t, d)
		owner := s.owner(t)
		contact := owner.do(createContact, vars{"input": vars{"company": "Πελάτης ΑΕ", "isClient": true}}).at("createContact.contact.id").text()
		estimate := owner.do(`mutation($input: CreateDocumentInput!) { createDocument(input: $input) { document { id } } }`, vars{"input": vars{
			"type": "ESTIMATE", "contactId": contact, "dueDate": "2099-01-01", "lines": []any{vars{"title": "Study", "unitPrice": "10"}}}}).at("createDocument.document.id").text()
		owner.do(`mutation($id: ID!) { issueDocument(input: { id: $id }) { document { id } } }`, vars{"id": estimate})
		person := acceptInvitation(t, s, owner, inbox, contact)

		person.do(`mutation($id: ID!) { acceptPortalEstimate(input: { id: $id, comment: "Ξεκινήστε" }) { document { status } } }`, vars{"id": estimate})
		told := inbox.next(t)
		if told.to != "owner@test.example" && !strings.Contains(told.to, "owner") || !strings.Contains(told.text, "Ξεκινήστε") || !strings.Contains(told.subject, "EST-") {
			t.Errorf("the owner was told %+v", told)
		}
		owner.do(`mutation($input: SendMessageInput!) { sendMessage(input: $input) { message { id } } }`, vars{"input": vars{"contactId": contact, "body": "Τη Δευτέρα"}})
		answer := inbox.next(t)
		if answer.to != "person@customer.example" || !strings.Contains(answer.text, "Τη Δευτέρα") || !strings.Contains(answer.text, s.url+"/portal") {
			t.Errorf("the customer was told %+v", answer)
		}
	})
}
