package project

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/billeditem"
	"github.com/kartela/kartela/ent/projectfee"
	"github.com/kartela/kartela/ent/projectmember"
	"github.com/kartela/kartela/ent/projectoption"
	"github.com/kartela/kartela/ent/projecttask"
	"github.com/kartela/kartela/ent/timeentry"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/tracking"
)

// Member is a member of a project. Its group is of people.
type Member struct {
	*ent.ProjectMember
	People *page.Group
}

// Rate is what an hour of theirs costs the client; nil for the project's, and for those who
// keep time alone.
func (m *Member) Rate(ctx context.Context) *money.Decimal {
	if !seesRates(ctx) {
		return nil
	}
	return m.ProjectMember.Rate
}

// Cost is what an hour of theirs costs the business; nil when it is not said, and for those who
// keep time alone.
func (m *Member) Cost(ctx context.Context) *money.Decimal {
	if !seesRates(ctx) {
		return nil
	}
	return m.ProjectMember.Cost
}

// Task is a task of a project, with those that were read together with it.
type Task struct {
	*ent.ProjectTask
	People *page.Group
	group  *page.Group
	s      *Service
}

// Rate is what an hour of it costs the client; nil for the project's, and for those who keep
// time alone.
func (t *Task) Rate(ctx context.Context) *money.Decimal {
	if !seesRates(ctx) {
		return nil
	}
	return t.ProjectTask.Rate
}

// Seconds is the time on the task that the viewer sees, without a timer that runs, for all
// tasks of the group at once.
func (t *Task) Seconds(ctx context.Context) (int64, error) {
	return page.Load(ctx, t.group, "seconds", t.ID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]int64, error) {
		var rows []struct {
			TaskID  uuid.UUID `json:"task_id"`
			Seconds int64     `json:"seconds"`
		}
		err := t.s.DB.TimeEntry.Query().Where(timeentry.TaskIDIn(ids...)).GroupBy(timeentry.FieldTaskID).
			Aggregate(ent.As(ent.Sum(timeentry.FieldSeconds), "seconds")).Scan(ctx, &rows)
		if err != nil {
			return nil, fmt.Errorf("project: sum the time of tasks: %w", err)
		}
		out := make(map[uuid.UUID]int64, len(rows))
		for _, r := range rows {
			out[r.TaskID] = r.Seconds
		}
		return out, nil
	})
}

// Done says whether the task is done.
func (t *Task) Done() bool { return t.DoneAt != nil }

// Fee is a fee of a project, with its currency.
type Fee struct {
	*ent.ProjectFee
	Group    *page.Group
	currency money.Currency
	s        *Service
}

// Amount is quantity × price, without VAT.
func (f *Fee) Amount() (money.Money, error) {
	m, err := worth(f.Quantity, f.UnitPrice, f.currency)
	return money.New(m, f.currency), err
}

// Billed says whether the fee is billed, for all fees of the group at once.
func (f *Fee) Billed(ctx context.Context) (bool, error) {
	return page.Load(ctx, f.Group, "billed", f.ID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]bool, error) {
		rows, err := f.s.DB.BilledItem.Query().Where(billeditem.FeeIDIn(ids...), billeditem.Released(false)).All(everything(ctx))
		if err != nil {
			return nil, fmt.Errorf("project: ask whether fees are billed: %w", err)
		}
		out := make(map[uuid.UUID]bool, len(rows))
		for _, r := range rows {
			out[*r.FeeID] = true
		}
		return out, nil
	})
}

func (s *Service) wrapFees(c money.Currency, rows ...*ent.ProjectFee) []*Fee {
	ids := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	g := page.NewGroup(ids...)
	out := make([]*Fee, len(rows))
	for i, r := range rows {
		out[i] = &Fee{r, g, c, s}
	}
	return out
}

// Members are who works on the project, read for all projects of the group at once. Who keeps
// time alone has themselves.
func (p *Project) Members(ctx context.Context) ([]*Member, error) {
	return page.Load(ctx, p.Group, "members", p.ID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*Member, error) {
		rows, err := p.s.DB.ProjectMember.Query().Where(projectmember.ProjectIDIn(ids...)).Order(projectmember.ByID()).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("project: read members: %w", err)
		}
		people := map[uuid.UUID]bool{}
		for _, r := range rows {
			people[r.UserID] = true
		}
		g := page.NewGroup(slices.Collect(maps.Keys(people))...)
		out := make(map[uuid.UUID][]*Member, len(ids))
		for _, r := range rows {
			out[r.ProjectID] = append(out[r.ProjectID], &Member{r, g})
		}
		return out, nil
	})
}

// Tasks are the project's tasks in their order, read for all projects of the group at once.
func (p *Project) Tasks(ctx context.Context) ([]*Task, error) {
	return page.Load(ctx, p.Group, "tasks", p.ID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*Task, error) {
		rows, err := p.s.DB.ProjectTask.Query().Where(projecttask.ProjectIDIn(ids...)).Order(projecttask.ByPosition(), projecttask.ByID()).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("project: read tasks: %w", err)
		}
		out := make(map[uuid.UUID][]*Task, len(ids))
		for _, t := range p.s.wrapTasks(rows) {
			out[t.ProjectID] = append(out[t.ProjectID], t)
		}
		return out, nil
	})
}

func (s *Service) wrapTasks(rows []*ent.ProjectTask) []*Task {
	ids, people := make([]uuid.UUID, len(rows)), map[uuid.UUID]bool{}
	for i, r := range rows {
		ids[i] = r.ID
		if r.AssigneeID != nil {
			people[*r.AssigneeID] = true
		}
	}
	users, g := page.NewGroup(slices.Collect(maps.Keys(people))...), page.NewGroup(ids...)
	out := make([]*Task, len(rows))
	for i, r := range rows {
		out[i] = &Task{r, users, g, s}
	}
	return out
}

// Fees are the project's fees and instalments by date, read for all projects of the group at
// once; none for those who keep time alone.
func (p *Project) Fees(ctx context.Context) ([]*Fee, error) {
	rows, err := page.Load(ctx, p.Group, "fees", p.ID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*ent.ProjectFee, error) {
		rows, err := p.s.DB.ProjectFee.Query().Where(projectfee.ProjectIDIn(ids...)).Order(projectfee.ByDate(), projectfee.ByID()).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("project: read fees: %w", err)
		}
		out := make(map[uuid.UUID][]*ent.ProjectFee, len(ids))
		for _, r := range rows {
			out[r.ProjectID] = append(out[r.ProjectID], r)
		}
		return out, nil
	})
	if err != nil {
		return nil, err
	}
	return p.s.wrapFees(p.Currency, rows...), nil
}

// Options are the project's options of tracking categories, read for all projects of the group
// at once.
func (p *Project) Options(ctx context.Context) ([]*tracking.Option, error) {
	return page.Load(ctx, p.Group, "options", p.ID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*tracking.Option, error) {
		rows, err := p.s.DB.ProjectOption.Query().Where(projectoption.ProjectIDIn(ids...)).Order(projectoption.ByID()).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("project: read options: %w", err)
		}
		options := map[uuid.UUID]bool{}
		for _, r := range rows {
			options[r.OptionID] = true
		}
		known, err := (&tracking.Service{DB: p.s.DB}).OptionsByIDs(ctx, slices.Collect(maps.Keys(options)))
		if err != nil {
			return nil, err
		}
		out := make(map[uuid.UUID][]*tracking.Option, len(ids))
		for _, r := range rows {
			if o := known[r.OptionID]; o != nil { // it may have gone since
				out[r.ProjectID] = append(out[r.ProjectID], o)
			}
		}
		return out, nil
	})
}
