package demo

import (
	"context"
	"fmt"

	"github.com/kartela/kartela/document"
	entdocument "github.com/kartela/kartela/ent/document"
	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/payment"
	"github.com/kartela/kartela/viewer"
)

// event is one thing that happened: an invoice or a payment.
type event struct {
	ago     int // days before today
	contact int
	invoice *invoicePlan
	payment *paymentPlan
}

// fate is what becomes of an invoice.
type fate int

const (
	issued fate = iota
	draft
	voided
)

type invoicePlan struct {
	place    int // among the contact's invoices that are issued for good
	fate     fate
	lines    []*document.LineInput
	currency money.Currency
	gross    bool // prices include VAT
}

type paymentPlan struct {
	invoice  int  // place of the invoice that is paid, -1 for all that are open
	percent  int  // of what remains of it
	roundTo  int  // more is paid, up to a multiple of so many units; 0 for the exact sum
	supplier bool // paid to a supplier, in advance
	mistaken bool // voided at once
	method   entpayment.Method
}

// tradeOf plans the invoices of a contact and how they are paid.
func (p *plan) tradeOf(at int, c *planned) {
	if !*c.fields.IsClient {
		if *c.fields.IsSupplier && p.random.IntN(4) == 0 {
			p.events = append(p.events, event{ago: 1 + p.random.IntN(span), contact: at,
				payment: &paymentPlan{supplier: true, method: entpayment.MethodBankTransfer}})
		}
		return
	}
	place, step := 0, span/c.invoices
	for i := range c.invoices {
		ago := max(1, span-i*step-p.random.IntN(step))
		in := &invoicePlan{place: place, currency: c.currency, lines: p.lines(c), gross: !c.firm && p.random.IntN(2) == 0}
		if at == 2 && i%5 == 4 {
			in.currency = "USD" // one client of two currencies
		}
		switch n := p.random.IntN(40); {
		case ago < 40 && n < 12 && !c.archived:
			in.fate = draft
		case n == 39:
			in.fate = voided
		}
		p.events = append(p.events, event{ago: ago, contact: at, invoice: in})
		if in.fate == issued {
			p.pay(at, c, place, ago)
			place++
		}
	}
	if c.archived { // nothing stays open
		p.events = append(p.events, event{ago: 1, contact: at, payment: &paymentPlan{invoice: -1, method: entpayment.MethodBankTransfer}})
	}
}

// pay plans the payments after the invoice of the place, by the client's habit.
func (p *plan) pay(at int, c *planned, place, ago int) {
	due := ago - c.dueDays
	method := pick(p, []entpayment.Method{entpayment.MethodBankTransfer, entpayment.MethodBankTransfer, entpayment.MethodBankTransfer,
		entpayment.MethodCard, entpayment.MethodCheque})
	if !c.firm {
		method = pick(p, []entpayment.Method{entpayment.MethodCash, entpayment.MethodCard})
	}
	on := func(days int, pay paymentPlan) {
		pay.method = method
		if days = min(days, ago); days >= 1 {
			p.events = append(p.events, event{ago: days, contact: at, payment: &pay})
		}
	}
	switch c.habit {
	case prompt:
		on(due+5-p.random.IntN(9), paymentPlan{invoice: place, percent: 100, mistaken: p.random.IntN(90) == 0})
	case late:
		on(due-40-p.random.IntN(80), paymentPlan{invoice: place, percent: 100})
	case partly:
		on(due-p.random.IntN(6), paymentPlan{invoice: place, percent: 40 + 10*p.random.IntN(4)})
		on(due-100-p.random.IntN(30), paymentPlan{invoice: place, percent: 100})
	case together:
		if place%3 == 2 {
			on(due-p.random.IntN(10), paymentPlan{invoice: -1})
		}
	case over:
		on(due-p.random.IntN(4), paymentPlan{invoice: place, percent: 100, roundTo: 50})
	}
}

// lines makes 1 to 6 lines of different wares.
func (p *plan) lines(c *planned) []*document.LineInput {
	order := p.random.Perm(len(wares))
	out := make([]*document.LineInput, 1+p.random.IntN(6))
	for i := range out {
		out[i] = p.line(c, wares[order[i]])
	}
	return out
}

func (p *plan) line(c *planned, what ware) *document.LineInput {
	most := what.dearest
	if !c.firm {
		most = min(most, 4)
	}
	quantity := money.FromInt(int64(1 + p.random.IntN(most)))
	if what.unit == "kg" {
		quantity = money.MustDecimal(fmt.Sprintf("%d.%03d", 1+p.random.IntN(most), p.random.IntN(1000)))
	}
	l := &document.LineInput{Title: what.greek, Unit: what.unit, Quantity: &quantity, UnitPrice: new(money.MustDecimal(what.price)), Taxes: c.taxes(what)}
	if c.home != "GR" && c.home != "CY" {
		l.Title = what.english
		l.Unit = map[string]string{"τεμ": "pcs", "ώρα": "h"}[what.unit]
		if l.Unit == "" {
			l.Unit = what.unit
		}
	}
	switch p.random.IntN(10) {
	case 0, 1:
		l.DiscountPercent = money.FromInt(pick(p, []int64{5, 10, 15}))
	case 2:
		amount := money.MustDecimal("2.50")
		l.DiscountAmount = &amount
	}
	return l
}

// taxes are Greek VAT, or none across the border, and what the client withholds.
func (c *planned) taxes(what ware) []*money.Tax {
	vat := &money.Tax{Kind: money.VAT, Name: fmt.Sprintf("ΦΠΑ %d %%", what.vat), Rate: money.FromInt(what.vat)}
	switch c.home {
	case "GR":
	case "GB", "US":
		vat = &money.Tax{Kind: money.VAT, Name: "Export", Category: "G"}
	default:
		vat = &money.Tax{Kind: money.VAT, Name: "Intra-community supply", Category: "K"}
	}
	if what.service && c.withhold {
		return []*money.Tax{vat, {Kind: money.Withholding, Name: "Παρακράτηση φόρου 20 %", Rate: money.FromInt(20)}}
	}
	return []*money.Tax{vat}
}

// dollar is what a US dollar is worth in the demonstration, in euros.
var dollar = money.MustDecimal("0.9175")

// trade writes what happened, the earliest first: so numbers rise with dates.
func (w *writer) trade(ctx context.Context) error {
	selling, booking := viewer.With(ctx, w.sales), viewer.With(ctx, w.accountant)
	for _, e := range w.plan.events {
		var err error
		if e.invoice != nil {
			err = w.invoice(selling, e)
		} else {
			err = w.payment(booking, e)
		}
		if err != nil {
			return fmt.Errorf("contact %d, %d days ago: %w", e.contact, e.ago, err)
		}
	}
	return nil
}

func (w *writer) invoice(ctx context.Context, e event) error {
	in := document.CreateInput{Type: entdocument.TypeInvoice, ContactID: w.ids[e.contact], Date: date(w.today, e.ago), Currency: &e.invoice.currency,
		PricesIncludeTax: e.invoice.gross, Lines: e.invoice.lines}
	if e.invoice.currency == "USD" {
		in.ExchangeRate = &dollar
	}
	if w.written++; w.written%4 == 0 {
		in.Reference = fmt.Sprintf("PO-%05d", 1000+w.written*7)
	}
	d, err := w.Document.Create(ctx, in)
	if err != nil || e.invoice.fate == draft {
		return err
	}
	if _, err := w.Document.Issue(ctx, document.IDInput{ID: d.ID}); err != nil {
		return err
	}
	if e.invoice.fate == voided {
		_, err := w.Document.Void(ctx, document.IDInput{ID: d.ID})
		return err
	}
	w.open[e.contact] = append(w.open[e.contact], &owed{id: d.ID, currency: d.Currency, payable: d.Document.Payable})
	return nil
}

func (w *writer) payment(ctx context.Context, e event) error {
	if e.payment.supplier {
		return w.advance(ctx, e)
	}
	if e.payment.invoice < 0 {
		return w.payAll(ctx, e)
	}
	o := w.open[e.contact][e.payment.invoice]
	part := (o.payable - o.settled) * money.Minor(e.payment.percent) / 100
	if part <= 0 {
		return nil
	}
	amount := part
	if unit := money.Minor(e.payment.roundTo) * 100; unit > 0 {
		amount = (part + unit - 1) / unit * unit
	}
	in := w.received(e, amount, o.currency)
	in.Allocations = []*payment.AllocationInput{{DocumentID: o.id, Amount: money.New(part, o.currency).Amount()}}
	if e.payment.mistaken {
		if err := w.mistake(ctx, in); err != nil {
			return err
		}
	}
	o.settled += part
	_, err := w.Payment.Record(ctx, in)
	return err
}

// mistake books a payment twice, and takes the first back.
func (w *writer) mistake(ctx context.Context, in payment.RecordInput) error {
	wrong, err := w.Payment.Record(ctx, in)
	if err != nil {
		return err
	}
	_, err = w.Payment.Void(ctx, payment.VoidInput{ID: wrong.ID})
	return err
}

// payAll pays everything that is open, the oldest first, one payment per currency.
func (w *writer) payAll(ctx context.Context, e event) error {
	for _, currency := range []money.Currency{"EUR", "USD"} {
		var sum money.Minor
		for _, o := range w.open[e.contact] {
			if o.currency == currency {
				sum += o.payable - o.settled
				o.settled = o.payable
			}
		}
		if sum == 0 {
			continue
		}
		in := w.received(e, sum, currency)
		in.OldestFirst = true
		if _, err := w.Payment.Record(ctx, in); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) received(e event, amount money.Minor, currency money.Currency) payment.RecordInput {
	in := payment.RecordInput{ContactID: w.ids[e.contact], Date: date(w.today, e.ago), Amount: money.New(amount, currency).Amount(),
		Currency: &currency, Method: &e.payment.method, Reference: fmt.Sprintf("ΚΑΤ-%d-%03d", e.contact, e.ago)}
	if currency == "USD" {
		in.ExchangeRate = &dollar
	}
	return in
}

// advance pays a supplier before there is a bill.
func (w *writer) advance(ctx context.Context, e event) error {
	kind := entpayment.KindSupplierPayment
	in := w.received(e, money.Minor(20_000+100*(e.ago%400)), "EUR")
	in.Kind, in.Reference = &kind, fmt.Sprintf("ΠΛΗΡ-%03d", e.ago)
	_, err := w.Payment.Record(ctx, in)
	return err
}
