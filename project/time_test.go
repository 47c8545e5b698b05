package project_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/ent"
	entproject "github.com/kartela/kartela/ent/project"
	"github.com/kartela/kartela/ent/timeentry"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/project"
	"github.com/kartela/kartela/viewer"
)

func at(s string) *time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return &t
}

// The organization is in Athens, three hours before UTC in June; its present is 15:00.
func TestTimeCountsForTheDayOfItsStart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		p := b.project(t, "x")
		tests := map[string]struct {
			span    project.Span
			date    day.Date
			seconds int64
			bad     string
		}{
			"a duration":               {span: project.Span{Seconds: ptr(int64(5400))}, date: today, seconds: 5400},
			"of a day":                 {span: project.Span{Seconds: ptr(int64(86400)), Date: ptr(day.Date("2026-06-01"))}, date: "2026-06-01", seconds: 86400},
			"over midnight":            {span: project.Span{StartedAt: at("2026-06-14T20:00:00Z"), EndedAt: at("2026-06-14T22:30:00Z")}, date: "2026-06-14", seconds: 9000},
			"after midnight in Athens": {span: project.Span{StartedAt: at("2026-06-14T21:30:00Z"), EndedAt: at("2026-06-14T22:00:00Z")}, date: "2026-06-15", seconds: 1800},
			"a start and a duration":   {span: project.Span{StartedAt: at("2026-06-15T05:00:00Z"), Seconds: ptr(int64(60))}, date: today, seconds: 60},
			"the clock is set back":    {span: project.Span{StartedAt: at("2025-10-26T00:00:00Z"), EndedAt: at("2025-10-26T02:00:00Z")}, date: "2025-10-26", seconds: 7200},
			"nothing":                  {span: project.Span{}, bad: "seconds"},
			"no time":                  {span: project.Span{Seconds: ptr(int64(0))}, bad: "seconds"},
			"more than a day":          {span: project.Span{Seconds: ptr(int64(86401))}, bad: "seconds"},
			"an end before the start":  {span: project.Span{StartedAt: at("2026-06-15T05:00:00Z"), EndedAt: at("2026-06-15T04:00:00Z")}, bad: "endedAt"},
			"over a day":               {span: project.Span{StartedAt: at("2026-06-13T05:00:00Z"), EndedAt: at("2026-06-14T05:00:01Z")}, bad: "endedAt"},
			"an end alone":             {span: project.Span{EndedAt: at("2026-06-15T04:00:00Z")}, bad: "startedAt"},
			"a start in the future":    {span: project.Span{StartedAt: at("2026-06-15T12:00:01Z"), Seconds: ptr(int64(60))}, bad: "startedAt"},
			"a day in the future":      {span: project.Span{Seconds: ptr(int64(60)), Date: ptr(day.Date("2026-06-16"))}, bad: "date"},
			"another day than its own": {span: project.Span{StartedAt: at("2026-06-14T05:00:00Z"), Seconds: ptr(int64(60)), Date: ptr(today)}, bad: "date"},
			"an end and a duration":    {span: project.Span{StartedAt: at("2026-06-14T05:00:00Z"), EndedAt: at("2026-06-14T06:00:00Z"), Seconds: ptr(int64(60))}, bad: "endedAt"},
		}
		for name, tt := range tests {
			t.Run(name, func(t *testing.T) {
				e, err := b.Log(b.ctx, project.LogInput{ProjectID: p.ID, Span: tt.span})
				if tt.bad != "" {
					refused(t, err, fault.Invalid, tt.bad)
					return
				}
				must(t, err)
				if e.Date != tt.date || e.Seconds != tt.seconds || !e.Billable || e.UserID != user(b.ctx) {
					t.Errorf("entered %+v", e.TimeEntry)
				}
			})
		}
	})
}

func TestTimeIsChangedByThoseWhoMay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, stranger := setup(t, d), setup(t, d)
		keeper := dbtest.Member(t, b.ctx, d, viewer.TimeKeeper)
		sales := dbtest.Member(t, b.ctx, d, viewer.Sales)
		p := b.project(t, "x", func(in *project.CreateInput) {
			in.Members, in.Tasks = []*project.MemberInput{{UserID: user(keeper)}}, tasks("a", "b")
			in.Tasks[1].Billable = ptr(false)
		})
		alien := b.project(t, "y")
		list, err := p.Tasks(b.ctx)
		must(t, err)
		hour := project.Span{Seconds: ptr(int64(3600))}

		own, err := b.Log(keeper, project.LogInput{ProjectID: p.ID, TaskID: &list[1].ID, Span: hour, Description: " Σχέδιο "})
		must(t, err)
		if own.Billable || own.Description != "Σχέδιο" {
			t.Errorf("entered %+v", own.TimeEntry)
		}
		_, err = b.Log(keeper, project.LogInput{ProjectID: alien.ID, Span: hour})
		refused(t, err, fault.NotFound, "projectId")
		_, err = b.Log(keeper, project.LogInput{ProjectID: p.ID, UserID: ptr(user(b.ctx)), Span: hour})
		refused(t, err, fault.Forbidden, "")
		_, err = b.Log(sales, project.LogInput{ProjectID: p.ID, UserID: ptr(user(keeper)), Span: hour})
		refused(t, err, fault.Forbidden, "")
		_, err = b.Log(b.ctx, project.LogInput{ProjectID: p.ID, UserID: ptr(user(stranger.ctx)), Span: hour})
		refused(t, err, fault.NotFound, "userId")
		_, err = b.Log(b.ctx, project.LogInput{ProjectID: alien.ID, TaskID: &list[0].ID, Span: hour})
		refused(t, err, fault.NotFound, "taskId")
		others, err := b.Log(b.ctx, project.LogInput{ProjectID: p.ID, UserID: ptr(user(keeper)), TaskID: &list[0].ID, Span: hour})
		must(t, err)

		program := viewer.From(b.ctx)
		program.User, program.APIKey = uuid.Nil, uuid.New()
		key := viewer.With(context.Background(), program)
		_, err = b.Log(key, project.LogInput{ProjectID: p.ID, Span: hour})
		refused(t, err, fault.Invalid, "userId")
		_, err = b.Log(key, project.LogInput{ProjectID: p.ID, UserID: ptr(user(keeper)), Span: hour})
		must(t, err)
		_, err = b.StartTimer(key, project.StartInput{ProjectID: p.ID})
		refused(t, err, fault.Forbidden, "")

		mine := b.log(t, p.ID, 60)
		_, err = b.UpdateTime(keeper, project.UpdateTimeInput{ID: mine.ID, Version: 1})
		refused(t, err, fault.NotFound, "id") // another's time is not there
		_, err = b.UpdateTime(sales, project.UpdateTimeInput{ID: mine.ID, Version: 1})
		refused(t, err, fault.Forbidden, "") // seen, not changed
		_, err = b.DeleteTime(sales, project.IDInput{ID: mine.ID})
		refused(t, err, fault.Forbidden, "")
		_, err = b.DeleteTime(stranger.ctx, project.IDInput{ID: mine.ID})
		refused(t, err, fault.NotFound, "id")

		changed, err := b.UpdateTime(keeper, project.UpdateTimeInput{ID: own.ID, Version: 1, TaskID: &list[0].ID, Billable: ptr(true), Span: project.Span{StartedAt: at("2026-06-13T08:00:00Z")}})
		must(t, err)
		if changed.Version != 2 || *changed.TaskID != list[0].ID || changed.Date != "2026-06-13" || changed.Seconds != 3600 || changed.EndedAt() == nil {
			t.Errorf("changed to %+v", changed.TimeEntry)
		}
		_, err = b.UpdateTime(keeper, project.UpdateTimeInput{ID: own.ID, Version: 1})
		refused(t, err, fault.Conflict, "version")
		moved, err := b.UpdateTime(b.ctx, project.UpdateTimeInput{ID: own.ID, Version: 2, ProjectID: &alien.ID, Span: project.Span{Date: ptr(day.Date("2026-06-12"))}})
		must(t, err)
		if moved.TaskID != nil || moved.ProjectID != alien.ID || moved.StartedAt != nil || moved.Date != "2026-06-12" {
			t.Errorf("moved to %+v", moved.TimeEntry)
		}
		_, err = b.Update(b.ctx, project.UpdateInput{ID: p.ID, Version: 1, Fields: project.Fields{Status: ptr(entproject.StatusCompleted)}})
		must(t, err)
		_, err = b.Log(b.ctx, project.LogInput{ProjectID: p.ID, Span: hour})
		refused(t, err, fault.Conflict, "projectId")
		_, err = b.DeleteTime(keeper, project.IDInput{ID: others.ID})
		must(t, err)

		c, err := b.TimeList(keeper, page.Args{}, nil)
		must(t, err)
		for _, e := range c.Nodes() {
			if e.UserID != user(keeper) {
				t.Errorf("a time-keeper sees %+v", e.TimeEntry)
			}
		}
		sum, err := b.SumTime(b.ctx, &project.TimeFilter{UserID: ptr(user(keeper)), Billed: ptr(false)})
		must(t, err)
		if sum.Count != 2 || sum.Seconds != 7200 || sum.BillableSeconds != 7200 || sum.UnbilledSeconds() != 7200 {
			t.Errorf("sum %+v", sum)
		}
	})
}

func TestATimerStopsTheOneThatRuns(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		p := b.project(t, "x")
		follow := b.FollowTimer()
		now, err := follow(b.ctx)
		must(t, err)
		if now.Entry != nil || now.State != 0 {
			t.Errorf("before: %+v", now)
		}
		_, err = b.StopTimer(b.ctx, project.StopInput{})
		refused(t, err, fault.Conflict, "")
		first, err := b.StartTimer(b.ctx, project.StartInput{ProjectID: p.ID, Description: "α"})
		must(t, err)
		b.pass(90 * time.Second)
		second, err := b.StartTimer(b.ctx, project.StartInput{ProjectID: p.ID, Description: "β"})
		must(t, err)
		first, err = b.Time(b.ctx, first.ID)
		must(t, err)
		if first.Running || first.Seconds != 90 || !second.Running || second.Seconds != 0 {
			t.Errorf("first %+v, second %+v", first.TimeEntry, second.TimeEntry)
		}
		now, err = follow(b.ctx)
		must(t, err)
		if now.Entry == nil || now.Entry.ID != second.ID || now.State != 1 {
			t.Errorf("running: %+v", now)
		}
		if now, _ = follow(b.ctx); now.State != 1 {
			t.Errorf("the same state is counted twice: %+v", now)
		}
		_, err = b.UpdateTime(b.ctx, project.UpdateTimeInput{ID: second.ID, Version: 1, Span: project.Span{Seconds: ptr(int64(5))}})
		refused(t, err, fault.Invalid, "seconds")
		_, err = b.UpdateTime(b.ctx, project.UpdateTimeInput{ID: second.ID, Version: 1, Description: ptr("γ"), Span: project.Span{StartedAt: at("2026-06-15T11:00:00Z")}})
		must(t, err)
		if now, _ = follow(b.ctx); now.State != 2 {
			t.Errorf("a change is no state: %+v", now)
		}
		b.pass(48 * time.Hour)
		second, err = b.StopTimer(b.ctx, project.StopInput{})
		must(t, err)
		if second.Running || second.Seconds != 86400 || second.Date != today {
			t.Errorf("forgotten: %+v", second.TimeEntry)
		}
		third, err := b.StartTimer(b.ctx, project.StartInput{ProjectID: p.ID})
		must(t, err)
		_, err = b.DeleteTime(b.ctx, project.IDInput{ID: third.ID})
		must(t, err)
		if now, _ = follow(b.ctx); now.Entry != nil || now.State != 3 {
			t.Errorf("after: %+v", now)
		}
		if b.told < 6 {
			t.Errorf("told %d times", b.told)
		}
	})
}

func TestOneTimerRunsHoweverManyAreStarted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		p := b.project(t, "x")
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if _, err := b.StartTimer(b.ctx, project.StartInput{ProjectID: p.ID}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		running, err := d.TimeEntry.Query().Where(timeentry.Running(true)).Count(b.ctx)
		must(t, err)
		all, err := d.TimeEntry.Query().Count(b.ctx)
		must(t, err)
		if running != 1 || all != 8 {
			t.Errorf("%d of %d run", running, all)
		}
		// The database holds it too.
		err = db.InTx(b.ctx, d, func(ctx context.Context, tx *ent.Tx) error {
			return tx.TimeEntry.Create().SetProjectID(p.ID).SetUserID(user(b.ctx)).SetDate(today).SetRunning(true).SetStartedAt(b.clock()).Exec(ctx)
		})
		if !fault.IsCode(err, fault.Conflict) {
			t.Errorf("a second timer: %v", err)
		}
	})
}

func TestAWeekIsSavedCellByCell(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		p := b.project(t, "Β", func(in *project.CreateInput) { in.Tasks = tasks("a") })
		q := b.project(t, "Α")
		list, err := p.Tasks(b.ctx)
		must(t, err)
		task := &list[0].ID
		sunday, monday := today.AddDays(-1), today // 15 June 2026 is a Monday
		save := func(cells ...*project.CellInput) error {
			return second(b.SaveSheet(b.ctx, project.SaveSheetInput{Cells: cells}))
		}
		week := func() [][]int64 {
			h, err := b.TimeSheet(b.ctx, "2026-06-20", nil)
			must(t, err)
			if h.From != monday || h.To != "2026-06-21" {
				t.Errorf("from %s to %s", h.From, h.To)
			}
			var out [][]int64
			for _, r := range h.Rows {
				out = append(out, r.Seconds)
			}
			return out
		}
		must(t, save(&project.CellInput{ProjectID: p.ID, TaskID: task, Date: monday, Seconds: 3600}, &project.CellInput{ProjectID: q.ID, Date: monday, Seconds: 60},
			&project.CellInput{ProjectID: q.ID, Date: sunday, Seconds: 7}))
		if diff := cmp.Diff([][]int64{{60, 0, 0, 0, 0, 0, 0}, {3600, 0, 0, 0, 0, 0, 0}}, week()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		b.log(t, p.ID, 600, func(in *project.LogInput) { in.TaskID, in.Description = task, "λεπτομέρεια" })
		b.log(t, p.ID, 100, func(in *project.LogInput) { in.TaskID, in.StartedAt = task, at("2026-06-15T06:00:00Z") })
		refused(t, save(&project.CellInput{ProjectID: p.ID, TaskID: task, Date: monday, Was: 3600, Seconds: 1}), fault.Conflict, "cells.0")
		refused(t, save(&project.CellInput{ProjectID: p.ID, TaskID: task, Date: monday, Was: 4300, Seconds: 99}), fault.Conflict, "cells.0")
		must(t, save(&project.CellInput{ProjectID: p.ID, TaskID: task, Date: monday, Was: 4300, Seconds: 5000}))
		must(t, save(&project.CellInput{ProjectID: p.ID, TaskID: task, Date: monday, Was: 5000, Seconds: 200})) // the newest goes first
		must(t, save(&project.CellInput{ProjectID: q.ID, Date: monday, Was: 60, Seconds: 0}))
		if diff := cmp.Diff([][]int64{{200, 0, 0, 0, 0, 0, 0}}, week()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		refused(t, save(&project.CellInput{ProjectID: q.ID, Date: monday.AddDays(1), Seconds: 1}), fault.Invalid, "cells.0.date")
		refused(t, save(&project.CellInput{ProjectID: q.ID, Date: monday, Seconds: 86401}), fault.Invalid, "cells.0.seconds")
		refused(t, save(&project.CellInput{ProjectID: uuid.New(), Date: monday, Seconds: 1}), fault.NotFound, "cells.0.projectId")
		refused(t, save(), fault.Invalid, "cells")
		// Nothing is saved when anything is refused.
		refused(t, save(&project.CellInput{ProjectID: q.ID, Date: monday, Seconds: 1}, &project.CellInput{ProjectID: q.ID, Date: sunday, Was: 1, Seconds: 1}), fault.Conflict, "cells.1")
		if got := week(); len(got) != 1 {
			t.Errorf("saved in part: %v", got)
		}
		keeper := dbtest.Member(t, b.ctx, d, viewer.TimeKeeper)
		_, err = b.TimeSheet(keeper, today, ptr(user(b.ctx)))
		refused(t, err, fault.Forbidden, "")
		_, err = b.SaveSheet(keeper, project.SaveSheetInput{UserID: ptr(user(b.ctx)), Cells: []*project.CellInput{{ProjectID: p.ID, Date: monday, Seconds: 1}}})
		refused(t, err, fault.Forbidden, "")
		_, err = b.SaveSheet(keeper, project.SaveSheetInput{Cells: []*project.CellInput{{ProjectID: p.ID, Date: monday, Seconds: 1}}})
		refused(t, err, fault.NotFound, "cells.0.projectId")
	})
}
