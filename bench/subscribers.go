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
	"syscall"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
	"github.com/jackc/pgx/v5"

	"github.com/kartela/kartela/contact"
)

const (
	subscribersRole = "subscribers" // as an argument: this part alone

	followers = 10_000
	pushes    = 15
	settling  = 5 * time.Second // after the sockets are open, before memory is read
	paceEach  = time.Second / 500
	pacedFor  = 15 * time.Second
)

// pushing is a program whose subscribers are measured: it opens crowds, and pushes.
type pushing struct {
	name    string
	process *process
	own     func(ctx context.Context) (*crowd, error)                                     // each follows something else
	one     func(ctx context.Context) (*crowd, error)                                     // all follow the same
	push    func(ctx context.Context, c *client, i int) (began time.Time, err error)      // to the one of so many, or to all: -1
	commits func(ctx context.Context, began map[int]time.Time) (map[int]time.Time, error) // when what was pushed was so, where that is later
}

// benchSubscribers measures the subscribers alone.
func benchSubscribers(ctx context.Context, target string, markdown bool, out io.Writer) (err error) {
	if target == "" {
		return errors.New("TEST_DATABASE_URL is not set: run `make bench`")
	}
	binary, clean, err := buildServer(ctx)
	if err != nil {
		return err
	}
	defer clean()
	w, err := newWorld(ctx, target)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.drop(context.WithoutCancel(ctx))) }()
	r := &report{machine: w.machine(ctx)}
	if err := subscribers(ctx, w, binary, r); err != nil {
		return err
	}
	return r.print(out, markdown)
}

// subscribers measures Kartela's server with subscribers of balances, and the bare hub with the
// same messages.
func subscribers(ctx context.Context, w *world, binary string, r *report) error {
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil || files.Max < followers+1000 {
		return fmt.Errorf("%d files may be open, %d subscribers need more: raise the hard limit", files.Max, followers)
	}
	about("%d subscribers of Kartela", followers)
	ours, message, err := kartelaSubscribers(ctx, w, binary)
	if err != nil {
		return err
	}
	about("%d subscribers of the bare hub", followers)
	bare, err := hubSubscribers(ctx, message)
	if err != nil {
		return err
	}
	r.sockets = []socketReport{ours, bare}
	return w.verify(ctx, w.kartela)
}

func kartelaSubscribers(ctx context.Context, w *world, binary string) (r socketReport, message []byte, err error) {
	followed, err := w.follow(ctx)
	if err != nil {
		return r, nil, err
	}
	p, err := startKartela(ctx, binary, w.url(w.kartela))
	if err != nil {
		return r, nil, err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	address, header, protocol := p.address+"/graphql", http.Header{"Authorization": {"Bearer " + token}}, []string{"graphql-transport-ws"}
	query := marshal(`subscription Follow($ids: [ID!]!) { balanceChanged(contactIds: $ids) { contactId balances { side currency outstanding { amount } credit { amount } net { amount } version } } }`)
	follow := func(of func(i int) uuid.UUID) func(ctx context.Context) (*crowd, error) {
		return func(ctx context.Context) (*crowd, error) {
			return gather(ctx, address, header, protocol, func(i int, conn *websocket.Conn) error {
				return talk(conn, []byte(`{"type":"connection_init"}`),
					fmt.Appendf(nil, `{"id":"1","type":"subscribe","payload":{"query":%s,"variables":{"ids":["%s"]}}}`, query, of(i)))
			})
		}
	}
	hot := w.business.hot[0].contact
	head, date := marshal(paymentMutation), today()
	k := &pushing{name: "Kartela", process: p,
		own: follow(func(i int) uuid.UUID { return followed[i] }), one: follow(func(int) uuid.UUID { return hot }),
		push: func(_ context.Context, c *client, i int) (time.Time, error) {
			to := hot
			if i >= 0 {
				to = followed[i]
			}
			began := time.Now()
			_, err := c.ask(post(p.address, "/graphql", fmt.Sprintf(`{"query":%s,"variables":{"input":{"contactId":"%s","amount":"%s","currency":"EUR","date":"%s","reference":"bench"}}}`,
				head, to, paid, date)), discard)
			return began, err
		},
		commits: func(ctx context.Context, began map[int]time.Time) (map[int]time.Time, error) {
			return w.commits(ctx, followed, hot, began)
		}}
	r, c, err := k.measure(ctx)
	if err == nil {
		message = *c.sample.Load()
	}
	return r, message, err
}

// follow makes as many contacts as there are subscribers, and has the database note when a
// balance was moved: as the last thing before the commit, which is a little before it is there.
func (w *world) follow(ctx context.Context) ([]uuid.UUID, error) {
	c, err := pgx.Connect(ctx, w.url(w.kartela))
	if err != nil {
		return nil, fmt.Errorf("reach PostgreSQL: %w", err)
	}
	defer func() { _ = c.Close(ctx) }()
	ids, rows := make([]uuid.UUID, followers), make([][]any, followers)
	now := time.Now().UTC().Truncate(time.Microsecond)
	for i := range ids {
		ids[i] = newID()
		name := fmt.Sprintf("Follow %05d", i)
		rows[i] = []any{ids[i], w.business.organization, now, now, name, name, true, "[]", contact.Fold(name), contact.Fold(name)}
	}
	columns := []string{"id", "organization_id", "created_at", "updated_at", "company", "display_name", "is_client", "default_taxes", "search", "sort_name"}
	if _, err := c.CopyFrom(ctx, pgx.Identifier{"contacts"}, columns, pgx.CopyFromRows(rows)); err != nil {
		return nil, fmt.Errorf("write contacts: %w", err)
	}
	for _, s := range []string{
		`CREATE UNLOGGED TABLE bench_moved (contact_id uuid NOT NULL, at timestamptz NOT NULL)`,
		`CREATE FUNCTION bench_moved() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
			INSERT INTO bench_moved VALUES (NEW.contact_id, clock_timestamp()); RETURN NULL; END $$`,
		`CREATE CONSTRAINT TRIGGER bench_moved AFTER INSERT OR UPDATE ON balances DEFERRABLE INITIALLY DEFERRED
			FOR EACH ROW EXECUTE FUNCTION bench_moved()`,
		`VACUUM (ANALYZE) contacts`,
	} {
		if _, err := c.Exec(ctx, s); err != nil {
			return nil, fmt.Errorf("note commits: %w", err)
		}
	}
	return ids, nil
}

// commits gives when the last payment of each that was pushed was committed, by its number.
func (w *world) commits(ctx context.Context, followed []uuid.UUID, hot uuid.UUID, began map[int]time.Time) (map[int]time.Time, error) {
	c, err := pgx.Connect(ctx, w.url(w.kartela))
	if err != nil {
		return nil, fmt.Errorf("reach PostgreSQL: %w", err)
	}
	defer func() { _ = c.Close(ctx) }()
	rows, err := c.Query(ctx, `SELECT contact_id, max(at) FROM bench_moved GROUP BY contact_id`)
	if err != nil {
		return nil, fmt.Errorf("read commits: %w", err)
	}
	by := map[uuid.UUID]time.Time{}
	var id uuid.UUID
	var at time.Time
	if _, err := pgx.ForEachRow(rows, []any{&id, &at}, func() error { by[id] = at; return nil }); err != nil {
		return nil, fmt.Errorf("read commits: %w", err)
	}
	out := map[int]time.Time{}
	for i := range began {
		to := hot
		if i >= 0 {
			to = followed[i]
		}
		if out[i] = by[to]; out[i].IsZero() {
			return nil, fmt.Errorf("no commit is noted of payment %d", i)
		}
	}
	return out, nil
}

func hubSubscribers(ctx context.Context, message []byte) (r socketReport, err error) {
	p, err := startSelf(ctx, hubRole, "")
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	name := func(i int) string { return fmt.Sprintf("n%d", i) }
	follow := func(of func(i int) string) func(ctx context.Context) (*crowd, error) {
		return func(ctx context.Context) (*crowd, error) {
			return gather(ctx, p.address+"/socket", nil, nil, func(i int, conn *websocket.Conn) error { return talk(conn, []byte(of(i))) })
		}
	}
	h := &pushing{name: "bare gorilla hub", process: p, own: follow(name), one: follow(func(int) string { return name(-1) }),
		push: func(_ context.Context, c *client, i int) (time.Time, error) {
			began := time.Now()
			_, err := c.ask(post(p.address, "/publish?name="+name(i), string(message)),
				func(body io.Reader) error { _, err := io.Copy(io.Discard, body); return err })
			return began, err
		},
		commits: func(_ context.Context, began map[int]time.Time) (map[int]time.Time, error) { return began, nil }}
	r, _, err = h.measure(ctx)
	return r, err
}

// measure opens a crowd each of whom follows something else, and then one that follows the same.
func (k *pushing) measure(ctx context.Context) (r socketReport, c *crowd, err error) {
	r.name = k.name
	asking, err := dial(ctx, k.process.address)
	if err != nil {
		return r, nil, err
	}
	defer func() { _ = asking.conn.Close() }()
	if _, err := k.push(ctx, asking, -1); err != nil { // opens what is opened once
		return r, nil, err
	}
	time.Sleep(settling)
	base, err := k.process.resident()
	if err != nil {
		return r, nil, err
	}
	if c, err = k.own(ctx); err != nil {
		return r, nil, err
	}
	if r.each, err = memory(k.process, base); err == nil {
		err = k.paced(ctx, c, &r)
	}
	c.leave()
	if err != nil {
		return r, nil, fmt.Errorf("%s: %w", k.name, err)
	}
	if c, err = k.one(ctx); err != nil {
		return r, nil, err
	}
	defer c.leave()
	if _, err := memory(k.process, base); err != nil { // the time to settle
		return r, nil, err
	}
	return r, c, k.together(ctx, asking, c, &r)
}

// paced pushes to one after the other of those who follow something else, so many a second, over
// many connections, and holds when each had it.
func (k *pushing) paced(ctx context.Context, c *crowd, r *socketReport) error {
	began, errs := make([]time.Time, followers), make([]error, writers)
	var next atomic.Int64
	var done sync.WaitGroup
	start := time.Now()
	for n := range writers {
		asking, err := dial(ctx, k.process.address)
		if err != nil {
			return err
		}
		done.Go(func() {
			defer func() { _ = asking.conn.Close() }()
			for i := next.Add(1) - 1; errs[n] == nil && time.Duration(i)*paceEach < pacedFor && i < followers && ctx.Err() == nil; i = next.Add(1) - 1 {
				time.Sleep(time.Until(start.Add(time.Duration(i) * paceEach)))
				began[i], errs[n] = k.push(ctx, asking, int(i))
			}
		})
	}
	done.Wait()
	took := time.Since(start)
	if err := errors.Join(append(errs, ctx.Err())...); err != nil {
		return err
	}
	pushed := map[int]time.Time{}
	for i, at := range began {
		if !at.IsZero() {
			pushed[i] = at
		}
	}
	r.rate = float64(len(pushed)) / took.Seconds()
	for end := time.Now().Add(10 * time.Second); c.arrived.Load() < int64(len(pushed)) && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	if n := c.arrived.Load(); n != int64(len(pushed)) {
		return fmt.Errorf("%d of %d messages have come", n, len(pushed))
	}
	c.arrived.Store(0)
	committed, err := k.commits(ctx, pushed)
	if err != nil {
		return err
	}
	for i, at := range committed {
		r.own.latencies = append(r.own.latencies, time.Duration(c.heard[i].Load()-at.UnixNano()))
	}
	return nil
}

// together pushes to all who follow the same, some times.
func (k *pushing) together(ctx context.Context, asking *client, c *crowd, r *socketReport) error {
	before, err := k.process.cpu()
	if err != nil {
		return err
	}
	var took []time.Duration
	for range pushes {
		began, err := k.push(ctx, asking, -1)
		if err != nil {
			return fmt.Errorf("%s: %w", k.name, err)
		}
		last, err := c.all(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", k.name, err)
		}
		at, err := k.commits(ctx, map[int]time.Time{-1: began})
		if err != nil {
			return err
		}
		took = append(took, last.Sub(at[-1]))
		time.Sleep(coolDown)
	}
	after, err := k.process.cpu()
	if err != nil {
		return err
	}
	slices.Sort(took)
	r.median, r.worst = took[len(took)/2], took[len(took)-1]
	r.cpu = (after - before) / (pushes * followers)
	return nil
}
