// Package mail sends e-mail through a relay. It owns how a message is put on the wire and
// what the relay's answers mean; it does not own what is written, to whom, or when to try
// again.
package mail

import (
	"errors"
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kartela/kartela/fault"
)

// Message is one e-mail to one person.
type Message struct {
	To      string // "maria@example.com" or "Μαρία <maria@example.com>"
	Subject string // one line, at most 300 characters
	Text    string // the body in plain text; never empty
	HTML    string // the same for readers that show HTML; "" for none
}

const subjectLimit = 300

// recipient checks the message and gives who it is for.
//
// Faults: INVALID with the field to, subject, text or html.
func (m Message) recipient() (*mail.Address, error) {
	to, err := parseAddress(m.To)
	switch {
	case err != nil:
		return nil, fault.New(fault.Invalid, "to", "This is not an e-mail address.")
	case strings.TrimSpace(m.Subject) == "" || hasControl(m.Subject):
		return nil, fault.New(fault.Invalid, "subject", "A subject is one line of text.")
	case utf8.RuneCountInString(m.Subject) > subjectLimit:
		return nil, fault.New(fault.Invalid, "subject", "A subject has at most %d characters.", subjectLimit)
	case strings.TrimSpace(m.Text) == "" || !utf8.ValidString(m.Text):
		return nil, fault.New(fault.Invalid, "text", "A message has a text, in UTF-8.")
	case !utf8.ValidString(m.HTML):
		return nil, fault.New(fault.Invalid, "html", "The HTML is not UTF-8.")
	}
	return to, nil
}

// parseAddress reads "a@b" or "Name <a@b>". An encoded word can hide a line break in the
// name, which the parser decodes and lets pass.
func parseAddress(s string) (*mail.Address, error) {
	a, err := mail.ParseAddress(s)
	if err != nil {
		return nil, err
	}
	if hasControl(a.Name) {
		return nil, errors.New("mail: a name is one line of text")
	}
	return a, nil
}

// hasControl reports whether a header's text has what no header may have: a line break
// would begin a header of the sender's choice.
func hasControl(s string) bool {
	return !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
	})
}

// Error says why a relay did not take a message.
type Error struct {
	// Temporary: the same message may be taken later. It is so for replies 4xx, and when
	// the relay could not be reached or fell silent; then the message may even have been
	// sent. Otherwise the relay refused it for good.
	Temporary bool
	Code      int   // the relay's reply, 0 when it gave none
	Err       error // the cause
}

// Error is the form for logs.
func (e *Error) Error() string {
	if e.Temporary {
		return "mail: not sent for now: " + e.Err.Error()
	}
	return "mail: refused: " + e.Err.Error()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// IsTemporary reports whether it is worth sending the same message again later.
func IsTemporary(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Temporary
}
