package db

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"entgo.io/ent/dialect"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations
var migrations embed.FS

// Migrations are the versioned migrations of a dialect, in goose's format.
func Migrations(dialectName string) (fs.FS, error) {
	folder := "migrations/sqlite"
	if dialectName == dialect.Postgres {
		folder = "migrations/postgres"
	}
	return fs.Sub(migrations, folder)
}

// Migrate applies the migrations that the database does not have yet and gives their
// names. Several servers may start at once: on PostgreSQL one migrates, the others wait.
// A database from a newer version of the program is refused.
func Migrate(ctx context.Context, d *DB) (applied []string, err error) {
	files, err := Migrations(d.Dialect)
	if err != nil {
		return nil, fmt.Errorf("db: migrations: %w", err)
	}
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	kind := goose.DialectSQLite3
	if d.Dialect == dialect.Postgres {
		kind = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300)) // asks each second, for five minutes
		if err != nil {
			return nil, fmt.Errorf("db: migrations: %w", err)
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(kind, d.migrate, files, options...)
	if err != nil {
		return nil, fmt.Errorf("db: migrations: %w", err)
	}
	if err := refuseNewer(ctx, p); err != nil {
		return nil, err
	}
	err = withoutForeignKeys(ctx, d, func() error {
		done, err := p.Up(ctx)
		for _, r := range done {
			applied = append(applied, r.Source.Path)
		}
		return err
	})
	if err != nil {
		return applied, fmt.Errorf("db: migrate: %w", err)
	}
	jobs, err := migrateJobs(ctx, d)
	return append(applied, jobs...), err
}

// withoutForeignKeys lets SQLite rebuild tables that others point at: there a change of a column
// is a new table under the old name, and dropping the old one would break their keys. SQLite
// takes the switch outside of transactions alone, and keeps it for the writer's one connection.
// Afterwards every key is checked.
func withoutForeignKeys(ctx context.Context, d *DB, f func() error) (err error) {
	if d.Dialect != dialect.SQLite {
		return f()
	}
	if _, err := d.migrate.ExecContext(ctx, "PRAGMA foreign_keys = OFF"); err != nil {
		return err
	}
	defer func() {
		_, e := d.migrate.ExecContext(context.WithoutCancel(ctx), "PRAGMA foreign_keys = ON")
		err = errors.Join(err, e)
	}()
	if err := f(); err != nil {
		return err
	}
	var broken int
	if err := d.migrate.QueryRowContext(ctx, "SELECT count(*) FROM pragma_foreign_key_check").Scan(&broken); err != nil {
		return err
	}
	if broken > 0 {
		return fmt.Errorf("%d rows point at rows that are not there", broken)
	}
	return nil
}

func refuseNewer(ctx context.Context, p *goose.Provider) error {
	have, err := p.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("db: read the schema's version: %w", err)
	}
	sources := p.ListSources()
	if n := len(sources); n > 0 && have > sources[n-1].Version {
		return errors.New("db: the database was migrated by a newer version of this program; start that version")
	}
	return nil
}
