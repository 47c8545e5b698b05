// Command diff writes the next migration of each dialect: what turns the schema that the
// present migrations make into the schema of ent/schema. It needs an empty PostgreSQL
// database in TEST_DATABASE_URL (see internal/dbtest/with).
//
//	go run ./internal/dbtest/with -- go run ./internal/db/diff add_projects
//
// Without a name, and without a database, it writes no migration: it brings the checksums
// of both folders up to date after a migration that is not released yet was edited by hand.
//
//	go run ./internal/db/diff
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ariga.io/atlas/sql/migrate"
	"ariga.io/atlas/sql/sqltool"
	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/schema"

	"database/sql"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/kartela/kartela/internal/db/tables"
)

func main() {
	var err error
	switch len(os.Args) {
	case 1:
		err = errors.Join(sum(dialect.SQLite), sum(dialect.Postgres))
	case 2:
		err = run(context.Background(), os.Args[1])
	default:
		log.Fatal("usage: diff [NAME]")
	}
	if err != nil {
		log.Fatal(err)
	}
}

func folder(name string) string {
	return filepath.Join("internal", "db", "migrations", map[string]string{dialect.SQLite: "sqlite", dialect.Postgres: "postgres"}[name])
}

// sum writes the checksums of a dialect's migrations as they are now.
func sum(name string) error {
	dir, err := sqltool.NewGooseDir(folder(name))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	sums, err := dir.Checksum()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := migrate.WriteSumFile(dir, sums); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func run(ctx context.Context, name string) error {
	lite, err := sql.Open("sqlite", "file:diff?mode=memory&cache=shared&_pragma=foreign_keys(1)")
	if err != nil {
		return err
	}
	defer func() { _ = lite.Close() }()
	lite.SetMaxOpenConns(1)
	if err := diff(ctx, dialect.SQLite, lite, name); err != nil {
		return err
	}
	pg, drop, err := scratch(ctx, os.Getenv("TEST_DATABASE_URL"))
	if err != nil {
		return err
	}
	defer drop()
	return diff(ctx, dialect.Postgres, pg, name)
}

func diff(ctx context.Context, name string, conn *sql.DB, migration string) error {
	dir, err := sqltool.NewGooseDir(folder(name))
	if err != nil {
		return err
	}
	all, err := tables.All(name)
	if err != nil {
		return err
	}
	m, err := schema.NewMigrate(entsql.OpenDB(name, conn), append(tables.Options(), schema.WithDir(tablesOnly{dir}), schema.WithFormatter(sqltool.GooseFormatter),
		schema.WithMigrationMode(schema.ModeReplay), schema.WithDialect(name))...)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := m.NamedDiff(ctx, migration, all...); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// tablesOnly leaves out the migrations of row-level security: policies describe no table,
// and one that reads another table keeps the replay's tables from being dropped again.
type tablesOnly struct{ *sqltool.GooseDir }

// Files are the migrations that make tables.
func (d tablesOnly) Files() ([]migrate.File, error) {
	all, err := d.GooseDir.Files()
	return slices.DeleteFunc(all, func(f migrate.File) bool { return strings.Contains(f.Name(), "row_level_security") }), err
}

// scratch makes an empty database beside the one named, and gives what drops it.
func scratch(ctx context.Context, target string) (*sql.DB, func(), error) {
	config, err := pgx.ParseConfig(target)
	if err != nil {
		return nil, nil, err
	}
	admin, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, nil, err
	}
	const name = "kartela_diff"
	for _, q := range []string{"DROP DATABASE IF EXISTS " + name, "CREATE DATABASE " + name} {
		if _, err := admin.Exec(ctx, q); err != nil {
			return nil, nil, err
		}
	}
	config.Database = name
	conn := stdlib.OpenDB(*config)
	return conn, func() {
		_ = conn.Close()
		_, _ = admin.Exec(ctx, "DROP DATABASE "+name)
		_ = admin.Close(ctx)
	}, nil
}
