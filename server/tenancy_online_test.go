package main

import (
	"fmt"
	"strings"
	"testing"
)

// fillOnline has the business paid by bank transfer, and makes an online payment of its own
// customer's.
func (c *tenant) fillOnline(s *testServer, name string) {
	c.t.Helper()
	customer := c.customer(c.ids["contact"], "payer@"+name+".example")
	c.do(`mutation($input: SetPaymentProviderInput!) { setPaymentProvider(input: $input) { provider { enabled } } }`, vars{"input": vars{
		"provider": "BANK_TRANSFER", "enabled": true, "holder": "Δοκιμή ΑΕ", "iban": "GR1601101250000000012300695"}})
	c.ids["online"] = customer.do(`mutation($input: PayOnlineInput!) { payOnline(input: $input) { onlinePayment { id } } }`, vars{"input": vars{
		"documentId": c.ids["invoice"], "amount": "1", "provider": "BANK_TRANSFER"}}).at("payOnline.onlinePayment.id").text()
}

// onlineArguments are good ones for each of their fields that takes an id.
func (c *tenant) onlineArguments(field string) vars {
	input := func(v vars) vars { return vars{"input": v} }
	switch field {
	case "onlinePayments":
		return vars{"filter": vars{}}
	case "onlinePayment", "portalOnlinePaymentChanged":
		return vars{"id": c.ids["online"]}
	case "confirmOnlinePayment", "cancelOnlinePayment":
		return input(vars{"id": c.ids["online"]})
	case "payOnline":
		return input(vars{"documentId": c.ids["invoice"], "amount": "1", "provider": "BANK_TRANSFER"})
	case "setPaymentProvider":
		return input(vars{"provider": "SANDBOX", "enabled": false})
	}
	return nil
}

// onlineKinds say what an id in an argument of these fields is of.
func onlineKinds(path string) []string {
	field, _, _ := strings.Cut(path, ".")
	if strings.HasSuffix(path, ".id") && strings.Contains(strings.ToLower(field), "onlinepayment") {
		return []string{"online"}
	}
	return nil
}

// A customer pays, and sees the payments of, their own contacts alone.
func TestACustomerPaysNothingButTheirOwn(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		a, b := s.newTenant(t, "a"), s.newTenant(t, "b")
		mine := a.customer(a.ids["contact"], "mine@a.example")
		other := a.do(createContact, vars{"input": vars{"company": "Other", "isClient": true}}).at("createContact.contact.id").text()
		const pay = `mutation($input: PayOnlineInput!) { payOnline(input: $input) { onlinePayment { id status reference instructions { iban qr } } } }`
		got := mine.do(pay, vars{"input": vars{"documentId": a.ids["invoice"], "provider": "BANK_TRANSFER"}}).at("payOnline.onlinePayment")
		if got.at("instructions.iban").text() != "GR16 0110 1250 0000 0001 2300 695" || !strings.Contains(got.at("instructions.qr").text(), got.at("reference").text()) {
			t.Errorf("%v", got)
		}
		before := s.dump(t)
		for what, in := range map[string]vars{
			"another tenant's invoice": {"documentId": b.ids["invoice"]}, "a draft": {"documentId": a.ids["draft"]},
			"another tenant's contact": {"contactId": b.ids["contact"], "currency": "EUR"}, "another contact": {"contactId": other, "currency": "EUR"},
			"nothing there": {"documentId": nobodysID}, "an invoice of another contact": {"contactId": other, "documentId": a.ids["invoice"]},
		} {
			in["provider"] = "BANK_TRANSFER"
			if r := mine.try(pay, vars{"input": in}); len(r.Errors) != 1 || r.Errors[0].Extensions["code"] != "NOT_FOUND" {
				t.Errorf("%s: %v %v", what, r.Data, r.Errors)
			}
		}
		for _, id := range []string{b.ids["online"], a.ids["invoice"], nobodysID} {
			mine.try(`query($id: ID!) { portal { onlinePayment(id: $id) { status } } }`, vars{"id": id}).refused("NOT_FOUND", "id")
			p := mine.talk()
			p.say(vars{"type": "subscribe", "id": "1", "payload": vars{"query": `subscription($id: ID!) { portalOnlinePaymentChanged(id: $id) { status } }`, "variables": vars{"id": id}}})
			if got := fmt.Sprint(p.hear()); !strings.Contains(got, "NOT_FOUND") {
				t.Errorf("%s: %s", id, got)
			}
		}
		if after := s.dump(t); fmt.Sprint(before["online_payments"], before["audit_events"]) != fmt.Sprint(after["online_payments"], after["audit_events"]) {
			t.Error("something was written")
		}
	})
}
