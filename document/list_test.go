package document_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/payment/paymenttest"
	"github.com/kartela/kartela/viewer"
)

// A duplicate has the same lines, adjustments and totals, and nothing of the original's state.
func TestADuplicateIsADraftOfToday(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		to := both(t, h, ctx, "A")
		category, err := h.Documents.CreateExpenseCategory(ctx, document.CreateCategoryInput{Name: "Rent"})
		paymenttest.Must(t, err)
		_, err = h.Documents.CreateExpenseCategory(ctx, document.CreateCategoryInput{Name: "RENT"})
		refused(t, "a category twice", err, fault.Conflict, "name")
		in := of(entdocument.TypeExpense, to, "12.345")
		in.Date, in.Reference, in.Language = paymenttest.On("2026-01-31"), "X-1", "fr"
		in.Lines[0].CategoryID = &category.ID
		in.Lines[0].Taxes = []*money.Tax{{Rate: money.FromInt(24)}, {Kind: money.OtherTax, Name: "stamp", Amount: new(money.MustDecimal("1.5"))}}
		in.Adjustments = []*document.AdjustmentInput{{Charge: true, Title: "fee", Percent: money.MustDecimal("2.5"), Taxes: []*money.Tax{{Rate: money.FromInt(24)}}}}
		original := issue(t, h, ctx, in)
		_, err = h.Documents.UpdateExpenseCategory(ctx, document.UpdateCategoryInput{ID: category.ID, Version: 1, Archived: new(true)})
		paymenttest.Must(t, err)
		_, err = h.Documents.DeleteExpenseCategory(ctx, document.IDInput{ID: category.ID})
		refused(t, "a category in use", err, fault.Conflict, "id")
		got, err := h.Documents.Duplicate(ctx, document.IDInput{ID: original.ID})
		paymenttest.Must(t, err)
		if got.Status != entdocument.StatusDraft || got.NumberText != "" || got.Reference != "" || got.Date != "2026-06-15" || got.Language != "fr" ||
			*got.PaidBy() != entpayment.MethodCash || got.Document.Payable != original.Document.Payable || got.Document.OtherTaxes != 150 || *got.OriginID != original.ID {
			t.Errorf("%+v", got.Document)
		}
		lines, err := got.Lines(ctx)
		paymenttest.Must(t, err)
		if lines[0].CategoryID != nil {
			t.Error("an archived category was taken anew")
		}
		_, err = h.Documents.Delete(ctx, document.IDInput{ID: got.ID})
		paymenttest.Must(t, err)
		h.Verified(t)
	})
}

// A line of a product has what its input leaves out; a price is never taken over from another
// currency.
func TestALineIsFilledFromItsProduct(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		client := h.Client(t, ctx, "A")
		var product *ent.Product
		paymenttest.Must(t, db.InTx(ctx, d, func(ctx context.Context, tx *ent.Tx) (err error) {
			product, err = tx.Product.Create().SetTitle("Hour").SetSortTitle("hour").SetSearch("hour").SetUnit("h").SetUnitPrice(money.MustDecimal("50")).
				SetCurrency("EUR").SetTaxes([]money.Tax{{Kind: money.VAT, Rate: money.FromInt(24), Category: "S"}}).Save(ctx)
			return err
		}))
		in := document.CreateInput{Type: entdocument.TypeInvoice, ContactID: client,
			Lines: []*document.LineInput{{ProductID: &product.ID}, {ProductID: &product.ID, Title: "Other", Unit: "d", UnitPrice: new(money.FromInt(7)), Taxes: []*money.Tax{}}}}
		lines, err := create(t, h, ctx, in).Lines(ctx)
		paymenttest.Must(t, err)
		if l := lines[0]; l.Title != "Hour" || l.Unit != "h" || !l.UnitPrice.Equal(money.FromInt(50)) || len(l.Taxes()) != 1 {
			t.Errorf("%+v", l.DocumentLine)
		}
		if l := lines[1]; l.Title != "Other" || l.Unit != "d" || !l.UnitPrice.Equal(money.FromInt(7)) || len(l.Taxes()) != 0 {
			t.Errorf("%+v", l.DocumentLine)
		}
		in.PricesIncludeTax, in.Lines = true, in.Lines[:1]
		doc := create(t, h, ctx, in)
		if doc.Document.Net != 5000 || doc.Document.Payable != 6200 {
			t.Errorf("with tax: net %d, payable %d", doc.Document.Net, doc.Document.Payable)
		}
		yen := paymenttest.Invoice(client, "JPY", "1")
		yen.Lines = in.Lines
		_, err = h.Documents.Create(ctx, yen)
		refused(t, "another currency", err, fault.Invalid, "lines.0.unitPrice")
	})
}

// Every order gives every document once over pages of any size, in the order of its key, and
// the summary counts the same documents.
func TestEveryOrderGivesEveryDocumentOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		to := both(t, h, ctx, "Ωμέγα ΑΕ")
		for i, typ := range slices.Repeat(everyType, 3) {
			in := of(typ, to, fmt.Sprint(1+i%4*100))
			in.Date, in.DueDate = paymenttest.On(fmt.Sprintf("2026-0%d-01", 1+i%3)), paymenttest.On(fmt.Sprintf("2026-0%d-01", 4+i%4))
			if doc := create(t, h, ctx, in); i%5 != 0 {
				_, err := h.Documents.Issue(ctx, document.IDInput{ID: doc.ID})
				paymenttest.Must(t, err)
			}
		}
		less := map[document.Order]func(a, b *document.Document) bool{
			document.ByDate:    func(a, b *document.Document) bool { return a.Date <= b.Date },
			document.ByDueDate: func(a, b *document.Document) bool { return a.DueDate <= b.DueDate },
			document.ByNumber:  func(a, b *document.Document) bool { return a.NumberText <= b.NumberText },
			document.ByTotal:   func(a, b *document.Document) bool { return a.Document.Total <= b.Document.Total },
		}
		down := map[document.Order]document.Order{document.ByDate: document.ByDateDesc, document.ByDueDate: document.ByDueDateDesc,
			document.ByNumber: document.ByNumberDesc, document.ByTotal: document.ByTotalDesc}
		walk := func(order document.Order, f *document.Filter, size int) (out []*document.Document) {
			args := page.Args{First: &size}
			for {
				got, err := h.Documents.List(ctx, args, f, order)
				paymenttest.Must(t, err)
				out = append(out, got.Nodes()...)
				info := got.PageInfo
				if !info.HasNextPage {
					return out
				}
				args.After = info.EndCursor
			}
		}
		for up, fits := range less {
			for _, size := range []int{1, 4, 100} {
				asc, desc := walk(up, nil, size), walk(down[up], nil, size)
				slices.Reverse(desc)
				for _, list := range [][]*document.Document{asc, desc} {
					seen := map[uuid.UUID]bool{}
					for i, doc := range list {
						if seen[doc.ID] = true; i > 0 && !fits(list[i-1], doc) {
							t.Errorf("%s in pages of %d: %d is out of order", up, size, i)
						}
					}
					if len(list) != 18 || len(seen) != 18 {
						t.Errorf("%s in pages of %d: %d rows, %d documents", up, size, len(list), len(seen))
					}
				}
			}
		}
		eur, yes := money.Currency("EUR"), true
		for name, tt := range map[string]struct {
			f    document.Filter
			want func(*document.Document) bool
		}{
			"types":    {document.Filter{Types: everyType[:2]}, func(d *document.Document) bool { return slices.Contains(everyType[:2], d.Type) }},
			"total":    {document.Filter{Currency: &eur, MinTotal: new(money.FromInt(101)), MaxTotal: new(money.FromInt(201))}, func(d *document.Document) bool { return d.Document.Total >= 10100 && d.Document.Total <= 20100 }},
			"search":   {document.Filter{Search: new("ωμεγα bill")}, func(d *document.Document) bool { return d.Type == entdocument.TypeBill && d.NumberText != "" }},
			"nothing":  {document.Filter{Search: new("100%")}, func(*document.Document) bool { return false }},
			"overdue":  {document.Filter{Overdue: &yes}, func(d *document.Document) bool { late, _ := d.IsOverdue(ctx); return late }},
			"unpaid":   {document.Filter{PaidState: new(document.Unpaid)}, func(d *document.Document) bool { p := d.PaidState(); return p != nil && *p == document.Unpaid }},
			"statuses": {document.Filter{Statuses: []entdocument.Status{entdocument.StatusDraft}}, func(d *document.Document) bool { return d.Status == entdocument.StatusDraft }},
		} {
			want := document.Sum{Currency: "EUR", Total: money.New(0, "EUR"), Remaining: money.New(0, "EUR"), Overdue: money.New(0, "EUR")}
			for _, doc := range walk(document.ByDate, nil, 100) {
				if !tt.want(doc) {
					continue
				}
				sign := money.Minor(1)
				if doc.Type == entdocument.TypeCreditNote || doc.Type == entdocument.TypeSupplierCredit {
					sign = -1
				}
				want.Count++
				want.Total.Minor += sign * doc.Document.Total
				want.Remaining.Minor += sign * doc.Remaining().Minor
				if late, _ := doc.IsOverdue(ctx); late {
					want.Overdue.Minor += doc.Remaining().Minor
				}
			}
			if got := walk(document.ByDate, &tt.f, 5); len(got) != want.Count {
				t.Errorf("%s: %d documents, want %d", name, len(got), want.Count)
			}
			sum, err := h.Documents.Summary(ctx, &tt.f)
			paymenttest.Must(t, err)
			if sum.Count != want.Count || want.Count > 0 && *sum.Totals[0] != want {
				t.Errorf("%s: %+v, want %+v", name, sum, want)
			}
		}
	})
}
