package portal_test

import (
	"context"
	"errors"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/account"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/message"
	"github.com/kartela/kartela/notice"
	"github.com/kartela/kartela/payment"
	"github.com/kartela/kartela/portal"
	"github.com/kartela/kartela/post"
	"github.com/kartela/kartela/statement"
	"github.com/kartela/kartela/viewer"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// bench is the portal of one organization, and all that it stands on.
type bench struct {
	*portal.Service
	contacts *contact.Service
	payments *payment.Service
	db       *db.DB
	ctx      context.Context // of the owner

	mu    sync.Mutex
	now   time.Time
	ended []viewer.Ended
}

func setup(t testing.TB, d *db.DB) *bench {
	t.Helper()
	b := &bench{db: d, ctx: dbtest.Tenant(t, d, viewer.Owner), now: time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)}
	clock := func() time.Time {
		b.mu.Lock()
		defer b.mu.Unlock()
		return b.now
	}
	var accounts *account.Service
	end := func(e viewer.Ended) {
		accounts.Forget(e)
		b.mu.Lock()
		defer b.mu.Unlock()
		b.ended = append(b.ended, e)
	}
	accounts = account.New(d, 4, clock, end)
	book := &ledger.Book{DB: d, Announce: func(ledger.Moved) {}}
	b.contacts = &contact.Service{DB: d, Ended: end, AccessChanged: func(uuid.UUID) {}}
	documents := &document.Service{DB: d, Ledger: book, Contacts: b.contacts, Now: clock}
	b.payments = &payment.Service{DB: d, Ledger: book, Contacts: b.contacts, Documents: documents, Now: clock}
	statements := &statement.Service{DB: d, Contacts: b.contacts, Documents: documents, Payments: b.payments, Now: clock}
	notices := &notice.Service{DB: d, Mailer: none{}, Told: func(uuid.UUID) {}}
	mails := &post.Service{DB: d, Mailer: none{}, BaseURL: "https://kartela.example"}
	messages := &message.Service{DB: d, Accounts: accounts, Notices: notices, Post: mails, Told: func(uuid.UUID, uuid.UUID) {}}
	b.Service = &portal.Service{Notices: notices, Messages: messages, DB: d, Accounts: accounts, Ledger: book, Documents: documents, Statements: statements,
		Post: mails, Mailer: none{}, BaseURL: "https://kartela.example", Ended: end, Now: clock}
	return b
}

// none is no relay.
type none struct{}

func (none) Configured() bool { return false }
func (none) Send(context.Context, string, string, string, string) error {
	return errors.New("no relay")
}

func (b *bench) pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

func (b *bench) client(t testing.TB, name string) *contact.Contact {
	t.Helper()
	c, err := b.contacts.Create(b.ctx, contact.CreateInput{Fields: contact.Fields{Company: &name, IsClient: ptr(true), IsSupplier: ptr(true)}})
	must(t, err)
	return c
}

// invite invites and gives the token of the link.
func (b *bench) invite(t testing.TB, c uuid.UUID, email string) (token string, grant *ent.PortalGrant) {
	t.Helper()
	in, err := b.Invite(b.ctx, portal.InviteInput{ContactID: c, Email: email})
	must(t, err)
	return tokenOf(t, in), in.Access.PortalGrant
}

func tokenOf(t testing.TB, in *portal.Invited) string {
	t.Helper()
	link, err := url.Parse(in.Link)
	must(t, err)
	if link.Scheme+"://"+link.Host+link.Path != "https://kartela.example/portal/accept" || len(link.Query().Get("token")) < 43 {
		t.Errorf("the link is %s", in.Link)
	}
	return link.Query().Get("token")
}

const password = "a good password"

func (b *bench) accept(token string) (*account.SignedIn, error) {
	return b.Accept(context.Background(), portal.AcceptInput{Token: token, Name: "Μαρία", Password: password}, account.Client{Address: uuid.NewString()})
}

// let lets a person in and gives their context and token.
func (b *bench) let(t testing.TB, c uuid.UUID, email string) (context.Context, string) {
	t.Helper()
	token, _ := b.invite(t, c, email)
	in, err := b.accept(token)
	must(t, err)
	return viewer.With(context.Background(), in.Viewer), in.Token
}

func (b *bench) lets(token string) bool {
	_, err := b.Accounts.Authenticate(context.Background(), token)
	return err == nil
}

func ptr[T any](v T) *T { return &v }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

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
	switch {
	case errors.As(err, &f):
		return f.Code
	case err != nil:
		return fault.Internal
	}
	return ""
}
