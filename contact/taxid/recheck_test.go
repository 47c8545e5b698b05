package taxid_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/contact/taxid"
	"github.com/kartela/kartela/ent"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/viewer"
)

// The clock stands late in the night of Athens: every organization's has begun.
var night = time.Date(2026, 7, 9, 4, 30, 0, 0, time.FixedZone("summer in Athens", 3*60*60)).UTC()

// nightly is a bench whose organization wants its numbers checked, in the night.
func nightly(t *testing.T, d *db.DB) *bench {
	t.Helper()
	b := setup(t, d)
	b.clock = night
	_, err := b.UpdateSettings(b.ctx, taxid.UpdateSettingsInput{Recheck: ptr(true)})
	must(t, err)
	return b
}

// client adds a client with a number.
func (b *bench) client(vat string) *contact.Contact {
	b.t.Helper()
	return b.contact(contact.Fields{Company: ptr("Client " + vat), VatNumber: &vat, IsClient: ptr(true), ClientType: ptr(entcontact.ClientTypeIntraCommunity)})
}

// numbers are what was asked about, in order.
func (b *bench) numbers() []string {
	out := []string{}
	for _, q := range b.asks {
		out = append(out, q.Country+q.Bare)
	}
	return out
}

func (b *bench) recheck(want int) {
	b.t.Helper()
	if n, err := b.Recheck(context.Background()); n != want || err != nil {
		b.t.Fatalf("%d answered, %v; want %d", n, err, want)
	}
}

func TestWhoIsCheckedAtNight(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := nightly(t, d)
		german := []*contact.AddressInput{{Line: "Straße 1", Country: "DE"}}
		add := func(vat string, f contact.Fields) *contact.Contact {
			f.VatNumber = &vat
			if f.IsClient == nil {
				f.IsClient = ptr(true)
			}
			return b.contact(f)
		}
		add("DE111111111", contact.Fields{})
		add("FR12345678901", contact.Fields{ClientType: ptr(entcontact.ClientTypeIntraCommunity)})
		add("222222222", contact.Fields{Addresses: german})
		add("333333333", contact.Fields{Addresses: german, ClientType: ptr(entcontact.ClientTypeIntraCommunity)})
		add("XI123456789", contact.Fields{})
		// Those who are not.
		add("094014201", contact.Fields{})
		add("EL094259216", contact.Fields{})
		add("090165560", contact.Fields{Addresses: []*contact.AddressInput{{Line: "Οδός 1", Country: "GR"}}})
		add("123", contact.Fields{Addresses: german})
		add("444444444", contact.Fields{Addresses: []*contact.AddressInput{{Line: "Street 1", Country: "US"}}})
		add("DE555555555", contact.Fields{IsClient: ptr(false), IsSupplier: ptr(true)})
		add("DE666666666", contact.Fields{ClientType: ptr(entcontact.ClientTypeThirdCountry)})
		add("DE777777777", contact.Fields{ClientType: ptr(entcontact.ClientTypePrivateIndividual)})
		add("GB888888888", contact.Fields{ClientType: ptr(entcontact.ClientTypeIntraCommunity)})
		archived := add("DE999999999", contact.Fields{})
		_, err := b.Contacts.Archive(b.ctx, contact.IDInput{ID: archived.ID})
		must(t, err)
		merged, survivor := add("DE999999998", contact.Fields{}), add("", contact.Fields{})
		b.system(func(ctx context.Context, tx *ent.Tx) error {
			return tx.Contact.UpdateOneID(merged.ID).SetMergedIntoID(survivor.ID).Exec(ctx)
		})

		b.recheck(5)
		got := b.numbers()
		slices.Sort(got)
		if diff := cmp.Diff([]string{"DE111111111", "DE222222222", "DE333333333", "FR12345678901", "XI123456789"}, got); diff != "" {
			t.Errorf("(-want +asked):\n%s", diff)
		}
		for _, c := range b.checks() {
			if c.RequestedBy != uuid.Nil || c.ContactID == nil || !c.CreatedAt.Equal(b.clock) {
				t.Errorf("kept %+v", c)
			}
		}
		got2, err := b.Settings(b.ctx)
		if must(t, err); got2.RecheckedAt == nil || !got2.RecheckedAt.Equal(b.clock) || b.settingsRow().LockedUntil != nil {
			t.Errorf("%+v", got2)
		}
	})
}

func TestItIsDoneOnceANight(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := nightly(t, d)
		b.client("DE111111111")
		b.clock = night.Add(-3 * time.Hour) // 01:30
		b.recheck(0)
		b.clock = night.Add(30 * time.Minute) // 05:00
		b.recheck(0)
		b.clock = night
		b.recheck(1)
		b.recheck(0)
		b.clock = night.Add(10 * time.Minute)
		b.recheck(0)
		b.clock = night.Add(24 * time.Hour)
		b.recheck(1)
		_, err := b.UpdateSettings(b.ctx, taxid.UpdateSettingsInput{Recheck: ptr(false)})
		must(t, err)
		b.clock = night.Add(48 * time.Hour)
		b.recheck(0)
		_, err = b.UpdateSettings(b.ctx, taxid.UpdateSettingsInput{Recheck: ptr(true)})
		must(t, err)
		b.system(func(ctx context.Context, tx *ent.Tx) error {
			return tx.Organization.UpdateOneID(viewer.From(ctx).Organization).SetClosedAt(b.clock).Exec(ctx)
		})
		b.recheck(0)
	})
}

// Only the number that was valid and no longer is, is told in the contact's history.
func TestANumberThatTurnsInvalidIsTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := nightly(t, d)
		c := b.client("DE111111111")
		for i, step := range []struct {
			valid bool
			told  int
		}{{false, 0}, {true, 0}, {true, 0}, {false, 1}, {false, 1}, {true, 1}, {false, 2}} {
			b.clock = night.Add(time.Duration(i) * 24 * time.Hour)
			b.answer = func(q taxid.Question) (*taxid.Answer, error) { return b.said(q, step.valid), nil }
			b.recheck(1)
			events := b.events("registryCheck")
			if len(events) != step.told {
				t.Fatalf("night %d: %d told, not %d", i, len(events), step.told)
			}
			for _, e := range events {
				if *e.ContactID != c.ID || e.ActorKind != "system" || !strings.Contains(string(e.After), "111111111") {
					t.Errorf("%+v", e)
				}
			}
		}
		if n := len(b.checks()); n != 7 {
			t.Errorf("%d answers are kept", n)
		}
	})
}

func TestAnOutageLeavesTheRestForTheNextNight(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := nightly(t, d)
		for _, vat := range []string{"DE111111111", "DE222222222", "DE333333333", "ATU11111111", "ATU22222222"} {
			b.client(vat)
		}
		b.answer = func(q taxid.Question) (*taxid.Answer, error) {
			if q.Country == "DE" {
				return nil, &taxid.Outage{Reason: "MS_UNAVAILABLE", Down: true}
			}
			return b.said(q, true), nil
		}
		b.recheck(2) // Austria's
		if n := len(b.numbers()); n != 3 {
			t.Errorf("asked %v", b.numbers())
		}
		b.recheck(0)
		if len(b.asks) != 3 {
			t.Error("asked again in the same night")
		}
		b.clock, b.asks = night.Add(24*time.Hour), nil
		b.answer = func(taxid.Question) (*taxid.Answer, error) {
			return nil, &taxid.Outage{Reason: "IP_BLOCKED", Whole: true}
		}
		b.recheck(0)
		if n := b.numbers(); len(n) != 1 || !strings.HasPrefix(n[0], "DE") { // the longest unchecked first
			t.Errorf("asked %v", n)
		}
		b.clock, b.asks = night.Add(48*time.Hour), nil
		b.answer = func(q taxid.Question) (*taxid.Answer, error) { return b.said(q, true), nil }
		b.recheck(5)
		if n := b.numbers(); !strings.HasPrefix(n[0], "DE") || !strings.HasPrefix(n[2], "DE") || len(b.events("registryCheck")) != 0 {
			t.Errorf("asked %v", n)
		}
	})
}

// Stopped anywhere, the next call goes on with what is left, in the same night.
func TestItGoesOnWhereItWasStopped(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := nightly(t, d)
		for _, vat := range []string{"DE111111111", "DE222222222", "DE333333333", "DE444444444"} {
			b.client(vat)
		}
		for i := range 2 {
			ctx, stop := context.WithCancel(context.Background())
			b.Pause = func(ctx context.Context, _ time.Duration) error { stop(); return ctx.Err() }
			if n, err := b.Recheck(ctx); n != 1 || !errors.Is(err, context.Canceled) {
				t.Fatalf("%d: %d answered, %v", i, n, err)
			}
			if row := b.settingsRow(); row.LockedUntil != nil || row.RecheckedAt != nil {
				t.Fatalf("%+v", row)
			}
		}
		b.Pause = func(context.Context, time.Duration) error { return nil }
		b.recheck(2)
		got := b.numbers()
		slices.Sort(got)
		if diff := cmp.Diff([]string{"DE111111111", "DE222222222", "DE333333333", "DE444444444"}, got); diff != "" {
			t.Errorf("(-want +asked):\n%s", diff)
		}
	})
}

// A process that died holds its lease until it runs out; then another goes on.
func TestALeaseKeepsOtherProcessesOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := nightly(t, d)
		b.client("DE111111111")
		id := b.settingsRow().ID
		b.system(func(ctx context.Context, tx *ent.Tx) error {
			return tx.RegistrySetting.UpdateOneID(id).SetLockedUntil(night.Add(5 * time.Minute)).Exec(ctx)
		})
		b.recheck(0)
		if len(b.asks) != 0 {
			t.Error("asked beside another process")
		}
		b.clock = night.Add(5 * time.Minute)
		b.recheck(1)
	})
}

// While one process asks, another finds nothing to do; one that lost its lease stops.
func TestTwoProcessesDoNotAskTwice(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := nightly(t, d)
		b.client("DE111111111")
		b.client("DE222222222")
		b.client("DE333333333")
		b.Pause = func(context.Context, time.Duration) error { b.recheck(0); return nil }
		b.recheck(3)
		if len(b.asks) != 3 {
			t.Errorf("asked %v", b.numbers())
		}
		b.clock, b.asks = night.Add(24*time.Hour), nil
		id := b.settingsRow().ID
		b.Pause = func(context.Context, time.Duration) error { // it stood still, and another took the lease
			b.clock = b.clock.Add(20 * time.Minute)
			b.system(func(ctx context.Context, tx *ent.Tx) error {
				return tx.RegistrySetting.UpdateOneID(id).SetLockedUntil(b.clock.Add(time.Hour)).Exec(ctx)
			})
			return nil
		}
		b.recheck(1)
		if row := b.settingsRow(); row.LockedUntil == nil {
			t.Error("it gave back a lease that was not its own")
		}
	})
}

func TestTheEndOfTheNightEndsIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := nightly(t, d)
		for _, vat := range []string{"DE111111111", "DE222222222", "DE333333333"} {
			b.client(vat)
		}
		pauses := []time.Duration{}
		b.Pause = func(_ context.Context, d time.Duration) error {
			pauses = append(pauses, d)
			b.clock = b.clock.Add(20 * time.Minute)
			return nil
		}
		b.recheck(2) // at 04:30 and 04:50
		for _, d := range pauses {
			if d < time.Second {
				t.Errorf("a pause of %s", d)
			}
		}
		b.clock = night.Add(24 * time.Hour)
		b.Pause = func(context.Context, time.Duration) error { return nil }
		b.asks = nil
		b.recheck(3)
	})
}

// A client that VIES refuses, and one that went away meanwhile, hold up nobody.
func TestOneClientHoldsUpNobody(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := nightly(t, d)
		b.client("DE111111111")
		gone, survivor := b.client("DE222222222"), b.client("DE333333333")
		b.answer = func(q taxid.Question) (*taxid.Answer, error) {
			switch q.Bare {
			case "111111111":
				return nil, fault.New(fault.Invalid, "vatNumber", "No.")
			case "222222222":
				b.system(func(ctx context.Context, tx *ent.Tx) error {
					return tx.Contact.UpdateOneID(gone.ID).SetMergedIntoID(survivor.ID).Exec(ctx)
				})
			}
			return b.said(q, true), nil
		}
		if _, err := b.Recheck(context.Background()); err != nil {
			t.Fatal(err)
		}
		kept := b.checks()
		if len(b.asks) != 3 || len(kept) != 1 || *kept[0].ContactID != survivor.ID {
			t.Errorf("asked %v, kept %v", b.numbers(), kept)
		}
	})
}

// Two organizations: each is checked by its own requester, and keeps its own.
func TestOrganizationsAreCheckedApart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := nightly(t, d)
		b.client("DE111111111")
		first := b.ctx
		b.ctx = dbtest.Tenant(t, d, viewer.Owner)
		b.client("DE111111111")
		b.system(func(ctx context.Context, tx *ent.Tx) error {
			return tx.Organization.UpdateOneID(viewer.From(ctx).Organization).SetVatNumber("094014201").Exec(ctx)
		})
		_, err := b.UpdateSettings(b.ctx, taxid.UpdateSettingsInput{Recheck: ptr(true)})
		must(t, err)
		b.recheck(2)
		if len(b.checks()) != 1 {
			t.Errorf("kept %v", b.checks())
		}
		b.ctx = first
		if len(b.checks()) != 1 {
			t.Errorf("kept %v", b.checks())
		}
		requesters := 0
		for _, q := range b.asks {
			if q.Requester != nil {
				requesters++
			}
		}
		if requesters != 1 {
			t.Errorf("%d of the questions name who asks", requesters)
		}
	})
}
