package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/money"
)

// Payment is money received from, or sent to, a contact.
type Payment struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (Payment) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a payment.
func (Payment) Fields() []ent.Field {
	return []ent.Field{
		field.Time("updated_at").Default(Now),
		field.Int("version").Default(1).Positive(),
		field.Enum("kind").Values("client_payment", "supplier_refund", "other_received", "supplier_payment", "client_refund", "expense").Immutable(),
		field.Enum("side").Values("client", "supplier").Immutable(),
		field.Enum("status").Values("recorded", "void", "deleted").Default("recorded").Comment("a deleted one is void and left out of lists"),
		field.UUID("contact_id", uuid.UUID{}),
		field.String("date").GoType(day.Date("")).SchemaType(calendar),
		field.Int64("amount").GoType(money.Minor(0)).Comment("always positive; the kind says in which direction"),
		field.String("currency").GoType(money.Currency("")).MaxRuneLen(3),
		field.Enum("method").Values("cash", "bank_transfer", "card", "cheque", "online", "other").Default("bank_transfer"),
		field.String("reference").Default("").MaxRuneLen(200),
		field.Text("notes").Default("").MaxRuneLen(5000),
		field.String("exchange_rate").GoType(money.Decimal{}).SchemaType(exact("numeric(19,6)")).DefaultFunc(one).Annotations(entsql.Default("1")).Comment("units of the base currency for one of the payment's; 1 in base currency"),
		field.Int64("allocated").GoType(money.Minor(0)).Default(0).Comment("sum of the allocations; amount - allocated is credit"),
		field.UUID("created_by", uuid.UUID{}).Immutable(),
		field.Time("voided_at").Optional().Nillable(),
	}
}

// Indexes of a payment.
func (Payment) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("organization_id", "contact_id", "date", "id"),
		index.Fields("organization_id", "date", "id"),
	}
}

// Allocation says which part of a payment, or of a credit document, settles a document.
// It never posts to the ledger: it only says what is settled.
type Allocation struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (Allocation) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of an allocation.
func (Allocation) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("contact_id", uuid.UUID{}),
		field.UUID("payment_id", uuid.UUID{}).Optional().Nillable().Comment("the money, or"),
		field.UUID("credit_id", uuid.UUID{}).Optional().Nillable().Comment("the credit note or supplier credit"),
		field.UUID("document_id", uuid.UUID{}).Optional().Nillable().Immutable().Comment("what is settled, or"),
		field.UUID("refund_id", uuid.UUID{}).Optional().Nillable().Immutable().Comment("the payment that gives the credit back"),
		field.String("currency").GoType(money.Currency("")).MaxRuneLen(3),
		field.Int64("amount").GoType(money.Minor(0)).Comment("positive; in the currency of what is settled"),
		field.Int64("source_amount").GoType(money.Minor(0)).Default(0).Comment("what it takes of the payment, in its currency; 0 where that is the same currency and the amount itself"),
	}
}

// Indexes of an allocation.
func (Allocation) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("organization_id", "payment_id", "document_id").Unique(),
		index.Fields("organization_id", "credit_id", "document_id").Unique(),
		index.Fields("organization_id", "payment_id", "refund_id").Unique(),
		index.Fields("organization_id", "credit_id", "refund_id").Unique(),
		index.Fields("organization_id", "document_id"),
		index.Fields("organization_id", "refund_id"),
	}
}

// Annotations of a payment: what must hold in every row, whoever writes it.
func (Payment) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Annotation{Checks: map[string]string{
		"payments_amounts": "amount > 0 AND allocated >= 0 AND allocated <= amount",
	}}}
}

// Annotations of an allocation: what must hold in every row, whoever writes it.
func (Allocation) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Annotation{Checks: map[string]string{
		"allocations_amount": "amount > 0",
		"allocations_source": "((payment_id IS NULL) <> (credit_id IS NULL))",
		"allocations_target": "((document_id IS NULL) <> (refund_id IS NULL))",
	}}}
}

// one is the exchange rate of the base currency.
func one() money.Decimal { return money.FromInt(1) }

// PaymentOption is the option of a tracking category that a payment has.
type PaymentOption struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (PaymentOption) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a payment's option.
func (PaymentOption) Fields() []ent.Field {
	return append([]ent.Field{field.UUID("payment_id", uuid.UUID{}).Immutable()}, option()...)
}

// Indexes of a payment's option: one of each category.
func (PaymentOption) Indexes() []ent.Index {
	return []ent.Index{index.Fields("organization_id", "payment_id", "category_id").Unique(), index.Fields("organization_id", "option_id")}
}
