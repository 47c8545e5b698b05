package account

import "context"

// Mailer sends one message to one person. Send returns once a relay has taken the message.
type Mailer interface {
	Send(ctx context.Context, to, subject, text, html string) error
	// Configured says whether there is a relay at all.
	Configured() bool
}

// Secrets seals what must not be read from the database alone; see package secret.
type Secrets interface {
	Seal(plain []byte, place string) ([]byte, error)
	Open(sealed []byte, place string) (plain []byte, old bool, err error)
}
