package main

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/viewer"
)

func TestVerifyPrintsEachDifferenceAndFails(t *testing.T) {
	for name, c := range map[string]config{"sqlite": {Data: t.TempDir()}, "postgres": {Database: dbtest.PostgresURL(t)}} {
		t.Run(name, func(t *testing.T) {
			ctx := viewer.AsSystem(context.Background(), "a test")
			d, err := db.Open(ctx, c.databaseURL())
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = d.Close() })
			if _, err := db.Migrate(ctx, d); err != nil {
				t.Fatal(err)
			}
			var contacts []string
			t.Run("make", func(t *testing.T) {
				owner := startServer(t, d, config{Data: filepath.Join(t.TempDir(), "files")}).owner(t)
				for _, amount := range []string{"5", "7"} {
					id := owner.do(createContact, vars{"input": vars{"company": "C", "isClient": true}}).at("createContact.contact.id").text()
					owner.do(recordPayment, vars{"input": vars{"contactId": id, "amount": amount}})
					contacts = append(contacts, id)
				}
			})
			var out bytes.Buffer
			if err := verify(context.Background(), &c, &out); err != nil || !strings.Contains(out.String(), "everything is what its sources say") {
				t.Fatalf("%v: %s", err, out.String())
			}
			for i, id := range contacts {
				_, err := d.ExecContext(ctx, fmt.Sprintf(`UPDATE balances SET credit = credit + 1, outstanding = outstanding + 1 WHERE contact_id = '%s'`, id))
				if err != nil {
					t.Fatal(err)
				}
				out.Reset()
				err = verify(context.Background(), &c, &out)
				if want := 2 * (i + 1); err == nil || strings.Count(out.String(), "\n") != want {
					t.Errorf("%v, want %d lines:\n%s", err, want, out.String())
				}
			}
		})
	}
}
