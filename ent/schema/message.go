package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"
)

// Message is what a customer and the business write to each other: about a document, or a
// question of the customer's that is about none.
type Message struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (Message) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a message.
func (Message) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("contact_id", uuid.UUID{}),
		field.UUID("document_id", uuid.UUID{}).Optional().Nillable().Comment("it is about; null: a question"),
		field.Enum("author").Values("staff", "portal", "permalink").Immutable(),
		field.UUID("author_id", uuid.UUID{}).Optional().Nillable().Immutable().Comment("the user or API key; null by permalink"),
		field.String("author_name").Default("").MaxRuneLen(200).Comment("as it was then"),
		field.String("body").NotEmpty().MaxRuneLen(5000).Immutable(),
		field.Time("seen_at").Optional().Nillable().Comment("by the other side"),
	}
}

// Indexes of a message.
func (Message) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("organization_id", "contact_id", "id"),
		index.Fields("organization_id", "document_id", "id"),
	}
}
