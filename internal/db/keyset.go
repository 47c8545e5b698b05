package db

import (
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/page"
)

// ForUpdate locks the rows that a query of a transaction reads, in the order of their ids,
// until it ends. SQLite has one writer and needs no lock.
func ForUpdate(s *sql.Selector) {
	if s.Dialect() == dialect.Postgres {
		s.OrderBy(s.C("id")).ForUpdate()
	}
}

// Keyset gives the condition and the order of a page: rows after the cursor by
// (key, id), up or down. The list's index has the same columns in the same order.
// An empty key orders by id alone.
func Keyset(r page.Request, key string, descending bool) func(*sql.Selector) {
	return func(s *sql.Selector) {
		if r.After != nil {
			s.Where(beyond(s, key, r.After, descending))
		}
		if r.Before != nil {
			s.Where(beyond(s, key, r.Before, !descending))
		}
		dir := sql.Asc
		if descending != r.Backward {
			dir = sql.Desc
		}
		if key != "" {
			s.OrderBy(dir(s.C(key)))
		}
		s.OrderBy(dir(s.C("id"))).Limit(r.Size + 1)
	}
}

func beyond(s *sql.Selector, key string, c *page.Cursor, descending bool) *sql.Predicate {
	if key == "" {
		if descending {
			return sql.LT(s.C("id"), c.ID)
		}
		return sql.GT(s.C("id"), c.ID)
	}
	columns := []string{s.C(key), s.C("id")}
	if descending {
		return sql.CompositeLT(columns, c.Key, c.ID)
	}
	return sql.CompositeGT(columns, c.Key, c.ID)
}

// TopPerParent is the condition that a row is among the first n of its parent, by key
// downwards and then id, of those that match. It is one statement for any number of parents:
// LATERAL on PostgreSQL, which reads only n rows a parent from the index; a window
// function on SQLite.
func TopPerParent(table, parent string, parents []uuid.UUID, key string, n int, match ...func(*sql.Selector)) func(*sql.Selector) {
	return func(s *sql.Selector) {
		if s.Dialect() == dialect.Postgres {
			s.Where(lateralTop(table, parent, parents, key, n, match))
			return
		}
		s.Where(windowTop(table, parent, parents, key, n, match))
	}
}

func lateralTop(table, parent string, parents []uuid.UUID, key string, n int, match []func(*sql.Selector)) *sql.Predicate {
	return sql.P(func(b *sql.Builder) {
		t := sql.Table(table).As("top")
		inner := sql.Dialect(b.Dialect()).Select(t.C("id")).From(t)
		for _, m := range match {
			m(inner)
		}
		inner.Where(sql.P(func(b *sql.Builder) { b.WriteString(t.C(parent) + " = parents.id") }))
		if key != "" {
			inner.OrderBy(sql.Desc(t.C(key)))
		}
		inner.OrderBy(sql.Desc(t.C("id"))).Limit(n)
		ids := make([]string, len(parents))
		for i, p := range parents {
			ids[i] = p.String()
		}
		b.Ident(table).WriteString(`.`).Ident("id").WriteString(" IN (SELECT found.id FROM unnest(").Arg(ids).
			WriteString("::uuid[]) AS parents(id), LATERAL (").Join(inner).WriteString(") AS found)")
	})
}

func windowTop(table, parent string, parents []uuid.UUID, key string, n int, match []func(*sql.Selector)) *sql.Predicate {
	return sql.P(func(b *sql.Builder) {
		t := sql.Table(table).As("top")
		inner := sql.Dialect(b.Dialect()).Select(t.C("id")).From(t)
		for _, m := range match {
			m(inner)
		}
		in := make([]any, len(parents))
		for i, p := range parents {
			in[i] = p
		}
		inner.Where(sql.In(t.C(parent), in...))
		order := t.C("id") + " DESC"
		if key != "" {
			order = t.C(key) + " DESC, " + order
		}
		inner.AppendSelectExprAs(sql.Expr("row_number() OVER (PARTITION BY "+t.C(parent)+" ORDER BY "+order+")"), "place")
		b.Ident(table).WriteString(`.`).Ident("id").WriteString(" IN (SELECT ranked.id FROM (").Join(inner).
			WriteString(") AS ranked WHERE ranked.place <= ").Arg(n).WriteString(")")
	})
}
