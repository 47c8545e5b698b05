package db

import (
	"encoding/json"
	"fmt"

	"entgo.io/ent/dialect"
	"github.com/google/uuid"
)

// Pairs gives pairs of ids as a table f of two columns, for a statement to join however many by one
// argument or two: as arrays on PostgreSQL, as JSON on SQLite. The marks are ? (see Marked).
func Pairs(of, first, second string, pairs [][2]uuid.UUID) (table string, args []any, err error) {
	if of == dialect.Postgres {
		a, b := make([][16]byte, len(pairs)), make([][16]byte, len(pairs))
		for i, p := range pairs {
			a[i], b[i] = p[0], p[1]
		}
		return fmt.Sprintf("unnest(?::uuid[], ?::uuid[]) AS f(%s, %s)", first, second), []any{a, b}, nil
	}
	if pairs == nil {
		pairs = [][2]uuid.UUID{} // null has no rows to read
	}
	raw, err := json.Marshal(pairs)
	if err != nil {
		return "", nil, fmt.Errorf("db: pairs of ids: %w", err)
	}
	return fmt.Sprintf("(SELECT value ->> 0 AS %s, value ->> 1 AS %s FROM json_each(?)) AS f", first, second), []any{string(raw)}, nil
}
