package portal

import (
	"context"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	entmessage "github.com/kartela/kartela/ent/message"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/message"
	"github.com/kartela/kartela/page"
)

// Message is a message, as the customer sees it.
type Message struct{ *ent.Message }

// FromBusiness says whether the business wrote it.
func (m *Message) FromBusiness() bool { return m.Author == entmessage.AuthorStaff }

// Messages reads a page of what was written, newest first, about one document where it is named.
// Faults: INVALID for a bad page.
func (c *Contact) Messages(ctx context.Context, first *int, after *string, documentID *uuid.UUID) (*page.Connection[*Message], error) {
	found, err := c.s.Messages.Of(ctx, c.group, c.ID, first, after, documentID)
	if err != nil {
		return nil, err
	}
	return page.Map(found, func(m *ent.Message) *Message { return &Message{m} }), nil
}

// SendInput is the input of sendPortalMessage.
type SendInput struct {
	db.Idempotent
	ContactID  *uuid.UUID
	DocumentID *uuid.UUID
	Body       string
}

// Send writes to the business. Faults: NOT_FOUND on contactId; those of message.Send.
func (s *Service) Send(ctx context.Context, in SendInput) (*Message, error) {
	id, err := s.OwnContact(ctx, in.ContactID)
	if err != nil {
		return nil, err
	}
	m, err := s.Messages.Send(ctx, message.SendInput{ContactID: id, DocumentID: in.DocumentID, Body: in.Body})
	if err != nil {
		return nil, err
	}
	return &Message{m}, nil
}

// SeenInput is the input of markPortalMessagesSeen.
type SeenInput struct {
	db.Idempotent
	ContactID *uuid.UUID
}

// MarkSeen keeps that the business's messages were seen, and gives how many were not.
// Faults: NOT_FOUND on contactId.
func (s *Service) MarkSeen(ctx context.Context, in SeenInput) (int, error) {
	id, err := s.OwnContact(ctx, in.ContactID)
	if err != nil {
		return 0, err
	}
	return s.Messages.MarkSeen(ctx, message.SeenInput{ContactID: id})
}
