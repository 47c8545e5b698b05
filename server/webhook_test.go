package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kartela/kartela/internal/psp/stripe"
	"github.com/kartela/kartela/internal/secret"

	entonline "github.com/kartela/kartela/ent/onlinepayment"
)

// fakeStripe answers as Stripe's API does, and signs its messages as Stripe does.
type fakeStripe struct {
	*httptest.Server
	asked []url.Values
	keys  []string // idempotency keys
}

func newFakeStripe(t *testing.T) *fakeStripe {
	f := &fakeStripe{}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		form, _ := url.ParseQuery(string(raw))
		f.asked, f.keys = append(f.asked, form), append(f.keys, r.Header.Get("Idempotency-Key"))
		if r.URL.Path != "/v1/checkout/sessions" || r.Header.Get("Authorization") != "Bearer "+stripeKey {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"error":{"type":"invalid_request_error","message":"Invalid API Key provided"}}`))
			return
		}
		_ = json.NewEncoder(w).Encode(vars{"id": "cs_test_1", "object": "checkout.session", "url": "https://checkout.test/cs_test_1",
			"expires_at": time.Now().Add(time.Hour).Unix()})
	}))
	t.Cleanup(f.Close)
	return f
}

const (
	stripeKey     = "sk_test_0123456789abcdef"
	stripeWebhook = "whsec_0123456789abcdef"
)

// message is one as Stripe sends it: the body, and its signature at a time.
func (f *fakeStripe) message(id, typ string, object vars, at time.Time) (body, signature string) {
	raw, _ := json.Marshal(vars{"id": id, "object": "event", "type": typ, "api_version": "2025-01-27.acacia", "created": at.Unix(), "data": vars{"object": object}})
	h := hmac.New(sha256.New, []byte(stripeWebhook))
	_, _ = fmt.Fprintf(h, "%d.%s", at.Unix(), raw)
	return string(raw), fmt.Sprintf("t=%d,v1=%s", at.Unix(), hex.EncodeToString(h.Sum(nil)))
}

func (s *testServer) deliver(t *testing.T, organization, body, signature string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, s.url+"/webhooks/stripe/"+organization, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Stripe-Signature", signature)
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = got.Body.Close() }()
	return got.StatusCode
}

// The whole way of a payment by Stripe: what is asked of it, what its message books, and what
// its refund takes back.
func TestAPaymentByStripe(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		box, err := secret.New(make([]byte, secret.KeySize))
		if err != nil {
			t.Fatal(err)
		}
		fake := newFakeStripe(t)
		s.graph.Online.Secrets, s.graph.Online.Providers[entonline.ProviderStripe] = box, &stripe.Provider{URL: fake.URL}
		a := s.newTenant(t, "a")
		setting := a.do(`mutation($input: SetPaymentProviderInput!) { setPaymentProvider(input: $input) { provider { enabled secretKeyHint webhookUrl } } }`, vars{"input": vars{
			"provider": "STRIPE", "enabled": true, "secretKey": stripeKey, "webhookSecret": stripeWebhook}}).at("setPaymentProvider.provider")
		if setting.at("secretKeyHint").text() != "…cdef" || setting.at("webhookUrl").text() != s.url+"/webhooks/stripe/"+a.ids["organization"] {
			t.Errorf("%v", setting)
		}
		customer := a.customer(a.ids["contact"], "customer@a.example")
		const pay = `mutation($input: PayOnlineInput!) { payOnline(input: $input) { onlinePayment { id url } } }`
		in := vars{"input": vars{"documentId": a.ids["invoice"], "provider": "STRIPE"}}
		made := customer.do(pay, in).at("payOnline.onlinePayment")
		id := made.at("id").text()
		if again := customer.do(pay, in).at("payOnline.onlinePayment.id").text(); again != id || len(fake.asked) != 1 {
			t.Errorf("a second click made %s, and Stripe was asked %d times", again, len(fake.asked))
		}
		form := fake.asked[0]
		for name, want := range map[string]string{"mode": "payment", "client_reference_id": id, "line_items[0][price_data][unit_amount]": "10000",
			"line_items[0][price_data][currency]": "eur", "customer_email": "customer@a.example", "success_url": s.url + "/portal/online/" + id,
			"payment_intent_data[metadata][kartela_online_payment]": id} {
			if form.Get(name) != want {
				t.Errorf("%s is %q, not %q", name, form.Get(name), want)
			}
		}
		if fake.keys[0] != id || made.at("url").text() != "https://checkout.test/cs_test_1" {
			t.Errorf("%v, %v", fake.keys, made)
		}
		session := vars{"id": "cs_test_1", "object": "checkout.session", "client_reference_id": id, "payment_status": "paid", "payment_intent": "pi_1",
			"amount_total": 10000, "currency": "eur"}
		now := time.Now()
		body, signature := fake.message("evt_1", "checkout.session.completed", session, now)
		old, oldSignature := fake.message("evt_1", "checkout.session.completed", session, now.Add(-10*time.Minute))
		refund, refundSignature := fake.message("evt_2", "refund.created", vars{"id": "re_1", "object": "refund", "amount": 2500, "currency": "eur", "payment_intent": "pi_1", "status": "succeeded"}, now)
		for _, m := range []struct {
			name, organization, body, signature string
			status                              int
		}{
			{"not signed", a.ids["organization"], body, "", 400},
			{"too old", a.ids["organization"], old, oldSignature, 400},
			{"changed", a.ids["organization"], strings.Replace(body, "10000", "20000", 1), signature, 400},
			{"another organization", nobodysID, body, signature, 404},
			{"no organization", "x", body, signature, 404},
			{"too large", a.ids["organization"], strings.Repeat(" ", maxWebhook+1), signature, 413},
			{"right", a.ids["organization"], body, signature, 200},
			{"again", a.ids["organization"], body, signature, 200},
			{"refund", a.ids["organization"], refund, refundSignature, 200},
			{"refund again", a.ids["organization"], refund, refundSignature, 200},
		} {
			if got := s.deliver(t, m.organization, m.body, m.signature); got != m.status {
				t.Errorf("%s: %d", m.name, got)
			}
		}
		got := customer.do(`query($id: ID!, $invoice: ID!) { portal { onlinePayment(id: $id) { status } invoice(id: $invoice) { remaining { amount } } } }`, vars{"id": id, "invoice": a.ids["invoice"]})
		if got.at("portal.onlinePayment.status").text() != "PAID" || got.at("portal.invoice.remaining.amount").text() != "25.00" {
			t.Errorf("%v", got.Data)
		}
		seen := a.do(`query($id: ID!) { onlinePayment(id: $id) { payment { amount { amount } method } document { id } events { type outcome } } }`, vars{"id": id}).at("onlinePayment")
		if seen.at("payment.method").text() != "ONLINE" || seen.at("events.0.outcome").text() != "BOOKED" || seen.at("events.1.outcome").text() != "REFUNDED" {
			t.Errorf("%v", seen)
		}
		if raw := fmt.Sprint(s.dump(t)["payment_providers"]); strings.Contains(raw, stripeKey) || strings.Contains(raw, stripeWebhook) {
			t.Error("a secret lies open in the database")
		}
	})
}
