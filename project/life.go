package project

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/billeditem"
	"github.com/kartela/kartela/ent/documentline"
	"github.com/kartela/kartela/ent/projectfee"
	"github.com/kartela/kartela/ent/projectmember"
	"github.com/kartela/kartela/ent/projectoption"
	"github.com/kartela/kartela/ent/projecttask"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/ent/timeentry"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// Archive takes a project out of use: no new time, fees or invoices of it. Timers that run on
// it go on, and are stopped as ever. An archived project stays as it is.
//
// Faults: NOT_FOUND, UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Archive(ctx context.Context, in IDInput) (*Project, error) {
	return s.change(ctx, in.ID, func(ctx context.Context, tx *ent.Tx, row *ent.Project) error {
		if row.ArchivedAt != nil {
			return nil
		}
		if err := raised(tx, row).SetArchivedAt(schema.Now()).Exec(ctx); err != nil {
			return fmt.Errorf("project: archive: %w", err)
		}
		return record(ctx, tx, "archiveProject", row, audit.Fields{"archived": false}, audit.Fields{"archived": true})
	})
}

// Restore takes a project out of the archive.
//
// Faults: NOT_FOUND, UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Restore(ctx context.Context, in IDInput) (*Project, error) {
	return s.change(ctx, in.ID, func(ctx context.Context, tx *ent.Tx, row *ent.Project) error {
		if row.ArchivedAt == nil {
			return nil
		}
		if err := raised(tx, row).ClearArchivedAt().Exec(ctx); err != nil {
			return fmt.Errorf("project: restore: %w", err)
		}
		return record(ctx, tx, "restoreProject", row, audit.Fields{"archived": true}, audit.Fields{"archived": false})
	})
}

// active refuses an archived project.
func active(row *ent.Project, field string) error {
	if row.ArchivedAt != nil {
		return fault.New(fault.Conflict, field, "The project is archived: restore it first.")
	}
	return nil
}

// everything is the context with sight of all rows of the organization, for what must not
// depend on who asks: whether something is billed, and what refers to a project.
func everything(ctx context.Context) context.Context {
	return viewer.With(ctx, contact.Everything(viewer.From(ctx)))
}

// Delete removes a project that nothing refers to, with its tasks, members and fees. Its
// history stays. What refers to it is counted whatever the viewer may see of it.
//
// Faults: NOT_FOUND; CONFLICT that counts what refers to the project: archive it instead;
// UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Delete(ctx context.Context, in IDInput) (uuid.UUID, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditProjects); err != nil {
		return uuid.Nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		row, err := lock(ctx, tx, in.ID, "id")
		if err != nil {
			return uuid.Nil, err
		}
		if err := unreferred(everything(ctx), tx, row.ID); err != nil {
			return uuid.Nil, err
		}
		if err := remove(ctx, tx, row.ID); err != nil {
			return uuid.Nil, err
		}
		return row.ID, record(ctx, tx, "deleteProject", row, auditFields(row), nil)
	})
	return id, err
}

func unreferred(ctx context.Context, tx *ent.Tx, id uuid.UUID) error {
	var found []string
	for _, r := range []struct {
		one, many string
		count     func(context.Context) (int, error)
	}{
		{"time entry", "time entries", tx.TimeEntry.Query().Where(timeentry.ProjectID(id)).Count},
		{"line of a document", "lines of documents", tx.DocumentLine.Query().Where(documentline.ProjectID(id)).Count},
		{"billed item", "billed items", tx.BilledItem.Query().Where(billeditem.ProjectID(id)).Count},
	} {
		n, err := r.count(ctx)
		switch {
		case err != nil:
			return fmt.Errorf("project: count what refers to it: %w", err)
		case n == 1:
			found = append(found, "1 "+r.one)
		case n > 1:
			found = append(found, fmt.Sprintf("%d %s", n, r.many))
		}
	}
	if found != nil {
		return fault.New(fault.Conflict, "id", "The project cannot be deleted: it has %s. Archive it instead.", strings.Join(found, ", "))
	}
	return nil
}

func remove(ctx context.Context, tx *ent.Tx, id uuid.UUID) error {
	for _, do := range []func() (int, error){
		func() (int, error) { return tx.ProjectFee.Delete().Where(projectfee.ProjectID(id)).Exec(ctx) },
		func() (int, error) { return tx.ProjectTask.Delete().Where(projecttask.ProjectID(id)).Exec(ctx) },
		func() (int, error) { return tx.ProjectMember.Delete().Where(projectmember.ProjectID(id)).Exec(ctx) },
		func() (int, error) { return tx.ProjectOption.Delete().Where(projectoption.ProjectID(id)).Exec(ctx) },
	} {
		if _, err := do(); err != nil {
			return fmt.Errorf("project: delete its parts: %w", err)
		}
	}
	if err := tx.Project.DeleteOneID(id).Exec(ctx); err != nil {
		return fmt.Errorf("project: delete: %w", err)
	}
	return nil
}
