package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/viewer"
)

// verify computes what is kept beside its sources again, in every organization, and prints a
// line for each difference. It changes nothing, and fails when there is one.
func verify(ctx context.Context, c *config, out io.Writer) (err error) {
	d, err := db.Open(ctx, c.databaseURL())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	return verified(ctx, d, out)
}

func verified(ctx context.Context, d *db.DB, out io.Writer) error {
	found, err := (&ledger.Book{DB: d}).Verify(viewer.AsSystem(ctx, "verify the ledger"))
	if err != nil {
		return err
	}
	for _, f := range found {
		_, _ = fmt.Fprintln(out, f)
	}
	if len(found) > 0 {
		return fmt.Errorf("verify: %d differences", len(found))
	}
	_, _ = fmt.Fprintln(out, "everything is what its sources say")
	return nil
}
