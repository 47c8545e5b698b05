package graph

import (
	"context"

	"github.com/kartela/kartela/account"
	"github.com/kartela/kartela/graph/generated/model"
	"github.com/kartela/kartela/portal"
)

func (q query) Portal(ctx context.Context) (*portal.Portal, error) { return q.Portals.For(ctx) }

func (m mutation) InviteToPortal(ctx context.Context, in portal.InviteInput) (*portal.Invited, error) {
	return m.Portals.Invite(ctx, in)
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
