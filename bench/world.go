package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"runtime"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/viewer"
)

// world is the two databases, alike in every row when they are made, and what is in them.
type world struct {
	admin    *pgx.Conn
	base     string // a URL of the server
	kartela  string // the database of Kartela's server
	other    string // the database of the hand-written one
	business *business
}

func newWorld(ctx context.Context, target string) (w *world, err error) {
	admin, err := pgx.Connect(ctx, target)
	if err != nil {
		return nil, fmt.Errorf("reach PostgreSQL: %w", err)
	}
	name := "kartela_bench_" + strings.ToLower(rand.Text())
	w = &world{admin: admin, base: target, kartela: name, other: name + "_other"}
	if _, err := admin.Exec(ctx, "CREATE DATABASE "+w.kartela); err != nil {
		return nil, fmt.Errorf("make a database: %w", err)
	}
	defer func() {
		if err != nil {
			_ = w.drop(context.WithoutCancel(ctx))
		}
	}()
	if err := w.fill(ctx); err != nil {
		return nil, err
	}
	if _, err := admin.Exec(ctx, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s", w.other, w.kartela)); err != nil {
		return nil, fmt.Errorf("copy the database: %w", err)
	}
	return w, nil
}

// fill makes the tables as the server would, and the business in them.
func (w *world) fill(ctx context.Context) error {
	d, err := db.Open(ctx, w.url(w.kartela))
	if err != nil {
		return err
	}
	_, err = db.Migrate(ctx, d)
	if closing := d.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return err
	}
	c, err := pgx.Connect(ctx, w.url(w.kartela))
	if err != nil {
		return fmt.Errorf("reach PostgreSQL: %w", err)
	}
	defer func() { _ = c.Close(ctx) }()
	if w.business, err = load(ctx, c); err != nil {
		return fmt.Errorf("write the business: %w", err)
	}
	if _, err := c.Exec(ctx, "VACUUM (ANALYZE)"); err != nil {
		return fmt.Errorf("vacuum: %w", err)
	}
	if _, err := c.Exec(ctx, "CHECKPOINT"); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	return w.verify(ctx, w.kartela)
}

func (w *world) url(database string) string {
	u, err := url.Parse(w.base)
	if err != nil {
		panic(err) // a connection was made with it
	}
	u.Path = "/" + database
	return u.String()
}

// verify computes every balance, and all else that is kept beside its source, anew.
func (w *world) verify(ctx context.Context, database string) error {
	d, err := db.Open(ctx, w.url(database))
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	book := ledger.Book{DB: d, Announce: func(ledger.Moved) {}}
	found, err := book.Verify(viewer.AsSystem(ctx, "bench: verify"))
	if err != nil {
		return err
	}
	if len(found) > 0 {
		return fmt.Errorf("%s: %d differences, the first: %s", database, len(found), found[0])
	}
	return nil
}

// recorded counts the payments, and the lines of history that tell of them.
func (w *world) recorded(ctx context.Context, database string) (payments, told int, err error) {
	c, err := pgx.Connect(ctx, w.url(database))
	if err != nil {
		return 0, 0, fmt.Errorf("reach PostgreSQL: %w", err)
	}
	defer func() { _ = c.Close(ctx) }()
	err = c.QueryRow(ctx, `SELECT (SELECT count(*) FROM payments), (SELECT count(*) FROM audit_events WHERE action = 'recordPayment')`).
		Scan(&payments, &told)
	return payments, told, err
}

func (w *world) drop(ctx context.Context) error {
	defer func() { _ = w.admin.Close(ctx) }()
	for _, name := range []string{w.kartela, w.other} {
		if _, err := w.admin.Exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
			return fmt.Errorf("drop a database: %w", err)
		}
	}
	return nil
}

// machine describes where the figures come from.
func (w *world) machine(ctx context.Context) string {
	var version, fsync string
	if err := w.admin.QueryRow(ctx, "SELECT split_part(version(), ' ', 2), current_setting('fsync')").Scan(&version, &fsync); err != nil {
		version = "?"
	}
	return fmt.Sprintf("%d cores (%s), %s, PostgreSQL %s (fsync %s), load average %s; the database, the program that asks and the one that answers share the machine",
		runtime.NumCPU(), processor(), runtime.Version(), version, fsync, loadAverage())
}

func newID() uuid.UUID { return schema.NewID() }
