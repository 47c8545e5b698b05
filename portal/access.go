package portal

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/account"
	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/portalgrant"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

// InvitationLasts is how long an invitation's link works.
const InvitationLasts = 7 * 24 * time.Hour

// InviteInput is the input of inviteToPortal.
type InviteInput struct {
	db.Idempotent
	ContactID uuid.UUID
	Email     string
}

// Invited is what inviting gives: the access, and its link, this once.
type Invited struct {
	Access  *Access
	Link    string
	Emailed bool
}

// Invite invites a person of a contact to the portal. The link works once, for 7 days;
// inviting the same address again makes a new link and ends the old one. The token is
// kept as its SHA-256.
//
// Faults: INVALID on email; NOT_FOUND and CONFLICT (archived) on contactId; CONFLICT on
// email when the person has access already; RATE_LIMITED for over 4 invitations of one address in a
// while, or 60 by one business.
func (s *Service) Invite(ctx context.Context, in InviteInput) (*Invited, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.InvitePortal); err != nil {
		return nil, err
	}
	email, err := contact.NormalizeEmail(in.Email)
	if err != nil {
		return nil, fault.New(fault.Invalid, "email", "This is not an e-mail address.")
	}
	if err := s.Accounts.AllowInvitation(ctx, email); err != nil {
		return nil, err
	}
	token, hash := account.NewToken("")
	id, replayed, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		return s.invite(ctx, tx, in.ContactID, email, hash)
	})
	if err == nil && replayed {
		err = s.renew(ctx, id, hash)
	}
	if err != nil {
		return nil, err
	}
	g, err := s.DB.PortalGrant.Get(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("portal: read the access: %w", err)
	}
	out := &Invited{Access: accesses(g)[0], Link: s.BaseURL + "/portal/accept?token=" + url.QueryEscape(token)}
	out.Emailed = s.mailInvitation(ctx, g, out.Link)
	return out, nil
}

func (s *Service) invite(ctx context.Context, tx *ent.Tx, contactID uuid.UUID, email string, hash []byte) (uuid.UUID, error) {
	c, err := contact.Active(ctx, tx, contactID, "contactId")
	if err != nil {
		return uuid.Nil, err
	}
	expires := s.Now().UTC().Add(InvitationLasts).Truncate(time.Microsecond)
	g, err := tx.PortalGrant.Query().Where(portalgrant.ContactID(c.ID), portalgrant.Email(email), db.ForUpdate).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		g, err = tx.PortalGrant.Create().SetContactID(c.ID).SetEmail(email).SetTokenHash(hash).SetExpiresAt(expires).
			SetInvitedBy(viewer.From(ctx).Actor()).Save(ctx)
	case err == nil && g.Status == portalgrant.StatusActive:
		return uuid.Nil, fault.New(fault.Conflict, "email", "This person has access already.")
	case err == nil:
		g, err = tx.PortalGrant.UpdateOneID(g.ID).SetStatus(portalgrant.StatusInvited).SetTokenHash(hash).SetExpiresAt(expires).
			ClearUserID().ClearAcceptedAt().ClearRevokedAt().Save(ctx)
	}
	if err != nil {
		return uuid.Nil, fmt.Errorf("portal: invite: %w", err)
	}
	return g.ID, tell(ctx, tx, "inviteToPortal", g, audit.Fields{"email": email})
}

// renew gives an invitation that is repeated a new link: the first one's token is not kept.
func (s *Service) renew(ctx context.Context, id uuid.UUID, hash []byte) error {
	return db.InTx(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) error {
		n, err := tx.PortalGrant.Update().Where(portalgrant.ID(id), portalgrant.StatusEQ(portalgrant.StatusInvited)).
			SetTokenHash(hash).Save(ctx)
		if err != nil {
			return fmt.Errorf("portal: renew an invitation: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Conflict, "email", "The invitation was accepted or ended in the meantime.")
		}
		return nil
	})
}

// AcceptInput is the input of acceptPortalInvitation.
type AcceptInput struct {
	db.Idempotent
	Token    string
	Name     string
	Password string
}

// Accept takes an invitation and signs the person in to the portal. A repeat with the same
// idempotency key, token and password gives the same session a new token.
//
// Faults: NOT_FOUND on token (wrong, used or expired, which is not told apart); INVALID on
// password for a new account; UNAUTHENTICATED for the wrong password of one that exists;
// RATE_LIMITED.
func (s *Service) Accept(ctx context.Context, in AcceptInput, client account.Client) (*account.SignedIn, error) {
	system := viewer.AsSystem(ctx, "accept an invitation: nobody is signed in yet")
	found, err := s.DB.PortalGrant.Query().Where(portalgrant.TokenHash(account.TokenHash(in.Token))).Only(system)
	if ent.IsNotFound(err) || (err == nil && !usable(found, s.Now()) && !repeats(ctx, found)) {
		return nil, gone()
	}
	if err != nil {
		return nil, fmt.Errorf("portal: find the invitation: %w", err)
	}
	person, err := s.Accounts.Admit(ctx, found.Email, in.Name, in.Password, client)
	if err != nil {
		return nil, err
	}
	as := viewer.With(ctx, viewer.Viewer{Kind: viewer.System, Organization: found.OrganizationID, User: person.ID, Reason: "accept an invitation"})
	return s.Accounts.PortalSession(as, client, func(ctx context.Context, tx *ent.Tx) error {
		return s.accept(ctx, tx, found.ID, in.Token, person)
	})
}

// repeats says whether a used invitation may be the first try of the same request.
func repeats(ctx context.Context, g *ent.PortalGrant) bool {
	return g.Status == portalgrant.StatusActive && db.Keyed(ctx) != ""
}

func gone() error {
	return fault.New(fault.NotFound, "token", "The invitation was used, has expired or was taken back: ask for a new one.")
}

func (s *Service) accept(ctx context.Context, tx *ent.Tx, id uuid.UUID, token string, person *account.Person) error {
	g, err := tx.PortalGrant.Query().Where(portalgrant.ID(id), portalgrant.TokenHash(account.TokenHash(token)), db.ForUpdate).Only(ctx)
	if ent.IsNotFound(err) || (err == nil && !usable(g, s.Now())) {
		return gone()
	}
	if err != nil {
		return fmt.Errorf("portal: find the invitation: %w", err)
	}
	if _, err := contact.StillActive(ctx, tx, g.ContactID, ""); err != nil {
		return gone()
	}
	if err := s.Accounts.SavePerson(ctx, tx, person); err != nil {
		return err
	}
	now := schema.Now()
	err = tx.PortalGrant.UpdateOneID(g.ID).SetStatus(portalgrant.StatusActive).SetUserID(person.ID).
		SetAcceptedAt(now).SetLastUsedAt(now).Exec(ctx)
	if err != nil {
		return fmt.Errorf("portal: accept: %w", err)
	}
	return tell(ctx, tx, "acceptPortalInvitation", g, audit.Fields{"email": g.Email})
}

func usable(g *ent.PortalGrant, now time.Time) bool {
	return g.Status == portalgrant.StatusInvited && now.Before(g.ExpiresAt)
}

// RevokeInput is the input of revokePortalAccess.
type RevokeInput struct {
	db.Idempotent
	ID uuid.UUID
}

// Revoke ends a person's access to a contact; sessions and live channels that lived by it
// end at once. What is ended already stays so.
//
// Faults: NOT_FOUND on id.
func (s *Service) Revoke(ctx context.Context, in RevokeInput) (*Access, error) {
	v, err := viewer.RequireStaff(ctx, viewer.InvitePortal)
	if err != nil {
		return nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		g, err := tx.PortalGrant.Query().Where(portalgrant.ID(in.ID), db.ForUpdate).Only(ctx)
		if ent.IsNotFound(err) {
			return uuid.Nil, fault.New(fault.NotFound, "id", "There is no such access.")
		}
		if err != nil {
			return uuid.Nil, fmt.Errorf("portal: find the access: %w", err)
		}
		if g.Status == portalgrant.StatusRevoked {
			return g.ID, nil
		}
		err = tx.PortalGrant.UpdateOneID(g.ID).SetStatus(portalgrant.StatusRevoked).SetRevokedAt(schema.Now()).ClearTokenHash().Exec(ctx)
		if err != nil {
			return uuid.Nil, fmt.Errorf("portal: revoke: %w", err)
		}
		if g.UserID != nil {
			ended := viewer.Ended{Organization: v.Organization, User: *g.UserID, Contact: g.ContactID}
			db.AfterCommit(ctx, func() { s.Ended(ended) })
		}
		return g.ID, tell(ctx, tx, "revokePortalAccess", g, audit.Fields{"email": g.Email})
	})
	if err != nil {
		return nil, err
	}
	g, err := s.DB.PortalGrant.Get(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("portal: read the access: %w", err)
	}
	return accesses(g)[0], nil
}

// AccessOf is who has, was offered or had access to a contact, newest first, for the whole
// group of contacts.
func (s *Service) AccessOf(ctx context.Context, c *contact.Contact) ([]*Access, error) {
	return page.Load(ctx, c.Group, "portalAccess", c.ID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*Access, error) {
		rows, err := s.DB.PortalGrant.Query().Where(portalgrant.ContactIDIn(ids...)).Order(portalgrant.ByID(sql.OrderDesc())).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("portal: read access: %w", err)
		}
		out := make(map[uuid.UUID][]*Access, len(ids))
		for _, a := range accesses(rows...) {
			out[a.ContactID] = append(out[a.ContactID], a)
		}
		return out, nil
	})
}

func tell(ctx context.Context, tx *ent.Tx, action string, g *ent.PortalGrant, after audit.Fields) error {
	return audit.Record(ctx, tx, audit.Event{Action: action, ObjectType: "portal_grant", ObjectID: g.ID, ContactID: g.ContactID, After: after})
}
