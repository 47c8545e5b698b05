package db_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/viewer"
)

var errOurs = errors.New("what f fails with")

func TestATransactionIsKeptWholeOrNotAtAll(t *testing.T) {
	tests := map[string]struct {
		end     func() error
		kept    int
		panics  bool
		said    error
		settled int // how many after-commit functions ran
	}{
		"no error":  {end: func() error { return nil }, kept: 2, settled: 2},
		"an error":  {end: func() error { return errOurs }, said: errOurs},
		"a fault":   {end: func() error { return fault.New(fault.Invalid, "x", "No.") }, said: fault.New(fault.Invalid, "x", "")},
		"a panic":   {end: func() error { panic(errOurs) }, panics: true},
		"a breakup": {end: func() error { return fmt.Errorf("wrapped: %w", errOurs) }, said: errOurs},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for name, tt := range tests {
			t.Run(name, func(t *testing.T) {
				ctx := dbtest.Tenant(t, d, viewer.Owner)
				var after []int
				panicked, err := catch(func() error {
					return db.InTx(ctx, d, func(ctx context.Context, tx *ent.Tx) error {
						for i := range 2 {
							if _, err := addContact(ctx, tx, "x"); err != nil {
								return err
							}
							db.AfterCommit(ctx, func() {
								after = append(after, i*10+contacts(t, viewer.With(context.Background(), viewer.From(ctx)), d))
							})
						}
						return tt.end()
					})
				})
				if !errors.Is(err, tt.said) {
					t.Errorf("error %v, not %v", err, tt.said)
				}
				if (panicked != nil) != tt.panics || tt.panics && panicked != any(errOurs) {
					t.Errorf("panic %v", panicked)
				}
				if got := contacts(t, ctx, d); got != tt.kept {
					t.Errorf("%d rows are kept, not %d", got, tt.kept)
				}
				if want := []int{2, 12}[:tt.settled]; !cmp.Equal(want, append([]int{}, after...)) {
					t.Errorf("after the commit: %v (in order: 10 × place + rows that others see), not %v", after, want)
				}
			})
		}
	})
}

func catch(f func() error) (panicked any, err error) {
	defer func() { panicked = recover() }()
	return nil, f()
}

func TestATransactionInsideATransactionIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		// SQLite's one connection would be waited for until the watchdog barks.
		ctx, stop := context.WithTimeout(dbtest.Tenant(t, d, viewer.Owner), 20*time.Second)
		defer stop()
		ran := false
		err := db.InTx(ctx, d, func(ctx context.Context, _ *ent.Tx) error {
			return db.InTx(ctx, d, func(context.Context, *ent.Tx) error { ran = true; return nil })
		})
		if err == nil || ran {
			t.Errorf("err %v, ran %v", err, ran)
		}
	})
}

func TestAfterCommitOutsideATransactionPanics(t *testing.T) {
	panicked, _ := catch(func() error { db.AfterCommit(context.Background(), func() {}); return nil })
	if panicked == nil {
		t.Error("it did not")
	}
}

func TestWhatTheDatabaseGaveUpIsTriedAgain(t *testing.T) {
	tests := map[string]struct {
		fails error
		times int
		runs  int
	}{
		"serialization failure": {fails: &pgconn.PgError{Code: "40001"}, times: 3, runs: 4},
		"deadlock, wrapped":     {fails: fmt.Errorf("ledger: %w", &pgconn.PgError{Code: "40P01"}), times: 2, runs: 3},
		"lock not available":    {fails: &pgconn.PgError{Code: "55P03"}, times: 1, runs: 2},
		"busy":                  {fails: errors.New("database is locked (5) (SQLITE_BUSY)"), times: 1, runs: 2},
		"for ever":              {fails: &pgconn.PgError{Code: "40001"}, times: 1 << 30, runs: 10},
		"another failure":       {fails: &pgconn.PgError{Code: "42601"}, times: 1 << 30, runs: 1},
		"our own failure":       {fails: errOurs, times: 1 << 30, runs: 1},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for name, tt := range tests {
			t.Run(name, func(t *testing.T) {
				ctx := dbtest.Tenant(t, d, viewer.Owner)
				runs, after := 0, 0
				err := db.InTx(ctx, d, func(ctx context.Context, tx *ent.Tx) error {
					runs++
					db.AfterCommit(ctx, func() { after++ })
					if _, err := addContact(ctx, tx, "x"); err != nil {
						return err
					}
					if runs <= tt.times {
						return tt.fails
					}
					return nil
				})
				kept := 0
				if tt.times < tt.runs {
					kept = 1
				}
				if runs != tt.runs || (err == nil) != (kept == 1) {
					t.Errorf("ran %d times, not %d: %v", runs, tt.runs, err)
				}
				if got := contacts(t, ctx, d); got != kept || after != kept {
					t.Errorf("%d rows kept, %d functions after the commit, not %d of each", got, after, kept)
				}
			})
		}
	})
}

func TestNothingIsTriedAgainForACallerWhoLeft(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, leave := context.WithCancel(dbtest.Tenant(t, d, viewer.Owner))
		runs := 0
		err := db.InTx(ctx, d, func(ctx context.Context, tx *ent.Tx) error {
			runs++
			if _, err := addContact(ctx, tx, "x"); err != nil {
				return err
			}
			leave()
			return &pgconn.PgError{Code: "40001"}
		})
		if err == nil || runs != 1 {
			t.Errorf("ran %d times: %v", runs, err)
		}
		if n := contacts(t, context.WithoutCancel(ctx), d); n != 0 {
			t.Errorf("%d rows are kept", n)
		}
	})
}

// Two transactions lock two rows in opposite order: PostgreSQL ends one of them, and InTx
// runs that one again.
func TestADeadlockIsResolvedByTryingAgain(t *testing.T) {
	d := dbtest.Postgres(t)
	ctx := dbtest.Tenant(t, d, viewer.Owner)
	rows := []uuid.UUID{newContact(t, ctx, d, "a"), newContact(t, ctx, d, "b")}
	locked := []chan struct{}{make(chan struct{}), make(chan struct{})}
	var runs atomic.Int64
	done := make(chan error, 2)
	for i := range 2 {
		go func() {
			first := true
			done <- db.InTx(ctx, d, func(ctx context.Context, tx *ent.Tx) error {
				runs.Add(1)
				touch := func(id uuid.UUID) error {
					return tx.Contact.UpdateOneID(id).AddVersion(1).Exec(ctx)
				}
				if err := touch(rows[i]); err != nil {
					return err
				}
				if first {
					first = false
					close(locked[i])
					<-locked[1-i]
				}
				return touch(rows[1-i])
			})
		}()
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if runs.Load() < 3 {
		t.Errorf("there was no deadlock: %d runs", runs.Load())
	}
	for _, id := range rows {
		c, err := d.Contact.Get(ctx, id)
		if err != nil || c.Version != 3 {
			t.Errorf("a row was touched %d times, not 2: %v", c.Version-1, err)
		}
	}
}

func TestABreachOfAKeyQuotesNothing(t *testing.T) {
	const secret = "ΜΥΣΤΙΚΟ-77"
	raw := map[string]string{
		dialect.SQLite:   "INSERT INTO contact_notes (id, organization_id, created_at, updated_at, contact_id, author_id, text) VALUES (?, ?, '2026-01-01', '2026-01-01', ?, ?, '" + secret + "')",
		dialect.Postgres: "INSERT INTO contact_notes (id, organization_id, created_at, updated_at, contact_id, author_id, text) VALUES ($1, $2, '2026-01-01', '2026-01-01', $3, $4, '" + secret + "')",
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := dbtest.Tenant(t, d, viewer.Owner)
		taken := newContact(t, ctx, d, "x")
		inTx(t, ctx, d, func(ctx context.Context, tx *ent.Tx) error {
			return tx.Contact.UpdateOneID(taken).SetCustomID(secret).Exec(ctx)
		})
		org := viewer.From(ctx).Organization
		tests := map[string]struct {
			do   func(ctx context.Context, tx *ent.Tx) error
			code fault.Code
		}{
			"a unique key": {func(ctx context.Context, tx *ent.Tx) error {
				return tx.Contact.Create().SetDisplayName("y").SetDefaultTaxes(nil).SetCustomID(secret).Exec(ctx)
			}, fault.Conflict},
			"a foreign key": {func(ctx context.Context, tx *ent.Tx) error {
				return tx.ContactNote.Create().SetContactID(uuid.New()).SetAuthorID(uuid.New()).SetText(secret).Exec(ctx)
			}, fault.Conflict},
			"a foreign key, in plain SQL": {func(ctx context.Context, tx *ent.Tx) error {
				_, err := tx.ExecContext(ctx, raw[d.Dialect], uuid.New(), org, uuid.New(), uuid.New())
				return fmt.Errorf("wrapped: %w", err)
			}, fault.Conflict},
			"a primary key, in plain SQL": {func(ctx context.Context, tx *ent.Tx) error {
				id := uuid.New()
				for range 2 {
					if _, err := tx.ExecContext(ctx, raw[d.Dialect], id, org, taken, uuid.New()); err != nil {
						return err
					}
				}
				return nil
			}, fault.Conflict},
			"no such column": {func(ctx context.Context, tx *ent.Tx) error {
				_, err := tx.ExecContext(ctx, "UPDATE contacts SET secret = '"+secret+"'")
				return err
			}, fault.Internal},
			"explained by f": {func(ctx context.Context, tx *ent.Tx) error {
				if err := tx.Contact.Create().SetDisplayName("y").SetDefaultTaxes(nil).SetCustomID(secret).Exec(ctx); ent.IsConstraintError(err) {
					return fault.New(fault.Invalid, "customId", "Taken.")
				}
				return nil
			}, fault.Invalid},
		}
		for name, tt := range tests {
			t.Run(name, func(t *testing.T) {
				err := db.InTx(ctx, d, tt.do)
				got := fault.From(err)
				if err == nil || got.Code != tt.code {
					t.Fatalf("%v, not %s", err, tt.code)
				}
				all, _ := fault.All(err)
				if len(all) > 1 {
					t.Errorf("several faults: %v", all)
				}
				for _, word := range []string{secret, "contact_", "custom_id", "constraint", "UNIQUE", "SQLSTATE", "Key ("} {
					if strings.Contains(got.Text, word) {
						t.Errorf("the text %q quotes %q", got.Text, word)
					}
				}
			})
		}
		if n, err := d.Contact.Query().Where(contact.CustomID(secret)).Count(ctx); n != 1 || err != nil {
			t.Errorf("%d rows have the key (%v)", n, err)
		}
	})
}
