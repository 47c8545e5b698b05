package onlinepayment_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	entonline "github.com/kartela/kartela/ent/onlinepayment"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/internal/psp/sandbox"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/onlinepayment"
	"github.com/kartela/kartela/onlinepayment/banktransfer"
	"github.com/kartela/kartela/payment"
	"github.com/kartela/kartela/payment/paymenttest"
	"github.com/kartela/kartela/viewer"
)

func TestClicksAtOnceMakeOneCheckout(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		invoice := s.Issued(t, s.staff, s.client, "100").ID
		var mu sync.Mutex
		ids := map[uuid.UUID]bool{}
		var wait sync.WaitGroup
		for range 8 {
			wait.Go(func() {
				o, err := s.online.Pay(s.portal, onlinepayment.PayInput{DocumentID: &invoice, Provider: entonline.ProviderSandbox})
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				ids[o.ID] = true
				mu.Unlock()
			})
		}
		wait.Wait()
		if len(ids) != 1 {
			t.Errorf("%d checkouts", len(ids))
		}
	})
}

func TestWhatCannotBePaid(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		invoice, draft := s.Issued(t, s.staff, s.client, "100").ID, s.Draft(t, s.staff, s.client, "10").ID
		paid := s.Issued(t, s.staff, s.client, "5")
		s.Paid(t, s.staff, s.client, "5", paid)
		other := s.Client(t, s.staff, "Άλλος")
		euro, dollar := money.Currency("EUR"), money.Currency("USD")
		tests := map[string]struct {
			in   onlinepayment.PayInput
			want string
		}{
			"more than remains":      {onlinepayment.PayInput{DocumentID: &invoice, Amount: new(money.MustDecimal("100.01"))}, "INVALID amount"},
			"nothing":                {onlinepayment.PayInput{DocumentID: &invoice, Amount: new(money.MustDecimal("0"))}, "INVALID amount"},
			"a fraction of a cent":   {onlinepayment.PayInput{DocumentID: &invoice, Amount: new(money.MustDecimal("0.001"))}, "INVALID amount"},
			"another currency":       {onlinepayment.PayInput{DocumentID: &invoice, Currency: &dollar}, "INVALID currency"},
			"no currency":            {onlinepayment.PayInput{}, "INVALID currency"},
			"a draft":                {onlinepayment.PayInput{DocumentID: &draft}, "NOT_FOUND documentId"},
			"what is paid":           {onlinepayment.PayInput{DocumentID: &paid.ID}, "CONFLICT documentId"},
			"nothing owed":           {onlinepayment.PayInput{Currency: &dollar}, "CONFLICT currency"},
			"more than all":          {onlinepayment.PayInput{Currency: &euro, Amount: new(money.MustDecimal("101"))}, "INVALID amount"},
			"another's":              {onlinepayment.PayInput{ContactID: &other, Currency: &euro}, "NOT_FOUND contactId"},
			"by what is not offered": {onlinepayment.PayInput{DocumentID: &invoice, Provider: entonline.ProviderStripe}, "NOT_FOUND provider"},
		}
		for name, tt := range tests {
			t.Run(name, func(t *testing.T) {
				if tt.in.Provider == "" {
					tt.in.Provider = entonline.ProviderSandbox
				}
				_, err := s.online.Pay(s.portal, tt.in)
				if got := fault.From(err); err == nil || string(got.Code)+" "+got.Field != tt.want {
					t.Errorf("%v, not %s", err, tt.want)
				}
			})
		}
		if n := s.Count(t, "SELECT count(*) FROM online_payments"); n != 0 {
			t.Errorf("%d were begun", n)
		}
		if _, err := s.online.Pay(s.staff, onlinepayment.PayInput{DocumentID: &invoice, Provider: entonline.ProviderSandbox}); !fault.IsCode(err, fault.Forbidden) {
			t.Errorf("staff: %v", err)
		}
	})
}

// Everything that is owed is paid oldest first, and a checkout that nobody paid in time is shown
// as expired.
func TestPayingEverythingThatIsOwed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		s.Issued(t, s.staff, s.client, "100")
		s.Issued(t, s.staff, s.client, "50")
		o := s.pays(t, nil)
		if o.Amount() != money.New(15000, "EUR") {
			t.Error(o.Amount())
		}
		s.told(t, sandbox.Tell(payment.MoneyReceived, o.ID, o.Amount()))
		check(t, s, 0, 0, "payment_received")
		s.Issued(t, s.staff, s.client, "20")
		late := s.pays(t, nil)
		s.online.Now = func() time.Time { return paymenttest.Noon.Add(13 * time.Hour) }
		if got := s.now(t, late); got.Status() != entonline.StatusExpired || got.URL() != nil {
			t.Errorf("%v, %v", got.Status(), got.URL())
		}
		if again := s.pays(t, nil); again.ID == late.ID {
			t.Error("an expired checkout is given again")
		}
	})
}

func TestABankTransferIsConfirmedByStaff(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		invoice := s.Issued(t, s.staff, s.client, "100").ID
		o, err := s.online.Pay(s.portal, onlinepayment.PayInput{DocumentID: &invoice, Provider: entonline.ProviderBankTransfer})
		paymenttest.Must(t, err)
		how, err := o.Instructions(s.portal)
		paymenttest.Must(t, err)
		if how.Holder != "Δοκιμή ΑΕ" || !banktransfer.IsReference(how.Reference) || how.QR == "" || o.URL() != nil {
			t.Errorf("%+v", how)
		}
		s.Refused(t, s.portal, "FORBIDDEN", func() error {
			_, err := s.online.Confirm(s.portal, onlinepayment.ConfirmInput{ID: o.ID})
			return err
		})
		o, err = s.online.Confirm(s.staff, onlinepayment.ConfirmInput{ID: o.ID, Amount: new(money.MustDecimal("120"))})
		paymenttest.Must(t, err)
		check(t, s, 0, 2000)
		if o.Status() != entonline.StatusPaid {
			t.Error(o.Status())
		}
		s.Refused(t, s.staff, "CONFLICT id", func() error {
			_, err := s.online.Confirm(s.staff, onlinepayment.ConfirmInput{ID: o.ID})
			return err
		})
		byCard := s.Issued(t, s.staff, s.client, "10").ID
		card := s.pays(t, &byCard)
		s.Refused(t, s.staff, "CONFLICT id", func() error {
			_, err := s.online.Confirm(s.staff, onlinepayment.ConfirmInput{ID: card.ID})
			return err
		})
	})
}

// Money for a contact that was merged into another is the survivor's.
func TestMoneyFollowsAMerge(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		invoice := s.Issued(t, s.staff, s.client, "100").ID
		o := s.pays(t, &invoice)
		survivor := s.Client(t, s.staff, "Πελάτης Νέα ΑΕ")
		s.merge(t, survivor, s.client)
		s.told(t, sandbox.Tell(payment.MoneyReceived, o.ID, o.Amount()))
		s.client = survivor
		check(t, s, 0, 0, "payment_received")
	})
}

func TestSecretsOfProvidersAreWrittenAndNotRead(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		s.online.Providers[entonline.ProviderStripe] = s.online.Providers[entonline.ProviderSandbox]
		yes, key, webhook := true, "sk_test_0123456789", "whsec_0123456789"
		s.Refused(t, s.staff, "INVALID secretKey", func() error {
			_, err := s.online.Set(s.staff, onlinepayment.SetInput{Provider: entonline.ProviderStripe, Enabled: &yes, WebhookSecret: &webhook})
			return err
		})
		s.Refused(t, s.staff, "INVALID secretKey", func() error {
			_, err := s.online.Set(s.staff, onlinepayment.SetInput{Provider: entonline.ProviderStripe, SecretKey: new("pk_test_0123456789")})
			return err
		})
		got, err := s.online.Set(s.staff, onlinepayment.SetInput{Provider: entonline.ProviderStripe, Enabled: &yes, SecretKey: &key, WebhookSecret: &webhook})
		paymenttest.Must(t, err)
		if *got.SecretKeyHint != "…6789" || *got.WebhookSecretHint != "…6789" || !got.Enabled {
			t.Errorf("%+v", got)
		}
		if n := s.Count(t, "SELECT count(*) FROM audit_events WHERE CAST(after AS TEXT) LIKE '%0123456789%'"); n != 0 {
			t.Error("the history has a secret")
		}
		for _, role := range []viewer.Role{viewer.Accountant, viewer.Sales, viewer.ReadOnly, viewer.TimeKeeper} {
			ctx := dbtest.Member(t, s.staff, d, role)
			s.Refused(t, ctx, "FORBIDDEN", func() error { _, err := s.online.Settings(ctx); return err })
		}
		s.online.Secrets = nil
		s.Refused(t, s.staff, "CONFLICT secretKey", func() error {
			_, err := s.online.Set(s.staff, onlinepayment.SetInput{Provider: entonline.ProviderStripe, SecretKey: &key})
			return err
		})
	})
}

// busy is a provider that refuses a second request while it makes the first.
type busy struct {
	payment.Provider
	begin func() (*payment.Begun, error)
}

func (b busy) Begin(context.Context, payment.ProviderSettings, payment.Checkout) (*payment.Begun, error) {
	return b.begin()
}

func TestAProviderThatRefusesEndsTheTry(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		invoice := s.Issued(t, s.staff, s.client, "100").ID
		in := onlinepayment.PayInput{DocumentID: &invoice, Provider: entonline.ProviderSandbox}
		refuse := func() (*payment.Begun, error) { return nil, fault.New(fault.Conflict, "provider", "Not now.") }
		p := &busy{begin: refuse}
		s.online.Providers[entonline.ProviderSandbox] = p
		if _, err := s.online.Pay(s.portal, in); !fault.IsCode(err, fault.Conflict) {
			t.Errorf("%v", err)
		}
		if n := s.Count(t, "SELECT count(*) FROM online_payments WHERE status = 'failed'"); n != 1 {
			t.Errorf("%d have failed", n)
		}
		// Of two clicks, the second is refused after the first was made: both lead to the first.
		p.begin = func() (*payment.Begun, error) {
			p.begin = func() (*payment.Begun, error) {
				return &payment.Begun{ExternalID: "x", URL: "https://pay.test/x", ExpiresAt: paymenttest.Noon.Add(time.Hour)}, nil
			}
			first, err := s.online.Pay(s.portal, in)
			paymenttest.Must(t, err)
			if *first.URL() != "https://pay.test/x" {
				t.Error(*first.URL())
			}
			return refuse()
		}
		second, err := s.online.Pay(s.portal, in)
		paymenttest.Must(t, err)
		if second.URL() == nil || *second.URL() != "https://pay.test/x" || second.Status() != entonline.StatusOpen {
			t.Errorf("%v, %v", second.URL(), second.Status())
		}
	})
}
