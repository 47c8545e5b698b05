package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"
)

// AuditEvent is one line of the history: who did what to what, when, and what it was
// before and after. Events are only ever added; both databases refuse UPDATE and DELETE.
type AuditEvent struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (AuditEvent) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of an event.
func (AuditEvent) Fields() []ent.Field {
	return []ent.Field{
		field.Enum("actor_kind").Values("user", "api_key", "portal", "system").Immutable(),
		field.UUID("actor_id", uuid.UUID{}).Immutable(),
		field.String("action").MaxRuneLen(60).Immutable().Comment("the mutation's name, such as issueInvoice"),
		field.String("object_type").MaxRuneLen(40).Immutable(),
		field.UUID("object_id", uuid.UUID{}).Immutable(),
		field.UUID("contact_id", uuid.UUID{}).Optional().Nillable().Immutable().Comment("the contact it concerns, for its history"),
		field.JSON("before", json.RawMessage{}).Optional().Immutable(),
		field.JSON("after", json.RawMessage{}).Optional().Immutable(),
	}
}

// Indexes of an event.
func (AuditEvent) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("organization_id", "contact_id", "id"),
		index.Fields("organization_id", "object_id", "id"),
	}
}
