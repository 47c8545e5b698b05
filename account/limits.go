package account

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/viewer"
)

// limits bound how often sign-in is tried, per account and per network address. They are
// kept in memory, a bounded number of each: the longest unused is forgotten.
type limits struct {
	bounds
	links       bounds // how often links are asked for, which are mails to somebody
	invitations bounds // how often somebody is invited, and a business invites
	visits      *limiters
}

// bounds are those of one thing that is tried.
type bounds struct {
	accounts  *limiters
	addresses *limiters
}

func newLimits() *limits {
	return &limits{
		bounds: bounds{
			accounts:  &limiters{every: 30 * time.Second, burst: 10, most: 50_000, by: map[string]*limiter{}},
			addresses: &limiters{every: 2 * time.Second, burst: 60, most: 50_000, by: map[string]*limiter{}},
		},
		links: bounds{
			accounts:  &limiters{every: 3 * time.Minute, burst: 4, most: 50_000, by: map[string]*limiter{}},
			addresses: &limiters{every: 5 * time.Second, burst: 30, most: 50_000, by: map[string]*limiter{}},
		},
		visits: &limiters{every: time.Second, burst: 120, most: 50_000, by: map[string]*limiter{}},
		invitations: bounds{
			accounts:  &limiters{every: 15 * time.Minute, burst: 4, most: 50_000, by: map[string]*limiter{}},
			addresses: &limiters{every: 30 * time.Second, burst: 60, most: 50_000, by: map[string]*limiter{}},
		},
	}
}

// allow takes one try of both.
func (l *bounds) allow(account, address string, now time.Time) bool {
	return l.addresses.allow(Network(address), now) && l.accounts.allow(account, now)
}

// AllowInvitation counts an invitation of an e-mail address by the viewer's organization: each is a
// mail to somebody who may not want it. Four to one address at once, then one every 15 minutes; 60
// by an organization, then one every 30 seconds.
//
// Faults: RATE_LIMITED, on email for the address.
func (s *Service) AllowInvitation(ctx context.Context, email string) error {
	organization := viewer.From(ctx).Organization.String()
	switch now := s.Now(); {
	case !s.limits.invitations.addresses.allow(organization, now):
		return fault.New(fault.RateLimited, "", "Too many invitations: wait a minute, then try again.")
	case !s.limits.invitations.accounts.allow(organization+" "+email, now):
		return fault.New(fault.RateLimited, "email", "This address was invited several times just now: wait 15 minutes, then try again.")
	}
	return nil
}

// AllowVisit counts a visit, from a network address, to an address that is a key by itself: 120 at
// once, then one a second. Faults: RATE_LIMITED.
func (s *Service) AllowVisit(address string) error {
	if !s.limits.visits.allow(Network(address), s.Now()) {
		return tooMany()
	}
	return nil
}

// Network is what is counted as one network address: an IPv4 address, or the /64 that one
// line of an IPv6 provider has.
func Network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil || ip.Unmap().Is4() {
		return address
	}
	p, err := ip.WithZone("").Prefix(64)
	if err != nil {
		return address
	}
	return p.String()
}

// succeeded forgets the tries of an account, which were its owner's.
func (l *limits) succeeded(account string) { l.accounts.forget(account) }

type limiter struct {
	*rate.Limiter
	used time.Time
}

type limiters struct {
	every time.Duration
	burst int
	most  int

	mu sync.Mutex
	by map[string]*limiter
}

func (l *limiters) allow(key string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	got := l.by[key]
	if got == nil {
		if len(l.by) >= l.most {
			l.drop(now)
		}
		got = &limiter{Limiter: rate.NewLimiter(rate.Every(l.every), l.burst)}
		l.by[key] = got
	}
	got.used = now
	return got.AllowN(now, 1)
}

// drop forgets limiters that have filled up again, and when that is not enough the longest
// unused of the others.
func (l *limiters) drop(now time.Time) {
	full := time.Duration(l.burst) * l.every
	var oldest string
	for key, got := range l.by {
		if now.Sub(got.used) > full {
			delete(l.by, key)
		} else if oldest == "" || got.used.Before(l.by[oldest].used) {
			oldest = key
		}
	}
	if len(l.by) >= l.most {
		delete(l.by, oldest)
	}
}

func (l *limiters) forget(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.by, key)
}
