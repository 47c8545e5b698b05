package contact_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/attachment"
	"github.com/kartela/kartela/ent/contactmerge"
	"github.com/kartela/kartela/ent/mergemove"
	"github.com/kartela/kartela/ent/registrycheck"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/viewer"
)

func TestFilesAndMergesKeepAContactAndProofsOutliveIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		option := b.options(t, "Κανάλι", "Λιανική")[0]
		c := b.create(t, contact.Fields{Company: ptr("ΑΕ"), OptionIDs: []uuid.UUID{option.ID}})
		before, after := b.company(t, "before"), b.company(t, "after")
		var proof uuid.UUID
		b.system(t, func(ctx context.Context, tx *ent.Tx) error {
			org := viewer.From(ctx).Organization
			for range 2 {
				if err := tx.Attachment.Create().SetOrganizationID(org).SetContactID(c.ID).SetName("a.pdf").SetMediaType("application/pdf").SetSize(1).
					SetSha256(make([]byte, 32)).SetBlobKey("k").SetUploadedBy(org).Exec(ctx); err != nil {
					return err
				}
			}
			check, err := tx.RegistryCheck.Create().SetOrganizationID(org).SetContactID(c.ID).SetRegistry(registrycheck.RegistryVies).SetCountry("EL").SetNumber("094014201").
				SetValid(true).SetAnsweredAt(schema.Now()).SetAnswer(json.RawMessage("{}")).SetRequestedBy(org).Save(ctx)
			if err != nil {
				return err
			}
			proof = check.ID
			for _, pair := range [][2]uuid.UUID{{c.ID, before.ID}, {after.ID, c.ID}} {
				if err := tx.DuplicateDismissal.Create().SetOrganizationID(org).SetContactID(pair[0]).SetOtherID(pair[1]).SetDismissedBy(org).Exec(ctx); err != nil {
					return err
				}
			}
			merge, err := tx.ContactMerge.Create().SetOrganizationID(org).SetSurvivorID(before.ID).SetMergedBy(org).SetBefore(json.RawMessage("{}")).SetAfter(json.RawMessage("{}")).
				SetUndoneAt(schema.Now()).Save(ctx)
			if err != nil {
				return err
			}
			for range 3 {
				if err := tx.MergeMove.Create().SetOrganizationID(org).SetMergeID(merge.ID).SetLoserID(c.ID).SetKind(mergemove.KindNote).SetRowID(uuid.New()).Exec(ctx); err != nil {
					return err
				}
			}
			return nil
		})
		_, err := b.Delete(b.ctx, contact.IDInput{ID: c.ID})
		refused(t, err, fault.Conflict, "id")
		if err == nil || !strings.Contains(err.Error(), "it has 2 files, 1 merge.") {
			t.Errorf("%v does not count", err)
		}
		_, err = b.Delete(b.ctx, contact.IDInput{ID: before.ID})
		refused(t, err, fault.Conflict, "id")
		b.system(t, func(ctx context.Context, tx *ent.Tx) error {
			if _, err := tx.Attachment.Delete().Where(attachment.ContactID(c.ID)).Exec(ctx); err != nil {
				return err
			}
			if _, err := tx.MergeMove.Delete().Where(mergemove.LoserID(c.ID)).Exec(ctx); err != nil {
				return err
			}
			_, err := tx.ContactMerge.Delete().Where(contactmerge.SurvivorID(before.ID)).Exec(ctx)
			return err
		})
		_, err = b.Delete(b.ctx, contact.IDInput{ID: c.ID})
		must(t, err)
		kept, err := d.RegistryCheck.Get(b.ctx, proof)
		must(t, err)
		if kept.ContactID != nil {
			t.Errorf("the proof is of %v", kept.ContactID)
		}
		if n, err := d.DuplicateDismissal.Query().Count(b.ctx); n != 0 || err != nil {
			t.Errorf("%d dismissals are left, %v", n, err)
		}
	})
}
