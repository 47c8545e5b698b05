package db

import (
	"context"
	"sync/atomic"
)

type countKey struct{}

// CountStatements makes every SQL statement run under the returned context count up the
// counter: the number of statements of a request is a property that tests hold.
func CountStatements(ctx context.Context) (context.Context, *atomic.Int64) {
	n := new(atomic.Int64)
	return context.WithValue(ctx, countKey{}, n), n
}

func counted(ctx context.Context) {
	if n, ok := ctx.Value(countKey{}).(*atomic.Int64); ok {
		n.Add(1)
	}
}
