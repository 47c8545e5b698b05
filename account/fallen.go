package account

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/apikey"
	"github.com/kartela/kartela/ent/membership"
	"github.com/kartela/kartela/ent/organization"
	"github.com/kartela/kartela/ent/portalgrant"
	entsession "github.com/kartela/kartela/ent/session"
	"github.com/kartela/kartela/viewer"
)

// askedAtOnce is how many viewers are asked about by the same statements.
const askedAtOnce = 1000

// Fallen gives those viewers who no longer stand: what Stands says of each, by at most five
// statements for a thousand of them, and two for each preview.
func (s *Service) Fallen(ctx context.Context, viewers []viewer.Viewer) (out []viewer.Viewer, err error) {
	ctx = viewer.AsSystem(ctx, "account: ask who still stands")
	for some := range slices.Chunk(viewers, askedAtOnce) {
		a := &roll{s: s, some: some}
		for _, read := range []func(context.Context) error{a.readSessions, a.readKeys, a.readMembers, a.readGrants, a.readPreviews, a.readOrganizations} {
			if err := read(ctx); err != nil {
				return nil, fmt.Errorf("account: ask who still stands: %w", err)
			}
		}
		for _, v := range some {
			if !a.stands(v) {
				out = append(out, v)
			}
		}
	}
	return out, nil
}

// belonging is a person in an organization.
type belonging struct{ organization, user uuid.UUID }

// roll is what is known of some viewers.
type roll struct {
	s    *Service
	some []viewer.Viewer

	sessions, keys, organizations map[uuid.UUID]bool
	members                       map[belonging]viewer.Role
	grants                        map[belonging][]*ent.PortalGrant
	previews                      map[uuid.UUID]bool // by session
}

// ids gives the ids that those viewers have, each once.
func (a *roll) ids(of func(viewer.Viewer) uuid.UUID) (out []uuid.UUID) {
	known := map[uuid.UUID]bool{uuid.Nil: true}
	for _, v := range a.some {
		if id := of(v); !known[id] {
			known[id] = true
			out = append(out, id)
		}
	}
	return out
}

func (a *roll) users(kind viewer.Kind) []uuid.UUID {
	return a.ids(func(v viewer.Viewer) uuid.UUID {
		if v.Kind != kind || v.Preview || v.APIKey != uuid.Nil {
			return uuid.Nil
		}
		return v.User
	})
}

func (a *roll) readSessions(ctx context.Context) (err error) {
	ids := a.ids(func(v viewer.Viewer) uuid.UUID { return v.Session })
	if len(ids) == 0 {
		return nil
	}
	a.sessions, err = among(a.s.DB.Session.Query().Where(entsession.IDIn(ids...), entsession.EndedAtIsNil(), entsession.ExpiresAtGT(a.s.Now().UTC())).IDs(ctx))
	return err
}

func (a *roll) readKeys(ctx context.Context) (err error) {
	ids := a.ids(func(v viewer.Viewer) uuid.UUID { return v.APIKey })
	if len(ids) == 0 {
		return nil
	}
	a.keys, err = among(a.s.DB.APIKey.Query().Where(apikey.IDIn(ids...), apikey.RevokedAtIsNil(),
		apikey.Or(apikey.ExpiresAtIsNil(), apikey.ExpiresAtGT(a.s.Now().UTC()))).IDs(ctx))
	return err
}

func (a *roll) readOrganizations(ctx context.Context) (err error) {
	ids := a.ids(func(v viewer.Viewer) uuid.UUID { return v.Organization })
	a.organizations, err = among(a.s.DB.Organization.Query().Where(organization.IDIn(ids...), organization.ClosedAtIsNil()).IDs(ctx))
	return err
}

func (a *roll) readMembers(ctx context.Context) error {
	ids := a.users(viewer.Staff)
	if len(ids) == 0 {
		return nil
	}
	rows, err := a.s.DB.Membership.Query().Where(membership.UserIDIn(ids...), membership.EndedAtIsNil()).All(ctx)
	a.members = make(map[belonging]viewer.Role, len(rows))
	for _, m := range rows {
		a.members[belonging{m.OrganizationID, m.UserID}] = m.Role
	}
	return err
}

func (a *roll) readGrants(ctx context.Context) error {
	ids := a.users(viewer.Portal)
	if len(ids) == 0 {
		return nil
	}
	rows, err := a.s.DB.PortalGrant.Query().Where(portalgrant.UserIDIn(ids...), portalgrant.StatusEQ(portalgrant.StatusActive), activeContact).All(ctx)
	a.grants = map[belonging][]*ent.PortalGrant{}
	for _, g := range rows {
		b := belonging{g.OrganizationID, *g.UserID}
		a.grants[b] = append(a.grants[b], g)
	}
	return err
}

// readPreviews asks about each preview by itself: there are few, and not for long.
func (a *roll) readPreviews(ctx context.Context) (err error) {
	a.previews = map[uuid.UUID]bool{}
	for _, v := range a.some {
		if !v.Preview {
			continue
		}
		if a.previews[v.Session], err = a.s.mayPreview(ctx, v); err != nil {
			return err
		}
	}
	return nil
}

func (a *roll) stands(v viewer.Viewer) bool {
	who := belonging{v.Organization, v.User}
	role, member := a.members[who]
	in := false
	switch {
	case v.APIKey != uuid.Nil:
		in = a.keys[v.APIKey]
	case v.Preview:
		in = a.previews[v.Session]
	case v.Kind == viewer.Portal:
		in = slices.Equal(contactsOf(a.grants[who]), v.Contacts)
	case v.Kind == viewer.Staff:
		in = member && role == v.Role
	}
	return in && a.organizations[v.Organization] && (v.Session == uuid.Nil || a.sessions[v.Session])
}

func among(ids []uuid.UUID, err error) (map[uuid.UUID]bool, error) {
	out := make(map[uuid.UUID]bool, len(ids))
	for _, id := range ids {
		out[id] = true
	}
	return out, err
}
