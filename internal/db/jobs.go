package db

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	stdsql "database/sql"

	"entgo.io/ent/dialect"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"
)

// Queue is where the job queue keeps its tables.
type Queue struct {
	Driver riverdriver.Driver[*stdsql.Tx]
	Schema string // "" on SQLite
}

// Queue is the job queue's place: on PostgreSQL a schema of its own beside ours, which the
// role of requests has no right to; on SQLite tables called river_…, on the one connection
// that writes.
func (d *DB) Queue(ctx context.Context) (*Queue, error) {
	if d.Dialect == dialect.SQLite {
		return &Queue{Driver: riversqlite.New(d.migrate)}, nil
	}
	q := &Queue{Driver: riverdatabasesql.New(d.migrate)}
	if err := d.migrate.QueryRowContext(ctx, "SELECT current_schema() || '_jobs'").Scan(&q.Schema); err != nil {
		return nil, fmt.Errorf("db: the schema of jobs: %w", err)
	}
	return q, nil
}

// migrateJobs brings the queue's tables up to the version of the library, and names what it did.
func migrateJobs(ctx context.Context, d *DB) (applied []string, err error) {
	q, err := d.Queue(ctx)
	if err != nil {
		return nil, err
	}
	m, err := rivermigrate.New(q.Driver, &rivermigrate.Config{Schema: q.Schema, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, fmt.Errorf("db: migrations of jobs: %w", err)
	}
	err = alone(ctx, d, q.Schema, func() error {
		done, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil)
		if err != nil {
			return err
		}
		for _, v := range done.Versions {
			applied = append(applied, fmt.Sprintf("jobs %03d %s", v.Version, v.Name))
		}
		return nil
	})
	if err != nil {
		return applied, fmt.Errorf("db: migrate jobs: %w", err)
	}
	return applied, nil
}

// alone has one server at a time do something, on PostgreSQL, where several may start at once;
// the schema is there then.
func alone(ctx context.Context, d *DB, schema string, f func() error) (err error) {
	if d.Dialect != dialect.Postgres {
		return f()
	}
	c, err := d.migrate.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close()) }()
	if _, err := c.ExecContext(ctx, "SELECT pg_advisory_lock(hashtextextended($1, 0))", schema); err != nil {
		return err
	}
	defer func() {
		_, e := c.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock(hashtextextended($1, 0))", schema)
		err = errors.Join(err, e)
	}()
	if _, err := c.ExecContext(ctx, fmt.Sprintf("CREATE SCHEMA IF NOT EXISTS %q", schema)); err != nil {
		return err
	}
	return f()
}

// AsOwner has f work in the transaction of ctx as the role that owns the tables, which alone
// may write to the job queue: a job is there if, and only if, the change is that asked for it.
func AsOwner(ctx context.Context, f func(tx *stdsql.Tx) error) error {
	state, ok := ctx.Value(txKey{}).(*txState)
	if !ok || state.tx == nil {
		return errors.New("db: AsOwner outside a transaction")
	}
	if dialectOf(ctx) != dialect.Postgres {
		return f(state.tx)
	}
	var role string
	if err := state.tx.QueryRowContext(ctx, "SELECT current_setting('role')").Scan(&role); err != nil {
		return fmt.Errorf("db: the role: %w", err)
	}
	if role != AppRole {
		return f(state.tx)
	}
	if _, err := state.tx.ExecContext(ctx, "SET LOCAL ROLE NONE"); err != nil {
		return fmt.Errorf("db: become the owner: %w", err)
	}
	if err := f(state.tx); err != nil {
		return err // the transaction fails with it
	}
	if _, err := state.tx.ExecContext(ctx, "SET LOCAL ROLE "+AppRole); err != nil {
		return fmt.Errorf("db: become the role of requests: %w", err)
	}
	return nil
}
