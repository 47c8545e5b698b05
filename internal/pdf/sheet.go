// Package pdf draws documents and statements for print: A4, in the languages of documents,
// with a font that has Greek and Cyrillic. It computes nothing: what it is given is what is
// printed.
package pdf

import (
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/money"
)

// Language is one of en, el, de, fr, it, es, bg; any other is printed in English.
type Language string

// Party is who sells or buys. Address has one line of print per line; what is empty is left
// out.
type Party struct {
	Name       string
	Profession string
	VATNumber  string
	TaxOffice  string
	Address    string
	Email      string
	Phone      string
}

// Kind is the type of a document.
type Kind string

// The types.
const (
	Invoice        Kind = "invoice"
	CreditNote     Kind = "credit_note"
	Estimate       Kind = "estimate"
	Bill           Kind = "bill"
	SupplierCredit Kind = "supplier_credit"
	Expense        Kind = "expense"
)

// Mark is what is written across every page of a document that is not in force.
type Mark string

// The marks.
const (
	NoMark Mark = ""
	Draft  Mark = "draft"
	Void   Mark = "void"
)

// MarkOf is the mark of a state: one that is in force has none.
func MarkOf(state string) Mark {
	if m := Mark(state); m == Draft || m == Void {
		return m
	}
	return NoMark
}

// Document is what is printed of one.
type Document struct {
	Language  Language
	Kind      Kind
	Mark      Mark
	Number    string // "" for a draft
	Logo      []byte // PNG or JPEG, nil for none
	From, To  Party
	ShipTo    string
	Date      day.Date
	DueDate   day.Date // of an estimate: its last day
	Reference string
	Currency  money.Currency
	Inclusive bool // unit prices include VAT
	Lines     []Line
	Extras    []Extra // allowances and charges of the whole document
	Net       money.Money
	Taxes     []Tax // in the order of print
	Total     money.Money
	Withheld  money.Money
	Payable   money.Money
	Settled   money.Money
	Remaining money.Money
	Notes     string
	Terms     string
}

// Line is a line of a document.
type Line struct {
	Title    string
	Quantity money.Decimal
	Unit     string
	Price    money.Decimal
	Discount string // "10 %", or an amount; "" for none
	Taxes    string // "24 %"
	Net      money.Money
}

// Extra is an allowance, whose amount is negative, or a charge.
type Extra struct {
	Title  string
	Amount money.Money
}

// Tax is a group of taxes. Amount is negative for what is withheld.
type Tax struct {
	Name          string // "" for VAT with no name of its own
	Rate          money.Decimal
	Fixed         money.Money // for each line, instead of a rate
	Withholding   bool
	Informational bool
	Base          money.Money
	Amount        money.Money
}
