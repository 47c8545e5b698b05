package merge_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/contact/merge"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/payment/paymenttest"
	"github.com/kartela/kartela/viewer"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// house is a business with its merges, an owner, and what was told.
type house struct {
	*paymenttest.House
	Merges *merge.Service
	ctx    context.Context // of an owner

	mu    sync.Mutex
	ended []viewer.Ended
}

func open(t testing.TB, d *db.DB) *house {
	t.Helper()
	h := &house{House: paymenttest.New(d), ctx: dbtest.Tenant(t, d, viewer.Owner)}
	h.Merges = &merge.Service{DB: d, Contacts: h.Contacts, Ledger: h.Ledger, AccessChanged: func(uuid.UUID) {},
		Ended: func(e viewer.Ended) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.ended = append(h.ended, e)
		}}
	return h
}

// create makes a contact.
func (h *house) create(t testing.TB, f contact.Fields) *contact.Contact {
	t.Helper()
	c, err := h.Contacts.Create(h.ctx, contact.CreateInput{Fields: f})
	must(t, err)
	return c
}

// get reads a contact, or the survivor of one.
func (h *house) get(t testing.TB, id uuid.UUID) *contact.Contact {
	t.Helper()
	c, err := h.Contacts.Get(h.ctx, id)
	must(t, err)
	return c
}

// merge merges contacts into the first.
func (h *house) merge(t testing.TB, survivor uuid.UUID, losers ...uuid.UUID) *merge.Merge {
	t.Helper()
	c, m, err := h.Merges.Merge(h.ctx, h.input(t, survivor, losers...))
	must(t, err)
	if c.ID != survivor {
		t.Fatalf("the survivor is %s", c.ID)
	}
	return m
}

func (h *house) input(t testing.TB, survivor uuid.UUID, losers ...uuid.UUID) merge.Input {
	t.Helper()
	row, err := h.DB.Contact.Get(h.ctx, survivor)
	must(t, err)
	return merge.Input{SurvivorID: survivor, SurvivorVersion: row.Version, LoserIDs: losers}
}

func (h *house) unmerge(t testing.TB, m *merge.Merge) {
	t.Helper()
	_, _, err := h.Merges.Unmerge(h.ctx, merge.UnmergeInput{MergeID: m.ID})
	must(t, err)
}

// system changes rows past the rules.
func (h *house) system(t testing.TB, f func(ctx context.Context, tx *ent.Tx) error) {
	t.Helper()
	v := viewer.From(h.ctx)
	v.Kind, v.Reason = viewer.System, "a test writes past the rules"
	must(t, db.InTx(viewer.With(h.ctx, v), h.DB, f))
}

// sums are the sums of the balances of all contacts, by side and currency.
func (h *house) sums(t testing.TB) map[string]string {
	t.Helper()
	rows, err := h.DB.Balance.Query().All(h.ctx)
	must(t, err)
	sums, out := map[string][3]int64{}, map[string]string{}
	for _, r := range rows {
		key := string(r.Side) + " " + string(r.Currency)
		s := sums[key]
		sums[key] = [3]int64{s[0] + int64(r.Outstanding), s[1] + int64(r.Credit), s[2] + int64(r.Net)}
	}
	for key, s := range sums {
		if s != [3]int64{} {
			out[key] = fmt.Sprint(s)
		}
	}
	return out
}

func ptr[T any](v T) *T { return &v }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
