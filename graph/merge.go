package graph

import (
	"context"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/contact/merge"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/graph/generated/model"
	"github.com/kartela/kartela/page"
)

func (q query) MergePreview(ctx context.Context, in merge.PreviewInput) (*merge.Preview, error) {
	return q.Merges.Preview(ctx, in)
}

func (q query) DuplicateContacts(ctx context.Context, first *int, after *string) (*page.Connection[*merge.Pair], error) {
	return q.Merges.Duplicates(ctx, first, after)
}

func (f contactFields) Duplicates(ctx context.Context, c *contact.Contact) ([]*merge.Duplicate, error) {
	return f.Resolver.Merges.DuplicatesOf(ctx, c)
}

func (f contactFields) Merges(ctx context.Context, c *contact.Contact) ([]*merge.Merge, error) {
	return f.Resolver.Merges.Of(ctx, c)
}

func (f mergeFields) By(ctx context.Context, m *merge.Merge) (*ent.User, error) {
	return page.Load(ctx, m.Mergers, "person", m.MergedBy, f.Accounts.People)
}

func (m mutation) MergeContacts(ctx context.Context, in merge.Input) (*model.MergeContactsPayload, error) {
	c, done, err := m.Merges.Merge(ctx, in)
	if err != nil {
		return nil, err
	}
	return &model.MergeContactsPayload{Contact: *c, Merge: *done}, nil
}

func (m mutation) UnmergeContacts(ctx context.Context, in merge.UnmergeInput) (*model.UnmergeContactsPayload, error) {
	c, back, err := m.Merges.Unmerge(ctx, in)
	if err != nil {
		return nil, err
	}
	return &model.UnmergeContactsPayload{Contact: *c, Contacts: back}, nil
}

func (m mutation) DismissDuplicate(ctx context.Context, in merge.DismissInput) (*model.DismissDuplicatePayload, error) {
	ids, err := m.Merges.Dismiss(ctx, in)
	if err != nil {
		return nil, err
	}
	return &model.DismissDuplicatePayload{Ids: ids}, nil
}
