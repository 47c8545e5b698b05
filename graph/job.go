package graph

import (
	"context"

	"github.com/kartela/kartela/graph/generated/model"
	"github.com/kartela/kartela/job"
	"github.com/kartela/kartela/page"
)

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
