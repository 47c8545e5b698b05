package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// operations runs GraphQL operations. It knows nothing of sockets.
type operations struct {
	exec    graphql.GraphExecutor
	prepare func(context.Context, *graphql.RawParams) (context.Context, error)
}

// run executes an operation and hands each result, as JSON, to deliver, until there is no
// more, ctx ends, or deliver gives an error.
//
// What it returns are the errors of a request that gives no further result: syntax,
// validation, limits, a subscription whose source cannot be made, a panic. Errors of
// fields are in the results.
func (o operations) run(ctx context.Context, params *graphql.RawParams, deliver func(result []byte) error) (refused gqlerror.List) {
	return o.guarded(ctx, func() gqlerror.List {
		ctx, op, refused := o.create(ctx, params)
		if refused != nil {
			return refused
		}
		return o.results(ctx, op, deliver)
	})
}

// guarded makes an error of a panic.
func (o operations) guarded(ctx context.Context, do func() gqlerror.List) (refused gqlerror.List) {
	defer func() {
		if cause := recover(); cause != nil {
			refused = o.panicked(ctx, cause)
		}
	}()
	return do()
}

// create reads and validates an operation. The context is the one to run it in.
func (o operations) create(ctx context.Context, params *graphql.RawParams) (context.Context, *graphql.OperationContext, gqlerror.List) {
	ctx = graphql.StartOperationTrace(ctx)
	if o.prepare != nil {
		prepared, err := o.prepare(ctx, params)
		if err != nil {
			return ctx, nil, o.present(ctx, gqlerror.List{asGraphQL(err)})
		}
		ctx = prepared
	}
	op, list := o.exec.CreateOperationContext(ctx, params)
	if list != nil {
		return ctx, nil, o.present(graphql.WithOperationContext(ctx, op), list)
	}
	return ctx, op, nil
}

// results executes what was created.
func (o operations) results(ctx context.Context, op *graphql.OperationContext, deliver func(result []byte) error) gqlerror.List {
	responses, ctx := o.exec.DispatchOperation(ctx, op)
	for {
		r := responses(ctx)
		if r == nil {
			return nil
		}
		if r.Data == nil && len(r.Errors) > 0 {
			return r.Errors
		}
		result, err := encode(r)
		if err != nil {
			return o.present(ctx, gqlerror.List{asGraphQL(err)})
		}
		if deliver(result) != nil {
			return nil //nolint:nilerr // who delivers knows why, and wants no more
		}
	}
}

// encode is the result as JSON. The usual one, without errors, is not gone through again.
func encode(r *graphql.Response) ([]byte, error) {
	if r.Data != nil && len(r.Errors) == 0 && len(r.Extensions) == 0 && r.HasNext == nil && r.Path == nil && r.Label == "" {
		out := append(make([]byte, 0, len(r.Data)+10), `{"data":`...)
		return append(append(out, r.Data...), '}'), nil
	}
	raw, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("server: encode a result: %w", err)
	}
	return raw, nil
}

// present has the executor's presenter tell of errors.
func (o operations) present(ctx context.Context, list gqlerror.List) gqlerror.List {
	if r := o.exec.DispatchError(ctx, list); r != nil && len(r.Errors) > 0 {
		return r.Errors
	}
	return gqlerror.List{asError(list)}
}

// panicked tells of a panic as of any error that is no fault: INTERNAL, and a line in the
// log, which holds where it happened.
func (o operations) panicked(ctx context.Context, cause any) (list gqlerror.List) {
	err := fmt.Errorf("server: panic in an operation: %v\n%s", cause, debug.Stack())
	defer func() {
		if recover() != nil { // in what presents errors
			slog.ErrorContext(ctx, "request failed", "err", err)
			list = gqlerror.List{asError(err)}
		}
	}()
	return o.present(ctx, gqlerror.List{asGraphQL(err)})
}

// asGraphQL wraps an error for the presenter; a plain one shows nothing of itself should
// the presenter not know it.
func asGraphQL(err error) *gqlerror.Error {
	var known *gqlerror.Error
	if errors.As(err, &known) {
		return known
	}
	out := asError(err)
	out.Err = err
	return out
}

// operation is one that a socket runs.
type operation struct {
	id     string
	label  []byte
	cancel context.CancelFunc // nil once its goroutine has returned

	// Of the lock of those in flight.
	held    bool // it holds one of the socket's slots
	settled bool // its execution is over

	share *share // that gives its results; nil: its goroutine does

	// Of the lock of the share.
	at   int // among those who have its results
	left bool

	socket *socket
}

// inFlight are the operations of one socket. An id is taken until the operation is
// complete for both sides; a slot, until its execution has ended.
type inFlight struct {
	mu      sync.Mutex
	ctx     context.Context // that operations run in; nil before the socket is acknowledged
	stopped bool
	taken   []*operation // those whose id is
	running int
	done    sync.WaitGroup
}

// start lets operations run, in contexts with ctx's values.
func (f *inFlight) start(ctx context.Context) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ctx = context.WithoutCancel(ctx)
}

// values is a context with what operations know, that nothing ends.
func (f *inFlight) values() context.Context {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.ctx
}

// stop cancels every operation, and lets none begin.
func (f *inFlight) stop() {
	f.mu.Lock()
	f.stopped = true
	var sharing []*operation
	for _, op := range f.taken {
		if op.share != nil {
			sharing = append(sharing, op)
		} else {
			op.cancel()
		}
	}
	f.mu.Unlock()
	for _, op := range sharing {
		f.settle(op)
	}
}

// How begin answers.
var (
	errIDTaken    = errors.New("server: the id is in use")
	errSlotsTaken = errors.New("server: as many operations run as may")
)

func (f *inFlight) find(id string) *operation {
	for _, op := range f.taken {
		if op.id == id {
			return op
		}
	}
	return nil
}

// begin takes the id and a slot. end must be called when the operation's execution is over.
func (f *inFlight) begin(s *socket, id string, most int) (context.Context, *operation, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.find(id) != nil {
		return nil, nil, errIDTaken
	}
	if f.running >= most {
		return nil, nil, errSlotsTaken
	}
	op := &operation{id: id, label: quoted(id), held: true, socket: s}
	ctx, cancel := context.WithCancel(f.ctx)
	if op.cancel = cancel; f.stopped {
		cancel()
	}
	f.taken = append(f.taken, op)
	f.running++
	f.done.Add(1)
	return ctx, op, nil
}

// attach has the operation, whose goroutine then returns, get its results of a share; false
// when it is over. settle ends it.
func (f *inFlight) attach(op *operation, sh *share) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.stopped || f.find(op.id) != op {
		return false
	}
	op.share = sh
	return true
}

// detach takes attach back; false when the operation was settled meanwhile.
func (f *inFlight) detach(op *operation) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if op.share == nil {
		return false
	}
	op.share = nil
	return true
}

// settle ends an operation that is attached, once.
func (f *inFlight) settle(op *operation) {
	f.mu.Lock()
	sh := op.share
	if sh != nil {
		op.share = nil
		f.over(op)
	}
	f.mu.Unlock()
	if sh != nil {
		sh.leave(op)
	}
}

// wanted says whether the operation is not complete.
func (f *inFlight) wanted(op *operation) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.find(op.id) == op
}

// complete frees the id of an operation whose execution has given its last result, and its
// slot; false when the client has completed it before.
func (f *inFlight) complete(op *operation) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.release(op)
	return f.forget(op)
}

// abandon frees the id and cancels the operation, when there is one: the client has
// completed it.
func (f *inFlight) abandon(id string) {
	f.mu.Lock()
	op := f.find(id)
	sharing := op != nil && op.share != nil
	if op != nil && !sharing {
		f.forget(op)
		op.cancel()
	}
	f.mu.Unlock()
	if sharing {
		f.settle(op)
	}
}

// end says that the operation's goroutine returns. One that shares a result goes on.
func (f *inFlight) end(op *operation) {
	f.mu.Lock()
	defer f.mu.Unlock()
	op.cancel()
	op.cancel = nil // nor does it keep its context
	if op.share == nil && !op.settled {
		f.over(op)
	}
}

// over frees what the operation has.
func (f *inFlight) over(op *operation) {
	f.release(op)
	f.forget(op)
	op.settled = true
	f.done.Done()
}

func (f *inFlight) release(op *operation) {
	if op.held {
		op.held = false
		f.running--
	}
}

func (f *inFlight) forget(op *operation) bool {
	at := slices.Index(f.taken, op)
	if at < 0 {
		return false
	}
	f.taken = slices.Delete(f.taken, at, at+1)
	if len(f.taken) == 0 {
		f.taken = nil // an idle socket keeps no list
	}
	return true
}
