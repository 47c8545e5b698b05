package account

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/apikey"
	"github.com/kartela/kartela/ent/membership"
	"github.com/kartela/kartela/ent/organization"
	"github.com/kartela/kartela/ent/portalgrant"
	entsession "github.com/kartela/kartela/ent/session"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

var ended = fault.New(fault.Unauthenticated, "", "The session has ended: sign in again.")

// Authenticate finds who a token lets in: a session's or an API key's. A session must not
// be ended, expired or idle for too long; the membership, or on the portal at least one
// grant of a contact in use that is as old as the session, must stand; the organization
// must not be closed.
//
// Faults: UNAUTHENTICATED, the same for every reason.
func (s *Service) Authenticate(ctx context.Context, token string) (viewer.Viewer, error) {
	if v, ok := s.cache.get(token, s.Now()); ok {
		return v, nil
	}
	epoch := s.cache.now()
	ctx = system(ctx, "authenticate")
	var v viewer.Viewer
	var err error
	switch {
	case strings.HasPrefix(token, "kts_"):
		v, err = s.session(ctx, token)
	case strings.HasPrefix(token, "ktk_"):
		v, err = s.key(ctx, token)
	default:
		return viewer.Viewer{}, ended
	}
	if err != nil {
		return viewer.Viewer{}, err
	}
	open, err := s.DB.Organization.Query().Where(organization.ID(v.Organization), organization.ClosedAtIsNil()).Exist(ctx)
	if err != nil {
		return viewer.Viewer{}, fmt.Errorf("account: read the organization: %w", err)
	}
	if !open {
		return viewer.Viewer{}, ended
	}
	if !v.Preview { // which a contact's restriction ends too, of which nothing is told here
		s.cache.put(token, v, s.Now(), epoch)
	}
	return v, nil
}

func (s *Service) session(ctx context.Context, token string) (viewer.Viewer, error) {
	now := s.Now().UTC()
	row, err := s.DB.Session.Query().Where(entsession.TokenHash(TokenHash(token))).Only(ctx)
	if ent.IsNotFound(err) || (err == nil && (row.EndedAt != nil || !now.Before(row.ExpiresAt) || now.Sub(row.LastUsedAt) > SessionIdle)) {
		return viewer.Viewer{}, ended
	}
	if err != nil {
		return viewer.Viewer{}, fmt.Errorf("account: find the session: %w", err)
	}
	if row.PreviewContactID != nil {
		return s.previewer(ctx, row)
	}
	v := viewer.Viewer{Kind: viewer.Staff, Organization: row.OrganizationID, User: row.UserID, Session: row.ID}
	if row.Side == entsession.SidePortal {
		v.Kind = viewer.Portal
		grants, err := granted(ctx, s.DB.PortalGrant, row.OrganizationID, row.UserID)
		if err != nil {
			return viewer.Viewer{}, err
		}
		// A session from before access was revoked stays ended when the person is let in anew.
		if !slices.ContainsFunc(grants, func(g *ent.PortalGrant) bool { return g.AcceptedAt != nil && !g.AcceptedAt.After(row.CreatedAt) }) {
			return viewer.Viewer{}, ended
		}
		v.Contacts = contactsOf(grants)
	} else {
		m, err := s.DB.Membership.Query().Where(membership.OrganizationID(row.OrganizationID), membership.UserID(row.UserID), membership.EndedAtIsNil()).Only(ctx)
		if ent.IsNotFound(err) {
			return viewer.Viewer{}, ended
		}
		if err != nil {
			return viewer.Viewer{}, fmt.Errorf("account: find the membership: %w", err)
		}
		v.Role = m.Role
	}
	s.used(ctx, row, v, now)
	return v, nil
}

func grantedContacts(ctx context.Context, grants *ent.PortalGrantClient, org, u uuid.UUID) ([]uuid.UUID, error) {
	rows, err := granted(ctx, grants, org, u)
	return contactsOf(rows), err
}

func granted(ctx context.Context, grants *ent.PortalGrantClient, org, u uuid.UUID) ([]*ent.PortalGrant, error) {
	rows, err := grants.Query().Where(portalgrant.OrganizationID(org), portalgrant.UserID(u),
		portalgrant.StatusEQ(portalgrant.StatusActive), activeContact).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("account: find portal access: %w", err)
	}
	return rows, nil
}

func contactsOf(grants []*ent.PortalGrant) []uuid.UUID {
	out := make([]uuid.UUID, len(grants))
	for i, g := range grants {
		out[i] = g.ContactID
	}
	sort.Slice(out, func(i, j int) bool { return out[i].String() < out[j].String() })
	return out
}

func (s *Service) key(ctx context.Context, token string) (viewer.Viewer, error) {
	now := s.Now().UTC()
	row, err := s.DB.APIKey.Query().Where(apikey.KeyHash(TokenHash(token))).Only(ctx)
	if ent.IsNotFound(err) || (err == nil && (row.RevokedAt != nil || (row.ExpiresAt != nil && !now.Before(*row.ExpiresAt)))) {
		return viewer.Viewer{}, ended
	}
	if err != nil {
		return viewer.Viewer{}, fmt.Errorf("account: find the API key: %w", err)
	}
	if row.LastUsedAt == nil || now.Sub(*row.LastUsedAt) > useEvery {
		s.note(ctx, func(ctx context.Context, tx *ent.Tx) error {
			return tx.APIKey.Update().Where(apikey.ID(row.ID)).SetLastUsedAt(now.Truncate(time.Microsecond)).Exec(ctx)
		})
	}
	return viewer.Viewer{Kind: viewer.Staff, Organization: row.OrganizationID, APIKey: row.ID, Role: row.Role}, nil
}

// useEvery is how often the time of last use is written.
const useEvery = time.Minute

func (s *Service) used(ctx context.Context, row *ent.Session, v viewer.Viewer, now time.Time) {
	if now.Sub(row.LastUsedAt) <= useEvery {
		return
	}
	at := now.Truncate(time.Microsecond)
	s.note(ctx, func(ctx context.Context, tx *ent.Tx) error {
		if v.Kind == viewer.Portal {
			err := tx.PortalGrant.Update().Where(portalgrant.OrganizationID(v.Organization), portalgrant.UserID(v.User),
				portalgrant.StatusEQ(portalgrant.StatusActive)).SetLastUsedAt(at).Exec(ctx)
			if err != nil {
				return err
			}
		}
		return tx.Session.Update().Where(entsession.ID(row.ID)).SetLastUsedAt(at).Exec(ctx)
	})
}

// note writes a time of use. A request does not fail because that could not be written.
func (s *Service) note(ctx context.Context, f func(context.Context, *ent.Tx) error) {
	if err := db.InTx(ctx, s.DB, f); err != nil {
		slog.WarnContext(ctx, "account: write the time of use", "err", err)
	}
}
