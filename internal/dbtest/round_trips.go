package dbtest

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"sync/atomic"
	"testing"

	"github.com/kartela/kartela/internal/db"
)

// RoundTrips opens a PostgreSQL database through a connection that counts how often its client
// waits for an answer: the number of round trips is a property that tests hold.
func RoundTrips(t testing.TB, target string) (*db.DB, *atomic.Int64) {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	n := new(atomic.Int64)
	go accept(context.WithoutCancel(t.Context()), listener, u.Host, n)
	u.Host = listener.Addr().String()
	return open(t, u.String()), n
}

// accept passes connections on until the listener is closed.
func accept(ctx context.Context, listener net.Listener, host string, n *atomic.Int64) {
	for {
		client, err := listener.Accept()
		if err != nil {
			return
		}
		server, err := (&net.Dialer{}).DialContext(ctx, "tcp", host)
		if err != nil {
			_ = client.Close()
			return
		}
		go func() {
			_, _ = io.Copy(client, server)
			_ = client.Close()
		}()
		go func() {
			passOn(server, client, n)
			_ = server.Close()
		}()
	}
}

// Messages of PostgreSQL's protocol after which a client waits for an answer.
const (
	simpleQuery = 'Q'
	syncing     = 'S'
)

// passOn passes the messages of a client on, and counts those after which it waits. The first
// message of a connection has no type.
func passOn(server io.Writer, client io.Reader, n *atomic.Int64) {
	header := make([]byte, 0, 5)
	for typed := 0; ; typed = 1 {
		header = header[:4+typed]
		if _, err := io.ReadFull(client, header); err != nil {
			return
		}
		if typed == 1 && (header[0] == simpleQuery || header[0] == syncing) {
			n.Add(1)
		}
		if _, err := server.Write(header); err != nil {
			return
		}
		if _, err := io.CopyN(server, client, int64(binary.BigEndian.Uint32(header[typed:]))-4); err != nil {
			return
		}
	}
}
