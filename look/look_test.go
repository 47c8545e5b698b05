package look_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/look"
	"github.com/kartela/kartela/payment/paymenttest"
	"github.com/kartela/kartela/viewer"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// A look finds what has changed since, of what is asked about alone, within its own organization, by
// one statement for however many.
func TestALookFindsWhatHasChangedSince(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx, other := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner), dbtest.Tenant(t, d, viewer.Owner)
		here, there := viewer.From(ctx).Organization, viewer.From(other).Organization
		quiet, busy, written := h.Client(t, ctx, "Quiet"), h.Client(t, ctx, "Busy"), h.Client(t, ctx, "Written to")
		old, older := h.Draft(t, ctx, quiet, "1"), h.Draft(t, ctx, busy, "2")
		begin := time.Now()
		must := func(err error) { paymenttest.Must(t, err) }
		must(db.InTx(ctx, d, func(ctx context.Context, tx *ent.Tx) error { // before the look's time
			past := begin.Add(-time.Hour).UTC()
			return tx.Document.Update().SetUpdatedAt(past).Exec(ctx)
		}))
		asked := []look.Thing{{here, quiet}, {here, busy}, {here, written}, {here, old.ID}, {here, older.ID}, {there, busy}, {here, uuid.New()}}
		for range 1000 {
			asked = append(asked, look.Thing{here, uuid.New()})
		}
		changed := func(want ...look.Thing) {
			t.Helper()
			counted, n := db.CountStatements(context.Background())
			got, err := (&look.Service{DB: d}).Changed(counted, asked, begin.Add(-time.Minute))
			must(err)
			if diff := cmp.Diff(want, got); diff != "" || n.Load() != 1 {
				t.Errorf("by %d statements (-want +got):\n%s", n.Load(), diff)
			}
		}
		changed()
		doc := h.Issued(t, ctx, busy, "3")
		changed(look.Thing{here, busy})
		asked = append(asked, look.Thing{here, doc.ID})
		changed(look.Thing{here, busy}, look.Thing{here, doc.ID})
		must(db.InTx(ctx, d, func(ctx context.Context, tx *ent.Tx) error {
			return tx.Message.Create().SetContactID(written).SetAuthor("staff").SetBody("Hello").Exec(ctx)
		}))
		changed(look.Thing{here, busy}, look.Thing{here, written}, look.Thing{here, doc.ID})
		if got, err := (&look.Service{DB: d}).Changed(ctx, asked, time.Now().Add(time.Hour)); err != nil || len(got) != 0 {
			t.Errorf("later there are %v, %v", got, err)
		}
	})
}
