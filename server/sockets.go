package main

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"github.com/kartela/kartela/graph"
	"github.com/kartela/kartela/viewer"
)

// newSockets makes the WebSocket side of the API.
func (a *app) newSockets(exec graphql.GraphExecutor, o origins) (*sockets, error) {
	return newSockets(socketsConfig{
		Executor: exec, Authenticate: a.door.socketViewer, OriginAllowed: o.allowed, Prepare: a.begin, Reauthenticate: a.graph.Accounts.Standing,
		ClientAddress: a.door.network, Scope: scopeOf, Share: graph.Share,
		MaxMessage: a.config.Message, MaxOperations: a.config.Operations, MaxSockets: a.config.Sockets, MaxSocketsPerAddress: a.config.AddressSockets,
		InitTimeout: a.config.SocketInit, WriteTimeout: a.config.SocketWrite, PingInterval: a.config.SocketPing,
	})
}

// begin refuses an operation over a socket whose viewer no longer stands, and takes the
// request's idempotency key, for which a socket has no header.
func (a *app) begin(ctx context.Context, params *graphql.RawParams) (context.Context, error) {
	if err := a.graph.Accounts.Standing(ctx, viewer.From(ctx)); err != nil {
		return ctx, err
	}
	if key, ok := params.Extensions["idempotencyKey"].(string); ok {
		ctx = graph.WithIdempotencyKey(ctx, key)
	}
	return ctx, nil
}
