package live_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/live"
	"github.com/kartela/kartela/viewer"
)

// book is where contacts stand, for those that may be seen.
type book map[uuid.UUID]int64

func (b book) read(_ context.Context, ids []uuid.UUID) (map[uuid.UUID][]*ledger.Balance, error) {
	out := map[uuid.UUID][]*ledger.Balance{}
	for _, id := range ids {
		if v, ok := b[id]; ok {
			out[id] = []*ledger.Balance{{Balance: &ent.Balance{ContactID: id, Version: v}}}
		}
	}
	return out, nil
}

// everyone streams an organization under a context that ends with the test.
func everyone(t *testing.T, hub *live.Hub, read live.Read, allowed live.Allowed) <-chan *live.Change {
	ctx, end := context.WithCancel(viewer.With(context.Background(), accountant))
	t.Cleanup(end)
	return live.StreamAll(ctx, hub.FollowAll(here), read, allowed)
}

func TestWhoFollowsAllIsGivenTheNewestOfEachContactOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub, stands := live.NewHub(), book{ours[0]: 0, ours[1]: 0}
		changes := everyone(t, hub, stands.read, always)
		put := func(org, contact uuid.UUID, version int64) {
			stands[contact] = version
			hub.Announce(moved(org, account{contact, sides[0], currencies[0]}, version))
		}
		hub.Announce(moved(here, account{ours[2], sides[0], currencies[0]}, 1)) // nobody's to see
		hub.Announce(moved(elsewhere, account{ours[1], sides[0], currencies[0]}, 1))
		put(here, ours[0], 1)
		synctest.Wait() // it is read, and waits for its reader
		for v := int64(2); v < 9; v++ {
			put(here, ours[0], v)
		}
		put(here, ours[1], 5)
		synctest.Wait()
		first, second := <-changes, <-changes
		if first.ContactID != ours[0] || first.Balances[0].Version != 8 {
			t.Errorf("first %v", first)
		}
		if second.ContactID != ours[1] || second.Balances[0].Version != 5 {
			t.Errorf("then %v", second)
		}
		synctest.Wait()
		select {
		case more := <-changes:
			t.Errorf("more: %v", more)
		default:
		}
	})
}

func TestWhoFollowsAllSeesNoContactThatIsHiddenBeforeItIsDelivered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub, stands := live.NewHub(), book{ours[0]: 1, ours[1]: 1}
		asked := 0
		changes := everyone(t, hub, stands.read, func(context.Context) error { asked++; return nil })
		for _, c := range ours[:2] {
			hub.Announce(moved(here, account{c, sides[0], currencies[0]}, 1))
		}
		synctest.Wait() // both are read
		delete(stands, ours[0])
		hub.AccessChanged(here)
		synctest.Wait()
		if got := <-changes; got.ContactID != ours[1] || asked != 1 {
			t.Errorf("given %v, asked %d times", got, asked)
		}
	})
}

// errRefused is what ends a stream.
var errRefused = fault.New(fault.Forbidden, "", "no more")

func TestTheStreamOfAllWaitsForADatabaseThatDoesNotAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hub, tries := live.NewHub(), 0
		stands := book{ours[0]: 1}
		changes := everyone(t, hub, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*ledger.Balance, error) {
			if tries++; tries < 4 {
				return nil, errors.New("no database")
			}
			return stands.read(ctx, ids)
		}, always)
		hub.Announce(moved(here, account{ours[0], sides[0], currencies[0]}, 1))
		if got := <-changes; got == nil || got.ContactID != ours[0] {
			t.Errorf("given %v", got)
		}
	})
}

func TestTheStreamOfAllEndsWithAccessAndWhenItsReaderIsTooFarBehind(t *testing.T) {
	ended := func(t *testing.T, changes <-chan *live.Change) {
		t.Helper()
		for range changes { // until it ends
		}
	}
	t.Run("access", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			hub := live.NewHub()
			changes := everyone(t, hub, book{ours[0]: 1}.read, func(context.Context) error { return errRefused })
			hub.AccessChanged(here)
			hub.Announce(moved(here, account{ours[0], sides[0], currencies[0]}, 1))
			ended(t, changes)
		})
	})
	t.Run("a reading that is refused", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			hub := live.NewHub()
			changes := everyone(t, hub, func(context.Context, []uuid.UUID) (map[uuid.UUID][]*ledger.Balance, error) {
				return nil, errRefused
			}, always)
			hub.Announce(moved(here, account{ours[0], sides[0], currencies[0]}, 1))
			ended(t, changes)
		})
	})
	t.Run("too far behind", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			hub, stands := live.NewHub(), book{}
			changes := everyone(t, hub, stands.read, always)
			stands[ours[0]] = 1
			hub.Announce(moved(here, account{ours[0], sides[0], currencies[0]}, 1))
			synctest.Wait() // it waits for its reader
			for range 2 * live.MaxBehind {
				contact := uuid.New()
				stands[contact] = 1
				hub.Announce(moved(here, account{contact, sides[0], currencies[0]}, 1))
				synctest.Wait()
			}
			ended(t, changes)
		})
	})
}
