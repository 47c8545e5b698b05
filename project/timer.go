package project

import (
	"context"
	"fmt"
	"time"

	"entgo.io/ent/dialect"
	"github.com/google/uuid"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/ent/timeentry"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// StartInput is the input of startTimer.
type StartInput struct {
	db.Idempotent
	ProjectID   uuid.UUID
	TaskID      *uuid.UUID
	Description string
	Billable    *bool // as the task when nil
}

// StopInput is the input of stopTimer.
type StopInput struct {
	db.Idempotent
}

// Running is a person's timer: the entry that runs, or none.
type Running struct {
	Entry *Entry    // nil: no timer runs
	Now   time.Time // by the server's clock, to show how long it has run
	State int       // raised when another entry runs, or it was changed: in one following
}

// owner is the person that the viewer is. Faults: FORBIDDEN for a program, which has no timer.
func owner(ctx context.Context) (viewer.Viewer, error) {
	v, err := viewer.RequireStaff(ctx, viewer.TrackTime)
	if err == nil && v.User == uuid.Nil {
		return v, fault.New(fault.Forbidden, "", "A timer is a person's: a program enters time by logTime.")
	}
	return v, err
}

// StartTimer begins to time the viewer's work. A timer of theirs that runs is stopped in the
// same transaction: one runs for a person at a time.
//
// Faults: INVALID on description; NOT_FOUND on projectId, taskId; CONFLICT on projectId when it
// is archived or completed; UNAUTHENTICATED, FORBIDDEN.
func (s *Service) StartTimer(ctx context.Context, in StartInput) (*Entry, error) {
	v, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		p, task, err := workable(ctx, tx, in.ProjectID, in.TaskID)
		if err != nil {
			return uuid.Nil, err
		}
		if err := s.alone(ctx, tx, v.User); err != nil {
			return uuid.Nil, err
		}
		if _, err := s.stop(ctx, tx, v.User); err != nil {
			return uuid.Nil, err
		}
		here, err := s.here(ctx, tx.Organization)
		if err != nil {
			return uuid.Nil, err
		}
		now := s.Now().UTC().Truncate(time.Second)
		row := &ent.TimeEntry{ID: schema.NewID(), ProjectID: p.ID, TaskID: in.TaskID, UserID: v.User, Description: in.Description,
			Date: day.Of(now, here.zone), StartedAt: &now, Running: true, Billable: billableAs(task)}
		set(&row.Billable, in.Billable)
		if err := describe(row); err != nil {
			return uuid.Nil, err
		}
		if err := insertEntry(ctx, tx, row); err != nil {
			return uuid.Nil, err
		}
		s.tell(ctx, v.User)
		return row.ID, recordTime(ctx, tx, "startTimer", row, nil, entryFields(row))
	})
	if err != nil {
		return nil, err
	}
	return s.Time(ctx, id)
}

// StopTimer ends the viewer's timer. Its time is at least a second, and at most 24 hours: one
// that was forgotten for longer ends a day after its start.
//
// Faults: CONFLICT when none runs; UNAUTHENTICATED, FORBIDDEN.
func (s *Service) StopTimer(ctx context.Context, _ StopInput) (*Entry, error) {
	v, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		row, err := s.stop(ctx, tx, v.User)
		if err != nil {
			return uuid.Nil, err
		}
		if row == nil {
			return uuid.Nil, fault.New(fault.Conflict, "", "No timer runs.")
		}
		return row.ID, nil
	})
	if err != nil {
		return nil, err
	}
	return s.Time(ctx, id)
}

// alone keeps the other actions on a person's timer and week waiting until the transaction
// ends, so that two of them at once do not meet at the database's unique key. SQLite has one
// writer.
func (s *Service) alone(ctx context.Context, tx *ent.Tx, user uuid.UUID) error {
	if s.DB.Dialect != dialect.Postgres {
		return nil
	}
	key := "time " + viewer.From(ctx).Organization.String() + " " + user.String()
	if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", key); err != nil {
		return fmt.Errorf("project: wait for the other timer: %w", err)
	}
	return nil
}

// stop ends the timer of a person and gives its entry; nil when none runs.
func (s *Service) stop(ctx context.Context, tx *ent.Tx, user uuid.UUID) (*ent.TimeEntry, error) {
	row, err := tx.TimeEntry.Query().Where(timeentry.UserID(user), timeentry.Running(true), db.ForUpdate).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil //nolint:nilnil // none runs
	}
	if err != nil {
		return nil, fmt.Errorf("project: read the timer: %w", err)
	}
	before := entryFields(row)
	row.Running = false
	row.Seconds = min(max(int64(s.Now().Sub(*row.StartedAt)/time.Second), 1), day24)
	if err := saveEntry(ctx, tx, row); err != nil {
		return nil, err
	}
	s.tell(ctx, user)
	return row, recordTime(ctx, tx, "stopTimer", row, before, entryFields(row))
}

// CurrentTimer is the viewer's timer. Faults: UNAUTHENTICATED, FORBIDDEN.
func (s *Service) CurrentTimer(ctx context.Context) (*Running, error) {
	v, err := owner(ctx)
	if err != nil {
		return nil, err
	}
	row, err := s.DB.TimeEntry.Query().Where(timeentry.UserID(v.User), timeentry.Running(true)).Only(ctx)
	if ent.IsNotFound(err) {
		return &Running{Now: s.Now().UTC()}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("project: read the timer: %w", err)
	}
	return &Running{Entry: s.wrapEntries(row)[0], Now: s.Now().UTC()}, nil
}

// FollowTimer gives a reader of the viewer's timer that counts its states: a state is another
// entry, or another version of it. It is for one goroutine.
func (s *Service) FollowTimer() func(context.Context) (*Running, error) {
	var last *Running
	return func(ctx context.Context) (*Running, error) {
		now, err := s.CurrentTimer(ctx)
		if err != nil {
			return nil, err
		}
		if last != nil {
			now.State = last.State
			if !now.same(last) {
				now.State++
			}
		}
		last = now
		return now, nil
	}
}

func (r *Running) same(o *Running) bool {
	if r.Entry == nil || o.Entry == nil {
		return r.Entry == o.Entry
	}
	return r.Entry.ID == o.Entry.ID && r.Entry.Version == o.Entry.Version
}
