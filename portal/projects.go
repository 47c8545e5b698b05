package portal

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	entproject "github.com/kartela/kartela/ent/project"
	"github.com/kartela/kartela/ent/projecttask"
	"github.com/kartela/kartela/ent/timeentry"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/page"
)

// Project is a project that staff let its client see: what is done, by no name and at no rate.
type Project struct {
	*ent.Project
	group *page.Group
	s     *Service
}

// Projects are the contact's projects that are not hidden or archived, by name.
func (c *Contact) Projects(ctx context.Context) ([]*Project, error) {
	return page.Load(ctx, c.group, "projects", c.ID, func(ctx context.Context, contacts []uuid.UUID) (map[uuid.UUID][]*Project, error) {
		rows, err := c.s.DB.Project.Query().Where(entproject.ContactIDIn(contacts...), entproject.ArchivedAtIsNil()).
			Order(entproject.BySortName(), entproject.ByID()).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("portal: read projects: %w", err)
		}
		ids := make([]uuid.UUID, len(rows))
		for i, r := range rows {
			ids[i] = r.ID
		}
		group, out := page.NewGroup(ids...), map[uuid.UUID][]*Project{}
		for _, r := range rows {
			out[r.ContactID] = append(out[r.ContactID], &Project{r, group, c.s})
		}
		return out, nil
	})
}

// Seconds is the time on the project that the client sees, without a timer that runs.
func (p *Project) Seconds(ctx context.Context) (int, error) {
	return page.Load(ctx, p.group, "seconds", p.ID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]int, error) {
		var rows []struct {
			ProjectID uuid.UUID `json:"project_id"`
			Sum       int       `json:"sum"`
		}
		err := p.s.DB.TimeEntry.Query().Where(timeentry.ProjectIDIn(ids...)).GroupBy(timeentry.FieldProjectID).
			Aggregate(ent.Sum(timeentry.FieldSeconds)).Scan(ctx, &rows)
		if err != nil {
			return nil, fmt.Errorf("portal: sum time: %w", err)
		}
		out := make(map[uuid.UUID]int, len(rows))
		for _, r := range rows {
			out[r.ProjectID] = r.Sum
		}
		return out, nil
	})
}

// Time is work on a project, as its client sees it.
type Time struct {
	*ent.TimeEntry
	tasks *page.Group
	s     *Service
}

// Time reads a page of the work that the client sees and that is done, newest date first.
//
// Faults: INVALID for a bad page.
func (p *Project) Time(ctx context.Context, first *int, after *string) (*page.Connection[*Time], error) {
	done := func(q *sql.Selector) { q.Where(sql.EQ(q.C(timeentry.FieldRunning), false)) }
	return db.Below(ctx, p.group, p.ID, page.Args{First: first, After: after}, db.Child[*Time]{
		Kind: "portalTime", Type: ent.TypeTimeEntry, Table: timeentry.Table, ParentColumn: timeentry.FieldProjectID,
		Key: timeentry.FieldDate, CheckKey: checkDate, Match: []db.Condition{done},
		Cursor: func(e *Time) page.Cursor {
			return page.Cursor{Kind: "portalTime", Key: string(e.Date), ID: e.ID}
		},
		Parent: func(e *Time) uuid.UUID { return e.ProjectID },
		Read: func(ctx context.Context, where db.Condition) ([]*Time, error) {
			rows, err := p.s.DB.TimeEntry.Query().Where(where).All(ctx)
			return p.s.times(rows), err
		},
	})
}

func (s *Service) times(rows []*ent.TimeEntry) []*Time {
	var tasks []uuid.UUID
	for _, r := range rows {
		if r.TaskID != nil {
			tasks = append(tasks, *r.TaskID)
		}
	}
	group, out := page.NewGroup(tasks...), make([]*Time, len(rows))
	for i, r := range rows {
		out[i] = &Time{r, group, s}
	}
	return out
}

// Task is the name of the task; nil for time on none.
func (e *Time) Task(ctx context.Context) (*string, error) {
	if e.TaskID == nil {
		return nil, nil //nolint:nilnil // time on no task
	}
	name, err := page.Load(ctx, e.tasks, "task", *e.TaskID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]string, error) {
		rows, err := e.s.DB.ProjectTask.Query().Where(projecttask.IDIn(ids...)).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("portal: read tasks: %w", err)
		}
		out := make(map[uuid.UUID]string, len(rows))
		for _, r := range rows {
			out[r.ID] = r.Name
		}
		return out, nil
	})
	return &name, err
}
