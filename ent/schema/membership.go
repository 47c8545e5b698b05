package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"

	"github.com/kartela/kartela/viewer"
)

// Membership makes a user a member of an organization's staff, in one role.
type Membership struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (Membership) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a membership.
func (Membership) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("user_id", uuid.UUID{}).Immutable(),
		field.Enum("role").GoType(viewer.Role("")),
		field.Time("ended_at").Optional().Nillable().Comment("set when the person left: sessions end at once"),
	}
}

// Indexes of a membership.
func (Membership) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("organization_id", "user_id").Unique(),
		index.Fields("user_id"),
	}
}
