package main

import (
	"time"

	"github.com/google/uuid"

	entonline "github.com/kartela/kartela/ent/onlinepayment"
	"github.com/kartela/kartela/graph"
	"github.com/kartela/kartela/internal/psp/sandbox"
	"github.com/kartela/kartela/internal/psp/stripe"
	"github.com/kartela/kartela/onlinepayment"
	"github.com/kartela/kartela/onlinepayment/banktransfer"
	"github.com/kartela/kartela/payment"
)

// newOnline wires online payments to the providers that this server knows. The sandbox, which says
// that money came where none did, is for the demonstration and for servers that ask for it.
func newOnline(r *graph.Resolver, c *config, tell func(organization, id uuid.UUID), baseURL string, now func() time.Time) *onlinepayment.Service {
	providers := map[entonline.Provider]payment.Provider{
		entonline.ProviderStripe:       &stripe.Provider{},
		entonline.ProviderBankTransfer: banktransfer.Provider{},
	}
	if c.Demo || c.Sandbox {
		providers[entonline.ProviderSandbox] = &sandbox.Provider{BaseURL: baseURL}
	}
	return &onlinepayment.Service{DB: r.Payments.DB, Contacts: r.Contacts, Documents: r.Documents, Payments: r.Payments, Notices: r.Notices,
		Secrets: r.Registries.Secrets, BaseURL: baseURL, Changed: tell, Now: now, Providers: providers}
}
