// Package db opens the database, embedded SQLite or PostgreSQL, runs transactions, and
// keeps idempotency keys. It owns connections and migrations; it knows no business rule.
package db

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	stdsql "database/sql"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/rule"
	"github.com/kartela/kartela/viewer"
)

// DB is an open database. Reads go through Client; every change goes through InTx.
type DB struct {
	*ent.Client
	Dialect string // dialect.SQLite or dialect.Postgres
	// Unanswered is told, when it is set, of a commit that the database did not answer: what it
	// changed may have been kept, and was announced to nobody. It must not block.
	Unanswered func()

	migrate *stdsql.DB
	close   func() error
}

// Open opens a database by URL: sqlite:PATH (the file and its folder are made) or
// postgres://…. It applies no migration.
func Open(ctx context.Context, target string) (*DB, error) {
	if path, ok := strings.CutPrefix(target, "sqlite:"); ok {
		return openSQLite(ctx, path)
	}
	if strings.HasPrefix(target, "postgres://") || strings.HasPrefix(target, "postgresql://") {
		return openPostgres(ctx, target)
	}
	return nil, fmt.Errorf("db: the database's URL begins with sqlite: or postgres://")
}

// Close closes every connection.
func (d *DB) Close() error { return d.close() }

// Ping says whether the database answers.
func (d *DB) Ping(ctx context.Context) error { return d.migrate.PingContext(ctx) }

// openSQLite opens two pools on one file in WAL mode: one connection that writes, because
// SQLite has one writer and waiting in Go is cheaper than SQLITE_BUSY, and some that read
// and cannot write.
func openSQLite(ctx context.Context, path string) (*DB, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("db: the folder of %s: %w", path, err)
	}
	write, err := sqlitePool(ctx, path, "immediate", 1, "recursive_triggers(ON)") // REPLACE deletes: the triggers see it
	if err != nil {
		return nil, err
	}
	read, err := sqlitePool(ctx, path, "deferred", max(4, runtime.NumCPU()), "query_only(ON)")
	if err != nil {
		_ = write.Close()
		return nil, err
	}
	w, r := sql.OpenDB(dialect.SQLite, write), sql.OpenDB(dialect.SQLite, read)
	route := &router{dialect: dialect.SQLite, pick: func(_ context.Context, change bool) *sql.Driver {
		if change {
			return w
		}
		return r
	}}
	return newDB(route, write, func() error {
		err := read.Close()
		if e := write.Close(); e != nil {
			err = e
		}
		return err
	}), nil
}

func sqlitePool(ctx context.Context, path, lock string, connections int, pragmas ...string) (*stdsql.DB, error) {
	q := url.Values{"_txlock": {lock}, "_time_format": {"sqlite"}, "_pragma": append([]string{
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(NORMAL)", "foreign_keys(ON)",
		"cache_size(-16000)", "temp_store(MEMORY)",
	}, pragmas...)}
	pool, err := stdsql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode())
	if err != nil {
		return nil, fmt.Errorf("db: open %s: %w", path, err)
	}
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	if err := pool.PingContext(ctx); err != nil {
		_ = pool.Close()
		return nil, fmt.Errorf("db: open %s: %w", path, err)
	}
	return pool, nil
}

// openPostgres opens two pools: the owner's, for migrations and the system's own work
// outside a tenant, and that of the role kartela_app, which row-level security binds to
// the viewer's organization. The organization is set when a connection is taken from the
// pool (see docs/decisions/0003), so that a statement outside a transaction has it too.
func openPostgres(ctx context.Context, target string) (*DB, error) {
	owner, err := pgxpool.New(ctx, target)
	if err != nil {
		return nil, fmt.Errorf("db: open PostgreSQL: %w", err)
	}
	if err := owner.Ping(ctx); err != nil {
		owner.Close()
		return nil, fmt.Errorf("db: reach PostgreSQL: %w", err)
	}
	config, err := pgxpool.ParseConfig(target)
	if err != nil {
		owner.Close()
		return nil, fmt.Errorf("db: open PostgreSQL: %w", err)
	}
	if !strings.Contains(target, "pool_max_conns") {
		config.MaxConns = int32(max(16, 4*runtime.NumCPU())) //nolint:gosec // a handful
	}
	config.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, "SET ROLE "+AppRole)
		return err
	}
	config.PrepareConn = bindOrganization
	app, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		owner.Close()
		return nil, fmt.Errorf("db: open PostgreSQL: %w", err)
	}
	ownerDB, appDB := openPipes(owner), openPipes(app)
	o, a := sql.OpenDB(dialect.Postgres, ownerDB), sql.OpenDB(dialect.Postgres, appDB)
	route := &router{dialect: dialect.Postgres, pick: func(ctx context.Context, _ bool) *sql.Driver {
		if viewer.From(ctx).Kind == viewer.System || ctx.Value(ownerKey{}) != nil {
			return o
		}
		return a
	}}
	return newDB(route, ownerDB, func() error {
		app.Close()
		owner.Close()
		return nil
	}), nil
}

type ownerKey struct{}

// PastRowSecurity has reads of the context go past PostgreSQL's row-level security, which
// lets no index be used that a policy's own condition does not come before: LIKE is not
// leakproof. The program's row rules hold as ever. It is for search alone.
func PastRowSecurity(ctx context.Context) context.Context {
	return context.WithValue(ctx, ownerKey{}, true)
}

// AppRole is the PostgreSQL role that row-level security applies to. The first migration
// makes it; the role of DATABASE_URL must be a member of it.
const AppRole = "kartela_app"

const boundKey = "kartela.organization"

// bindOrganization makes the connection see the viewer's organization and no other. What
// is set on the connection is remembered beside it, so that the usual case, the same
// organization again, costs no round trip.
func bindOrganization(ctx context.Context, c *pgx.Conn) (bool, error) {
	want := ""
	if id := viewer.From(ctx).Organization; id != uuid.Nil {
		want = id.String()
	}
	data := c.PgConn().CustomData()
	if got, ok := data[boundKey].(string); ok && got == want {
		return true, nil
	}
	delete(data, boundKey)
	if _, err := c.Exec(ctx, "SELECT set_config('kartela.organization', $1, false)", want); err != nil {
		return false, err
	}
	data[boundKey] = want
	return true, nil
}

func newDB(route *router, migrate *stdsql.DB, closeAll func() error) *DB {
	client := ent.NewClient(ent.Driver(route))
	rule.Guard(client)
	return &DB{Client: client, Dialect: route.dialect, migrate: migrate, close: closeAll}
}
