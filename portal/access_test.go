package portal_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/account"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent/portalgrant"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/portal"
	"github.com/kartela/kartela/viewer"
)

func TestAnInvitationLetsOnePersonInOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		c := b.client(t, "ΑΕ")
		token, grant := b.invite(t, c.ID, " Maria@A.example ")
		if grant.Email != "maria@a.example" || grant.Status != portalgrant.StatusInvited || !grant.ExpiresAt.Equal(b.now.Add(portal.InvitationLasts)) {
			t.Errorf("invited %+v", grant)
		}
		_, err := b.Accept(context.Background(), portal.AcceptInput{Token: token, Password: "short"}, account.Client{})
		refused(t, err, fault.Invalid, "password") // and the link still works
		signed, err := b.accept(token)
		must(t, err)
		v := signed.Viewer
		if v.Kind != viewer.Portal || v.Organization != viewer.From(b.ctx).Organization || !slices.Equal(v.Contacts, []uuid.UUID{c.ID}) || !b.lets(signed.Token) {
			t.Errorf("signed in as %+v", v)
		}
		_, err = b.accept(token)
		refused(t, err, fault.NotFound, "token")
		for _, bad := range []string{"", "x", token + "x", "\x00"} {
			_, err := b.accept(bad)
			refused(t, err, fault.NotFound, "token")
		}
		in, err := b.Accounts.SignIn(context.Background(), account.SignInInput{Email: "maria@a.example", Password: password}, account.Client{})
		must(t, err)
		if in.Viewer.Kind != viewer.Portal || !slices.Equal(in.Viewer.Contacts, v.Contacts) {
			t.Errorf("signs in as %+v", in.Viewer)
		}
		_, err = b.Invite(b.ctx, portal.InviteInput{ContactID: c.ID, Email: "maria@a.example"})
		refused(t, err, fault.Conflict, "email")
		_, err = b.Invite(b.ctx, portal.InviteInput{ContactID: c.ID, Email: "maria"})
		refused(t, err, fault.Invalid, "email")
		_, err = b.Invite(b.ctx, portal.InviteInput{ContactID: uuid.New(), Email: "x@a.example"})
		refused(t, err, fault.NotFound, "contactId")
		_, err = b.Invite(b.ctx, portal.InviteInput{ContactID: setup(t, d).client(t, "ΟΕ").ID, Email: "x@a.example"})
		refused(t, err, fault.NotFound, "contactId")
	})
}

func TestASecondContactNeedsThePasswordOfTheAccount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		first, second := b.client(t, "ΑΕ"), b.client(t, "ΟΕ")
		_, session := b.let(t, first.ID, "maria@a.example")
		token, _ := b.invite(t, second.ID, "maria@a.example")
		_, err := b.Accept(context.Background(), portal.AcceptInput{Token: token, Password: "somebody else's"}, account.Client{})
		refused(t, err, fault.Unauthenticated, "password")
		signed, err := b.accept(token)
		must(t, err)
		if len(signed.Viewer.Contacts) != 2 {
			t.Errorf("sees %v", signed.Viewer.Contacts)
		}
		b.Accounts.Forget(viewer.Ended{User: signed.Viewer.User})
		v, err := b.Accounts.Authenticate(context.Background(), session) // the session from before sees both as well
		must(t, err)
		if !slices.Equal(v.Contacts, signed.Viewer.Contacts) || !slices.IsSortedFunc(v.Contacts, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) }) {
			t.Errorf("sees %v", v.Contacts)
		}
	})
}

func TestInvitingAgainEndsTheOldLink(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		c := b.client(t, "ΑΕ")
		old, first := b.invite(t, c.ID, "maria@a.example")
		b.pass(time.Hour)
		fresh, second := b.invite(t, c.ID, "Maria@a.example")
		if first.ID != second.ID || !second.ExpiresAt.Equal(first.ExpiresAt.Add(time.Hour)) {
			t.Errorf("invited %+v, then %+v", first, second)
		}
		_, err := b.accept(old)
		refused(t, err, fault.NotFound, "token")
		_, err = b.accept(fresh)
		must(t, err)

		// A repeat of the same request is the same invitation with a new link.
		keyed := db.WithRequest(b.ctx, db.Request{Key: "k", Hash: [32]byte{1}})
		in := portal.InviteInput{ContactID: c.ID, Email: "nikos@a.example"}
		one, err := b.Invite(keyed, in)
		must(t, err)
		two, err := b.Invite(keyed, in)
		must(t, err)
		if one.Access.ID != two.Access.ID || one.Link == two.Link {
			t.Errorf("%s %s, then %s %s", one.Access.ID, one.Link, two.Access.ID, two.Link)
		}
		_, err = b.accept(tokenOf(t, one))
		refused(t, err, fault.NotFound, "token")
		_, err = b.accept(tokenOf(t, two))
		must(t, err)
		_, err = b.Invite(keyed, in)
		refused(t, err, fault.Conflict, "email")
	})
}

func TestOfManyWhoAcceptAtOnceOneGetsIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		token, _ := b.invite(t, b.client(t, "ΑΕ").ID, "maria@a.example")
		errs := make(chan error, 4)
		for range cap(errs) {
			go func() {
				_, err := b.accept(token)
				errs <- err
			}()
		}
		won := 0
		for range cap(errs) {
			if err := <-errs; err == nil {
				won++
			} else if c := code(err); c != fault.NotFound && c != fault.Unauthenticated {
				t.Errorf("got %v", err)
			}
		}
		if won != 1 {
			t.Errorf("%d got in", won)
		}
	})
}

func TestAnInvitationExpires(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		c := b.client(t, "ΑΕ")
		late, _ := b.invite(t, c.ID, "late@a.example")
		early, _ := b.invite(t, c.ID, "early@a.example")
		b.pass(portal.InvitationLasts - time.Second)
		_, err := b.accept(early)
		must(t, err)
		b.pass(time.Second)
		_, err = b.accept(late)
		refused(t, err, fault.NotFound, "token")
	})
}

func TestRevokingEndsSessionsAtOnceAndForGood(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		c, other := b.client(t, "ΑΕ"), b.client(t, "ΟΕ")
		ctx, session := b.let(t, c.ID, "maria@a.example")
		_, colleague := b.let(t, c.ID, "nikos@a.example")
		if !b.lets(session) || !b.lets(colleague) {
			t.Fatal("not let in")
		}
		grant, err := d.PortalGrant.Query().Where(portalgrant.Email("maria@a.example")).Only(b.ctx)
		must(t, err)
		for range 2 { // a second time changes nothing
			got, err := b.Revoke(b.ctx, portal.RevokeInput{ID: grant.ID})
			must(t, err)
			if got.Status != portalgrant.StatusRevoked || got.RevokedAt == nil {
				t.Errorf("is %s", got.Status)
			}
			if b.lets(session) || !b.lets(colleague) {
				t.Errorf("the session stands %t, a colleague's %t", b.lets(session), b.lets(colleague))
			}
		}
		want := []viewer.Ended{{Organization: viewer.From(b.ctx).Organization, User: viewer.From(ctx).User, Contact: c.ID}}
		if diff := cmp.Diff(want, b.ended); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
		_, err = b.Accounts.SignIn(context.Background(), account.SignInInput{Email: "maria@a.example", Password: password}, account.Client{})
		refused(t, err, fault.Unauthenticated, "")

		_, again := b.let(t, c.ID, "maria@a.example")
		if !b.lets(again) {
			t.Error("invited again, and not let in")
		}
		if b.lets(session) {
			t.Error("a session from before access was revoked is back")
		}
		// Of two contacts one is left: the session goes on without the other.
		token, both := b.invite(t, other.ID, "maria@a.example")
		two, err := b.accept(token)
		must(t, err)
		_, err = b.Revoke(b.ctx, portal.RevokeInput{ID: both.ID})
		must(t, err)
		v, err := b.Accounts.Authenticate(context.Background(), two.Token)
		must(t, err)
		if !slices.Equal(v.Contacts, []uuid.UUID{c.ID}) {
			t.Errorf("sees %v", v.Contacts)
		}

		link, invited := b.invite(t, c.ID, "new@a.example")
		_, err = b.Revoke(b.ctx, portal.RevokeInput{ID: invited.ID})
		must(t, err)
		_, err = b.accept(link)
		refused(t, err, fault.NotFound, "token")
		_, err = b.Revoke(b.ctx, portal.RevokeInput{ID: uuid.New()})
		refused(t, err, fault.NotFound, "id")
	})
}

func TestAnArchivedContactLetsNobodyIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		c := b.client(t, "ΑΕ")
		_, session := b.let(t, c.ID, "maria@a.example")
		link, _ := b.invite(t, c.ID, "nikos@a.example")
		if !b.lets(session) {
			t.Fatal("not let in")
		}
		_, err := b.contacts.Archive(b.ctx, contact.IDInput{ID: c.ID})
		must(t, err)
		if b.lets(session) {
			t.Error("a session goes on")
		}
		_, err = b.accept(link)
		refused(t, err, fault.NotFound, "token")
		_, err = b.Invite(b.ctx, portal.InviteInput{ContactID: c.ID, Email: "x@a.example"})
		refused(t, err, fault.Conflict, "contactId")
		_, err = b.contacts.Restore(b.ctx, contact.IDInput{ID: c.ID})
		must(t, err)
		if b.lets(session) {
			t.Error("a session is back with the contact")
		}
		_, again := b.let(t, c.ID, "maria@a.example")
		if !b.lets(again) || b.lets(session) {
			t.Errorf("let in anew: %t; the session from before: %t", b.lets(again), b.lets(session))
		}
	})
}

func TestOnlyWhoMayInvitesAndRevokes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, stranger := setup(t, d), setup(t, d)
		c := b.client(t, "ΑΕ")
		customer, _ := b.let(t, c.ID, "maria@a.example")
		actions := map[string]func(ctx context.Context) error{
			"Invite": func(ctx context.Context) error {
				_, err := b.Invite(ctx, portal.InviteInput{ContactID: c.ID, Email: uuid.NewString() + "@a.example"})
				return err
			},
			"Revoke": func(ctx context.Context) error {
				_, grant := b.invite(t, c.ID, uuid.NewString()+"@a.example")
				_, err := b.Revoke(ctx, portal.RevokeInput{ID: grant.ID})
				return err
			},
		}
		for name, do := range actions {
			for _, role := range viewer.Role("").Values() {
				role := viewer.Role(role)
				err := do(dbtest.Member(t, b.ctx, d, role))
				if role.May(viewer.InvitePortal) && err != nil {
					t.Errorf("%s by %s: %v", name, role, err)
				}
				if !role.May(viewer.InvitePortal) && code(err) != fault.Forbidden {
					t.Errorf("%s by %s: got %v, want FORBIDDEN", name, role, err)
				}
			}
			if err := do(customer); code(err) != fault.Forbidden {
				t.Errorf("%s by a portal customer: got %v, want FORBIDDEN", name, err)
			}
			if err := do(context.Background()); code(err) != fault.Unauthenticated {
				t.Errorf("%s by nobody: got %v, want UNAUTHENTICATED", name, err)
			}
			if err := do(stranger.ctx); code(err) != fault.NotFound {
				t.Errorf("%s by another organization's owner: got %v, want NOT_FOUND", name, err)
			}
		}
		for who, ctx := range map[fault.Code]context.Context{fault.Forbidden: b.ctx, fault.Unauthenticated: context.Background()} {
			if _, err := b.For(ctx); code(err) != who {
				t.Errorf("the portal: got %v, want %s", err, who)
			}
			if _, err := b.OwnContact(ctx, &c.ID); code(err) != who {
				t.Errorf("the own contact: got %v, want %s", err, who)
			}
		}
	})
}
