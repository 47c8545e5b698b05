package merge_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/payment"
	"github.com/kartela/kartela/payment/paymenttest"
	"github.com/kartela/kartela/viewer"
)

// merging runs f while a transaction holds a contact as a merge does at its beginning, and has
// made a tombstone of it.
func (h *house) merging(t *testing.T, loser, survivor uuid.UUID, f func()) {
	t.Helper()
	v := viewer.From(h.ctx)
	v.Kind, v.Reason = viewer.System, "a test merges past the rules"
	must(t, db.InTx(viewer.With(h.ctx, v), h.DB, func(ctx context.Context, tx *ent.Tx) error {
		if err := tx.Contact.Update().Where(entcontact.ID(loser)).SetMergedIntoID(survivor).Exec(ctx); err != nil {
			return err
		}
		f()
		return nil
	}))
}

// waiting waits until as many statements wait for a lock.
func (h *house) waiting(t *testing.T, n int, done <-chan error) {
	t.Helper()
	for range 100_000 {
		select {
		case err := <-done:
			t.Errorf("it did not wait for the merge: %v", err)
			return
		default:
		}
		if h.Count(t, "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") >= n {
			return
		}
	}
	t.Error("it does not wait")
}

func TestWhoAddsToAContactWaitsForItsMergeAndFindsTheSurvivor(t *testing.T) {
	h := open(t, dbtest.Postgres(t))
	for name, add := range map[string]func(id uuid.UUID) (uuid.UUID, error){
		"a payment": func(id uuid.UUID) (uuid.UUID, error) {
			p, err := h.Payments.Record(h.ctx, payment.RecordInput{ContactID: id, Amount: money.MustDecimal("1")})
			if err != nil {
				return uuid.Nil, err
			}
			return p.ContactID, nil
		},
		"an invoice": func(id uuid.UUID) (uuid.UUID, error) {
			d, err := h.Documents.Create(h.ctx, paymenttest.Invoice(id, "EUR", "1"))
			if err != nil {
				return uuid.Nil, err
			}
			return d.ContactID, nil
		},
		"a note": func(id uuid.UUID) (uuid.UUID, error) {
			n, err := h.Contacts.AddNote(h.ctx, contact.NoteInput{ContactID: id, Text: "n"})
			if err != nil {
				return uuid.Nil, err
			}
			return n.ContactID, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			survivor, loser := h.Client(t, h.ctx, "S"), h.Client(t, h.ctx, "L")
			done, got := make(chan error, 1), uuid.Nil
			h.merging(t, loser, survivor, func() {
				go func() {
					var err error
					got, err = add(loser)
					done <- err
				}()
				h.waiting(t, 1, done)
			})
			if t.Failed() {
				return
			}
			if err := <-done; err != nil || got != survivor {
				t.Errorf("it went to %s, not to the survivor %s: %v", got, survivor, err)
			}
		})
	}
}

// Who holds a row of the contact goes on while a merge waits for that row.
func TestWhoHoldsARowOfAContactDoesNotWaitForItsMerge(t *testing.T) {
	h := open(t, dbtest.Postgres(t))
	survivor, loser := h.Client(t, h.ctx, "S"), h.Client(t, h.ctx, "L")
	draft, open := h.Draft(t, h.ctx, loser, "5"), h.Issued(t, h.ctx, loser, "5")
	void := h.Issued(t, h.ctx, loser, "5")
	_, err := h.Documents.Void(h.ctx, document.IDInput{ID: void.ID})
	must(t, err)
	paid := h.Paid(t, h.ctx, loser, "3")
	h.merging(t, loser, survivor, func() {
		ctx, cancel := context.WithTimeout(h.ctx, 30*time.Second) // only what waits comes to its end
		defer cancel()
		_, err := h.Documents.Issue(ctx, document.IDInput{ID: draft.ID})
		must(t, err)
		_, err = h.Documents.Restore(ctx, document.IDInput{ID: void.ID})
		must(t, err)
		_, err = h.Payments.Allocate(ctx, payment.AllocateInput{PaymentID: paid.ID,
			Allocations: []*payment.AllocationInput{{DocumentID: open.ID, Amount: money.MustDecimal("2")}}})
		must(t, err)
	})
}
