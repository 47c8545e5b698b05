package account

import (
	"context"
	"crypto/subtle"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/schema"
	entsession "github.com/kartela/kartela/ent/session"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/viewer"
)

// setup holds the one-time token of a new installation.
type setup struct {
	mu         sync.Mutex
	token      string // empty: none, or used
	used, key  string // the one that was, and the idempotency key it was used with
	org, owner uuid.UUID
}

// NewSetupToken makes the one-time token for createOrganization. needed is false when
// there is an organization already: then there is no token.
func (s *Service) NewSetupToken(ctx context.Context) (token string, needed bool, err error) {
	any, err := s.DB.Organization.Query().Exist(system(ctx, "look for an organization"))
	if err != nil {
		return "", false, fmt.Errorf("account: look for an organization: %w", err)
	}
	if any {
		return "", false, nil
	}
	s.setup.mu.Lock()
	defer s.setup.mu.Unlock()
	s.setup.token, _ = NewToken("setup_")
	return s.setup.token, true, nil
}

// CreateOrganizationInput is the input of createOrganization.
type CreateOrganizationInput struct {
	db.Idempotent
	SetupToken   string
	Name         string
	Country      string
	BaseCurrency *money.Currency
	TimeZone     string
	Language     string
	OwnerName    string
	Email        string
	Password     string
}

// CreateOrganization makes the first organization and its owner, and signs the owner in. A
// repeat with the same idempotency key, token and password signs the owner in again.
//
// Faults: NOT_FOUND on setupToken (wrong or used); INVALID with every bad field; those of
// Admit for a repeat.
func (s *Service) CreateOrganization(ctx context.Context, in CreateOrganizationInput, client Client) (*SignedIn, error) {
	s.setup.mu.Lock()
	defer s.setup.mu.Unlock() // two at a time would make two organizations
	switch {
	case same(s.setup.token, in.SetupToken):
		org, owner, err := s.FirstOrganization(ctx, in, false)
		if err != nil {
			return nil, err
		}
		s.setup.token, s.setup.used, s.setup.key, s.setup.org, s.setup.owner = "", s.setup.token, db.Keyed(ctx), org, owner
	case same(s.setup.used, in.SetupToken) && same(s.setup.key, db.Keyed(ctx)):
		p, err := s.Admit(ctx, strings.ToLower(text(in.Email, 254)), "", in.Password, client)
		if err != nil {
			return nil, err
		}
		if p.ID != s.setup.owner {
			return nil, fault.New(fault.Conflict, "idempotencyKey", "This idempotency key was used for another request.")
		}
	default:
		return nil, fault.New(fault.NotFound, "setupToken", "The link was used, or is not the one that the server printed last.")
	}
	return s.newSession(systemFor(ctx, s.setup.org, s.setup.owner, "create the first organization"), entsession.SideStaff, client)
}

// same compares a token in constant time; no token is the same as none.
func same(token, given string) bool {
	return token != "" && subtle.ConstantTimeCompare([]byte(token), []byte(given)) == 1
}

// FirstOrganization writes an organization and its owner. demonstration marks one that was
// made to be looked at.
func (s *Service) FirstOrganization(ctx context.Context, in CreateOrganizationInput, demonstration bool) (org, owner uuid.UUID, err error) {
	if err := in.normalize(); err != nil {
		return uuid.Nil, uuid.Nil, err
	}
	hash, err := s.hasher.hash(ctx, in.Password)
	if err != nil {
		return uuid.Nil, uuid.Nil, err
	}
	org, owner = schema.NewID(), schema.NewID()
	err = db.InTx(systemFor(ctx, org, owner, "make an organization"), s.DB, func(ctx context.Context, tx *ent.Tx) error {
		err := tx.Organization.Create().SetID(org).SetName(in.Name).SetCountry(in.Country).SetBaseCurrency(*in.BaseCurrency).
			SetTimeZone(in.TimeZone).SetLanguage(in.Language).SetDemonstration(demonstration).Exec(ctx)
		if err != nil {
			return fmt.Errorf("account: make an organization: %w", err)
		}
		if err := tx.User.Create().SetID(owner).SetEmail(in.Email).SetName(in.OwnerName).SetPasswordHash(hash).Exec(ctx); err != nil {
			return fmt.Errorf("account: make the owner: %w", err)
		}
		if err := tx.Membership.Create().SetOrganizationID(org).SetUserID(owner).SetRole(viewer.Owner).Exec(ctx); err != nil {
			return fmt.Errorf("account: make the owner: %w", err)
		}
		return tell(ctx, tx, "createOrganization", "organization", org, nil, nil)
	})
	return org, owner, err
}

func (in *CreateOrganizationInput) normalize() error {
	var bad fault.List
	need := func(field string, s *string, most int) {
		*s = text(*s, 8*most)
		if n := utf8.RuneCountInString(*s); n == 0 || n > most {
			bad = append(bad, fault.New(fault.Invalid, field, "From 1 to %d characters.", most))
		}
	}
	orElse := func(s *string, otherwise string) {
		if *s == "" {
			*s = otherwise
		}
	}
	need("name", &in.Name, 200)
	need("ownerName", &in.OwnerName, 200)
	orElse(&in.Country, "GR")
	orElse(&in.TimeZone, "Europe/Athens")
	orElse(&in.Language, "el")
	if in.BaseCurrency == nil {
		eur := money.Currency("EUR")
		in.BaseCurrency = &eur
	}
	email, err := normalizeEmail(in.Email)
	_ = bad.Add("email", err)
	in.Email = email
	_ = bad.Add("", checkPassword("password", in.Password))
	_ = bad.Add("", checkPlace(in.Country, in.TimeZone, in.Language))
	return bad.Err()
}

func checkPlace(country, zone, language string) error {
	var bad fault.List
	if len(country) != 2 || strings.ToUpper(country) != country {
		bad = append(bad, fault.New(fault.Invalid, "country", "A country is its two letters of ISO 3166-1, such as GR."))
	}
	if _, err := time.LoadLocation(zone); err != nil || zone == "Local" {
		bad = append(bad, fault.New(fault.Invalid, "timeZone", "A time zone is an IANA name such as Europe/Athens."))
	}
	if language != "en" && language != "el" {
		bad = append(bad, fault.New(fault.Invalid, "language", "One of en, el."))
	}
	return bad.Err()
}
