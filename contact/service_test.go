package contact_test

import (
	"context"
	"errors"
	"flag"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

func TestMain(m *testing.M) {
	_ = flag.Set("rapid.checks", "30") // each makes an organization; -rapid.checks on the command line goes before
	dbtest.Main(m)
}

// bench is a contact service on one database, an owner's context, and what was told.
type bench struct {
	*contact.Service
	db  *db.DB
	ctx context.Context // of an owner

	mu      sync.Mutex
	ended   []viewer.Ended
	changed []uuid.UUID
}

func setup(t testing.TB, d *db.DB) *bench {
	t.Helper()
	b := &bench{db: d, ctx: dbtest.Tenant(t, d, viewer.Owner)}
	b.Service = &contact.Service{DB: d,
		Ended: func(e viewer.Ended) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.ended = append(b.ended, e)
		},
		AccessChanged: func(org uuid.UUID) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.changed = append(b.changed, org)
		}}
	return b
}

func (b *bench) create(t testing.TB, f contact.Fields) *contact.Contact {
	t.Helper()
	c, err := b.Create(b.ctx, contact.CreateInput{Fields: f})
	must(t, err)
	return c
}

func (b *bench) company(t testing.TB, name string) *contact.Contact {
	t.Helper()
	return b.create(t, contact.Fields{Company: &name})
}

// found lists the names that a search finds, by name.
func (b *bench) found(t testing.TB, search string) []string {
	t.Helper()
	all, err := b.List(b.ctx, page.Args{First: ptr(100)}, &contact.Filter{Search: search}, contact.ByName)
	must(t, err)
	names := []string{}
	for _, c := range all.Nodes() {
		names = append(names, c.DisplayName)
	}
	return names
}

// system runs f past the rules of rows.
func (b *bench) system(t testing.TB, f func(ctx context.Context, tx *ent.Tx) error) {
	t.Helper()
	v := viewer.From(b.ctx)
	v.Kind, v.Reason = viewer.System, "a test writes past the rules"
	must(t, db.InTx(viewer.With(b.ctx, v), b.db, f))
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

func code(err error) fault.Code {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Code
	}
	if err != nil {
		return fault.Internal
	}
	return ""
}

func greek(n int) string { return strings.Repeat("Ω", n) }
