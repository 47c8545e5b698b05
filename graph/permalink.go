package graph

import (
	"context"

	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/graph/generated/model"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/permalink"
)

func (f documentFields) Links(ctx context.Context, d *document.Document) ([]*permalink.Link, error) {
	return f.Resolver.Links.Of(ctx, d)
}

func (f linkFields) CreatedBy(ctx context.Context, l *permalink.Link) (*ent.User, error) {
	return page.Load(ctx, l.Creators, "person", l.DocumentLink.CreatedBy, f.Accounts.People)
}

func (m mutation) CreateDocumentLink(ctx context.Context, in permalink.CreateInput) (*permalink.Created, error) {
	return m.Links.Create(ctx, in)
}

func (m mutation) RevokeDocumentLink(ctx context.Context, in permalink.IDInput) (*model.DocumentLinkPayload, error) {
	l, err := m.Links.Revoke(ctx, in)
	if err != nil {
		return nil, err
	}
	return &model.DocumentLinkPayload{Link: *l}, nil
}
