package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// User is a person who can sign in: as staff through memberships, as a portal customer
// through portal grants. A person is not of one tenant: the same e-mail address may work
// for one business and be the customer of another.
type User struct{ ent.Schema }

// Mixin gives the identity.
func (User) Mixin() []ent.Mixin { return []ent.Mixin{global{}} }

// Fields of a user.
func (User) Fields() []ent.Field {
	return []ent.Field{
		field.String("email").NotEmpty().MaxRuneLen(254).Comment("lower case"),
		field.String("name").Default("").MaxRuneLen(200),
		field.String("password_hash").Default("").Sensitive().Comment("argon2id in PHC form; empty: no password yet"),
		field.String("language").Default("").MaxRuneLen(2).Comment("empty: the organization's"),
	}
}

// Indexes of a user.
func (User) Indexes() []ent.Index {
	return []ent.Index{index.Fields("email").Unique()}
}
