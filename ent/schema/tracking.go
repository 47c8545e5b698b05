package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"
)

// TrackingCategory is a set of mutually exclusive options by which contacts, sales,
// purchases, payments or projects are grouped.
type TrackingCategory struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (TrackingCategory) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a category.
func (TrackingCategory) Fields() []ent.Field {
	return []ent.Field{
		field.Time("updated_at").Default(Now),
		field.Int("version").Default(1).Positive().Comment("raised by every change"),
		field.String("title").NotEmpty().MaxRuneLen(100),
		field.String("sort_title").MaxRuneLen(100).Comment("folded title"),
		field.Int("position").Default(0),
		field.Bool("contacts").Default(true).Comment("applies to contacts"),
		field.Bool("sales").Default(false),
		field.Bool("purchases").Default(false),
		field.Bool("payments").Default(false),
		field.Bool("projects").Default(false),
		field.Time("archived_at").Optional().Nillable(),
	}
}

// Indexes of a category.
func (TrackingCategory) Indexes() []ent.Index {
	return []ent.Index{index.Fields("organization_id", "sort_title").Unique()}
}

// TrackingOption is one option of a category.
type TrackingOption struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (TrackingOption) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of an option.
func (TrackingOption) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("category_id", uuid.UUID{}).Immutable(),
		field.String("title").NotEmpty().MaxRuneLen(100),
		field.String("sort_title").MaxRuneLen(100).Comment("folded title"),
		field.Int("position").Default(0),
		field.Time("archived_at").Optional().Nillable().Comment("no longer offered, kept where it is used"),
	}
}

// Indexes of an option.
func (TrackingOption) Indexes() []ent.Index {
	return []ent.Index{index.Fields("organization_id", "category_id", "sort_title").Unique()}
}
