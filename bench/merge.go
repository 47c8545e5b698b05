package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/contact/merge"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/ledger"
	kmoney "github.com/kartela/kartela/money"
	"github.com/kartela/kartela/payment"
	"github.com/kartela/kartela/viewer"
)

// mergeRole measures a merge instead of the server: go run ./bench merge.
const mergeRole = "merge"

const (
	mergedDocuments = 50_000 // of the loser, each paid by a payment of its own
	mergeWorkers    = 8      // record payments for both contacts all the while
)

// union is a business of two contacts that are the same one, on a database of its own.
type union struct {
	db              *db.DB
	ctx             context.Context
	survivor, loser uuid.UUID
	contacts        *contact.Service
	ledger          *ledger.Book
	payments        *payment.Service
	merges          *merge.Service

	recorded, others atomic.Int64 // payments of the two, and of a third contact
	third            uuid.UUID
}

// benchMerge merges a contact with a long history into another one while payments are recorded
// for both, and for a third, and holds everything to its sources before, between and after.
func benchMerge(ctx context.Context, target string, out io.Writer) (err error) {
	if target == "" {
		return errors.New("TEST_DATABASE_URL is not set")
	}
	w := &world{base: target, kartela: "kartela_bench_" + strings.ToLower(rand.Text())}
	w.other = w.kartela + "_other" // which is not made
	if w.admin, err = pgx.Connect(ctx, target); err != nil {
		return fmt.Errorf("reach PostgreSQL: %w", err)
	}
	if _, err := w.admin.Exec(ctx, "CREATE DATABASE "+w.kartela); err != nil {
		return fmt.Errorf("make a database: %w", err)
	}
	defer func() { err = errors.Join(err, w.drop(context.WithoutCancel(ctx))) }()
	about("writing a contact with %d documents and as many payments", mergedDocuments)
	u, err := newUnion(ctx, w)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, u.db.Close()) }()
	about("merging")
	if err := u.measure(out); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "Measured on %s.\n", w.machine(ctx))
	return err
}

func newUnion(ctx context.Context, w *world) (*union, error) {
	d, err := db.Open(ctx, w.url(w.kartela))
	if err != nil {
		return nil, err
	}
	u := &union{db: d}
	if _, err := db.Migrate(ctx, d); err != nil {
		return u, err
	}
	c, err := pgx.Connect(ctx, w.url(w.kartela))
	if err != nil {
		return u, fmt.Errorf("reach PostgreSQL: %w", err)
	}
	defer func() { _ = c.Close(ctx) }()
	if err := u.load(ctx, c); err != nil {
		return u, fmt.Errorf("write the business: %w", err)
	}
	u.contacts = &contact.Service{DB: d, Ended: func(viewer.Ended) {}, AccessChanged: func(uuid.UUID) {}}
	u.ledger = &ledger.Book{DB: d, Announce: func(ledger.Moved) {}}
	documents := &document.Service{DB: d, Ledger: u.ledger, Contacts: u.contacts, Now: time.Now}
	u.payments = &payment.Service{DB: d, Ledger: u.ledger, Contacts: u.contacts, Documents: documents, Now: time.Now}
	u.merges = &merge.Service{DB: d, Contacts: u.contacts, Ledger: u.ledger, Ended: func(viewer.Ended) {}, AccessChanged: func(uuid.UUID) {}}
	return u, u.verify()
}

func (u *union) load(ctx context.Context, c *pgx.Conn) error {
	l := &loader{random: mathrand.New(mathrand.NewPCG(1, 2)), now: schema.Now(), org: newID(), owner: newID(), seq: newID(), rows: map[string][][]any{}}
	l.staff()
	u.ctx = viewer.With(ctx, viewer.Viewer{Kind: viewer.Staff, Organization: l.org, User: l.owner, Role: viewer.Owner})
	for i, n := range []int{50, mergedDocuments, 1} {
		id, name := newID(), fmt.Sprintf("Ώριμο %d ΑΕ", i)
		l.add("contacts", id, l.org, l.now, l.now, name, name, "", "", true, "[]", contact.Fold(name), contact.Fold(name))
		a := &account{contact: id}
		for k := range n {
			date := l.now.AddDate(0, 0, (k-n)*700/n).Truncate(24 * time.Hour)
			payable, document := l.document(a, name, "", date, false)
			l.payment(a, document, date, payable)
		}
		l.add("balances", newID(), l.org, l.now, id, "client", "EUR", a.outstanding, 0, a.outstanding, a.seen, a.seen, l.now)
		*[]*uuid.UUID{&u.survivor, &u.loser, &u.third}[i] = id
	}
	l.add("number_counters", newID(), l.org, l.now, l.seq, 0, l.number)
	for _, t := range tables {
		if _, err := c.CopyFrom(ctx, pgx.Identifier{t.name}, strings.Fields(t.columns), pgx.CopyFromRows(l.rows[t.name])); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	_, err := c.Exec(ctx, "VACUUM (ANALYZE)")
	return err
}

func (u *union) verify() error {
	found, err := u.ledger.Verify(u.ctx)
	if err == nil && len(found) > 0 {
		err = fmt.Errorf("%d differences, the first: %s", len(found), found[0])
	}
	return err
}

// record records payments until the context ends.
func (u *union) record(ctx context.Context, worker int) error {
	for n := worker; ctx.Err() == nil; n++ {
		id, counter := []uuid.UUID{u.survivor, u.loser, u.third}[n%3], &u.recorded
		if n%3 == 2 {
			counter = &u.others
		}
		if _, err := u.payments.Record(u.ctx, payment.RecordInput{ContactID: id, Amount: kmoney.MustDecimal("0.01")}); err != nil {
			return err
		}
		counter.Add(1)
	}
	return nil
}

// measure prints how long a merge and its being taken back take, and what others get done
// meanwhile.
func (u *union) measure(out io.Writer) error {
	working, stop := context.WithCancel(u.ctx)
	var wg sync.WaitGroup
	errs := make([]error, mergeWorkers)
	for i := range errs {
		wg.Go(func() { errs[i] = u.record(working, i) })
	}
	const calm = 4 * time.Second
	time.Sleep(calm)
	before := u.recorded.Swap(0) + u.others.Swap(0)
	c, err := u.contacts.Get(u.ctx, u.survivor)
	if err != nil {
		stop()
		return err
	}
	counting, statements := db.CountStatements(u.ctx)
	at := time.Now()
	_, m, err := u.merges.Merge(counting, merge.Input{SurvivorID: u.survivor, SurvivorVersion: c.Version, LoserIDs: []uuid.UUID{u.loser}})
	took := time.Since(at)
	during := u.recorded.Swap(0) + u.others.Swap(0)
	if err == nil {
		time.Sleep(calm)
	}
	after := u.recorded.Swap(0) + u.others.Swap(0)
	stop()
	wg.Wait()
	if err := errors.Join(append(errs, err)...); err != nil {
		return err
	}
	if err := u.verify(); err != nil {
		return err
	}
	perSecond := func(n int64, d time.Duration) string { return fmt.Sprintf("%.0f", float64(n)/d.Seconds()) }
	var b strings.Builder
	markdownTable(&b, [][]string{
		{"merge of a contact with 50,000 documents and payments", "time", "statements", "payments/s before", "during", "after"},
		{fmt.Sprintf("%d workers record payments", mergeWorkers), took.Round(time.Millisecond).String(), fmt.Sprint(statements.Load()),
			perSecond(before, calm), perSecond(during, took), perSecond(after, calm)},
	})
	_, err = fmt.Fprintf(out, "%s\nEverything agrees with its sources (%d entries moved).\n", b.String(), 2*mergedDocuments)
	return errors.Join(err, u.takeBack(out, m))
}

// takeBack is refused, because payments were recorded since; a second merge, with nobody at
// work, is taken back.
func (u *union) takeBack(out io.Writer, m *merge.Merge) error {
	if can, err := m.CanUnmerge(u.ctx); err != nil || can {
		return fmt.Errorf("the merge can be taken back though payments were recorded since: %w", err)
	}
	survivor, err := u.contacts.Get(u.ctx, u.third)
	if err != nil {
		return err
	}
	at := time.Now()
	_, second, err := u.merges.Merge(u.ctx, merge.Input{SurvivorID: u.third, SurvivorVersion: survivor.Version, LoserIDs: []uuid.UUID{u.survivor}})
	if err != nil {
		return err
	}
	merged := time.Since(at)
	at = time.Now()
	if _, _, err := u.merges.Unmerge(u.ctx, merge.UnmergeInput{MergeID: second.ID}); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "With nobody at work: merged in %v, taken back in %v.\n", merged.Round(time.Millisecond), time.Since(at).Round(time.Millisecond))
	return errors.Join(err, u.verify())
}
