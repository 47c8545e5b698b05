package taxid

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"
	"golang.org/x/time/rate"

	"github.com/kartela/kartela/ent/registrycheck"
)

// turn is one number that one organization asks one registry about.
type turn struct {
	organization uuid.UUID
	registry     registrycheck.Registry
	number       Number
}

// turns let one look-up of a number go after the other, so that the second finds the answer
// of the first: a second click asks no registry a second time.
type turns struct {
	mu sync.Mutex
	by map[turn]*queue
}

type queue struct {
	free    chan struct{} // holds one while nobody is at it
	waiting int           // with the one who is at it
}

// enter waits for the turn. leave gives it on.
func (t *turns) enter(ctx context.Context, k turn) (leave func(), err error) {
	t.mu.Lock()
	q := t.by[k]
	if q == nil {
		if t.by == nil {
			t.by = map[turn]*queue{}
		}
		q = &queue{free: make(chan struct{}, 1)}
		q.free <- struct{}{}
		t.by[k] = q
	}
	q.waiting++
	t.mu.Unlock()
	select {
	case <-q.free:
		return func() {
			q.free <- struct{}{}
			t.gone(k, q)
		}, nil
	case <-ctx.Done():
		t.gone(k, q)
		return nil, ctx.Err()
	}
}

func (t *turns) gone(k turn, q *queue) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if q.waiting--; q.waiting == 0 {
		delete(t.by, k)
	}
}

// How often an organization may ask: 30 times at once, then every two seconds.
const (
	burst        = 30
	every        = 2 * time.Second
	mostLimiters = 10_000
)

// limits bound how often an organization asks the registries, in memory, a bounded number of
// them.
type limits struct {
	mu sync.Mutex
	by map[uuid.UUID]*rate.Limiter
}

// allow takes one question of the organization.
func (l *limits) allow(organization uuid.UUID, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	got := l.by[organization]
	if got == nil {
		if l.by == nil {
			l.by = map[uuid.UUID]*rate.Limiter{}
		}
		if len(l.by) >= mostLimiters {
			l.drop(now)
		}
		got = rate.NewLimiter(rate.Every(every), burst)
		l.by[organization] = got
	}
	return got.AllowN(now, 1)
}

// drop forgets limiters that have filled up again, which a new one is the same as; when none
// has, any.
func (l *limits) drop(now time.Time) {
	var any uuid.UUID
	for id, got := range l.by {
		if got.TokensAt(now) >= burst {
			delete(l.by, id)
		}
		any = id
	}
	if len(l.by) >= mostLimiters {
		delete(l.by, any)
	}
}
