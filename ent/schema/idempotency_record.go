package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"
)

// IdempotencyRecord remembers that a mutation with this key was done, and with what
// result. It is written in the mutation's own transaction.
type IdempotencyRecord struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (IdempotencyRecord) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a record.
func (IdempotencyRecord) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("actor_id", uuid.UUID{}).Immutable(),
		field.String("key").NotEmpty().MaxRuneLen(200).Immutable(),
		field.Bytes("request_hash").MaxLen(32).Immutable().Comment("SHA-256 of the mutation's name and input"),
		field.JSON("result", json.RawMessage{}).Optional(),
	}
}

// Indexes of a record.
func (IdempotencyRecord) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("organization_id", "actor_id", "key").Unique(),
		index.Fields("organization_id", "created_at"),
	}
}
