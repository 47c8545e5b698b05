package account_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/account"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/viewer"
)

func TestWrongAndUnknownAreToldTheSameAfterTheSameWork(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		gone, goneCtx := b.member(t, viewer.Sales)
		_, err := b.RemoveMember(b.ctx, account.RemoveMemberInput{UserID: viewer.From(goneCtx).User})
		must(t, err)
		b.system(t, func(ctx context.Context, tx *ent.Tx) error { // invited once, never chose a password
			return tx.User.Create().SetEmail("none@password.example").Exec(ctx)
		})
		want := "UNAUTHENTICATED: The e-mail address or the password is wrong."
		for name, p := range map[string]login{
			"a wrong password":          {b.owner.email, "another password"},
			"an empty password":         {b.owner.email, ""},
			"a very long password":      {b.owner.email, strings.Repeat("x", 1<<16)},
			"nobody's address":          {"nobody@nowhere.example", password},
			"no address":                {"", ""},
			"no text":                   {"\x00\xff", "\x00\xff"},
			"a person without password": {"none@password.example", ""},
			"a former member":           gone,
		} {
			t.Run(name, func(t *testing.T) {
				before := b.hashes.Load()
				in, err := b.SignIn(context.Background(), account.SignInInput{Email: p.email, Password: p.password}, account.Client{})
				if in != nil || err == nil || err.Error() != want {
					t.Errorf("got %v, want %s", err, want)
				}
				if n := b.hashes.Load() - before; n != 1 {
					t.Errorf("hashed %d passwords, want 1", n)
				}
			})
		}
		before := b.hashes.Load()
		in := b.signIn(t, login{" " + strings.ToUpper(b.owner.email), password})
		if b.hashes.Load() != before+1 || in.Viewer.Role != viewer.Owner || in.Viewer.Kind != viewer.Staff || in.Viewer.Session == uuid.Nil {
			t.Errorf("signed in as %+v after %d hashes", in.Viewer, b.hashes.Load()-before)
		}
		if want := b.now.Add(account.SessionMost); !in.ExpiresAt.Equal(want) {
			t.Errorf("expires %s, want %s", in.ExpiresAt, want)
		}
		_, err = b.SignIn(context.Background(), account.SignInInput{Email: b.owner.email, Password: password, OrganizationID: ptr(uuid.New())}, account.Client{})
		refused(t, err, fault.Unauthenticated, "")
	})
}

func TestARealPasswordIsKeptAsArgon2id(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		s := account.New(d, 1, time.Now, func(viewer.Ended) {})
		_, owner, err := s.FirstOrganization(ctx, account.CreateOrganizationInput{Name: "ΑΕ", OwnerName: "x", Email: "a@a.example", Password: "κωδικός μου"}, false)
		must(t, err)
		u, err := d.User.Get(viewer.AsSystem(ctx, "a test looks at a hash"), owner)
		must(t, err)
		if !strings.HasPrefix(u.PasswordHash, "$argon2id$v=19$m=19456,t=2,p=1$") || strings.Contains(u.PasswordHash, "κωδικός") {
			t.Errorf("kept as %s", u.PasswordHash)
		}
		_, err = s.SignIn(ctx, account.SignInInput{Email: "a@a.example", Password: "κωδικός μου"}, account.Client{})
		must(t, err)
		_, err = s.SignIn(ctx, account.SignInInput{Email: "a@a.example", Password: "κωδικός μού"}, account.Client{})
		refused(t, err, fault.Unauthenticated, "")
	})
}

func TestTriesAreLimitedPerAccountAndPerAddress(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		try := func(email, password, address string) fault.Code {
			_, err := b.SignIn(context.Background(), account.SignInInput{Email: email, Password: password}, account.Client{Address: address})
			return code(err)
		}
		for i := range 10 { // from ten places, for one account
			if got := try(b.owner.email, "wrong", fmt.Sprint("192.0.2.", i)); got != fault.Unauthenticated {
				t.Fatalf("try %d: %s", i, got)
			}
		}
		before := b.hashes.Load()
		if got := try(" "+strings.ToUpper(b.owner.email), password, "192.0.2.99"); got != fault.RateLimited {
			t.Errorf("the eleventh, with the right password: %q", got)
		}
		if b.hashes.Load() != before {
			t.Error("a try that is refused was hashed")
		}
		b.pass(30 * time.Second)
		if got := try(b.owner.email, password, "192.0.2.99"); got != "" {
			t.Errorf("half a minute later: %q", got)
		}
		for i := range 10 { // success forgot the tries before it
			if got := try(b.owner.email, "wrong", "198.51.100.1"); got != fault.Unauthenticated {
				t.Fatalf("try %d after a success: %s", i, got)
			}
		}
		b.pass(time.Hour)
		for i := range 60 { // from one place, for sixty accounts
			if got := try(fmt.Sprintf("%d@a.example", i), "wrong", "203.0.113.7"); got != fault.Unauthenticated {
				t.Fatalf("account %d: %s", i, got)
			}
		}
		if got := try("61@a.example", "wrong", "203.0.113.7"); got != fault.RateLimited {
			t.Errorf("the sixty-first: %q", got)
		}
		if got := try("61@a.example", "wrong", "203.0.113.8"); got != fault.Unauthenticated {
			t.Errorf("from another place: %q", got)
		}
		b.pass(2 * time.Second)
		if got := try("62@a.example", "wrong", "203.0.113.7"); got != fault.Unauthenticated {
			t.Errorf("two seconds later: %q", got)
		}
	})
}

func TestPasswordsAreHashedAFewAtATime(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		const slots, queue = 2, 2 * 32
		begun, release := make(chan struct{}, slots+queue), make(chan struct{})
		b.SetKey(func(_, _ []byte, _, _ uint32, _ uint8, _ uint32) []byte {
			begun <- struct{}{}
			<-release
			return make([]byte, 32)
		})
		try := func(i int) error {
			_, err := b.SignIn(context.Background(), account.SignInInput{Email: fmt.Sprintf("%d@a.example", i)}, account.Client{Address: fmt.Sprint(i)})
			return err
		}
		var wait sync.WaitGroup
		for i := range slots + queue {
			wait.Go(func() {
				if got := code(try(i)); got != fault.Unauthenticated {
					t.Errorf("%d: %s", i, got)
				}
			})
		}
		<-begun
		<-begun
		for b.Waiting() < queue && len(begun) == 0 {
			runtime.Gosched()
		}
		if len(begun) > 0 {
			t.Error("a third is hashed beside two others")
		} else if got := code(try(1000)); got != fault.RateLimited { // at once: nobody lets go
			t.Errorf("one too many: %q", got)
		}
		close(release)
		wait.Wait()
	})
}

func TestNoTableHoldsAToken(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		ctx := db.WithRequest(context.Background(), db.Request{Key: "once", Hash: [32]byte{1}})
		first, err := b.SignIn(ctx, account.SignInInput{Email: b.owner.email, Password: password}, account.Client{})
		must(t, err)
		again, err := b.SignIn(ctx, account.SignInInput{Email: b.owner.email, Password: password}, account.Client{})
		must(t, err)
		if first.Viewer.Session != again.Viewer.Session || first.Token == again.Token || !b.lets(again.Token) {
			t.Error("a repeat is not the same session with a new token")
		}
		key, err := b.CreateAPIKey(db.WithRequest(b.ctx, db.Request{Key: "key", Hash: [32]byte{2}}), account.CreateAPIKeyInput{Name: "k", Role: viewer.Sales})
		must(t, err)
		secrets := []string{password}
		for _, token := range []string{first.Token, again.Token, key.Secret} {
			raw, err := base64.RawURLEncoding.DecodeString(token[4:])
			must(t, err)
			if len(raw) != 32 {
				t.Errorf("a token of %d bytes", len(raw))
			}
			secrets = append(secrets, token, token[4:], string(raw))
		}
		everything := dump(t, d)
		if !strings.Contains(everything, b.owner.email) || !strings.Contains(everything, "ktk_") {
			t.Fatal("the dump lacks what it must have")
		}
		for _, s := range secrets {
			if strings.Contains(everything, s) {
				t.Errorf("%q is in a table", s)
			}
		}
	})
}

// dump is every value of every table.
func dump(t *testing.T, d *db.DB) string {
	t.Helper()
	ctx := viewer.AsSystem(context.Background(), "a test looks at all rows")
	list := "SELECT name FROM sqlite_master WHERE type = 'table'"
	if d.Dialect == dialect.Postgres {
		list = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'"
	}
	read := func(query string) (out []string) {
		rows, err := d.QueryContext(ctx, query)
		must(t, err)
		defer func() { _ = rows.Close() }()
		names, err := rows.Columns()
		must(t, err)
		for rows.Next() {
			values := make([]any, len(names))
			into := make([]any, len(names))
			for i := range values {
				into[i] = &values[i]
			}
			must(t, rows.Scan(into...))
			for _, v := range values {
				out = append(out, fmt.Sprintf("%s", v))
			}
		}
		must(t, rows.Err())
		return out
	}
	var all []string
	tables := read(list)
	if len(tables) < 20 {
		t.Fatalf("only the tables %v", tables)
	}
	for _, table := range tables {
		all = append(all, read(`SELECT * FROM "`+table+`"`)...)
	}
	return strings.Join(all, "\n")
}

func TestASessionEndsWhenItIsIdleOrOld(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		used, idle := b.signIn(t, b.owner), b.signIn(t, b.owner)
		day := 24 * time.Hour
		b.pass(29 * day)
		if !b.lets(used.Token) {
			t.Fatal("ended after 29 days")
		}
		b.pass(2 * day)
		if b.lets(idle.Token) || !b.lets(used.Token) {
			t.Errorf("after 31 days without use stands %t, after 2 days %t", b.lets(idle.Token), b.lets(used.Token))
		}
		for range 5 { // used every 29 days: to day 176
			b.pass(29 * day)
			if !b.lets(used.Token) {
				t.Fatal("ended while it was used")
			}
		}
		b.pass(4*day - time.Second)
		if !b.lets(used.Token) {
			t.Error("ended before 180 days")
		}
		b.pass(account.CacheFor)
		if b.lets(used.Token) {
			t.Error("stands after 180 days")
		}
		for _, token := range []string{"", "kts_", "ktk_", "kts_" + strings.Repeat("x", 1<<16), "\x00", "kts_\x00\xff", "Bearer x"} {
			if _, err := b.Authenticate(context.Background(), token); code(err) != fault.Unauthenticated {
				t.Errorf("%.20q: %v", token, err)
			}
		}
	})
}

func TestSigningOutEndsOneSessionOrAll(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, other := setup(t, d), setup(t, d)
		first, second, stays := b.signIn(t, b.owner), b.signIn(t, b.owner), other.signIn(t, other.owner)
		third := b.signIn(t, b.owner)
		for _, in := range []*account.SignedIn{first, second, third} {
			if !b.lets(in.Token) {
				t.Fatal("not let in")
			}
		}
		v := first.Viewer
		n, err := b.SignOut(viewer.With(context.Background(), v), nil)
		must(t, err)
		if n != 1 || b.lets(first.Token) || !b.lets(second.Token) {
			t.Errorf("ended %d: first stands %t, second %t", n, b.lets(first.Token), b.lets(second.Token))
		}
		if n, err := b.SignOut(viewer.With(context.Background(), v), nil); n != 0 || err != nil {
			t.Errorf("a second time: %d, %v", n, err)
		}
		n, err = b.SignOutEverywhere(viewer.With(context.Background(), second.Viewer), nil)
		must(t, err)
		if n != 2 || b.lets(second.Token) || b.lets(third.Token) || !other.lets(stays.Token) {
			t.Errorf("everywhere ended %d; another person's stands: %t", n, other.lets(stays.Token))
		}
		told := b.told()
		want := []viewer.Ended{{Organization: v.Organization, Session: v.Session}, {User: v.User}}
		if diff := cmp.Diff(want, []viewer.Ended{told[0], told[len(told)-1]}); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
		if n, err := b.SignOut(context.Background(), nil); n != 0 || err != nil {
			t.Errorf("nobody signs out: %d, %v", n, err)
		}
		_, err = b.SignOutEverywhere(context.Background(), nil)
		refused(t, err, fault.Unauthenticated, "")
	})
}

func TestANewPasswordEndsTheOtherSessions(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		mine, other := b.signIn(t, b.owner), b.signIn(t, b.owner)
		ctx := viewer.With(context.Background(), mine.Viewer)
		_, err := b.ChangePassword(ctx, account.ChangePasswordInput{Current: "wrong", New: "another password"}, account.Client{})
		refused(t, err, fault.Invalid, "current")
		for _, bad := range []string{"", "too short", strings.Repeat("x", 201)} {
			_, err := b.ChangePassword(ctx, account.ChangePasswordInput{Current: password, New: bad}, account.Client{})
			refused(t, err, fault.Invalid, "new")
		}
		if !b.lets(other.Token) {
			t.Fatal("a refused change ended a session")
		}
		n, err := b.ChangePassword(ctx, account.ChangePasswordInput{Current: password, New: strings.Repeat("ώ", 200)}, account.Client{})
		must(t, err)
		if n != 1 || !b.lets(mine.Token) || b.lets(other.Token) {
			t.Errorf("ended %d; the own stands: %t, the other: %t", n, b.lets(mine.Token), b.lets(other.Token))
		}
		told := b.told()
		if want := (viewer.Ended{User: mine.Viewer.User, Except: mine.Viewer.Session}); told[len(told)-1] != want {
			t.Errorf("told %+v", told)
		}
		_, err = b.SignIn(context.Background(), account.SignInInput{Email: b.owner.email, Password: password}, account.Client{})
		refused(t, err, fault.Unauthenticated, "")
		b.signIn(t, login{b.owner.email, strings.Repeat("ώ", 200)})
		_, err = b.ChangePassword(context.Background(), account.ChangePasswordInput{Current: password, New: password}, account.Client{})
		refused(t, err, fault.Unauthenticated, "")
	})
}

func TestEndedAccessIsForgottenAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		p, ctx := b.member(t, viewer.Sales)
		person := viewer.From(ctx).User
		key, err := b.CreateAPIKey(b.ctx, account.CreateAPIKeyInput{Name: "k", Role: viewer.Sales})
		must(t, err)
		end := map[string]func(in *account.SignedIn) error{
			"sign-out": func(in *account.SignedIn) error {
				_, err := b.SignOut(viewer.With(context.Background(), in.Viewer), nil)
				return err
			},
			"a role that changes": func(*account.SignedIn) error {
				_, err := b.ChangeMemberRole(b.ctx, account.ChangeMemberRoleInput{UserID: person, Role: viewer.Accountant})
				return err
			},
			"a membership that ends": func(*account.SignedIn) error {
				_, err := b.RemoveMember(b.ctx, account.RemoveMemberInput{UserID: person})
				return err
			},
		}
		for name, f := range end {
			t.Run(name, func(t *testing.T) {
				in := b.signIn(t, p)
				if !b.lets(in.Token) { // and is remembered
					t.Fatal("not let in")
				}
				must(t, f(in))
				if b.lets(in.Token) {
					t.Error("is let in although access has ended")
				}
				_, _ = b.AddMember(b.ctx, account.AddMemberInput{Email: p.email, Role: viewer.Sales}) // back again
			})
			t.Run(name+" while somebody is being let in", func(t *testing.T) {
				in := b.signIn(t, p)
				b.Forget(viewer.Ended{Session: in.Viewer.Session})
				reads := 0
				b.mu.Lock()
				b.onNow = func() {
					if reads++; reads == 3 { // the answer is made and about to be remembered
						b.mu.Lock()
						b.onNow = nil
						b.mu.Unlock()
						must(t, f(in))
					}
				}
				b.mu.Unlock()
				b.lets(in.Token) // was right when it was asked
				if reads < 3 {
					t.Fatalf("the clock was read %d times", reads)
				}
				if b.lets(in.Token) {
					t.Error("the answer from before is remembered")
				}
				_, _ = b.AddMember(b.ctx, account.AddMemberInput{Email: p.email, Role: viewer.Sales})
			})
		}
		if !b.lets(key.Secret) {
			t.Fatal("the key is not let in")
		}
		_, err = b.RevokeAPIKey(b.ctx, account.RevokeAPIKeyInput{ID: key.APIKey.ID})
		must(t, err)
		if b.lets(key.Secret) {
			t.Error("a key is let in although it was revoked")
		}
	})
}

func TestTheSamePersonIsStaffHereAndACustomerThere(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, shop := setup(t, d), setup(t, d)
		shop.SetKey(func(p, salt []byte, time, memory uint32, lanes uint8, n uint32) []byte {
			return append(append([]byte{}, salt...), p...)[:16]
		})
		b.SetKey(func(p, salt []byte, time, memory uint32, lanes uint8, n uint32) []byte {
			return append(append([]byte{}, salt...), p...)[:16]
		})
		p, ctx := b.member(t, viewer.Accountant)
		_, contact := shop.customer(t, p.email)
		there, err := b.SignIn(context.Background(), account.SignInInput{Email: p.email, Password: p.password, OrganizationID: ptr(viewer.From(shop.ctx).Organization)}, account.Client{})
		must(t, err)
		here := b.signIn(t, p)
		if v := here.Viewer; v.Kind != viewer.Staff || v.Role != viewer.Accountant || v.Organization != viewer.From(b.ctx).Organization {
			t.Errorf("here: %+v", v)
		}
		if v := there.Viewer; v.Kind != viewer.Portal || v.Role != "" || v.Organization != viewer.From(shop.ctx).Organization || len(v.Contacts) != 1 || v.Contacts[0] != contact || v.User != viewer.From(ctx).User {
			t.Errorf("there: %+v", v)
		}
		_, err = b.RemoveMember(b.ctx, account.RemoveMemberInput{UserID: here.Viewer.User})
		must(t, err)
		if b.lets(here.Token) || !b.lets(there.Token) {
			t.Errorf("here stands %t, there %t", b.lets(here.Token), b.lets(there.Token))
		}
		if v := b.signIn(t, p).Viewer; v.Kind != viewer.Portal { // nowhere else to go
			t.Errorf("signs in as %+v", v)
		}
		// The contact is archived: nothing is left there.
		shop.system(t, func(ctx context.Context, tx *ent.Tx) error {
			return tx.Contact.UpdateOneID(contact).SetArchivedAt(shop.now).Exec(ctx)
		})
		b.Forget(viewer.Ended{Organization: viewer.From(shop.ctx).Organization})
		if b.lets(there.Token) {
			t.Error("a customer of an archived contact is let in")
		}
		_, err = b.SignIn(context.Background(), account.SignInInput{Email: p.email, Password: p.password}, account.Client{})
		refused(t, err, fault.Unauthenticated, "")
	})
}

func TestAClosedOrganizationLetsNobodyIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		in := b.signIn(t, b.owner)
		key, err := b.CreateAPIKey(b.ctx, account.CreateAPIKeyInput{Name: "k", Role: viewer.Owner})
		must(t, err)
		b.customer(t, "maria@a.example")
		customer := b.signIn(t, login{"maria@a.example", password})
		b.system(t, func(ctx context.Context, tx *ent.Tx) error {
			return tx.Organization.UpdateOneID(viewer.From(ctx).Organization).SetClosedAt(b.now).Exec(ctx)
		})
		b.pass(account.CacheFor)
		for name, token := range map[string]string{"the owner": in.Token, "a key": key.Secret, "a customer": customer.Token} {
			if b.lets(token) {
				t.Errorf("%s is let in", name)
			}
		}
		for _, p := range []login{b.owner, {"maria@a.example", password}} {
			_, err := b.SignIn(context.Background(), account.SignInInput{Email: p.email, Password: p.password}, account.Client{})
			if err == nil || err.Error() != "UNAUTHENTICATED: The e-mail address or the password is wrong." { // not that a session has ended
				t.Errorf("%s: %v", p.email, err)
			}
		}
	})
}

func TestWhereAPersonComesFromIsKeptAsText(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		in, err := b.SignIn(context.Background(), account.SignInInput{Email: b.owner.email, Password: password},
			account.Client{Address: strings.Repeat("ώ", 100), UserAgent: "x" + strings.Repeat("ώ", 300) + "\xff\x00"})
		must(t, err)
		s, err := d.Session.Get(viewer.AsSystem(context.Background(), "a test looks at a session"), in.Viewer.Session)
		must(t, err)
		if want := "x" + strings.Repeat("ώ", 99); s.UserAgent != want || s.Address != strings.Repeat("ώ", 32) {
			t.Errorf("kept as %q from %q", s.UserAgent, s.Address)
		}
		_, err = b.AddMember(b.ctx, account.AddMemberInput{Email: "long@a.example", Name: "x" + strings.Repeat("ώ", 300) + "\x00", Role: viewer.Sales, Password: ptr(password)})
		must(t, err)
	})
}
