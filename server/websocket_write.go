package main

import (
	"io"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// frameBuffers hold a frame while it is written.
var frameBuffers = sync.Pool{New: func() any { return new([]byte) }}

// longestKept is how long a buffer for a frame may be to be used again.
const longestKept = 64 << 10

func keepBuffer(buffer *[]byte) {
	if cap(*buffer) <= longestKept {
		frameBuffers.Put(buffer)
	}
}

// send writes one message. An error is only to stop what would send more: the socket is
// closed then.
func (s *socket) send(message []byte) error {
	return s.write(func() error { return s.text(message) })
}

// control writes a frame that controls the connection.
func (s *socket) control(kind int, payload []byte) error {
	return s.write(func() error { return s.frameOf(kind, payload) })
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
func (s *socket) text(message []byte) error { return s.frameOf(websocket.TextMessage, message) }

func (s *socket) frameOf(kind int, payload []byte) error {
	buffer, _ := frameBuffers.Get().(*[]byte)
	defer keepBuffer(buffer)
	*buffer = appendFrame((*buffer)[:0], kind, payload)
	return s.bytes(*buffer, s.config.WriteTimeout)
}

// bytes writes all of it, or gives up.
func (s *socket) bytes(data []byte, patience time.Duration) error {
	_ = s.conn.SetWriteDeadline(time.Now().Add(patience)) // cannot fail: it is noted only
	_, err := s.conn.Write(data)
	_ = s.conn.SetWriteDeadline(time.Time{}) // what is written without waiting has none
	return err
}

// over says whether the socket is closed or being closed.
func (s *socket) over() bool { return s.why.Load() != nil }

// close cancels what runs and tells the client why the socket is closed; the first reason
// counts. When it returns nothing more is written. The socket ends when the client has
// answered, or does not.
func (s *socket) close(why closing) {
	s.why.CompareAndSwap(nil, &why)
	s.inFlight.stop()
	defer s.end()
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
	frame := appendFrame(nil, websocket.CloseMessage, websocket.FormatCloseMessage(why.code, why.text))
	if s.bytes(frame, closePatience) != nil {
		_ = s.conn.Close()
	}
}

// drop cancels what runs and cuts the connection, without a word.
func (s *socket) drop() {
	why := silently
	s.why.CompareAndSwap(nil, &why)
	s.inFlight.stop()
	_ = s.conn.Close()
	s.end()
}

// end has the socket given up, once. Who waits for what arrives waits no longer.
func (s *socket) end() {
	if s.ending.CompareAndSwap(false, true) {
		go s.finish()
	}
}

// finish lets the client read the close frame, when there is one, ends the connection, and
// gives the place back when every operation has returned.
func (s *socket) finish() {
	s.wheel.leave(s)
	if s.raw != nil {
		s.poller.leave(s.ticket)
	}
	s.close(silently) // or, when it is being closed, once that is done
	if why := *s.why.Load(); why != silently && !why.answers {
		s.linger()
	}
	_ = s.conn.Close()
	s.inFlight.done.Wait()
	s.registry.leave(s.place)
}

// linger reads what the client still sends: a connection that is closed with something
// unread is reset, and a reset can overtake the close frame.
func (s *socket) linger() {
	half, ok := s.conn.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil {
		return
	}
	_ = s.conn.SetReadDeadline(time.Now().Add(closeAnswer))
	_, _ = io.Copy(io.Discard, struct{ io.Reader }{s.conn})
}
