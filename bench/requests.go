package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
)

// How the requests are made. Both programs are asked in turns, several times each, so that
// what else goes on in the machine meets both.
const (
	readers  = 16
	writers  = 32
	warmUp   = time.Second
	turns    = 3
	coolDown = 100 * time.Millisecond
)

// task is one thing that both programs do.
type task struct {
	name        string
	connections int
	next        func(*program) func() []byte
}

// figures are what one program did of one task.
type figures struct {
	sample
	cpu      time.Duration // of the program
	database time.Duration // of the database's processes for it; 0 when they cannot be seen
}

func (f *figures) cpuEach() time.Duration { return f.cpu / time.Duration(max(1, f.count())) }

func (f *figures) databaseEach() time.Duration { return f.database / time.Duration(max(1, f.count())) }

// requests compares the answers of both programs and then their speed.
func requests(ctx context.Context, w *world, binary string, each time.Duration, r *report) (err error) {
	one, err := startKartela(ctx, binary, w.url(w.kartela))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, one.stop()) }()
	two, err := startSelf(ctx, handWrittenRole, w.url(w.other))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, two.stop()) }()
	both := []*program{ofKartela(one, w.kartela), ofHandWritten(two, w.other)}
	if err := same(ctx, both, w.business); err != nil {
		return err
	}
	counts := []int{1, 1} // same made one payment each
	for _, t := range []task{
		{"contact page", readers, func(p *program) func() []byte { return p.pages }},
		{"recordPayment, many contacts", writers, func(p *program) func() []byte { return p.payments(w.business.many) }},
		{"recordPayment, one contact", writers, func(p *program) func() []byte { return p.payments(w.business.hot) }},
	} {
		about("%s, %d connections", t.name, t.connections)
		got, err := w.compare(ctx, both, t, each, counts)
		if err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
		r.tasks = append(r.tasks, taskReport{t, got})
	}
	return w.settled(ctx, both, counts)
}

// same holds that both programs give the same answers.
func same(ctx context.Context, both []*program, b *business) error {
	for _, question := range []struct { // in this order: the payment changes the page
		name string
		of   func(*program) []byte
		made []string
	}{
		{name: "contact page", of: func(p *program) []byte { return p.page }},
		{"recordPayment", func(p *program) []byte { return p.payment(b.many[0]) }, []string{
			"data.recordPayment.payment.id", "data.recordPayment.payment.createdAt", "data.recordPayment.balances.updatedAt"}},
	} {
		name := question.name
		var answers [2]any
		for i, p := range both {
			raw, err := once(ctx, p.process.address, question.of(p))
			if err == nil {
				answers[i], err = plain(raw, question.made...)
			}
			if err != nil {
				return fmt.Errorf("%s of %s: %w", name, p.name, err)
			}
		}
		if diff := cmp.Diff(answers[0], answers[1]); diff != "" || !strings.Contains(fmt.Sprint(answers[0]), "outstanding") {
			return fmt.Errorf("%s: the answers differ (-Kartela +hand-written):\n%s", name, diff)
		}
	}
	return nil
}

// compare measures both programs at a task, in turns. It counts what was asked of each in
// payments, when it is payments.
func (w *world) compare(ctx context.Context, both []*program, t task, each time.Duration, payments []int) (out [2]*figures, err error) {
	next := [2]func() []byte{}
	for i, p := range both {
		out[i], next[i] = &figures{}, t.next(p)
		got, err := press(ctx, p.process.address, t.connections, warmUp, next[i])
		if err != nil {
			return out, fmt.Errorf("%s: %w", p.name, err)
		}
		if t.connections == writers {
			payments[i] += got.count()
		}
	}
	for range turns {
		for i, p := range both {
			if err := w.turn(ctx, p, t, each/turns, next[i], out[i]); err != nil {
				return out, fmt.Errorf("%s: %w", p.name, err)
			}
		}
	}
	for i := range both {
		if t.connections == writers {
			payments[i] += out[i].count()
		}
	}
	return out, nil
}

func (w *world) turn(ctx context.Context, p *program, t task, d time.Duration, next func() []byte, f *figures) error {
	time.Sleep(coolDown)
	before, err := p.process.cpu()
	if err != nil {
		return err
	}
	backends := w.backends(ctx, p.database)
	got, err := press(ctx, p.process.address, t.connections, d, next)
	if err != nil {
		return err
	}
	after, err := p.process.cpu()
	if err != nil {
		return err
	}
	f.add(got)
	f.cpu += after - before
	f.database += w.backends(ctx, p.database) - backends
	return nil
}

// backends is the CPU time of the database's processes that serve connections to the
// database; 0 where they are not processes of this machine.
func (w *world) backends(ctx context.Context, database string) (sum time.Duration) {
	rows, err := w.admin.Query(ctx, "SELECT pid FROM pg_stat_activity WHERE datname = $1", database)
	if err != nil {
		return 0
	}
	pids, err := pgx.CollectRows(rows, pgx.RowTo[int])
	if err != nil {
		return 0
	}
	for _, pid := range pids {
		name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
		if err != nil || !strings.HasPrefix(string(name), "postgres") {
			return 0
		}
		took, err := cpuOf(pid)
		if err != nil {
			return 0
		}
		sum += took
	}
	return sum
}

// settled holds that every payment that was answered is kept and told of, and that what is
// kept in both databases agrees with its sources.
func (w *world) settled(ctx context.Context, both []*program, counts []int) error {
	about("verifying both databases")
	var before int
	for range contacts - 1 {
		before += perContact - unpaid
	}
	for i, p := range both {
		payments, told, err := w.recorded(ctx, p.database)
		if err != nil {
			return fmt.Errorf("count payments: %w", err)
		}
		if payments-before != counts[i] || told != counts[i] {
			return fmt.Errorf("%s answered %d payments, kept %d and told of %d", p.name, counts[i], payments-before, told)
		}
		if err := w.verify(ctx, p.database); err != nil {
			return err
		}
	}
	return nil
}
