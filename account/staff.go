package account

import (
	"context"
	"fmt"
	"net/mail"
	"strings"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/membership"
	"github.com/kartela/kartela/ent/schema"
	entsession "github.com/kartela/kartela/ent/session"
	"github.com/kartela/kartela/ent/user"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

func normalizeEmail(s string) (string, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > 254 {
		return "", fault.New(fault.Invalid, "", "This is not an e-mail address.")
	}
	return s, nil
}

// People reads people whom the viewer may know of, by their ids.
func (s *Service) People(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*ent.User, error) {
	rows, err := s.DB.User.Query().Where(user.IDIn(ids...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("account: read people: %w", err)
	}
	out := make(map[uuid.UUID]*ent.User, len(rows))
	for _, u := range rows {
		out[u.ID] = u
	}
	return out, nil
}

// AddMemberInput is the input of addMember.
type AddMemberInput struct {
	db.Idempotent
	Email    string
	Name     string
	Role     viewer.Role
	Password *string
}

// AddMember adds a person to the staff; one who left may come back.
//
// Faults: INVALID on email, password; FORBIDDEN on role when a non-owner makes an owner;
// CONFLICT on email when the person is a member, or has an account that was not made here.
func (s *Service) AddMember(ctx context.Context, in AddMemberInput) (*Member, error) {
	v, err := manage(ctx, in.Role)
	if err != nil {
		return nil, err
	}
	email, err := normalizeEmail(in.Email)
	if err != nil {
		return nil, fault.New(fault.Invalid, "email", "This is not an e-mail address.")
	}
	hash := ""
	if in.Password != nil {
		if err := checkPassword("password", *in.Password); err != nil {
			return nil, err
		}
		if hash, err = s.hasher.hash(ctx, *in.Password); err != nil {
			return nil, err
		}
	}
	id, _, err := db.Once(s.asSystem(ctx, v), s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		fresh := false
		u, err := tx.User.Query().Where(user.Email(email)).Only(ctx)
		if ent.IsNotFound(err) {
			if hash == "" {
				return uuid.Nil, fault.New(fault.Invalid, "password", "The person has no account yet: give a first password.")
			}
			fresh = true
			u, err = tx.User.Create().SetEmail(email).SetName(text(in.Name, 200)).SetPasswordHash(hash).Save(ctx)
		}
		if err != nil {
			return uuid.Nil, fmt.Errorf("account: add a member: %w", err)
		}
		if !fresh {
			if err := knownHere(ctx, tx, v.Organization, u.ID); err != nil {
				return uuid.Nil, err
			}
		}
		if err := join(ctx, tx, v.Organization, u.ID, in.Role); err != nil {
			return uuid.Nil, err
		}
		return u.ID, tell(ctx, tx, "addMember", "member", u.ID, nil, audit.Fields{"email": email, "role": in.Role})
	})
	if err != nil {
		return nil, err
	}
	return s.member(ctx, id)
}

// knownHere lets an account join that was on this staff before. Any other was made elsewhere,
// by whoever held an invitation's link or another business's password for it: nothing
// proves that it is the person whose address it has.
func knownHere(ctx context.Context, tx *ent.Tx, org, u uuid.UUID) error {
	was, err := tx.Membership.Query().Where(membership.OrganizationID(org), membership.UserID(u)).Exist(ctx)
	if err == nil && !was {
		return fault.New(fault.Conflict, "email", "There is an account with this address already, which this business did not make: use another address.")
	}
	return wrapped("find the membership", err)
}

func join(ctx context.Context, tx *ent.Tx, org, u uuid.UUID, role viewer.Role) error {
	m, err := tx.Membership.Query().Where(membership.OrganizationID(org), membership.UserID(u), db.ForUpdate).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		err = tx.Membership.Create().SetOrganizationID(org).SetUserID(u).SetRole(role).Exec(ctx)
	case err == nil && m.EndedAt == nil:
		return fault.New(fault.Conflict, "email", "This person is a member already.")
	case err == nil:
		err = tx.Membership.UpdateOneID(m.ID).SetRole(role).ClearEndedAt().Exec(ctx)
	}
	return wrapped("add a member", err)
}

// manage asks for ManageStaff, and for ownership when an owner is concerned.
func manage(ctx context.Context, roles ...viewer.Role) (viewer.Viewer, error) {
	v, err := viewer.RequireStaff(ctx, viewer.ManageStaff)
	if err != nil {
		return v, err
	}
	for _, r := range roles {
		if r == viewer.Owner && v.Role != viewer.Owner {
			return v, fault.New(fault.Forbidden, "role", "Only an owner makes, changes or removes owners.")
		}
	}
	return v, nil
}

// asSystem goes on as the system in the viewer's name: people and sessions are of no tenant.
func (s *Service) asSystem(ctx context.Context, v viewer.Viewer) context.Context {
	v.Kind, v.Reason = viewer.System, "account: manage staff"
	return viewer.With(ctx, v)
}

// ChangeMemberRoleInput is the input of changeMemberRole.
type ChangeMemberRoleInput struct {
	db.Idempotent
	UserID uuid.UUID
	Role   viewer.Role
}

// ChangeMemberRole gives a member another role; the member's sessions end, to begin anew in
// the new role.
//
// Faults: NOT_FOUND on userId; FORBIDDEN on role; CONFLICT for the last owner.
func (s *Service) ChangeMemberRole(ctx context.Context, in ChangeMemberRoleInput) (*Member, error) {
	v, err := manage(ctx, in.Role)
	if err != nil {
		return nil, err
	}
	err = s.changeMember(ctx, v, in.UserID, "changeMemberRole", func(u *ent.MembershipUpdateOne) { u.SetRole(in.Role) }, in.Role == viewer.Owner)
	if err != nil {
		return nil, err
	}
	return s.member(ctx, in.UserID)
}

// RemoveMemberInput is the input of removeMember.
type RemoveMemberInput struct {
	db.Idempotent
	UserID uuid.UUID
}

// RemoveMember ends a membership, with it the person's sessions and sockets.
//
// Faults: as for ChangeMemberRole.
func (s *Service) RemoveMember(ctx context.Context, in RemoveMemberInput) (uuid.UUID, error) {
	v, err := manage(ctx)
	if err != nil {
		return uuid.Nil, err
	}
	return in.UserID, s.changeMember(ctx, v, in.UserID, "removeMember", func(u *ent.MembershipUpdateOne) { u.SetEndedAt(schema.Now()) }, false)
}

func (s *Service) changeMember(ctx context.Context, v viewer.Viewer, person uuid.UUID, action string, change func(*ent.MembershipUpdateOne), staysOwner bool) error {
	_, _, err := db.Once(s.asSystem(ctx, v), s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		// The owners are locked first, so that two who leave at once do not both see the other stay.
		owners, err := tx.Membership.Query().Where(membership.OrganizationID(v.Organization), membership.EndedAtIsNil(),
			membership.RoleEQ(viewer.Owner), db.ForUpdate).All(ctx)
		if err != nil {
			return uuid.Nil, fmt.Errorf("account: lock the owners: %w", err)
		}
		m, err := tx.Membership.Query().Where(membership.OrganizationID(v.Organization), membership.UserID(person),
			membership.EndedAtIsNil(), db.ForUpdate).Only(ctx)
		if ent.IsNotFound(err) {
			return uuid.Nil, fault.New(fault.NotFound, "userId", "There is no such member.")
		}
		if err != nil {
			return uuid.Nil, fmt.Errorf("account: find the member: %w", err)
		}
		if m.Role == viewer.Owner {
			if v.Role != viewer.Owner {
				return uuid.Nil, fault.New(fault.Forbidden, "userId", "Only an owner makes, changes or removes owners.")
			}
			if len(owners) == 1 && !staysOwner {
				return uuid.Nil, fault.New(fault.Conflict, "userId", "The last owner stays: make another one first.")
			}
		}
		u := tx.Membership.UpdateOneID(m.ID)
		change(u)
		if err := u.Exec(ctx); err != nil {
			return uuid.Nil, fmt.Errorf("account: change a member: %w", err)
		}
		_, err = s.endSessions(ctx, tx, viewer.Ended{Organization: v.Organization, User: person},
			entsession.And(entsession.OrganizationID(v.Organization), entsession.UserID(person), entsession.SideEQ(entsession.SideStaff)))
		if err != nil {
			return uuid.Nil, err
		}
		return person, tell(ctx, tx, action, "member", person, audit.Fields{"role": m.Role}, nil)
	})
	return err
}
