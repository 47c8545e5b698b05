package live

import (
	"context"
	"sync"

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
	topics []hinted
}

// NewHints makes a hub that nobody waits at.
func NewHints() *Hints { return &Hints{waiting: map[hinted]map[*Hint]struct{}{}} }

// Follow begins to wait for any of the things. Close ends it.
func (h *Hints) Follow(organization uuid.UUID, ids ...uuid.UUID) *Hint {
	w := &Hint{signal: make(chan struct{}, 1), hints: h}
	w.Signal = w.signal
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, id := range ids {
		t := hinted{organization, id}
		w.topics = append(w.topics, t)
		if h.waiting[t] == nil {
			h.waiting[t] = map[*Hint]struct{}{}
		}
		h.waiting[t][w] = struct{}{}
	}
	return w
}

// Close ends the waiting.
func (w *Hint) Close() {
	w.hints.mu.Lock()
	defer w.hints.mu.Unlock()
	for _, t := range w.topics {
		delete(w.hints.waiting[t], w)
		if len(w.hints.waiting[t]) == 0 {
			delete(w.hints.waiting, t)
		}
	}
}

// Tell wakes those who wait. It waits for nobody.
func (h *Hints) Tell(organization, id uuid.UUID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for w := range h.waiting[hinted{organization, id}] {
		w.wake()
	}
}

// TellAll wakes everyone: something may have changed that nobody was told of.
func (h *Hints) TellAll() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, who := range h.waiting {
		for w := range who {
			w.wake()
		}
	}
}

func (w *Hint) wake() {
	select {
	case w.signal <- struct{}{}:
	default: // it is awake already
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
}

// Watch sends the present state of a thing, and then its newer ones, until it is finished,
// the context ends, or access does. It reads at every hint. A reader who is slow misses states
// between, never the newest.
//
// The hint must be followed already when present is read, so that nothing falls between.
func Watch[T any](ctx context.Context, hint *Hint, present T, w Watched[T]) <-chan T {
	out := make(chan T)
	go func() {
		defer close(out)
		defer hint.Close()
		w.run(ctx, hint, present, out)
	}()
	return out
}

func (w Watched[T]) run(ctx context.Context, hint *Hint, newest T, out chan<- T) {
	for sent := w.Version(newest) - 1; ; {
		var to chan<- T // only what was not sent is offered
		if w.Version(newest) > sent {
			if insist(ctx, func() error { return w.Allowed(ctx) }) != nil {
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
		}
		var now T
		err := insist(ctx, func() (err error) {
			now, err = w.Read(ctx)
			return err
		})
		if err != nil {
			return
		}
		if w.Version(now) > w.Version(newest) {
			newest = now
		}
	}
}

// Listed is how several things are watched at once.
type Listed[T any] struct {
	Read    func(ctx context.Context) ([]T, error) // as the viewer: those that may have changed
	ID      func(T) uuid.UUID
	Version func(T) int
	Allowed Allowed
}

// WatchList sends each of several things whenever it is newer than it was, until the context
// ends or access does. known are the versions to begin with, read after the hint was followed,
// so that nothing falls between; the map is the watch's own from then on. What Read cannot see
// any more is left out.
func WatchList[T any](ctx context.Context, hint *Hint, known map[uuid.UUID]int, l Listed[T]) <-chan T {
	out := make(chan T)
	go func() {
		defer close(out)
		defer hint.Close()
		for {
			select {
			case <-ctx.Done():
				return
			case <-hint.Signal:
			}
			if !l.send(ctx, known, out) {
				return
			}
		}
	}()
	return out
}

// send gives those that are newer, and whether to go on.
func (l Listed[T]) send(ctx context.Context, known map[uuid.UUID]int, out chan<- T) bool {
	var things []T
	err := insist(ctx, func() (err error) {
		if err = l.Allowed(ctx); err == nil {
			things, err = l.Read(ctx)
		}
		return err
	})
	if err != nil {
		return false
	}
	for _, thing := range things {
		if l.Version(thing) <= known[l.ID(thing)] {
			continue
		}
		select {
		case <-ctx.Done():
			return false
		case out <- thing:
			known[l.ID(thing)] = l.Version(thing)
		}
	}
	return true
}
