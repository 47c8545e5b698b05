package audit_test

import (
	"context"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/auditevent"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/viewer"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func record(ctx context.Context, d *db.DB, e audit.Event) error {
	return db.InTx(ctx, d, func(ctx context.Context, tx *ent.Tx) error { return audit.Record(ctx, tx, e) })
}

func TestAnEventSaysWhoDidWhatToWhat(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		owner := dbtest.Tenant(t, d, viewer.Owner)
		org := viewer.From(owner).Organization
		id, contact, object := uuid.New(), uuid.New(), uuid.New()
		for name, tt := range map[string]struct {
			v     viewer.Viewer
			kind  auditevent.ActorKind
			actor uuid.UUID
		}{
			"a member":                      {viewer.Viewer{Kind: viewer.Staff, Organization: org, User: id, Role: viewer.Owner}, auditevent.ActorKindUser, id},
			"a program":                     {viewer.Viewer{Kind: viewer.Staff, Organization: org, APIKey: id, Role: viewer.Sales}, auditevent.ActorKindAPIKey, id},
			"a role that reads no history":  {viewer.Viewer{Kind: viewer.Staff, Organization: org, User: id, Role: viewer.TimeKeeper}, auditevent.ActorKindUser, id},
			"a customer":                    {viewer.Viewer{Kind: viewer.Portal, Organization: org, User: id, Contacts: []uuid.UUID{contact}}, auditevent.ActorKindPortal, id},
			"the system in a person's name": {viewer.Viewer{Kind: viewer.System, Organization: org, User: id}, auditevent.ActorKindUser, id},
			"the system":                    {viewer.Viewer{Kind: viewer.System, Organization: org}, auditevent.ActorKindSystem, uuid.Nil},
		} {
			t.Run(name, func(t *testing.T) {
				action := "do" + strings.ReplaceAll(name, " ", "")
				must(t, record(viewer.With(context.Background(), tt.v), d, audit.Event{Action: action, ObjectType: "contact", ObjectID: object,
					ContactID: contact, Before: audit.Fields{"name": "ΑΕ"}, After: audit.Fields{"name": "ΟΕ", "n": 1}}))
				got, err := d.AuditEvent.Query().Where(auditevent.Action(action)).Only(owner)
				must(t, err)
				want := &ent.AuditEvent{OrganizationID: org, ActorKind: tt.kind, ActorID: tt.actor, Action: action, ObjectType: "contact", ObjectID: object, ContactID: &contact}
				if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(ent.AuditEvent{}), cmpopts.IgnoreFields(ent.AuditEvent{}, "ID", "CreatedAt", "Before", "After")); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				for raw, want := range map[string]string{string(got.Before): `{"name":"ΑΕ"}`, string(got.After): `{"n":1,"name":"ΟΕ"}`} {
					if strings.ReplaceAll(raw, " ", "") != want {
						t.Errorf("kept %s, want %s", raw, want)
					}
				}
			})
		}
		if err := record(context.Background(), d, audit.Event{Action: "x", ObjectType: "contact", ObjectID: object}); err == nil {
			t.Error("nobody wrote a line of the history")
		}
		must(t, record(owner, d, audit.Event{Action: "bare", ObjectType: "member", ObjectID: object, Before: audit.Fields{}}))
		bare, err := d.AuditEvent.Query().Where(auditevent.Action("bare")).Only(owner)
		must(t, err)
		if len(bare.Before) != 0 || len(bare.After) != 0 || bare.ContactID != nil {
			t.Errorf("an event without fields has %s, %s, %v", bare.Before, bare.After, bare.ContactID)
		}
		stranger := dbtest.Tenant(t, d, viewer.Owner)
		if n, err := d.AuditEvent.Query().Count(stranger); n != 0 || err != nil {
			t.Errorf("another organization reads %d events, %v", n, err)
		}
	})
}

func TestTheHistoryIsOnlyEverAddedTo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		owner := dbtest.Tenant(t, d, viewer.Owner)
		must(t, record(owner, d, audit.Event{Action: "x", ObjectType: "contact", ObjectID: uuid.New()}))
		v := viewer.From(owner)
		v.Kind = viewer.System
		for who, ctx := range map[string]context.Context{"the owner": owner, "the system": viewer.With(context.Background(), v)} {
			for name, f := range map[string]func(ctx context.Context, tx *ent.Tx) error{
				"deletes": func(ctx context.Context, tx *ent.Tx) error { _, err := tx.AuditEvent.Delete().Exec(ctx); return err },
				"deletes past the rules": func(ctx context.Context, tx *ent.Tx) error {
					_, err := tx.ExecContext(ctx, "DELETE FROM audit_events")
					return err
				},
				"changes past the rules": func(ctx context.Context, tx *ent.Tx) error {
					_, err := tx.ExecContext(ctx, "UPDATE audit_events SET action = 'y'")
					return err
				},
			} {
				if err := db.InTx(ctx, d, f); err == nil {
					t.Errorf("%s %s the history", who, name)
				}
			}
		}
		if n, err := d.AuditEvent.Query().Where(auditevent.Action("x")).Count(owner); n != 1 || err != nil {
			t.Errorf("%d events are left, %v", n, err)
		}
	})
}

func TestAFailedActionLeavesNoEvent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		owner := dbtest.Tenant(t, d, viewer.Owner)
		err := db.InTx(owner, d, func(ctx context.Context, tx *ent.Tx) error {
			must(t, audit.Record(ctx, tx, audit.Event{Action: "x", ObjectType: "contact", ObjectID: uuid.New()}))
			return audit.Record(ctx, tx, audit.Event{Action: "y", ObjectType: "contact", ObjectID: uuid.New(), After: audit.Fields{"x": func() {}}})
		})
		if err == nil {
			t.Error("a value that cannot be kept was kept")
		}
		if n, err := d.AuditEvent.Query().Count(owner); n != 0 || err != nil {
			t.Errorf("%d events, %v", n, err)
		}
	})
}

func TestADiffHoldsWhatDiffersAndNoMore(t *testing.T) {
	fields := rapid.MapOf(rapid.SampledFrom([]string{"a", "b", "c", "d"}), rapid.OneOf(
		rapid.Map(rapid.IntRange(0, 1), func(n int) any { return n }),
		rapid.Map(rapid.SliceOfN(rapid.IntRange(0, 1), 0, 2), func(s []int) any { return s }),
		rapid.Just[any](nil)))
	rapid.Check(t, func(t *rapid.T) {
		before, after := audit.Fields(fields.Draw(t, "before")), audit.Fields(fields.Draw(t, "after"))
		was, is := audit.Diff(before, after)
		now := maps.Clone(before) // taking off what was and putting on what is gives the other side
		maps.DeleteFunc(now, func(k string, _ any) bool { _, off := was[k]; return off })
		maps.Copy(now, is)
		if diff := cmp.Diff(after, now, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("(-after +applied):\n%s", diff)
		}
		for k := range before {
			_, told := was[k]
			other, stays := after[k]
			if told == (stays && cmp.Equal(before[k], other)) {
				t.Fatalf("%s: %v, then %v, told %t", k, before[k], other, told)
			}
		}
	})
}
