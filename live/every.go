package live

import (
	"context"
	"sync"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/viewer"
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
	signal       chan struct{}

	mu      sync.Mutex
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
	f := &Every{hub: h, organization: organization, signal: make(chan struct{}, 1), waiting: map[uuid.UUID]bool{}}
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
	f.mu.Unlock()
	select {
	case f.signal <- struct{}{}:
	default: // it is awake already
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
	out := make(chan *Change)
	go func() {
		defer close(out)
		defer f.Close()
		s := &whole{f: f, viewer: viewer.From(ctx), read: read, allowed: allowed, checked: f.access}
		for {
			select {
			case <-ctx.Done():
				return
			case <-f.signal:
			}
			for more := true; more; {
				if more = s.send(ctx, out); s.over {
					return
				}
			}
		}
	}()
	return out
}

type whole struct {
	f       *Every
	viewer  viewer.Viewer
	read    Read
	allowed Allowed
	checked uint64 // the access number at which the viewer was last allowed
	over    bool
}

// send sends the contacts that wait longest, and says whether there were any.
func (s *whole) send(ctx context.Context, out chan<- *Change) bool {
	ids, ok := s.f.take(readAtOnce)
	if s.over = !ok; s.over || len(ids) == 0 {
		return false
	}
	for len(ids) > 0 {
		changed := s.mayStill(ctx)
		if s.over {
			return false
		}
		var balances map[uuid.UUID][]*ledger.Balance
		err := insist(ctx, func() (err error) {
			balances, err = s.read(ctx, ids)
			return err
		})
		if s.over = err != nil; s.over {
			return false
		}
		ids = s.offer(ctx, out, ids, balances, changed)
		if s.over {
			return false
		}
	}
	return true
}

// offer gives the reader one contact after the other, and those back that are to be read anew
// because access has changed.
func (s *whole) offer(ctx context.Context, out chan<- *Change, ids []uuid.UUID, balances map[uuid.UUID][]*ledger.Balance, changed <-chan struct{}) []uuid.UUID {
	for i, id := range ids {
		if len(balances[id]) == 0 {
			continue // not the viewer's to see
		}
		select {
		case <-ctx.Done():
			s.over = true
			return nil
		case <-changed:
			return ids[i:]
		case out <- &Change{id, balances[id]}:
		}
	}
	return nil
}

// mayStill asks again only when access has changed in the organization since the last time.
func (s *whole) mayStill(ctx context.Context) <-chan struct{} {
	now, changed := s.f.hub.Access(s.viewer.Organization)
	if now != s.checked {
		s.over = insist(ctx, func() error { return s.allowed(ctx) }) != nil
		s.checked = now
	}
	return changed
}

// Everyone counts who follows every contact of an organization.
func (h *Hub) Everyone(organization uuid.UUID) int {
	h.every.mu.RLock()
	defer h.every.mu.RUnlock()
	return len(h.every.followers[organization])
}
