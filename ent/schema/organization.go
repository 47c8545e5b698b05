package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/money"
)

// Organization is a tenant: one business with its own contacts, money and staff.
type Organization struct{ ent.Schema }

// Mixin gives the identity.
func (Organization) Mixin() []ent.Mixin { return []ent.Mixin{global{}} }

// Fields of an organization.
func (Organization) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").NotEmpty().MaxRuneLen(200),
		field.String("profession").Default("").MaxRuneLen(200),
		field.String("vat_number").Default("").MaxRuneLen(20),
		field.String("tax_office").Default("").MaxRuneLen(10),
		field.String("country").Default("GR").MaxRuneLen(2).Comment("ISO 3166-1 alpha-2"),
		field.String("email").Default("").MaxRuneLen(254),
		field.String("phone").Default("").MaxRuneLen(40),
		field.String("address").Default("").MaxRuneLen(400),
		field.String("base_currency").GoType(money.Currency("")).MaxRuneLen(3).Comment("the currency of reports"),
		field.String("time_zone").Default("Europe/Athens").MaxRuneLen(64).Comment("IANA name; decides what today is"),
		field.String("language").Default("el").MaxRuneLen(2),
		field.String("closing_date").Optional().Nillable().GoType(day.Date("")).SchemaType(calendar).Comment("nothing dated up to it changes any more"),
		field.JSON("reminder_days", []int{}).Optional().Comment("stages of reminding: days after the due date, negative before it"),
		field.Bool("mail_documents").Default(false).Comment("portal customers are sent an e-mail of what was issued to them"),
		field.Bool("mail_payments").Default(false).Comment("portal customers are sent an e-mail of a payment that was received"),
		field.String("logo_key").Default("").MaxRuneLen(200).Comment("where the logo's bytes are, in the server's store"),
		field.Bool("demonstration").Default(false).Immutable().Comment("made by serve --demo"),
		field.Time("closed_at").Optional().Nillable().Comment("set when the organization was ended: nobody gets in"),
	}
}
