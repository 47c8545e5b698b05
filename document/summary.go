package document

import (
	"context"
	"fmt"
	"strings"

	"entgo.io/ent/dialect/sql"

	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/viewer"
)

// Summary is what a list of documents holds, in numbers.
type Summary struct {
	Count  int
	Totals []*Sum
}

// Sum are the documents of one currency. Void ones are counted and not summed; what credit notes
// and supplier credits come to is taken off.
type Sum struct {
	Currency  money.Currency
	Count     int
	Total     money.Money
	Remaining money.Money // of those issued
	Overdue   money.Money // what remains of those overdue
}

// Summary counts and sums the documents of a filter that the viewer may see, never across
// currencies, by one statement. Staff only.
//
// Faults: as for List.
func (s *Service) Summary(ctx context.Context, f *Filter) (*Summary, error) {
	if err := mayReadAny(ctx); err != nil {
		return nil, err
	}
	where, err := s.conditions(ctx, f)
	if err != nil {
		return nil, err
	}
	today, err := s.Today(ctx, viewer.From(ctx).Organization)
	if err != nil {
		return nil, err
	}
	q := s.DB.Document.Query().Where(func(q *sql.Selector) { q.OrderBy(q.C(entdocument.FieldCurrency)) })
	for _, w := range where {
		q.Where(w)
	}
	var rows []struct {
		Currency  money.Currency `json:"currency"`
		Count     int            `json:"count"`
		Total     money.Minor    `json:"sum_total"`
		Remaining money.Minor    `json:"sum_remaining"`
		Overdue   money.Minor    `json:"sum_overdue"`
	}
	err = q.GroupBy(entdocument.FieldCurrency).Aggregate(ent.Count(),
		sum("CASE WHEN {status} = 'void' THEN 0 WHEN {type} IN "+named(credit)+" THEN -{total} ELSE {total} END", "sum_total"),
		sum("CASE WHEN {status} <> 'issued' THEN 0 WHEN {type} IN "+named(credit)+" THEN {settled} - {payable} WHEN {type} IN "+named(charge)+" THEN {payable} - {settled} ELSE 0 END", "sum_remaining"),
		// today is a date that we have written ourselves
		sum("CASE WHEN {status} = 'issued' AND {type} IN "+named(charge)+" AND {due_date} < '"+string(today)+"' THEN {payable} - {settled} ELSE 0 END", "sum_overdue"),
	).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("document: sum: %w", err)
	}
	out := &Summary{Totals: make([]*Sum, len(rows))}
	for i, r := range rows {
		out.Count += r.Count
		out.Totals[i] = &Sum{r.Currency, r.Count, money.New(r.Total, r.Currency), money.New(r.Remaining, r.Currency), money.New(r.Overdue, r.Currency)}
	}
	return out, nil
}

// sum adds an expression up, whose columns are in braces.
func sum(expression, as string) ent.AggregateFunc {
	return func(q *sql.Selector) string {
		for _, column := range []string{entdocument.FieldStatus, entdocument.FieldType, entdocument.FieldTotal, entdocument.FieldSettled,
			entdocument.FieldPayable, entdocument.FieldDueDate} {
			expression = strings.ReplaceAll(expression, "{"+column+"}", q.C(column))
		}
		return sql.As("SUM("+expression+")", as)
	}
}

// named are the types of an effect as SQL has them.
func named(e effect) string {
	var names []string
	for _, t := range typesWith(e) {
		names = append(names, fmt.Sprintf("'%s'", t))
	}
	return "(" + strings.Join(names, ", ") + ")"
}
