package live

import (
	"context"
	"errors"
	"log/slog"
	"sort"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent/balance"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/viewer"
)

// Change is where one contact stands: all of its balances that the viewer may see.
type Change struct {
	ContactID uuid.UUID
	Balances  []*ledger.Balance
}

// Allowed asks whether the viewer of the context may still see all that is followed.
type Allowed func(ctx context.Context) error

// Over says whether an error of reading, or of asking whether access stands, ends a stream: a
// fault, or what is followed being another's. Any other, such as a database that does not
// answer, passes.
func over(err error) bool {
	_, isFault := fault.All(err)
	return isFault || errors.Is(err, ErrMerged)
}

// ErrMerged says that something followed was merged: who follows the same ids anew, follows the
// survivor.
var ErrMerged = errors.New("live: what is followed was merged")

// insist asks until there is an answer, or an error that ends the stream.
func insist(ctx context.Context, ask func() error) error {
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, time.Second) {
		err := ask()
		if err == nil || over(err) || ctx.Err() != nil {
			return err
		}
		slog.WarnContext(ctx, "a subscription waits for the database", "err", err)
		pause(ctx, wait)
	}
}

// Stream sends the present state of every contact, and then the state of a contact after
// each change of it, until the context ends or access does. While the reader is busy,
// newer states replace those it has not taken: its memory is one state per contact.
//
// The follower must follow the contacts already when present is read, so that no change
// falls between the two; a change that present includes is told apart by its version.
func Stream(ctx context.Context, f *Follower, contacts []uuid.UUID, present map[uuid.UUID][]*ledger.Balance, allowed Allowed) <-chan *Change {
	s := &stream{f: f, viewer: viewer.From(ctx), allowed: allowed, state: present, out: make(chan *Change)}
	s.checked = f.access // a change since then, while present was read, is asked about
	s.waiting = append(s.waiting, contacts...)
	go s.run(ctx)
	return s.out
}

type stream struct {
	f       *Follower
	viewer  viewer.Viewer
	allowed Allowed
	state   map[uuid.UUID][]*ledger.Balance
	waiting []uuid.UUID // contacts whose state was not sent yet, each once
	checked uint64      // the access number at which the viewer was last allowed
	out     chan *Change
}

func (s *stream) run(ctx context.Context) {
	defer close(s.out)
	defer s.f.Close()
	for {
		var out chan *Change
		var next *Change
		var accessChanged <-chan struct{} // matters while a delivery waits for its reader
		if len(s.waiting) > 0 {
			var may bool
			if may, accessChanged = s.mayStill(ctx); !may {
				return
			}
			out, next = s.out, &Change{s.waiting[0], s.state[s.waiting[0]]}
		}
		select {
		case <-ctx.Done():
			return
		case <-accessChanged:
		case <-s.f.Signal:
			for _, m := range s.f.Take() {
				if m.Gone() {
					if may, _ := s.mayStill(ctx); !may {
						return
					}
					continue
				}
				s.merge(m)
			}
		case out <- next:
			s.waiting = s.waiting[1:]
		}
	}
}

// mayStill asks again only when access has changed in the organization since the last time.
// The channel is closed when it changes once more.
func (s *stream) mayStill(ctx context.Context) (bool, <-chan struct{}) {
	now, changed := s.f.hub.Access(s.viewer.Organization)
	if now == s.checked {
		return true, changed
	}
	if insist(ctx, func() error { return s.allowed(ctx) }) != nil {
		return false, nil
	}
	s.checked = now
	return true, changed
}

// merge replaces one balance of a contact by a newer one. The list is made anew, because
// the reader may still hold the old one.
func (s *stream) merge(m ledger.Moved) {
	if !ledger.Sees(s.viewer, m.Side) {
		return
	}
	old := s.state[m.ContactID]
	list := make([]*ledger.Balance, 0, len(old)+1)
	for _, b := range old {
		if b.Side == m.Side && b.Currency == m.Currency {
			if b.Version >= m.Version {
				return
			}
			continue
		}
		list = append(list, b)
	}
	list = append(list, m.Balance())
	sort.Slice(list, func(i, j int) bool { return before(list[i], list[j]) })
	s.state[m.ContactID] = list
	for _, w := range s.waiting {
		if w == m.ContactID {
			return
		}
	}
	s.waiting = append(s.waiting, m.ContactID)
}

func before(a, b *ledger.Balance) bool {
	if a.Side != b.Side {
		return a.Side == balance.SideClient
	}
	return a.Currency < b.Currency
}
