// Package permalink gives a document an address by which whoever has it reads the document
// without an account: unguessable, read-only, and revocable. Only the hash of its token is kept.
package permalink

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/account"
	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/documentlink"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/notice"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

// Service is what can be done with permalinks.
type Service struct {
	DB        *db.DB
	Documents *document.Service
	Notices   *notice.Service
	BaseURL   string
	Now       func() time.Time
}

func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }

// Path is where permalinks are served: the token follows.
const Path = "/d/"

// Link is a permalink as it was read.
type Link struct {
	*ent.DocumentLink
	Creators *page.Group // of the ids of those who made the links that were read together
}

// CreateInput is the input of createDocumentLink.
type CreateInput struct {
	db.Idempotent
	DocumentID uuid.UUID
}

// Created is a new link with its address, which is not given again.
type Created struct {
	Link *Link
	URL  string
}

// most is how many links in force a document has.
const most = 20

// Create makes an address for an issued sales document. A repeat with the same idempotency key
// gives the same link a new address, because the first one is kept nowhere.
//
// Faults: NOT_FOUND on documentId; CONFLICT on documentId when it is a purchase, a draft or
// void, or has 20 links in force; UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Create(ctx context.Context, in CreateInput) (*Created, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditSales); err != nil {
		return nil, err
	}
	token, hash := account.NewToken("")
	id, replayed, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		return create(ctx, tx, in.DocumentID, hash)
	})
	if err == nil && replayed {
		err = s.renew(ctx, id, hash)
	}
	if err != nil {
		return nil, err
	}
	row, err := s.DB.DocumentLink.Get(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("permalink: read: %w", err)
	}
	return &Created{wrap(row)[0], s.BaseURL + Path + token}, nil
}

func create(ctx context.Context, tx *ent.Tx, documentID uuid.UUID, hash []byte) (uuid.UUID, error) {
	d, err := tx.Document.Query().Where(entdocument.ID(documentID), db.ForUpdate).Only(ctx)
	if ent.IsNotFound(err) {
		return uuid.Nil, fault.New(fault.NotFound, "documentId", "There is no such document.")
	}
	if err != nil {
		return uuid.Nil, fmt.Errorf("permalink: lock the document: %w", err)
	}
	if d.Side != entdocument.SideClient || d.Status == entdocument.StatusDraft || d.Status == entdocument.StatusVoid {
		return uuid.Nil, fault.New(fault.Conflict, "documentId", "Only an issued sales document has a link.")
	}
	n, err := tx.DocumentLink.Query().Where(documentlink.DocumentID(d.ID), documentlink.RevokedAtIsNil()).Count(ctx)
	if err != nil {
		return uuid.Nil, fmt.Errorf("permalink: count: %w", err)
	}
	if n >= most {
		return uuid.Nil, fault.New(fault.Conflict, "documentId", "The document has %d links already: revoke one.", most)
	}
	l, err := tx.DocumentLink.Create().SetDocumentID(d.ID).SetTokenHash(hash).SetCreatedBy(viewer.From(ctx).Actor()).Save(ctx)
	if err != nil {
		return uuid.Nil, fmt.Errorf("permalink: make: %w", err)
	}
	return l.ID, tell(ctx, tx, "createDocumentLink", d)
}

// renew gives a link in force another token.
func (s *Service) renew(ctx context.Context, id uuid.UUID, hash []byte) error {
	return db.InTx(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) error {
		n, err := tx.DocumentLink.Update().Where(documentlink.ID(id), documentlink.RevokedAtIsNil()).SetTokenHash(hash).Save(ctx)
		if err != nil {
			return fmt.Errorf("permalink: renew: %w", err)
		}
		if n == 0 { // revoked since
			return fault.New(fault.NotFound, "id", "There is no such link.")
		}
		return nil
	})
}

// IDInput names a link.
type IDInput struct {
	db.Idempotent
	ID uuid.UUID
}

// Revoke ends a link: its address answers as one that never was.
//
// Faults: NOT_FOUND (unknown, or revoked already); UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Revoke(ctx context.Context, in IDInput) (*Link, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditSales); err != nil {
		return nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		l, err := tx.DocumentLink.Query().Where(documentlink.ID(in.ID), documentlink.RevokedAtIsNil(), db.ForUpdate).Only(ctx)
		if ent.IsNotFound(err) {
			return uuid.Nil, fault.New(fault.NotFound, "id", "There is no such link.")
		}
		if err != nil {
			return uuid.Nil, fmt.Errorf("permalink: lock: %w", err)
		}
		d, err := tx.Document.Get(ctx, l.DocumentID)
		if err != nil {
			return uuid.Nil, fmt.Errorf("permalink: read the document: %w", err)
		}
		if err := tx.DocumentLink.UpdateOneID(l.ID).SetRevokedAt(s.now()).Exec(ctx); err != nil {
			return uuid.Nil, fmt.Errorf("permalink: revoke: %w", err)
		}
		return l.ID, tell(ctx, tx, "revokeDocumentLink", d)
	})
	if err != nil {
		return nil, err
	}
	row, err := s.DB.DocumentLink.Get(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("permalink: read: %w", err)
	}
	return wrap(row)[0], nil
}

func tell(ctx context.Context, tx *ent.Tx, action string, d *ent.Document) error {
	return audit.Record(ctx, tx, audit.Event{Action: action, ObjectType: "document", ObjectID: d.ID, ContactID: d.ContactID})
}

func wrap(rows ...*ent.DocumentLink) []*Link {
	creators := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		creators[i] = r.CreatedBy
	}
	g := page.NewGroup(creators...)
	out := make([]*Link, len(rows))
	for i, r := range rows {
		out[i] = &Link{r, g}
	}
	return out
}

// Of reads the links of a document, newest first, revoked ones too; for the whole group of
// documents by one statement.
func (s *Service) Of(ctx context.Context, d *document.Document) ([]*Link, error) {
	return page.Load(ctx, d.Group, "links", d.ID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*Link, error) {
		rows, err := s.DB.DocumentLink.Query().Where(documentlink.DocumentIDIn(ids...)).Order(ent.Desc(documentlink.FieldID)).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("permalink: read the links: %w", err)
		}
		out := map[uuid.UUID][]*Link{}
		for _, l := range wrap(rows...) {
			out[l.DocumentID] = append(out[l.DocumentID], l)
		}
		return out, nil
	})
}

// Opened is a document that was reached by its link.
type Opened struct {
	Document     *document.Document
	Organization *ent.Organization
	link         uuid.UUID
}

func missing() error {
	return fault.New(fault.NotFound, "", "This link does not work, or not any more.")
}

// remembered is how exactly a link knows when it was last used: a write a view would be dear.
const remembered = time.Hour

// Open reads the document of a token. Whoever has it sees what a portal customer of the
// document's contact sees of that document, by the same row rules: a document that went back to
// draft or is void is not there. The context that it gives is that viewer's.
//
// Faults: NOT_FOUND for a token that is wrong or revoked.
func (s *Service) Open(ctx context.Context, token string) (context.Context, *Opened, error) {
	system := viewer.AsSystem(ctx, "find a permalink")
	l, err := s.DB.DocumentLink.Query().Where(documentlink.TokenHash(account.TokenHash(token)), documentlink.RevokedAtIsNil()).Only(system)
	if ent.IsNotFound(err) {
		return ctx, nil, missing()
	}
	if err != nil {
		return ctx, nil, fmt.Errorf("permalink: find: %w", err)
	}
	row, err := s.DB.Document.Get(system, l.DocumentID)
	if err != nil {
		return ctx, nil, fmt.Errorf("permalink: find the document: %w", err)
	}
	ctx = viewer.With(ctx, viewer.Viewer{Kind: viewer.Portal, Organization: l.OrganizationID, Contacts: []uuid.UUID{row.ContactID}})
	org, err := s.DB.Organization.Get(ctx, l.OrganizationID)
	if err != nil {
		return ctx, nil, fmt.Errorf("permalink: read the organization: %w", err)
	}
	found, err := s.Documents.ByIDs(ctx, []uuid.UUID{l.DocumentID})
	if err != nil {
		return ctx, nil, err
	}
	if found[l.DocumentID] == nil || org.ClosedAt != nil {
		return ctx, nil, missing()
	}
	return ctx, &Opened{found[l.DocumentID], org, l.ID}, s.used(system, l)
}

// used notes that a link was used, once an hour.
func (s *Service) used(ctx context.Context, l *ent.DocumentLink) error {
	now := s.now()
	if l.LastUsedAt != nil && now.Sub(*l.LastUsedAt) < remembered {
		return nil
	}
	err := db.InTx(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) error {
		return tx.DocumentLink.Update().Where(documentlink.ID(l.ID)).SetLastUsedAt(now).Exec(ctx)
	})
	if err != nil {
		return fmt.Errorf("permalink: note its use: %w", err)
	}
	return nil
}

// inForce says whether a link that was opened was not revoked since.
func (s *Service) inForce(ctx context.Context, tx *ent.Tx, o *Opened) (bool, error) {
	system := viewer.AsSystem(ctx, "ask whether a permalink is in force")
	found, err := tx.DocumentLink.Query().Where(documentlink.ID(o.link), documentlink.RevokedAtIsNil()).Exist(system)
	if err != nil {
		return false, fmt.Errorf("permalink: ask whether it is in force: %w", err)
	}
	return found, nil
}
