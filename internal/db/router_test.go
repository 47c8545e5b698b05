package db_test

import (
	"context"
	"errors"
	"testing"

	"entgo.io/ent/dialect"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/viewer"
)

func TestEveryStatementIsCounted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := dbtest.Tenant(t, d, viewer.Owner)
		id := newContact(t, ctx, d, "x")
		update := "UPDATE contacts SET version = version + 1"
		tests := map[string]struct {
			do   func(ctx context.Context) error
			want int64
		}{
			"a query":         {func(ctx context.Context) error { _, err := d.Contact.Query().All(ctx); return err }, 1},
			"a plain query":   {func(ctx context.Context) error { return closed(d.QueryContext(ctx, "SELECT 1")) }, 1},
			"a plain change":  {func(ctx context.Context) error { _, err := d.ExecContext(ctx, update); return err }, 1},
			"a query in a tx": {in(d, func(ctx context.Context, tx *ent.Tx) error { _, err := tx.Contact.Query().All(ctx); return err }), 1},
			"a change in a tx": {in(d, func(ctx context.Context, tx *ent.Tx) error {
				_, err := tx.Contact.Update().SetWebsite("x").Save(ctx)
				return err
			}), 1},
			"a deletion in a tx": {in(d, func(ctx context.Context, tx *ent.Tx) error { return ignore(tx.Contact.Delete().Exec(ctx)) }), 1},
			"plain in a tx": {in(d, func(ctx context.Context, tx *ent.Tx) error {
				if _, err := tx.ExecContext(ctx, update); err != nil {
					return err
				}
				return closed(tx.QueryContext(ctx, "SELECT 1"))
			}), 2},
			"nothing": {func(context.Context) error { return nil }, 0},
		}
		for name, tt := range tests {
			t.Run(name, func(t *testing.T) {
				counting, n := db.CountStatements(ctx)
				if err := tt.do(counting); err != nil && !errors.Is(err, errOurs) {
					t.Fatal(err)
				}
				if n.Load() != tt.want {
					t.Errorf("counted %d, not %d", n.Load(), tt.want)
				}
			})
		}
		if _, err := d.Contact.Get(ctx, id); err != nil {
			t.Error(err)
		}
	})
}

// in runs f in a transaction that is taken back.
func in(d *db.DB, f func(ctx context.Context, tx *ent.Tx) error) func(context.Context) error {
	return func(ctx context.Context) error {
		return db.InTx(ctx, d, func(ctx context.Context, tx *ent.Tx) error {
			if err := f(ctx, tx); err != nil {
				return err
			}
			return errOurs
		})
	}
}

func ignore(_ int, err error) error { return err }

func closed(rows interface{ Close() error }, err error) error {
	if err != nil {
		return err
	}
	return rows.Close()
}

// SQLite has one connection that writes: a change that comes as a query, outside a
// transaction, must not slip through one of those that read.
func TestThePoolThatReadsCannotWrite(t *testing.T) {
	d := dbtest.SQLite(t)
	ctx := dbtest.Tenant(t, d, viewer.Owner)
	id := newContact(t, ctx, d, "before")
	rows, err := d.QueryContext(ctx, "UPDATE contacts SET display_name = 'after' RETURNING id")
	if err == nil {
		for rows.Next() {
		}
		err = rows.Err()
		_ = rows.Close()
	}
	if err == nil {
		t.Error("a query changed a row")
	}
	if c, err := d.Contact.Get(ctx, id); err != nil || c.DisplayName != "before" {
		t.Errorf("the row is %v (%v)", c, err)
	}
	if _, err := d.ExecContext(ctx, "UPDATE contacts SET display_name = 'after'"); err != nil {
		t.Errorf("the pool that writes cannot: %v", err)
	}
}

func TestAnUpsertIsOnAKeyOfTheOrganization(t *testing.T) {
	const start = "INSERT INTO contacts (id, organization_id, created_at, updated_at, display_name, default_taxes) SELECT id, organization_id, created_at, updated_at, display_name, default_taxes FROM contacts WHERE true "
	tests := map[string]struct {
		clause  string
		refused bool
	}{
		"the organization first": {"ON CONFLICT (organization_id, id) DO UPDATE SET version = 2", false},
		"quoted":                 {`ON CONFLICT ("organization_id", "id") DO NOTHING`, false},
		"the id":                 {"ON CONFLICT (id) DO UPDATE SET version = 2", true},
		"the id, quoted":         {`ON CONFLICT ("id") DO NOTHING`, true},
		"lower case":             {"on conflict (id) do nothing", true},
		"no key":                 {"ON CONFLICT DO NOTHING", true},
		"the second of two":      {"ON CONFLICT (organization_id, id) DO NOTHING ON CONFLICT (id) DO NOTHING", true},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := dbtest.Tenant(t, d, viewer.Owner)
		newContact(t, ctx, d, "x")
		for name, tt := range tests {
			t.Run(name, func(t *testing.T) {
				if d.Dialect == dialect.Postgres && name == "the second of two" {
					return // not in its grammar
				}
				if _, err := d.ExecContext(ctx, start+tt.clause); (err != nil) != tt.refused {
					t.Errorf("a viewer's: %v", err)
				}
				if _, err := d.ExecContext(system, start+tt.clause); err != nil {
					t.Errorf("the system's: %v", err)
				}
			})
		}
	})
}
