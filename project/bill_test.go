package project_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/document"
	entdocument "github.com/kartela/kartela/ent/document"
	entproject "github.com/kartela/kartela/ent/project"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/project"
	"github.com/kartela/kartela/viewer"
)

// all bills everything of projects by task.
func all(ids ...uuid.UUID) project.BillInput {
	return project.BillInput{Which: project.Which{ProjectIDs: ids}, GroupBy: project.ByTask, IncludeTime: true, IncludeFees: true, IncludeExpenses: true}
}

func (b *bench) lines(t rapidOrTest, d *document.Document) (out []string) {
	t.Helper()
	lines, err := d.Lines(b.ctx)
	must(t, err)
	for _, l := range lines {
		out = append(out, fmt.Sprintf("%s | %s %s × %s = %s", l.Title, l.Quantity, l.Unit, l.UnitPrice, l.Net().Amount()))
	}
	return out
}

// expense is an issued bill with one billable line of a project.
func (b *bench) expense(t testing.TB, p uuid.UUID, currency money.Currency, amount string) *document.Document {
	t.Helper()
	supplier, err := b.House.Contacts.Create(b.ctx, contact.CreateInput{Fields: contact.Fields{Company: ptr("Προμηθευτής"), IsSupplier: ptr(true)}})
	must(t, err)
	in := document.CreateInput{Type: entdocument.TypeBill, ContactID: supplier.ID, Currency: &currency, Lines: []*document.LineInput{
		{Title: "Άδεια", UnitPrice: ptr(money.MustDecimal(amount)), ProjectID: &p, Billable: true}}}
	if currency != "EUR" {
		in.ExchangeRate = ptr(money.MustDecimal("0.5"))
	}
	doc, err := b.House.Documents.Create(b.ctx, in)
	must(t, err)
	doc, err = b.House.Documents.Issue(b.ctx, document.IDInput{ID: doc.ID})
	must(t, err)
	return doc
}

func TestWhatIsBilledIsOnLinesOfItsGroupAndRate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		colleague := dbtest.Member(t, b.ctx, d, viewer.TimeKeeper)
		dear := ptr(money.MustDecimal("90.5"))
		make := func(name string, billing entproject.Billing) *project.Project {
			p := b.project(t, name, func(in *project.CreateInput) {
				in.Billing, in.Tasks = &billing, tasks("Σχέδιο", "Κώδικας")
				in.Tasks[1].Rate = dear
				in.Members = []*project.MemberInput{{UserID: user(b.ctx)}, {UserID: user(colleague), Rate: ptr(money.MustDecimal("100"))}}
			})
			list, err := p.Tasks(b.ctx)
			must(t, err)
			for range 3 { // three times twenty minutes are an hour
				b.log(t, p.ID, 1200, func(in *project.LogInput) { in.TaskID, in.Description = &list[0].ID, "σκίτσο" })
			}
			b.log(t, p.ID, 1000, func(in *project.LogInput) { in.TaskID, in.Description = &list[1].ID, "κώδικας" })
			b.log(t, p.ID, 1800, func(in *project.LogInput) { in.UserID = ptr(user(colleague)) })
			b.log(t, p.ID, 777, func(in *project.LogInput) { in.Billable = ptr(false) })
			_, err = b.StartTimer(b.ctx, project.StartInput{ProjectID: p.ID}) // it runs: left out
			must(t, err)
			_, err = b.AddFee(b.ctx, project.AddFeeInput{ProjectID: p.ID, Title: "Φιλοξενία", Quantity: ptr(money.MustDecimal("2")), Unit: "μήνες", UnitPrice: money.MustDecimal("12.5")})
			must(t, err)
			b.expense(t, p.ID, "EUR", "40.01")
			return p
		}
		rest := func(name string) []string {
			return []string{name + "Φιλοξενία | 2 μήνες × 12.5 = 25.00", name + "Άδεια | 1  × 40.01 = 40.01"}
		}
		for name, tt := range map[string]struct {
			billing entproject.Billing
			group   project.Grouping
			want    []string
			total   string
		}{
			"project": {entproject.BillingProjectRate, project.ByTask, []string{"Έργο: Σχέδιο | 1 h × 60 = 60.00", "Έργο: Κώδικας | 0.2778 h × 60 = 16.67", "Έργο | 0.5 h × 60 = 30.00"}, "171.68"},
			"task":    {entproject.BillingTaskRate, project.ByTask, []string{"Έργο: Σχέδιο | 1 h × 60 = 60.00", "Έργο: Κώδικας | 0.2778 h × 90.5 = 25.14", "Έργο | 0.5 h × 60 = 30.00"}, "180.15"},
			"member":  {entproject.BillingMemberRate, project.ByDescription, []string{"Έργο: σκίτσο | 1 h × 60 = 60.00", "Έργο: κώδικας | 0.2778 h × 60 = 16.67", "Έργο | 0.5 h × 100 = 50.00"}, "191.68"},
			"fixed":   {entproject.BillingFixed, project.ByTask, nil, "65.01"},
		} {
			t.Run(name, func(t *testing.T) {
				p := make("Έργο", tt.billing)
				in := all(p.ID)
				in.GroupBy = tt.group
				before := b.totals(t, p.ID)
				doc, err := b.Bill(b.ctx, in)
				must(t, err)
				if diff := cmp.Diff(append(tt.want, rest("")...), b.lines(t, doc)); diff != "" {
					t.Errorf("lines (-want +got):\n%s", diff)
				}
				after := b.totals(t, p.ID)
				if got := doc.Net().Amount().String(); got != tt.total || doc.Status != entdocument.StatusDraft || doc.ContactID != b.client {
					t.Errorf("net %s, %+v", got, doc.Document)
				}
				if after.Unbilled.Minor != 0 || after.Billed.Minor != doc.Net().Minor || after.UnbilledSeconds() != 0 || before.UnbilledSeconds() != after.BilledSeconds {
					t.Errorf("before %+v, after %+v", before, after)
				}
				if before.UnbilledExpenses.Minor != 4001 || before.UnbilledFees.Minor != 2500 {
					t.Errorf("before %+v", before)
				}
				_, err = b.Bill(b.ctx, in)
				refused(t, err, fault.Conflict, "")
			})
		}
		p := b.project(t, "Ποιος")
		b.log(t, p.ID, 3600)
		in := all(p.ID)
		in.GroupBy = project.ByAssignee
		doc, err := b.Bill(b.ctx, in)
		must(t, err)
		person, err := d.User.Get(b.ctx, user(b.ctx))
		must(t, err)
		if diff := cmp.Diff([]string{"Ποιος: " + person.Email + " | 1 h × 60 = 60.00"}, b.lines(t, doc)); diff != "" {
			t.Errorf("by who worked (-want +got):\n%s", diff)
		}
		b.Verified(t)
	})
}

func TestWhatCannotBeBilledTogetherIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, stranger := setup(t, d), setup(t, d)
		p := b.project(t, "a")
		e := b.log(t, p.ID, 3600, func(in *project.LogInput) { in.Date = ptr(day.Date("2026-06-01")) })
		later := b.log(t, p.ID, 60)
		other := b.project(t, "b", func(in *project.CreateInput) { in.ContactID = b.Client(t, b.ctx, "x") })
		yen := b.project(t, "c", func(in *project.CreateInput) { in.Currency = ptr(money.Currency("JPY")) })
		empty := b.project(t, "d")
		theirs := stranger.project(t, "e")
		bill := func(in project.BillInput) error { return second(b.Bill(b.ctx, in)) }
		refused(t, bill(all(p.ID, other.ID)), fault.Invalid, "projectIds")
		refused(t, bill(all(p.ID, yen.ID)), fault.Invalid, "currency")
		refused(t, bill(all(empty.ID)), fault.Conflict, "")
		refused(t, bill(all(p.ID, theirs.ID)), fault.NotFound, "projectIds.1")
		refused(t, bill(all()), fault.Invalid, "projectIds")
		in := all(p.ID)
		in.ItemIDs = []uuid.UUID{e.ID, uuid.New()}
		refused(t, bill(in), fault.NotFound, "itemIds.1")
		in = all(p.ID)
		in.Until = ptr(day.Date("2026-06-02"))
		doc, err := b.Bill(b.ctx, in)
		must(t, err)
		if got := b.lines(t, doc); len(got) != 1 || got[0] != "a | 1 h × 60 = 60.00" {
			t.Errorf("lines %v", got)
		}
		_, err = b.UpdateTime(b.ctx, project.UpdateTimeInput{ID: e.ID, Version: 1, Description: ptr("x")})
		refused(t, err, fault.Conflict, "id")
		_, err = b.DeleteTime(b.ctx, project.IDInput{ID: e.ID})
		refused(t, err, fault.Conflict, "id")
		_, err = b.MarkUnbilled(b.ctx, project.MarkInput{ItemIDs: []uuid.UUID{e.ID}})
		refused(t, err, fault.Conflict, "itemIds.0")

		// An expense in a third currency is for billing by hand.
		b.expense(t, yen.ID, "USD", "10")
		bill2, err := b.Unbilled(b.ctx, project.Which{ProjectIDs: []uuid.UUID{yen.ID}}, nil)
		must(t, err)
		if len(bill2) != 1 || bill2[0].Amount() != nil {
			t.Errorf("unbilled %+v", bill2)
		}
		refused(t, bill(all(yen.ID)), fault.Conflict, "")
		_, err = b.MarkBilled(b.ctx, project.MarkInput{ItemIDs: []uuid.UUID{bill2[0].ID, later.ID}})
		must(t, err)
		refused(t, bill(all(p.ID)), fault.Conflict, "")
		_, err = b.MarkUnbilled(b.ctx, project.MarkInput{ItemIDs: []uuid.UUID{later.ID}})
		must(t, err)
		// One in dollars for a project in base currency is reckoned by its own rate.
		b.expense(t, p.ID, "USD", "10.01")
		if got := b.totals(t, p.ID).UnbilledExpenses.Amount().String(); got != "5.01" {
			t.Errorf("expenses %s", got)
		}
		// Who sees no purchases is told of no expenses, and bills none.
		sales := dbtest.Member(t, b.ctx, d, viewer.Sales)
		doc, err = b.Bill(sales, all(p.ID))
		must(t, err)
		if got := b.lines(t, doc); len(got) != 1 {
			t.Errorf("lines %v", got)
		}
		_, err = b.Archive(b.ctx, project.IDInput{ID: p.ID})
		must(t, err)
		refused(t, bill(all(p.ID)), fault.Conflict, "projectIds")
	})
}

// Whoever bills at the same time: every item is on exactly one line.
func TestNothingIsBilledTwiceByManyAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		projects := make([]uuid.UUID, 3)
		for i := range projects {
			projects[i] = b.project(t, fmt.Sprint("p", i)).ID
			for n := range 5 {
				b.log(t, projects[i], int64(600*(n+1)))
				_, err := b.AddFee(b.ctx, project.AddFeeInput{ProjectID: projects[i], Title: fmt.Sprint("f", n), UnitPrice: money.MustDecimal("10")})
				must(t, err)
			}
			b.expense(t, projects[i], "EUR", "7")
		}
		var wg sync.WaitGroup
		var mu sync.Mutex
		made := 0
		for i := range 8 {
			wg.Go(func() {
				in := all(projects[i%3], projects[(i+1)%3])
				if i >= 6 {
					in = all()
					in.ContactID = &b.client
				}
				_, err := b.Bill(b.ctx, in)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					made++
				} else if !fault.IsCode(err, fault.Conflict) {
					t.Errorf("%v", err)
				}
			})
		}
		wg.Wait()
		if made == 0 || made > 3 {
			t.Errorf("%d invoices were made", made)
		}
		for _, p := range projects {
			if sum := b.totals(t, p); sum.Unbilled.Minor != 0 || sum.UnbilledSeconds() != 0 || sum.Billed.Minor != 15000+5000+700 {
				t.Errorf("totals %+v", sum)
			}
		}
		if n := b.Count(t, "SELECT count(*) FROM billed_items"); n != 33 {
			t.Errorf("%d items are billed, not 33", n)
		}
		if n := b.Count(t, "SELECT count(*) FROM documents WHERE type = 'invoice'"); n != made {
			t.Errorf("%d invoices, %d were given", n, made)
		}
		if n := b.Count(t, "SELECT sum(net) FROM document_lines WHERE document_id IN (SELECT id FROM documents WHERE type = 'invoice')"); n != 3*20700 {
			t.Errorf("the lines come to %d", n)
		}
		b.Verified(t)
	})
}

// consistent holds what must be true of everything billed at any time.
func (b *bench) consistent(t *testing.T, rt rapidOrTest, p uuid.UUID) {
	for name, query := range map[string]string{
		"time in force twice": "SELECT count(*) FROM (SELECT time_entry_id FROM billed_items WHERE NOT released AND time_entry_id IS NOT NULL GROUP BY time_entry_id HAVING count(*) > 1) AS x",
		"fees in force twice": "SELECT count(*) FROM (SELECT fee_id FROM billed_items WHERE NOT released AND fee_id IS NOT NULL GROUP BY fee_id HAVING count(*) > 1) AS x",
		"items in force whose invoice is gone or void": `SELECT count(*) FROM billed_items b LEFT JOIN document_lines l ON l.id = b.line_id LEFT JOIN documents d ON d.id = l.document_id
			WHERE NOT b.released AND b.line_id IS NOT NULL AND (d.id IS NULL OR d.id <> b.document_id OR d.status = 'void' OR d.type <> 'invoice')`,
		"items released whose invoice is in force": "SELECT count(*) FROM billed_items b JOIN documents d ON d.id = b.document_id WHERE b.released AND d.status <> 'void'",
	} {
		if n := b.Count(t, query); n != 0 {
			rt.Errorf("%d %s", n, name)
		}
	}
	items, err := b.Unbilled(b.ctx, project.Which{ProjectIDs: []uuid.UUID{p}}, nil)
	must(rt, err)
	var seconds int64
	fees := 0
	for _, i := range items {
		seconds += i.Seconds
		if i.Kind == project.FeeItem {
			fees++
		}
	}
	sum := b.totals(rt, p)
	inForce := b.Count(t, "SELECT count(*) FROM billed_items WHERE NOT released AND fee_id IS NOT NULL")
	every := b.Count(t, "SELECT count(*) FROM project_fees")
	billable := int64(b.Count(t, "SELECT COALESCE(sum(seconds), 0) FROM time_entries WHERE billable"))
	if seconds != sum.UnbilledSeconds() || seconds+sum.BilledSeconds != billable || fees+inForce != every {
		rt.Errorf("unbilled %d s and %d fees, billed %d s and %d fees, but there are %d s and %d fees", seconds, fees, sum.BilledSeconds, inForce, billable, every)
	}
}

func TestUnbilledAndBilledAreAllWhateverHappens(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		rapid.Check(t, func(rt *rapid.T) {
			b := setup(t, d)
			for _, table := range []string{"billed_items", "time_entries", "project_fees"} { // of the checks before
				b.Exec(t, "DELETE FROM "+table)
			}
			p := b.project(rt, "p")
			var entries, fees, docs []uuid.UUID
			pick := func(from []uuid.UUID, what string) uuid.UUID {
				if len(from) == 0 {
					return uuid.New()
				}
				return rapid.SampledFrom(from).Draw(rt, what)
			}
			for range rapid.IntRange(1, 8).Draw(rt, "steps") {
				var err error
				switch rapid.SampledFrom([]string{"log", "log", "edit", "fee", "bill", "bill", "some", "drop", "delete", "issue", "void", "restore", "revert", "mark", "unmark", "gone"}).Draw(rt, "step") {
				case "log":
					e := b.log(rt, p.ID, rapid.Int64Range(1, 9000).Draw(rt, "seconds"), func(in *project.LogInput) { in.Description = rapid.SampledFrom([]string{"α", "β"}).Draw(rt, "about") })
					entries = append(entries, e.ID)
				case "edit":
					id := pick(entries, "entry")
					row, missing := d.TimeEntry.Get(b.ctx, id)
					if missing == nil {
						_, err = b.UpdateTime(b.ctx, project.UpdateTimeInput{ID: id, Version: row.Version, Span: project.Span{Seconds: ptr(rapid.Int64Range(1, 9000).Draw(rt, "seconds"))}})
					}
				case "fee":
					f, failed := b.AddFee(b.ctx, project.AddFeeInput{ProjectID: p.ID, Title: "f", UnitPrice: money.MustDecimal("3.5")})
					must(rt, failed)
					fees = append(fees, f.ID)
				case "bill", "some":
					in := all(p.ID)
					in.GroupBy = project.ByDescription
					if len(entries)+len(fees) > 0 && rapid.Bool().Draw(rt, "one alone") {
						in.ItemIDs = []uuid.UUID{pick(append(entries, fees...), "item")}
					}
					doc, failed := b.Bill(b.ctx, in)
					if err = failed; failed == nil {
						docs = append(docs, doc.ID)
					}
				case "drop": // a line of a draft
					var doc *document.Document
					if doc, err = b.House.Documents.Get(b.ctx, pick(docs, "invoice")); err == nil {
						err = b.dropLine(rt, doc)
					}
				case "delete":
					_, err = b.House.Documents.Delete(b.ctx, document.IDInput{ID: pick(docs, "invoice")})
				case "issue":
					_, err = b.House.Documents.Issue(b.ctx, document.IDInput{ID: pick(docs, "invoice")})
				case "void":
					_, err = b.House.Documents.Void(b.ctx, document.IDInput{ID: pick(docs, "invoice")})
				case "restore":
					_, err = b.House.Documents.Restore(b.ctx, document.IDInput{ID: pick(docs, "invoice")})
				case "revert":
					_, err = b.House.Documents.Revert(b.ctx, document.IDInput{ID: pick(docs, "invoice")})
				case "mark":
					_, err = b.MarkBilled(b.ctx, project.MarkInput{ItemIDs: []uuid.UUID{pick(append(entries, fees...), "item")}})
				case "unmark":
					_, err = b.MarkUnbilled(b.ctx, project.MarkInput{ItemIDs: []uuid.UUID{pick(append(entries, fees...), "item")}})
				case "gone":
					_, err = b.DeleteTime(b.ctx, project.IDInput{ID: pick(entries, "entry")})
				}
				if err != nil && !fault.IsCode(err, fault.Conflict) && !fault.IsCode(err, fault.NotFound) {
					rt.Fatal(err)
				}
			}
			b.consistent(t, rt, p.ID) // after any number of steps
			b.Verified(t)
		})
	})
}

// Time is entered and changed, and invoices are made, issued, voided, restored and deleted, all
// at once: nobody fails but for what another did first, and what is billed is consistent after it.
func TestManyWorkAndBillAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		p := b.project(t, "p")
		docs := b.House.Documents
		var wg sync.WaitGroup
		for worker := range 8 {
			wg.Go(func() {
				var doc, entry uuid.UUID
				for n := range 12 {
					var err error
					switch (worker + n) % 6 {
					case 0, 1:
						var e *project.Entry
						if e, err = b.Log(b.ctx, project.LogInput{ProjectID: p.ID, Span: project.Span{Seconds: ptr(int64(600 + n))}}); err == nil {
							entry = e.ID
						}
					case 2:
						var made *document.Document
						if made, err = b.Bill(b.ctx, all(p.ID)); err == nil {
							doc = made.ID
						}
					case 3:
						_, err = b.UpdateTime(b.ctx, project.UpdateTimeInput{ID: entry, Version: 1, Span: project.Span{Seconds: ptr(int64(60))}})
					case 4:
						if _, err = docs.Issue(b.ctx, document.IDInput{ID: doc}); err == nil {
							_, err = docs.Void(b.ctx, document.IDInput{ID: doc})
						}
					case 5:
						if _, err = docs.Restore(b.ctx, document.IDInput{ID: doc}); err != nil {
							_, err = docs.Delete(b.ctx, document.IDInput{ID: doc})
						}
					}
					if err != nil && !fault.IsCode(err, fault.Conflict) && !fault.IsCode(err, fault.NotFound) {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		b.consistent(t, t, p.ID)
		b.Verified(t)
	})
}

// dropLine takes the last line off a draft.
func (b *bench) dropLine(t rapidOrTest, doc *document.Document) error {
	lines, err := doc.Lines(b.ctx)
	must(t, err)
	in := []*document.LineInput{}
	for _, l := range lines[:len(lines)-1] {
		in = append(in, &document.LineInput{ID: &l.ID, Title: l.Title, Quantity: &l.Quantity, Unit: l.Unit, UnitPrice: &l.UnitPrice, ProjectID: l.ProjectID})
	}
	if len(in) == 0 {
		in = append(in, &document.LineInput{Title: "x", UnitPrice: ptr(money.MustDecimal("1"))})
	}
	_, err = b.House.Documents.Update(b.ctx, document.UpdateInput{ID: doc.ID, Version: doc.Version, Lines: in})
	return err
}
