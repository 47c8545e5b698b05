package pdf

import (
	"io"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/money"
)

// Statement is what is printed of a contact's statement.
type Statement struct {
	Language Language
	Logo     []byte // PNG or JPEG, nil for none
	From, To Party
	Begin    *day.Date // from the beginning when nil
	End      day.Date
	Tables   []Table // one per currency
}

// Table is a statement in one currency: closing = opening + charges − credits.
type Table struct {
	Currency money.Currency
	Opening  money.Money
	Lines    []Posting
	Charges  money.Money
	Credits  money.Money
	Closing  money.Money
}

// Posting is a line of a statement.
type Posting struct {
	Date      day.Date
	Kind      string // as the ledger names it: document, payment …
	Reference string
	Charge    *money.Money
	Credit    *money.Money
	Balance   money.Money
}

// WriteStatement draws a statement: a table per currency, whose heads stand on every page.
//
// It fails as WriteDocument does.
func WriteStatement(w io.Writer, s *Statement) error {
	t := textsIn(s.Language)
	p := newPaper(s.Language, t.statement+" "+printable(s.To.Name), printable(s.From.Name), "")
	period := t.begun + " – " + t.day(s.End)
	if s.Begin != nil {
		period = t.day(*s.Begin) + " – " + t.day(s.End)
	}
	if err := p.letterhead(s.Logo, s.From, t.statement, "", [][2]string{{t.period, period}}); err != nil {
		return err
	}
	p.parties(t.to, s.To, "")
	if len(s.Tables) == 0 {
		p.paragraph(margin, inner, t.nothing, 9, "", black)
	}
	for _, table := range s.Tables {
		p.postings(string(s.Language), &table)
	}
	return p.write(w)
}

// postings draws one table.
func (p *paper) postings(language string, table *Table) {
	t := p.t
	columns := []column{{t.date, 24, left}, {t.entry, 0, left}, {t.charge, 30, right}, {t.credit, 30, right}, {t.balance, 32, right}}
	columns[1].width = inner - 24 - 30 - 30 - 32 - 4*gap
	p.room(30)
	p.paragraph(margin, inner, string(table.Currency), 10, "B", black)
	p.y++
	p.heads(columns)
	p.onNewPage = func() { p.heads(columns) }
	p.row(columns, []string{"", t.opening, "", "", table.Opening.Format(language)}, "")
	for _, l := range table.Lines {
		name := t.postings[l.Kind]
		if name == "" {
			name = l.Kind
		}
		if l.Reference != "" {
			name += " " + l.Reference
		}
		p.row(columns, []string{t.day(l.Date), name, or(l.Charge, language), or(l.Credit, language), l.Balance.Format(language)}, "")
	}
	p.row(columns, []string{"", t.closing, table.Charges.Format(language), table.Credits.Format(language), table.Closing.Format(language)}, "B")
	p.onNewPage = nil
	p.y += 6
}

func or(m *money.Money, language string) string {
	if m == nil {
		return ""
	}
	return m.Format(language)
}
