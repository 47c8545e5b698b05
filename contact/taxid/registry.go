package taxid

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// Registry asks one tax registry about one number, once.
//
// It fails with an *Outage when nothing is known of the number, and with the fault INVALID
// when the registry refuses the question itself: the number as it is written (vatNumber, afm)
// or the business's credentials (without a field). That a number is wrong is an answer.
type Registry interface {
	Ask(ctx context.Context, q Question) (*Answer, error)
}

// Number is a VAT number in two parts.
type Number struct {
	Country string // as VIES spells it: EL for Greece, XI for Northern Ireland
	Bare    string // without the country
}

// Question is one look-up.
type Question struct {
	Number
	Requester   *Number      // the business that asks; nil: unsaid, and no proof comes back
	Credentials *Credentials // AADE's
}

// Credentials are a business's special access codes at AADE.
type Credentials struct {
	Username, Password string
	CalledBy           string // the AFM on whose behalf it is asked; empty: that of the codes
}

// String and LogValue keep the password out of logs.
func (Credentials) String() string { return "(credentials)" }

// LogValue is what a log shows.
func (c Credentials) LogValue() slog.Value { return slog.StringValue(c.String()) }

// Answer is what a registry said.
type Answer struct {
	Valid             bool
	RequestIdentifier string    // empty when it gave none
	AnsweredAt        time.Time // by the registry's date
	Message           string    // one sentence for a person
	Company           Company
}

// Outage says that a registry did not answer: nothing is known of the number.
type Outage struct {
	Reason  string    // the registry's own code; empty when it gave none
	Text    string    // one sentence for a person
	RetryAt time.Time // when it is worth trying again; zero: not known
	Again   bool      // asking again at once does no harm and may help
	Down    bool      // the service fails, not this business's access to it
	Whole   bool      // not for this number's country alone
	Cause   error     // for the log
}

// Error is the form for logs.
func (o *Outage) Error() string {
	s := "taxid: the registry did not answer"
	if o.Reason != "" {
		s += ": " + o.Reason
	}
	if o.Cause != nil {
		s += ": " + o.Cause.Error()
	}
	return s
}

// Unwrap gives the cause.
func (o *Outage) Unwrap() error { return o.Cause }

// outageIn gives the outage inside err; nil when it is none.
func outageIn(err error) *Outage {
	var o *Outage
	if errors.As(err, &o) {
		return o
	}
	return nil
}

// Secrets seals what must not be read from the database alone. What was sealed for one place
// opens for no other.
type Secrets interface {
	Seal(plain []byte, place string) ([]byte, error)
	// Open gives the text, and whether it was sealed with an old key.
	Open(sealed []byte, place string) (plain []byte, old bool, err error)
}
