package main

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"github.com/kartela/kartela/graph"
)

// newSockets makes the WebSocket side of the API.
func (a *app) newSockets(exec graphql.GraphExecutor, o origins, l limits) *sockets {
	return newSockets(socketsConfig{
		Executor: exec, Authenticate: a.door.socketViewer, OriginAllowed: o.allowed, Prepare: socketKey,
		ClientAddress: a.door.clientAddress, Scope: scopeOf,
		MaxMessage: l.Body, MaxSockets: a.config.Sockets, MaxSocketsPerAddress: a.config.AddressSockets,
	})
}

// socketKey takes the idempotency key of a request over a socket, which has no headers.
func socketKey(ctx context.Context, params *graphql.RawParams) (context.Context, error) {
	if key, ok := params.Extensions["idempotencyKey"].(string); ok {
		ctx = graph.WithIdempotencyKey(ctx, key)
	}
	return ctx, nil
}
