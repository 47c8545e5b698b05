package imports

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"entgo.io/ent/dialect"
	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/apikey"
	"github.com/kartela/kartela/ent/contactimport"
	"github.com/kartela/kartela/ent/membership"
	"github.com/kartela/kartela/ent/organization"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

const (
	lease    = time.Minute // that a worker holds an import without a step forward
	attempts = 5           // without a step forward, before an import is given up
)

// job is an import that this worker holds.
type job struct {
	*Service
	row    *ent.ContactImport
	kept   *kept
	worker uuid.UUID // of this hold: nobody else has the same
}

// Work takes up one import that waits, of any organization, and works on it until it is
// finished, stopped or the context ends; the rows at hand are finished first. It says whether
// there was any. What it leaves goes on where it was, here or in another process: every chunk
// of rows is written in one transaction with what became of them and the place of the next.
// The error is our own failure, for the log; the import is tried again, or given up.
func (s *Service) Work(ctx context.Context) (worked bool, err error) {
	j, err := s.claim(ctx)
	if err != nil || j == nil {
		return false, err
	}
	err = j.work(ctx)
	if f, ok := fault.All(err); ok && fault.From(err).Code != fault.Internal {
		return true, j.fail(ctx, f[0].Text)
	}
	if err != nil {
		return true, errors.Join(fmt.Errorf("imports: work on %s: %w", j.row.ID, err), j.putOff(ctx))
	}
	return true, nil
}

var active = []contactimport.Status{contactimport.StatusChecking, contactimport.StatusRunning, contactimport.StatusUndoing}

// claim takes hold of an import that nobody works on, of an organization of which no other
// one is worked on; nil when none waits.
func (s *Service) claim(ctx context.Context) (j *job, err error) {
	system := viewer.AsSystem(ctx, "take up an import")
	waiting, err := s.DB.ContactImport.Query().Where(contactimport.StatusIn(active...)).Exist(system)
	if err != nil || !waiting {
		return nil, wrapped("look for work", err)
	}
	err = db.InTx(system, s.DB, func(ctx context.Context, tx *ent.Tx) error {
		j = nil
		if s.DB.Dialect == dialect.Postgres { // one takes hold at a time; SQLite has one writer
			if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock(hashtextextended('take up an import', 0))"); err != nil {
				return wrapped("take up an import", err)
			}
		}
		now := s.now()
		rows, err := tx.ContactImport.Query().Where(contactimport.StatusIn(active...)).Order(contactimport.ByUpdatedAt()).All(ctx)
		if err != nil {
			return wrapped("take up an import", err)
		}
		busy := map[uuid.UUID]bool{}
		for _, r := range rows {
			busy[r.OrganizationID] = busy[r.OrganizationID] || (r.Worker != nil && r.LockedUntil != nil && r.LockedUntil.After(now))
		}
		for _, r := range rows {
			if busy[r.OrganizationID] || (r.LockedUntil != nil && r.LockedUntil.After(now)) {
				continue
			}
			j = &job{Service: s, row: r, worker: schema.NewID()}
			err := tx.ContactImport.UpdateOneID(r.ID).SetWorker(j.worker).SetLockedUntil(now.Add(lease)).SetAttempts(r.Attempts + 1).Exec(ctx)
			return wrapped("take up an import", err)
		}
		return nil
	})
	if err != nil || j == nil {
		return nil, err
	}
	j.kept, err = unpack(j.row)
	return j, err
}

// work does the step that was begun.
func (j *job) work(ctx context.Context) error {
	v, err := j.viewer(ctx)
	if err != nil {
		return err
	}
	as := viewer.With(ctx, v)
	if j.kept.Step == Undoing {
		err = j.undo(as)
	} else {
		err = j.read(as)
	}
	if errors.Is(err, errStopped) || errors.Is(err, errNotHeld) {
		return j.letGo(ctx)
	}
	return err
}

var (
	errStopped = errors.New("imports: the process is stopping")
	errNotHeld = errors.New("imports: somebody stopped the import, or works on it")
)

// viewer is who asked for the step, with the role of now.
//
// Faults: FORBIDDEN when they may import no longer.
func (j *job) viewer(ctx context.Context) (viewer.Viewer, error) {
	var asked who
	if err := json.Unmarshal(j.row.Viewer, &asked); err != nil {
		return viewer.Viewer{}, fmt.Errorf("imports: who asked for %s: %w", j.row.ID, err)
	}
	v := viewer.Viewer{Kind: viewer.Staff, Organization: j.row.OrganizationID, User: asked.User, APIKey: asked.Program}
	ctx = viewer.AsSystem(ctx, "ask for the role of who imports")
	open, err := j.DB.Organization.Query().Where(organization.ID(v.Organization), organization.ClosedAtIsNil()).Exist(ctx)
	if err != nil {
		return v, wrapped("ask for the organization", err)
	}
	switch {
	case !open:
	case asked.Program != uuid.Nil:
		key, err := j.DB.APIKey.Query().Where(apikey.ID(asked.Program), apikey.OrganizationID(v.Organization), apikey.RevokedAtIsNil(),
			apikey.Or(apikey.ExpiresAtIsNil(), apikey.ExpiresAtGT(j.now()))).Only(ctx)
		if err != nil && !ent.IsNotFound(err) {
			return v, wrapped("ask for a role", err)
		}
		if key != nil {
			v.Role = key.Role
		}
	default:
		member, err := j.DB.Membership.Query().Where(membership.OrganizationID(v.Organization), membership.UserID(asked.User), membership.EndedAtIsNil()).Only(ctx)
		if err != nil && !ent.IsNotFound(err) {
			return v, wrapped("ask for a role", err)
		}
		if member != nil {
			v.Role = member.Role
		}
	}
	if !v.Role.May(viewer.EditContacts) {
		return v, fault.New(fault.Forbidden, "", "Who asked for it may no longer import contacts.")
	}
	return v, nil
}

// held locks the import for a chunk, if this worker still holds it and nobody stopped it.
func (j *job) held(ctx context.Context, tx *ent.Tx) error {
	row, err := tx.ContactImport.Query().Where(contactimport.ID(j.row.ID), db.ForUpdate).Only(ctx)
	if err != nil {
		return wrapped("hold an import", err)
	}
	if row.Worker == nil || *row.Worker != j.worker || row.Status != j.row.Status {
		return errNotHeld
	}
	j.row = row
	return nil
}

// forward is the change by which a chunk ends: it renews the hold.
func (j *job) forward(tx *ent.Tx) *ent.ContactImportUpdateOne {
	return tx.ContactImport.UpdateOneID(j.row.ID).SetVersion(j.row.Version + 1).SetUpdatedAt(schema.Now()).
		SetAttempts(0).SetLockedUntil(j.now().Add(lease))
}

// inChunk runs f in a transaction of its own that ends whatever becomes of the process's
// context, and tells of the step forward.
func (j *job) inChunk(ctx context.Context, f func(ctx context.Context, tx *ent.Tx) error) error {
	if ctx.Err() != nil {
		return errStopped
	}
	err := db.InTx(context.WithoutCancel(ctx), j.DB, func(ctx context.Context, tx *ent.Tx) error {
		if err := j.held(ctx, tx); err != nil {
			return err
		}
		return f(ctx, tx)
	})
	if err == nil {
		j.told(j.row.OrganizationID, j.row.ID)
	}
	return err
}

// end lets an import go for good or for a while, if it is still held.
func (j *job) end(ctx context.Context, f func(u *ent.ContactImportUpdateOne, row *ent.ContactImport) *ent.ContactImportUpdateOne) error {
	system := viewer.With(context.WithoutCancel(ctx), viewer.Viewer{Kind: viewer.System, Organization: j.row.OrganizationID, Reason: "let an import go"})
	err := db.InTx(system, j.DB, func(ctx context.Context, tx *ent.Tx) error {
		err := j.held(ctx, tx)
		if errors.Is(err, errNotHeld) {
			return nil
		}
		if err != nil {
			return err
		}
		return wrapped("let an import go", f(tx.ContactImport.UpdateOneID(j.row.ID), j.row).Exec(ctx))
	})
	if err == nil {
		j.told(j.row.OrganizationID, j.row.ID)
	}
	return err
}

// letGo leaves the import to whoever comes first.
func (j *job) letGo(ctx context.Context) error {
	return j.end(ctx, func(u *ent.ContactImportUpdateOne, row *ent.ContactImport) *ent.ContactImportUpdateOne {
		return u.ClearWorker().ClearLockedUntil().SetAttempts(max(0, row.Attempts-1))
	})
}

// fail says why the import cannot go on.
func (j *job) fail(ctx context.Context, why string) error {
	if r := []rune(why); len(r) > 500 {
		why = string(r[:500])
	}
	return j.end(ctx, func(u *ent.ContactImportUpdateOne, row *ent.ContactImport) *ent.ContactImportUpdateOne {
		return release(u, row).SetStatus(contactimport.StatusFailed).SetError(why).SetFinishedAt(schema.Now())
	})
}

// putOff has a failure of ours tried again in a while, and gives up after some times.
func (j *job) putOff(ctx context.Context) error {
	if j.row.Attempts+1 >= attempts {
		return j.fail(ctx, "It could not go on because of a failure of the server. Try again later.")
	}
	return j.end(ctx, func(u *ent.ContactImportUpdateOne, row *ent.ContactImport) *ent.ContactImportUpdateOne {
		return u.ClearWorker().SetLockedUntil(j.now().Add(time.Duration(row.Attempts) * 5 * time.Second))
	})
}
