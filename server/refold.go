package main

import (
	"context"
	"log/slog"
)

// refold fills in what this version computes of contacts that an older one wrote.
func (a *app) refold(ctx context.Context) error {
	n, err := a.graph.Contacts.Refold(ctx)
	if n > 0 {
		slog.Info("computed columns of contacts were filled in", "rows", n)
	}
	return err
}
