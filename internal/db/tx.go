package db

import (
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql/sqlgraph"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/fault"
)

const attempts = 10

type txKey struct{}

type txState struct {
	after []func()
	tx    *stdsql.Tx // what the transaction is underneath
	pipe  *pipe      // and below that, on PostgreSQL
}

type dialectKey struct{}

// dialectOf is the dialect of the transaction that the context belongs to.
func dialectOf(ctx context.Context) string {
	name, _ := ctx.Value(dialectKey{}).(string)
	return name
}

// InTx runs f in one transaction: all of it is kept, or nothing. f is run again when the
// database gave up on the transaction for the sake of another (serialization failure,
// deadlock, busy), so f has no effect but on tx. A panic rolls back and goes on. The
// context given to f belongs to the transaction: AfterCommit takes it.
//
// Faults: those of f; a breach of a unique key or foreign key that f did not explain
// becomes CONFLICT with a fixed text, because the database's own text may quote what the
// viewer must not see.
func InTx(ctx context.Context, d *DB, f func(ctx context.Context, tx *ent.Tx) error) error {
	if ctx.Value(txKey{}) != nil {
		return errors.New("db: a transaction inside a transaction")
	}
	ctx = context.WithValue(ctx, dialectKey{}, d.Dialect)
	for attempt := 1; ; attempt++ {
		state := &txState{}
		err := once(context.WithValue(ctx, txKey{}, state), d, f)
		if err == nil {
			for _, g := range state.after {
				g()
			}
			return nil
		}
		if attempt == attempts || !retryable(err) || ctx.Err() != nil {
			return explain(err)
		}
		pause(ctx, attempt)
	}
}

// AfterCommit has g run once the transaction of ctx is committed, before InTx returns; it
// does not run when the transaction fails. g must not block.
func AfterCommit(ctx context.Context, g func()) {
	state, ok := ctx.Value(txKey{}).(*txState)
	if !ok {
		panic("db: AfterCommit outside a transaction")
	}
	state.after = append(state.after, g)
}

func once(ctx context.Context, d *DB, f func(ctx context.Context, tx *ent.Tx) error) (err error) {
	tx, err := d.Client.Tx(ctx)
	if err != nil {
		return fmt.Errorf("db: begin: %w", err)
	}
	committed := false
	defer func() {
		if !committed {
			_ = tx.Rollback()
		}
	}()
	if err := f(ctx, tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		if d.Unanswered != nil && unanswered(err) {
			d.Unanswered()
		}
		return fmt.Errorf("db: commit: %w", err)
	}
	committed = true
	return nil
}

// unanswered says whether a commit failed without the database's word: it may have been kept.
func unanswered(err error) bool {
	var pg *pgconn.PgError
	return !errors.As(err, &pg)
}

// pause waits a little longer after each try, never in step with others.
func pause(ctx context.Context, attempt int) {
	t := time.NewTimer(time.Duration(rand.Int64N(int64(attempt) * int64(4*time.Millisecond)))) //nolint:gosec // no secret
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

func retryable(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "40001" || pg.Code == "40P01" || pg.Code == "55P03"
	}
	text := err.Error()
	return strings.Contains(text, "SQLITE_BUSY") || strings.Contains(text, "database is locked")
}

func explain(err error) error {
	if _, ok := fault.All(err); ok {
		return err
	}
	if ent.IsConstraintError(err) || sqlgraph.IsUniqueConstraintError(err) || sqlgraph.IsForeignKeyConstraintError(err) {
		return errors.Join(fault.New(fault.Conflict, "", "This clashes with something that is there already, or refers to something that is not."), masked{err})
	}
	return err
}

// masked keeps an error for the log without its text reaching anyone.
type masked struct{ error }
