package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	natsserver "github.com/nats-io/nats-server/v2/server"

	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/viewer"
)

var rounds = flag.Int("rounds", 1, "how often each failure is made under load")

// recovery is how long a subscriber may take after a failure is over.
const recovery = 5 * time.Second

// Two processes of one database are at work, with followers at both, when one is killed, the
// database is cut off, or NATS ends. When that is over, what every follower was told last is
// what the database has.
func TestFollowersAreRightAgainAfterEveryFailure(t *testing.T) {
	for name, failures := range map[string][]string{"notify": {"kill", "database"}, "nats": {"kill", "database", "nats"}} {
		t.Run(name, func(t *testing.T) {
			p := startPair(t, name == "nats")
			for round := range *rounds {
				for _, failure := range failures {
					took := p.round(failure)
					t.Logf("round %d: %s: right again %d ms after it was over", round+1, failure, took.Milliseconds())
				}
			}
		})
	}
}

// pair is two processes of one database behind a relay that can be cut.
type pair struct {
	t         *testing.T
	ctx       context.Context
	d         *db.DB
	cut       *cuttable
	nats      *natsserver.Server
	processes []*victim
	contacts  []string
	token     string
	followers []*failureFollower
}

func startPair(t *testing.T, nats bool) *pair {
	t.Helper()
	ctx, cancel := context.WithTimeout(viewer.AsSystem(context.Background(), "a test"), time.Duration(60+60**rounds)*time.Second)
	t.Cleanup(cancel)
	target := dbtest.PostgresURL(t)
	d, err := db.Open(ctx, target)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	p := &pair{t: t, ctx: ctx, d: d}
	t.Run("make", func(t *testing.T) {
		owner := startServer(t, d, config{Data: filepath.Join(t.TempDir(), "files")}).owner(t)
		p.token = owner.token
		for range 3 {
			p.contacts = append(p.contacts, owner.client("C", ""))
		}
	})
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	p.cut = cutTo(t, u.Host)
	u.Host = p.cut.address
	env := []string{servesEnv + "=1", "DATABASE_URL=" + u.String()}
	if nats {
		p.nats = startNATS(t, -1)
		env = append(env, "NATS_URL="+p.nats.ClientURL())
	}
	for range 2 {
		v := &victim{t: t, address: freeAddress(t), up: make(chan struct{})}
		v.env = append([]string{"KARTELA_ADDR=" + v.address, "KARTELA_DATA=" + t.TempDir()}, env...)
		v.begin()
		t.Cleanup(v.kill)
		p.processes = append(p.processes, v)
		for range 3 {
			f := &failureFollower{p: p, address: v.address, last: map[string]standing{}}
			p.followers = append(p.followers, f)
			go f.run()
		}
	}
	return p
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// round makes a failure under load, and gives how long after its end all followers were right.
func (p *pair) round(failure string) time.Duration {
	p.t.Helper()
	load, stop := context.WithCancel(p.ctx)
	answered, failed := make(chan struct{}, 1000), make(chan struct{}, 1000)
	var writers sync.WaitGroup
	for w := range 4 {
		writers.Go(func() { p.pay(load, w, answered, failed) })
	}
	take := func(from <-chan struct{}, n int) {
		for range n {
			select {
			case <-from:
			case <-p.ctx.Done():
				p.t.Fatal("the load stands still")
			}
		}
	}
	take(answered, 20)
	switch failure {
	case "kill":
		p.processes[0].kill()
		take(failed, 1)
		p.processes[0].begin()
	case "database":
		p.cut.close()
		take(failed, 4)
		p.cut.open()
	case "nats":
		port := p.nats.Addr().(*net.TCPAddr).Port
		p.nats.Shutdown()
		p.nats.WaitForShutdown()
		take(answered, 20)
		p.nats = startNATS(p.t, port)
	}
	over := time.Now()
	stop()
	writers.Wait()
	p.right(over.Add(recovery))
	return time.Since(over)
}

// pay records payments at both processes in turn, each under one key until it is answered.
func (p *pair) pay(ctx context.Context, writer int, answered, failed chan<- struct{}) {
	for n := 0; ctx.Err() == nil; n++ {
		key := fmt.Sprintf("%d-%d-%d", time.Now().UnixNano(), writer, n)
		body, err := json.Marshal(vars{"query": recordPayment, "variables": vars{"input": vars{"contactId": p.contacts[n%3], "amount": "1.00"}}})
		if err != nil {
			p.t.Error(err)
			return
		}
		for ctx.Err() == nil {
			asking, cancel := context.WithTimeout(ctx, 2*time.Second)
			err := askPayment(asking, p.processes[(writer+n)%2].address, p.token, key, body)
			cancel()
			if err == nil {
				tick(answered)
				break
			}
			tick(failed)
			select { // no faster than a client would
			case <-ctx.Done():
			case <-time.After(20 * time.Millisecond):
			}
		}
	}
}

func tick(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func askPayment(ctx context.Context, address, token, key string, body []byte) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+"/graphql", bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Idempotency-Key", key)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }()
	got, err := io.ReadAll(answer.Body)
	if err == nil && bytes.Contains(got, []byte(`"errors"`)) {
		err = fmt.Errorf("%s", got)
	}
	return err
}

// right waits until every follower was told what the database has.
func (p *pair) right(until time.Time) {
	p.t.Helper()
	want := map[string]standing{}
	for {
		rows, err := p.d.Balance.Query().All(p.ctx)
		if err != nil {
			p.t.Fatal(err)
		}
		for _, b := range rows {
			want[b.ContactID.String()] = standing{b.Version, money.New(b.Net, b.Currency).Amount().String()}
		}
		wrong := ""
		for i, f := range p.followers {
			wrong += f.differs(i, want)
		}
		if wrong == "" {
			return
		}
		if time.Now().After(until) {
			p.t.Fatalf("%v after the failure was over:\n%s", recovery, wrong)
		}
		select {
		case <-p.ctx.Done():
		case <-time.After(10 * time.Millisecond): // until it holds
		}
	}
}

// standing is where a contact stands.
type standing struct {
	version int64
	net     string
}

// failureFollower is a client that follows the contacts, and begins anew whenever it is cut off.
type failureFollower struct {
	p       *pair
	address string

	mu   sync.Mutex
	last map[string]standing
}

func (f *failureFollower) differs(i int, want map[string]standing) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out strings.Builder
	for id, w := range want {
		if got := f.last[id]; got != w {
			fmt.Fprintf(&out, "follower %d was told %v of %s, which stands at %v\n", i, got, id, w)
		}
	}
	return out.String()
}

func (f *failureFollower) run() {
	for f.p.ctx.Err() == nil {
		f.follow()
		select {
		case <-f.p.ctx.Done():
		case <-time.After(50 * time.Millisecond): // as clients do
		}
	}
}

// follow reads one connection to its end.
func (f *failureFollower) follow() {
	d := websocket.Dialer{Subprotocols: []string{"graphql-transport-ws"}, HandshakeTimeout: 2 * time.Second}
	conn, answer, err := d.DialContext(f.p.ctx, "ws://"+f.address+"/graphql", nil)
	if err != nil {
		return
	}
	_ = answer.Body.Close()
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(f.p.ctx, func() { _ = conn.Close() })()
	_ = conn.WriteJSON(vars{"type": "connection_init", "payload": vars{"authorization": "Bearer " + f.p.token}})
	_ = conn.WriteJSON(vars{"type": "subscribe", "id": "1", "payload": vars{"query": followOne, "variables": vars{"ids": f.p.contacts}}})
	for {
		var m struct {
			Type    string
			Payload struct {
				Data struct {
					BalanceChanged struct {
						ContactID string
						Balances  []struct {
							Net     struct{ Amount string }
							Version int64
						}
					}
				}
			}
		}
		_, raw, err := conn.ReadMessage()
		if err != nil {
			return
		}
		if err := json.Unmarshal(raw, &m); err != nil || m.Type == "error" || m.Type == "complete" {
			return
		}
		if m.Type == "ping" {
			_ = conn.WriteJSON(vars{"type": "pong"})
		}
		c := m.Payload.Data.BalanceChanged
		if len(c.Balances) == 1 {
			f.told(c.ContactID, standing{c.Balances[0].Version, c.Balances[0].Net.Amount})
		}
	}
}

func (f *failureFollower) told(contact string, now standing) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if was := f.last[contact]; now.version < was.version {
		f.p.t.Errorf("told %v after %v", now, was)
	}
	f.last[contact] = now
}

// cuttable passes connections on to an address, until it is closed, and again when opened.
type cuttable struct {
	t               *testing.T
	address, target string

	mu       sync.Mutex
	listener net.Listener
	conns    map[net.Conn]struct{}
}

func cutTo(t *testing.T, target string) *cuttable {
	t.Helper()
	c := &cuttable{t: t, target: target, address: freeAddress(t), conns: map[net.Conn]struct{}{}}
	c.open()
	t.Cleanup(c.close)
	return c
}

func (c *cuttable) open() {
	l, err := net.Listen("tcp", c.address)
	if err != nil {
		c.t.Error(err)
		return
	}
	c.mu.Lock()
	c.listener = l
	c.mu.Unlock()
	go func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			go c.pass(from)
		}
	}()
}

// close refuses connections, and cuts those that there are.
func (c *cuttable) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.listener.Close()
	for conn := range c.conns {
		_ = conn.Close()
	}
	clear(c.conns)
}

func (c *cuttable) pass(from net.Conn) {
	defer func() { _ = from.Close() }()
	to, err := net.Dial("tcp", c.target)
	if err != nil {
		return
	}
	defer func() { _ = to.Close() }()
	c.mu.Lock()
	c.conns[from], c.conns[to] = struct{}{}, struct{}{}
	c.mu.Unlock()
	done := make(chan struct{}, 2)
	for _, way := range [][2]net.Conn{{from, to}, {to, from}} {
		go func() {
			_, _ = io.Copy(way[0], way[1])
			done <- struct{}{}
		}()
	}
	<-done
	c.mu.Lock()
	delete(c.conns, from)
	delete(c.conns, to)
	c.mu.Unlock()
}
