package payment_test

import (
	"testing"

	"github.com/google/uuid"

	"github.com/kartela/kartela/document"
	entdocument "github.com/kartela/kartela/ent/document"
	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/payment"
	"github.com/kartela/kartela/payment/paymenttest"
	"github.com/kartela/kartela/viewer"
)

func TestACreditNoteSettlesInvoicesAndComesOff(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, owner := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		ctx := dbtest.Member(t, owner, d, viewer.Accountant)
		client, other := h.Contact(t, ctx, "A"), h.Contact(t, ctx, "B")
		first, second := h.Issued(t, ctx, client, "30"), h.Issued(t, ctx, client, "50")
		theirs := h.Issued(t, ctx, other, "9")
		bill := h.IssuedAs(t, ctx, entdocument.TypeBill, client, "10")
		note := h.IssuedAs(t, ctx, entdocument.TypeCreditNote, client, "45")
		stands(t, h, ctx, client, "EUR", "issued", 8000, 4500, 3500)
		apply := func(in payment.ApplyCreditInput) error {
			if in.CreditID == uuid.Nil {
				in.CreditID = note.ID
			}
			_, err := h.Payments.ApplyCredit(ctx, in)
			return err
		}
		for want, in := range map[string]payment.ApplyCreditInput{
			"INVALID allocations":              {},
			"INVALID oldestFirst":              {OldestFirst: true, Allocations: parts(first, "1")},
			"INVALID allocations.0.amount":     {Allocations: parts(first, "30.01")},
			"INVALID allocations.1.amount":     {Allocations: parts(first, "30", second, "15.01")},
			"INVALID allocations.0.documentId": {Allocations: parts(theirs, "1")},
			"INVALID allocations.1.documentId": {Allocations: parts(first, "1", bill, "1")},
			"NOT_FOUND creditId":               {CreditID: uuid.Must(uuid.NewV7()), OldestFirst: true},
			"INVALID creditId":                 {CreditID: first.ID, OldestFirst: true},
		} {
			h.Refused(t, ctx, want, func() error { return apply(in) })
		}
		reader := dbtest.Member(t, owner, d, viewer.ReadOnly)
		h.Refused(t, ctx, "FORBIDDEN", func() error {
			_, err := h.Payments.ApplyCredit(reader, payment.ApplyCreditInput{CreditID: note.ID, OldestFirst: true})
			return err
		})
		paymenttest.Must(t, apply(payment.ApplyCreditInput{Allocations: parts(second, "5")}))
		stands(t, h, ctx, client, "EUR", "a part", 7500, 4000, 3500)
		paymenttest.Must(t, apply(payment.ApplyCreditInput{OldestFirst: true}))
		stands(t, h, ctx, client, "EUR", "the rest, oldest first", 3500, 0, 3500)
		for _, id := range []uuid.UUID{note.ID, first.ID} {
			h.Refused(t, ctx, "CONFLICT id", func() error { _, err := h.Documents.Void(ctx, document.IDInput{ID: id}); return err })
		}
		h.Refused(t, ctx, "NOT_FOUND documentIds.0", func() error {
			_, err := h.Payments.UnapplyCredit(ctx, payment.UnapplyCreditInput{CreditID: note.ID, DocumentIDs: []uuid.UUID{bill.ID}})
			return err
		})
		_, err := h.Payments.UnapplyCredit(ctx, payment.UnapplyCreditInput{CreditID: note.ID, DocumentIDs: []uuid.UUID{second.ID}})
		paymenttest.Must(t, err)
		stands(t, h, ctx, client, "EUR", "off one", 5000, 1500, 3500)
		back, err := h.Payments.Record(ctx, refund(client, "15"))
		paymenttest.Must(t, err)
		stands(t, h, ctx, client, "EUR", "the rest refunded", 5000, 0, 5000)
		sources, err := back.Sources(ctx)
		paymenttest.Must(t, err)
		credit, err := sources[0].CreditDocument(ctx)
		paymenttest.Must(t, err)
		if len(sources) != 1 || credit.ID != note.ID {
			t.Errorf("sources %v", sources)
		}
		got, err := h.Payments.UnapplyCredit(ctx, payment.UnapplyCreditInput{CreditID: note.ID})
		paymenttest.Must(t, err)
		if got.Document.Settled != 1500 {
			t.Errorf("%d of the credit note is used, want what was refunded", got.Document.Settled)
		}
		_, err = h.Payments.Void(ctx, payment.VoidInput{ID: back.ID})
		paymenttest.Must(t, err)
		_, err = h.Documents.Void(ctx, document.IDInput{ID: note.ID})
		paymenttest.Must(t, err)
		stands(t, h, ctx, client, "EUR", "as if it never was", 8000, 0, 8000)
	})
}

func TestCreditIsAppliedOnceByMany(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		client := h.Contact(t, ctx, "A")
		doc, note := h.Issued(t, ctx, client, "100"), h.IssuedAs(t, ctx, entdocument.TypeCreditNote, client, "30")
		done := make(chan string)
		for range 8 {
			go func() {
				_, err := h.Payments.ApplyCredit(ctx, payment.ApplyCreditInput{CreditID: note.ID, Allocations: parts(doc, "20")})
				done <- paymenttest.Faults(err)
			}()
		}
		ok := 0
		for range 8 {
			if text := <-done; text == "" {
				ok++
			} else if text != "INVALID allocations.0.amount" {
				t.Error(text)
			}
		}
		if ok != 1 {
			t.Errorf("the credit was applied %d times", ok)
		}
		stands(t, h, ctx, client, "EUR", "once", 8000, 1000, 7000)
	})
}

func TestAnExpenseIsPaidWithItself(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		supplier := h.Contact(t, ctx, "A")
		expense := h.IssuedAs(t, ctx, entdocument.TypeExpense, supplier, "12.40")
		stands(t, h, ctx, supplier, "EUR", "paid", 0, 0, 0)
		if expense.Document.Settled != 1240 {
			t.Errorf("%d is settled", expense.Document.Settled)
		}
		allocations, err := h.Payments.AllocationsOf(ctx, expense)
		paymenttest.Must(t, err)
		paid, err := allocations[0].Payment(ctx)
		paymenttest.Must(t, err)
		if paid.Kind != entpayment.KindExpense || paid.Method != entpayment.MethodCash || paid.Date != expense.Date {
			t.Errorf("was paid by %v", paid.Payment)
		}
		for want, call := range map[string]func() error{
			"CONFLICT id": func() error { _, err := h.Payments.Void(ctx, payment.VoidInput{ID: paid.ID}); return err },
			"CONFLICT paymentId": func() error {
				_, err := h.Payments.Unallocate(ctx, payment.UnallocateInput{PaymentID: paid.ID})
				return err
			},
		} {
			h.Refused(t, ctx, want, call)
		}
		for range 2 {
			_, err := h.Documents.Void(ctx, document.IDInput{ID: expense.ID})
			paymenttest.Must(t, err)
			h.Verified(t)
			got, err := h.Documents.Restore(ctx, document.IDInput{ID: expense.ID})
			paymenttest.Must(t, err)
			if got.Document.Settled != 1240 {
				t.Errorf("restored, %d is settled", got.Document.Settled)
			}
			h.Verified(t)
		}
		_, err = h.Documents.Revert(ctx, document.IDInput{ID: expense.ID})
		paymenttest.Must(t, err)
		stands(t, h, ctx, supplier, "EUR", "a draft again", 0, 0, 0)
	})
}

func TestASummaryAddsEachCurrencyUpByItself(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		client := h.Contact(t, ctx, "Παπαδόπουλος")
		other := h.Contact(t, ctx, "B")
		h.Paid(t, ctx, client, "30", h.Issued(t, ctx, client, "20"))
		_, err := h.Payments.Record(ctx, refund(client, "4"))
		paymenttest.Must(t, err)
		_, err = h.Payments.Record(ctx, dollars(other, "7", "0.9"))
		paymenttest.Must(t, err)
		void := h.Paid(t, ctx, other, "99")
		_, err = h.Payments.Void(ctx, payment.VoidInput{ID: void.ID})
		paymenttest.Must(t, err)
		euro := money.Currency("EUR")
		for name, tt := range map[string]struct {
			filter *payment.Filter
			count  int
			want   []money.Minor // of euros: received, sent, credit
		}{
			"all":           {nil, 4, []money.Minor{3000, 400, 600}},
			"of a contact":  {&payment.Filter{ContactID: &client}, 2, []money.Minor{3000, 400, 600}},
			"a kind":        {&payment.Filter{Kinds: []entpayment.Kind{entpayment.KindClientRefund}}, 1, []money.Minor{0, 400, 0}},
			"found by name": {&payment.Filter{Search: pointer("παπαδο")}, 2, []money.Minor{3000, 400, 600}},
			"by an amount":  {&payment.Filter{Currency: &euro, AmountFrom: pointer(money.MustDecimal("4.01")), AmountTo: pointer(money.MustDecimal("30"))}, 1, []money.Minor{3000, 0, 600}},
			"with credit":   {&payment.Filter{HasCredit: pointer(true)}, 2, []money.Minor{3000, 0, 600}},
			"void":          {&payment.Filter{Status: pointer(entpayment.StatusVoid)}, 1, nil},
		} {
			got, err := h.Payments.Summarize(ctx, tt.filter)
			paymenttest.Must(t, err)
			if got.Count != tt.count {
				t.Errorf("%s: %d payments, want %d", name, got.Count, tt.count)
			}
			for _, total := range got.Totals {
				if total.Currency != "EUR" {
					continue
				}
				is := []money.Minor{total.Received().Minor, total.Sent().Minor, total.Credit().Minor}
				for i, want := range tt.want {
					if is[i] != want {
						t.Errorf("%s: received, sent, credit are %v, want %v", name, is, tt.want)
						break
					}
				}
			}
		}
		_, err = h.Payments.Summarize(ctx, &payment.Filter{AmountFrom: pointer(money.MustDecimal("1"))})
		if paymenttest.Faults(err) != "INVALID filter.amountFrom" {
			t.Errorf("amounts without a currency: %v", err)
		}
		proposal, err := h.Payments.Propose(ctx, client, entpayment.SideClient, "EUR", money.MustDecimal("5"))
		paymenttest.Must(t, err)
		if len(proposal.Parts) != 0 || proposal.Credit.Minor != 500 {
			t.Errorf("proposes %v", proposal)
		}
		doc := h.Issued(t, ctx, client, "3")
		proposal, err = h.Payments.Propose(ctx, client, entpayment.SideClient, "EUR", money.MustDecimal("5"))
		paymenttest.Must(t, err)
		if len(proposal.Parts) != 1 || proposal.Parts[0].Document.ID != doc.ID || proposal.Parts[0].Amount.Minor != 300 || proposal.Credit.Minor != 200 {
			t.Errorf("proposes %v", proposal)
		}
	})
}
