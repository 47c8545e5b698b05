package live_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/live"
)

// thing is what is watched: a version, finished at a last one.
type thing struct {
	version, last atomic.Int64
	denied        atomic.Bool
	reads         atomic.Int64
}

func (x *thing) watched() live.Watched[int64] {
	return live.Watched[int64]{
		Read:     func(context.Context) (int64, error) { x.reads.Add(1); return x.version.Load(), nil },
		Version:  func(v int64) int { return int(v) },
		Finished: func(v int64) bool { return v == x.last.Load() },
		Allowed: func(context.Context) error {
			if x.denied.Load() {
				return errors.New("access is over")
			}
			return nil
		},
		Every: time.Hour,
	}
}

func TestAWatcherSeesThePresentAndEveryNewestState(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	org, id, hints, x := uuid.New(), uuid.New(), live.NewHints(), &thing{}
	x.version.Store(3)
	x.last.Store(9)
	states := live.Watch(ctx, hints.Follow(org, id), 3, x.watched())
	if got := <-states; got != 3 {
		t.Fatalf("first %d", got)
	}
	x.version.Store(5) // 4 was missed
	hints.Tell(uuid.New(), id)
	hints.Tell(org, id)
	if got := <-states; got != 5 {
		t.Fatalf("then %d", got)
	}
	hints.Tell(org, id) // nothing new
	x.version.Store(9)
	hints.Tell(org, id)
	if got := <-states; got != 9 {
		t.Fatalf("last %d", got)
	}
	if got, open := <-states; open {
		t.Fatalf("%d came after the end", got)
	}
	if n := hints.Waiting(org, id); n != 0 {
		t.Errorf("%d wait for what is finished", n)
	}
}

func TestASlowWatcherGetsTheNewestState(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	org, id, hints, x := uuid.New(), uuid.New(), live.NewHints(), &thing{}
	x.version.Store(1)
	states := live.Watch(ctx, hints.Follow(org, id), 1, x.watched())
	<-states
	for v := int64(2); v <= 50; v++ {
		x.version.Store(v)
		hints.Tell(org, id)
	}
	last := int64(1)
	for last < 50 { // it takes few, each newer than the one before
		got := <-states
		if got <= last {
			t.Fatalf("%d after %d", got, last)
		}
		last = got
	}
}

func TestAWatcherWhoseAccessIsOverSeesNothingMore(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	org, id, hints, x := uuid.New(), uuid.New(), live.NewHints(), &thing{}
	x.version.Store(1)
	states := live.Watch(ctx, hints.Follow(org, id), 1, x.watched())
	<-states
	x.denied.Store(true)
	x.version.Store(2)
	hints.Tell(org, id)
	if got, open := <-states; open {
		t.Errorf("%d was delivered", got)
	}
}

func TestAWatcherReadsWithoutHintsToo(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	org, id, hints, x := uuid.New(), uuid.New(), live.NewHints(), &thing{}
	x.last.Store(9)
	w := x.watched()
	w.Every = time.Millisecond
	states := live.Watch(ctx, hints.Follow(org, id), 0, w)
	<-states
	x.version.Store(1) // by another process
	if got := <-states; got != 1 {
		t.Errorf("got %d", got)
	}
	cancel()
	for range states {
	}
	if n := hints.Waiting(org, id); n != 0 {
		t.Errorf("%d wait", n)
	}
}
