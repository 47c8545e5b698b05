package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"

	"github.com/kartela/kartela/money"
)

// Contact is a client, a supplier, both, or neither yet (a prospect).
type Contact struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (Contact) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a contact. The defaults are for new documents only: changing them never
// changes a document already made.
func (Contact) Fields() []ent.Field {
	return []ent.Field{
		field.Time("updated_at").Default(Now),
		field.Int("version").Default(1).Positive().Comment("raised by every change"),
		field.String("first_name").Default("").MaxRuneLen(50),
		field.String("last_name").Default("").MaxRuneLen(50),
		field.String("company").Default("").MaxRuneLen(100),
		field.String("display_name").MaxRuneLen(204).Comment("computed: the company, else the person's name"),
		field.String("profession").Default("").MaxRuneLen(100),
		field.String("vat_number").Default("").MaxRuneLen(20),
		field.String("tax_office").Default("").MaxRuneLen(10).Comment("Greek tax office code"),
		field.String("custom_id").Optional().Nillable().MaxRuneLen(256).Comment("the caller's own key"),
		field.String("website").Default("").MaxRuneLen(200),
		field.Bool("is_client").Default(false),
		field.Bool("is_supplier").Default(false),
		field.Enum("client_type").Values("domestic", "intra_community", "third_country", "private_individual").Optional().Nillable(),

		field.String("default_currency").GoType(money.Currency("")).MaxRuneLen(3).Default("").Comment("empty: the organization's base currency"),
		field.String("default_language").Default("").MaxRuneLen(2),
		field.Int("default_due_days").Optional().Nillable().Range(0, 3650),
		field.String("default_template").Default("").MaxRuneLen(100),
		field.JSON("default_taxes", []money.Tax{}),

		field.Time("archived_at").Optional().Nillable(),
		field.UUID("merged_into_id", uuid.UUID{}).Optional().Nillable().Comment("set on the tombstone of a merge"),
		field.Bool("restricted").Default(false).Comment("only administrators and the users of contact_access see it"),

		field.Text("search").Default("").Comment("folded text of names, numbers, e-mails, phones, cities"),
		field.String("sort_name").Default("").MaxRuneLen(256).Comment("folded display name"),
		field.String("name_key").Default("").MaxRuneLen(256).Comment("the name as duplicates are looked for: folded, without legal forms, its words sorted"),
	}
}

// Indexes of a contact.
func (Contact) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("organization_id", "custom_id").Unique(),
		index.Fields("organization_id", "sort_name", "id"),
		index.Fields("organization_id", "vat_number"),
		index.Fields("organization_id", "merged_into_id"),
		index.Fields("organization_id", "name_key"),
		index.Fields("organization_id", "updated_at"),
	}
}
