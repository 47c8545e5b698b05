// Package attachment keeps files with contacts, private to staff. It owns who may add, read
// and delete them; the bytes lie in a Store.
package attachment

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	entattachment "github.com/kartela/kartela/ent/attachment"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

// Store keeps bytes by key: in the database, on disk, or in a bucket. A key belongs to the
// viewer's organization.
type Store interface {
	// Put keeps all of r under a key and gives how many bytes it was. When r or the store
	// fails, nothing is kept, and the error holds r's.
	Put(ctx context.Context, key string, r io.Reader) (int64, error)
	// Open reads what Put kept. The fault is NOT_FOUND.
	Open(ctx context.Context, key string) (io.ReadCloser, error)
	// Delete forgets a key; one that is not there is no error.
	Delete(ctx context.Context, key string) error
	// List gives f the keys that begin with the prefix and are older than the time, some at a
	// time; also what a crash left of an unfinished Put.
	List(ctx context.Context, prefix string, before time.Time, f func(keys []string) error) error
}

// The limits of attachments.
const (
	MaxSize       = 20 << 20 // bytes of a file
	MaxPerContact = 200
	maxName       = 255 // characters
)

// folder is what the keys of attachments begin with: other files lie in the same store.
const folder = "attachments/"

// Service is what can be done with attachments.
type Service struct {
	DB       *db.DB
	Contacts *contact.Service
	Store    Store
}

// Attachment is an attachment as it was read, with those that were read together with it.
type Attachment struct {
	*ent.Attachment
	Uploaders *page.Group // of the uploaders' ids
}

func wrap(rows ...*ent.Attachment) []*Attachment {
	seen := map[uuid.UUID]bool{}
	var uploaders []uuid.UUID
	for _, r := range rows {
		if !seen[r.UploadedBy] {
			seen[r.UploadedBy] = true
			uploaders = append(uploaders, r.UploadedBy)
		}
	}
	g := page.NewGroup(uploaders...)
	out := make([]*Attachment, len(rows))
	for i, r := range rows {
		out[i] = &Attachment{r, g}
	}
	return out
}

// URL is the path that the attachment is downloaded from.
func (a *Attachment) URL() string { return "/files/" + a.ID.String() }

// Of reads a page of the contact's attachments, newest first: for one contact, or for a whole
// group of contacts by one statement when no cursor is given.
//
// Faults: INVALID for a bad page.
func (s *Service) Of(ctx context.Context, c *contact.Contact, first *int, after *string) (*page.Connection[*Attachment], error) {
	return db.Below(ctx, c.Group, c.ID, page.Args{First: first, After: after}, db.Child[*Attachment]{
		Kind: "attachments", Type: ent.TypeAttachment, Table: entattachment.Table, ParentColumn: entattachment.FieldContactID,
		Cursor: func(a *Attachment) page.Cursor { return page.Cursor{Kind: "attachments", ID: a.ID} },
		Parent: func(a *Attachment) uuid.UUID { return a.ContactID },
		Read: func(ctx context.Context, where db.Condition) ([]*Attachment, error) {
			rows, err := s.DB.Attachment.Query().Where(where).All(ctx)
			return wrap(rows...), err
		},
	})
}

// OfDocument reads a page of the files of a document, newest first: for one document, or for
// the whole group of documents by one statement when no cursor is given.
//
// Faults: INVALID for a bad page.
func (s *Service) OfDocument(ctx context.Context, g *page.Group, document uuid.UUID, first *int, after *string) (*page.Connection[*Attachment], error) {
	return db.Below(ctx, g, document, page.Args{First: first, After: after}, db.Child[*Attachment]{
		Kind: "attachments", Type: ent.TypeAttachment, Table: entattachment.Table, ParentColumn: entattachment.FieldDocumentID,
		Cursor: func(a *Attachment) page.Cursor { return page.Cursor{Kind: "attachments", ID: a.ID} },
		Parent: func(a *Attachment) uuid.UUID { return *a.DocumentID },
		Read: func(ctx context.Context, where db.Condition) ([]*Attachment, error) {
			rows, err := s.DB.Attachment.Query().Where(where).All(ctx)
			return wrap(rows...), err
		},
	})
}

// ByIDs reads attachments for the rows of another list, by one statement. Ids that the viewer
// may not see are left out.
func (s *Service) ByIDs(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Attachment, error) {
	rows, err := s.DB.Attachment.Query().Where(entattachment.IDIn(ids...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("attachment: read by ids: %w", err)
	}
	out := make(map[uuid.UUID]*Attachment, len(rows))
	for _, a := range wrap(rows...) {
		out[a.ID] = a
	}
	return out, nil
}

// Open reads an attachment's bytes, for whoever may see its contact. Staff only. The reader
// is closed by the caller.
//
// Faults: NOT_FOUND on id, UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Open(ctx context.Context, id uuid.UUID) (*Attachment, io.ReadCloser, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.SeeContacts); err != nil {
		return nil, nil, err
	}
	row, err := s.DB.Attachment.Get(ctx, id)
	if ent.IsNotFound(err) {
		return nil, nil, notFound()
	}
	if err != nil {
		return nil, nil, fmt.Errorf("attachment: read: %w", err)
	}
	r, err := s.Store.Open(ctx, row.BlobKey)
	if err != nil { // a row without its bytes is no missing attachment: it is our failure
		return nil, nil, fmt.Errorf("attachment: the bytes of %s: %v", id, err) //nolint:errorlint // its NOT_FOUND must not pass for ours
	}
	return wrap(row)[0], r, nil
}

func notFound() error { return fault.New(fault.NotFound, "id", "There is no such file.") }
