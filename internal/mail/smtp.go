package mail

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"
)

// sendTimeout bounds the sending of one message, from the first packet to the relay's word.
const sendTimeout = 30 * time.Second

// SMTP sends through a relay. It opens one connection per message and may be used by many
// goroutines at once.
type SMTP struct {
	host           string
	port           int
	security       security
	user, password string // no sign-in when user is ""
	from           *mail.Address
	tls            *tls.Config
	timeout        time.Duration
}

// security is how the connection is encrypted, in the spelling of the URL.
type security string

const (
	startTLS security = "starttls" // asked for on a plain connection, and required
	implicit security = "implicit" // from the first byte
	none     security = "none"     // not at all: for a relay on the same machine or network
)

// ports are the usual ones: RFC 6409 (submission), RFC 8314 (submissions), RFC 5321.
var ports = map[security]int{startTLS: 587, implicit: 465, none: 25}

// NewSMTP reads a relay's URL:
//
//	smtp://user:password@host:port?from=Name <a@b>&tls=starttls|implicit|none
//
// from is required. tls is starttls when it is left out, and port the usual one for it: 587,
// 465 or 25. User and password are optional, and refused with tls=none, where everyone on
// the way could read them. As in every URL, special characters are written with a percent
// sign, and a plus in from as %2B.
func NewSMTP(relay string) (*SMTP, error) {
	// The parser's own error quotes the URL, and with it the password.
	u, err := url.Parse(relay)
	if err != nil || u.Scheme != "smtp" || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" {
		return nil, errors.New("mail: the relay's URL is not of the form smtp://user:password@host:port?from=Name <a@b>&tls=starttls")
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return nil, fmt.Errorf("mail: the relay's URL: %w", err)
	}
	for name := range query {
		if name != "from" && name != "tls" {
			return nil, fmt.Errorf("mail: the relay's URL has the unknown parameter %q", name)
		}
	}
	s := &SMTP{host: u.Hostname(), security: security(cmp.Or(query.Get("tls"), string(startTLS))), timeout: sendTimeout}
	s.tls = &tls.Config{ServerName: s.host, MinVersion: tls.VersionTLS12}
	if s.port = ports[s.security]; s.port == 0 {
		return nil, fmt.Errorf("mail: the relay's URL has tls=%s, want starttls, implicit or none", s.security)
	}
	if given := u.Port(); given != "" {
		if s.port, err = strconv.Atoi(given); err != nil || s.port < 1 || s.port > 65535 {
			return nil, fmt.Errorf("mail: the relay's URL has the port %s", given)
		}
	}
	if s.from, err = parseAddress(query.Get("from")); err != nil {
		return nil, fmt.Errorf("mail: the relay's URL needs from=Name <a@b>, and has from=%q", query.Get("from"))
	}
	s.user = u.User.Username()
	s.password, _ = u.User.Password()
	if s.user != "" && s.security == none {
		return nil, errors.New("mail: the relay's URL has a user with tls=none: the password could be read on the way")
	}
	return s, nil
}

// Send hands the message to the relay, and returns when the relay has taken it or ctx or
// half a minute has ended.
//
// Faults: INVALID for a message that cannot be sent, such as one with a line break in a
// header. Any other error is an *Error, temporary or not.
func (s *SMTP) Send(ctx context.Context, m Message) error {
	to, err := m.recipient()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	sent := s.compose(to, m)
	err = s.transmit(ctx, sent, isASCII(to.Address+s.from.Address))
	// What goes wrong after the relay has taken the message is no reason to send it again.
	if err == nil || sent.IsDelivered() {
		return nil
	}
	return failure(ctx, err)
}

// compose makes the message as it is sent.
func (s *SMTP) compose(to *mail.Address, m Message) *gomail.Msg {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent()) // nobody needs our versions
	msg.FromMailAddress(s.from)
	msg.ToMailAddress(to)
	msg.Subject(m.Subject)
	msg.SetDate()
	_, domain, _ := strings.Cut(s.from.Address, "@")
	msg.SetMessageIDWithValue(rand.Text() + "@" + domain) // not the machine's name
	msg.SetGenHeader("Auto-Submitted", "auto-generated")  // RFC 3834: no answer by a machine, please
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	return msg
}

// transmit speaks with the relay. The library's own limits know nothing of ctx, so the
// connection is closed when ctx ends, which it does with Send at the latest.
func (s *SMTP) transmit(ctx context.Context, msg *gomail.Msg, ascii bool) error {
	dial := func(dialing context.Context, network, address string) (net.Conn, error) {
		conn, err := s.dial(dialing, network, address)
		if err == nil {
			context.AfterFunc(ctx, func() { _ = conn.Close() })
		}
		return conn, err
	}
	client, err := gomail.NewClient(s.host, s.options(dial, ascii)...)
	if err != nil {
		return err
	}
	return client.DialAndSendWithContext(ctx, msg)
}

func (s *SMTP) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if s.security == implicit {
		return (&tls.Dialer{Config: s.tls}).DialContext(ctx, network, address)
	}
	return (&net.Dialer{}).DialContext(ctx, network, address)
}

// options set up the library's client.
func (s *SMTP) options(dial gomail.DialContextFunc, ascii bool) []gomail.Option {
	options := []gomail.Option{gomail.WithPort(s.port), gomail.WithTimeout(s.timeout),
		gomail.WithDialContextFunc(dial), gomail.WithTLSConfig(s.tls)}
	switch s.security {
	case startTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case implicit:
		options = append(options, gomail.WithSSL())
	case none:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if s.user != "" {
		options = append(options, gomail.WithUsername(s.user), gomail.WithPassword(s.password),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin))
	}
	if ascii {
		// SMTPUTF8 is about addresses. Asked for without need, relays further on that lack it
		// would refuse the message.
		options = append(options, gomail.WithoutSMTPUTF8())
	}
	return options
}

// failure says what an error of the library means.
func failure(ctx context.Context, err error) *Error {
	var reply *textproto.Error
	var refused *gomail.SendError
	e := &Error{Err: err}
	switch {
	case errors.As(err, &reply):
		e.Code = reply.Code
	case errors.As(err, &refused):
		e.Code = refused.ErrorCode()
	}
	e.Temporary = e.Code < 500
	if e.Code == 0 && ctx.Err() != nil {
		e.Err = fmt.Errorf("%w: %w", ctx.Err(), err)
	}
	return e
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) < 0
}
