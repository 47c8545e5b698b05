package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"
)

// Attachment is a file kept with a contact, or with one of its documents, private to staff.
type Attachment struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (Attachment) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of an attachment.
func (Attachment) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("contact_id", uuid.UUID{}),
		field.UUID("document_id", uuid.UUID{}).Optional().Nillable().Comment("the document of the contact that it belongs to"),
		field.String("name").NotEmpty().MaxRuneLen(255).Comment("the file's name, without folders"),
		field.String("media_type").MaxRuneLen(100).Comment("as found in the bytes, not as claimed"),
		field.Int64("size").NonNegative().Comment("bytes"),
		field.Bytes("sha256").MaxLen(32).Immutable(),
		field.String("blob_key").MaxRuneLen(200).Immutable().Comment("where the bytes are, in the server's store"),
		field.UUID("uploaded_by", uuid.UUID{}).Immutable().Comment("the user or API key"),
	}
}

// Indexes of an attachment.
func (Attachment) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("organization_id", "contact_id", "id"),
		index.Fields("organization_id", "document_id", "id"),
	}
}

// Blob is a part of a file's bytes, where files are kept in the database.
type Blob struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (Blob) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a part.
func (Blob) Fields() []ent.Field {
	return []ent.Field{
		field.String("key").NotEmpty().MaxRuneLen(200).Immutable(),
		field.Int("part").NonNegative().Immutable().Comment("0, 1, 2 …"),
		field.Bytes("data").Immutable().MaxLen(1 << 20),
	}
}

// Indexes of a part.
func (Blob) Indexes() []ent.Index {
	return []ent.Index{index.Fields("organization_id", "key", "part").Unique()}
}
