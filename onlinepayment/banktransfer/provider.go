package banktransfer

import (
	"context"
	"time"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/payment"
)

// Provider is paid by the customer's own order to their bank: it has nothing to open, and sends
// no messages. Staff say when the money is there.
type Provider struct{}

var _ payment.Provider = Provider{}

// Lasts is how long an instruction is shown as open. Money that comes later is booked as well.
const Lasts = 365 * 24 * time.Hour

// Begin has nothing to ask of anyone.
func (Provider) Begin(_ context.Context, _ payment.ProviderSettings, c payment.Checkout) (*payment.Begun, error) {
	return &payment.Begun{ExpiresAt: c.ExpiresAt}, nil
}

// Read refuses every message. Faults: INVALID.
func (Provider) Read(payment.ProviderSettings, func(string) string, []byte, time.Time) (*payment.ProviderMessage, error) {
	return nil, fault.New(fault.Invalid, "", "Bank transfers send no messages.")
}
