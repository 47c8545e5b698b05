package account

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/predicate"
	"github.com/kartela/kartela/ent/schema"
	entsession "github.com/kartela/kartela/ent/session"
	"github.com/kartela/kartela/ent/user"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// SignOutInput is the input of signOut and signOutEverywhere.
type SignOutInput struct{ db.Idempotent }

// SignOut ends the session that asks and gives how many ended: 1, or 0 without a session.
func (s *Service) SignOut(ctx context.Context, _ *SignOutInput) (int, error) {
	v := viewer.From(ctx)
	if v.Session == uuid.Nil {
		return 0, nil
	}
	n, err := s.end(ctx, v, "signOut", viewer.Ended{Organization: v.Organization, Session: v.Session}, entsession.ID(v.Session))
	if err != nil || v.Kind != viewer.Staff {
		return n, err
	}
	return n, s.endPreviews(ctx, v)
}

// SignOutEverywhere ends every session of the person who asks, in every organization.
// Faults: UNAUTHENTICATED when nobody is signed in or a program asks.
func (s *Service) SignOutEverywhere(ctx context.Context, _ *SignOutInput) (int, error) {
	v := viewer.From(ctx)
	if v.User == uuid.Nil {
		return 0, fault.New(fault.Unauthenticated, "", "Sign in first.")
	}
	return s.end(ctx, v, "signOutEverywhere", viewer.Ended{User: v.User}, entsession.UserID(v.User))
}

func (s *Service) end(ctx context.Context, v viewer.Viewer, action string, e viewer.Ended, which predicate.Session) (int, error) {
	n, _, err := db.Once(systemFor(ctx, v.Organization, v.User, action), s.DB, func(ctx context.Context, tx *ent.Tx) (int, error) {
		n, err := s.endSessions(ctx, tx, e, which)
		if err != nil || n == 0 {
			return n, err
		}
		return n, tell(ctx, tx, action, "user", v.User, nil, nil)
	})
	return n, err
}

// endSessions ends sessions and has it told after the commit.
func (s *Service) endSessions(ctx context.Context, tx *ent.Tx, e viewer.Ended, which predicate.Session) (int, error) {
	n, err := tx.Session.Update().Where(which, entsession.EndedAtIsNil()).SetEndedAt(schema.Now()).Save(ctx)
	if err != nil {
		return 0, fmt.Errorf("account: end sessions: %w", err)
	}
	db.AfterCommit(ctx, func() { s.over(e) })
	return n, nil
}

func (s *Service) over(e viewer.Ended) {
	s.Forget(e)
	s.Ended(e)
}

// ChangePasswordInput is the input of changePassword.
type ChangePasswordInput struct {
	db.Idempotent
	Current string
	New     string
}

// ChangePassword changes the own password and ends all other sessions; it gives how many.
//
// Faults: UNAUTHENTICATED when no person asks; INVALID on current (wrong) and on new (too
// short or long); RATE_LIMITED.
func (s *Service) ChangePassword(ctx context.Context, in ChangePasswordInput, client Client) (int, error) {
	v := viewer.From(ctx)
	if v.User == uuid.Nil {
		return 0, fault.New(fault.Unauthenticated, "", "Sign in first.")
	}
	if err := checkPassword("new", in.New); err != nil {
		return 0, err
	}
	as := systemFor(ctx, v.Organization, v.User, "change a password")
	u, err := s.DB.User.Get(as, v.User)
	if err != nil {
		return 0, fmt.Errorf("account: read the person: %w", err)
	}
	if !s.limits.allow(u.Email, client.Address, s.Now()) {
		return 0, tooMany()
	}
	// Who signs in by links alone sets a first password without one.
	// Hashing is slow: it is done before the transaction, which only holds that nothing has
	// changed since. The present password of a repeat is no longer right; its new one is.
	right, err := s.hasher.matches(ctx, clip(in.Current, 4*maxPassword), u.PasswordHash)
	if err != nil {
		return 0, err
	}
	done, err := s.hasher.matches(ctx, in.New, u.PasswordHash)
	if err != nil {
		return 0, err
	}
	right = right || u.PasswordHash == ""
	wrong := fault.New(fault.Invalid, "current", "This is not your present password.")
	if !right && (!done || db.Keyed(ctx) == "") {
		return 0, wrong
	}
	hash, err := s.hasher.hash(ctx, in.New)
	if err != nil {
		return 0, err
	}
	n, replayed, err := db.Once(as, s.DB, func(ctx context.Context, tx *ent.Tx) (int, error) {
		now, err := tx.User.Query().Where(user.ID(v.User), db.ForUpdate).Only(ctx)
		if err != nil {
			return 0, fmt.Errorf("account: read the person: %w", err)
		}
		if !right || now.PasswordHash != u.PasswordHash {
			return 0, wrong
		}
		if err := tx.User.UpdateOneID(u.ID).SetPasswordHash(hash).Exec(ctx); err != nil {
			return 0, fmt.Errorf("account: change the password: %w", err)
		}
		if err := s.dropLinks(ctx, tx, v.User); err != nil {
			return 0, err
		}
		n, err := s.endSessions(ctx, tx, viewer.Ended{User: v.User, Except: v.Session}, othersOf(v))
		if err != nil {
			return 0, err
		}
		return n, tell(ctx, tx, "changePassword", "user", v.User, nil, nil)
	})
	if err == nil && replayed && !done {
		return 0, fault.New(fault.Conflict, "idempotencyKey", "This idempotency key was used for another request.")
	}
	return n, err
}

func othersOf(v viewer.Viewer) predicate.Session {
	return entsession.And(entsession.UserID(v.User), entsession.IDNEQ(v.Session))
}
