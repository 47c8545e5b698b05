package main

import (
	"testing"

	"github.com/google/uuid"
)

// Many follow one contact, in several roles, from two organizations and the portal: each has what
// it may see, those with the same rights of one execution, and whose access ends has no more.
func TestThoseWhoFollowOneBalanceShareWithThoseWhoMaySeeTheSame(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		a, b := s.newTenant(t, "a"), s.newTenant(t, "b")
		contact := a.client("Both", "100")
		pay := func(kind, amount string) {
			a.do(`mutation($input: RecordPaymentInput!) { recordPayment(input: $input) { payment { id } } }`,
				vars{"input": vars{"contactId": contact, "kind": kind, "amount": amount}})
		}
		a.do(`mutation($input: UpdateContactInput!) { updateContact(input: $input) { contact { id } } }`, vars{"input": vars{"id": contact, "isSupplier": true,
			"version": a.do(`query($id: ID!) { contact(id: $id) { version } }`, vars{"id": contact}).at("contact.version").is}})
		pay("SUPPLIER_PAYMENT", "7")
		person := func(email, password string) *caller {
			return s.nobody(t).as(s.nobody(t).do(`mutation($input: SignInInput!) { signIn(input: $input) { token } }`,
				vars{"input": vars{"email": email, "password": password}}).at("signIn.token").text())
		}
		key := s.nobody(t).as(a.do(`mutation { createApiKey(input: { name: "second owner", role: OWNER }) { secret } }`, nil).at("createApiKey.secret").text())
		again, sales, customer := person("owner@a.example", "a good password"), person("sales@a.example", "a good password"), a.customer(contact, "it@customer.example")

		all := []*talk{a.follow(contact), a.follow(contact), again.follow(contact), key.follow(contact)}
		some := sales.follow(contact)
		own := customer.portalTalk()
		for _, talk := range all {
			nets(t, talk.next().at("balanceChanged"), contact, "100.00", "-7.00")
		}
		nets(t, some.next().at("balanceChanged"), contact, "100.00")
		nets(t, own.next().at("portalBalanceChanged"), contact, "100.00")
		foreign := b.follow(contact)
		if got := foreign.hear(); got["type"] != "error" {
			t.Errorf("the other organization is told %v", got)
		}
		organization, id := uuid.MustParse(a.ids["organization"]), uuid.MustParse(contact)
		if n := s.relay.Hub.Followers(organization, id); n != 3 {
			t.Errorf("%d follow in the hub for owners, sales and the customer", n)
		}

		pay("CLIENT_PAYMENT", "30")
		for _, talk := range all {
			nets(t, talk.next().at("balanceChanged"), contact, "70.00", "-7.00")
		}
		nets(t, some.next().at("balanceChanged"), contact, "70.00")
		nets(t, own.next().at("portalBalanceChanged"), contact, "70.00")

		again.do(`mutation { signOut { ended } }`, nil)
		if code := all[2].closed(); code != 4403 {
			t.Errorf("who signed out was closed with %d", code)
		}
		for _, step := range []struct {
			kind, amount string
			want         []string
		}{
			{"SUPPLIER_PAYMENT", "1", []string{"70.00", "-8.00"}}, // nothing of it is for sales and customers
			{"CLIENT_PAYMENT", "20", []string{"50.00", "-8.00"}},
		} {
			pay(step.kind, step.amount)
			for _, talk := range []*talk{all[0], all[1], all[3]} {
				nets(t, talk.next().at("balanceChanged"), contact, step.want...)
			}
		}
		nets(t, some.next().at("balanceChanged"), contact, "50.00")
		nets(t, own.next().at("portalBalanceChanged"), contact, "50.00")

		joins := key.follow(contact)
		nets(t, joins.next().at("balanceChanged"), contact, "50.00", "-8.00")
		for _, talk := range append(all, some, own, joins) {
			_ = talk.conn.Close()
		}
		until(t, "nobody who follows", func() bool { return s.relay.Hub.Followers(organization, id) == 0 })
	})
}
