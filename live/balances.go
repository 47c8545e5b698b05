package live

import (
	"context"
	"errors"
	"slices"
	"sort"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent/balance"
	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/viewer"
)

// Change is where one contact stands: all of its balances that the viewer may see.
type Change struct {
	ContactID uuid.UUID
	Balances  []*ledger.Balance
}

// ErrMerged says that something followed was merged: who follows the same ids anew, follows the
// survivor.
var ErrMerged = errors.New("live: what is followed was merged")

// Stream sends the present state of every contact, and then the state of a contact after
// each change of it, until the context ends or access does. While the reader is busy,
// newer states replace those it has not taken: its memory is one state per contact.
//
// The follower must follow the contacts already when present is read, so that no change
// falls between the two; a change that present includes is told apart by its version.
func Stream(ctx context.Context, f *Follower, contacts []uuid.UUID, present map[uuid.UUID][]*ledger.Balance, allowed Allowed) <-chan *Change {
	return hand[*Change](ctx, f.hub, newBalances(f, contacts, present, allowed))
}

// balances is the source of contacts' balances. It keeps the state of each, and no rows.
type balances struct {
	standing
	f      *Follower
	states []state
	next   int // of states: which is looked at first
}

// state is where one contact stands.
type state struct {
	contact  uuid.UUID
	accounts []ledger.Moved
	waiting  bool // it has changed and was not taken yet
}

func newBalances(f *Follower, contacts []uuid.UUID, present map[uuid.UUID][]*ledger.Balance, allowed Allowed) *balances {
	b := &balances{standing: standing{hub: f.hub, allowed: allowed, checked: f.access}, f: f, states: make([]state, len(contacts))}
	for i, id := range contacts {
		b.states[i] = state{contact: id, accounts: make([]ledger.Moved, 0, len(present[id]))}
		for _, row := range present[id] {
			b.states[i].accounts = append(b.states[i].accounts, movedTo(row))
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
	b.again.wakes(wake)
	wake() // something may have moved since it is followed
}

func (b *balances) Close() {
	b.again.close()
	b.f.Close()
}

// Take gives the contacts that have changed in turns.
func (b *balances) Take(ctx context.Context) (Value, bool) {
	v := viewer.From(ctx)
	for _, m := range b.f.Take() {
		if !m.Gone() { // what a merge means to who follows, Stands asks
			b.merge(v, m)
		}
	}
	for range b.states {
		s := &b.states[b.next]
		b.next = (b.next + 1) % len(b.states)
		if s.waiting {
			s.waiting = false
			return s.value(), true
		}
	}
	return Value{}, false
}

func (b *balances) Begins() bool { return true }
func (b *balances) Over() bool   { return false }

// Sees asks nothing: all are contacts that were named, of which Stands tells.
func (b *balances) Sees(context.Context, Value) error { return nil }

func (b *balances) Present(context.Context) ([]Value, bool) {
	out := make([]Value, len(b.states))
	for i := range b.states {
		out[i] = b.states[i].value()
	}
	return out, true
}

// merge replaces one account of a contact by a newer state.
func (b *balances) merge(v viewer.Viewer, m ledger.Moved) {
	at := slices.IndexFunc(b.states, func(s state) bool { return s.contact == m.ContactID })
	if at < 0 || !ledger.Sees(v, m.Side) {
		return
	}
	s := &b.states[at]
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
func (s *state) value() Value {
	list := make([]*ledger.Balance, len(s.accounts))
	for i, m := range s.accounts {
		list[i] = m.Balance()
	}
	sort.Slice(list, func(i, j int) bool { return before(list[i], list[j]) })
	return Value{ID: s.contact, Data: &Change{ContactID: s.contact, Balances: list}}
}

func before(a, b *ledger.Balance) bool {
	if a.Side != b.Side {
		return a.Side == balance.SideClient
	}
	return a.Currency < b.Currency
}
