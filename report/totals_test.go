package report_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/payment"
	"github.com/kartela/kartela/payment/paymenttest"
	"github.com/kartela/kartela/report"
	"github.com/kartela/kartela/viewer"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func totalsOf(h *paymenttest.House) *report.Service {
	return &report.Service{DB: h.DB, Payments: h.Payments, Now: func() time.Time { return paymenttest.Noon }}
}

// happens draws what happens with one contact: documents of every type, payments both ways, some
// of them in the month before or after, some taken back.
func happens(t *rapid.T, h *paymenttest.House, ctx context.Context, of uuid.UUID) {
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range rapid.IntRange(0, 8).Draw(t, "events") {
		date := day.Date("2026-06-15").AddDays(rapid.IntRange(-40, 20).Draw(t, fmt.Sprint("day of ", i)))
		currency := rapid.SampledFrom([]money.Currency{"EUR", "JPY"}).Draw(t, fmt.Sprint("currency of ", i))
		amount := money.New(money.Minor(rapid.IntRange(1, 999).Draw(t, fmt.Sprint("amount of ", i))), currency).Amount()
		back := rapid.Bool().Draw(t, fmt.Sprint("taken back ", i))
		if rapid.Bool().Draw(t, fmt.Sprint(i, " is a payment")) {
			in := payment.RecordInput{ContactID: of, Currency: &currency, Amount: amount, Date: &date, OldestFirst: true}
			if currency != "EUR" {
				in.ExchangeRate = new(money.MustDecimal("0.006"))
			}
			in.Kind = new(rapid.SampledFrom([]entpayment.Kind{entpayment.KindClientPayment, entpayment.KindSupplierPayment}).Draw(t, fmt.Sprint("kind of ", i)))
			p, err := h.Payments.Record(ctx, in)
			must(err)
			if back {
				_, err = h.Payments.Void(ctx, payment.VoidInput{ID: p.ID})
				must(err)
			}
			continue
		}
		in := paymenttest.Invoice(of, currency, amount.String())
		in.Type = rapid.SampledFrom([]entdocument.Type{entdocument.TypeInvoice, entdocument.TypeCreditNote, entdocument.TypeEstimate, entdocument.TypeBill,
			entdocument.TypeSupplierCredit}).Draw(t, fmt.Sprint("type of ", i))
		in.Date, in.DueDate = &date, new(date.AddDays(rapid.IntRange(0, 20).Draw(t, fmt.Sprint("due of ", i))))
		doc, err := h.Documents.Create(ctx, in)
		must(err)
		if back { // a draft counts nowhere
			continue
		}
		_, err = h.Documents.Issue(ctx, document.IDInput{ID: doc.ID})
		must(err)
	}
}

// added is what the totals are, added up row by row.
type added struct {
	receivable, receivableOverdue, clientCredit, payable, payableOverdue, supplierCredit, cashIn, cashOut money.Minor
	receivableCount, payableCount                                                                         int
}

func addUp(t *rapid.T, ctx context.Context, d *db.DB) map[money.Currency]*added {
	sums := map[money.Currency]*added{"EUR": {}}
	of := func(c money.Currency) *added {
		if sums[c] == nil {
			sums[c] = &added{}
		}
		return sums[c]
	}
	documents, err := d.Document.Query().Where(entdocument.StatusEQ(entdocument.StatusIssued)).All(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range documents {
		left, late := r.Payable-r.Settled, r.DueDate < "2026-06-15"
		if left == 0 || r.Type == entdocument.TypeEstimate {
			continue
		}
		switch s := of(r.Currency); r.Type {
		case entdocument.TypeInvoice:
			if s.receivable += left; late {
				s.receivableOverdue += left
				s.receivableCount++
			}
		case entdocument.TypeBill:
			if s.payable += left; late {
				s.payableOverdue += left
				s.payableCount++
			}
		case entdocument.TypeCreditNote:
			s.clientCredit += left
		case entdocument.TypeSupplierCredit:
			s.supplierCredit += left
		}
	}
	payments, err := d.Payment.Query().Where(entpayment.StatusEQ(entpayment.StatusRecorded)).All(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range payments {
		addPayment(p, of)
	}
	return sums
}

func addPayment(p *ent.Payment, of func(money.Currency) *added) {
	left, in := p.Amount-p.Allocated, p.Kind == entpayment.KindClientPayment
	if left > 0 && in {
		of(p.Currency).clientCredit += left
	} else if left > 0 {
		of(p.Currency).supplierCredit += left
	}
	switch {
	case p.Date < "2026-06-01" || p.Date > "2026-06-30":
	case in:
		of(p.Currency).cashIn += p.Amount
	default:
		of(p.Currency).cashOut += p.Amount
	}
}

func told(all *report.Totals) map[money.Currency]*added {
	out := map[money.Currency]*added{}
	for _, c := range all.Currencies {
		out[c.Currency] = &added{
			c.Receivable.Minor, c.ReceivableOverdue.Minor, c.ClientCredit.Minor, c.Payable.Minor, c.PayableOverdue.Minor, c.SupplierCredit.Minor,
			c.CashIn.Minor, c.CashOut.Minor, *c.ReceivableOverdueCount, *c.PayableOverdueCount,
		}
	}
	return out
}

// The totals are what there is, added up row by row, whatever happened; the base currency is first.
func TestTheTotalsAreTheSumsOfAllRows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := paymenttest.New(d)
		rapid.Check(t, func(rt *rapid.T) {
			ctx := dbtest.Tenant(t, d, viewer.Owner)
			for range rapid.IntRange(1, 3).Draw(rt, "contacts") {
				happens(rt, h, ctx, h.Contact(t, ctx, "Someone"))
			}
			all, err := totalsOf(h).Totals(ctx)
			if err != nil {
				rt.Fatal(err)
			}
			if diff := gocmp.Diff(addUp(rt, ctx, d), told(all), gocmp.AllowUnexported(added{})); diff != "" {
				rt.Errorf("(-rows +totals):\n%s", diff)
			}
			if all.Currencies[0].Currency != "EUR" || !slices.IsSortedFunc(all.Currencies[1:], func(a, b *report.CurrencyTotals) int { return cmp.Compare(a.Currency, b.Currency) }) {
				rt.Errorf("the order is %v", all.Currencies)
			}
		})
	})
}

// Each member of staff is told of what they may see: sales staff of no purchases, nobody of a
// contact that is restricted to others, nobody of another business; and time-keepers of nothing.
func TestTheTotalsAreOfWhatTheViewerSees(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		open, hidden, foreign := h.Contact(t, ctx, "Open"), h.Contact(t, ctx, "Hidden"), dbtest.Tenant(t, d, viewer.Owner)
		h.Issued(t, foreign, h.Client(t, foreign, "Foreign"), "1000")
		h.Issued(t, ctx, open, "10")
		h.IssuedAs(t, ctx, entdocument.TypeBill, open, "4")
		h.Paid(t, ctx, open, "3")
		h.Issued(t, ctx, hidden, "100")
		_, err := h.Contacts.Restrict(ctx, contact.RestrictInput{ID: hidden, UserIDs: []uuid.UUID{viewer.From(ctx).User}})
		paymenttest.Must(t, err)

		for role, want := range map[viewer.Role]string{
			viewer.Owner:      "receivable 110.00 payable 4.00 credit 3.00 in 3.00 out 0.00",
			viewer.Accountant: "receivable 10.00 payable 4.00 credit 3.00 in 3.00 out 0.00",
			viewer.Sales:      "receivable 10.00 payable - credit 3.00 in 3.00 out -",
			viewer.ReadOnly:   "receivable 10.00 payable 4.00 credit 3.00 in 3.00 out 0.00",
			viewer.TimeKeeper: "FORBIDDEN",
		} {
			as := ctx
			if role != viewer.Owner {
				as = dbtest.Member(t, ctx, d, role)
			}
			all, err := totalsOf(h).Totals(as)
			got := paymenttest.Faults(err)
			if err == nil {
				c := all.Currencies[0]
				got = fmt.Sprintf("receivable %s payable %s credit %s in %s out %s", amount(c.Receivable), amount(c.Payable), amount(c.ClientCredit), amount(c.CashIn), amount(c.CashOut))
			}
			if got != want {
				t.Errorf("%s is told %q, want %q", role, got, want)
			}
		}
	})
}

func amount(m *money.Money) string {
	if m == nil {
		return "-"
	}
	return m.Amount().String()
}

func TestTheTotalsTakeFourStatements(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		for range 3 {
			h.Paid(t, ctx, h.Client(t, ctx, "Someone"), "3")
		}
		counted, n := db.CountStatements(ctx)
		if _, err := totalsOf(h).Totals(counted); err != nil || n.Load() != 4 {
			t.Errorf("%d statements ran, %v", n.Load(), err)
		}
	})
}

// The day turns in the organization's time zone.
func TestTheTotalsTurnWithTheDayOfTheOrganization(t *testing.T) {
	d := dbtest.SQLite(t)
	h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
	client := h.Client(t, ctx, "Someone")
	in := paymenttest.Invoice(client, "EUR", "10")
	in.Date, in.DueDate = paymenttest.On("2026-06-15"), paymenttest.On("2026-06-15")
	doc, err := h.Documents.Create(ctx, in)
	paymenttest.Must(t, err)
	_, err = h.Documents.Issue(ctx, document.IDInput{ID: doc.ID})
	paymenttest.Must(t, err)

	now := paymenttest.Noon
	s := &report.Service{DB: d, Payments: h.Payments, Now: func() time.Time { return now }}
	today, err := s.Totals(ctx)
	paymenttest.Must(t, err)
	if got := amount(today.Currencies[0].ReceivableOverdue); got != "0.00" || !today.Turns.After(now) || today.Turns.Sub(now) > 24*time.Hour {
		t.Errorf("%s is overdue on the day, which turns at %s", got, today.Turns)
	}
	now = today.Turns
	tomorrow, err := s.Totals(ctx)
	paymenttest.Must(t, err)
	if got := amount(tomorrow.Currencies[0].ReceivableOverdue); got != "10.00" || tomorrow.Today != "2026-06-16" || today.Same(tomorrow) {
		t.Errorf("%s is overdue on %s", got, tomorrow.Today)
	}
}
