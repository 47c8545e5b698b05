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
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/kartela/kartela/viewer"
)

// subprotocol is GraphQL over WebSocket as the graphql-ws project specifies it.
const subprotocol = "graphql-transport-ws"

// readBuffer is how much is read at a time, into a buffer that is borrowed while something arrives.
const readBuffer = 4 << 10

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

	// Share gives the viewers who stand for all whose rights are the same for the operation, where it
	// is one whose results may be shared by them: each is tried until one may see what is followed.
	// It may be nil: none is shared.
	Share func(v viewer.Viewer, op *ast.OperationDefinition) []viewer.Viewer

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
// An idle socket has no goroutine and no buffer: on Linux one epoll waits for all, and what has
// arrived is read by a goroutine that lives as long as there is something. Elsewhere, and with
// TLS, it is one goroutine that waits. A running operation is one more, but for one that [shares]
// a result. Who has something to send writes it, one at a time.
type sockets struct {
	config     socketsConfig
	operations operations
	shares     *shares
	registry   *registry
	poller     *poller
	wheel      *wheel
	began      time.Time
	upgrader   websocket.Upgrader
}

// clock is how long the server has been there, in nanoseconds; never 0.
func (s *sockets) clock() int64 { return int64(time.Since(s.began)) + 1 }

func newSockets(c socketsConfig) (*sockets, error) {
	c.fill()
	p, err := newPoller()
	if err != nil {
		return nil, err
	}
	return &sockets{
		config:     c,
		operations: operations{exec: c.Executor, prepare: c.Prepare},
		shares:     newShares(operations{exec: c.Executor}, c.Share),
		registry:   newRegistry(c.MaxSockets, c.MaxSocketsPerAddress),
		poller:     p,
		wheel:      newWheel(c.InitTimeout, c.PingInterval),
		began:      time.Now(),
		upgrader: websocket.Upgrader{ // for the handshake: frames are ours
			HandshakeTimeout: c.WriteTimeout,
			ReadBufferSize:   256,
			WriteBufferPool:  &sync.Pool{},
			Subprotocols:     []string{subprotocol},
			CheckOrigin:      func(*http.Request) bool { return true }, // told with 4403, which a page can read
		},
	}, nil
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
	so := newSocket(s, conn.NetConn(), place, r)
	refused := closing{}
	switch {
	case !s.registry.open(place, so):
		refused = closeGoingAway
	case !allowed:
		refused = closeForbidden
	case conn.Subprotocol() != subprotocol:
		refused = closeUnacceptable
	}
	so.begin(refused)
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
	defer s.poller.close()
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
