package document_test

import (
	"testing"

	"github.com/kartela/kartela/document"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/payment/paymenttest"
	"github.com/kartela/kartela/viewer"
)

// A draft takes another currency with all of its amounts and its rate, and nothing of the one
// before; what is refused leaves it as it was.
func TestADraftTakesAnotherCurrency(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, ctx := paymenttest.New(d), dbtest.Tenant(t, d, viewer.Owner)
		client := h.Client(t, ctx, "A")
		in := of(entdocument.TypeInvoice, client, "10.50")
		in.Adjustments = []*document.AdjustmentInput{{Charge: true, Title: "postage", Amount: new(money.FromInt(2))}}
		draft := create(t, h, ctx, in)
		yen, rate := new(money.Currency("JPY")), new(money.MustDecimal("0.006"))
		lines := []*document.LineInput{{Title: "other", UnitPrice: new(money.MustDecimal("1200.4"))}}
		update := func(change document.UpdateInput) (*document.Document, error) {
			change.ID, change.Version = draft.ID, draft.Version
			return h.Documents.Update(ctx, change)
		}
		for field, change := range map[string]document.UpdateInput{
			"lines":        {Currency: yen, ExchangeRate: rate, Adjustments: []*document.AdjustmentInput{}},
			"adjustments":  {Currency: yen, ExchangeRate: rate, Lines: lines},
			"exchangeRate": {Currency: yen, Lines: lines, Adjustments: []*document.AdjustmentInput{}},
			"currency":     {Currency: new(money.Currency("???")), Lines: lines, Adjustments: []*document.AdjustmentInput{}},
		} {
			_, err := update(change)
			refused(t, field, err, fault.Invalid, field)
		}
		if now := must(t, h, ctx, draft.ID); now.Currency != "EUR" || now.Version != draft.Version || now.Document.Payable != 1250 {
			t.Fatalf("what was refused changed the draft: %+v", now.Document)
		}
		var err error
		draft, err = update(document.UpdateInput{Currency: yen, ExchangeRate: rate, Lines: lines, Adjustments: []*document.AdjustmentInput{}})
		paymenttest.Must(t, err)
		if draft.Currency != "JPY" || draft.Document.Payable != 1200 || !draft.ExchangeRate.Equal(*rate) {
			t.Errorf("the draft is %d %s at %s", draft.Document.Payable, draft.Currency, draft.ExchangeRate)
		}
		_, bill := billed(t, h, ctx, draft)
		paymenttest.Must(t, bill(draft))
		_, err = update(document.UpdateInput{Currency: new(money.Currency("EUR")), Lines: lines, Adjustments: []*document.AdjustmentInput{}})
		refused(t, "of what bills a project", err, fault.Conflict, "currency")
		_, err = h.Documents.Issue(ctx, document.IDInput{ID: draft.ID})
		paymenttest.Must(t, err)
		h.Verified(t)
	})
}
