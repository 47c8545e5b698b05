package pdf

import (
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/money"
)

// Words are those of a statement in one language, for whoever writes one in another form.
type Words struct {
	Statement, Period, Begun, Date, Entry, Reference string
	Charge, Credit, Balance, Opening, Closing        string
	t                                                *texts
}

// WordsIn gives the words; those of English for a language that is not known.
func WordsIn(l Language) Words {
	t := textsIn(l)
	return Words{Statement: t.statement, Period: t.period, Begun: t.begun, Date: t.date, Entry: t.entry, Reference: t.reference,
		Charge: t.charge, Credit: t.credit, Balance: t.balance, Opening: t.opening, Closing: t.closing, t: t}
}

// Posting names a kind of entry of the ledger.
func (w Words) Posting(kind string) string { return w.t.postings[kind] }

// Number is a decimal as it is written, without the zeros at its end.
func (w Words) Number(d money.Decimal) string { return w.t.number(d, 0) }

// Day is a date as it is written.
func (w Words) Day(d day.Date) string { return w.t.day(d) }
