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

// LedgerEntry is one posting on a contact's card. Entries are only ever added: a mistake
// is corrected by a second entry that points at the first. Every field is immutable here,
// and both databases refuse UPDATE and DELETE by a trigger.
type LedgerEntry struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (LedgerEntry) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of an entry.
func (LedgerEntry) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("contact_id", uuid.UUID{}).Immutable(),
		field.Enum("side").Values("client", "supplier").Immutable(),
		field.String("currency").GoType(money.Currency("")).MaxRuneLen(3).Immutable(),
		field.Int64("seq").Immutable().Positive().Comment("1, 2, 3 … per contact, side and currency, without gaps"),
		field.Enum("kind").Values("document", "document_void", "payment", "payment_void", "exchange_difference", "merge").Immutable(),
		field.Int64("amount").GoType(money.Minor(0)).Immutable().Comment("minor units; client side: positive = the contact owes us more; supplier side: positive = we owe the contact more"),
		field.String("date").GoType(day.Date("")).SchemaType(calendar).Immutable(),
		field.UUID("document_id", uuid.UUID{}).Optional().Nillable().Immutable(),
		field.UUID("payment_id", uuid.UUID{}).Optional().Nillable().Immutable(),
		field.Int64("difference").GoType(money.Minor(0)).Default(0).Immutable().Comment("of an exchange difference: gain (+) or loss (-) in the base currency, on the entry in the document's currency"),
		field.UUID("reverses_id", uuid.UUID{}).Optional().Nillable().Immutable().Comment("the entry that this one takes back"),
	}
}

// Indexes of an entry.
func (LedgerEntry) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("organization_id", "contact_id", "side", "currency", "seq").Unique(),
		index.Fields("organization_id", "contact_id", "side", "currency", "date", "seq"),
		index.Fields("organization_id", "reverses_id").Unique(),
		index.Fields("organization_id", "document_id"),
		index.Fields("organization_id", "payment_id"),
	}
}

// Balance is where one contact stands, on one side, in one currency. The row is locked by
// whoever changes it, so the three amounts and the version are right after every commit.
type Balance struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (Balance) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a balance.
func (Balance) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("contact_id", uuid.UUID{}).Immutable(),
		field.Enum("side").Values("client", "supplier").Immutable(),
		field.String("currency").GoType(money.Currency("")).MaxRuneLen(3).Immutable(),
		field.Int64("outstanding").GoType(money.Minor(0)).Default(0).Comment("sum of what remains on issued invoices (client) or bills and expenses (supplier)"),
		field.Int64("credit").GoType(money.Minor(0)).Default(0).Comment("unallocated payments and unapplied credit"),
		field.Int64("net").GoType(money.Minor(0)).Default(0).Comment("outstanding - credit = sum of the ledger"),
		field.Int64("entries").Default(0).Comment("the ledger's last seq"),
		field.Int64("version").Default(0).Comment("raised by one by every change"),
		field.Time("updated_at").Default(Now),
	}
}

// Indexes of a balance.
func (Balance) Indexes() []ent.Index {
	return []ent.Index{index.Fields("organization_id", "contact_id", "side", "currency").Unique()}
}

// Annotations of a balance: what must hold in every row, whoever writes it.
func (Balance) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Annotation{Checks: map[string]string{
		"balances_rule": "net = outstanding - credit AND outstanding >= 0 AND credit >= 0",
	}}}
}
