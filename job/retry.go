package job

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	stdsql "database/sql"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// IDInput is the input of a mutation on one job.
type IDInput struct {
	db.Idempotent
	ID string
}

// Retry has a job of the organization tried at once: one that waits for its next attempt, was
// cancelled, or was given up. Administrators only.
//
// Faults: NOT_FOUND, also for another organization's and the server's own; CONFLICT when it
// runs, is done, or the same is asked for again already; UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Retry(ctx context.Context, in IDInput) (*Job, error) {
	return s.step(ctx, in, "retryJob", func(tx *stdsql.Tx, j *Job, id int64) (*rivertype.JobRow, error) {
		if j.State == Running || j.State == Completed {
			return nil, fault.New(fault.Conflict, "id", "A job that runs, or is done, is not tried again.")
		}
		row, err := s.client.JobRetryTx(ctx, tx, id)
		if err != nil {
			return nil, errors.Join(fault.New(fault.Conflict, "id", "The same job is asked for again already."), err)
		}
		return row, nil
	})
}

// Cancel keeps a job of the organization from being tried, or tried again. What runs ends its
// attempt. Administrators only.
//
// Faults: NOT_FOUND, also for another organization's and the server's own; CONFLICT when it is
// over; UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Cancel(ctx context.Context, in IDInput) (*Job, error) {
	return s.step(ctx, in, "cancelJob", func(tx *stdsql.Tx, j *Job, id int64) (*rivertype.JobRow, error) {
		if j.FinishedAt != nil {
			return nil, fault.New(fault.Conflict, "id", "The job is over.")
		}
		row, err := s.client.JobCancelTx(ctx, tx, id)
		if err != nil {
			return nil, fmt.Errorf("job: cancel: %w", err)
		}
		return row, nil
	})
}

// step runs one change of a job of the viewer's organization.
func (s *Service) step(ctx context.Context, in IDInput, action string, f func(*stdsql.Tx, *Job, int64) (*rivertype.JobRow, error)) (*Job, error) {
	v, err := viewer.RequireStaff(ctx, viewer.ManageBusiness)
	if err != nil {
		return nil, err
	}
	missing := fault.New(fault.NotFound, "id", "The organization has no such job.")
	id, err := strconv.ParseInt(in.ID, 10, 64)
	if err != nil {
		return nil, missing
	}
	id, _, err = db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (int64, error) {
		var j *Job
		err := db.AsOwner(ctx, func(tx *stdsql.Tx) error {
			row, err := s.client.JobGetTx(ctx, tx, id)
			if errors.Is(err, river.ErrNotFound) {
				return missing
			}
			if err != nil {
				return fmt.Errorf("job: read: %w", err)
			}
			if j, err = of(row); err != nil {
				return err
			}
			if j.organization != v.Organization {
				return missing
			}
			_, err = f(tx, j, id)
			return err
		})
		if err != nil {
			return 0, err
		}
		e := audit.Event{Action: action, ObjectType: "job", ObjectID: v.Organization, After: audit.Fields{"job": in.ID, "kind": j.Kind}}
		if j.SubjectID != nil {
			e.ObjectID = *j.SubjectID
		}
		db.AfterCommit(ctx, func() { s.tell(v.Organization) })
		return id, audit.Record(ctx, tx, e)
	})
	if err != nil {
		return nil, err
	}
	row, err := s.client.JobGet(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("job: read: %w", err)
	}
	return of(row)
}
