package stripe_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/stripe/stripe-go/v85/webhook"
	"github.com/stripe/stripe-mock/embedded"
	mock "github.com/stripe/stripe-mock/server"
	"github.com/stripe/stripe-mock/spec"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/psp/stripe"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/payment"
)

// stub is Stripe's own stand-in for its API: it refuses requests that the API's description does
// not know. seen is what was sent to it last.
func stub(t *testing.T) (address string, seen *http.Request, form *url.Values) {
	t.Helper()
	var described spec.Spec
	var fixtures spec.Fixtures
	for raw, into := range map[string]any{string(embedded.OpenAPISpec): &described, string(embedded.OpenAPIFixtures): &fixtures} {
		if err := json.Unmarshal([]byte(raw), into); err != nil {
			t.Fatal(err)
		}
	}
	s, err := mock.NewStubServer(&fixtures, &described, false, false)
	if err != nil {
		t.Fatal(err)
	}
	seen, form = &http.Request{}, &url.Values{}
	listening := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw := new(strings.Builder)
		r.Body = readInto(r.Body, raw)
		s.HandleRequest(w, r)
		*form, _ = url.ParseQuery(raw.String())
		*seen = *r
	}))
	t.Cleanup(listening.Close)
	return listening.URL, seen, form
}

func checkout(amount money.Money) payment.Checkout {
	return payment.Checkout{ID: uuid.New(), Amount: amount, Title: "Invoice 12 · Δοκιμή ΑΕ", Email: "payer@test.example", Language: "el",
		Success: "https://books.example/portal/online/1", Cancel: "https://books.example/portal/online/1?left=1", ExpiresAt: time.Now().Add(12 * time.Hour)}
}

func TestARequestHasTheShapeThatStripeDescribes(t *testing.T) {
	address, seen, form := stub(t)
	p := &stripe.Provider{URL: address}
	c := checkout(money.New(12345, "EUR"))
	got, err := p.Begin(context.Background(), payment.ProviderSettings{SecretKey: "sk_test_123"}, c)
	if err != nil || got.ExternalID == "" || got.ExpiresAt.IsZero() {
		t.Fatalf("%+v, %v", got, err)
	}
	if seen.Header.Get("Idempotency-Key") != c.ID.String() || seen.Header.Get("Stripe-Version") == "" || seen.URL.Path != "/v1/checkout/sessions" {
		t.Errorf("%s %v", seen.URL, seen.Header)
	}
	for name, want := range map[string]string{"line_items[0][price_data][unit_amount]": "12345", "line_items[0][price_data][currency]": "eur",
		"client_reference_id": c.ID.String(), "locale": "el", "customer_email": "payer@test.example", "mode": "payment"} {
		if form.Get(name) != want {
			t.Errorf("%s is %q, not %q", name, form.Get(name), want)
		}
	}
}

func TestHowStripeCountsAmounts(t *testing.T) {
	tests := map[string]struct {
		minor    money.Minor
		currency money.Currency
		want     string // "" for refused
	}{
		"euro":                         {1234, "EUR", "1234"},
		"yen have no decimals":         {500, "JPY", "500"},
		"krónur are counted as if":     {500, "ISK", "50000"},
		"shillings are counted as if":  {500, "UGX", "50000"},
		"dinars have three, ending in": {5120, "KWD", "5120"},
		"a last thousandth":            {5123, "KWD", ""},
		"ariary have none there":       {500, "MGA", "5"},
		"a fraction of an ariary":      {501, "MGA", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			address, _, form := stub(t)
			_, err := (&stripe.Provider{URL: address}).Begin(context.Background(), payment.ProviderSettings{SecretKey: "sk_test_123"}, checkout(money.New(tt.minor, tt.currency)))
			if tt.want == "" && !fault.IsCode(err, fault.Invalid) || tt.want != "" && err != nil {
				t.Fatal(err)
			}
			if got := form.Get("line_items[0][price_data][unit_amount]"); got != tt.want {
				t.Errorf("%q", got)
			}
		})
	}
}

func TestWhatStripeRefusesIsToldWithoutItsReason(t *testing.T) {
	listening := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write([]byte(`{"error":{"type":"invalid_request_error","message":"Invalid API Key provided: sk_test_***123"}}`))
	}))
	defer listening.Close()
	_, err := (&stripe.Provider{URL: listening.URL}).Begin(context.Background(), payment.ProviderSettings{SecretKey: "sk_test_123"}, checkout(money.New(100, "EUR")))
	if !fault.IsCode(err, fault.Conflict) || strings.Contains(err.Error(), "sk_test") {
		t.Error(err)
	}
}

func TestWhatStripesMessagesTell(t *testing.T) {
	id := uuid.New()
	session := func(more string) string {
		return `{"object":"checkout.session","id":"cs_1","client_reference_id":"` + id.String() + `","payment_intent":"pi_1","amount_total":5000,"currency":"isk",` + more + `}`
	}
	refund := `{"object":"refund","id":"re_1","payment_intent":"pi_1","charge":"ch_1","amount":5120,"currency":"kwd","status":"%"}`
	dispute := `{"object":"dispute","id":"dp_1","payment_intent":"pi_1","amount":700,"currency":"eur","status":"%"}`
	with := func(text, status string) string { return strings.Replace(text, "%", status, 1) }
	tests := map[string]struct {
		typ, object string
		what        payment.Happening
		minor       money.Minor
		problem     bool
	}{
		"paid":                    {"checkout.session.completed", session(`"payment_status":"paid"`), payment.MoneyReceived, 50, false},
		"not paid yet":            {"checkout.session.completed", session(`"payment_status":"unpaid"`), payment.NothingHappened, 0, true},
		"paid later":              {"checkout.session.async_payment_succeeded", session(`"payment_status":"paid"`), payment.MoneyReceived, 50, false},
		"failed later":            {"checkout.session.async_payment_failed", session(`"payment_status":"unpaid"`), payment.CheckoutFailed, 0, false},
		"expired":                 {"checkout.session.expired", session(`"payment_status":"unpaid"`), payment.CheckoutExpired, 0, false},
		"a refund":                {"refund.created", with(refund, "succeeded"), payment.MoneyRefunded, 5120, false},
		"a refund on its way":     {"refund.created", with(refund, "pending"), payment.MoneyRefunded, 5120, false},
		"a refund that arrived":   {"refund.updated", with(refund, "succeeded"), payment.NothingHappened, 0, true},
		"a refund taken back":     {"refund.updated", with(refund, "canceled"), payment.RefundFailed, 5120, false},
		"a refund that failed":    {"refund.failed", with(refund, "failed"), payment.RefundFailed, 5120, false},
		"a dispute":               {"charge.dispute.created", with(dispute, "needs_response"), payment.DisputeOpened, 700, false},
		"a question":              {"charge.dispute.created", with(dispute, "warning_needs_response"), payment.DisputeInquiry, 700, false},
		"a dispute won":           {"charge.dispute.closed", with(dispute, "won"), payment.DisputeWon, 700, false},
		"a dispute lost":          {"charge.dispute.closed", with(dispute, "lost"), payment.DisputeLost, 700, false},
		"a question closed":       {"charge.dispute.closed", with(dispute, "warning_closed"), payment.InquiryClosed, 700, false},
		"another way of the same": {"charge.refunded", `{"object":"charge","id":"ch_1"}`, payment.NothingHappened, 0, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			body := `{"id":"evt_1","object":"event","type":"` + tt.typ + `","api_version":"2024-06-20","data":{"object":` + tt.object + `}}`
			signed := webhook.GenerateTestSignedPayload(&webhook.UnsignedPayload{Payload: []byte(body), Secret: "whsec_x", Timestamp: time.Now(), Scheme: "v1"})
			settings := payment.ProviderSettings{WebhookSecret: "whsec_x"}
			got, err := (&stripe.Provider{}).Read(settings, func(string) string { return signed.Header }, signed.Payload, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]any{"evt_1", tt.typ, tt.what, tt.minor, tt.problem}, []any{got.ID, got.Type, got.What, got.Amount, got.Problem != ""}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if strings.HasPrefix(tt.typ, "checkout") && (got.OnlinePayment != id || got.Charge != "pi_1") {
				t.Errorf("%+v", got)
			}
			settings.WebhookSecret = "whsec_y"
			if _, err := (&stripe.Provider{}).Read(settings, func(string) string { return signed.Header }, signed.Payload, time.Now()); !fault.IsCode(err, fault.Invalid) {
				t.Errorf("by another secret: %v", err)
			}
		})
	}
}

// readInto gives a body that is written down as it is read.
func readInto(body io.ReadCloser, into io.Writer) io.ReadCloser {
	return struct {
		io.Reader
		io.Closer
	}{io.TeeReader(body, into), body}
}
