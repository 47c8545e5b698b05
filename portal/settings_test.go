package portal_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kartela/kartela/account"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/portal"
	"github.com/kartela/kartela/viewer"
)

func settingsOf(t *testing.T, b *bench, ctx context.Context) portal.Settings {
	t.Helper()
	p, err := b.For(ctx)
	must(t, err)
	s, err := p.Settings(ctx)
	must(t, err)
	return *s
}

// A customer is told everything until they say otherwise, to each business by itself; what a change
// leaves out stays, whoever changes at the same time; staff have no such settings.
func TestACustomerChoosesWhichMailsTheyGet(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, other := setup(t, d), setup(t, d)
		me, _ := b.let(t, b.client(t, "ΑΕ").ID, "maria@a.example")
		beside, _ := b.let(t, b.client(t, "ΕΠΕ").ID, "petros@a.example")
		there, _ := other.let(t, other.client(t, "ΑΕ").ID, "maria@a.example")
		all := portal.Settings{Documents: true, Payments: true, Messages: true}
		if got := settingsOf(t, b, me); got != all {
			t.Errorf("at first %+v", got)
		}
		var at sync.WaitGroup
		for _, in := range []portal.SettingsInput{{Documents: ptr(false)}, {Messages: ptr(false)}, {Payments: ptr(true)}} {
			at.Go(func() {
				if _, err := b.UpdateSettings(me, in); err != nil {
					t.Error(err)
				}
			})
		}
		at.Wait()
		if got := settingsOf(t, b, me); got != (portal.Settings{Payments: true}) {
			t.Errorf("then %+v", got)
		}
		for who, got := range map[string]portal.Settings{"beside": settingsOf(t, b, beside), "there": settingsOf(t, other, there)} {
			if got != all {
				t.Errorf("%s has %+v", who, got)
			}
		}
		got, err := b.UpdateSettings(me, portal.SettingsInput{Documents: ptr(true)})
		must(t, err)
		if diff := cmp.Diff(&portal.Settings{Documents: true, Payments: true}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		_, err = b.UpdateSettings(b.ctx, portal.SettingsInput{})
		refused(t, err, fault.Forbidden, "")
		_, err = b.UpdateSettings(context.Background(), portal.SettingsInput{})
		refused(t, err, fault.Unauthenticated, "")
	})
}

// The name and the language are the person's own, on both sides.
func TestAPersonChangesTheirNameAndLanguage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		me, _ := b.let(t, b.client(t, "ΑΕ").ID, "maria@a.example")
		must(t, b.Accounts.UpdateOwn(me, account.UpdateOwnInput{Name: ptr(" Μαρία \x00Π. "), Language: ptr("en")}))
		must(t, b.Accounts.UpdateOwn(me, account.UpdateOwnInput{}))
		u, err := b.Accounts.Person(me, viewer.From(me))
		must(t, err)
		if u.Name != "Μαρία Π." || u.Language != "en" {
			t.Errorf("is called %q in %q", u.Name, u.Language)
		}
		err = b.Accounts.UpdateOwn(me, account.UpdateOwnInput{Name: ptr(string(make([]byte, 1700))), Language: ptr("fr")})
		refused(t, err, fault.Invalid, "language")
		refused(t, b.Accounts.UpdateOwn(context.Background(), account.UpdateOwnInput{}), fault.Unauthenticated, "")
		key := viewer.From(b.ctx)
		key.APIKey, key.User = key.User, [16]byte{}
		refused(t, b.Accounts.UpdateOwn(viewer.With(b.ctx, key), account.UpdateOwnInput{}), fault.Forbidden, "")
	})
}

// An invitation is written in the language that is known best: the person's own, the contact's, the
// business's.
func TestAnInvitationIsInTheLanguageOfWhoReadsIt(t *testing.T) {
	d := dbtest.SQLite(t)
	b := setup(t, d)
	sent := &kept{}
	b.Mailer = sent
	greek, english := b.client(t, "ΑΕ"), b.client(t, "Ltd")
	v := viewer.From(b.ctx)
	v.Kind, v.Reason = viewer.System, "a test names languages"
	must(t, db.InTx(viewer.With(context.Background(), v), d, func(ctx context.Context, tx *ent.Tx) error {
		must(t, tx.Organization.UpdateOneID(v.Organization).SetLanguage("el").Exec(ctx))
		return tx.Contact.UpdateOneID(english.ID).SetDefaultLanguage("en").Exec(ctx)
	}))
	me, _ := b.let(t, greek.ID, "maria@a.example")
	must(t, b.Accounts.UpdateOwn(me, account.UpdateOwnInput{Language: ptr("el")}))
	b.invite(t, english.ID, "john@a.example")
	b.invite(t, english.ID, "maria@a.example")
	want := []string{"Τα τιμολόγιά μου", "See my invoices", "Τα τιμολόγιά μου"}
	if diff := cmp.Diff(want, sent.buttons()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// kept is a relay that takes everything.
type kept struct{ html []string }

func (k *kept) Configured() bool { return true }
func (k *kept) Send(_ context.Context, _, _, _, html string) error {
	k.html = append(k.html, html)
	return nil
}

// buttons are the words of the links that were sent.
func (k *kept) buttons() (out []string) {
	for _, h := range k.html {
		_, after, _ := strings.Cut(h, `">`)
		words, _, _ := strings.Cut(after, "</a>")
		out = append(out, words)
	}
	return out
}
