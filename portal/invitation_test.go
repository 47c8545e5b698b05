package portal_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"

	"github.com/kartela/kartela/account"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/internal/mail"
	"github.com/kartela/kartela/letter"
	"github.com/kartela/kartela/portal"
	"github.com/kartela/kartela/viewer"
)

// relay is a mail relay in this process that keeps what it takes.
type relay struct {
	address string
	mu      sync.Mutex
	refuses error
	to      []string
	raw     []string
}

func startRelay(t *testing.T) *relay {
	t.Helper()
	r := &relay{}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{relay: r}, nil }))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	r.address = l.Addr().String()
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(l)
	}()
	t.Cleanup(func() {
		_ = server.Close()
		_ = l.Close()
		<-served
	})
	return r
}

type session struct {
	relay *relay
	to    string
}

func (s *session) Mail(string, *smtp.MailOptions) error { return nil }
func (s *session) Reset()                               {}
func (s *session) Logout() error                        { return nil }

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	s.relay.mu.Lock()
	defer s.relay.mu.Unlock()
	return s.relay.refuses
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.relay.mu.Lock()
	defer s.relay.mu.Unlock()
	s.relay.to, s.relay.raw = append(s.relay.to, s.to), append(s.relay.raw, string(raw))
	return nil
}

// mailer sends what the portal writes through the relay.
type mailer struct{ *mail.SMTP }

func (m mailer) Configured() bool { return true }

func (m mailer) Send(ctx context.Context, to, subject, text, html string) error {
	return m.SMTP.Send(ctx, mail.Message{To: to, Subject: subject, Text: text, HTML: html})
}

// letter is the last message as a person's mail program reads it.
func (r *relay) letter(t *testing.T) (to, subject, text, html string) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.raw) == 0 {
		t.Fatal("no message was taken")
	}
	m, err := netmail.ReadMessage(strings.NewReader(r.raw[len(r.raw)-1]))
	must(t, err)
	subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	must(t, err)
	_, parameters, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	must(t, err)
	parts := multipart.NewReader(m.Body, parameters["boundary"])
	for {
		p, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		must(t, err)
		body, err := io.ReadAll(quotedprintable.NewReader(p))
		must(t, err)
		if strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
			html = string(body)
		} else {
			text = string(body)
		}
	}
	return r.to[len(r.to)-1], subject, text, html
}

func TestAnInvitationIsMailedInTheLanguageOfTheBusiness(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := startRelay(t)
		sender, err := mail.NewSMTP("smtp://" + r.address + "?from=" + url.QueryEscape("Kartela <no-reply@kartela.example>") + "&tls=none")
		must(t, err)
		b := setup(t, d)
		b.Mailer = mailer{sender}
		c := b.client(t, "ΑΕ")
		for language, words := range map[string][3]string{
			"en": {": your invoices and balance", "until 2026-05-08", ">See my invoices</a>"},
			"el": {": τα τιμολόγια και το υπόλοιπό σας", "έως 2026-05-08", ">Τα τιμολόγιά μου</a>"},
			"fr": {": your invoices and balance", "until 2026-05-08", ">See my invoices</a>"}, // no words of its own
		} {
			t.Run(language, func(t *testing.T) {
				name := `Υιοί <script>alert("x")</script> & Σία 100%d`
				v := viewer.From(b.ctx)
				v.Kind, v.Reason = viewer.System, "a test names the business"
				must(t, db.InTx(viewer.With(context.Background(), v), d, func(ctx context.Context, tx *ent.Tx) error {
					return tx.Organization.UpdateOneID(v.Organization).SetName(name).SetLanguage(language).Exec(ctx)
				}))
				in, err := b.Invite(b.ctx, portal.InviteInput{ContactID: c.ID, Email: "Maria." + language + "@a.example"})
				must(t, err)
				if !in.Emailed {
					t.Error("says that no relay took it")
				}
				to, subject, text, html := r.letter(t)
				if to != "maria."+language+"@a.example" || subject != name+words[0] {
					t.Errorf("to %s: %q", to, subject)
				}
				for _, want := range []string{name, words[1], in.Link} {
					if !strings.Contains(text, want) {
						t.Errorf("the text lacks %q:\n%s", want, text)
					}
				}
				for _, want := range []string{`Υιοί &lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt; &amp; Σία 100%d`, words[1], words[2], `<a href="` + in.Link + `">`, "</p>\n<p>"} {
					if !strings.Contains(strings.ReplaceAll(html, "\r\n", "\n"), want) {
						t.Errorf("the HTML lacks %q:\n%s", want, html)
					}
				}
				if strings.Contains(html, "<script") || strings.Contains(html+text, "%!") {
					t.Errorf("the HTML is not escaped, or a word is missing:\n%s", html)
				}
				if _, err := b.Accept(context.Background(), portal.AcceptInput{Token: tokenOf(t, in), Password: password}, account.Client{}); err != nil {
					t.Errorf("the link does not work: %v", err)
				}
			})
		}
	})
}

func TestAnInvitationStandsWhenTheMailDoesNotGo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := startRelay(t)
		r.refuses = &smtp.SMTPError{Code: 550, Message: "no such person"}
		sender, err := mail.NewSMTP(fmt.Sprintf("smtp://%s?from=%s&tls=none", r.address, url.QueryEscape("no-reply@kartela.example")))
		must(t, err)
		b := setup(t, d)
		c := b.client(t, "ΑΕ")
		for name, m := range map[string]letter.Mailer{"refused": mailer{sender}, "no relay": none{}} {
			b.Mailer = m
			in, err := b.Invite(b.ctx, portal.InviteInput{ContactID: c.ID, Email: "maria@a.example"})
			must(t, err)
			if in.Emailed || in.Link == "" {
				t.Errorf("%s: mailed %t, the link is %q", name, in.Emailed, in.Link)
			}
		}
		if len(r.raw) != 0 {
			t.Errorf("the relay took %d messages", len(r.raw))
		}
	})
}
