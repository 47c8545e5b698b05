package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/nats-io/nats.go"
)

// NATS carries frames by a subject of a NATS server, or of a cluster of them.
type NATS struct {
	conn    *nats.Conn
	subject string

	lost chan struct{} // a signal: messages may have been missed
}

// NewNATS makes the bus of a subject. A server that is not reached is tried for until it is.
//
// An error says that the URL cannot be one.
func NewNATS(url, subject string) (*NATS, error) {
	n := &NATS{subject: subject, lost: make(chan struct{}, 1)}
	var err error
	n.conn, err = nats.Connect(url, nats.Name("kartela"),
		nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1),
		nats.ReconnectWait(firstWait), nats.ReconnectJitter(longest/2, longest/2),
		nats.ReconnectBufSize(-1), // what cannot be sent is an error, and waits in the newest state
		nats.PingInterval(quiet), nats.MaxPingsOutstanding(2), nats.Timeout(patience),
		nats.ConnectHandler(func(*nats.Conn) { n.miss() }),
		nats.ReconnectHandler(func(*nats.Conn) { n.miss() }),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				slog.Warn("NATS is not reached at the moment", "err", err)
			}
		}),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			slog.Warn("NATS", "err", err)
			n.miss() // for one, that we were too slow and messages were dropped
		}))
	if err != nil {
		return nil, fmt.Errorf("bus: NATS_URL: %w", err)
	}
	return n, nil
}

func (n *NATS) miss() {
	select {
	case n.lost <- struct{}{}:
	default: // it is known
	}
}

// Publish sends the frames and waits until the server has them.
func (n *NATS) Publish(ctx context.Context, frames [][]byte) error {
	if !n.conn.IsConnected() {
		return errors.New("bus: publish: NATS is not reached")
	}
	for _, f := range frames {
		if err := n.conn.Publish(n.subject, f); err != nil {
			return fmt.Errorf("bus: publish: %w", err)
		}
	}
	return n.flush(ctx)
}

func (n *NATS) flush(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := n.conn.FlushWithContext(ctx); err != nil {
		return fmt.Errorf("bus: publish: %w", err)
	}
	return nil
}

// Listen gives every frame to receive until the context ends, and calls resync after each
// connection, once the server has the subscription, and after messages were dropped.
func (n *NATS) Listen(ctx context.Context, receive func([]byte), resync func()) {
	s, err := n.conn.Subscribe(n.subject, func(m *nats.Msg) { receive(m.Data) })
	if err != nil {
		slog.ErrorContext(ctx, "changes of other processes are not heard", "err", err)
		return
	}
	defer func() {
		if err := s.Unsubscribe(); err != nil && !errors.Is(err, nats.ErrConnectionClosed) {
			slog.WarnContext(ctx, "NATS", "err", err)
		}
	}()
	n.miss() // what was said before the subscription
	for {
		select {
		case <-ctx.Done():
			return
		case <-n.lost:
		}
		// The answer comes behind the subscription, which a reconnection sent anew before. Without
		// a connection there is none, and the next one tells.
		for n.conn.IsConnected() && ctx.Err() == nil {
			if n.flush(ctx) == nil {
				resync()
				break
			}
			pause(ctx, firstWait)
		}
	}
}

// Close hangs up.
func (n *NATS) Close() { n.conn.Close() }
