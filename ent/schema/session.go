package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"
)

// Session is one sign-in of a user to one organization, on one side. Its token is known
// to the client alone: the row holds the token's SHA-256.
type Session struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (Session) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a session.
func (Session) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("user_id", uuid.UUID{}).Immutable(),
		field.Enum("side").Values("staff", "portal").Immutable(),
		field.Bytes("token_hash").MaxLen(32).Sensitive(),
		field.String("user_agent").Default("").MaxRuneLen(200),
		field.String("address").Default("").MaxRuneLen(64).Comment("the client's network address at sign-in"),
		field.Time("last_used_at").Default(Now),
		field.Time("expires_at"),
		field.Time("ended_at").Optional().Nillable(),
		field.UUID("preview_contact_id", uuid.UUID{}).Optional().Nillable().Immutable().
			Comment("set when staff look at the portal as this contact's customers see it: read-only"),
	}
}

// Indexes of a session. The token is looked up before the tenant is known.
func (Session) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("token_hash").Unique(),
		index.Fields("organization_id", "user_id"),
		index.Fields("user_id"),
	}
}
