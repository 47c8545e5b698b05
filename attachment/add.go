package attachment

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"
	"unicode"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	entattachment "github.com/kartela/kartela/ent/attachment"
	entcontact "github.com/kartela/kartela/ent/contact"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/fold"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// AddInput is the input of addAttachment.
type AddInput struct {
	db.Idempotent
	ContactID  *uuid.UUID // or
	DocumentID *uuid.UUID // with whose contact it is kept then
	Name       string
	File       io.Reader
}

// Add keeps a file of at most MaxSize bytes with a contact, or with one of its documents, of a type that mediaType allows;
// with an archived one too, as notes are. The bytes are kept before the row is written: what
// fails in between is taken back at once, what crashes in between by Sweep.
//
// Faults: INVALID on name, on file (empty, a type that is not allowed, over MaxPerContact
// files), TOO_LARGE on file, NOT_FOUND on contactId and documentId, UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Add(ctx context.Context, in AddInput) (*Attachment, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditContacts); err != nil {
		return nil, err
	}
	name, err := cleanName(in.Name)
	if err != nil {
		return nil, err
	}
	// Who may not add is told before anything is kept.
	to, err := s.place(ctx, in)
	if err != nil {
		return nil, err
	}
	row, err := s.keep(ctx, name, in.File)
	if err != nil {
		return nil, err
	}
	kept := false
	defer func() {
		if !kept { // the error is told already; what stays is swept
			_ = s.Store.Delete(context.WithoutCancel(ctx), row.BlobKey)
		}
	}()
	id, replayed, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		row.DocumentID = in.DocumentID
		return row.ID, add(ctx, tx, to, row)
	})
	if err != nil {
		return nil, err
	}
	kept = !replayed
	got, err := s.DB.Attachment.Get(ctx, id)
	if ent.IsNotFound(err) { // a repeat, and it was deleted since
		return nil, notFound()
	}
	if err != nil {
		return nil, fmt.Errorf("attachment: read: %w", err)
	}
	return wrap(got)[0], nil
}

// place is the contact that the file goes to, which the viewer may change.
func (s *Service) place(ctx context.Context, in AddInput) (uuid.UUID, error) {
	if (in.ContactID == nil) == (in.DocumentID == nil) {
		return uuid.Nil, fault.New(fault.Invalid, "contactId", "Name a contact or a document.")
	}
	if in.DocumentID != nil {
		d, err := s.DB.Document.Get(ctx, *in.DocumentID)
		if ent.IsNotFound(err) {
			return uuid.Nil, fault.New(fault.NotFound, "documentId", "There is no such document.")
		}
		if err != nil {
			return uuid.Nil, fmt.Errorf("attachment: read the document: %w", err)
		}
		may := viewer.EditSales
		if d.Side == entdocument.SideSupplier {
			may = viewer.EditPurchases
		}
		_, err = viewer.RequireStaff(ctx, may)
		return d.ContactID, err
	}
	c, err := s.Contacts.Get(ctx, *in.ContactID)
	if fault.IsCode(err, fault.NotFound) {
		return uuid.Nil, fault.New(fault.NotFound, "contactId", "There is no such contact.")
	}
	if err != nil {
		return uuid.Nil, err
	}
	return c.ID, nil
}

// add writes the row of bytes that are kept.
func add(ctx context.Context, tx *ent.Tx, contactID uuid.UUID, row *ent.Attachment) error {
	c, err := holder(ctx, tx, contactID)
	if err != nil {
		return err
	}
	n, err := tx.Attachment.Query().Where(entattachment.ContactID(c.ID)).Count(ctx)
	if err != nil {
		return fmt.Errorf("attachment: count: %w", err)
	}
	if n >= MaxPerContact {
		return fault.New(fault.Invalid, "file", "A contact has at most %d files.", MaxPerContact)
	}
	if row.DocumentID != nil {
		held, err := tx.Document.Query().Where(entdocument.ID(*row.DocumentID), entdocument.ContactID(c.ID)).Exist(ctx)
		if err != nil {
			return fmt.Errorf("attachment: read the document: %w", err)
		}
		if !held {
			return fault.New(fault.NotFound, "documentId", "There is no such document.")
		}
	}
	err = tx.Attachment.Create().SetID(row.ID).SetContactID(c.ID).SetNillableDocumentID(row.DocumentID).SetName(row.Name).SetMediaType(row.MediaType).SetSize(row.Size).
		SetSha256(row.Sha256).SetBlobKey(row.BlobKey).SetUploadedBy(viewer.From(ctx).Actor()).Exec(ctx)
	if err != nil {
		return fmt.Errorf("attachment: add: %w", err)
	}
	return audit.Record(ctx, tx, audit.Event{Action: "addAttachment", ObjectType: "attachment", ObjectID: row.ID,
		ContactID: c.ID, After: audit.Fields{"name": row.Name, "size": row.Size, "mediaType": row.MediaType}})
}

// holder locks the contact that the file goes to, the survivor when it was merged meanwhile:
// two that add at once do not both become the last.
func holder(ctx context.Context, tx *ent.Tx, id uuid.UUID) (*ent.Contact, error) {
	for {
		c, err := tx.Contact.Query().Where(entcontact.ID(id), db.ForUpdate).Only(ctx)
		if ent.IsNotFound(err) {
			return nil, fault.New(fault.NotFound, "contactId", "There is no such contact.")
		}
		if err != nil {
			return nil, fmt.Errorf("attachment: lock the contact: %w", err)
		}
		if c.MergedIntoID == nil {
			return c, nil
		}
		id = *c.MergedIntoID
	}
}

// keep puts the bytes into the store and says what they are, under a new id.
func (s *Service) keep(ctx context.Context, name string, file io.Reader) (*ent.Attachment, error) {
	head := make([]byte, sniffed)
	n, err := io.ReadFull(file, head)
	switch {
	case errors.Is(err, io.EOF):
		return nil, fault.New(fault.Invalid, "file", "The file is empty.")
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return nil, fmt.Errorf("attachment: read the file: %w", err)
	}
	head = head[:n]
	media, err := mediaType(name, head)
	if err != nil {
		return nil, err
	}
	id := schema.NewID()
	row := &ent.Attachment{ID: id, Name: name, MediaType: media, BlobKey: folder + id.String()}
	whole := &measured{r: io.MultiReader(bytes.NewReader(head), file), sum: sha256.New()}
	if row.Size, err = s.Store.Put(ctx, row.BlobKey, whole); err != nil {
		return nil, err
	}
	row.Sha256 = whole.sum.Sum(nil)
	return row, nil
}

// measured hashes what is read, and stops what grows over MaxSize.
type measured struct {
	r    io.Reader
	sum  hash.Hash
	size int64
}

func (m *measured) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	if m.size += int64(n); m.size > MaxSize {
		return 0, fault.New(fault.TooLarge, "file", "A file has at most %d MB.", MaxSize>>20)
	}
	_, _ = m.sum.Write(p[:n]) // never fails
	return n, err
}

// cleanName is the file's name as it is kept: without folders, of either kind of slash, and
// without characters that a list or a header could be fooled with.
func cleanName(name string) (string, error) {
	name = fold.FileName(strings.ToValidUTF8(name, "�"), func(r rune) bool {
		return unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
	})
	if name == "" || len([]rune(name)) > maxName {
		return "", fault.New(fault.Invalid, "name", "A file's name has 1 to %d characters.", maxName)
	}
	return name, nil
}
