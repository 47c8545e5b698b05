package db

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"entgo.io/ent/dialect"
)

// Marked writes each ? of a statement as the dialect has it: on PostgreSQL as $1, $2 and so on.
// No text within the statement may hold a ?.
func Marked(of, query string) string {
	if of != dialect.Postgres {
		return query
	}
	parts := strings.Split(query, "?")
	for i := 1; i < len(parts); i++ {
		parts[i] = fmt.Sprintf("$%d%s", i, parts[i])
	}
	return strings.Join(parts, "")
}

var (
	numbered = regexp.MustCompile(`\$\d+`)
	typed    = regexp.MustCompile(`::[a-z]+`)
)

// unnumbered writes a statement of PostgreSQL, with numbered values that have types, as SQLite has
// it: a ? for each, and the values in the order in which they are used.
func unnumbered(query string, values []any) (string, []any) {
	var args []any
	out := numbered.ReplaceAllStringFunc(typed.ReplaceAllString(query, ""), func(mark string) string {
		n, err := strconv.Atoi(mark[1:])
		if err != nil || n < 1 || n > len(values) {
			panic("db: a statement names the value " + mark + " that it has not")
		}
		args = append(args, values[n-1])
		return "?"
	})
	return out, args
}
