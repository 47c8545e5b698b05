package graph

import (
	"context"

	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/graph/generated/model"
	"github.com/kartela/kartela/live"
	"github.com/kartela/kartela/message"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/portal"
	"github.com/kartela/kartela/viewer"
)

func (f contactFields) Messages(ctx context.Context, c *contact.Contact, first *int, after *string, documentID *uuid.UUID) (*page.Connection[*ent.Message], error) {
	return f.Resolver.Messages.Of(ctx, c.Group, c.ID, first, after, documentID)
}

func (m mutation) SendMessage(ctx context.Context, in message.SendInput) (*model.SendMessagePayload, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditSales); err != nil {
		return nil, err
	}
	sent, err := m.Messages.Send(ctx, in)
	if err != nil {
		return nil, err
	}
	return &model.SendMessagePayload{Message: *sent}, nil
}

func (m mutation) MarkMessagesSeen(ctx context.Context, in message.SeenInput) (*model.MarkSeenPayload, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditSales); err != nil {
		return nil, err
	}
	n, err := m.Messages.MarkSeen(ctx, in)
	return seen(n, err)
}

func (m mutation) SendPortalMessage(ctx context.Context, in portal.SendInput) (*model.SendPortalMessagePayload, error) {
	sent, err := m.Portals.Send(ctx, in)
	if err != nil {
		return nil, err
	}
	return &model.SendPortalMessagePayload{Message: *sent}, nil
}

func (m mutation) MarkPortalMessagesSeen(ctx context.Context, in portal.SeenInput) (*model.MarkSeenPayload, error) {
	n, err := m.Portals.MarkSeen(ctx, in)
	return seen(n, err)
}

func seen(n int, err error) (*model.MarkSeenPayload, error) {
	if err != nil {
		return nil, err
	}
	return &model.MarkSeenPayload{Seen: n}, nil
}

func (s subscription) MessageAdded(ctx context.Context, contactID uuid.UUID) (<-chan *ent.Message, error) {
	if given, ok := live.Given[*ent.Message](ctx); ok {
		return given, nil
	}
	if _, err := viewer.RequireStaff(ctx, viewer.SeeSales); err != nil {
		return nil, err
	}
	return messagesOf(ctx, s, contactID, func(m *ent.Message) *ent.Message { return m }, func(m *ent.Message) uuid.UUID { return m.ID })
}

func (s subscription) PortalMessageAdded(ctx context.Context, contactID *uuid.UUID) (<-chan *portal.Message, error) {
	if given, ok := live.Given[*portal.Message](ctx); ok {
		return given, nil
	}
	id, err := s.Portals.OwnContact(ctx, contactID)
	if err != nil {
		return nil, err
	}
	return messagesOf(ctx, s, id, func(m *ent.Message) *portal.Message { return &portal.Message{Message: m} }, func(m *portal.Message) uuid.UUID { return m.ID })
}

// messagesOf follows the messages of a contact in the form of one side.
func messagesOf[T any](ctx context.Context, s subscription, contactID uuid.UUID, form func(*ent.Message) T, idOf func(T) uuid.UUID) (<-chan T, error) {
	hint := s.Hints.FollowRows(viewer.From(ctx).Organization, contactID) // first follow, then read: no gap
	watched, known, err := s.Messages.Watch(ctx, contactID)
	if err != nil {
		hint.Close()
		return nil, err
	}
	formed := func(rows []*ent.Message) []T {
		out := make([]T, len(rows))
		for i, m := range rows {
			out[i] = form(m)
		}
		return out
	}
	allowed := s.standing(ctx, nil)
	if viewer.From(ctx).Kind == viewer.Staff {
		allowed = s.standing(ctx, func(ctx context.Context) error { return s.stillSame(ctx, []uuid.UUID{contactID}) })
	}
	return live.WatchList(ctx, s.Hub, hint, formed(known), live.Listed[T]{
		Read: func(ctx context.Context) ([]T, error) {
			rows, err := watched.Read(ctx)
			return formed(rows), err
		},
		ID:      idOf,
		Version: func(T) int { return 1 },
		Allowed: allowed,
	}), nil
}
