package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"github.com/google/uuid"
)

// RegistryCheck is the proof of one answer of a tax registry: who asked for what, when,
// and what it said. An outage leaves none.
type RegistryCheck struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (RegistryCheck) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of a check.
func (RegistryCheck) Fields() []ent.Field {
	return []ent.Field{
		field.UUID("contact_id", uuid.UUID{}).Optional().Nillable().Comment("it was asked for; null: before there was one"),
		field.Enum("registry").Values("vies", "aade").Immutable(),
		field.String("country").MaxRuneLen(2).Immutable().Comment("as the registry spells it: EL for Greece"),
		field.String("number").NotEmpty().MaxRuneLen(20).Immutable().Comment("without the country"),
		field.Bool("valid").Immutable(),
		field.String("request_identifier").Default("").MaxRuneLen(100).Immutable().Comment("the registry's own, the proof of the check"),
		field.Time("answered_at").Immutable().Comment("as the registry dates it"),
		field.JSON("answer", json.RawMessage{}).Immutable().Comment("what it said, in our terms"),
		field.UUID("requested_by", uuid.UUID{}).Immutable().Comment("the user or API key; zero: the nightly check"),
	}
}

// Indexes of a check.
func (RegistryCheck) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("organization_id", "registry", "country", "number", "id"),
		index.Fields("organization_id", "contact_id", "id"),
	}
}

// RegistrySetting is how an organization asks the tax registries.
type RegistrySetting struct{ ent.Schema }

// Mixin gives the identity and the tenant.
func (RegistrySetting) Mixin() []ent.Mixin { return []ent.Mixin{tenant{}} }

// Fields of the setting.
func (RegistrySetting) Fields() []ent.Field {
	return []ent.Field{
		field.Time("updated_at").Default(Now),
		field.Int("version").Default(1).Positive(),
		field.String("aade_username").Default("").MaxRuneLen(200).Comment("the business's special access code"),
		field.Bytes("aade_password").Optional().MaxLen(1000).Sensitive().Comment("sealed with the server's key"),
		field.String("aade_called_by").Default("").MaxRuneLen(9).Comment("the AFM on whose behalf it is asked; empty: the code's own"),
		field.Bool("recheck").Default(false).Comment("ask VIES every night about clients of other EU states"),
		field.Time("rechecked_at").Optional().Nillable(),
		field.Time("locked_until").Optional().Nillable().Comment("a server process is at it"),
	}
}

// Indexes of the setting.
func (RegistrySetting) Indexes() []ent.Index {
	return []ent.Index{index.Fields("organization_id").Unique()}
}
