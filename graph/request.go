package graph

import (
	"context"
	"time"

	"github.com/kartela/kartela/account"
)

// Request is what a resolver may know of how it is asked.
type Request struct {
	Client account.Client
	Keep   func(token string, until time.Time) // puts a new session where a browser keeps it
	Drop   func()                              // and takes it away
}

type requestContext struct{}

// WithRequest puts the request in the context.
func WithRequest(ctx context.Context, r Request) context.Context {
	return context.WithValue(ctx, requestContext{}, r)
}

func requestOf(ctx context.Context) Request {
	r, ok := ctx.Value(requestContext{}).(Request)
	if !ok {
		return Request{Keep: func(string, time.Time) {}, Drop: func() {}}
	}
	return r
}
