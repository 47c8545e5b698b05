package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"

	"github.com/kartela/kartela/money"
)

// Product is a product or service of the price list, from which lines are filled.
type Product struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (Product) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a product.
func (Product) Fields() []ent.Field {
	return []ent.Field{
		field.Time("updated_at").Default(Now),
		field.Int("version").Default(1).Positive().Comment("raised by every change"),
		field.Enum("kind").Values("product", "service").Default("service"),
		field.String("code").Optional().Nillable().MaxRuneLen(50).Comment("the business's own code"),
		field.String("title").NotEmpty().MaxRuneLen(1000).Comment("a line's title"),
		field.String("sort_title").MaxRuneLen(1000).Comment("folded title"),
		field.String("search").MaxRuneLen(1100).Comment("folded title and code"),
		field.String("unit").Default("").MaxRuneLen(20),
		field.String("unit_price").GoType(money.Decimal{}).SchemaType(exact("numeric(19,5)")).Comment("without VAT"),
		field.String("currency").GoType(money.Currency("")).MaxRuneLen(3),
		field.JSON("taxes", []money.Tax{}).Optional().Comment("null: the contact's defaults"),
		field.UUID("category_id", uuid.UUID{}).Optional().Nillable().Comment("the expense category, where it is bought"),
		field.Time("archived_at").Optional().Nillable().Comment("no longer offered, kept where it is used"),
	}
}

// Indexes of a product.
func (Product) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("organization_id", "code").Unique(),
		index.Fields("organization_id", "sort_title", "id"),
	}
}
