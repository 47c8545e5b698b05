package demo

import (
	"context"
	"fmt"

	entproduct "github.com/kartela/kartela/ent/product"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/product"
	"github.com/kartela/kartela/viewer"
)

// products writes the wares as the price list.
func (w *writer) products(ctx context.Context) error {
	staff := viewer.With(ctx, w.accountant)
	for i, x := range wares {
		code, kind := fmt.Sprintf("Π-%02d", i+1), entproduct.KindProduct
		if x.service {
			kind = entproduct.KindService
		}
		_, err := w.Product.Create(staff, product.CreateInput{Kind: &kind, Code: &code, Title: x.greek, Unit: x.unit,
			UnitPrice: money.MustDecimal(x.price), Taxes: []*money.Tax{{Kind: money.VAT, Rate: money.FromInt(x.vat)}}})
		if err != nil {
			return fmt.Errorf("product %s: %w", code, err)
		}
	}
	return nil
}
