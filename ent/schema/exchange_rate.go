package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/money"
)

// ExchangeRate is what one unit of a currency was worth in the organization's base currency
// on one day, by the reference rates of the European Central Bank.
type ExchangeRate struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (ExchangeRate) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a rate.
func (ExchangeRate) Fields() []ent.Field {
	return []ent.Field{
		field.String("currency").GoType(money.Currency("")).MaxRuneLen(3).Immutable(),
		field.String("base").GoType(money.Currency("")).MaxRuneLen(3).Immutable().Comment("the base currency then"),
		field.String("date").GoType(day.Date("")).SchemaType(calendar).Immutable(),
		field.String("rate").GoType(money.Decimal{}).SchemaType(exact("numeric(19,6)")).Immutable(),
	}
}

// Indexes of a rate.
func (ExchangeRate) Indexes() []ent.Index {
	return []ent.Index{index.Fields("organization_id", "currency", "base", "date").Unique()}
}
