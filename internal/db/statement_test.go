package db_test

import (
	"context"
	"errors"
	"testing"

	"entgo.io/ent/dialect"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/viewer"
)

// named is a statement that makes a contact of the organization.
func named(ctx context.Context, organization, id uuid.UUID, name string) *db.Statement {
	return db.NewStatement(ctx, `INSERT INTO contacts (id, organization_id, created_at, updated_at, display_name, default_taxes)
VALUES ($1, $2, $3, $3, $4, '[]')`, id, organization, schema.Now(), name)
}

func own(ctx context.Context) uuid.UUID { return viewer.From(ctx).Organization }

// names are a statement that reads the names of all contacts.
func names(ctx context.Context, into *[]string) *db.Statement {
	s := db.NewStatement(ctx, `SELECT display_name FROM contacts WHERE organization_id = $1 ORDER BY id`, own(ctx))
	s.Row = func(scan func(...any) error) error {
		var name string
		err := scan(&name)
		*into = append(*into, name)
		return err
	}
	return s
}

// Whatever runs next in the transaction finds what waited, in the order in which it was asked
// for, but for what is to be the last.
func TestWhatWaitsIsDoneBeforeTheNextStatement(t *testing.T) {
	next := map[string]func(ctx context.Context, tx *ent.Tx) ([]string, error){
		"together": func(ctx context.Context, tx *ent.Tx) (got []string, err error) {
			return got, db.Together(ctx, tx, names(ctx, &got))
		},
		"by ent": func(ctx context.Context, tx *ent.Tx) (got []string, err error) {
			rows, err := tx.Contact.Query().Order(ent.Asc("id")).All(ctx)
			for _, r := range rows {
				got = append(got, r.DisplayName)
			}
			return got, err
		},
		"a change": func(ctx context.Context, tx *ent.Tx) (got []string, err error) {
			n, err := tx.Contact.Update().SetWebsite("x").Save(ctx)
			if err == nil && n != 2 {
				err = errors.New("it met other rows")
			}
			return []string{"first", "second"}, err
		},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for name, read := range next {
			t.Run(name, func(t *testing.T) {
				ctx := dbtest.Tenant(t, d, viewer.Owner)
				var got, end []string
				inTx(t, ctx, d, func(ctx context.Context, tx *ent.Tx) (err error) {
					last := db.NewStatement(ctx, `UPDATE contacts SET display_name = 'second' WHERE organization_id = $1 AND display_name = 'third'`, own(ctx))
					last.Changes, last.Last = 1, true
					waiting := []*db.Statement{named(ctx, own(ctx), schema.NewID(), "first"), last, named(ctx, own(ctx), schema.NewID(), "third")}
					if d.Dialect == dialect.SQLite { // runs each at once
						waiting[1], waiting[2] = waiting[2], waiting[1]
					}
					for _, s := range waiting {
						if err := db.Later(ctx, tx, s); err != nil {
							return err
						}
					}
					got, err = read(ctx, tx)
					return err
				})
				inTx(t, ctx, d, func(ctx context.Context, tx *ent.Tx) error { return db.Together(ctx, tx, names(ctx, &end)) })
				want := []string{"first", "second"}
				if diff := cmp.Diff(want, got) + cmp.Diff(want, end); diff != "" {
					t.Errorf("in the transaction and after it (-want +got):\n%s", diff)
				}
			})
		}
	})
}

// What waits for the commit may fail it: nothing is kept and nothing announced, the connection
// is as good as before, and the error is told as that of any other statement.
func TestWhatWaitsFailsTheTransaction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := dbtest.Tenant(t, d, viewer.Owner)
		taken := newContact(t, ctx, d, "taken")
		tests := map[string]struct {
			statement func(ctx context.Context) *db.Statement
			want      error
		}{
			"a key that is taken": {func(ctx context.Context) *db.Statement { return named(ctx, own(ctx), taken, "again") }, fault.New(fault.Conflict, "", "")},
			"in its author's words": {func(ctx context.Context) *db.Statement {
				s := named(ctx, own(ctx), taken, "again")
				s.Failed = func(error) error { return errOurs }
				return s
			}, errOurs},
			"other rows than it must meet": {func(ctx context.Context) *db.Statement {
				s := db.NewStatement(ctx, `UPDATE contacts SET website = 'x' WHERE organization_id = $1`, own(ctx))
				s.Changes, s.Failed = 5, func(error) error { return errOurs }
				return s
			}, errOurs},
		}
		for name, tt := range tests {
			t.Run(name, func(t *testing.T) {
				told := false
				for range 40 { // more than there are connections
					err := db.InTx(ctx, d, func(ctx context.Context, tx *ent.Tx) error {
						db.AfterCommit(ctx, func() { told = true })
						if err := db.Later(ctx, tx, named(ctx, own(ctx), schema.NewID(), "lost")); err != nil {
							return err
						}
						return db.Later(ctx, tx, tt.statement(ctx))
					})
					if !errors.Is(err, tt.want) {
						t.Fatalf("says %v, want %v", err, tt.want)
					}
				}
				if n := contacts(t, ctx, d); n != 1 || told {
					t.Errorf("%d contacts, not 1; told %v", n, told)
				}
			})
		}
	})
}

// A part of a transaction takes what waits along: it is lost with the part, and fails no more
// than the part.
func TestWhatAPartLeavesWaitingIsOfThePart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := dbtest.Tenant(t, d, viewer.Owner)
		taken := newContact(t, ctx, d, "taken")
		var got []string
		inTx(t, ctx, d, func(ctx context.Context, tx *ent.Tx) error {
			part := func(id uuid.UUID, name string, end error) error {
				return db.Savepoint(ctx, tx, func(ctx context.Context, tx *ent.Tx) error {
					if err := db.Later(ctx, tx, named(ctx, own(ctx), id, name)); err != nil {
						return err
					}
					return end
				})
			}
			if err := part(schema.NewID(), "lost", errOurs); !errors.Is(err, errOurs) {
				t.Errorf("a part that failed says %v", err)
			}
			// SQLite runs at once what waits elsewhere.
			if err := part(taken, "again", errOurs); !errors.Is(err, errOurs) && d.Dialect != dialect.SQLite {
				t.Errorf("a part that failed before what waits could says %v", err)
			}
			if err := part(taken, "again", nil); !fault.IsCode(err, fault.Conflict) {
				t.Errorf("a part with a key that is taken says %v", err)
			}
			if err := part(schema.NewID(), "kept", nil); err != nil {
				return err
			}
			return db.Together(ctx, tx, names(ctx, &got))
		})
		if diff := cmp.Diff([]string{"taken", "kept"}, got); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}

func TestATransactionIsTriedAgainForWhatWaited(t *testing.T) {
	d := dbtest.Postgres(t) // SQLite lets nothing wait
	ctx := dbtest.Tenant(t, d, viewer.Owner)
	tries := 0
	inTx(t, ctx, d, func(ctx context.Context, tx *ent.Tx) error {
		if tries++; tries == 1 {
			if err := db.Later(ctx, tx, &db.Statement{Query: `DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$`}); err != nil {
				return err
			}
		}
		return db.Later(ctx, tx, named(ctx, own(ctx), schema.NewID(), "x"))
	})
	if n := contacts(t, ctx, d); tries != 2 || n != 1 {
		t.Errorf("%d tries, %d contacts", tries, n)
	}
}

// Who goes while something waits leaves nothing behind.
func TestWhatWaitsIsDroppedWithTheContext(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := dbtest.Tenant(t, d, viewer.Owner)
		for range 20 {
			leaving, leave := context.WithCancel(ctx)
			err := db.InTx(leaving, d, func(ctx context.Context, tx *ent.Tx) error {
				if err := db.Later(ctx, tx, named(ctx, own(ctx), schema.NewID(), "x")); err != nil {
					return err
				}
				leave()
				return nil
			})
			if err == nil {
				t.Error("it was kept")
			}
		}
		if n := contacts(t, ctx, d); n != 0 {
			t.Errorf("%d contacts", n)
		}
	})
}

func TestStatementsOfNobodyAndOfOthersAreRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, others := dbtest.Tenant(t, d, viewer.Owner), dbtest.Tenant(t, d, viewer.Owner)
		run := map[string]func(context.Context, *ent.Tx, *db.Statement) error{
			"together": func(ctx context.Context, tx *ent.Tx, s *db.Statement) error { return db.Together(ctx, tx, s) },
			"later":    db.Later,
		}
		for name, run := range run {
			t.Run(name, func(t *testing.T) {
				inTx(t, ctx, d, func(txCtx context.Context, tx *ent.Tx) error {
					if err := run(ctx, tx, named(txCtx, own(ctx), schema.NewID(), "x")); err == nil {
						t.Error("outside a transaction: no error")
					}
					if err := run(viewer.With(txCtx, viewer.Viewer{}), tx, named(txCtx, own(ctx), schema.NewID(), "x")); !fault.IsCode(err, fault.Unauthenticated) {
						t.Errorf("nobody: %v", err)
					}
					s := named(txCtx, own(ctx), schema.NewID(), "x")
					s.Query += " ON CONFLICT (id) DO NOTHING"
					if err := run(txCtx, tx, s); err == nil {
						t.Error("an upsert on a key without the organization: no error")
					}
					return nil
				})
				if d.Dialect == dialect.SQLite {
					return // which has no row-level security behind
				}
				err := db.InTx(ctx, d, func(ctx context.Context, tx *ent.Tx) error {
					return run(ctx, tx, named(ctx, own(others), schema.NewID(), "x"))
				})
				if pg := new(pgconn.PgError); !errors.As(err, &pg) || pg.Code != "42501" {
					t.Errorf("a row of another organization: %v", err)
				}
			})
		}
		if n, m := contacts(t, ctx, d), contacts(t, others, d); n+m != 0 {
			t.Errorf("%d contacts, and %d of others", n, m)
		}
	})
}
