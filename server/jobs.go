package main

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// jobs is how many imports a process works on at a time, of different organizations.
const jobs = 2

// lookEvery is how often a process looks for work that another process was given, or left.
const lookEvery = 5 * time.Second

// workers do what takes longer than a request: imports of contacts.
type workers struct {
	wake chan struct{}
	done sync.WaitGroup
}

func newWorkers() *workers { return &workers{wake: make(chan struct{}, jobs)} }

// Wake has a worker look for work at once.
func (w *workers) Wake() {
	select {
	case w.wake <- struct{}{}:
	default: // they are awake already
	}
}

// work starts the workers. They stop when the context ends, or by the function that it gives,
// which waits for them: each finishes the rows at hand.
func (a *app) work(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	for range jobs {
		a.workers.done.Go(func() { a.workUntil(ctx) })
	}
	return func() {
		cancel()
		a.workers.done.Wait()
	}
}

func (a *app) workUntil(ctx context.Context) {
	t := time.NewTicker(lookEvery)
	defer t.Stop()
	for ctx.Err() == nil {
		worked, err := a.graph.Imports.Work(ctx)
		if err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "an import failed", "err", err)
		}
		if worked {
			continue
		}
		select {
		case <-ctx.Done():
		case <-a.workers.wake:
		case <-t.C:
		}
	}
}
