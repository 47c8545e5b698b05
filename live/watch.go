package live

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/viewer"
)

// Watched is how a thing is watched.
type Watched[T any] struct {
	Read     func(ctx context.Context) (T, error) // as the viewer
	Newer    func(now, before T) bool             // whether a later reading tells anything new
	Finished func(T) bool                         // nothing more will come; nil: never
	Allowed  Allowed
	Rest     time.Duration     // between two readings at least; 0: none
	Turns    func(T) time.Time // when it changes by itself; nil: never
}

// Watch sends the present state of a thing, and then its newer ones, until it is finished,
// the context ends, or access does. It reads at every hint. A reader who is slow misses states
// between, never the newest.
//
// The hint must be followed already when present is read, so that nothing falls between.
func Watch[T any](ctx context.Context, hub *Hub, hint *Hint, present T, w Watched[T]) <-chan T {
	t := &thing[T]{watching: watching{hint: hint, standing: standing{hub: hub, allowed: w.Allowed}}, w: w, newest: present}
	t.begin(ctx)
	return hand[T](ctx, hub, t)
}

// watching is what sources have in common that read at hints.
type watching struct {
	standing
	hint *Hint
	wake func()
	over error     // why it has ended, by a reading
	read time.Time // when it was, last
}

// hinted says whether there was a hint, and the time to rest since the last reading is over; else
// it wakes when it is.
func (w *watching) hinted(rest time.Duration) bool {
	if !w.hint.take() {
		return false
	}
	if left := rest - time.Since(w.read); left > 0 {
		w.hint.again()
		w.again.in(left)
		return false
	}
	w.read = time.Now()
	return true
}

func (w *watching) begin(ctx context.Context) {
	w.checked, _ = w.hub.Access(viewer.From(ctx).Organization)
	w.read = time.Now()
}

func (w *watching) Wake(wake func()) {
	w.wake = wake
	w.again.wakes(wake)
	w.hint.wakes(wake)
	wake() // there may have been a hint since it is followed
}

func (w *watching) Close() {
	w.again.close()
	w.hint.wakes(nil)
	w.hint.Close()
}

func (w *watching) Stands(ctx context.Context, ask bool) error {
	w.mu.Lock()
	err := w.over
	w.mu.Unlock()
	if err != nil {
		return err
	}
	return w.standing.Stands(ctx, ask)
}

// failed keeps why a reading failed, or when it passes tries again. hinted says that there was a
// hint, which then was not seen to.
func (w *watching) failed(ctx context.Context, err error, hinted bool) {
	if over(err) || ctx.Err() != nil {
		w.mu.Lock()
		w.over = err
		w.mu.Unlock()
		w.wake() // to be asked whether it stands
		return
	}
	if hinted {
		w.hint.again()
	}
	w.again.later(ctx, err)
}

// thing is the source of one thing.
type thing[T any] struct {
	watching
	w      Watched[T]
	newest T
}

func (t *thing[T]) Wake(wake func()) {
	t.watching.Wake(wake)
	t.awaitTurn()
}

func (t *thing[T]) Take(ctx context.Context) (Value, bool) {
	if t.w.Turns != nil && !time.Now().Before(t.w.Turns(t.newest)) {
		t.hint.again()
	} else {
		t.awaitTurn()
	}
	if !t.hinted(t.w.Rest) {
		return Value{}, false
	}
	read, err := t.w.Read(ctx)
	if err != nil {
		t.failed(ctx, err, true)
		return Value{}, false
	}
	t.again.well()
	defer t.awaitTurn()
	if !t.w.Newer(read, t.newest) {
		return Value{}, false
	}
	t.newest = read
	return Value{Data: read}, true
}

// awaitTurn wakes when the thing changes by itself.
func (t *thing[T]) awaitTurn() {
	if t.w.Turns != nil {
		t.again.turn(max(time.Until(t.w.Turns(t.newest)), time.Second))
	}
}

func (t *thing[T]) Begins() bool                            { return true }
func (t *thing[T]) Present(context.Context) ([]Value, bool) { return []Value{{Data: t.newest}}, true }
func (t *thing[T]) Sees(context.Context, Value) error       { return nil }
func (t *thing[T]) Over() bool                              { return t.w.Finished != nil && t.w.Finished(t.newest) }

// Listed is how several things are watched at once.
type Listed[T any] struct {
	Read    func(ctx context.Context) ([]T, error) // as the viewer: those that may have changed, oldest change first
	Present func(ctx context.Context) ([]T, error) // as the viewer: what those who come begin with; nil for nothing
	ID      func(T) uuid.UUID
	Version func(T) int
	Allowed Allowed
	Rest    time.Duration                                         // between two readings at least; 0: none
	Sees    func(ctx context.Context, id uuid.UUID) (bool, error) // still; nil where Allowed says so of all
}

// WatchList sends what is present of several things, where it begins so, and then each of them
// whenever it is newer than it was, until the context ends or access does. known is what there
// is to begin with, read after the hint was followed, so that nothing falls between. What Read
// cannot see any more is left out.
func WatchList[T any](ctx context.Context, hub *Hub, hint *Hint, known []T, l Listed[T]) <-chan T {
	s := &list[T]{watching: watching{hint: hint, standing: standing{hub: hub, allowed: l.Allowed}}, l: l, known: map[uuid.UUID]int{}}
	s.begin(ctx)
	for _, one := range known {
		s.known[l.ID(one)] = l.Version(one)
	}
	if l.Present != nil {
		s.first = known
	}
	return hand[T](ctx, hub, s)
}

// list is the source of several things.
type list[T any] struct {
	watching
	l       Listed[T]
	known   map[uuid.UUID]int // the versions of the last reading: an older one finds what is older
	first   []T               // what is present, until a reading finds newer things
	waiting []Value
}

func (s *list[T]) Take(ctx context.Context) (v Value, ok bool) {
	if len(s.waiting) == 0 && s.hinted(s.l.Rest) {
		s.readNext(ctx)
	}
	if len(s.waiting) == 0 {
		return v, false
	}
	v = s.waiting[0]
	s.waiting = s.waiting[1:]
	return v, true
}

// readNext puts what is newer in line.
func (s *list[T]) readNext(ctx context.Context) {
	number, _ := s.hub.Access(viewer.From(ctx).Organization)
	now, err := s.l.Read(ctx)
	if err != nil {
		s.failed(ctx, err, true)
		return
	}
	s.again.well()
	known := make(map[uuid.UUID]int, len(now))
	for _, one := range now {
		id, version := s.l.ID(one), s.l.Version(one)
		known[id] = max(version, s.known[id])
		if version > s.known[id] {
			s.waiting = append(s.waiting, Value{ID: id, Data: one, access: number})
			s.first = nil
		}
	}
	s.known = known
}

func (s *list[T]) Begins() bool { return s.l.Present != nil }

func (s *list[T]) Present(ctx context.Context) ([]Value, bool) {
	number, _ := s.hub.Access(viewer.From(ctx).Organization)
	now := s.first
	s.first = nil
	if now == nil {
		var err error
		if now, err = s.l.Present(ctx); err != nil {
			s.failed(ctx, err, false)
			return nil, false
		}
	}
	out := make([]Value, len(now))
	for i, one := range now {
		out[i] = Value{ID: s.l.ID(one), Data: one, access: number}
	}
	return out, true
}

func (s *list[T]) Sees(ctx context.Context, v Value) error {
	now, _ := s.hub.Access(viewer.From(ctx).Organization)
	if s.l.Sees == nil || now == v.access {
		return nil
	}
	sees, err := s.l.Sees(ctx, v.ID)
	switch {
	case err != nil && !over(err) && ctx.Err() == nil:
		s.again.later(ctx, err)
		return ErrLater
	case err != nil || !sees:
		return ErrHidden
	}
	return nil
}

func (s *list[T]) Over() bool { return false }
