package project

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	entproject "github.com/kartela/kartela/ent/project"
	"github.com/kartela/kartela/ent/projectfee"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/viewer"
)

// CreateInput is the input of createProject.
type CreateInput struct {
	db.Idempotent
	Fields
	ContactID uuid.UUID
	Currency  *money.Currency // the contact's default, else the base currency, when nil; for good
}

// UpdateInput is the input of updateProject.
type UpdateInput struct {
	db.Idempotent
	Fields
	ID      uuid.UUID
	Version int // that was read
}

// Create makes a project for a client. Its currency never changes.
//
// Faults: INVALID with every bad field; NOT_FOUND on contactId, members.N.userId,
// tasks.N.assigneeId, optionIds.N; CONFLICT on contactId when the contact is archived or no
// client; UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Create(ctx context.Context, in CreateInput) (*Project, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditProjects); err != nil {
		return nil, err
	}
	if err := fault.Join(in.normalize(), in.complete()); err != nil {
		return nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		row, err := s.fresh(ctx, tx, &in)
		if err != nil {
			return uuid.Nil, err
		}
		err = tx.Project.Create().SetID(row.ID).SetContactID(row.ContactID).SetName(row.Name).SetSortName(row.SortName).
			SetDescription(row.Description).SetStatus(row.Status).SetBilling(row.Billing).SetCurrency(row.Currency).
			SetFixedAmount(row.FixedAmount).SetRate(row.Rate).SetBudgetSeconds(row.BudgetSeconds).SetNillableStarts(row.Starts).
			SetNillableEnds(row.Ends).SetPortal(row.Portal).SetCreatedBy(row.CreatedBy).Exec(ctx)
		if err != nil {
			return uuid.Nil, fmt.Errorf("project: create: %w", err)
		}
		_, options, err := s.saveParts(ctx, tx, row, &in.Fields)
		if err != nil {
			return uuid.Nil, err
		}
		after := auditFields(row)
		for k, v := range options {
			after[k] = v
		}
		return row.ID, record(ctx, tx, "createProject", row, nil, after)
	})
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, id)
}

// complete asks for what a new project must have.
func (in *CreateInput) complete() error {
	var bad fault.List
	if in.Name == nil {
		bad = append(bad, fault.New(fault.Invalid, "name", "A project has a name."))
	}
	if in.Billing == nil {
		bad = append(bad, fault.New(fault.Invalid, "billing", "Say what the client pays by."))
	}
	return bad.Err()
}

// fresh is the new project, which is not written yet.
func (s *Service) fresh(ctx context.Context, tx *ent.Tx, in *CreateInput) (*ent.Project, error) {
	c, err := contact.Active(ctx, tx, in.ContactID, "contactId")
	if err != nil {
		return nil, err
	}
	if !c.IsClient {
		return nil, fault.New(fault.Conflict, "contactId", "The contact is no client yet: make it a client first.")
	}
	p, err := s.here(ctx, tx.Organization)
	if err != nil {
		return nil, err
	}
	row := &ent.Project{ID: schema.NewID(), ContactID: c.ID, Currency: p.org.BaseCurrency, Status: entproject.StatusActive,
		Portal: entproject.PortalHidden, CreatedBy: viewer.From(ctx).Actor()}
	if c.DefaultCurrency != "" {
		row.Currency = c.DefaultCurrency
	}
	set(&row.Currency, in.Currency)
	if _, err := money.ParseCurrency(string(row.Currency)); err != nil {
		return nil, fault.New(fault.Invalid, "currency", "%s", fault.From(err).Text)
	}
	return row, in.put(row)
}

// Update changes a project that still has the version that was read.
//
// Faults: INVALID with every bad field; NOT_FOUND on id, members.N.userId, tasks.N.id,
// tasks.N.assigneeId, optionIds.N; CONFLICT on version when it has changed since, on tasks when
// one that goes has time, on fixedAmount when the instalments come to more; UNAUTHENTICATED,
// FORBIDDEN.
func (s *Service) Update(ctx context.Context, in UpdateInput) (*Project, error) {
	if err := in.normalize(); err != nil {
		return nil, err
	}
	return s.change(ctx, in.ID, func(ctx context.Context, tx *ent.Tx, row *ent.Project) error {
		if row.Version != in.Version {
			return fault.New(fault.Conflict, "version", "The project was changed since you read it: it has version %d now.", row.Version)
		}
		before := auditFields(row)
		if err := in.put(row); err != nil {
			return err
		}
		if err := withinFixed(ctx, tx, row, "fixedAmount"); err != nil {
			return err
		}
		u := raised(tx, row).SetName(row.Name).SetSortName(row.SortName).SetDescription(row.Description).SetStatus(row.Status).
			SetBilling(row.Billing).SetFixedAmount(row.FixedAmount).SetRate(row.Rate).SetBudgetSeconds(row.BudgetSeconds).SetPortal(row.Portal)
		if row.Starts == nil {
			u.ClearStarts()
		}
		if row.Ends == nil {
			u.ClearEnds()
		}
		if err := u.SetNillableStarts(row.Starts).SetNillableEnds(row.Ends).Exec(ctx); err != nil {
			return fmt.Errorf("project: update: %w", err)
		}
		was, is, err := s.saveParts(ctx, tx, row, &in.Fields)
		if err != nil {
			return err
		}
		after := auditFields(row)
		for k := range is {
			before[k], after[k] = was[k], is[k]
		}
		before, after = audit.Diff(before, after)
		return record(ctx, tx, "updateProject", row, before, after)
	})
}

// raised begins a change of a locked project.
func raised(tx *ent.Tx, row *ent.Project) *ent.ProjectUpdateOne {
	return tx.Project.UpdateOneID(row.ID).SetUpdatedAt(schema.Now()).SetVersion(row.Version + 1)
}

// withinFixed holds the instalments of a project of fixed cost to its price.
//
// Faults: CONFLICT on the field.
func withinFixed(ctx context.Context, tx *ent.Tx, row *ent.Project, field string) error {
	if row.Billing != entproject.BillingFixed {
		return nil
	}
	rows, err := tx.ProjectFee.Query().Where(projectfee.ProjectID(row.ID), projectfee.KindEQ(projectfee.KindInstalment)).All(ctx)
	if err != nil {
		return fmt.Errorf("project: read instalments: %w", err)
	}
	var sum money.Minor
	for _, f := range rows {
		amount, err := worth(f.Quantity, f.UnitPrice, row.Currency)
		if err == nil {
			sum, err = sum.Plus(amount)
		}
		if err != nil {
			return err
		}
	}
	if sum > row.FixedAmount {
		return fault.New(fault.Conflict, field, "The instalments come to %s, more than the fixed amount of %s.",
			money.New(sum, row.Currency).Amount(), money.New(row.FixedAmount, row.Currency).Amount())
	}
	return nil
}

func auditFields(r *ent.Project) audit.Fields {
	f := audit.Fields{"name": r.Name, "status": r.Status, "billing": r.Billing, "currency": r.Currency, "portal": r.Portal,
		"fixedAmount": r.FixedAmount, "rate": r.Rate.String(), "budgetSeconds": r.BudgetSeconds}
	if r.Description != "" {
		f["description"] = r.Description
	}
	if r.Starts != nil {
		f["starts"] = *r.Starts
	}
	if r.Ends != nil {
		f["ends"] = *r.Ends
	}
	return f
}
