package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"

	"github.com/kartela/kartela/viewer"
)

// APIKey lets a program in, in one role of one organization. The row holds the key's
// SHA-256; the key itself is shown once.
type APIKey struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (APIKey) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of an API key.
func (APIKey) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").NotEmpty().MaxRuneLen(100),
		field.Enum("role").GoType(viewer.Role("")).Immutable(),
		field.String("prefix").MaxRuneLen(16).Comment("the first characters, to recognise the key by"),
		field.Bytes("key_hash").MaxLen(32).Sensitive(),
		field.UUID("created_by", uuid.UUID{}).Immutable(),
		field.Time("last_used_at").Optional().Nillable(),
		field.Time("expires_at").Optional().Nillable(),
		field.Time("revoked_at").Optional().Nillable(),
	}
}

// Indexes of an API key. The key is looked up before the tenant is known.
func (APIKey) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("key_hash").Unique(),
		index.Fields("organization_id", "name"),
	}
}
