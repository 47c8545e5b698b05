package main

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/gorilla/websocket"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/viewer"
)

// patience is how long a test waits for what never comes when the code is wrong.
const patience = 30 * time.Second

// fakeFields is what the fields of fakeSchema answer, by their name.
type fakeFields map[string]func(ctx context.Context) graphql.ResponseHandler

var fakeAPI = gqlparser.MustLoadSchema(&ast.Source{Input: `
	type Query { hello(name: String): String  half: String  held: String }
	type Mutation { bump: Int }
	type Subscription { ticks: Int  other: Int }
`})

// fakeSchema executes an operation by its first field's function.
type fakeSchema struct{ fields fakeFields }

func (fakeSchema) Schema() *ast.Schema { return fakeAPI }

func (fakeSchema) Complexity(context.Context, string, string, int, map[string]any) (int, bool) {
	return 0, false
}

func (s fakeSchema) Exec(ctx context.Context) graphql.ResponseHandler {
	first := graphql.GetOperationContext(ctx).Operation.SelectionSet[0].(*ast.Field)
	return s.fields[first.Name](ctx)
}

// once answers one result.
func once(data string) func(context.Context) graphql.ResponseHandler {
	return func(context.Context) graphql.ResponseHandler {
		return graphql.OneShot(&graphql.Response{Data: json.RawMessage(data)})
	}
}

// from answers what comes out of the channel, until it is closed or ctx ends. Like the
// generated code it uses one buffer for all results.
func from(results <-chan string) func(context.Context) graphql.ResponseHandler {
	return func(context.Context) graphql.ResponseHandler {
		var buffer []byte
		return func(ctx context.Context) *graphql.Response {
			select {
			case r, ok := <-results:
				if !ok {
					return nil
				}
				buffer = append(buffer[:0], r...)
				return &graphql.Response{Data: buffer}
			case <-ctx.Done():
				return nil
			}
		}
	}
}

// silence answers nothing until ctx ends. That it has is said on ended, which may be nil
// and is else buffered.
func silence(ended chan<- struct{}) func(context.Context) graphql.ResponseHandler {
	return func(ctx context.Context) graphql.ResponseHandler {
		tell(ctx, ended)
		return func(ctx context.Context) *graphql.Response {
			<-ctx.Done()
			return nil
		}
	}
}

func tell(ctx context.Context, ended chan<- struct{}) {
	if ended != nil {
		context.AfterFunc(ctx, func() { ended <- struct{}{} })
	}
}

// The people of the tests. A token is "Bearer " and the name.
var (
	organization = uuid.MustParse("00000000-0000-7000-8000-000000000001")
	anna         = viewer.Viewer{Kind: viewer.Staff, Organization: organization, User: uuid.UUID{1}, Session: uuid.UUID{11}, Role: viewer.Owner}
	boris        = viewer.Viewer{Kind: viewer.Staff, Organization: organization, User: uuid.UUID{2}, Session: uuid.UUID{12}, Role: viewer.Sales}
	clara        = viewer.Viewer{Kind: viewer.Staff, Organization: organization, User: uuid.UUID{3}, Session: uuid.UUID{13}, Role: viewer.Owner}
	people       = map[string]viewer.Viewer{"Bearer anna": anna, "Bearer boris": boris, "Bearer clara": clara}
)

// letIn authenticates the people of the tests.
func letIn(r *http.Request, payload map[string]any) (context.Context, viewer.Viewer, error) {
	token, _ := payload["authorization"].(string)
	if c, err := r.Cookie("session"); err == nil && token == "" {
		token = "Bearer " + c.Value
	}
	switch v, known := people[token]; {
	case token == "":
		return r.Context(), viewer.Viewer{}, nil
	case known:
		return viewer.With(r.Context(), v), v, nil
	case token == "Bearer barred":
		return nil, viewer.Viewer{}, fault.New(fault.Forbidden, "", "No.")
	case token == "Bearer busy":
		return nil, viewer.Viewer{}, fault.New(fault.RateLimited, "", "Wait.")
	case token == "Bearer broken":
		return nil, viewer.Viewer{}, errors.New("the database is away")
	}
	return nil, viewer.Viewer{}, fault.New(fault.Unauthenticated, "", "Sign in again.")
}

// presentFake stands for the presenter of the graph package: one error, with its code.
func presentFake(ctx context.Context, err error) *gqlerror.Error {
	out := graphql.DefaultErrorPresenter(ctx, err)
	if out.Err == nil {
		return out
	}
	return asError(out.Err)
}

// fakeServer serves sockets on a real listener.
type fakeServer struct {
	*sockets
	url      string
	listener *recorder
}

// serveFake starts a server for the test. Fields that it does not give are there too.
func serveFake(t testing.TB, fields fakeFields, change func(*socketsConfig)) *fakeServer {
	t.Helper()
	all := fakeFields{"hello": once(`{"hello":"world"}`), "bump": once(`{"bump":1}`), "ticks": silence(nil), "other": silence(nil)}
	maps.Copy(all, fields)
	exec := executor.New(fakeSchema{all})
	exec.SetErrorPresenter(presentFake)
	config := socketsConfig{
		Executor:      exec,
		Authenticate:  letIn,
		OriginAllowed: func(r *http.Request) bool { return r.Header.Get("Origin") != "https://evil.example" },
		ClientAddress: func(r *http.Request) string { return r.Header.Get("X-From") },
		InitTimeout:   patience, WriteTimeout: patience, PingInterval: patience,
		MaxSockets: 1000, MaxSocketsPerAddress: 10_000,
	}
	if change != nil {
		change(&config)
	}
	s, err := newSockets(config)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.ServeHTTP(unwrapping{w}, r)
	}))
	rec := &recorder{Listener: server.Listener, conns: map[string]*recorded{}}
	server.Listener = rec
	server.Start()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			t.Errorf("the sockets do not end: %v", err)
		}
		server.Close()
	})
	return &fakeServer{sockets: s, url: "ws" + strings.TrimPrefix(server.URL, "http"), listener: rec}
}

// unwrapping is a writer as middleware wraps it: it is no http.Hijacker itself.
type unwrapping struct{ inner http.ResponseWriter }

func (u unwrapping) Header() http.Header         { return u.inner.Header() }
func (u unwrapping) Write(p []byte) (int, error) { return u.inner.Write(p) }
func (u unwrapping) WriteHeader(status int)      { u.inner.WriteHeader(status) }
func (u unwrapping) Unwrap() http.ResponseWriter { return u.inner }

// recorder counts what the server writes to each connection.
type recorder struct {
	net.Listener
	opaque atomic.Bool  // connections hide their files, as TLS does
	buffer atomic.Int64 // bytes that the system buffers in each direction; 0: its own choice
	mu     sync.Mutex
	conns  map[string]*recorded // by the client's address
}

type recorded struct {
	*net.TCPConn
	through atomic.Int64 // bytes that Write was given
	final   atomic.Int64 // bytes that were written, once it is closed
	once    sync.Once
	closed  chan struct{}
}

func (r *recorder) Accept() (net.Conn, error) {
	c, err := r.Listener.Accept()
	if err != nil {
		return nil, err
	}
	conn := &recorded{TCPConn: c.(*net.TCPConn), closed: make(chan struct{})}
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := r.buffer.Load(); n > 0 {
		_ = conn.SetWriteBuffer(int(n))
	}
	r.conns[c.RemoteAddr().String()] = conn
	if r.opaque.Load() {
		return opaque{conn, conn}, nil
	}
	return conn, nil
}

// opaque is a connection that is read and written, and otherwise only closed.
type opaque struct {
	net.Conn
	inner *recorded
}

func (o opaque) CloseWrite() error { return o.inner.CloseWrite() }

// of is the server's side of a client's connection.
func (r *recorder) of(c *fakeClient) *recorded {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.conns[c.conn.LocalAddr().String()]
}

// wrote is how many bytes the system has taken to send, however they were written.
func (c *recorded) wrote() int64 {
	select {
	case <-c.closed:
		return c.final.Load()
	default:
		return sentBytes(c)
	}
}

func (c *recorded) Write(p []byte) (int, error) {
	n, err := c.TCPConn.Write(p)
	c.through.Add(int64(n))
	return n, err
}

func (c *recorded) Close() error {
	c.once.Do(func() {
		c.final.Store(sentBytes(c))
		close(c.closed)
	})
	return c.TCPConn.Close()
}

// all are the open sockets.
func (s *fakeServer) all() (out []*socket) {
	s.registry.mu.Lock()
	defer s.registry.mu.Unlock()
	for p := range s.registry.places {
		if p.socket != nil {
			out = append(out, p.socket.(*socket))
		}
	}
	return out
}

// fakeClient is one socket's client.
type fakeClient struct {
	t    testing.TB
	conn *websocket.Conn
}

// try asks for a socket.
func (s *fakeServer) try(t testing.TB, header http.Header, protocols ...string) (*fakeClient, *http.Response, error) {
	t.Helper()
	dialer := websocket.Dialer{Subprotocols: protocols, HandshakeTimeout: patience, EnableCompression: true}
	if n := int(s.listener.buffer.Load()); n > 0 {
		dialer.NetDial = func(network, address string) (net.Conn, error) {
			conn, err := net.Dial(network, address)
			if err == nil {
				err = conn.(*net.TCPConn).SetReadBuffer(n)
			}
			return conn, err
		}
	}
	conn, answer, err := dialer.Dial(s.url, header)
	if err != nil {
		return nil, answer, err
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	return &fakeClient{t, conn}, answer, nil
}

// open opens a socket, with pairs of header names and values.
func (s *fakeServer) open(t testing.TB, pairs ...string) *fakeClient {
	t.Helper()
	c, _, err := s.try(t, headerOf(pairs...), subprotocol)
	if err != nil {
		t.Fatalf("no socket: %v", err)
	}
	return c
}

func headerOf(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Add(pairs[i], pairs[i+1])
	}
	return h
}

// enter opens a socket of a person, and has it acknowledged; "" is nobody.
func (s *fakeServer) enter(t testing.TB, person string) *fakeClient {
	t.Helper()
	c := s.open(t)
	if person == "" {
		c.say(`{"type":"connection_init"}`)
	} else {
		c.say(`{"type":"connection_init","payload":{"authorization":"Bearer ` + person + `"}}`)
	}
	c.hears(`{"type":"connection_ack"}`)
	return c
}

func (c *fakeClient) say(message string) {
	c.t.Helper()
	if err := c.conn.WriteMessage(websocket.TextMessage, []byte(message)); err != nil {
		c.t.Fatalf("the client cannot write: %v", err)
	}
}

func (c *fakeClient) subscribe(id, query string) {
	c.t.Helper()
	c.say(`{"id":"` + id + `","type":"subscribe","payload":{"query":"` + query + `"}}`)
}

// hears reads one message, which is the JSON that is wanted.
func (c *fakeClient) hears(want string) {
	c.t.Helper()
	_, data, err := c.conn.ReadMessage()
	if err != nil {
		c.t.Fatalf("%v instead of %s", err, want)
	}
	var got, wanted any
	if err := json.Unmarshal(data, &got); err != nil {
		c.t.Fatalf("the server says %q: %v", data, err)
	}
	if err := json.Unmarshal([]byte(want), &wanted); err != nil {
		c.t.Fatal(err)
	}
	if diff := cmp.Diff(wanted, got); diff != "" {
		c.t.Fatalf("the server says (-want +got):\n%s", diff)
	}
}

// hearsErrors reads one error message and gives its codes.
func (c *fakeClient) hearsErrors(id string) (codes []any) {
	c.t.Helper()
	var m struct {
		ID, Type string
		Payload  []gqlerror.Error
	}
	if err := c.conn.ReadJSON(&m); err != nil {
		c.t.Fatal(err)
	}
	if m.Type != "error" || m.ID != id || len(m.Payload) == 0 {
		c.t.Fatalf("%+v is no error of %s", m, id)
	}
	for _, e := range m.Payload {
		codes = append(codes, e.Extensions["code"])
	}
	return codes
}

// answers is a round trip: everything the server had to say before has been read.
func (c *fakeClient) answers() {
	c.t.Helper()
	c.say(`{"type":"ping"}`)
	c.hears(`{"type":"pong"}`)
}

// closes reads the close frame, and nothing before it; "" is any text.
func (c *fakeClient) closes(code int, text string) {
	c.t.Helper()
	_, data, err := c.conn.ReadMessage()
	var closed *websocket.CloseError
	if !errors.As(err, &closed) {
		c.t.Fatalf("%q, %v instead of a close frame", data, err)
	}
	if closed.Code != code || (text != "" && closed.Text != text) {
		c.t.Fatalf("closed with %d %q, not %d %q", closed.Code, closed.Text, code, text)
	}
}

// await waits for one value of a channel.
func await[T any](t testing.TB, what string, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(patience):
		t.Fatalf("in vain: %s", what)
	}
	return v
}

// give has a channel's receiver take a value.
func give[T any](t testing.TB, c chan<- T, v T) {
	t.Helper()
	select {
	case c <- v:
	case <-time.After(patience):
		t.Fatalf("nobody takes %v", v)
	}
}

// until waits for a condition that nothing announces.
func until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !holds(); runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatalf("in vain: %s", what)
		}
	}
}
