package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"unique"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/kartela/kartela/live"
	"github.com/kartela/kartela/viewer"
)

// shares execute a subscription once for all who ask the same with the same rights. In between
// its source waits in the hub: there is no goroutine, and no execution that is held. When
// something has moved, the operation is executed anew with the value that the source gives, by
// one of a few workers, and the result goes to all, each of whom is asked about first.
type shares struct {
	operations operations
	of         func(v viewer.Viewer, op *ast.OperationDefinition) []viewer.Viewer

	mu      sync.Mutex
	by      map[shareKey]*share
	scopes  map[string]context.Context // with those who stand for many, by their text; some of them
	woken   []*share
	workers int
}

// shareKey is what those who share have in common.
type shareKey [sha256.Size]byte

func newShares(o operations, of func(viewer.Viewer, *ast.OperationDefinition) []viewer.Viewer) *shares {
	return &shares{operations: o, of: of, by: map[shareKey]*share{}, scopes: map[string]context.Context{}}
}

// share is one subscription and those who have its results.
type share struct {
	shares *shares
	key    shareKey
	asked  asked
	ctx    context.Context // with the viewer who stands for all

	opened chan struct{} // closed when source is there, or it has failed
	source live.Source   // nil: it is none that is shared
	state  atomic.Int32  // of sleeping, in line, or in line once more

	mu     sync.Mutex
	ops    []*operation
	coming []*operation // those who have had nothing yet
	ended  bool
}

// asked is an operation as a client has sent it, kept small.
type asked struct {
	query                 unique.Handle[string] // which many ask with variables of their own
	operation             string
	variables, extensions []byte // JSON
}

func (a asked) params() (*graphql.RawParams, error) {
	p := &graphql.RawParams{Query: a.query.Value(), OperationName: a.operation}
	return p, errors.Join(decode(a.variables, &p.Variables), decode(a.extensions, &p.Extensions))
}

// Whether a share is in line for a worker.
const (
	sleeping int32 = iota
	inLine
	inLineAgain // and was woken since a worker has it
)

var errUnshared = errors.New("server: the results are not shared")

// join has the operation, which was created, get its results of a share when they may be
// shared; false when it is to be executed for itself.
func (s *shares) join(ctx context.Context, op *operation, v viewer.Viewer, created *graphql.OperationContext, params *graphql.RawParams) bool {
	if s.of == nil {
		return false
	}
	for _, scope := range s.of(v, created.Operation) {
		switch err := s.joinAs(ctx, scope, op, created, params); {
		case err == nil, errors.Is(err, errCompleted):
			return true
		case !errors.Is(err, errUnshared):
			return false
		}
	}
	return false
}

// joinAs is join for those for whom scope stands.
func (s *shares) joinAs(ctx context.Context, scope viewer.Viewer, op *operation, created *graphql.OperationContext, params *graphql.RawParams) error {
	key, asked, err := keyOf(scope, params)
	for err == nil {
		sh, first := s.enter(key, asked, scope)
		if first {
			sh.open(created)
		}
		if err = sh.admit(ctx, op, first); err == nil {
			return nil
		}
		if errors.Is(err, errEnded) {
			err = nil // another, or what it says to who opens it
		}
	}
	return err
}

// keyOf names what those who share have in common, and keeps what is to be executed.
func keyOf(v viewer.Viewer, params *graphql.RawParams) (key shareKey, a asked, err error) {
	a = asked{query: unique.Make(params.Query), operation: params.OperationName}
	if a.variables, err = json.Marshal(params.Variables); err != nil {
		return key, a, fmt.Errorf("server: variables: %w", err)
	}
	if a.extensions, err = json.Marshal(params.Extensions); err != nil {
		return key, a, fmt.Errorf("server: extensions: %w", err)
	}
	all, err := json.Marshal([]any{v, params.Query, a.operation, json.RawMessage(a.variables), json.RawMessage(a.extensions)})
	if err != nil {
		return key, a, fmt.Errorf("server: what is shared: %w", err)
	}
	return sha256.Sum256(all), a, nil
}

// enter gives the share of a key, and whether it is new, to be opened.
func (s *shares) enter(key shareKey, a asked, scope viewer.Viewer) (_ *share, first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sh := s.by[key]; sh != nil {
		return sh, false
	}
	sh := &share{shares: s, key: key, asked: a, opened: make(chan struct{}), ctx: s.standing(scope)}
	s.by[key] = sh
	return sh, true
}

// mostScopes is how many contexts are kept for shares that come.
const mostScopes = 1000

// standing is a context with a viewer who stands for many, of which shares have one together; for
// use with the lock.
func (s *shares) standing(v viewer.Viewer) context.Context {
	name := fmt.Sprintf("%+v", v)
	ctx := s.scopes[name]
	if ctx == nil {
		if len(s.scopes) >= mostScopes {
			clear(s.scopes)
		}
		ctx = viewer.With(context.Background(), v)
		s.scopes[name] = ctx
	}
	return ctx
}

// open finds the source of what is shared.
func (sh *share) open(created *graphql.OperationContext) {
	defer close(sh.opened)
	defer func() {
		if sh.source == nil { // or a panic
			sh.end()
		}
	}()
	ctx, cancel := context.WithCancel(live.WithOpener(sh.ctx, func(source live.Source) { sh.source = source }))
	defer cancel() // what does not share ends
	sh.shares.operations.exec.DispatchOperation(ctx, created)
}

// errEnded is why one that was found cannot be joined.
var errEnded = errors.New("server: what was shared has ended")

// admit has the operation get the results, beginning with the present ones. Who comes later is
// held to the rights anew, as who opens it was.
func (sh *share) admit(ctx context.Context, op *operation, first bool) error {
	if !first { // who opens it has done so, and leaves none behind that nobody has
		select {
		case <-sh.opened:
		case <-ctx.Done():
			return errCompleted
		}
	}
	if sh.source == nil {
		return errUnshared
	}
	if !first {
		switch err := sh.source.Stands(sh.ctx, true); {
		case errors.Is(err, live.ErrLater):
			return errUnshared
		case err != nil:
			sh.finish(nil)
			return errEnded
		}
	}
	if !op.socket.inFlight.attach(op, sh) {
		sh.endUnused()
		return errCompleted
	}
	err := sh.seat(op)
	if errors.Is(err, errEnded) && !op.socket.inFlight.detach(op) {
		return errCompleted
	}
	if err == nil && first {
		sh.source.Wake(sh.wake)
	} else if err == nil {
		sh.wake()
	}
	return err
}

func (sh *share) seat(op *operation) error {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	switch {
	case op.left: // it was completed meanwhile
		return errCompleted
	case sh.ended:
		return errEnded
	}
	sh.coming = append(sh.coming, op)
	return nil
}

// leave ends the results for an operation; the last one ends the share.
func (sh *share) leave(op *operation) {
	sh.mu.Lock()
	op.left = true
	if op.at < len(sh.ops) && sh.ops[op.at] == op {
		last := len(sh.ops) - 1
		sh.ops[op.at] = sh.ops[last]
		sh.ops[op.at].at = op.at
		sh.ops[last] = nil
		sh.ops = sh.ops[:last]
	} else if at := slices.Index(sh.coming, op); at >= 0 {
		sh.coming = slices.Delete(sh.coming, at, at+1)
	}
	sh.mu.Unlock()
	sh.endUnused()
}

// endUnused ends the share when nobody has its results.
func (sh *share) endUnused() {
	sh.shares.mu.Lock()
	sh.mu.Lock()
	unused := !sh.ended && len(sh.ops)+len(sh.coming) == 0
	if unused {
		sh.forget()
	}
	sh.mu.Unlock()
	sh.shares.mu.Unlock()
	if unused && sh.source != nil {
		sh.source.Close()
	}
}

// forget has nobody join; for use with the locks of all shares and of this one.
func (sh *share) forget() {
	sh.ended = true
	delete(sh.shares.by, sh.key) // a share that has ended is in nobody's way: another takes its key only then
}

// end ends the share and gives those who had its results, each once.
func (sh *share) end() (left []*operation) {
	sh.shares.mu.Lock()
	sh.mu.Lock()
	if sh.ended {
		sh.mu.Unlock()
		sh.shares.mu.Unlock()
		return nil
	}
	sh.forget()
	left = slices.Concat(sh.ops, sh.coming)
	sh.ops, sh.coming = nil, nil
	sh.mu.Unlock()
	sh.shares.mu.Unlock()
	if sh.source != nil {
		sh.source.Close()
	}
	return left
}

// finish ends the share and tells all: complete, or why it was refused.
func (sh *share) finish(refused gqlerror.List) {
	for _, op := range sh.end() {
		op.socket.deliver(deliverable{op: op, last: true, refused: refused})
	}
}

// wake has a worker see what the source has. It waits for nothing.
func (sh *share) wake() {
	for {
		switch {
		case sh.state.CompareAndSwap(sleeping, inLine):
			sh.shares.line(sh)
			return
		case sh.state.CompareAndSwap(inLine, inLineAgain), sh.state.Load() == inLineAgain:
			return
		}
	}
}

// mostWorkers is how many shares are executed at a time, for each processor: more than one,
// because they may ask the database.
const mostWorkers = 4

// line puts a share in line and sees to it that there are workers.
func (s *shares) line(sh *share) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.woken = append(s.woken, sh)
	if s.workers < mostWorkers*runtime.GOMAXPROCS(0) {
		s.workers++
		go s.work()
	}
}

// work executes the shares that are in line until none is.
func (s *shares) work() {
	for sh := s.next(); sh != nil; sh = s.next() {
		for again := true; again; {
			sh.state.Store(inLine)
			sh.run()
			again = !sh.state.CompareAndSwap(inLine, sleeping)
		}
	}
}

func (s *shares) next() *share {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.woken) == 0 {
		s.woken = nil
		s.workers--
		return nil
	}
	sh := s.woken[0]
	s.woken[0] = nil
	s.woken = s.woken[1:]
	return sh
}

// run gives all what has changed, and those who came what there is. One runs at a time, so
// that nobody has an older value after a newer one.
func (sh *share) run() {
	if err := sh.source.Stands(sh.ctx, false); err != nil {
		if !errors.Is(err, live.ErrLater) {
			sh.finish(nil)
		}
		return
	}
	begins := sh.source.Begins()
	if !begins {
		sh.settle(sh.came())
	}
	for v, ok := sh.source.Take(sh.ctx); ok; v, ok = sh.source.Take(sh.ctx) {
		if !sh.give(v, sh.all()) {
			return
		}
	}
	if begins && !sh.welcome() {
		return
	}
	if sh.source.Over() {
		sh.finish(nil)
	}
}

// welcome gives those who came the present state; false when the share has ended, or it cannot be
// read now.
func (sh *share) welcome() bool {
	came := sh.came()
	if len(came) == 0 {
		return true
	}
	present, ok := sh.source.Present(sh.ctx)
	if !ok {
		return false
	}
	for _, v := range present {
		if !sh.give(v, came) {
			return false
		}
	}
	sh.settle(came)
	return true
}

func (sh *share) all() []*operation {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return slices.Clone(sh.ops)
}

func (sh *share) came() []*operation {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	return slices.Clone(sh.coming)
}

// settle has those who came be given what changes, unless they have left.
func (sh *share) settle(came []*operation) {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	arrived := make(map[*operation]bool, len(came))
	for _, op := range came {
		arrived[op] = true
	}
	sh.coming = slices.DeleteFunc(sh.coming, func(op *operation) bool { return arrived[op] })
	if len(sh.coming) == 0 {
		sh.coming = nil
	}
	for _, op := range came {
		if !op.left && !sh.ended {
			op.at = len(sh.ops)
			sh.ops = append(sh.ops, op)
		}
	}
}

// give executes the subscription with a value and hands the result to the operations; false
// when the share has ended.
func (sh *share) give(v live.Value, to []*operation) bool {
	if len(to) == 0 {
		return true
	}
	var payload *payload
	params, err := sh.asked.params()
	if err != nil {
		sh.finish(gqlerror.List{asError(err)})
		return false
	}
	refused := sh.shares.operations.run(live.WithValue(sh.ctx, v.Data), params, func(result []byte) error {
		payload = newPayload(sh, v, result)
		return nil
	})
	if refused != nil || payload == nil {
		sh.finish(refused)
		return false
	}
	fanOut(to, payload)
	return true
}

// together is how many are given a result by one goroutine at least.
const together = 64

// fanOut hands a result to the operations, by as many goroutines as help.
func fanOut(to []*operation, p *payload) {
	give := func(some []*operation) {
		for _, op := range some {
			op.socket.deliver(deliverable{op: op, payload: p})
		}
	}
	workers := min(runtime.GOMAXPROCS(0), len(to)/together)
	if workers < 2 {
		give(to)
		return
	}
	var next atomic.Int64
	var done sync.WaitGroup
	for range workers {
		done.Go(func() {
			for at := int(next.Add(together)) - together; at < len(to); at = int(next.Add(together)) - together {
				give(to[at:min(at+together, len(to))])
			}
		})
	}
	done.Wait()
}
