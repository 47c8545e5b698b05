package recurring_test

import (
	"context"
	"flag"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/recurringinvoice"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/payment/paymenttest"
	"github.com/kartela/kartela/recurring"
	"github.com/kartela/kartela/viewer"
)

func TestMain(m *testing.M) {
	_ = flag.Set("rapid.checks", "15") // each makes an organization; -rapid.checks on the command line goes before
	dbtest.Main(m)
}

// house is a business with a clock that tests set, and one client.
type house struct {
	*paymenttest.House
	*recurring.Service
	ctx    context.Context
	client uuid.UUID
	mu     sync.Mutex
	today  day.Date
	asked  int
}

func setup(t testing.TB, d *db.DB) *house {
	t.Helper()
	h := &house{House: paymenttest.New(d), ctx: dbtest.Tenant(t, d, viewer.Owner), today: "2026-06-15"}
	now := func() time.Time {
		h.mu.Lock()
		defer h.mu.Unlock()
		at, _ := time.Parse(time.DateOnly, string(h.today))
		return at.Add(12 * time.Hour)
	}
	h.House.Documents.Now = now
	h.Service = &recurring.Service{DB: d, Documents: h.House.Documents, Contacts: h.House.Contacts, Now: now,
		Ask: func(context.Context, uuid.UUID, uuid.UUID) error { h.asked++; return nil }}
	h.client = h.Client(t, h.ctx, "Πελάτης")
	return h
}

func (h *house) on(today day.Date) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.today = today
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func refused(t testing.TB, err error, code fault.Code, field string) {
	t.Helper()
	all, _ := fault.All(err)
	for _, f := range all {
		if f.Code == code && f.Field == field {
			return
		}
	}
	t.Errorf("got %v, want %s on %q", err, code, field)
}

func ptr[T any](v T) *T { return &v }

func (h *house) template() *document.CreateInput {
	return ptr(paymenttest.Invoice(h.client, "EUR", "100"))
}

// monthly makes a recurring invoice of 100 € from a date on.
func (h *house) monthly(t testing.TB, starts day.Date, issue bool) *recurring.Recurring {
	t.Helper()
	r, err := h.Create(h.ctx, recurring.CreateInput{Name: "Συνδρομή", Template: h.template(), Starts: starts, Issue: issue, DueDays: ptr(10)})
	must(t, err)
	return r
}

func (h *house) make(t testing.TB, r *recurring.Recurring) {
	t.Helper()
	must(t, h.Make(context.Background(), r.OrganizationID, r.ID))
}

// made are the invoices of all recurring ones, oldest date first.
func (h *house) made(t testing.TB) []string {
	t.Helper()
	rows, err := h.House.DB.Document.Query().Where(entdocument.RecurringIDNotNil()).Order(entdocument.ByRecurringDate(), entdocument.ByID()).All(h.ctx)
	must(t, err)
	out := []string{}
	for _, r := range rows {
		out = append(out, fmt.Sprintf("%s due %s %s %d", r.Date, r.DueDate, r.Status, r.Payable))
		if *r.RecurringDate != r.Date {
			t.Errorf("of %s, dated %s", *r.RecurringDate, r.Date)
		}
	}
	return out
}

func same(t testing.TB, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(append([]string{}, want...), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestEachDateMakesOneInvoiceAndMissedOnesAreCaughtUp(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := setup(t, d)
		r := h.monthly(t, "2026-07-31", true)
		if h.asked != 0 || r.State() != recurring.Active || r.Amount().Minor != 10000 || *r.Next != "2026-07-31" {
			t.Errorf("asked %d times, %s, %v, %v", h.asked, r.State(), r.Amount(), r.Next)
		}
		h.make(t, r)
		same(t, h.made(t))
		h.on("2026-07-31")
		h.make(t, r)
		h.make(t, r)
		same(t, h.made(t), "2026-07-31 due 2026-08-10 issued 10000")
		h.on("2026-10-30") // nobody was there for two months
		must(t, h.AskForDue(context.Background()))
		if h.asked != 1 {
			t.Errorf("asked %d times", h.asked)
		}
		h.make(t, r)
		same(t, h.made(t), "2026-07-31 due 2026-08-10 issued 10000", "2026-08-31 due 2026-09-10 issued 10000", "2026-09-30 due 2026-10-10 issued 10000")
		must(t, h.AskForDue(context.Background())) // nothing is due any more
		r, err := h.Get(h.ctx, r.ID)
		must(t, err)
		last, err := r.LastDocument(h.ctx)
		must(t, err)
		upcoming, err := r.Upcoming(2)
		must(t, err)
		if h.asked != 1 || r.Made != 3 || last.NumberText != "INV-00003" || upcoming[0] != "2026-10-31" || upcoming[1] != "2026-11-30" {
			t.Errorf("asked %d times, made %d, the last %s, then %v", h.asked, r.Made, last.NumberText, upcoming)
		}
		h.Verified(t)
	})
}

func TestManyProcessesMakeEachDateOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := setup(t, d)
		r := h.monthly(t, "2026-06-15", true)
		h.on("2027-05-20") // twelve dates
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if err := h.Make(context.Background(), r.OrganizationID, r.ID); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got := h.made(t); len(got) != 12 {
			t.Errorf("made %v", got)
		}
		got, err := h.Get(h.ctx, r.ID)
		must(t, err)
		if got.Made != 12 || got.Error != "" {
			t.Errorf("%d are behind it, error %q", got.Made, got.Error)
		}
		if n := h.Count(t, "SELECT max(number) FROM documents"); n != 12 {
			t.Errorf("the last number is %d", n)
		}
		h.Verified(t)
	})
}

func TestAPauseSkipsItsDates(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := setup(t, d)
		r := h.monthly(t, "2026-07-01", false)
		h.on("2026-07-01")
		h.make(t, r)
		r, err := h.Pause(h.ctx, recurring.IDInput{ID: r.ID})
		must(t, err)
		if r.State() != recurring.Paused {
			t.Errorf("it is %s", r.State())
		}
		h.on("2026-10-01")
		must(t, h.AskForDue(context.Background()))
		h.make(t, r)
		if h.asked != 0 {
			t.Error("a paused one was asked for")
		}
		r, err = h.Resume(h.ctx, recurring.IDInput{ID: r.ID})
		must(t, err)
		if h.asked != 1 || *r.Next != "2026-10-01" || r.State() != recurring.Active {
			t.Errorf("asked %d times, next %s, %s", h.asked, *r.Next, r.State())
		}
		h.make(t, r)
		same(t, h.made(t), "2026-07-01 due 2026-07-11 draft 10000", "2026-10-01 due 2026-10-11 draft 10000")
	})
}

func TestWhatKeepsAnInvoiceFromBeingMadeIsShownAndTriedAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := setup(t, d)
		r := h.monthly(t, "2026-07-01", true)
		h.on("2026-07-02")
		_, err := h.House.Contacts.Archive(h.ctx, contact.IDInput{ID: h.client})
		must(t, err)
		fails := func(text string) {
			t.Helper()
			if err := h.Make(context.Background(), r.OrganizationID, r.ID); !fault.IsCode(err, fault.Conflict) {
				t.Errorf("made: %v", err)
			}
			got, err := h.Get(h.ctx, r.ID)
			must(t, err)
			if !strings.Contains(got.Error, text) || *got.Next != "2026-07-01" {
				t.Errorf("it says %q, next %s", got.Error, *got.Next)
			}
			failing, err := h.List(h.ctx, page.Args{}, &recurring.Filter{Failing: ptr(true), State: ptr(recurring.Active), ContactID: &h.client})
			must(t, err)
			if len(failing.Nodes()) != 1 {
				t.Errorf("%d fail", len(failing.Nodes()))
			}
			same(t, h.made(t))
		}
		fails("archived")
		_, err = h.House.Contacts.Restore(h.ctx, contact.IDInput{ID: h.client})
		must(t, err)
		h.Exec(t, "UPDATE organizations SET closing_date = '2026-07-01'")
		fails("closed up to 2026-07-01")
		h.Exec(t, "UPDATE organizations SET closing_date = NULL")
		h.make(t, r)
		same(t, h.made(t), "2026-07-01 due 2026-07-11 issued 10000")
		got, err := h.Get(h.ctx, r.ID)
		must(t, err)
		if got.Error != "" {
			t.Errorf("it still says %q", got.Error)
		}
		h.Verified(t)
	})
}

func TestAnotherScheduleGoesOnAfterTheLastDate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := setup(t, d)
		r := h.monthly(t, "2026-06-15", false)
		h.on("2026-07-20")
		h.make(t, r)
		r, err := h.Get(h.ctx, r.ID)
		must(t, err)
		r, err = h.Update(h.ctx, recurring.UpdateInput{ID: r.ID, Version: r.Version, Starts: ptr(day.Date("2026-06-01")), Every: ptr(2),
			Period: ptr(recurringinvoice.PeriodWeek), Ends: ptr(day.Date("2026-08-15")), Name: ptr("Δεκαπενθήμερη")})
		must(t, err)
		if *r.Next != "2026-07-27" { // after 15 July
			t.Errorf("next %s", *r.Next)
		}
		_, err = h.Update(h.ctx, recurring.UpdateInput{ID: r.ID, Version: r.Version - 1, Name: ptr("x")})
		refused(t, err, fault.Conflict, "version")
		h.on("2027-01-01")
		h.make(t, r)
		same(t, h.made(t), "2026-06-15 due 2026-06-25 draft 10000", "2026-07-15 due 2026-07-25 draft 10000",
			"2026-07-27 due 2026-08-06 draft 10000", "2026-08-10 due 2026-08-20 draft 10000")
		if r, err = h.Get(h.ctx, r.ID); err != nil || r.State() != recurring.Over || r.Next != nil {
			t.Errorf("it is %s, %v", r.State(), err)
		}
		_, err = h.Delete(h.ctx, recurring.IDInput{ID: r.ID})
		refused(t, err, fault.Conflict, "id")
		fresh := h.monthly(t, "2027-01-01", false)
		_, err = h.Delete(h.ctx, recurring.IDInput{ID: fresh.ID})
		must(t, err)
		h.make(t, fresh) // a job that comes late finds nothing
		if _, err = h.Get(h.ctx, fresh.ID); !fault.IsCode(err, fault.NotFound) {
			t.Error(err)
		}
	})
}

func TestAnInvoiceIsRepeated(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := setup(t, d)
		in := h.template()
		in.Notes = "Ευχαριστούμε"
		in.Lines = []*document.LineInput{{Title: "Ώρες", Quantity: ptr(money.MustDecimal("2.5")), Unit: "ώρα", UnitPrice: ptr(money.MustDecimal("40")),
			Taxes: []*money.Tax{{Rate: money.MustDecimal("24")}}, DiscountAmount: ptr(money.MustDecimal("10"))}}
		in.Adjustments = []*document.AdjustmentInput{{Charge: true, Title: "Μεταφορικά", Amount: ptr(money.MustDecimal("5")), Taxes: []*money.Tax{}}}
		source, err := h.House.Documents.Create(h.ctx, *in)
		must(t, err)
		r, err := h.Create(h.ctx, recurring.CreateInput{Name: "Ώρες", DocumentID: &source.ID, Starts: "2026-06-15"})
		must(t, err)
		if h.asked != 1 || r.Amount().Minor != source.Document.Payable || r.Lines()[0] != "Ώρες" {
			t.Errorf("asked %d times; %v, not %v", h.asked, r.Amount(), source.Document.Payable)
		}
		h.make(t, r)
		last, err := r.LastDocument(h.ctx)
		must(t, err)
		lines, err := last.Lines(h.ctx)
		must(t, err)
		if last.Document.Payable != 11660 || last.Notes != "Ευχαριστούμε" || lines[0].Unit != "ώρα" {
			t.Errorf("made %+v", last.Document)
		}
		bill := paymenttest.Invoice(h.client, "EUR", "1")
		bill.Type = entdocument.TypeEstimate
		estimate, err := h.House.Documents.Create(h.ctx, bill)
		must(t, err)
		_, err = h.Create(h.ctx, recurring.CreateInput{Name: "x", DocumentID: &estimate.ID, Starts: "2026-06-15"})
		refused(t, err, fault.Invalid, "documentId")
		_, err = h.Create(h.ctx, recurring.CreateInput{Name: "x", DocumentID: ptr(uuid.New()), Starts: "2026-06-15"})
		refused(t, err, fault.NotFound, "documentId")
	})
}

func TestWhatARecurringInvoiceMayNotBe(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := setup(t, d)
		_, err := h.Create(h.ctx, recurring.CreateInput{Name: " ", Template: h.template(), Starts: "2025-06-01", Every: ptr(0), Ends: ptr(day.Date("2025-05-31")), Email: true})
		for _, field := range []string{"name", "starts", "every", "ends", "email"} {
			refused(t, err, fault.Invalid, field)
		}
		for field, change := range map[string]func(*document.CreateInput){
			"template.date":              func(in *document.CreateInput) { in.Date = ptr(day.Date("2026-01-01")) },
			"template.dueDate":           func(in *document.CreateInput) { in.DueDate = ptr(day.Date("2026-01-01")) },
			"template.customId":          func(in *document.CreateInput) { in.CustomID = ptr("x") },
			"template.type":              func(in *document.CreateInput) { in.Type = entdocument.TypeBill },
			"template.lines":             func(in *document.CreateInput) { in.Lines = nil },
			"template.lines.0.unitPrice": func(in *document.CreateInput) { in.Lines[0].UnitPrice = ptr(money.MustDecimal("0.0000001")) },
			"template.exchangeRate":      func(in *document.CreateInput) { in.Currency = ptr(money.Currency("USD")) },
		} {
			in := h.template()
			change(in)
			_, err := h.Create(h.ctx, recurring.CreateInput{Name: "x", Template: in, Starts: "2026-06-15"})
			refused(t, err, fault.Invalid, field)
		}
		_, err = h.Create(h.ctx, recurring.CreateInput{Name: "x", Starts: "2026-06-15"})
		refused(t, err, fault.Invalid, "template")
		if n := h.Count(t, "SELECT count(*) FROM documents"); n != 0 {
			t.Errorf("%d documents were left by checks", n)
		}
	})
}

func TestWhoMayDoWhatWithRecurringInvoices(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := setup(t, d)
		r := h.monthly(t, "2026-07-01", false)
		restricted := dbtest.Member(t, h.ctx, d, viewer.Sales)
		must(t, db.InTx(h.ctx, d, func(ctx context.Context, tx *ent.Tx) error {
			return tx.Contact.UpdateOneID(h.client).SetRestricted(true).Exec(ctx)
		}))
		for name, tt := range map[string]struct {
			ctx       context.Context
			see, edit fault.Code
		}{
			"read-only":    {dbtest.Member(t, h.ctx, d, viewer.ReadOnly), fault.NotFound, fault.Forbidden},
			"sales":        {restricted, fault.NotFound, fault.NotFound},
			"time-keeper":  {dbtest.Member(t, h.ctx, d, viewer.TimeKeeper), fault.Forbidden, fault.Forbidden},
			"another":      {dbtest.Tenant(t, d, viewer.Owner), fault.NotFound, fault.NotFound},
			"nobody":       {context.Background(), fault.Unauthenticated, fault.Unauthenticated},
			"an admin may": {dbtest.Member(t, h.ctx, d, viewer.Administrator), "", ""},
		} {
			if _, err := h.Get(tt.ctx, r.ID); (tt.see == "") != (err == nil) || (err != nil && !fault.IsCode(err, tt.see)) {
				t.Errorf("%s reads: %v", name, err)
			}
			for _, f := range []func(context.Context, recurring.IDInput) (*recurring.Recurring, error){h.Pause, h.Resume} {
				if _, err := f(tt.ctx, recurring.IDInput{ID: r.ID}); (tt.edit == "") != (err == nil) || (err != nil && !fault.IsCode(err, tt.edit)) {
					t.Errorf("%s changes: %v", name, err)
				}
			}
		}
	})
}

// Whatever happens in whatever order, each date of the schedule makes one invoice at most, none
// is made before its date, and the books add up.
func TestARecurringInvoiceHoldsWhateverHappens(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		rapid.Check(t, func(rt *rapid.T) {
			h := setup(t, d)
			at := day.Date("2026-06-15")
			r, err := h.Create(h.ctx, recurring.CreateInput{Name: "x", Template: h.template(), Starts: at.AddDays(rapid.IntRange(-40, 20).Draw(rt, "starts")),
				Every: ptr(rapid.IntRange(1, 9).Draw(rt, "every")), Period: ptr(rapid.SampledFrom([]recurringinvoice.Period{"day", "week", "month"}).Draw(rt, "period")),
				Issue: rapid.Bool().Draw(rt, "issue")})
			must(t, err)
			for range rapid.IntRange(1, 8).Draw(rt, "steps") {
				switch rapid.IntRange(0, 4).Draw(rt, "step") {
				case 0:
					at = at.AddDays(rapid.IntRange(1, 20).Draw(rt, "days"))
					h.on(at)
				case 1, 2:
					h.make(t, r)
				case 3:
					_, err = h.Pause(h.ctx, recurring.IDInput{ID: r.ID})
				case 4:
					_, err = h.Resume(h.ctx, recurring.IDInput{ID: r.ID})
				}
				must(t, err)
			}
			rows, err := d.Document.Query().Where(entdocument.RecurringID(r.ID)).All(h.ctx)
			must(t, err)
			seen := map[day.Date]bool{}
			for _, row := range rows {
				if seen[row.Date] || row.Date > at || row.Date < r.Starts || (row.Status == entdocument.StatusIssued) != r.Issue {
					rt.Errorf("on %s made %s, %s", at, row.Date, row.Status)
				}
				seen[row.Date] = true
			}
		})
		paymenttest.New(d).Verified(t)
	})
}
