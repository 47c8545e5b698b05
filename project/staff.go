package project

import (
	"context"

	"entgo.io/ent/dialect/sql"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/membership"
	entuser "github.com/kartela/kartela/ent/user"
	"github.com/kartela/kartela/viewer"
)

// Staff are the people who work for the business today, by name: who may be a member of a
// project. Needs SeeProjects. Faults: UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Staff(ctx context.Context) ([]*ent.User, error) {
	v, err := viewer.RequireStaff(ctx, viewer.SeeProjects)
	if err != nil {
		return nil, err
	}
	rows, err := s.DB.User.Query().Where(func(q *sql.Selector) {
		m := sql.Table(membership.Table)
		q.Where(sql.In(q.C(entuser.FieldID), sql.Dialect(q.Dialect()).Select(m.C(membership.FieldUserID)).From(m).Where(sql.And(
			sql.EQ(m.C(membership.FieldOrganizationID), v.Organization), sql.IsNull(m.C(membership.FieldEndedAt))))))
	}).Order(entuser.ByName(), entuser.ByEmail()).All(ctx)
	return rows, wrapped("read staff", err)
}
