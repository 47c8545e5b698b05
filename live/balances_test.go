package live_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/live"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/viewer"
)

// sourceOf is what a transport is handed that takes a source.
func sourceOf(t testing.TB, hub *live.Hub, v viewer.Viewer, present map[uuid.UUID][]*ledger.Balance, allowed live.Allowed, contacts ...uuid.UUID) (source live.Source) {
	t.Helper()
	ctx := live.WithOpener(viewer.With(context.Background(), v), func(s live.Source) { source = s })
	live.Stream(ctx, hub.Follow(v.Organization, contacts...), contacts, present, allowed)
	if source == nil {
		t.Fatal("no source was handed over")
	}
	return source
}

// presentIn is what is present at a source.
func presentIn(t rapid.TB, as context.Context, source live.Source) []live.Value {
	t.Helper()
	all, ok := source.Present(as)
	if !ok {
		t.Fatal("nothing can be read")
	}
	return all
}

// row is a balance as the database has it.
func row(a account, version int64) *ledger.Balance {
	return &ledger.Balance{Balance: &ent.Balance{OrganizationID: here, ContactID: a.contact, Side: a.side, Currency: a.currency,
		Outstanding: money.Minor(10 * version), Credit: money.Minor(3 * version), Net: money.Minor(7 * version), Version: version}}
}

// Whatever is announced, in any order and however often it is taken, what is given of a contact is
// never older than before, and in the end as new as the newest.
func TestASourceGivesTheNewestStateOfEachContact(t *testing.T) {
	as := viewer.With(context.Background(), accountant)
	rapid.Check(t, func(rt *rapid.T) {
		hub := live.NewHub()
		followed := ours[:rapid.IntRange(1, len(ours)).Draw(rt, "followed")]
		present, want := map[uuid.UUID][]*ledger.Balance{}, map[account]int64{}
		if rapid.Bool().Draw(rt, "present") {
			a := account{followed[0], sides[0], currencies[0]}
			present[a.contact] = []*ledger.Balance{row(a, 4)}
			want[a] = 4
		}
		woken := 0
		source := sourceOf(t, hub, accountant, present, always, followed...)
		source.Wake(func() { woken++ })
		seen := newReader()
		for _, v := range presentIn(rt, as, source) {
			seen.see(v.Data.(*live.Change))
		}
		take := func() {
			for v, ok := source.Take(as); ok; v, ok = source.Take(as) {
				if c := v.Data.(*live.Change); c.ContactID != v.ID {
					rt.Fatalf("%v is given as %v", c.ContactID, v.ID)
				}
				seen.see(v.Data.(*live.Change))
			}
		}
		for range rapid.IntRange(0, 60).Draw(rt, "steps") {
			if rapid.IntRange(0, 3).Draw(rt, "take") == 0 {
				take()
				continue
			}
			a, v, before := anyAccount(rt), rapid.Int64Range(1, 9).Draw(rt, "version"), woken
			hub.Announce(moved(here, a, v))
			hub.Announce(moved(elsewhere, a, 100))
			for _, c := range followed {
				if c == a.contact {
					want[a] = max(want[a], v)
					if woken == before {
						rt.Fatal("nothing is woken")
					}
				}
			}
		}
		take()
		if diff := cmp.Diff(want, seen.versions); diff != "" || len(seen.wrong) > 0 {
			rt.Fatalf("states (-announced +given):\n%s%v", diff, seen.wrong)
		}
		last := newReader()
		for _, v := range presentIn(rt, as, source) { // of everything, also of what has no account
			last.see(v.Data.(*live.Change))
		}
		if diff := cmp.Diff(want, last.versions); diff != "" || last.messages != len(followed) {
			rt.Fatalf("present states (-announced +given):\n%s", diff)
		}
		source.Close()
		before := woken
		hub.Announce(moved(here, account{followed[0], sides[0], currencies[0]}, 1000))
		if woken != before || hub.Followers(here, followed[0]) != 0 {
			rt.Fatal("woken after its end")
		}
	})
}

// A contact that moves all the time does not keep another from being given.
func TestASourceGivesContactsInTurns(t *testing.T) {
	hub, as := live.NewHub(), viewer.With(context.Background(), accountant)
	source := sourceOf(t, hub, accountant, nil, always, ours...)
	source.Wake(func() {})
	hub.Announce(moved(here, account{ours[2], sides[0], currencies[0]}, 1))
	for v := int64(1); v < 10; v++ {
		hub.Announce(moved(here, account{ours[0], sides[0], currencies[0]}, v))
		if got, ok := source.Take(as); ok && got.ID == ours[2] {
			return
		}
	}
	t.Error("one contact is given all the time")
}

func TestASourceShowsOnlyWhatItsViewerMaySee(t *testing.T) {
	hub, sales := live.NewHub(), viewer.Viewer{Kind: viewer.Staff, Organization: here, Role: viewer.Sales}
	as := viewer.With(context.Background(), sales)
	source := sourceOf(t, hub, sales, nil, always, ours[0])
	source.Wake(func() {})
	hub.Announce(moved(here, account{ours[0], sides[1], currencies[0]}, 1))
	if v, ok := source.Take(as); ok {
		t.Errorf("given %v", v)
	}
}

func TestASourceAsksWhenAccessHasChangedOrItIsTold(t *testing.T) {
	hub, asked, refusal := live.NewHub(), 0, error(nil)
	source := sourceOf(t, hub, accountant, nil, func(context.Context) error { asked++; return refusal }, ours[0])
	stands := func(ask bool, want error, times int) {
		t.Helper()
		if err := source.Stands(viewer.With(context.Background(), accountant), ask); !errors.Is(err, want) || asked != times {
			t.Errorf("%v, asked %d times instead of %d", err, asked, times)
		}
	}
	stands(false, nil, 0)
	stands(true, nil, 1)
	hub.AccessChanged(elsewhere)
	stands(false, nil, 1)
	hub.AccessChanged(here)
	stands(false, nil, 2)
	stands(false, nil, 2)
	refusal = errRefused
	hub.AccessChanged(here)
	stands(false, refusal, 3)
	stands(false, refusal, 4) // it stays so until it is allowed again
}

func TestAValueThatIsGivenIsAllThatComes(t *testing.T) {
	if _, ok := live.Given[int](context.Background()); ok {
		t.Error("given where there is nothing")
	}
	if _, ok := live.Given[int](live.WithOpener(context.Background(), func(live.Source) {})); ok {
		t.Error("given where a source is taken")
	}
	out, ok := live.Given[int](live.WithValue(context.Background(), 7))
	if !ok || <-out != 7 {
		t.Error("another value")
	}
	if _, more := <-out; more {
		t.Error("more values")
	}
}
