package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"
)

// PortalPreference is what a customer wants to be told by e-mail, by one organization.
type PortalPreference struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (PortalPreference) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of the preference.
func (PortalPreference) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("user_id", uuid.UUID{}).Immutable(),
		field.Bool("documents").Default(true).Comment("of an invoice, credit note or estimate that was issued"),
		field.Bool("payments").Default(true).Comment("of a payment that was received"),
		field.Bool("messages").Default(true).Comment("of an answer by the business"),
	}
}

// Indexes of the preference.
func (PortalPreference) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("organization_id", "user_id").Unique(),
		index.Fields("user_id"),
	}
}
