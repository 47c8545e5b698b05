package recurring

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/recurringinvoice"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// Clear names what an update may empty.
type Clear string

// What can be emptied.
const (
	ClearEnds    Clear = "ENDS"
	ClearDueDays Clear = "DUE_DAYS"
)

// UpdateInput is the input of updateRecurringInvoice; what is nil stays.
type UpdateInput struct {
	db.Idempotent
	ID         uuid.UUID
	Version    int
	Name       *string
	Template   *document.CreateInput
	DocumentID *uuid.UUID
	DueDays    *int
	Starts     *day.Date
	Every      *int
	Period     *recurringinvoice.Period
	Ends       *day.Date
	Issue      *bool
	Email      *bool
	Clear      []Clear
}

// Update changes a recurring invoice that still has the version that was read. Invoices that
// were made stay as they are. With another schedule, it goes on after the last date that is
// behind it.
//
// Faults: as for Create; NOT_FOUND on id; CONFLICT on version when it changed since.
func (s *Service) Update(ctx context.Context, in UpdateInput) (*Recurring, error) {
	return s.step(ctx, in.ID, func(ctx context.Context, tx *ent.Tx, row *ent.RecurringInvoice) error {
		if row.Version != in.Version {
			return fault.New(fault.Conflict, "version", "The recurring invoice was changed since you read it: it has version %d now.", row.Version)
		}
		before, was := fields(row), scheduleOf(row)
		in.apply(row)
		today, err := s.today(ctx, tx)
		if err != nil {
			return err
		}
		err = check(row)
		if in.Starts != nil && *in.Starts != was.Starts {
			err = fault.Join(err, notLongAgo(*in.Starts, today))
		}
		if err != nil {
			return err
		}
		if err := s.refill(ctx, tx, row, in); err != nil {
			return err
		}
		if now := scheduleOf(row); now.Starts != was.Starts || now.Every != was.Every || now.Period != was.Period {
			made := 0
			if last, ok := (Schedule{was.Starts, was.Every, was.Period, nil}).date(row.Made - 1); ok {
				made = now.from(last.AddDays(1), 0)
			}
			row.Made = made
		}
		row.Error = ""
		if err := s.save(ctx, tx, row, today); err != nil {
			return err
		}
		b, a := audit.Diff(before, fields(row))
		return record(ctx, tx, "updateRecurringInvoice", row, b, a)
	})
}

func (in *UpdateInput) apply(row *ent.RecurringInvoice) {
	apply(&row.Name, in.Name)
	apply(&row.Starts, in.Starts)
	apply(&row.Every, in.Every)
	apply(&row.Period, in.Period)
	apply(&row.Issue, in.Issue)
	apply(&row.Email, in.Email)
	if slices.Contains(in.Clear, ClearEnds) {
		row.Ends = nil
	}
	if in.Ends != nil {
		row.Ends = in.Ends
	}
}

// refill gives the row another template, or other due days.
func (s *Service) refill(ctx context.Context, tx *ent.Tx, row *ent.RecurringInvoice, in UpdateInput) error {
	old, err := templateOf(row)
	if err != nil {
		return err
	}
	days := old.DueDays
	if slices.Contains(in.Clear, ClearDueDays) {
		days = nil
	}
	if in.DueDays != nil {
		days = in.DueDays
	}
	if in.Template != nil || in.DocumentID != nil {
		return s.fill(ctx, tx, row, in.Template, in.DocumentID, days)
	}
	if in.DueDays == nil && len(in.Clear) == 0 {
		return nil
	}
	return s.fill(ctx, tx, row, &old.CreateInput, nil, days)
}

// step runs one change of a locked recurring invoice.
func (s *Service) step(ctx context.Context, id uuid.UUID, f func(context.Context, *ent.Tx, *ent.RecurringInvoice) error) (*Recurring, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditSales); err != nil {
		return nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		row, err := s.lock(ctx, tx, id)
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

// save writes a changed row as its next version, with the date that is next, and has it made
// when it is due.
func (s *Service) save(ctx context.Context, tx *ent.Tx, row *ent.RecurringInvoice, today day.Date) error {
	u := tx.RecurringInvoice.Update().Where(recurringinvoice.ID(row.ID)).SetVersion(row.Version + 1).SetUpdatedAt(schema.Now()).
		SetName(row.Name).SetContactID(row.ContactID).SetTemplate(row.Template).SetStarts(row.Starts).SetEvery(row.Every).SetPeriod(row.Period).
		SetMade(row.Made).SetIssue(row.Issue).SetEmail(row.Email).SetError(row.Error).SetNillableEnds(row.Ends).SetNillablePausedAt(row.PausedAt)
	if row.Ends == nil {
		u.ClearEnds()
	}
	if row.PausedAt == nil {
		u.ClearPausedAt()
	}
	next, ok := scheduleOf(row).date(row.Made)
	if ok {
		u.SetNext(next)
	} else {
		u.ClearNext()
	}
	if err := u.Exec(ctx); err != nil {
		return fmt.Errorf("recurring: save: %w", err)
	}
	if !ok || row.PausedAt != nil {
		return nil
	}
	return s.ask(ctx, row.ID, next, today)
}

// Pause has no invoices made until Resume. Pausing twice changes nothing.
//
// Faults: NOT_FOUND, UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Pause(ctx context.Context, in IDInput) (*Recurring, error) {
	return s.step(ctx, in.ID, func(ctx context.Context, tx *ent.Tx, row *ent.RecurringInvoice) error {
		if row.PausedAt != nil {
			return nil
		}
		now := schema.Now()
		row.PausedAt, row.Error = &now, ""
		if err := s.save(ctx, tx, row, ""); err != nil {
			return err
		}
		return record(ctx, tx, "pauseRecurringInvoice", row, audit.Fields{"paused": false}, audit.Fields{"paused": true})
	})
}

// Resume goes on from today: dates of the pause make no invoices. Resuming what is not paused
// changes nothing.
//
// Faults: NOT_FOUND, UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Resume(ctx context.Context, in IDInput) (*Recurring, error) {
	return s.step(ctx, in.ID, func(ctx context.Context, tx *ent.Tx, row *ent.RecurringInvoice) error {
		if row.PausedAt == nil {
			return nil
		}
		today, err := s.today(ctx, tx)
		if err != nil {
			return err
		}
		row.PausedAt = nil
		row.Made = scheduleOf(row).from(today, row.Made)
		if err := s.save(ctx, tx, row, today); err != nil {
			return err
		}
		return record(ctx, tx, "resumeRecurringInvoice", row, audit.Fields{"paused": true}, audit.Fields{"paused": false})
	})
}

// Delete removes a recurring invoice that has made no invoice that is still there.
//
// Faults: NOT_FOUND; CONFLICT when it made some: pause it, or give it an end; UNAUTHENTICATED,
// FORBIDDEN.
func (s *Service) Delete(ctx context.Context, in IDInput) (uuid.UUID, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditSales); err != nil {
		return uuid.Nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		row, err := s.lock(ctx, tx, in.ID)
		if err != nil {
			return uuid.Nil, err
		}
		made, err := tx.Document.Query().Where(entdocument.RecurringID(row.ID)).Exist(ctx)
		if err != nil {
			return uuid.Nil, fmt.Errorf("recurring: look for invoices: %w", err)
		}
		if made {
			return uuid.Nil, fault.New(fault.Conflict, "id", "It has made invoices: pause it, or give it an end, instead.")
		}
		if err := tx.RecurringInvoice.DeleteOne(row).Exec(ctx); err != nil {
			return uuid.Nil, fmt.Errorf("recurring: delete: %w", err)
		}
		return row.ID, record(ctx, tx, "deleteRecurringInvoice", row, fields(row), nil)
	})
	return id, err
}
