package live_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/balance"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/live"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/viewer"
)

var (
	here, elsewhere = uuid.New(), uuid.New()
	ours            = []uuid.UUID{uuid.New(), uuid.New(), uuid.New()}
	sides           = []balance.Side{balance.SideClient, balance.SideSupplier}
	currencies      = []money.Currency{"EUR", "USD"}
	accountant      = viewer.Viewer{Kind: viewer.Staff, Organization: here, Role: viewer.Accountant}
)

// account is one balance: what versions are counted in.
type account struct {
	contact  uuid.UUID
	side     balance.Side
	currency money.Currency
}

// moved is an announcement whose amounts tell its version, so that a mix-up shows.
func moved(org uuid.UUID, a account, version int64) ledger.Moved {
	return ledger.Moved{Organization: org, ContactID: a.contact, Side: a.side, Currency: a.currency,
		Outstanding: money.Minor(10 * version), Credit: money.Minor(3 * version), Net: money.Minor(7 * version), Version: version}
}

func anyAccount(rt *rapid.T) account {
	return account{rapid.SampledFrom(ours).Draw(rt, "contact"), rapid.SampledFrom(sides).Draw(rt, "side"), rapid.SampledFrom(currencies).Draw(rt, "currency")}
}

func TestAFollowerIsGivenTheNewestStateOfEachAccount(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		hub := live.NewHub()
		followed := ours[:rapid.IntRange(1, len(ours)).Draw(rt, "followed")]
		f := hub.Follow(here, followed...)
		want, seen := map[account]int64{}, map[account]int64{}
		take := func() {
			pending := f.Take()
			if len(pending) > len(followed)*len(sides)*len(currencies) {
				rt.Fatalf("%d states are kept for %d contacts", len(pending), len(followed))
			}
			once := map[account]bool{}
			for _, m := range pending {
				a := account{m.ContactID, m.Side, m.Currency}
				if m.Organization != here || m != moved(here, a, m.Version) || once[a] {
					rt.Fatalf("given %+v", m)
				}
				once[a] = true
				seen[a] = max(seen[a], m.Version)
			}
		}
		for range rapid.IntRange(0, 60).Draw(rt, "steps") {
			switch rapid.SampledFrom([]string{"announce", "announce", "announce", "elsewhere", "take", "awake"}).Draw(rt, "step") {
			case "announce":
				a, v := anyAccount(rt), rapid.Int64Range(1, 9).Draw(rt, "version")
				hub.Announce(moved(here, a, v))
				for _, c := range followed {
					if c == a.contact {
						want[a] = max(want[a], v)
					}
				}
			case "elsewhere":
				hub.Announce(moved(elsewhere, anyAccount(rt), 100))
			case "take":
				take()
			case "awake": // the usual reader: takes when it is told to
				select {
				case <-f.Signal:
					take()
				default:
				}
			}
		}
		select {
		case <-f.Signal:
			take()
		default: // everything was taken
		}
		if diff := cmp.Diff(want, seen); diff != "" {
			rt.Fatalf("states (-announced +given):\n%s", diff)
		}
		f.Close()
		hub.Announce(moved(here, account{followed[0], sides[0], currencies[0]}, 1000))
		if left := f.Take(); len(left) > 0 {
			rt.Fatalf("given after its end: %v", left)
		}
		for _, c := range ours {
			if n := hub.Followers(here, c); n != 0 {
				rt.Fatalf("%d followers are left", n)
			}
		}
	})
}

// A reader that never reads costs one state for each account, however much is announced.
func TestASlowReadersMemoryIsBounded(t *testing.T) {
	hub := live.NewHub()
	f := hub.Follow(here, ours...)
	defer f.Close()
	for v := int64(1); v <= 5000; v++ {
		for _, c := range ours {
			hub.Announce(moved(here, account{c, sides[v%2], currencies[v/2%2]}, v))
		}
	}
	if n, most := len(f.Take()), len(ours)*len(sides)*len(currencies); n != most {
		t.Errorf("%d states are kept, not %d", n, most)
	}
}

// reader is who reads a stream, and what it came to know.
type reader struct {
	state    map[uuid.UUID][]*ledger.Balance
	versions map[account]int64
	messages int
	wrong    []string
}

func newReader() *reader {
	return &reader{state: map[uuid.UUID][]*ledger.Balance{}, versions: map[account]int64{}}
}

func (r *reader) see(c *live.Change) {
	r.messages++
	r.state[c.ContactID] = c.Balances
	for i, b := range c.Balances {
		a := account{c.ContactID, b.Side, b.Currency}
		if b.Version < r.versions[a] {
			r.wrong = append(r.wrong, fmt.Sprintf("version %d after %d", b.Version, r.versions[a]))
		}
		r.versions[a] = b.Version
		if b.ContactID != c.ContactID || b.OrganizationID != here || b.Balance.Net != money.Minor(7*b.Version) {
			r.wrong = append(r.wrong, fmt.Sprintf("not what was announced: %+v", b.Balance))
		}
		if i > 0 {
			if p := c.Balances[i-1]; p.Side > b.Side || p.Side == b.Side && p.Currency >= b.Currency {
				r.wrong = append(r.wrong, "the balances are out of order or doubled")
			}
		}
	}
}

// sent reads what the stream offers now; false when nothing, or when it has ended.
func (r *reader) sent(stream <-chan *live.Change) bool {
	synctest.Wait()
	select {
	case c, ok := <-stream:
		if !ok {
			return false
		}
		r.see(c)
		return true
	default:
		return false
	}
}

func always(context.Context) error { return nil }

func presentOf(versions map[account]int64) map[uuid.UUID][]*ledger.Balance {
	out := map[uuid.UUID][]*ledger.Balance{}
	for _, c := range ours {
		for _, s := range sides {
			for _, cur := range currencies {
				if v := versions[account{c, s, cur}]; v > 0 {
					out[c] = append(out[c], moved(here, account{c, s, cur}, v).Balance())
				}
			}
		}
	}
	return out
}

type step struct {
	read     bool
	org      uuid.UUID
	account  account
	version  int64
	accessed bool
}

// Whatever is announced, in whatever order, a reader that keeps reading ends with the
// newest state of everything that it may see, and no version ever goes backwards.
func TestAReaderEndsWithTheNewestState(t *testing.T) {
	viewers := map[string]viewer.Viewer{
		"accountant":  accountant,
		"sales":       {Kind: viewer.Staff, Organization: here, Role: viewer.Sales},
		"time keeper": {Kind: viewer.Staff, Organization: here, Role: viewer.TimeKeeper},
		"portal":      {Kind: viewer.Portal, Organization: here, Contacts: ours},
	}
	rapid.Check(t, func(rt *rapid.T) {
		v := viewers[rapid.SampledFrom([]string{"accountant", "sales", "time keeper", "portal"}).Draw(rt, "viewer")]
		contacts := ours[:rapid.IntRange(1, len(ours)).Draw(rt, "contacts")]
		newest := map[account]int64{}
		for range rapid.IntRange(0, 4).Draw(rt, "present") {
			if a := anyAccount(rt); followed(contacts, a) && ledger.Sees(v, a.side) {
				newest[a] = rapid.Int64Range(1, 9).Draw(rt, "version")
			}
		}
		present := presentOf(newest)
		var steps []step
		for range rapid.IntRange(0, 40).Draw(rt, "steps") {
			s := step{read: rapid.Bool().Draw(rt, "read"), org: here, account: anyAccount(rt), version: rapid.Int64Range(1, 15).Draw(rt, "version")}
			switch rapid.IntRange(0, 9).Draw(rt, "what") {
			case 0:
				s.org = elsewhere
				s.version += 100
			case 1:
				s.accessed = true
			}
			steps = append(steps, s)
			if !s.read && !s.accessed && s.org == here && followed(contacts, s.account) && ledger.Sees(v, s.account.side) {
				newest[s.account] = max(newest[s.account], s.version)
			}
		}
		r := newReader()
		synctest.Test(t, func(t *testing.T) {
			ctx, stop := context.WithCancel(viewer.With(context.Background(), v))
			hub := live.NewHub()
			stream := live.Stream(ctx, hub.Follow(here, contacts...), contacts, present, always)
			for _, s := range steps {
				switch {
				case s.read:
					r.sent(stream)
				case s.accessed:
					hub.AccessChanged(here)
				default:
					hub.Announce(moved(s.org, s.account, s.version))
				}
			}
			for r.sent(stream) {
			}
			stop()
			synctest.Wait()
			for _, c := range ours {
				if n := hub.Followers(here, c); n != 0 {
					r.wrong = append(r.wrong, fmt.Sprintf("%d followers are left", n))
				}
			}
		})
		if len(r.wrong) > 0 {
			rt.Fatal(r.wrong)
		}
		if diff := cmp.Diff(newest, r.versions); diff != "" {
			rt.Fatalf("versions (-newest +read):\n%s", diff)
		}
		if len(r.state) != len(contacts) {
			rt.Fatalf("%d contacts were told, not %d", len(r.state), len(contacts))
		}
	})
}

func followed(contacts []uuid.UUID, a account) bool {
	for _, c := range contacts {
		if c == a.contact {
			return true
		}
	}
	return false
}

// The same with real goroutines: several announcers at once, each version given several
// times, some lost, in random order; the race detector looks on.
func TestAReaderEndsWithTheNewestStateOfManyAnnouncers(t *testing.T) {
	const newest, announcers = 200, 4
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(viewer.With(context.Background(), accountant))
		hub := live.NewHub()
		stream := live.Stream(ctx, hub.Follow(here, ours...), ours, presentOf(nil), always)
		var wg sync.WaitGroup
		for range announcers {
			wg.Add(1)
			go func() {
				defer wg.Done()
				for _, v := range rand.Perm(newest) {
					if v%3 == 0 && v < newest-2 {
						continue // lost
					}
					for _, c := range ours {
						hub.Announce(moved(here, account{c, sides[v%2], "EUR"}, int64(v+1)))
					}
				}
			}()
		}
		r := newReader()
		wg.Add(1)
		go func() {
			defer wg.Done()
			for c := range stream {
				r.see(c)
				done := true
				for _, c := range ours {
					done = done && r.versions[account{c, sides[1], "EUR"}] == newest && r.versions[account{c, sides[0], "EUR"}] == newest-1
				}
				if done {
					return
				}
			}
		}()
		wg.Wait()
		stop()
		if len(r.wrong) > 0 {
			t.Error(r.wrong)
		}
	})
}

func TestAStreamBeginsWithThePresentThenFollowsChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(viewer.With(context.Background(), accountant))
		defer stop()
		hub := live.NewHub()
		a := account{ours[0], balance.SideClient, "EUR"}
		f := hub.Follow(here, ours[:2]...)
		hub.Announce(moved(here, a, 4)) // between the subscription and the reading, which includes it
		stream := live.Stream(ctx, f, ours[:2], presentOf(map[account]int64{a: 4}), always)
		first, second := <-stream, <-stream
		if first.ContactID != ours[0] || len(first.Balances) != 1 || first.Balances[0].Version != 4 {
			t.Errorf("the first is %+v", first)
		}
		if second.ContactID != ours[1] || len(second.Balances) != 0 {
			t.Errorf("the second, of a contact that owes nothing, is %+v", second)
		}
		r := newReader()
		if r.sent(stream) {
			t.Error("what the present includes came again")
		}
		hub.Announce(moved(here, a, 5))
		hub.Announce(moved(here, a, 6))
		if !r.sent(stream) || r.versions[a] != 6 || r.sent(stream) {
			t.Errorf("after two changes: %v in %d messages", r.versions, r.messages)
		}
		if first.Balances[0].Version != 4 {
			t.Error("a state that the reader holds was changed under it")
		}
	})
}

var errGone = fault.New(fault.Unauthenticated, "", "no longer")

func TestAChangeOfAccessEndsTheStream(t *testing.T) {
	a := account{ours[0], balance.SideClient, "EUR"}
	tests := map[string]struct {
		org  uuid.UUID // whose access changes
		gone bool      // whether this viewer's is over
		when string
		ends bool
	}{
		"while the present is read":         {org: here, gone: true, when: "followed", ends: true},
		"before the first delivery":         {org: here, gone: true, when: "offered", ends: true},
		"before a later delivery":           {org: here, gone: true, when: "read", ends: true},
		"with a delivery that nobody takes": {org: here, gone: true, when: "announced", ends: true},
		"someone else's":                    {org: here, when: "announced"},
		"in another organization":           {org: elsewhere, gone: true, when: "announced"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, stop := context.WithCancel(viewer.With(context.Background(), accountant))
				defer stop()
				hub := live.NewHub()
				gone, asked := false, 0
				f := hub.Follow(here, ours[0])
				if tt.when == "followed" {
					gone = tt.gone
					hub.AccessChanged(tt.org)
				}
				stream := live.Stream(ctx, f, ours[:1], presentOf(map[account]int64{a: 1}), func(context.Context) error {
					if asked++; gone {
						return errGone
					}
					return nil
				})
				r := newReader()
				synctest.Wait()
				if tt.when == "read" || tt.when == "announced" {
					r.sent(stream)
				}
				if tt.when == "announced" {
					hub.Announce(moved(here, a, 2))
					synctest.Wait()
				}
				if tt.when != "followed" {
					if asked != 0 {
						t.Errorf("asked %d times though access did not change", asked)
					}
					gone = tt.gone
					hub.AccessChanged(tt.org)
				}
				synctest.Wait()
				if tt.when == "read" { // otherwise something waits to be delivered already
					hub.Announce(moved(here, a, 3))
				}
				before := r.messages
				for r.sent(stream) {
				}
				if told := r.messages > before; told == tt.ends {
					t.Errorf("told something after the change of access: %v", told)
				}
				if over := hub.Followers(here, ours[0]) == 0; over != tt.ends {
					t.Errorf("the stream has ended: %v", over)
				}
				if want := map[bool]int{true: 1}[tt.org == here]; asked != want {
					t.Errorf("asked %d times, not %d", asked, want)
				}
				if tt.ends {
					if _, open := <-stream; open {
						t.Error("it gives more")
					}
				}
			})
		})
	}
}

// Ending the context leaves no follower; that no goroutine is left, synctest itself holds.
func TestTheEndOfAStreamLeavesNothing(t *testing.T) {
	for name, waiting := range map[string]bool{"while a delivery waits": true, "while nothing happens": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, stop := context.WithCancel(viewer.With(context.Background(), accountant))
				hub := live.NewHub()
				stream := live.Stream(ctx, hub.Follow(here, ours...), ours, presentOf(nil), always)
				if !waiting {
					for range ours {
						<-stream
					}
				}
				synctest.Wait()
				if n := hub.Followers(here, ours[0]); n != 1 {
					t.Errorf("%d followers", n)
				}
				stop()
				for range stream {
				}
				for _, c := range ours {
					if n := hub.Followers(here, c); n != 0 {
						t.Errorf("%d followers are left", n)
					}
				}
			})
		})
	}
}

func TestAPortalCustomerIsToldOfTheClientSideOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(viewer.With(context.Background(), viewer.Viewer{Kind: viewer.Portal, Organization: here, Contacts: ours[:1]}))
		defer stop()
		hub := live.NewHub()
		stream := live.Stream(ctx, hub.Follow(here, ours[0]), ours[:1], map[uuid.UUID][]*ledger.Balance{ours[0]: {{Balance: &ent.Balance{ContactID: ours[0], OrganizationID: here, Side: "client", Currency: "EUR"}}}}, always)
		r := newReader()
		for r.sent(stream) {
		}
		hub.Announce(moved(here, account{ours[0], balance.SideSupplier, "EUR"}, 9))
		if r.sent(stream) {
			t.Error("told of the supplier side")
		}
		hub.Announce(moved(here, account{ours[0], balance.SideClient, "EUR"}, 9))
		if !r.sent(stream) || len(r.state[ours[0]]) != 1 {
			t.Errorf("not told of the client side alone: %v", r.state)
		}
	})
}
