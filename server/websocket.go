package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/uuid"
	"github.com/gorilla/websocket"

	"github.com/kartela/kartela/viewer"
)

// subprotocol is GraphQL over WebSocket as the graphql-ws project specifies it.
const subprotocol = "graphql-transport-ws"

// Buffers of a socket. A longer message is read and written past them; the one for writing
// is borrowed from a pool while a message is written.
const (
	readBuffer  = 256
	writeBuffer = 4 << 10
)

// socketsConfig is what sockets need of the rest of the server. Executor, Authenticate,
// OriginAllowed and ClientAddress must be set; a limit or time that is zero becomes the
// default beside it.
type socketsConfig struct {
	Executor graphql.GraphExecutor

	// Authenticate finds who a socket is, by the request it was opened with or by the
	// payload of its connection_init, and gives the context its operations run in. Nobody,
	// without an error, is who has no credentials. It is asked after the handler of the
	// request has returned, and also before the upgrade, without a payload, when the request
	// has credentials. A fault UNAUTHENTICATED closes the socket with 4401, FORBIDDEN with
	// 4403, any other error with 1013.
	Authenticate func(r *http.Request, payload map[string]any) (context.Context, viewer.Viewer, error)

	// Reauthenticate is asked before each result is sent whether the viewer still stands, and
	// must be cheap. UNAUTHENTICATED or FORBIDDEN closes the socket with 4403, another error
	// with 1013. It may be nil: End is what ends access at once.
	Reauthenticate func(ctx context.Context, v viewer.Viewer) error

	// OriginAllowed says whether a page of the request's Origin may open a socket.
	OriginAllowed func(r *http.Request) bool

	// Prepare may give an operation more context, or refuse it, before it is validated. It
	// may be nil.
	Prepare func(ctx context.Context, params *graphql.RawParams) (context.Context, error)

	// ClientAddress names where a request comes from.
	ClientAddress func(r *http.Request) string

	// Scope names whose sockets are counted together against MaxSockets; sockets of the zero
	// UUID are not. It may be nil: then sockets of one session are.
	Scope func(v viewer.Viewer) uuid.UUID

	InitTimeout  time.Duration // from the upgrade to connection_init; 10 s
	WriteTimeout time.Duration // for a reader to take one message; 10 s
	PingInterval time.Duration // between pings; who is silent for two of them is gone; 25 s

	MaxMessage           int64 // bytes of a message that is received; 1 MiB
	MaxOperations        int   // running at a time on one socket; 100
	MaxSockets           int   // of one scope; 20
	MaxSocketsPerAddress int   // 500
}

func (c *socketsConfig) fill() {
	if c.Scope == nil {
		c.Scope = func(v viewer.Viewer) uuid.UUID { return v.Session }
	}
	orElse(&c.InitTimeout, 10*time.Second)
	orElse(&c.WriteTimeout, 10*time.Second)
	orElse(&c.PingInterval, 25*time.Second)
	orElse(&c.MaxMessage, 1<<20)
	orElse(&c.MaxOperations, 100)
	orElse(&c.MaxSockets, 20)
	orElse(&c.MaxSocketsPerAddress, 500)
}

func orElse[T comparable](value *T, otherwise T) {
	if zero := *new(T); *value == zero {
		*value = otherwise
	}
}

// sockets answers requests for an upgrade, serves the sockets that come of them, and ends
// them when access ends or the server does.
//
// An idle socket is one goroutine, blocked in a read, without the buffers of net/http; a
// running operation is one more. Who has something to send writes it, one at a time.
type sockets struct {
	config     socketsConfig
	operations operations
	registry   *registry
	upgrader   websocket.Upgrader
}

func newSockets(c socketsConfig) *sockets {
	c.fill()
	return &sockets{
		config:     c,
		operations: operations{exec: c.Executor, prepare: c.Prepare},
		registry:   newRegistry(c.MaxSockets, c.MaxSocketsPerAddress),
		upgrader: websocket.Upgrader{
			HandshakeTimeout: c.WriteTimeout,
			ReadBufferSize:   readBuffer,
			WriteBufferSize:  writeBuffer,
			WriteBufferPool:  &sync.Pool{},
			Subprotocols:     []string{subprotocol},
			CheckOrigin:      func(*http.Request) bool { return true }, // told with 4403, which a page can read
		},
	}
}

// ServeHTTP upgrades the request and returns; the socket lives on. A request over a limit
// is answered 429, one while the server shuts down 503.
func (s *sockets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	place, status := s.registry.enter(s.config.ClientAddress(r))
	if status != 0 {
		http.Error(w, http.StatusText(status), status)
		return
	}
	given := false
	defer func() {
		if !given {
			s.registry.leave(place)
		}
	}()
	allowed := s.config.OriginAllowed(r)
	if allowed && hasCredentials(r) {
		// A credential that is not good is told after connection_init, which may bring another.
		_, v, err := s.config.Authenticate(r, nil)
		if err == nil && !s.registry.count(place, s.config.Scope(v)) {
			http.Error(w, http.StatusText(http.StatusTooManyRequests), http.StatusTooManyRequests)
			return
		}
	}
	conn, err := s.upgrader.Upgrade(hijacker{w}, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	given = true
	conn.SetReadLimit(s.config.MaxMessage)
	so := newSocket(s, conn, place, r)
	refused := so.refusal(allowed)
	if !s.registry.open(place, so) {
		refused = closeGoingAway
	}
	go so.serve(refused) // a fresh goroutine: this one holds net/http's buffers and a deep stack
}

func hasCredentials(r *http.Request) bool {
	return r.Header.Get("Cookie") != "" || r.Header.Get("Authorization") != ""
}

// hijacker reaches through writers that only unwrap.
type hijacker struct{ http.ResponseWriter }

func (h hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return http.NewResponseController(h.ResponseWriter).Hijack()
}

// End closes, with 4403 Forbidden, every socket whose viewer's access is over by e. When
// it returns nothing more is written to any of them: results that wait are dropped, and a
// reader that does not take the one being written is cut off after a second.
func (s *sockets) End(e viewer.Ended) {
	closeAll(s.registry.end(e), closeForbidden)
}

// Shutdown takes no more sockets, cancels what runs and closes every socket with 1001. It
// returns when all are closed and their operations have returned, or with an error when
// ctx ends before; then it has cut off the rest.
func (s *sockets) Shutdown(ctx context.Context) error {
	open, empty := s.registry.shut()
	go closeAll(open, closeGoingAway) // each within a second
	select {
	case <-empty:
		return nil
	case <-ctx.Done():
		for _, c := range open {
			c.drop()
		}
		return fmt.Errorf("server: close the sockets: %w", ctx.Err())
	}
}

func closeAll(all []closable, reason closing) {
	var done sync.WaitGroup
	for _, c := range all {
		done.Go(func() { c.close(reason) })
	}
	done.Wait()
}
