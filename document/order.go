package document

import (
	"strconv"

	"entgo.io/ent/dialect/sql"

	"github.com/kartela/kartela/day"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/page"
)

// Order is the order of a list.
type Order string

// The orders of a list.
const (
	ByDate        Order = "DATE"
	ByDateDesc    Order = "DATE_DESC"
	ByDueDate     Order = "DUE_DATE"
	ByDueDateDesc Order = "DUE_DATE_DESC"
	ByNumber      Order = "NUMBER"
	ByNumberDesc  Order = "NUMBER_DESC"
	ByTotal       Order = "TOTAL"
	ByTotalDesc   Order = "TOTAL_DESC"
)

// ordering is an order by a column and then by id.
type ordering struct {
	kind       string // of the cursors
	column     string
	descending bool
	key        func(*Document) string
	parse      func(string) (any, error)
}

var orders = func() map[Order]*ordering {
	date := func(text string) (any, error) { return day.Parse(text) }
	number := func(text string) (any, error) { return text, nil }
	total := func(text string) (any, error) { return strconv.ParseInt(text, 10, 64) }
	out := map[Order]*ordering{}
	for _, o := range []struct {
		up, down Order
		column   string
		key      func(*Document) string
		parse    func(string) (any, error)
	}{
		{ByDate, ByDateDesc, entdocument.FieldDate, func(d *Document) string { return string(d.Date) }, date},
		{ByDueDate, ByDueDateDesc, entdocument.FieldDueDate, func(d *Document) string { return string(d.DueDate) }, date},
		{ByNumber, ByNumberDesc, entdocument.FieldNumberText, func(d *Document) string { return d.NumberText }, number},
		{ByTotal, ByTotalDesc, entdocument.FieldTotal, func(d *Document) string { return strconv.FormatInt(int64(d.Document.Total), 10) }, total},
	} {
		for _, order := range []Order{o.up, o.down} {
			out[order] = &ordering{kind + "." + string(order), o.column, order == o.down, o.key, o.parse}
		}
	}
	return out
}()

func (o *ordering) checkKey(key string) error {
	_, err := o.parse(key)
	return err
}

func (o *ordering) cursor(d *Document) page.Cursor {
	return page.Cursor{Kind: o.kind, Key: o.key(d), ID: d.ID}
}

// page is the condition and the order of a page.
func (o *ordering) page(r page.Request) func(*sql.Selector) {
	return func(q *sql.Selector) {
		beyond := func(c *page.Cursor, descending bool) {
			if c == nil {
				return
			}
			key, err := o.parse(c.Key)
			if err != nil { // checkKey let it through
				q.AddError(err)
				return
			}
			columns := []string{q.C(o.column), q.C(entdocument.FieldID)}
			if descending {
				q.Where(sql.CompositeLT(columns, key, c.ID))
			} else {
				q.Where(sql.CompositeGT(columns, key, c.ID))
			}
		}
		beyond(r.After, o.descending)
		beyond(r.Before, !o.descending)
		dir := sql.Asc
		if o.descending != r.Backward {
			dir = sql.Desc
		}
		q.OrderBy(dir(q.C(o.column)), dir(q.C(entdocument.FieldID))).Limit(r.Size + 1)
	}
}
