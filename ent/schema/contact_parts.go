package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"
)

// ContactAddress is one address of a contact.
type ContactAddress struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (ContactAddress) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of an address.
func (ContactAddress) Fields() []ent.Field {
	return append(part(),
		field.Enum("kind").Values("billing", "shipping", "other").Default("billing"),
		field.String("line").Default("").MaxRuneLen(200),
		field.String("city").Default("").MaxRuneLen(100),
		field.String("sort_city").Default("").MaxRuneLen(100).Comment("folded city"),
		field.String("region").Default("").MaxRuneLen(100),
		field.String("postal_code").Default("").MaxRuneLen(20),
		field.String("country").Default("").MaxRuneLen(2).Comment("ISO 3166-1 alpha-2"),
		field.String("branch_code").Default("").MaxRuneLen(20),
	)
}

// Indexes of an address.
func (ContactAddress) Indexes() []ent.Index {
	return append(partIndexes(), index.Fields("organization_id", "sort_city", "contact_id"))
}

// ContactEmail is one e-mail address of a contact.
type ContactEmail struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (ContactEmail) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of an e-mail address.
func (ContactEmail) Fields() []ent.Field {
	return append(part(),
		field.String("email").NotEmpty().MaxRuneLen(254).Comment("lower case"),
		field.String("label").Default("").MaxRuneLen(50),
		field.Bool("primary").Default(false),
	)
}

// Indexes of an e-mail address.
func (ContactEmail) Indexes() []ent.Index {
	return append(partIndexes(), index.Fields("organization_id", "email"))
}

// ContactPhone is one telephone number of a contact.
type ContactPhone struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (ContactPhone) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a telephone number.
func (ContactPhone) Fields() []ent.Field {
	return append(part(),
		field.String("number").NotEmpty().MaxRuneLen(40),
		field.String("label").Default("").MaxRuneLen(50),
		field.Bool("primary").Default(false),
	)
}

// Indexes of a telephone number.
func (ContactPhone) Indexes() []ent.Index { return partIndexes() }

// ContactNote is a note about a contact, private to staff; its author edits it.
type ContactNote struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (ContactNote) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a note.
func (ContactNote) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("contact_id", uuid.UUID{}),
		field.UUID("author_id", uuid.UUID{}).Immutable().Comment("the user or API key"),
		field.Time("updated_at").Default(Now),
		field.Text("text").NotEmpty().MaxRuneLen(20000),
	}
}

// Indexes of a note.
func (ContactNote) Indexes() []ent.Index {
	return []ent.Index{index.Fields("organization_id", "contact_id", "id")}
}

// ContactOption is the option of a tracking category that a contact has: one a category.
type ContactOption struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (ContactOption) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a contact's option.
func (ContactOption) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("contact_id", uuid.UUID{}),
		field.UUID("category_id", uuid.UUID{}).Immutable(),
		field.UUID("option_id", uuid.UUID{}),
	}
}

// Indexes of a contact's option.
func (ContactOption) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("organization_id", "contact_id", "category_id").Unique(),
		index.Fields("organization_id", "option_id", "contact_id"),
	}
}

// ContactAccess lets one member of staff see a restricted contact.
type ContactAccess struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (ContactAccess) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of an access.
func (ContactAccess) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("contact_id", uuid.UUID{}),
		field.UUID("user_id", uuid.UUID{}).Immutable(),
	}
}

// Indexes of an access.
func (ContactAccess) Indexes() []ent.Index {
	return []ent.Index{index.Fields("organization_id", "contact_id", "user_id").Unique()}
}

func part() []ent.Field {
	return []ent.Field{
		field.UUID("contact_id", uuid.UUID{}),
		field.Int("position").Default(0).Comment("the order in the list, from 0"),
	}
}

func partIndexes() []ent.Index {
	return []ent.Index{index.Fields("organization_id", "contact_id", "position")}
}
