package live_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/live"
)

// A look has those read anew whose rows have changed, and those of whose things it finds nothing;
// one after something was lost has everyone.
func TestALookWakesThoseOfWhatHasChanged(t *testing.T) {
	hub, hints := live.NewHub(), live.NewHints()
	changed, still := uuid.New(), uuid.New()
	reads := map[string]int{}
	watch := func(name string, hint *live.Hint) live.Source {
		var source live.Source
		ctx := live.WithOpener(insider(), func(s live.Source) { source = s })
		live.Watch(ctx, hub, hint, 0, live.Watched[int]{
			Read:    func(context.Context) (int, error) { reads[name]++; return 0, nil },
			Newer:   func(int, int) bool { return false },
			Allowed: func(context.Context) error { return nil },
		})
		source.Wake(func() {})
		return source
	}
	all := map[string]live.Source{"changed": watch("changed", hints.FollowRows(here, changed)), "still": watch("still", hints.FollowRows(here, still)),
		"other": watch("other", hints.Follow(here, here))}
	var asked []live.Thing
	l := &live.Looker{Hub: hub, Hints: hints, Now: time.Now,
		Read: func(context.Context, []ledger.Followed, []uuid.UUID, time.Time) ([]ledger.Found, error) {
			return nil, nil
		},
		Standing: func(context.Context) error { return nil },
		Changed: func(_ context.Context, rows []live.Thing, _ time.Time) ([]live.Thing, error) {
			asked = rows
			return []live.Thing{{Organization: here, ID: changed}}, nil
		}}
	looks := func(lost bool, want map[string]int) {
		t.Helper()
		clear(reads)
		if err := l.Look(context.Background(), lost); err != nil {
			t.Fatal(err)
		}
		for name, s := range all {
			s.Take(insider())
			if reads[name] != want[name] {
				t.Errorf("lost %v: %s was read %d times", lost, name, reads[name])
			}
		}
	}
	looks(false, map[string]int{"changed": 1, "other": 1})
	if len(asked) != 2 {
		t.Errorf("asked about %v", asked)
	}
	looks(true, map[string]int{"changed": 1, "still": 1, "other": 1})
	all["changed"].Close()
	all["still"].Close()
	if rows := hints.Rows(); len(rows) != 0 {
		t.Errorf("%v are followed still", rows)
	}
}
