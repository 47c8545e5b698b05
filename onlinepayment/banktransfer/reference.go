package banktransfer

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/kartela/kartela/fold"
	"github.com/kartela/kartela/money"
)

// NewReference makes a random creditor reference of ISO 11649: RF, two check digits, and sixteen
// digits. Digits alone, so that one that is mistyped is always found.
func NewReference() string {
	raw := make([]byte, 16)
	for i := range raw {
		raw[i] = '0' + byte(rand.N(10)) //nolint:gosec // unique, not secret
	}
	body := string(raw)
	return fmt.Sprintf("RF%02d%s", 98-mod97(body+"RF00"), body)
}

// IsReference says whether a text is a creditor reference whose check digits are right.
func IsReference(s string) bool {
	s = strings.ToUpper(strings.Join(strings.Fields(s), ""))
	return len(s) >= 5 && len(s) <= 25 && strings.HasPrefix(s, "RF") && alphanumeric(s) && mod97(s[4:]+s[:4]) == 1
}

// Grouped is an account number or reference in groups of four, as people read it.
func Grouped(s string) string {
	var b strings.Builder
	for i, r := range s {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Transfer is one credit transfer to be made.
type Transfer struct {
	Holder    string // 70 characters at most
	IBAN, BIC string // BIC may be ""
	Amount    money.Money
	Reference string // of ISO 11649
}

// QR is what the code of a SEPA credit transfer says, as EPC069-12 has it (version 002, UTF-8);
// a name of over 70 characters is cut; "" for a transfer that it cannot tell: it is in euros, of 0.01 to 999,999,999.99.
func (t Transfer) QR() string {
	if t.Amount.Currency != "EUR" || t.Amount.Minor < 1 || t.Amount.Minor > 99_999_999_999 || t.IBAN == "" {
		return ""
	}
	return strings.Join([]string{"BCD", "002", "1", "SCT", t.BIC, fold.Clip(t.Holder, 70), t.IBAN, "EUR" + t.Amount.Amount().String(), "", t.Reference}, "\n")
}
