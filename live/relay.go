package live

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/viewer"
)

// Bus carries frames between the processes of one database. It may lose, double and reorder
// them: a balance is a state with a version, everything else asks to read anew.
type Bus interface {
	// Publish sends frames to all processes and returns once the bus has them. After an error
	// some may have been sent.
	Publish(ctx context.Context, frames [][]byte) error
	// Listen gives every frame to receive, and calls resync whenever frames may have been
	// missed before: after the first connection and after each that follows a lost one. It
	// returns when the context ends.
	Listen(ctx context.Context, receive func(frame []byte), resync func())
}

// mostWaiting is how many messages wait for a bus that does not take them.
const mostWaiting = 50_000

// batchEvery is the least time between two batches: what is told within it goes together.
const batchEvery = 2 * time.Millisecond

// Relay brings what this process tells to its own followers at once, and by the bus to those
// of other processes. Telling waits for nobody.
type Relay struct {
	Hub   *Hub
	Hints *Hints

	// EndHere closes what is open of those whose access is over; this process ended it.
	EndHere func(viewer.Ended)
	// EndedElsewhere is told of access that another process ended, perhaps long ago: whose it
	// was may have come in again since. It must not block.
	EndedElsewhere func(viewer.Ended)
	// Resync is told when something may have been missed. It must not block.
	Resync func()

	bus    Bus
	id     uuid.UUID
	outbox *outbox
}

// NewRelay makes a relay; without a bus there are no other processes.
func NewRelay(bus Bus) *Relay {
	return &Relay{Hub: NewHub(), Hints: NewHints(), bus: bus, id: uuid.New(), outbox: newOutbox(mostWaiting)}
}

// Moved tells that a balance moved.
func (r *Relay) Moved(m ledger.Moved) { r.tell(message{kind: kindMoved, moved: m}) }

// Hint tells that something is to be read anew: of an organization, or when that is zero of none,
// which those of every organization may follow.
func (r *Relay) Hint(organization, id uuid.UUID) {
	r.tell(message{kind: kindHint, topic: hinted{organization, id}})
}

// AccessChanged tells that someone of an organization sees more or less than before.
func (r *Relay) AccessChanged(organization uuid.UUID) {
	r.tell(message{kind: kindAccess, topic: hinted{organization: organization}})
}

// Ended tells that access is over.
func (r *Relay) Ended(e viewer.Ended) {
	r.EndHere(e)
	if r.bus != nil {
		r.outbox.put(message{kind: kindEnded, ended: e})
	}
}

// Missing has every process look for what its followers were not told: something was changed, and
// nobody knows what.
func (r *Relay) Missing() {
	r.Resync()
	if r.bus != nil {
		r.outbox.put(message{kind: kindResync})
	}
}

func (r *Relay) tell(m message) {
	r.deliver(m)
	if r.bus != nil {
		r.outbox.put(m)
	}
}

// deliver gives a message to this process's followers. Whatever changed, it also changed the
// organization as a whole.
func (r *Relay) deliver(m message) {
	switch m.kind {
	case kindMoved:
		r.Hub.Announce(m.moved)
		r.Hints.Tell(m.moved.Organization, m.moved.Organization)
	case kindHint:
		if m.topic.organization == uuid.Nil {
			r.Hints.TellEverywhere(m.topic.id)
			return
		}
		r.Hints.Tell(m.topic.organization, m.topic.id)
		r.Hints.Tell(m.topic.organization, m.topic.organization)
	case kindAccess:
		r.Hub.AccessChanged(m.topic.organization)
		r.Hints.Reconsider(m.topic.organization)
		r.Hints.Tell(m.topic.organization, m.topic.organization)
	case kindEnded:
		r.EndedElsewhere(m.ended)
	case kindResync:
		r.Resync()
	}
}

// Run exchanges messages with other processes until the context ends; then it sends what still
// waits, for a second at most. It begins by telling them that something may be missing: a
// process that died before it told what it had written may have been this one.
func (r *Relay) Run(ctx context.Context) {
	if r.bus == nil {
		return
	}
	r.outbox.put(message{kind: kindResync})
	var listening sync.WaitGroup
	listening.Go(func() { r.bus.Listen(ctx, r.receive, r.Resync) })
	defer listening.Wait()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			defer cancel()
			_ = r.flush(last) // what is not sent, the others find by looking
			return
		case <-r.outbox.signal:
		}
		r.send(ctx)
		pause(ctx, batchEvery)
	}
}

// send publishes what waits, again and again until the bus has it. What is told meanwhile joins
// what waits, where the newest of each remains.
func (r *Relay) send(ctx context.Context) {
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		err := r.flush(ctx)
		if err == nil || ctx.Err() != nil {
			return
		}
		slog.WarnContext(ctx, "changes could not be told to other processes yet", "err", err)
		pause(ctx, wait/2+rand.N(wait)) //nolint:gosec // spreads processes, hides nothing
	}
}

// flush publishes what waits, once. What could not be published waits again.
func (r *Relay) flush(ctx context.Context) error {
	all := r.outbox.take()
	if len(all) == 0 {
		return nil
	}
	err := r.bus.Publish(ctx, pack(r.id, all))
	if err != nil {
		r.outbox.put(all...)
	}
	return err
}

// receive takes a frame of the bus: another process's is delivered here, an own one was already.
func (r *Relay) receive(frame []byte) {
	sender, all, err := unpack(frame)
	if err != nil {
		slog.Warn("a message of another process was not understood", "err", err)
		return
	}
	if sender == r.id {
		return
	}
	for _, m := range all {
		r.deliver(m)
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
