package main

import (
	"net/url"
	"testing"
)

const followed = `subscription($ids: [ID!]!) { balanceChanged(contactIds: $ids) { contactId balances { net { amount } } } }`

const mergeMutation = `mutation($input: MergeContactsInput!) { mergeContacts(input: $input) {
	contact { id balances { net { amount } } merges { id canUnmerge loserNames by { name } } } merge { id loserNames canUnmerge by { name } } } }`

// client makes a client that owes an amount.
func (c *caller) client(name, owes string) string {
	c.t.Helper()
	id := c.do(`mutation($input: CreateContactInput!) { createContact(input: $input) { contact { id } } }`,
		vars{"input": vars{"company": name, "isClient": true}}).at("createContact.contact.id").text()
	if owes == "" {
		return id
	}
	invoice := c.do(`mutation($input: CreateDocumentInput!) { createDocument(input: $input) { document { id } } }`, vars{"input": vars{"type": "INVOICE", "contactId": id,
		"lines": []vars{{"title": "work", "unitPrice": owes, "taxes": []vars{}}}}}).at("createDocument.document.id").text()
	c.do(`mutation($input: DocumentIdInput!) { issueDocument(input: $input) { document { id } } }`, vars{"input": vars{"id": invoice}})
	return id
}

// customer lets a person in for a contact.
func (c *caller) customer(contact, email string) *caller {
	c.t.Helper()
	link := c.do(`mutation($input: InviteToPortalInput!) { inviteToPortal(input: $input) { link } }`,
		vars{"input": vars{"contactId": contact, "email": email}}).at("inviteToPortal.link").text()
	u, err := url.Parse(link)
	if err != nil {
		c.t.Fatal(err)
	}
	return c.as(c.s.nobody(c.t).do(`mutation($input: AcceptPortalInvitationInput!) { acceptPortalInvitation(input: $input) { token } }`,
		vars{"input": vars{"token": u.Query().Get("token"), "password": "another password", "name": "Somebody"}}).at("acceptPortalInvitation.token").text())
}

// follow subscribes to the balances of contacts, and gives the first state of each.
func (c *caller) follow(ids ...string) *talk {
	c.t.Helper()
	s := c.talk()
	s.say(vars{"type": "subscribe", "id": "1", "payload": vars{"query": followed, "variables": vars{"ids": ids}}})
	return s
}

func (c *caller) portalTalk() *talk {
	c.t.Helper()
	s := c.talk()
	s.say(vars{"type": "subscribe", "id": "1", "payload": vars{"query": portalBalance}})
	return s
}

func nets(t *testing.T, change value, contact string, want ...string) {
	t.Helper()
	if got := change.at("contactId").text(); got != contact {
		t.Errorf("told of %s, want %s", got, contact)
	}
	list := change.at("balances").list()
	if len(list) != len(want) {
		t.Fatalf("balances: %v, want %v", change.is, want)
	}
	for i, b := range list {
		if got := b.at("net.amount").text(); got != want[i] {
			t.Errorf("stands at %s, want %s", got, want[i])
		}
	}
}

// ends waits for the operation's end, and fails when anything comes before it.
func (s *talk) ends() {
	s.t.Helper()
	if got := s.hear(); got["type"] != "complete" {
		s.t.Errorf("want complete, got %v", got)
	}
}

// Who follows a contact that is merged away is not left behind: customers are let in for the
// survivor, staff are told that the stream has ended, and the old id follows the survivor.
func TestAMergeTakesThoseWhoFollowAlong(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		owner := s.owner(t)
		stays, goes, quiet := owner.client("Stays", "100"), owner.client("Goes", "20.50"), owner.client("Quiet", "")
		own, moving := owner.customer(stays, "own@customer.example"), owner.customer(goes, "moving@customer.example")

		toStays, toGoes, toQuiet := owner.follow(stays), owner.follow(goes), owner.follow(quiet)
		nets(t, toStays.next().at("balanceChanged"), stays, "100.00")
		nets(t, toGoes.next().at("balanceChanged"), goes, "20.50")
		nets(t, toQuiet.next().at("balanceChanged"), quiet)
		ownTalk, movingTalk, stream := own.portalTalk(), moving.portalTalk(), moving.events(portalBalance, nil)
		nets(t, ownTalk.next().at("portalBalanceChanged"), stays, "100.00")
		nets(t, movingTalk.next().at("portalBalanceChanged"), goes, "20.50")
		nets(t, stream.next().at("portalBalanceChanged"), goes, "20.50")

		version := owner.do(`query($id: ID!) { contact(id: $id) { version } }`, vars{"id": stays}).at("contact.version").is
		merged := owner.do(mergeMutation, vars{"input": vars{"survivorId": stays, "survivorVersion": version, "loserIds": []string{goes, quiet}}}).at("mergeContacts")
		if merged.at("contact.balances.0.net.amount").text() != "120.50" || merged.at("merge.canUnmerge").is != true ||
			merged.at("merge.loserNames.1").text() != "Quiet" || merged.at("merge.by.name").text() != "Ελένη" || merged.at("contact.merges.0.id").text() != merged.at("merge.id").text() {
			t.Errorf("the merge is %v", merged.is)
		}

		nets(t, toStays.next().at("balanceChanged"), stays, "120.50")
		nets(t, ownTalk.next().at("portalBalanceChanged"), stays, "120.50")
		toGoes.ends()
		toQuiet.ends()
		if code := movingTalk.closed(); code != 4403 {
			t.Errorf("the socket was closed with %d, want 4403", code)
		}
		if name, _ := stream.hear(); name != "next" { // with FORBIDDEN
			t.Errorf("the stream goes on with %s", name)
		}

		nets(t, owner.follow(goes).next().at("balanceChanged"), stays, "120.50")
		nets(t, owner.follow(goes, stays, quiet).next().at("balanceChanged"), stays, "120.50")
		nets(t, moving.portalTalk().next().at("portalBalanceChanged"), stays, "120.50")
		for _, id := range []string{goes, quiet} {
			if got := owner.do(`query($id: ID!) { contact(id: $id) { id } }`, vars{"id": id}).at("contact.id").text(); got != stays {
				t.Errorf("the id of a merged contact answers with %s", got)
			}
		}

		after := moving.portalTalk()
		after.next()
		back := owner.do(`mutation($input: UnmergeContactsInput!) { unmergeContacts(input: $input) { contact { balances { net { amount } } merges { id } } contacts { id balances { net { amount } } } } }`,
			vars{"input": vars{"mergeId": merged.at("merge.id").text()}}).at("unmergeContacts")
		if back.at("contact.balances.0.net.amount").text() != "100.00" || back.at("contacts.0.balances.0.net.amount").text() != "20.50" ||
			back.at("contacts.1.id").text() != quiet || len(back.at("contact.merges").list()) != 0 {
			t.Errorf("taken back: %v", back.is)
		}
		nets(t, toStays.next().at("balanceChanged"), stays, "100.00")
		if code := after.closed(); code != 4403 {
			t.Errorf("the socket was closed with %d, want 4403", code)
		}
		nets(t, moving.portalTalk().next().at("portalBalanceChanged"), goes, "20.50")
	})
}

func TestAMergeIsRefusedOverTheAPIWithItsFields(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		owner := s.owner(t)
		a, b := owner.client("A", ""), owner.client("B", "")
		input := func(version int, losers ...string) vars {
			return vars{"input": vars{"survivorId": a, "survivorVersion": version, "loserIds": losers}}
		}
		owner.try(mergeMutation, input(1, a)).refused("INVALID", "loserIds.0")
		owner.try(mergeMutation, input(7, b)).refused("CONFLICT", "survivorVersion")
		preview := owner.do(`query($input: MergePreviewInput!) { mergePreview(input: $input) { survivor { id } losers { id }
			fields { field survivor losers result } moves { kind count } collisions balances { side currency survivor { amount } losers { amount } after { amount } } } }`,
			vars{"input": vars{"survivorId": a, "loserIds": []string{b}}}).at("mergePreview")
		if preview.at("losers.0.id").text() != b || preview.at("fields.0.losers.0").text() != "B" || preview.at("fields.0.result").text() != "A" {
			t.Errorf("the preview is %v", preview.is)
		}
		pairs := func() []value {
			return owner.do(`{ duplicateContacts(first: 5) { nodes { contact { id duplicates { contact { id } reasons } } other { id } reasons } } }`, nil).at("duplicateContacts.nodes").list()
		}
		c := owner.client("A", "")
		got := pairs()
		if len(got) != 1 || got[0].at("contact.id").text() != a || got[0].at("other.id").text() != c || got[0].at("reasons.0").text() != "NAME" ||
			got[0].at("contact.duplicates.0.contact.id").text() != c {
			t.Errorf("pairs: %v", got)
		}
		owner.do(`mutation($input: DismissDuplicateInput!) { dismissDuplicate(input: $input) { ids } }`, vars{"input": vars{"contactId": c, "otherId": a}})
		if got := pairs(); len(got) != 0 {
			t.Errorf("a dismissed pair is offered: %v", got)
		}
	})
}
