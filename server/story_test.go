package main

import (
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/money"
)

const portalBalance = `subscription { portalBalanceChanged { contactId balances { currency outstanding { amount } credit { amount } net { amount } version } } }`

// The main job, from an empty database to a portal customer who watches their balance move,
// over real HTTP and real sockets, with the invitation in a real mailbox.
func TestACustomerWatchesTheirBalanceMove(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		inbox := startRelay(t)
		s := startServer(t, d, config{SMTP: inbox.url})
		owner := s.owner(t)
		owner.do(`{ viewer { role } }`, nil)

		contact := importGoogleContacts(t, owner)
		makeClient(owner, contact)
		invoice := issueInvoice(t, owner, contact)

		person := acceptInvitation(t, s, owner, inbox, contact)
		socket := person.talk()
		socket.say(vars{"type": "subscribe", "id": "1", "payload": vars{"query": portalBalance}})
		stream := person.events(portalBalance, nil)
		for _, first := range []value{socket.next(), stream.next()} {
			standsAt(first, "304.50", "0.00", "304.50")
		}

		owner.do(`mutation($input: RecordPaymentInput!) { recordPayment(input: $input) { payment { id } } }`, vars{"input": vars{
			"contactId": contact, "amount": "200.00", "allocations": []vars{{"documentId": invoice, "amount": "150.00"}}}})
		for _, moved := range []value{socket.next(), stream.next()} {
			standsAt(moved, "154.50", "50.00", "104.50")
		}

		statementAddsUp(t, owner, contact, "104.50")
		grant := owner.do(`query($id: ID!) { contact(id: $id) { portalAccess { id status } } }`, vars{"id": contact}).at("contact.portalAccess.0.id").text()
		owner.do(`mutation($input: RevokePortalAccessInput!) { revokePortalAccess(input: $input) { access { status } } }`, vars{"input": vars{"id": grant}})
		if code := socket.closed(); code != 4403 {
			t.Errorf("the socket was closed with %d, want 4403", code)
		}
		if name, data := stream.hear(); name != "next" || !strings.Contains(data, "FORBIDDEN") {
			t.Errorf("the stream ended with %s %s, want FORBIDDEN", name, data)
		}
		if name, _ := stream.hear(); name != "complete" {
			t.Errorf("the stream ended with %s, want complete", name)
		}
		if r := person.try(`{ portal { contacts { id } } }`, nil); r.status != 401 {
			t.Errorf("a session whose access was revoked is answered %d, want 401", r.status)
		}
	})
}

// importGoogleContacts imports the sample and gives the contact that the story is about.
func importGoogleContacts(t *testing.T, owner *caller) string {
	t.Helper()
	file, err := os.Open("../contact/imports/testdata/google.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	i := owner.upload(`mutation($input: UploadContactImportInput!) { uploadContactImport(input: $input) { import { id settings { format } preview { rows { line } } } } }`,
		vars{"input": vars{"file": nil}}, "contacts.csv", file).at("uploadContactImport.import")
	if i.at("settings.format").text() != "Google Contacts" || len(i.at("preview.rows").list()) < 5 {
		t.Errorf("the file is understood as %v", i.is)
	}
	owner.do(`mutation($input: ContactImportIdInput!) { runContactImport(input: $input) { import { status } } }`, vars{"input": vars{"id": i.at("id").text()}})
	owner.s.workOff(t)
	got := owner.do(`query($id: ID!) { contactImport(id: $id) { status created results(outcome: ERROR) { nodes { line reason } } } }`, vars{"id": i.at("id").text()}).at("contactImport")
	if got.at("status").text() != "DONE" || got.at("created").is.(float64) < 5 || got.at("results.nodes.0.line").is.(float64) < 3 {
		t.Errorf("the import came to %v", got.is)
	}
	return owner.do(`{ contacts(first: 1, filter: { role: PROSPECT }) { nodes { id } } }`, nil).at("contacts.nodes.0.id").text()
}

func makeClient(owner *caller, contact string) {
	version := owner.do(`query($id: ID!) { contact(id: $id) { version } }`, vars{"id": contact}).at("contact.version").is
	owner.do(`mutation($input: UpdateContactInput!) { updateContact(input: $input) { contact { isClient } } }`,
		vars{"input": vars{"id": contact, "version": version, "isClient": true}})
}

// issueInvoice issues one of three lines at 24 % and 13 %: 100.00 and 100.00 at 24 %, 50.00
// at 13 %, in all 304.50.
func issueInvoice(t *testing.T, owner *caller, contact string) string {
	t.Helper()
	line := func(title, quantity, price, rate string) vars {
		return vars{"title": title, "quantity": quantity, "unitPrice": price, "taxes": []vars{{"rate": rate}}}
	}
	id := owner.do(`mutation($input: CreateDocumentInput!) { createDocument(input: $input) { document { id } } }`, vars{"input": vars{"type": "INVOICE", "contactId": contact,
		"lines": []vars{line("Consulting", "2", "50", "24"), line("Design", "0.5", "200.00", "24"), line("Books", "4", "12.5", "13")}}}).at("createDocument.document.id").text()
	got := owner.do(`mutation($input: DocumentIdInput!) { issueDocument(input: $input) { document { number net { amount } vat { amount } payable { amount } paidState } } }`,
		vars{"input": vars{"id": id}}).at("issueDocument.document")
	if got.at("number").text() != "INV-00001" || got.at("net.amount").text() != "250.00" || got.at("vat.amount").text() != "54.50" || got.at("payable.amount").text() != "304.50" {
		t.Errorf("the invoice is %v", got.is)
	}
	return id
}

// acceptInvitation invites a person, takes the link out of their mail, and accepts.
func acceptInvitation(t *testing.T, s *testServer, owner *caller, inbox *relay, contact string) *caller {
	t.Helper()
	invited := owner.do(`mutation($input: InviteToPortalInput!) { inviteToPortal(input: $input) { emailed link } }`,
		vars{"input": vars{"contactId": contact, "email": "person@customer.example"}}).at("inviteToPortal")
	if invited.at("emailed").is != true {
		t.Error("the invitation was not e-mailed")
	}
	mail := inbox.next(t)
	link := invited.at("link").text()
	if !strings.Contains(mail.text, link) || mail.to != "person@customer.example" {
		t.Fatalf("the mail to %s holds no %s:\n%s", mail.to, link, mail.text)
	}
	u, err := url.Parse(link)
	if err != nil || !strings.HasPrefix(link, s.url+"/portal/accept?") {
		t.Fatalf("the link is %s", link)
	}
	token := s.nobody(t).do(`mutation($input: AcceptPortalInvitationInput!) { acceptPortalInvitation(input: $input) { token viewer { side } } }`,
		vars{"input": vars{"token": u.Query().Get("token"), "password": "another password"}}).at("acceptPortalInvitation.token").text()
	return s.nobody(t).as(token)
}

func standsAt(change value, outstanding, credit, net string) {
	change.t.Helper()
	b := change.at("portalBalanceChanged.balances.0")
	for name, want := range map[string]string{"outstanding": outstanding, "credit": credit, "net": net} {
		if got := b.at(name + ".amount").text(); got != want {
			change.t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

func statementAddsUp(t *testing.T, owner *caller, contact, net string) {
	t.Helper()
	table := owner.do(`query($input: StatementInput!) { statement(input: $input) { tables { opening { amount } closing { amount }
		lines { charge { amount } credit { amount } balance { amount } } } } }`, vars{"input": vars{"contactId": contact}}).at("statement.tables.0")
	cents := func(v value) money.Minor {
		d, err := money.ParseDecimal(v.at("amount").text(), 2)
		if err != nil {
			t.Fatal(err)
		}
		m, err := money.ParseMinor(d, "EUR")
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	sum := cents(table.at("opening"))
	for _, line := range table.at("lines").list() {
		if line.at("charge").is != nil {
			sum += cents(line.at("charge"))
		} else {
			sum -= cents(line.at("credit"))
		}
		if sum != cents(line.at("balance")) {
			t.Errorf("the running balance is %v, want %d", line.at("balance.amount").is, sum)
		}
	}
	if closing := table.at("closing.amount").text(); closing != net || money.New(sum, "EUR").Amount().String() != net {
		t.Errorf("the lines add up to %d, the closing is %s, the net %s", sum, closing, net)
	}
}
