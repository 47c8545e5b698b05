package main

import (
	"strings"
	"sync"
	"testing"
)

const createContact = `mutation($input: CreateContactInput!) { createContact(input: $input) { contact { id } } }`

func countContacts(c *caller) float64 {
	return c.do(`{ contacts { totalCount } }`, nil).at("contacts.totalCount").is.(float64)
}

func TestARepeatedKeyHasOneEffectWhereverItIsGiven(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		owner := s.owner(t)
		overSocket := owner.talk()
		for name, send := range map[string]func(company string) *result{
			"in the input": func(company string) *result {
				return owner.try(createContact, vars{"input": vars{"company": company, "idempotencyKey": "input-key"}})
			},
			"in the header": func(company string) *result {
				return owner.try(createContact, vars{"input": vars{"company": company}}, "Idempotency-Key", "header-key")
			},
			"over a socket": func(company string) *result {
				overSocket.say(vars{"type": "subscribe", "id": "1", "payload": vars{"query": createContact,
					"variables": vars{"input": vars{"company": company}}, "extensions": vars{"idempotencyKey": "socket-key"}}})
				answer := overSocket.hear()
				if done := overSocket.hear(); answer["type"] == "next" && done["type"] != "complete" {
					t.Fatalf("want complete, got %v", done)
				}
				payload := answer["payload"].(map[string]any)
				r := &result{t: t, Data: payload["data"]}
				if list, ok := payload["errors"].([]any); ok {
					for _, e := range list {
						r.Errors = append(r.Errors, resultError{Extensions: e.(map[string]any)["extensions"].(map[string]any)})
					}
				}
				return r
			},
		} {
			t.Run(name, func(t *testing.T) {
				before := countContacts(owner)
				first, again := send(name), send(name)
				if a, b := first.at("createContact.contact.id").text(), again.at("createContact.contact.id").text(); a != b {
					t.Errorf("the repeat made %s after %s", b, a)
				}
				if n := countContacts(owner); n != before+1 {
					t.Errorf("%v contacts were made", n-before)
				}
				send(name+" changed").refused("CONFLICT", "idempotencyKey")
			})
		}
	})
}

func TestThirtyTwoRepeatsAtOncePayOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		owner := s.owner(t)
		contact := owner.do(createContact, vars{"input": vars{"company": "Once", "isClient": true}}).at("createContact.contact.id").text()
		var all sync.WaitGroup
		ids := make([]string, 32)
		for i := range ids {
			all.Go(func() {
				ids[i] = owner.do(`mutation($input: RecordPaymentInput!) { recordPayment(input: $input) { payment { id } } }`,
					vars{"input": vars{"contactId": contact, "amount": "10", "idempotencyKey": "one click"}}).at("recordPayment.payment.id").text()
			})
		}
		all.Wait()
		for _, id := range ids {
			if id != ids[0] {
				t.Fatalf("payments %s and %s", ids[0], id)
			}
		}
		b := owner.do(`query($id: ID!) { contact(id: $id) { balances { credit { amount } version } } }`, vars{"id": contact}).at("contact.balances.0")
		if b.at("credit.amount").text() != "10.00" || b.at("version").is.(float64) != 1 {
			t.Errorf("the balance is %v", b.is)
		}
	})
}

func TestOneKeyOfARequestServesEachOfItsMutations(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		owner := s.owner(t)
		both := `mutation { a: createContact(input: { company: "A" }) { contact { id } } b: createContact(input: { company: "B" }) { contact { id } } }`
		first := owner.try(both, nil, "Idempotency-Key", "both")
		again := owner.try(both, nil, "Idempotency-Key", "both")
		for _, at := range []string{"a.contact.id", "b.contact.id"} {
			if first.at(at).text() != again.at(at).text() {
				t.Errorf("%s differs", at)
			}
		}
		if n := countContacts(owner); n != 2 {
			t.Errorf("%v contacts", n)
		}
	})
}

func TestAKeyThatIsEmptyOrTooLongIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		owner := s.owner(t)
		for _, key := range []string{"", string(make([]byte, 201))} {
			owner.try(createContact, vars{"input": vars{"company": "A", "idempotencyKey": key}}).refused("INVALID", "idempotencyKey")
		}
		if n := countContacts(owner); n != 0 {
			t.Errorf("%v contacts", n)
		}
	})
}

func TestWhoLetsAPersonInMayBeAskedTwice(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		owner := s.owner(t)
		contact := owner.do(createContact, vars{"input": vars{"company": "ΑΕ", "isClient": true}}).at("createContact.contact.id").text()
		link := owner.do(`mutation($input: InviteToPortalInput!) { inviteToPortal(input: $input) { link } }`,
			vars{"input": vars{"contactId": contact, "email": "maria@a.example"}}).at("inviteToPortal.link").text()
		_, token, _ := strings.Cut(link, "token=")
		accept := `mutation($input: AcceptPortalInvitationInput!) { acceptPortalInvitation(input: $input) { token } }`
		input := func(key, password string) vars {
			return vars{"input": vars{"token": token, "password": password, "idempotencyKey": key}}
		}
		first := s.nobody(t).do(accept, input("one", "a good password")).at("acceptPortalInvitation.token").text()
		again := s.nobody(t).do(accept, input("one", "a good password")).at("acceptPortalInvitation.token").text()
		if r := s.nobody(t).as(first).try(`{ portal { contacts { id } } }`, nil); r.status != 401 {
			t.Errorf("the first token still lets in: it is the same session, with a new token")
		}
		if got := s.nobody(t).as(again).do(`{ portal { contacts { id } } }`, nil).at("portal.contacts.0.id").text(); got != contact {
			t.Errorf("let in for %s", got)
		}
		s.nobody(t).try(accept, input("one", "a wrong password")).refused("UNAUTHENTICATED", "password")
		s.nobody(t).try(accept, input("two", "a good password")).refused("NOT_FOUND", "token")
		s.nobody(t).try(accept, vars{"input": vars{"token": token, "password": "a good password"}}).refused("NOT_FOUND", "token")

		other := owner.do(createContact, vars{"input": vars{"company": "ΒΕ", "isClient": true}}).at("createContact.contact.id").text()
		link = owner.do(`mutation($input: InviteToPortalInput!) { inviteToPortal(input: $input) { link } }`,
			vars{"input": vars{"contactId": other, "email": "maria@a.example"}}).at("inviteToPortal.link").text()
		_, token, _ = strings.Cut(link, "token=")
		s.nobody(t).try(accept, input("one", "a good password")).refused("CONFLICT", "idempotencyKey")
		s.nobody(t).do(accept, input("three", "a good password"))
	})
}
