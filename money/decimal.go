package money

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/govalues/decimal"

	"github.com/kartela/kartela/fault"
)

// Decimal is an exact decimal number of at most 19 digits: a quantity, a price, a percent,
// a rate. The zero value is 0. Compare with Cmp or Equal, never with ==.
//
// A Decimal that was read, from whatever source, is canonical: it has no trailing zeros
// after the point and no minus before zero, so that equal numbers have equal texts. Only
// Money.Amount makes one that is padded to its currency's digits.
type Decimal struct{ d decimal.Decimal }

// maxDigits is what decimal.Decimal holds exactly. It rounds a longer fraction without
// saying so, which is why ParseDecimal counts.
const maxDigits = 19

// ParseDecimal reads a number such as "-12.50" that has at most maxFraction digits after
// the point, trailing zeros not counted. Leading zeros are allowed.
//
// Faults: INVALID, without a field, for anything else: a plus sign, an exponent, a point
// without digits on both sides, spaces, more than 19 digits in all, a longer fraction.
func ParseDecimal(s string, maxFraction int) (Decimal, error) {
	if !isPlain(s) {
		return Decimal{}, fault.New(fault.Invalid, "", "%q is not a decimal number of at most 19 digits, such as 12.50.", clip(s))
	}
	d, err := decimal.Parse(s)
	if err != nil {
		return Decimal{}, fmt.Errorf("money: parse a decimal: %w", err)
	}
	if d.MinScale() > maxFraction {
		return Decimal{}, fault.New(fault.Invalid, "", "%s has more than %d decimals.", s, maxFraction)
	}
	return Decimal{d.Trim(0)}, nil
}

// isPlain says whether s is digits with at most one minus before and one point within, 19
// digits at most.
func isPlain(s string) bool {
	s = strings.TrimPrefix(s, "-")
	whole, fraction, point := strings.Cut(s, ".")
	digits := len(whole) + len(fraction)
	return whole != "" && (fraction != "" || !point) && digits <= maxDigits && allDigits(whole) && allDigits(fraction)
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// MustDecimal is ParseDecimal for constants: it panics on what that refuses.
func MustDecimal(s string) Decimal {
	d, err := ParseDecimal(s, maxDigits)
	if err != nil {
		panic(err)
	}
	return d
}

// FromInt makes a whole number.
func FromInt(n int64) Decimal { return Decimal{decimal.MustNew(n, 0)} }

// FromScaled is n ÷ 10^places, for up to 19 places.
func FromScaled(n int64, places int) Decimal { return Decimal{decimal.MustNew(n, places)} }

// String is the plain form without an exponent: "12.5", "-0.05", "0".
func (d Decimal) String() string { return d.d.String() }

// Sign is -1, 0 or 1.
func (d Decimal) Sign() int { return d.d.Sign() }

// Neg is −d.
func (d Decimal) Neg() Decimal { return Decimal{d.d.Neg()} }

// Cmp compares values: -1 when d < e, 0 when equal, 1 when d > e.
func (d Decimal) Cmp(e Decimal) int { return d.d.Cmp(e.d) }

// Equal says whether the values are the same: 12.5 equals 12.50.
func (d Decimal) Equal(e Decimal) bool { return d.d.Equal(e.d) }

// Fits says whether the number needs at most so many digits after the point.
func (d Decimal) Fits(fraction int) bool { return d.d.MinScale() <= fraction }

// Scaled is the number times 10^places, for exact products of any size; false when that is
// not a whole number, which Fits(places) tells beforehand.
func (d Decimal) Scaled(places int) (*big.Int, bool) {
	if !d.Fits(places) {
		return nil, false
	}
	trimmed := d.d.Trim(0)
	n := new(big.Int).SetUint64(trimmed.Coef())
	if trimmed.IsNeg() {
		n.Neg(n)
	}
	return n.Mul(n, pow10(places-trimmed.Scale())), true
}

// pow10 is 10^n, not to be changed.
func pow10(n int) *big.Int {
	if n < len(powers) {
		return powers[n]
	}
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

var powers = func() (p [maxDigits + 1]*big.Int) {
	p[0] = big.NewInt(1)
	for i := range maxDigits {
		p[i+1] = new(big.Int).Mul(p[i], big.NewInt(10))
	}
	return p
}()

// MarshalJSON writes the number as text: a JSON number would lose digits in most readers.
func (d Decimal) MarshalJSON() ([]byte, error) { return strconv.AppendQuote(nil, d.String()), nil }

// UnmarshalJSON reads text, or a JSON number digit by digit; null changes nothing.
// Faults: as ParseDecimal.
func (d *Decimal) UnmarshalJSON(raw []byte) error {
	s := string(raw)
	if s == "null" {
		return nil
	}
	if strings.HasPrefix(s, `"`) {
		if err := json.Unmarshal(raw, &s); err != nil {
			return fmt.Errorf("money: read a decimal: %w", err)
		}
	}
	return d.parse(s)
}

// MarshalGQL writes the number as a JSON string.
func (d Decimal) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, `"`+d.String()+`"`) }

// UnmarshalGQL reads text, or a whole number. A number with a fraction that is not written
// as text has passed through a float and is refused. Faults: INVALID.
func (d *Decimal) UnmarshalGQL(v any) error {
	switch v := v.(type) {
	case string:
		return d.parse(v)
	case json.Number:
		return d.parse(v.String())
	case int64:
		*d = FromInt(v)
	case int:
		*d = FromInt(int64(v))
	default:
		return fault.New(fault.Invalid, "", `Write a decimal number as text, such as "12.50".`)
	}
	return nil
}

// Scan reads a decimal column: text from both databases. NULL is 0, the sum of no rows.
// A float is refused unless it is a whole number up to 2^53, because it may have lost digits.
func (d *Decimal) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = Decimal{}
	case int64:
		*d = FromInt(v)
	case string:
		return d.scan(v)
	case []byte:
		return d.scan(string(v))
	case float64:
		if v != math.Trunc(v) || math.Abs(v) > float64(MaxMinor) {
			return fmt.Errorf("money: the float %v is no exact decimal", v)
		}
		*d = FromInt(int64(v))
	default:
		return fmt.Errorf("money: cannot read a decimal from %T", src)
	}
	return nil
}

// scan hides the fault: what is wrong in a column is not the viewer's mistake.
func (d *Decimal) scan(s string) error {
	if err := d.parse(s); err != nil {
		return fmt.Errorf("money: %q in a decimal column", clip(s))
	}
	return nil
}

// parse sets d to what s says, and leaves it as it was on a fault.
func (d *Decimal) parse(s string) error {
	got, err := ParseDecimal(s, maxDigits)
	if err != nil {
		return err
	}
	*d = got
	return nil
}

// Value writes the decimal as text.
func (d Decimal) Value() (driver.Value, error) { return d.String(), nil }
