package live_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/live"
	"github.com/kartela/kartela/viewer"
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
		Newer:    func(now, before int64) bool { return now > before },
		Finished: func(v int64) bool { return v == x.last.Load() },
		Allowed: func(context.Context) error {
			if x.denied.Load() {
				return fault.New(fault.Unauthenticated, "", "access is over")
			}
			return nil
		},
	}
}

func TestAWatcherSeesThePresentAndEveryNewestState(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	org, id, hints, x := uuid.New(), uuid.New(), live.NewHints(), &thing{}
	x.version.Store(3)
	x.last.Store(9)
	states := live.Watch(ctx, live.NewHub(), hints.Follow(org, id), 3, x.watched())
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
	states := live.Watch(ctx, live.NewHub(), hints.Follow(org, id), 1, x.watched())
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
	org, id, hub, hints, x := uuid.New(), uuid.New(), live.NewHub(), live.NewHints(), &thing{}
	ctx, cancel := context.WithCancel(viewer.With(context.Background(), viewer.Viewer{Organization: org}))
	defer cancel()
	x.version.Store(1)
	states := live.Watch(ctx, hub, hints.Follow(org, id), 1, x.watched())
	<-states
	x.denied.Store(true)
	hub.AccessChanged(org)
	x.version.Store(2)
	hints.Tell(org, id)
	if got, open := <-states; open {
		t.Errorf("%d was delivered", got)
	}
}

func TestAWatcherReadsWhenSomethingMayHaveBeenMissed(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	org, id, hints, x := uuid.New(), uuid.New(), live.NewHints(), &thing{}
	x.last.Store(9)
	states := live.Watch(ctx, live.NewHub(), hints.Follow(org, id), 0, x.watched())
	<-states
	x.version.Store(1) // by another process
	hints.TellAll()
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

// Of a list, each thing that is newer is sent once, and what was there before is not.
func TestAListIsWatchedThingByThing(t *testing.T) {
	type version struct {
		id uuid.UUID
		n  int
	}
	org, a, b, hub, hints := uuid.New(), uuid.New(), uuid.New(), live.NewHub(), live.NewHints()
	ctx, cancel := context.WithCancel(viewer.With(context.Background(), viewer.Viewer{Organization: org}))
	defer cancel()
	var now atomic.Pointer[[]version]
	var denied atomic.Bool
	now.Store(&[]version{{a, 1}, {b, 1}})
	changes := live.WatchList(ctx, hub, hints.Follow(org, a, b), []version{{a, 1}, {b, 1}}, live.Listed[version]{
		Read:    func(context.Context) ([]version, error) { return *now.Load(), nil },
		ID:      func(v version) uuid.UUID { return v.id },
		Version: func(v version) int { return v.n },
		Allowed: func(context.Context) error {
			if denied.Load() {
				return fault.New(fault.Unauthenticated, "", "access is over")
			}
			return nil
		},
	})
	hints.Tell(org, a) // nothing is newer
	now.Store(&[]version{{a, 1}, {b, 3}})
	hints.Tell(org, b)
	if got := <-changes; got != (version{b, 3}) {
		t.Fatalf("first %+v", got)
	}
	now.Store(&[]version{{a, 2}, {b, 3}})
	hints.Tell(org, a)
	if got := <-changes; got != (version{a, 2}) {
		t.Fatalf("then %+v", got)
	}
	denied.Store(true)
	hub.AccessChanged(org)
	now.Store(&[]version{{a, 3}, {b, 4}})
	hints.Tell(org, a)
	if got, open := <-changes; open {
		t.Fatalf("%+v came after the end of access", got)
	}
	for _, id := range []uuid.UUID{a, b} {
		if n := hints.Waiting(org, id); n != 0 {
			t.Errorf("%d still wait", n)
		}
	}
}

// A thing that is dear to read is not read again before it has rested, whatever is told, and is not
// sent when nothing has come of it; one that changes by itself is read when it does.
func TestAThingRestsBetweenReadingsAndTurnsByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		org, hints, x := uuid.New(), live.NewHints(), &thing{}
		x.version.Store(1)
		w := x.watched()
		w.Rest, w.Finished = time.Second, nil
		midnight := time.Now().Add(time.Hour)
		w.Turns = func(v int64) time.Time { return midnight.Add(time.Duration(v/100) * 24 * time.Hour) }
		states := live.Watch(ctx, live.NewHub(), hints.Follow(org, org), 1, w)
		<-states
		for v := int64(2); v <= 50; v++ {
			x.version.Store(v)
			hints.Tell(org, org)
			synctest.Wait()
		}
		begun := time.Now()
		if got := <-states; got != 50 || x.reads.Load() != 1 || time.Since(begun) != time.Second {
			t.Errorf("%d after %s and %d readings", got, time.Since(begun), x.reads.Load())
		}
		hints.Tell(org, org) // nothing came of it
		time.Sleep(2 * time.Second)
		if reads := x.reads.Load(); reads != 2 {
			t.Errorf("%d readings", reads)
		}
		x.version.Store(100)
		if got := <-states; got != 100 || time.Now() != midnight {
			t.Errorf("%d at %s, not at %s", got, time.Now(), midnight)
		}
		time.Sleep(23 * time.Hour)
		if reads := x.reads.Load(); reads != 3 {
			t.Errorf("%d readings", reads)
		}
		x.version.Store(200)
		if got := <-states; got != 200 || time.Since(midnight) != 24*time.Hour {
			t.Errorf("%d after %s", got, time.Since(midnight))
		}
		cancel()
		for range states {
		}
	})
}
