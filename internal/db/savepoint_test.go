package db_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/viewer"
)

func TestAPartThatFailsIsTakenBackAndTheRestIsKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := dbtest.Tenant(t, d, viewer.Owner)
		taken, after := newContact(t, ctx, d, "taken"), []string{}
		part := func(ctx context.Context, tx *ent.Tx, name string, end error) error {
			return db.Savepoint(ctx, tx, func(ctx context.Context, tx *ent.Tx) error {
				if _, err := addContact(ctx, tx, name); err != nil {
					return err
				}
				db.AfterCommit(ctx, func() { after = append(after, name) })
				return end
			})
		}
		inTx(t, ctx, d, func(ctx context.Context, tx *ent.Tx) error {
			if err := part(ctx, tx, "kept", nil); err != nil {
				return err
			}
			if err := part(ctx, tx, "taken back", errOurs); !errors.Is(err, errOurs) {
				t.Errorf("a part that failed says %v", err)
			}
			err := db.Savepoint(ctx, tx, func(ctx context.Context, tx *ent.Tx) error {
				if err := part(ctx, tx, "kept within", nil); err != nil {
					return err
				}
				if err := part(ctx, tx, "taken back within", errOurs); !errors.Is(err, errOurs) {
					t.Errorf("a part of a part that failed says %v", err)
				}
				return nil
			})
			if err != nil {
				return err
			}
			// A statement that breaks a key ends a transaction of PostgreSQL: not one that has a savepoint.
			err = db.Savepoint(ctx, tx, func(ctx context.Context, tx *ent.Tx) error {
				return tx.Contact.Create().SetID(taken).SetDisplayName("again").SetDefaultTaxes(nil).Exec(ctx)
			})
			if !fault.IsCode(err, fault.Conflict) {
				t.Errorf("a key that is broken says %v, want CONFLICT", err)
			}
			return part(ctx, tx, "kept too", nil)
		})
		if diff := cmp.Diff([]string{"kept", "kept within", "kept too"}, after); diff != "" {
			t.Errorf("after the commit (-want +got):\n%s", diff)
		}
		if n := contacts(t, ctx, d); n != 4 {
			t.Errorf("%d contacts, want 4", n)
		}
	})
}

func TestASavepointGoesWithItsTransaction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := dbtest.Tenant(t, d, viewer.Owner)
		err := db.InTx(ctx, d, func(ctx context.Context, tx *ent.Tx) error {
			if err := db.Savepoint(ctx, tx, func(ctx context.Context, tx *ent.Tx) error {
				_, err := addContact(ctx, tx, "x")
				return err
			}); err != nil {
				return err
			}
			return errOurs
		})
		if !errors.Is(err, errOurs) || contacts(t, ctx, d) != 0 {
			t.Errorf("%v, and %d contacts", err, contacts(t, ctx, d))
		}
		if err := db.Savepoint(ctx, nil, nil); err == nil {
			t.Error("a savepoint outside a transaction is none")
		}
		tries := 0
		inTx(t, ctx, d, func(ctx context.Context, tx *ent.Tx) error {
			tries++
			err := db.Savepoint(ctx, tx, func(ctx context.Context, tx *ent.Tx) error {
				if _, err := addContact(ctx, tx, uuid.NewString()); err != nil || tries > 1 {
					return err
				}
				return errors.New("database is locked")
			})
			return err
		})
		if tries != 2 || contacts(t, ctx, d) != 1 {
			t.Errorf("the database gave up once: %d tries, %d contacts", tries, contacts(t, ctx, d))
		}
	})
}
