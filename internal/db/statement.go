package db

import (
	"context"
	"errors"
	"strconv"

	"entgo.io/ent/dialect"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/viewer"
)

// Statement is SQL that goes to the database together with other statements. Like all raw SQL
// it names the organization in its text, because no row rule of ent sees it.
type Statement struct {
	Query string // as the dialect of the transaction has it
	Args  []any
	// Row is given each row, in their order, while no other statement can run; nil for a
	// statement that gives none.
	Row func(scan func(to ...any) error) error
	// Changes is how many rows a change, without RETURNING, must meet; 0: any number.
	Changes int
	// Last is for a change that waits: it goes behind all others that do, because it locks a row
	// that many wait for.
	Last bool
	// Failed says in the words of its author why the statement failed; nil: the error stands.
	Failed func(error) error
}

// NewStatement is a statement of the transaction of ctx, written with PostgreSQL's numbers for
// its values, and with the types that it must have there.
func NewStatement(ctx context.Context, query string, values ...any) *Statement {
	if dialectOf(ctx) != dialect.Postgres {
		query, values = unnumbered(query, values)
	}
	return &Statement{Query: query, Args: values}
}

// Together runs statements one after the other in the transaction of ctx: on PostgreSQL in one
// round trip, which begins the transaction if nothing has yet, and takes along what waits. When
// one fails, those behind it are not run.
func Together(ctx context.Context, tx *ent.Tx, statements ...*Statement) error {
	state, err := passes(ctx, statements)
	if err != nil {
		return err
	}
	if state.pipe != nil {
		return state.pipe.run(ctx, statements)
	}
	for _, s := range statements {
		if err := s.run(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// Later runs a change that no other part of the transaction depends on: on PostgreSQL it waits
// for the next statement that does not wait, at the latest for the commit, and goes there in the
// same round trip. On SQLite, where there is none to save, it runs at once.
//
// An error of it is one of that next statement, or of InTx. Its rows are read when the
// transaction may be committed already: what must not be has to fail in SQL.
func Later(ctx context.Context, tx *ent.Tx, s *Statement) error {
	state, err := passes(ctx, []*Statement{s})
	if err != nil {
		return err
	}
	if state.pipe != nil {
		return state.pipe.wait(s)
	}
	return s.run(ctx, tx)
}

// passes is what ent's rules and the driver hold other statements to: a transaction, a viewer
// with an organization, a key of an upsert that begins with it.
func passes(ctx context.Context, statements []*Statement) (*txState, error) {
	state, ok := ctx.Value(txKey{}).(*txState)
	if !ok {
		return nil, errors.New("db: statements outside a transaction")
	}
	if v := viewer.From(ctx); v.Kind == viewer.Nobody || v.Kind != viewer.System && v.Organization == uuid.Nil {
		return nil, fault.New(fault.Unauthenticated, "", "Sign in first.")
	}
	for _, s := range statements {
		if state.pipe == nil {
			continue // the driver does
		}
		if err := statement(ctx, s.Query); err != nil {
			return nil, err
		}
	}
	return state, nil
}

// run runs a statement by itself.
func (s *Statement) run(ctx context.Context, tx *ent.Tx) error {
	if s.Row == nil {
		done, err := tx.ExecContext(ctx, s.Query, s.Args...)
		if err == nil && s.Changes > 0 {
			var n int64
			if n, err = done.RowsAffected(); err == nil && n != int64(s.Changes) {
				err = errNotAll
			}
		}
		return s.failed(err)
	}
	rows, err := tx.QueryContext(ctx, s.Query, s.Args...)
	if err != nil {
		return s.failed(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := s.Row(rows.Scan); err != nil {
			return s.failed(err)
		}
	}
	return s.failed(rows.Err())
}

// errNotAll is a change that met other rows than it must.
var errNotAll = errors.New("db: a change did not meet the rows that it must")

// sent is the text that goes to PostgreSQL: there the number of rows is checked by dividing by
// zero, because the commit may go along.
func (s *Statement) sent() string {
	if s.Changes == 0 {
		return s.Query
	}
	return "WITH changed AS (" + s.Query + " RETURNING 1) SELECT 1 / (count(*) = " + strconv.Itoa(s.Changes) + ")::int FROM changed"
}

// DividedByZero says whether PostgreSQL divided by zero, which is how a statement that goes along
// with others refuses what must not be.
func DividedByZero(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "22012"
}

func (s *Statement) failed(err error) error {
	if s.Changes > 0 && DividedByZero(err) {
		err = errNotAll
	}
	if err != nil && s.Failed != nil {
		return s.Failed(err)
	}
	return err
}
