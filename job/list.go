package job

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

// State is where a job stands.
type State string

// The states of a job.
const (
	Waiting   State = "WAITING"   // to be done as soon as a process is free, or at its time
	Running   State = "RUNNING"   // a process is at it
	Retrying  State = "RETRYING"  // the last attempt failed: the next one is scheduled
	Completed State = "COMPLETED" // done; kept for a day
	Cancelled State = "CANCELLED" // by an administrator
	Failed    State = "FAILED"    // given up after the last attempt; kept for 30 days
)

// states are the queue's states, by ours.
var states = map[State][]rivertype.JobState{
	Waiting:   {rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateScheduled},
	Running:   {rivertype.JobStateRunning},
	Retrying:  {rivertype.JobStateRetryable},
	Completed: {rivertype.JobStateCompleted},
	Cancelled: {rivertype.JobStateCancelled},
	Failed:    {rivertype.JobStateDiscarded},
}

// Job is a job as it was read.
type Job struct {
	ID           string
	Kind         string
	State        State
	OfServer     bool       // no organization's: the server's own
	SubjectID    *uuid.UUID // on what
	Attempt      int        // those that were begun
	MaxAttempts  int
	Failures     []*Failure
	CreatedAt    time.Time
	ScheduledAt  time.Time // of the next attempt, or of the last
	AttemptedAt  *time.Time
	FinishedAt   *time.Time
	organization uuid.UUID
}

// Failure is an attempt that failed.
type Failure struct {
	Attempt int
	At      time.Time
	Text    string
}

// Filter says which jobs; every part that is given must hold.
type Filter struct {
	States []State
	Kinds  []string
}

const kind = "jobs"

// List reads one page of the organization's jobs and the server's own, newest first.
// Administrators only.
//
// Faults: INVALID for a bad page or filter; UNAUTHENTICATED, FORBIDDEN.
func (s *Service) List(ctx context.Context, args page.Args, f *Filter) (*page.Connection[*Job], error) {
	v, err := viewer.RequireStaff(ctx, viewer.ManageBusiness)
	if err != nil {
		return nil, err
	}
	req, err := args.Check(kind, checkKey)
	if err != nil {
		return nil, err
	}
	q := lastOf(v, req.Size+1)
	if req.After != nil {
		before, err := strconv.ParseInt(req.After.Key, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("job: a cursor: %w", err)
		}
		q = q.Where("id < @before", river.NamedArgs{"before": before})
	}
	if f != nil && len(f.States) > 0 {
		q = q.States(queueStates(f.States)...)
	}
	if f != nil && len(f.Kinds) > 0 {
		if len(f.Kinds) > 20 {
			return nil, fault.New(fault.Invalid, "filter.kinds", "At most 20 kinds.")
		}
		q = q.Kinds(f.Kinds...)
	}
	jobs, err := s.read(ctx, q)
	if err != nil {
		return nil, err
	}
	return page.New(req, jobs, func(j *Job) page.Cursor { return page.Cursor{Kind: kind, Key: j.ID} }, nil), nil
}

// lastOf asks for so many jobs of the viewer's organization and the server's own, the last first.
func lastOf(v viewer.Viewer, n int) *river.JobListParams {
	return river.NewJobListParams().OrderBy(river.JobListOrderByID, river.SortOrderDesc).First(n).TagsAny(v.Organization.String(), ofServer)
}

// queueStates are the queue's states of ours.
func queueStates(in []State) (out []rivertype.JobState) {
	for _, state := range in {
		out = append(out, states[state]...)
	}
	return out
}

func (s *Service) read(ctx context.Context, q *river.JobListParams) ([]*Job, error) {
	found, err := s.client.JobList(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("job: list: %w", err)
	}
	jobs := make([]*Job, len(found.Jobs))
	for i, row := range found.Jobs {
		if jobs[i], err = of(row); err != nil {
			return nil, err
		}
	}
	return jobs, nil
}

func checkKey(key string) error {
	_, err := strconv.ParseInt(key, 10, 64)
	return err
}

// of makes a job of the queue's row.
func of(row *rivertype.JobRow) (*Job, error) {
	var t Task
	if err := json.Unmarshal(row.EncodedArgs, &t); err != nil {
		return nil, fmt.Errorf("job: the task of %d: %w", row.ID, err)
	}
	j := &Job{ID: strconv.FormatInt(row.ID, 10), Kind: row.Kind, OfServer: t.Organization == uuid.Nil, Attempt: row.Attempt, MaxAttempts: row.MaxAttempts,
		CreatedAt: row.CreatedAt, ScheduledAt: row.ScheduledAt, AttemptedAt: row.AttemptedAt, FinishedAt: row.FinalizedAt, organization: t.Organization}
	if t.Subject != uuid.Nil {
		j.SubjectID = &t.Subject
	}
	for state, in := range states {
		if slices.Contains(in, row.State) {
			j.State = state
		}
	}
	for _, e := range row.Errors {
		j.Failures = append(j.Failures, &Failure{Attempt: e.Attempt, At: e.At, Text: e.Error})
	}
	return j, nil
}
