package project

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/billeditem"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/ent/timeentry"
	entuser "github.com/kartela/kartela/ent/user"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

const week = 7 // days

// Sheet is a person's week: what they worked on which project and task on which day. A timer
// that runs is not in it.
type Sheet struct {
	From, To day.Date // Monday and Sunday
	UserID   uuid.UUID
	Rows     []*SheetRow
}

// SheetRow is the week of one project and task.
type SheetRow struct {
	entry   *Entry  // one of its entries, for project and task
	Seconds []int64 // of Monday to Sunday
	Fixed   []bool  // days that the sheet cannot bring to nothing: with billed time, or with a start
}

// Project is the row's project.
func (r *SheetRow) Project(ctx context.Context) (*Project, error) { return r.entry.Project(ctx) }

// Task is the row's task; nil for none.
func (r *SheetRow) Task(ctx context.Context) (*Task, error) { return r.entry.Task(ctx) }

// ProjectID is the row's project.
func (r *SheetRow) ProjectID() uuid.UUID { return r.entry.ProjectID }

// TaskID is the row's task; nil for none.
func (r *SheetRow) TaskID() *uuid.UUID { return r.entry.TaskID }

// CellInput is one cell of a week to save.
type CellInput struct {
	ProjectID uuid.UUID
	TaskID    *uuid.UUID
	Date      day.Date
	Was       int64 // the seconds that were read
	Seconds   int64
}

// SaveSheetInput is the input of saveTimeSheet.
type SaveSheetInput struct {
	db.Idempotent
	UserID *uuid.UUID // the viewer when nil
	Cells  []*CellInput
}

const maxCells = 200

// monday is the first day of the date's week.
func monday(d day.Date) day.Date {
	t, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return d
	}
	return d.AddDays(-(int(t.Weekday()) + 6) % week)
}

// TimeSheet reads the week that a day is in: the viewer's own, or with SeeTime anybody's.
//
// Faults: INVALID on userId when a program names nobody, NOT_FOUND on userId, UNAUTHENTICATED,
// FORBIDDEN.
func (s *Service) TimeSheet(ctx context.Context, date day.Date, user *uuid.UUID) (*Sheet, error) {
	v := viewer.From(ctx)
	if user == nil {
		user = &v.User
	}
	need := viewer.TrackTime
	if *user != v.User {
		need = viewer.SeeTime
	}
	if _, err := viewer.RequireStaff(ctx, need); err != nil {
		return nil, err
	}
	if *user == uuid.Nil {
		return nil, fault.New(fault.Invalid, "userId", "A program says whose time it is.")
	}
	if *user != v.User {
		known, err := s.DB.User.Query().Where(entuser.ID(*user)).Exist(ctx)
		if err != nil {
			return nil, wrapped("look for a person", err)
		}
		if !known {
			return nil, fault.New(fault.NotFound, "userId", "Nobody of the staff has this id.")
		}
	}
	out := &Sheet{From: monday(date), UserID: *user}
	out.To = out.From.AddDays(week - 1)
	rows, err := s.DB.TimeEntry.Query().Where(timeentry.UserID(*user), timeentry.DateGTE(out.From), timeentry.DateLTE(out.To), timeentry.Running(false)).
		Order(timeentry.ByID()).All(ctx)
	if err != nil {
		return nil, wrapped("read a week", err)
	}
	return out, out.fill(ctx, s.wrapEntries(rows...))
}

// fill puts entries into the rows of the sheet, which are sorted by project and task.
func (h *Sheet) fill(ctx context.Context, entries []*Entry) error {
	type key struct{ project, task uuid.UUID }
	known := map[key]*SheetRow{}
	for _, e := range entries {
		k := key{project: e.ProjectID}
		if e.TaskID != nil {
			k.task = *e.TaskID
		}
		r := known[k]
		if r == nil {
			r = &SheetRow{e, make([]int64, week), make([]bool, week)}
			known[k] = r
			h.Rows = append(h.Rows, r)
		}
		billed, err := e.Billed(ctx)
		if err != nil {
			return err
		}
		for n := range week {
			if e.Date == h.From.AddDays(n) {
				r.Seconds[n] += e.Seconds
				r.Fixed[n] = r.Fixed[n] || billed || e.StartedAt != nil
			}
		}
	}
	names := make(map[*SheetRow]string, len(h.Rows))
	for _, r := range h.Rows {
		p, err := r.Project(ctx)
		if err != nil {
			return err
		}
		t, err := r.Task(ctx)
		if err != nil {
			return err
		}
		if p != nil {
			names[r] = p.SortName
		}
		if t != nil {
			names[r] += "\x00" + t.SortName
		}
	}
	slices.SortStableFunc(h.Rows, func(a, b *SheetRow) int { return strings.Compare(names[a], names[b]) })
	return nil
}

// SaveSheet brings cells of a person's weeks to their seconds: a cell's entries that have no
// start and are not billed are made longer or shorter, the newest first, one is made where none
// is, and those that come to nothing go. The viewer's own, or with EditTime anybody's.
//
// Faults: INVALID on cells and cells.N; NOT_FOUND on cells.N.projectId and cells.N.taskId;
// CONFLICT on cells.N when the cell has changed since it was read, or has billed or timed work
// that is longer; UNAUTHENTICATED, FORBIDDEN. Nothing is saved when anything is refused.
func (s *Service) SaveSheet(ctx context.Context, in SaveSheetInput) (uuid.UUID, error) {
	if err := mayReadTime(ctx); err != nil {
		return uuid.Nil, err
	}
	if n := len(in.Cells); n == 0 || n > maxCells {
		return uuid.Nil, fault.New(fault.Invalid, "cells", "1 to %d cells.", maxCells)
	}
	user, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		user, err := worker(ctx, tx, in.UserID)
		if err != nil {
			return uuid.Nil, err
		}
		if err := s.alone(ctx, tx, user); err != nil {
			return uuid.Nil, err
		}
		here, err := s.here(ctx, tx.Organization)
		if err != nil {
			return uuid.Nil, err
		}
		var bad fault.List
		for n, c := range in.Cells {
			if err := bad.Add(fmt.Sprintf("cells.%d", n), s.saveCell(ctx, tx, user, c, here)); err != nil {
				return uuid.Nil, err
			}
		}
		return user, bad.Err()
	})
	return user, err
}

// saveCell brings one cell to its seconds.
func (s *Service) saveCell(ctx context.Context, tx *ent.Tx, user uuid.UUID, c *CellInput, here *place) error {
	switch {
	case c.Seconds < 0 || c.Seconds > day24:
		return fault.New(fault.Invalid, "seconds", "A day has at most 24 hours.")
	case c.Date > here.today && c.Seconds > 0:
		return fault.New(fault.Invalid, "date", "The day is in the future.")
	}
	q := tx.TimeEntry.Query().Where(timeentry.UserID(user), timeentry.ProjectID(c.ProjectID), timeentry.DateEQ(c.Date), timeentry.Running(false), db.ForUpdate)
	if c.TaskID == nil {
		q.Where(timeentry.TaskIDIsNil())
	} else {
		q.Where(timeentry.TaskID(*c.TaskID))
	}
	rows, err := q.All(ctx)
	if err != nil {
		return wrapped("lock a day's time", err)
	}
	free, rest, err := changeable(ctx, tx, rows)
	if err != nil {
		return err
	}
	was := rest
	for _, r := range free {
		was += r.Seconds
	}
	switch {
	case was != c.Was:
		return fault.New(fault.Conflict, "", "The day was changed since you read it: it has %d seconds now.", was)
	case was == c.Seconds:
		return nil
	case c.Seconds < rest:
		return fault.New(fault.Conflict, "", "The day has time that is billed, or that has a start and an end: change that by itself.")
	}
	_, task, err := workable(ctx, tx, c.ProjectID, c.TaskID)
	if err != nil {
		return err
	}
	if len(free) == 0 {
		row := &ent.TimeEntry{ID: schema.NewID(), ProjectID: c.ProjectID, TaskID: c.TaskID, UserID: user, Date: c.Date, Seconds: c.Seconds - was, Billable: billableAs(task)}
		if err := insertEntry(ctx, tx, row); err != nil {
			return err
		}
		return recordTime(ctx, tx, "saveTimeSheet", row, nil, entryFields(row))
	}
	return s.spread(ctx, tx, free, c.Seconds-was)
}

// changeable are the entries that a sheet may change, newest first, and the seconds of the
// others.
func changeable(ctx context.Context, tx *ent.Tx, rows []*ent.TimeEntry) (free []*ent.TimeEntry, rest int64, err error) {
	ids := make([]uuid.UUID, len(rows))
	for n, r := range rows {
		ids[n] = r.ID
	}
	// What a void invoice names stays as well.
	items, err := tx.BilledItem.Query().Where(billeditem.TimeEntryIDIn(ids...)).All(everything(ctx))
	if err != nil {
		return nil, 0, wrapped("ask whether time is billed", err)
	}
	kept := make(map[uuid.UUID]bool, len(items))
	for _, i := range items {
		kept[*i.TimeEntryID] = true
	}
	for _, r := range rows {
		if kept[r.ID] || r.StartedAt != nil {
			rest += r.Seconds
		} else {
			free = append(free, r)
		}
	}
	slices.SortFunc(free, func(a, b *ent.TimeEntry) int { return strings.Compare(b.ID.String(), a.ID.String()) })
	return free, rest, nil
}

// spread adds seconds to the newest entry, or takes them off, from the newest on.
func (s *Service) spread(ctx context.Context, tx *ent.Tx, free []*ent.TimeEntry, change int64) error {
	for _, r := range free {
		before := entryFields(r)
		next := max(r.Seconds+change, 0)
		change -= next - r.Seconds
		r.Seconds = next
		if next == 0 {
			if err := s.deleteTime(ctx, tx, r); err != nil {
				return err
			}
		} else {
			if err := saveEntry(ctx, tx, r); err != nil {
				return err
			}
			if err := recordTime(ctx, tx, "saveTimeSheet", r, before, entryFields(r)); err != nil {
				return err
			}
		}
		if change == 0 {
			return nil
		}
	}
	return nil
}
