// Package job has work done in the background, on river: asked for in the transaction of the
// change that needs it, done once by one of the server's processes, tried again with a growing
// pause, and shown to administrators. It owns the queue; what a kind of job does is its own
// package's.
package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	stdsql "database/sql"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
)

const (
	attempts   = 25              // until a job is given up
	timeout    = 5 * time.Minute // of one attempt
	longest    = time.Hour       // between two attempts
	keepFailed = 30 * 24 * time.Hour
	poll       = time.Second
	ofServer   = "server" // the tag of jobs that are no organization's
)

// Task says for whom a job is, and on what; both are left out for the server's own.
type Task struct {
	Organization uuid.UUID `json:"organization,omitzero"`
	Subject      uuid.UUID `json:"subject,omitzero"`
	Person       uuid.UUID `json:"person,omitzero"` // whom it is for
}

// Kind is a kind of job. At most one job of a kind and a task waits or runs at a time, however
// many processes there are.
type Kind struct {
	Name  string        // lower case with underscores: part of the API
	Every time.Duration // has the server ask for one regularly, and at its start; 0: only when asked
	// Do does it. It may be called again for the same task, after a failure or a crash, so it
	// is repeatable. The text of a fault is shown to administrators; any other error is
	// logged, and shown as a fixed sentence.
	Do func(ctx context.Context, t Task) error
}

// Service is the queue, and what can be done with its jobs.
type Service struct {
	DB *db.DB
	// Told is told of every job of an organization that is asked for, begun or ended, or of the
	// server's own: none. It must not block.
	Told func(organization uuid.UUID)

	client *river.Client[*stdsql.Tx]
	kinds  map[string]bool
	deaf   func() // ends the hearing of what the queue tells
}

func (s *Service) tell(organization uuid.UUID) {
	if s.Told != nil {
		s.Told(organization)
	}
}

// args is a task as the queue keeps it.
type args struct {
	Task
	kind string
}

// Kind names the kind for the queue.
func (a args) Kind() string { return a.kind }

// New makes the queue over a migrated database, with all kinds of jobs that there are.
func New(ctx context.Context, d *db.DB, kinds ...Kind) (*Service, error) {
	q, err := d.Queue(ctx)
	if err != nil {
		return nil, err
	}
	s := &Service{DB: d, kinds: map[string]bool{}}
	workers, periodic := river.NewWorkers(), []*river.PeriodicJob{}
	for _, k := range kinds {
		s.kinds[k.Name] = true
		river.AddWorkerArgs(workers, args{kind: k.Name}, &worker{kind: k, begun: s.tell})
		if k.Every > 0 {
			periodic = append(periodic, river.NewPeriodicJob(river.PeriodicInterval(k.Every),
				func() (river.JobArgs, *river.InsertOpts) { return args{kind: k.Name}, options(Task{}) },
				&river.PeriodicJobOpts{ID: k.Name, RunOnStart: true}))
		}
	}
	s.client, err = river.NewClient(q.Driver, &river.Config{
		Schema: q.Schema, Workers: workers, PeriodicJobs: periodic, Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 4}},
		PollOnly: true, FetchPollInterval: poll, MaxAttempts: attempts, JobTimeout: timeout, RescueStuckJobsAfter: 2 * timeout,
		RetryPolicy: patience{}, DiscardedJobRetentionPeriod: keepFailed, Logger: slog.New(quiet{slog.Default().Handler()}),
	})
	if err != nil {
		return nil, fmt.Errorf("job: %w", err)
	}
	return s, nil
}

// Start has this process work, until Stop or the end of the context.
func (s *Service) Start(ctx context.Context) error {
	events, deaf := s.client.Subscribe(river.EventKindJobCompleted, river.EventKindJobFailed, river.EventKindJobCancelled)
	s.deaf = deaf
	go s.hear(events)
	if err := s.client.Start(ctx); err != nil {
		return fmt.Errorf("job: start: %w", err)
	}
	return nil
}

// hear tells of what has ended in this process, until the queue tells no more.
func (s *Service) hear(events <-chan *river.Event) {
	for e := range events {
		var t Task
		if err := json.Unmarshal(e.Job.EncodedArgs, &t); err == nil {
			s.tell(t.Organization)
		}
	}
}

// Stop lets the jobs at hand finish, until the context ends; then their contexts end.
func (s *Service) Stop(ctx context.Context) error {
	if s.deaf != nil {
		defer s.deaf()
	}
	err := s.client.Stop(ctx)
	if ctx.Err() == nil || err == nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if err := s.client.StopAndCancel(ctx); err != nil {
		return fmt.Errorf("job: stop: %w", err)
	}
	return nil
}

// Enqueue asks for a job in the transaction of ctx: it is there if the transaction commits. A
// job of the same kind and task that waits for its next attempt is due at once instead; one
// that runs, or is due, is enough.
func (s *Service) Enqueue(ctx context.Context, kind string, t Task) error {
	if !s.kinds[kind] {
		return fmt.Errorf("job: there is no kind %q", kind)
	}
	err := db.AsOwner(ctx, func(tx *stdsql.Tx) error {
		made, err := s.client.InsertTx(ctx, tx, args{t, kind}, options(t))
		if err != nil {
			return fmt.Errorf("job: enqueue %s: %w", kind, err)
		}
		if !made.UniqueSkippedAsDuplicate || made.Job.State != rivertype.JobStateRetryable {
			return nil
		}
		if _, err := s.client.JobRetryTx(ctx, tx, made.Job.ID); err != nil {
			return fmt.Errorf("job: try %s again: %w", kind, err)
		}
		return nil
	})
	if err == nil {
		db.AfterCommit(ctx, func() { s.tell(t.Organization) })
	}
	return err
}

func options(t Task) *river.InsertOpts {
	tag := ofServer
	if t.Organization != uuid.Nil {
		tag = t.Organization.String()
	}
	return &river.InsertOpts{Tags: []string{tag}, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled,
	}}}
}

type worker struct {
	river.WorkerDefaults[args]
	kind  Kind
	begun func(organization uuid.UUID)
}

// Work does one attempt. What it gives is kept with the job and shown.
func (w *worker) Work(ctx context.Context, j *river.Job[args]) (err error) {
	defer func() {
		if p := recover(); p != nil {
			slog.ErrorContext(ctx, "a job panicked", "job", w.kind.Name, "id", j.ID, "panic", p, "stack", string(debug.Stack()))
			err = errors.New(fault.From(errors.New("a panic")).Text)
		}
	}()
	w.begun(j.Args.Organization)
	err = w.kind.Do(ctx, j.Args.Task)
	if err == nil {
		return nil
	}
	f := fault.From(err)
	if f.Code == fault.Internal {
		slog.ErrorContext(ctx, "a job failed", "job", w.kind.Name, "id", j.ID, "attempt", j.Attempt, "err", err)
	}
	return errors.New(f.Text)
}

// patience waits 1 s after the first attempt, 16 s after the second, and so on by the fourth
// power, an hour at most.
type patience struct{}

// NextRetry is when to try again.
func (patience) NextRetry(j *rivertype.JobRow) time.Time {
	n := time.Duration(max(1, min(len(j.Errors)+1, 10)))
	return time.Now().UTC().Add(min(n*n*n*n*time.Second, longest))
}

// quiet passes on only what is wrong with the queue itself.
type quiet struct{ slog.Handler }

// Enabled says whether a record is passed on.
func (q quiet) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelError && q.Handler.Enabled(ctx, l)
}
