package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"

	"github.com/kartela/kartela/money"
)

// Notice tells staff of what a customer did, or what happened to a payment on its own.
type Notice struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (Notice) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a notice.
func (Notice) Fields() []ent.Field {
	return []ent.Field{
		field.Enum("kind").Values("estimate_accepted", "estimate_rejected", "message", "payment_received", "payment_problem",
			"refund", "dispute").Immutable(),
		field.UUID("contact_id", uuid.UUID{}),
		field.UUID("document_id", uuid.UUID{}).Optional().Nillable(),
		field.UUID("payment_id", uuid.UUID{}).Optional().Nillable(),
		field.UUID("message_id", uuid.UUID{}).Optional().Nillable(),
		field.String("name").Default("").MaxRuneLen(200).Immutable().Comment("who did it"),
		field.String("text").Default("").MaxRuneLen(5000).Immutable().Comment("the comment, or what was wrong"),
		field.Int64("amount").GoType(money.Minor(0)).Default(0).Immutable().Comment("minor units"),
		field.String("currency").GoType(money.Currency("")).Default("").MaxRuneLen(3).Immutable(),
		field.Time("seen_at").Optional().Nillable(),
		field.UUID("seen_by", uuid.UUID{}).Optional().Nillable().Comment("the user or API key"),
	}
}

// Indexes of a notice.
func (Notice) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("organization_id", "id"),
		index.Fields("organization_id", "contact_id"),
		index.Fields("organization_id", "seen_at"),
	}
}
