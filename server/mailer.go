package main

import (
	"context"

	"github.com/kartela/kartela/internal/mail"
	"github.com/kartela/kartela/letter"
)

// newMailer reads the relay's URL; without one nothing is sent.
func newMailer(relay string) (letter.Mailer, error) {
	if relay == "" {
		return noMailer{}, nil
	}
	s, err := mail.NewSMTP(relay)
	if err != nil {
		return nil, err
	}
	return mailer{s}, nil
}

// mailer sends through a relay.
type mailer struct{ relay *mail.SMTP }

// Send hands one message to the relay.
func (m mailer) Send(ctx context.Context, to, subject, text, html string) error {
	return m.relay.Send(ctx, mail.Message{To: to, Subject: subject, Text: text, HTML: html})
}

// Configured says that there is a relay.
func (mailer) Configured() bool { return true }

// noMailer stands where no relay is set: whoever would send asks first.
type noMailer struct{}

// Send is not called: nothing is configured.
func (noMailer) Send(context.Context, string, string, string, string) error { return nil }

// Configured says that there is no relay.
func (noMailer) Configured() bool { return false }
