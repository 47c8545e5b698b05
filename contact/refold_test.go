package contact_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/contactaddress"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/viewer"
)

func TestRowsFromBeforeAreFilledIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, other := setup(t, d), setup(t, d)
		const old = 1203 // more than a batch
		fresh := b.create(t, contact.Fields{Company: ptr("Νέα ΑΕ"), Addresses: []*contact.AddressInput{{City: "Βόλος"}, {City: ""}}})
		for _, o := range []*bench{b, other} {
			o.system(t, func(ctx context.Context, tx *ent.Tx) error {
				org := viewer.From(ctx).Organization
				var contacts []*ent.ContactCreate
				for i := range old {
					contacts = append(contacts, tx.Contact.Create().SetOrganizationID(org).SetDisplayName(fmt.Sprintf("Παλιά %d ΑΕ", i)).SetDefaultTaxes(nil))
				}
				for len(contacts) > 0 {
					n := min(500, len(contacts))
					rows, err := tx.Contact.CreateBulk(contacts[:n]...).Save(ctx)
					if err != nil {
						return err
					}
					var addresses []*ent.ContactAddressCreate
					for _, r := range rows {
						addresses = append(addresses, tx.ContactAddress.Create().SetOrganizationID(org).SetContactID(r.ID).SetCity("Αθήνα"))
					}
					if err := tx.ContactAddress.CreateBulk(addresses...).Exec(ctx); err != nil {
						return err
					}
					contacts = contacts[n:]
				}
				return nil
			})
		}
		n, err := b.Refold(context.Background())
		must(t, err)
		if n != 4*old {
			t.Errorf("%d rows were filled in, want %d", n, 4*old)
		}
		for _, o := range []*bench{b, other} {
			rows, err := d.Contact.Query().All(o.ctx)
			must(t, err)
			for _, r := range rows {
				if want := contact.NameKey(r.DisplayName); r.NameKey != want {
					t.Fatalf("%s has the key %q, want %q", r.DisplayName, r.NameKey, want)
				}
			}
			if n, err := d.ContactAddress.Query().Where(contactaddress.SortCity("αθηνα")).Count(o.ctx); err != nil || n != old {
				t.Errorf("%d addresses are in αθηνα, %v", n, err)
			}
		}
		now, err := b.Get(b.ctx, fresh.ID)
		must(t, err)
		if now.Version != fresh.Version || !now.UpdatedAt.Equal(fresh.UpdatedAt) {
			t.Error("a row that was full is changed")
		}
		ctx, statements := db.CountStatements(context.Background())
		if n, err := b.Refold(ctx); n != 0 || err != nil || statements.Load() != 2 {
			t.Errorf("a second time: %d rows, %v, by %d statements", n, err, statements.Load())
		}
	})
}
