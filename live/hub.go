// Package live brings changes of balances to those who follow them. The hub keeps, for each
// follower, the newest value of each account and no more: a slow reader misses steps, never
// the state. It knows no database and no socket.
package live

import (
	"sync"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/money"
)

// shards keep followers of different contacts from waiting for one lock.
const shards = 64

// Hub knows who follows which contacts.
type Hub struct {
	shard [shards]shard
	every every

	mu     sync.Mutex
	access map[uuid.UUID]access // per organization
}

// access counts how often someone of an organization came to see more or less.
type access struct {
	number  uint64
	changed chan struct{} // closed when the number is raised
}

type shard struct {
	mu        sync.RWMutex
	followers map[topic]map[*Follower]struct{}

	toldMu sync.Mutex // taken after mu
	told   map[topic]map[account]told
}

// topic is a contact within its organization: an event of one tenant cannot reach a
// follower of another, whatever the ids.
type topic struct{ organization, contact uuid.UUID }

// NewHub makes an empty hub.
func NewHub() *Hub {
	h := &Hub{access: map[uuid.UUID]access{}}
	for i := range h.shard {
		h.shard[i].followers = map[topic]map[*Follower]struct{}{}
	}
	return h
}

func (h *Hub) of(t topic) *shard { return &h.shard[t.contact[15]%shards] }

// account names one balance among the pending ones.
type account struct {
	contact  uuid.UUID
	side     string
	currency money.Currency
}

// Follower is one subscription. Signal says that something is pending; Take gives it.
type Follower struct {
	Signal <-chan struct{}

	hub     *Hub
	topics  []topic
	access  uint64 // at the beginning
	signal  chan struct{}
	mu      sync.Mutex
	pending map[account]ledger.Moved // nil when nothing is
	woken   func()                   // instead of Signal; must not wait
}

// Follow begins to follow contacts of an organization. Close ends it.
func (h *Hub) Follow(organization uuid.UUID, contacts ...uuid.UUID) *Follower {
	f := &Follower{hub: h, signal: make(chan struct{}, 1)}
	f.Signal = f.signal
	f.access, _ = h.Access(organization)
	for _, c := range contacts {
		t := topic{organization, c}
		f.topics = append(f.topics, t)
		s := h.of(t)
		s.mu.Lock()
		if s.followers[t] == nil {
			s.followers[t] = map[*Follower]struct{}{}
		}
		s.followers[t][f] = struct{}{}
		s.mu.Unlock()
	}
	return f
}

// Close ends the following; nothing is delivered after it.
func (f *Follower) Close() {
	for _, t := range f.topics {
		s := f.hub.of(t)
		s.mu.Lock()
		delete(s.followers[t], f)
		if len(s.followers[t]) == 0 {
			delete(s.followers, t)
		}
		s.mu.Unlock()
	}
}

// Announce gives every follower of the contact the account's new state. It never waits for
// a reader.
func (h *Hub) Announce(m ledger.Moved) {
	whole := h.every.announce(m)
	t := topic{m.Organization, m.ContactID}
	s := h.of(t)
	s.mu.RLock()
	defer s.mu.RUnlock()
	if !m.Gone() && (whole || len(s.followers[t]) > 0) {
		s.note(t, account{m.ContactID, string(m.Side), m.Currency}, m.Version, m.UpdatedAt)
	}
	for f := range s.followers[t] {
		f.put(m)
	}
}

func (f *Follower) put(m ledger.Moved) {
	k := account{m.ContactID, string(m.Side), m.Currency}
	f.mu.Lock()
	if old, ok := f.pending[k]; !ok || old.Version < m.Version {
		if f.pending == nil {
			f.pending = map[account]ledger.Moved{}
		}
		f.pending[k] = m
	}
	woken := f.woken
	f.mu.Unlock()
	if woken != nil {
		woken()
		return
	}
	f.wake()
}

func (f *Follower) wake() {
	select {
	case f.signal <- struct{}{}:
	default: // it is awake already
	}
}

// Take gives what is pending, the newest state of each account, and forgets it.
func (f *Follower) Take() []ledger.Moved {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := make([]ledger.Moved, 0, len(f.pending))
	for _, m := range f.pending {
		out = append(out, m)
	}
	f.pending = nil
	return out
}

// AccessChanged has every stream of the organization ask again, before its next delivery,
// whether its viewer may still see what it follows. A delivery that waits for its reader
// is asked about again too.
func (h *Hub) AccessChanged(organization uuid.UUID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	was := h.accessOf(organization)
	close(was.changed)
	h.access[organization] = access{was.number + 1, make(chan struct{})}
}

// Access is a number that differs from an earlier one when access may have changed since,
// and a channel that is closed at the next change.
func (h *Hub) Access(organization uuid.UUID) (uint64, <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.accessOf(organization)
	return now.number, now.changed
}

func (h *Hub) accessOf(organization uuid.UUID) access {
	now, ok := h.access[organization]
	if !ok {
		now = access{changed: make(chan struct{})}
		h.access[organization] = now
	}
	return now
}

// Followers counts who follows a contact.
func (h *Hub) Followers(organization, contact uuid.UUID) int {
	t := topic{organization, contact}
	s := h.of(t)
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.followers[t])
}
