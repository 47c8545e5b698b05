package project

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/billeditem"
	entproject "github.com/kartela/kartela/ent/project"
	"github.com/kartela/kartela/ent/projecttask"
	"github.com/kartela/kartela/ent/timeentry"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

// Entry is a time entry as it was read, with those that were read together with it.
type Entry struct {
	*ent.TimeEntry
	People *page.Group // those who worked
	Group  *page.Group
	s      *Service
}

// related are the projects and tasks of entries that were read together.
type related struct{ projects, tasks []uuid.UUID }

type relatedKey struct{}

func (s *Service) wrapEntries(rows ...*ent.TimeEntry) []*Entry {
	ids := make([]uuid.UUID, len(rows))
	people, projects, tasks := map[uuid.UUID]bool{}, map[uuid.UUID]bool{}, map[uuid.UUID]bool{}
	for i, r := range rows {
		ids[i], people[r.UserID], projects[r.ProjectID] = r.ID, true, true
		if r.TaskID != nil {
			tasks[*r.TaskID] = true
		}
	}
	g, users := page.NewGroup(ids...), page.NewGroup(slices.Collect(maps.Keys(people))...)
	g.Remember(relatedKey{}, related{slices.Collect(maps.Keys(projects)), slices.Collect(maps.Keys(tasks))})
	out := make([]*Entry, len(rows))
	for i, r := range rows {
		out[i] = &Entry{r, users, g, s}
	}
	return out
}

// EndedAt is when the entry ended; nil while it runs and where only the duration is known.
func (e *Entry) EndedAt() *time.Time {
	if e.StartedAt == nil || e.Running {
		return nil
	}
	at := e.StartedAt.Add(time.Duration(e.Seconds) * time.Second)
	return &at
}

// Project is the project that was worked on; nil when the viewer sees it no more.
func (e *Entry) Project(ctx context.Context) (*Project, error) {
	return page.Load(ctx, e.Group, "project", e.ProjectID, func(ctx context.Context, _ []uuid.UUID) (map[uuid.UUID]*Project, error) {
		return e.s.ByIDs(ctx, page.Recall[related](e.Group, relatedKey{}).projects)
	})
}

// Task is the task that was worked on; nil for none, and when the viewer sees it no more.
func (e *Entry) Task(ctx context.Context) (*Task, error) {
	if e.TaskID == nil {
		return nil, nil //nolint:nilnil // an entry without a task
	}
	return page.Load(ctx, e.Group, "task", *e.TaskID, func(ctx context.Context, _ []uuid.UUID) (map[uuid.UUID]*Task, error) {
		rows, err := e.s.DB.ProjectTask.Query().Where(projecttask.IDIn(page.Recall[related](e.Group, relatedKey{}).tasks...)).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("project: read tasks: %w", err)
		}
		out := make(map[uuid.UUID]*Task, len(rows))
		for _, t := range e.s.wrapTasks(rows) {
			out[t.ID] = t
		}
		return out, nil
	})
}

// Billed says whether the entry is billed, for all entries of the group at once.
func (e *Entry) Billed(ctx context.Context) (bool, error) {
	return page.Load(ctx, e.Group, "billed", e.ID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]bool, error) {
		rows, err := e.s.DB.BilledItem.Query().Where(billeditem.TimeEntryIDIn(ids...), billeditem.Released(false)).All(everything(ctx))
		if err != nil {
			return nil, fmt.Errorf("project: ask whether time is billed: %w", err)
		}
		out := make(map[uuid.UUID]bool, len(rows))
		for _, r := range rows {
			out[*r.TimeEntryID] = true
		}
		return out, nil
	})
}

// Time reads a time entry. Staff only; who keeps time alone has their own. Faults: NOT_FOUND,
// UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Time(ctx context.Context, id uuid.UUID) (*Entry, error) {
	if err := mayReadTime(ctx); err != nil {
		return nil, err
	}
	row, err := s.DB.TimeEntry.Get(ctx, id)
	if ent.IsNotFound(err) {
		return nil, noEntry()
	}
	if err != nil {
		return nil, fmt.Errorf("project: read time: %w", err)
	}
	return s.wrapEntries(row)[0], nil
}

func mayReadTime(ctx context.Context) error {
	if _, err := viewer.RequireStaff(ctx, viewer.SeeTime); err == nil {
		return nil
	}
	_, err := viewer.RequireStaff(ctx, viewer.TrackTime)
	return err
}

func noEntry() error { return fault.New(fault.NotFound, "id", "There is no such time entry.") }

// worker is the person whose time an action is about: the viewer, or whom the input names.
//
// Faults: FORBIDDEN for another's time without EditTime; INVALID on userId when a program
// names nobody; NOT_FOUND on userId for one who does not work for the business.
func worker(ctx context.Context, tx *ent.Tx, user *uuid.UUID) (uuid.UUID, error) {
	v := viewer.From(ctx)
	if user == nil || *user == v.User && v.User != uuid.Nil {
		if _, err := viewer.RequireStaff(ctx, viewer.TrackTime); err != nil {
			return uuid.Nil, err
		}
		if v.User == uuid.Nil {
			return uuid.Nil, fault.New(fault.Invalid, "userId", "A program says whose time it is.")
		}
		return v.User, nil
	}
	if _, err := viewer.RequireStaff(ctx, viewer.EditTime); err != nil {
		return uuid.Nil, err
	}
	staff, err := staffOf(ctx, tx, []uuid.UUID{*user})
	if err != nil {
		return uuid.Nil, err
	}
	if !staff[*user] {
		return uuid.Nil, fault.New(fault.NotFound, "userId", "Nobody of the staff has this id.")
	}
	return *user, nil
}

// lockEntry reads an entry for a change by the viewer, who may change it while it is not billed.
//
// Faults: NOT_FOUND; FORBIDDEN for another's without EditTime; CONFLICT when it is billed.
func lockEntry(ctx context.Context, tx *ent.Tx, id uuid.UUID) (*ent.TimeEntry, error) {
	row, err := tx.TimeEntry.Query().Where(timeentry.ID(id), db.ForUpdate).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, noEntry()
	}
	if err != nil {
		return nil, fmt.Errorf("project: lock time: %w", err)
	}
	if _, err := worker(ctx, tx, &row.UserID); err != nil && !fault.IsCode(err, fault.NotFound) { // a past member's may be changed
		return nil, err
	}
	billed, err := tx.BilledItem.Query().Where(billeditem.TimeEntryID(id), billeditem.Released(false)).Exist(everything(ctx))
	if err != nil {
		return nil, fmt.Errorf("project: ask whether time is billed: %w", err)
	}
	if billed {
		return nil, fault.New(fault.Conflict, "id", "This time is billed: take it off its invoice first.")
	}
	return row, nil
}

// workable reads the project and task for time. Who keeps time alone finds the projects that
// they are a member of.
//
// Faults: NOT_FOUND on projectId and taskId; CONFLICT on projectId when it is archived or
// completed.
func workable(ctx context.Context, tx *ent.Tx, project uuid.UUID, task *uuid.UUID) (*ent.Project, *ent.ProjectTask, error) {
	p, err := tx.Project.Get(ctx, project)
	if ent.IsNotFound(err) {
		return nil, nil, notFound("projectId")
	}
	if err != nil {
		return nil, nil, fmt.Errorf("project: read: %w", err)
	}
	if err := active(p, "projectId"); err != nil {
		return nil, nil, err
	}
	if p.Status == entproject.StatusCompleted {
		return nil, nil, fault.New(fault.Conflict, "projectId", "The project is completed: take it up again first.")
	}
	if task == nil {
		return p, nil, nil
	}
	t, err := tx.ProjectTask.Query().Where(projecttask.ID(*task), projecttask.ProjectID(p.ID)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil, fault.New(fault.NotFound, "taskId", "The project has no such task.")
	}
	if err != nil {
		return nil, nil, fmt.Errorf("project: read a task: %w", err)
	}
	return p, t, nil
}

// billableAs is whether time is billable where nobody says so: as its task.
func billableAs(task *ent.ProjectTask) bool { return task == nil || task.Billable }

// neverBilled refuses to delete what a void invoice still names. Faults: CONFLICT on id.
func neverBilled(ctx context.Context, tx *ent.Tx, of func(*sql.Selector)) error {
	n, err := tx.BilledItem.Query().Where(of).Count(everything(ctx))
	if err != nil {
		return fmt.Errorf("project: ask what was billed: %w", err)
	}
	if n > 0 {
		return fault.New(fault.Conflict, "id", "An invoice that is void names this: it stays, so that the invoice can be restored.")
	}
	return nil
}

func entryFields(r *ent.TimeEntry) audit.Fields {
	f := audit.Fields{"projectId": r.ProjectID, "userId": r.UserID, "date": r.Date, "seconds": r.Seconds, "billable": r.Billable, "running": r.Running}
	if r.TaskID != nil {
		f["taskId"] = *r.TaskID
	}
	if r.Description != "" {
		f["description"] = r.Description
	}
	if r.StartedAt != nil {
		f["startedAt"] = r.StartedAt.UTC().Format(time.RFC3339)
	}
	return f
}

func recordTime(ctx context.Context, tx *ent.Tx, action string, row *ent.TimeEntry, before, after audit.Fields) error {
	return audit.Record(ctx, tx, audit.Event{Action: action, ObjectType: "time_entry", ObjectID: row.ID, Before: before, After: after})
}
