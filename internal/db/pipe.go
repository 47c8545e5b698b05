package db

import (
	"context"
	stdsql "database/sql"
	"database/sql/driver"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
)

// openPipes is the pool for database/sql. A transaction of InTx says BEGIN on it together with
// its first statements, and sends those that may wait together with the next that may not.
func openPipes(pool *pgxpool.Pool) *stdsql.DB {
	d := stdsql.OpenDB(pipes{stdlib.GetPoolConnector(pool)})
	d.SetMaxIdleConns(0) // the pool below keeps them
	return d
}

type pipes struct{ driver.Connector }

func (p pipes) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := p.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &pipeConn{Conn: c.(*stdlib.Conn)}, nil //nolint:errcheck,forcetypeassert // the pool's connector makes no other
}

// pipeConn is a connection on which what a transaction put off goes before everything else.
type pipeConn struct {
	*stdlib.Conn
	tx *pipe // of InTx; it stays when it is done, as the connection serves one transaction
}

// BeginTx begins a transaction of InTx without telling the database yet; any other as ever.
func (c *pipeConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	state, ok := ctx.Value(txKey{}).(*txState)
	if !ok || opts != (driver.TxOptions{}) {
		return c.Conn.BeginTx(ctx, opts)
	}
	if c.Conn.Conn().IsClosed() {
		return nil, driver.ErrBadConn
	}
	c.tx = &pipe{ctx: ctx, conn: c.Conn.Conn()}
	state.pipe = c.tx
	return c.tx, nil
}

// ExecContext runs a statement behind what waits.
func (c *pipeConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if err := c.flush(ctx); err != nil {
		return nil, err
	}
	return c.Conn.ExecContext(ctx, query, args)
}

// QueryContext runs a query behind what waits.
func (c *pipeConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.flush(ctx); err != nil {
		return nil, err
	}
	return c.Conn.QueryContext(ctx, query, args)
}

// PrepareContext prepares a statement behind what waits.
func (c *pipeConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if err := c.flush(ctx); err != nil {
		return nil, err
	}
	return c.Conn.PrepareContext(ctx, query)
}

func (c *pipeConn) flush(ctx context.Context) error {
	if c.tx == nil {
		return nil
	}
	return c.tx.run(ctx, nil)
}

// pipe is a transaction on one connection of PostgreSQL. The lock keeps it from database/sql,
// which rolls back by itself when the context ends.
type pipe struct {
	ctx     context.Context //nolint:containedctx // of BeginTx: COMMIT has none of its own
	conn    *pgx.Conn
	mu      sync.Mutex
	begun   bool // BEGIN was sent
	done    bool
	waiting []*Statement
	last    []*Statement // behind those
}

// wait puts a statement behind those that wait.
func (p *pipe) wait(s *Statement) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done {
		return stdsql.ErrTxDone
	}
	if s.Last {
		p.last = append(p.last, s)
	} else {
		p.waiting = append(p.waiting, s)
	}
	return nil
}

// run sends what waits, and then the statements, in one round trip.
func (p *pipe) run(ctx context.Context, statements []*Statement) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done {
		return stdsql.ErrTxDone
	}
	return p.send(ctx, statements, false)
}

// forget drops what waits.
func (p *pipe) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting, p.last = nil, nil
}

// Commit sends what waits together with COMMIT. A transaction without a statement is none.
func (p *pipe) Commit() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done {
		return stdsql.ErrTxDone
	}
	p.done = true
	if !p.begun && len(p.waiting)+len(p.last) == 0 {
		return nil
	}
	err := p.send(p.ctx, nil, true)
	if err != nil {
		_ = p.abandon() // database/sql takes it for over
	}
	return err
}

// Rollback drops what waits, and takes back what was sent.
func (p *pipe) Rollback() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done {
		return stdsql.ErrTxDone
	}
	p.done, p.waiting, p.last = true, nil, nil
	return p.abandon()
}

const abandonWithin = 5 * time.Second

// abandon ends the transaction in the database, if it is in one. The pool closes a connection
// that comes back in a transaction.
func (p *pipe) abandon() error {
	if p.conn.IsClosed() || p.conn.PgConn().TxStatus() == 'I' {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(p.ctx), abandonWithin)
	defer cancel()
	_, err := p.conn.Exec(ctx, "rollback")
	return err
}

// send is one round trip, or none where nothing is to be sent. It gives the first error; what is
// behind the statement of it was not run.
func (p *pipe) send(ctx context.Context, statements []*Statement, commit bool) error {
	begin, all := !p.begun, slices.Concat(p.waiting, p.last, statements)
	if !begin && len(all) == 0 && !commit {
		return nil
	}
	if p.conn.IsClosed() {
		return driver.ErrBadConn
	}
	p.begun, p.waiting, p.last = true, nil, nil
	b := pgx.Batch{QueuedQueries: make([]*pgx.QueuedQuery, 0, len(all)+2)}
	if begin {
		b.Queue("begin")
	}
	for _, s := range all {
		b.Queue(s.sent(), plain(s.Args)...)
	}
	if commit {
		b.Queue("commit")
	}
	results := p.conn.SendBatch(ctx, &b)
	err := read(results, begin, all, commit)
	if closing := results.Close(); err == nil {
		err = closing
	}
	return err
}

// plain has ids go as the bytes that they are: pgx would make text of an id and read it again.
func plain(args []any) []any {
	out := make([]any, len(args))
	for i, a := range args {
		if id, ok := a.(uuid.UUID); ok {
			a = [16]byte(id)
		}
		out[i] = a
	}
	return out
}

func read(results pgx.BatchResults, begin bool, statements []*Statement, commit bool) error {
	if begin {
		if _, err := results.Exec(); err != nil {
			return err
		}
	}
	for _, s := range statements {
		if err := s.read(results); err != nil {
			return s.failed(err)
		}
	}
	if !commit {
		return nil
	}
	tag, err := results.Exec()
	if err == nil && tag.String() == "ROLLBACK" { // a statement had failed before
		err = pgx.ErrTxCommitRollback
	}
	return err
}

// read takes the result of the statement, which is the next.
func (s *Statement) read(results pgx.BatchResults) error {
	if s.Row == nil {
		_, err := results.Exec()
		return err
	}
	rows, err := results.Query()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := s.Row(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}
