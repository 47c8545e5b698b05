package db_test

import (
	"context"
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
	"github.com/jackc/pgx/v5"

	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
)

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
	if got := migrateAt(t, target); got != len(migrationsOf(t, dialect.SQLite)) {
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
	if want := len(migrationsOf(t, dialect.Postgres)); sum != want {
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
