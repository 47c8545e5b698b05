// Package product owns the price list: products and services, from which the lines of
// documents are filled. It does not own those lines.
package product

import (
	"context"
	"fmt"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/expensecategory"
	entproduct "github.com/kartela/kartela/ent/product"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/fold"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/viewer"
)

// The most that a product may have.
const (
	maxTitle = 1000 // characters, as a line
	maxCode  = 50
	maxUnit  = 20
	maxTaxes = 10
)

var maxPrice = money.MustDecimal("99999999999999.99999")

// Service is what can be done with the price list.
type Service struct{ DB *db.DB }

// IDInput is the input of a mutation on one product.
type IDInput struct {
	db.Idempotent
	ID uuid.UUID
}

// Get reads a product. Staff who see sales or purchases.
//
// Faults: NOT_FOUND, UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (*ent.Product, error) {
	if err := may(ctx, viewer.SeeSales, viewer.SeePurchases); err != nil {
		return nil, err
	}
	row, err := s.DB.Product.Get(ctx, id)
	if ent.IsNotFound(err) {
		return nil, notFound()
	}
	if err != nil {
		return nil, fmt.Errorf("product: read: %w", err)
	}
	return row, nil
}

// may asks for one of two permissions: the price list serves sales and purchases.
func may(ctx context.Context, sales, purchases viewer.Permission) error {
	if _, err := viewer.RequireStaff(ctx, sales); err == nil {
		return nil
	}
	_, err := viewer.RequireStaff(ctx, purchases)
	return err
}

func mayEdit(ctx context.Context) error { return may(ctx, viewer.EditSales, viewer.EditPurchases) }

func notFound() error { return fault.New(fault.NotFound, "id", "There is no such product.") }

// lock reads a product for a change of it.
func lock(ctx context.Context, tx *ent.Tx, id uuid.UUID) (*ent.Product, error) {
	row, err := tx.Product.Query().Where(entproduct.ID(id), db.ForUpdate).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, notFound()
	}
	if err != nil {
		return nil, fmt.Errorf("product: lock: %w", err)
	}
	return row, nil
}

// check brings a product into its kept form and holds it to the rules, all at once.
func check(row *ent.Product) error {
	var bad fault.List
	row.Title, row.Unit = fold.Clean(row.Title), fold.Clean(row.Unit)
	if n := utf8.RuneCountInString(row.Title); n == 0 || n > maxTitle {
		bad = append(bad, fault.New(fault.Invalid, "title", "A title has 1 to 1,000 characters."))
	}
	if utf8.RuneCountInString(row.Unit) > maxUnit {
		bad = append(bad, fault.New(fault.Invalid, "unit", "At most %d characters.", maxUnit))
	}
	if row.Code != nil {
		code := fold.Clean(*row.Code)
		if row.Code = &code; code == "" {
			row.Code = nil
		}
		if utf8.RuneCountInString(code) > maxCode {
			bad = append(bad, fault.New(fault.Invalid, "code", "At most %d characters.", maxCode))
		}
	}
	if !row.UnitPrice.Fits(5) {
		bad = append(bad, fault.New(fault.Invalid, "unitPrice", "At most 5 decimals."))
	} else if row.UnitPrice.Sign() < 0 || row.UnitPrice.Cmp(maxPrice) > 0 {
		bad = append(bad, fault.New(fault.Invalid, "unitPrice", "From 0 to %s.", maxPrice))
	}
	if _, err := money.ParseCurrency(string(row.Currency)); err != nil {
		bad = append(bad, fault.New(fault.Invalid, "currency", "%s", fault.From(err).Text))
	}
	bad = append(bad, checkTaxes(row.Taxes)...)
	row.SortTitle = fold.Clip(fold.Text(row.Title), maxTitle)
	row.Search = row.SortTitle
	if row.Code != nil {
		row.Search += " " + fold.Clip(fold.Text(*row.Code), maxCode)
	}
	return bad.Err()
}

func checkTaxes(taxes []money.Tax) (bad fault.List) {
	vat := 0
	for i := range taxes {
		_ = bad.Add(fmt.Sprintf("taxes.%d", i), taxes[i].Normalize())
		if taxes[i].Kind == money.VAT {
			vat++
		}
	}
	if vat > 1 {
		bad = append(bad, fault.New(fault.Invalid, "taxes", "At most one VAT."))
	}
	if len(taxes) > maxTaxes {
		bad = append(bad, fault.New(fault.Invalid, "taxes", "At most %d taxes.", maxTaxes))
	}
	return bad
}

// refer holds what a product refers to, and its code, to what is there.
//
// Faults: NOT_FOUND on categoryId; CONFLICT on code.
func refer(ctx context.Context, tx *ent.Tx, row *ent.Product, category *uuid.UUID) error {
	var bad fault.List
	if category != nil {
		there, err := tx.ExpenseCategory.Query().Where(expensecategory.ID(*category), expensecategory.ArchivedAtIsNil()).Exist(ctx)
		if err != nil {
			return fmt.Errorf("product: look for a category: %w", err)
		}
		if !there {
			bad = append(bad, fault.New(fault.NotFound, "categoryId", "There is no such expense category in use."))
		}
	}
	if row.Code != nil {
		taken, err := tx.Product.Query().Where(entproduct.Code(*row.Code), entproduct.IDNEQ(row.ID)).Exist(ctx)
		if err != nil {
			return fmt.Errorf("product: look for a code: %w", err)
		}
		if taken {
			bad = append(bad, fault.New(fault.Conflict, "code", "Another product has this code."))
		}
	}
	return bad.Err()
}

// fields are what the history tells of a product.
func fields(row *ent.Product) audit.Fields {
	out := audit.Fields{"kind": row.Kind, "title": row.Title, "unit": row.Unit, "unitPrice": row.UnitPrice.String(), "currency": row.Currency,
		"taxes": row.Taxes, "archived": row.ArchivedAt != nil}
	if row.Code != nil {
		out["code"] = *row.Code
	}
	if row.CategoryID != nil {
		out["categoryId"] = *row.CategoryID
	}
	return out
}

func record(ctx context.Context, tx *ent.Tx, action string, id uuid.UUID, before, after audit.Fields) error {
	return audit.Record(ctx, tx, audit.Event{Action: action, ObjectType: "product", ObjectID: id, Before: before, After: after})
}

func deref(in []*money.Tax) []money.Tax {
	if in == nil {
		return nil
	}
	out := make([]money.Tax, len(in))
	for i, t := range in {
		out[i] = *t
	}
	return out
}
