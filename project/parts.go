package project

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/membership"
	"github.com/kartela/kartela/ent/projectmember"
	"github.com/kartela/kartela/ent/projectoption"
	"github.com/kartela/kartela/ent/projecttask"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/ent/timeentry"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/tracking"
)

// saveParts saves the lists that the fields give, and tells what of them has changed.
func (s *Service) saveParts(ctx context.Context, tx *ent.Tx, row *ent.Project, f *Fields) (before, after audit.Fields, err error) {
	before, after = audit.Fields{}, audit.Fields{}
	for _, save := range []func(context.Context, *ent.Tx, *ent.Project, *Fields, audit.Fields, audit.Fields) error{saveMembers, saveTasks, saveOptions} {
		if err := save(ctx, tx, row, f, before, after); err != nil {
			return nil, nil, err
		}
	}
	return before, after, nil
}

// staffOf says which of the people work for the business today.
func staffOf(ctx context.Context, tx *ent.Tx, users []uuid.UUID) (map[uuid.UUID]bool, error) {
	if len(users) == 0 {
		return nil, nil //nolint:nilnil // a nil map is empty
	}
	rows, err := tx.Membership.Query().Where(membership.UserIDIn(users...), membership.EndedAtIsNil()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("project: read staff: %w", err)
	}
	out := make(map[uuid.UUID]bool, len(rows))
	for _, r := range rows {
		out[r.UserID] = true
	}
	return out, nil
}

func saveMembers(ctx context.Context, tx *ent.Tx, row *ent.Project, f *Fields, before, after audit.Fields) error {
	if f.Members == nil {
		return nil
	}
	rows, err := tx.ProjectMember.Query().Where(projectmember.ProjectID(row.ID)).Order(projectmember.ByID()).All(ctx)
	if err != nil {
		return fmt.Errorf("project: read members: %w", err)
	}
	old := make(map[uuid.UUID]*ent.ProjectMember, len(rows))
	was := make([]memberRecord, len(rows))
	for i, r := range rows {
		old[r.UserID], was[i] = r, memberRecord{r.UserID, r.Rate, r.Cost}
	}
	var fresh []uuid.UUID
	for _, m := range f.Members {
		if old[m.UserID] == nil {
			fresh = append(fresh, m.UserID)
		}
	}
	staff, err := staffOf(ctx, tx, fresh)
	if err != nil {
		return err
	}
	var bad fault.List
	var create []*ent.ProjectMemberCreate
	is, stays := make([]memberRecord, len(f.Members)), map[uuid.UUID]bool{}
	for i, m := range f.Members {
		is[i], stays[m.UserID] = memberRecord{m.UserID, m.Rate, m.Cost}, true
		r := old[m.UserID]
		switch {
		case r == nil && !staff[m.UserID]:
			bad = append(bad, fault.New(fault.NotFound, fmt.Sprintf("members.%d.userId", i), "Nobody of the staff has this id."))
		case r == nil:
			create = append(create, tx.ProjectMember.Create().SetProjectID(row.ID).SetUserID(m.UserID).SetNillableRate(m.Rate).SetNillableCost(m.Cost))
		case !same(r.Rate, m.Rate) || !same(r.Cost, m.Cost):
			u := tx.ProjectMember.UpdateOneID(r.ID).SetNillableRate(m.Rate).SetNillableCost(m.Cost)
			if m.Rate == nil {
				u.ClearRate()
			}
			if m.Cost == nil {
				u.ClearCost()
			}
			if err := u.Exec(ctx); err != nil {
				return fmt.Errorf("project: change a member: %w", err)
			}
		}
	}
	if err := bad.Err(); err != nil {
		return err
	}
	if err := dropMembers(ctx, tx, rows, stays); err != nil {
		return err
	}
	if len(create) > 0 {
		if err := tx.ProjectMember.CreateBulk(create...).Exec(ctx); err != nil {
			return fmt.Errorf("project: make members: %w", err)
		}
	}
	before["members"], after["members"] = was, is
	return nil
}

// dropMembers deletes those who do not stay. Their time stays.
func dropMembers(ctx context.Context, tx *ent.Tx, rows []*ent.ProjectMember, stays map[uuid.UUID]bool) error {
	var gone []uuid.UUID
	for _, r := range rows {
		if !stays[r.UserID] {
			gone = append(gone, r.ID)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	_, err := tx.ProjectMember.Delete().Where(projectmember.IDIn(gone...)).Exec(ctx)
	return wrapped("delete members", err)
}

// memberRecord is a member as the history tells it.
type memberRecord struct {
	UserID uuid.UUID      `json:"userId"`
	Rate   *money.Decimal `json:"rate,omitempty"`
	Cost   *money.Decimal `json:"cost,omitempty"`
}

// taskRecord is a task as the history tells it.
type taskRecord struct {
	Name     string         `json:"name"`
	Billable bool           `json:"billable"`
	Rate     *money.Decimal `json:"rate,omitempty"`
	Budget   int64          `json:"budgetSeconds,omitempty"`
	Assignee *uuid.UUID     `json:"assigneeId,omitempty"`
	Done     bool           `json:"done,omitempty"`
}

func same(a, b *money.Decimal) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(*b)
}

func saveTasks(ctx context.Context, tx *ent.Tx, row *ent.Project, f *Fields, before, after audit.Fields) error {
	if f.Tasks == nil {
		return nil
	}
	rows, err := tx.ProjectTask.Query().Where(projecttask.ProjectID(row.ID)).Order(projecttask.ByPosition(), projecttask.ByID()).All(ctx)
	if err != nil {
		return fmt.Errorf("project: read tasks: %w", err)
	}
	old, was := make(map[uuid.UUID]*ent.ProjectTask, len(rows)), make([]taskRecord, len(rows))
	for i, r := range rows {
		old[r.ID], was[i] = r, taskRecord{r.Name, r.Billable, r.Rate, r.BudgetSeconds, r.AssigneeID, r.DoneAt != nil}
	}
	if err := checkTasks(ctx, tx, row, f.Tasks, old); err != nil {
		return err
	}
	if err := dropTasks(ctx, tx, rows, f.Tasks); err != nil {
		return err
	}
	// Names are given up first, so that two tasks can change theirs: a folded name never
	// begins with a space.
	for _, t := range f.Tasks {
		if t.ID != nil && old[*t.ID].SortName != sortName(t.Name) {
			if err := tx.ProjectTask.UpdateOneID(*t.ID).SetSortName(" " + t.ID.String()).Exec(ctx); err != nil {
				return fmt.Errorf("project: change a task: %w", err)
			}
		}
	}
	is := make([]taskRecord, len(f.Tasks))
	for i, t := range f.Tasks {
		is[i] = taskRecord{t.Name, t.Billable == nil || *t.Billable, t.Rate, t.BudgetSeconds, t.AssigneeID, t.Done}
		if err := t.save(ctx, tx, row.ID, old, i); err != nil {
			return fmt.Errorf("project: save a task: %w", err)
		}
	}
	before["tasks"], after["tasks"] = was, is
	return nil
}

// save writes the task in its place, over what it is where it is not new.
func (t *TaskInput) save(ctx context.Context, tx *ent.Tx, project uuid.UUID, old map[uuid.UUID]*ent.ProjectTask, at int) error {
	billable := t.Billable == nil || *t.Billable
	if t.ID == nil {
		c := tx.ProjectTask.Create().SetProjectID(project).SetName(t.Name).SetSortName(sortName(t.Name)).SetPosition(at).SetBillable(billable).
			SetNillableRate(t.Rate).SetBudgetSeconds(t.BudgetSeconds).SetNillableAssigneeID(t.AssigneeID)
		if t.Done {
			c.SetDoneAt(schema.Now())
		}
		return c.Exec(ctx)
	}
	u := tx.ProjectTask.UpdateOneID(*t.ID).SetName(t.Name).SetSortName(sortName(t.Name)).SetPosition(at).SetBillable(billable).
		SetBudgetSeconds(t.BudgetSeconds).SetNillableRate(t.Rate).SetNillableAssigneeID(t.AssigneeID)
	if t.Rate == nil {
		u.ClearRate()
	}
	if t.AssigneeID == nil {
		u.ClearAssigneeID()
	}
	switch {
	case !t.Done:
		u.ClearDoneAt()
	case old[*t.ID].DoneAt == nil:
		u.SetDoneAt(schema.Now())
	}
	return u.Exec(ctx)
}

// checkTasks holds ids and assignees to the project. Faults: NOT_FOUND on tasks.N.id and
// tasks.N.assigneeId.
func checkTasks(ctx context.Context, tx *ent.Tx, row *ent.Project, tasks []*TaskInput, old map[uuid.UUID]*ent.ProjectTask) error {
	members, err := tx.ProjectMember.Query().Where(projectmember.ProjectID(row.ID)).All(ctx)
	if err != nil {
		return fmt.Errorf("project: read members: %w", err)
	}
	var bad fault.List
	seen := map[uuid.UUID]bool{}
	for i, t := range tasks {
		if t.ID != nil {
			if old[*t.ID] == nil || seen[*t.ID] { // an id is used once
				bad = append(bad, fault.New(fault.NotFound, fmt.Sprintf("tasks.%d.id", i), "The project has no such task."))
			}
			seen[*t.ID] = true
		}
		if t.AssigneeID == nil || t.ID != nil && old[*t.ID] != nil && old[*t.ID].AssigneeID != nil && *old[*t.ID].AssigneeID == *t.AssigneeID {
			continue // who was assigned stays so, a past member too
		}
		if !slices.ContainsFunc(members, func(m *ent.ProjectMember) bool { return m.UserID == *t.AssigneeID }) {
			bad = append(bad, fault.New(fault.NotFound, fmt.Sprintf("tasks.%d.assigneeId", i), "The project has no such member."))
		}
	}
	return bad.Err()
}

// dropTasks deletes the tasks that are missing. Faults: CONFLICT on tasks for one with time.
func dropTasks(ctx context.Context, tx *ent.Tx, rows []*ent.ProjectTask, tasks []*TaskInput) error {
	var gone []uuid.UUID
	var bad fault.List
	for _, r := range rows {
		if slices.ContainsFunc(tasks, func(t *TaskInput) bool { return t.ID != nil && *t.ID == r.ID }) {
			continue
		}
		used, err := tx.TimeEntry.Query().Where(timeentry.TaskID(r.ID)).Exist(everything(ctx))
		if err != nil {
			return fmt.Errorf("project: look for time: %w", err)
		}
		if used {
			bad = append(bad, fault.New(fault.Conflict, "tasks", "The task “%s” cannot be deleted: it has time. Mark it as done instead.", r.Name))
		}
		gone = append(gone, r.ID)
	}
	if err := bad.Err(); err != nil || len(gone) == 0 {
		return err
	}
	if _, err := tx.ProjectTask.Delete().Where(projecttask.IDIn(gone...)).Exec(ctx); err != nil {
		return fmt.Errorf("project: delete tasks: %w", err)
	}
	return nil
}

func forProjects(c *ent.TrackingCategory) bool { return c.Projects }

func saveOptions(ctx context.Context, tx *ent.Tx, row *ent.Project, f *Fields, before, after audit.Fields) error {
	if f.OptionIDs == nil {
		return nil
	}
	rows, err := tx.ProjectOption.Query().Where(projectoption.ProjectID(row.ID)).All(ctx)
	if err != nil {
		return fmt.Errorf("project: read options: %w", err)
	}
	ids, has := slices.Clone(f.OptionIDs), map[uuid.UUID]bool{}
	for _, r := range rows {
		ids, has[r.OptionID] = append(ids, r.OptionID), true
	}
	known, err := tracking.Choices(ctx, tx, ids)
	if err != nil {
		return err
	}
	if err := tracking.Check("optionIds", f.OptionIDs, known, forProjects, has); err != nil {
		return err
	}
	if _, err := tx.ProjectOption.Delete().Where(projectoption.ProjectID(row.ID)).Exec(ctx); err != nil {
		return fmt.Errorf("project: delete options: %w", err)
	}
	create, was, is := make([]*ent.ProjectOptionCreate, len(f.OptionIDs)), []string{}, []string{}
	for i, id := range f.OptionIDs {
		create[i] = tx.ProjectOption.Create().SetProjectID(row.ID).SetCategoryID(known[id].Category.ID).SetOptionID(id)
		is = append(is, known[id].Title())
	}
	if len(create) > 0 {
		if err := tx.ProjectOption.CreateBulk(create...).Exec(ctx); err != nil {
			return fmt.Errorf("project: save options: %w", err)
		}
	}
	for _, r := range rows {
		was = append(was, known[r.OptionID].Title())
	}
	slices.Sort(was)
	slices.Sort(is)
	before["options"], after["options"] = was, is
	return nil
}
