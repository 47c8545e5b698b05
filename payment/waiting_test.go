package payment_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/payment"
	"github.com/kartela/kartela/payment/paymenttest"
	"github.com/kartela/kartela/viewer"
)

// A payment reads and locks by one round trip and writes and commits by another, so that the
// balance, which many may wait for, is locked for as long as a commit takes.
func TestAPaymentTakesTwoRoundTrips(t *testing.T) {
	d, trips := dbtest.RoundTrips(t, dbtest.PostgresURL(t))
	h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
	client := h.Client(t, ctx, "A")
	record := func(key string) int64 {
		doc, other := h.Issued(t, ctx, client, "5"), h.Issued(t, ctx, client, "7")
		in := payment.RecordInput{ContactID: client, Amount: money.MustDecimal("9"), Allocations: parts(doc, "5", other, "3")}
		before := trips.Load()
		ctx := ctx
		if key != "" {
			ctx = paymenttest.Keyed(ctx, key, 1)
		}
		_, err := h.Payments.Record(ctx, in)
		paymenttest.Must(t, err)
		return trips.Load() - before
	}
	record("prepares the statements") // the pool gives the same connection again and again
	for i := range 3 {
		if n := record(fmt.Sprint(i)); n != 2 {
			t.Errorf("with a key %d round trips, not 2", n)
		}
		if n := record(""); n != 2 {
			t.Errorf("without a key %d round trips, not 2", n)
		}
	}
	h.Verified(t)
}

// The account refuses what would be too much for it by the statement that goes with the commit:
// the field is told as ever, and nothing is kept; of many at once, all the others are.
func TestAnAccountThatWouldBeTooLargeTakesNoPayment(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		full, other := h.Client(t, ctx, "A"), h.Client(t, ctx, "B")
		h.Paid(t, ctx, full, "90071992547409.92")
		cent := func(of uuid.UUID) payment.RecordInput {
			return payment.RecordInput{ContactID: of, Amount: money.MustDecimal("0.01")}
		}
		h.Refused(t, ctx, "INVALID amount", func() error {
			_, err := h.Payments.Record(ctx, cent(full))
			return err
		})
		first, second, third := cent(other), cent(full), cent(other)
		got, err := h.Payments.RecordMany(ctx, payment.RecordManyInput{Payments: []*payment.RecordInput{&first, &second, &third}})
		paymenttest.Must(t, err)
		if len(got[0].Errors)+len(got[2].Errors) > 0 || len(got[1].Errors) != 1 || got[1].Errors[0].Field != "amount" {
			t.Errorf("errors %v, %v and %v", got[0].Errors, got[1].Errors, got[2].Errors)
		}
		if n := h.Count(t, "SELECT COUNT(*) FROM payments"); n != 3 {
			t.Errorf("%d payments, not 3", n)
		}
		if moved := len(h.Moved()); moved != 3 {
			t.Errorf("%d balances were announced, not 3", moved)
		}
		h.Verified(t)
	})
}

// What is read and locked together passes the row rules: a contact that is kept from the viewer
// is not there, nor are its documents, nor anything of another organization's.
func TestAPaymentFindsOnlyWhatItsViewerSees(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, owner, elsewhere := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner), dbtest.Tenant(t, d, viewer.Owner)
		accountant := dbtest.Member(t, owner, d, viewer.Accountant)
		open, kept, foreign := h.Client(t, owner, "A"), h.Client(t, owner, "B"), h.Client(t, elsewhere, "C")
		hidden, theirs := h.Issued(t, owner, kept, "10"), h.Issued(t, elsewhere, foreign, "10")
		h.Exec(t, "UPDATE contacts SET restricted = ? WHERE id = ?", true, kept)
		tests := map[string]struct {
			in   payment.RecordInput
			want string
		}{
			"its contact":               {payment.RecordInput{ContactID: kept}, "NOT_FOUND contactId"},
			"its document":              {payment.RecordInput{ContactID: open, Allocations: parts(hidden, "1")}, "NOT_FOUND allocations.0.documentId"},
			"a contact elsewhere":       {payment.RecordInput{ContactID: foreign}, "NOT_FOUND contactId"},
			"a document elsewhere":      {payment.RecordInput{ContactID: open, Allocations: parts(theirs, "1")}, "NOT_FOUND allocations.0.documentId"},
			"both of them":              {payment.RecordInput{ContactID: foreign, Allocations: parts(theirs, "1")}, "NOT_FOUND contactId"},
			"the contact, oldest first": {payment.RecordInput{ContactID: kept, OldestFirst: true}, "NOT_FOUND contactId"},
		}
		for name, tt := range tests {
			t.Run(name, func(t *testing.T) {
				tt.in.Amount = money.MustDecimal("1")
				before := h.Dump(t, elsewhere)
				h.Refused(t, accountant, tt.want, func() error {
					_, err := h.Payments.Record(paymenttest.Keyed(accountant, name, 1), tt.in)
					return err
				})
				if diff := cmp.Diff(before, h.Dump(t, elsewhere)); diff != "" {
					t.Errorf("something changed elsewhere:\n%s", diff)
				}
			})
		}
		h.Paid(t, owner, kept, "1", h.Issued(t, owner, kept, "1")) // from whom nothing is kept
	})
}
