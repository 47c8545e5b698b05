package account_test

import (
	"context"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/pquerna/otp/totp"

	"github.com/kartela/kartela/account"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/portalgrant"
	"github.com/kartela/kartela/ent/signinlink"
	"github.com/kartela/kartela/ent/user"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/internal/secret"
	"github.com/kartela/kartela/viewer"
)

// box keeps what is sent; the exchange with a relay is tested in the server.
type box struct {
	mu   sync.Mutex
	sent []string
}

func (b *box) Send(_ context.Context, to, subject, text, html string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sent = append(b.sent, strings.Join([]string{to, subject, text, html}, "\n"))
	return nil
}

func (*box) Configured() bool { return true }

var tokenIn = regexp.MustCompile(`token=([A-Za-z0-9_-]{43})`)

// asked asks for a link and gives the tokens of what was sent so far.
func (b *bench) asked(t *testing.T, post *box, email string, purpose signinlink.Purpose) []string {
	t.Helper()
	_, err := b.RequestLink(context.Background(), account.RequestLinkInput{Email: email, Purpose: purpose}, account.Client{Address: uuid.NewString()})
	must(t, err)
	b.Settle()
	post.mu.Lock()
	defer post.mu.Unlock()
	var out []string
	for _, m := range post.sent {
		out = append(out, tokenIn.FindStringSubmatch(m)[1])
	}
	return out
}

func withMail(t *testing.T, d *db.DB) (*bench, *box) {
	t.Helper()
	b, post := setup(t, d), &box{}
	b.Mailer, b.BaseURL = post, "https://kartela.example"
	key := make([]byte, secret.KeySize)
	sealed, err := secret.New(key)
	must(t, err)
	b.Secrets = sealed
	return b, post
}

func (b *bench) byLink(token, code string) (*account.SignedIn, error) {
	return b.SignInByLink(context.Background(), account.LinkInput{Token: token, Code: code}, account.Client{Address: uuid.NewString()})
}

func TestALinkSignsInOnceAndForAWhile(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, post := withMail(t, d)
		if got := b.asked(t, post, "nobody@nowhere.example", signinlink.PurposeSignIn); len(got) != 0 {
			t.Fatalf("a stranger was written to: %v", post.sent)
		}
		token := b.asked(t, post, b.owner.email, signinlink.PurposeSignIn)[0]
		if strings.Contains(dump(t, d), token) {
			t.Error("a table holds the token")
		}
		_, err := b.ResetPassword(context.Background(), account.ResetPasswordInput{Token: token, Password: "another password"}, account.Client{})
		refused(t, err, fault.NotFound, "token") // it is for something else
		in, err := b.byLink(token, "")
		must(t, err)
		if in.Viewer.Role != viewer.Owner || !b.lets(in.Token) {
			t.Errorf("signed in as %+v", in.Viewer)
		}
		_, err = b.byLink(token, "")
		refused(t, err, fault.NotFound, "token")
		late := b.asked(t, post, b.owner.email, signinlink.PurposeSignIn)[1]
		b.pass(15 * time.Minute)
		_, err = b.byLink(late, "")
		refused(t, err, fault.NotFound, "token")
	})
}

func TestAMailOfALinkSpeaksThePersonsLanguage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, post := withMail(t, d)
		b.asked(t, post, b.owner.email, signinlink.PurposeSignIn)
		b.system(t, func(ctx context.Context, tx *ent.Tx) error {
			return tx.User.Update().Where(user.Email(b.owner.email)).SetLanguage("en").Exec(ctx)
		})
		b.asked(t, post, b.owner.email, signinlink.PurposePassword)
		for i, want := range []string{"ΑΕ: ο σύνδεσμός σας για είσοδο", "ΑΕ: another password"} {
			if !strings.Contains(post.sent[i], want) || !strings.Contains(post.sent[i], `<a href="https://kartela.example/sign-in/`) {
				t.Errorf("the mail is %q", post.sent[i])
			}
		}
	})
}

func TestAPasswordIsSetByALinkAndEverySessionEnds(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, post := withMail(t, d)
		before := b.signIn(t, b.owner)
		tokens := b.asked(t, post, b.owner.email, signinlink.PurposePassword)
		tokens = append(tokens, b.asked(t, post, b.owner.email, signinlink.PurposeSignIn)[1])
		reset := func(password string) (*account.SignedIn, error) {
			return b.ResetPassword(context.Background(), account.ResetPasswordInput{Token: tokens[0], Password: password}, account.Client{Address: uuid.NewString()})
		}
		_, err := reset("short")
		refused(t, err, fault.Invalid, "password")
		in, err := reset("another password")
		must(t, err)
		if b.lets(before.Token) || !b.lets(in.Token) {
			t.Error("the session from before lives, or the new one does not")
		}
		_, err = reset("a third password")
		refused(t, err, fault.NotFound, "token")
		_, err = b.byLink(tokens[1], "")
		refused(t, err, fault.NotFound, "token") // taken back with the old password
		_, err = b.SignIn(context.Background(), account.SignInInput{Email: b.owner.email, Password: password}, account.Client{})
		refused(t, err, fault.Unauthenticated, "")
		b.signIn(t, login{b.owner.email, "another password"})
	})
}

func TestLinksAreLimitedWhetherOrNotThereIsAnAccount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, post := withMail(t, d)
		for _, email := range []string{b.owner.email, "nobody@nowhere.example"} {
			for range 4 {
				b.asked(t, post, email, signinlink.PurposeSignIn)
			}
			_, err := b.RequestLink(context.Background(), account.RequestLinkInput{Email: email, Purpose: signinlink.PurposeSignIn}, account.Client{Address: uuid.NewString()})
			refused(t, err, fault.RateLimited, "")
		}
		if len(post.sent) != 4 {
			t.Errorf("%d mails were sent", len(post.sent))
		}
	})
}

func TestASecondFactorIsAskedForEveryWayIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, post := withMail(t, d)
		first, other := b.signIn(t, b.owner), b.signIn(t, b.owner)
		as := viewer.With(context.Background(), first.Viewer)
		begun, err := b.BeginSecondFactor(as, nil)
		must(t, err)
		if !strings.HasPrefix(begun.URL, "otpauth://totp/") || strings.Contains(dump(t, d), begun.Secret) {
			t.Errorf("the URL is %s, or a table holds the secret", begun.URL)
		}
		b.signIn(t, b.owner) // it is not in force yet
		code := func() string {
			c, err := totp.GenerateCode(begun.Secret, b.clock())
			must(t, err)
			return c
		}
		_, err = b.EnableSecondFactor(as, account.SecondFactorInput{Code: "000000"}, account.Client{})
		refused(t, err, fault.Invalid, "code")
		recovery, err := b.EnableSecondFactor(as, account.SecondFactorInput{Code: code()}, account.Client{})
		must(t, err)
		if b.lets(other.Token) || !b.lets(first.Token) || len(recovery) != 10 {
			t.Error("another session lives on, or the own one does not")
		}
		try := func(password, code string) error {
			_, err := b.SignIn(context.Background(), account.SignInInput{Email: b.owner.email, Password: password, Code: code}, account.Client{Address: uuid.NewString()})
			return err
		}
		refused(t, try("a wrong password", code()), fault.Unauthenticated, "") // which says nothing of a code
		refused(t, try(password, ""), fault.Unauthenticated, "code")
		refused(t, try(password, code()), fault.Unauthenticated, "code") // it was used to begin with
		b.pass(30 * time.Second)
		must(t, try(password, code()))
		refused(t, try(password, code()), fault.Unauthenticated, "code") // once
		must(t, try(password, " "+strings.ToUpper(recovery[3])))
		refused(t, try(password, recovery[3]), fault.Unauthenticated, "code")

		token := b.asked(t, post, b.owner.email, signinlink.PurposeSignIn)[0]
		_, err = b.byLink(token, "")
		refused(t, err, fault.Unauthenticated, "code")
		b.pass(30 * time.Second)
		_, err = b.byLink(token, code()) // it was not used up
		must(t, err)
		_, err = b.Admit(context.Background(), b.owner.email, "", password, account.Client{Address: uuid.NewString()})
		refused(t, err, fault.Unauthenticated, "password")

		refused(t, b.DisableSecondFactor(as, account.SecondFactorInput{Code: "000000"}, account.Client{}), fault.Invalid, "code")
		must(t, b.DisableSecondFactor(as, account.SecondFactorInput{Code: recovery[0]}, account.Client{}))
		b.signIn(t, b.owner)
	})
}

// Eight at once with one code are let in once.
func TestACodeLetsOneIn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, _ := withMail(t, d)
		as := viewer.With(context.Background(), b.signIn(t, b.owner).Viewer)
		begun, err := b.BeginSecondFactor(as, nil)
		must(t, err)
		code, _ := totp.GenerateCode(begun.Secret, b.clock())
		_, err = b.EnableSecondFactor(as, account.SecondFactorInput{Code: code}, account.Client{})
		must(t, err)
		b.pass(30 * time.Second)
		code, _ = totp.GenerateCode(begun.Secret, b.clock())
		var wg sync.WaitGroup
		var mu sync.Mutex
		in := 0
		for range 8 {
			wg.Go(func() {
				_, err := b.SignIn(context.Background(), account.SignInInput{Email: b.owner.email, Password: password, Code: code}, account.Client{Address: uuid.NewString()})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					in++
				}
			})
		}
		wg.Wait()
		if in != 1 {
			t.Errorf("%d were let in", in)
		}
	})
}

// Who holds an invitation's link proves no mailbox: an account that stands is entered by its
// password, or by who is signed in to it already.
func TestAnAccountWithoutAPasswordIsNotTakenOver(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, post := withMail(t, d)
		email := uuid.NewString() + "@customer.example"
		p, err := b.Admit(context.Background(), email, "Μαρία", "", account.Client{Address: uuid.NewString()})
		must(t, err)
		b.system(t, func(ctx context.Context, tx *ent.Tx) error {
			if err := b.SavePerson(ctx, tx, p); err != nil {
				return err
			}
			org := viewer.From(ctx).Organization
			c, err := tx.Contact.Create().SetOrganizationID(org).SetDisplayName("Πελάτης").SetDefaultTaxes(nil).Save(ctx)
			if err != nil {
				return err
			}
			return tx.PortalGrant.Create().SetOrganizationID(org).SetContactID(c.ID).SetEmail(email).SetUserID(p.ID).SetStatus(portalgrant.StatusActive).
				SetExpiresAt(b.now).SetAcceptedAt(b.now).SetInvitedBy(uuid.New()).Exec(ctx)
		})
		for _, password := range []string{"", "my own choice"} {
			_, err = b.Admit(context.Background(), email, "", password, account.Client{Address: uuid.NewString()})
			refused(t, err, fault.Unauthenticated, "password")
		}
		in, err := b.byLink(b.asked(t, post, email, signinlink.PurposeSignIn)[0], "")
		must(t, err)
		as := viewer.With(context.Background(), in.Viewer)
		same, err := b.Admit(as, email, "", "", account.Client{Address: uuid.NewString()})
		must(t, err)
		if same.ID != p.ID {
			t.Error("another person was admitted")
		}
		_, err = b.ChangePassword(as, account.ChangePasswordInput{New: "a first password"}, account.Client{})
		must(t, err)
		b.signIn(t, login{email, "a first password"})
		_, err = b.ChangePassword(as, account.ChangePasswordInput{New: "a second password"}, account.Client{})
		refused(t, err, fault.Invalid, "current")
	})
}

func TestAPersonGoesToAnotherOrganization(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, _ := withMail(t, d)
		there := setup(t, d)
		there.customer(t, "both@test.example")
		there.now = b.now
		theirs := viewer.From(there.ctx).Organization
		b.system(t, func(ctx context.Context, tx *ent.Tx) error {
			u, err := tx.User.Query().Where(user.Email("both@test.example")).Only(ctx)
			if err != nil {
				return err
			}
			return tx.Membership.Create().SetOrganizationID(viewer.From(ctx).Organization).SetUserID(u.ID).SetRole(viewer.Sales).Exec(ctx)
		})
		b.pass(time.Since(b.now)) // the grant was accepted just now
		here := b.signIn(t, login{"both@test.example", password})
		as := viewer.With(context.Background(), here.Viewer)
		places, err := b.Places(as, here.Viewer)
		must(t, err)
		if len(places) != 2 || places[0].Kind == places[1].Kind {
			t.Fatalf("places are %+v", places)
		}
		_, err = b.Switch(as, account.SwitchInput{OrganizationID: uuid.New()}, account.Client{})
		refused(t, err, fault.NotFound, "organizationId")
		if !b.lets(here.Token) {
			t.Error("a refused change ended the session")
		}
		in, err := b.Switch(as, account.SwitchInput{OrganizationID: theirs}, account.Client{})
		must(t, err)
		if in.Viewer.Kind != viewer.Portal || in.Viewer.Organization != theirs || b.lets(here.Token) {
			t.Errorf("signed in as %+v", in.Viewer)
		}
	})
}
