package payment_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent/balance"
	entdocument "github.com/kartela/kartela/ent/document"
	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/payment"
	"github.com/kartela/kartela/payment/paymenttest"
	"github.com/kartela/kartela/viewer"
)

var (
	workers    = flag.Int("workers", 12, "how many work at once in the property test")
	operations = flag.Int("operations", 25, "how many operations each of them does")
	seed       = flag.Uint64("seed", 0, "the seed of their choices; one of the time when 0")
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// tenant is one of the organizations of the property test, and what was made in it.
type tenant struct {
	ctx      []context.Context // members: keys are kept under each
	id       uuid.UUID
	contacts []uuid.UUID

	mu       sync.Mutex
	invoices []uuid.UUID
	deleted  map[uuid.UUID]int
	credits  []uuid.UUID // of the invoices, which are documents of all types
	payments []uuid.UUID
	of       map[uuid.UUID]card // of invoices and payments
}

// card is what of a thing decides what it can be allocated to.
type card struct {
	contact  uuid.UUID
	currency money.Currency
	side     string
}

func (o *tenant) add(to *[]uuid.UUID, id uuid.UUID, of card) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.of[id] = of
	if !slices.Contains(*to, id) {
		*to = append(*to, id)
	}
}

// worker does one random thing after the other for one organization.
type worker struct {
	*testing.T
	*paymenttest.House
	*rand.Rand
	own, other *tenant
	name       string
	done       map[string]int // what was tried, by its outcome
}

// TestRandomWorkKeepsEveryAmountRight lets many work at once on few contacts, in two
// organizations and two currencies, right and wrong, with and without idempotency keys, and
// looks at every announcement, at all of the database now and then, and at its end.
func TestRandomWorkKeepsEveryAmountRight(t *testing.T) {
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		t.Cleanup(func() {
			if t.Failed() {
				t.Logf("again with -seed %d -workers %d -operations %d", *seed, *workers, *operations)
			}
		})
		h := paymenttest.New(d)
		tenants := []*tenant{found(t, h), found(t, h)}
		announced := watch(t, h, tenants)
		all, began := make([]*worker, *workers), time.Now()
		var wg sync.WaitGroup
		for i := range all {
			w := &worker{T: t, House: h, Rand: rand.New(rand.NewPCG(*seed, uint64(i))), own: tenants[i%2], other: tenants[1-i%2],
				name: fmt.Sprint(i), done: map[string]int{}}
			all[i] = w
			wg.Add(1)
			go func() {
				defer wg.Done()
				for n := range *operations {
					w.act(n)
				}
			}()
		}
		wg.Wait()
		t.Logf("%d operations by %d at once, %.0f a second", *workers**operations, *workers, float64(*workers**operations)/time.Since(began).Seconds())
		h.Verified(t)
		announced.complete(t, h)
		for _, o := range tenants {
			o.counted(t, h)
		}
		outcomes(t, all)
	})
}

func found(t *testing.T, h *paymenttest.House) *tenant {
	owner := dbtest.Tenant(t, h.DB, viewer.Owner)
	o := &tenant{ctx: []context.Context{owner, dbtest.Member(t, owner, h.DB, viewer.Accountant)}, id: viewer.From(owner).Organization, deleted: map[uuid.UUID]int{}, of: map[uuid.UUID]card{}}
	for _, name := range []string{"A", "B", "C"} {
		o.contacts = append(o.contacts, h.Contact(t, owner, name))
	}
	return o
}

func (w *worker) act(n int) {
	ctx := pick(w.Rand, w.own.ctx)
	acts := []struct {
		weight int
		name   string
		do     func(context.Context) (uuid.UUID, error)
	}{
		{6, "create", w.create()}, {3, "update", w.update()}, {9, "issue", w.onInvoice(w.Documents.Issue)},
		{2, "revert", w.onInvoice(w.Documents.Revert)}, {2, "void", w.onInvoice(w.Documents.Void)},
		{2, "restore", w.onInvoice(w.Documents.Restore)}, {1, "delete", w.remove()}, {12, "record", w.record()},
		{6, "allocate", w.allocate()}, {4, "unallocate", w.unallocate()}, {2, "voidPayment", w.voidPayment()},
		{1, "archive", w.archive()}, {5, "refund", w.refund()}, {5, "applyCredit", w.applyCredit()}, {2, "unapplyCredit", w.unapplyCredit()},
		{4, "updatePayment", w.updatePayment()}, {2, "deletePayment", w.deletePayment()}, {3, "recordMany", w.recordMany()},
	}
	if w.IntN(max(25, *workers**operations/40)) == 0 { // some 40 times in a long run
		w.Verified(w)
	}
	at := w.IntN(71)
	for _, a := range acts {
		if at -= a.weight; at < 0 {
			w.call(ctx, a.name, fmt.Sprintf("%s-%d", w.name, n), a.do)
			return
		}
	}
}

var allowed = regexp.MustCompile(`^((INVALID|CONFLICT|NOT_FOUND)[^,]*(, |$))*$`)

// call does it, sometimes under a key, twice at once, and then again.
func (w *worker) call(ctx context.Context, name, key string, do func(context.Context) (uuid.UUID, error)) {
	keyed := w.IntN(3) == 0
	if !keyed {
		_, err := do(ctx)
		w.outcome(name, err)
		return
	}
	first := paymenttest.Keyed(ctx, key, 1)
	ids, errs := make([]uuid.UUID, 2), make([]error, 2)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Add(1)
		go func() {
			defer wg.Done()
			ids[i], errs[i] = do(first)
		}()
	}
	wg.Wait()
	for _, err := range errs {
		w.outcome(name, err)
	}
	if errs[0] != nil && errs[1] != nil {
		return
	}
	id := ids[0]
	if errs[0] != nil {
		id = ids[1]
	}
	if errs[0] == nil && errs[1] == nil && ids[0] != ids[1] {
		w.Errorf("%s: one key made %s and %s", name, ids[0], ids[1])
	}
	again, err := do(first)
	gone := w.own.gone(id)
	if text := paymenttest.Faults(err); text != "" && (!gone || text != "NOT_FOUND id") {
		w.Errorf("%s again under its key: %s", name, text)
	}
	if err == nil && again != id {
		w.Errorf("%s again under its key gave %s instead of %s", name, again, id)
	}
	if _, err := do(paymenttest.Keyed(ctx, key, 2)); paymenttest.Faults(err) != "CONFLICT idempotencyKey" {
		w.Errorf("%s with the key of another request: %v", name, err)
	}
}

func (o *tenant) gone(id uuid.UUID) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.deleted[id] > 0
}

func (o *tenant) deletes(id uuid.UUID, n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.deleted[id] += n; o.deleted[id] == 0 {
		delete(o.deleted, id)
	}
}

func (w *worker) outcome(name string, err error) {
	text := paymenttest.Faults(err)
	if !allowed.MatchString(text) {
		w.Errorf("%s: %s", name, text)
	}
	if text == "" {
		text = "done"
	}
	w.done[name+" "+text]++
}

func pick[T any](r *rand.Rand, from []T) (one T) {
	if len(from) > 0 {
		one = from[r.IntN(len(from))]
	}
	return one
}

// some picks an id, mostly a late one, once in a while one of the other organization or
// one of nothing.
func (w *worker) some(list func(*tenant) []uuid.UUID) uuid.UUID {
	o := w.own
	switch w.IntN(40) {
	case 0:
		return uuid.Must(uuid.NewV7())
	case 1:
		o = w.other
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	all := list(o)
	if w.IntN(3) > 0 && len(all) > 12 {
		all = all[len(all)-12:]
	}
	return pick(w.Rand, all)
}

func invoicesOf(o *tenant) []uuid.UUID { return o.invoices }
func paymentsOf(o *tenant) []uuid.UUID { return o.payments }
func contactsOf(o *tenant) []uuid.UUID { return o.contacts }

func (w *worker) currency() money.Currency {
	return pick(w.Rand, []money.Currency{"EUR", "EUR", "JPY"})
}

// amount is up to 200 units, rarely one that cannot be.
func (w *worker) amount(c money.Currency) money.Decimal {
	switch w.IntN(30) {
	case 0:
		return money.MustDecimal(pick(w.Rand, []string{"0", "-5", "0.0001", "90071992547409.93", "9999999999999999999"}))
	case 1:
		return money.MustDecimal("200")
	}
	return money.New(money.Minor(1+w.Int64N(200*int64(pow(10, c.Digits())))), c).Amount()
}

func pow(b, n int) int {
	p := 1
	for range n {
		p *= b
	}
	return p
}

func (w *worker) date() *day.Date {
	d := day.Date("2025-12-30").AddDays(w.IntN(9))
	return &d
}

func (w *worker) lines(c money.Currency) []*document.LineInput {
	lines := make([]*document.LineInput, 1+w.IntN(3))
	for i := range lines {
		q := money.MustDecimal(pick(w.Rand, []string{"1", "2", "0.5", "3", "-1", "0"}))
		lines[i] = &document.LineInput{Title: "work", Quantity: &q, UnitPrice: new(w.amount(c)),
			Taxes: []*money.Tax{{Rate: money.MustDecimal(pick(w.Rand, []string{"24", "13", "0"}))}}}
	}
	if w.IntN(5) > 0 {
		lines = lines[:1]
		lines[0].Quantity = nil
	}
	return lines
}

// types are what is made, most often what is settled most.
var types = []entdocument.Type{entdocument.TypeInvoice, entdocument.TypeInvoice, entdocument.TypeInvoice, entdocument.TypeCreditNote,
	entdocument.TypeCreditNote, entdocument.TypeBill, entdocument.TypeBill, entdocument.TypeSupplierCredit, entdocument.TypeExpense, entdocument.TypeEstimate}

func (w *worker) create() func(context.Context) (uuid.UUID, error) {
	c := w.currency()
	in := document.CreateInput{Type: pick(w.Rand, types), ContactID: w.some(contactsOf), Currency: &c, Date: w.date(), Lines: w.lines(c)}
	if rate := money.MustDecimal("0.0061"); c != "EUR" {
		in.ExchangeRate = &rate
	}
	if cash := entpayment.MethodCash; in.Type == entdocument.TypeExpense {
		in.PaidBy = &cash
	}
	return func(ctx context.Context) (uuid.UUID, error) {
		d, err := w.Documents.Create(ctx, in)
		if err != nil {
			return uuid.Nil, err
		}
		of := card{d.ContactID, d.Currency, string(d.Side)}
		w.own.add(&w.own.invoices, d.ID, of)
		if d.Type == entdocument.TypeCreditNote || d.Type == entdocument.TypeSupplierCredit {
			w.own.add(&w.own.credits, d.ID, of)
		}
		return d.ID, nil
	}
}

func (w *worker) update() func(context.Context) (uuid.UUID, error) {
	in := document.UpdateInput{ID: w.some(invoicesOf), Version: 1 + w.IntN(2), Lines: w.lines("JPY")}
	return func(ctx context.Context) (uuid.UUID, error) { return idOf(w.Documents.Update(ctx, in)) }
}

func (w *worker) onInvoice(f func(context.Context, document.IDInput) (*document.Document, error)) func(context.Context) (uuid.UUID, error) {
	in := document.IDInput{ID: w.some(invoicesOf)}
	return func(ctx context.Context) (uuid.UUID, error) { return idOf(f(ctx, in)) }
}

func idOf(d *document.Document, err error) (uuid.UUID, error) {
	if err != nil {
		return uuid.Nil, err
	}
	return d.ID, nil
}

func (w *worker) remove() func(context.Context) (uuid.UUID, error) {
	in := document.IDInput{ID: w.some(invoicesOf)}
	return func(ctx context.Context) (uuid.UUID, error) {
		w.own.deletes(in.ID, 1) // before: others find it gone before this call returns
		id, err := w.Documents.Delete(ctx, in)
		if err != nil {
			w.own.deletes(in.ID, -1)
		}
		return id, err
	}
}

// parts are mostly for documents that can be settled.
func (w *worker) parts(of card) (parts []*payment.AllocationInput) {
	fitting := func(o *tenant) (out []uuid.UUID) {
		for _, id := range o.invoices {
			if o.of[id] == of {
				out = append(out, id)
			}
		}
		return out
	}
	if w.IntN(8) == 0 {
		fitting = invoicesOf
	}
	if w.IntN(5) == 0 {
		return w.across(of)
	}
	for range w.IntN(4) {
		amount := money.New(money.Minor(1+w.IntN(60*pow(10, of.currency.Digits()))), of.currency).Amount()
		parts = append(parts, &payment.AllocationInput{DocumentID: w.some(fitting), Amount: amount})
	}
	return parts
}

// across is a part for a document of the other currency.
func (w *worker) across(of card) []*payment.AllocationInput {
	other := map[money.Currency]money.Currency{"EUR": "JPY", "JPY": "EUR"}[of.currency]
	fitting := func(o *tenant) (out []uuid.UUID) {
		for _, id := range o.invoices {
			if o.of[id] == (card{of.contact, other, of.side}) {
				out = append(out, id)
			}
		}
		return out
	}
	settles := money.New(money.Minor(1+w.IntN(30*pow(10, other.Digits()))), other).Amount()
	takes := money.New(money.Minor(1+w.IntN(30*pow(10, of.currency.Digits()))), of.currency).Amount()
	return []*payment.AllocationInput{{DocumentID: w.some(fitting), Amount: takes, SettledAmount: &settles}}
}

func (w *worker) allocate() func(context.Context) (uuid.UUID, error) {
	in := payment.AllocateInput{PaymentID: w.some(paymentsOf)}
	if in.OldestFirst = w.IntN(2) == 0; !in.OldestFirst {
		w.own.mu.Lock()
		of := w.own.of[in.PaymentID]
		w.own.mu.Unlock()
		in.Allocations = w.parts(of)
	}
	return func(ctx context.Context) (uuid.UUID, error) { return paymentID(w.Payments.Allocate(ctx, in)) }
}

func (w *worker) unallocate() func(context.Context) (uuid.UUID, error) {
	in := payment.UnallocateInput{PaymentID: w.some(paymentsOf)}
	if w.IntN(3) == 0 {
		in.DocumentIDs = []uuid.UUID{w.some(invoicesOf)}
	}
	return func(ctx context.Context) (uuid.UUID, error) { return paymentID(w.Payments.Unallocate(ctx, in)) }
}

func (w *worker) voidPayment() func(context.Context) (uuid.UUID, error) {
	in := payment.VoidInput{ID: w.some(paymentsOf)}
	return func(ctx context.Context) (uuid.UUID, error) { return paymentID(w.Payments.Void(ctx, in)) }
}

func paymentID(p *payment.Payment, err error) (uuid.UUID, error) {
	if err != nil {
		return uuid.Nil, err
	}
	return p.ID, nil
}

// archive takes a contact out of use or, as often, back.
func (w *worker) archive() func(context.Context) (uuid.UUID, error) {
	in, f := contact.IDInput{ID: w.some(contactsOf)}, w.Contacts.Archive
	if w.IntN(3) > 0 {
		f = w.Contacts.Restore
	}
	return func(ctx context.Context) (uuid.UUID, error) {
		c, err := f(ctx, in)
		if err != nil {
			return uuid.Nil, err
		}
		return c.ID, nil
	}
}

// accounts is what was announced of each account, by version.
type accounts struct {
	mu   sync.Mutex
	seen map[account]map[int64]ledger.Moved
}

type account struct {
	organization, contact uuid.UUID
	side                  balance.Side
	currency              money.Currency
}

// watch looks at each announcement as it comes.
func watch(t *testing.T, h *paymenttest.House, tenants []*tenant) *accounts {
	a := &accounts{seen: map[account]map[int64]ledger.Moved{}}
	h.Ledger.Announce = func(m ledger.Moved) {
		a.mu.Lock()
		defer a.mu.Unlock()
		key := account{m.Organization, m.ContactID, m.Side, m.Currency}
		if a.seen[key] == nil {
			a.seen[key] = map[int64]ledger.Moved{}
		}
		if was, ok := a.seen[key][m.Version]; ok {
			t.Errorf("a version twice: %+v and %+v", was, m)
		}
		a.seen[key][m.Version] = m
		if m.Net != m.Outstanding-m.Credit || m.Outstanding < 0 || m.Credit < 0 {
			t.Errorf("the three amounts do not fit: %+v", m)
		}
		for _, o := range tenants {
			if slices.Contains(o.contacts, m.ContactID) != (o.id == m.Organization) {
				t.Errorf("another organization's contact: %+v", m)
			}
		}
	}
	return a
}

// complete holds what was announced to the balances: every version was, and the last is
// what is kept.
func (a *accounts) complete(t *testing.T, h *paymenttest.House) {
	rows, err := h.DB.Balance.Query().All(viewer.AsSystem(context.Background(), "a test's look at balances"))
	paymenttest.Must(t, err)
	if len(rows) != len(a.seen) {
		t.Errorf("%d balances, %d accounts announced", len(rows), len(a.seen))
	}
	for _, r := range rows {
		seen := a.seen[account{r.OrganizationID, r.ContactID, r.Side, r.Currency}]
		if int64(len(seen)) != r.Version {
			t.Errorf("balance %s has version %d, %d versions were announced", r.ID, r.Version, len(seen))
		}
		last := seen[r.Version]
		got := []money.Minor{last.Outstanding, last.Credit, last.Net}
		if diff := cmp.Diff([]money.Minor{r.Outstanding, r.Credit, r.Net}, got); diff != "" {
			t.Errorf("balance %s (-kept +announced last):\n%s", r.ID, diff)
		}
	}
}

// counted holds the rows to what calls said they made: no key had two effects.
func (o *tenant) counted(t *testing.T, h *paymenttest.House) {
	invoices, err := h.DB.Document.Query().Count(o.ctx[0])
	paymenttest.Must(t, err)
	payments, err := h.DB.Payment.Query().Where(entpayment.KindNEQ(entpayment.KindExpense)).Count(o.ctx[0])
	paymenttest.Must(t, err)
	if want := len(o.invoices) - len(o.deleted); invoices != want || payments != len(o.payments) {
		t.Errorf("%d invoices and %d payments are kept, %d and %d were made", invoices, payments, want, len(o.payments))
	}
}

// outcomes fails a run in which something never worked: it would prove nothing.
func outcomes(t *testing.T, all []*worker) {
	sum := map[string]int{}
	for _, w := range all {
		for k, n := range w.done {
			sum[k] += n
		}
	}
	for _, name := range []string{"create", "issue", "record", "allocate", "unallocate", "voidPayment", "refund", "updatePayment", "deletePayment", "recordMany"} {
		if sum[name+" done"] == 0 {
			t.Errorf("%s never worked", name)
		}
	}
	if testing.Verbose() {
		for _, k := range slices.Sorted(maps.Keys(sum)) {
			t.Logf("%4d %s", sum[k], k)
		}
	}
}
