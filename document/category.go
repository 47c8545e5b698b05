package document

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/documentline"
	"github.com/kartela/kartela/ent/expensecategory"
	"github.com/kartela/kartela/ent/product"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/fold"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

const maxCategories = 200

// CreateCategoryInput is the input of createExpenseCategory.
type CreateCategoryInput struct {
	db.Idempotent
	Name string
}

// UpdateCategoryInput is the input of updateExpenseCategory; what is nil stays.
type UpdateCategoryInput struct {
	db.Idempotent
	ID       uuid.UUID
	Version  int
	Name     *string
	Archived *bool
}

// ExpenseCategories reads what purchases are for, by name; archived ones only when asked for.
// Staff who see purchases.
func (s *Service) ExpenseCategories(ctx context.Context, archived bool) ([]*ent.ExpenseCategory, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.SeePurchases); err != nil {
		return nil, err
	}
	q := s.DB.ExpenseCategory.Query().Order(expensecategory.BySortName())
	if !archived {
		q.Where(expensecategory.ArchivedAtIsNil())
	}
	rows, err := q.All(ctx)
	return rows, wrapped("read expense categories", err)
}

// CreateExpenseCategory makes a category.
//
// Faults: INVALID on name, without a field when there are 200; CONFLICT on name when it is
// taken; FORBIDDEN without EditPurchases.
func (s *Service) CreateExpenseCategory(ctx context.Context, in CreateCategoryInput) (*ent.ExpenseCategory, error) {
	return s.categoryStep(ctx, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		n, err := tx.ExpenseCategory.Query().Count(ctx)
		if err != nil {
			return uuid.Nil, fmt.Errorf("document: count expense categories: %w", err)
		}
		if n >= maxCategories {
			return uuid.Nil, fault.New(fault.Invalid, "", "A business has at most %d expense categories.", maxCategories)
		}
		row := &ent.ExpenseCategory{ID: schema.NewID(), Name: in.Name}
		if err := nameCategory(ctx, tx, row); err != nil {
			return uuid.Nil, err
		}
		if err := tx.ExpenseCategory.Create().SetID(row.ID).SetName(row.Name).SetSortName(row.SortName).Exec(ctx); err != nil {
			return uuid.Nil, fmt.Errorf("document: make an expense category: %w", err)
		}
		return row.ID, tellCategory(ctx, tx, "createExpenseCategory", row.ID, nil, audit.Fields{"name": row.Name})
	})
}

// UpdateExpenseCategory renames a category, archives it or takes it back.
//
// Faults: INVALID and CONFLICT (taken) on name; NOT_FOUND; CONFLICT on version; FORBIDDEN without
// EditPurchases.
func (s *Service) UpdateExpenseCategory(ctx context.Context, in UpdateCategoryInput) (*ent.ExpenseCategory, error) {
	return s.categoryStep(ctx, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		row, err := lockCategory(ctx, tx, in.ID)
		if err != nil {
			return uuid.Nil, err
		}
		if row.Version != in.Version {
			return uuid.Nil, fault.New(fault.Conflict, "version", "The category was changed since you read it: it has version %d now.", row.Version)
		}
		before := audit.Fields{"name": row.Name, "archived": row.ArchivedAt != nil}
		u := tx.ExpenseCategory.Update().Where(expensecategory.ID(row.ID)).SetVersion(row.Version + 1).SetUpdatedAt(schema.Now())
		if in.Name != nil {
			row.Name = *in.Name
			if err := nameCategory(ctx, tx, row); err != nil {
				return uuid.Nil, err
			}
			u.SetName(row.Name).SetSortName(row.SortName)
		}
		archived := row.ArchivedAt != nil
		switch apply(&archived, in.Archived); {
		case archived && row.ArchivedAt == nil:
			u.SetArchivedAt(schema.Now())
		case !archived:
			u.ClearArchivedAt()
		}
		if err := u.Exec(ctx); err != nil {
			return uuid.Nil, fmt.Errorf("document: change an expense category: %w", err)
		}
		was, is := audit.Diff(before, audit.Fields{"name": row.Name, "archived": archived})
		return row.ID, tellCategory(ctx, tx, "updateExpenseCategory", row.ID, was, is)
	})
}

// DeleteExpenseCategory removes a category that nothing is in.
//
// Faults: NOT_FOUND; CONFLICT when a line or a product is in it: archive it instead; FORBIDDEN
// without EditPurchases.
func (s *Service) DeleteExpenseCategory(ctx context.Context, in IDInput) (uuid.UUID, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditPurchases); err != nil {
		return uuid.Nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		row, err := lockCategory(ctx, tx, in.ID)
		if err != nil {
			return uuid.Nil, err
		}
		all := everything(ctx)
		lines, err := tx.DocumentLine.Query().Where(documentline.CategoryID(row.ID)).Exist(all)
		if err != nil {
			return uuid.Nil, fmt.Errorf("document: look for lines of an expense category: %w", err)
		}
		products, err := tx.Product.Query().Where(product.CategoryID(row.ID)).Exist(all)
		if err != nil {
			return uuid.Nil, fmt.Errorf("document: look for products of an expense category: %w", err)
		}
		if lines || products {
			return uuid.Nil, fault.New(fault.Conflict, "id", "The category is in use: archive it instead.")
		}
		if err := tx.ExpenseCategory.DeleteOneID(row.ID).Exec(ctx); err != nil {
			return uuid.Nil, fmt.Errorf("document: delete an expense category: %w", err)
		}
		return row.ID, tellCategory(ctx, tx, "deleteExpenseCategory", row.ID, audit.Fields{"name": row.Name}, nil)
	})
	return id, err
}

func (s *Service) categoryStep(ctx context.Context, f func(context.Context, *ent.Tx) (uuid.UUID, error)) (*ent.ExpenseCategory, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditPurchases); err != nil {
		return nil, err
	}
	id, _, err := db.Once(ctx, s.DB, f)
	if err != nil {
		return nil, err
	}
	row, err := s.DB.ExpenseCategory.Get(ctx, id)
	return row, wrapped("read an expense category", err)
}

func lockCategory(ctx context.Context, tx *ent.Tx, id uuid.UUID) (*ent.ExpenseCategory, error) {
	row, err := tx.ExpenseCategory.Query().Where(expensecategory.ID(id), db.ForUpdate).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fault.New(fault.NotFound, "id", "There is no such expense category.")
	}
	return row, wrapped("lock an expense category", err)
}

// nameCategory brings the name into its kept form. Faults: INVALID and CONFLICT on name.
func nameCategory(ctx context.Context, tx *ent.Tx, row *ent.ExpenseCategory) error {
	row.Name = strings.TrimSpace(row.Name)
	row.SortName = fold.Text(row.Name)
	if n := utf8.RuneCountInString(row.Name); n == 0 || n > 100 || row.SortName == "" || utf8.RuneCountInString(row.SortName) > 100 {
		return fault.New(fault.Invalid, "name", "A category has a name of 1 to 100 characters.")
	}
	taken, err := tx.ExpenseCategory.Query().Where(expensecategory.SortName(row.SortName), expensecategory.IDNEQ(row.ID)).Exist(ctx)
	if err != nil {
		return fmt.Errorf("document: look for an expense category: %w", err)
	}
	if taken {
		return fault.New(fault.Conflict, "name", "Another category has this name.")
	}
	return nil
}

func tellCategory(ctx context.Context, tx *ent.Tx, action string, id uuid.UUID, before, after audit.Fields) error {
	return audit.Record(ctx, tx, audit.Event{Action: action, ObjectType: "expense_category", ObjectID: id, Before: before, After: after})
}
