package live

import (
	"sync"

	"github.com/google/uuid"
)

// Hints say that something of an organization has changed, not how: who waits reads it anew.
type Hints struct {
	mu      sync.Mutex
	waiting map[hinted]map[*Hint]struct{}
}

// Thing is a row of the database that somebody waits for.
type Thing = struct{ Organization, ID uuid.UUID }

// hinted is a thing within its organization.
type hinted struct{ organization, id uuid.UUID }

// Hint is one who waits. Its holder is woken, and must not wait itself, whenever there was a hint.
type Hint struct {
	hints  *Hints
	topics []hinted
	rows   bool // of the database, of which a look finds those that have changed

	mu    sync.Mutex
	told  bool // since it was taken
	woken func()
}

// NewHints makes a hub that nobody waits at.
func NewHints() *Hints { return &Hints{waiting: map[hinted]map[*Hint]struct{}{}} }

// Follow begins to wait for any of the things. Close ends it.
func (h *Hints) Follow(organization uuid.UUID, ids ...uuid.UUID) *Hint {
	return h.follow(&Hint{hints: h}, organization, ids)
}

// FollowRows is Follow for things that are rows of the database, each by its id: a look wakes those
// who wait for one that has changed, where it wakes all others.
func (h *Hints) FollowRows(organization uuid.UUID, ids ...uuid.UUID) *Hint {
	return h.follow(&Hint{hints: h, rows: true}, organization, ids)
}

func (h *Hints) follow(w *Hint, organization uuid.UUID, ids []uuid.UUID) *Hint {
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

// TellEverywhere wakes those of every organization who wait for a thing that is of none.
func (h *Hints) TellEverywhere(id uuid.UUID) {
	h.each(func(t hinted, w *Hint) {
		if t.id == id {
			w.wake()
		}
	})
}

// TellAll wakes everyone: something may have changed that nobody was told of.
func (h *Hints) TellAll() { h.each(func(_ hinted, w *Hint) { w.wake() }) }

// TellUnlooked wakes those of whose things a look finds nothing.
func (h *Hints) TellUnlooked() {
	h.each(func(_ hinted, w *Hint) {
		if !w.rows {
			w.wake()
		}
	})
}

// each does something with everyone who waits, once for each thing that they wait for.
func (h *Hints) each(do func(hinted, *Hint)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for t, who := range h.waiting {
		for w := range who {
			do(t, w)
		}
	}
}

// Rows are the rows that somebody waits for, each once.
func (h *Hints) Rows() (out []Thing) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for t, who := range h.waiting {
		for w := range who {
			if w.rows {
				out = append(out, Thing{t.organization, t.id})
				break
			}
		}
	}
	return out
}

func (w *Hint) wake() {
	w.mu.Lock()
	w.told = true
	w.mu.Unlock()
	w.call()
}

func (w *Hint) call() {
	w.mu.Lock()
	woken := w.woken
	w.mu.Unlock()
	if woken != nil {
		woken()
	}
}

// wakes names what is called at each hint.
func (w *Hint) wakes(wake func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.woken = wake
}

// take says whether there was a hint since it was last asked.
func (w *Hint) take() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	told := w.told
	w.told = false
	return told
}

// again has a hint that was taken be there once more, without waking.
func (w *Hint) again() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.told = true
}

// Reconsider wakes everyone of an organization, of whom some may no longer see what they wait for.
func (h *Hints) Reconsider(organization uuid.UUID) {
	h.each(func(t hinted, w *Hint) {
		if t.organization == organization {
			w.call()
		}
	})
}

// Waiting counts who waits for a thing.
func (h *Hints) Waiting(organization, id uuid.UUID) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.waiting[hinted{organization, id}])
}
