package project

import (
	"fmt"
	"math/big"

	entproject "github.com/kartela/kartela/ent/project"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/money"
)

const (
	quantityScale = 10_000  // of a quantity's 4 decimals
	priceScale    = 100_000 // of a price's 5 decimals
	secondsAnHour = 3_600
)

// Hours are seconds as a line of an invoice has them: hours with 4 decimals, half away from
// zero. What is billed together is added up before it is rounded: three times 20 minutes are
// one hour.
func Hours(seconds int64) money.Decimal {
	n, err := money.Round(new(big.Int).Mul(big.NewInt(seconds), big.NewInt(quantityScale)), big.NewInt(secondsAnHour))
	if err != nil { // more than 10^7 years
		return money.Decimal{}
	}
	return money.MustDecimal(fmt.Sprintf("%d.%04d", int64(n)/quantityScale, int64(n)%quantityScale))
}

// worth is quantity × price in minor units, rounded once, half away from zero: as a line of an
// invoice comes to.
//
// Faults: INVALID without a field when it is too large.
func worth(quantity, price money.Decimal, c money.Currency) (money.Minor, error) {
	q, fits := quantity.Scaled(4 + c.Digits())
	p, fitting := price.Scaled(5)
	if !fits || !fitting {
		return 0, fault.New(fault.Invalid, "", "A quantity has at most 4 decimals, a price at most 5.")
	}
	return money.Round(q.Mul(q, p), big.NewInt(quantityScale*priceScale))
}

// rates are what an hour may be worth, the most particular first.
type rates struct {
	project      money.Decimal
	task, member *money.Decimal
}

// of is the price of an hour of a project that is billed so; 0 when its time is not billed by
// the hour.
func (r rates) of(b entproject.Billing) money.Decimal {
	switch {
	case !hourly(b):
		return money.Decimal{}
	case b == entproject.BillingTaskRate && r.task != nil:
		return *r.task
	case b == entproject.BillingMemberRate && r.member != nil:
		return *r.member
	}
	return r.project
}

// shares splits an amount over parts in proportion, so that they add up to it: each gets what
// all up to it come to, rounded, less what those before got.
func shares(amount money.Minor, parts []int64) []money.Minor {
	var all int64
	for _, p := range parts {
		all += p
	}
	out := make([]money.Minor, len(parts))
	var sum int64
	var given money.Minor
	for i, p := range parts {
		sum += p
		upTo := amount
		if sum < all {
			n := new(big.Int).Mul(big.NewInt(int64(amount)), big.NewInt(sum))
			upTo, _ = money.Round(n, big.NewInt(all)) // no larger than the amount
		}
		out[i], given = upTo-given, upTo
	}
	return out
}
