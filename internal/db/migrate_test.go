package db_test

import (
	"context"
	stdsql "database/sql"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"ariga.io/atlas/sql/migrate"
	"ariga.io/atlas/sql/sqltool"
	"entgo.io/ent/dialect"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/pressly/goose/v3"

	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
)

// ofTheQueue is how many migrations the job queue brings along.
const ofTheQueue = 8

func TestMigratingAgainChangesNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		applied, err := db.Migrate(context.Background(), d)
		if err != nil || len(applied) != 0 {
			t.Errorf("applied %v, %v", applied, err)
		}
	})
}

func TestADatabaseOfANewerVersionIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		if _, err := d.ExecContext(system, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (29991231000000, true)"); err != nil {
			t.Fatal(err)
		}
		applied, err := db.Migrate(context.Background(), d)
		if err == nil || !strings.Contains(err.Error(), "newer version of this program") || len(applied) != 0 {
			t.Errorf("applied %v, %v", applied, err)
		}
	})
}

func TestAnEmptySQLiteFileIsMigratedInItsOwnNewFolder(t *testing.T) {
	target := "sqlite:" + filepath.Join(t.TempDir(), "a folder", "with ?odd# name.db")
	if got := migrateAt(t, target); got != len(migrationsOf(t, dialect.SQLite))+ofTheQueue {
		t.Errorf("applied %d", got)
	}
	if got := migrateAt(t, target); got != 0 {
		t.Errorf("the second time applied %d", got)
	}
}

func TestSeveralServersMayStartOnAnEmptyPostgreSQLAtOnce(t *testing.T) {
	const servers = 5
	target := emptyPostgres(t)
	var wg sync.WaitGroup
	applied := make([]int, servers)
	for i := range servers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			applied[i] = migrateAt(t, target)
		}()
	}
	wg.Wait()
	sum := 0
	for _, n := range applied {
		sum += n
	}
	if want := len(migrationsOf(t, dialect.Postgres)) + ofTheQueue; sum != want {
		t.Errorf("applied %v, together not %d", applied, want)
	}
}

func migrateAt(t *testing.T, target string) int {
	ctx := context.Background()
	d, err := db.Open(ctx, target)
	if err != nil {
		t.Error(err)
		return 0
	}
	defer func() { _ = d.Close() }()
	applied, err := db.Migrate(ctx, d)
	if err != nil {
		t.Error(err)
	}
	return len(applied)
}

func migrationsOf(t *testing.T, dialectName string) []string {
	t.Helper()
	files, err := db.Migrations(dialectName)
	if err != nil {
		t.Fatal(err)
	}
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// emptyPostgres makes a database without any table.
func emptyPostgres(t *testing.T) string {
	t.Helper()
	ctx := context.Background()
	beside := dbtest.PostgresURL(t)
	c, err := pgx.Connect(ctx, beside)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("kartela_empty_%x", schema.NewID())
	if _, err := c.Exec(ctx, "CREATE DATABASE "+name+" TEMPLATE template0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := c.Exec(ctx, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
		_ = c.Close(ctx)
	})
	u, err := url.Parse(beside)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

func TestTheKindOfDatabaseIsToldByItsURL(t *testing.T) {
	for _, target := range []string{"", "kartela.db", "mysql://localhost/x", "sqlite", "postgres:"} {
		if d, err := db.Open(context.Background(), target); err == nil {
			_ = d.Close()
			t.Errorf("%q was opened", target)
		}
	}
}

func TestTheChecksumsOfTheMigrationsAreCurrent(t *testing.T) {
	for _, folder := range []string{"migrations/sqlite", "migrations/postgres"} {
		dir, err := sqltool.NewGooseDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		if err := migrate.Validate(dir); err != nil {
			t.Errorf("%s: %v: go run ./internal/db/diff", folder, err)
		}
	}
}

// What an earlier version wrote is there after a newer one has started: on SQLite a changed
// column makes a table anew, whose rows, keys and triggers must come along.
func TestRowsOfAnEarlierVersionLiveOn(t *testing.T) {
	const earlier = 20261124180501 // the last migration before those of all the money
	for name, target := range map[string]string{
		dialect.SQLite:   "sqlite:" + filepath.Join(t.TempDir(), "earlier.db"),
		dialect.Postgres: emptyPostgres(t),
	} {
		t.Run(name, func(t *testing.T) {
			migrateTo(t, name, target, earlier)
			ctx := context.Background()
			d, err := db.Open(ctx, target)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = d.Close() }()
			org, before := cardOfAnEarlierVersion(t, d)
			if _, err := db.Migrate(ctx, d); err != nil {
				t.Fatal(err)
			}
			for table, id := range before {
				rows, err := d.QueryContext(system, fmt.Sprintf("SELECT count(*) FROM %s WHERE id = '%s' AND organization_id = '%s'", table, id, org))
				if got := count(t, rows, err); got != 1 {
					t.Errorf("%s: %d rows", table, got)
				}
			}
			if _, err := d.ExecContext(system, "UPDATE ledger_entries SET amount = 2"); err == nil {
				t.Error("an entry of the ledger was changed")
			}
			if _, err := d.ExecContext(system, "DELETE FROM ledger_entries"); err == nil {
				t.Error("an entry of the ledger was deleted")
			}
			if _, err := d.ExecContext(system, "DELETE FROM contacts"); err == nil {
				t.Error("a contact went that a document points at")
			}
		})
	}
}

// migrateTo applies the migrations up to a version.
func migrateTo(t *testing.T, name, target string, version int64) {
	t.Helper()
	driver, source, kind := "sqlite", "file:"+strings.TrimPrefix(target, "sqlite:"), goose.DialectSQLite3
	if name == dialect.Postgres {
		driver, source, kind = "pgx", target, goose.DialectPostgres
	}
	conn, err := stdsql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	files, err := db.Migrations(name)
	if err != nil {
		t.Fatal(err)
	}
	p, err := goose.NewProvider(kind, conn, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(context.Background(), version); err != nil {
		t.Fatal(err)
	}
}

// cardOfAnEarlierVersion writes an invoice that a payment settles, with what both leave on the
// contact's card, as plain SQL of that version.
func cardOfAnEarlierVersion(t *testing.T, d *db.DB) (org uuid.UUID, rows map[string]uuid.UUID) {
	t.Helper()
	org, by := schema.NewID(), schema.NewID()
	rows = map[string]uuid.UUID{}
	add := func(table, columns string, args ...any) {
		id := schema.NewID()
		rows[table] = id
		args = append([]any{id, org, schema.Now()}, args...)
		query := fmt.Sprintf("INSERT INTO %s (id, organization_id, created_at, %s) VALUES (?%s)", table, columns, strings.Repeat(", ?", len(args)-1))
		if _, err := d.ExecContext(system, db.Marked(d.Dialect, query), args...); err != nil {
			t.Fatalf("%s: %v", table, err)
		}
	}
	if _, err := d.ExecContext(system, db.Marked(d.Dialect, "INSERT INTO organizations (id, created_at, name, base_currency) VALUES (?, ?, 'Earlier', 'EUR')"), org, schema.Now()); err != nil {
		t.Fatal(err)
	}
	now := schema.Now()
	add("contacts", "updated_at, display_name, sort_name, search, default_taxes", now, "Άλφα", "αλφα", "αλφα", "[]")
	contact := rows["contacts"]
	add("attachments", "contact_id, name, media_type, size, sha256, blob_key, uploaded_by", contact, "a.txt", "text/plain", 1, []byte{1}, "k", by)
	add("documents", "updated_at, type, side, status, contact_id, contact_name, date, due_date, currency, exchange_rate, payable, settled, created_by",
		now, "invoice", "client", "issued", contact, "Άλφα", "2026-03-01", "2026-03-31", "EUR", "1", 100, 100, by)
	document := rows["documents"]
	add("document_lines", "document_id, position, title, quantity, unit_price, discount_percent, taxes, net", document, 0, "work", "1", "1", "0", "[]", 100)
	add("document_taxes", "document_id, position, kind, rate, base, amount", document, 0, "vat", "24", 100, 24)
	add("payments", "updated_at, kind, side, contact_id, date, amount, currency, allocated, created_by", now, "client_payment", "client", contact, "2026-03-02", 100, "EUR", 100, by)
	add("allocations", "contact_id, payment_id, document_id, currency, amount", contact, rows["payments"], document, "EUR", 100)
	add("ledger_entries", "contact_id, side, currency, seq, kind, amount, date, document_id", contact, "client", "EUR", 1, "document", 100, "2026-03-01", document)
	add("balances", "updated_at, contact_id, side, currency", now, contact, "client", "EUR")
	return org, rows
}

func count(t *testing.T, rows *stdsql.Rows, err error) (n int) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return n
}
