package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/uuid"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/viewer"
)

const (
	streamPing     = 15 * time.Second // a comment after so long, so that proxies keep the connection
	streamPatience = 10 * time.Second // for a slow reader to take an event
)

var errAccessEnded = fault.New(fault.Forbidden, "", "The access has ended.")

// streams knows the open event streams, so that those whose viewer's access is over end.
type streams struct {
	perScope, perAddress int

	mu        sync.Mutex
	open      map[*stream]struct{}
	scopes    map[uuid.UUID]int
	addresses map[string]int
	done      bool
}

// newStreams makes the registry with the limits that sockets have: of one session or API
// key, and of one network address.
func newStreams(perScope, perAddress int) *streams {
	return &streams{perScope: perScope, perAddress: perAddress, open: map[*stream]struct{}{},
		scopes: map[uuid.UUID]int{}, addresses: map[string]int{}}
}

// stream is one answer as server-sent events (the GraphQL-over-SSE protocol, distinct
// connections mode): next events, then one complete.
type stream struct {
	viewer  viewer.Viewer
	address string
	cancel  context.CancelCauseFunc
	out     *http.ResponseController
	w       http.ResponseWriter
	mu      sync.Mutex // events and pings are written one at a time
}

// End ends the streams of those whose access is over.
func (s *streams) End(e viewer.Ended) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for st := range s.open {
		if e.Ends(st.viewer) {
			st.cancel(errAccessEnded)
		}
	}
}

// Shutdown ends every stream and lets no new one begin.
func (s *streams) Shutdown() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done = true
	for st := range s.open {
		st.cancel(nil)
	}
}

// add lets a stream begin; otherwise it gives the HTTP status that says why not.
func (s *streams) add(st *stream) (refused int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	scope := scopeOf(st.viewer)
	switch {
	case s.done:
		return http.StatusServiceUnavailable
	case s.addresses[st.address] >= s.perAddress, scope != uuid.Nil && s.scopes[scope] >= s.perScope:
		return http.StatusTooManyRequests
	}
	s.open[st] = struct{}{}
	s.addresses[st.address]++
	s.scopes[scope]++
	return 0
}

func (s *streams) remove(st *stream) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, st)
	scope := scopeOf(st.viewer)
	if s.addresses[st.address]--; s.addresses[st.address] == 0 {
		delete(s.addresses, st.address)
	}
	if s.scopes[scope]--; s.scopes[scope] == 0 {
		delete(s.scopes, scope)
	}
}

// stream answers an operation with events until it is complete, the reader is gone or too
// slow, or access ends, which the last event tells.
func (e *endpoint) stream(ctx context.Context, w http.ResponseWriter, address string, op *graphql.OperationContext) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	st := &stream{viewer: viewer.From(ctx), address: address, cancel: cancel, out: http.NewResponseController(w), w: w}
	switch refused := e.streams.add(st); refused {
	case 0:
	case http.StatusTooManyRequests:
		answer{w, mediaJSON}.fault(refused, fault.New(fault.RateLimited, "", "Too many streams are open: close some first."))
		return
	default:
		answer{w, mediaJSON}.fault(refused, fault.New(fault.Internal, "", "The server is shutting down."))
		return
	}
	defer e.streams.remove(st)
	// Access that ended while the stream was not yet known would have ended nothing.
	if st.viewer.Kind != viewer.Nobody {
		if err := e.door.accounts.Stands(ctx, st.viewer); err != nil {
			answer{w, mediaJSON}.fault(http.StatusUnauthorized, err)
			return
		}
	}
	w.Header().Set("Content-Type", mediaEvents+"; charset=utf-8")
	w.Header().Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	if st.send(":\n\n") != nil {
		return
	}
	stop := make(chan struct{})
	defer close(stop)
	go st.keepAlive(stop)

	responses, ctx := e.exec.DispatchOperation(ctx, op)
	for {
		r := responses(ctx)
		if r == nil || ctx.Err() != nil {
			break
		}
		if err := e.door.accounts.Standing(ctx, st.viewer); err != nil {
			break
		}
		if st.next(r) != nil {
			return
		}
	}
	if ended, ok := fault.All(e.whyOver(ctx, st.viewer)); ok {
		if st.next(&graphql.Response{Errors: gqlerror.List{asError(ended[0])}}) != nil {
			return
		}
	}
	_ = st.send("event: complete\ndata:\n\n") // a reader that went away needs none
}

// whyOver is why a stream is over: its cause, or that access has ended by itself, as of a key that
// has expired.
func (e *endpoint) whyOver(ctx context.Context, v viewer.Viewer) error {
	if context.Cause(ctx) == nil && v.Kind != viewer.Nobody {
		if err := e.door.accounts.Stands(ctx, v); err != nil && ctx.Err() == nil {
			return err
		}
	}
	return context.Cause(ctx)
}

func (st *stream) next(r *graphql.Response) error {
	raw, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("server: an event: %w", err)
	}
	return st.send("event: next\ndata: " + string(raw) + "\n\n")
}

func (st *stream) send(text string) error {
	st.mu.Lock()
	defer st.mu.Unlock()
	if err := st.out.SetWriteDeadline(time.Now().Add(streamPatience)); err != nil {
		return fmt.Errorf("server: an event: %w", err)
	}
	if _, err := st.w.Write([]byte(text)); err != nil {
		return fmt.Errorf("server: an event: %w", err)
	}
	return st.out.Flush()
}

func (st *stream) keepAlive(stop <-chan struct{}) {
	t := time.NewTicker(streamPing)
	defer t.Stop()
	for {
		select {
		case <-stop:
			return
		case <-t.C:
			if st.send(":\n\n") != nil {
				st.cancel(nil)
				return
			}
		}
	}
}
