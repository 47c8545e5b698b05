package live_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/live"
	"github.com/kartela/kartela/viewer"
)

// shelf is several things with versions, of which some are hidden.
type shelf struct {
	things []shelved
	hidden map[uuid.UUID]bool
	fails  int // how many readings do
	reads  int
}

type shelved struct {
	id uuid.UUID
	n  int
}

func (s *shelf) read(context.Context) ([]shelved, error) {
	if s.reads++; s.fails > 0 {
		s.fails--
		return nil, errors.New("no database")
	}
	var out []shelved
	for _, one := range s.things {
		if !s.hidden[one.id] {
			out = append(out, one)
		}
	}
	return out, nil
}

func (s *shelf) listed(present bool) live.Listed[shelved] {
	l := live.Listed[shelved]{
		Read: s.read, ID: func(v shelved) uuid.UUID { return v.id }, Version: func(v shelved) int { return v.n },
		Allowed: always,
		Sees:    func(_ context.Context, id uuid.UUID) (bool, error) { return !s.hidden[id], nil },
	}
	if present {
		l.Present = s.read
	}
	return l
}

// source is what a transport is handed of the shelf.
func (s *shelf) source(hub *live.Hub, hint *live.Hint, present bool) (out live.Source) {
	live.WatchList(live.WithOpener(insider(), func(given live.Source) { out = given }), hub, hint, s.things, s.listed(present))
	return out
}

func insider() context.Context { return viewer.With(context.Background(), accountant) }

func taken(s live.Source) (out []any) {
	for v, ok := s.Take(insider()); ok; v, ok = s.Take(insider()) {
		out = append(out, v.Data)
	}
	return out
}

func same(t *testing.T, what string, got []any, want ...any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(shelved{})); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestAListGivesWhatIsNewerAndBeginsWithThePresent(t *testing.T) {
	a, b := uuid.New(), uuid.New()
	hub, hints := live.NewHub(), live.NewHints()
	s := &shelf{things: []shelved{{a, 1}, {b, 1}}}
	source, woken := s.source(hub, hints.Follow(here, a), true), 0
	source.Wake(func() { woken++ })
	same(t, "at first", taken(source))
	present, ok := source.Present(insider())
	if !ok || len(present) != 2 || present[0].Data != (shelved{a, 1}) || present[1].Data != (shelved{b, 1}) || s.reads != 0 {
		t.Errorf("present are %v, read %d times", present, s.reads)
	}
	s.things = []shelved{{b, 1}, {a, 2}}
	hints.Tell(elsewhere, a)
	if same(t, "without a hint", taken(source)); woken != 1 {
		t.Errorf("woken %d times", woken)
	}
	hints.Tell(here, a)
	if same(t, "after a hint", taken(source), shelved{a, 2}); woken != 2 {
		t.Errorf("woken %d times", woken)
	}
	hints.Tell(here, a)
	same(t, "once", taken(source))
	if present, _ := source.Present(insider()); len(present) != 2 || present[1].Data != (shelved{a, 2}) {
		t.Errorf("then present are %v", present)
	}
	source.Close()
	if hints.Tell(here, a); woken != 3 || hints.Waiting(here, a) != 0 {
		t.Error("woken after its end")
	}
}

// What was read before a contact was hidden is not shown after it.
func TestAValueThatIsHiddenByNowIsNotSeen(t *testing.T) {
	a, b := uuid.New(), uuid.New()
	hub, hints := live.NewHub(), live.NewHints()
	s := &shelf{hidden: map[uuid.UUID]bool{}}
	source := s.source(hub, hints.Follow(here, here), false)
	source.Wake(func() {})
	s.things = []shelved{{a, 1}, {b, 1}}
	hints.Tell(here, here)
	first, _ := source.Take(insider())
	second, _ := source.Take(insider())
	sees := func(v live.Value, want error) {
		t.Helper()
		if err := source.Sees(insider(), v); !errors.Is(err, want) {
			t.Errorf("%v: %v", v.Data, err)
		}
	}
	s.hidden[a] = true
	sees(first, nil) // nobody has said that access changed: it is not asked
	hub.AccessChanged(here)
	sees(first, live.ErrHidden)
	sees(second, nil)
}

func TestASourceReadsAgainAfterADatabaseThatDidNotAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := uuid.New()
		hub, hints := live.NewHub(), live.NewHints()
		s := &shelf{}
		source, woken := s.source(hub, hints.Follow(here, a), true), make(chan struct{}, 10)
		source.Wake(func() { woken <- struct{}{} })
		<-woken
		s.things, s.fails = []shelved{{a, 1}}, 3
		hints.Tell(here, a)
		<-woken
		for range 3 {
			same(t, "while it does not answer", taken(source))
			<-woken // to try again
		}
		same(t, "when it answers", taken(source), shelved{a, 1})
		s.fails = 1
		if present, ok := source.Present(insider()); ok {
			t.Errorf("present are %v", present)
		}
		<-woken
		if _, ok := source.Present(insider()); !ok {
			t.Error("nothing is present")
		}
		s.fails = 1
		hints.Tell(here, a)
		<-woken
		taken(source)
		source.Close() // and is not woken any more: the bubble would not end
	})
}

// A reading that is refused ends what was handed over.
func TestASourceThatIsRefusedDoesNotStand(t *testing.T) {
	hub, hints, x := live.NewHub(), live.NewHints(), &thing{}
	w := x.watched()
	w.Read = func(context.Context) (int64, error) { return 0, errRefused }
	var source live.Source
	live.Watch(live.WithOpener(insider(), func(given live.Source) { source = given }), hub, hints.Follow(here, here), 1, w)
	woken := 0
	source.Wake(func() { woken++ })
	hints.Tell(here, here)
	same(t, "refused", taken(source))
	if err := source.Stands(insider(), false); !errors.Is(err, errRefused) || woken != 3 {
		t.Errorf("stands: %v, woken %d times", err, woken)
	}
}

func TestAThingThatIsFinishedIsOver(t *testing.T) {
	hub, hints, x := live.NewHub(), live.NewHints(), &thing{}
	x.last.Store(2)
	var source live.Source
	live.Watch(live.WithOpener(insider(), func(given live.Source) { source = given }), hub, hints.Follow(here, here), 1, x.watched())
	source.Wake(func() {})
	if source.Over() {
		t.Error("over at first")
	}
	x.version.Store(2)
	hints.Tell(here, here)
	if same(t, "the last", taken(source), int64(2)); !source.Over() {
		t.Error("not over")
	}
}

// Whoever waits in an organization is woken when access changes there, to be asked about.
func TestThoseWhoWaitAreWokenToBeAskedAbout(t *testing.T) {
	relay := live.NewRelay(nil)
	count := func(organization uuid.UUID) *int {
		woken, s := 0, &shelf{}
		s.source(relay.Hub, relay.Hints.Follow(organization, uuid.New()), true).Wake(func() { woken++ })
		return &woken
	}
	ours, theirs := count(here), count(elsewhere)
	relay.AccessChanged(here)
	if *ours != 2 || *theirs != 1 {
		t.Errorf("woken %d times, and the others %d", *ours, *theirs)
	}
}
