package account_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/account"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/viewer"
)

func TestOnlyWhoMayDoesWhatItSays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, stranger := setup(t, d), setup(t, d)
		target := func() uuid.UUID {
			_, ctx := b.member(t, viewer.ReadOnly)
			return viewer.From(ctx).User
		}
		key := func() uuid.UUID {
			k, err := b.CreateAPIKey(b.ctx, account.CreateAPIKeyInput{Name: "k", Role: viewer.Sales})
			must(t, err)
			return k.APIKey.ID
		}
		actions := map[string]struct {
			need viewer.Permission
			do   func(ctx context.Context, of uuid.UUID) error
			of   func() uuid.UUID // what it is done to; nil: the own organization
		}{
			"AddMember": {viewer.ManageStaff, func(ctx context.Context, _ uuid.UUID) error {
				_, err := b.AddMember(ctx, account.AddMemberInput{Email: uuid.NewString() + "@a.example", Role: viewer.Sales, Password: ptr(password)})
				return err
			}, nil},
			"ChangeMemberRole": {viewer.ManageStaff, func(ctx context.Context, of uuid.UUID) error {
				_, err := b.ChangeMemberRole(ctx, account.ChangeMemberRoleInput{UserID: of, Role: viewer.Sales})
				return err
			}, target},
			"RemoveMember": {viewer.ManageStaff, func(ctx context.Context, of uuid.UUID) error {
				_, err := b.RemoveMember(ctx, account.RemoveMemberInput{UserID: of})
				return err
			}, target},
			"CreateAPIKey": {viewer.ManageStaff, func(ctx context.Context, _ uuid.UUID) error {
				_, err := b.CreateAPIKey(ctx, account.CreateAPIKeyInput{Name: "k", Role: viewer.Sales})
				return err
			}, nil},
			"RevokeAPIKey": {viewer.ManageStaff, func(ctx context.Context, of uuid.UUID) error {
				_, err := b.RevokeAPIKey(ctx, account.RevokeAPIKeyInput{ID: of})
				return err
			}, key},
			"UpdateOrganization": {viewer.ManageBusiness, func(ctx context.Context, _ uuid.UUID) error {
				_, err := b.UpdateOrganization(ctx, account.UpdateOrganizationInput{Phone: ptr("210")})
				return err
			}, nil},
			"Members": {viewer.ManageStaff, func(ctx context.Context, _ uuid.UUID) error {
				_, err := b.Members(ctx)
				return err
			}, nil},
			"APIKeys": {viewer.ManageStaff, func(ctx context.Context, _ uuid.UUID) error {
				_, err := b.APIKeys(ctx)
				return err
			}, nil},
		}
		members := map[viewer.Role]context.Context{}
		for _, role := range viewer.Role("").Values() {
			_, members[viewer.Role(role)] = b.member(t, viewer.Role(role))
		}
		customer := viewer.With(context.Background(), viewer.Viewer{Kind: viewer.Portal, Organization: viewer.From(b.ctx).Organization,
			User: uuid.New(), Contacts: []uuid.UUID{uuid.New()}})
		for name, a := range actions {
			t.Run(name, func(t *testing.T) {
				of := func() uuid.UUID {
					if a.of == nil {
						return uuid.Nil
					}
					return a.of()
				}
				for role, ctx := range members {
					err := a.do(ctx, of())
					if role.May(a.need) && err != nil {
						t.Errorf("%s: %v", role, err)
					}
					if !role.May(a.need) && code(err) != fault.Forbidden {
						t.Errorf("%s: got %v, want FORBIDDEN", role, err)
					}
				}
				if err := a.do(customer, of()); code(err) != fault.Forbidden {
					t.Errorf("a portal customer: got %v, want FORBIDDEN", err)
				}
				if err := a.do(context.Background(), of()); code(err) != fault.Unauthenticated {
					t.Errorf("nobody: got %v, want UNAUTHENTICATED", err)
				}
				if a.of == nil {
					return
				}
				if err := a.do(stranger.ctx, of()); code(err) != fault.NotFound {
					t.Errorf("another organization's owner: got %v, want NOT_FOUND", err)
				}
				if err := a.do(b.ctx, uuid.New()); code(err) != fault.NotFound {
					t.Errorf("of nothing: got %v, want NOT_FOUND", err)
				}
			})
		}
	})
}

func TestOnlyOwnersMakeChangeAndRemoveOwners(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		owner := viewer.From(b.ctx).User
		_, admin := b.member(t, viewer.Administrator)
		_, sales := b.member(t, viewer.Sales)
		for name, err := range map[string]error{
			"makes one":          second(b.AddMember(admin, account.AddMemberInput{Email: "o@a.example", Role: viewer.Owner, Password: ptr(password)})),
			"makes a member one": second(b.ChangeMemberRole(admin, account.ChangeMemberRoleInput{UserID: viewer.From(sales).User, Role: viewer.Owner})),
			"changes one":        second(b.ChangeMemberRole(admin, account.ChangeMemberRoleInput{UserID: owner, Role: viewer.Sales})),
			"removes one":        second(b.RemoveMember(admin, account.RemoveMemberInput{UserID: owner})),
			"makes its key":      second(b.CreateAPIKey(admin, account.CreateAPIKeyInput{Name: "k", Role: viewer.Owner})),
		} {
			if code(err) != fault.Forbidden {
				t.Errorf("an administrator %s: %v", name, err)
			}
		}
		for name, err := range map[string]error{
			"leaves":          second(b.RemoveMember(b.ctx, account.RemoveMemberInput{UserID: owner})),
			"becomes another": second(b.ChangeMemberRole(b.ctx, account.ChangeMemberRoleInput{UserID: owner, Role: viewer.Administrator})),
		} {
			if code(err) != fault.Conflict {
				t.Errorf("the last owner %s: %v", name, err)
			}
		}
		if _, err := b.ChangeMemberRole(b.ctx, account.ChangeMemberRoleInput{UserID: owner, Role: viewer.Owner}); err != nil {
			t.Errorf("the last owner stays owner: %v", err)
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestOfTwoOwnersWhoLeaveAtOnceOneStays(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for range 5 {
			b := setup(t, d)
			_, other := b.member(t, viewer.Owner)
			errs := make(chan error, 2)
			for _, leave := range []struct {
				as, who context.Context
			}{{b.ctx, other}, {other, b.ctx}} {
				go func() {
					_, err := b.RemoveMember(leave.as, account.RemoveMemberInput{UserID: viewer.From(leave.who).User})
					errs <- err
				}()
			}
			removed := 0
			for range 2 {
				if err := <-errs; err == nil {
					removed++
				} else if code(err) != fault.Conflict {
					t.Errorf("got %v, want CONFLICT", err)
				}
			}
			if removed != 1 {
				t.Errorf("%d owners were removed", removed)
			}
		}
	})
}

func TestAMemberComesLeavesAndComesBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, other := setup(t, d), setup(t, d)
		_, err := b.AddMember(b.ctx, account.AddMemberInput{Email: "new@a.example", Role: viewer.Sales})
		refused(t, err, fault.Invalid, "password")
		_, err = b.AddMember(b.ctx, account.AddMemberInput{Email: "no address", Role: viewer.Sales, Password: ptr(password)})
		refused(t, err, fault.Invalid, "email")
		_, err = b.AddMember(b.ctx, account.AddMemberInput{Email: "new@a.example", Role: viewer.Sales, Password: ptr("short")})
		refused(t, err, fault.Invalid, "password")

		p, ctx := b.member(t, viewer.Sales)
		person := viewer.From(ctx).User
		_, err = b.AddMember(b.ctx, account.AddMemberInput{Email: p.email, Role: viewer.Sales})
		refused(t, err, fault.Conflict, "email")
		_, err = other.AddMember(other.ctx, account.AddMemberInput{Email: p.email, Role: viewer.ReadOnly, Password: ptr("a password of theirs")})
		refused(t, err, fault.Conflict, "email") // whoever made the account knows its password
		in := b.signIn(t, p)
		_, err = b.RemoveMember(b.ctx, account.RemoveMemberInput{UserID: person})
		must(t, err)
		told := b.told()
		if want := (viewer.Ended{Organization: viewer.From(b.ctx).Organization, User: person}); len(told) == 0 || told[len(told)-1] != want {
			t.Errorf("told %+v", told)
		}
		if in.Viewer.Organization == viewer.From(b.ctx).Organization && b.lets(in.Token) {
			t.Error("a former member is let in")
		}
		members, err := b.Members(b.ctx)
		must(t, err)
		if len(members) != 1 {
			t.Errorf("%d members are left", len(members))
		}
		back, err := b.AddMember(b.ctx, account.AddMemberInput{Email: p.email, Role: viewer.Accountant})
		must(t, err)
		if back.UserID != person || back.Role != viewer.Accountant || b.lets(in.Token) && in.Viewer.Organization == viewer.From(b.ctx).Organization {
			t.Errorf("came back as %+v", back)
		}
	})
}

func TestAPIKeysLetProgramsInUntilTheyExpireOrAreRevoked(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		expires := b.now.Add(time.Hour)
		key, err := b.CreateAPIKey(b.ctx, account.CreateAPIKeyInput{Name: " Ταμείο ", Role: viewer.ReadOnly, ExpiresAt: &expires})
		must(t, err)
		lasting, err := b.CreateAPIKey(b.ctx, account.CreateAPIKeyInput{Name: "k", Role: viewer.Sales})
		must(t, err)
		if key.APIKey.Name != "Ταμείο" || key.APIKey.Prefix != key.Secret[:12] {
			t.Errorf("made %+v", key.APIKey)
		}
		v, err := b.Authenticate(context.Background(), key.Secret)
		must(t, err)
		want := viewer.Viewer{Kind: viewer.Staff, Organization: viewer.From(b.ctx).Organization, APIKey: key.APIKey.ID, Role: viewer.ReadOnly}
		if diff := cmp.Diff(want, v); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		for _, bad := range []account.CreateAPIKeyInput{{Name: ""}, {Name: string(make([]byte, 300))}} {
			bad.Role = viewer.Sales
			_, err := b.CreateAPIKey(b.ctx, bad)
			refused(t, err, fault.Invalid, "name")
		}
		_, err = b.CreateAPIKey(b.ctx, account.CreateAPIKeyInput{Name: "k", Role: viewer.Sales, ExpiresAt: ptr(b.now)})
		refused(t, err, fault.Invalid, "expiresAt")

		b.pass(time.Hour - time.Second)
		if !b.lets(key.Secret) {
			t.Error("expired early")
		}
		b.pass(account.CacheFor)
		if b.lets(key.Secret) || !b.lets(lasting.Secret) {
			t.Errorf("after its time the key stands: %t; a lasting one: %t", b.lets(key.Secret), b.lets(lasting.Secret))
		}
		for range 2 { // a second time changes nothing
			revoked, err := b.RevokeAPIKey(b.ctx, account.RevokeAPIKeyInput{ID: lasting.APIKey.ID})
			must(t, err)
			if revoked.RevokedAt == nil || b.lets(lasting.Secret) {
				t.Errorf("revoked at %v", revoked.RevokedAt)
			}
		}
		told := b.told()
		if want := []viewer.Ended{{Organization: viewer.From(b.ctx).Organization, APIKey: lasting.APIKey.ID}}; cmp.Diff(want, told) != "" {
			t.Errorf("told %+v", told)
		}
		keys, err := b.APIKeys(b.ctx)
		must(t, err)
		if len(keys) != 2 || keys[0].ID != lasting.APIKey.ID {
			t.Errorf("keys are %v", keys)
		}
	})
}

func TestTheFirstOrganizationIsMadeOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s := account.New(d, 2, time.Now, func(viewer.Ended) {})
		token, needed, err := s.NewSetupToken(ctx)
		must(t, err)
		if !needed || token == "" {
			t.Fatalf("token %q, needed %t", token, needed)
		}
		in := account.CreateOrganizationInput{SetupToken: token, Name: "ΑΕ", OwnerName: "Ελένη", Email: "Eleni@a.example", Password: password}
		for field, change := range map[string]func(*account.CreateOrganizationInput){
			"name":      func(in *account.CreateOrganizationInput) { in.Name = " " },
			"ownerName": func(in *account.CreateOrganizationInput) { in.OwnerName = "" },
			"email":     func(in *account.CreateOrganizationInput) { in.Email = "Eleni" },
			"password":  func(in *account.CreateOrganizationInput) { in.Password = "short" },
			"country":   func(in *account.CreateOrganizationInput) { in.Country = "Greece" },
			"timeZone":  func(in *account.CreateOrganizationInput) { in.TimeZone = "Athens" },
			"language":  func(in *account.CreateOrganizationInput) { in.Language = "xx" },
		} {
			bad := in
			change(&bad)
			_, err := s.CreateOrganization(ctx, bad, account.Client{})
			refused(t, err, fault.Invalid, field)
		}
		wrong := in
		wrong.SetupToken = "setup_"
		_, err = s.CreateOrganization(ctx, wrong, account.Client{})
		refused(t, err, fault.NotFound, "setupToken")

		errs := make(chan error, 3)
		for range cap(errs) {
			go func() {
				_, err := s.CreateOrganization(ctx, in, account.Client{})
				errs <- err
			}()
		}
		made := 0
		for range cap(errs) {
			if err := <-errs; err == nil {
				made++
			} else {
				refused(t, err, fault.NotFound, "setupToken")
			}
		}
		if made != 1 {
			t.Errorf("%d organizations were made", made)
		}
		if _, needed, err := s.NewSetupToken(ctx); needed || err != nil {
			t.Errorf("another is needed: %t, %v", needed, err)
		}
		signed, err := s.SignIn(ctx, account.SignInInput{Email: "eleni@a.example", Password: password}, account.Client{})
		must(t, err)
		org, err := s.Organization(viewer.With(ctx, signed.Viewer))
		must(t, err)
		if org.Name != "ΑΕ" || org.BaseCurrency != "EUR" || org.TimeZone != "Europe/Athens" || org.Demonstration {
			t.Errorf("made %+v", org)
		}
	})
}

func TestTheDetailsOfTheBusinessAreChangedAndTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		org, err := b.UpdateOrganization(b.ctx, account.UpdateOrganizationInput{Name: ptr(" ΟΕ\x00 "), Phone: ptr("210")})
		must(t, err)
		if org.Name != "ΟΕ" || org.Phone != "210" || org.TimeZone != "Europe/Athens" {
			t.Errorf("is %+v", org)
		}
		for field, in := range map[string]account.UpdateOrganizationInput{
			"name": {Name: ptr("")}, "profession": {Profession: ptr(longer(200))}, "timeZone": {TimeZone: ptr("Local")}, "language": {Language: ptr("fr")},
		} {
			_, err := b.UpdateOrganization(b.ctx, in)
			refused(t, err, fault.Invalid, field)
		}
		events, err := d.AuditEvent.Query().All(b.ctx)
		must(t, err)
		last := events[len(events)-1]
		if last.Action != "updateOrganization" || string(last.Before) == "" || last.ActorID != viewer.From(b.ctx).User {
			t.Errorf("told %+v", last)
		}
	})
}

func longer(n int) string {
	out := make([]rune, n+1)
	for i := range out {
		out[i] = 'ώ'
	}
	return string(out)
}
