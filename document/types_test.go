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
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/payment/paymenttest"
	"github.com/kartela/kartela/viewer"
)

var everyType = []entdocument.Type{entdocument.TypeInvoice, entdocument.TypeCreditNote, entdocument.TypeEstimate,
	entdocument.TypeBill, entdocument.TypeSupplierCredit, entdocument.TypeExpense}

// both makes a contact that is client and supplier.
func both(t testing.TB, h *paymenttest.House, ctx context.Context, company string) uuid.UUID {
	t.Helper()
	yes := true
	c, err := h.Contacts.Create(ctx, contact.CreateInput{Fields: contact.Fields{Company: &company, IsClient: &yes, IsSupplier: &yes}})
	paymenttest.Must(t, err)
	return c.ID
}

// of is the input of a draft of one line without tax.
func of(typ entdocument.Type, to uuid.UUID, amount string) document.CreateInput {
	in := paymenttest.Invoice(to, "EUR", amount)
	if in.Type = typ; typ == entdocument.TypeExpense {
		in.PaidBy = new(entpayment.MethodCash)
	}
	return in
}

func create(t testing.TB, h *paymenttest.House, ctx context.Context, in document.CreateInput) *document.Document {
	t.Helper()
	d, err := h.Documents.Create(ctx, in)
	paymenttest.Must(t, err)
	return d
}

func issue(t testing.TB, h *paymenttest.House, ctx context.Context, in document.CreateInput) *document.Document {
	t.Helper()
	d, err := h.Documents.Issue(ctx, document.IDInput{ID: create(t, h, ctx, in).ID})
	paymenttest.Must(t, err)
	return d
}

func refused(t testing.TB, what string, err error, code fault.Code, field string) {
	t.Helper()
	var list fault.List
	_ = list.Add("", err)
	if len(list) == 0 || list[0].Code != code || list[0].Field != field {
		t.Errorf("%s: %v; want %s %s", what, err, code, field)
	}
}

// What a document of each type does to its account, and does no more when it is taken back.
func TestEachTypeMovesItsAccountAsItShould(t *testing.T) {
	type amounts struct{ Outstanding, Credit, Net money.Minor }
	want := map[entdocument.Type]map[string]amounts{
		entdocument.TypeInvoice:        {"client": {1000, 0, 1000}},
		entdocument.TypeCreditNote:     {"client": {0, 1000, -1000}},
		entdocument.TypeEstimate:       {},
		entdocument.TypeBill:           {"supplier": {1000, 0, 1000}},
		entdocument.TypeSupplierCredit: {"supplier": {0, 1000, -1000}},
		entdocument.TypeExpense:        {}, // paid as it is issued
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		for _, typ := range everyType {
			to := both(t, h, ctx, string(typ))
			stands := func(after string, want map[string]amounts) {
				t.Helper()
				rows, err := h.Ledger.Balances(ctx, []uuid.UUID{to})
				paymenttest.Must(t, err)
				got := map[string]amounts{}
				for _, b := range rows[to] {
					if a := (amounts{b.Balance.Outstanding, b.Balance.Credit, b.Balance.Net}); a != (amounts{}) {
						got[string(b.Side)] = a
					}
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s after %s (-want +got):\n%s", typ, after, diff)
				}
			}
			doc := issue(t, h, ctx, of(typ, to, "10"))
			stands("issue", want[typ])
			for _, step := range []struct {
				name string
				do   func(context.Context, document.IDInput) (*document.Document, error)
				in   bool
			}{{"revert", h.Documents.Revert, false}, {"issue", h.Documents.Issue, true}, {"void", h.Documents.Void, false}, {"restore", h.Documents.Restore, true}} {
				got, err := step.do(ctx, document.IDInput{ID: doc.ID})
				paymenttest.Must(t, err)
				if got.NumberText != doc.NumberText {
					t.Errorf("%s has the number %q after %s, had %q", typ, got.NumberText, step.name, doc.NumberText)
				}
				if step.in {
					stands(step.name, want[typ])
				} else {
					stands(step.name, map[string]amounts{})
				}
			}
		}
		h.Verified(t)
	})
}

// Sales need a client, an estimate at least no supplier, and purchases a supplier; each role
// writes its own side.
func TestWhoMayHaveAndWhoMayMakeADocument(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		to := map[string]uuid.UUID{"both": both(t, h, ctx, "both"), "client": h.Client(t, ctx, "client")}
		for _, name := range []string{"supplier", "prospect"} {
			supplier := name == "supplier"
			c, err := h.Contacts.Create(ctx, contact.CreateInput{Fields: contact.Fields{Company: &name, IsSupplier: &supplier}})
			paymenttest.Must(t, err)
			to[name] = c.ID
		}
		may := map[string][]entdocument.Type{"both": everyType, "client": everyType[:3], "supplier": everyType[3:], "prospect": {entdocument.TypeEstimate}}
		roles := map[viewer.Role][]entdocument.Type{viewer.Owner: everyType, viewer.Accountant: everyType, viewer.Sales: everyType[:3], viewer.ReadOnly: nil, viewer.TimeKeeper: nil}
		for _, typ := range everyType {
			for name, types := range may {
				_, err := h.Documents.Create(ctx, of(typ, to[name], "1"))
				if slices.Contains(types, typ) {
					paymenttest.Must(t, err)
				} else {
					refused(t, fmt.Sprint(typ, " of ", name), err, fault.Conflict, "contactId")
				}
			}
			doc := create(t, h, ctx, of(typ, to["both"], "1"))
			for role, types := range roles {
				v := viewer.From(ctx)
				v.Role = role
				as := viewer.With(ctx, v)
				_, err := h.Documents.Create(as, of(typ, to["both"], "1"))
				_, updated := h.Documents.Update(as, document.UpdateInput{ID: doc.ID, Version: doc.Version + 1})
				switch slices.Contains(types, typ) {
				case true:
					paymenttest.Must(t, err)
					refused(t, fmt.Sprint(role, " changes ", typ), updated, fault.Conflict, "version")
				case false:
					refused(t, fmt.Sprint(role, " makes ", typ), err, fault.Forbidden, "")
					if updated == nil || fault.IsCode(updated, fault.Conflict) {
						t.Errorf("%s changed %s: %v", role, typ, updated)
					}
				}
			}
		}
		_, err := h.Documents.Create(ctx, func() document.CreateInput {
			in := of(entdocument.TypeExpense, to["both"], "1")
			in.PaidBy = nil
			return in
		}())
		refused(t, "an expense that nothing paid", err, fault.Invalid, "paidBy")
	})
}

// Lines keep their ids in whatever order they come, new ones get their own, and those that are
// missing go.
func TestLinesKeepTheirIDs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		in := of(entdocument.TypeInvoice, h.Client(t, ctx, "A"), "1")
		in.Lines = nil
		for _, title := range []string{"a", "b", "c", "d"} {
			in.Lines = append(in.Lines, &document.LineInput{Title: title, UnitPrice: new(money.FromInt(1))})
		}
		doc := create(t, h, ctx, in)
		lines, err := doc.Lines(ctx)
		paymenttest.Must(t, err)
		line := func(from int, title string) *document.LineInput {
			l := &document.LineInput{Title: title, UnitPrice: new(money.FromInt(2))}
			if from >= 0 {
				l.ID = &lines[from].ID
			}
			return l
		}
		doc, err = h.Documents.Update(ctx, document.UpdateInput{ID: doc.ID, Version: doc.Version,
			Lines: []*document.LineInput{line(3, "d"), line(-1, "new"), line(0, "a"), line(2, "c")}})
		paymenttest.Must(t, err)
		now, err := doc.Lines(ctx)
		paymenttest.Must(t, err)
		for i, want := range []struct {
			from  int
			title string
		}{{3, "d"}, {-1, "new"}, {0, "a"}, {2, "c"}} {
			if now[i].Title != want.title || want.from >= 0 && now[i].ID != lines[want.from].ID || now[i].Position != i {
				t.Errorf("line %d is %s %s at %d, want %+v", i, now[i].ID, now[i].Title, now[i].Position, want)
			}
		}
		if doc.Document.Payable != 800 {
			t.Errorf("payable %d", doc.Document.Payable)
		}
		for name, tt := range map[string]struct {
			lines []*document.LineInput
			code  fault.Code
			field string
		}{
			"a line that is gone": {[]*document.LineInput{line(1, "b")}, fault.NotFound, "lines.0.id"},
			"a line twice":        {[]*document.LineInput{line(0, "a"), line(0, "a")}, fault.Invalid, "lines.1.id"},
		} {
			_, err := h.Documents.Update(ctx, document.UpdateInput{ID: doc.ID, Version: doc.Version, Lines: tt.lines})
			refused(t, name, err, tt.code, tt.field)
		}
		h.Verified(t)
	})
}

// billed makes a project with a fee that the line bills.
func billed(t testing.TB, h *paymenttest.House, ctx context.Context, doc *document.Document) (fee uuid.UUID, bill func(doc *document.Document) error) {
	t.Helper()
	v := viewer.From(ctx)
	var project uuid.UUID
	paymenttest.Must(t, db.InTx(ctx, h.DB, func(ctx context.Context, tx *ent.Tx) error {
		p, err := tx.Project.Create().SetContactID(doc.ContactID).SetName("P").SetSortName("p").SetBilling("fixed").SetCurrency("EUR").
			SetRate(money.FromInt(1)).SetCreatedBy(v.User).Save(ctx)
		if err != nil {
			return err
		}
		f, err := tx.ProjectFee.Create().SetProjectID(p.ID).SetTitle("F").SetDate("2026-06-01").SetQuantity(money.FromInt(1)).SetUnitPrice(money.FromInt(1)).Save(ctx)
		if err != nil {
			return err
		}
		project, fee = p.ID, f.ID
		return nil
	}))
	return fee, func(doc *document.Document) error {
		lines, err := doc.Lines(ctx)
		if err != nil {
			return err
		}
		return db.InTx(ctx, h.DB, func(ctx context.Context, tx *ent.Tx) error {
			return tx.BilledItem.Create().SetProjectID(project).SetFeeID(fee).SetLineID(lines[0].ID).SetDocumentID(doc.ID).SetAmount(100).SetCreatedBy(v.User).Exec(ctx)
		})
	}
}

// What a line bills is free again when the line, its draft or its invoice goes, and taken again
// when the invoice is restored, unless it was billed elsewhere since.
func TestWhatIsBilledIsReleasedWithItsLine(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		client := h.Client(t, ctx, "A")
		first := h.Draft(t, ctx, client, "1")
		_, bill := billed(t, h, ctx, first)
		paymenttest.Must(t, bill(first))
		second := h.Draft(t, ctx, client, "1")
		if err := bill(second); err == nil {
			t.Fatal("a fee was billed twice")
		}
		first, err := h.Documents.Update(ctx, document.UpdateInput{ID: first.ID, Version: first.Version,
			Lines: []*document.LineInput{{Title: "other", UnitPrice: new(money.FromInt(1))}}})
		paymenttest.Must(t, err)
		paymenttest.Must(t, bill(second))
		_, err = h.Documents.Delete(ctx, document.IDInput{ID: second.ID})
		paymenttest.Must(t, err)

		third := h.Issued(t, ctx, client, "1")
		paymenttest.Must(t, bill(third))
		_, err = h.Documents.Void(ctx, document.IDInput{ID: third.ID})
		paymenttest.Must(t, err)
		_, err = h.Documents.Restore(ctx, document.IDInput{ID: third.ID})
		paymenttest.Must(t, err)
		if err := bill(first); err == nil {
			t.Error("what a restored invoice bills was billed twice")
		}
		_, err = h.Documents.Void(ctx, document.IDInput{ID: third.ID})
		paymenttest.Must(t, err)
		paymenttest.Must(t, bill(first))
		_, err = h.Documents.Restore(ctx, document.IDInput{ID: third.ID})
		refused(t, "restore of what was billed elsewhere", err, fault.Conflict, "id")
		h.Verified(t)
	})
}

// Numbers have no gaps and no duplicates, whoever issues what in how many sequences at once.
func TestNumbersHaveNoGapsUnderEightWriters(t *testing.T) {
	const writers, each = 8, 6
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		to := both(t, h, ctx, "A")
		issue(t, h, ctx, of(entdocument.TypeInvoice, to, "1")) // makes the default
		web, err := h.Documents.CreateSequence(ctx, document.CreateSequenceInput{DocumentType: entdocument.TypeInvoice, Name: "Web", Prefix: "WEB-", Yearly: true})
		paymenttest.Must(t, err)
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for i := range each {
					in := of(everyType[(w+i)%len(everyType)], to, "1")
					if w%2 == 0 {
						in = of(entdocument.TypeInvoice, to, "1")
						in.SequenceID, in.Date, in.DueDate = &web.ID, paymenttest.On([]string{"2025-01-01", "2026-01-01"}[i%2]), paymenttest.On("2026-12-31")
					}
					doc, err := h.Documents.Create(ctx, in)
					if err != nil {
						t.Error(err)
						return
					}
					var twice sync.WaitGroup // one of two takes the number
					for range 2 {
						twice.Go(func() { _, _ = h.Documents.Issue(ctx, document.IDInput{ID: doc.ID}) })
					}
					twice.Wait()
				}
			})
		}
		wg.Wait()
		h.Verified(t) // which numbers there are
		all, err := d.Document.Query().Where(entdocument.StatusEQ(entdocument.StatusIssued)).Count(ctx)
		paymenttest.Must(t, err)
		if all != writers*each+1 {
			t.Errorf("%d were issued, want %d", all, writers*each+1)
		}
		last, err := d.Document.Query().Where(entdocument.SequenceID(web.ID), entdocument.NumberPeriod(2026)).Order(entdocument.ByNumber()).All(ctx)
		paymenttest.Must(t, err)
		if n := last[len(last)-1]; len(last) != writers/2*each/2 || n.NumberText != fmt.Sprintf("WEB-2026-%05d", len(last)) {
			t.Errorf("%d of 2026, the last %s", len(last), n.NumberText)
		}
	})
}

func TestSequencesOfAType(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		client := h.Client(t, ctx, "A")
		make1 := func(name, prefix string) (*ent.NumberSequence, error) {
			return h.Documents.CreateSequence(ctx, document.CreateSequenceInput{DocumentType: entdocument.TypeInvoice, Name: name, Prefix: prefix, Padding: new(3)})
		}
		a, err := make1("A", "A")
		paymenttest.Must(t, err)
		b, err := make1("B", "B")
		paymenttest.Must(t, err)
		if !a.IsDefault || b.IsDefault {
			t.Errorf("default: A %v, B %v", a.IsDefault, b.IsDefault)
		}
		_, err = make1("A", "C")
		refused(t, "a name twice", err, fault.Conflict, "name")
		_, err = make1("C", "B")
		refused(t, "a prefix twice", err, fault.Conflict, "prefix")
		if got := h.Issued(t, ctx, client, "1").NumberText; got != "A001" {
			t.Error(got)
		}
		draft := func(id uuid.UUID) document.CreateInput {
			in := of(entdocument.TypeInvoice, client, "1")
			in.SequenceID = &id
			return in
		}
		waiting := create(t, h, ctx, draft(a.ID))
		_, err = h.Documents.UpdateSequence(ctx, document.UpdateSequenceInput{ID: a.ID, Archived: new(true)})
		refused(t, "the default is archived", err, fault.Conflict, "archived")
		b, err = h.Documents.UpdateSequence(ctx, document.UpdateSequenceInput{ID: b.ID, IsDefault: new(true)})
		paymenttest.Must(t, err)
		a, err = h.Documents.UpdateSequence(ctx, document.UpdateSequenceInput{ID: a.ID, Archived: new(true)})
		paymenttest.Must(t, err)
		if a.IsDefault || !b.IsDefault || a.ArchivedAt == nil {
			t.Errorf("A %v %v, B %v", a.IsDefault, a.ArchivedAt, b.IsDefault)
		}
		if got := h.Issued(t, ctx, client, "1").NumberText; got != "B001" {
			t.Error(got)
		}
		_, err = h.Documents.Create(ctx, draft(a.ID))
		refused(t, "a draft of an archived sequence", err, fault.Conflict, "sequenceId")
		_, err = h.Documents.Issue(ctx, document.IDInput{ID: waiting.ID})
		refused(t, "a draft whose sequence was archived", err, fault.Conflict, "id")
		_, err = h.Documents.Create(ctx, func() document.CreateInput { in := draft(b.ID); in.Type = entdocument.TypeEstimate; return in }())
		refused(t, "a sequence of another type", err, fault.Invalid, "sequenceId")
		h.Verified(t)
	})
}

// Nothing dated up to the closing date is made, changed, issued or taken back.
func TestClosedBooksStayAsTheyAre(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		to := both(t, h, ctx, "A")
		at := func(date string) document.CreateInput {
			in := of(entdocument.TypeBill, to, "1")
			in.Date, in.DueDate = paymenttest.On(date), paymenttest.On("2026-12-31")
			return in
		}
		draft, issued := create(t, h, ctx, at("2026-03-31")), issue(t, h, ctx, at("2026-03-31"))
		void, open := issue(t, h, ctx, at("2026-03-31")), create(t, h, ctx, at("2026-04-01"))
		_, err := h.Documents.Void(ctx, document.IDInput{ID: void.ID})
		paymenttest.Must(t, err)
		h.Exec(t, "UPDATE organizations SET closing_date = '2026-03-31'")
		id := func(d *document.Document) document.IDInput { return document.IDInput{ID: d.ID} }
		second := func(_ any, err error) error { return err }
		for name, tt := range map[string]struct {
			err   error
			field string
		}{
			"create":      {second(h.Documents.Create(ctx, at("2026-03-31"))), "date"},
			"update":      {second(h.Documents.Update(ctx, document.UpdateInput{ID: draft.ID, Version: draft.Version, Date: paymenttest.On("2026-05-01")})), "date"},
			"update into": {second(h.Documents.Update(ctx, document.UpdateInput{ID: open.ID, Version: open.Version, Date: paymenttest.On("2026-03-31")})), "date"},
			"issue":       {second(h.Documents.Issue(ctx, id(draft))), "id"},
			"revert":      {second(h.Documents.Revert(ctx, id(issued))), "id"},
			"void":        {second(h.Documents.Void(ctx, id(issued))), "id"},
			"restore":     {second(h.Documents.Restore(ctx, id(void))), "id"},
			"delete":      {second(h.Documents.Delete(ctx, id(draft))), "id"},
		} {
			refused(t, name, tt.err, fault.Conflict, tt.field)
		}
		_, err = h.Documents.Issue(ctx, id(open))
		paymenttest.Must(t, err)
		h.Verified(t)
	})
}

// An estimate becomes one invoice, however many ask at once; the invoice's draft may go, and
// then it becomes another one.
func TestAnEstimateIsInvoicedOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		estimate := issue(t, h, ctx, of(entdocument.TypeEstimate, h.Client(t, ctx, "A"), "10"))
		in := document.IDInput{ID: estimate.ID}
		got, err := h.Documents.Accept(ctx, document.DecideInput{ID: estimate.ID, Comment: " yes "})
		paymenttest.Must(t, err)
		if got.Status != entdocument.StatusAccepted || got.Decision() == nil || got.Decision().Comment != "yes" {
			t.Errorf("%s %+v", got.Status, got.Decision())
		}
		_, err = h.Documents.Accept(ctx, document.DecideInput{ID: estimate.ID})
		refused(t, "accepted twice", err, fault.Conflict, "id")
		_, err = h.Documents.Revert(ctx, in)
		refused(t, "an accepted estimate is taken back", err, fault.Conflict, "id")
		var wg sync.WaitGroup
		var mu sync.Mutex
		var made []*document.Document
		for range 6 {
			wg.Go(func() {
				if d, err := h.Documents.InvoiceEstimate(ctx, in); err == nil {
					mu.Lock()
					made = append(made, d)
					mu.Unlock()
				} else if !fault.IsCode(err, fault.Conflict) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if len(made) != 1 {
			t.Fatalf("%d invoices", len(made))
		}
		origin, err := made[0].Origin(ctx)
		paymenttest.Must(t, err)
		if origin == nil || origin.ID != estimate.ID || origin.Status != entdocument.StatusInvoiced || made[0].Type != entdocument.TypeInvoice || made[0].Document.Payable != 1000 {
			t.Errorf("%+v of %+v", made[0].Document, origin)
		}
		_, err = h.Documents.Void(ctx, in)
		refused(t, "an invoiced estimate is void", err, fault.Conflict, "id")
		_, err = h.Documents.Delete(ctx, document.IDInput{ID: made[0].ID})
		paymenttest.Must(t, err)
		again, err := h.Documents.InvoiceEstimate(ctx, in)
		paymenttest.Must(t, err)
		derived, err := must(t, h, ctx, estimate.ID).Derived(ctx)
		paymenttest.Must(t, err)
		if len(derived) != 1 || derived[0].ID != again.ID {
			t.Errorf("%d derived", len(derived))
		}
		h.Verified(t)
	})
}

func must(t testing.TB, h *paymenttest.House, ctx context.Context, id uuid.UUID) *document.Document {
	t.Helper()
	d, err := h.Documents.Get(ctx, id)
	paymenttest.Must(t, err)
	return d
}

// Credit notes of an invoice never come to more than it, however often it is credited.
func TestAnInvoiceIsCreditedForWhatIsLeft(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		in := of(entdocument.TypeInvoice, h.Client(t, ctx, "A"), "1")
		in.Lines = []*document.LineInput{{Title: "a", Quantity: new(money.FromInt(3)), UnitPrice: new(money.FromInt(10))},
			{Title: "b", UnitPrice: new(money.FromInt(5))}}
		in.Adjustments = []*document.AdjustmentInput{{Title: "10 %", Percent: money.FromInt(10)}, {Title: "off", Amount: new(money.FromInt(1))}}
		invoice := issue(t, h, ctx, in)
		id := document.IDInput{ID: invoice.ID}
		first, err := h.Documents.CreditInvoice(ctx, id)
		paymenttest.Must(t, err)
		if first.Type != entdocument.TypeCreditNote || first.Document.Payable != invoice.Document.Payable || first.Reference != invoice.NumberText {
			t.Errorf("%s of %d for %q", first.Type, first.Document.Payable, first.Reference)
		}
		_, err = h.Documents.CreditInvoice(ctx, id)
		refused(t, "credited whole", err, fault.Conflict, "id")
		_, err = h.Documents.Update(ctx, document.UpdateInput{ID: first.ID, Version: first.Version,
			Lines: []*document.LineInput{{Title: "a", Quantity: new(money.FromInt(1)), UnitPrice: new(money.FromInt(10))}}, Adjustments: []*document.AdjustmentInput{}})
		paymenttest.Must(t, err)
		second, err := h.Documents.CreditInvoice(ctx, id)
		paymenttest.Must(t, err)
		lines, err := second.Lines(ctx)
		paymenttest.Must(t, err)
		if len(lines) != 2 || !lines[0].Quantity.Equal(money.FromInt(2)) || second.Document.Payable != 2250 {
			t.Errorf("%d lines, %d", len(lines), second.Document.Payable)
		}
		for _, note := range []*document.Document{first, second} {
			_, err := h.Documents.Issue(ctx, document.IDInput{ID: note.ID})
			paymenttest.Must(t, err)
		}
		_, err = h.Documents.CreditInvoice(ctx, id)
		refused(t, "nothing is left", err, fault.Conflict, "id")
		_, err = h.Documents.Void(ctx, document.IDInput{ID: second.ID})
		paymenttest.Must(t, err)
		_, err = h.Documents.CreditInvoice(ctx, id)
		paymenttest.Must(t, err)
		h.Verified(t)
	})
}
