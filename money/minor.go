package money

import (
	"math/big"

	"github.com/kartela/kartela/fault"
)

// Minor is an amount in the minor units of its currency: 1250 is 12.50 in EUR. Its size is
// at most MaxMinor, so that it is exact in a client's JSON number as well.
type Minor int64

// MaxMinor is the largest amount, and -MaxMinor the smallest: 2^53 minor units.
const MaxMinor Minor = 1 << 53

// InBounds says whether the amount is from -MaxMinor to MaxMinor.
func (m Minor) InBounds() bool { return m >= -MaxMinor && m <= MaxMinor }

// Plus is m + n. Faults: INVALID when m, n or the sum is out of bounds. It is not named Add,
// which ent would call where a column is raised.
func (m Minor) Plus(n Minor) (Minor, error) { return Sum(m, n) }

// Minus is m − n. Faults: INVALID when m, n or the difference is out of bounds.
func (m Minor) Minus(n Minor) (Minor, error) {
	return Sum(m, -n) // −n is out of bounds when n is, even the one that is its own negative
}

// Neg is −m. Faults: INVALID when m is out of bounds.
func (m Minor) Neg() (Minor, error) { return Minor(0).Minus(m) }

// Sum adds amounts, 0 for none. Faults: INVALID when an amount or a step of the sum is out
// of bounds. Two amounts in bounds never overflow 64 bits.
func Sum(amounts ...Minor) (Minor, error) {
	var sum Minor
	for _, a := range amounts {
		if sum += a; !a.InBounds() || !sum.InBounds() {
			return 0, tooLarge()
		}
	}
	return sum, nil
}

// Round is numerator ÷ denominator in whole minor units, half away from zero (EN 16931:
// 0.5 → 1, −0.5 → −1). The denominator is positive; neither argument is changed.
//
// Faults: INVALID when the result is out of bounds.
func Round(numerator, denominator *big.Int) (Minor, error) {
	// ⌊(2|n| + d) ÷ 2d⌋ rounds the size half up; the sign comes back afterwards.
	double := new(big.Int).Lsh(denominator, 1)
	size := new(big.Int).Abs(numerator)
	size.Lsh(size, 1).Add(size, denominator).Quo(size, double)
	if !size.IsInt64() || !Minor(size.Int64()).InBounds() {
		return 0, tooLarge()
	}
	if numerator.Sign() < 0 {
		return -Minor(size.Int64()), nil
	}
	return Minor(size.Int64()), nil
}

func tooLarge() error {
	return fault.New(fault.Invalid, "", "The amount is beyond ±2^53 minor units.")
}
