// Package stripe is the provider that is paid by Stripe Checkout: it makes sessions, and reads
// what Stripe's signed messages say. The version of Stripe's API is the one that stripe-go is
// made for.
package stripe

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v85"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/payment"
)

// Provider speaks to Stripe. It is safe for use by several goroutines.
type Provider struct {
	URL  string       // of the API; Stripe's own when ""
	HTTP *http.Client // one that waits 20 s when nil
}

var _ payment.Provider = (*Provider)(nil)

// patience is how long a customer waits for Stripe.
const patience = 20 * time.Second

func (p *Provider) client(key string) *stripe.Client {
	config := &stripe.BackendConfig{HTTPClient: p.HTTP, EnableTelemetry: stripe.Bool(false), LeveledLogger: &stripe.LeveledLogger{Level: stripe.LevelNull},
		MaxNetworkRetries: stripe.Int64(1)}
	if config.HTTPClient == nil {
		config.HTTPClient = &http.Client{Timeout: patience}
	}
	if p.URL != "" {
		config.URL = stripe.String(p.URL)
	}
	return stripe.NewClient(key, stripe.WithBackends(stripe.NewBackendsWithConfig(config)))
}

// Begin makes a session of Stripe Checkout. Its idempotency key is the online payment's id, so
// that a repeat gives the same session.
//
// Faults: INVALID on amount; CONFLICT on provider when Stripe refuses or does not answer, whose
// reason is logged: it is the business's, not the customer's, to mend.
func (p *Provider) Begin(ctx context.Context, s payment.ProviderSettings, c payment.Checkout) (*payment.Begun, error) {
	params, err := session(c)
	if err != nil {
		return nil, err
	}
	made, err := p.client(s.SecretKey).V1CheckoutSessions.Create(ctx, params)
	if err != nil {
		return nil, refused(ctx, err)
	}
	return &payment.Begun{ExternalID: made.ID, URL: made.URL, ExpiresAt: time.Unix(made.ExpiresAt, 0).UTC()}, nil
}

func session(c payment.Checkout) (*stripe.CheckoutSessionCreateParams, error) {
	amount, err := toStripe(c.Amount)
	if err != nil {
		return nil, err
	}
	id := c.ID.String()
	params := &stripe.CheckoutSessionCreateParams{
		Mode: stripe.String(string(stripe.CheckoutSessionModePayment)),
		LineItems: []*stripe.CheckoutSessionCreateLineItemParams{{
			Quantity: stripe.Int64(1),
			PriceData: &stripe.CheckoutSessionCreateLineItemPriceDataParams{
				Currency:    stripe.String(strings.ToLower(string(c.Amount.Currency))),
				UnitAmount:  stripe.Int64(amount),
				ProductData: &stripe.CheckoutSessionCreateLineItemPriceDataProductDataParams{Name: stripe.String(c.Title)},
			},
		}},
		ClientReferenceID: stripe.String(id),
		Metadata:          map[string]string{reference: id},
		// The charge has it too: what is told of a charge finds its way back.
		PaymentIntentData: &stripe.CheckoutSessionCreatePaymentIntentDataParams{Metadata: map[string]string{reference: id}},
		// The customer pays in the currency that is owed, so that what arrives is what was asked.
		AdaptivePricing: &stripe.CheckoutSessionCreateAdaptivePricingParams{Enabled: stripe.Bool(false)},
		SuccessURL:      stripe.String(c.Success),
		CancelURL:       stripe.String(c.Cancel),
		ExpiresAt:       stripe.Int64(c.ExpiresAt.Unix()),
		Locale:          stripe.String(c.Language),
	}
	if c.Email != "" {
		params.CustomerEmail = stripe.String(c.Email)
	}
	params.SetIdempotencyKey(id)
	return params, nil
}

// reference is the name under which our id is kept at Stripe.
const reference = "kartela_online_payment"

func refused(ctx context.Context, err error) error {
	var answer *stripe.Error
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &answer) && (answer.Code == stripe.ErrorCodeAmountTooSmall || answer.Code == stripe.ErrorCodeAmountTooLarge):
		return fault.New(fault.Invalid, "amount", "This amount cannot be paid by card.")
	case errors.As(err, &answer):
		slog.WarnContext(ctx, "stripe refused a checkout", "type", answer.Type, "code", answer.Code, "param", answer.Param,
			"status", answer.HTTPStatusCode, "request", answer.RequestID)
	default:
		slog.WarnContext(ctx, "stripe did not answer", "err", err)
	}
	return fault.New(fault.Conflict, "provider", "Payment by card does not work at the moment: pay in another way, or try later.")
}
