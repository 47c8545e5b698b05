package onlinepayment_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"

	"github.com/kartela/kartela/contact/merge"
	"github.com/kartela/kartela/ent"
	entonline "github.com/kartela/kartela/ent/onlinepayment"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/internal/psp/sandbox"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/notice"
	"github.com/kartela/kartela/onlinepayment"
	"github.com/kartela/kartela/onlinepayment/banktransfer"
	"github.com/kartela/kartela/payment"
	"github.com/kartela/kartela/payment/paymenttest"
	"github.com/kartela/kartela/viewer"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// shop is a business that is paid by the sandbox and by bank transfer.
type shop struct {
	*paymenttest.House
	online *onlinepayment.Service
	staff  context.Context
	client uuid.UUID
	portal context.Context // a customer of the client
	secret string
}

// plain keeps secrets as they are: what is sealed is tested where it is done.
type plain struct{}

func (plain) Seal(text []byte, place string) ([]byte, error) {
	return append([]byte(place+"\x00"), text...), nil
}
func (plain) Open(sealed []byte, place string) ([]byte, bool, error) {
	return sealed[len(place)+1:], false, nil
}

// noMail is no relay.
type noMail struct{}

func (noMail) Configured() bool { return false }
func (noMail) Send(context.Context, string, string, string, string) error {
	return errors.New("no relay")
}

func open(t *testing.T, d *db.DB) *shop {
	t.Helper()
	h := paymenttest.New(d)
	s := &shop{House: h, staff: dbtest.Tenant(t, d, viewer.Owner)}
	s.online = &onlinepayment.Service{DB: d, Contacts: h.Contacts, Documents: h.Documents, Payments: h.Payments, Notices: &notice.Service{DB: d, Mailer: noMail{}, Told: func(uuid.UUID) {}}, Secrets: plain{}, BaseURL: "http://test",
		Providers: map[entonline.Provider]payment.Provider{entonline.ProviderSandbox: &sandbox.Provider{BaseURL: "http://test"}, entonline.ProviderBankTransfer: banktransfer.Provider{}},
		Changed:   func(uuid.UUID, uuid.UUID) {}, Now: h.Payments.Now}
	s.client = h.Client(t, s.staff, "Πελάτης ΑΕ")
	v := viewer.From(s.staff)
	s.portal = viewer.With(context.Background(), viewer.Viewer{Kind: viewer.Portal, Organization: v.Organization, User: v.User, Contacts: []uuid.UUID{s.client}})
	yes := true
	_, err := s.online.Set(s.staff, onlinepayment.SetInput{Provider: entonline.ProviderSandbox, Enabled: &yes})
	paymenttest.Must(t, err)
	iban, holder := "GR16 0110 1250 0000 0001 2300 695", "Δοκιμή ΑΕ"
	_, err = s.online.Set(s.staff, onlinepayment.SetInput{Provider: entonline.ProviderBankTransfer, Enabled: &yes, IBAN: &iban, Holder: &holder})
	paymenttest.Must(t, err)
	row := d.PaymentProvider.Query().AllX(s.staff)
	for _, r := range row {
		if len(r.WebhookSecret) > 0 {
			s.secret = string(r.WebhookSecret[len("payment_providers.webhook_secret/"+v.Organization.String())+1:])
		}
	}
	return s
}

// pays begins a payment of an invoice, or of everything in euros.
func (s *shop) pays(t testing.TB, invoice *uuid.UUID) *onlinepayment.OnlinePayment {
	t.Helper()
	euro := money.Currency("EUR")
	in := onlinepayment.PayInput{DocumentID: invoice, Provider: entonline.ProviderSandbox}
	if invoice == nil {
		in.Currency = &euro
	}
	o, err := s.online.Pay(s.portal, in)
	paymenttest.Must(t, err)
	return o
}

// tells has the sandbox send a message.
func (s *shop) tells(m sandbox.Message) error {
	body, signature, err := sandbox.Signed(m, s.secret, paymenttest.Noon)
	if err != nil {
		return err
	}
	return s.online.Receive(context.Background(), entonline.ProviderSandbox, viewer.From(s.staff).Organization, func(string) string { return signature }, body)
}

func (s *shop) told(t testing.TB, m sandbox.Message) {
	t.Helper()
	paymenttest.Must(t, s.tells(m))
}

// about makes a message of a charge alone, as refunds and disputes are told.
func about(what payment.Happening, charge, object string, cents money.Minor) sandbox.Message {
	m := sandbox.Tell(what, uuid.Nil, money.Money{})
	m.Charge, m.Object, m.Amount, m.Currency = charge, object, cents, "EUR"
	return m
}

// stands is what the client owes, and has as credit, in cents.
func (s *shop) stands(t testing.TB) (outstanding, credit money.Minor) {
	t.Helper()
	found, err := s.Ledger.Balances(s.staff, []uuid.UUID{s.client})
	paymenttest.Must(t, err)
	for _, b := range found[s.client] {
		if b.Currency == "EUR" {
			return b.Balance.Outstanding, b.Balance.Credit
		}
	}
	return 0, 0
}

func (s *shop) now(t testing.TB, o *onlinepayment.OnlinePayment) *onlinepayment.OnlinePayment {
	t.Helper()
	again, err := s.online.Get(s.staff, o.ID)
	paymenttest.Must(t, err)
	return again
}

// notices are the kinds of what staff were told, in order.
func (s *shop) notices(t testing.TB) (kinds []string) {
	t.Helper()
	for _, n := range s.DB.Notice.Query().Order(ent.Asc("id")).AllX(s.staff) {
		kinds = append(kinds, string(n.Kind))
	}
	return kinds
}

func (s *shop) merge(t testing.TB, survivor, loser uuid.UUID) {
	t.Helper()
	merges := &merge.Service{DB: s.DB, Contacts: s.Contacts, Ledger: s.Ledger, AccessChanged: func(uuid.UUID) {}, Ended: func(viewer.Ended) {}}
	_, _, err := merges.Merge(s.staff, merge.Input{SurvivorID: survivor, SurvivorVersion: 1, LoserIDs: []uuid.UUID{loser}})
	paymenttest.Must(t, err)
}
