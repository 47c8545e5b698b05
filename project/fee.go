package project

import (
	"context"
	"fmt"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/billeditem"
	entproject "github.com/kartela/kartela/ent/project"
	"github.com/kartela/kartela/ent/projectfee"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/fold"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/viewer"
)

const maxFees = 500 // of a project

// AddFeeInput is the input of addProjectFee.
type AddFeeInput struct {
	db.Idempotent
	ProjectID uuid.UUID
	Title     string
	Date      *day.Date      // today when nil
	Quantity  *money.Decimal // 1 when nil
	Unit      string
	UnitPrice money.Decimal
	Kind      *projectfee.Kind // a fee when nil
}

// UpdateFeeInput is the input of updateProjectFee; what is nil stays.
type UpdateFeeInput struct {
	db.Idempotent
	ID        uuid.UUID
	Version   int
	Title     *string
	Date      *day.Date
	Quantity  *money.Decimal
	Unit      *string
	UnitPrice *money.Decimal
}

var (
	maxQuantity = money.MustDecimal("999999999.9999")
	maxPrice    = money.MustDecimal("999999999.99999")
)

// AddFee adds something to bill beside time: a fee, or an instalment of a project of fixed
// cost. Instalments come to no more than the project's price.
//
// Faults: INVALID with every bad field; NOT_FOUND on projectId; CONFLICT on projectId when it
// is archived or not to be billed, on kind for an instalment of a project that has no fixed
// cost, on unitPrice when the instalments come to more than that; UNAUTHENTICATED, FORBIDDEN.
func (s *Service) AddFee(ctx context.Context, in AddFeeInput) (*Fee, error) {
	return s.withProject(ctx, "projectId", func(context.Context, *ent.Tx) (uuid.UUID, error) { return in.ProjectID, nil },
		func(ctx context.Context, tx *ent.Tx, p *ent.Project) (uuid.UUID, error) {
			row := &ent.ProjectFee{ID: schema.NewID(), ProjectID: p.ID, Title: in.Title, Quantity: money.FromInt(1), Unit: in.Unit,
				UnitPrice: in.UnitPrice, Kind: projectfee.KindFee, Version: 1}
			set(&row.Quantity, in.Quantity)
			set(&row.Kind, in.Kind)
			here, err := s.here(ctx, tx.Organization)
			if err != nil {
				return uuid.Nil, err
			}
			row.Date = here.today
			set(&row.Date, in.Date)
			if err := fault.Join(active(p, "projectId"), checkFee(p, row)); err != nil {
				return uuid.Nil, err
			}
			if n, err := tx.ProjectFee.Query().Where(projectfee.ProjectID(p.ID)).Count(ctx); err != nil || n >= maxFees {
				if err != nil {
					return uuid.Nil, fmt.Errorf("project: count fees: %w", err)
				}
				return uuid.Nil, fault.New(fault.Conflict, "projectId", "A project has at most %d fees.", maxFees)
			}
			err = tx.ProjectFee.Create().SetID(row.ID).SetProjectID(p.ID).SetTitle(row.Title).SetDate(row.Date).SetQuantity(row.Quantity).
				SetUnit(row.Unit).SetUnitPrice(row.UnitPrice).SetKind(row.Kind).Exec(ctx)
			if err != nil {
				return uuid.Nil, fmt.Errorf("project: add a fee: %w", err)
			}
			if err := withinFixed(ctx, tx, p, "unitPrice"); err != nil {
				return uuid.Nil, err
			}
			return row.ID, recordFee(ctx, tx, "addProjectFee", p, row, nil, feeFields(row))
		})
}

// UpdateFee changes a fee that is not billed and still has the version that was read.
//
// Faults: INVALID with every bad field; NOT_FOUND; CONFLICT on version when it has changed
// since, on id when it is billed, on unitPrice as for AddFee; UNAUTHENTICATED, FORBIDDEN.
func (s *Service) UpdateFee(ctx context.Context, in UpdateFeeInput) (*Fee, error) {
	return s.withProject(ctx, "id", ofFee(in.ID), func(ctx context.Context, tx *ent.Tx, p *ent.Project) (uuid.UUID, error) {
		row, err := unbilledFee(ctx, tx, in.ID)
		if err != nil {
			return uuid.Nil, err
		}
		if row.Version != in.Version {
			return uuid.Nil, fault.New(fault.Conflict, "version", "The fee was changed since you read it: it has version %d now.", row.Version)
		}
		before := feeFields(row)
		set(&row.Title, in.Title)
		set(&row.Date, in.Date)
		set(&row.Quantity, in.Quantity)
		set(&row.Unit, in.Unit)
		set(&row.UnitPrice, in.UnitPrice)
		if err := fault.Join(active(p, "id"), checkFee(p, row)); err != nil {
			return uuid.Nil, err
		}
		err = tx.ProjectFee.UpdateOneID(row.ID).SetUpdatedAt(schema.Now()).SetVersion(row.Version + 1).SetTitle(row.Title).SetDate(row.Date).
			SetQuantity(row.Quantity).SetUnit(row.Unit).SetUnitPrice(row.UnitPrice).Exec(ctx)
		if err != nil {
			return uuid.Nil, fmt.Errorf("project: change a fee: %w", err)
		}
		if err := withinFixed(ctx, tx, p, "unitPrice"); err != nil {
			return uuid.Nil, err
		}
		before, after := audit.Diff(before, feeFields(row))
		return row.ID, recordFee(ctx, tx, "updateProjectFee", p, row, before, after)
	})
}

// DeleteFee removes a fee that is not billed and was on no invoice that is void since.
//
// Faults: NOT_FOUND; CONFLICT on id; UNAUTHENTICATED, FORBIDDEN.
func (s *Service) DeleteFee(ctx context.Context, in IDInput) (uuid.UUID, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditProjects); err != nil {
		return uuid.Nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		project, err := ofFee(in.ID)(ctx, tx)
		if err != nil {
			return uuid.Nil, err
		}
		p, err := lock(ctx, tx, project, "id")
		if err != nil {
			return uuid.Nil, err
		}
		row, err := unbilledFee(ctx, tx, in.ID)
		if err != nil {
			return uuid.Nil, err
		}
		if err := neverBilled(ctx, tx, billeditem.FeeID(row.ID)); err != nil {
			return uuid.Nil, err
		}
		if err := tx.ProjectFee.DeleteOneID(row.ID).Exec(ctx); err != nil {
			return uuid.Nil, fmt.Errorf("project: delete a fee: %w", err)
		}
		return row.ID, recordFee(ctx, tx, "deleteProjectFee", p, row, feeFields(row), nil)
	})
	return id, err
}

// withProject runs a change of a fee of a project that it locks first.
func (s *Service) withProject(ctx context.Context, field string, of func(context.Context, *ent.Tx) (uuid.UUID, error),
	f func(context.Context, *ent.Tx, *ent.Project) (uuid.UUID, error)) (*Fee, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditProjects); err != nil {
		return nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		project, err := of(ctx, tx)
		if err != nil {
			return uuid.Nil, err
		}
		p, err := lock(ctx, tx, project, field)
		if err != nil {
			return uuid.Nil, err
		}
		return f(ctx, tx, p)
	})
	if err != nil {
		return nil, err
	}
	row, err := s.DB.ProjectFee.Get(ctx, id)
	if ent.IsNotFound(err) { // gone since
		return nil, fault.New(fault.NotFound, "id", "There is no such fee.")
	}
	if err != nil {
		return nil, fmt.Errorf("project: read a fee: %w", err)
	}
	p, err := s.Get(ctx, row.ProjectID)
	if err != nil {
		return nil, err
	}
	return s.wrapFees(p.Currency, row)[0], nil
}

// ofFee finds the project of a fee, which never changes.
func ofFee(id uuid.UUID) func(context.Context, *ent.Tx) (uuid.UUID, error) {
	return func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		row, err := tx.ProjectFee.Get(ctx, id)
		if ent.IsNotFound(err) {
			return uuid.Nil, fault.New(fault.NotFound, "id", "There is no such fee.")
		}
		if err != nil {
			return uuid.Nil, fmt.Errorf("project: read a fee: %w", err)
		}
		return row.ProjectID, nil
	}
}

// unbilledFee reads a fee of a locked project. Faults: CONFLICT on id when it is billed.
func unbilledFee(ctx context.Context, tx *ent.Tx, id uuid.UUID) (*ent.ProjectFee, error) {
	row, err := tx.ProjectFee.Query().Where(projectfee.ID(id)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fault.New(fault.NotFound, "id", "There is no such fee.")
	}
	if err != nil {
		return nil, fmt.Errorf("project: read a fee: %w", err)
	}
	billed, err := tx.BilledItem.Query().Where(billeditem.FeeID(id), billeditem.Released(false)).Exist(everything(ctx))
	if err != nil {
		return nil, fmt.Errorf("project: ask whether a fee is billed: %w", err)
	}
	if billed {
		return nil, fault.New(fault.Conflict, "id", "The fee is billed: take it off its invoice first.")
	}
	return row, nil
}

// checkFee brings a fee into its kept form and holds it to its project.
func checkFee(p *ent.Project, row *ent.ProjectFee) error {
	var bad fault.List
	row.Title, row.Unit = fold.Clean(row.Title), fold.Clean(row.Unit)
	if n := utf8.RuneCountInString(row.Title); n == 0 || n > 1000 {
		bad = append(bad, fault.New(fault.Invalid, "title", "1 to 1,000 characters."))
	}
	if utf8.RuneCountInString(row.Unit) > 20 {
		bad = append(bad, fault.New(fault.Invalid, "unit", "At most 20 characters."))
	}
	if row.Quantity.Sign() <= 0 || !row.Quantity.Fits(4) || row.Quantity.Cmp(maxQuantity) > 0 {
		bad = append(bad, fault.New(fault.Invalid, "quantity", "More than 0, at most %s, with at most 4 decimals.", maxQuantity))
	}
	if row.UnitPrice.Sign() < 0 || !row.UnitPrice.Fits(5) || row.UnitPrice.Cmp(maxPrice) > 0 {
		bad = append(bad, fault.New(fault.Invalid, "unitPrice", "From 0 to %s, with at most 5 decimals.", maxPrice))
	}
	switch {
	case row.Kind == projectfee.KindInstalment && p.Billing != entproject.BillingFixed:
		bad = append(bad, fault.New(fault.Conflict, "kind", "Only a project of fixed cost has instalments."))
	case p.Billing == entproject.BillingNonBillable:
		bad = append(bad, fault.New(fault.Conflict, "projectId", "Nothing of this project is billed."))
	}
	if bad == nil {
		if _, err := worth(row.Quantity, row.UnitPrice, p.Currency); err != nil {
			bad = append(bad, fault.New(fault.Invalid, "unitPrice", "Quantity × price is too large."))
		}
	}
	return bad.Err()
}

func feeFields(r *ent.ProjectFee) audit.Fields {
	return audit.Fields{"title": r.Title, "date": r.Date, "quantity": r.Quantity.String(), "unit": r.Unit, "unitPrice": r.UnitPrice.String(), "kind": r.Kind}
}

func recordFee(ctx context.Context, tx *ent.Tx, action string, p *ent.Project, row *ent.ProjectFee, before, after audit.Fields) error {
	return audit.Record(ctx, tx, audit.Event{Action: action, ObjectType: "project_fee", ObjectID: row.ID, ContactID: p.ContactID, Before: before, After: after})
}
