package graph

import (
	"context"
	"time"

	"github.com/kartela/kartela/graph/generated/model"
	"github.com/kartela/kartela/job"
	"github.com/kartela/kartela/live"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

// jobsRest is how long jobs are not read again: a thousand mails are a thousand of them.
const jobsRest = 250 * time.Millisecond

func (q query) Jobs(ctx context.Context, first *int, after *string, f *job.Filter) (*page.Connection[*job.Job], error) {
	return q.Resolver.Jobs.List(ctx, page.Args{First: first, After: after}, f)
}

func jobPayload(j *job.Job, err error) (*model.JobPayload, error) {
	if err != nil {
		return nil, err
	}
	return &model.JobPayload{Job: *j}, nil
}

func (m mutation) RetryJob(ctx context.Context, in job.IDInput) (*model.JobPayload, error) {
	return jobPayload(m.Resolver.Jobs.Retry(ctx, in))
}

func (m mutation) CancelJob(ctx context.Context, in job.IDInput) (*model.JobPayload, error) {
	return jobPayload(m.Resolver.Jobs.Cancel(ctx, in))
}

func (s subscription) JobChanged(ctx context.Context) (<-chan *job.Job, error) {
	if given, ok := live.Given[*job.Job](ctx); ok {
		return given, nil
	}
	hint := s.Hints.Follow(viewer.From(ctx).Organization, job.Topic) // first follow, then read: no gap
	jobs := s.Resolver.Jobs
	present, err := jobs.Recent(ctx)
	if err != nil {
		hint.Close()
		return nil, err
	}
	return live.WatchList(ctx, s.Hub, hint, present, live.Listed[*job.Job]{
		Read: jobs.Recent, Present: jobs.Recent, ID: (*job.Job).Key, Version: (*job.Job).Version,
		Allowed: s.standing(ctx, nil), Rest: jobsRest,
	}), nil
}
