package imports

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/contactimport"
	"github.com/kartela/kartela/ent/organization"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// fileLasts is how long the file of an import is kept when nothing is done with it.
const fileLasts = 30 * 24 * time.Hour

// Sweep deletes the files of imports of every organization with which nothing was done for
// 30 days, and what a crash left of unfinished uploads, and gives how many. What became of the
// rows stays.
func (s *Service) Sweep(ctx context.Context) (n int, err error) {
	all, err := s.DB.Organization.Query().Order(organization.ByID()).IDs(viewer.AsSystem(ctx, "sweep files of imports"))
	if err != nil {
		return 0, wrapped("sweep files", err)
	}
	before := s.now().Add(-fileLasts)
	for _, org := range all {
		as := viewer.With(ctx, viewer.Viewer{Kind: viewer.System, Organization: org, Reason: "sweep files of imports"})
		err := s.Store.List(as, folder, s.now().Add(-24*time.Hour), func(keys []string) error {
			for _, key := range keys {
				swept, err := s.sweep(as, org, key, before)
				if err != nil {
					return err
				}
				if swept {
					n++
				}
			}
			return nil
		})
		if err != nil {
			return n, wrapped("sweep files", err)
		}
	}
	return n, nil
}

// sweep deletes one file when its time is over.
func (s *Service) sweep(ctx context.Context, org uuid.UUID, key string, before time.Time) (bool, error) {
	id, err := uuid.Parse(strings.TrimPrefix(key, folder))
	if err != nil {
		return false, nil //nolint:nilerr // it is no file of ours
	}
	err = db.InTx(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) error {
		row, err := tx.ContactImport.Query().Where(contactimport.ID(id), contactimport.OrganizationID(org), db.ForUpdate).Only(ctx)
		if ent.IsNotFound(err) {
			return nil // an upload that did not end
		}
		if err != nil {
			return err
		}
		k, err := unpack(row)
		if err != nil {
			return err
		}
		if !row.UpdatedAt.Before(before) || !finished(row) {
			return errInUse
		}
		k.Gone, k.Rows = true, nil
		raw, err := k.pack()
		if err != nil {
			return err
		}
		return tx.ContactImport.UpdateOneID(id).SetSettings(raw).SetVersion(row.Version + 1).Exec(ctx)
	})
	if errors.Is(err, errInUse) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, s.Store.Delete(ctx, key)
}

var errInUse = errors.New("imports: the file is still in use")
