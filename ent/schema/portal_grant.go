package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"
)

// PortalGrant lets one person see one contact on the portal. It begins as an invitation
// to an e-mail address, and is the person's once accepted.
type PortalGrant struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (PortalGrant) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a grant.
func (PortalGrant) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("contact_id", uuid.UUID{}),
		field.String("email").NotEmpty().MaxRuneLen(254).Comment("lower case"),
		field.UUID("user_id", uuid.UUID{}).Optional().Nillable().Comment("set when accepted"),
		field.Enum("status").Values("invited", "active", "revoked").Default("invited"),
		field.Bytes("token_hash").Optional().Nillable().MaxLen(32).Sensitive().Comment("of the invitation; gone once taken back"),
		field.Time("expires_at").Comment("of the invitation"),
		field.UUID("invited_by", uuid.UUID{}).Immutable(),
		field.Time("accepted_at").Optional().Nillable(),
		field.Time("last_used_at").Optional().Nillable(),
		field.Time("revoked_at").Optional().Nillable(),
	}
}

// Indexes of a grant. The invitation's token is looked up before the tenant is known.
func (PortalGrant) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("token_hash").Unique(),
		index.Fields("organization_id", "contact_id", "email").Unique(),
		index.Fields("organization_id", "user_id"),
		index.Fields("user_id"),
	}
}
