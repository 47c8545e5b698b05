package main

import (
	"net/http"
	"sync"

	"github.com/google/uuid"

	"github.com/kartela/kartela/viewer"
)

// registry knows the open sockets, whose they are, and how many each has. It knows nothing
// of what is said over them.
type registry struct {
	perScope, perAddress int

	mu        sync.Mutex
	places    map[*place]struct{}
	scopes    map[uuid.UUID]int
	addresses map[string]int
	shutting  bool
	empty     chan struct{} // closed when it shuts and no place is taken
}

// closable is a socket as the registry sees it.
type closable interface {
	close(reason closing)
	drop()
}

// place is one socket's in the registry, whose lock guards it.
type place struct {
	address string
	scope   uuid.UUID // that it is counted under; zero: none
	socket  closable  // nil until the upgrade

	viewer   viewer.Viewer // once it is admitted; then it stays
	admitted bool
	asking   bool           // who it is is being found out
	ended    []viewer.Ended // what ended meanwhile
}

func newRegistry(perScope, perAddress int) *registry {
	return &registry{
		perScope: perScope, perAddress: perAddress, empty: make(chan struct{}),
		places: map[*place]struct{}{}, scopes: map[uuid.UUID]int{}, addresses: map[string]int{},
	}
}

// enter takes a place for a socket from the address; otherwise it gives the HTTP status
// that says why not.
func (r *registry) enter(address string) (*place, int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.shutting:
		return nil, http.StatusServiceUnavailable
	case r.addresses[address] >= r.perAddress:
		return nil, http.StatusTooManyRequests
	}
	r.addresses[address]++
	p := &place{address: address}
	r.places[p] = struct{}{}
	return p, 0
}

// count counts the place under the scope, and no longer under another; false when the
// scope has as many as it may.
func (r *registry) count(p *place, scope uuid.UUID) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.countLocked(p, scope)
}

func (r *registry) countLocked(p *place, scope uuid.UUID) bool {
	if scope == p.scope {
		return true
	}
	if scope != uuid.Nil {
		if r.scopes[scope] >= r.perScope {
			return false
		}
		r.scopes[scope]++
	}
	r.uncount(p)
	p.scope = scope
	return true
}

func (r *registry) uncount(p *place) {
	if p.scope == uuid.Nil {
		return
	}
	if r.scopes[p.scope]--; r.scopes[p.scope] == 0 {
		delete(r.scopes, p.scope)
	}
}

// open gives the place its socket; false when the server shuts down meanwhile.
func (r *registry) open(p *place, c closable) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	p.socket = c
	return !r.shutting
}

// ask is called before a viewer is found out, so that access which ends between the
// finding and admit is not missed.
func (r *registry) ask(p *place) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p.asking = true
}

// admission is how admit answers.
type admission int

const (
	admitYes   admission = iota
	admitFull            // the scope has as many sockets as it may
	admitEnded           // access ended while it was asked for
)

// admit makes the place the viewer's.
func (r *registry) admit(p *place, v viewer.Viewer, scope uuid.UUID) admission {
	r.mu.Lock()
	defer r.mu.Unlock()
	ended := p.ended
	p.asking, p.ended = false, nil
	for _, e := range ended {
		if e.Ends(v) {
			return admitEnded
		}
	}
	if !r.countLocked(p, scope) {
		return admitFull
	}
	p.viewer, p.admitted = v, true
	return admitYes
}

// end gives the sockets whose viewer's access is over by e.
func (r *registry) end(e viewer.Ended) (out []closable) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for p := range r.places {
		switch {
		case p.asking:
			p.ended = append(p.ended, e)
		case p.admitted && e.Ends(p.viewer):
			out = append(out, p.socket)
		}
	}
	return out
}

// shut takes no more sockets. It gives those that are open, and a channel that is closed
// once every place has been left.
func (r *registry) shut() (open []closable, empty <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for p := range r.places {
		if p.socket != nil {
			open = append(open, p.socket)
		}
	}
	if !r.shutting && len(r.places) == 0 {
		close(r.empty)
	}
	r.shutting = true
	return open, r.empty
}

// leave gives the place back.
func (r *registry) leave(p *place) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.places, p)
	r.uncount(p)
	if r.addresses[p.address]--; r.addresses[p.address] == 0 {
		delete(r.addresses, p.address)
	}
	if r.shutting && len(r.places) == 0 {
		close(r.empty)
	}
}
