// Package bus carries what one server process tells to the others of the same database: by
// notifications of PostgreSQL, or by NATS. It knows no message, only frames of bytes.
package bus

import (
	"context"
	"encoding/base64"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// MaxFrame is the most bytes of a frame that every bus carries: in base64 it fits the 8000
// bytes that a notification of PostgreSQL may have.
const MaxFrame = 5900

const (
	patience  = 5 * time.Second         // for an answer
	quiet     = 15 * time.Second        // after so long without a message it is asked whether the connection stands
	firstWait = 50 * time.Millisecond   // before connecting again
	longest   = 1500 * time.Millisecond // between two tries
)

// channel is where PostgreSQL's notifications go. It has the schema's name, because
// notifications are heard by everyone in a database.
const channel = "kartela_live_"

// Postgres carries frames by LISTEN and NOTIFY, on two connections of its own: who waits for
// notifications cannot send any.
type Postgres struct {
	url string

	mu     sync.Mutex // one batch at a time
	sender *pgx.Conn  // nil until it is needed, and after a failure
}

// NewPostgres makes the bus of a database. It connects when it is used.
func NewPostgres(url string) *Postgres { return &Postgres{url: url} }

// Publish sends the frames, each as one notification, in one round trip.
func (p *Postgres) Publish(ctx context.Context, frames [][]byte) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.sender == nil {
		c, err := pgx.Connect(ctx, p.url)
		if err != nil {
			return fmt.Errorf("bus: connect: %w", err)
		}
		p.sender = c
	}
	payloads := make([]string, len(frames))
	for i, f := range frames {
		payloads[i] = base64.RawStdEncoding.EncodeToString(f)
	}
	_, err := p.sender.Exec(ctx, "SELECT pg_notify($1 || current_schema(), payload) FROM unnest($2::text[]) AS f(payload)", channel, payloads)
	if err != nil {
		hangUp(p.sender)
		p.sender = nil
		return fmt.Errorf("bus: notify: %w", err)
	}
	return nil
}

// Listen gives every frame to receive until the context ends, connects again when the
// connection is lost, and calls resync after each connection.
func (p *Postgres) Listen(ctx context.Context, receive func([]byte), resync func()) {
	wait := firstWait
	for {
		err := p.listen(ctx, receive, func() {
			wait = firstWait
			resync()
		})
		if ctx.Err() != nil {
			return
		}
		slog.WarnContext(ctx, "notifications of the database are not heard at the moment", "err", err)
		pause(ctx, wait/2+rand.N(wait)) //nolint:gosec // spreads processes, hides nothing
		wait = min(2*wait, longest)
	}
}

// listen hears one connection until it is lost.
func (p *Postgres) listen(ctx context.Context, receive func([]byte), connected func()) error {
	c, err := p.begin(ctx)
	if err != nil {
		return err
	}
	defer hangUp(c)
	connected()
	for {
		payload, err := next(ctx, c)
		if err != nil {
			return err
		}
		frame, err := base64.RawStdEncoding.DecodeString(payload)
		if err != nil {
			slog.WarnContext(ctx, "a notification that is none of ours", "err", err)
			continue
		}
		receive(frame)
	}
}

func (p *Postgres) begin(ctx context.Context) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	c, err := pgx.Connect(ctx, p.url)
	if err != nil {
		return nil, fmt.Errorf("bus: connect: %w", err)
	}
	var schema string
	if err = c.QueryRow(ctx, "SELECT current_schema()").Scan(&schema); err == nil {
		_, err = c.Exec(ctx, "LISTEN "+pgx.Identifier{channel + schema}.Sanitize())
	}
	if err != nil {
		hangUp(c)
		return nil, fmt.Errorf("bus: listen: %w", err)
	}
	return c, nil
}

// next waits for a notification. While none comes it asks from time to time whether the
// connection still stands: one that was cut without a word looks like one that is quiet.
func next(ctx context.Context, c *pgx.Conn) (string, error) {
	for {
		waiting, cancel := context.WithTimeout(ctx, quiet)
		n, err := c.WaitForNotification(waiting)
		timedOut := waiting.Err() != nil
		cancel()
		switch {
		case err == nil:
			return n.Payload, nil
		case ctx.Err() != nil || !timedOut || c.IsClosed():
			return "", fmt.Errorf("bus: wait for a notification: %w", err)
		}
		asking, cancel := context.WithTimeout(ctx, patience)
		err = c.Ping(asking)
		cancel()
		if err != nil {
			return "", fmt.Errorf("bus: ask whether the connection stands: %w", err)
		}
	}
}

// Close hangs up.
func (p *Postgres) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.sender != nil {
		hangUp(p.sender)
		p.sender = nil
	}
}

func hangUp(c *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = c.Close(ctx) // it may be broken already
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
