// Package dbtest gives each test a migrated database of its own, on both engines: a copy
// of an SQLite file, and a clone of a PostgreSQL template database.
package dbtest

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest/postgres"
	"github.com/kartela/kartela/viewer"
)

// Each runs a test on a fresh SQLite database and on a fresh PostgreSQL database.
func Each(t *testing.T, f func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { f(t, Postgres(t)) })
}

// SQLite opens a fresh migrated SQLite database, closed and removed when the test ends.
func SQLite(t testing.TB) *db.DB {
	t.Helper()
	return open(t, SQLiteURL(t))
}

// SQLiteURL is the URL of a fresh migrated SQLite database.
func SQLiteURL(t testing.TB) string {
	t.Helper()
	template, err := sqliteTemplate()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "kartela.db")
	if err := copyFile(template, file); err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + file
}

// Postgres opens a fresh migrated PostgreSQL database. It is dropped when the test ends,
// and kept, its URL logged, when the test failed.
func Postgres(t testing.TB) *db.DB {
	t.Helper()
	return open(t, PostgresURL(t))
}

// PostgresURL is the URL of a fresh migrated PostgreSQL database.
func PostgresURL(t testing.TB) string {
	t.Helper()
	p, err := postgresTemplate()
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	name := "kartela_test_" + fmt.Sprintf("%x", schema.NewID())
	if err := p.admin(ctx, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s", name, p.template)); err != nil {
		t.Fatal(err)
	}
	target := p.database(name)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("kept for a look: %s", target)
			return
		}
		if err := p.admin(ctx, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return target
}

func open(t testing.TB, target string) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), target)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

var sqliteTemplate = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "kartela-template-")
	if err != nil {
		return "", err
	}
	atExit(func() { _ = os.RemoveAll(folder) })
	file := filepath.Join(folder, "template.db")
	return file, migrated("sqlite:" + file)
})

func migrated(target string) error {
	ctx := context.Background()
	d, err := db.Open(ctx, target)
	if err != nil {
		return err
	}
	if _, err := db.Migrate(ctx, d); err != nil {
		_ = d.Close()
		return err
	}
	return d.Close()
}

func copyFile(from, to string) error {
	in, err := os.Open(from) //nolint:gosec // our own template
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the test's own folder
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		_ = out.Close()
		return err
	}
	return out.Close()
}

type pgTemplate struct {
	url      string
	template string
}

// postgresTemplate migrates one template database per test process.
var postgresTemplate = sync.OnceValues(func() (*pgTemplate, error) {
	ctx := context.Background()
	server, err := postgres.Start(ctx)
	if err != nil {
		return nil, err
	}
	atExit(func() { _ = server.Stop() })
	p := &pgTemplate{url: server.URL, template: "kartela_template_" + fmt.Sprintf("%x", schema.NewID())}
	if err := p.admin(ctx, "CREATE DATABASE "+p.template); err != nil {
		return nil, err
	}
	atExit(func() { _ = p.admin(ctx, "DROP DATABASE IF EXISTS "+p.template+" WITH (FORCE)") })
	return p, migrated(p.database(p.template))
})

func (p *pgTemplate) database(name string) string {
	u, err := url.Parse(p.url)
	if err != nil {
		panic(err)
	}
	u.Path = "/" + name
	return u.String()
}

func (p *pgTemplate) admin(ctx context.Context, query string) error {
	c, err := pgx.Connect(ctx, p.url)
	if err != nil {
		return fmt.Errorf("dbtest: reach PostgreSQL: %w", err)
	}
	defer func() { _ = c.Close(ctx) }()
	if _, err := c.Exec(ctx, query); err != nil {
		return fmt.Errorf("dbtest: %s: %w", query, err)
	}
	return nil
}

var (
	exitMu sync.Mutex
	exits  []func()
)

func atExit(f func()) {
	exitMu.Lock()
	defer exitMu.Unlock()
	exits = append(exits, f)
}

// Main runs the tests of a package and then removes what they shared. A package whose
// tests use a database has
//
//	func TestMain(m *testing.M) { dbtest.Main(m) }
func Main(m *testing.M) {
	code := m.Run()
	for i := len(exits) - 1; i >= 0; i-- {
		exits[i]()
	}
	os.Exit(code)
}

// Tenant makes an organization in Greece with one member in the role, and gives a context
// with that member as the viewer.
func Tenant(t testing.TB, d *db.DB, role viewer.Role) context.Context {
	t.Helper()
	var v viewer.Viewer
	system := viewer.AsSystem(context.Background(), "a test's organization")
	err := db.InTx(system, d, func(ctx context.Context, tx *ent.Tx) error {
		org, err := tx.Organization.Create().SetName("Δοκιμή ΑΕ").SetBaseCurrency("EUR").Save(ctx)
		if err != nil {
			return err
		}
		v = viewer.Viewer{Kind: viewer.Staff, Organization: org.ID, Role: role}
		v.User, err = member(ctx, tx, org.ID, role)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return viewer.With(context.Background(), v)
}

// Member adds a member to the viewer's organization and gives a context with it as the
// viewer.
func Member(t testing.TB, ctx context.Context, d *db.DB, role viewer.Role) context.Context {
	t.Helper()
	v := viewer.Viewer{Kind: viewer.Staff, Organization: viewer.From(ctx).Organization, Role: role}
	err := db.InTx(viewer.AsSystem(ctx, "a test's member"), d, func(ctx context.Context, tx *ent.Tx) (err error) {
		v.User, err = member(ctx, tx, v.Organization, role)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return viewer.With(context.Background(), v)
}

func member(ctx context.Context, tx *ent.Tx, organization uuid.UUID, role viewer.Role) (uuid.UUID, error) {
	u, err := tx.User.Create().SetEmail(fmt.Sprintf("%s@test.example", schema.NewID())).Save(ctx)
	if err != nil {
		return uuid.Nil, err
	}
	return u.ID, tx.Membership.Create().SetOrganizationID(organization).SetUserID(u.ID).SetRole(role).Exec(ctx)
}
