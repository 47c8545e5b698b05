package reminder

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/documentreminder"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// Input is the input of doneReminder and skipReminder.
type Input struct {
	db.Idempotent
	DocumentID uuid.UUID
	Days       int // the stage
}

// Done says that the client was reminded of an invoice at a stage: it is due no more until the
// next one.
//
// Faults: NOT_FOUND on documentId; CONFLICT on documentId when it is no unpaid invoice, on days
// when it has not reached the stage, or something was done about it already; UNAUTHENTICATED,
// FORBIDDEN.
func (s *Service) Done(ctx context.Context, in Input) (*document.Document, error) {
	return s.decide(ctx, in, "doneReminder", documentreminder.OutcomeDone)
}

// Skip says that nobody is to be reminded of an invoice at a stage.
//
// Faults: as for Done.
func (s *Service) Skip(ctx context.Context, in Input) (*document.Document, error) {
	return s.decide(ctx, in, "skipReminder", documentreminder.OutcomeSkipped)
}

func (s *Service) decide(ctx context.Context, in Input, action string, outcome documentreminder.Outcome) (*document.Document, error) {
	v, err := viewer.RequireStaff(ctx, viewer.EditSales)
	if err != nil {
		return nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		row, err := tx.Document.Query().Where(entdocument.ID(in.DocumentID), db.ForUpdate).Only(ctx)
		if ent.IsNotFound(err) {
			return uuid.Nil, fault.New(fault.NotFound, "documentId", "There is no such document.")
		}
		if err != nil {
			return uuid.Nil, fmt.Errorf("reminder: lock: %w", err)
		}
		if row.Type != entdocument.TypeInvoice || row.Status != entdocument.StatusIssued || row.Settled >= row.Payable {
			return uuid.Nil, fault.New(fault.Conflict, "documentId", "Only of issued invoices that are not paid is anybody reminded.")
		}
		org, err := tx.Organization.Get(ctx, v.Organization)
		if err != nil {
			return uuid.Nil, fmt.Errorf("reminder: read the organization: %w", err)
		}
		if !slices.Contains(stages(org), in.Days) || row.DueDate.AddDays(in.Days) > document.TodayIn(s.Now(), org.TimeZone) {
			return uuid.Nil, fault.New(fault.Conflict, "days", "The invoice has not reached this stage.")
		}
		did, err := tx.DocumentReminder.Query().Where(documentreminder.DocumentID(row.ID), documentreminder.DueDate(row.DueDate), documentreminder.Days(in.Days)).Exist(ctx)
		if err != nil {
			return uuid.Nil, fmt.Errorf("reminder: look for one: %w", err)
		}
		if did {
			return uuid.Nil, fault.New(fault.Conflict, "days", "Something was done about this stage already.")
		}
		err = tx.DocumentReminder.Create().SetDocumentID(row.ID).SetDays(in.Days).SetDueDate(row.DueDate).SetOutcome(outcome).SetCreatedBy(v.Actor()).Exec(ctx)
		if err != nil {
			return uuid.Nil, fmt.Errorf("reminder: keep: %w", err)
		}
		return row.ID, audit.Record(ctx, tx, audit.Event{Action: action, ObjectType: "document", ObjectID: row.ID, ContactID: row.ContactID,
			After: audit.Fields{"days": in.Days}})
	})
	if err != nil {
		return nil, err
	}
	return s.Documents.Get(ctx, id)
}

// The bounds of stages.
const (
	maxStages = 10
	earliest  = -90 // days after the due date
	latest    = 365
)

// SettingsInput is the input of updateReminderDays.
type SettingsInput struct {
	db.Idempotent
	Days []int
}

// Update sets the stages of the business: days after the due date, negative before it; none
// for no reminders. Needs ManageBusiness.
//
// Faults: INVALID on days; UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Update(ctx context.Context, in SettingsInput) ([]int, error) {
	v, err := viewer.RequireStaff(ctx, viewer.ManageBusiness)
	if err != nil {
		return nil, err
	}
	to := append([]int{}, in.Days...)
	slices.Sort(to)
	to = slices.Compact(to)
	if len(to) > maxStages {
		return nil, fault.New(fault.Invalid, "days", "At most %d stages.", maxStages)
	}
	if len(to) > 0 && (to[0] < earliest || to[len(to)-1] > latest) {
		return nil, fault.New(fault.Invalid, "days", "From %d to %d days after the due date.", earliest, latest)
	}
	_, _, err = db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		org, err := tx.Organization.Get(ctx, v.Organization)
		if err != nil {
			return uuid.Nil, fmt.Errorf("reminder: read the organization: %w", err)
		}
		if err := tx.Organization.UpdateOneID(org.ID).SetReminderDays(to).Exec(ctx); err != nil {
			return uuid.Nil, fmt.Errorf("reminder: change the stages: %w", err)
		}
		return org.ID, audit.Record(ctx, tx, audit.Event{Action: "updateReminderDays", ObjectType: "organization", ObjectID: org.ID,
			Before: audit.Fields{"reminderDays": stages(org)}, After: audit.Fields{"reminderDays": to}})
	})
	if err != nil {
		return nil, err
	}
	return s.Days(ctx)
}
