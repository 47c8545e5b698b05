// Package sandbox is a provider that takes no money: a page on which whoever tries the product
// says what a provider would, and messages that are signed and sent as a provider's are. It
// shows the whole way of an online payment without an account anywhere.
package sandbox

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/payment"
)

// Path is where its page is served: the online payment's id follows.
const Path = "/sandbox/"

// SignatureHeader is the header that its messages are signed in.
const SignatureHeader = "Kartela-Signature"

// tolerance is how old a message may be.
const tolerance = 5 * time.Minute

// Provider is the sandbox of a server.
type Provider struct {
	BaseURL string // of the page
}

var _ payment.Provider = (*Provider)(nil)

// Begin gives the address of the sandbox's page, which opens for whoever has it.
func (p *Provider) Begin(_ context.Context, s payment.ProviderSettings, c payment.Checkout) (*payment.Begun, error) {
	back := url.Values{"token": {Token(s.WebhookSecret, c.ID)}, "success": {c.Success}, "cancel": {c.Cancel}}
	return &payment.Begun{ExternalID: "sandbox_" + c.ID.String(), URL: p.BaseURL + Path + c.ID.String() + "?" + back.Encode(), ExpiresAt: c.ExpiresAt}, nil
}

// Token opens the page of one online payment.
func Token(secret string, id uuid.UUID) string { return sum(secret, "page."+id.String()) }

// MayOpen says whether the token is the page's, in constant time.
func MayOpen(secret string, id uuid.UUID, token string) bool {
	return secret != "" && hmac.Equal([]byte(Token(secret, id)), []byte(token))
}

// Message is one message of the sandbox.
type Message struct {
	ID            string            `json:"id"`
	Type          string            `json:"type"`
	What          payment.Happening `json:"what"`
	OnlinePayment uuid.UUID         `json:"onlinePayment"`
	Charge        string            `json:"charge,omitempty"`
	Object        string            `json:"object,omitempty"`
	Amount        money.Minor       `json:"amount,omitempty"` // minor units
	Currency      money.Currency    `json:"currency,omitempty"`
}

// types are what the sandbox names what it tells.
var types = map[payment.Happening]string{
	payment.MoneyReceived: "checkout.paid", payment.CheckoutFailed: "checkout.failed", payment.CheckoutCancelled: "checkout.cancelled",
	payment.CheckoutExpired: "checkout.expired", payment.MoneyRefunded: "refund.made", payment.RefundFailed: "refund.failed",
	payment.DisputeOpened: "dispute.opened", payment.DisputeWon: "dispute.won", payment.DisputeLost: "dispute.lost",
	payment.DisputeInquiry: "dispute.asked", payment.InquiryClosed: "dispute.answered",
}

// Tell makes a message.
func Tell(what payment.Happening, id uuid.UUID, amount money.Money) Message {
	m := Message{ID: "evt_" + uuid.NewString(), Type: types[what], What: what, OnlinePayment: id}
	if what == payment.MoneyReceived {
		m.Charge, m.Amount, m.Currency = "ch_"+uuid.NewString(), amount.Minor, amount.Currency
	}
	return m
}

// Signed is a message as it is sent: its body, and its signature at a time.
func Signed(m Message, secret string, at time.Time) (body []byte, signature string, err error) {
	if body, err = json.Marshal(m); err != nil {
		return nil, "", fmt.Errorf("sandbox: write a message: %w", err)
	}
	t := strconv.FormatInt(at.Unix(), 10)
	return body, "t=" + t + ",v1=" + sum(secret, t+"."+string(body)), nil
}

// Read checks a message as a real provider's is checked.
//
// Faults: INVALID without a field.
func (*Provider) Read(s payment.ProviderSettings, header func(string) string, body []byte, now time.Time) (*payment.ProviderMessage, error) {
	if s.WebhookSecret == "" || !signed(s.WebhookSecret, header(SignatureHeader), body, now) {
		return nil, fault.New(fault.Invalid, "", "The message is not signed rightly.")
	}
	var m Message
	if err := json.Unmarshal(body, &m); err != nil || m.ID == "" || m.Type == "" {
		return nil, fault.New(fault.Invalid, "", "The message cannot be read.")
	}
	return &payment.ProviderMessage{ID: m.ID, Type: m.Type, What: m.What, OnlinePayment: m.OnlinePayment, Charge: m.Charge, Object: m.Object,
		Amount: m.Amount, Currency: m.Currency}, nil
}

func signed(secret, header string, body []byte, now time.Time) bool {
	t, rest, ok := strings.Cut(header, ",v1=")
	t, named := strings.CutPrefix(t, "t=")
	seconds, err := strconv.ParseInt(t, 10, 64)
	if !ok || !named || err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > tolerance {
		return false
	}
	return hmac.Equal([]byte(sum(secret, t+"."+string(body))), []byte(rest))
}

func sum(secret, text string) string {
	h := hmac.New(sha256.New, []byte(secret))
	_, _ = h.Write([]byte(text)) // it never fails
	return hex.EncodeToString(h.Sum(nil))
}
