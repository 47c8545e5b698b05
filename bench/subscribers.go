package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"github.com/jackc/pgx/v5"
)

const (
	followers = 2000
	pushes    = 15
	settling  = 3 * time.Second // after the sockets are open, before memory is read
)

// crowd is a number of sockets that wait for the same messages.
type crowd struct {
	conns   []*websocket.Conn
	arrived atomic.Int64
	last    chan time.Time // when the last of the crowd had its message
	sample  atomic.Pointer[[]byte]
	failed  atomic.Pointer[error]
	closing atomic.Bool
}

// gather opens the sockets, a few at a time; greet does with each what comes before the
// messages that are awaited.
func gather(ctx context.Context, address string, header http.Header, protocol []string, greet func(*websocket.Conn) error) (*crowd, error) {
	c := &crowd{conns: make([]*websocket.Conn, followers), last: make(chan time.Time, 1)}
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
					c.conns[i], err = conn, greet(conn)
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
	for _, conn := range c.conns {
		go c.read(conn)
	}
	return c, nil
}

func (c *crowd) read(conn *websocket.Conn) {
	for {
		_, message, err := conn.ReadMessage()
		if err != nil {
			if !c.closing.Load() {
				c.failed.Store(&err)
			}
			return
		}
		if n := c.arrived.Add(1); n%followers == 0 {
			now := time.Now()
			c.sample.Store(&message)
			c.last <- now
		}
	}
}

func (c *crowd) leave() {
	c.closing.Store(true)
	for _, conn := range c.conns {
		if conn != nil {
			_ = conn.Close()
		}
	}
}

// pushed has something sent to all and gives how long after began, which push tells, the
// last had it.
func (c *crowd) pushed(ctx context.Context, push func() (began time.Time, err error)) (time.Duration, error) {
	began, err := push()
	if err != nil {
		return 0, err
	}
	select {
	case last := <-c.last:
		return last.Sub(began), nil
	case <-time.After(20 * time.Second):
		if err := c.failed.Load(); err != nil {
			return 0, *err
		}
		return 0, fmt.Errorf("%d of %d subscribers have the message", c.arrived.Load()%followers, followers)
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// watch measures a program with its crowd: base is its memory before the crowd came.
func (c *crowd) watch(ctx context.Context, name string, p *process, base int64, push func() (time.Time, error)) (r socketReport, err error) {
	time.Sleep(settling)
	memory, err := p.resident()
	if err != nil {
		return r, err
	}
	r = socketReport{name: name, each: (memory - base) / followers}
	before, err := p.cpu()
	if err != nil {
		return r, err
	}
	var took []time.Duration
	for range pushes {
		t, err := c.pushed(ctx, push)
		if err != nil {
			return r, fmt.Errorf("%s: %w", name, err)
		}
		took = append(took, t)
		time.Sleep(coolDown)
	}
	after, err := p.cpu()
	if err != nil {
		return r, err
	}
	slices.Sort(took)
	r.median, r.worst = took[len(took)/2], took[len(took)-1]
	r.cpu = (after - before) / (pushes * followers)
	return r, nil
}

// subscribers measures Kartela's server with subscribers of one contact's balance, and the
// bare hub with the same messages.
func subscribers(ctx context.Context, w *world, binary string, r *report) error {
	about("%d subscribers", followers)
	ours, message, err := kartelaSubscribers(ctx, w, binary)
	if err != nil {
		return err
	}
	bare, err := hubSubscribers(ctx, message)
	if err != nil {
		return err
	}
	r.sockets = []socketReport{ours, bare}
	return nil
}

func kartelaSubscribers(ctx context.Context, w *world, binary string) (r socketReport, message []byte, err error) {
	commits, stop, err := w.commits(ctx)
	if err != nil {
		return r, nil, err
	}
	defer stop()
	p, err := startKartela(ctx, binary, w.url(w.kartela))
	if err != nil {
		return r, nil, err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	program, hot := ofKartela(p, w.kartela), w.business.hot
	if _, err := once(ctx, p.address, program.payment(hot[0])); err != nil { // opens what is opened once
		return r, nil, err
	}
	<-commits
	base, err := p.resident()
	if err != nil {
		return r, nil, err
	}
	subscribe := []byte(fmt.Sprintf(`{"id":"1","type":"subscribe","payload":{"query":%s,"variables":{"ids":["%s"]}}}`,
		marshal(`subscription Follow($ids: [ID!]!) { balanceChanged(contactIds: $ids) { contactId balances { side currency outstanding { amount } credit { amount } net { amount } version } } }`), hot[0].contact))
	c, err := gather(ctx, p.address+"/graphql", http.Header{"Authorization": {"Bearer " + token}}, []string{"graphql-transport-ws"}, func(conn *websocket.Conn) error {
		return talk(conn, []byte(`{"type":"connection_init"}`), subscribe)
	})
	if err != nil {
		return r, nil, err
	}
	defer c.leave()
	asking, err := dial(ctx, p.address)
	if err != nil {
		return r, nil, err
	}
	defer func() { _ = asking.conn.Close() }()
	next := program.payments(hot)
	r, err = c.watch(ctx, "Kartela", p, base, func() (time.Time, error) {
		if _, err := asking.ask(next(), discard); err != nil {
			return time.Time{}, err
		}
		return <-commits, nil
	})
	if err == nil {
		message = *c.sample.Load()
	}
	return r, message, err
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

// commits tells when the transactions that move a balance of Kartela's database were
// committed: a trigger has the database say so, and it does at the commit.
func (w *world) commits(ctx context.Context) (_ <-chan time.Time, stop func(), err error) {
	c, err := pgx.Connect(ctx, w.url(w.kartela))
	if err != nil {
		return nil, nil, fmt.Errorf("reach PostgreSQL: %w", err)
	}
	for _, s := range []string{
		`CREATE FUNCTION bench_moved() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('bench_moved', ''); RETURN NULL; END $$`,
		`CREATE TRIGGER bench_moved AFTER UPDATE ON balances FOR EACH STATEMENT EXECUTE FUNCTION bench_moved()`,
		`LISTEN bench_moved`,
	} {
		if _, err := c.Exec(ctx, s); err != nil {
			_ = c.Close(ctx)
			return nil, nil, fmt.Errorf("listen for commits: %w", err)
		}
	}
	out := make(chan time.Time, 1)
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		for {
			if _, err := c.WaitForNotification(ctx); err != nil {
				return
			}
			out <- time.Now()
		}
	}()
	return out, func() {
		cancel()
		_ = c.Close(context.WithoutCancel(ctx))
	}, nil
}

func hubSubscribers(ctx context.Context, message []byte) (r socketReport, err error) {
	p, err := startSelf(ctx, hubRole, "")
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	publish := post(p.address, "/publish?name=it", string(message))
	if _, err := once(ctx, p.address, publish); err != nil {
		return r, err
	}
	base, err := p.resident()
	if err != nil {
		return r, err
	}
	c, err := gather(ctx, p.address+"/socket", nil, nil, func(conn *websocket.Conn) error { return talk(conn, []byte("it")) })
	if err != nil {
		return r, err
	}
	defer c.leave()
	asking, err := dial(ctx, p.address)
	if err != nil {
		return r, err
	}
	defer func() { _ = asking.conn.Close() }()
	return c.watch(ctx, "bare gorilla hub", p, base, func() (time.Time, error) {
		began := time.Now()
		_, err := asking.ask(publish, func(body io.Reader) error { _, err := io.Copy(io.Discard, body); return err })
		return began, err
	})
}
