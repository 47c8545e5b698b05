package taxid_test

import (
	"context"
	"crypto/sha256"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/contact/taxid"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/internal/secret"
	"github.com/kartela/kartela/viewer"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// bench is a service on one database with registries that answer as told, and an owner.
type bench struct {
	*taxid.Service
	t   testing.TB
	db  *db.DB
	ctx context.Context // of an owner

	mu     sync.Mutex
	clock  time.Time
	asks   []taxid.Question
	answer func(q taxid.Question) (*taxid.Answer, error)
}

var key = []byte("0123456789abcdef0123456789abcdef")

func setup(t testing.TB, d *db.DB) *bench {
	t.Helper()
	b := &bench{t: t, db: d, ctx: dbtest.Tenant(t, d, viewer.Owner), clock: time.Now().UTC().Truncate(time.Microsecond)}
	b.answer = func(q taxid.Question) (*taxid.Answer, error) { return b.said(q, true), nil }
	registry := asked(func(_ context.Context, q taxid.Question) (*taxid.Answer, error) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.asks = append(b.asks, q)
		return b.answer(q)
	})
	box, err := secret.New(key)
	must(t, err)
	b.Service = &taxid.Service{DB: d, Contacts: &contact.Service{DB: d, Ended: func(viewer.Ended) {}, AccessChanged: func(uuid.UUID) {}},
		VIES: registry, AADE: registry, Secrets: box, Now: func() time.Time { return b.clock },
		Pause: func(context.Context, time.Duration) error { return nil }}
	return b
}

// said is a full answer about the number.
func (b *bench) said(q taxid.Question, ok bool) *taxid.Answer {
	return &taxid.Answer{Valid: ok, RequestIdentifier: "WAPI", AnsweredAt: b.clock.Add(-time.Second), Message: "So it says.", Company: taxid.Company{
		Name: "ΑΛΦΑ ΑΕ", Profession: "ΕΜΠΟΡΙΟ", VatNumber: q.Kept(), TaxOffice: "1159", Line: "ΑΙΟΛΟΥ 86", City: "ΑΘΗΝΑ", PostalCode: "10559", Country: q.ISO()}}
}

// vat looks a German number up.
func (b *bench) vat(ctx context.Context, change ...func(*taxid.LookupVATInput)) (*taxid.Lookup, error) {
	in := taxid.LookupVATInput{VatNumber: "DE123456789"}
	for _, c := range change {
		c(&in)
	}
	return b.LookupVAT(ctx, in)
}

func fresh(in *taxid.LookupVATInput) { in.Fresh = true }

func about(id uuid.UUID) func(*taxid.LookupVATInput) {
	return func(in *taxid.LookupVATInput) { in.ContactID = &id }
}

func (b *bench) contact(f contact.Fields) *contact.Contact {
	b.t.Helper()
	if f.Company == nil {
		f.Company = ptr("Beta GmbH")
	}
	c, err := b.Contacts.Create(b.ctx, contact.CreateInput{Fields: f})
	must(b.t, err)
	return c
}

func (b *bench) checks() []*ent.RegistryCheck {
	b.t.Helper()
	rows, err := b.db.RegistryCheck.Query().All(b.ctx)
	must(b.t, err)
	return rows
}

// events lists the actions of the history.
func (b *bench) events(action string) []*ent.AuditEvent {
	b.t.Helper()
	rows, err := b.db.AuditEvent.Query().All(b.ctx)
	must(b.t, err)
	var out []*ent.AuditEvent
	for _, r := range rows {
		if r.Action == action {
			out = append(out, r)
		}
	}
	return out
}

// system runs f past the rules of rows.
func (b *bench) system(f func(ctx context.Context, tx *ent.Tx) error) {
	b.t.Helper()
	v := viewer.Viewer{Kind: viewer.System, Organization: viewer.From(b.ctx).Organization, Reason: "a test writes past the rules"}
	must(b.t, db.InTx(viewer.With(b.ctx, v), b.db, f))
}

// credentials sets access codes for AADE.
func (b *bench) credentials() {
	b.t.Helper()
	_, err := b.UpdateSettings(b.ctx, taxid.UpdateSettingsInput{AadeUsername: ptr("USER"), AadePassword: ptr("s3cret"), AadeCalledBy: ptr("EL 094014201")})
	must(b.t, err)
}

func keyed(ctx context.Context, key, request string) context.Context {
	return db.WithRequest(ctx, db.Request{Key: key, Hash: sha256.Sum256([]byte(request))})
}

func ptr[T any](v T) *T { return &v }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refused checks that err is the fault, and that it is on the field.
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
