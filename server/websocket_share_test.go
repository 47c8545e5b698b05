package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/gorilla/websocket"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/live"
	"github.com/kartela/kartela/viewer"
)

// tally is a thing that a test follows: numbers that only grow.
type tally struct {
	mu      sync.Mutex
	now     int
	opened  []*tallySource
	refuse  error
	stands  error
	padding string // that each result has
	ran     atomic.Int64
}

// tallySource is a source of it.
type tallySource struct {
	tally  *tally
	wake   func()
	taken  int
	closed chan struct{}
}

func (s *tallySource) Wake(wake func()) {
	s.tally.mu.Lock()
	s.wake = wake
	s.tally.mu.Unlock()
	wake()
}

func (s *tallySource) Take(context.Context) (live.Value, bool) {
	s.tally.mu.Lock()
	defer s.tally.mu.Unlock()
	if s.taken == s.tally.now {
		return live.Value{}, false
	}
	s.taken = s.tally.now
	return live.Value{Data: s.taken}, true
}

func (s *tallySource) Begins() bool { return true }

func (s *tallySource) Present(context.Context) ([]live.Value, bool) {
	return []live.Value{{Data: s.taken}}, true
}

func (s *tallySource) Sees(context.Context, live.Value) error { return nil }
func (s *tallySource) Over() bool                             { return false }

func (s *tallySource) Stands(context.Context, bool) error {
	s.tally.mu.Lock()
	defer s.tally.mu.Unlock()
	return s.tally.stands
}

func (s *tallySource) Close() { close(s.closed) }

// set moves the tally and wakes those who follow.
func (c *tally) set(n int) {
	c.mu.Lock()
	c.now = n
	sources := c.opened
	c.mu.Unlock()
	for _, s := range sources {
		c.mu.Lock()
		wake := s.wake
		c.mu.Unlock()
		if wake != nil {
			wake()
		}
	}
}

// field is the subscription to it, with the role of who asks in each result.
func (c *tally) field(ctx context.Context) graphql.ResponseHandler {
	if given, ok := live.Given[int](ctx); ok {
		c.ran.Add(1)
		c.mu.Lock()
		padding := c.padding
		c.mu.Unlock()
		return func(ctx context.Context) *graphql.Response {
			n, ok := <-given
			if !ok {
				return nil
			}
			return &graphql.Response{Data: json.RawMessage(fmt.Sprintf(`{"ticks":%d,"for":%q,"padding":%q}`, n, viewer.From(ctx).Role, padding))}
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.refuse != nil {
		graphql.AddError(ctx, c.refuse)
		return nil
	}
	s := &tallySource{tally: c, taken: c.now, closed: make(chan struct{})}
	c.opened = append(c.opened, s)
	live.Hand(ctx, s)
	return silence(nil)(ctx)
}

func (c *tally) pad(padding string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.padding = padding
}

func (c *tally) sources() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.opened)
}

// byRole shares among people of the same role.
func byRole(v viewer.Viewer, op *ast.OperationDefinition) []viewer.Viewer {
	if op.Operation != ast.Subscription {
		return nil
	}
	v.User, v.Session = uuid.Nil, uuid.Nil
	return []viewer.Viewer{v}
}

// serveTally serves a tally, whose followers share.
func serveTally(t testing.TB, change func(*socketsConfig)) (*tally, *fakeServer) {
	t.Helper()
	c := &tally{}
	return c, serveFake(t, fakeFields{"ticks": c.field}, func(config *socketsConfig) {
		config.Share = byRole
		if change != nil {
			change(config)
		}
	})
}

// ticks reads one result of operation 1.
func (c *fakeClient) ticks(want int, role viewer.Role) {
	c.t.Helper()
	c.hears(fmt.Sprintf(`{"id":"1","type":"next","payload":{"data":{"ticks":%d,"for":%q,"padding":""}}}`, want, role))
}

const followTicks = "subscription{ticks}"

func TestThoseWhoAskTheSameShareOneExecution(t *testing.T) {
	const many = 200 // more than one goroutine hands out
	c, s := serveTally(t, nil)
	c.set(1)
	var clients []*fakeClient
	for i := range many {
		client := s.enter(t, []string{"anna", "clara"}[i%2])
		client.subscribe("1", followTicks)
		client.ticks(1, viewer.Owner)
		clients = append(clients, client)
	}
	before := c.ran.Load()
	c.set(2)
	for _, client := range clients {
		client.ticks(2, viewer.Owner)
	}
	if n := c.ran.Load() - before; n != 1 || c.sources() != 1 {
		t.Errorf("%d executions and %d sources for %d who ask the same", n, c.sources(), many)
	}
}

func TestThoseWithOtherRightsOrWordsDoNotShare(t *testing.T) {
	c, s := serveTally(t, nil)
	anna, boris, other := s.enter(t, "anna"), s.enter(t, "boris"), s.enter(t, "anna")
	anna.subscribe("1", followTicks)
	boris.subscribe("1", followTicks)
	other.say(`{"id":"1","type":"subscribe","payload":{"query":"subscription($n:String){ticks}","variables":{"n":"x"}}}`)
	anna.ticks(0, viewer.Owner)
	boris.ticks(0, viewer.Sales)
	c.set(1)
	anna.ticks(1, viewer.Owner)
	boris.ticks(1, viewer.Sales)
	other.answersErrors()
	if n := c.sources(); n != 2 {
		t.Errorf("%d sources", n)
	}
}

// answersErrors reads an error of operation 1: the query is not of the schema.
func (c *fakeClient) answersErrors() {
	c.t.Helper()
	c.hearsErrors("1")
}

func TestTheEndOfOneOfThoseWhoShareEndsNobodyElse(t *testing.T) {
	ends := map[string]func(s *fakeServer, c *fakeClient){
		"access": func(s *fakeServer, c *fakeClient) {
			s.End(viewer.Ended{Session: anna.Session})
			c.closes(4403, "Forbidden")
		},
		"the client completes": func(_ *fakeServer, c *fakeClient) {
			c.say(`{"id":"1","type":"complete"}`)
			c.answers()
		},
		"the client goes": func(s *fakeServer, c *fakeClient) {
			_ = c.conn.Close()
			await(c.t, "the end of the connection", s.listener.of(c).closed)
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			c, s := serveTally(t, nil)
			opens, stays := s.enter(t, "anna"), s.enter(t, "clara")
			for _, client := range []*fakeClient{opens, stays} {
				client.subscribe("1", followTicks)
				client.ticks(0, viewer.Owner)
			}
			end(s, opens)
			c.set(1)
			stays.ticks(1, viewer.Owner)
			if n := c.sources(); n != 1 {
				t.Errorf("%d sources", n)
			}
			_ = stays.conn.Close()
			await(t, "the end of what is followed", c.opened[0].closed)
			until(t, "nothing that is shared", func() bool {
				s.shares.mu.Lock()
				defer s.shares.mu.Unlock()
				return len(s.shares.by) == 0
			})
			next := s.enter(t, "anna")
			next.subscribe("1", followTicks)
			next.ticks(1, viewer.Owner)
			if n := c.sources(); n != 2 {
				t.Errorf("%d sources after the first had ended", n)
			}
		})
	}
}

func TestEachOfThoseWhoShareIsAskedAboutAtEachDelivery(t *testing.T) {
	var over atomic.Bool
	c, s := serveTally(t, func(config *socketsConfig) {
		config.Reauthenticate = func(_ context.Context, v viewer.Viewer) error {
			if v.Session == anna.Session && over.Load() {
				return fault.New(fault.Unauthenticated, "", "Sign in again.")
			}
			return nil
		}
	})
	opens, stays := s.enter(t, "anna"), s.enter(t, "clara")
	for _, client := range []*fakeClient{opens, stays} {
		client.subscribe("1", followTicks)
		client.ticks(0, viewer.Owner)
	}
	over.Store(true)
	c.set(1)
	opens.closes(4403, "Forbidden")
	stays.ticks(1, viewer.Owner)
}

// What is followed may not be seen any more: all are told that it is complete, and who comes
// asks anew and is refused.
func TestWhatMayNotBeSeenAnyMoreEndsForAll(t *testing.T) {
	c, s := serveTally(t, nil)
	clients := []*fakeClient{s.enter(t, "anna"), s.enter(t, "clara")}
	for _, client := range clients {
		client.subscribe("1", followTicks)
		client.ticks(0, viewer.Owner)
	}
	c.mu.Lock()
	c.refuse = fault.New(fault.NotFound, "", "No such contact.")
	c.stands = c.refuse
	c.mu.Unlock()
	comes := s.enter(t, "anna")
	comes.subscribe("1", followTicks)
	if diff := cmp.Diff([]any{"NOT_FOUND"}, comes.hearsErrors("1")); diff != "" {
		t.Errorf("codes (-want +got):\n%s", diff)
	}
	c.set(1)
	for _, client := range clients {
		client.hears(`{"id":"1","type":"complete"}`)
		client.subscribe("1", "{hello}") // the id and the slot are free
		client.hears(`{"id":"1","type":"next","payload":{"data":{"hello":"world"}}}`)
		client.hears(`{"id":"1","type":"complete"}`)
	}
}

// While the tally grows without a pause, many come, listen a while, and go. Each begins with what
// there is when it asks, or something newer, and has nothing twice and nothing older after.
func TestWhoComesBeginsWithTheNewestAndGoesOnWithNewer(t *testing.T) {
	c, s := serveTally(t, nil)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for n := 1; ; n++ {
			select {
			case <-stop:
				return
			default:
				c.set(n)
			}
		}
	}()
	var done sync.WaitGroup
	for i := range 8 {
		done.Go(func() {
			for range 20 {
				client := s.enter(t, []string{"anna", "clara"}[i%2])
				c.mu.Lock()
				least := c.now
				c.mu.Unlock()
				client.subscribe("1", followTicks)
				for range 5 {
					var m struct {
						Payload struct{ Data struct{ Ticks int } }
					}
					if err := client.conn.ReadJSON(&m); err != nil {
						t.Error(err)
						return
					}
					if m.Payload.Data.Ticks < least {
						t.Errorf("%d where %d was due", m.Payload.Data.Ticks, least)
					}
					least = m.Payload.Data.Ticks + 1
				}
				_ = client.conn.Close()
			}
		})
	}
	done.Wait()
	close(stop)
	<-stopped
	until(t, "nothing that is shared", func() bool {
		s.shares.mu.Lock()
		defer s.shares.mu.Unlock()
		return len(s.shares.by) == 0
	})
}

// A reader that takes nothing holds up nobody, has one result waiting however many there were, and
// is given the newest when it reads again.
func TestASlowReaderOfWhatIsSharedMissesStepsAndHoldsUpNobody(t *testing.T) {
	c, s := serveTally(t, nil)
	s.listener.buffer.Store(64 << 10)
	slow, quick := s.enter(t, "anna"), s.enter(t, "clara")
	last := follow(slow)
	s.listener.buffer.Store(0)
	seen := follow(quick)
	c.pad(strings.Repeat("x", 1<<20)) // more than the system buffers
	const steps = 50
	for n := 1; n <= steps; n++ {
		c.set(n)
		if got := seen(); got != n {
			t.Fatalf("the quick one reads %d, not %d", got, n)
		}
	}
	for _, so := range s.all() {
		so.outbox.mu.Lock()
		if n := len(so.outbox.waiting); n > 1 {
			t.Errorf("%d results wait", n)
		}
		so.outbox.mu.Unlock()
	}
	got, results := 0, 0
	for got != steps {
		got = last()
		results++
	}
	if results > 3 { // one that is half written, one that waits, the newest
		t.Errorf("%d results for a reader that read none until the end", results)
	}
}

// follow subscribes, reads the first result, and gives what reads the next.
func follow(c *fakeClient) func() int {
	c.t.Helper()
	c.conn.SetReadLimit(-1)
	c.subscribe("1", followTicks)
	c.ticks(0, viewer.Owner)
	return func() int {
		c.t.Helper()
		var m struct {
			Payload struct{ Data struct{ Ticks int } }
		}
		if err := c.conn.ReadJSON(&m); err != nil {
			c.t.Fatal(err)
		}
		return m.Payload.Data.Ticks
	}
}

func TestAReaderOfWhatIsSharedThatIsTooSlowIsDropped(t *testing.T) {
	c, s := serveTally(t, func(config *socketsConfig) { config.WriteTimeout = 50 * time.Millisecond })
	s.listener.buffer.Store(4 << 10)
	client := s.enter(t, "anna")
	follow(client)
	c.pad(strings.Repeat("x", 1<<20))
	c.set(1)
	await(t, "the end of the connection", s.listener.of(client).closed)
	await(t, "the end of what is followed", c.opened[0].closed)
	for {
		if _, _, err := client.conn.ReadMessage(); err != nil {
			if closed := (*websocket.CloseError)(nil); errors.As(err, &closed) && closed.Code != websocket.CloseAbnormalClosure {
				t.Errorf("the reader was told %v", closed)
			}
			return
		}
	}
}

// A subscription that nobody else has waits without a goroutine too.
func TestWhoFollowsWaitsWithoutAGoroutine(t *testing.T) {
	const sockets = 300
	var c *tally
	var s *fakeServer
	within(t, func() { c, s = serveTally(t, nil) })
	before := labelled(t)
	var clients []*fakeClient
	for i := range sockets {
		client := s.enter(t, "anna")
		client.say(fmt.Sprintf(`{"id":"1","type":"subscribe","payload":{"query":"subscription a%d{ticks}"}}`, i))
		client.ticks(0, viewer.Owner)
		clients = append(clients, client)
	}
	until(t, "no goroutine", func() bool { return labelled(t) <= before+idleGoroutines*sockets })
	c.set(1)
	for _, client := range clients {
		client.ticks(1, viewer.Owner)
	}
	until(t, "no goroutine again", func() bool { return labelled(t) <= before+idleGoroutines*sockets })
	if n := c.sources(); n != sockets {
		t.Errorf("%d sources", n)
	}
}
