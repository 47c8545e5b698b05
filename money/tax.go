package money

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kartela/kartela/fault"
)

// TaxKind says what a tax does to a document.
type TaxKind string

// The kinds of tax.
const (
	VAT         TaxKind = "vat"         // added to the total; at most one a line
	Withholding TaxKind = "withholding" // held back by the payer: taken off what is payable
	OtherTax    TaxKind = "other"       // added to the total, outside VAT (stamp duty, fees)
)

// Values lists the kinds, for the database's enumeration.
func (TaxKind) Values() []string {
	return []string{string(VAT), string(Withholding), string(OtherTax)}
}

// Tax is one tax of a line or of a document's allowance or charge. It is kept as JSON
// with the line it belongs to.
type Tax struct {
	Kind          TaxKind `json:"kind"`
	Name          string  `json:"name,omitempty"`
	Rate          Decimal `json:"rate"`                    // percent, 0 to 100, up to 6 decimals
	Fixed         Minor   `json:"fixed,omitempty"`         // an amount per line instead of a percent, minor units; not for VAT
	Category      string  `json:"category,omitempty"`      // EN 16931 VAT category code (BT-118/BT-151); "" = S, or Z at rate 0
	Informational bool    `json:"informational,omitempty"` // shown, but never part of the total

	// Amount is Fixed in units of a currency, as the API has it: see Fix and In. It is not kept.
	Amount *Decimal `json:"-"`
}

// Fix settles a fixed amount that was given in units of the currency.
//
// Faults: INVALID on fixed.
func (t *Tax) Fix(c Currency) error {
	if t.Amount == nil {
		return nil
	}
	fixed, err := ParseMinor(*t.Amount, c)
	if err != nil {
		return fault.New(fault.Invalid, "fixed", "%s", fault.From(err).Text)
	}
	t.Fixed, t.Amount = fixed, nil
	return nil
}

// In is the tax with its fixed amount in units of the currency.
func (t Tax) In(c Currency) *Tax {
	if t.Fixed != 0 {
		amount := New(t.Fixed, c).Amount()
		t.Amount = &amount
	}
	return &t
}

// vatCategories are the codes of UNTDID 5305 that EN 16931 uses for VAT (BT-151).
var vatCategories = map[string]bool{"S": true, "Z": true, "E": true, "AE": true, "K": true, "G": true, "O": true}

var hundred = FromInt(100)

// Normalize fills in what a tax leaves out (VAT; category S, or Z at rate 0; no category
// for other kinds) and checks it. Normalizing twice changes nothing more.
//
// Faults: INVALID for kind, name, rate, fixed or category, all that are wrong.
func (t *Tax) Normalize() error {
	if t.Kind == "" {
		t.Kind = VAT
	}
	t.Name = strings.TrimSpace(t.Name)
	t.Rate = Decimal{t.Rate.d.Trim(0)}
	var bad fault.List
	if !slices.Contains(t.Kind.Values(), string(t.Kind)) {
		bad = append(bad, fault.New(fault.Invalid, "kind", "One of vat, withholding, other."))
	}
	if utf8.RuneCountInString(t.Name) > 100 {
		bad = append(bad, fault.New(fault.Invalid, "name", "At most 100 characters."))
	}
	bad = append(bad, t.checkSize()...)
	if t.Kind == VAT {
		return append(bad, t.normalizeCategory()...).Err()
	}
	t.Category = ""
	return bad.Err()
}

func (t *Tax) checkSize() (bad fault.List) {
	if t.Rate.Sign() < 0 || t.Rate.Cmp(hundred) > 0 {
		bad = append(bad, fault.New(fault.Invalid, "rate", "A tax is from 0 to 100 percent."))
	}
	if !t.Rate.Fits(6) {
		bad = append(bad, fault.New(fault.Invalid, "rate", "A tax has at most 6 decimals."))
	}
	switch {
	case t.Amount != nil:
		bad = append(bad, fault.New(fault.Invalid, "fixed", "A fixed amount needs a currency: here a tax is a percent."))
	case t.Fixed == 0:
	case t.Kind == VAT:
		bad = append(bad, fault.New(fault.Invalid, "fixed", "VAT is a percent, never a fixed amount."))
	case t.Rate.Sign() != 0:
		bad = append(bad, fault.New(fault.Invalid, "fixed", "Give a percent or a fixed amount, not both."))
	case !t.Fixed.InBounds():
		bad = append(bad, fault.New(fault.Invalid, "fixed", "The amount is beyond ±2^53 minor units."))
	}
	return bad
}

func (t *Tax) normalizeCategory() (bad fault.List) {
	if t.Category == "" {
		t.Category = "S"
		if t.Rate.Sign() == 0 {
			t.Category = "Z"
		}
	}
	switch {
	case !vatCategories[t.Category]:
		bad = append(bad, fault.New(fault.Invalid, "category", "One of EN 16931's VAT categories S, Z, E, AE, K, G, O."))
	case t.Category != "S" && t.Rate.Sign() != 0:
		bad = append(bad, fault.New(fault.Invalid, "category", "Only category S has a rate above 0."))
	case t.Category == "S" && t.Rate.Sign() == 0:
		bad = append(bad, fault.New(fault.Invalid, "rate", "Category S has a rate above 0."))
	}
	return bad
}
