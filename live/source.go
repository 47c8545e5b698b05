package live

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/viewer"
)

// Source is what a subscription follows, for a transport that takes values when there are some
// and keeps nothing waiting in between: no goroutine, no channel. What it gives may be shared by
// all who follow the same with the same rights: contexts have the viewer who stands for them. It
// is used by one at a time, but for Stands and Sees.
type Source interface {
	// Wake names what is called, and must not wait, whenever there may be something to take. It
	// is called before all else.
	Wake(wake func())
	// Take gives a thing that has changed since it was taken, in its newest state; ok is false when
	// nothing has, or it cannot be read now: then it wakes once more.
	Take(ctx context.Context) (v Value, ok bool)
	// Begins says whether those who come begin with the present state. Those who do not are given
	// what changes from when they come.
	Begins() bool
	// Present gives the state of everything, without what can still be taken: what those who come
	// begin with; ok is false when it cannot be read now: then it wakes once more.
	Present(ctx context.Context) (all []Value, ok bool)
	// Stands says whether what is followed may still be seen. It asks only when access has
	// changed in the organization, or when it is told to. ErrLater is no answer: then it wakes once
	// more.
	Stands(ctx context.Context, ask bool) error
	// Sees says whether a value that was given earlier may still be shown, after Stands, by
	// ErrHidden when not; it asks only when access has changed since. ErrLater is no answer: then
	// it wakes once more.
	Sees(ctx context.Context, v Value) error
	// Over says that nothing more will come.
	Over() bool
	// Close ends the following; nothing is woken after it.
	Close()
}

// Value is the state of one of the things that a source follows, by its id.
type Value struct {
	ID     uuid.UUID
	Data   any
	access uint64 // the organization's number before it was read
}

var (
	// ErrLater says that what was asked cannot be said now.
	ErrLater = errors.New("live: ask again later")
	// ErrHidden says that a value may no longer be shown.
	ErrHidden = errors.New("live: this is hidden by now")
)

// Allowed asks whether the viewer of the context may still see all that is followed.
type Allowed func(ctx context.Context) error

// over says whether an error of reading, or of asking whether access stands, ends a source: a
// fault, what is followed being another's, or what came being too much. Any other, such as a
// database that does not answer, passes.
func over(err error) bool {
	_, isFault := fault.All(err)
	return isFault || errors.Is(err, ErrMerged) || errors.Is(err, errBehind)
}

// again wakes a source that could not read or ask, after a while that grows; one that rests; and
// one whose thing changes by itself.
type again struct {
	mu     sync.Mutex
	wait   time.Duration
	soon   *time.Timer
	turned *time.Timer
	wake   func()
	shut   bool
}

func (a *again) wakes(wake func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.wake = wake
}

// later says of an error that passes that it did, and wakes for another try.
func (a *again) later(ctx context.Context, err error) {
	slog.WarnContext(ctx, "a subscription waits for the database", "err", err)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.wait = min(max(2*a.wait, 50*time.Millisecond), time.Second)
	a.set(&a.soon, a.wait)
}

// in wakes after a while.
func (a *again) in(d time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.set(&a.soon, d)
}

// turn wakes after a while, whatever else does before; the last one counts.
func (a *again) turn(d time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.set(&a.turned, d)
}

func (a *again) set(t **time.Timer, d time.Duration) {
	if a.shut || a.wake == nil {
		return
	}
	if *t != nil {
		(*t).Stop()
	}
	*t = time.AfterFunc(d, a.wake)
}

func (a *again) well() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.wait = 0
}

func (a *again) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.shut = true
	for _, t := range []*time.Timer{a.soon, a.turned} {
		if t != nil {
			t.Stop()
		}
	}
}

// standing asks whether what is followed may still be seen, when access has changed.
type standing struct {
	hub     *Hub
	allowed Allowed
	again   again

	mu      sync.Mutex
	checked uint64 // the access number at which it was last allowed
}

// Stands is [Source]'s.
func (s *standing) Stands(ctx context.Context, ask bool) error {
	now, _ := s.hub.Access(viewer.From(ctx).Organization)
	s.mu.Lock()
	checked := s.checked
	s.mu.Unlock()
	if now == checked && !ask {
		return nil
	}
	if err := s.allowed(ctx); err != nil {
		if over(err) || ctx.Err() != nil {
			return err
		}
		s.again.later(ctx, err)
		return ErrLater
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.checked = max(s.checked, now)
	return nil
}

// port is what a transport puts into the context of a subscription's resolver.
type port struct {
	open  func(Source) // takes the source
	value any          // instead: the value that the resolver's channel gives
}

type portKey struct{}

// WithOpener has a resolver give its source to open by [Hand], and a channel of which nothing
// comes. Then the transport asks about each who follows at each delivery, and the viewer of the
// context stands for all with the same rights: it has no session, and need be no person.
func WithOpener(ctx context.Context, open func(Source)) context.Context {
	return context.WithValue(ctx, portKey{}, &port{open: open})
}

// WithValue has a resolver give this one value, which a source gave, and nothing else.
func WithValue(ctx context.Context, value any) context.Context {
	return context.WithValue(ctx, portKey{}, &port{value: value})
}

// Shared says whether the transport takes a source, so that those who follow are asked about by it.
func Shared(ctx context.Context) bool {
	p, ok := ctx.Value(portKey{}).(*port)
	return ok && p.open != nil
}

// Given is a channel with the one value that a transport has put into the context, when it has.
func Given[T any](ctx context.Context) (_ <-chan T, ok bool) {
	p, _ := ctx.Value(portKey{}).(*port)
	if p == nil || p.open != nil {
		return nil, false
	}
	out := make(chan T, 1)
	if value, ok := p.value.(T); ok {
		out <- value
	}
	close(out)
	return out, true
}

// Hand gives the source to the transport, where it takes one: when what is followed is [Shared].
func Hand(ctx context.Context, s Source) bool {
	p, ok := ctx.Value(portKey{}).(*port)
	if !ok || p.open == nil {
		return false
	}
	p.open(s)
	return true
}

// hand gives a source to the transport that takes one, or else streams what it gives.
func hand[T any](ctx context.Context, hub *Hub, s Source) <-chan T {
	if Hand(ctx, s) {
		return make(chan T)
	}
	out := make(chan T)
	go func() {
		defer close(out)
		defer s.Close()
		(&pump[T]{hub: hub, source: s, out: out}).run(ctx)
	}()
	return out
}

// mostTaken is how many values are taken of a source before a reader has them.
const mostTaken = 100

// pump sends what a source gives to one reader. While the reader is busy, newer states replace
// those it has not taken.
type pump[T any] struct {
	hub    *Hub
	source Source
	out    chan<- T

	waiting []Value
	begun   bool
}

func (p *pump[T]) run(ctx context.Context) {
	awake := make(chan struct{}, 1)
	p.source.Wake(func() {
		select {
		case awake <- struct{}{}:
		default: // it is awake already
		}
	})
	for organization := viewer.From(ctx).Organization; ; {
		_, changed := p.hub.Access(organization)
		may := p.take(ctx)
		if may != nil && !errors.Is(may, ErrLater) {
			return
		}
		var out chan<- T
		var next T
		if may == nil && len(p.waiting) > 0 {
			out, next = p.out, p.waiting[0].Data.(T) //nolint:errcheck,forcetypeassert // the source is of T
		} else if may == nil && p.begun && p.source.Over() {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-changed:
		case <-awake:
		case out <- next:
			p.waiting = p.waiting[1:]
		}
	}
}

// take puts what the source has, and what is present at first, in line, and says whether it may
// be sent.
func (p *pump[T]) take(ctx context.Context) error {
	if err := p.source.Stands(ctx, false); err != nil {
		return err
	}
	if !p.begun {
		if p.source.Begins() {
			present, ok := p.source.Present(ctx)
			if !ok {
				return ErrLater
			}
			p.waiting = present
		}
		p.begun = true
	}
	for len(p.waiting) < mostTaken {
		v, ok := p.source.Take(ctx)
		if !ok {
			break
		}
		p.put(v)
	}
	for len(p.waiting) > 0 {
		err := p.source.Sees(ctx, p.waiting[0])
		if err == nil {
			break
		}
		if errors.Is(err, ErrLater) {
			return err
		}
		p.waiting = p.waiting[1:]
	}
	return p.source.Stands(ctx, false) // what was taken may have ended it
}

func (p *pump[T]) put(v Value) {
	for i, old := range p.waiting {
		if old.ID == v.ID {
			p.waiting[i] = v
			return
		}
	}
	p.waiting = append(p.waiting, v)
}
