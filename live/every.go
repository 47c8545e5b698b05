package live

import (
	"context"
	"errors"
	"sync"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ledger"
)

// MaxBehind is how many contacts may have moved since the reader of a whole organization took
// the last one; beyond that the stream ends, and whoever follows begins anew.
const MaxBehind = 10_000

// readAtOnce is how many contacts' balances are read by one statement.
const readAtOnce = 100

// Every follows all contacts of an organization. It keeps which have moved and are not taken
// yet, each once, and no state: that is read when it is delivered.
type Every struct {
	hub          *Hub
	organization uuid.UUID
	access       uint64 // at the beginning

	mu      sync.Mutex
	woken   func() // must not wait
	moved   []uuid.UUID
	waiting map[uuid.UUID]bool
	lost    bool
}

// every knows who follows whole organizations.
type every struct {
	mu        sync.RWMutex
	followers map[uuid.UUID]map[*Every]struct{}
}

// FollowAll begins to follow every contact of an organization. Close ends it.
func (h *Hub) FollowAll(organization uuid.UUID) *Every {
	f := &Every{hub: h, organization: organization, waiting: map[uuid.UUID]bool{}}
	f.access, _ = h.Access(organization)
	h.every.mu.Lock()
	defer h.every.mu.Unlock()
	if h.every.followers == nil {
		h.every.followers = map[uuid.UUID]map[*Every]struct{}{}
	}
	if h.every.followers[organization] == nil {
		h.every.followers[organization] = map[*Every]struct{}{}
	}
	h.every.followers[organization][f] = struct{}{}
	return f
}

// Close ends the following.
func (f *Every) Close() {
	f.hub.every.mu.Lock()
	defer f.hub.every.mu.Unlock()
	delete(f.hub.every.followers[f.organization], f)
	if len(f.hub.every.followers[f.organization]) == 0 {
		delete(f.hub.every.followers, f.organization)
	}
}

// announce says whether anyone follows the organization.
func (e *every) announce(m ledger.Moved) bool {
	e.mu.RLock()
	defer e.mu.RUnlock()
	for f := range e.followers[m.Organization] {
		f.put(m.ContactID)
	}
	return len(e.followers[m.Organization]) > 0
}

func (f *Every) put(contact uuid.UUID) {
	f.mu.Lock()
	switch {
	case f.waiting[contact]:
	case len(f.moved) == MaxBehind:
		f.lost = true
	default:
		f.waiting[contact] = true
		f.moved = append(f.moved, contact)
	}
	woken := f.woken
	f.mu.Unlock()
	if woken != nil {
		woken()
	}
}

// take gives the contacts that moved first, at most so many; ok is false when some were lost.
func (f *Every) take(most int) (ids []uuid.UUID, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := min(most, len(f.moved))
	ids = append(ids, f.moved[:n]...)
	f.moved = f.moved[n:]
	for _, id := range ids {
		delete(f.waiting, id)
	}
	if len(f.moved) == 0 {
		f.moved = nil
	}
	return ids, !f.lost
}

// Read reads the balances of contacts that the viewer of the context may see.
type Read func(ctx context.Context, contacts []uuid.UUID) (map[uuid.UUID][]*ledger.Balance, error)

// StreamAll sends where a contact stands after each change of it, for every contact of the
// organization that the viewer may see, until the context ends or access does. It begins with
// the first change: what there is already, a list tells. The balances are read, under the
// viewer's rules, when they are about to be sent; while the reader is busy, contacts that move
// again wait once. It ends when a reading is refused, or the reader is too far behind.
func StreamAll(ctx context.Context, f *Every, read Read, allowed Allowed) <-chan *Change {
	return hand[*Change](ctx, f.hub, &whole{standing: standing{hub: f.hub, allowed: allowed, checked: f.access}, f: f, read: read})
}

// whole is the source of all contacts of an organization.
type whole struct {
	standing
	f       *Every
	read    Read
	reading []uuid.UUID // taken of f, and not read yet
	waiting []Value
	over    error // why it has ended, of the lock of standing
}

func (s *whole) Wake(wake func()) {
	s.again.wakes(wake)
	s.f.mu.Lock()
	s.f.woken = wake
	s.f.mu.Unlock()
	wake() // something may have moved since it is followed
}

func (s *whole) Close() {
	s.again.close()
	s.f.Close()
}

func (s *whole) Begins() bool                            { return false }
func (s *whole) Present(context.Context) ([]Value, bool) { return nil, true }
func (s *whole) Over() bool                              { return false }

// Stands is [Source]'s.
func (s *whole) Stands(ctx context.Context, ask bool) error {
	s.mu.Lock()
	err := s.over
	s.mu.Unlock()
	if err != nil {
		return err
	}
	return s.standing.Stands(ctx, ask)
}

// errBehind is why a source ends of which too much was not taken.
var errBehind = errors.New("live: too far behind")

// Take reads the contacts that wait longest, all those of one statement at once.
func (s *whole) Take(ctx context.Context) (v Value, ok bool) {
	for len(s.waiting) == 0 {
		if len(s.reading) == 0 {
			var kept bool
			if s.reading, kept = s.f.take(readAtOnce); !kept {
				s.end(errBehind)
			}
		}
		if len(s.reading) == 0 || !s.readNext(ctx) {
			return v, false
		}
	}
	v = s.waiting[0]
	s.waiting = s.waiting[1:]
	return v, true
}

func (s *whole) readNext(ctx context.Context) bool {
	number, _ := s.hub.Access(s.f.organization)
	balances, err := s.read(ctx, s.reading)
	if err != nil {
		if over(err) || ctx.Err() != nil {
			s.end(err)
		} else {
			s.again.later(ctx, err)
		}
		return false
	}
	s.again.well()
	for _, id := range s.reading {
		if len(balances[id]) > 0 { // else it is not the viewer's to see
			s.waiting = append(s.waiting, Value{ID: id, Data: &Change{id, balances[id]}, access: number})
		}
	}
	s.reading = nil
	return true
}

// end has the source asked whether it stands, which it then does not.
func (s *whole) end(why error) {
	s.mu.Lock()
	s.over = why
	s.mu.Unlock()
	s.f.mu.Lock()
	woken := s.f.woken
	s.f.mu.Unlock()
	woken()
}

// Sees is [Source]'s.
func (s *whole) Sees(ctx context.Context, v Value) error {
	if now, _ := s.hub.Access(s.f.organization); now == v.access {
		return nil
	}
	balances, err := s.read(ctx, []uuid.UUID{v.ID})
	switch {
	case err != nil && !over(err) && ctx.Err() == nil:
		s.again.later(ctx, err)
		return ErrLater
	case len(balances[v.ID]) == 0:
		return ErrHidden
	}
	return nil
}

// Everyone counts who follows every contact of an organization.
func (h *Hub) Everyone(organization uuid.UUID) int {
	h.every.mu.RLock()
	defer h.every.mu.RUnlock()
	return len(h.every.followers[organization])
}
