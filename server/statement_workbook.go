package main

import (
	"bytes"
	"cmp"
	"context"
	"net/http"
	"strconv"

	"github.com/kartela/kartela/contact/exports"
	"github.com/kartela/kartela/internal/pdf"
	"github.com/kartela/kartela/internal/sheet"
	"github.com/kartela/kartela/statement"
)

// statementWorkbook answers GET /contacts/{id}/statement/xlsx: the statement of a contact as a
// workbook, a sheet per currency, for staff. The parameters are those of the printed one.
func (a *app) statementWorkbook(w http.ResponseWriter, r *http.Request) {
	name, content, ok := a.drawn(w, r, func(ctx context.Context, p *parameters, to *bytes.Buffer) (string, error) {
		return a.writeStatement(ctx, r, p, to)
	})
	if !ok {
		return
	}
	w.Header().Set("Content-Type", exportTypes[exports.XLSX])
	w.Header().Set("Content-Disposition", disposition(false, name))
	w.Header().Set("Content-Length", strconv.Itoa(len(content)))
	patient(w, int64(len(content)))
	_, _ = w.Write(content) //nolint:gosec // a workbook, saved and not shown; a reader that went away needs no answer
}

func (a *app) writeStatement(ctx context.Context, r *http.Request, p *parameters, to *bytes.Buffer) (name string, err error) {
	in, language := p.statement(r)
	if p.bad != nil {
		return "", p.bad.Err()
	}
	s, err := a.graph.Statements.For(ctx, in)
	if err != nil {
		return "", err
	}
	org, err := a.graph.Accounts.Organization(ctx)
	if err != nil {
		return "", err
	}
	words := pdf.WordsIn(pdf.Language(cmp.Or(language, s.Contact.DefaultLanguage, org.Language)))
	return statementName(s) + ".xlsx", sheet.WriteTables(to, statementTables(s, org.Name, words))
}

// statementTables is a sheet per currency; one without entries where there is no currency.
func statementTables(s *statement.Statement, business string, words pdf.Words) []sheet.Table {
	begin := words.Begun
	if s.From != nil {
		begin = words.Day(*s.From)
	}
	head := [][]any{
		{business},
		{words.Statement, s.Contact.DisplayName},
		{words.Period, begin + " – " + words.Day(s.To)},
		{},
		{words.Date, words.Entry, words.Reference, words.Charge, words.Credit, words.Balance},
	}
	bold := func(last int) map[int]bool { return map[int]bool{0: true, 4: true, 5: true, last: true} }
	widths := []float64{12, 28, 28, 16, 16, 16}
	if len(s.Tables) == 0 {
		return []sheet.Table{{Name: words.Statement, Widths: widths, Rows: head, Bold: bold(4), Head: len(head)}}
	}
	var out []sheet.Table
	for _, t := range s.Tables {
		rows := append(append([][]any{}, head...), []any{nil, words.Opening, nil, nil, nil, t.Opening})
		for _, l := range t.Lines {
			rows = append(rows, []any{l.Date, words.Posting(string(l.Kind)), l.Reference, l.Charge, l.Credit, l.Balance})
		}
		rows = append(rows, []any{s.To, words.Closing, nil, t.Charges, t.Credits, t.Closing})
		out = append(out, sheet.Table{Name: string(t.Currency), Widths: widths, Rows: rows, Bold: bold(len(rows) - 1), Head: len(head)})
	}
	return out
}
