package live

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ledger"
)

// LookEvery is how often a process compares what its followers were told with the database,
// without having been told that something is missing.
const LookEvery = 30 * time.Second

// lookBehind is how far before the last look a balance of an organization that is followed as
// a whole may have been changed and still be found: as long as a transaction may take, and the
// clocks of processes be apart.
const lookBehind = 2 * time.Minute

// Looker finds what followers should have been told and were not, because a message was lost
// or its process died before it sent it: every 30 s, and at once when it is told to.
type Looker struct {
	Hub   *Hub
	Hints *Hints
	// Read reads, by one statement, where contacts stand, and which balances of organizations
	// changed since.
	Read func(ctx context.Context, contacts []ledger.Followed, organizations []uuid.UUID, since time.Time) ([]ledger.Found, error)
	// Changed gives, by one statement, those of the rows that have changed since.
	Changed func(ctx context.Context, rows []Thing, since time.Time) ([]Thing, error)
	// Standing ends what is open of those whose access is over.
	Standing func(ctx context.Context) error
	Every    time.Duration // LookEvery
	Now      func() time.Time

	last time.Time
	wake chan struct{}
	once sync.Once
}

func (l *Looker) woken() chan struct{} {
	l.once.Do(func() { l.wake = make(chan struct{}, 1) })
	return l.wake
}

// Wake has it look at once: something may have been missed. It waits for nobody.
func (l *Looker) Wake() {
	select {
	case l.woken() <- struct{}{}:
	default: // it will
	}
}

// Run looks until the context ends. A look that fails is tried again, soon.
func (l *Looker) Run(ctx context.Context) {
	l.last = l.Now()
	for wait := time.Duration(0); ctx.Err() == nil; {
		lost := l.rest(ctx, wait)
		if ctx.Err() != nil {
			return
		}
		err := l.Look(ctx, lost)
		switch {
		case err == nil:
			wait = 0
		case ctx.Err() == nil:
			slog.WarnContext(ctx, "what is followed could not be compared with the database yet", "err", err)
			wait = min(max(2*wait, 100*time.Millisecond), time.Second)
			if lost {
				l.Wake() // still unseen
			}
		}
	}
}

// rest waits until the next look, and says whether something is known to be missing. After a
// failure it waits so long, whatever it is told.
func (l *Looker) rest(ctx context.Context, failed time.Duration) (lost bool) {
	if failed > 0 {
		pause(ctx, failed/2+rand.N(failed)) //nolint:gosec // spreads processes, hides nothing
		select {
		case <-l.woken():
			return true
		default:
			return false
		}
	}
	t := time.NewTimer(l.Every*3/4 + rand.N(l.Every/2)) //nolint:gosec // the same
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	case <-l.woken():
		return true
	}
	return false
}

// Look compares once, and tells followers what they missed. When something is known to have
// been lost, every stream also asks again whether its viewer may still see what it follows.
func (l *Looker) Look(ctx context.Context, lost bool) error {
	start := l.Now()
	since := l.last.Add(-lookBehind)
	if lost {
		l.Hub.accessLost()
	}
	contacts, organizations := l.Hub.followed(since)
	if len(contacts)+len(organizations) > 0 {
		all, err := l.Read(ctx, contacts, organizations, since)
		if err != nil {
			return err
		}
		l.Hub.found(all)
	}
	if err := l.Standing(ctx); err != nil {
		return err
	}
	if lost {
		l.Hints.TellAll()
	} else if err := l.lookAtRows(ctx, since); err != nil {
		return err
	}
	l.last = start
	return nil
}

// lookAtRows wakes those who wait for rows that have changed, and those who wait for anything else.
func (l *Looker) lookAtRows(ctx context.Context, since time.Time) error {
	if rows := l.Hints.Rows(); len(rows) > 0 {
		changed, err := l.Changed(ctx, rows, since)
		if err != nil {
			return err
		}
		for _, t := range changed {
			l.Hints.Tell(t.Organization, t.ID)
		}
	}
	l.Hints.TellUnlooked()
	return nil
}

// told is what followers of an account were last told.
type told struct {
	version int64
	at      time.Time
}

// note keeps the newest state that followers of a contact were told, and says whether it is
// newer than what they had been told.
func (s *shard) note(t topic, a account, version int64, at time.Time) bool {
	s.toldMu.Lock()
	defer s.toldMu.Unlock()
	if s.told == nil {
		s.told = map[topic]map[account]told{}
	}
	if s.told[t] == nil {
		s.told[t] = map[account]told{}
	}
	if s.told[t][a].version >= version {
		return false
	}
	s.told[t][a] = told{version, at}
	return true
}

// followed gives what is followed, one by one and as a whole, and forgets what was told of what
// is neither, or of a whole organization's contact before since.
func (h *Hub) followed(since time.Time) (contacts []ledger.Followed, organizations []uuid.UUID) {
	h.every.mu.RLock()
	whole := make(map[uuid.UUID]bool, len(h.every.followers))
	for id := range h.every.followers {
		whole[id] = true
		organizations = append(organizations, id)
	}
	h.every.mu.RUnlock()
	for i := range h.shard {
		s := &h.shard[i]
		s.mu.RLock()
		for t := range s.followers {
			contacts = append(contacts, ledger.Followed{Organization: t.organization, Contact: t.contact})
		}
		s.forget(func(t topic, last told) bool {
			return len(s.followers[t]) == 0 && (!whole[t.organization] || last.at.Before(since))
		})
		s.mu.RUnlock()
	}
	return contacts, organizations
}

func (s *shard) forget(old func(topic, told) bool) {
	s.toldMu.Lock()
	defer s.toldMu.Unlock()
	for t, by := range s.told {
		for a, last := range by {
			if old(t, last) {
				delete(by, a)
			}
		}
		if len(by) == 0 {
			delete(s.told, t)
		}
	}
}

// restricted is the account under which it is kept that a contact is restricted.
var restricted = account{side: "restricted"}

// found announces what is newer than what followers were told.
func (h *Hub) found(all []ledger.Found) {
	access := map[uuid.UUID]bool{}
	for _, f := range all {
		t := topic{f.Organization, f.ContactID}
		if f.Restricted > 0 && h.of(t).note(t, restricted, f.Restricted, f.UpdatedAt) {
			access[f.Organization] = true
		}
	}
	for id := range access {
		h.AccessChanged(id) // before what it may hide is announced
	}
	for _, f := range all {
		switch {
		case f.Merged:
			h.Announce(ledger.Moved{Organization: f.Organization, ContactID: f.ContactID})
		case f.Version > 0 && h.newer(f.Moved):
			h.Announce(f.Moved)
		}
	}
}

// newer says whether followers were not told of this state, or a newer one, yet.
func (h *Hub) newer(m ledger.Moved) bool {
	t := topic{m.Organization, m.ContactID}
	s := h.of(t)
	s.toldMu.Lock()
	defer s.toldMu.Unlock()
	return s.told[t][account{m.ContactID, string(m.Side), m.Currency}].version < m.Version
}

// accessLost has every stream ask again whether its viewer may see what it follows.
func (h *Hub) accessLost() {
	h.mu.Lock()
	organizations := make([]uuid.UUID, 0, len(h.access))
	for id := range h.access {
		organizations = append(organizations, id)
	}
	h.mu.Unlock()
	for _, id := range organizations {
		h.AccessChanged(id)
	}
}
