package graph

import (
	"context"

	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/graph/generated/model"
	"github.com/kartela/kartela/live"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/project"
	"github.com/kartela/kartela/viewer"
)

func (q query) Projects(ctx context.Context, first *int, after *string, last *int, before *string, f *project.Filter, order project.Order) (*page.Connection[*project.Project], error) {
	return q.Resolver.Projects.List(ctx, page.Args{First: first, After: after, Last: last, Before: before}, f, order)
}

func (q query) Project(ctx context.Context, id uuid.UUID) (*project.Project, error) {
	return q.Resolver.Projects.Get(ctx, id)
}

func (q query) Staff(ctx context.Context) ([]*ent.User, error) { return q.Resolver.Projects.Staff(ctx) }

func (q query) Unbilled(ctx context.Context, projectIDs []uuid.UUID, contactID *uuid.UUID, until *day.Date) ([]*project.Item, error) {
	return q.Resolver.Projects.Unbilled(ctx, project.Which{ProjectIDs: projectIDs, ContactID: contactID}, until)
}

func (q query) TimeEntries(ctx context.Context, first *int, after *string, last *int, before *string, f *project.TimeFilter) (*page.Connection[*project.Entry], error) {
	return q.Resolver.Projects.TimeList(ctx, page.Args{First: first, After: after, Last: last, Before: before}, f)
}

func (q query) TimeSummary(ctx context.Context, f *project.TimeFilter) (*project.TimeSummary, error) {
	return q.Resolver.Projects.SumTime(ctx, f)
}

func (q query) Timer(ctx context.Context) (*project.Running, error) {
	return q.Resolver.Projects.CurrentTimer(ctx)
}

func (q query) TimeSheet(ctx context.Context, week day.Date, userID *uuid.UUID) (*project.Sheet, error) {
	return q.Resolver.Projects.TimeSheet(ctx, week, userID)
}

func (f contactFields) Projects(ctx context.Context, c *contact.Contact, first *int, after *string, filter *project.Filter) (*page.Connection[*project.Project], error) {
	return f.Resolver.Projects.Of(ctx, c, page.Args{First: first, After: after}, filter)
}

func (f memberFields) User(ctx context.Context, m *project.Member) (*ent.User, error) {
	return page.Load(ctx, m.People, "person", m.UserID, f.Accounts.People)
}

func (f taskFields) Assignee(ctx context.Context, t *project.Task) (*ent.User, error) {
	if t.AssigneeID == nil {
		return nil, nil //nolint:nilnil // nobody's task
	}
	return page.Load(ctx, t.People, "person", *t.AssigneeID, f.Accounts.People)
}

func (f entryFields) User(ctx context.Context, e *project.Entry) (*ent.User, error) {
	return page.Load(ctx, e.People, "person", e.UserID, f.Accounts.People)
}

func projectPayload(p *project.Project, err error) (*model.ProjectPayload, error) {
	if err != nil {
		return nil, err
	}
	return &model.ProjectPayload{Project: *p}, nil
}

func (m mutation) CreateProject(ctx context.Context, in project.CreateInput) (*model.ProjectPayload, error) {
	return projectPayload(m.Projects.Create(ctx, in))
}

func (m mutation) UpdateProject(ctx context.Context, in project.UpdateInput) (*model.ProjectPayload, error) {
	return projectPayload(m.Projects.Update(ctx, in))
}

func (m mutation) ArchiveProject(ctx context.Context, in project.IDInput) (*model.ProjectPayload, error) {
	return projectPayload(m.Projects.Archive(ctx, in))
}

func (m mutation) RestoreProject(ctx context.Context, in project.IDInput) (*model.ProjectPayload, error) {
	return projectPayload(m.Projects.Restore(ctx, in))
}

func (m mutation) DeleteProject(ctx context.Context, in project.IDInput) (*model.DeleteProjectPayload, error) {
	id, err := m.Projects.Delete(ctx, in)
	if err != nil {
		return nil, err
	}
	return &model.DeleteProjectPayload{ID: id}, nil
}

func feePayload(f *project.Fee, err error) (*model.ProjectFeePayload, error) {
	if err != nil {
		return nil, err
	}
	return &model.ProjectFeePayload{Fee: *f}, nil
}

func (m mutation) AddProjectFee(ctx context.Context, in project.AddFeeInput) (*model.ProjectFeePayload, error) {
	return feePayload(m.Projects.AddFee(ctx, in))
}

func (m mutation) UpdateProjectFee(ctx context.Context, in project.UpdateFeeInput) (*model.ProjectFeePayload, error) {
	return feePayload(m.Projects.UpdateFee(ctx, in))
}

func (m mutation) DeleteProjectFee(ctx context.Context, in project.IDInput) (*model.DeleteProjectFeePayload, error) {
	id, err := m.Projects.DeleteFee(ctx, in)
	if err != nil {
		return nil, err
	}
	return &model.DeleteProjectFeePayload{ID: id}, nil
}

func entryPayload(e *project.Entry, err error) (*model.TimeEntryPayload, error) {
	if err != nil {
		return nil, err
	}
	return &model.TimeEntryPayload{Entry: *e}, nil
}

func (m mutation) LogTime(ctx context.Context, in project.LogInput) (*model.TimeEntryPayload, error) {
	return entryPayload(m.Projects.Log(ctx, in))
}

func (m mutation) UpdateTimeEntry(ctx context.Context, in project.UpdateTimeInput) (*model.TimeEntryPayload, error) {
	return entryPayload(m.Projects.UpdateTime(ctx, in))
}

func (m mutation) DeleteTimeEntry(ctx context.Context, in project.IDInput) (*model.DeleteTimeEntryPayload, error) {
	id, err := m.Projects.DeleteTime(ctx, in)
	if err != nil {
		return nil, err
	}
	return &model.DeleteTimeEntryPayload{ID: id}, nil
}

func (m mutation) StartTimer(ctx context.Context, in project.StartInput) (*model.TimeEntryPayload, error) {
	return entryPayload(m.Projects.StartTimer(ctx, in))
}

func (m mutation) StopTimer(ctx context.Context, in project.StopInput) (*model.TimeEntryPayload, error) {
	return entryPayload(m.Projects.StopTimer(ctx, in))
}

func (m mutation) SaveTimeSheet(ctx context.Context, in project.SaveSheetInput) (*model.SaveTimeSheetPayload, error) {
	id, err := m.Projects.SaveSheet(ctx, in)
	if err != nil {
		return nil, err
	}
	return &model.SaveTimeSheetPayload{UserID: id}, nil
}

func (m mutation) BillProjects(ctx context.Context, in project.BillInput) (*model.BillProjectsPayload, error) {
	d, err := m.Projects.Bill(ctx, in)
	if err != nil {
		return nil, err
	}
	return &model.BillProjectsPayload{Invoice: *d}, nil
}

func markPayload(ids []uuid.UUID, err error) (*model.MarkBilledPayload, error) {
	if err != nil {
		return nil, err
	}
	return &model.MarkBilledPayload{ItemIds: ids}, nil
}

func (m mutation) MarkBilled(ctx context.Context, in project.MarkInput) (*model.MarkBilledPayload, error) {
	return markPayload(m.Projects.MarkBilled(ctx, in))
}

func (m mutation) MarkUnbilled(ctx context.Context, in project.MarkInput) (*model.MarkBilledPayload, error) {
	return markPayload(m.Projects.MarkUnbilled(ctx, in))
}

func (s subscription) TimerChanged(ctx context.Context) (<-chan *project.Running, error) {
	if given, ok := live.Given[*project.Running](ctx); ok {
		return given, nil
	}
	v, read := viewer.From(ctx), s.Projects.FollowTimer()
	hint := s.Hints.Follow(v.Organization, v.User) // first follow, then read: no gap
	now, err := read(ctx)
	if err != nil {
		hint.Close()
		return nil, err
	}
	return live.Watch(ctx, s.Hub, hint, now, live.Watched[*project.Running]{
		Read:    read,
		Newer:   func(now, before *project.Running) bool { return now.State > before.State },
		Allowed: s.standing(ctx, nil),
	}), nil
}
