package live

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Hints say that something of an organization has changed, not how: who waits reads it anew.
type Hints struct {
	mu      sync.Mutex
	waiting map[hinted]map[*Hint]struct{}
}

// hinted is a thing within its organization.
type hinted struct{ organization, id uuid.UUID }

// Hint is one who waits. Signal says that there was a hint, or several.
type Hint struct {
	Signal <-chan struct{}

	signal chan struct{}
	hints  *Hints
	topic  hinted
}

// NewHints makes a hub that nobody waits at.
func NewHints() *Hints { return &Hints{waiting: map[hinted]map[*Hint]struct{}{}} }

// Follow begins to wait. Close ends it.
func (h *Hints) Follow(organization, id uuid.UUID) *Hint {
	w := &Hint{signal: make(chan struct{}, 1), hints: h, topic: hinted{organization, id}}
	w.Signal = w.signal
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.waiting[w.topic] == nil {
		h.waiting[w.topic] = map[*Hint]struct{}{}
	}
	h.waiting[w.topic][w] = struct{}{}
	return w
}

// Close ends the waiting.
func (w *Hint) Close() {
	w.hints.mu.Lock()
	defer w.hints.mu.Unlock()
	delete(w.hints.waiting[w.topic], w)
	if len(w.hints.waiting[w.topic]) == 0 {
		delete(w.hints.waiting, w.topic)
	}
}

// Tell wakes those who wait. It waits for nobody.
func (h *Hints) Tell(organization, id uuid.UUID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for w := range h.waiting[hinted{organization, id}] {
		select {
		case w.signal <- struct{}{}:
		default: // it is awake already
		}
	}
}

// Waiting counts who waits for a thing.
func (h *Hints) Waiting(organization, id uuid.UUID) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.waiting[hinted{organization, id}])
}

// Watched is how a thing is watched.
type Watched[T any] struct {
	Read     func(ctx context.Context) (T, error) // as the viewer
	Version  func(T) int
	Finished func(T) bool // nothing more will come
	Allowed  Allowed
	Every    time.Duration // between two readings without a hint; 0: two seconds
}

// Watch sends the present state of a thing, and then its newer ones, until it is finished,
// the context ends, or access does. It reads at every hint and, because other processes give
// none, from time to time. A reader who is slow misses states between, never the newest.
//
// The hint must be followed already when present is read, so that nothing falls between.
func Watch[T any](ctx context.Context, hint *Hint, present T, w Watched[T]) <-chan T {
	out := make(chan T)
	if w.Every == 0 {
		w.Every = 2 * time.Second
	}
	go func() {
		defer close(out)
		defer hint.Close()
		w.run(ctx, hint, present, out)
	}()
	return out
}

func (w Watched[T]) run(ctx context.Context, hint *Hint, newest T, out chan<- T) {
	tick := time.NewTicker(w.Every)
	defer tick.Stop()
	for sent := w.Version(newest) - 1; ; {
		var to chan<- T // only what was not sent is offered
		if w.Version(newest) > sent {
			if w.Allowed(ctx) != nil {
				return
			}
			to = out
		} else if w.Finished(newest) {
			return
		}
		select {
		case <-ctx.Done():
			return
		case to <- newest:
			sent = w.Version(newest)
			continue
		case <-hint.Signal:
		case <-tick.C:
		}
		now, err := w.Read(ctx)
		if err != nil {
			return
		}
		if w.Version(now) > w.Version(newest) {
			newest = now
		}
	}
}
