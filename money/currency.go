package money

import (
	"io"
	"strconv"

	"github.com/bojanz/currency"

	"github.com/kartela/kartela/fault"
)

// Currency is an ISO 4217 code, such as EUR. The zero value is no currency.
type Currency string

// ParseCurrency reads a code of ISO 4217's active list that has minor units, in capitals;
// metals, test codes and funds without minor units are not among them. Faults: INVALID.
func ParseCurrency(s string) (Currency, error) {
	if c := Currency(s); c.valid() {
		return c, nil
	}
	return "", fault.New(fault.Invalid, "", "%q is not an ISO 4217 currency code such as EUR.", clip(s))
}

// valid says whether the code is on the list. The list's own check
// takes the empty code for a valid one.
func (c Currency) valid() bool { return c != "" && currency.IsValid(string(c)) }

// Digits is the number of digits of the minor unit: 2 for EUR, 0 for JPY, 3 for KWD, 4 for
// CLF. It is 0 for what ParseCurrency refuses.
func (c Currency) Digits() int {
	digits, _ := currency.GetDigits(string(c))
	return int(digits)
}

// MarshalGQL writes the code as a JSON string, null for no currency.
func (c Currency) MarshalGQL(w io.Writer) {
	if c == "" {
		_, _ = io.WriteString(w, "null")
		return
	}
	_, _ = io.WriteString(w, strconv.Quote(string(c)))
}

// UnmarshalGQL reads a code. Faults: as ParseCurrency.
func (c *Currency) UnmarshalGQL(v any) error {
	s, ok := v.(string)
	if !ok {
		return fault.New(fault.Invalid, "", "A currency is text such as EUR.")
	}
	got, err := ParseCurrency(s)
	if err != nil {
		return err
	}
	*c = got
	return nil
}
