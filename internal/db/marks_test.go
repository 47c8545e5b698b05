package db_test

import (
	"testing"

	"entgo.io/ent/dialect"

	"github.com/kartela/kartela/internal/db"
)

func TestMarksAreWrittenAsTheDialectHasThem(t *testing.T) {
	for query, numbered := range map[string]string{
		"":                                   "",
		"SELECT 1":                           "SELECT 1",
		"?":                                  "$1",
		"VALUES (?, ?), (?, 1)":              "VALUES ($1, $2), ($3, 1)",
		"a = ? AND b IN (?,?,?,?,?,?,?,?,?)": "a = $1 AND b IN ($2,$3,$4,$5,$6,$7,$8,$9,$10)",
	} {
		if got := db.Marked(dialect.Postgres, query); got != numbered {
			t.Errorf("%q is %q on PostgreSQL, want %q", query, got, numbered)
		}
		if got := db.Marked(dialect.SQLite, query); got != query {
			t.Errorf("%q is %q on SQLite", query, got)
		}
	}
}
