package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"
)

// SecondFactor is a person's authenticator app: one-time codes by RFC 6238. It is the
// person's own, whatever the organization.
type SecondFactor struct{ ent.Schema }

// Mixin gives the identity.
func (SecondFactor) Mixin() []ent.Mixin { return []ent.Mixin{global{}} }

// Fields of a second factor.
func (SecondFactor) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("user_id", uuid.UUID{}).Immutable(),
		field.Bytes("secret").MaxLen(1000).Sensitive().Comment("sealed with the server's key"),
		field.Time("enabled_at").Optional().Nillable().Comment("null: begun, and no code was given yet"),
		field.Int64("last_step").Default(0).Comment("of the code that was used last: it is not taken twice"),
		field.JSON("recovery", []string{}).Sensitive().Comment("SHA-256 of the codes that are left, in hexadecimal"),
	}
}

// Indexes of a second factor.
func (SecondFactor) Indexes() []ent.Index { return []ent.Index{index.Fields("user_id").Unique()} }
