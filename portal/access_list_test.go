package portal_test

import (
	"context"
	"fmt"
	"strings"
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
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/portal"
	"github.com/kartela/kartela/viewer"
)

// listed are the e-mail addresses of all pages of a list, two rows each.
func (b *bench) listed(t *testing.T, ctx context.Context, f *portal.AccessFilter) (out []string) {
	t.Helper()
	for args := (page.Args{First: ptr(2)}); ; {
		p, err := b.Access(ctx, args, f)
		must(t, err)
		for _, a := range p.Nodes() {
			name, _, _ := strings.Cut(a.Email, "@")
			out = append(out, name)
		}
		if !p.PageInfo.HasNextPage {
			return out
		}
		args.After = p.PageInfo.EndCursor
	}
}

func TestStaffSeeWhoHasAccess(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, other := setup(t, d), setup(t, d)
		sea, hidden := b.client(t, "Ναυτιλιακή Σαρωνικού"), b.client(t, "Κρυφή")
		other.invite(t, other.client(t, "Ξένη").ID, "foreign@a.example")
		b.invite(t, sea.ID, "late@a.example")
		b.pass(8 * 24 * time.Hour)
		b.let(t, sea.ID, "active@b.example")
		_, grant := b.invite(t, sea.ID, "ended@b.example")
		_, err := b.Revoke(b.ctx, portal.RevokeInput{ID: grant.ID})
		must(t, err)
		b.invite(t, b.client(t, "Ltd").ID, "invited@b.example")
		b.invite(t, hidden.ID, "hidden@b.example")
		_, err = b.contacts.Restrict(b.ctx, contact.RestrictInput{ID: hidden.ID, UserIDs: []uuid.UUID{viewer.From(b.ctx).User}})
		must(t, err)

		sales := dbtest.Member(t, b.ctx, d, viewer.Sales)
		for name, c := range map[string]struct {
			ctx  context.Context
			f    *portal.AccessFilter
			want string
		}{
			"all":              {b.ctx, nil, "hidden invited ended active late"},
			"of sales staff":   {sales, nil, "invited ended active late"},
			"active":           {sales, &portal.AccessFilter{Statuses: []portalgrant.Status{"active"}}, "active"},
			"waiting or over":  {sales, &portal.AccessFilter{Statuses: []portalgrant.Status{"invited", "revoked"}}, "invited ended late"},
			"expired":          {sales, &portal.AccessFilter{Expired: ptr(true)}, "late"},
			"not expired":      {sales, &portal.AccessFilter{Expired: ptr(false)}, "invited ended active"},
			"by contact":       {sales, &portal.AccessFilter{Search: ptr("ΝΑΥΤΙΛΙΑΚΗ  σαρων")}, "ended active late"},
			"by address":       {sales, &portal.AccessFilter{Search: ptr("B.example TED")}, "invited"},
			"of hidden":        {sales, &portal.AccessFilter{Search: ptr("κρυφη")}, ""},
			"blank":            {sales, &portal.AccessFilter{Search: ptr("  ")}, "invited ended active late"},
			"both must hold":   {sales, &portal.AccessFilter{Search: ptr("σαρωνικου"), Expired: ptr(true)}, "late"},
			"a percent is one": {sales, &portal.AccessFilter{Search: ptr("%")}, ""},
		} {
			if got := strings.Join(b.listed(t, c.ctx, c.f), " "); got != c.want {
				t.Errorf("%s: %q, want %q", name, got, c.want)
			}
		}
		counted, n := db.CountStatements(sales)
		_, err = b.Access(counted, page.Args{}, &portal.AccessFilter{Search: ptr("a")})
		if must(t, err); n.Load() != 1 {
			t.Errorf("%d statements", n.Load())
		}
		_, err = b.Access(sales, page.Args{}, &portal.AccessFilter{Search: ptr(strings.Repeat("a", 201))})
		refused(t, err, fault.Invalid, "filter.search")
		_, err = b.Access(dbtest.Member(t, b.ctx, d, viewer.TimeKeeper), page.Args{}, nil)
		refused(t, err, fault.Forbidden, "")
	})
}

// An address, and a business, cannot be made to send invitations without end.
func TestInvitationsAreLimited(t *testing.T) {
	b := setup(t, dbtest.SQLite(t))
	c := b.client(t, "ΑΕ")
	for range 4 {
		b.invite(t, c.ID, "maria@a.example")
	}
	_, err := b.Invite(b.ctx, portal.InviteInput{ContactID: c.ID, Email: "Maria@a.example"})
	refused(t, err, fault.RateLimited, "email")
	b.pass(15 * time.Minute)
	b.invite(t, c.ID, "maria@a.example")
	var last error
	for i := range 80 {
		if _, last = b.Invite(b.ctx, portal.InviteInput{ContactID: c.ID, Email: fmt.Sprintf("p%d@a.example", i)}); last != nil {
			break
		}
	}
	refused(t, last, fault.RateLimited, "")
	if n, err := b.db.PortalGrant.Query().Count(b.ctx); err != nil || n > 61 {
		t.Errorf("%d invited, %v", n, err)
	}
}

// A preview is a customer's eyes of one contact, and ends with what it is a right of.
func TestAPreviewSeesOneContactAndEndsWithItsRight(t *testing.T) {
	for name, end := range map[string]func(t *testing.T, b *bench, c *contact.Contact, staff context.Context){
		"after 15 minutes": func(_ *testing.T, b *bench, _ *contact.Contact, _ context.Context) {
			b.pass(15*time.Minute + time.Second)
		},
		"archived": func(t *testing.T, b *bench, c *contact.Contact, _ context.Context) {
			_, err := b.contacts.Archive(b.ctx, contact.IDInput{ID: c.ID})
			must(t, err)
		},
		"hidden from them": func(t *testing.T, b *bench, c *contact.Contact, _ context.Context) {
			_, err := b.contacts.Restrict(b.ctx, contact.RestrictInput{ID: c.ID, UserIDs: []uuid.UUID{viewer.From(b.ctx).User}})
			must(t, err)
		},
		"another role": func(t *testing.T, b *bench, _ *contact.Contact, staff context.Context) {
			_, err := b.Accounts.ChangeMemberRole(b.ctx, account.ChangeMemberRoleInput{UserID: viewer.From(staff).User, Role: viewer.ReadOnly})
			must(t, err)
		},
		"no member": func(t *testing.T, b *bench, _ *contact.Contact, staff context.Context) {
			_, err := b.Accounts.RemoveMember(b.ctx, account.RemoveMemberInput{UserID: viewer.From(staff).User})
			must(t, err)
		},
		"signed out": func(t *testing.T, b *bench, _ *contact.Contact, staff context.Context) {
			_, err := b.Accounts.SignOut(staff, nil)
			must(t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				b := setup(t, d)
				c, beside := b.client(t, "ΑΕ"), b.client(t, "ΕΠΕ")
				staff := dbtest.Member(t, b.ctx, d, viewer.Sales)
				v := viewer.From(staff)
				v.Session = uuid.New()
				staff = viewer.With(staff, v)
				in, err := b.Accounts.Preview(staff, account.PreviewInput{ContactID: c.ID}, account.Client{})
				must(t, err)
				me := viewer.With(context.Background(), in.Viewer)
				p, err := b.For(me)
				must(t, err)
				seen, err := p.Contacts(me)
				must(t, err)
				if len(seen) != 1 || seen[0].ID != c.ID {
					t.Errorf("sees %v", seen)
				}
				_, err = p.Contact(me, &beside.ID)
				refused(t, err, fault.NotFound, "id")
				_, err = b.Send(me, portal.SendInput{Body: "x"})
				refused(t, err, fault.Forbidden, "")
				if !b.lets(in.Token) || b.Accounts.Stands(me, in.Viewer) != nil || b.Accounts.Standing(me, in.Viewer) != nil {
					t.Error("does not stand")
				}
				end(t, b, c, staff)
				if b.lets(in.Token) || b.Accounts.Stands(me, in.Viewer) == nil || b.Accounts.Standing(me, in.Viewer) == nil {
					t.Error("stands still")
				}
				if fallen, err := b.Accounts.Fallen(context.Background(), []viewer.Viewer{in.Viewer}); err != nil || len(fallen) != 1 {
					t.Errorf("fallen are %v, %v", fallen, err)
				}
			})
		})
	}
}

func TestWhoMayPreviewThePortal(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, other := setup(t, d), setup(t, d)
		c, foreign := b.client(t, "ΑΕ"), other.client(t, "ΑΕ")
		preview := func(ctx context.Context, id uuid.UUID) error {
			_, err := b.Accounts.Preview(ctx, account.PreviewInput{ContactID: id}, account.Client{})
			return err
		}
		refused(t, preview(dbtest.Member(t, b.ctx, d, viewer.ReadOnly), c.ID), fault.Forbidden, "")
		refused(t, preview(context.Background(), c.ID), fault.Unauthenticated, "")
		refused(t, preview(b.ctx, foreign.ID), fault.NotFound, "contactId")
		me, _ := b.let(t, c.ID, "maria@a.example")
		refused(t, preview(me, c.ID), fault.Forbidden, "")
		must(t, preview(b.ctx, c.ID))
		rows, err := d.AuditEvent.Query().All(b.ctx)
		must(t, err)
		var looked []string
		for _, e := range rows {
			if e.Action == "previewPortal" {
				looked = append(looked, fmt.Sprint(e.ActorID == viewer.From(b.ctx).User, *e.ContactID == c.ID))
			}
		}
		if diff := cmp.Diff([]string{"true true"}, looked); diff != "" {
			t.Errorf("the history (-want +got):\n%s", diff)
		}
		_, err = b.contacts.Archive(b.ctx, contact.IDInput{ID: c.ID})
		must(t, err)
		refused(t, preview(b.ctx, c.ID), fault.Conflict, "contactId")
	})
}
