// Package account owns organizations, people, memberships, sessions and API keys: who can
// sign in, as whom, and until when. It does not own what they may do (package viewer) or
// whom staff let in to the portal (package portal).
package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/membership"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/letter"
	"github.com/kartela/kartela/viewer"
)

// Service is what can be done with accounts.
type Service struct {
	DB *db.DB
	// Ended is told, after the commit, whose access is over. It must not block.
	Ended func(viewer.Ended)
	// Now is the clock.
	Now func() time.Time
	// Mailer sends links; BaseURL is the page's, for them.
	Mailer  letter.Mailer
	BaseURL string
	// Secrets seals second factors; nil where the server has no key, which then has none.
	Secrets Secrets

	hasher   *hasher
	limits   *limits
	cache    cache
	standing standing
	setup    setup
	posting  chan struct{} // a slot for each link that is being sent
	posts    sync.WaitGroup
}

// New makes the service. hashes bounds how many passwords are hashed at a time: each takes
// 19 MiB.
func New(d *db.DB, hashes int, now func() time.Time, ended func(viewer.Ended)) *Service {
	return &Service{DB: d, Ended: ended, Now: now, hasher: newHasher(hashes), limits: newLimits(),
		cache: cache{by: map[[sha256.Size]byte]cached{}}, standing: standing{by: map[uuid.UUID]cached{}},
		posting: make(chan struct{}, 8)}
}

// Client is where a request comes from.
type Client struct {
	Address   string // network address
	UserAgent string
}

// NewToken makes a random token with a prefix that tells what it is, and its SHA-256, which
// is all that is kept. 32 random bytes need no slow hash.
func NewToken(prefix string) (token string, hash []byte) {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails
	token = prefix + base64.RawURLEncoding.EncodeToString(raw)
	return token, TokenHash(token)
}

// TokenHash is what is kept of a token.
func TokenHash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

func system(ctx context.Context, reason string) context.Context {
	return viewer.AsSystem(ctx, "account: "+reason)
}

// systemFor works outside the row rules, but for one organization and, where known, person.
func systemFor(ctx context.Context, organization, user uuid.UUID, reason string) context.Context {
	return viewer.With(ctx, viewer.Viewer{Kind: viewer.System, Organization: organization, User: user, Reason: "account: " + reason})
}

// Organization reads the viewer's organization. Staff only.
func (s *Service) Organization(ctx context.Context) (*ent.Organization, error) {
	v := viewer.From(ctx)
	if v.Kind != viewer.Staff {
		_, err := viewer.RequireStaff(ctx, viewer.SeeContacts)
		return nil, err
	}
	org, err := s.DB.Organization.Get(ctx, v.Organization)
	if err != nil {
		return nil, fmt.Errorf("account: read the organization: %w", err)
	}
	return org, nil
}

// Member is a member of the staff.
type Member struct {
	*ent.Membership
	User *ent.User
}

// Members reads the staff, by the time they came. Faults: FORBIDDEN without ManageStaff.
func (s *Service) Members(ctx context.Context) ([]*Member, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.ManageStaff); err != nil {
		return nil, err
	}
	rows, err := s.DB.Membership.Query().Where(membership.EndedAtIsNil()).Order(membership.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("account: read members: %w", err)
	}
	ids := make([]uuid.UUID, len(rows))
	for i, m := range rows {
		ids[i] = m.UserID
	}
	users, err := s.People(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]*Member, len(rows))
	for i, m := range rows {
		out[i] = &Member{m, users[m.UserID]}
	}
	return out, nil
}

func (s *Service) member(ctx context.Context, user uuid.UUID) (*Member, error) {
	m, err := s.DB.Membership.Query().Where(membership.UserID(user)).Only(ctx)
	if err != nil {
		return nil, fmt.Errorf("account: read the member: %w", err)
	}
	users, err := s.People(ctx, []uuid.UUID{user})
	return &Member{m, users[user]}, err
}

func tell(ctx context.Context, tx *ent.Tx, action, object string, id uuid.UUID, before, after audit.Fields) error {
	return audit.Record(ctx, tx, audit.Event{Action: action, ObjectType: object, ObjectID: id, Before: before, After: after})
}

func tooMany() error {
	return fault.New(fault.RateLimited, "", "Too many tries: wait a minute, then try again.")
}
