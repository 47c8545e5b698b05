package db

import (
	"context"
	stdsql "database/sql"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
)

// router is ent's driver over several pools: it picks one per statement or transaction.
type router struct {
	dialect string
	pick    func(ctx context.Context, change bool) *sql.Driver
}

var _ dialect.Driver = (*router)(nil)

func (r *router) Dialect() string { return r.dialect }
func (r *router) Close() error    { return nil } // DB.Close closes the pools

func (r *router) Exec(ctx context.Context, query string, args, v any) error {
	if err := statement(ctx, query); err != nil {
		return err
	}
	return r.pick(ctx, true).Exec(ctx, query, args, v)
}

func (r *router) Query(ctx context.Context, query string, args, v any) error {
	if err := statement(ctx, query); err != nil {
		return err
	}
	return r.pick(ctx, false).Query(ctx, query, args, v)
}

// statement is what every statement passes on its way to a connection.
func statement(ctx context.Context, query string) error {
	counted(ctx)
	return ownKey(ctx, query)
}

func (r *router) Tx(ctx context.Context) (dialect.Tx, error) { return r.BeginTx(ctx, nil) }

// BeginTx, ExecContext and QueryContext are asked for by ent's raw SQL.
func (r *router) BeginTx(ctx context.Context, opts *stdsql.TxOptions) (dialect.Tx, error) {
	tx, err := r.pick(ctx, true).BeginTx(ctx, opts)
	if err != nil {
		return nil, err
	}
	if state, ok := ctx.Value(txKey{}).(*txState); ok {
		state.tx = tx.(*sql.Tx).ExecQuerier.(*stdsql.Tx) //nolint:errcheck,forcetypeassert // ent's driver makes no other
	}
	return countingTx{tx}, nil
}

func (r *router) ExecContext(ctx context.Context, query string, args ...any) (stdsql.Result, error) {
	if err := statement(ctx, query); err != nil {
		return nil, err
	}
	return r.pick(ctx, true).ExecContext(ctx, query, args...)
}

func (r *router) QueryContext(ctx context.Context, query string, args ...any) (*stdsql.Rows, error) {
	if err := statement(ctx, query); err != nil {
		return nil, err
	}
	return r.pick(ctx, false).QueryContext(ctx, query, args...)
}

// countingTx is a transaction whose statements pass the same way.
type countingTx struct{ dialect.Tx }

// plainTx is what ent's transactions can besides dialect.Tx.
type plainTx interface {
	ExecContext(ctx context.Context, query string, args ...any) (stdsql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*stdsql.Rows, error)
}

func (t countingTx) plain() plainTx {
	return t.Tx.(plainTx) //nolint:errcheck,forcetypeassert // BeginTx makes no other
}

func (t countingTx) Exec(ctx context.Context, query string, args, v any) error {
	if err := statement(ctx, query); err != nil {
		return err
	}
	return t.Tx.Exec(ctx, query, args, v)
}

func (t countingTx) Query(ctx context.Context, query string, args, v any) error {
	if err := statement(ctx, query); err != nil {
		return err
	}
	return t.Tx.Query(ctx, query, args, v)
}

func (t countingTx) ExecContext(ctx context.Context, query string, args ...any) (stdsql.Result, error) {
	if err := statement(ctx, query); err != nil {
		return nil, err
	}
	return t.plain().ExecContext(ctx, query, args...)
}

func (t countingTx) QueryContext(ctx context.Context, query string, args ...any) (*stdsql.Rows, error) {
	if err := statement(ctx, query); err != nil {
		return nil, err
	}
	return t.plain().QueryContext(ctx, query, args...)
}
