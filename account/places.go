package account

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/membership"
	"github.com/kartela/kartela/ent/organization"
	"github.com/kartela/kartela/ent/portalgrant"
	entsession "github.com/kartela/kartela/ent/session"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// Place is an organization that a person may go to, and as what: staff where they are both.
type Place struct {
	OrganizationID uuid.UUID
	Name           string
	Kind           viewer.Kind
}

// Places are the organizations that the viewer may go to, by name; none for an API key.
func (s *Service) Places(ctx context.Context, v viewer.Viewer) ([]*Place, error) {
	if v.User == uuid.Nil {
		return nil, nil
	}
	ctx = system(ctx, "find where a person may go")
	kinds := map[uuid.UUID]viewer.Kind{}
	grants, err := s.DB.PortalGrant.Query().Where(portalgrant.UserID(v.User), portalgrant.StatusEQ(portalgrant.StatusActive), activeContact).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("account: find portal access: %w", err)
	}
	for _, g := range grants {
		kinds[g.OrganizationID] = viewer.Portal
	}
	members, err := s.DB.Membership.Query().Where(membership.UserID(v.User), membership.EndedAtIsNil()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("account: find memberships: %w", err)
	}
	for _, m := range members {
		kinds[m.OrganizationID] = viewer.Staff
	}
	ids := make([]uuid.UUID, 0, len(kinds))
	for id := range kinds {
		ids = append(ids, id)
	}
	orgs, err := s.DB.Organization.Query().Where(organization.IDIn(ids...), organization.ClosedAtIsNil()).
		Order(organization.ByName(), organization.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("account: read organizations: %w", err)
	}
	out := make([]*Place, len(orgs))
	for i, o := range orgs {
		out[i] = &Place{o.ID, o.Name, kinds[o.ID]}
	}
	return out, nil
}

// SwitchInput is the input of switchOrganization.
type SwitchInput struct {
	db.Idempotent
	OrganizationID uuid.UUID
}

// Switch ends the session that asks and begins one of another organization of the same person.
//
// Faults: UNAUTHENTICATED when no person asks; NOT_FOUND on organizationId where the person may
// not go.
func (s *Service) Switch(ctx context.Context, in SwitchInput, client Client) (*SignedIn, error) {
	v, _, err := s.asker(ctx)
	if err != nil {
		return nil, err
	}
	org, side, err := s.place(ctx, v.User, &in.OrganizationID)
	if err != nil {
		return nil, err
	}
	if org == uuid.Nil {
		return nil, fault.New(fault.NotFound, "organizationId", "There is no such organization.")
	}
	return s.begin(systemFor(ctx, org, v.User, "go to another organization"), side, client, func(ctx context.Context, tx *ent.Tx) error {
		_, err := s.endSessions(ctx, tx, viewer.Ended{Organization: v.Organization, Session: v.Session}, entsession.ID(v.Session))
		return err
	})
}
