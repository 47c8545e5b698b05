package graph

import (
	"context"

	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/graph/generated/model"
	"github.com/kartela/kartela/live"
	"github.com/kartela/kartela/notice"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

func (q query) Notices(ctx context.Context, first *int, after *string, unseen *bool) (*page.Connection[*notice.Notice], error) {
	return q.Resolver.Notices.List(ctx, page.Args{First: first, After: after}, unseen != nil && *unseen)
}

func (q query) UnseenNotices(ctx context.Context) (int, error) { return q.Resolver.Notices.Unseen(ctx) }

func (m mutation) MarkNoticesSeen(ctx context.Context, in notice.SeenInput) (*model.MarkSeenPayload, error) {
	n, err := m.Notices.MarkSeen(ctx, in)
	return seen(n, err)
}

func (f noticeFields) Contact(ctx context.Context, n *notice.Notice) (*contact.Contact, error) {
	return page.Load(ctx, n.Contacts, "contact", n.ContactID, f.Contacts.ByIDs)
}

func (f noticeFields) Document(ctx context.Context, n *notice.Notice) (*document.Document, error) {
	if n.DocumentID == nil {
		return nil, nil //nolint:nilnil // null in the API
	}
	return page.Load(ctx, n.Documents, "document", *n.DocumentID, f.Documents.ByIDs)
}

func (s subscription) NoticeAdded(ctx context.Context) (<-chan *notice.Notice, error) {
	if given, ok := live.Given[*notice.Notice](ctx); ok {
		return given, nil
	}
	v := viewer.From(ctx)
	hint := s.Hints.Follow(v.Organization, notice.Topic(v.Organization)) // first follow, then read: no gap
	watched, known, err := s.Notices.Watch(ctx)
	if err != nil {
		hint.Close()
		return nil, err
	}
	return live.WatchList(ctx, s.Hub, hint, known, live.Listed[*notice.Notice]{
		Read:    watched.Read,
		Sees:    watched.Sees,
		ID:      func(n *notice.Notice) uuid.UUID { return n.ID },
		Version: func(*notice.Notice) int { return 1 },
		Allowed: s.standing(ctx, nil),
	}), nil
}
