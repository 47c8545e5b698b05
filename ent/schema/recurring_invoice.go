package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"

	"github.com/kartela/kartela/day"
)

// RecurringInvoice makes an invoice on each of its dates.
type RecurringInvoice struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (RecurringInvoice) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a recurring invoice.
func (RecurringInvoice) Fields() []ent.Field {
	return []ent.Field{
		field.Time("updated_at").Default(Now),
		field.Int("version").Default(1).Positive().Comment("raised by every change"),
		field.String("name").NotEmpty().MaxRuneLen(200),
		field.UUID("contact_id", uuid.UUID{}),
		field.JSON("template", json.RawMessage{}).Comment("the invoice to make, as createDocument takes it, without its dates"),
		field.String("starts").GoType(day.Date("")).SchemaType(calendar).Comment("the first date"),
		field.Int("every").Default(1).Positive(),
		field.Enum("period").Values("day", "week", "month", "year").Default("month"),
		field.String("ends").Optional().Nillable().GoType(day.Date("")).SchemaType(calendar).Comment("no date after it"),
		field.String("next").Optional().Nillable().GoType(day.Date("")).SchemaType(calendar).Comment("the next date; none when it is over"),
		field.Int("made").Default(0).NonNegative().Comment("dates that are behind it: the next one is starts + made × every periods"),
		field.Bool("issue").Default(false).Comment("issue what it makes, instead of leaving a draft"),
		field.Bool("email").Default(false).Comment("send what it issues to the contact"),
		field.Time("paused_at").Optional().Nillable(),
		field.String("error").Default("").MaxRuneLen(500).Comment("why the last date made no invoice, in one sentence"),
		field.UUID("created_by", uuid.UUID{}).Immutable().Comment("the user or API key"),
	}
}

// Indexes of a recurring invoice.
func (RecurringInvoice) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("organization_id", "next"),
		index.Fields("organization_id", "contact_id", "id"),
		index.Fields("next"),
	}
}
