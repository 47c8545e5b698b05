package live

import (
	"context"
	"slices"
	"sort"
	"sync"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/viewer"
)

// Source is what a subscription follows, for a transport that takes values when there are some
// and keeps nothing waiting in between: no goroutine, no channel. What it gives may be shared by
// all who follow the same with the same rights: contexts have the viewer who stands for them. It
// is used by one at a time, but for Stands.
type Source interface {
	// Wake names what is called, and must not wait, whenever there may be something to take. It
	// is called before all else.
	Wake(wake func())
	// Take gives a thing that has changed since it was taken, in its newest state; ok is false when
	// nothing has.
	Take(ctx context.Context) (v Value, ok bool)
	// Present gives the state of everything, without what can still be taken: what those who come
	// begin with.
	Present() []Value
	// Stands says whether what is followed may still be seen. It asks only when access has
	// changed in the organization, or when it is told to.
	Stands(ctx context.Context, ask bool) error
	// Close ends the following; nothing is woken after it.
	Close()
}

// Value is the state of one of the things that a source follows, by its id.
type Value struct {
	ID   uuid.UUID
	Data any
}

// port is what a transport puts into the context of a subscription's resolver.
type port struct {
	open  func(Source) // takes the source
	value any          // instead: the value that the resolver's channel gives
}

type portKey struct{}

// WithOpener has a resolver give its source to open by [Hand], and a channel of which nothing comes. Then the transport asks about each who follows at each delivery, and the
// viewer of the context stands for all with the same rights: it has no session, and need be no
// person.
func WithOpener(ctx context.Context, open func(Source)) context.Context {
	return context.WithValue(ctx, portKey{}, &port{open: open})
}

// WithValue has a resolver give this one value, which a source gave, and nothing else.
func WithValue(ctx context.Context, value any) context.Context {
	return context.WithValue(ctx, portKey{}, &port{value: value})
}

// Shared says whether the transport takes a source, so that those who follow are asked about by it.
func Shared(ctx context.Context) bool {
	p, ok := ctx.Value(portKey{}).(*port)
	return ok && p.open != nil
}

// Given is a channel with the one value that a transport has put into the context, when it has.
func Given[T any](ctx context.Context) (_ <-chan T, ok bool) {
	p, _ := ctx.Value(portKey{}).(*port)
	if p == nil || p.open != nil {
		return nil, false
	}
	out := make(chan T, 1)
	if value, ok := p.value.(T); ok {
		out <- value
	}
	close(out)
	return out, true
}

// Hand gives the source to the transport, which takes one when what is followed is [Shared].
func Hand(ctx context.Context, s Source) {
	if p, ok := ctx.Value(portKey{}).(*port); ok && p.open != nil {
		p.open(s)
	}
}

// Begin is [Stream], or hands a source of the same to the transport that takes one.
func Begin(ctx context.Context, f *Follower, contacts []uuid.UUID, present map[uuid.UUID][]*ledger.Balance, allowed Allowed) <-chan *Change {
	if !Shared(ctx) {
		return Stream(ctx, f, contacts, present, allowed)
	}
	Hand(ctx, newBalances(f, contacts, present, allowed))
	return make(chan *Change)
}

// balances is the source of contacts' balances. It keeps the state of each, and no rows.
type balances struct {
	f       *Follower
	allowed Allowed
	stands  []standing
	next    int // of stands: who is looked at first

	mu      sync.Mutex
	checked uint64 // the access number at which it was last allowed
}

// standing is where one contact stands.
type standing struct {
	contact  uuid.UUID
	accounts []ledger.Moved
	waiting  bool // it has changed and was not taken yet
}

func newBalances(f *Follower, contacts []uuid.UUID, present map[uuid.UUID][]*ledger.Balance, allowed Allowed) *balances {
	b := &balances{f: f, allowed: allowed, checked: f.access, stands: make([]standing, len(contacts))}
	for i, id := range contacts {
		b.stands[i] = standing{contact: id, accounts: make([]ledger.Moved, 0, len(present[id]))}
		for _, row := range present[id] {
			b.stands[i].accounts = append(b.stands[i].accounts, movedTo(row))
		}
	}
	return b
}

// movedTo is a row as the event that would tell of it.
func movedTo(b *ledger.Balance) ledger.Moved {
	row := b.Balance
	return ledger.Moved{Organization: row.OrganizationID, ContactID: row.ContactID, Side: row.Side, Currency: row.Currency,
		Outstanding: row.Outstanding, Credit: row.Credit, Net: row.Net, Version: row.Version, UpdatedAt: row.UpdatedAt}
}

func (b *balances) Wake(wake func()) {
	b.f.mu.Lock()
	b.f.woken = wake
	b.f.mu.Unlock()
	wake() // something may have moved since it is followed
}

func (b *balances) Close() { b.f.Close() }

func (b *balances) Stands(ctx context.Context, ask bool) error {
	now, _ := b.f.hub.Access(viewer.From(ctx).Organization)
	b.mu.Lock()
	checked := b.checked
	b.mu.Unlock()
	if now == checked && !ask {
		return nil
	}
	if err := b.allowed(ctx); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.checked = max(b.checked, now)
	return nil
}

// Take gives the contacts that have changed in turns.
func (b *balances) Take(ctx context.Context) (Value, bool) {
	v := viewer.From(ctx)
	for _, m := range b.f.Take() {
		if !m.Gone() { // what a merge means to who follows, Stands asks
			b.merge(v, m)
		}
	}
	for range b.stands {
		s := &b.stands[b.next]
		b.next = (b.next + 1) % len(b.stands)
		if s.waiting {
			s.waiting = false
			return s.value(), true
		}
	}
	return Value{}, false
}

func (b *balances) Present() []Value {
	out := make([]Value, len(b.stands))
	for i := range b.stands {
		out[i] = b.stands[i].value()
	}
	return out
}

// merge replaces one account of a contact by a newer state.
func (b *balances) merge(v viewer.Viewer, m ledger.Moved) {
	at := slices.IndexFunc(b.stands, func(s standing) bool { return s.contact == m.ContactID })
	if at < 0 || !ledger.Sees(v, m.Side) {
		return
	}
	s := &b.stands[at]
	for i, old := range s.accounts {
		if old.Side == m.Side && old.Currency == m.Currency {
			if old.Version < m.Version {
				s.accounts[i], s.waiting = m, true
			}
			return
		}
	}
	s.accounts, s.waiting = append(s.accounts, m), true
}

// value is the state as those who follow see it.
func (s *standing) value() Value {
	list := make([]*ledger.Balance, len(s.accounts))
	for i, m := range s.accounts {
		list[i] = m.Balance()
	}
	sort.Slice(list, func(i, j int) bool { return before(list[i], list[j]) })
	return Value{s.contact, &Change{ContactID: s.contact, Balances: list}}
}
