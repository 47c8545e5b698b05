package project

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	entproject "github.com/kartela/kartela/ent/project"
	"github.com/kartela/kartela/ent/projectmember"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/fold"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

// Filter says which projects; every part that is given must hold.
type Filter struct {
	ContactID *uuid.UUID
	Statuses  []entproject.Status
	Archived  *bool  // nil: only those that are not
	Search    string // words of the name
	Mine      bool   // that the viewer is a member of
}

// Order is the order of a list.
type Order string

// The orders of a list.
const (
	ByName     Order = "NAME"
	ByNameDesc Order = "NAME_DESC"
	Newest     Order = "NEWEST"
	Oldest     Order = "OLDEST"
)

const maxSearch = 200 // characters

// List reads one page of projects. Staff only.
//
// Faults: INVALID for a bad page or filter, UNAUTHENTICATED, FORBIDDEN.
func (s *Service) List(ctx context.Context, args page.Args, f *Filter, order Order) (*page.Connection[*Project], error) {
	if err := mayRead(ctx); err != nil {
		return nil, err
	}
	kind, column := "projects."+strings.ToLower(string(order)), ""
	if order == ByName || order == ByNameDesc {
		column = entproject.FieldSortName
	}
	req, err := args.Check(kind, nil)
	if err != nil {
		return nil, err
	}
	where, err := conditions(ctx, f)
	if err != nil {
		return nil, err
	}
	q := s.DB.Project.Query()
	for _, w := range where {
		q.Where(w)
	}
	rows, err := q.Clone().Where(db.Keyset(req, column, order == ByNameDesc || order == Newest)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("project: list: %w", err)
	}
	return page.New(req, s.wrap(rows...), func(p *Project) page.Cursor {
		c := page.Cursor{Kind: kind, ID: p.ID}
		if column != "" {
			c.Key = p.SortName
		}
		return c
	}, q.Count), nil
}

// Of reads a page of a contact's projects, newest first; the first page for the whole group of
// contacts by one statement.
//
// Faults: as for List.
func (s *Service) Of(ctx context.Context, c *contact.Contact, args page.Args, f *Filter) (*page.Connection[*Project], error) {
	if err := mayRead(ctx); err != nil {
		return nil, err
	}
	where, err := conditions(ctx, f)
	if err != nil {
		return nil, err
	}
	name, err := json.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("project: a filter: %w", err)
	}
	return db.Below(ctx, c.Group, c.ID, args, db.Child[*Project]{
		Kind: "projects", Type: ent.TypeProject, Table: entproject.Table, ParentColumn: entproject.FieldContactID,
		Filter: string(name), Match: where,
		Cursor: func(p *Project) page.Cursor { return page.Cursor{Kind: "projects", ID: p.ID} },
		Parent: func(p *Project) uuid.UUID { return p.ContactID },
		Read: func(ctx context.Context, where db.Condition) ([]*Project, error) {
			rows, err := s.DB.Project.Query().Where(where).All(ctx)
			return s.wrap(rows...), err
		},
		Count: func(ctx context.Context, where db.Condition) (map[uuid.UUID]int, error) {
			var rows []struct {
				ContactID uuid.UUID `json:"contact_id"`
				Count     int       `json:"count"`
			}
			err := s.DB.Project.Query().Where(where).GroupBy(entproject.FieldContactID).Aggregate(ent.Count()).Scan(ctx, &rows)
			out := make(map[uuid.UUID]int, len(rows))
			for _, r := range rows {
				out[r.ContactID] = r.Count
			}
			return out, err
		},
	})
}

func conditions(ctx context.Context, f *Filter) ([]db.Condition, error) {
	if f == nil {
		f = &Filter{}
	}
	if len([]rune(f.Search)) > maxSearch {
		return nil, fault.New(fault.Invalid, "filter.search", "Search for at most %d characters.", maxSearch)
	}
	var where []db.Condition
	and := func(p func(*sql.Selector) *sql.Predicate) {
		where = append(where, func(q *sql.Selector) { q.Where(p(q)) })
	}
	and(func(q *sql.Selector) *sql.Predicate {
		if f.Archived != nil && *f.Archived {
			return sql.NotNull(q.C(entproject.FieldArchivedAt))
		}
		return sql.IsNull(q.C(entproject.FieldArchivedAt))
	})
	if f.ContactID != nil {
		and(func(q *sql.Selector) *sql.Predicate { return sql.EQ(q.C(entproject.FieldContactID), *f.ContactID) })
	}
	if f.Statuses != nil {
		in := make([]any, len(f.Statuses))
		for i, st := range f.Statuses {
			in[i] = st
		}
		and(func(q *sql.Selector) *sql.Predicate { return sql.In(q.C(entproject.FieldStatus), in...) })
	}
	for _, word := range strings.Fields(fold.Text(f.Search)) {
		and(func(q *sql.Selector) *sql.Predicate { return sql.Contains(q.C(entproject.FieldSortName), word) })
	}
	if v := viewer.From(ctx); f.Mine {
		and(func(q *sql.Selector) *sql.Predicate {
			m := sql.Table(projectmember.Table)
			return sql.In(q.C(entproject.FieldID), sql.Dialect(q.Dialect()).Select(m.C(projectmember.FieldProjectID)).From(m).Where(sql.And(
				sql.EQ(m.C(projectmember.FieldOrganizationID), v.Organization), sql.EQ(m.C(projectmember.FieldUserID), v.User))))
		})
	}
	return where, nil
}
