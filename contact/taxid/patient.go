package taxid

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// The bounds of one look-up.
const (
	longestLookup = 20 * time.Second // with everything that is tried
	retries       = 2                // after the first try
	firstBackOff  = time.Second
)

// Patient asks a registry that is at times slow or down: it asks again after a growing pause
// where that may help, at most twice and 20 seconds in all, and leaves a country alone for a
// while whose service fails again and again.
type Patient struct {
	Registry Registry
	Now      func() time.Time
	// Pause waits between two tries; nil: by the clock on the wall.
	Pause func(ctx context.Context, d time.Duration) error

	mu       sync.Mutex
	breakers map[string]*breaker // by country, of which there are few
}

// Ask asks like the registry itself. A question that is not let through is an *Outage with
// the reason of those before it.
func (p *Patient) Ask(ctx context.Context, q Question) (*Answer, error) {
	limited, cancel := context.WithTimeout(ctx, longestLookup)
	defer cancel()
	for try := 0; ; try++ {
		a, err := p.once(ctx, limited, q)
		o := outageIn(err)
		if o == nil || !o.Again || try == retries || !p.wait(limited, try) {
			return a, err
		}
	}
}

// once asks one time. Only limited ends the question; asker tells why.
func (p *Patient) once(asker, limited context.Context, q Question) (*Answer, error) {
	b := p.breaker(q.Country)
	round, refused := b.enter(p.Now())
	if refused != nil {
		return nil, refused
	}
	how, why := unknown, (*Outage)(nil) // stays if the registry panics
	defer func() { b.leave(p.Now(), round, how, why) }()
	a, err := p.Registry.Ask(limited, q)
	if asker.Err() != nil {
		return nil, asker.Err()
	}
	how, why = worked, outageIn(err)
	if why != nil && why.Down {
		how = failed
	}
	return a, err
}

// wait pauses before the next try; false when there is no time for it.
func (p *Patient) wait(ctx context.Context, try int) bool {
	d := firstBackOff << try
	d += rand.N(d) //nolint:gosec // no secret: only not in step with others
	if end, ok := ctx.Deadline(); ok && time.Until(end) <= d {
		return false
	}
	return pause(ctx, p.Pause, d) == nil
}

func (p *Patient) breaker(country string) *breaker {
	p.mu.Lock()
	defer p.mu.Unlock()
	b := p.breakers[country]
	if b == nil {
		if p.breakers == nil {
			p.breakers = map[string]*breaker{}
		}
		b = &breaker{}
		p.breakers[country] = b
	}
	return b
}

// pause waits by how, or by the clock on the wall, until the context ends.
func pause(ctx context.Context, how func(context.Context, time.Duration) error, d time.Duration) error {
	if how != nil {
		return how(ctx, d)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
