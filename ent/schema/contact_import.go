package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"
)

// ContactImport is one file of contacts on its way in: uploaded, mapped, checked, run. It
// is the record of a background job too: who works on it holds it until locked_until.
type ContactImport struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (ContactImport) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of an import.
func (ContactImport) Fields() []ent.Field {
	return []ent.Field{
		field.Time("updated_at").Default(Now),
		field.Int("version").Default(1).Positive().Comment("raised by every change, progress included"),
		field.Enum("status").Values("uploaded", "checking", "checked", "running", "done", "undoing", "undone", "canceled", "failed").Default("uploaded"),
		field.String("file_name").Default("").MaxRuneLen(255),
		field.Int64("size").NonNegative(),
		field.Bytes("sha256").MaxLen(32).Immutable(),
		field.String("blob_key").MaxRuneLen(200).Immutable(),
		field.JSON("settings", json.RawMessage{}).Comment("how the file is read, the mapping of its columns, and how contacts are matched"),
		field.Int("rows").Default(0).NonNegative().Comment("rows of the file without the header, once it was read to its end"),
		field.Int("position").Default(0).NonNegative().Comment("rows that the present step has done, for going on after a stop"),
		field.Int("created").Default(0).NonNegative(),
		field.Int("updated").Default(0).NonNegative(),
		field.Int("skipped").Default(0).NonNegative(),
		field.Int("rejected").Default(0).NonNegative(),
		field.String("error").Default("").MaxRuneLen(500).Comment("why it failed, in one sentence"),
		field.UUID("created_by", uuid.UUID{}).Immutable().Comment("the user or API key"),
		field.JSON("viewer", json.RawMessage{}).Comment("as whom the job works: kind of actor and role are asked anew"),
		field.Int("attempts").Default(0).NonNegative(),
		field.UUID("worker", uuid.UUID{}).Optional().Nillable().Comment("the server process that works on it"),
		field.Time("locked_until").Optional().Nillable(),
		field.Time("finished_at").Optional().Nillable(),
	}
}

// Indexes of an import.
func (ContactImport) Indexes() []ent.Index {
	return []ent.Index{index.Fields("status", "locked_until")}
}

// ImportRow says what became, or would become, of one row of an import's file.
type ImportRow struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (ImportRow) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a row.
func (ImportRow) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("import_id", uuid.UUID{}).Immutable(),
		field.Int("line").Positive().Comment("of the file, on which the row begins; of a sheet its row"),
		field.Enum("outcome").Values("create", "update", "skip", "error"),
		field.String("name").Default("").MaxRuneLen(204).Comment("the contact's name, as the row has it"),
		field.String("column").Default("").MaxRuneLen(200).Comment("at fault, as the file names it"),
		field.String("reason").Default("").MaxRuneLen(500).Comment("one sentence"),
		field.UUID("contact_id", uuid.UUID{}).Optional().Nillable().Comment("made, changed or met; it may be gone"),
		field.Int("contact_version").Default(0).Comment("that the import left it at"),
		field.JSON("before", json.RawMessage{}).Optional().Comment("what a changed contact was before, for undoing"),
	}
}

// Indexes of a row.
func (ImportRow) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("organization_id", "import_id", "line").Unique(),
		index.Fields("organization_id", "import_id", "outcome", "line"),
		index.Fields("organization_id", "contact_id"),
	}
}
