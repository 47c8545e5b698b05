package document_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/document"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/payment"
	"github.com/kartela/kartela/payment/paymenttest"
	"github.com/kartela/kartela/viewer"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// huge is an invoice so large that an account holds one of it and no second.
const huge = "90071992547409.91"

func TestNumbersHaveNoGapsThoughManyIssueAtOnceAndSomeFail(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		client, full := h.Client(t, ctx, "A"), h.Client(t, ctx, "B")
		var drafts []uuid.UUID
		for i := range 32 {
			if i%4 == 0 { // fails after its number was taken, but for the first of them
				drafts = append(drafts, h.Draft(t, ctx, full, huge).ID)
				continue
			}
			drafts = append(drafts, h.Draft(t, ctx, client, "1").ID)
		}
		var wg sync.WaitGroup
		numbers, refused := make([]int64, 32), make([]string, 32)
		for i, id := range drafts {
			wg.Add(1)
			go func() {
				defer wg.Done()
				doc, err := h.Documents.Issue(ctx, document.IDInput{ID: id})
				if refused[i] = paymenttest.Faults(err); err == nil {
					numbers[i] = *doc.Number
				}
			}()
		}
		wg.Wait()
		slices.Sort(refused)
		if want := append(make([]string, 25), "INVALID", "INVALID", "INVALID", "INVALID", "INVALID", "INVALID", "INVALID"); !slices.Equal(refused, want) {
			t.Errorf("refused %q", refused)
		}
		slices.Sort(numbers)
		for i, n := range numbers[7:] {
			if n != int64(i+1) {
				t.Fatalf("numbers %v", numbers[7:])
			}
		}
		h.Verified(t)
	})
}

func TestAYearlySequenceBeginsAnewInEachYearOfTheDates(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		client := h.Client(t, ctx, "A")
		h.Exec(t, `INSERT INTO number_sequences (id, organization_id, created_at, document_type, name, prefix, padding, yearly, is_default)
			VALUES (?, ?, '2026-01-01 00:00:00+00:00', 'invoice', 'Y', 'T', 3, true, true)`, uuid.Must(uuid.NewV7()), viewer.From(ctx).Organization)
		var got []string
		var last *document.Document
		for _, date := range []string{"2025-12-31", "2026-01-01", "2025-01-01", "2026-06-15"} {
			in := paymenttest.Invoice(client, "EUR", "1")
			in.Date = paymenttest.On(date)
			doc, err := h.Documents.Create(ctx, in)
			paymenttest.Must(t, err)
			last, err = h.Documents.Issue(ctx, document.IDInput{ID: doc.ID})
			paymenttest.Must(t, err)
			got = append(got, last.NumberText)
		}
		if diff := cmp.Diff([]string{"T2025-001", "T2026-001", "T2025-002", "T2026-002"}, got); diff != "" {
			t.Errorf("numbers (-want +got):\n%s", diff)
		}
		back, err := h.Documents.Revert(ctx, document.IDInput{ID: last.ID})
		paymenttest.Must(t, err)
		h.Refused(t, ctx, "INVALID date", func() error {
			_, err := h.Documents.Update(ctx, document.UpdateInput{ID: back.ID, Version: back.Version, Date: paymenttest.On("2027-01-01")})
			return err
		})
		h.Verified(t)
	})
}

// step is one call on the one invoice of a test.
type step struct {
	do     string
	want   string // faults
	status entdocument.Status
	number string
}

func TestAnInvoiceGoesThroughItsStatesAndKeepsItsNumber(t *testing.T) {
	const draft, issued, void = entdocument.StatusDraft, entdocument.StatusIssued, entdocument.StatusVoid
	tests := map[string][]step{
		"a draft is edited and issued once": {
			{"update", "", draft, ""}, {"issue", "", issued, "INV-00001"}, {"issue", "CONFLICT id", issued, "INV-00001"},
			{"update", "CONFLICT id", issued, "INV-00001"}, {"delete", "CONFLICT id", issued, "INV-00001"},
		},
		"reverting keeps the number": {
			{"issue", "", issued, "INV-00001"}, {"revert", "", draft, "INV-00001"}, {"revert", "CONFLICT id", draft, "INV-00001"}, {"another", "", draft, "INV-00001"},
			{"delete", "CONFLICT id", draft, "INV-00001"}, {"update", "", draft, "INV-00001"}, {"issue", "", issued, "INV-00001"},
		},
		"a void number is not used again": {
			{"issue", "", issued, "INV-00001"}, {"void", "", void, "INV-00001"}, {"another", "", void, "INV-00001"}, {"void", "CONFLICT id", void, "INV-00001"},
			{"issue", "CONFLICT id", void, "INV-00001"}, {"revert", "CONFLICT id", void, "INV-00001"}, {"delete", "CONFLICT id", void, "INV-00001"},
			{"update", "CONFLICT id", void, "INV-00001"}, {"restore", "", issued, "INV-00001"}, {"restore", "CONFLICT id", issued, "INV-00001"},
		},
		"every way on and off the ledger, again and again": {
			{"issue", "", issued, "INV-00001"}, {"revert", "", draft, "INV-00001"}, {"issue", "", issued, "INV-00001"}, {"void", "", void, "INV-00001"},
			{"restore", "", issued, "INV-00001"}, {"revert", "", draft, "INV-00001"}, {"issue", "", issued, "INV-00001"}, {"void", "", void, "INV-00001"},
		},
		"what is allocated holds it": {
			{"issue", "", issued, "INV-00001"}, {"pay", "", issued, "INV-00001"}, {"revert", "CONFLICT id", issued, "INV-00001"}, {"void", "CONFLICT id", issued, "INV-00001"},
			{"update", "CONFLICT id", issued, "INV-00001"}, {"delete", "CONFLICT id", issued, "INV-00001"}, {"take off", "", issued, "INV-00001"}, {"void", "", void, "INV-00001"},
		},
		"a draft that never had a number may go": {{"void", "CONFLICT id", draft, ""}, {"restore", "CONFLICT id", draft, ""}, {"delete", "", "", ""}},
		"an archived contact gets nothing new": {
			{"issue", "", issued, "INV-00001"}, {"archive", "", issued, "INV-00001"}, {"void", "", void, "INV-00001"}, {"restore", "CONFLICT id", void, "INV-00001"},
		},
		"an archived contact's draft is not issued": {{"archive", "", draft, ""}, {"issue", "CONFLICT id", draft, ""}},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for name, steps := range tests {
			t.Run(name, func(t *testing.T) {
				h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Accountant)
				client := h.Client(t, ctx, "A")
				id := h.Draft(t, ctx, client, "10").ID
				for i, st := range steps {
					what := fmt.Sprintf("step %d, %s", i+1, st.do)
					if st.want == "" {
						if got := paymenttest.Faults(do(t, h, ctx, st.do, client, id)); got != "" {
							t.Fatalf("%s: %s", what, got)
						}
					} else {
						t.Log(what)
						h.Refused(t, ctx, st.want, func() error { return do(t, h, ctx, st.do, client, id) })
					}
					h.Verified(t)
					doc, err := h.Documents.Get(ctx, id)
					if st.status == "" {
						if got := paymenttest.Faults(err); got != "NOT_FOUND id" {
							t.Fatalf("%s: still there: %v", what, err)
						}
						continue
					}
					paymenttest.Must(t, err)
					if doc.Status != st.status || doc.NumberText != st.number {
						t.Fatalf("%s: %s with the number %q, want %s with %q", what, doc.Status, doc.NumberText, st.status, st.number)
					}
				}
			})
		}
	})
}

func do(t *testing.T, h *paymenttest.House, ctx context.Context, what string, client, id uuid.UUID) (err error) {
	in := document.IDInput{ID: id}
	switch what {
	case "issue":
		_, err = h.Documents.Issue(ctx, in)
	case "revert":
		_, err = h.Documents.Revert(ctx, in)
	case "void":
		_, err = h.Documents.Void(ctx, in)
	case "restore":
		_, err = h.Documents.Restore(ctx, in)
	case "delete":
		_, err = h.Documents.Delete(ctx, in)
	case "update":
		doc, err := h.Documents.Get(ctx, id)
		paymenttest.Must(t, err)
		_, err = h.Documents.Update(ctx, document.UpdateInput{ID: id, Version: doc.Version,
			Lines: []*document.LineInput{{Title: "more work", UnitPrice: new(money.MustDecimal("11"))}}})
		return err
	case "another":
		if doc := h.Issued(t, ctx, client, "1"); doc.NumberText != "INV-00002" {
			t.Errorf("another invoice has the number %s", doc.NumberText)
		}
	case "pay":
		_, err = h.Payments.Record(ctx, payment.RecordInput{ContactID: client, Amount: money.MustDecimal("4"), OldestFirst: true})
	case "take off":
		payments, err := h.DB.Payment.Query().All(ctx)
		paymenttest.Must(t, err)
		_, err = h.Payments.Unallocate(ctx, payment.UnallocateInput{PaymentID: payments[0].ID})
		return err
	case "archive":
		_, err = h.Contacts.Archive(ctx, contact.IDInput{ID: client})
	}
	return err
}

func TestABadInvoiceIsRefusedWithItsFieldsAndNothingIsWritten(t *testing.T) {
	line := func(change func(*document.LineInput)) func(*document.CreateInput) {
		return func(in *document.CreateInput) { change(in.Lines[0]) }
	}
	dec := func(s string) *money.Decimal { d := money.MustDecimal(s); return &d }
	tests := map[string]struct {
		change func(*document.CreateInput)
		want   string
	}{
		"no lines":            {func(in *document.CreateInput) { in.Lines = nil }, "INVALID lines"},
		"501 lines":           {func(in *document.CreateInput) { in.Lines = slices.Repeat(in.Lines, 501) }, "INVALID lines"},
		"a quantity of 0":     {line(func(l *document.LineInput) { l.Quantity = dec("0") }), "INVALID lines.0.quantity"},
		"a quantity too fine": {line(func(l *document.LineInput) { l.Quantity = dec("0.00001") }), "INVALID lines.0.quantity"},
		"less than zero":      {line(func(l *document.LineInput) { l.Quantity = dec("-1") }), "INVALID lines"},
		"no title":            {line(func(l *document.LineInput) { l.Title = " " }), "INVALID lines.0.title"},
		"a line beyond 2^53":  {line(func(l *document.LineInput) { l.UnitPrice = dec("90071992547409.93") }), "INVALID lines.0.unitPrice"},
		"two beyond 2^53": {func(in *document.CreateInput) {
			in.Lines[0].UnitPrice = dec(huge)
			in.Lines = slices.Repeat(in.Lines, 2)
		}, "INVALID lines"},
		"a tax beyond 100":    {line(func(l *document.LineInput) { l.Taxes = []*money.Tax{{Rate: *dec("101")}} }), "INVALID lines.0.taxes.0.rate"},
		"a discount too fine": {line(func(l *document.LineInput) { l.DiscountAmount = dec("0.001") }), "INVALID lines.0.discountAmount"},
		"an unknown currency": {func(in *document.CreateInput) { c := money.Currency("EUX"); in.Currency = &c }, "INVALID currency"},
		"no exchange rate":    {func(in *document.CreateInput) { c := money.Currency("JPY"); in.Currency = &c }, "INVALID exchangeRate"},
		"a rate of 0": {func(in *document.CreateInput) {
			c := money.Currency("JPY")
			in.Currency, in.ExchangeRate = &c, dec("0")
		}, "INVALID exchangeRate"},
		"a rate for the base": {func(in *document.CreateInput) { in.ExchangeRate = dec("1.1") }, "INVALID exchangeRate"},
		"due before its date": {func(in *document.CreateInput) { in.DueDate = paymenttest.On("2026-06-14") }, "INVALID dueDate"},
		"a contact of no one": {func(in *document.CreateInput) { in.ContactID = uuid.Must(uuid.NewV7()) }, "NOT_FOUND contactId"},
		"a customId taken":    {func(in *document.CreateInput) { taken := "taken"; in.CustomID = &taken }, "CONFLICT customId"},
		"all that is bad": {func(in *document.CreateInput) {
			in.DueDate = paymenttest.On("2026-06-14")
			in.Lines[0].Quantity = dec("0")
		}, "INVALID dueDate, INVALID lines.0.quantity"},
		"two lines, both bad": {func(in *document.CreateInput) {
			in.Lines[0].Quantity = dec("0")
			in.Lines = slices.Repeat(in.Lines, 2)
		}, "INVALID lines.0.quantity, INVALID lines.1.quantity"},
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Accountant)
		client := h.Client(t, ctx, "A")
		taken := "taken"
		first := paymenttest.Invoice(client, "EUR", "1")
		first.CustomID = &taken
		_, err := h.Documents.Create(ctx, first)
		paymenttest.Must(t, err)
		archived, prospect, foreign := h.Client(t, ctx, "B"), h.Client(t, ctx, "C"), h.Client(t, dbtest.Tenant(t, d, viewer.Owner), "D")
		_, err = h.Contacts.Archive(ctx, contact.IDInput{ID: archived})
		paymenttest.Must(t, err)
		h.Exec(t, `UPDATE contacts SET is_client = false WHERE id = ?`, prospect)
		tests["an archived contact"] = struct {
			change func(*document.CreateInput)
			want   string
		}{func(in *document.CreateInput) { in.ContactID = archived }, "CONFLICT contactId"}
		tests["a prospect"] = struct {
			change func(*document.CreateInput)
			want   string
		}{func(in *document.CreateInput) { in.ContactID = prospect }, "CONFLICT contactId"}
		tests["another organization's contact"] = struct {
			change func(*document.CreateInput)
			want   string
		}{func(in *document.CreateInput) { in.ContactID = foreign }, "NOT_FOUND contactId"}
		for name, tt := range tests {
			t.Run(name, func(t *testing.T) {
				in := paymenttest.Invoice(client, "EUR", "10")
				tt.change(&in)
				h.Refused(t, ctx, tt.want, func() error {
					_, err := h.Documents.Create(paymenttest.Keyed(ctx, name, 1), in)
					return err
				})
			})
		}
	})
}

func TestAnAccountThatWouldBeTooLargeTakesNoInvoice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		client := h.Client(t, ctx, "A")
		h.Issued(t, ctx, client, huge)
		second := h.Draft(t, ctx, client, "0.02")
		h.Refused(t, ctx, "INVALID", func() error {
			_, err := h.Documents.Issue(paymenttest.Keyed(ctx, "k", 1), document.IDInput{ID: second.ID})
			return err
		})
		h.Issued(t, ctx, client, "0.01") // 2^53 exactly
	})
}

func TestAnUpdateOfAnOldVersionIsRefused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		doc := h.Draft(t, ctx, h.Client(t, ctx, "A"), "10")
		notes := "first"
		in := document.UpdateInput{ID: doc.ID, Version: doc.Version, Notes: &notes}
		_, err := h.Documents.Update(ctx, in)
		paymenttest.Must(t, err)
		h.Refused(t, ctx, "CONFLICT version", func() error {
			_, err := h.Documents.Update(ctx, in)
			return err
		})
	})
}

func TestADocumentKeepsTheContactAsItWas(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		company, profession, vat, yes := "Before", "Baker", "094014201", true
		before := contact.Fields{Company: &company, Profession: &profession, VatNumber: &vat, IsClient: &yes,
			Addresses: []*contact.AddressInput{{Line: "Old road 1", City: "Athens", Country: "GR"}}}
		c, err := h.Contacts.Create(ctx, contact.CreateInput{Fields: before})
		paymenttest.Must(t, err)
		doc := h.Draft(t, ctx, c.ID, "10")
		company2, profession2, vat2 := "After", "Smith", "090000045"
		_, err = h.Contacts.Update(ctx, contact.UpdateInput{ID: c.ID, Version: c.Version, Fields: contact.Fields{Company: &company2,
			Profession: &profession2, VatNumber: &vat2, Addresses: []*contact.AddressInput{{Line: "New road 2", City: "Patras", Country: "GR"}}}})
		paymenttest.Must(t, err)
		doc, err = h.Documents.Update(ctx, document.UpdateInput{ID: doc.ID, Version: doc.Version, Notes: &company2,
			Lines: []*document.LineInput{{Title: "x", UnitPrice: new(money.MustDecimal("1"))}}})
		paymenttest.Must(t, err)
		doc, err = h.Documents.Issue(ctx, document.IDInput{ID: doc.ID})
		paymenttest.Must(t, err)
		got := []string{doc.ContactName, doc.ContactProfession, doc.ContactVatNumber, doc.BillingAddress}
		if diff := cmp.Diff([]string{"Before", "Baker", "094014201", "Old road 1\nAthens"}, got); diff != "" {
			t.Errorf("the copy (-want +got):\n%s", diff)
		}
	})
}

func TestAKeyMakesOneInvoiceAndIsAnsweredByWhatBecameOfIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		in := paymenttest.Invoice(h.Client(t, ctx, "A"), "EUR", "10")
		keyed := paymenttest.Keyed(ctx, "k", 1)
		first, err := h.Documents.Create(keyed, in)
		paymenttest.Must(t, err)
		again, err := h.Documents.Create(keyed, in)
		paymenttest.Must(t, err)
		if first.ID != again.ID {
			t.Errorf("two invoices, %s and %s", first.ID, again.ID)
		}
		_, err = h.Documents.Delete(ctx, document.IDInput{ID: first.ID})
		paymenttest.Must(t, err)
		h.Refused(t, ctx, "NOT_FOUND id", func() error { // not made anew: it was deleted on purpose
			_, err := h.Documents.Create(keyed, in)
			return err
		})
	})
}

func TestWhoMayNotTouchInvoicesTouchesNone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		client := h.Client(t, ctx, "A")
		draft, issued := h.Draft(t, ctx, client, "1"), h.Issued(t, ctx, client, "2")
		void := h.Issued(t, ctx, client, "3")
		_, err := h.Documents.Void(ctx, document.IDInput{ID: void.ID})
		paymenttest.Must(t, err)
		who := paymenttest.Who(t, ctx, d, client)
		who["sales"], who["stranger"] = dbtest.Member(t, ctx, d, viewer.Sales), dbtest.Tenant(t, d, viewer.Owner)
		number, owner := "", ctx
		calls := map[string]struct {
			call  func(context.Context) error
			reads bool
			miss  string // what a stranger gets
		}{
			"create": {func(ctx context.Context) error {
				_, err := h.Documents.Create(ctx, paymenttest.Invoice(client, "EUR", "1"))
				return err
			}, false, "NOT_FOUND contactId"},
			"update": {func(ctx context.Context) error {
				_, err := h.Documents.Update(ctx, document.UpdateInput{ID: draft.ID, Version: draft.Version})
				return err
			}, false, "NOT_FOUND id"},
			"issue":   {on(h.Documents.Issue, draft.ID), false, "NOT_FOUND id"},
			"revert":  {on(h.Documents.Revert, issued.ID), false, "NOT_FOUND id"},
			"void":    {on(h.Documents.Void, issued.ID), false, "NOT_FOUND id"},
			"restore": {on(h.Documents.Restore, void.ID), false, "NOT_FOUND id"},
			"delete": {func(ctx context.Context) error {
				_, err := h.Documents.Delete(ctx, document.IDInput{ID: draft.ID})
				return err
			}, false, "NOT_FOUND id"},
			"get": {func(ctx context.Context) error { _, err := h.Documents.Get(ctx, draft.ID); return err }, true, "NOT_FOUND id"},
			"list": {func(ctx context.Context) error {
				list, err := h.Documents.List(ctx, page.Args{}, &document.Filter{Number: &number}, document.ByDateDesc)
				if err == nil && len(list.Edges) == 0 {
					return fmt.Errorf("nothing")
				}
				return err
			}, true, "not a fault: nothing"},
			"of": {func(ctx context.Context) error {
				byID, err := h.Contacts.ByIDs(owner, []uuid.UUID{client}) // a group of its own
				paymenttest.Must(t, err)
				list, err := h.Documents.Of(ctx, byID[client], page.Args{}, nil)
				if err == nil && len(list.Edges) == 0 {
					return fmt.Errorf("nothing")
				}
				return err
			}, true, "not a fault: nothing"},
			"sequences": {func(ctx context.Context) error {
				rows, err := h.Documents.Sequences(ctx)
				if err == nil && len(rows) == 0 {
					return fmt.Errorf("nothing")
				}
				return err
			}, true, "not a fault: nothing"},
			"preview": {func(ctx context.Context) error {
				_, err := h.Documents.ComputeTotals(ctx, document.PreviewInput{Currency: "EUR", Lines: paymenttest.Invoice(client, "EUR", "1").Lines})
				return err
			}, true, ""},
		}
		want := func(who, call string) string {
			switch {
			case who == "stranger":
				return calls[call].miss
			case who == "nobody":
				return "UNAUTHENTICATED"
			case who == "read-only" && calls[call].reads:
				return ""
			}
			return "FORBIDDEN"
		}
		for name, ctxOf := range who {
			if name == "sales" {
				continue
			}
			for call, c := range calls {
				t.Run(name+" "+call, func(t *testing.T) {
					h.Refused(t, ctx, want(name, call), func() error { return c.call(ctxOf) })
				})
			}
			rows, err := h.Documents.ByIDs(ctxOf, []uuid.UUID{draft.ID, issued.ID, void.ID})
			seen := map[string]int{"read-only": 3, "portal": 1}[name] // a customer: the issued one
			if err != nil || len(rows) != seen {
				t.Errorf("%s reads %d documents by id, want %d: %v", name, len(rows), seen, err)
			}
		}
		for _, call := range []string{"create", "update", "issue", "revert", "restore", "get", "list", "preview"} {
			if err := calls[call].call(who["sales"]); err != nil {
				t.Errorf("sales %s: %v", call, err)
			}
		}
		h.Verified(t)
	})
}

func on(f func(context.Context, document.IDInput) (*document.Document, error), id uuid.UUID) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := f(ctx, document.IDInput{ID: id})
		return err
	}
}

func TestTheStatementsOfWorkOnDocumentsDoNotDependOnTheRows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		count := func(f func(context.Context)) int64 {
			counted, n := db.CountStatements(ctx)
			f(counted)
			return n.Load()
		}
		listed := func(contacts, docs, lines int) int64 {
			var ids []uuid.UUID
			for i := range contacts {
				id := h.Client(t, ctx, fmt.Sprint(i))
				ids = append(ids, id)
				for range docs {
					in := paymenttest.Invoice(id, "EUR", "1")
					in.Lines = slices.Repeat(in.Lines, lines)
					_, err := h.Documents.Create(ctx, in)
					paymenttest.Must(t, err)
				}
			}
			first := 5
			return count(func(ctx context.Context) {
				byID, err := h.Contacts.ByIDs(ctx, ids)
				paymenttest.Must(t, err)
				var all []*document.Document
				for _, c := range byID {
					list, err := h.Documents.Of(ctx, c, page.Args{First: &first}, nil)
					paymenttest.Must(t, err)
					if len(list.Nodes()) != min(docs, first) {
						t.Fatalf("%d documents of a contact", len(list.Nodes()))
					}
					all = append(all, list.Nodes()...)
				}
				for _, doc := range all {
					got, err := doc.Lines(ctx)
					paymenttest.Must(t, err)
					if len(got) != lines {
						t.Fatalf("%d lines", len(got))
					}
					_, err = doc.Taxes(ctx)
					paymenttest.Must(t, err)
					_, err = doc.Contact(ctx)
					paymenttest.Must(t, err)
					_, err = doc.Adjustments(ctx)
					paymenttest.Must(t, err)
					_, err = doc.Options(ctx)
					paymenttest.Must(t, err)
					_, err = doc.Derived(ctx)
					paymenttest.Must(t, err)
				}
			})
		}
		few, many := listed(2, 1, 1), listed(50, 6, 3)
		t.Logf("the documents of contacts with lines, taxes, contact, adjustments, options and what was made of them: %d statements", many)
		if few != many || many > 8 {
			t.Errorf("%d statements for 2 contacts, %d for 50", few, many)
		}
		client := h.Client(t, ctx, "A")
		issue := func(lines int) int64 {
			in := paymenttest.Invoice(client, "EUR", "1")
			in.Lines = slices.Repeat(in.Lines, lines)
			var doc *document.Document
			created := count(func(ctx context.Context) {
				var err error
				doc, err = h.Documents.Create(ctx, in)
				paymenttest.Must(t, err)
			})
			issued := count(func(ctx context.Context) {
				_, err := h.Documents.Issue(ctx, document.IDInput{ID: doc.ID})
				paymenttest.Must(t, err)
			})
			t.Logf("createDocument with %d lines: %d statements, issueDocument: %d", lines, created, issued)
			return created*100 + issued
		}
		issue(1) // makes the sequence
		if one, all := issue(1), issue(200); one != all || one%100 > 10 {
			t.Errorf("created and issued by %d statements with 1 line, %d with 200", one, all)
		}
	})
}

func TestPaidStatesAndOverdueAreOfTheDay(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		client := h.Client(t, ctx, "A")
		late := func(due day.Date, paid string) *document.Document {
			in := paymenttest.Invoice(client, "EUR", "10")
			in.Date, in.DueDate = paymenttest.On("2026-06-01"), &due
			doc, err := h.Documents.Create(ctx, in)
			paymenttest.Must(t, err)
			doc, err = h.Documents.Issue(ctx, document.IDInput{ID: doc.ID})
			paymenttest.Must(t, err)
			if paid != "" {
				_, err = h.Payments.Record(ctx, payment.RecordInput{ContactID: client, Amount: money.MustDecimal(paid),
					Allocations: []*payment.AllocationInput{{DocumentID: doc.ID, Amount: money.MustDecimal(paid)}}})
				paymenttest.Must(t, err)
			}
			doc, err = h.Documents.Get(ctx, doc.ID)
			paymenttest.Must(t, err)
			return doc
		}
		for name, tt := range map[string]struct {
			due     day.Date
			paid    string
			state   document.PaidState
			overdue bool
		}{
			"due yesterday, unpaid":   {"2026-06-14", "", document.Unpaid, true},
			"due today, unpaid":       {"2026-06-15", "", document.Unpaid, false},
			"due yesterday, in part":  {"2026-06-14", "9.99", document.Partial, true},
			"due yesterday, all paid": {"2026-06-14", "10", document.Paid, false},
		} {
			doc := late(tt.due, tt.paid)
			overdue, err := doc.IsOverdue(ctx)
			paymenttest.Must(t, err)
			if *doc.PaidState() != tt.state || overdue != tt.overdue {
				t.Errorf("%s: %s, overdue %v", name, *doc.PaidState(), overdue)
			}
			list, err := h.Documents.List(ctx, page.Args{}, &document.Filter{PaidState: &tt.state, Overdue: &tt.overdue}, document.ByDateDesc)
			paymenttest.Must(t, err)
			if !slices.ContainsFunc(list.Nodes(), func(d *document.Document) bool { return d.ID == doc.ID }) {
				t.Errorf("%s: is not in the list of such", name)
			}
		}
	})
}
