package payment

import (
	"context"
	"fmt"
	"math/big"

	"github.com/google/uuid"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/ledgerentry"
	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/money"
)

// dates are the days that an entry made now may have.
type dates struct {
	today  day.Date
	closed day.Date // the closing date; "" for none
}

// on is the day of an entry about something of that day: it, or today when it is closed.
func (d dates) on(when day.Date) day.Date {
	if d.closed != "" && when <= d.closed {
		return max(d.today, when)
	}
	return when
}

// exchange are the changes by which a part of a payment settles a document of another
// currency: the payment's account has less credit, the document's less to be paid, and an
// entry in each says so. The entry in the document's currency keeps the gain or loss.
func exchange(of source, p part, org *ent.Organization, d dates) ([]ledger.Change, error) {
	gain, err := difference(of, p, org.BaseCurrency)
	if err != nil {
		return nil, err
	}
	on := d.on(max(of.payment.Date, p.document.Date))
	entry := func(amount, difference money.Minor) *ledger.Posting {
		return &ledger.Posting{Kind: ledgerentry.KindExchangeDifference, Amount: amount, Date: on, Difference: difference,
			PaymentID: &of.payment.ID, DocumentID: &p.document.ID}
	}
	return []ledger.Change{
		{Account: of.account(of.currency), Credit: -p.taken, Posting: entry(p.taken, 0)},
		{Account: of.account(p.document.Currency), Outstanding: -p.amount, Posting: entry(-p.amount, gain)},
	}, nil
}

// difference is what a part gains (+) or loses (-) in the base currency, each side at its own
// rate: of a client we get what it takes for what it settles, to a supplier the other way
// round.
func difference(of source, p part, base money.Currency) (money.Minor, error) {
	paid, err := inBase(p.taken, of.currency, of.payment.ExchangeRate, base)
	if err != nil {
		return 0, err
	}
	owed, err := inBase(p.amount, p.document.Currency, p.document.ExchangeRate, base)
	if err != nil {
		return 0, err
	}
	if of.side == entpayment.SideSupplier {
		return owed.Minus(paid)
	}
	return paid.Minus(owed)
}

// inBase is an amount at a rate, rounded to the minor unit of the base currency.
//
// Faults: INVALID when it is beyond what an amount can be.
func inBase(amount money.Minor, from money.Currency, rate money.Decimal, base money.Currency) (money.Minor, error) {
	scaled, ok := rate.Scaled(rateDigits)
	if !ok {
		return 0, fmt.Errorf("payment: an exchange rate of more than %d decimals: %s", rateDigits, rate)
	}
	numerator := new(big.Int).Mul(big.NewInt(int64(amount)), scaled)
	return money.Round(numerator.Mul(numerator, power(base.Digits())), power(rateDigits+from.Digits()))
}

const rateDigits = 6

func power(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// exchangedBack are the changes that take the exchange differences of a payment on documents
// back, all that stand.
func exchangedBack(ctx context.Context, tx *ent.Tx, row *ent.Payment, documents []uuid.UUID, d dates) ([]ledger.Change, error) {
	entries, err := ledger.Exchanged(ctx, tx, row.ID, documents)
	if err != nil {
		return nil, err
	}
	of := sourceOf(row)
	out := make([]ledger.Change, len(entries))
	for i, e := range entries {
		c := ledger.Change{Account: of.account(e.Currency), Posting: &ledger.Posting{Kind: e.Kind, Amount: -e.Amount, Date: d.on(e.Date),
			Difference: -e.Difference, PaymentID: e.PaymentID, DocumentID: e.DocumentID, Reverses: &e.ID}}
		if e.Currency == row.Currency {
			c.Credit = e.Amount
		} else {
			c.Outstanding = -e.Amount
		}
		out[i] = c
	}
	return out, nil
}
