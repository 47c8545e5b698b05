package db

import (
	"context"
	"errors"
	"fmt"

	"github.com/kartela/kartela/ent"
)

// Savepoint runs f as a part of the transaction of ctx that can fail by itself: when it does,
// what it wrote is taken back, what it registered with AfterCommit is forgotten, and the
// transaction goes on, on PostgreSQL even after a failed statement.
//
// Faults: those of f, with breaches of keys explained as InTx does. An error that is no fault
// is for the caller to fail with: it may be one over which InTx tries again.
func Savepoint(ctx context.Context, tx *ent.Tx, f func(ctx context.Context, tx *ent.Tx) error) error {
	state, ok := ctx.Value(txKey{}).(*txState)
	if !ok {
		return errors.New("db: a savepoint outside a transaction")
	}
	if _, err := tx.ExecContext(ctx, "SAVEPOINT part"); err != nil {
		return fmt.Errorf("db: savepoint: %w", err)
	}
	registered := len(state.after)
	failed := f(ctx, tx)
	if failed == nil && state.pipe != nil {
		failed = state.pipe.run(ctx, nil) // what waits is of this part
	}
	if failed != nil {
		if state.pipe != nil {
			state.pipe.forget()
		}
		state.after = state.after[:registered]
		if _, err := tx.ExecContext(ctx, "ROLLBACK TO SAVEPOINT part"); err != nil {
			return fmt.Errorf("db: go back to a savepoint: %w", err) // no fault: the caller is to fail
		}
	}
	if _, err := tx.ExecContext(ctx, "RELEASE SAVEPOINT part"); err != nil {
		return fmt.Errorf("db: release a savepoint: %w", err)
	}
	if failed != nil {
		return explain(failed)
	}
	return nil
}
