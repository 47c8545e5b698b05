package onlinepayment_test

import (
	"fmt"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/internal/psp/sandbox"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/payment"
)

// Whatever a provider tells, doubled and in any order: once all of it was told, what the books
// say came in less what went back is what the provider says, and the ledger adds up.
func TestWhatIsBookedIsWhatTheProviderHolds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		rapid.Check(t, func(rt *rapid.T) {
			before := s.net(t)
			var owed, holds money.Minor
			var messages []sandbox.Message
			for range rapid.IntRange(1, 3).Draw(rt, "invoices") {
				cents := money.Minor(rapid.IntRange(1, 9).Draw(rt, "hundreds") * 100)
				invoice := s.Issued(t, s.staff, s.client, money.New(cents, "EUR").Amount().String()).ID
				owed += cents
				told, kept := charges(rt, s.pays(t, &invoice).ID, cents)
				messages, holds = append(messages, told...), holds+kept
			}
			for _, m := range rapid.Permutation(messages).Draw(rt, "order") {
				for range rapid.IntRange(1, 2).Draw(rt, "times") {
					s.told(t, m)
				}
			}
			if got := s.net(t) - before; got != owed-holds {
				rt.Fatalf("the client owes %d more, %d were invoiced and the provider holds %d", got, owed, holds)
			}
		})
		s.Verified(t)
	})
}

// charges are what a provider tells of one checkout, and how much of it the business has in the
// end.
func charges(rt *rapid.T, id uuid.UUID, asked money.Minor) (told []sandbox.Message, holds money.Minor) {
	for range rapid.IntRange(0, 2).Draw(rt, "charges") {
		amount := asked
		if rapid.Bool().Draw(rt, "another amount") {
			amount += 100
		}
		paid := sandbox.Tell(payment.MoneyReceived, id, money.New(amount, "EUR"))
		told, holds = append(told, paid), holds+amount
		for i, left := 0, amount; left > 0 && i < rapid.IntRange(0, 3).Draw(rt, "backs"); i++ {
			part := money.Minor(rapid.Int64Range(1, int64(left)).Draw(rt, "part"))
			object := fmt.Sprintf("o%d", i)
			ends := rapid.SampledFrom([][]payment.Happening{
				{payment.MoneyRefunded}, {payment.MoneyRefunded, payment.RefundFailed},
				{payment.DisputeOpened}, {payment.DisputeOpened, payment.DisputeLost}, {payment.DisputeOpened, payment.DisputeWon},
			}).Draw(rt, "what")
			for _, what := range ends {
				m := about(what, paid.Charge, object, part)
				if rapid.Bool().Draw(rt, "by our id") {
					m.OnlinePayment = id
				}
				told = append(told, m)
			}
			if last := ends[len(ends)-1]; last != payment.RefundFailed && last != payment.DisputeWon {
				left, holds = left-part, holds-part
			}
		}
	}
	if rapid.Bool().Draw(rt, "expires") {
		told = append(told, sandbox.Tell(payment.CheckoutExpired, id, money.Money{}))
	}
	return told, holds
}

func (s *shop) net(t testing.TB) money.Minor {
	o, c := s.stands(t)
	return o - c
}
