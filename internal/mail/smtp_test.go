package mail

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/http/httptest"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kartela/kartela/fault"
)

// relay is a mail relay in this process. It keeps what it takes, and refuses with the
// error of a step.
type relay struct {
	address     string
	certificate *httptest.Server // trusted by trust

	mu       sync.Mutex
	taken    []envelope
	refuses  map[string]error // by step: connect, auth, from, to, data
	user     string           // who signed in last
	password string
}

type envelope struct {
	from, to string
	utf8     bool
	raw      string
}

// startRelay listens on the loopback address. In secure mode every byte is TLS.
func startRelay(t testing.TB, security security) *relay {
	t.Helper()
	r := &relay{refuses: map[string]error{}, certificate: httptest.NewTLSServer(nil)}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return &session{relay: r}, r.refusal("connect")
	}))
	server.EnableSMTPUTF8 = true
	server.ErrorLog = silent{}
	if security != none {
		server.TLSConfig = &tls.Config{Certificates: r.certificate.TLS.Certificates, MinVersion: tls.VersionTLS12}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.address = l.Addr().String()
	if security == implicit {
		l = tls.NewListener(l, server.TLSConfig)
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(l)
	}()
	t.Cleanup(func() {
		_ = server.Close()
		_ = l.Close() // when it was not served yet, the server does not know it
		<-served
		r.certificate.Close()
	})
	return r
}

// silent is where the relay complains.
type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

func (r *relay) refusal(step string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.refuses[step]
}

func (r *relay) last(t rapid.TB) envelope {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.taken) == 0 {
		t.Fatal("the relay has nothing")
	}
	return r.taken[len(r.taken)-1]
}

// sender sends to the relay.
func (r *relay) sender(t testing.TB, parameters string) *SMTP {
	t.Helper()
	user := ""
	if strings.Contains(parameters, "@") {
		user, parameters, _ = strings.Cut(parameters, "@")
		user += "@"
	}
	s, err := NewSMTP("smtp://" + user + r.address + "?from=" + url.QueryEscape("Καρτέλα ΑΕ <no-reply@kartela.example>") + "&" + parameters)
	if err != nil {
		t.Fatal(err)
	}
	s.tls.RootCAs = x509.NewCertPool()
	s.tls.RootCAs.AddCert(r.certificate.Certificate())
	return s
}

// session is one connection to the relay.
type session struct {
	relay *relay
	now   envelope
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if err := s.relay.refusal("auth"); err != nil {
			return err
		}
		s.relay.mu.Lock()
		defer s.relay.mu.Unlock()
		s.relay.user, s.relay.password = user, password
		return nil
	}), nil
}

func (s *session) Mail(from string, options *smtp.MailOptions) error {
	s.now = envelope{from: from, utf8: options.UTF8}
	return s.relay.refusal("from")
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.now.to = to
	return s.relay.refusal("to")
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := s.relay.refusal("data"); err != nil {
		return err
	}
	s.now.raw = string(raw)
	s.relay.mu.Lock()
	defer s.relay.mu.Unlock()
	s.relay.taken = append(s.relay.taken, s.now)
	return nil
}

func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

// read is a message as a person's mail program shows it.
func read(t rapid.TB, raw string) (mail.Header, Message) {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	got := Message{To: m.Header.Get("To"), Subject: subject}
	kind, parameters, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	if kind == "text/plain" {
		if encoding := m.Header.Get("Content-Transfer-Encoding"); encoding != "quoted-printable" {
			t.Fatalf("encoded as %q", encoding)
		}
		got.Text = text(t, quotedprintable.NewReader(m.Body))
		return m.Header, got
	}
	if kind != "multipart/alternative" {
		t.Fatalf("of the type %s", kind)
	}
	for parts := multipart.NewReader(m.Body, parameters["boundary"]); ; { // decodes quoted-printable
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return m.Header, got
		}
		if err != nil {
			t.Fatal(err)
		}
		switch part.Header.Get("Content-Type") {
		case "text/plain; charset=UTF-8":
			if got.HTML != "" {
				t.Fatal("the text comes last, so programs prefer it to the HTML")
			}
			got.Text = text(t, part)
		case "text/html; charset=UTF-8":
			got.HTML = text(t, part)
		default:
			t.Fatalf("a part of the type %s", part.Header.Get("Content-Type"))
		}
	}
}

// text is a body with the line ends it was written with.
func text(t rapid.TB, r io.Reader) string {
	t.Helper()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(b), "\r\n", "\n")
}

var greeting = Message{
	To:      "maria@example.com",
	Subject: "Πρόσκληση στην Καρτέλα: δείτε το υπόλοιπό σας και τα παραστατικά σας, όποτε θέλετε",
	Text:    "Γεια σας,\n\nτο υπόλοιπό σας είναι 1.234,56 €.\n.\n" + strings.Repeat("μακρύ ", 300) + "\n",
	HTML:    "<p>Το υπόλοιπό σας είναι <b>1.234,56 €</b>.</p>\n",
}

func TestSend(t *testing.T) {
	textOnly := greeting
	textOnly.HTML = ""
	tests := map[string]struct {
		security   security
		parameters string
		message    Message
		user       string
	}{
		"plain":             {none, "tls=none", greeting, ""},
		"text only":         {none, "tls=none", textOnly, ""},
		"STARTTLS":          {startTLS, "tls=starttls", greeting, ""},
		"STARTTLS, default": {startTLS, "", greeting, ""},
		"implicit TLS":      {implicit, "tls=implicit", greeting, ""},
		"signed in":         {startTLS, "maria:p%40ss@", greeting, "maria"},
		"signed in, TLS":    {implicit, "maria:p%40ss@tls=implicit", greeting, "maria"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := startRelay(t, tt.security)
			if err := r.sender(t, tt.parameters).Send(t.Context(), tt.message); err != nil {
				t.Fatal(err)
			}
			e := r.last(t)
			if e.from != "no-reply@kartela.example" || e.to != "maria@example.com" {
				t.Errorf("from %q to %q", e.from, e.to)
			}
			header, got := read(t, e.raw)
			want := tt.message
			want.To = "<maria@example.com>"
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("message (-want +got):\n%s", diff)
			}
			if kind := header.Get("Content-Type"); strings.HasPrefix(kind, "multipart/") != (want.HTML != "") {
				t.Errorf("of the type %s", kind)
			}
			checkHeader(t, header)
			if r.user != tt.user || (tt.user != "" && r.password != "p@ss") {
				t.Errorf("signed in as %q with %q", r.user, r.password)
			}
		})
	}
}

func checkHeader(t *testing.T, header mail.Header) {
	t.Helper()
	from, err := header.AddressList("From")
	if err != nil || len(from) != 1 || from[0].Name != "Καρτέλα ΑΕ" || from[0].Address != "no-reply@kartela.example" {
		t.Errorf("from %v, error %v", from, err)
	}
	if _, err := header.Date(); err != nil {
		t.Error(err)
	}
	if id := header.Get("Message-Id"); !strings.HasSuffix(id, "@kartela.example>") {
		t.Errorf("id %q", id)
	}
	var names []string
	for name := range header {
		names = append(names, name)
	}
	slices.Sort(names)
	want := []string{"Auto-Submitted", "Content-Type", "Date", "From", "Message-Id", "Mime-Version", "Subject", "To"}
	if slices.Contains(names, "Content-Transfer-Encoding") { // of a message with one part
		want = slices.Insert(want, 1, "Content-Transfer-Encoding")
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
}

// Whatever is written, in any script, arrives as it was written.
func TestEveryTextArrives(t *testing.T) {
	r := startRelay(t, none)
	s := r.sender(t, "tls=none")
	line := rapid.StringOf(rapid.OneOf(
		rapid.RuneFrom([]rune("αβγάέήίΰςΣ€–«»  .,:;=?_\"<>@()")),
		rapid.RuneFrom(nil, unicode.Letter, unicode.Digit, unicode.Punct, unicode.Symbol)))
	rapid.Check(t, func(t *rapid.T) {
		words := func(label string, lines int) string {
			return "α" + strings.Join(rapid.SliceOfN(line, 1, lines).Draw(t, label), "\n") + "ω"
		}
		want := Message{To: "<maria@example.com>", Subject: words("subject", 1), Text: words("text", 5), HTML: words("html", 5)}
		if utf8.RuneCountInString(want.Subject) > subjectLimit || strings.Contains(want.Subject, "=?") {
			t.Skip("too long, or taken for an encoded word")
		}
		if err := s.Send(context.Background(), want); err != nil {
			t.Fatal(err)
		}
		_, got := read(t, r.last(t).raw)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("message (-want +got):\n%s", diff)
		}
	})
}

func TestTheRecipientsName(t *testing.T) {
	r := startRelay(t, none)
	m := greeting
	m.To = "Μαρία Παπαδοπούλου <maria@example.com>"
	if err := r.sender(t, "tls=none").Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	header, _ := read(t, r.last(t).raw)
	to, err := header.AddressList("To")
	if err != nil || len(to) != 1 || to[0].Name != "Μαρία Παπαδοπούλου" || to[0].Address != "maria@example.com" {
		t.Errorf("to %v, error %v", to, err)
	}
}

// SMTPUTF8 is asked for where an address needs it, and only there.
func TestAddressesInOtherScripts(t *testing.T) {
	for to, want := range map[string]bool{"maria@example.com": false, "μαρία@example.com": true} {
		t.Run(to, func(t *testing.T) {
			r := startRelay(t, none)
			m := greeting
			m.To = to
			if err := r.sender(t, "tls=none").Send(t.Context(), m); err != nil {
				t.Fatal(err)
			}
			if e := r.last(t); e.utf8 != want || e.to != to {
				t.Errorf("to %q with SMTPUTF8: %t, want %t", e.to, e.utf8, want)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	tests := map[string]struct {
		step      string
		code      int
		temporary bool
	}{
		"busy":                      {"connect", 421, true},
		"shut":                      {"connect", 554, false},
		"sign-in out of order":      {"auth", 454, true},
		"wrong password":            {"auth", 535, false},
		"sender deferred":           {"from", 451, true},
		"sender refused":            {"from", 553, false},
		"mailbox busy":              {"to", 450, true},
		"no such mailbox":           {"to", 550, false},
		"no room for the message":   {"data", 452, true},
		"taken for an unwanted one": {"data", 554, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := startRelay(t, startTLS)
			r.refuses[tt.step] = &smtp.SMTPError{Code: tt.code, EnhancedCode: smtp.EnhancedCode{tt.code / 100, 7, 1}, Message: "because"}
			err := r.sender(t, "maria:secret@").Send(t.Context(), greeting)
			var refused *Error
			if !errors.As(err, &refused) {
				t.Fatalf("error %v, want an *Error", err)
			}
			if refused.Code != tt.code || refused.Temporary != tt.temporary || IsTemporary(err) != tt.temporary {
				t.Errorf("code %d, temporary %t: %v", refused.Code, refused.Temporary, err)
			}
			if !strings.Contains(err.Error(), "because") {
				t.Errorf("%v does not say why", err)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("%v tells the password", err)
			}
		})
	}
}

func TestARelayOutOfReach(t *testing.T) {
	r := startRelay(t, none) // offers no encryption
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	gone := r.sender(t, "tls=none")
	gone.port = closed.Addr().(*net.TCPAddr).Port
	untrusted := startRelay(t, startTLS).sender(t, "")
	untrusted.tls.RootCAs = nil
	tests := map[string]struct {
		sender *SMTP
		want   string
	}{
		"nobody listens":      {gone, "refused"},
		"no STARTTLS":         {r.sender(t, "tls=starttls"), "STARTTLS"},
		"unknown certificate": {untrusted, "certificate"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			err := tt.sender.Send(t.Context(), greeting)
			if !IsTemporary(err) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want a temporary one with %q", err, tt.want)
			}
		})
	}
	if len(r.taken) != 0 {
		t.Error("sent in the clear")
	}
}

// script is a relay that answers line by line: to each line it gets the next answer. It
// closes the connection after the last one, or with hold keeps silent.
func script(t *testing.T, hold bool, answers ...string) (s *SMTP, silent <-chan struct{}) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	reached, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		lines := bufio.NewScanner(conn)
		for i, answer := range answers {
			if i > 0 && !lines.Scan() {
				return
			}
			for answer == "250 taken" && lines.Text() != "." && lines.Scan() {
			}
			_, _ = fmt.Fprint(conn, answer+"\r\n")
		}
		close(reached)
		for hold && lines.Scan() {
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-ended
	})
	s, err = NewSMTP("smtp://" + l.Addr().String() + "?tls=none&from=a@b.example")
	if err != nil {
		t.Fatal(err)
	}
	return s, reached
}

// A relay that takes the message and then breaks off has taken it: sending it again would
// send it twice.
func TestTakenIsTaken(t *testing.T) {
	s, _ := script(t, false, "220 hello", "250 relay", "250 noop", "250 from", "250 to", "354 go on", "250 taken")
	if err := s.Send(t.Context(), greeting); err != nil {
		t.Errorf("error %v after the relay took the message", err)
	}
}

// One that breaks off before has not.
func TestBrokenOffIsTemporary(t *testing.T) {
	s, _ := script(t, false, "220 hello", "250 relay", "250 noop", "250 from", "250 to", "354 go on")
	if err := s.Send(t.Context(), greeting); !IsTemporary(err) {
		t.Errorf("error %v, want a temporary one", err)
	}
}

func TestASilentRelay(t *testing.T) {
	conversation := []string{"220 hello", "250 relay", "250 noop", "250 from"}
	for n := range len(conversation) + 1 {
		t.Run(fmt.Sprintf("given up after %d answers", n), func(t *testing.T) {
			s, silent := script(t, true, conversation[:n]...)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			go func() {
				<-silent
				cancel()
			}()
			err := s.Send(ctx, greeting)
			if !IsTemporary(err) || !errors.Is(err, context.Canceled) {
				t.Errorf("error %v, want a temporary one of the context", err)
			}
		})
		t.Run(fmt.Sprintf("out of time after %d answers", n), func(t *testing.T) {
			s, _ := script(t, true, conversation[:n]...)
			s.timeout = 200 * time.Millisecond
			if err := s.Send(t.Context(), greeting); !IsTemporary(err) {
				t.Errorf("error %v, want a temporary one", err)
			}
		})
	}
}

func TestMessagesThatCannotBeSent(t *testing.T) {
	tests := map[string]struct {
		change func(*Message)
		field  string
	}{
		"no recipient":                {func(m *Message) { m.To = "" }, "to"},
		"two recipients":              {func(m *Message) { m.To = "a@b.example, c@d.example" }, "to"},
		"a header in the recipient":   {func(m *Message) { m.To = "a@b.example\r\nBcc: c@d.example" }, "to"},
		"a header in their name":      {func(m *Message) { m.To = "\"A\r\n Bcc: c@d.example\" <a@b.example>" }, "to"},
		"a header hidden in a name":   {func(m *Message) { m.To = "=?utf-8?b?QQ0KQmNjOiBjQGQuZXhhbXBsZQ==?= <a@b.example>" }, "to"},
		"no subject":                  {func(m *Message) { m.Subject = " " }, "subject"},
		"a header in the subject":     {func(m *Message) { m.Subject = "Hello\r\nBcc: c@d.example" }, "subject"},
		"a line feed in the subject":  {func(m *Message) { m.Subject = "Hello\nBcc: c@d.example" }, "subject"},
		"a Unicode line separator":    {func(m *Message) { m.Subject = "Hello\u2028Bcc: c@d.example" }, "subject"},
		"a subject that is not UTF-8": {func(m *Message) { m.Subject = "\xc3\x28" }, "subject"},
		"a subject too long":          {func(m *Message) { m.Subject = strings.Repeat("α", subjectLimit+1) }, "subject"},
		"no text":                     {func(m *Message) { m.Text = "\n" }, "text"},
		"a text that is not UTF-8":    {func(m *Message) { m.Text = "\xff" }, "text"},
		"HTML that is not UTF-8":      {func(m *Message) { m.HTML = "\xff" }, "html"},
	}
	r := startRelay(t, none)
	sender := r.sender(t, "tls=none")
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			m := greeting
			tt.change(&m)
			err := sender.Send(t.Context(), m)
			if !errors.Is(err, fault.New(fault.Invalid, tt.field, "")) {
				t.Errorf("error %v, want INVALID for %s", err, tt.field)
			}
			if IsTemporary(err) {
				t.Error("temporary")
			}
		})
	}
	if len(r.taken) != 0 {
		t.Errorf("the relay has %d of them", len(r.taken))
	}
}

func TestNewSMTP(t *testing.T) {
	type parts struct {
		Host, User, Password, Name, From string
		Port                             int
		Security                         security
	}
	tests := map[string]struct {
		url  string
		want parts
		err  string
	}{
		"everything": {url: "smtp://maria:p%40ss%2F@relay.example:2525?from=Καρτέλα <a@b.example>&tls=implicit",
			want: parts{"relay.example", "maria", "p@ss/", "Καρτέλα", "a@b.example", 2525, implicit}},
		"the least":                 {url: "smtp://relay.example?from=a@b.example", want: parts{Host: "relay.example", From: "a@b.example", Port: 587, Security: startTLS}},
		"port of implicit TLS":      {url: "smtp://relay.example?from=a@b.example&tls=implicit", want: parts{Host: "relay.example", From: "a@b.example", Port: 465, Security: implicit}},
		"port of a plain one":       {url: "smtp://relay.example/?from=a@b.example&tls=none", want: parts{Host: "relay.example", From: "a@b.example", Port: 25, Security: none}},
		"IPv6":                      {url: "smtp://[::1]:1025?from=a%2Bc@b.example&tls=none", want: parts{Host: "::1", From: "a+c@b.example", Port: 1025, Security: none}},
		"not a URL":                 {url: "smtp://maria:p@ss%@relay.example", err: "not of the form"},
		"another scheme":            {url: "https://maria:p@ss@relay.example?from=a@b.example", err: "not of the form"},
		"no host":                   {url: "smtp://?from=a@b.example", err: "not of the form"},
		"a path":                    {url: "smtp://relay.example/x?from=a@b.example", err: "not of the form"},
		"port 0":                    {url: "smtp://relay.example:0?from=a@b.example", err: "port 0"},
		"port too high":             {url: "smtp://relay.example:65536?from=a@b.example", err: "port 65536"},
		"no sender":                 {url: "smtp://maria:p@ss@relay.example", err: "needs from="},
		"a header in sender":        {url: "smtp://relay.example?from=%22A%0d%0aBcc: c@d.example%22 <a@b.example>", err: "needs from="},
		"a header hidden in sender": {url: "smtp://relay.example?from==?utf-8?b?QQ0KQmNjOiBjQGQuZXhhbXBsZQ%3D%3D?= <a@b.example>", err: "needs from="},
		"unknown security":          {url: "smtp://relay.example?from=a@b.example&tls=yes", err: "tls=yes"},
		"unknown parameter":         {url: "smtp://relay.example?from=a@b.example&ssl=1", err: `"ssl"`},
		"a broken parameter":        {url: "smtp://relay.example?from=%zz", err: "invalid URL escape"},
		"password in the clear":     {url: "smtp://maria:p@ss@relay.example?from=a@b.example&tls=none", err: "tls=none"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s, err := NewSMTP(tt.url)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) || strings.Contains(err.Error(), "p@ss") {
					t.Errorf("error %v, want %q and no password in it", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got := parts{s.host, s.user, s.password, s.from.Name, s.from.Address, s.port, s.security}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("parts (-want +got):\n%s", diff)
			}
		})
	}
}
