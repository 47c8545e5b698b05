package main

import (
	"sync"
	"time"
)

// wheel looks after each socket now and then, with one timer for all: a socket sits in the slot
// of the time at which it is looked after next. Times are kept to a sixteenth of the shortest
// that is asked for.
type wheel struct {
	tick time.Duration

	mu    sync.Mutex
	slots [128][]*socket
	now   uint64 // ticks that have passed
	count int
	timer *time.Timer // nil when there is nothing to look after
}

// hand is where a socket sits in the wheel.
type hand struct {
	due uint64 // the tick
	at  int32  // in the slot; the wheel's lock guards both
	on  bool
}

// newWheel makes one whose times are about as long as these, or longer.
func newWheel(times ...time.Duration) *wheel {
	w := &wheel{tick: time.Second}
	for _, d := range times {
		w.tick = min(w.tick, max(d/16, time.Millisecond))
	}
	return w
}

// put has the socket looked after once d has passed, and not before.
func (w *wheel) put(s *socket, d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if s.over() { // it has left, or is about to
		return
	}
	w.remove(s)
	s.hand.due = w.now + uint64((max(d, 0)+w.tick-1)/w.tick) + 1 //nolint:gosec // not negative
	slot := &w.slots[s.hand.due%uint64(len(w.slots))]
	s.hand.at, s.hand.on = int32(len(*slot)), true //nolint:gosec // there are fewer sockets
	*slot = append(*slot, s)
	w.count++
	if w.timer == nil {
		w.timer = time.AfterFunc(w.tick, w.turn)
	}
}

// leave forgets the socket.
func (w *wheel) leave(s *socket) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.remove(s)
}

func (w *wheel) remove(s *socket) {
	if !s.hand.on {
		return
	}
	slot := &w.slots[s.hand.due%uint64(len(w.slots))]
	last := len(*slot) - 1
	moved := (*slot)[last]
	(*slot)[s.hand.at], moved.hand.at = moved, s.hand.at
	(*slot)[last] = nil
	*slot = (*slot)[:last]
	s.hand.on = false
	w.count--
}

// turn looks after those whose time has come.
func (w *wheel) turn() {
	for _, s := range w.due() {
		s.lookAfter()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.count > 0 {
		w.timer.Reset(w.tick)
	} else {
		w.timer = nil
	}
}

// due moves on by one tick and takes out those whose time has come.
func (w *wheel) due() (out []*socket) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now++
	slot := w.slots[w.now%uint64(len(w.slots))]
	for i := len(slot) - 1; i >= 0; i-- { // the last is moved into the place of one that is taken out
		if s := slot[i]; s.hand.due <= w.now {
			out = append(out, s)
			w.remove(s)
		}
	}
	return out
}
