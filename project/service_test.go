package project_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/day"
	entproject "github.com/kartela/kartela/ent/project"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/payment/paymenttest"
	"github.com/kartela/kartela/project"
	"github.com/kartela/kartela/viewer"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// bench is a business with the services that projects need, and a clock that stands still.
type bench struct {
	*paymenttest.House
	*project.Service
	db     *db.DB
	ctx    context.Context // of an accountant
	client uuid.UUID

	mu   sync.Mutex
	now  time.Time
	told int
}

func setup(t testing.TB, d *db.DB) *bench {
	t.Helper()
	b := &bench{House: paymenttest.New(d), db: d, ctx: dbtest.Tenant(t, d, viewer.Accountant), now: paymenttest.Noon}
	b.Service = &project.Service{DB: d, Contacts: b.House.Contacts, Documents: b.House.Documents, Now: b.clock, Timer: func(uuid.UUID, uuid.UUID) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.told++
	}}
	b.client = b.Client(t, b.ctx, "Πελάτης ΑΕ")
	return b
}

func (b *bench) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

func (b *bench) pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

const today = day.Date("2026-06-15")

func ptr[T any](v T) *T { return &v }

func must(t rapidOrTest, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

type rapidOrTest interface {
	Helper()
	Fatal(...any)
	Errorf(string, ...any)
}

func refused(t rapidOrTest, err error, code fault.Code, field string) {
	t.Helper()
	all, _ := fault.All(err)
	for _, f := range all {
		if f.Code == code && f.Field == field {
			return
		}
	}
	t.Errorf("got %v, want %s on %q", err, code, field)
}

// project makes one at 60 an hour.
func (b *bench) project(t rapidOrTest, name string, change ...func(*project.CreateInput)) *project.Project {
	t.Helper()
	in := project.CreateInput{ContactID: b.client}
	in.Name, in.Billing, in.Rate = &name, ptr(entproject.BillingProjectRate), ptr(money.MustDecimal("60"))
	for _, f := range change {
		f(&in)
	}
	p, err := b.Create(b.ctx, in)
	must(t, err)
	return p
}

func (b *bench) log(t rapidOrTest, p uuid.UUID, seconds int64, change ...func(*project.LogInput)) *project.Entry {
	t.Helper()
	in := project.LogInput{ProjectID: p}
	in.Seconds = &seconds
	for _, f := range change {
		f(&in)
	}
	e, err := b.Log(b.ctx, in)
	must(t, err)
	return e
}

func (b *bench) totals(t rapidOrTest, id uuid.UUID) *project.Totals {
	t.Helper()
	p, err := b.Service.Get(b.ctx, id)
	must(t, err)
	sum, err := p.Totals(b.ctx)
	must(t, err)
	return sum
}

func user(ctx context.Context) uuid.UUID { return viewer.From(ctx).User }

func (b *bench) archiveClient(t testing.TB) {
	t.Helper()
	_, err := b.House.Contacts.Archive(b.ctx, contact.IDInput{ID: b.client})
	must(t, err)
}
