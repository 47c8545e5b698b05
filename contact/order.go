package contact

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/balance"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/rule"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/page"
)

// ordering is an order of contacts, by a key and then by id.
type ordering struct {
	kind       string // of the cursors
	column     string // the key, where the row itself has it; "" for the id alone
	descending bool
	computed   *computed // the key, where it takes more
}

// computed is a sort key that is made of other rows too.
type computed struct {
	join  func(s *sql.Selector)             // what the expression needs
	expr  func(s *sql.Selector) string      // the key
	parse func(text string) (any, error)    // a key as a cursor keeps it
	text  func(v ent.Value) (string, error) // the other way
}

// keyColumn is what a computed key is read as.
const keyColumn = "order_key"

// ordering is the order, whose cursors are of no other.
//
// Faults: FORBIDDEN on filter.balance.side.
func (l *listing) ordering(ctx context.Context, order Order) (*ordering, error) {
	o := &ordering{kind: "contacts." + strings.ToLower(string(order))}
	switch order {
	case ByName, ByNameDesc:
		o.column, o.descending = entcontact.FieldSortName, order == ByNameDesc
	case Newest, Oldest:
		o.descending = order == Newest
	case ByBalance, ByBalanceAsc:
		o.descending = order == ByBalance
		return o, l.byBalance(ctx, o)
	case LastActivity:
		o.descending = true
		return o, l.byActivity(o)
	default:
		return nil, fmt.Errorf("contact: no order %q", order)
	}
	return o, nil
}

func (l *listing) byBalance(ctx context.Context, o *ordering) error {
	side, currency, err := l.account(ctx)
	if err != nil {
		return underFilter(err)
	}
	o.kind += "." + string(side) + "." + string(currency)
	o.computed = &computed{
		join: func(s *sql.Selector) {
			b := sql.Table(balance.Table).As("of_account")
			s.LeftJoin(b).OnP(sql.And(sql.EQ(b.C(balance.FieldOrganizationID), l.viewer.Organization),
				sql.ColumnsEQ(b.C(balance.FieldContactID), s.C(entcontact.FieldID)),
				sql.EQ(b.C(balance.FieldSide), string(side)), sql.EQ(b.C(balance.FieldCurrency), string(currency))))
		},
		expr:  func(*sql.Selector) string { return "COALESCE(of_account.net, 0)" },
		parse: func(text string) (any, error) { return strconv.ParseInt(text, 10, 64) },
		text: func(v ent.Value) (string, error) {
			n, ok := v.(int64)
			if !ok {
				return "", fmt.Errorf("contact: a balance is %T", v)
			}
			return strconv.FormatInt(n, 10), nil
		},
	}
	return nil
}

// underFilter names the filter before the fields of faults.
func underFilter(err error) error {
	var l fault.List
	if other := l.Add("filter", err); other != nil {
		return other
	}
	return l.Err()
}

// byActivity orders by when the contact, or a balance of it that the viewer may see, changed.
func (l *listing) byActivity(o *ordering) error {
	seen, err := rule.Rows(ent.TypeBalance, l.viewer)
	if err != nil {
		return err
	}
	o.computed = &computed{
		join: func(s *sql.Selector) {
			t := sql.Table(balance.Table)
			moved := sql.Dialect(s.Dialect()).Select(t.C(balance.FieldContactID)).From(t).
				AppendSelectExprAs(sql.Raw("MAX("+t.C(balance.FieldUpdatedAt)+")"), "moved_at").GroupBy(t.C(balance.FieldContactID))
			seen(moved)
			j := moved.As("activity")
			s.LeftJoin(j).On(s.C(entcontact.FieldID), j.C(balance.FieldContactID))
		},
		expr: func(s *sql.Selector) string {
			own, greatest := s.C(entcontact.FieldUpdatedAt), "MAX"
			if s.Dialect() == dialect.Postgres {
				greatest = "GREATEST"
			}
			return greatest + "(" + own + ", COALESCE(activity.moved_at, " + own + "))"
		},
		parse: func(text string) (any, error) { return time.Parse(time.RFC3339Nano, text) },
		text: func(v ent.Value) (string, error) {
			t, err := moment(v)
			return t.UTC().Format(time.RFC3339Nano), err
		},
	}
	return nil
}

// moment is a time that was computed by the database: SQLite gives it as the text it keeps.
func moment(v ent.Value) (time.Time, error) {
	switch v := v.(type) {
	case time.Time:
		return v, nil
	case string:
		return time.Parse("2006-01-02 15:04:05.999999999-07:00", v)
	}
	return time.Time{}, fmt.Errorf("contact: a time is %T", v)
}

// checkKey says whether the key of a cursor is one that the list could have made.
func (o *ordering) checkKey(key string) error {
	if o.computed == nil {
		return nil
	}
	_, err := o.computed.parse(key)
	return err
}

// page is the condition and the order of a page.
func (o *ordering) page(r page.Request) func(*sql.Selector) {
	if o.computed == nil {
		return db.Keyset(r, o.column, o.descending)
	}
	return func(s *sql.Selector) {
		o.computed.join(s)
		key := o.computed.expr(s)
		s.AppendSelectExprAs(sql.Raw(key), keyColumn)
		if r.After != nil {
			s.Where(o.beyond(s, key, r.After, o.descending))
		}
		if r.Before != nil {
			s.Where(o.beyond(s, key, r.Before, !o.descending))
		}
		o.by(s, key, o.descending != r.Backward)
		s.Limit(r.Size + 1)
	}
}

// whole is the order of all rows of the list.
func (o *ordering) whole(s *sql.Selector) {
	switch {
	case o.computed != nil:
		o.computed.join(s)
		o.by(s, o.computed.expr(s), o.descending)
	case o.column != "":
		o.by(s, s.C(o.column), o.descending)
	default:
		o.by(s, s.C(entcontact.FieldID), o.descending)
	}
}

// by orders by a key and then by id.
func (o *ordering) by(s *sql.Selector, key string, descending bool) {
	dir := " ASC"
	if descending {
		dir = " DESC"
	}
	s.OrderExpr(sql.Raw(key + dir))
	if id := s.C(entcontact.FieldID); id != key {
		s.OrderExpr(sql.Raw(id + dir))
	}
}

func (o *ordering) beyond(s *sql.Selector, key string, c *page.Cursor, descending bool) *sql.Predicate {
	return sql.P(func(b *sql.Builder) {
		value, err := o.computed.parse(c.Key)
		if err != nil { // checkKey let it through
			b.AddError(err)
			return
		}
		op := ") > ("
		if descending {
			op = ") < ("
		}
		b.WriteString("(" + key + ", " + s.C(entcontact.FieldID) + op).Arg(value).WriteString(", ").Arg(c.ID).WriteString(")")
	})
}

// cursor is the place of a contact in the order.
func (o *ordering) cursor(c *Contact) page.Cursor {
	at := page.Cursor{Kind: o.kind, ID: c.ID}
	switch {
	case o.computed != nil:
		at.Key = c.orderKey
	case o.column == entcontact.FieldSortName:
		at.Key = c.SortName
	}
	return at
}

// keys reads the computed keys of rows into the contacts.
func (o *ordering) keys(contacts []*Contact) error {
	if o.computed == nil {
		return nil
	}
	for _, c := range contacts {
		v, err := c.Value(keyColumn)
		if err == nil {
			c.orderKey, err = o.computed.text(v)
		}
		if err != nil {
			return errors.Join(fmt.Errorf("contact: the place of %s", c.ID), err)
		}
	}
	return nil
}
