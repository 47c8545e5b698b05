package account

import (
	"context"
	"fmt"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/membership"
	"github.com/kartela/kartela/ent/organization"
	"github.com/kartela/kartela/ent/portalgrant"
	"github.com/kartela/kartela/ent/schema"
	entsession "github.com/kartela/kartela/ent/session"
	"github.com/kartela/kartela/ent/user"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/fold"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// How long a session lasts.
const (
	SessionIdle = 30 * 24 * time.Hour  // without use
	SessionMost = 180 * 24 * time.Hour // in all
)

// SignInInput is the input of signIn.
type SignInInput struct {
	db.Idempotent
	Email          string
	Password       string
	Code           string // of the second factor, where there is one
	OrganizationID *uuid.UUID
}

// SignedIn is a new session. The token is in no table: it is shown this once.
type SignedIn struct {
	Token     string
	ExpiresAt time.Time
	Viewer    viewer.Viewer
}

// SignIn makes a session of a person by e-mail and password: as staff, else on the portal,
// of the organization named, else of the one used last. A repeat with the same idempotency
// key gives the same session a new token.
//
// Faults: UNAUTHENTICATED, the same and after the same work whether or not there is such an
// account; UNAUTHENTICATED on code, after the right password alone, when there is a second factor
// and its code is missing or wrong; RATE_LIMITED per account and per network address.
func (s *Service) SignIn(ctx context.Context, in SignInInput, client Client) (*SignedIn, error) {
	wrong := fault.New(fault.Unauthenticated, "", "The e-mail address or the password is wrong.")
	email := strings.ToLower(text(in.Email, 254))
	if !s.limits.allow(email, client.Address, s.Now()) {
		return nil, tooMany()
	}
	u, err := s.DB.User.Query().Where(user.Email(email)).Only(system(ctx, "sign in"))
	if err != nil && !ent.IsNotFound(err) {
		return nil, fmt.Errorf("account: find the person: %w", err)
	}
	hash := ""
	if u != nil {
		hash = u.PasswordHash
	}
	ok, err := s.hasher.matches(ctx, clip(in.Password, 4*maxPassword), hash)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, wrong
	}
	org, side, err := s.place(ctx, u.ID, in.OrganizationID)
	if err != nil {
		return nil, err
	}
	if org == uuid.Nil {
		return nil, wrong
	}
	signed, err := s.begin(systemFor(ctx, org, u.ID, "sign in"), side, client, func(ctx context.Context, tx *ent.Tx) error {
		return s.pass(ctx, tx, u.ID, in.Code)
	})
	return signed, s.passed(email, err)
}

// clip bounds what is hashed, in bytes.
func clip(s string, most int) string {
	if len(s) > most {
		return s[:most]
	}
	return s
}

// text is what both databases keep of a text: trimmed, valid UTF-8 without the character
// zero, at most so many bytes, with no letter cut in two.
func text(s string, most int) string {
	return strings.ToValidUTF8(clip(fold.Clean(s), most), "")
}

// place finds where the person goes: an organization and a side; zero when nowhere.
func (s *Service) place(ctx context.Context, u uuid.UUID, named *uuid.UUID) (uuid.UUID, entsession.Side, error) {
	ctx = system(ctx, "find where a person goes")
	q := s.DB.Membership.Query().Where(membership.UserID(u), membership.EndedAtIsNil(), openOrganization(membership.FieldOrganizationID))
	g := s.DB.PortalGrant.Query().Where(portalgrant.UserID(u), portalgrant.StatusEQ(portalgrant.StatusActive),
		openOrganization(portalgrant.FieldOrganizationID), activeContact)
	if named != nil {
		q.Where(membership.OrganizationID(*named))
		g.Where(portalgrant.OrganizationID(*named))
	}
	members, err := q.All(ctx)
	if err != nil {
		return uuid.Nil, "", fmt.Errorf("account: find memberships: %w", err)
	}
	if len(members) > 0 {
		best := members[0].OrganizationID
		last, err := s.DB.Session.Query().Where(entsession.UserID(u), entsession.SideEQ(entsession.SideStaff)).
			Order(entsession.ByLastUsedAt(sql.OrderDesc())).First(ctx)
		if err == nil {
			for _, m := range members {
				if m.OrganizationID == last.OrganizationID {
					best = m.OrganizationID
				}
			}
		}
		return best, entsession.SideStaff, nil
	}
	grant, err := g.Order(portalgrant.ByLastUsedAt(sql.OrderDesc(), sql.OrderNullsLast())).First(ctx)
	if ent.IsNotFound(err) {
		return uuid.Nil, "", nil
	}
	if err != nil {
		return uuid.Nil, "", fmt.Errorf("account: find portal access: %w", err)
	}
	return grant.OrganizationID, entsession.SidePortal, nil
}

// openOrganization leaves out rows of organizations that are closed.
func openOrganization(column string) func(*sql.Selector) {
	return func(q *sql.Selector) {
		t := sql.Table(organization.Table)
		q.Where(sql.In(q.C(column), sql.Dialect(q.Dialect()).Select(t.C(organization.FieldID)).From(t).
			Where(sql.IsNull(t.C(organization.FieldClosedAt)))))
	}
}

// activeContact leaves out grants of contacts that are archived or merged.
func activeContact(q *sql.Selector) {
	t := sql.Table(entcontact.Table)
	q.Where(sql.In(q.C(portalgrant.FieldContactID), sql.Dialect(q.Dialect()).Select(t.C(entcontact.FieldID)).From(t).
		Where(sql.And(sql.IsNull(t.C(entcontact.FieldArchivedAt)), sql.IsNull(t.C(entcontact.FieldMergedIntoID))))))
}

// newSession makes a session in the organization and for the person of the system viewer.
func (s *Service) newSession(ctx context.Context, side entsession.Side, client Client) (*SignedIn, error) {
	return s.begin(ctx, side, client, func(context.Context, *ent.Tx) error { return nil })
}

// begin makes a session after what must come before it, in one transaction. A repeat with
// the same idempotency key gives the first session a new token.
func (s *Service) begin(ctx context.Context, side entsession.Side, client Client, before func(context.Context, *ent.Tx) error) (*SignedIn, error) {
	token, hash := NewToken("kts_")
	id, replayed, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		if err := before(ctx, tx); err != nil {
			return uuid.Nil, err
		}
		return s.insertSession(ctx, tx, side, hash, client)
	})
	if err == nil && replayed {
		err = s.renewSession(ctx, id, hash)
	}
	if err != nil {
		return nil, err
	}
	v, err := s.Authenticate(ctx, token)
	if err != nil {
		return nil, err
	}
	return &SignedIn{Token: token, ExpiresAt: s.Now().UTC().Add(SessionMost).Truncate(time.Second), Viewer: v}, nil
}

func (s *Service) insertSession(ctx context.Context, tx *ent.Tx, side entsession.Side, hash []byte, client Client) (uuid.UUID, error) {
	v, now := viewer.From(ctx), s.Now().UTC().Truncate(time.Microsecond)
	row, err := tx.Session.Create().SetOrganizationID(v.Organization).SetUserID(v.User).SetSide(side).SetTokenHash(hash).
		SetUserAgent(text(client.UserAgent, 200)).SetAddress(text(client.Address, 64)).
		SetLastUsedAt(now).SetExpiresAt(now.Add(SessionMost)).Save(ctx)
	if err != nil {
		return uuid.Nil, fmt.Errorf("account: make a session: %w", err)
	}
	return row.ID, tell(ctx, tx, "signIn", "session", row.ID, nil, nil)
}

func (s *Service) renewSession(ctx context.Context, id uuid.UUID, hash []byte) error {
	return db.InTx(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) error {
		n, err := tx.Session.Update().Where(entsession.ID(id), entsession.EndedAtIsNil()).SetTokenHash(hash).Save(ctx)
		if err != nil {
			return fmt.Errorf("account: renew a session: %w", err)
		}
		if n == 0 {
			return fault.New(fault.Conflict, "idempotencyKey", "The session of this key has ended.")
		}
		db.AfterCommit(ctx, func() { s.Forget(viewer.Ended{Session: id}) }) // the token before lets nobody in
		return nil
	})
}

// PortalSession signs a person in to the portal in the transaction that lets them in. The
// context's viewer is the system, for the organization and in the name of the person.
func (s *Service) PortalSession(ctx context.Context, client Client, letIn func(context.Context, *ent.Tx) error) (*SignedIn, error) {
	return s.begin(ctx, entsession.SidePortal, client, letIn)
}

// Person is someone who was admitted by e-mail and password: an account, or one to be.
type Person struct {
	ID    uuid.UUID
	fresh bool // there is no account yet
	email string
	name  string
	hash  string // of the password; "" for one who signs in by links
}

// Admit checks the password of the account with the e-mail address, or prepares a new one. Who
// is signed in to that account already needs none. A new account may go without, where the
// server can send links to sign in by.
//
// Faults: INVALID on password for a new account; UNAUTHENTICATED for the wrong password of
// one that exists, and for one with a second factor; RATE_LIMITED.
func (s *Service) Admit(ctx context.Context, email, name, password string, client Client) (*Person, error) {
	asks := viewer.From(ctx)
	if !s.limits.allow(email, client.Address, s.Now()) {
		return nil, tooMany()
	}
	u, err := s.DB.User.Query().Where(user.Email(email)).Only(system(ctx, "admit a person"))
	if err != nil && !ent.IsNotFound(err) {
		return nil, fmt.Errorf("account: find the person: %w", err)
	}
	if u != nil && u.ID == asks.User && asks.Session != uuid.Nil {
		return &Person{ID: u.ID}, nil
	}
	if u != nil {
		ok, err := s.hasher.matches(ctx, clip(password, 4*maxPassword), u.PasswordHash)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, fault.New(fault.Unauthenticated, "password", "There is an account with this address: give its password, or sign in first.")
		}
		second, err := s.HasSecondFactor(ctx, viewer.Viewer{User: u.ID})
		if err != nil {
			return nil, err
		}
		if second {
			return nil, fault.New(fault.Unauthenticated, "password", "The account has a second factor: sign in first, then open the link again.")
		}
		s.limits.succeeded(email)
		return &Person{ID: u.ID}, nil
	}
	if password == "" && s.Mailer != nil && s.Mailer.Configured() {
		return &Person{ID: schema.NewID(), fresh: true, email: email, name: text(name, 200)}, nil
	}
	if err := checkPassword("password", password); err != nil {
		return nil, err
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return nil, err
	}
	return &Person{ID: schema.NewID(), fresh: true, email: email, name: text(name, 200), hash: hash}, nil
}

// SavePerson writes the account of someone who was admitted.
func (s *Service) SavePerson(ctx context.Context, tx *ent.Tx, p *Person) error {
	if !p.fresh {
		return nil
	}
	return wrapped("save a person", tx.User.Create().SetID(p.ID).SetEmail(p.email).SetName(p.name).SetPasswordHash(p.hash).Exec(ctx))
}

func wrapped(what string, err error) error {
	if err != nil {
		return fmt.Errorf("account: %s: %w", what, err)
	}
	return nil
}
