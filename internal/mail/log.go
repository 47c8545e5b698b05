package mail

import (
	"context"
	"log/slog"
)

// Log stands in for a relay where none is set: it sends nothing and says so in the log.
// Bodies hold links that sign people in, so they are never logged.
type Log struct{ Logger *slog.Logger }

// Send logs whom the message was for. Faults are those of SMTP.Send.
func (l Log) Send(ctx context.Context, m Message) error {
	to, err := m.recipient()
	if err != nil {
		return err
	}
	l.Logger.WarnContext(ctx, "no mail relay is set: message not sent", "to", to.Address, "subject", m.Subject)
	return nil
}
