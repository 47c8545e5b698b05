package db_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/internal/db"
)

func inTx(t testing.TB, ctx context.Context, d *db.DB, f func(ctx context.Context, tx *ent.Tx) error) {
	t.Helper()
	if err := db.InTx(ctx, d, f); err != nil {
		t.Fatal(err)
	}
}

func newContact(t testing.TB, ctx context.Context, d *db.DB, name string) (id uuid.UUID) {
	t.Helper()
	inTx(t, ctx, d, func(ctx context.Context, tx *ent.Tx) error {
		c, err := addContact(ctx, tx, name)
		id = c
		return err
	})
	return id
}

func addContact(ctx context.Context, tx *ent.Tx, name string) (uuid.UUID, error) {
	c, err := tx.Contact.Create().SetDisplayName(name).SetDefaultTaxes(nil).Save(ctx)
	if err != nil {
		return uuid.Nil, err
	}
	return c.ID, nil
}

// contacts counts the contacts that the viewer sees.
func contacts(t testing.TB, ctx context.Context, d *db.DB) int {
	t.Helper()
	n, err := d.Contact.Query().Count(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
