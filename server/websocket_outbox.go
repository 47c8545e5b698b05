package main

import (
	"errors"
	"sync"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/kartela/kartela/live"
)

// payload is a result that many have, as JSON.
type payload struct {
	share  *share
	of     live.Value // the state of a thing, without its data
	result []byte
}

func newPayload(sh *share, v live.Value, result []byte) *payload {
	v.Data = nil // the result has it
	return &payload{sh, v, result}
}

// deliverable is a result for one operation, or the end of it.
type deliverable struct {
	op      *operation
	payload *payload

	last    bool // there are no more results
	refused gqlerror.List
}

// outbox is what waits for a socket's reader: of each operation the newest state of each thing,
// however many there were.
type outbox struct {
	mu      sync.Mutex
	waiting []deliverable
	taken   int             // before those
	at      map[waiting]int // where each waits, counted with those that were taken; nil while few do
	busy    bool            // somebody sends
}

// waiting is what a delivery is of.
type waiting struct {
	op *operation
	of uuid.UUID
}

const (
	few      = 16             // are looked through
	mostKept = live.MaxBehind // that wait for a reader; who is further behind begins anew
)

// put adds a delivery, in the place of an older one of the same; send says that the caller is to
// send. ok is false when too much waits: then nothing was added.
func (o *outbox) put(d deliverable) (send, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !d.last {
		if i := o.find(waiting{d.op, d.payload.of.ID}); i >= 0 {
			o.waiting[i] = d
			return false, true // whoever sends has not come to it yet
		}
		if len(o.waiting) >= mostKept {
			return false, false
		}
		if o.at != nil {
			o.at[waiting{d.op, d.payload.of.ID}] = o.taken + len(o.waiting)
		}
	}
	o.waiting = append(o.waiting, d)
	if o.at == nil && len(o.waiting) > few {
		o.index()
	}
	if o.busy {
		return false, true
	}
	o.busy = true
	return true, true
}

// find gives where an older delivery of the same waits; -1 for nowhere.
func (o *outbox) find(w waiting) int {
	if o.at != nil {
		if at, ok := o.at[w]; ok && at >= o.taken {
			return at - o.taken
		}
		return -1
	}
	for i, old := range o.waiting {
		if !old.last && old.op == w.op && old.payload.of.ID == w.of {
			return i
		}
	}
	return -1
}

func (o *outbox) index() {
	o.at = make(map[waiting]int, 2*len(o.waiting))
	for i, d := range o.waiting {
		if !d.last {
			o.at[waiting{d.op, d.payload.of.ID}] = o.taken + i
		}
	}
}

// take gives what has waited longest; false when nothing waits, and then nobody sends.
func (o *outbox) take() (d deliverable, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.waiting) == 0 {
		o.waiting, o.at, o.taken, o.busy = nil, nil, 0, false
		return d, false
	}
	d = o.waiting[0]
	o.waiting[0] = deliverable{}
	o.waiting = o.waiting[1:]
	o.taken++
	if o.at != nil && !d.last {
		delete(o.at, waiting{d.op, d.payload.of.ID})
	}
	return d, true
}

// deliver sends a delivery, or leaves it to who sends to this socket already. It does not wait
// for a slow reader: a goroutine does.
func (s *socket) deliver(d deliverable) {
	send, ok := s.outbox.put(d)
	if !ok {
		go s.close(closeTryLater) // its reader is too far behind
		return
	}
	if !send {
		return
	}
	for d, ok := s.outbox.take(); ok; d, ok = s.outbox.take() {
		if !s.sendNow(d) {
			return
		}
	}
}

// deliverWaiting is deliver for who may wait for the reader: it sends a delivery, and what waits
// behind it.
func (s *socket) deliverWaiting(d deliverable) {
	for ok := true; ok; d, ok = s.outbox.take() {
		switch {
		case d.last:
			s.last(d.op, d.refused)
			s.inFlight.settle(d.op)
		case s.due(d):
			_ = s.write(func() error { // a failure has closed the socket
				if !s.inFlight.wanted(d.op) {
					return nil
				}
				return s.text(nextMessage(d.op.label, d.payload.result))
			})
		}
	}
}

// due says whether a result is still to be sent: the viewer stands, and so does the right to see
// what it is of.
func (s *socket) due(d deliverable) bool {
	if s.over() || s.stands(s.inFlight.values()) != nil {
		return false
	}
	sh := d.payload.share
	err := sh.source.Stands(sh.ctx, false)
	if err != nil && !errors.Is(err, live.ErrLater) {
		sh.finish(nil)
		return false
	}
	if err == nil {
		err = sh.source.Sees(sh.ctx, d.payload.of)
	}
	if errors.Is(err, live.ErrLater) {
		go s.close(closeTryLater) // rather than that the value is missed
	}
	return err == nil
}

// sendNow sends a delivery as far as the system takes it at once; false when a goroutine goes on
// with it, and with what waits behind it.
func (s *socket) sendNow(d deliverable) bool {
	if !d.last && !s.due(d) {
		return true
	}
	if d.last || s.raw == nil || !s.writing.TryLock() {
		go s.deliverWaiting(d)
		return false
	}
	if s.over() || !s.inFlight.wanted(d.op) {
		s.writing.Unlock()
		return true
	}
	buffer, _ := frameBuffers.Get().(*[]byte)
	*buffer = appendNext((*buffer)[:0], d.op.label, d.payload.result)
	n, err := writeNow(s.raw, *buffer)
	if err == nil && n < len(*buffer) {
		go s.sendRest(buffer, n) // and unlocks
		return false
	}
	keepBuffer(buffer)
	s.writing.Unlock()
	if err != nil {
		s.drop()
	}
	return true
}

// sendRest waits until the reader takes the rest of a frame, and goes on with what waits behind
// it. It has the lock for writing.
func (s *socket) sendRest(buffer *[]byte, from int) {
	err := s.bytes((*buffer)[from:], s.config.WriteTimeout)
	keepBuffer(buffer)
	s.writing.Unlock()
	if err != nil {
		s.drop()
	}
	if d, ok := s.outbox.take(); ok {
		s.deliverWaiting(d)
	}
}

// appendNext is the frame of a next message.
func appendNext(out, label, result []byte) []byte {
	const begin, middle = `{"id":`, `,"type":"next","payload":`
	out = appendHeader(out, websocket.TextMessage, len(begin)+len(label)+len(middle)+len(result)+1)
	out = append(append(out, begin...), label...)
	out = append(append(out, middle...), result...)
	return append(out, '}')
}
