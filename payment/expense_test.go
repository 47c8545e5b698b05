package payment_test

import (
	"context"
	"testing"

	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/payment/paymenttest"
	"github.com/kartela/kartela/viewer"
)

// Payments are locked before documents: who holds the expense's payment still gets the expense,
// because who voids it waits for the payment first. SQLite has one writer.
func TestWhoVoidsAnExpenseLocksItsPaymentFirst(t *testing.T) {
	d := dbtest.Postgres(t)
	h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
	expense := h.IssuedAs(t, ctx, entdocument.TypeExpense, h.Contact(t, ctx, "A"), "10")
	for name, back := range map[string]func(context.Context, document.IDInput) (*document.Document, error){
		"void": h.Documents.Void, "revert": h.Documents.Revert,
	} {
		done := make(chan error, 1)
		err := db.InTx(ctx, d, func(txCtx context.Context, tx *ent.Tx) error {
			if _, err := tx.Payment.Query().Where(entpayment.StatusEQ(entpayment.StatusRecorded), db.ForUpdate).Only(txCtx); err != nil {
				return err
			}
			go func() {
				_, err := back(ctx, document.IDInput{ID: expense.ID})
				done <- err
			}()
			for h.Count(t, `SELECT count(*) FROM pg_locks WHERE NOT granted`) == 0 {
				select {
				case err := <-done:
					t.Fatalf("%s: did not wait: %v", name, err)
				default:
				}
			}
			rows, err := tx.QueryContext(txCtx, "SELECT id FROM documents WHERE id = $1 FOR UPDATE NOWAIT", expense.ID)
			if err != nil {
				return err
			}
			return rows.Close()
		})
		if err != nil {
			t.Errorf("%s: the expense is locked before its payment: %v", name, err)
		}
		paymenttest.Must(t, <-done)
		if name == "void" {
			_, err = h.Documents.Restore(ctx, document.IDInput{ID: expense.ID})
		} else {
			_, err = h.Documents.Issue(ctx, document.IDInput{ID: expense.ID})
		}
		paymenttest.Must(t, err)
	}
	h.Verified(t)
}
