package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"
)

// ContactMerge is one merge of contacts into a survivor, with what it takes to undo it.
type ContactMerge struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (ContactMerge) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a merge.
func (ContactMerge) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("survivor_id", uuid.UUID{}).Immutable(),
		field.UUID("merged_by", uuid.UUID{}).Immutable().Comment("the user or API key"),
		field.JSON("before", json.RawMessage{}).Immutable().Comment("the survivor and the losers as they were"),
		field.JSON("after", json.RawMessage{}).Immutable().Comment("versions after it: a change since then keeps it from being undone"),
		field.Time("undone_at").Optional().Nillable(),
	}
}

// Indexes of a merge.
func (ContactMerge) Indexes() []ent.Index {
	return []ent.Index{index.Fields("organization_id", "survivor_id", "id")}
}

// MergeMove is one row that a merge moved from a loser to the survivor.
type MergeMove struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (MergeMove) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a move.
func (MergeMove) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("merge_id", uuid.UUID{}).Immutable(),
		field.UUID("loser_id", uuid.UUID{}).Immutable(),
		field.Enum("kind").Values("document", "payment", "project", "recurring", "note", "attachment", "grant", "check", "option", "address", "email", "phone", "message", "notice", "online_payment").Immutable(),
		field.UUID("row_id", uuid.UUID{}).Immutable().Comment("it may be gone"),
	}
}

// Indexes of a move.
func (MergeMove) Indexes() []ent.Index {
	return []ent.Index{index.Fields("organization_id", "merge_id", "kind", "row_id")}
}

// DuplicateDismissal says that two contacts are not the same one. contact_id is the lesser id.
type DuplicateDismissal struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (DuplicateDismissal) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a dismissal.
func (DuplicateDismissal) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("contact_id", uuid.UUID{}),
		field.UUID("other_id", uuid.UUID{}),
		field.UUID("dismissed_by", uuid.UUID{}).Immutable().Comment("the user or API key"),
	}
}

// Indexes of a dismissal.
func (DuplicateDismissal) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("organization_id", "contact_id", "other_id").Unique(),
		index.Fields("organization_id", "other_id"),
	}
}
