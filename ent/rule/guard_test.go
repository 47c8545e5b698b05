package rule_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/viewer"
)

func TestAChangeOutsideATransactionIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		for name, ctx := range map[string]context.Context{
			"the system": system, "an owner": viewer.With(context.Background(), s.as("owner")),
		} {
			for _, k := range kinds(t) {
				if err := exec(ctx, touch(call(k.of(d.Client), "UpdateOneID", s.rows[k.table][0])[0])); err == nil {
					t.Errorf("%s changed a row of %s", name, k.name)
				}
				if err := exec(ctx, call(k.of(d.Client), "DeleteOneID", s.rows[k.table][0])[0]); err == nil {
					t.Errorf("%s deleted a row of %s", name, k.name)
				}
			}
		}
	})
}

func TestTheLedgerAndTheHistoryAreOnlyAddedTo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		for name, ctx := range map[string]context.Context{
			"the system": system, "an owner": viewer.With(context.Background(), s.as("owner")),
		} {
			for _, k := range []kind{{ent.TypeLedgerEntry, "ledger_entries"}, {ent.TypeAuditEvent, "audit_events"}} {
				for what, do := range map[string]func(c any, id uuid.UUID) error{
					"update": func(c any, id uuid.UUID) error { return exec(ctx, touch(call(k.of(c), "UpdateOneID", id)[0])) },
					"delete": func(c any, id uuid.UUID) error { return exec(ctx, call(k.of(c), "DeleteOneID", id)[0]) },
				} {
					err := db.InTx(ctx, d, func(_ context.Context, tx *ent.Tx) error { return do(tx, s.rows[k.table][0]) })
					if err == nil || err.Error() != "rule: rows of "+k.name+" are only ever added" {
						t.Errorf("%s of %s by %s: %v", what, k.name, name, err)
					}
				}
			}
		}
	})
}

func TestAViewerMakesRowsOfTheOwnOrganizationOnly(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ours, theirs := newScene(t, d), newScene(t, d)
		create := func(v viewer.Viewer, org uuid.UUID) (*ent.Contact, error) {
			var c *ent.Contact
			err := db.InTx(viewer.With(context.Background(), v), d, func(ctx context.Context, tx *ent.Tx) (err error) {
				q := tx.Contact.Create().SetDisplayName("x").SetDefaultTaxes(nil)
				if org != uuid.Nil {
					q.SetOrganizationID(org)
				}
				c, err = q.Save(ctx)
				return err
			})
			return c, err
		}
		owner := ours.as("owner")
		for name, org := range map[string]uuid.UUID{"not said": uuid.Nil, "the own": ours.org} {
			if c, err := create(owner, org); err != nil || c.OrganizationID != ours.org {
				t.Errorf("%s: %v, %v", name, c, err)
			}
		}
		if _, err := create(owner, theirs.org); !fault.IsCode(err, fault.NotFound) {
			t.Errorf("another organization: %v", err)
		}
		for name, v := range map[string]viewer.Viewer{
			"nobody": {}, "staff of nothing": {Kind: viewer.Staff, Role: viewer.Owner}, "nobody with an organization": {Organization: ours.org},
		} {
			if _, err := create(v, ours.org); !fault.IsCode(err, fault.Unauthenticated) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestAPersonIsNotChangedByAViewer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		owner := s.as("owner")
		err := db.InTx(viewer.With(context.Background(), owner), d, func(ctx context.Context, tx *ent.Tx) error {
			return tx.User.UpdateOneID(owner.User).SetPasswordHash("stolen").Exec(ctx)
		})
		if err == nil {
			t.Error("a viewer changed a person, who may work for other organizations too")
		}
	})
}
