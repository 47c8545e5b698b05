package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"

	"github.com/kartela/kartela/money"
)

// PaymentProvider is how an organization is paid online by one provider.
type PaymentProvider struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (PaymentProvider) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a provider's settings.
func (PaymentProvider) Fields() []ent.Field {
	return []ent.Field{
		field.Time("updated_at").Default(Now),
		field.Int("version").Default(1).Positive(),
		field.Enum("provider").Values("stripe", "bank_transfer", "sandbox").Immutable(),
		field.Bool("enabled").Default(false),
		field.Bytes("secret_key").Optional().MaxLen(1000).Sensitive().Comment("sealed with the server's key"),
		field.Bytes("webhook_secret").Optional().MaxLen(1000).Sensitive().Comment("sealed with the server's key"),
		field.String("holder").Default("").MaxRuneLen(70).Comment("of the bank account"),
		field.String("iban").Default("").MaxRuneLen(34).Comment("ISO 13616, without spaces"),
		field.String("bic").Default("").MaxRuneLen(11).Comment("ISO 9362"),
		field.String("instructions").Default("").MaxRuneLen(2000).Comment("shown with the bank account"),
	}
}

// Indexes of a provider's settings.
func (PaymentProvider) Indexes() []ent.Index {
	return []ent.Index{index.Fields("organization_id", "provider").Unique()}
}

// OnlinePayment is one try of a customer to pay: what was asked of the provider, and what
// became of it. What the provider confirms is booked as a payment; this row never is.
type OnlinePayment struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (OnlinePayment) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a try.
func (OnlinePayment) Fields() []ent.Field {
	return []ent.Field{
		field.Time("updated_at").Default(Now),
		field.Int("version").Default(1).Positive(),
		field.UUID("contact_id", uuid.UUID{}),
		field.UUID("document_id", uuid.UUID{}).Optional().Nillable().Comment("the invoice; null: the oldest first"),
		field.Enum("provider").Values("stripe", "bank_transfer", "sandbox").Immutable(),
		field.Enum("status").Values("open", "paid", "cancelled", "expired", "failed").Default("open"),
		field.Int64("amount").GoType(money.Minor(0)).Positive().Immutable().Comment("minor units"),
		field.String("currency").GoType(money.Currency("")).MaxRuneLen(3).Immutable(),
		field.String("external_id").Optional().Nillable().MaxRuneLen(255).Comment("the provider's own"),
		field.String("reference").NotEmpty().MaxRuneLen(35).Immutable().Comment("ISO 11649, to tell it by on a bank statement"),
		field.String("url").Default("").MaxRuneLen(4000).Comment("where the customer pays"),
		field.UUID("user_id", uuid.UUID{}).Optional().Nillable().Immutable().Comment("the customer; null by permalink"),
		field.UUID("link_id", uuid.UUID{}).Optional().Nillable().Immutable().Comment("the permalink"),
		field.Time("expires_at"),
		field.Time("paid_at").Optional().Nillable(),
		field.UUID("payment_id", uuid.UUID{}).Optional().Nillable().Comment("what it was booked as"),
	}
}

// Indexes of a try.
func (OnlinePayment) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("organization_id", "provider", "external_id").Unique(),
		index.Fields("organization_id", "reference").Unique(),
		index.Fields("organization_id", "contact_id", "id"),
		index.Fields("organization_id", "document_id"),
		index.Fields("organization_id", "payment_id"),
		index.Fields("user_id"),
		index.Fields("organization_id", "link_id"),
		index.Fields("status", "expires_at"),
	}
}

// PaymentEvent is one message of a provider, each once.
type PaymentEvent struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (PaymentEvent) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a message.
func (PaymentEvent) Fields() []ent.Field {
	return []ent.Field{
		field.Enum("provider").Values("stripe", "bank_transfer", "sandbox").Immutable(),
		field.String("event_id").NotEmpty().MaxRuneLen(255).Immutable().Comment("the provider's own"),
		field.String("type").NotEmpty().MaxRuneLen(100).Immutable().Comment("as the provider names it"),
		field.Enum("outcome").Values("booked", "credited", "refunded", "disputed", "dispute_won", "closed", "ignored").
			Comment("what was done"),
		field.String("detail").Default("").MaxRuneLen(1000).Comment("why"),
		field.UUID("online_payment_id", uuid.UUID{}).Optional().Nillable(),
		field.UUID("payment_id", uuid.UUID{}).Optional().Nillable().Comment("what was booked"),
		field.Int64("amount").GoType(money.Minor(0)).Default(0).Comment("minor units"),
		field.String("currency").GoType(money.Currency("")).Default("").MaxRuneLen(3),
	}
}

// Indexes of a message.
func (PaymentEvent) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("organization_id", "provider", "event_id").Unique(),
		index.Fields("organization_id", "online_payment_id"),
		index.Fields("organization_id", "id"),
	}
}
