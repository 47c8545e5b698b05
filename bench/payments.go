package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/day"
	kdocument "github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/ledger"
	kmoney "github.com/kartela/kartela/money"
	"github.com/kartela/kartela/payment"
	"github.com/kartela/kartela/viewer"
)

// paymentsRole measures payment.Service.Record instead of the server: go run ./bench payments.
const paymentsRole = "payments"

const (
	payers        = 10_000 // contacts, with a payment and an unpaid invoice each
	payingRounds  = 4      // of each program at each task
	payingTime    = 3 * time.Second
	payingEnough  = 0.7 // of the hand-written throughput, on many contacts
	payingHotEver = 0.5 // on one
)

// till is one of the two that record payments, each on its own database.
type till struct {
	name     string
	database string
	record   func(context.Context, target) error
	done     int // payments that were answered
}

// benchPayments compares payment.Service.Record with the statements that it runs, written out by
// hand and sent in one round trip.
func benchPayments(ctx context.Context, base string, out io.Writer) (err error) {
	if base == "" {
		return errors.New("TEST_DATABASE_URL is not set")
	}
	debug.SetGCPercent(200) // as the server
	w := &world{base: base, kartela: "kartela_bench_" + strings.ToLower(rand.Text())}
	w.other = w.kartela + "_other"
	if w.admin, err = pgx.Connect(ctx, base); err != nil {
		return fmt.Errorf("reach PostgreSQL: %w", err)
	}
	defer func() { err = errors.Join(err, w.drop(context.WithoutCancel(ctx))) }()
	about("writing %d contacts", payers)
	l, err := w.payers(ctx)
	if err != nil {
		return err
	}
	tills, clean, err := w.tills(ctx, l)
	if err != nil {
		return err
	}
	defer clean()
	if err := sameStatements(ctx, tills[0], l.out.many[0]); err != nil {
		return err
	}
	if err := w.pay(ctx, tills, l.out, out); err != nil {
		return err
	}
	for _, t := range tills {
		kept, told, err := w.recorded(ctx, t.database)
		if err != nil {
			return err
		}
		if kept -= payers; kept != t.done || told != t.done {
			return fmt.Errorf("%s answered %d payments, kept %d and told of %d", t.name, t.done, kept, told)
		}
		if err := w.verify(ctx, t.database); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(out, "Everything agrees with its sources in both databases.\nMeasured on %s.\n", w.machine(ctx))
	return err
}

// sameStatements holds that the service runs as many statements as are written out by hand.
func sameStatements(ctx context.Context, service *till, t target) error {
	counting, n := db.CountStatements(ctx)
	if err := service.record(counting, t); err != nil {
		return err
	}
	service.done++
	if n.Load() != handStatements {
		return fmt.Errorf("the service runs %d statements, %d are written out by hand: make them the same", n.Load(), handStatements)
	}
	return nil
}

// payers makes the two databases, alike in every row.
func (w *world) payers(ctx context.Context) (*loader, error) {
	if _, err := w.admin.Exec(ctx, "CREATE DATABASE "+w.kartela); err != nil {
		return nil, fmt.Errorf("make a database: %w", err)
	}
	l := &loader{random: mathrand.New(mathrand.NewPCG(1, 2)), now: schema.Now(), org: newID(), owner: newID(), seq: newID(), rows: map[string][][]any{}}
	l.out = &business{organization: l.org}
	l.staff()
	for i := range payers {
		l.payer(i)
	}
	l.add("number_counters", newID(), l.org, l.now, l.seq, 0, l.number)
	if err := w.written(ctx, l); err != nil {
		return nil, err
	}
	if _, err := w.admin.Exec(ctx, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s", w.other, w.kartela)); err != nil {
		return nil, fmt.Errorf("copy the database: %w", err)
	}
	return l, nil
}

// payer writes a contact with an invoice that was paid and one that was not; the last one has
// many, large ones.
func (l *loader) payer(i int) {
	id, name, hot, n := newID(), fmt.Sprintf("Παντοπωλείο %05d ΑΕ", i), i == payers-1, 1
	into := &l.out.many
	if hot {
		n, into = hotDocuments, &l.out.hot
	}
	l.add("contacts", id, l.org, l.now, l.now, name, name, "Τρόφιμα και ποτά", "", true, "[]", contact.Fold(name), contact.Fold(name))
	a := &account{contact: id}
	payable, before := l.document(a, name, "", l.now.AddDate(0, -1, 0).Truncate(24*time.Hour), false)
	l.payment(a, before, l.now.Truncate(24*time.Hour), payable)
	for range n {
		_, document := l.document(a, name, "", l.now.Truncate(24*time.Hour), hot)
		*into = append(*into, target{id, document})
	}
	l.add("balances", newID(), l.org, l.now, id, "client", "EUR", a.outstanding, 0, a.outstanding, a.seen, a.seen, l.now)
}

// written makes the tables and copies the rows into them.
func (w *world) written(ctx context.Context, l *loader) error {
	d, err := db.Open(ctx, w.url(w.kartela))
	if err != nil {
		return err
	}
	_, err = db.Migrate(ctx, d)
	if err = errors.Join(err, d.Close()); err != nil {
		return err
	}
	c, err := pgx.Connect(ctx, w.url(w.kartela))
	if err != nil {
		return fmt.Errorf("reach PostgreSQL: %w", err)
	}
	defer func() { _ = c.Close(ctx) }()
	for _, t := range tables {
		if _, err := c.CopyFrom(ctx, pgx.Identifier{t.name}, strings.Fields(t.columns), pgx.CopyFromRows(l.rows[t.name])); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	_, err = c.Exec(ctx, "VACUUM (ANALYZE)")
	return err
}

// tills are the service as the API calls it, and the statements by hand, with as many
// connections.
func (w *world) tills(ctx context.Context, l *loader) (_ []*till, clean func(), err error) {
	d, err := db.Open(ctx, w.url(w.kartela))
	if err != nil {
		return nil, nil, err
	}
	config, err := pgxpool.ParseConfig(w.url(w.other))
	if err != nil {
		return nil, nil, errors.Join(err, d.Close())
	}
	config.MaxConns = int32(max(16, 4*runtime.NumCPU())) // as the server
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, nil, errors.Join(err, d.Close())
	}
	v := viewer.Viewer{Kind: viewer.Staff, Organization: l.org, User: l.owner, Role: viewer.Owner}
	h := &payingHand{pool: pool, organization: l.org, actor: l.owner}
	return []*till{
		{name: "payment.Service.Record", database: w.kartela, record: recorder(d, v)},
		{name: "its statements in one round trip", database: w.other, record: h.record},
	}, func() { pool.Close(); _ = d.Close() }, nil
}

// recorder calls the service as a resolver does, with a key of its own for each payment.
func recorder(d *db.DB, v viewer.Viewer) func(context.Context, target) error {
	book := &ledger.Book{DB: d, Announce: func(ledger.Moved) {}}
	contacts := &contact.Service{DB: d, Ended: func(viewer.Ended) {}, AccessChanged: func(uuid.UUID) {}}
	documents := &kdocument.Service{DB: d, Ledger: book, Contacts: contacts, Now: time.Now, Changed: func(_, _, _ uuid.UUID) {}}
	payments := &payment.Service{DB: d, Ledger: book, Contacts: contacts, Documents: documents, Now: time.Now}
	date, currency, amount := day.Date(today()), kmoney.Currency("EUR"), kmoney.MustDecimal(paid)
	return func(ctx context.Context, t target) error {
		key := newID().String()
		ctx = db.WithRequest(viewer.With(ctx, v), db.Request{Key: key, Hash: sha256.Sum256([]byte(key))})
		_, err := payments.Record(ctx, payment.RecordInput{ContactID: t.contact, Date: &date, Amount: amount, Currency: &currency, Reference: "bench",
			Allocations: []*payment.AllocationInput{{DocumentID: t.document, Amount: amount}}})
		return err
	}
}

// pay measures both at both tasks and prints the ratios.
func (w *world) pay(ctx context.Context, tills []*till, b *business, out io.Writer) error {
	var text strings.Builder
	rows := [][]string{{"payments, 32 at once", "program", "payments/s", "CPU each", "database CPU each", "allocations each", "p50", "p99", "limit"}}
	for _, task := range []struct {
		name    string
		targets []target
		least   float64
	}{{"many contacts", b.many, payingEnough}, {"one contact", b.hot, payingHotEver}} {
		about("payments, %s", task.name)
		got, err := w.inTurns(ctx, tills, task.targets)
		if err != nil {
			return fmt.Errorf("%s: %w", task.name, err)
		}
		for i, t := range tills {
			f := got[i]
			rows = append(rows, []string{task.name, t.name, fmt.Sprintf("%.0f", f.perSecond()), milliseconds(f.cpuEach()), milliseconds(f.databaseEach()),
				fmt.Sprint(f.mallocs / uint64(max(1, f.count()))), milliseconds(f.percentile(50)), milliseconds(f.percentile(99)), ""})
		}
		rows = append(rows, []string{"", "ratio", ratio(got[0].perSecond(), got[1].perSecond()), ratio(float64(got[0].cpuEach()), float64(got[1].cpuEach())),
			ratio(float64(got[0].databaseEach()), float64(got[1].databaseEach())), "", ratio(float64(got[0].percentile(50)), float64(got[1].percentile(50))),
			ratio(float64(got[0].percentile(99)), float64(got[1].percentile(99))), fmt.Sprintf("%.2f of payments/s", task.least)})
	}
	plainTable(&text, rows)
	_, err := io.WriteString(out, text.String()+"\n")
	return err
}

// takings are the figures of one till.
type takings struct {
	figures
	mallocs uint64
}

// inTurns has one till after the other record payments, several times.
func (w *world) inTurns(ctx context.Context, tills []*till, targets []target) (out [2]*takings, err error) {
	for i := range tills {
		out[i] = &takings{}
	}
	for round := range payingRounds + 1 {
		for i, t := range tills {
			into := out[i]
			if round == 0 { // to warm up
				into = &takings{}
			}
			if err := w.takingTurn(ctx, t, targets, into); err != nil {
				return out, fmt.Errorf("%s: %w", t.name, err)
			}
		}
	}
	return out, nil
}

func (w *world) takingTurn(ctx context.Context, t *till, targets []target, into *takings) error {
	runtime.GC()
	time.Sleep(coolDown)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	backends := w.backends(ctx, t.database)
	cpu, err := cpuOf(os.Getpid())
	if err != nil {
		return err
	}
	got, err := take(ctx, t.record, targets)
	if err != nil {
		return err
	}
	t.done += got.count()
	took, err := cpuOf(os.Getpid())
	if err != nil {
		return err
	}
	runtime.ReadMemStats(&after)
	into.add(got)
	into.cpu += took - cpu
	into.database += w.backends(ctx, t.database) - backends
	into.mallocs += after.Mallocs - before.Mallocs
	return nil
}

// take records payments by all writers for some time.
func take(ctx context.Context, record func(context.Context, target) error, targets []target) (sample, error) {
	samples, errs := make([]sample, writers), make([]error, writers)
	var next atomic.Int64
	var done sync.WaitGroup
	began := time.Now()
	until := began.Add(payingTime)
	for i := range samples {
		done.Go(func() {
			for ctx.Err() == nil && time.Now().Before(until) && errs[i] == nil {
				at := time.Now()
				errs[i] = record(ctx, targets[int(next.Add(1)-1)%len(targets)])
				samples[i].latencies = append(samples[i].latencies, time.Since(at))
			}
		})
	}
	done.Wait()
	var out sample
	for _, s := range samples {
		out.add(s)
	}
	out.took = time.Since(began)
	return out, errors.Join(append(errs, ctx.Err())...)
}
