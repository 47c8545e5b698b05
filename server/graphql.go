package main

import (
	"context"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/graph"
	"github.com/kartela/kartela/viewer"
)

// newExecutor makes what runs operations, for HTTP and sockets alike.
func newExecutor(schema graphql.ExecutableSchema, l limits) *executor.Executor {
	exec := executor.New(schema)
	known := keptDocuments{lru.New[*ast.QueryDocument](1000), l.CacheLen}
	exec.SetQueryCache(known)
	exec.SetParserTokenLimit(l.Tokens)
	exec.SetErrorPresenter(graph.PresentError)
	exec.SetRecoverFunc(graph.Recover)
	exec.Use(&limiter{limits: l, known: known})
	exec.Use(extension.Introspection{}) // the contract is public
	exec.AroundOperations(inTime)
	exec.AroundRootFields(graph.Preview)
	exec.AroundRootFields(graph.Idempotency)
	exec.AroundFields(graph.Money)
	return exec
}

// queryPatience is how long one query may take.
const queryPatience = 30 * time.Second

// inTime gives up on a query that takes too long. Mutations end by themselves, and
// subscriptions are meant to last.
func inTime(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	answer := next(ctx)
	if graphql.GetOperationContext(ctx).Operation.Operation != ast.Query {
		return answer
	}
	return func(ctx context.Context) *graphql.Response {
		ctx, cancel := context.WithTimeout(ctx, queryPatience)
		defer cancel()
		return answer(ctx)
	}
}

// keptDocuments keeps parsed and validated queries by their text, none of them long.
type keptDocuments struct {
	graphql.Cache[*ast.QueryDocument]
	longest int
}

// Add keeps the document unless its text is long.
func (k keptDocuments) Add(ctx context.Context, query string, doc *ast.QueryDocument) {
	if len(query) <= k.longest {
		k.Cache.Add(ctx, query, doc)
	}
}

// bodyPatience is how long a request's body may take to arrive.
const bodyPatience = time.Minute

// endpoint answers GraphQL over HTTP as its specification says: queries by GET and POST,
// mutations by POST, files by the multipart request specification, and everything, with
// subscriptions, as server-sent events.
type endpoint struct {
	exec    *executor.Executor
	door    *doorkeeper
	limits  limits
	streams *streams
}

func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Add("Vary", "Accept")
	out := answer{w: w, media: negotiate(r.Header.Values("Accept"))}
	if out.media == "" {
		out.media = mediaJSON
		out.refuse(http.StatusNotAcceptable, "", "The answer can be %s, %s or %s.", mediaResponse, mediaJSON, mediaEvents)
		return
	}
	ctx, err := e.door.enter(w, r)
	if err != nil {
		out.fault(http.StatusUnauthorized, err)
		return
	}
	patience := http.NewResponseController(w)
	_ = patience.SetReadDeadline(time.Now().Add(bodyPatience)) // not every writer has one
	params, release, err := e.read(w, r.WithContext(ctx))
	if err != nil {
		out.fail(r.Context(), err)
		return
	}
	defer release()
	_ = patience.SetReadDeadline(time.Time{})
	if keys, ok := r.Header["Idempotency-Key"]; ok {
		ctx = graph.WithIdempotencyKey(ctx, keys[0])
	}
	ctx = graphql.StartOperationTrace(ctx)
	op, list := e.exec.CreateOperationContext(ctx, params)
	if list != nil {
		out.requestErrors(e.exec.DispatchError(graphql.WithOperationContext(ctx, op), list))
		return
	}
	switch {
	case r.Method != http.MethodPost && op.Operation.Operation == ast.Mutation:
		w.Header().Set("Allow", "POST")
		out.refuse(http.StatusMethodNotAllowed, "", "A mutation is sent by POST.")
	case out.media == mediaEvents:
		e.stream(ctx, w, e.door.network(r), op)
	case op.Operation.Operation == ast.Subscription:
		out.refuse(http.StatusNotAcceptable, "", "A subscription is answered over a WebSocket, or as %s.", mediaEvents)
	default:
		responses, ctx := e.exec.DispatchOperation(ctx, op)
		out.response(responses(ctx))
	}
}

// read takes the request's parameters out of it. release frees what belongs to them.
func (e *endpoint) read(w http.ResponseWriter, r *http.Request) (params *graphql.RawParams, release func(), err error) {
	release = func() {}
	start := graphql.Now()
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		params, err = readQuery(r)
	case http.MethodPost:
		media, _, bad := mime.ParseMediaType(r.Header.Get("Content-Type"))
		switch {
		case bad != nil || (media != mediaJSON && media != mediaForm):
			err = badRequest{http.StatusUnsupportedMediaType, fault.New(fault.Invalid, "", "A request is %s, or with files %s.", mediaJSON, mediaForm)}
		case media == mediaForm && viewer.From(r.Context()).Kind == viewer.Nobody:
			err = badRequest{http.StatusUnauthorized, fault.New(fault.Unauthenticated, "", "Sign in first: files are taken from nobody else.")}
		case media == mediaForm:
			r.Body = http.MaxBytesReader(w, r.Body, e.limits.File)
			params, release, err = readForm(r, e.limits)
		default:
			r.Body = http.MaxBytesReader(w, r.Body, e.limits.Body)
			params, err = readJSON(r)
		}
	default:
		w.Header().Set("Allow", "GET, HEAD, POST, OPTIONS")
		err = badRequest{http.StatusMethodNotAllowed, fault.New(fault.Invalid, "", "GraphQL is asked by GET or POST.")}
	}
	if err != nil {
		release()
		return nil, nil, err
	}
	params.Headers = r.Header
	params.ReadTime = graphql.TraceTiming{Start: start, End: graphql.Now()}
	if strings.TrimSpace(params.Query) == "" {
		release()
		return nil, nil, badRequest{http.StatusBadRequest, fault.New(fault.Invalid, "query", "The request has no query.")}
	}
	return params, release, nil
}
