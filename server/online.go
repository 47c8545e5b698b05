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

// newOnline wires online payments to the providers that this server knows.
func newOnline(r *graph.Resolver, tell func(organization, id uuid.UUID), secrets onlinepayment.Secrets, baseURL string, now func() time.Time) *onlinepayment.Service {
	return &onlinepayment.Service{DB: r.Payments.DB, Contacts: r.Contacts, Documents: r.Documents, Payments: r.Payments, Notices: r.Notices, Secrets: secrets,
		BaseURL: baseURL, Changed: tell, Now: now,
		Providers: map[entonline.Provider]payment.Provider{
			entonline.ProviderStripe:       &stripe.Provider{},
			entonline.ProviderBankTransfer: banktransfer.Provider{},
			entonline.ProviderSandbox:      &sandbox.Provider{BaseURL: baseURL},
		}}
}
