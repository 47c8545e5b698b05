package account

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	entsession "github.com/kartela/kartela/ent/session"
	"github.com/kartela/kartela/ent/signinlink"
	"github.com/kartela/kartela/ent/user"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/letter"
	"github.com/kartela/kartela/viewer"
)

// How long a link by e-mail works.
var linkLasts = map[signinlink.Purpose]time.Duration{signinlink.PurposeSignIn: 15 * time.Minute, signinlink.PurposePassword: time.Hour}

// RequestLinkInput is the input of requestSignInLink.
type RequestLinkInput struct {
	db.Idempotent
	Email          string
	Purpose        signinlink.Purpose
	OrganizationID *uuid.UUID
}

// RequestLink has a link sent to the person with the e-mail address, to sign in by or to set
// another password by. It works once, and lasts 15 minutes, or an hour for a password. The
// answer is the same, and comes as fast, whether or not there is such a person.
//
// It gives how long the link works.
//
// Faults: INVALID on email; CONFLICT when the server has no mail relay; RATE_LIMITED per
// e-mail address and network address.
func (s *Service) RequestLink(ctx context.Context, in RequestLinkInput, client Client) (time.Duration, error) {
	email, err := normalizeEmail(in.Email)
	if err != nil {
		return 0, fault.New(fault.Invalid, "email", "This is not an e-mail address.")
	}
	if !s.Mailer.Configured() {
		return 0, fault.New(fault.Conflict, "", "This server sends no e-mail: sign in with your password.")
	}
	if !s.limits.links.allow(email, client.Address, s.Now()) {
		return 0, tooMany()
	}
	select {
	case s.posting <- struct{}{}:
	default:
		return 0, tooMany()
	}
	s.posts.Add(1)
	go func() {
		defer func() {
			<-s.posting
			s.posts.Done()
		}()
		later, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		if err := s.sendLink(later, email, in, client); err != nil {
			slog.ErrorContext(later, "account: send a link", "err", err)
		}
	}()
	return linkLasts[in.Purpose], nil
}

// Settle waits until the links that were asked for are on their way.
func (s *Service) Settle() { s.posts.Wait() }

func (s *Service) sendLink(ctx context.Context, email string, in RequestLinkInput, client Client) error {
	u, err := s.DB.User.Query().Where(user.Email(email)).Only(system(ctx, "find who asks for a link"))
	if ent.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("account: find the person: %w", err)
	}
	org, side, err := s.place(ctx, u.ID, in.OrganizationID)
	if err != nil || org == uuid.Nil {
		return err
	}
	as := systemFor(ctx, org, u.ID, "send a link")
	token, hash := NewToken("")
	_, replayed, err := db.Once(as, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		l, err := tx.SignInLink.Create().SetOrganizationID(org).SetUserID(u.ID).SetSide(signinlink.Side(side)).SetPurpose(in.Purpose).
			SetTokenHash(hash).SetAddress(text(client.Address, 64)).SetExpiresAt(s.Now().UTC().Add(linkLasts[in.Purpose]).Truncate(time.Microsecond)).Save(ctx)
		if err != nil {
			return uuid.Nil, fmt.Errorf("account: make a link: %w", err)
		}
		return l.ID, tell(ctx, tx, "requestSignInLink", "user", u.ID, nil, map[string]any{"purpose": in.Purpose})
	})
	if err != nil || replayed {
		return err
	}
	return s.mailLink(as, u, in.Purpose, token)
}

// The words of a link's mail; %s is the business.
var linkWords = map[string]map[signinlink.Purpose]struct{ subject, text, button, after string }{
	"en": {
		signinlink.PurposeSignIn: {"%s: your link to sign in", "Sign in to %s by this link. It works once, for 15 minutes.",
			"Sign in", "If you did not ask for it, you need do nothing."},
		signinlink.PurposePassword: {"%s: another password", "Set another password for %s by this link. It works once, for an hour.",
			"Set another password", "If you did not ask for it, you need do nothing: your password stays."},
	},
	"el": {
		signinlink.PurposeSignIn: {"%s: ο σύνδεσμός σας για είσοδο", "Μπείτε στο %s με αυτόν τον σύνδεσμο. Ισχύει μία φορά, για 15 λεπτά.",
			"Είσοδος", "Αν δεν τον ζητήσατε, δεν χρειάζεται να κάνετε τίποτα."},
		signinlink.PurposePassword: {"%s: νέος κωδικός", "Ορίστε νέο κωδικό για το %s με αυτόν τον σύνδεσμο. Ισχύει μία φορά, για μία ώρα.",
			"Νέος κωδικός", "Αν δεν τον ζητήσατε, δεν χρειάζεται να κάνετε τίποτα· ο κωδικός σας μένει."},
	},
}

func (s *Service) mailLink(ctx context.Context, u *ent.User, purpose signinlink.Purpose, token string) error {
	org, err := s.DB.Organization.Get(ctx, viewer.From(ctx).Organization)
	if err != nil {
		return fmt.Errorf("account: read the organization: %w", err)
	}
	w, path := letter.In(linkWords, cmp.Or(u.Language, org.Language))[purpose], "/sign-in/link?token="
	if purpose == signinlink.PurposePassword {
		path = "/sign-in/password?token="
	}
	l := letter.Letter{Subject: fmt.Sprintf(w.subject, org.Name), Paragraphs: []string{fmt.Sprintf(w.text, org.Name)},
		Button: w.button, Link: s.BaseURL + path + url.QueryEscape(token), After: w.after}
	return s.Mailer.Send(ctx, u.Email, l.Subject, l.Text(), l.HTML())
}

// LinkInput is the input of signInByLink.
type LinkInput struct {
	db.Idempotent
	Token string
	Code  string // of the second factor, where there is one
}

// SignInByLink signs a person in by the token of a link. A repeat with the same idempotency key
// gives the same session a new token.
//
// Faults: NOT_FOUND on token (wrong, used or expired, which is not told apart);
// UNAUTHENTICATED on code when there is a second factor and the code is missing or wrong, which
// leaves the link as it was; RATE_LIMITED.
func (s *Service) SignInByLink(ctx context.Context, in LinkInput, client Client) (*SignedIn, error) {
	l, u, err := s.link(ctx, in.Token, signinlink.PurposeSignIn, client)
	if err != nil {
		return nil, err
	}
	return s.begin(systemFor(ctx, l.OrganizationID, l.UserID, "sign in by a link"), entsession.Side(l.Side), client, func(ctx context.Context, tx *ent.Tx) error {
		if err := s.take(ctx, tx, l); err != nil {
			return err
		}
		return s.passed(u.Email, s.pass(ctx, tx, u.ID, in.Code))
	})
}

// ResetPasswordInput is the input of resetPassword.
type ResetPasswordInput struct {
	db.Idempotent
	Token    string
	Password string
	Code     string
}

// ResetPassword sets another password by the token of a link, ends every session of the person,
// takes all other links back, and signs the person in.
//
// Faults: as for SignInByLink; INVALID on password.
func (s *Service) ResetPassword(ctx context.Context, in ResetPasswordInput, client Client) (*SignedIn, error) {
	if err := checkPassword("password", in.Password); err != nil {
		return nil, err
	}
	l, u, err := s.link(ctx, in.Token, signinlink.PurposePassword, client)
	if err != nil {
		return nil, err
	}
	hash, err := s.hasher.hash(ctx, in.Password)
	if err != nil {
		return nil, err
	}
	return s.begin(systemFor(ctx, l.OrganizationID, l.UserID, "set a password by a link"), entsession.Side(l.Side), client, func(ctx context.Context, tx *ent.Tx) error {
		if err := s.take(ctx, tx, l); err != nil {
			return err
		}
		if err := s.passed(u.Email, s.pass(ctx, tx, u.ID, in.Code)); err != nil {
			return err
		}
		if err := tx.User.UpdateOneID(u.ID).SetPasswordHash(hash).Exec(ctx); err != nil {
			return fmt.Errorf("account: set a password: %w", err)
		}
		if err := s.dropLinks(ctx, tx, u.ID); err != nil {
			return err
		}
		if _, err := s.endSessions(ctx, tx, viewer.Ended{User: u.ID}, entsession.UserID(u.ID)); err != nil {
			return err
		}
		return tell(ctx, tx, "resetPassword", "user", u.ID, nil, nil)
	})
}

// link finds a link that may work: one that was used is for the repeat of a request alone.
func (s *Service) link(ctx context.Context, token string, purpose signinlink.Purpose, client Client) (*ent.SignInLink, *ent.User, error) {
	ctx = system(ctx, "find a link")
	if !s.limits.links.addresses.allow(Network(client.Address), s.Now()) {
		return nil, nil, tooMany()
	}
	l, err := s.DB.SignInLink.Query().Where(signinlink.TokenHash(TokenHash(token)), signinlink.PurposeEQ(purpose)).Only(ctx)
	if ent.IsNotFound(err) || (err == nil && !s.works(l) && db.Keyed(ctx) == "") {
		return nil, nil, noLink()
	}
	if err != nil {
		return nil, nil, fmt.Errorf("account: find the link: %w", err)
	}
	u, err := s.DB.User.Get(ctx, l.UserID)
	if err != nil {
		return nil, nil, fmt.Errorf("account: find the person: %w", err)
	}
	if !s.limits.accounts.allow(u.Email, s.Now()) {
		return nil, nil, tooMany()
	}
	return l, u, nil
}

func (s *Service) works(l *ent.SignInLink) bool {
	return l.UsedAt == nil && s.Now().UTC().Before(l.ExpiresAt)
}

func noLink() error {
	return fault.New(fault.NotFound, "token", "The link was used or has expired: ask for a new one.")
}

// take uses a link up.
func (s *Service) take(ctx context.Context, tx *ent.Tx, l *ent.SignInLink) error {
	now, err := tx.SignInLink.Query().Where(signinlink.ID(l.ID), db.ForUpdate).Only(ctx)
	if err != nil {
		return fmt.Errorf("account: lock the link: %w", err)
	}
	if !s.works(now) {
		return noLink()
	}
	return wrapped("use a link", tx.SignInLink.UpdateOneID(l.ID).SetUsedAt(s.Now().UTC().Truncate(time.Microsecond)).Exec(ctx))
}

// dropLinks takes the links of a person back that were not used.
func (s *Service) dropLinks(ctx context.Context, tx *ent.Tx, person uuid.UUID) error {
	_, err := tx.SignInLink.Update().Where(signinlink.UserID(person), signinlink.UsedAtIsNil()).
		SetUsedAt(s.Now().UTC().Truncate(time.Microsecond)).Save(ctx)
	return wrapped("take links back", err)
}
