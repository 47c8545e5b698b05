// Package schema describes every table by hand, one file each. Foreign keys are not
// written as ent edges but in references.go: within a tenant they are composite, which
// an edge cannot say, and without edges no predicate or eager load can reach around the
// row filter.
package schema

import (
	"time"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/mixin"
	"github.com/google/uuid"
)

// NewID makes a UUIDv7: ids sort by the time they were made.
func NewID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// Now is the present in UTC, truncated to microseconds: both databases keep exactly that.
func Now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// global is the identity of a row that belongs to no tenant.
type global struct{ mixin.Schema }

func (global) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(NewID).Immutable(),
		field.Time("created_at").Default(Now).Immutable(),
	}
}

// tenant is the identity of a row that belongs to one organization, for good.
type tenant struct{ mixin.Schema }

func (tenant) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("id", uuid.UUID{}).Default(NewID).Immutable(),
		field.UUID("organization_id", uuid.UUID{}).Immutable(),
		field.Time("created_at").Default(Now).Immutable(),
	}
}

// exact is a decimal column: numeric on PostgreSQL, text on SQLite.
func exact(numeric string) map[string]string {
	return map[string]string{dialect.Postgres: numeric, dialect.SQLite: "text"}
}

// calendar is a date column: date on PostgreSQL, ISO 8601 text on SQLite, whose driver
// would make an instant of anything declared as a date.
var calendar = map[string]string{dialect.Postgres: "date", dialect.SQLite: "text"}

// option is the choice of a tracking category's option.
func option() []ent.Field {
	return []ent.Field{
		field.UUID("category_id", uuid.UUID{}).Immutable(),
		field.UUID("option_id", uuid.UUID{}),
	}
}
