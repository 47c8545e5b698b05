package job

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/viewer"
)

// BeginsWith is how many jobs those who follow them begin with.
const BeginsWith = 50

// mostOpen is how many that are not over are followed, the last ones.
const mostOpen = 200

// Topic is what is told of when a job of any organization, or the server's own, has changed.
var Topic = uuid.NewSHA1(uuid.Nil, []byte("jobs"))

// Recent are the last jobs of the viewer's organization and the server's own, and older ones that are
// not over, the oldest change first, by two statements. Administrators only.
//
// Faults: UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Recent(ctx context.Context) ([]*Job, error) {
	all, err := s.recent(ctx, BeginsWith)
	if err != nil {
		return nil, err
	}
	open, err := s.recent(ctx, mostOpen, Waiting, Running, Retrying)
	if err != nil {
		return nil, err
	}
	known := make(map[string]bool, len(all))
	for _, j := range all {
		known[j.ID] = true
	}
	for _, j := range open {
		if !known[j.ID] {
			all = append(all, j)
		}
	}
	slices.SortFunc(all, func(a, b *Job) int { return a.Changed().Compare(b.Changed()) })
	return all, nil
}

func (s *Service) recent(ctx context.Context, most int, in ...State) ([]*Job, error) {
	v, err := viewer.RequireStaff(ctx, viewer.ManageBusiness)
	if err != nil {
		return nil, err
	}
	q := lastOf(v, most)
	if len(in) > 0 {
		q = q.States(queueStates(in)...)
	}
	return s.read(ctx, q)
}

// Changed is when the job came to where it stands.
func (j *Job) Changed() time.Time {
	at := j.CreatedAt
	for _, t := range []*time.Time{j.AttemptedAt, j.FinishedAt} {
		if t != nil && t.After(at) {
			at = *t
		}
	}
	for _, f := range j.Failures {
		if f.At.After(at) {
			at = f.At
		}
	}
	if j.State == Waiting && j.ScheduledAt.After(at) { // asked for again
		at = j.ScheduledAt
	}
	return at
}

// Version is greater for a later state: by when it came to it, and where states of one job share
// an instant, by their order.
func (j *Job) Version() int {
	order := map[State]int{Waiting: 0, Running: 1, Retrying: 2}
	rank, open := order[j.State]
	if !open {
		rank = 3
	}
	return int(j.Changed().UnixMilli())<<2 + rank
}

// Key is the job's id as a key among others.
func (j *Job) Key() uuid.UUID { return uuid.NewSHA1(Topic, []byte(j.ID)) }
