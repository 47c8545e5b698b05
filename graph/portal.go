package graph

import (
	"context"

	"github.com/google/uuid"

	"github.com/kartela/kartela/account"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/graph/generated/model"
	"github.com/kartela/kartela/live"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/portal"
	"github.com/kartela/kartela/viewer"
)

func (q query) Portal(ctx context.Context) (*portal.Portal, error) { return q.Portals.For(ctx) }

func (portalContactFields) Documents(ctx context.Context, c *portal.Contact, first *int, after *string, f *portal.DocumentFilter) (*page.Connection[*portal.Document], error) {
	return c.Documents(ctx, first, after, f)
}

func (m mutation) UpdatePortalSettings(ctx context.Context, in portal.SettingsInput) (*model.UpdatePortalSettingsPayload, error) {
	now, err := m.Portals.UpdateSettings(ctx, in)
	if err != nil {
		return nil, err
	}
	return &model.UpdatePortalSettingsPayload{Settings: *now}, nil
}

func (m mutation) AcceptPortalEstimate(ctx context.Context, in portal.DecideInput) (*model.DecidePortalEstimatePayload, error) {
	d, err := m.Portals.AcceptEstimate(ctx, in)
	return decided(d, err)
}

func (m mutation) RejectPortalEstimate(ctx context.Context, in portal.DecideInput) (*model.DecidePortalEstimatePayload, error) {
	d, err := m.Portals.RejectEstimate(ctx, in)
	return decided(d, err)
}

func decided(d *portal.Document, err error) (*model.DecidePortalEstimatePayload, error) {
	if err != nil {
		return nil, err
	}
	return &model.DecidePortalEstimatePayload{Document: *d}, nil
}

func (m mutation) InviteToPortal(ctx context.Context, in portal.InviteInput) (*portal.Invited, error) {
	return m.Portals.Invite(ctx, in)
}

func (q query) PortalAccess(ctx context.Context, first *int, after *string, f *portal.AccessFilter) (*page.Connection[*portal.Access], error) {
	return q.Portals.Access(ctx, page.Args{First: first, After: after}, f)
}

func (f accessFields) Contact(ctx context.Context, a *portal.Access) (*contact.Contact, error) {
	return page.Load(ctx, a.Contacts, "contact", a.ContactID, f.Contacts.ByIDs)
}

func (f accessFields) Person(ctx context.Context, a *portal.Access) (*ent.User, error) {
	if a.UserID == nil {
		return nil, nil //nolint:nilnil // nobody has accepted
	}
	return page.Load(ctx, a.People, "person", *a.UserID, f.Accounts.People)
}

func (f accessFields) InvitedBy(ctx context.Context, a *portal.Access) (*ent.User, error) {
	return page.Load(ctx, a.People, "person", a.PortalGrant.InvitedBy, f.Accounts.People)
}

func (m mutation) PreviewPortal(ctx context.Context, in account.PreviewInput) (*account.SignedIn, error) {
	return m.Accounts.Preview(ctx, in, requestOf(ctx).Client)
}

func (m mutation) AcceptPortalInvitation(ctx context.Context, in portal.AcceptInput) (*account.SignedIn, error) {
	s, err := m.Portals.Accept(ctx, in, requestOf(ctx).Client)
	return signedIn(ctx, s, err)
}

func (m mutation) RevokePortalAccess(ctx context.Context, in portal.RevokeInput) (*model.RevokePortalAccessPayload, error) {
	g, err := m.Portals.Revoke(ctx, in)
	if err != nil {
		return nil, err
	}
	return &model.RevokePortalAccessPayload{Access: *g}, nil
}

func (s subscription) PortalDocumentChanged(ctx context.Context, contactID *uuid.UUID) (<-chan *portal.Document, error) {
	if given, ok := live.Given[*portal.Document](ctx); ok {
		return given, nil
	}
	id, err := s.Portals.OwnContact(ctx, contactID)
	if err != nil {
		return nil, err
	}
	hint := s.Hints.FollowRows(viewer.From(ctx).Organization, id) // first follow, then read: no gap
	watched, known, err := s.Portals.WatchDocuments(ctx, id)
	if err != nil {
		hint.Close()
		return nil, err
	}
	return live.WatchList(ctx, s.Hub, hint, portal.Wrap(known), live.Listed[*portal.Document]{
		Read:    wrapped(watched.Read),
		Present: wrapped(watched.Present),
		Sees:    watched.Sees,
		ID:      func(d *portal.Document) uuid.UUID { return d.ID },
		Version: func(d *portal.Document) int { return d.Version },
		Allowed: s.standing(ctx, nil),
	}), nil
}

func wrapped(read func(context.Context) ([]*document.Document, error)) func(context.Context) ([]*portal.Document, error) {
	return func(ctx context.Context) ([]*portal.Document, error) {
		docs, err := read(ctx)
		return portal.Wrap(docs), err
	}
}
