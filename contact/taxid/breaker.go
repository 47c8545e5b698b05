package taxid

import (
	"errors"
	"sync"
	"time"
)

// How a breaker opens.
const (
	failuresToOpen = 5
	firstOpen      = time.Minute
	longestOpen    = 10 * time.Minute
)

// outcome is how a question ended, for the breaker.
type outcome int

const (
	worked  outcome = iota // the service answered, whatever it said
	failed                 // the service is down
	unknown                // the one who asked went away: nothing is known
)

// errLeftAlone is why a question was not even asked.
var errLeftAlone = errors.New("it is left alone for a while after failures in a row")

// breaker keeps questions from a service that fails. Closed, it lets all through; after five
// failures in a row it opens and lets none through for a minute; then one, the probe: its
// success closes it, its failure opens it for twice as long, up to ten minutes.
type breaker struct {
	mu       sync.Mutex
	failures int           // in a row, while closed
	open     bool          // or half open: until is over
	probing  bool          // a probe is under way
	until    time.Time     // open until then
	wait     time.Duration // how long it was opened for
	last     *Outage       // why it opened
	round    int           // of closed and open; outcomes of an older one say nothing
}

// enter asks to be let through at the time. Refused, it says until when, and why.
func (b *breaker) enter(now time.Time) (round int, refused *Outage) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.open {
		return b.round, nil
	}
	if b.probing || now.Before(b.until) {
		o := *b.last
		o.RetryAt, o.Again, o.Down, o.Cause = b.until, false, false, errLeftAlone
		if b.probing {
			o.RetryAt = now.Add(firstOpen)
		}
		return 0, &o
	}
	b.probing = true
	return b.round, nil
}

// leave tells how the question that was let through in the round ended; why when it failed.
func (b *breaker) leave(now time.Time, round int, how outcome, why *Outage) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if round != b.round {
		return
	}
	b.probing = false
	switch {
	case how == worked:
		b.failures = 0
		if b.open {
			b.open, b.wait = false, 0
			b.round++
		}
	case how == failed && b.open:
		b.trip(now, min(2*b.wait, longestOpen), why)
	case how == failed:
		if b.failures++; b.failures == failuresToOpen {
			b.trip(now, firstOpen, why)
		}
	}
}

func (b *breaker) trip(now time.Time, wait time.Duration, why *Outage) {
	b.open, b.failures, b.wait, b.until, b.last = true, 0, wait, now.Add(wait), why
	b.round++
}
