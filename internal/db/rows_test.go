package db_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/viewer"
)

// Rows that are written together read like those that ent writes one by one, every kind of
// value and null of it; a change of some touches no other and none of another organization.
func TestRowsAreWrittenTogether(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx, others := dbtest.Tenant(t, d, viewer.Owner), dbtest.Tenant(t, d, viewer.Owner)
		const n = 1234 // several statements of SQLite
		now, ids := schema.Now(), make([]uuid.UUID, n)
		for i := range ids {
			ids[i] = schema.NewID()
		}
		odd := func(i int) bool { return i%2 == 1 }
		rows := func(n int) *db.Rows {
			return db.NewRows(entcontact.Table, n).ID("id", func(i int) uuid.UUID { return ids[i] }).
				Time("created_at", now).Time("updated_at", now).Int("version", func(i int) int { return i + 1 }).
				Text("display_name", func(i int) string { return fmt.Sprintf("Άλφα \"%d\"", i) }).
				NullText("custom_id", func(i int) *string {
					if text := fmt.Sprint("k", i); odd(i) {
						return &text
					}
					return nil
				}).Bool("is_client", odd).
				NullInt("default_due_days", func(i int) *int {
					if odd(i) {
						return &i
					}
					return nil
				}).
				NullTime("archived_at", func(i int) *time.Time {
					if odd(i) {
						return &now
					}
					return nil
				}).
				NullID("merged_into_id", func(i int) *uuid.UUID {
					if i == 2 {
						return &ids[0]
					}
					return nil
				}).
				JSON("default_taxes", func(i int) json.RawMessage { return json.RawMessage(`[]`) })
		}
		write := func(ctx context.Context, f func(ctx context.Context, tx *ent.Tx) error) {
			t.Helper()
			if err := db.InTx(ctx, d, f); err != nil {
				t.Fatal(err)
			}
		}
		write(ctx, func(ctx context.Context, tx *ent.Tx) error { return rows(n).Insert(ctx, tx) })
		all := d.Contact.Query().Order(entcontact.ByVersion()).AllX(ctx)
		if len(all) != n || d.Contact.Query().CountX(others) != 0 {
			t.Fatalf("%d rows of ours, %d of theirs", len(all), d.Contact.Query().CountX(others))
		}
		for i, c := range all {
			if c.ID != ids[i] || c.IsClient != odd(i) || (c.CustomID != nil) != odd(i) || (c.ArchivedAt != nil) != odd(i) || (c.DefaultDueDays != nil) != odd(i) ||
				(odd(i) && (*c.CustomID != fmt.Sprint("k", i) || !c.ArchivedAt.Equal(now) || *c.DefaultDueDays != i)) ||
				!c.CreatedAt.Equal(now) || (c.MergedIntoID != nil) != (i == 2) || c.DisplayName != fmt.Sprintf("Άλφα \"%d\"", i) {
				t.Fatalf("row %d is %+v", i, c)
			}
		}

		// The same keys again: only what is new is written.
		for i := range ids {
			ids[i] = schema.NewID()
		}
		write(ctx, func(ctx context.Context, tx *ent.Tx) error {
			written, err := rows(n).InsertNew(ctx, tx, "custom_id")
			for i, id := range ids {
				if written[id] == odd(i) {
					t.Errorf("row %d: written %v", i, written[id])
				}
			}
			return err
		})
		if got := d.Contact.Query().CountX(ctx); got != n+n/2 {
			t.Errorf("%d rows, not %d: a key was taken twice, or what has none was left out", got, n+n/2)
		}

		// A change by others reaches none of ours.
		change := func(ids []uuid.UUID) *db.Rows {
			return db.NewRows(entcontact.Table, len(ids)).ID("id", func(i int) uuid.UUID { return ids[i] }).
				Text("company", func(i int) string { return fmt.Sprint("changed ", i) }).
				NullInt("default_due_days", func(int) *int { return nil })
		}
		old := []uuid.UUID{all[5].ID, all[7].ID}
		write(others, func(ctx context.Context, tx *ent.Tx) error { return change(old).Update(ctx, tx) })
		past := viewer.From(others) // past row-level security
		past.Kind = viewer.System
		write(viewer.With(others, past), func(ctx context.Context, tx *ent.Tx) error { return change(old).Update(ctx, tx) })
		if got := d.Contact.GetX(ctx, old[0]).Company; got != "" {
			t.Errorf("others changed our contact: %q", got)
		}
		write(ctx, func(ctx context.Context, tx *ent.Tx) error { return change(old).Update(ctx, tx) })
		got := d.Contact.Query().Where(entcontact.CompanyNEQ("")).Order(entcontact.ByVersion()).Select(entcontact.FieldCompany).StringsX(ctx)
		if diff := cmp.Diff([]string{"changed 0", "changed 1"}, got); diff != "" {
			t.Errorf("changed (-want +got):\n%s", diff)
		}
		if c := d.Contact.GetX(ctx, old[0]); c.DefaultDueDays != nil || c.CustomID == nil {
			t.Errorf("the changed contact is %+v", c)
		}

		nobody := viewer.With(ctx, viewer.Viewer{Kind: viewer.System})
		if err := db.InTx(nobody, d, func(ctx context.Context, tx *ent.Tx) error { return rows(1).Insert(ctx, tx) }); err == nil {
			t.Error("rows of no organization were written")
		}
	})
}
