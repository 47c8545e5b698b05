package onlinepayment_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/document"
	entonline "github.com/kartela/kartela/ent/onlinepayment"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/internal/psp/sandbox"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/onlinepayment"
	"github.com/kartela/kartela/payment"
	"github.com/kartela/kartela/payment/paymenttest"
	"github.com/kartela/kartela/viewer"
)

func check(t *testing.T, s *shop, outstanding, credit money.Minor, notices ...string) {
	t.Helper()
	o, c := s.stands(t)
	if o != outstanding || c != credit {
		t.Errorf("outstanding %d, credit %d, not %d and %d", o, c, outstanding, credit)
	}
	if diff := cmp.Diff(notices, s.notices(t)); diff != "" {
		t.Errorf("staff are told (-want +got):\n%s", diff)
	}
	s.Verified(t)
}

func TestAMessageThatIsConfirmedPaysTheInvoice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		invoice := s.Issued(t, s.staff, s.client, "100").ID
		o := s.pays(t, &invoice)
		if o.Status() != entonline.StatusOpen || o.URL() == nil {
			t.Fatalf("%v, %v", o.Status(), o.URL())
		}
		check(t, s, 10000, 0) // asking books nothing
		paid := sandbox.Tell(payment.MoneyReceived, o.ID, o.Amount())
		s.told(t, paid)
		s.told(t, paid) // the same message again
		check(t, s, 0, 0, "payment_received")
		again := paid
		again.ID = "evt_other" // another message of the same charge
		s.told(t, again)
		check(t, s, 0, 0, "payment_received")
		o = s.now(t, o)
		if p, err := o.Payment(s.staff); err != nil || o.Status() != entonline.StatusPaid || p.Payment.Amount != 10000 || p.Reference != o.Reference || p.Method != "online" {
			t.Errorf("%v: %+v, %v", o.Status(), p, err)
		}
		// Nothing that comes later takes that away.
		s.told(t, sandbox.Tell(payment.CheckoutExpired, o.ID, o.Amount()))
		if got := s.now(t, o).Status(); got != entonline.StatusPaid {
			t.Error(got)
		}
	})
}

func TestMoneyThatDoesNotFitIsKeptAsCreditAndTold(t *testing.T) {
	tests := map[string]struct {
		before     func(*testing.T, *shop, *onlinepayment.OnlinePayment)
		message    func(m *sandbox.Message)
		owed, left money.Minor
		told       []string
	}{
		"another amount":   {message: func(m *sandbox.Message) { m.Amount = 4000 }, owed: 10000, left: 4000, told: []string{"payment_problem"}},
		"more than asked":  {message: func(m *sandbox.Message) { m.Amount = 15000 }, owed: 10000, left: 15000, told: []string{"payment_problem"}},
		"another currency": {message: func(m *sandbox.Message) { m.Currency = "USD" }, owed: 10000, told: []string{"payment_problem"}},
		"paid twice": {before: func(t *testing.T, s *shop, o *onlinepayment.OnlinePayment) {
			s.told(t, sandbox.Tell(payment.MoneyReceived, o.ID, o.Amount()))
		}, left: 10000, told: []string{"payment_received", "payment_problem"}},
		"paid by hand meanwhile": {before: func(t *testing.T, s *shop, o *onlinepayment.OnlinePayment) {
			_, err := s.Payments.Record(s.staff, payment.RecordInput{ContactID: s.client, Amount: money.MustDecimal("100"), OldestFirst: true})
			paymenttest.Must(t, err)
		}, left: 10000, told: []string{"payment_problem"}},
		"void meanwhile": {before: func(t *testing.T, s *shop, o *onlinepayment.OnlinePayment) {
			_, err := s.Documents.Void(s.staff, document.IDInput{ID: *o.DocumentID})
			paymenttest.Must(t, err)
		}, left: 10000, told: []string{"payment_problem"}},
		"after it expired": {before: func(t *testing.T, s *shop, o *onlinepayment.OnlinePayment) {
			s.told(t, sandbox.Tell(payment.CheckoutExpired, o.ID, o.Amount()))
		}, told: []string{"payment_received"}},
		"of an archived contact": {before: func(t *testing.T, s *shop, _ *onlinepayment.OnlinePayment) {
			_, err := s.Contacts.Archive(s.staff, contact.IDInput{ID: s.client})
			paymenttest.Must(t, err)
		}, told: []string{"payment_problem"}},
		"on a closed day": {before: func(t *testing.T, s *shop, _ *onlinepayment.OnlinePayment) {
			s.Exec(t, "UPDATE organizations SET closing_date = '2026-06-20' WHERE id = "+s.quoted())
		}, told: []string{"payment_problem"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				s := open(t, d)
				invoice := s.Issued(t, s.staff, s.client, "100").ID
				o := s.pays(t, &invoice)
				if tt.before != nil {
					tt.before(t, s, o)
				}
				m := sandbox.Tell(payment.MoneyReceived, o.ID, o.Amount())
				if tt.message != nil {
					tt.message(&m)
				}
				s.told(t, m)
				s.told(t, m)
				check(t, s, tt.owed, tt.left, tt.told...)
				if n := s.Count(t, "SELECT count(*) FROM payments WHERE reference = '"+o.Reference+"'"); n != 1 && name != "paid twice" || n > 2 {
					t.Errorf("%d payments", n)
				}
			})
		})
	}
}

func (s *shop) quoted() string { return "'" + viewer.From(s.staff).Organization.String() + "'" }

// A second charge of one checkout settles nothing more, even where something remains.
func TestASecondChargeOfAPartIsCredit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		invoice := s.Issued(t, s.staff, s.client, "100").ID
		o, err := s.online.Pay(s.portal, onlinepayment.PayInput{DocumentID: &invoice, Amount: new(money.MustDecimal("40")), Provider: entonline.ProviderSandbox})
		paymenttest.Must(t, err)
		for range 2 {
			s.told(t, sandbox.Tell(payment.MoneyReceived, o.ID, o.Amount()))
		}
		check(t, s, 6000, 4000, "payment_received", "payment_problem")
	})
}

// Of eight messages at once, the same and others of the same charge, one books.
func TestMessagesAtOnceAreBookedOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		invoice := s.Issued(t, s.staff, s.client, "100").ID
		o := s.pays(t, &invoice)
		m := sandbox.Tell(payment.MoneyReceived, o.ID, o.Amount())
		var wait sync.WaitGroup
		for i := range 8 {
			wait.Go(func() {
				one := m
				if i%2 == 1 {
					one.ID = uuid.NewString()
				}
				if err := s.tells(one); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		check(t, s, 0, 0, "payment_received")
	})
}

func TestRefundsAndDisputesComeBackAsEntries(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		invoice := s.Issued(t, s.staff, s.client, "100").ID
		o := s.pays(t, &invoice)
		paid := sandbox.Tell(payment.MoneyReceived, o.ID, o.Amount())
		s.told(t, paid)
		s.told(t, about(payment.MoneyRefunded, paid.Charge, "re_1", 3000))
		check(t, s, 3000, 0, "payment_received", "refund")
		s.told(t, about(payment.RefundFailed, paid.Charge, "re_1", 3000))
		s.told(t, about(payment.RefundFailed, paid.Charge, "re_1", 3000))
		check(t, s, 0, 0, "payment_received", "refund", "refund")
		s.told(t, about(payment.DisputeInquiry, paid.Charge, "dp_0", 10000))
		s.told(t, about(payment.DisputeOpened, paid.Charge, "dp_1", 7000))
		check(t, s, 7000, 0, "payment_received", "refund", "refund", "dispute", "dispute")
		s.told(t, about(payment.DisputeWon, paid.Charge, "dp_1", 7000))
		check(t, s, 0, 0, "payment_received", "refund", "refund", "dispute", "dispute", "dispute")
	})
}

// In whatever order it is told: what went and came back, and what goes of money that came back.
func TestDisorderedRefundsAndDisputes(t *testing.T) {
	type told struct {
		what   payment.Happening // "" for the charge itself
		object string
		cents  money.Minor
		ours   bool // told by our id
	}
	charge := told{}
	tests := map[string]struct {
		told []told
		owed money.Minor
	}{
		"before its charge":                  {[]told{{payment.MoneyRefunded, "a", 3000, false}, charge}, 3000},
		"before its charge, by our id":       {[]told{{payment.MoneyRefunded, "a", 3000, true}, charge}, 3000},
		"both ends before the charge":        {[]told{{payment.DisputeOpened, "a", 3000, false}, {payment.DisputeWon, "a", 3000, false}, charge}, 0},
		"both ends before, by our id":        {[]told{{payment.DisputeOpened, "a", 3000, true}, {payment.DisputeWon, "a", 3000, true}, charge}, 0},
		"the end, the charge, the beginning": {[]told{{payment.RefundFailed, "a", 3000, false}, charge, {payment.MoneyRefunded, "a", 3000, false}}, 0},
		"the end before the beginning":       {[]told{charge, {payment.RefundFailed, "a", 3000, false}, {payment.MoneyRefunded, "a", 3000, false}}, 0},
		"lost, and opened later":             {[]told{charge, {payment.DisputeLost, "a", 3000, false}, {payment.DisputeOpened, "a", 3000, false}}, 3000},
		"of what came back": {[]told{charge, {payment.DisputeOpened, "a", 6000, false}, {payment.DisputeWon, "a", 6000, false},
			{payment.MoneyRefunded, "b", 7000, false}}, 7000},
		"of what comes back later": {[]told{charge, {payment.DisputeOpened, "a", 6000, false}, {payment.MoneyRefunded, "b", 7000, false},
			{payment.DisputeWon, "a", 6000, false}}, 7000},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				s := open(t, d)
				invoice := s.Issued(t, s.staff, s.client, "100").ID
				o := s.pays(t, &invoice)
				paid := sandbox.Tell(payment.MoneyReceived, o.ID, o.Amount())
				for _, m := range tt.told {
					one := paid
					if m.what != "" {
						one = about(m.what, paid.Charge, m.object, m.cents)
					}
					if m.ours {
						one.OnlinePayment = o.ID
					}
					s.told(t, one)
				}
				owed, credit := s.stands(t)
				if owed-credit != tt.owed {
					t.Errorf("the client owes %d and has %d, not %d", owed, credit, tt.owed)
				}
				s.Verified(t)
			})
		})
	}
}

// What staff gave back by hand is not given back once more: that is told instead.
func TestARefundOfWhatIsGoneIsTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		invoice := s.Issued(t, s.staff, s.client, "100").ID
		o := s.pays(t, &invoice)
		paid := sandbox.Tell(payment.MoneyReceived, o.ID, o.Amount())
		s.told(t, paid)
		_, err := s.Payments.Void(s.staff, payment.VoidInput{ID: *s.now(t, o).PaymentID})
		paymenttest.Must(t, err)
		s.told(t, about(payment.MoneyRefunded, paid.Charge, "re_1", 3000))
		check(t, s, 10000, 0, "payment_received", "payment_problem")
	})
}

func TestAMessageThatIsNotSignedRightlyChangesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		invoice := s.Issued(t, s.staff, s.client, "100").ID
		o := s.pays(t, &invoice)
		body, signature, err := sandbox.Signed(sandbox.Tell(payment.MoneyReceived, o.ID, o.Amount()), s.secret, paymenttest.Noon)
		paymenttest.Must(t, err)
		_, old, err := sandbox.Signed(sandbox.Message{}, s.secret, paymenttest.Noon.Add(-6*time.Minute))
		paymenttest.Must(t, err)
		other := dbtest.Tenant(t, d, viewer.Owner)
		own := viewer.From(s.staff).Organization
		tests := map[string]struct {
			organization uuid.UUID
			signature    string
			body         []byte
			code         fault.Code
		}{
			"none":                 {own, "", body, fault.Invalid},
			"another body's":       {own, signature, append([]byte(" "), body...), fault.Invalid},
			"an old one":           {own, old, body, fault.Invalid},
			"another organization": {viewer.From(other).Organization, signature, body, fault.NotFound},
			"no organization":      {uuid.New(), signature, body, fault.NotFound},
		}
		for name, tt := range tests {
			err := s.online.Receive(context.Background(), entonline.ProviderSandbox, tt.organization, func(string) string { return tt.signature }, tt.body)
			if !fault.IsCode(err, tt.code) {
				t.Errorf("%s: %v", name, err)
			}
		}
		check(t, s, 10000, 0)
	})
}
