package stripe

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/stripe/stripe-go/v85"
	"github.com/stripe/stripe-go/v85/webhook"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/payment"
)

// events are the types of message that Read makes something of.
var events = []string{
	"checkout.session.completed", "checkout.session.async_payment_succeeded", "checkout.session.async_payment_failed", "checkout.session.expired",
	"refund.created", "refund.updated", "refund.failed", "charge.dispute.created", "charge.dispute.closed",
}

// Read checks Stripe's signature, in constant time and at most 5 minutes old by the machine's
// clock, and says what the message tells. The version of the API that it was made in need not
// be ours: what is read of it is in every version since 2022.
//
// Faults: INVALID without a field.
func (*Provider) Read(s payment.ProviderSettings, header func(string) string, body []byte, _ time.Time) (*payment.ProviderMessage, error) {
	if s.WebhookSecret == "" {
		return nil, fault.New(fault.Invalid, "", "No signing secret is kept.")
	}
	event, err := webhook.ConstructEventWithOptions(body, header("Stripe-Signature"), s.WebhookSecret,
		webhook.ConstructEventOptions{Tolerance: webhook.DefaultTolerance, IgnoreAPIVersionMismatch: true})
	if err != nil || event.ID == "" || event.Data == nil {
		return nil, fault.New(fault.Invalid, "", "The message is not signed rightly.")
	}
	m := &payment.ProviderMessage{ID: event.ID, Type: string(event.Type)}
	switch {
	case strings.HasPrefix(m.Type, "checkout.session."):
		err = readSession(m, event.Data.Raw)
	case strings.HasPrefix(m.Type, "refund."):
		err = readRefund(m, event.Data.Raw)
	case strings.HasPrefix(m.Type, "charge.dispute."):
		err = readDispute(m, event.Data.Raw)
	default:
		m.Problem = "nothing is booked by this type of message"
	}
	if err != nil {
		return nil, fault.New(fault.Invalid, "", "The message cannot be read.")
	}
	return m, nil
}

func readSession(m *payment.ProviderMessage, raw json.RawMessage) error {
	var s stripe.CheckoutSession
	if err := json.Unmarshal(raw, &s); err != nil {
		return fmt.Errorf("stripe: read a session: %w", err)
	}
	m.ExternalID = s.ID
	m.OnlinePayment, _ = uuid.Parse(s.ClientReferenceID) // another's session has none of ours
	if s.PaymentIntent != nil {
		m.Charge = s.PaymentIntent.ID
	}
	switch m.Type {
	case "checkout.session.completed", "checkout.session.async_payment_succeeded":
		if s.PaymentStatus != stripe.CheckoutSessionPaymentStatusPaid {
			m.Problem = "the money is on its way: " + string(s.PaymentStatus)
			return nil
		}
		m.What = payment.MoneyReceived
		amountOf(m, s.AmountTotal, s.Currency)
	case "checkout.session.async_payment_failed":
		m.What = payment.CheckoutFailed
	case "checkout.session.expired":
		m.What = payment.CheckoutExpired
	}
	return nil
}

func readRefund(m *payment.ProviderMessage, raw json.RawMessage) error {
	var r stripe.Refund
	if err := json.Unmarshal(raw, &r); err != nil {
		return fmt.Errorf("stripe: read a refund: %w", err)
	}
	m.Object = r.ID
	if r.PaymentIntent != nil {
		m.Charge = r.PaymentIntent.ID
	}
	failed := r.Status == stripe.RefundStatusFailed || r.Status == stripe.RefundStatusCanceled
	switch {
	case failed:
		m.What = payment.RefundFailed
	case m.Type == "refund.created":
		m.What = payment.MoneyRefunded
	default:
		m.Problem = "the refund was told of when it was made"
		return nil
	}
	amountOf(m, r.Amount, r.Currency)
	return nil
}

func readDispute(m *payment.ProviderMessage, raw json.RawMessage) error {
	var d stripe.Dispute
	if err := json.Unmarshal(raw, &d); err != nil {
		return fmt.Errorf("stripe: read a dispute: %w", err)
	}
	m.Object = d.ID
	if d.PaymentIntent != nil {
		m.Charge = d.PaymentIntent.ID
	}
	inquiry := strings.HasPrefix(string(d.Status), "warning_") || d.Status == stripe.DisputeStatusPrevented
	switch {
	case m.Type == "charge.dispute.created" && inquiry:
		m.What = payment.DisputeInquiry
	case m.Type == "charge.dispute.created":
		m.What = payment.DisputeOpened
	case m.Type != "charge.dispute.closed":
		m.Problem = "a dispute is booked when it opens and when it closes"
		return nil
	case inquiry:
		m.What = payment.InquiryClosed
	case d.Status == stripe.DisputeStatusWon:
		m.What = payment.DisputeWon
	default:
		m.What = payment.DisputeLost
	}
	amountOf(m, d.Amount, d.Currency)
	return nil
}

// amountOf fills in how much was moved. A currency or fraction that we do not count leaves a
// problem and nothing to book.
func amountOf(m *payment.ProviderMessage, amount int64, c stripe.Currency) {
	currency, err := money.ParseCurrency(strings.ToUpper(string(c)))
	if err == nil {
		if minor, ok := fromStripe(amount, currency); ok && minor > 0 && minor <= money.MaxMinor {
			m.Amount, m.Currency = minor, currency
			return
		}
	}
	m.Problem = fmt.Sprintf("an amount that cannot be booked: %d %s", amount, c)
}

// Events are the types of message to choose at Stripe.
func (*Provider) Events() []string { return events }
