// Package message owns what a customer and the business write to each other: about a document, or
// about none. A customer's message is told to staff as a notice.
package message

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/account"
	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	entmessage "github.com/kartela/kartela/ent/message"
	entnotice "github.com/kartela/kartela/ent/notice"
	"github.com/kartela/kartela/ent/predicate"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/notice"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/post"
	"github.com/kartela/kartela/viewer"
)

// Service is what can be done with messages.
type Service struct {
	DB       *db.DB
	Accounts *account.Service
	Notices  *notice.Service
	// Told is told of every message after the commit. It must not block.
	Told func(organization, contact uuid.UUID)
	// Ask asks, in the transaction of the context, for an answer to be mailed: to all of the
	// contact's customers where person is zero, else to that person.
	Ask  func(ctx context.Context, organization, message, person uuid.UUID) error
	Post *post.Service
}

// SendInput is the input of sendMessage and of sendPortalMessage.
type SendInput struct {
	db.Idempotent
	ContactID  uuid.UUID
	DocumentID *uuid.UUID
	Body       string
}

const maxBody = 5000 // characters

// Send writes to the other side: a customer of the contact to the business, staff to the contact's
// customers.
//
// Faults: INVALID on body (1 to 5,000 characters); NOT_FOUND on contactId and documentId; CONFLICT
// on contactId (archived); UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Send(ctx context.Context, in SendInput) (*ent.Message, error) {
	if err := mayWrite(ctx); err != nil {
		return nil, err
	}
	in.Body = strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(in.Body, "\x00", ""), ""))
	if n := len([]rune(in.Body)); n == 0 || n > maxBody {
		return nil, fault.New(fault.Invalid, "body", "A message has 1 to 5,000 characters.")
	}
	name, err := s.Accounts.Called(ctx)
	if err != nil {
		return nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		return s.send(ctx, tx, in, name)
	})
	if err != nil {
		return nil, err
	}
	row, err := s.DB.Message.Get(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("message: read: %w", err)
	}
	return row, nil
}

func mayWrite(ctx context.Context) error {
	if viewer.From(ctx).Kind == viewer.Portal {
		return nil
	}
	_, err := viewer.RequireStaff(ctx, viewer.EditSales)
	return err
}

func (s *Service) send(ctx context.Context, tx *ent.Tx, in SendInput, name string) (uuid.UUID, error) {
	v := viewer.From(ctx)
	c, err := contact.Active(ctx, tx, in.ContactID, "contactId")
	if err != nil {
		return uuid.Nil, err
	}
	if err := about(ctx, tx, c.ID, in.DocumentID); err != nil {
		return uuid.Nil, err
	}
	author := entmessage.AuthorStaff
	if v.Kind == viewer.Portal {
		author = entmessage.AuthorPortal
	}
	row, err := tx.Message.Create().SetOrganizationID(v.Organization).SetContactID(c.ID).SetNillableDocumentID(in.DocumentID).
		SetAuthor(author).SetAuthorID(v.Actor()).SetAuthorName(name).SetBody(in.Body).Save(ctx)
	if err != nil {
		return uuid.Nil, fmt.Errorf("message: send: %w", err)
	}
	db.AfterCommit(ctx, func() { s.Told(v.Organization, c.ID) })
	if err := audit.Record(ctx, tx, audit.Event{Action: "sendMessage", ObjectType: "message", ObjectID: row.ID, ContactID: c.ID}); err != nil {
		return uuid.Nil, err
	}
	if author == entmessage.AuthorStaff {
		if !s.Post.Mailer.Configured() {
			return row.ID, nil
		}
		return row.ID, s.Ask(ctx, v.Organization, row.ID, uuid.Nil)
	}
	return row.ID, s.Notices.Add(ctx, tx, notice.New{Kind: entnotice.KindMessage, ContactID: c.ID, DocumentID: in.DocumentID, MessageID: &row.ID, Name: name, Text: in.Body})
}

// about makes sure that the document is the contact's, and that the viewer sees it.
func about(ctx context.Context, tx *ent.Tx, contactID uuid.UUID, documentID *uuid.UUID) error {
	if documentID == nil {
		return nil
	}
	d, err := tx.Document.Get(ctx, *documentID)
	if ent.IsNotFound(err) || (err == nil && d.ContactID != contactID) {
		return fault.New(fault.NotFound, "documentId", "There is no such document.")
	}
	if err != nil {
		return fmt.Errorf("message: read the document: %w", err)
	}
	return nil
}

const kind = "messages"

// Of reads a page of a contact's messages that the viewer sees, newest first, of one document where
// it is named. Another's contact has none.
//
// Faults: INVALID for a bad page; UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Of(ctx context.Context, group *page.Group, contactID uuid.UUID, first *int, after *string, documentID *uuid.UUID) (*page.Connection[*ent.Message], error) {
	if viewer.From(ctx).Kind != viewer.Portal {
		if _, err := viewer.RequireStaff(ctx, viewer.SeeSales); err != nil {
			return nil, err
		}
	}
	child := db.Child[*ent.Message]{
		Kind: kind, Type: ent.TypeMessage, Table: entmessage.Table, ParentColumn: entmessage.FieldContactID,
		Cursor: func(m *ent.Message) page.Cursor { return page.Cursor{Kind: kind, ID: m.ID} },
		Parent: func(m *ent.Message) uuid.UUID { return m.ContactID },
		Read: func(ctx context.Context, where db.Condition) ([]*ent.Message, error) {
			return s.DB.Message.Query().Where(where).All(ctx)
		},
	}
	if documentID != nil {
		child.Filter, child.Match = documentID.String(), []db.Condition{db.Condition(entmessage.DocumentID(*documentID))}
	}
	return db.Below(ctx, group, contactID, page.Args{First: first, After: after}, child)
}

// SeenInput is the input of markMessagesSeen and of markPortalMessagesSeen.
type SeenInput struct {
	db.Idempotent
	ContactID uuid.UUID
}

// MarkSeen keeps that the other side's messages of a contact were seen, and gives how many were not.
//
// Faults: NOT_FOUND on contactId; UNAUTHENTICATED, FORBIDDEN.
func (s *Service) MarkSeen(ctx context.Context, in SeenInput) (int, error) {
	if err := mayWrite(ctx); err != nil {
		return 0, err
	}
	v := viewer.From(ctx)
	n, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (int, error) {
		if _, err := tx.Contact.Get(ctx, in.ContactID); ent.IsNotFound(err) {
			return 0, fault.New(fault.NotFound, "contactId", "There is no such contact.")
		} else if err != nil {
			return 0, fmt.Errorf("message: read the contact: %w", err)
		}
		n, err := tx.Message.Update().Where(entmessage.ContactID(in.ContactID), entmessage.SeenAtIsNil(), others(v)).SetSeenAt(schema.Now()).Save(ctx)
		if err != nil {
			return 0, fmt.Errorf("message: mark as seen: %w", err)
		}
		return n, nil
	})
	return n, err
}

// others are the messages of the other side than the viewer's.
func others(v viewer.Viewer) predicate.Message {
	if v.Kind == viewer.Portal {
		return entmessage.AuthorEQ(entmessage.AuthorStaff)
	}
	return entmessage.AuthorNEQ(entmessage.AuthorStaff)
}

// Watched follows the messages of a contact.
type Watched struct {
	s       *Service
	contact uuid.UUID
	since   time.Time
}

// overlap is by how much a transaction may commit after the time that it wrote.
const overlap = time.Minute

// Watch says which messages of a contact are known already.
//
// Faults: NOT_FOUND on contactId; UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Watch(ctx context.Context, contactID uuid.UUID) (*Watched, []*ent.Message, error) {
	if viewer.From(ctx).Kind != viewer.Portal {
		if _, err := viewer.RequireStaff(ctx, viewer.SeeSales); err != nil {
			return nil, nil, err
		}
	}
	if _, err := s.DB.Contact.Get(ctx, contactID); ent.IsNotFound(err) {
		return nil, nil, fault.New(fault.NotFound, "contactId", "There is no such contact.")
	} else if err != nil {
		return nil, nil, fmt.Errorf("message: read the contact: %w", err)
	}
	w := &Watched{s, contactID, schema.Now()}
	now, err := w.Read(ctx)
	return w, now, err
}

// Read gives the messages that may be new, as the viewer sees them.
func (w *Watched) Read(ctx context.Context) ([]*ent.Message, error) {
	rows, err := w.s.DB.Message.Query().Where(entmessage.ContactID(w.contact), entmessage.CreatedAtGTE(w.since.Add(-overlap))).Order(entmessage.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("message: read what is new: %w", err)
	}
	for _, r := range rows {
		if r.CreatedAt.After(w.since) {
			w.since = r.CreatedAt
		}
	}
	return rows, nil
}
