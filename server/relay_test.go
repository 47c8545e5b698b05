package main

import (
	"io"
	"net"
	"net/mail"
	"strings"
	"testing"
	"time"

	"mime"
	"mime/multipart"
	"mime/quotedprintable"

	"github.com/emersion/go-smtp"
)

// relay is an SMTP server that keeps what it is given.
type relay struct {
	url   string
	mails chan mailed
}

// mailed is one e-mail as it arrived, its plain text decoded.
type mailed struct{ to, subject, text string }

func startRelay(t *testing.T) *relay {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{url: "smtp://" + l.Addr().String() + "?from=Kartela%20%3Cbooks@test.example%3E&tls=none", mails: make(chan mailed, 100)}
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &delivery{r: r}, nil }))
	s.Domain = "relay.test.example"
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return r
}

// next waits for the next letter.
func (r *relay) next(t *testing.T) mailed {
	t.Helper()
	select {
	case got := <-r.mails:
		return got
	case <-time.After(waitLimit):
		t.Fatal("no mail arrived")
		return mailed{}
	}
}

type delivery struct {
	r  *relay
	to string
}

func (d *delivery) Mail(string, *smtp.MailOptions) error      { return nil }
func (d *delivery) Rcpt(to string, _ *smtp.RcptOptions) error { d.to = to; return nil }
func (d *delivery) Reset()                                    {}
func (d *delivery) Logout() error                             { return nil }

func (d *delivery) Data(in io.Reader) error {
	m, err := mail.ReadMessage(in)
	if err != nil {
		return err
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		return err
	}
	text, err := plainText(m)
	if err != nil {
		return err
	}
	d.r.mails <- mailed{d.to, subject, text}
	return nil
}

func plainText(m *mail.Message) (string, error) {
	kind, parameters, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		return "", err
	}
	if !strings.HasPrefix(kind, "multipart/") {
		raw, err := io.ReadAll(quotedprintable.NewReader(m.Body))
		return string(raw), err
	}
	part, err := multipart.NewReader(m.Body, parameters["boundary"]).NextPart() // the plain text comes first
	if err != nil {
		return "", err
	}
	raw, err := io.ReadAll(part)
	return string(raw), err
}
