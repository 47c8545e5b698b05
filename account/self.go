package account

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/apikey"
	"github.com/kartela/kartela/ent/membership"
	"github.com/kartela/kartela/ent/organization"
	entsession "github.com/kartela/kartela/ent/session"
	"github.com/kartela/kartela/viewer"
)

// Place reads the organization that a viewer works for or is a customer of.
func (s *Service) Place(ctx context.Context, v viewer.Viewer) (*ent.Organization, error) {
	org, err := s.DB.Organization.Get(viewer.With(ctx, v), v.Organization)
	return org, wrapped("read the organization", err)
}

// Person reads who a viewer is; nil for an API key.
func (s *Service) Person(ctx context.Context, v viewer.Viewer) (*ent.User, error) {
	if v.User == uuid.Nil {
		return nil, nil //nolint:nilnil // a program is no person
	}
	u, err := s.DB.User.Get(systemFor(ctx, v.Organization, v.User, "tell a viewer who it is"), v.User)
	return u, wrapped("read the person", err)
}

// Called is what the other side knows who asks by: the name, else the e-mail address; "" for a
// program.
func (s *Service) Called(ctx context.Context) (string, error) {
	u, err := s.Person(ctx, viewer.From(ctx))
	if err != nil || u == nil {
		return "", err
	}
	return cmp.Or(u.Name, u.Email), nil
}

// Language is the one to show a viewer: the person's own, else the organization's.
func (s *Service) Language(ctx context.Context, v viewer.Viewer) (string, error) {
	u, err := s.Person(ctx, v)
	if err != nil {
		return "", err
	}
	if u != nil && u.Language != "" {
		return u.Language, nil
	}
	org, err := s.Place(ctx, v)
	if err != nil {
		return "", err
	}
	return org.Language, nil
}

// Standing is Stands, asked again at most every five seconds for one viewer: what lives long,
// a socket or a stream, asks it before each operation and each delivery. So access that
// expires, or that another process ends, is over within that time there too.
func (s *Service) Standing(ctx context.Context, v viewer.Viewer) error {
	if v.Kind == viewer.Nobody {
		return nil
	}
	key := v.Session
	if v.APIKey != uuid.Nil {
		key = v.APIKey
	}
	if !v.Preview && s.standing.known(key, v, s.Now()) {
		return nil
	}
	epoch := s.cache.now()
	if err := s.Stands(ctx, v); err != nil {
		return err
	}
	if epoch == s.cache.now() {
		s.standing.keep(key, v, s.Now())
	}
	return nil
}

// Stands says whether a viewer who was let in before would be let in again now, with the
// same rights. Streams ask it before they deliver, once access has changed somewhere.
//
// Faults: UNAUTHENTICATED.
func (s *Service) Stands(ctx context.Context, v viewer.Viewer) error {
	ctx = systemFor(ctx, v.Organization, v.User, "ask whether a viewer still stands")
	now := s.Now().UTC()
	var ok bool
	var err error
	switch {
	case v.APIKey != uuid.Nil:
		ok, err = s.DB.APIKey.Query().Where(apikey.ID(v.APIKey), apikey.RevokedAtIsNil(),
			apikey.Or(apikey.ExpiresAtIsNil(), apikey.ExpiresAtGT(now))).Exist(ctx)
	case v.Preview:
		ok, err = s.mayPreview(ctx, v)
	case v.Kind == viewer.Portal:
		var contacts []uuid.UUID
		if contacts, err = grantedContacts(ctx, s.DB.PortalGrant, v.Organization, v.User); err == nil {
			ok = slices.Equal(contacts, v.Contacts)
		}
	case v.Kind == viewer.Staff:
		ok, err = s.DB.Membership.Query().Where(membership.OrganizationID(v.Organization), membership.UserID(v.User),
			membership.RoleEQ(v.Role), membership.EndedAtIsNil()).Exist(ctx)
	}
	if err == nil && ok && v.Session != uuid.Nil {
		ok, err = s.DB.Session.Query().Where(entsession.ID(v.Session), entsession.EndedAtIsNil(), entsession.ExpiresAtGT(now)).Exist(ctx)
	}
	if err == nil && ok {
		ok, err = s.DB.Organization.Query().Where(organization.ID(v.Organization), organization.ClosedAtIsNil()).Exist(ctx)
	}
	if err != nil {
		return fmt.Errorf("account: ask whether a viewer still stands: %w", err)
	}
	if !ok {
		return ended
	}
	return nil
}
