package product

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	entproduct "github.com/kartela/kartela/ent/product"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/viewer"
)

// CreateInput is the input of createProduct.
type CreateInput struct {
	db.Idempotent
	Kind       *entproduct.Kind // a service when nil
	Code       *string
	Title      string
	Unit       string
	UnitPrice  money.Decimal   // without VAT
	Currency   *money.Currency // the base currency when nil
	Taxes      []*money.Tax    // nil: the contact's defaults, when a line is filled
	CategoryID *uuid.UUID
}

// Create adds a product or a service to the price list. Staff who edit sales or purchases;
// a category is for those who see purchases.
//
// Faults: INVALID with every bad field; NOT_FOUND on categoryId; CONFLICT on code when it is
// taken; UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Create(ctx context.Context, in CreateInput) (*ent.Product, error) {
	if err := mayEdit(ctx); err != nil {
		return nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		row := &ent.Product{ID: schema.NewID(), Kind: entproduct.KindService, Code: in.Code, Title: in.Title, Unit: in.Unit,
			UnitPrice: in.UnitPrice, Taxes: deref(in.Taxes), CategoryID: in.CategoryID}
		if in.Kind != nil {
			row.Kind = *in.Kind
		}
		org, err := tx.Organization.Get(ctx, viewer.From(ctx).Organization)
		if err != nil {
			return uuid.Nil, fmt.Errorf("product: read the organization: %w", err)
		}
		row.Currency = org.BaseCurrency
		if in.Currency != nil {
			row.Currency = *in.Currency
		}
		if err := check(row); err != nil {
			return uuid.Nil, err
		}
		if err := refer(ctx, tx, row, in.CategoryID); err != nil {
			return uuid.Nil, err
		}
		c := tx.Product.Create().SetID(row.ID).SetKind(row.Kind).SetNillableCode(row.Code).SetTitle(row.Title).SetSortTitle(row.SortTitle).
			SetSearch(row.Search).SetUnit(row.Unit).SetUnitPrice(row.UnitPrice).SetCurrency(row.Currency).SetNillableCategoryID(row.CategoryID)
		if row.Taxes != nil {
			c.SetTaxes(row.Taxes)
		}
		if err := c.Exec(ctx); err != nil {
			return uuid.Nil, fmt.Errorf("product: create: %w", err)
		}
		return row.ID, record(ctx, tx, "createProduct", row.ID, nil, fields(row))
	})
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, id)
}
