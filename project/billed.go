package project

import (
	"entgo.io/ent/dialect/sql"

	"github.com/kartela/kartela/ent/billeditem"
)

// inForce is the condition that the row is billed: something in force names it in the column
// of billed_items.
func inForce(s *sql.Selector, column string) *sql.Predicate {
	b := sql.Table(billeditem.Table).As("in_force")
	return sql.Exists(sql.Dialect(s.Dialect()).Select(b.C(billeditem.FieldID)).From(b).Where(sql.And(
		sql.ColumnsEQ(b.C(billeditem.FieldOrganizationID), s.C("organization_id")),
		sql.ColumnsEQ(b.C(column), s.C("id")), sql.EQ(b.C(billeditem.FieldReleased), false))))
}

// notInForce is the condition that the row is not billed.
func notInForce(column string) func(*sql.Selector) {
	return func(s *sql.Selector) { s.Where(sql.Not(inForce(s, column))) }
}
