package account_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/crypto/blake2b"

	"github.com/kartela/kartela/account"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/portalgrant"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/viewer"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// bench is an account service with a clock that stands still, one organization and its owner.
type bench struct {
	*account.Service
	db    *db.DB
	ctx   context.Context // of the owner
	owner login

	hashes atomic.Int64 // how many passwords were hashed
	mu     sync.Mutex
	now    time.Time
	onNow  func() // is run when the clock is read
	ended  []viewer.Ended
}

type login struct{ email, password string }

const password = "a good password"

func setup(t testing.TB, d *db.DB) *bench {
	t.Helper()
	b := &bench{db: d, now: time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC), owner: login{"owner@" + uuid.NewString() + ".example", password}}
	b.Service = account.New(d, 2, b.clock, func(e viewer.Ended) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.ended = append(b.ended, e)
	})
	b.SetKey(func(password, salt []byte, _, _ uint32, _ uint8, _ uint32) []byte {
		b.hashes.Add(1)
		sum := blake2b.Sum256(append(append([]byte{}, salt...), password...)) // the tests need no slow hash
		return sum[:]
	})
	org, owner, err := b.FirstOrganization(context.Background(), account.CreateOrganizationInput{Name: "ΑΕ", OwnerName: "Ελένη", Email: b.owner.email, Password: b.owner.password}, false)
	must(t, err)
	b.ctx = viewer.With(context.Background(), viewer.Viewer{Kind: viewer.Staff, Organization: org, User: owner, Role: viewer.Owner})
	return b
}

func (b *bench) clock() time.Time {
	b.mu.Lock()
	f := b.onNow
	now := b.now
	b.mu.Unlock()
	if f != nil {
		f()
	}
	return now
}

func (b *bench) pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

func (b *bench) told() []viewer.Ended {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]viewer.Ended{}, b.ended...)
}

func (b *bench) signIn(t testing.TB, p login) *account.SignedIn {
	t.Helper()
	in, err := b.SignIn(context.Background(), account.SignInInput{Email: p.email, Password: p.password}, account.Client{Address: "192.0.2.1"})
	must(t, err)
	return in
}

// member adds a person to the staff and gives how they sign in, and their context.
func (b *bench) member(t testing.TB, role viewer.Role) (login, context.Context) {
	t.Helper()
	p := login{fmt.Sprintf("%s@%s.example", role, uuid.NewString()), password}
	m, err := b.AddMember(b.ctx, account.AddMemberInput{Email: p.email, Name: "Νέο μέλος", Role: role, Password: &p.password})
	must(t, err)
	v := viewer.From(b.ctx)
	return p, viewer.With(context.Background(), viewer.Viewer{Kind: viewer.Staff, Organization: v.Organization, User: m.UserID, Role: role})
}

// customer lets a person in to the portal of the bench's organization.
func (b *bench) customer(t testing.TB, email string) (grant, contact uuid.UUID) {
	t.Helper()
	b.system(t, func(ctx context.Context, tx *ent.Tx) error {
		org := viewer.From(ctx).Organization
		c, err := tx.Contact.Create().SetOrganizationID(org).SetDisplayName("Πελάτης").SetDefaultTaxes(nil).Save(ctx)
		if err != nil {
			return err
		}
		p, err := b.Admit(context.Background(), email, "Μαρία", password, account.Client{Address: uuid.NewString()})
		if err != nil {
			return err
		}
		if err := b.SavePerson(ctx, tx, p); err != nil {
			return err
		}
		g, err := tx.PortalGrant.Create().SetOrganizationID(org).SetContactID(c.ID).SetEmail(email).SetUserID(p.ID).SetStatus(portalgrant.StatusActive).
			SetExpiresAt(b.now).SetAcceptedAt(schema.Now()).SetInvitedBy(uuid.New()).Save(ctx)
		if err != nil {
			return err
		}
		grant, contact = g.ID, c.ID
		return nil
	})
	return grant, contact
}

// system runs f past the rules of rows.
func (b *bench) system(t testing.TB, f func(ctx context.Context, tx *ent.Tx) error) {
	t.Helper()
	v := viewer.From(b.ctx)
	v.Kind, v.Reason = viewer.System, "a test writes past the rules"
	must(t, db.InTx(viewer.With(context.Background(), v), b.db, f))
}

func (b *bench) lets(token string) bool {
	_, err := b.Authenticate(context.Background(), token)
	return err == nil
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func refused(t testing.TB, err error, code fault.Code, field string) {
	t.Helper()
	all, _ := fault.All(err)
	for _, f := range all {
		if f.Code == code && f.Field == field {
			return
		}
	}
	t.Errorf("got %v, want %s on %q", err, code, field)
}

func code(err error) fault.Code {
	var f *fault.Error
	switch {
	case errors.As(err, &f):
		return f.Code
	case err != nil:
		return fault.Internal
	}
	return ""
}

func ptr[T any](v T) *T { return &v }
