package payment_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/document"
	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/payment"
	"github.com/kartela/kartela/payment/paymenttest"
	"github.com/kartela/kartela/viewer"
)

// stands holds the account of a client, or of who is supplier alone, in a currency to
// outstanding, credit and net, and everything to its sources.
func stands(t *testing.T, h *paymenttest.House, ctx context.Context, client uuid.UUID, currency money.Currency, what string, want ...money.Minor) {
	t.Helper()
	rows, err := h.Ledger.Balances(ctx, []uuid.UUID{client})
	paymenttest.Must(t, err)
	got := []money.Minor{0, 0, 0}
	for i := range rows[client] {
		b := rows[client][len(rows[client])-1-i] // the client's side last
		if b.Currency == currency {
			got = []money.Minor{b.Balance.Outstanding, b.Balance.Credit, b.Balance.Net}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: outstanding, credit, net (-want +got):\n%s", what, diff)
	}
	h.Verified(t)
}

func refund(client uuid.UUID, amount string, sources ...*payment.SourceInput) payment.RecordInput {
	return payment.RecordInput{ContactID: client, Kind: pointer(entpayment.KindClientRefund), Amount: money.MustDecimal(amount), Sources: sources}
}

func of(p *payment.Payment, amount string) *payment.SourceInput {
	return &payment.SourceInput{PaymentID: &p.ID, Amount: money.MustDecimal(amount)}
}

func TestARefundTakesCreditAndGivesItBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		ctx = dbtest.Member(t, ctx, d, viewer.Accountant) // who sees by the row rules
		client, other := h.Client(t, ctx, "A"), h.Client(t, ctx, "B")
		old, young := h.Paid(t, ctx, client, "30"), h.Paid(t, ctx, client, "50", h.Issued(t, ctx, client, "20"))
		theirs := h.Paid(t, ctx, other, "100")
		stands(t, h, ctx, client, "EUR", "two payments", 0, 6000, -6000)
		for want, in := range map[string]payment.RecordInput{
			"INVALID amount":                                     refund(client, "60.01"),
			"INVALID sources.0.amount":                           refund(client, "31", of(old, "31")),
			"INVALID sources.0.paymentId":                        refund(client, "31", of(theirs, "31")),
			"NOT_FOUND sources.0.paymentId":                      refund(client, "1", &payment.SourceInput{PaymentID: pointer(uuid.Must(uuid.NewV7())), Amount: money.MustDecimal("1")}),
			"INVALID sources.1.paymentId":                        refund(client, "2", of(old, "1"), of(old, "1")),
			"INVALID sources.0":                                  refund(client, "2", &payment.SourceInput{Amount: money.MustDecimal("1")}),
			"INVALID sources.0.amount, INVALID sources.1.amount": refund(client, "2", of(old, "0"), of(young, "0.001")),
			"INVALID sources":                                    {ContactID: client, Amount: money.MustDecimal("1"), Sources: []*payment.SourceInput{of(old, "1")}},
			"INVALID allocations":                                {ContactID: client, Amount: money.MustDecimal("1"), Kind: pointer(entpayment.KindClientRefund), Allocations: make([]*payment.AllocationInput, 1)},
			"INVALID amount, INVALID reference":                  {ContactID: client, Amount: money.MustDecimal("0"), Kind: pointer(entpayment.KindClientRefund), Reference: fmt.Sprintf("%0201d", 1)},
		} {
			h.Refused(t, ctx, want, func() error { _, err := h.Payments.Record(ctx, in); return err })
		}
		back, err := h.Payments.Record(ctx, refund(client, "40"))
		paymenttest.Must(t, err)
		stands(t, h, ctx, client, "EUR", "the oldest first", 0, 2000, -2000)
		left := func(p *payment.Payment, want money.Minor) {
			t.Helper()
			now, err := h.Payments.Get(ctx, p.ID)
			paymenttest.Must(t, err)
			if now.Credit().Minor != want {
				t.Errorf("%d is left, want %d", now.Credit().Minor, want)
			}
		}
		left(old, 0)
		left(young, 2000)
		left(back, 0)
		sources, err := back.Sources(ctx)
		paymenttest.Must(t, err)
		if len(sources) != 2 || sources[0].Amount().Minor != 3000 || *sources[0].PaymentID != old.ID {
			t.Errorf("sources %v", sources)
		}
		h.Refused(t, ctx, "CONFLICT id", func() error {
			_, err := h.Payments.Void(ctx, payment.VoidInput{ID: old.ID}) // a refund stands on it
			return err
		})
		h.Refused(t, ctx, "INVALID paymentId", func() error {
			_, err := h.Payments.Allocate(ctx, payment.AllocateInput{PaymentID: back.ID, OldestFirst: true})
			return err
		})
		second, err := h.Payments.Record(ctx, refund(client, "5", of(young, "5")))
		paymenttest.Must(t, err)
		stands(t, h, ctx, client, "EUR", "named", 0, 1500, -1500)
		_, err = h.Payments.Void(ctx, payment.VoidInput{ID: back.ID})
		paymenttest.Must(t, err)
		stands(t, h, ctx, client, "EUR", "given back", 0, 5500, -5500)
		left(old, 3000)
		left(young, 2500)
		_, err = h.Payments.Delete(ctx, payment.VoidInput{ID: second.ID})
		paymenttest.Must(t, err)
		_, err = h.Payments.Unallocate(ctx, payment.UnallocateInput{PaymentID: young.ID})
		paymenttest.Must(t, err)
		stands(t, h, ctx, client, "EUR", "all back", 2000, 8000, -6000)
	})
}

func TestManyRefundsAtOnceGiveNothingBackTwice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		client := h.Client(t, ctx, "A")
		h.Paid(t, ctx, client, "30")
		h.Paid(t, ctx, client, "30")
		done := make(chan string)
		for range 8 {
			go func() {
				_, err := h.Payments.Record(ctx, refund(client, "20"))
				done <- paymenttest.Faults(err)
			}()
		}
		got := map[string]int{}
		for range 8 {
			got[<-done]++
		}
		if diff := cmp.Diff(map[string]int{"": 3, "INVALID amount": 5}, got); diff != "" {
			t.Errorf("outcomes (-want +got):\n%s", diff)
		}
		stands(t, h, ctx, client, "EUR", "at the end", 0, 0, 0)
	})
}

func TestAPaymentIsChangedAndTheLedgerTellsOfIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		client, other, archived := h.Client(t, ctx, "A"), h.Client(t, ctx, "B"), h.Client(t, ctx, "C")
		_, err := h.Contacts.Archive(ctx, contact.IDInput{ID: archived})
		paymenttest.Must(t, err)
		doc := h.Issued(t, ctx, client, "60")
		p := h.Paid(t, ctx, client, "100", doc)
		update := func(in payment.UpdateInput) error {
			now, err := h.Payments.Get(ctx, p.ID)
			paymenttest.Must(t, err)
			in.ID = p.ID
			if in.Version == 0 {
				in.Version = now.Version
			}
			_, err = h.Payments.Update(ctx, in)
			return err
		}
		dollars, yen := money.Currency("USD"), money.Currency("JPY")
		for _, c := range []struct {
			want string
			in   payment.UpdateInput
		}{
			{"CONFLICT version", payment.UpdateInput{Version: 9}},
			{"INVALID amount", payment.UpdateInput{Amount: pointer(money.MustDecimal("59.99"))}},
			{"INVALID amount", payment.UpdateInput{Amount: pointer(money.MustDecimal("0"))}},
			{"CONFLICT contactId", payment.UpdateInput{ContactID: &other}},
			{"CONFLICT contactId", payment.UpdateInput{ContactID: &archived}},
			{"NOT_FOUND contactId", payment.UpdateInput{ContactID: pointer(uuid.Must(uuid.NewV7()))}},
			{"CONFLICT currency, INVALID exchangeRate", payment.UpdateInput{Currency: &dollars, Amount: pointer(money.MustDecimal("100"))}},
			{"INVALID exchangeRate", payment.UpdateInput{ExchangeRate: pointer(money.MustDecimal("1.1"))}},
			{"NOT_FOUND optionIds.0", payment.UpdateInput{OptionIDs: []uuid.UUID{other}}},
		} {
			h.Refused(t, ctx, c.want, func() error { return update(c.in) })
		}
		paymenttest.Must(t, update(payment.UpdateInput{Amount: pointer(money.MustDecimal("70")), Reference: pointer(" bank 1 ")}))
		stands(t, h, ctx, client, "EUR", "less", 0, 1000, -1000)
		paymenttest.Must(t, update(payment.UpdateInput{Amount: pointer(money.MustDecimal("60")), Date: paymenttest.On("2026-06-01")}))
		stands(t, h, ctx, client, "EUR", "the least", 0, 0, 0)
		entries := h.Count(t, `SELECT count(*) FROM ledger_entries`)
		paymenttest.Must(t, update(payment.UpdateInput{Notes: pointer("a note")}))
		if n := h.Count(t, `SELECT count(*) FROM ledger_entries`); n != entries {
			t.Errorf("a note posted %d entries", n-entries)
		}
		_, err = h.Payments.Unallocate(ctx, payment.UnallocateInput{PaymentID: p.ID})
		paymenttest.Must(t, err)
		paymenttest.Must(t, update(payment.UpdateInput{ContactID: &other}))
		stands(t, h, ctx, client, "EUR", "no longer its", 6000, 0, 6000)
		stands(t, h, ctx, other, "EUR", "its own", 0, 6000, -6000)
		paymenttest.Must(t, update(payment.UpdateInput{Currency: &yen, Amount: pointer(money.MustDecimal("900")), ExchangeRate: pointer(money.MustDecimal("0.006"))}))
		stands(t, h, ctx, other, "EUR", "in yen", 0, 0, 0)
		stands(t, h, ctx, other, "JPY", "in yen", 0, 900, -900)
		got, err := h.Payments.Get(ctx, p.ID)
		paymenttest.Must(t, err)
		if got.Reference != "bank 1" || got.Notes != "a note" || got.Date != "2026-06-01" || got.ContactID != other {
			t.Errorf("is %v", got.Payment)
		}
		_, err = h.Payments.Void(ctx, payment.VoidInput{ID: p.ID})
		paymenttest.Must(t, err)
		h.Refused(t, ctx, "CONFLICT id", func() error { return update(payment.UpdateInput{Notes: pointer("more")}) })
		stands(t, h, ctx, other, "JPY", "void", 0, 0, 0)
	})
}

func TestADeletedPaymentIsInNoListAndTheLedgerKeepsIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		client := h.Client(t, ctx, "A")
		doc := h.Issued(t, ctx, client, "60")
		p, q := h.Paid(t, ctx, client, "100", doc), h.Paid(t, ctx, client, "1")
		_, err := h.Payments.Void(ctx, payment.VoidInput{ID: q.ID})
		paymenttest.Must(t, err)
		for _, id := range []uuid.UUID{p.ID, q.ID} {
			_, err := h.Payments.Delete(ctx, payment.VoidInput{ID: id})
			paymenttest.Must(t, err)
			h.Refused(t, ctx, "NOT_FOUND id", func() error { _, err := h.Payments.Delete(ctx, payment.VoidInput{ID: id}); return err })
			now, err := h.Payments.Get(ctx, id)
			paymenttest.Must(t, err)
			if now.Status != entpayment.StatusDeleted || now.VoidedAt == nil || now.Credit().Minor != 0 {
				t.Errorf("is %v", now.Payment)
			}
		}
		stands(t, h, ctx, client, "EUR", "deleted", 6000, 0, 6000)
		for want, f := range map[int]*payment.Filter{0: nil, 2: {Status: pointer(entpayment.StatusDeleted)}} {
			all, err := h.Payments.List(ctx, page.Args{}, f)
			paymenttest.Must(t, err)
			if n := len(all.Nodes()); n != want {
				t.Errorf("%d are listed, want %d", n, want)
			}
		}
		byID, err := h.Contacts.ByIDs(ctx, []uuid.UUID{client})
		paymenttest.Must(t, err)
		own, err := h.Payments.Of(ctx, byID[client], page.Args{})
		paymenttest.Must(t, err)
		if len(own.Nodes()) != 0 {
			t.Error("the contact lists a deleted payment")
		}
		if n := h.Count(t, `SELECT count(*) FROM ledger_entries`); n != 5 {
			t.Errorf("%d entries", n)
		}
	})
}

// dollars is a payment in dollars of a rate for a document in euros.
func dollars(client uuid.UUID, amount, rate string, parts ...*payment.AllocationInput) payment.RecordInput {
	return payment.RecordInput{ContactID: client, Currency: pointer(money.Currency("USD")), Amount: money.MustDecimal(amount),
		ExchangeRate: pointer(money.MustDecimal(rate)), Allocations: parts}
}

func across(doc *document.Document, takes, settles string) *payment.AllocationInput {
	return &payment.AllocationInput{DocumentID: doc.ID, Amount: money.MustDecimal(takes), SettledAmount: pointer(money.MustDecimal(settles))}
}

func TestAPaymentInAnotherCurrencySettlesAndTheDifferenceIsKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		client := h.Client(t, ctx, "A")
		doc, more := h.Issued(t, ctx, client, "100"), h.Issued(t, ctx, client, "10")
		for want, in := range map[string]payment.RecordInput{
			"INVALID exchangeRate":                                                     {ContactID: client, Currency: pointer(money.Currency("USD")), Amount: money.MustDecimal("1")},
			"INVALID allocations.0.settledAmount":                                      dollars(client, "110", "0.9", parts(doc, "110")...),
			"INVALID allocations.0.amount":                                             dollars(client, "110", "0.9", across(doc, "110.01", "100")),
			"INVALID allocations.1.settledAmount":                                      dollars(client, "110", "0.9", across(doc, "10", "100"), across(more, "1", "10.01")),
			"INVALID allocations.0.settledAmount, INVALID allocations.1.settledAmount": dollars(client, "110", "0.9", across(doc, "10", "0"), across(more, "1", "0.001")),
		} {
			h.Refused(t, ctx, want, func() error { _, err := h.Payments.Record(ctx, in); return err })
		}
		h.Refused(t, ctx, "INVALID allocations.0.settledAmount", func() error {
			_, err := h.Payments.Record(ctx, payment.RecordInput{ContactID: client, Amount: money.MustDecimal("9"), Allocations: []*payment.AllocationInput{across(doc, "5", "6")}})
			return err
		})
		p, err := h.Payments.Record(ctx, dollars(client, "120", "0.9", across(doc, "110", "100")))
		paymenttest.Must(t, err)
		stands(t, h, ctx, client, "EUR", "settled", 1000, 0, 1000)
		stands(t, h, ctx, client, "USD", "what is left", 0, 1000, -1000)
		gain := func(want int) {
			t.Helper()
			if got := h.Count(t, `SELECT COALESCE(SUM(difference), 0) FROM ledger_entries WHERE kind = 'exchange_difference' AND currency = 'EUR'`); got != want {
				t.Errorf("the difference is %d, want %d", got, want)
			}
		}
		gain(-100) // 110 dollars at 0.9 are 99 euros, for 100
		_, err = h.Payments.Allocate(ctx, payment.AllocateInput{PaymentID: p.ID, Allocations: []*payment.AllocationInput{across(more, "10", "8")}})
		paymenttest.Must(t, err)
		stands(t, h, ctx, client, "USD", "all used", 0, 0, 0)
		gain(0)
		now, err := h.Payments.Get(ctx, p.ID)
		paymenttest.Must(t, err)
		for want, in := range map[string]payment.UpdateInput{
			"CONFLICT exchangeRate": {ExchangeRate: pointer(money.MustDecimal("0.8"))},
			"INVALID amount":        {Amount: pointer(money.MustDecimal("119"))},
		} {
			in.ID, in.Version = p.ID, now.Version
			h.Refused(t, ctx, want, func() error { _, err := h.Payments.Update(ctx, in); return err })
		}
		_, err = h.Payments.Update(ctx, payment.UpdateInput{ID: p.ID, Version: now.Version, Amount: pointer(money.MustDecimal("125"))})
		paymenttest.Must(t, err)
		stands(t, h, ctx, client, "USD", "more", 0, 500, -500)
		_, err = h.Payments.Unallocate(ctx, payment.UnallocateInput{PaymentID: p.ID, DocumentIDs: []uuid.UUID{doc.ID}})
		paymenttest.Must(t, err)
		stands(t, h, ctx, client, "EUR", "one taken off", 10200, 0, 10200)
		stands(t, h, ctx, client, "USD", "one taken off", 0, 11500, -11500)
		gain(100)
		_, err = h.Payments.Void(ctx, payment.VoidInput{ID: p.ID})
		paymenttest.Must(t, err)
		stands(t, h, ctx, client, "EUR", "void", 11000, 0, 11000)
		stands(t, h, ctx, client, "USD", "void", 0, 0, 0)
		gain(0)
	})
}

func TestManyPaymentsAreRecordedEachByItself(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		client, other := h.Client(t, ctx, "A"), h.Client(t, ctx, "B")
		doc := h.Issued(t, ctx, client, "60")
		one := func(of uuid.UUID, amount, reference string) *payment.RecordInput {
			return &payment.RecordInput{ContactID: of, Amount: money.MustDecimal(amount), Reference: reference}
		}
		in := payment.RecordManyInput{Payments: []*payment.RecordInput{
			one(other, "1", "x"), one(client, "70", "a"), one(uuid.Must(uuid.NewV7()), "1", ""), one(client, "0", ""), one(client, "70", " a "),
			one(client, "70", ""), one(client, "70", ""), {ContactID: client, Amount: money.MustDecimal("1"), Allocations: parts(doc, "2")},
		}}
		in.Payments[1].OldestFirst = true
		outcomes := func(ctx context.Context, in payment.RecordManyInput) (out []string) {
			t.Helper()
			results, err := h.Payments.RecordMany(ctx, in)
			paymenttest.Must(t, err)
			for _, r := range results {
				text := ""
				for _, e := range r.Errors {
					text += string(e.Code) + " " + e.Field
				}
				if (r.Payment == nil) != (text != "") {
					t.Errorf("payment %v with %q", r.Payment, text)
				}
				out = append(out, text)
			}
			return out
		}
		want := []string{"", "", "NOT_FOUND contactId", "INVALID amount", "CONFLICT reference", "", "", "INVALID allocations.0.amount"}
		for range 2 { // under one key: the same answer, and nothing more
			if diff := cmp.Diff(want, outcomes(paymenttest.Keyed(ctx, "statement", 1), in)); diff != "" {
				t.Errorf("outcomes (-want +got):\n%s", diff)
			}
			stands(t, h, ctx, client, "EUR", "recorded", 0, 15000, -15000)
		}
		again := payment.RecordManyInput{Payments: in.Payments[:2]}
		if diff := cmp.Diff([]string{"CONFLICT reference", "CONFLICT reference"}, outcomes(ctx, again)); diff != "" {
			t.Errorf("again (-want +got):\n%s", diff)
		}
		again.AllowDuplicates = true
		if diff := cmp.Diff([]string{"", ""}, outcomes(ctx, again)); diff != "" {
			t.Errorf("allowed (-want +got):\n%s", diff)
		}
		for _, n := range []int{0, 501} {
			h.Refused(t, ctx, "INVALID payments", func() error {
				_, err := h.Payments.RecordMany(ctx, payment.RecordManyInput{Payments: make([]*payment.RecordInput, n)})
				return err
			})
		}
		stands(t, h, ctx, client, "EUR", "at the end", 0, 22000, -22000)
	})
}

func TestNothingOfAClosedDayChanges(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		client := h.Client(t, ctx, "A")
		on := func(date day.Date) payment.RecordInput {
			return payment.RecordInput{ContactID: client, Amount: money.MustDecimal("5"), Date: &date}
		}
		old, err := h.Payments.Record(ctx, on("2026-05-31"))
		paymenttest.Must(t, err)
		young, err := h.Payments.Record(ctx, on("2026-06-01"))
		paymenttest.Must(t, err)
		h.Exec(t, `UPDATE organizations SET closing_date = '2026-05-31' WHERE id = ?`, viewer.From(ctx).Organization)
		for want, calls := range map[string][]func() error{
			"CONFLICT date": {
				func() error { _, err := h.Payments.Record(ctx, on("2026-05-31")); return err },
				func() error {
					_, err := h.Payments.Update(ctx, payment.UpdateInput{ID: young.ID, Version: 1, Date: paymenttest.On("2026-05-31")})
					return err
				},
			},
			"CONFLICT id": {
				func() error {
					_, err := h.Payments.Update(ctx, payment.UpdateInput{ID: old.ID, Version: 1, Notes: pointer("x")})
					return err
				},
				func() error { _, err := h.Payments.Void(ctx, payment.VoidInput{ID: old.ID}); return err },
				func() error { _, err := h.Payments.Delete(ctx, payment.VoidInput{ID: old.ID}); return err },
			},
		} {
			for _, call := range calls {
				h.Refused(t, ctx, want, call)
			}
		}
		_, err = h.Payments.Void(ctx, payment.VoidInput{ID: young.ID})
		paymenttest.Must(t, err)
		h.Verified(t)
	})
}
