package payment

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/money"
)

// Provider is a way of being paid online. It owns how the provider is spoken to; it books
// nothing.
type Provider interface {
	// Begin asks for a payment. A repeat with the same ID gives the same checkout.
	//
	// Faults: INVALID on amount for one that the provider cannot take; CONFLICT on provider
	// when it refuses or does not answer.
	Begin(ctx context.Context, s ProviderSettings, c Checkout) (*Begun, error)
	// Read checks the signature of a message and says what it tells. header gives a header of
	// the request by its name.
	//
	// Faults: INVALID for a message that is not signed, was signed too long ago, or cannot be read.
	Read(s ProviderSettings, header func(name string) string, body []byte, now time.Time) (*ProviderMessage, error)
}

// ProviderSettings are what an organization has with a provider, its secrets open.
type ProviderSettings struct {
	SecretKey     string // for the provider's API
	WebhookSecret string // that its messages are signed with
}

// Checkout is what is asked of a provider.
type Checkout struct {
	ID        uuid.UUID // the online payment's
	Amount    money.Money
	Title     string // what is paid for, as the customer reads it
	Email     string // of the customer; "" when it is not known
	Language  string // en or el
	Success   string // where the customer comes back to
	Cancel    string
	ExpiresAt time.Time
}

// Begun is a checkout as the provider made it.
type Begun struct {
	ExternalID string // the provider's own; "" for none
	URL        string // where the customer pays; "" when there is nothing to open
	ExpiresAt  time.Time
}

// Happening is what a provider's message tells.
type Happening string

// What providers tell.
const (
	NothingHappened   Happening = ""
	MoneyReceived     Happening = "received"
	CheckoutFailed    Happening = "failed"
	CheckoutExpired   Happening = "expired"
	CheckoutCancelled Happening = "cancelled"
	MoneyRefunded     Happening = "refunded"
	RefundFailed      Happening = "refund_failed"  // the money came back to the business
	DisputeOpened     Happening = "dispute"        // the money is taken from the business
	DisputeInquiry    Happening = "inquiry"        // a question: no money has moved
	DisputeWon        Happening = "dispute_won"    // the money came back
	DisputeLost       Happening = "dispute_lost"   // it does not
	InquiryClosed     Happening = "inquiry_closed" // no money has moved
)

// ProviderMessage is one message of a provider that was signed rightly.
type ProviderMessage struct {
	ID            string // the provider's own, the same for a repeat
	Type          string // as the provider names it
	What          Happening
	OnlinePayment uuid.UUID      // the checkout's ID where the message has it
	ExternalID    string         // of the checkout
	Charge        string         // the provider's name of the money that was taken
	Object        string         // of the refund or dispute
	Amount        money.Minor    // in minor units, as moved
	Currency      money.Currency // "" where no money is told of
	Problem       string         // why it tells nothing that can be booked
}
