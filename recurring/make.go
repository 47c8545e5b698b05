package recurring

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/organization"
	"github.com/kartela/kartela/ent/recurringinvoice"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/fold"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// eastmost is how far the earliest time zone is ahead of UTC.
const eastmost = 14 * time.Hour

// AskForDue asks for the making of whatever is due, in every organization. It may be repeated.
func (s *Service) AskForDue(ctx context.Context) error {
	ctx = viewer.AsSystem(ctx, "recurring invoices that are due")
	rows, err := s.DB.RecurringInvoice.Query().Where(recurringinvoice.PausedAtIsNil(),
		recurringinvoice.NextLTE(day.Of(s.Now().Add(eastmost), time.UTC))).Order(recurringinvoice.ByNext(), recurringinvoice.ByID()).All(ctx)
	if err != nil {
		return fmt.Errorf("recurring: read what is due: %w", err)
	}
	if len(rows) == 0 {
		return nil
	}
	orgs, err := s.DB.Organization.Query().Where(organization.ClosedAtIsNil()).All(ctx)
	if err != nil {
		return fmt.Errorf("recurring: read organizations: %w", err)
	}
	today := make(map[uuid.UUID]day.Date, len(orgs))
	for _, o := range orgs {
		today[o.ID] = document.TodayIn(s.Now(), o.TimeZone)
	}
	return db.InTx(ctx, s.DB, func(ctx context.Context, _ *ent.Tx) error {
		for _, r := range rows {
			if *r.Next > today[r.OrganizationID] { // none for an organization that was closed
				continue
			}
			if err := s.Ask(ctx, r.OrganizationID, r.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

// Make makes the invoices of a recurring invoice whose dates have come, one after the other,
// oldest first, each in a transaction of its own with what is written down about it. Each date
// makes one invoice, whoever calls it how often. It works in the organization's own name.
//
// Faults: what keeps an invoice from being made; it is kept with the recurring invoice too,
// until it is made or changed.
func (s *Service) Make(ctx context.Context, organization, id uuid.UUID) error {
	ctx = viewer.With(ctx, viewer.Viewer{Kind: viewer.Staff, Organization: organization, Role: viewer.Administrator})
	for {
		version, more, err := s.makeNext(ctx, id)
		if err != nil && version == 0 {
			return err
		}
		if err != nil {
			kept, e := s.fail(ctx, id, version, err)
			if e != nil || kept {
				return errors.Join(err, e)
			}
			continue // another process was faster, or somebody changed it
		}
		if !more {
			return nil
		}
	}
}

// makeNext makes the next invoice, when its date has come. The row is changed last, by a
// statement that asks whether it is still as it was read: the invoice's locks come before it.
// It gives the version that was read.
func (s *Service) makeNext(ctx context.Context, id uuid.UUID) (version int, more bool, err error) {
	err = db.InTx(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) error {
		row, err := tx.RecurringInvoice.Get(ctx, id)
		if ent.IsNotFound(err) {
			more = false
			return nil
		}
		if err != nil {
			return fmt.Errorf("recurring: read: %w", err)
		}
		version = row.Version
		today, err := s.today(ctx, tx)
		if err != nil {
			return err
		}
		if more = row.PausedAt == nil && row.Next != nil && *row.Next <= today; !more {
			return nil
		}
		t, err := s.one(ctx, tx, row)
		if err != nil {
			return err
		}
		raw, err := json.Marshal(t)
		if err != nil {
			return fmt.Errorf("recurring: keep a template: %w", err)
		}
		u := tx.RecurringInvoice.Update().Where(recurringinvoice.ID(id), recurringinvoice.Version(row.Version)).SetVersion(row.Version + 1).
			SetUpdatedAt(schema.Now()).SetMade(row.Made + 1).SetError("").SetTemplate(raw)
		if next, ok := scheduleOf(row).date(row.Made + 1); ok {
			u.SetNext(next)
		} else {
			u.ClearNext()
		}
		n, err := u.Save(ctx)
		if err != nil {
			return fmt.Errorf("recurring: go on: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Conflict, "", "The recurring invoice was changed meanwhile.")
		}
		return nil
	})
	return version, more, err
}

// one makes the invoice of the row's next date, unless it is there already.
func (s *Service) one(ctx context.Context, tx *ent.Tx, row *ent.RecurringInvoice) (template, error) {
	t, err := templateOf(row)
	if err != nil {
		return t, err
	}
	there, err := tx.Document.Query().Where(entdocument.RecurringID(row.ID), entdocument.RecurringDate(*row.Next)).Exist(ctx)
	if err != nil {
		return t, fmt.Errorf("recurring: look for an invoice: %w", err)
	}
	if there {
		return t, nil
	}
	in := t.CreateInput
	in.Date, in.RecurringID, in.RecurringDate = row.Next, &row.ID, row.Next
	if t.DueDays != nil {
		due := row.Next.AddDays(*t.DueDays)
		in.DueDate = &due
	}
	made, _, err := s.Documents.CreateIn(ctx, tx, in)
	if err != nil {
		return t, err
	}
	if row.Issue {
		if made, err = s.Documents.IssueIn(ctx, tx, made); err != nil {
			return t, err
		}
	}
	t.Payable = made.Payable
	return t, nil
}

// fail keeps with the recurring invoice why no invoice was made; false when it is no longer as
// it was then.
func (s *Service) fail(ctx context.Context, id uuid.UUID, version int, failure error) (kept bool, err error) {
	err = db.InTx(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) error {
		n, err := tx.RecurringInvoice.Update().Where(recurringinvoice.ID(id), recurringinvoice.Version(version), recurringinvoice.PausedAtIsNil()).
			SetError(fold.Clip(fault.From(failure).Text, 500)).Save(ctx)
		kept = n > 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("recurring: keep a failure: %w", err)
	}
	return kept, nil
}
