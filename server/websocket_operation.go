package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
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
	defer func() {
		if cause := recover(); cause != nil {
			refused = o.panicked(ctx, cause)
		}
	}()
	ctx = graphql.StartOperationTrace(ctx)
	if o.prepare != nil {
		prepared, err := o.prepare(ctx, params)
		if err != nil {
			return o.present(ctx, gqlerror.List{asGraphQL(err)})
		}
		ctx = prepared
	}
	op, list := o.exec.CreateOperationContext(ctx, params)
	if list != nil {
		return o.present(graphql.WithOperationContext(ctx, op), list)
	}
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
			return nil
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
	cancel context.CancelFunc
	held   bool // it holds one of the socket's slots
}

// inFlight are the operations of one socket. An id is taken until the operation is
// complete for both sides; a slot, until its execution has ended.
type inFlight struct {
	mu      sync.Mutex
	ctx     context.Context // that operations run in; nil before the socket is acknowledged
	cancel  context.CancelFunc
	stopped bool
	by      map[string]*operation // by id; made when first needed
	running int
	done    sync.WaitGroup
}

// start lets operations run, in a context with ctx's values that stop ends.
func (f *inFlight) start(ctx context.Context) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ctx, f.cancel = context.WithCancel(context.WithoutCancel(ctx))
	if f.stopped {
		f.cancel()
	}
}

// stop cancels every operation, those to come included.
func (f *inFlight) stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stopped = true
	if f.cancel != nil {
		f.cancel()
	}
}

// How begin answers.
var (
	errIDTaken    = errors.New("server: the id is in use")
	errSlotsTaken = errors.New("server: as many operations run as may")
)

// begin takes the id and a slot. end must be called when the operation's execution is over.
func (f *inFlight) begin(id string, most int) (context.Context, *operation, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.by[id] != nil {
		return nil, nil, errIDTaken
	}
	if f.running >= most {
		return nil, nil, errSlotsTaken
	}
	if f.by == nil {
		f.by = map[string]*operation{}
	}
	op := &operation{id: id, label: quoted(id), held: true}
	var ctx context.Context
	ctx, op.cancel = context.WithCancel(f.ctx)
	f.by[id] = op
	f.running++
	f.done.Add(1)
	return ctx, op, nil
}

// wanted says whether the operation is not complete.
func (f *inFlight) wanted(op *operation) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.by[op.id] == op
}

// complete frees the id of an operation whose execution has given its last result, and its
// slot; false when the client has completed it before.
func (f *inFlight) complete(op *operation) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.release(op)
	if f.by[op.id] != op {
		return false
	}
	f.forget(op)
	return true
}

// abandon frees the id and cancels the operation, when there is one: the client has
// completed it.
func (f *inFlight) abandon(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if op := f.by[id]; op != nil {
		f.forget(op)
		op.cancel()
	}
}

// end says that the operation's goroutine returns.
func (f *inFlight) end(op *operation) {
	f.mu.Lock()
	defer f.mu.Unlock()
	op.cancel()
	f.release(op)
	if f.by[op.id] == op {
		f.forget(op)
	}
	f.done.Done()
}

func (f *inFlight) release(op *operation) {
	if op.held {
		op.held = false
		f.running--
	}
}

func (f *inFlight) forget(op *operation) {
	delete(f.by, op.id)
	if len(f.by) == 0 {
		f.by = nil // an idle socket keeps no map
	}
}
