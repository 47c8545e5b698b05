package main

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	natsserver "github.com/nats-io/nats-server/v2/server"

	"github.com/google/uuid"

	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/viewer"
)

const (
	followAll      = `subscription { balanceChanged { contactId balances { net { amount } version } } }`
	followOne      = `subscription($ids: [ID!]!) { balanceChanged(contactIds: $ids) { contactId balances { net { amount } version } } }`
	followDocument = `subscription($id: ID!) { documentChanged(contactId: $id) { id } }`
	followTotals   = `subscription { organizationTotalsChanged { today currencies { currency receivable { amount } payable { amount } cashIn { amount } } } }`
	followTimer    = `subscription { timerChanged { entry { id } } }`
)

// subscribe opens a socket that follows something.
func (c *caller) subscribe(query string, variables vars) *talk {
	c.t.Helper()
	s := c.talk()
	s.say(vars{"type": "subscribe", "id": "1", "payload": vars{"query": query, "variables": variables}})
	return s
}

// organization is the caller's.
func (c *caller) organization() uuid.UUID {
	c.t.Helper()
	rows, err := c.s.db.Organization.Query().IDs(viewer.AsSystem(context.Background(), "a test"))
	if err != nil || len(rows) != 1 {
		c.t.Fatal(rows, err)
	}
	return rows[0]
}

func (c *caller) pays(contact, amount string) {
	c.t.Helper()
	c.do(recordPayment, vars{"input": vars{"contactId": contact, "amount": amount, "oldestFirst": true}})
}

func (c *caller) startsTimer(contact string) string {
	c.t.Helper()
	project := c.do(`mutation($input: CreateProjectInput!) { createProject(input: $input) { project { id } } }`,
		vars{"input": vars{"contactId": contact, "name": "Work", "billing": "PROJECT_RATE", "rate": "50"}}).at("createProject.project.id").text()
	return c.do(`mutation($input: StartTimerInput!) { startTimer(input: $input) { entry { id } } }`,
		vars{"input": vars{"projectId": project}}).at("startTimer.entry.id").text()
}

// seesEverything has what can be followed at one server change by a call at another, which may
// be the same.
func seesEverything(t *testing.T, follower, actor *caller) {
	org, contact := follower.organization(), actor.client("Followed", "")
	one, all := follower.subscribe(followOne, vars{"ids": []string{contact}}), follower.subscribe(followAll, nil)
	documents, timer := follower.subscribe(followDocument, vars{"id": contact}), follower.subscribe(followTimer, nil)
	totals := follower.subscribe(followTotals, nil)
	if got := totals.next().at("organizationTotalsChanged.currencies.0.receivable.amount").text(); got != "0.00" {
		t.Errorf("at first %s are receivable", got)
	}
	if got := one.next().at("balanceChanged.balances").list(); len(got) != 0 {
		t.Errorf("at first %v", got)
	}
	if got := timer.next().at("timerChanged"); got.at("entry").is != nil {
		t.Errorf("at first %v", got.is)
	}
	until(t, "all is followed", func() bool {
		return follower.s.relay.Hub.Everyone(org) == 1 && follower.s.relay.Hints.Waiting(org, uuid.MustParse(contact)) == 1
	})

	invoice := issueInvoice(t, actor, contact)
	for _, s := range []*talk{one, all} {
		got := s.next().at("balanceChanged")
		if got.at("contactId").text() != contact || got.at("balances.0.net.amount").text() != "304.50" {
			t.Errorf("the invoice moved %v", got.is)
		}
	}
	actor.pays(contact, "300.00")
	for _, s := range []*talk{one, all} {
		if got := s.next().at("balanceChanged.balances.0.net.amount").text(); got != "4.50" {
			t.Errorf("the payment left %s", got)
		}
	}
	if got := documents.next().at("documentChanged.id").text(); got != invoice {
		t.Errorf("the document %s is told, not %s", got, invoice)
	}
	for receivable := ""; receivable != "4.50"; { // what is between may have been left out
		receivable = totals.next().at("organizationTotalsChanged.currencies.0.receivable.amount").text()
	}
	entry := actor.startsTimer(contact)
	if got := timer.next().at("timerChanged.entry.id").text(); got != entry {
		t.Errorf("the timer %s runs, not %s", got, entry)
	}
}

func TestWhatIsFollowedIsToldOverARealSocket(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		owner := s.owner(t)
		seesEverything(t, owner, owner)
	})
}

// twoProcesses are two servers of one PostgreSQL database, which share nothing else but a bus.
func twoProcesses(t *testing.T, f func(t *testing.T, a, b *testServer)) {
	t.Helper()
	start := func(t *testing.T, c config) *testServer {
		d, err := db.Open(context.Background(), c.Database)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = d.Close() })
		c.Data = filepath.Join(t.TempDir(), "files")
		return startServer(t, d, c)
	}
	for name, address := range map[string]func(t *testing.T) string{
		"notify": func(*testing.T) string { return "" },
		"nats":   func(t *testing.T) string { return startNATS(t, -1).ClientURL() },
	} {
		t.Run(name, func(t *testing.T) {
			c := config{Database: dbtest.PostgresURL(t), NATS: address(t)}
			f(t, start(t, c), start(t, c))
		})
	}
}

// startNATS starts a NATS server in this process; -1 is a port of its own.
func startNATS(t testing.TB, port int) *natsserver.Server {
	t.Helper()
	n, err := natsserver.NewServer(&natsserver.Options{Host: "127.0.0.1", Port: port, NoLog: true, NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	go n.Start()
	if !n.ReadyForConnections(waitLimit) {
		t.Fatal("NATS did not start")
	}
	t.Cleanup(func() {
		n.Shutdown()
		n.WaitForShutdown()
	})
	return n
}

// The wait for a message is shorter than the time between two looks, so that the bus brings it.
func TestAProcessTellsWhatAnotherOneWrote(t *testing.T) {
	twoProcesses(t, func(t *testing.T, a, b *testServer) {
		owner := a.owner(t)
		seesEverything(t, owner, b.nobody(t).as(owner.token))
	})
}

func TestASessionThatEndsInOneProcessEndsInTheOther(t *testing.T) {
	twoProcesses(t, func(t *testing.T, a, b *testServer) {
		owner := a.owner(t)
		contact := owner.client("Followed", "")
		again := a.nobody(t).as(a.nobody(t).do(signIn, nil).at("signIn.token").text())
		ends, stays := again.subscribe(followOne, vars{"ids": []string{contact}}), owner.subscribe(followOne, vars{"ids": []string{contact}})
		stream := again.events(followOne, vars{"ids": []string{contact}})
		ends.next()
		stays.next()
		stream.next()

		b.nobody(t).as(again.token).do(`mutation { signOut { ended } }`, nil)
		if code := ends.closed(); code != 4403 {
			t.Errorf("the socket was closed with %d, want 4403", code)
		}
		if name, data := stream.hear(); name != "next" || !strings.Contains(data, "FORBIDDEN") {
			t.Errorf("the stream ended with %s %s", name, data)
		}
		if r := again.try(`{ viewer { role } }`, nil); r.status != 401 {
			t.Errorf("a session that was ended elsewhere is answered %d", r.status)
		}
		b.nobody(t).as(owner.token).pays(contact, "1.00")
		if got := stays.next().at("balanceChanged.balances.0.net.amount").text(); got != "-1.00" {
			t.Errorf("the other session is told %s", got)
		}
	})
}

func TestAContactThatIsRestrictedInOneProcessIsNoLongerToldInTheOther(t *testing.T) {
	twoProcesses(t, func(t *testing.T, a, b *testServer) {
		owner := a.owner(t)
		there := b.nobody(t).as(owner.token)
		contact := owner.client("Followed", "")
		owner.do(`mutation($input: AddMemberInput!) { addMember(input: $input) { member { userId } } }`,
			vars{"input": vars{"email": "clerk@a.example", "name": "C", "role": "ACCOUNTANT", "password": "a good password"}})
		me := owner.do(`{ members { userId role } }`, nil).at("members").list()
		var boss string
		for _, m := range me {
			if m.at("role").text() == "OWNER" {
				boss = m.at("userId").text()
			}
		}
		clerk := a.nobody(t).as(a.nobody(t).do(`mutation { signIn(input: { email: "clerk@a.example", password: "a good password" }) { token } }`, nil).at("signIn.token").text())
		s := clerk.subscribe(followOne, vars{"ids": []string{contact}})
		s.next()
		there.pays(contact, "1.00")
		s.next() // the bus works

		there.do(`mutation($input: RestrictContactInput!) { restrictContact(input: $input) { contact { id } } }`, vars{"input": vars{"id": contact, "userIds": []any{boss}}})
		there.pays(contact, "2.00")
		if got := s.hear(); got["type"] != "complete" {
			t.Errorf("told %v", got)
		}
	})
}

// Whoever is told late that access ended somewhere is not put out when in again meanwhile.
func TestWhoIsInAgainIsNotPutOutByAMessageThatComesLate(t *testing.T) {
	s := startServer(t, dbtest.SQLite(t), config{})
	owner := s.owner(t)
	contact := owner.client("Followed", "")
	socket := owner.subscribe(followOne, vars{"ids": []string{contact}})
	socket.next()
	var person uuid.UUID
	for _, v := range s.sockets.viewers() {
		person = v.User
	}
	s.endedElsewhere(viewer.Ended{User: person})
	until(t, "the message was acted on", func() bool { return len(s.reviews.take()) == 0 })
	owner.pays(contact, "1.00")
	if got := socket.next().at("balanceChanged.balances.0.net.amount").text(); got != "-1.00" {
		t.Errorf("told %s", got)
	}
}

// A message that never came is made good by the next look.
func TestALookFindsWhatNobodyTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, silent := startServer(t, d, config{}), startServer(t, d, config{}) // on no bus
		owner := s.owner(t)
		contact := owner.client("Followed", "")
		there := silent.nobody(t).as(owner.token)
		again := s.nobody(t).as(s.nobody(t).do(signIn, nil).at("signIn.token").text())
		one, all, out := owner.subscribe(followOne, vars{"ids": []string{contact}}), owner.subscribe(followAll, nil), again.subscribe(followOne, vars{"ids": []string{contact}})
		one.next()
		out.next()
		until(t, "all is followed", func() bool { return s.relay.Hub.Everyone(owner.organization()) == 1 })

		there.pays(contact, "7.00")
		silent.nobody(t).as(again.token).do(`mutation { signOut { ended } }`, nil)
		s.looker.Wake()
		for _, f := range []*talk{one, all} {
			if got := f.next().at("balanceChanged.balances.0.net.amount").text(); got != "-7.00" {
				t.Errorf("told %s", got)
			}
		}
		if code := out.closed(); code != 4403 {
			t.Errorf("the socket was closed with %d", code)
		}
	})
}

// What is no balance is found as well, by a look of every half minute, when nothing is known to be
// missing.
func TestAQuietLookFindsDocumentsMessagesAndTotals(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, silent := startServer(t, d, config{}), startServer(t, d, config{}) // on no bus
		owner := s.owner(t)
		contact := owner.client("Followed", "")
		there := silent.nobody(t).as(owner.token)
		documents := owner.subscribe(followDocument, vars{"id": contact})
		messages := owner.subscribe(`subscription($id: ID!) { messageAdded(contactId: $id) { body } }`, vars{"id": contact})
		totals := owner.subscribe(followTotals, nil)
		totals.next()
		until(t, "all is followed", func() bool { return s.relay.Hints.Waiting(owner.organization(), uuid.MustParse(contact)) == 2 })

		invoice := issueInvoice(t, there, contact)
		there.do(`mutation($id: ID!) { sendMessage(input: { contactId: $id, body: "Hello" }) { message { id } } }`, vars{"id": contact})
		if err := s.looker.Look(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		if got := documents.next().at("documentChanged.id").text(); got != invoice {
			t.Errorf("told of %s", got)
		}
		if got := messages.next().at("messageAdded.body").text(); got != "Hello" {
			t.Errorf("told of %s", got)
		}
		if got := totals.next().at("organizationTotalsChanged.currencies.0.receivable.amount").text(); got != "304.50" {
			t.Errorf("told %s", got)
		}
	})
}

// Two members of the same rights who follow a contact's documents are one execution; who alone may
// see a contact that is restricted follows it still; and what follows
// one that is merged ends, and follows the survivor by the same id.
func TestDocumentsThatAreFollowedAreReadOnceForAllOfTheSameRights(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		owner := s.owner(t)
		contact, survivor := owner.client("Followed", ""), owner.client("Survivor", "")
		one, two := owner.colleague(t, "ACCOUNTANT"), owner.colleague(t, "ACCOUNTANT")
		follow := func(c *caller, id string) *talk { return c.subscribe(followDocument, vars{"id": id}) }
		invoice := issueInvoice(t, owner, contact)
		a, b := follow(one, contact), follow(two, contact)
		waiting := func(id string, n int) {
			t.Helper()
			until(t, "it is followed", func() bool { return s.relay.Hints.Waiting(owner.organization(), uuid.MustParse(id)) == n })
		}
		both := func(want string) {
			t.Helper()
			for _, f := range []*talk{a, b} {
				if got := f.next().at("documentChanged.id").text(); got != want {
					t.Errorf("told of %s", got)
				}
			}
		}
		both(invoice)
		waiting(contact, 1)
		both(owner.issued(contact, "5"))

		me := one.do(`{ viewer { user { id } } }`, nil).at("viewer.user.id").text()
		owner.do(`mutation($input: RestrictContactInput!) { restrictContact(input: $input) { contact { id } } }`, vars{"input": vars{"id": contact, "userIds": []any{me}}})
		named := follow(one, contact)
		if got := named.next().at("documentChanged.id").text(); got != invoice {
			t.Errorf("a named member begins with %s", got)
		}
		if got := follow(two, contact).hear(); got["type"] != "error" {
			t.Errorf("who is not named is told %v", got)
		}
		owner.do(`mutation($input: MergeContactsInput!) { mergeContacts(input: $input) { contact { id } } }`, vars{"input": vars{"survivorId": survivor, "survivorVersion": 1, "loserIds": []any{contact}}})
		for got := named.hear(); got["type"] != "complete"; got = named.hear() {
			if got["type"] == "error" {
				t.Fatalf("told %v", got)
			}
		}
		after := follow(owner, contact) // the older change first
		if got := after.next().at("documentChanged.id").text(); got != invoice {
			t.Errorf("the old id begins with %s", got)
		}
		waiting(survivor, 1)
	})
}
