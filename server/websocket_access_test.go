package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/uuid"
	"github.com/gorilla/websocket"
	"pgregory.net/rapid"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/viewer"
)

func TestEndOfAccessClosesTheSocketsItEnds(t *testing.T) {
	ended := make(chan struct{}, 1)
	s := serveFake(t, fakeFields{"ticks": silence(ended)}, nil)
	first, second, other, nobody := s.enter(t, "anna"), s.enter(t, "anna"), s.enter(t, "boris"), s.enter(t, "")
	first.subscribe("1", "subscription{ticks}")
	first.answers()

	s.End(viewer.Ended{Organization: uuid.UUID{99}, User: anna.User}) // of another organization
	first.answers()
	s.End(viewer.Ended{Organization: organization, User: anna.User})
	first.closes(4403, "Forbidden")
	second.closes(4403, "Forbidden")
	await(t, "the end of the operation", ended)
	other.answers()
	nobody.answers()
}

// The reading goroutine sees that the socket is over before the close frame is written.
func TestEndOfAccessIsToldToWhoHasJustSpoken(t *testing.T) {
	s := serveFake(t, nil, nil)
	for range 200 {
		c := s.enter(t, "anna")
		c.answers()
		s.End(viewer.Ended{User: anna.User})
		c.closes(4403, "Forbidden")
		_ = c.conn.Close()
	}
}

func TestAccessThatEndsWhileItIsAskedForIsRefused(t *testing.T) {
	asked, answer := make(chan struct{}), make(chan struct{})
	s := serveFake(t, nil, func(c *socketsConfig) {
		c.Authenticate = func(r *http.Request, payload map[string]any) (context.Context, viewer.Viewer, error) {
			ctx, v, err := letIn(r, payload)
			if v.Session == anna.Session {
				asked <- struct{}{}
				<-answer
			}
			return ctx, v, err
		}
	})
	c := s.open(t)
	c.say(`{"type":"connection_init","payload":{"authorization":"Bearer anna"}}`)
	await(t, "the question", asked)
	s.End(viewer.Ended{User: boris.User})
	s.End(viewer.Ended{User: anna.User})
	close(answer)
	c.closes(4403, "Forbidden")
	s.enter(t, "boris").answers() // what ended before he asked again does not matter
}

// Sockets of two people each follow endless ticks, as fast as they can be written. Access
// of one ends somewhere in between. Every socket of theirs is closed with 4403; not one
// byte is written to it after End has returned; the others go on, without a gap.
func TestNothingIsWrittenOnceAccessHasEnded(t *testing.T) {
	ticks := func(ctx context.Context) graphql.ResponseHandler {
		n := 0
		return func(context.Context) *graphql.Response {
			if ctx.Err() != nil {
				return nil
			}
			n++
			return &graphql.Response{Data: json.RawMessage(fmt.Sprintf(`{"ticks":%d}`, n))}
		}
	}
	s := serveFake(t, fakeFields{"ticks": ticks}, nil)
	s.listener.buffer.Store(4 << 10) // so that the readers have little to catch up with
	rapid.Check(t, func(rt *rapid.T) {
		var readers []*tickReader
		for i, mine := range rapid.SliceOfN(rapid.Bool(), 1, 4).Draw(rt, "sockets of anna") {
			person := "boris"
			if mine {
				person = "anna"
			}
			r := &tickReader{client: s.enter(t, person), ends: mine, read: make(chan struct{}, 1), done: make(chan error, 1)}
			for id := range rapid.IntRange(1, 3).Draw(rt, fmt.Sprintf("subscriptions of socket %d", i)) {
				r.client.subscribe(fmt.Sprint(id), "subscription{ticks}")
			}
			readers = append(readers, r)
			go r.run()
		}
		for range rapid.IntRange(0, 20).Draw(rt, "ticks before the end") {
			await(t, "a tick", readers[0].read)
		}
		s.End(viewer.Ended{User: anna.User})
		wrote := make([]int64, len(readers))
		for i, r := range readers {
			wrote[i] = s.listener.of(r.client).wrote()
		}
		for i, r := range readers {
			conn := s.listener.of(r.client)
			if !r.ends {
				for range 3 {
					await(t, "more ticks for who may see them", r.read)
				}
				_ = r.client.conn.Close()
				if err := await(t, "the reader's end", r.done); errors.Is(err, errGap) {
					rt.Errorf("socket %d: %v", i, err)
				}
				await(t, "the end of the connection", conn.closed)
				continue
			}
			if err := await(t, "the close frame", r.done); !websocket.IsCloseError(err, 4403) {
				rt.Errorf("socket %d ended with %v", i, err)
			}
			_ = r.client.conn.Close()
			await(t, "the end of the connection", conn.closed)
			if now := conn.wrote(); now != wrote[i] {
				rt.Errorf("socket %d: %d bytes were written after the end", i, now-wrote[i])
			}
		}
	})
}

var errGap = errors.New("a tick is missing")

// tickReader reads endless ticks. read says that it has read some more.
type tickReader struct {
	client *fakeClient
	ends   bool
	read   chan struct{}
	done   chan error
}

func (r *tickReader) run() {
	last := map[string]int{}
	for {
		var m struct {
			ID      string
			Payload struct{ Data struct{ Ticks int } }
		}
		if err := r.client.conn.ReadJSON(&m); err != nil {
			r.done <- err
			return
		}
		if last[m.ID]++; m.Payload.Data.Ticks != last[m.ID] {
			r.done <- fmt.Errorf("%w: %d instead of %d", errGap, m.Payload.Data.Ticks, last[m.ID])
			return
		}
		select {
		case r.read <- struct{}{}:
		default:
		}
	}
}

func TestEndDoesNotWaitForAReaderThatDoesNotRead(t *testing.T) {
	s, c, ended := stalled(t, func(c *socketsConfig) { c.WriteTimeout = time.Hour })
	conn := s.listener.of(c)
	last := int64(-1)
	// Wait until the ticks fill the buffers and a write hangs: the lock is held, and nothing moves.
	so := s.all()[0]
	until(t, "a write that hangs", func() bool {
		now := conn.wrote()
		held := !so.writing.TryLock()
		if !held {
			so.writing.Unlock()
		}
		still := held && now == last
		last = now
		return still
	})
	done := make(chan struct{})
	go func() {
		s.End(viewer.Ended{User: anna.User})
		close(done)
	}()
	await(t, "End's return", done)
	await(t, "the end of the operation", ended)
	await(t, "the end of the connection", conn.closed)
}

func TestViewerWhoDoesNotStandAnyMoreGetsNoResult(t *testing.T) {
	tests := map[string]struct {
		err  error
		code int
	}{
		"signed out": {fault.New(fault.Unauthenticated, "", "Sign in again."), 4403},
		"barred":     {fault.New(fault.Forbidden, "", "No."), 4403},
		"unknown":    {errors.New("the database is away"), 1013},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var over atomic.Bool
			ticks := make(chan string)
			s := serveFake(t, fakeFields{"ticks": from(ticks)}, func(c *socketsConfig) {
				c.Reauthenticate = func(_ context.Context, v viewer.Viewer) error {
					if v.Session == anna.Session && over.Load() {
						return tt.err
					}
					return nil
				}
			})
			c := s.enter(t, "anna")
			c.subscribe("1", "subscription{ticks}")
			give(t, ticks, `{"ticks":1}`)
			c.hears(`{"id":"1","type":"next","payload":{"data":{"ticks":1}}}`)
			over.Store(true)
			give(t, ticks, `{"ticks":2}`)
			c.closes(tt.code, "")
		})
	}
}

func TestSocketsOfOneSessionAreLimited(t *testing.T) {
	s := serveFake(t, nil, func(c *socketsConfig) { c.MaxSockets = 2 })
	byToken := s.enter(t, "anna")
	byCookie := s.open(t, "Cookie", "session=anna")
	byCookie.say(`{"type":"connection_init"}`)
	byCookie.hears(`{"type":"connection_ack"}`) // is counted once, at the upgrade

	_, answer, err := s.try(t, headerOf("Cookie", "session=anna"), subprotocol)
	if err == nil || answer.StatusCode != http.StatusTooManyRequests {
		t.Fatalf("a third socket of the cookie's session: %v, %v", answer, err)
	}
	third := s.open(t)
	third.say(`{"type":"connection_init","payload":{"authorization":"Bearer anna"}}`)
	third.closes(1013, "Too many sockets")
	for range 3 { // other sessions, and people without one, are not concerned
		s.enter(t, "").answers()
	}
	other := s.enter(t, "boris")

	for _, c := range []*fakeClient{byToken, byCookie, other} {
		_ = c.conn.Close()
	}
	until(t, "a free place", func() bool {
		c, _, err := s.try(t, headerOf("Cookie", "session=anna"), subprotocol)
		return err == nil && c != nil
	})
}

func TestSocketsOfOneAddressAreLimited(t *testing.T) {
	s := serveFake(t, nil, func(c *socketsConfig) { c.MaxSocketsPerAddress = 2 })
	first := s.open(t, "X-From", "192.0.2.1")
	s.open(t, "X-From", "192.0.2.1")
	_, answer, err := s.try(t, headerOf("X-From", "192.0.2.1"), subprotocol)
	if err == nil || answer.StatusCode != http.StatusTooManyRequests {
		t.Fatalf("a third socket of the address: %v, %v", answer, err)
	}
	s.open(t, "X-From", "192.0.2.2")
	_ = first.conn.Close()
	until(t, "a free place", func() bool {
		_, _, err := s.try(t, headerOf("X-From", "192.0.2.1"), subprotocol)
		return err == nil
	})
}

func TestRequestThatIsNoUpgradeLeavesNoPlaceTaken(t *testing.T) {
	s := serveFake(t, nil, func(c *socketsConfig) { c.MaxSocketsPerAddress = 1 })
	for range 3 {
		answer, err := http.Get("http" + s.url[len("ws"):])
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusBadRequest {
			t.Fatalf("status %d", answer.StatusCode)
		}
	}
	s.enter(t, "").answers()
}

// An idle socket has no goroutine where one epoll waits for all, and one where that cannot be.
func TestIdleSocketHasNoGoroutine(t *testing.T) {
	const sockets = 500
	for name, tt := range map[string]struct {
		opaque bool
		each   int
	}{"as this system has it": {false, idleGoroutines}, "of a connection without a file": {true, 1}} {
		t.Run(name, func(t *testing.T) {
			var s *fakeServer
			within(t, func() { s = serveFake(t, nil, nil) })
			s.listener.opaque.Store(tt.opaque)
			before := labelled(t)
			for range sockets {
				c := s.enter(t, "")
				c.subscribe("1", "{hello}")
				c.hears(`{"id":"1","type":"next","payload":{"data":{"hello":"world"}}}`)
				c.hears(`{"id":"1","type":"complete"}`)
			}
			// The goroutines of requests and operations have nothing left to do but return.
			until(t, "idle sockets", func() bool { return labelled(t) <= before+tt.each*sockets })
			if got := labelled(t) - before; got != tt.each*sockets {
				t.Errorf("%d goroutines for %d sockets", got, sockets)
			}
		})
	}
}

// within has every goroutine that do starts, and those that they start, bear the test's label.
func within(t *testing.T, do func()) {
	pprof.Do(context.Background(), pprof.Labels("test", t.Name()), func(context.Context) { do() })
}

var goroutines = regexp.MustCompile(`(?m)^(\d+) @.*\n# labels: (.*)$`)

// labelled counts the goroutines that have the test's label.
func labelled(t *testing.T) (n int) {
	t.Helper()
	var profile strings.Builder
	if err := pprof.Lookup("goroutine").WriteTo(&profile, 1); err != nil {
		t.Fatal(err)
	}
	for _, m := range goroutines.FindAllStringSubmatch(profile.String(), -1) {
		if strings.Contains(m[2], strconv.Quote(t.Name())) {
			some, err := strconv.Atoi(m[1])
			if err != nil {
				t.Fatal(err)
			}
			n += some
		}
	}
	return n
}

func TestShutdownSaysGoodbyeAndWaitsForOperations(t *testing.T) {
	stopped, release := make(chan struct{}), make(chan struct{})
	held := func(ctx context.Context) graphql.ResponseHandler {
		<-ctx.Done()
		close(stopped)
		<-release
		return once(`{"held":null}`)(ctx)
	}
	s := serveFake(t, fakeFields{"held": held}, nil)
	open := []*fakeClient{s.open(t), s.enter(t, ""), s.enter(t, "anna")}
	open[2].subscribe("1", "{held}")
	open[2].answers()

	done := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		done <- s.Shutdown(ctx)
	}()
	for _, c := range open {
		c.closes(1001, "Going away")
		_ = c.conn.Close()
	}
	await(t, "the operation's end", stopped)
	if _, answer, err := s.try(t, nil, subprotocol); err == nil || answer.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a socket during the shutdown: %v, %v", answer, err)
	}
	select {
	case err := <-done:
		t.Fatalf("an operation runs, but Shutdown has returned %v", err)
	default:
	}
	close(release)
	if err := await(t, "Shutdown's return", done); err != nil {
		t.Error(err)
	}
}

func TestShutdownCutsOffWhatDoesNotEndInTime(t *testing.T) {
	release := make(chan struct{})
	begun := make(chan struct{})
	held := func(ctx context.Context) graphql.ResponseHandler {
		close(begun)
		<-release
		return once(`{"held":null}`)(ctx)
	}
	s := serveFake(t, fakeFields{"held": held}, nil)
	c := s.enter(t, "anna")
	c.subscribe("1", "{held}")
	await(t, "the operation's begin", begun)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Shutdown(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Shutdown returned %v", err)
	}
	select {
	case <-s.listener.of(c).closed:
	default:
		t.Error("the connection is open")
	}
	close(release)
}

// Places come and go from many goroutines; in the end none is counted, and at no time more
// than may be.
func TestRegistryCountsWhoIsThere(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		const perScope, perAddress = 3, 5
		r := newRegistry(perScope, perAddress)
		addresses := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b"}), 1, 40).Draw(rt, "addresses")
		scopes := rapid.SliceOfN(rapid.SampledFrom([]uuid.UUID{{}, {1}, {2}}), len(addresses), len(addresses)).Draw(rt, "scopes")
		var group sync.WaitGroup
		for i, address := range addresses {
			group.Go(func() {
				p, status := r.enter(address)
				if p == nil {
					if status != http.StatusTooManyRequests {
						rt.Errorf("status %d", status)
					}
					return
				}
				r.count(p, scopes[(i+1)%len(scopes)])
				r.ask(p)
				r.admit(p, viewer.Viewer{}, scopes[i])
				r.mu.Lock()
				for scope, n := range r.scopes {
					if n > perScope || n < 1 || scope == uuid.Nil {
						rt.Errorf("%d places of scope %v", n, scope)
					}
				}
				for address, n := range r.addresses {
					if n > perAddress || n < 1 {
						rt.Errorf("%d places of address %s", n, address)
					}
				}
				r.mu.Unlock()
				r.leave(p)
			})
		}
		group.Wait()
		if len(r.places)+len(r.scopes)+len(r.addresses) != 0 {
			rt.Errorf("left over: %v %v %v", r.places, r.scopes, r.addresses)
		}
		if _, empty := r.shut(); empty != nil {
			<-empty
		}
	})
}
