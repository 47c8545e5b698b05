package contact_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/ent/portalgrant"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

// grant lets somebody in to the portal for the contact.
func (b *bench) grant(t *testing.T, c uuid.UUID, status portalgrant.Status) (id uuid.UUID) {
	t.Helper()
	b.system(t, func(ctx context.Context, tx *ent.Tx) error {
		g, err := tx.PortalGrant.Create().SetOrganizationID(viewer.From(ctx).Organization).SetContactID(c).SetEmail(uuid.NewString() + "@a.example").
			SetStatus(status).SetTokenHash([]byte(uuid.NewString())[:32]).SetExpiresAt(time.Now().UTC()).SetInvitedBy(uuid.New()).Save(ctx)
		if err == nil {
			id = g.ID
		}
		return err
	})
	return id
}

func TestArchivingEndsPortalAccessAndSaysSoAfterTheCommit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		c, other := b.company(t, "ΑΕ"), b.company(t, "ΟΕ")
		active, invited, stays := b.grant(t, c.ID, portalgrant.StatusActive), b.grant(t, c.ID, portalgrant.StatusInvited), b.grant(t, other.ID, portalgrant.StatusActive)
		status := func(id uuid.UUID) portalgrant.Status {
			g, err := d.PortalGrant.Get(b.ctx, id)
			must(t, err)
			return g.Status
		}
		told := b.Service.Ended
		b.Service.Ended = func(e viewer.Ended) { // what is told is committed: others read it
			if got := status(active); got != portalgrant.StatusRevoked {
				t.Errorf("told while the access is %s", got)
			}
			told(e)
		}
		got, err := b.Archive(b.ctx, contact.IDInput{ID: c.ID})
		must(t, err)
		if got.ArchivedAt == nil || got.Version != 2 {
			t.Errorf("archived at %v, version %d", got.ArchivedAt, got.Version)
		}
		want := []viewer.Ended{{Organization: viewer.From(b.ctx).Organization, Contact: c.ID}}
		if diff := cmp.Diff(want, b.ended); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
		if status(invited) != portalgrant.StatusRevoked || status(stays) != portalgrant.StatusActive {
			t.Errorf("the invitation is %s, another contact's access %s", status(invited), status(stays))
		}
		if g, err := d.PortalGrant.Get(b.ctx, invited); err != nil || (g.TokenHash != nil && len(*g.TokenHash) > 0) {
			t.Errorf("the link of an invitation is kept, %v", err)
		}

		again, err := b.Archive(b.ctx, contact.IDInput{ID: c.ID})
		must(t, err)
		if again.Version != 2 || len(b.ended) != 1 {
			t.Errorf("archived a second time: version %d, told %d times", again.Version, len(b.ended))
		}
		_, err = b.update(again, contact.Fields{Company: ptr("x")})
		refused(t, err, fault.Conflict, "id")

		restored, err := b.Restore(b.ctx, contact.IDInput{ID: c.ID})
		must(t, err)
		if restored.ArchivedAt != nil || restored.Version != 3 || status(active) != portalgrant.StatusRevoked {
			t.Errorf("restored: archived at %v, version %d, access %s", restored.ArchivedAt, restored.Version, status(active))
		}
		_, err = b.Archive(b.ctx, contact.IDInput{ID: uuid.New()})
		refused(t, err, fault.NotFound, "id")
	})
}

func TestDeletingIsRefusedWithACountOfWhatRefersToTheContact(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		c := b.create(t, contact.Fields{Company: ptr("ΑΕ"), Emails: []*contact.EmailInput{{Email: "a@a.example"}},
			Phones: []*contact.PhoneInput{{Number: "210"}}, Addresses: []*contact.AddressInput{{City: "Βόλος"}}})
		_, err := b.AddNote(b.ctx, contact.NoteInput{ContactID: c.ID, Text: "Σημείωση"})
		must(t, err)
		var docs []uuid.UUID
		var paid uuid.UUID
		b.system(t, func(ctx context.Context, tx *ent.Tx) error {
			org := viewer.From(ctx).Organization
			for _, side := range []document.Side{document.SideClient, document.SideSupplier} {
				row, err := tx.Document.Create().SetOrganizationID(org).SetType(document.TypeInvoice).SetSide(side).SetContactID(c.ID).SetContactName("ΑΕ").
					SetDate(day.Date("2026-01-01")).SetDueDate(day.Date("2026-01-01")).SetCurrency("EUR").SetExchangeRate(money.FromInt(1)).SetCreatedBy(uuid.New()).Save(ctx)
				if err != nil {
					return err
				}
				docs = append(docs, row.ID)
			}
			row, err := tx.Payment.Create().SetOrganizationID(org).SetKind(payment.KindSupplierPayment).SetSide(payment.SideSupplier).SetContactID(c.ID).
				SetDate("2026-01-01").SetAmount(100).SetCurrency("EUR").SetCreatedBy(uuid.New()).Save(ctx)
			if err == nil {
				paid = row.ID
			}
			return err
		})
		access := b.grant(t, c.ID, portalgrant.StatusActive)
		merged := b.company(t, "ΟΕ")
		b.system(t, func(ctx context.Context, tx *ent.Tx) error {
			return tx.Contact.UpdateOneID(merged.ID).SetMergedIntoID(c.ID).Exec(ctx)
		})
		sales := dbtest.Member(t, b.ctx, d, viewer.Sales) // counts what it does not see
		_, err = b.Delete(sales, contact.IDInput{ID: c.ID})
		refused(t, err, fault.Conflict, "id")
		for _, count := range []string{"2 documents", "1 payment,", "1 person with portal access", "1 contact that was merged into it"} {
			if err == nil || !strings.Contains(err.Error(), count) {
				t.Errorf("%v does not say %q", err, count)
			}
		}
		if emails, err := c.Emails(b.ctx); err != nil || len(emails) != 1 {
			t.Errorf("a refused delete left %v, %v", emails, err)
		}

		b.system(t, func(ctx context.Context, tx *ent.Tx) error {
			if _, err := tx.Document.Delete().Where(document.IDIn(docs...)).Exec(ctx); err != nil {
				return err
			}
			if err := tx.Payment.DeleteOneID(paid).Exec(ctx); err != nil {
				return err
			}
			if err := tx.PortalGrant.UpdateOneID(access).SetStatus(portalgrant.StatusRevoked).Exec(ctx); err != nil {
				return err
			}
			return tx.Contact.UpdateOneID(merged.ID).ClearMergedIntoID().Exec(ctx)
		})
		_, err = b.Restrict(b.ctx, contact.RestrictInput{ID: c.ID, UserIDs: []uuid.UUID{viewer.From(sales).User}})
		must(t, err)
		if _, err := b.Delete(sales, contact.IDInput{ID: c.ID}); err != nil { // with what only others see of it
			t.Fatal(err)
		}
		_, err = b.Get(b.ctx, c.ID)
		refused(t, err, fault.NotFound, "id")
		_, err = b.Delete(b.ctx, contact.IDInput{ID: c.ID})
		refused(t, err, fault.NotFound, "id")
	})
}

func TestNotesAreWrittenAndReadNewestFirst(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		c := b.company(t, "ΑΕ")
		for _, text := range []string{" πρώτη ", "δεύτερη", greek(contact.MaxNote), "τελευ\x00ταία"} {
			n, err := b.AddNote(b.ctx, contact.NoteInput{ContactID: c.ID, Text: text})
			must(t, err)
			if n.AuthorID != viewer.From(b.ctx).User {
				t.Errorf("written by %s", n.AuthorID)
			}
		}
		for _, text := range []string{"", "  ", greek(contact.MaxNote + 1)} {
			_, err := b.AddNote(b.ctx, contact.NoteInput{ContactID: c.ID, Text: text})
			refused(t, err, fault.Invalid, "text")
		}
		_, err := b.AddNote(b.ctx, contact.NoteInput{ContactID: uuid.New(), Text: "x"})
		if code(err) != fault.NotFound {
			t.Errorf("a note on nothing: %v", err)
		}
		first, err := c.Notes(b.ctx, ptr(3), nil)
		must(t, err)
		second, err := c.Notes(b.ctx, ptr(3), first.PageInfo.EndCursor)
		must(t, err)
		var got []string
		for _, n := range append(first.Nodes(), second.Nodes()...) {
			got = append(got, n.Text)
		}
		if diff := cmp.Diff([]string{"τελευταία", greek(contact.MaxNote), "δεύτερη", "πρώτη"}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// history reads the whole history of a contact, oldest first: action, before, after.
func (b *bench) history(t *testing.T, c *contact.Contact) (actions []string, before, after []map[string]any) {
	t.Helper()
	all, err := c.History(b.ctx, ptr(100), nil)
	must(t, err)
	nodes := all.Nodes()
	for i := len(nodes) - 1; i >= 0; i-- {
		e := nodes[i]
		if e.ActorID != viewer.From(b.ctx).User {
			t.Errorf("%s was done by %s", e.Action, e.ActorID)
		}
		var was, is map[string]any
		for raw, to := range map[string]*map[string]any{string(e.Before): &was, string(e.After): &is} {
			if raw != "" {
				must(t, json.Unmarshal([]byte(raw), to))
			}
		}
		actions, before, after = append(actions, e.Action), append(before, was), append(after, is)
	}
	return actions, before, after
}

func TestTheHistoryTellsWhatChangedAndWhatItWas(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		c := b.create(t, contact.Fields{Company: ptr("ΑΕ"), Profession: ptr("Φούρνος"), Emails: []*contact.EmailInput{{Email: "a@a.example"}}})
		c, err := b.update(c, contact.Fields{Company: ptr("ΟΕ"), Profession: ptr("Φούρνος"), IsClient: ptr(true),
			Emails: []*contact.EmailInput{{Email: "b@a.example"}}})
		must(t, err)
		_, err = b.AddNote(b.ctx, contact.NoteInput{ContactID: c.ID, Text: "μυστικό"})
		must(t, err)
		_, err = b.Archive(b.ctx, contact.IDInput{ID: c.ID})
		must(t, err)
		_, err = b.Archive(b.ctx, contact.IDInput{ID: c.ID}) // nothing happened
		must(t, err)
		_, err = b.Restore(b.ctx, contact.IDInput{ID: c.ID})
		must(t, err)
		c, err = b.Get(b.ctx, c.ID)
		must(t, err)
		actions, before, after := b.history(t, c)
		if diff := cmp.Diff([]string{"createContact", "updateContact", "addContactNote", "archiveContact", "restoreContact"}, actions); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
		email := func(address string) []any {
			return []any{map[string]any{"ID": nil, "Email": address, "Label": "", "Primary": true}}
		}
		if diff := cmp.Diff(map[string]any{"company": "ΑΕ", "emails": email("a@a.example")}, before[1]); diff != "" {
			t.Errorf("before (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(map[string]any{"company": "ΟΕ", "isClient": true, "emails": email("b@a.example")}, after[1]); diff != "" {
			t.Errorf("after (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(map[string]any{"company": "ΑΕ", "profession": "Φούρνος"}, after[0]); diff != "" {
			t.Errorf("of a new one (-want +got):\n%s", diff)
		}
		for role, allowed := range map[viewer.Role]bool{viewer.Owner: true, viewer.Administrator: true, viewer.Accountant: true, viewer.Sales: false, viewer.ReadOnly: false} {
			ctx := dbtest.Member(t, b.ctx, d, role)
			mine, err := b.Get(ctx, c.ID)
			must(t, err)
			_, err = mine.History(ctx, nil, nil)
			if allowed != (err == nil) || (err != nil && code(err) != fault.Forbidden) {
				t.Errorf("%s reads the history: %v", role, err)
			}
		}
	})
}

func TestARestrictedContactIsSeenByTheNamedAndByAdministrators(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		c := b.company(t, "ΑΕ")
		named, other, admin := dbtest.Member(t, b.ctx, d, viewer.Sales), dbtest.Member(t, b.ctx, d, viewer.Accountant), dbtest.Member(t, b.ctx, d, viewer.Administrator)
		stranger := setup(t, d)
		sees := func(ctx context.Context) bool {
			_, err := b.Get(ctx, c.ID)
			all, listed := b.List(ctx, page.Args{}, nil, contact.ByName)
			must(t, listed)
			if (err == nil) != (len(all.Nodes()) == 1) {
				t.Errorf("a list of %d, and Get: %v", len(all.Nodes()), err)
			}
			return err == nil
		}
		if !sees(named) || !sees(other) {
			t.Error("hidden before it was restricted")
		}
		id := viewer.From(named).User
		got, err := b.Restrict(b.ctx, contact.RestrictInput{ID: c.ID, UserIDs: []uuid.UUID{id, id}})
		must(t, err)
		if !got.Restricted || got.Version != 2 || len(b.changed) != 1 || b.changed[0] != viewer.From(b.ctx).Organization {
			t.Errorf("restricted %t, version %d, told of %v", got.Restricted, got.Version, b.changed)
		}
		for name, tt := range map[string]struct {
			ctx  context.Context
			sees bool
		}{"the named": {named, true}, "another": {other, false}, "an administrator": {admin, true}, "the owner": {b.ctx, true}} {
			if sees(tt.ctx) != tt.sees {
				t.Errorf("%s sees it: %t", name, !tt.sees)
			}
		}
		_, err = b.Update(other, contact.UpdateInput{ID: c.ID, Version: 2, Fields: contact.Fields{Company: ptr("x")}})
		refused(t, err, fault.NotFound, "id")
		_, err = b.Delete(other, contact.IDInput{ID: c.ID})
		refused(t, err, fault.NotFound, "id")

		_, err = b.Restrict(b.ctx, contact.RestrictInput{ID: c.ID, UserIDs: []uuid.UUID{id, id, uuid.New(), viewer.From(stranger.ctx).User}})
		refused(t, err, fault.NotFound, "userIds.2")
		refused(t, err, fault.NotFound, "userIds.3")
		got, err = b.Restrict(b.ctx, contact.RestrictInput{ID: c.ID})
		must(t, err)
		if got.Restricted || !sees(other) {
			t.Errorf("still restricted: %t", got.Restricted)
		}
	})
}

func TestAMergedContactAnswersWithItsSurvivor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		a, c, e := b.company(t, "a"), b.company(t, "c"), b.company(t, "e")
		b.system(t, func(ctx context.Context, tx *ent.Tx) error {
			if err := tx.Contact.UpdateOneID(a.ID).SetMergedIntoID(c.ID).Exec(ctx); err != nil {
				return err
			}
			return tx.Contact.UpdateOneID(c.ID).SetMergedIntoID(e.ID).Exec(ctx)
		})
		got, err := b.Get(b.ctx, a.ID)
		must(t, err)
		if got.ID != e.ID {
			t.Errorf("answers with %s", got.DisplayName)
		}
		if diff := cmp.Diff([]string{"e"}, b.found(t, "")); diff != "" {
			t.Errorf("listed (-want +got):\n%s", diff)
		}
		_, err = b.update(a, contact.Fields{Company: ptr("x")})
		refused(t, err, fault.Conflict, "id")
		_, err = b.Archive(b.ctx, contact.IDInput{ID: a.ID})
		refused(t, err, fault.Conflict, "id")
	})
}
