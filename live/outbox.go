package live

import (
	"sync"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/viewer"
)

// outbox is what waits to be told to other processes: of each balance the newest state, of
// everything else each once. When more waits than may, all of it becomes one message, that
// something was lost.
type outbox struct {
	most   int
	signal chan struct{}

	mu     sync.Mutex
	moved  map[moving]ledger.Moved
	hints  map[hinted]struct{}
	access map[uuid.UUID]struct{}
	ended  map[viewer.Ended]struct{}
	resync bool
}

// moving is what a newer state replaces. That a contact is gone is replaced by none.
type moving struct {
	organization uuid.UUID
	account      account
	gone         bool
}

func newOutbox(most int) *outbox {
	o := &outbox{most: most, signal: make(chan struct{}, 1)}
	o.clear()
	return o
}

func (o *outbox) clear() {
	o.moved, o.hints = map[moving]ledger.Moved{}, map[hinted]struct{}{}
	o.access, o.ended = map[uuid.UUID]struct{}{}, map[viewer.Ended]struct{}{}
}

// put adds messages. It waits for nobody.
func (o *outbox) put(all ...message) {
	o.mu.Lock()
	for _, m := range all {
		o.add(m)
	}
	if len(o.moved)+len(o.hints)+len(o.access)+len(o.ended) > o.most {
		o.clear()
		o.resync = true
	}
	o.mu.Unlock()
	select {
	case o.signal <- struct{}{}:
	default: // it is awake already
	}
}

func (o *outbox) add(m message) {
	switch m.kind {
	case kindMoved:
		k := moving{m.moved.Organization, account{m.moved.ContactID, string(m.moved.Side), m.moved.Currency}, m.moved.Gone()}
		if old, ok := o.moved[k]; !ok || old.Version < m.moved.Version {
			o.moved[k] = m.moved
		}
	case kindHint:
		o.hints[m.topic] = struct{}{}
	case kindAccess:
		o.access[m.topic.organization] = struct{}{}
	case kindEnded:
		o.ended[m.ended] = struct{}{}
	case kindResync:
		o.resync = true
	}
}

// take gives what waits, what ends access first, and forgets it.
func (o *outbox) take() (all []message) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.resync {
		all = append(all, message{kind: kindResync})
	}
	for e := range o.ended {
		all = append(all, message{kind: kindEnded, ended: e})
	}
	for id := range o.access {
		all = append(all, message{kind: kindAccess, topic: hinted{organization: id}})
	}
	for _, m := range o.moved {
		all = append(all, message{kind: kindMoved, moved: m})
	}
	for t := range o.hints {
		all = append(all, message{kind: kindHint, topic: t})
	}
	o.resync = false
	if len(all) > 0 {
		o.clear()
	}
	return all
}
