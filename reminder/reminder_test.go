package reminder_test

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/payment/paymenttest"
	"github.com/kartela/kartela/reminder"
	"github.com/kartela/kartela/viewer"
)

func TestMain(m *testing.M) {
	_ = flag.Set("rapid.checks", "25") // each makes an organization; -rapid.checks on the command line goes before
	dbtest.Main(m)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func refused(t testing.TB, err error, code fault.Code, field string) {
	t.Helper()
	if f := fault.From(err); err == nil || f.Code != code || f.Field != field {
		t.Errorf("got %v, want %s on %q", err, code, field)
	}
}

// today is the date in every house of paymenttest.
const today day.Date = "2026-06-15"

// due makes an issued invoice that was due days ago.
func due(t testing.TB, ctx context.Context, h *paymenttest.House, client uuid.UUID, days int) *document.Document {
	t.Helper()
	in := paymenttest.Invoice(client, "EUR", "10")
	date := today.AddDays(-days)
	in.DueDate = &date
	if days >= 0 {
		in.Date = &date
	}
	d, err := h.Documents.Create(ctx, in)
	must(t, err)
	d, err = h.Documents.Issue(ctx, document.IDInput{ID: d.ID})
	must(t, err)
	return d
}

func told(t testing.TB, ctx context.Context, s *reminder.Service) []string {
	t.Helper()
	c, err := s.List(ctx, page.Args{})
	must(t, err)
	out := []string{}
	for _, d := range c.Nodes() {
		out = append(out, fmt.Sprintf("%s stage %d late %d", d.Document.NumberText, d.Days, d.DaysLate))
	}
	if n, err := c.TotalCount(ctx); err != nil || n != len(out) {
		t.Errorf("counted %d of %d, %v", n, len(out), err)
	}
	return out
}

func same(t testing.TB, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(append([]string{}, want...), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestInvoicesAreDueAReminderStageByStage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		s := &reminder.Service{DB: d, Documents: h.Documents, Now: func() time.Time { return paymenttest.Noon }}
		client := h.Client(t, ctx, "A")
		due(t, ctx, h, client, 2) // INV-00001: no stage yet
		three, eleven, old := due(t, ctx, h, client, 3), due(t, ctx, h, client, 11), due(t, ctx, h, client, 100)
		paid := due(t, ctx, h, client, 50)
		h.Paid(t, ctx, client, "10", paid)
		h.Draft(t, ctx, client, "10")
		soon := due(t, ctx, h, client, -5)
		same(t, told(t, ctx, s), "INV-00004 stage 30 late 100", "INV-00003 stage 10 late 11", "INV-00002 stage 3 late 3")

		_, err := s.Done(ctx, reminder.Input{DocumentID: old.ID, Days: 30})
		must(t, err)
		_, err = s.Skip(ctx, reminder.Input{DocumentID: three.ID, Days: 3})
		must(t, err)
		_, err = s.Done(ctx, reminder.Input{DocumentID: eleven.ID, Days: 3}) // of an earlier stage: the later is still due
		must(t, err)
		same(t, told(t, ctx, s), "INV-00003 stage 10 late 11")

		_, err = s.Done(ctx, reminder.Input{DocumentID: three.ID, Days: 3})
		refused(t, err, fault.Conflict, "days")
		for _, days := range []int{30, 4} { // not reached; no stage
			_, err = s.Done(ctx, reminder.Input{DocumentID: eleven.ID, Days: days})
			refused(t, err, fault.Conflict, "days")
		}
		_, err = s.Skip(ctx, reminder.Input{DocumentID: paid.ID, Days: 3})
		refused(t, err, fault.Conflict, "documentId")
		_, err = s.Skip(ctx, reminder.Input{DocumentID: uuid.New(), Days: 3})
		refused(t, err, fault.NotFound, "documentId")
		elsewhere := dbtest.Tenant(t, d, viewer.Owner)
		_, err = s.Done(elsewhere, reminder.Input{DocumentID: eleven.ID, Days: 10})
		refused(t, err, fault.NotFound, "documentId")
		_, err = s.Done(dbtest.Member(t, ctx, d, viewer.ReadOnly), reminder.Input{DocumentID: eleven.ID, Days: 10})
		refused(t, err, fault.Forbidden, "")
		_, err = s.List(dbtest.Member(t, ctx, d, viewer.TimeKeeper), page.Args{})
		refused(t, err, fault.Forbidden, "")
		same(t, told(t, elsewhere, s))

		days, err := s.Update(ctx, reminder.SettingsInput{Days: []int{60, -7, 60}})
		must(t, err)
		if !slices.Equal(days, []int{-7, 60}) {
			t.Errorf("stages %v", days)
		}
		same(t, told(t, ctx, s), "INV-00004 stage 60 late 100", "INV-00001 stage -7 late 2", soon.NumberText+" stage -7 late -5")
		_, err = s.Update(ctx, reminder.SettingsInput{})
		must(t, err)
		same(t, told(t, ctx, s))
		for _, bad := range [][]int{{-91}, {366}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}} {
			_, err = s.Update(ctx, reminder.SettingsInput{Days: bad})
			refused(t, err, fault.Invalid, "days")
		}
		_, err = s.Update(dbtest.Member(t, ctx, d, viewer.Accountant), reminder.SettingsInput{})
		refused(t, err, fault.Forbidden, "")
	})
}

// The list is what a person would find by looking at each invoice.
func TestTheListIsWhatEachInvoiceSays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := paymenttest.New(d)
		s := &reminder.Service{DB: d, Documents: h.Documents, Now: func() time.Time { return paymenttest.Noon }}
		rapid.Check(t, func(rt *rapid.T) {
			ctx := dbtest.Tenant(t, d, viewer.Owner)
			client := h.Client(t, ctx, "A")
			stages, err := s.Update(ctx, reminder.SettingsInput{Days: rapid.SliceOfN(rapid.IntRange(-5, 20), 0, 4).Draw(rt, "stages")})
			must(t, err)
			var want []string
			for range rapid.IntRange(1, 5).Draw(rt, "invoices") {
				late := rapid.IntRange(-8, 25).Draw(rt, "late")
				doc := due(t, ctx, h, client, late)
				done := -1000
				for _, stage := range stages {
					if stage <= late && rapid.Bool().Draw(rt, "done") {
						_, err := s.Skip(ctx, reminder.Input{DocumentID: doc.ID, Days: stage})
						must(t, err)
						done = stage
					}
				}
				at := -1000
				for _, stage := range stages {
					if stage <= late {
						at = stage
					}
				}
				if at > done {
					want = append(want, fmt.Sprintf("%s stage %d late %d", doc.NumberText, at, late))
				}
			}
			got := told(t, ctx, s)
			slices.Sort(got)
			slices.Sort(want)
			if diff := cmp.Diff(append([]string{}, want...), got); diff != "" {
				rt.Errorf("of stages %v (-want +got):\n%s", stages, diff)
			}
		})
	})
}
