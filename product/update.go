package product

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	entproduct "github.com/kartela/kartela/ent/product"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/money"
)

// Clear names what an update may empty.
type Clear string

// What can be emptied.
const (
	ClearTaxes    Clear = "TAXES" // back to the contact's defaults
	ClearCategory Clear = "CATEGORY"
)

// UpdateInput is the input of updateProduct; what is nil stays.
type UpdateInput struct {
	db.Idempotent
	ID         uuid.UUID
	Version    int
	Kind       *entproduct.Kind
	Code       *string // "" takes it off
	Title      *string
	Unit       *string
	UnitPrice  *money.Decimal
	Currency   *money.Currency
	Taxes      []*money.Tax
	CategoryID *uuid.UUID
	Clear      []Clear
}

// Update changes a product that still has the version that was read. Lines that were filled
// from it stay as they are.
//
// Faults: INVALID with every bad field; NOT_FOUND on id or categoryId; CONFLICT on version
// when it changed since, on code when it is taken; UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Update(ctx context.Context, in UpdateInput) (*ent.Product, error) {
	return s.step(ctx, in.ID, func(ctx context.Context, tx *ent.Tx, row *ent.Product) error {
		if row.Version != in.Version {
			return fault.New(fault.Conflict, "version", "The product was changed since you read it: it has version %d now.", row.Version)
		}
		before := fields(row)
		in.apply(row)
		if err := check(row); err != nil {
			return err
		}
		if err := refer(ctx, tx, row, in.CategoryID); err != nil {
			return err
		}
		if err := save(ctx, tx, row); err != nil {
			return err
		}
		was, is := audit.Diff(before, fields(row))
		return record(ctx, tx, "updateProduct", row.ID, was, is)
	})
}

// step runs one change of a locked product.
func (s *Service) step(ctx context.Context, id uuid.UUID, f func(context.Context, *ent.Tx, *ent.Product) error) (*ent.Product, error) {
	if err := mayEdit(ctx); err != nil {
		return nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		row, err := lock(ctx, tx, id)
		if err != nil {
			return uuid.Nil, err
		}
		return row.ID, f(ctx, tx, row)
	})
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, id)
}

func (in *UpdateInput) apply(row *ent.Product) {
	apply(&row.Kind, in.Kind)
	apply(&row.Title, in.Title)
	apply(&row.Unit, in.Unit)
	apply(&row.UnitPrice, in.UnitPrice)
	apply(&row.Currency, in.Currency)
	if in.Code != nil {
		row.Code = in.Code
	}
	if slices.Contains(in.Clear, ClearTaxes) {
		row.Taxes = nil
	}
	if slices.Contains(in.Clear, ClearCategory) {
		row.CategoryID = nil
	}
	if in.Taxes != nil {
		row.Taxes = deref(in.Taxes)
	}
	if in.CategoryID != nil {
		row.CategoryID = in.CategoryID
	}
}

func apply[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

// save writes a changed row as its next version.
func save(ctx context.Context, tx *ent.Tx, row *ent.Product) error {
	u := tx.Product.Update().Where(entproduct.ID(row.ID)).SetVersion(row.Version + 1).SetUpdatedAt(schema.Now()).
		SetKind(row.Kind).SetTitle(row.Title).SetSortTitle(row.SortTitle).SetSearch(row.Search).SetUnit(row.Unit).
		SetUnitPrice(row.UnitPrice).SetCurrency(row.Currency).SetNillableCode(row.Code).
		SetNillableCategoryID(row.CategoryID).SetNillableArchivedAt(row.ArchivedAt)
	if row.Code == nil {
		u.ClearCode()
	}
	if row.CategoryID == nil {
		u.ClearCategoryID()
	}
	if row.ArchivedAt == nil {
		u.ClearArchivedAt()
	}
	if row.Taxes == nil {
		u.ClearTaxes()
	} else {
		u.SetTaxes(row.Taxes)
	}
	if err := u.Exec(ctx); err != nil {
		return fmt.Errorf("product: save: %w", err)
	}
	return nil
}
