package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
	"pgregory.net/rapid"

	"github.com/kartela/kartela/viewer"
)

// masked is a frame as a client sends it.
func masked(first byte, payload []byte, mask [4]byte) []byte {
	out := appendHeader([]byte{}, 0, len(payload))
	out[0] = first
	out[1] |= maskBit
	out = append(out, mask[:]...)
	for i, b := range payload {
		out = append(out, b^mask[i%4])
	}
	return out
}

type taken struct {
	Kind    int
	Payload string
}

// Messages in any number of frames, with frames that control the connection between them, that
// arrive in any pieces, are what was sent.
func TestFramesArePutTogetherHoweverTheyArrive(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var sent []byte
		var want, got []taken
		mask := func() [4]byte {
			return [4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(rt, "mask"))
		}
		for range rapid.IntRange(1, 6).Draw(rt, "messages") {
			kind := rapid.SampledFrom([]int{websocket.TextMessage, websocket.BinaryMessage}).Draw(rt, "kind")
			length := rapid.SampledFrom([]int{0, 1, 7, 8, 125, 126, 127, 300, 65535, 65536, 70000}).Draw(rt, "length")
			payload := bytes.Repeat([]byte("αβγ,"), length/7+1)[:length]
			parts := rapid.IntRange(1, 4).Draw(rt, "frames")
			for i := range parts {
				first := byte(opContinues)
				if i == 0 {
					first = byte(kind)
				}
				if i == parts-1 {
					first |= finalBit
				}
				sent = append(sent, masked(first, payload[i*length/parts:(i+1)*length/parts], mask())...)
				if i < parts-1 && rapid.Bool().Draw(rt, "a ping between") {
					sent = append(sent, masked(finalBit|websocket.PingMessage, []byte("ping"), mask())...)
					want = append(want, taken{websocket.PingMessage, "ping"})
				}
			}
			want = append(want, taken{kind, string(payload)})
		}
		f := frames{limit: 70000}
		for len(sent) > 0 {
			n := min(len(sent), rapid.SampledFrom([]int{1, 2, 3, 5, 14, 200, 4096, 100_000}).Draw(rt, "piece"))
			if err := f.feed(bytes.Clone(sent[:n]), func(kind int, payload []byte) error {
				got = append(got, taken{kind, string(payload)})
				return nil
			}); err != nil {
				rt.Fatal(err)
			}
			sent = sent[n:]
		}
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Errorf("messages (-want +got):\n%s", diff)
		}
		if f.pending != nil || f.message != nil {
			rt.Errorf("a buffer is kept: %d and %d bytes", len(f.pending), len(f.message))
		}
	})
}

func TestWhatIsNoFrameIsRefused(t *testing.T) {
	text := func(b ...byte) []byte { return b }
	long := func(first byte, length uint64) []byte {
		return append(binary.BigEndian.AppendUint64([]byte{first, 127 | maskBit}, length), 0, 0, 0, 0)
	}
	for name, tt := range map[string]struct {
		sent []byte
		err  error
	}{
		"not masked":                        {text(finalBit|websocket.TextMessage, 0), errFrame},
		"a reserved bit":                    {text(finalBit|0x40|websocket.TextMessage, maskBit), errFrame},
		"a reserved kind":                   {text(finalBit|3, maskBit), errFrame},
		"a reserved kind that controls":     {text(finalBit|11, maskBit), errFrame},
		"a continuation of nothing":         {text(finalBit|opContinues, maskBit), errFrame},
		"a message within a message":        {append(masked(websocket.TextMessage, []byte("x"), [4]byte{}), text(finalBit|websocket.TextMessage, maskBit)...), errFrame},
		"a ping in two":                     {text(websocket.PingMessage, maskBit), errFrame},
		"a long ping":                       {text(finalBit|websocket.PingMessage, maskBit|126), errFrame},
		"longer than may be":                {long(finalBit|websocket.TextMessage, 101), errTooBig},
		"longer than can be":                {long(finalBit|websocket.TextMessage, 1<<63), errTooBig},
		"longer than may be, in two frames": {append(masked(websocket.TextMessage, make([]byte, 60), [4]byte{}), masked(finalBit|opContinues, make([]byte, 41), [4]byte{})...), errTooBig},
	} {
		t.Run(name, func(t *testing.T) {
			f := frames{limit: 100}
			if err := f.feed(tt.sent, func(int, []byte) error { return nil }); !errors.Is(err, tt.err) {
				t.Errorf("%v", err)
			}
		})
	}
}

// raw is the connection of a client that writes bytes of its own.
func (c *fakeClient) raw(data []byte) {
	c.t.Helper()
	if _, err := c.conn.NetConn().Write(data); err != nil {
		c.t.Fatal(err)
	}
}

func TestAConnectionThatBreaksTheProtocolIsClosed(t *testing.T) {
	s := serveFake(t, nil, nil)
	for name, sent := range map[string][]byte{
		"a frame that is not masked":         {finalBit | websocket.TextMessage, 0},
		"a close frame with half a code":     masked(finalBit|websocket.CloseMessage, []byte{3}, [4]byte{}),
		"a close code that nobody may send":  masked(finalBit|websocket.CloseMessage, []byte{0x03, 0xee}, [4]byte{}),
		"a close frame with words, no UTF-8": masked(finalBit|websocket.CloseMessage, []byte{0x03, 0xe8, 0xff}, [4]byte{}),
	} {
		t.Run(name, func(t *testing.T) {
			c := s.enter(t, "")
			c.raw(sent)
			c.closes(websocket.CloseProtocolError, "")
		})
	}
}

func TestACloseFrameIsAnsweredWithItsCode(t *testing.T) {
	s := serveFake(t, nil, nil)
	for name, tt := range map[string]struct {
		sent []byte
		code int
	}{
		"a code": {websocket.FormatCloseMessage(4999, "Bye"), 4999},
		"none":   {nil, websocket.CloseNoStatusReceived},
	} {
		t.Run(name, func(t *testing.T) {
			c := s.enter(t, "")
			c.raw(masked(finalBit|websocket.CloseMessage, tt.sent, [4]byte{1, 2, 3, 4}))
			c.closes(tt.code, "")
			await(t, "the end of the connection", s.listener.of(c).closed)
		})
	}
}

// Who sends half of a frame and then nothing holds up nobody, and goes on later, or is dropped.
func TestHalfAFrameWaitsForItsOtherHalf(t *testing.T) {
	s := serveFake(t, nil, nil)
	half, other := s.enter(t, ""), s.enter(t, "")
	frame := masked(finalBit|websocket.TextMessage, []byte(`{"type":"ping","payload":{"a":1}}`), [4]byte{9, 8, 7, 6})
	for _, cut := range []int{1, 2, 5, 6, 20, len(frame) - 1} {
		half.raw(frame[:cut])
		for range 3 {
			other.answers()
		}
		half.raw(frame[cut:])
		half.hears(`{"type":"pong","payload":{"a":1}}`)
	}
}

func TestHalfAFrameIsNoSignOfLife(t *testing.T) {
	s := serveFake(t, nil, func(c *socketsConfig) { c.PingInterval = 20 * time.Millisecond })
	c := s.enter(t, "")
	gone := s.listener.of(c).closed
	frame := masked(finalBit|websocket.TextMessage, bytes.Repeat([]byte(" "), 100_000), [4]byte{})
	for at := 0; ; at = (at + 1) % len(frame) { // byte after byte, and no pong
		select {
		case <-gone:
			return
		default:
			if _, err := c.conn.NetConn().Write(frame[at : at+1]); err != nil {
				await(t, "the end of the connection", gone)
				return
			}
		}
	}
}

// Sockets come, speak and go in every way at once, and leave nothing behind.
func TestSocketsComeAndGo(t *testing.T) {
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
	ways := []func(c *fakeClient){
		func(c *fakeClient) { _ = c.conn.Close() },
		func(c *fakeClient) { // a reset
			_ = c.conn.NetConn().(*net.TCPConn).SetLinger(0)
			_ = c.conn.Close()
		},
		func(c *fakeClient) { // the client closes, and reads to the end
			_ = c.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""), time.Now().Add(patience))
			_, _ = io.Copy(io.Discard, c.conn.NetConn())
			_ = c.conn.Close()
		},
		func(c *fakeClient) { // the server closes
			_ = c.conn.WriteMessage(websocket.TextMessage, []byte(`{`))
			_, _ = io.Copy(io.Discard, c.conn.NetConn())
			_ = c.conn.Close()
		},
	}
	var done sync.WaitGroup
	for i := range 8 {
		done.Go(func() {
			for n := range 40 {
				client := s.enter(t, []string{"anna", "boris", "clara"}[n%3])
				if n%4 != 0 {
					client.subscribe("1", followTicks)
				}
				ways[(i+n)%len(ways)](client)
			}
		})
	}
	done.Wait()
	close(stop)
	<-stopped
	until(t, "nothing left", func() bool { return left(s) == 0 })
}

// left counts what sockets that are gone might have left behind.
func left(s *fakeServer) int {
	s.registry.mu.Lock()
	n := len(s.registry.places)
	s.registry.mu.Unlock()
	s.wheel.mu.Lock()
	n += s.wheel.count
	s.wheel.mu.Unlock()
	s.shares.mu.Lock()
	n += len(s.shares.by)
	s.shares.mu.Unlock()
	return n + s.poller.seated()
}

// A connection without a file, such as TLS, is served by a goroutine of its own, and all else is
// the same.
func TestSocketsOfConnectionsWithoutAFile(t *testing.T) {
	c, s := serveTally(t, nil)
	s.listener.opaque.Store(true)
	stays, ends, breaks := s.enter(t, "anna"), s.enter(t, "boris"), s.enter(t, "")
	for _, client := range []*fakeClient{stays, ends} {
		client.subscribe("1", followTicks)
	}
	stays.ticks(0, viewer.Owner)
	ends.ticks(0, viewer.Sales)
	c.set(1)
	stays.ticks(1, viewer.Owner)
	ends.ticks(1, viewer.Sales)
	s.End(viewer.Ended{User: boris.User})
	ends.closes(4403, "Forbidden")
	breaks.say(`{`)
	breaks.closes(4400, "")
	if err := stays.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""), time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	stays.closes(1000, "")
	for _, client := range []*fakeClient{stays, ends, breaks} {
		_ = client.conn.Close()
	}
	until(t, "nothing left", func() bool { return left(s) == 0 })
}

func TestASilentClientOfAConnectionWithoutAFileIsDropped(t *testing.T) {
	s := serveFake(t, nil, func(c *socketsConfig) { c.PingInterval = 20 * time.Millisecond })
	s.listener.opaque.Store(true)
	c := s.enter(t, "")
	await(t, "the end of the connection", s.listener.of(c).closed)
}
