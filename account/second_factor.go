package account

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/ent/secondfactor"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// A second factor is one-time codes of an authenticator app, by RFC 6238: SHA-1, six digits,
// steps of 30 seconds, of which the one before and the one after are taken too.
const (
	codeStep      = 30 * time.Second
	codeSkew      = 1
	recoveryCodes = 10
)

// BeginSecondFactorInput is the input of beginSecondFactor.
type BeginSecondFactorInput struct{ db.Idempotent }

// NewSecondFactor is the secret of a second factor that is not in force yet, to be entered into
// an authenticator app. It is shown this once.
type NewSecondFactor struct {
	Secret string // in base32
	URL    string // otpauth://, as a QR code carries it
}

// BeginSecondFactor makes a secret for an authenticator app. It is in force once a code of it was
// given; until then another one replaces it.
//
// Faults: UNAUTHENTICATED when no person asks; CONFLICT when there is a second factor, or the
// server has no key to seal it with.
func (s *Service) BeginSecondFactor(ctx context.Context, _ *BeginSecondFactorInput) (*NewSecondFactor, error) {
	v, u, err := s.asker(ctx)
	if err != nil {
		return nil, err
	}
	if s.Secrets == nil {
		return nil, fault.New(fault.Conflict, "", "This server has no key for secrets: KARTELA_SECRET_KEY is not set.")
	}
	org, err := s.Place(ctx, v)
	if err != nil {
		return nil, err
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: org.Name, AccountName: u.Email})
	if err != nil {
		return nil, fmt.Errorf("account: make a secret: %w", err)
	}
	sealed, err := s.Secrets.Seal([]byte(key.Secret()), factorOf(u.ID))
	if err != nil {
		return nil, fmt.Errorf("account: seal a secret: %w", err)
	}
	err = db.InTx(systemFor(ctx, v.Organization, v.User, "begin a second factor"), s.DB, func(ctx context.Context, tx *ent.Tx) error {
		row, err := factor(ctx, tx, u.ID)
		switch {
		case err != nil:
			return err
		case row != nil && row.EnabledAt != nil:
			return fault.New(fault.Conflict, "", "There is a second factor already: turn it off first.")
		case row != nil:
			return wrapped("replace a second factor", tx.SecondFactor.UpdateOneID(row.ID).SetSecret(sealed).SetLastStep(0).Exec(ctx))
		}
		return wrapped("begin a second factor", tx.SecondFactor.Create().SetUserID(u.ID).SetSecret(sealed).SetRecovery([]string{}).Exec(ctx))
	})
	if err != nil {
		return nil, err
	}
	return &NewSecondFactor{key.Secret(), key.URL()}, nil
}

// SecondFactorInput is the input of enableSecondFactor and disableSecondFactor.
type SecondFactorInput struct {
	db.Idempotent
	Code string
}

// EnableSecondFactor puts the second factor that was begun in force, once a code of it is given.
// It gives ten codes that each let in once without the app, and ends all other sessions.
//
// Faults: UNAUTHENTICATED when no person asks; CONFLICT when none was begun; INVALID on code;
// RATE_LIMITED.
func (s *Service) EnableSecondFactor(ctx context.Context, in SecondFactorInput, client Client) ([]string, error) {
	v, u, err := s.asker(ctx)
	if err != nil {
		return nil, err
	}
	if !s.limits.allow(u.Email, client.Address, s.Now()) {
		return nil, tooMany()
	}
	codes, hashes := newRecovery()
	err = db.InTx(systemFor(ctx, v.Organization, v.User, "enable a second factor"), s.DB, func(ctx context.Context, tx *ent.Tx) error {
		row, err := factor(ctx, tx, u.ID)
		if err != nil {
			return err
		}
		if row == nil || row.EnabledAt != nil {
			return fault.New(fault.Conflict, "", "No second factor was begun.")
		}
		step, ok, err := s.step(row, in.Code)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Invalid, "code", "The code is wrong: look at the clock of your phone, and try the next one.")
		}
		if err := tx.SecondFactor.UpdateOneID(row.ID).SetEnabledAt(schema.Now()).SetLastStep(step).SetRecovery(hashes).Exec(ctx); err != nil {
			return fmt.Errorf("account: enable a second factor: %w", err)
		}
		if _, err := s.endSessions(ctx, tx, viewer.Ended{User: v.User, Except: v.Session}, othersOf(v)); err != nil {
			return err
		}
		return tell(ctx, tx, "enableSecondFactor", "user", u.ID, nil, nil)
	})
	if err != nil {
		return nil, err
	}
	s.limits.succeeded(u.Email)
	return codes, nil
}

// DisableSecondFactor turns the second factor off, with a code of it or one of those that let in
// without the app.
//
// Faults: as for EnableSecondFactor.
func (s *Service) DisableSecondFactor(ctx context.Context, in SecondFactorInput, client Client) error {
	v, u, err := s.asker(ctx)
	if err != nil {
		return err
	}
	if !s.limits.allow(u.Email, client.Address, s.Now()) {
		return tooMany()
	}
	_, _, err = db.Once(systemFor(ctx, v.Organization, v.User, "disable a second factor"), s.DB, func(ctx context.Context, tx *ent.Tx) (bool, error) {
		row, err := factor(ctx, tx, u.ID)
		if err != nil {
			return false, err
		}
		if row == nil || row.EnabledAt == nil {
			return false, fault.New(fault.Conflict, "", "There is no second factor.")
		}
		if err := s.pass(ctx, tx, u.ID, in.Code); err != nil {
			if fault.IsCode(err, fault.Unauthenticated) {
				return false, fault.New(fault.Invalid, "code", "The code is wrong or was used.")
			}
			return false, err
		}
		if err := tx.SecondFactor.DeleteOneID(row.ID).Exec(ctx); err != nil {
			return false, fmt.Errorf("account: disable a second factor: %w", err)
		}
		return true, tell(ctx, tx, "disableSecondFactor", "user", u.ID, nil, nil)
	})
	return s.passed(u.Email, err)
}

// HasSecondFactor says whether the viewer has one in force.
func (s *Service) HasSecondFactor(ctx context.Context, v viewer.Viewer) (bool, error) {
	if v.User == uuid.Nil {
		return false, nil
	}
	has, err := s.DB.SecondFactor.Query().Where(secondfactor.UserID(v.User), secondfactor.EnabledAtNotNil()).
		Exist(system(ctx, "look for a second factor"))
	return has, wrapped("look for a second factor", err)
}

// asker is the person who asks. Faults: UNAUTHENTICATED.
func (s *Service) asker(ctx context.Context) (viewer.Viewer, *ent.User, error) {
	v := viewer.From(ctx)
	if v.User == uuid.Nil || v.Session == uuid.Nil {
		return v, nil, fault.New(fault.Unauthenticated, "", "Sign in first.")
	}
	u, err := s.Person(ctx, v)
	return v, u, err
}

func factorOf(person uuid.UUID) string { return "second_factors/" + person.String() }

// factor locks the second factor of a person; nil when there is none.
func factor(ctx context.Context, tx *ent.Tx, person uuid.UUID) (*ent.SecondFactor, error) {
	row, err := tx.SecondFactor.Query().Where(secondfactor.UserID(person), db.ForUpdate).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil //nolint:nilnil // there is none
	}
	return row, wrapped("find the second factor", err)
}

// pass asks for the code of a person's second factor, where there is one, and uses it up.
//
// Faults: UNAUTHENTICATED on code.
func (s *Service) pass(ctx context.Context, tx *ent.Tx, person uuid.UUID, code string) error {
	row, err := factor(ctx, tx, person)
	if err != nil || row == nil || row.EnabledAt == nil {
		return err
	}
	if strings.TrimSpace(code) == "" {
		return fault.New(fault.Unauthenticated, "code", "Give the code of your authenticator app.")
	}
	step, ok, err := s.step(row, code)
	if err != nil {
		return err
	}
	if ok {
		return wrapped("use a code", tx.SecondFactor.UpdateOneID(row.ID).SetLastStep(step).Exec(ctx))
	}
	hash := hex.EncodeToString(TokenHash(bareCode(code)))
	if i := slices.Index(row.Recovery, hash); i >= 0 {
		return wrapped("use a code", tx.SecondFactor.UpdateOneID(row.ID).SetRecovery(slices.Delete(slices.Clone(row.Recovery), i, i+1)).Exec(ctx))
	}
	return fault.New(fault.Unauthenticated, "code", "The code is wrong or was used.")
}

// passed forgets the tries of a person who came through.
func (s *Service) passed(email string, err error) error {
	if err == nil {
		s.limits.succeeded(email)
	}
	return err
}

// step finds which step a code is of; none that was used, nor one before it.
func (s *Service) step(row *ent.SecondFactor, code string) (step int64, ok bool, err error) {
	if s.Secrets == nil {
		return 0, false, fault.New(fault.Conflict, "", "This server has no key for secrets: KARTELA_SECRET_KEY is not set.")
	}
	plain, _, err := s.Secrets.Open(row.Secret, factorOf(row.UserID))
	if err != nil {
		return 0, false, fmt.Errorf("account: open the secret of a second factor: %w", err)
	}
	now := s.Now().Unix() / int64(codeStep/time.Second)
	for step := now - codeSkew; step <= now+codeSkew; step++ {
		if step <= row.LastStep {
			continue
		}
		right, err := hotp.ValidateCustom(bareCode(code), uint64(step), string(plain), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}) //nolint:gosec // after 1970
		if err == nil && right {
			return step, true, nil
		}
	}
	return 0, false, nil
}

// bareCode is a code without what people write between its parts.
func bareCode(code string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "-", "").Replace(code))
}

// newRecovery makes codes of 50 random bits, and what is kept of them.
func newRecovery() (codes, hashes []string) {
	for range recoveryCodes {
		raw := make([]byte, 7)
		_, _ = rand.Read(raw) // never fails
		bare := strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw))[:10]
		codes = append(codes, bare[:5]+"-"+bare[5:])
		hashes = append(hashes, hex.EncodeToString(TokenHash(bare)))
	}
	return codes, hashes
}

// Reseal seals the secrets of second factors anew that an old key sealed, and gives how many.
func (s *Service) Reseal(ctx context.Context) (n int, err error) {
	if s.Secrets == nil {
		return 0, nil
	}
	err = db.InTx(system(ctx, "seal second factors with the present key"), s.DB, func(ctx context.Context, tx *ent.Tx) error {
		n = 0
		rows, err := tx.SecondFactor.Query().Where(db.ForUpdate).All(ctx)
		if err != nil {
			return err
		}
		for _, row := range rows {
			plain, old, err := s.Secrets.Open(row.Secret, factorOf(row.UserID))
			if err != nil || !old {
				continue
			}
			sealed, err := s.Secrets.Seal(plain, factorOf(row.UserID))
			if err != nil {
				return err
			}
			if err := tx.SecondFactor.UpdateOneID(row.ID).SetSecret(sealed).Exec(ctx); err != nil {
				return err
			}
			n++
		}
		return nil
	})
	return n, wrapped("seal second factors with the present key", err)
}
