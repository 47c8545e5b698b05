package db

import (
	"fmt"
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
