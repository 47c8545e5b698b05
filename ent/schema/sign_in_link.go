package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"
)

// SignInLink is a link by e-mail that signs a person in once, or lets them set another
// password. Its token is known to the mail alone: the row holds the token's SHA-256.
type SignInLink struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (SignInLink) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a link.
func (SignInLink) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("user_id", uuid.UUID{}).Immutable(),
		field.Enum("side").Values("staff", "portal").Immutable(),
		field.Enum("purpose").Values("sign_in", "password").Immutable(),
		field.Bytes("token_hash").MaxLen(32).Sensitive(),
		field.String("address").Default("").MaxRuneLen(64).Comment("the network address that asked for it"),
		field.Time("expires_at"),
		field.Time("used_at").Optional().Nillable(),
	}
}

// Indexes of a link. The token is looked up before the tenant is known.
func (SignInLink) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("token_hash").Unique(),
		index.Fields("organization_id", "user_id"),
		index.Fields("user_id"),
		index.Fields("expires_at"),
	}
}
