package imports

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/contactimport"
	"github.com/kartela/kartela/ent/importrow"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// Check has every row of the file looked at, as if it were imported, by a job.
//
// Faults: INVALID when no column holds names; NOT_FOUND; CONFLICT when the import runs or ran.
func (s *Service) Check(ctx context.Context, in IDInput) (*ContactImport, error) {
	return s.change(ctx, in, "checkContactImport", func(ctx context.Context, tx *ent.Tx, row *ent.ContactImport, k *kept) (*ent.ContactImportUpdateOne, error) {
		if err := changeable(k); err != nil {
			return nil, err
		}
		if row.Status == contactimport.StatusChecking {
			return nil, nil // it is being checked
		}
		return begin(ctx, tx, row, k, Checking, contactimport.StatusChecking)
	})
}

// Run has the file imported by a job. An import that was stopped, or could not go on, goes on
// where it was.
//
// Faults: INVALID when no column holds names; NOT_FOUND; CONFLICT when it is done, or is
// taken back.
func (s *Service) Run(ctx context.Context, in IDInput) (*ContactImport, error) {
	return s.change(ctx, in, "runContactImport", func(ctx context.Context, tx *ent.Tx, row *ent.ContactImport, k *kept) (*ent.ContactImportUpdateOne, error) {
		stopped := row.Status == contactimport.StatusCanceled || row.Status == contactimport.StatusFailed
		switch {
		case k.Gone:
			return nil, errGone
		case k.Step == Running && row.Status == contactimport.StatusRunning:
			return nil, nil // it runs
		case k.Step == Running && stopped:
			return goOn(ctx, tx, row, contactimport.StatusRunning)
		}
		if err := changeable(k); err != nil {
			return nil, err
		}
		return begin(ctx, tx, row, k, Running, contactimport.StatusRunning)
	})
}

// Cancel stops an import that is being checked or runs, at the next chunk. What was imported
// stays, and can be taken back.
//
// Faults: NOT_FOUND; CONFLICT when nothing is being done.
func (s *Service) Cancel(ctx context.Context, in IDInput) (*ContactImport, error) {
	return s.change(ctx, in, "cancelContactImport", func(_ context.Context, tx *ent.Tx, row *ent.ContactImport, _ *kept) (*ent.ContactImportUpdateOne, error) {
		if row.Status != contactimport.StatusChecking && row.Status != contactimport.StatusRunning {
			return nil, fault.New(fault.Conflict, "", "The import does not run.")
		}
		return release(tx.ContactImport.UpdateOneID(row.ID), row).SetStatus(contactimport.StatusCanceled).SetFinishedAt(schema.Now()), nil
	})
}

// Undo has an import taken back by a job: contacts that it made are deleted and those it
// changed are as before, where nothing has changed or refers to them since.
//
// Faults: NOT_FOUND; CONFLICT when nothing was imported, or it still runs, or it was taken
// back.
func (s *Service) Undo(ctx context.Context, in IDInput) (*ContactImport, error) {
	return s.change(ctx, in, "undoContactImport", func(ctx context.Context, tx *ent.Tx, row *ent.ContactImport, k *kept) (*ent.ContactImportUpdateOne, error) {
		switch {
		case row.Status == contactimport.StatusUndoing:
			return nil, nil // it is being taken back
		case k.Step == Undoing && row.Status == contactimport.StatusFailed:
			return goOn(ctx, tx, row, contactimport.StatusUndoing)
		case k.Step != Running || row.Status == contactimport.StatusRunning:
			return nil, fault.New(fault.Conflict, "", "Only an import that was done or stopped can be taken back.")
		}
		n, err := tx.ImportRow.Query().Where(takeable(row.ID)...).Count(ctx)
		if err != nil {
			return nil, fmt.Errorf("imports: undo: %w", err)
		}
		k.Step = Undoing
		raw, err := k.pack()
		if err != nil {
			return nil, err
		}
		u, err := goOn(ctx, tx, row, contactimport.StatusUndoing)
		if err != nil {
			return nil, err
		}
		// Rows that are not to be taken back are done already.
		return u.SetSettings(raw).SetPosition(max(0, row.Rows-n)), nil
	})
}

// change settles a change of a locked import; nil: there is none to make.
type change func(ctx context.Context, tx *ent.Tx, row *ent.ContactImport, k *kept) (*ent.ContactImportUpdateOne, error)

func (s *Service) change(ctx context.Context, in IDInput, action string, f change) (*ContactImport, error) {
	v, err := viewer.RequireStaff(ctx, viewer.EditContacts)
	if err != nil {
		return nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		row, k, err := lock(ctx, tx, in.ID)
		if err != nil {
			return uuid.Nil, err
		}
		u, err := f(ctx, tx, row, k)
		if err != nil || u == nil {
			return row.ID, err
		}
		if err := u.Exec(ctx); err != nil {
			return uuid.Nil, fmt.Errorf("imports: %s: %w", action, err)
		}
		return row.ID, audit.Record(ctx, tx, audit.Event{Action: action, ObjectType: "import", ObjectID: row.ID})
	})
	if err != nil {
		return nil, err
	}
	s.wake()
	s.told(v.Organization, id)
	return s.Get(ctx, id)
}

// lock reads an import for a change of it.
func lock(ctx context.Context, tx *ent.Tx, id uuid.UUID) (*ent.ContactImport, *kept, error) {
	row, err := tx.ContactImport.Query().Where(contactimport.ID(id), db.ForUpdate).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil, notFound()
	}
	if err != nil {
		return nil, nil, fmt.Errorf("imports: lock: %w", err)
	}
	k, err := unpack(row)
	return row, k, err
}

// begin begins a step at the first row of the file, as the viewer.
func begin(ctx context.Context, tx *ent.Tx, row *ent.ContactImport, k *kept, is Step, status contactimport.Status) (*ent.ContactImportUpdateOne, error) {
	// Without names no contact can be made, but one that is here can be changed.
	if m := newMapping(k.Columns); !m.named() && (k.Existing == Skip || len(m.of[customID])+len(m.of[vatNumber])+len(m.of[email]) == 0) {
		return nil, errUnnamed
	}
	k.Step = is
	raw, err := k.pack()
	if err != nil {
		return nil, err
	}
	as, err := actor(viewer.From(ctx))
	if err != nil {
		return nil, err
	}
	return reset(tx.ContactImport.UpdateOneID(row.ID), row).SetStatus(status).SetSettings(raw).SetViewer(as), nil
}

var errUnnamed = fault.New(fault.Invalid, "columns", "No column holds names: say which one is the first name, the last name or the company.")

// goOn has a step go on, as the viewer.
func goOn(ctx context.Context, tx *ent.Tx, row *ent.ContactImport, status contactimport.Status) (*ent.ContactImportUpdateOne, error) {
	as, err := actor(viewer.From(ctx))
	if err != nil {
		return nil, err
	}
	return release(tx.ContactImport.UpdateOneID(row.ID), row).SetStatus(status).SetViewer(as).SetError("").ClearFinishedAt(), nil
}

// reset has a step begin at the first row. What became of the rows in an earlier one is
// dropped by the job.
func reset(u *ent.ContactImportUpdateOne, row *ent.ContactImport) *ent.ContactImportUpdateOne {
	return release(u, row).SetPosition(0).SetCreated(0).SetUpdated(0).SetSkipped(0).SetRejected(0).
		SetError("").ClearFinishedAt()
}

// release lets go of who works on the import, and tells of a change.
func release(u *ent.ContactImportUpdateOne, row *ent.ContactImport) *ent.ContactImportUpdateOne {
	return u.SetVersion(row.Version + 1).SetUpdatedAt(schema.Now()).SetAttempts(0).ClearWorker().ClearLockedUntil()
}

// dropRows forgets what became of the rows.
func dropRows(ctx context.Context, tx *ent.Tx, id uuid.UUID) error {
	if _, err := tx.ImportRow.Delete().Where(importrow.ImportID(id)).Exec(ctx); err != nil {
		return fmt.Errorf("imports: forget results: %w", err)
	}
	return nil
}
