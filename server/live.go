package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/internal/bus"
	"github.com/kartela/kartela/live"
	"github.com/kartela/kartela/viewer"
)

// closingBus is a bus that hangs up when the process ends.
type closingBus interface {
	live.Bus
	Close()
}

// newBus makes what processes tell each other by: NATS when its address is given, PostgreSQL's
// notifications when that is the database. The embedded database has one process, and no bus.
func newBus(c *config) (closingBus, error) {
	switch {
	case c.NATS != "":
		return bus.NewNATS(c.NATS, c.NATSSubject)
	case strings.HasPrefix(c.databaseURL(), "postgres"):
		return bus.NewPostgres(c.databaseURL()), nil
	}
	return nil, nil //nolint:nilnil // no bus is a choice
}

// lateCommit is how long a commit that was cut off may still take in the database.
const lateCommit = 2 * time.Second

// newLive wires what followers are told by.
func (a *app) newLive() (err error) {
	if a.bus, err = newBus(a.config); err != nil {
		return err
	}
	a.relay = live.NewRelay(nil)
	if a.bus != nil {
		a.relay = live.NewRelay(a.bus)
	}
	a.reviews = newReviews()
	a.looker = &live.Looker{Hub: a.relay.Hub, Hints: a.relay.Hints, Every: live.LookEvery, Now: time.Now, Standing: a.reviewAll}
	a.db.Unanswered = func() { // the database may still be at it, and cut off
		a.relay.Missing()
		time.AfterFunc(lateCommit, a.relay.Missing)
	}
	a.relay.EndHere, a.relay.EndedElsewhere, a.relay.Resync = a.endHere, a.endedElsewhere, a.looker.Wake
	return nil
}

// goLive begins to exchange with other processes, and gives what ends that, once requests have
// ended: it sends what they had told.
func (a *app) goLive(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var running sync.WaitGroup
	running.Go(func() { a.relay.Run(ctx) })
	running.Go(func() { a.looker.Run(ctx) })
	running.Go(func() { a.review(ctx) })
	running.Go(func() { giveBack(ctx) })
	return func() {
		cancel()
		running.Wait()
		if a.bus != nil {
			a.bus.Close()
		}
	}
}

// endHere has everything of this process forget a viewer whose access is over: the next request
// asks the database, and open sockets and streams end at once. Others of the organization are asked
// about last, so that those who are out are told so by nothing else before.
func (a *app) endHere(e viewer.Ended) {
	a.graph.Accounts.Forget(e)
	a.sockets.End(e)
	a.streams.End(e)
	a.accessChanged(e)
}

func (a *app) accessChanged(e viewer.Ended) {
	if e.Organization != uuid.Nil {
		a.relay.Hub.AccessChanged(e.Organization)
	}
}

// endedElsewhere forgets a viewer whose access another process ended, and has asked who of those
// it names still stands: a message may come late, when a person is in again already.
func (a *app) endedElsewhere(e viewer.Ended) {
	a.graph.Accounts.Forget(e)
	a.reviews.put(e)
}

// reviews are ends of access whose viewers are to be asked about.
type reviews struct {
	signal chan struct{}

	mu    sync.Mutex
	ended []viewer.Ended
}

func newReviews() *reviews { return &reviews{signal: make(chan struct{}, 1)} }

func (r *reviews) put(e viewer.Ended) {
	r.mu.Lock()
	if !slices.Contains(r.ended, e) {
		r.ended = append(r.ended, e)
	}
	r.mu.Unlock()
	select {
	case r.signal <- struct{}{}:
	default: // it is awake already
	}
}

func (r *reviews) take() []viewer.Ended {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := r.ended
	r.ended = nil
	return out
}

// review asks about those whose access other processes ended, until the context ends. Who cannot
// be asked about is taken as out.
func (a *app) review(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-a.reviews.signal:
		}
		ended := a.reviews.take()
		err := a.standing(ctx, func(v viewer.Viewer) bool {
			return slices.ContainsFunc(ended, func(e viewer.Ended) bool { return e.Ends(v) })
		})
		if err != nil && ctx.Err() == nil {
			slog.WarnContext(ctx, "who still stands could not be asked", "err", err)
			for _, e := range ended {
				a.endHere(e)
			}
			continue
		}
		for _, e := range ended {
			a.accessChanged(e)
		}
	}
}

// reviewAll asks about everyone who has something open: an end may have been missed.
func (a *app) reviewAll(ctx context.Context) error {
	return a.standing(ctx, func(viewer.Viewer) bool { return true })
}

// standing ends the sockets and streams of those that match and no longer stand.
func (a *app) standing(ctx context.Context, match func(viewer.Viewer) bool) error {
	fallen, err := a.graph.Accounts.Fallen(ctx, distinctViewers(append(a.sockets.viewers(), a.streams.viewers()...), match))
	if err != nil {
		return err
	}
	for _, v := range fallen {
		a.endHere(viewer.Ended{Organization: v.Organization, User: v.User, Session: v.Session, APIKey: v.APIKey})
	}
	return nil
}

// distinctViewers gives each that matches once: one session may have several sockets.
func distinctViewers(all []viewer.Viewer, match func(viewer.Viewer) bool) (out []viewer.Viewer) {
	known := map[string]bool{}
	for _, v := range all {
		if v.Kind == viewer.Nobody || !match(v) {
			continue
		}
		if name := fmt.Sprint(v); !known[name] {
			known[name] = true
			out = append(out, v)
		}
	}
	return out
}

// viewers are those who have a socket open.
func (s *sockets) viewers() (out []viewer.Viewer) {
	s.registry.mu.Lock()
	defer s.registry.mu.Unlock()
	for p := range s.registry.places {
		if p.admitted {
			out = append(out, p.viewer)
		}
	}
	return out
}

// viewers are those who have an event stream open.
func (s *streams) viewers() (out []viewer.Viewer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for st := range s.open {
		out = append(out, st.viewer)
	}
	return out
}
