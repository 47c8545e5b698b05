package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// crowd is a number of sockets that wait for messages. It reads no more of them than their
// lengths, because it takes CPU from what is measured.
type crowd struct {
	conns   []net.Conn
	arrived atomic.Int64
	heard   []atomic.Int64 // when each had its last message, in nanoseconds of Unix time
	last    chan time.Time // when as many messages had come as there are sockets
	sample  atomic.Pointer[[]byte]
	failed  atomic.Pointer[error]
	closing atomic.Bool
}

// gather opens the sockets, a few at a time; greet does with each what comes before the
// messages that are awaited.
func gather(ctx context.Context, address string, header http.Header, protocol []string, greet func(i int, conn *websocket.Conn) error) (*crowd, error) {
	c := &crowd{conns: make([]net.Conn, followers), heard: make([]atomic.Int64, followers), last: make(chan time.Time, 1)}
	dialer := websocket.Dialer{HandshakeTimeout: 30 * time.Second, ReadBufferSize: 1024, WriteBufferSize: 512, Subprotocols: protocol}
	errs := make([]error, followers)
	var next atomic.Int64
	var done sync.WaitGroup
	for range 8 {
		done.Go(func() {
			for i := next.Add(1) - 1; i < followers && ctx.Err() == nil; i = next.Add(1) - 1 {
				conn, response, err := dialer.DialContext(ctx, "ws://"+address, header)
				if response != nil {
					_ = response.Body.Close()
				}
				if err == nil {
					c.conns[i], err = conn.NetConn(), greet(int(i), conn)
				}
				errs[i] = err
			}
		})
	}
	done.Wait()
	if err := errors.Join(append(errs, ctx.Err())...); err != nil {
		c.leave()
		return nil, err
	}
	for i, conn := range c.conns {
		go c.read(i, conn)
	}
	return c, nil
}

// read reads the messages of one socket, none of them longer than 64 kB.
func (c *crowd) read(i int, conn net.Conn) {
	buffer := make([]byte, 2048)
	kept := 0
	for {
		n, err := conn.Read(buffer[kept:])
		if err != nil {
			if !c.closing.Load() {
				c.failed.Store(&err)
			}
			return
		}
		now := time.Now()
		data := buffer[:kept+n]
		for {
			kind, payload, size := frame(data)
			if size == 0 || size > len(data) {
				break
			}
			switch kind {
			case websocket.TextMessage:
				c.had(i, now, payload)
			case websocket.PingMessage:
				_, err = conn.Write([]byte{0x80 | websocket.PongMessage, 0x80, 0, 0, 0, 0})
			}
			data = data[size:]
		}
		if kept = copy(buffer, data); err != nil || kept == len(buffer) {
			err = errors.Join(err, errors.New("a message is too long"))
			c.failed.Store(&err)
			return
		}
	}
}

func (c *crowd) had(i int, now time.Time, message []byte) {
	c.heard[i].Store(now.UnixNano())
	if n := c.arrived.Add(1); n%followers == 0 {
		kept := append([]byte(nil), message...)
		c.sample.Store(&kept)
		select {
		case c.last <- now:
		default:
		}
	}
}

// frame is what the data begins with, of a server's frame; size is 0 when its header is not whole.
func frame(data []byte) (kind int, payload []byte, size int) {
	if len(data) < 2 {
		return 0, nil, 0
	}
	begin, length := 2, int(data[1])
	if length == 126 {
		if len(data) < 4 {
			return 0, nil, 0
		}
		begin, length = 4, int(binary.BigEndian.Uint16(data[2:]))
	}
	if len(data) < begin+length {
		return 0, nil, 0
	}
	return int(data[0] & 0x0f), data[begin : begin+length], begin + length
}

func (c *crowd) leave() {
	c.closing.Store(true)
	for _, conn := range c.conns {
		if conn != nil {
			_ = conn.Close()
		}
	}
}

// all waits until each has had a message, and gives when the last had it.
func (c *crowd) all(ctx context.Context) (time.Time, error) {
	select {
	case last := <-c.last:
		return last, nil
	case <-time.After(20 * time.Second):
		if err := c.failed.Load(); err != nil {
			return time.Time{}, *err
		}
		return time.Time{}, fmt.Errorf("%d of %d subscribers have the message", c.arrived.Load()%followers, followers)
	case <-ctx.Done():
		return time.Time{}, ctx.Err()
	}
}

// memory is what a program takes for each of the crowd; base is its memory before the crowd came.
func memory(p *process, base int64) (int64, error) {
	time.Sleep(settling)
	now, err := p.resident()
	return (now - base) / followers, err
}

// talk sends messages and reads one answer to each.
func talk(conn *websocket.Conn, messages ...[]byte) error {
	for _, m := range messages {
		if err := conn.WriteMessage(websocket.TextMessage, m); err != nil {
			return err
		}
		if _, _, err := conn.ReadMessage(); err != nil {
			return err
		}
	}
	return nil
}
