package project

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/billeditem"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/fold"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// Span is when, or how long, was worked: a duration, a start with an end, or a start with a
// duration.
type Span struct {
	Date      *day.Date // of a duration without a start; today when nil
	Seconds   *int64
	StartedAt *time.Time
	EndedAt   *time.Time
}

// LogInput is the input of logTime.
type LogInput struct {
	db.Idempotent
	Span
	ProjectID   uuid.UUID
	TaskID      *uuid.UUID
	UserID      *uuid.UUID // the viewer when nil
	Description string
	Billable    *bool // as the task when nil
}

// UpdateTimeInput is the input of updateTimeEntry; what is nil stays.
type UpdateTimeInput struct {
	db.Idempotent
	Span
	ID          uuid.UUID
	Version     int
	ProjectID   *uuid.UUID // another project takes the task away, unless one is given
	TaskID      *uuid.UUID
	NoTask      bool
	Description *string
	Billable    *bool
}

// Log enters time that was worked. It counts for the day on which it started, in the
// organization's time zone.
//
// Faults: INVALID with every bad field: a start or day in the future, no or more than 24 hours;
// NOT_FOUND on projectId, taskId, userId; CONFLICT on projectId when it is archived or
// completed; UNAUTHENTICATED, FORBIDDEN for another's time without EditTime.
func (s *Service) Log(ctx context.Context, in LogInput) (*Entry, error) {
	if err := mayReadTime(ctx); err != nil {
		return nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		user, err := worker(ctx, tx, in.UserID)
		if err != nil {
			return uuid.Nil, err
		}
		p, task, err := workable(ctx, tx, in.ProjectID, in.TaskID)
		if err != nil {
			return uuid.Nil, err
		}
		row := &ent.TimeEntry{ID: schema.NewID(), ProjectID: p.ID, TaskID: in.TaskID, UserID: user, Description: in.Description, Billable: billableAs(task)}
		set(&row.Billable, in.Billable)
		here, err := s.here(ctx, tx.Organization)
		if err != nil {
			return uuid.Nil, err
		}
		row.Date = here.today
		if err := fault.Join(describe(row), s.put(row, in.Span, here)); err != nil {
			return uuid.Nil, err
		}
		if err := insertEntry(ctx, tx, row); err != nil {
			return uuid.Nil, err
		}
		return row.ID, recordTime(ctx, tx, "logTime", row, nil, entryFields(row))
	})
	if err != nil {
		return nil, err
	}
	return s.Time(ctx, id)
}

func insertEntry(ctx context.Context, tx *ent.Tx, row *ent.TimeEntry) error {
	err := tx.TimeEntry.Create().SetID(row.ID).SetProjectID(row.ProjectID).SetNillableTaskID(row.TaskID).SetUserID(row.UserID).
		SetDescription(row.Description).SetDate(row.Date).SetNillableStartedAt(row.StartedAt).SetRunning(row.Running).
		SetSeconds(row.Seconds).SetBillable(row.Billable).Exec(ctx)
	if err != nil {
		return fmt.Errorf("project: enter time: %w", err)
	}
	return nil
}

// describe brings the description into its kept form.
func describe(row *ent.TimeEntry) error {
	row.Description = fold.Clean(row.Description)
	if utf8.RuneCountInString(row.Description) > 1000 {
		return fault.New(fault.Invalid, "description", "At most 1,000 characters.")
	}
	return nil
}

// put sets when and how long was worked. A running entry has a start alone; a day of its own
// takes the start away.
func (s *Service) put(row *ent.TimeEntry, in Span, here *place) error {
	var bad fault.List
	if in.StartedAt != nil {
		at := in.StartedAt.UTC().Truncate(time.Second)
		if at.After(s.Now()) {
			bad = append(bad, fault.New(fault.Invalid, "startedAt", "The start is in the future."))
		}
		row.StartedAt = &at
		row.Date = day.Of(at, here.zone)
	}
	if in.Date != nil && *in.Date != row.Date {
		if in.StartedAt != nil {
			bad = append(bad, fault.New(fault.Invalid, "date", "Time with a start counts for the day of its start."))
		}
		row.Date, row.StartedAt = *in.Date, nil
	}
	if row.Date > here.today {
		bad = append(bad, fault.New(fault.Invalid, "date", "The day is in the future."))
	}
	switch {
	case row.Running:
		if in.Seconds != nil || in.EndedAt != nil || row.StartedAt == nil {
			bad = append(bad, fault.New(fault.Invalid, "seconds", "The timer runs: stop it first."))
		}
		return bad.Err()
	case in.Seconds != nil && in.EndedAt != nil:
		bad = append(bad, fault.New(fault.Invalid, "endedAt", "Give the end or the duration, not both."))
	case in.EndedAt != nil && row.StartedAt == nil:
		bad = append(bad, fault.New(fault.Invalid, "startedAt", "An end has a start."))
	case in.EndedAt != nil:
		row.Seconds = int64(in.EndedAt.UTC().Truncate(time.Second).Sub(*row.StartedAt) / time.Second)
	case in.Seconds != nil:
		row.Seconds = *in.Seconds
	}
	if bad == nil && (row.Seconds < 1 || row.Seconds > day24) {
		field := "seconds"
		if in.EndedAt != nil {
			field = "endedAt"
		}
		bad = append(bad, fault.New(fault.Invalid, field, "An entry has more than no time, and at most 24 hours."))
	}
	return bad.Err()
}

// UpdateTime changes an entry that is not billed and still has the version that was read: the
// own, or with EditTime anybody's.
//
// Faults: as for Log; NOT_FOUND on id; CONFLICT on id when it is billed, on version when it has
// changed since.
func (s *Service) UpdateTime(ctx context.Context, in UpdateTimeInput) (*Entry, error) {
	if err := mayReadTime(ctx); err != nil {
		return nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		row, err := lockEntry(ctx, tx, in.ID)
		if err != nil {
			return uuid.Nil, err
		}
		if row.Version != in.Version {
			return uuid.Nil, fault.New(fault.Conflict, "version", "The time was changed since you read it: it has version %d now.", row.Version)
		}
		return row.ID, s.updateTime(ctx, tx, row, in)
	})
	if err != nil {
		return nil, err
	}
	return s.Time(ctx, id)
}

func (s *Service) updateTime(ctx context.Context, tx *ent.Tx, row *ent.TimeEntry, in UpdateTimeInput) error {
	before := entryFields(row)
	if in.ProjectID != nil && *in.ProjectID != row.ProjectID {
		row.ProjectID, row.TaskID = *in.ProjectID, nil
	}
	if in.TaskID != nil {
		row.TaskID = in.TaskID
	} else if in.NoTask {
		row.TaskID = nil
	}
	if _, _, err := workable(ctx, tx, row.ProjectID, row.TaskID); err != nil {
		return err
	}
	set(&row.Description, in.Description)
	set(&row.Billable, in.Billable)
	here, err := s.here(ctx, tx.Organization)
	if err != nil {
		return err
	}
	if err := fault.Join(describe(row), s.put(row, in.Span, here)); err != nil {
		return err
	}
	if err := saveEntry(ctx, tx, row); err != nil {
		return err
	}
	if row.Running {
		s.tell(ctx, row.UserID)
	}
	before, after := audit.Diff(before, entryFields(row))
	return recordTime(ctx, tx, "updateTimeEntry", row, before, after)
}

// saveEntry writes a locked entry that was changed.
func saveEntry(ctx context.Context, tx *ent.Tx, row *ent.TimeEntry) error {
	u := tx.TimeEntry.UpdateOneID(row.ID).SetUpdatedAt(schema.Now()).SetVersion(row.Version + 1).SetProjectID(row.ProjectID).
		SetDescription(row.Description).SetDate(row.Date).SetRunning(row.Running).SetSeconds(row.Seconds).SetBillable(row.Billable)
	if row.TaskID == nil {
		u.ClearTaskID()
	} else {
		u.SetTaskID(*row.TaskID)
	}
	if row.StartedAt == nil {
		u.ClearStartedAt()
	} else {
		u.SetStartedAt(*row.StartedAt)
	}
	if err := u.Exec(ctx); err != nil {
		return fmt.Errorf("project: change time: %w", err)
	}
	return nil
}

// DeleteTime removes an entry that is not billed: the own, or with EditTime anybody's. A timer
// that runs is gone with it.
//
// Faults: NOT_FOUND; CONFLICT when it is billed, or on an invoice that is void; UNAUTHENTICATED,
// FORBIDDEN.
func (s *Service) DeleteTime(ctx context.Context, in IDInput) (uuid.UUID, error) {
	if err := mayReadTime(ctx); err != nil {
		return uuid.Nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		row, err := lockEntry(ctx, tx, in.ID)
		if err != nil {
			return uuid.Nil, err
		}
		return row.ID, s.deleteTime(ctx, tx, row)
	})
	return id, err
}

func (s *Service) deleteTime(ctx context.Context, tx *ent.Tx, row *ent.TimeEntry) error {
	if err := neverBilled(ctx, tx, billeditem.TimeEntryID(row.ID)); err != nil {
		return err
	}
	if err := tx.TimeEntry.DeleteOneID(row.ID).Exec(ctx); err != nil {
		return fmt.Errorf("project: delete time: %w", err)
	}
	if row.Running {
		s.tell(ctx, row.UserID)
	}
	return recordTime(ctx, tx, "deleteTimeEntry", row, entryFields(row), nil)
}

// tell announces, after the commit, that a person's timer has changed.
func (s *Service) tell(ctx context.Context, user uuid.UUID) {
	if s.Timer == nil {
		return
	}
	organization := viewer.From(ctx).Organization
	db.AfterCommit(ctx, func() { s.Timer(organization, user) })
}
