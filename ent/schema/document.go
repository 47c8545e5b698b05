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

// Document is an invoice, credit note, estimate, bill, supplier credit or expense. It
// holds a copy of the contact as it was when the document was made.
type Document struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (Document) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a document. Amounts are in minor units of its currency; for every type they
// are positive when the document is of the ordinary direction (a credit note of 10.00
// has the total 10.00).
func (Document) Fields() []ent.Field {
	return []ent.Field{
		field.Time("updated_at").Default(Now),
		field.Int("version").Default(1).Positive().Comment("raised by every change"),
		field.Enum("type").Values("invoice", "credit_note", "estimate", "bill", "supplier_credit", "expense").Immutable(),
		field.Enum("side").Values("client", "supplier").Immutable().Comment("of the contact: follows from the type"),
		field.Enum("status").Values("draft", "issued", "void", "accepted", "rejected", "invoiced").Default("draft"),

		field.UUID("contact_id", uuid.UUID{}),
		field.String("contact_name").MaxRuneLen(204).Comment("copy"),
		field.String("contact_profession").Default("").MaxRuneLen(100).Comment("copy"),
		field.String("contact_vat_number").Default("").MaxRuneLen(20).Comment("copy"),
		field.String("contact_tax_office").Default("").MaxRuneLen(10).Comment("copy"),
		field.String("billing_address").Default("").MaxRuneLen(500).Comment("copy, one line of print per line"),
		field.String("shipping_address").Default("").MaxRuneLen(500).Comment("copy, one line of print per line"),

		field.UUID("sequence_id", uuid.UUID{}).Optional().Nillable().Comment("set at issue"),
		field.Int("number_period").Default(0).Comment("the year for a sequence that begins anew each year, else 0"),
		field.Int64("number").Optional().Nillable().Comment("1, 2, 3 … in the sequence and period, without gaps; set at issue"),
		field.String("number_text").Default("").MaxRuneLen(40).Comment("the number as printed"),
		field.String("reference").Default("").MaxRuneLen(100).Comment("the supplier's own number on a purchase, the client's order number on a sale"),
		field.String("custom_id").Optional().Nillable().MaxRuneLen(256).Comment("the caller's own key"),
		field.String("language").Default("").MaxRuneLen(2).Comment("of the printed document; empty: the contact's, else the business's"),
		field.Enum("paid_by").Values("cash", "bank_transfer", "card", "cheque", "online", "other").Optional().Nillable().Comment("how an expense was paid; none on other types"),

		field.UUID("origin_id", uuid.UUID{}).Optional().Nillable().Immutable().Comment("the document that this one was made from: an estimate's invoice, an invoice's credit note, a duplicate"),
		field.UUID("recurring_id", uuid.UUID{}).Optional().Nillable().Immutable().Comment("the recurring invoice that made it"),
		field.String("recurring_date").Optional().Nillable().GoType(day.Date("")).SchemaType(calendar).Immutable().Comment("for which of its dates"),

		field.String("date").GoType(day.Date("")).SchemaType(calendar),
		field.String("due_date").GoType(day.Date("")).SchemaType(calendar),
		field.String("currency").GoType(money.Currency("")).MaxRuneLen(3),
		field.String("exchange_rate").GoType(money.Decimal{}).SchemaType(exact("numeric(19,6)")).Comment("units of the base currency for one of the document's; 1 in base currency"),
		field.Bool("prices_include_tax").Default(false),
		field.Text("terms").Default("").MaxRuneLen(5000),
		field.Text("notes").Default("").MaxRuneLen(5000).Comment("public: printed on the document"),

		field.Int64("allowances").GoType(money.Minor(0)).Default(0).Comment("sum of the document's allowances as given (BT-107), positive"),
		field.Int64("charges").GoType(money.Minor(0)).Default(0).Comment("sum of the document's charges as given (BT-108), positive"),
		field.Int64("net").GoType(money.Minor(0)).Default(0),
		field.Int64("vat").GoType(money.Minor(0)).Default(0),
		field.Int64("other_taxes").GoType(money.Minor(0)).Default(0),
		field.Int64("withholding").GoType(money.Minor(0)).Default(0),
		field.Int64("total").GoType(money.Minor(0)).Default(0).Comment("net + vat + other taxes"),
		field.Int64("payable").GoType(money.Minor(0)).Default(0).Comment("total - withholding"),
		field.Int64("settled").GoType(money.Minor(0)).Default(0).Comment("sum of the allocations; remaining = payable - settled"),

		field.UUID("created_by", uuid.UUID{}).Immutable().Comment("the user or API key"),
		field.Time("issued_at").Optional().Nillable(),
		field.Time("voided_at").Optional().Nillable(),

		field.Time("decided_at").Optional().Nillable().Comment("when an estimate was accepted or rejected"),
		field.UUID("decided_by", uuid.UUID{}).Optional().Nillable().Comment("the user or API key; none by permalink"),
		field.Enum("decided_through").Values("staff", "portal", "permalink").Optional().Nillable(),
		field.String("decided_name").Default("").MaxRuneLen(200).Comment("as who decided by permalink gave it; empty on the other ways"),
		field.String("decision_comment").Default("").MaxRuneLen(1000),
	}
}

// Indexes of a document.
func (Document) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("organization_id", "sequence_id", "number_period", "number").Unique(),
		index.Fields("organization_id", "type", "custom_id").Unique(),
		index.Fields("organization_id", "recurring_id", "recurring_date").Unique(),
		index.Fields("organization_id", "origin_id"),
		index.Fields("organization_id", "contact_id", "date", "id"),
		index.Fields("organization_id", "contact_id", "updated_at"),
		index.Fields("organization_id", "type", "date", "id"),
	}
}

// DocumentLine is one line of a document.
type DocumentLine struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (DocumentLine) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a line.
func (DocumentLine) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("document_id", uuid.UUID{}).Immutable(),
		field.Int("position").Comment("the order in the document, from 0"),
		field.String("title").NotEmpty().MaxRuneLen(1000),
		field.String("quantity").GoType(money.Decimal{}).SchemaType(exact("numeric(19,4)")),
		field.String("unit").Default("").MaxRuneLen(20),
		field.String("unit_price").GoType(money.Decimal{}).SchemaType(exact("numeric(19,5)")),
		field.String("discount_percent").GoType(money.Decimal{}).SchemaType(exact("numeric(19,6)")),
		field.Int64("discount_amount").GoType(money.Minor(0)).Default(0),
		field.JSON("taxes", []money.Tax{}),
		field.UUID("product_id", uuid.UUID{}).Optional().Nillable().Comment("what of the price list it was filled from"),
		field.UUID("category_id", uuid.UUID{}).Optional().Nillable().Comment("the expense category; on purchases"),
		field.UUID("project_id", uuid.UUID{}).Optional().Nillable().Comment("the project that it is for"),
		field.Bool("billable").Default(false).Comment("on purchases with a project: to be billed to the client"),
		field.Int64("net").GoType(money.Minor(0)).Comment("quantity × price − discount, rounded to the minor unit; tax taken out where prices include it"),
	}
}

// Indexes of a line.
func (DocumentLine) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("organization_id", "document_id", "position").Unique(),
		index.Fields("organization_id", "project_id"),
		index.Fields("organization_id", "category_id"),
		index.Fields("organization_id", "product_id"),
	}
}

// DocumentAdjustment is an allowance or charge on a document as a whole (EN 16931, BG-20 and
// BG-21).
type DocumentAdjustment struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (DocumentAdjustment) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of an allowance or charge.
func (DocumentAdjustment) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("document_id", uuid.UUID{}).Immutable(),
		field.Int("position"),
		field.Bool("charge").Comment("a charge adds, an allowance takes off"),
		field.String("title").NotEmpty().MaxRuneLen(200).Comment("the reason (BT-97, BT-104)"),
		field.String("percent").GoType(money.Decimal{}).SchemaType(exact("numeric(19,6)")).Comment("of the lines' sum (BT-94, BT-101); 0 where an amount was given"),
		field.Int64("amount").GoType(money.Minor(0)).Comment("positive (BT-92, BT-99)"),
		field.JSON("taxes", []money.Tax{}),
	}
}

// Indexes of an allowance or charge.
func (DocumentAdjustment) Indexes() []ent.Index {
	return []ent.Index{index.Fields("organization_id", "document_id", "position").Unique()}
}

// DocumentTax is one tax group of a document: EN 16931's VAT breakdown (BG-23), and the
// same for withholding and other taxes.
type DocumentTax struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (DocumentTax) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a tax group.
func (DocumentTax) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("document_id", uuid.UUID{}).Immutable(),
		field.Int("position"),
		field.Enum("kind").GoType(money.TaxKind("")),
		field.String("name").Default("").MaxRuneLen(100),
		field.String("category").Default("").MaxRuneLen(2).Comment("EN 16931 VAT category code (BT-118)"),
		field.String("rate").GoType(money.Decimal{}).SchemaType(exact("numeric(19,6)")).Comment("percent"),
		field.Int64("fixed").GoType(money.Minor(0)).Default(0).Comment("an amount per line instead of a percent"),
		field.Bool("informational").Default(false).Comment("shown, but not part of the total"),
		field.Int64("base").GoType(money.Minor(0)),
		field.Int64("amount").GoType(money.Minor(0)),
	}
}

// Indexes of a tax group.
func (DocumentTax) Indexes() []ent.Index {
	return []ent.Index{index.Fields("organization_id", "document_id", "position").Unique()}
}

// NumberSequence counts the numbers of one type of document. The row is locked when a
// document is issued, so that numbers have no gaps and no duplicates.
type NumberSequence struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (NumberSequence) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a sequence.
func (NumberSequence) Fields() []ent.Field {
	return []ent.Field{
		field.String("document_type").MaxRuneLen(20).Immutable(),
		field.String("name").NotEmpty().MaxRuneLen(50),
		field.String("prefix").Default("").MaxRuneLen(20),
		field.Int("padding").Default(0).Range(0, 12).Comment("digits, filled with zeros on the left"),
		field.Bool("yearly").Default(false).Comment("begins at 1 in each year of the documents' dates"),
		field.Bool("is_default").Default(false),
		field.Time("archived_at").Optional().Nillable().Comment("no longer offered; its numbers stay"),
	}
}

// Indexes of a sequence.
func (NumberSequence) Indexes() []ent.Index {
	return []ent.Index{index.Fields("organization_id", "document_type", "name").Unique()}
}

// NumberCounter is the last number given in one period of a sequence.
type NumberCounter struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (NumberCounter) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a counter.
func (NumberCounter) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("sequence_id", uuid.UUID{}).Immutable(),
		field.Int("period").Immutable().Comment("the year, or 0"),
		field.Int64("last").Default(0),
	}
}

// Indexes of a counter.
func (NumberCounter) Indexes() []ent.Index {
	return []ent.Index{index.Fields("organization_id", "sequence_id", "period").Unique()}
}

// Annotations of a document: what must hold in every row, whoever writes it.
func (Document) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Annotation{Checks: map[string]string{
		"documents_settled": "settled >= 0 AND (settled = 0 OR settled <= payable)",
	}}}
}

// DocumentOption is the option of a tracking category that a document has.
type DocumentOption struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (DocumentOption) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a document's option.
func (DocumentOption) Fields() []ent.Field {
	return append([]ent.Field{field.UUID("document_id", uuid.UUID{}).Immutable()}, option()...)
}

// Indexes of a document's option: one of each category.
func (DocumentOption) Indexes() []ent.Index {
	return []ent.Index{index.Fields("organization_id", "document_id", "category_id").Unique(), index.Fields("organization_id", "option_id")}
}

// DocumentLink is an address by which whoever has it reads one document without an account.
type DocumentLink struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (DocumentLink) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a link.
func (DocumentLink) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("document_id", uuid.UUID{}).Immutable(),
		field.Bytes("token_hash").MaxLen(32).Comment("SHA-256; the token itself is in the address alone"),
		field.UUID("created_by", uuid.UUID{}).Immutable().Comment("the user or API key"),
		field.Time("last_used_at").Optional().Nillable(),
		field.Time("revoked_at").Optional().Nillable(),
	}
}

// Indexes of a link.
func (DocumentLink) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("organization_id", "token_hash").Unique(),
		index.Fields("token_hash"),
		index.Fields("organization_id", "document_id"),
	}
}

// DocumentReminder says that a stage of reminding was done with for a document.
type DocumentReminder struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (DocumentReminder) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a reminder.
func (DocumentReminder) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("document_id", uuid.UUID{}).Immutable(),
		field.Int("days").Immutable().Comment("the stage: days after the due date, negative before it"),
		field.String("due_date").GoType(day.Date("")).SchemaType(calendar).Immutable().Comment("that the stage was reckoned from"),
		field.Enum("outcome").Values("done", "skipped").Immutable(),
		field.UUID("created_by", uuid.UUID{}).Immutable().Comment("the user or API key"),
	}
}

// Indexes of a reminder.
func (DocumentReminder) Indexes() []ent.Index {
	return []ent.Index{index.Fields("organization_id", "document_id", "due_date", "days").Unique()}
}

// ExpenseCategory says what purchases are for.
type ExpenseCategory struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (ExpenseCategory) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of an expense category.
func (ExpenseCategory) Fields() []ent.Field {
	return []ent.Field{
		field.Time("updated_at").Default(Now),
		field.Int("version").Default(1).Positive().Comment("raised by every change"),
		field.String("name").NotEmpty().MaxRuneLen(100),
		field.String("sort_name").MaxRuneLen(100).Comment("folded name"),
		field.Time("archived_at").Optional().Nillable().Comment("no longer offered, kept where it is used"),
	}
}

// Indexes of an expense category.
func (ExpenseCategory) Indexes() []ent.Index {
	return []ent.Index{index.Fields("organization_id", "sort_name").Unique()}
}
