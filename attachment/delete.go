package attachment

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	entattachment "github.com/kartela/kartela/ent/attachment"
	entorganization "github.com/kartela/kartela/ent/organization"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// IDInput is the input of a mutation on one attachment.
type IDInput struct {
	db.Idempotent
	ID uuid.UUID
}

// Delete deletes an attachment with its bytes: whoever may edit contacts, and who added it.
//
// Faults: NOT_FOUND on id, UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Delete(ctx context.Context, in IDInput) (uuid.UUID, error) {
	v, err := viewer.RequireStaff(ctx, viewer.SeeContacts)
	if err != nil {
		return uuid.Nil, err
	}
	var key string
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		row, err := tx.Attachment.Query().Where(entattachment.ID(in.ID), db.ForUpdate).Only(ctx)
		if ent.IsNotFound(err) {
			return uuid.Nil, notFound()
		}
		if err != nil {
			return uuid.Nil, fmt.Errorf("attachment: read: %w", err)
		}
		if row.UploadedBy != v.Actor() && !v.Role.May(viewer.EditContacts) {
			return uuid.Nil, fault.New(fault.Forbidden, "", "Only who added a file, or who may edit contacts, deletes it.")
		}
		if err := tx.Attachment.DeleteOneID(row.ID).Exec(ctx); err != nil {
			return uuid.Nil, fmt.Errorf("attachment: delete: %w", err)
		}
		key = row.BlobKey
		return row.ID, audit.Record(ctx, tx, audit.Event{Action: "deleteAttachment", ObjectType: "attachment", ObjectID: row.ID,
			ContactID: row.ContactID, Before: audit.Fields{"name": row.Name, "size": row.Size, "mediaType": row.MediaType}})
	})
	if err != nil {
		return uuid.Nil, err
	}
	if key != "" {
		_ = s.Store.Delete(context.WithoutCancel(ctx), key) // it is deleted for everyone; bytes that stay are swept
	}
	return id, nil
}

// Sweep deletes bytes of every organization that no attachment has, if they are from before
// the time: what a crash, or a store that failed, left behind. It gives how many files. The
// time lies further back than an upload takes.
func (s *Service) Sweep(ctx context.Context, before time.Time) (int, error) {
	system := viewer.AsSystem(ctx, "sweep files without an attachment")
	organizations, err := s.DB.Organization.Query().IDs(system)
	if err != nil {
		return 0, fmt.Errorf("attachment: sweep: %w", err)
	}
	swept := 0
	var failed error
	for _, org := range organizations {
		v := viewer.From(system)
		v.Organization = org
		of := viewer.With(ctx, v)
		for prefix, used := range map[string]func(context.Context, uuid.UUID, []string) ([]string, error){folder: s.usedFiles, logos: s.usedLogo} {
			err := s.Store.List(of, prefix, before, func(keys []string) error {
				in, err := used(of, org, keys)
				if err != nil {
					return err
				}
				n, err := s.sweep(of, keys, in)
				swept += n
				return err
			})
			failed = errors.Join(failed, err) // one organization's trouble is not the others'
		}
		if ctx.Err() != nil {
			break
		}
	}
	if failed != nil {
		return swept, fmt.Errorf("attachment: sweep: %w", failed)
	}
	return swept, nil
}

// usedFiles are those of the keys that an attachment has.
func (s *Service) usedFiles(ctx context.Context, org uuid.UUID, keys []string) ([]string, error) {
	return s.DB.Attachment.Query().Where(entattachment.OrganizationID(org), entattachment.BlobKeyIn(keys...)).
		Select(entattachment.FieldBlobKey).Strings(ctx)
}

// usedLogo is the key of the organization's logo.
func (s *Service) usedLogo(ctx context.Context, org uuid.UUID, _ []string) ([]string, error) {
	return s.DB.Organization.Query().Where(entorganization.ID(org)).Select(entorganization.FieldLogoKey).Strings(ctx)
}

// sweep deletes those of the keys that are not in use.
func (s *Service) sweep(ctx context.Context, keys, used []string) (n int, err error) {
	for _, key := range keys {
		if slices.Contains(used, key) {
			continue
		}
		if err := s.Store.Delete(ctx, key); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
