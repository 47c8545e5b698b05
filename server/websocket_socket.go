package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"github.com/gorilla/websocket"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/viewer"
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

// socket speaks graphql-transport-ws over one connection. Its goroutine reads; whoever has
// something to send writes, holding the lock.
type socket struct {
	*sockets
	conn  *websocket.Conn
	place *place

	// Of the reading goroutine.
	request *http.Request // until connection_init
	header  http.Header   // of the request, without what lets in
	viewer  viewer.Viewer
	ready   bool // connection_init was acknowledged

	why      atomic.Pointer[closing] // set: nothing is written any more but a close frame that says it
	inFlight inFlight

	writing sync.Mutex
	closed  bool        // the close frame was written, or there is none to write
	ping    *time.Timer // nil before the socket is acknowledged
}

func newSocket(all *sockets, conn *websocket.Conn, p *place, r *http.Request) *socket {
	s := &socket{sockets: all, conn: conn, place: p, request: r, header: r.Header.Clone()}
	for _, secret := range []string{"Authorization", "Cookie", "Sec-Websocket-Key"} {
		s.header.Del(secret)
	}
	conn.SetPingHandler(s.pinged)
	conn.SetPongHandler(func(string) error { s.heard(); return nil })
	return s
}

// refusal is why a socket is closed as soon as it is open; zero for none.
func (s *socket) refusal(originAllowed bool) closing {
	switch {
	case !originAllowed:
		return closeForbidden
	case s.conn.Subprotocol() != subprotocol:
		return closeUnacceptable
	}
	return closing{}
}

// serve reads messages until the socket is closed by either side.
func (s *socket) serve(refused closing) {
	defer s.finish()
	defer func() {
		if cause := recover(); cause != nil {
			slog.Error("panic in a socket", "cause", cause, "stack", string(debug.Stack()))
			s.close(closeFailed)
		}
	}()
	if refused.code != 0 {
		s.close(refused)
		return
	}
	s.deadline(s.config.InitTimeout)
	for !s.over() {
		kind, r, err := s.conn.NextReader()
		start := graphql.Now()
		var data []byte
		if err == nil {
			data, err = io.ReadAll(r)
		}
		if err != nil {
			s.lost(err)
			return
		}
		s.heard()
		s.receive(kind, data, start)
	}
}

// heard puts off the time at which a silent client is taken for gone. Before
// connection_init nothing does.
func (s *socket) heard() {
	if s.ready {
		s.deadline(2 * s.config.PingInterval)
	}
}

// deadline bounds the read that comes, unless the socket is being closed.
func (s *socket) deadline(d time.Duration) {
	_ = s.conn.SetReadDeadline(time.Now().Add(d)) // fails on a closed connection only
	if s.over() {
		_ = s.conn.SetReadDeadline(time.Now().Add(closeAnswer))
	}
}

// pinged answers a ping of the WebSocket protocol.
func (s *socket) pinged(data string) error {
	s.heard()
	err := s.conn.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(s.config.WriteTimeout))
	if errors.Is(err, websocket.ErrCloseSent) {
		return nil
	}
	return err
}

// lost tells the client, where there is something to tell, why its last read failed.
func (s *socket) lost(err error) {
	var closed *websocket.CloseError
	var network net.Error
	switch {
	case s.over():
	case errors.As(err, &closed): // by the client, or its connection broke
	case errors.As(err, &network) && network.Timeout():
		if !s.ready {
			s.close(closeInitTimeout)
		}
	case errors.Is(err, websocket.ErrReadLimit):
		s.close(closeTooBig)
	default:
		s.close(closeBroken)
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
		m.params.Headers = s.header
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
	s.viewer, s.ready = v, true
	s.inFlight.start(ctx)
	s.heard()
	s.keepAlive()
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

// keepAlive pings the client now and then, so that its answers, or their absence, and what
// is between know the connection is in use.
func (s *socket) keepAlive() {
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.over() {
		return
	}
	s.ping = time.AfterFunc(s.config.PingInterval, func() {
		if s.write(func() error {
			return s.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(s.config.WriteTimeout))
		}) == nil {
			s.ping.Reset(s.config.PingInterval)
		}
	})
}

// subscribe begins an operation.
func (s *socket) subscribe(m clientMessage) {
	if !s.ready {
		s.close(closeUnauthorized)
		return
	}
	ctx, op, err := s.inFlight.begin(m.id, s.config.MaxOperations)
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
// wrong with it. Once either side has completed it nothing of it is sent.
func (s *socket) run(ctx context.Context, op *operation, params *graphql.RawParams) {
	defer s.inFlight.end(op)
	refused := s.operations.run(ctx, params, func(result []byte) error {
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
	})
	last := completeMessage(op.label)
	if refused != nil {
		last = errorMessage(op.label, refused)
	}
	_ = s.write(func() error {
		if !s.inFlight.complete(op) {
			return nil
		}
		return s.text(last)
	})
}

// stands closes the socket when its viewer does not stand any more.
func (s *socket) stands(ctx context.Context) error {
	if s.config.Reauthenticate == nil {
		return nil
	}
	err := s.config.Reauthenticate(ctx, s.viewer)
	if err == nil || ctx.Err() != nil {
		return ctx.Err()
	}
	s.close(s.refused(ctx, err, closeForbidden))
	return errClosed
}

// send writes one message. An error is only to stop what would send more: the socket is
// closed then.
func (s *socket) send(message []byte) error {
	return s.write(func() error { return s.text(message) })
}

// write has do write, unless the socket is over. A client that does not take what is
// written is dropped.
func (s *socket) write(do func() error) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	if s.over() {
		return errClosed
	}
	err := do()
	if err != nil {
		s.drop()
	}
	return err
}

// text writes a message; for use within write.
func (s *socket) text(message []byte) error {
	_ = s.conn.SetWriteDeadline(time.Now().Add(s.config.WriteTimeout)) // cannot fail: it is noted only
	return s.conn.WriteMessage(websocket.TextMessage, message)
}

// over says whether the socket is closed or being closed.
func (s *socket) over() bool { return s.why.Load() != nil }

// close cancels what runs and tells the client why the socket is closed; the first reason
// counts. When it returns nothing more is written. The reading goroutine ends when the
// client has answered, or does not.
func (s *socket) close(why closing) {
	s.why.CompareAndSwap(nil, &why)
	s.inFlight.stop()
	_ = s.conn.SetReadDeadline(time.Now().Add(closeAnswer))
	if !s.writing.TryLock() {
		cut := time.AfterFunc(closePatience, func() { _ = s.conn.Close() })
		s.writing.Lock()
		cut.Stop()
	}
	defer s.writing.Unlock()
	if s.closed {
		return
	}
	s.closed = true
	why = *s.why.Load()
	if why == silently {
		_ = s.conn.Close()
		return
	}
	frame := websocket.FormatCloseMessage(why.code, why.text)
	err := s.conn.WriteControl(websocket.CloseMessage, frame, time.Now().Add(closePatience))
	if err != nil && !errors.Is(err, websocket.ErrCloseSent) { // the library says 1002 and 1009 itself
		_ = s.conn.Close()
	}
}

// drop cancels what runs and cuts the connection, without a word.
func (s *socket) drop() {
	why := silently
	s.why.CompareAndSwap(nil, &why)
	s.inFlight.stop()
	_ = s.conn.Close()
}

// finish lets the client read the close frame, when there is one, ends the connection, and
// gives the place back when every operation has returned.
func (s *socket) finish() {
	s.close(silently) // or, when it is being closed, once that is done
	s.writing.Lock()
	if s.ping != nil {
		s.ping.Stop()
	}
	s.writing.Unlock()
	if *s.why.Load() != silently {
		s.linger()
	}
	_ = s.conn.Close()
	s.inFlight.done.Wait()
	s.registry.leave(s.place)
}

// linger reads what the client still sends: a connection that is closed with something
// unread is reset, and a reset can overtake the close frame.
func (s *socket) linger() {
	conn := s.conn.NetConn()
	half, ok := conn.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil {
		return
	}
	_ = conn.SetReadDeadline(time.Now().Add(closeAnswer))
	_, _ = io.Copy(io.Discard, conn)
}
