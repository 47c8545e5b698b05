package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"github.com/gorilla/websocket"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/kartela/kartela/fault"
)

const (
	closePatience = time.Second     // for a write that is under way when a socket is closed, and for the close frame
	closeAnswer   = 5 * time.Second // for the client to answer the close frame
)

// What ends the results of an operation.
var (
	errClosed    = errors.New("server: the socket is closed")
	errCompleted = errors.New("server: the client has completed the operation")
)

// Whether a goroutine reads from a socket that is waited for with others.
const (
	asleep  int32 = iota
	reading       // one does
	again         // one does, and something has arrived since
)

// socket speaks graphql-transport-ws over one connection. What arrives is read by one goroutine
// at a time; whoever has something to send writes, holding the lock.
type socket struct {
	*sockets
	conn   net.Conn
	raw    syscall.RawConn // of the connection; nil: a goroutine waits for what arrives
	ticket ticket          // of the poller, with raw
	place  *place
	hand   hand

	// Of who reads.
	frames  frames
	request *http.Request // until connection_init
	header  []string      // of the request: names and values

	awake    atomic.Int32
	since    atomic.Int64            // when the client was last heard, by the server's clock; 0 before it is acknowledged
	why      atomic.Pointer[closing] // set: nothing is written any more but a close frame that says it
	ending   atomic.Bool             // it is being given up
	inFlight inFlight

	writing sync.Mutex
	closed  bool // the close frame was written, or there is none to write
	outbox  outbox
}

// keptHeaders are the ones of the request that its operations know. What lets in is none of them.
var keptHeaders = []string{"User-Agent", "Accept-Language", "Origin"}

func newSocket(all *sockets, conn net.Conn, p *place, r *http.Request) *socket {
	// The handler of the request returns, and ends its context.
	s := &socket{sockets: all, conn: conn, place: p, request: r.WithContext(context.Background())}
	s.frames.limit = all.config.MaxMessage
	for _, name := range keptHeaders {
		if value := r.Header.Get(name); value != "" {
			s.header = append(s.header, name, value)
		}
	}
	return s
}

// headers are those that operations know.
func (s *socket) headers() http.Header {
	h := make(http.Header, len(s.header)/2)
	for i := 0; i < len(s.header); i += 2 {
		h.Set(s.header[i], s.header[i+1])
	}
	return h
}

// begin has the socket served, until it is closed by either side: along with all others, or by
// a goroutine of its own where that cannot be. refused is why it is closed at once; zero for none.
func (s *socket) begin(refused closing) {
	s.wheel.put(s, s.config.InitTimeout)
	s.awake.Store(reading)
	if t, raw, err := s.poller.add(s.conn, s.arrived); err == nil {
		s.ticket, s.raw = t, raw
	}
	// A fresh goroutine: this one holds net/http's buffers and a deep stack.
	go s.guarded(func() {
		switch {
		case refused.code != 0:
			s.close(refused)
		case s.raw == nil:
			s.readAll()
		default:
			s.readArrived()
		}
	})
}

// guarded reads; a panic closes this socket only.
func (s *socket) guarded(read func()) {
	defer func() {
		if cause := recover(); cause != nil {
			slog.Error("panic in a socket", "cause", cause, "stack", string(debug.Stack()))
			s.close(closeFailed)
		}
	}()
	read()
}

// arrived has what has arrived read. It waits for nothing.
func (s *socket) arrived() {
	for {
		switch {
		case s.awake.CompareAndSwap(asleep, reading):
			go s.guarded(s.readArrived)
			return
		case s.awake.CompareAndSwap(reading, again), s.awake.Load() == again:
			return
		}
	}
}

// readBuffers are as long as what is read at a time.
var readBuffers = sync.Pool{New: func() any { return new([readBuffer]byte) }}

// readArrived reads until nothing more has arrived. Once the socket is over nobody reads any more.
func (s *socket) readArrived() {
	buffer, _ := readBuffers.Get().(*[readBuffer]byte)
	defer readBuffers.Put(buffer)
	for !s.over() {
		n, some, err := readNow(s.raw, buffer[:])
		switch {
		case err != nil || some:
			s.took(buffer[:n], err)
		case s.awake.CompareAndSwap(reading, asleep):
			return
		default:
			s.awake.Store(reading)
		}
	}
}

// readAll reads whatever comes, waiting for it.
func (s *socket) readAll() {
	buffer := make([]byte, readBuffer)
	for !s.over() {
		n, err := s.conn.Read(buffer)
		s.took(buffer[:n], err)
	}
}

// took does what was read says. An error, or nothing, is the end of the connection.
func (s *socket) took(data []byte, err error) {
	if err != nil || len(data) == 0 {
		s.close(silently) // or, when it is being closed, it goes on
		return
	}
	start := graphql.Now()
	err = s.frames.feed(data, func(kind int, payload []byte) error { return s.frame(kind, payload, start) })
	switch {
	case err == nil, s.over():
	case errors.Is(err, errTooBig):
		s.close(closeTooBig)
	default:
		s.close(closeBroken)
	}
}

// frame does what a message, or a frame that controls the connection, says.
func (s *socket) frame(kind int, payload []byte, start time.Time) error {
	if s.over() {
		return errClosed
	}
	switch kind {
	case websocket.CloseMessage:
		code, err := closeCode(payload)
		if err != nil {
			return err
		}
		s.close(closing{code: code, answers: true})
		return errClosed
	case websocket.PingMessage:
		s.heard()
		return s.control(websocket.PongMessage, payload)
	case websocket.PongMessage:
		s.heard()
	default:
		s.heard()
		s.receive(kind, payload, start)
	}
	return nil
}

// heard puts off the time at which a silent client is taken for gone. Before
// connection_init nothing does.
func (s *socket) heard() {
	if s.since.Load() != 0 {
		s.since.Store(s.clock())
	}
}

// lookAfter is called now and then: it ends a socket that was not initialised in time, or whose
// client is silent, and pings it otherwise, so that its answers, or their absence, and what is
// between know the connection is in use. It waits for nothing.
func (s *socket) lookAfter() {
	since := s.since.Load()
	switch {
	case since == 0:
		go s.close(closeInitTimeout)
	case s.clock()-since >= int64(2*s.config.PingInterval):
		go s.close(silently)
	default:
		go func() { _ = s.control(websocket.PingMessage, nil) }() // a failure has closed the socket
		s.wheel.put(s, s.config.PingInterval)
	}
}

// receive does what one message says.
func (s *socket) receive(kind int, data []byte, start time.Time) {
	if kind != websocket.TextMessage {
		s.close(closeInvalid(errors.New("A message is text")))
		return
	}
	if !utf8.Valid(data) {
		s.close(closeNotUTF8)
		return
	}
	m, err := readMessage(data)
	if err != nil {
		s.close(closeInvalid(err))
		return
	}
	switch m.kind {
	case kindInit:
		s.initialise(m)
	case kindPing:
		_ = s.send(pongMessage(m.payload)) // a failure has closed the socket
	case kindSubscribe:
		m.params.Headers = s.headers()
		m.params.ReadTime = graphql.TraceTiming{Start: start, End: graphql.Now()}
		s.subscribe(m)
	case kindComplete:
		s.inFlight.abandon(m.id)
	}
}

// initialise answers connection_init: it finds out who the socket is.
func (s *socket) initialise(m clientMessage) {
	if s.request == nil {
		s.close(closeSecondInit)
		return
	}
	var payload map[string]any
	if m.payload != nil && decode(m.payload, &payload) != nil {
		s.close(closeInvalid(errors.New("payload must be an object")))
		return
	}
	r := s.request
	s.request = nil
	s.registry.ask(s.place)
	ctx, v, err := s.config.Authenticate(r, payload)
	if err != nil {
		s.close(s.refused(r.Context(), err, closeUnauthorized))
		return
	}
	switch s.registry.admit(s.place, v, s.config.Scope(v)) {
	case admitFull:
		s.close(closeTooMany)
		return
	case admitEnded:
		s.close(closeForbidden)
		return
	}
	s.inFlight.start(ctx)
	s.since.Store(s.clock())
	s.wheel.put(s, s.config.PingInterval)
	_ = s.send(ackMessage) // a failure has closed the socket
}

// refused is how a socket is closed after a failure to find out who it is.
func (s *socket) refused(ctx context.Context, err error, unauthenticated closing) closing {
	switch {
	case fault.IsCode(err, fault.Unauthenticated):
		return unauthenticated
	case fault.IsCode(err, fault.Forbidden):
		return closeForbidden
	}
	if _, ok := fault.All(err); !ok && !s.over() {
		slog.ErrorContext(ctx, "a socket could not be authenticated", "err", err)
	}
	return closeTryLater
}

// subscribe begins an operation.
func (s *socket) subscribe(m clientMessage) {
	if s.since.Load() == 0 {
		s.close(closeUnauthorized)
		return
	}
	ctx, op, err := s.inFlight.begin(s, m.id, s.config.MaxOperations)
	switch {
	case errors.Is(err, errIDTaken):
		s.close(closeDuplicate(m.id))
	case err != nil:
		_ = s.send(errorMessage(quoted(m.id), gqlerror.List{asError(fault.New(fault.RateLimited, "",
			"A socket runs at most %d operations at a time.", s.config.MaxOperations))}))
	default:
		go s.run(ctx, op, m.params)
	}
}

// run executes the operation, sends its results, and then that it is complete, or what is
// wrong with it. Once either side has completed it nothing of it is sent. One that shares its
// results is left to the share.
func (s *socket) run(ctx context.Context, op *operation, params *graphql.RawParams) {
	defer s.inFlight.end(op)
	attached := false
	refused := s.operations.guarded(ctx, func() gqlerror.List {
		ctx, created, refused := s.operations.create(ctx, params)
		if refused != nil {
			return refused
		}
		if attached = s.shares.join(ctx, op, s.place.viewer, created, params); attached {
			return nil
		}
		return s.operations.results(ctx, created, func(result []byte) error { return s.result(ctx, op, result) })
	})
	if !attached {
		s.last(op, refused)
	}
}

// result sends one result of an operation that its own goroutine executes.
func (s *socket) result(ctx context.Context, op *operation, result []byte) error {
	if err := s.stands(ctx); err != nil {
		return err
	}
	wanted := true
	err := s.write(func() error {
		if wanted = s.inFlight.wanted(op); !wanted {
			return nil
		}
		return s.text(nextMessage(op.label, result))
	})
	if !wanted {
		return errCompleted
	}
	return err
}

// last sends that the operation is complete, or why it was refused.
func (s *socket) last(op *operation, refused gqlerror.List) {
	message := completeMessage(op.label)
	if refused != nil {
		message = errorMessage(op.label, refused)
	}
	_ = s.write(func() error {
		if !s.inFlight.complete(op) {
			return nil
		}
		return s.text(message)
	})
}

// stands closes the socket when its viewer does not stand any more.
func (s *socket) stands(ctx context.Context) error {
	if s.config.Reauthenticate == nil {
		return nil
	}
	err := s.reauthenticate(ctx)
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	s.close(s.refused(ctx, err, closeForbidden))
	return errClosed
}

// reauthenticate asks about the viewer; a panic is an error, of this socket only.
func (s *socket) reauthenticate(ctx context.Context) (err error) {
	defer func() {
		if p := recover(); p != nil {
			slog.ErrorContext(ctx, "panic in a socket", "cause", p, "stack", string(debug.Stack()))
			err = errors.New("server: a panic while a viewer was asked about")
		}
	}()
	return s.config.Reauthenticate(ctx, s.place.viewer)
}
