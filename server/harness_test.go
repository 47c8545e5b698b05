package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
)

// TestMain runs the tests, or the command itself in a process that a test has begun.
func TestMain(m *testing.M) {
	if os.Getenv(servesEnv) != "" {
		os.Args = []string{"kartela", "serve"}
		main()
		return
	}
	dbtest.Main(m)
}

// onBoth runs a test against a whole server on each database.
func onBoth(t *testing.T, f func(t *testing.T, s *testServer)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { f(t, startServer(t, d, config{})) })
}

// testServer is a whole server on a port of its own.
type testServer struct {
	*app
	url string
}

// startServer starts one. What c leaves out is as the environment's defaults have it.
func startServer(t *testing.T, d *db.DB, c config) *testServer {
	t.Helper()
	return startServerAt(t, d, c, time.Now)
}

// startServerAt starts one by another clock.
func startServerAt(t *testing.T, d *db.DB, c config, now func() time.Time) *testServer {
	t.Helper()
	if c.Cost == 0 {
		c.Cost = defaultLimits.Cost
	}
	c.Hashes, c.Drain, c.Sandbox = 2, 5*time.Second, true
	if c.NATSSubject == "" {
		c.NATSSubject = "kartela.live"
	}
	if c.Sockets == 0 {
		c.Sockets, c.AddressSockets = 20, 500
	}
	listening := httptest.NewUnstartedServer(nil)
	url := "http://" + listening.Listener.Addr().String()
	a, err := newApp(&c, d, url, now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.goLive(context.Background())) // last, when nothing is told any more
	listening.Config = a.server()
	listening.Start()
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections() // the server waits for those that asked nothing yet
		if err := a.stop(listening.Config, c.Drain); err != nil {
			t.Errorf("the server did not stop in time: %v", err)
		}
		listening.Close()
	})
	return &testServer{a, url}
}

// caller is one person or program that asks the server.
type caller struct {
	t     testing.TB
	s     *testServer
	token string
}

func (s *testServer) nobody(t testing.TB) *caller { return &caller{t: t, s: s} }

// owner makes the first organization and gives its owner.
func (s *testServer) owner(t testing.TB) *caller {
	t.Helper()
	token, _, err := s.graph.Accounts.NewSetupToken(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	c := s.nobody(t)
	got := c.do(`mutation($input: CreateOrganizationInput!) { createOrganization(input: $input) { token } }`, vars{"input": vars{
		"setupToken": token, "name": "Δοκιμή ΑΕ", "ownerName": "Ελένη", "email": "owner@test.example", "password": "a good password"}})
	return c.as(got.at("createOrganization.token").text())
}

func (c *caller) as(token string) *caller { return &caller{c.t, c.s, token} }

type vars = map[string]any

func toText(v any) string { return fmt.Sprint(v) }

// result is what an operation answered.
type result struct {
	t      testing.TB
	Data   any           `json:"data"`
	Errors []resultError `json:"errors"`
	status int
	header http.Header
}

type resultError struct {
	Message    string         `json:"message"`
	Path       []any          `json:"path"`
	Extensions map[string]any `json:"extensions"`
}

// do sends an operation that must succeed.
func (c *caller) do(query string, variables vars) *result {
	c.t.Helper()
	r := c.try(query, variables)
	if len(r.Errors) > 0 {
		c.t.Fatalf("%s\nanswered %+v", query, r.Errors)
	}
	return r
}

// try sends an operation, whatever comes of it.
func (c *caller) try(query string, variables vars, headers ...string) *result {
	c.t.Helper()
	body, err := json.Marshal(vars{"query": query, "variables": variables})
	if err != nil {
		c.t.Fatal(err)
	}
	return c.send("application/json", bytes.NewReader(body), headers...)
}

// upload sends an operation with a file at variables.input.file.
func (c *caller) upload(query string, variables vars, name string, content io.Reader) *result {
	c.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	operations, err := json.Marshal(vars{"query": query, "variables": variables})
	if err != nil {
		c.t.Fatal(err)
	}
	_ = form.WriteField("operations", string(operations))
	_ = form.WriteField("map", `{"0":["variables.input.file"]}`)
	part, err := form.CreateFormFile("0", name)
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := io.Copy(part, content); err != nil {
		c.t.Fatal(err)
	}
	_ = form.Close()
	return c.send(form.FormDataContentType(), &body)
}

func (c *caller) request(method, contentType string, body io.Reader, headers ...string) *http.Request {
	c.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, c.s.url+"/graphql", body)
	if err != nil {
		c.t.Fatal(err)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

func (c *caller) send(contentType string, body io.Reader, headers ...string) *result {
	c.t.Helper()
	answered, err := http.DefaultClient.Do(c.request(http.MethodPost, contentType, body, headers...))
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = answered.Body.Close() }()
	raw, err := io.ReadAll(answered.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	out := &result{t: c.t, status: answered.StatusCode, header: answered.Header}
	if err := json.Unmarshal(raw, out); err != nil {
		c.t.Fatalf("%d %s", answered.StatusCode, raw)
	}
	return out
}

// errorsOf answers a query inside this process, so that its context can count, and gives
// the errors.
func (s *testServer) errorsOf(ctx context.Context, c *caller, query string) []resultError {
	c.t.Helper()
	body, err := json.Marshal(vars{"query": query})
	if err != nil {
		c.t.Fatal(err)
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, c.request(http.MethodPost, "application/json", bytes.NewReader(body)).WithContext(ctx))
	var out result
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		c.t.Fatalf("%d %s", w.Code, w.Body)
	}
	return out.Errors
}

// at walks the data by a path such as "contacts.nodes.0.id".
func (r *result) at(path string) value {
	r.t.Helper()
	return value{r.t, r.Data}.at(path)
}

// refused holds that there is one error, with this code and field.
func (r *result) refused(code, field string) {
	r.t.Helper()
	if len(r.Errors) != 1 {
		r.t.Fatalf("want %s on %q, got %+v and %v", code, field, r.Errors, r.Data)
	}
	got, _ := r.Errors[0].Extensions["field"].(string)
	if r.Errors[0].Extensions["code"] != code || got != field {
		r.t.Errorf("want %s on %q, got %+v", code, field, r.Errors[0])
	}
}

// value is a part of an answer.
type value struct {
	t  testing.TB
	is any
}

func (v value) at(path string) value {
	v.t.Helper()
	for _, name := range strings.Split(path, ".") {
		switch in := v.is.(type) {
		case map[string]any:
			v.is = in[name]
		case []any:
			var at int
			if _, err := fmt.Sscan(name, &at); err != nil || at >= len(in) {
				v.t.Fatalf("no %s in %v", name, in)
			}
			v.is = in[at]
		default:
			v.t.Fatalf("no %s of %s in %v", name, path, v.is)
		}
	}
	return v
}

func (v value) text() string {
	v.t.Helper()
	s, ok := v.is.(string)
	if !ok {
		v.t.Fatalf("%v is no text", v.is)
	}
	return s
}

func (v value) list() []value {
	v.t.Helper()
	in, ok := v.is.([]any)
	if !ok {
		v.t.Fatalf("%v is no list", v.is)
	}
	out := make([]value, len(in))
	for i := range in {
		out[i] = value{v.t, in[i]}
	}
	return out
}

// waitLimit bounds the waiting for what must come.
const waitLimit = 20 * time.Second

// talk is a graphql-transport-ws connection.
type talk struct {
	t    testing.TB
	conn *websocket.Conn
}

// talk opens one, signed in by connection_init.
func (c *caller) talk() *talk {
	c.t.Helper()
	d := websocket.Dialer{Subprotocols: []string{"graphql-transport-ws"}}
	conn, answered, err := d.Dial("ws"+strings.TrimPrefix(c.s.url, "http")+"/graphql", nil)
	if err != nil {
		c.t.Fatal(err)
	}
	_ = answered.Body.Close()
	c.t.Cleanup(func() { _ = conn.Close() })
	s := &talk{c.t, conn}
	s.say(vars{"type": "connection_init", "payload": vars{"authorization": "Bearer " + c.token}})
	if got := s.hear(); got["type"] != "connection_ack" {
		c.t.Fatalf("want connection_ack, got %v", got)
	}
	return s
}

func (s *talk) say(message vars) {
	s.t.Helper()
	if err := s.conn.WriteJSON(message); err != nil {
		s.t.Fatal(err)
	}
}

func (s *talk) hear() vars {
	s.t.Helper()
	_ = s.conn.SetReadDeadline(time.Now().Add(waitLimit))
	var message vars
	if err := s.conn.ReadJSON(&message); err != nil {
		s.t.Fatal(err)
	}
	return message
}

// next waits for the next value of the operation "1".
func (s *talk) next() value {
	s.t.Helper()
	got := s.hear()
	if got["type"] != "next" {
		s.t.Fatalf("want next, got %v", got)
	}
	return value{s.t, got["payload"]}.at("data")
}

// closed waits until the server closes, and gives its code.
func (s *talk) closed() int {
	s.t.Helper()
	for {
		_ = s.conn.SetReadDeadline(time.Now().Add(waitLimit))
		_, _, err := s.conn.ReadMessage()
		if e, ok := err.(*websocket.CloseError); ok { //nolint:errorlint // gorilla gives it as it is
			_ = s.conn.Close() // the server waits for it
			return e.Code
		}
		if err != nil {
			s.t.Fatal(err)
		}
	}
}

// events is a stream of server-sent events.
type events struct {
	t    testing.TB
	read *bufio.Reader
}

// events opens one for an operation.
func (c *caller) events(query string, variables vars) *events {
	c.t.Helper()
	body, err := json.Marshal(vars{"query": query, "variables": variables})
	if err != nil {
		c.t.Fatal(err)
	}
	answered, err := http.DefaultClient.Do(c.request(http.MethodPost, "application/json", bytes.NewReader(body), "Accept", "text/event-stream"))
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = answered.Body.Close() })
	if answered.StatusCode != http.StatusOK {
		raw, _ := io.ReadAll(answered.Body)
		c.t.Fatalf("%d %s", answered.StatusCode, raw)
	}
	return &events{c.t, bufio.NewReader(answered.Body)}
}

// hear waits for the next event.
func (e *events) hear() (name, data string) {
	e.t.Helper()
	for {
		line, err := e.read.ReadString('\n')
		if err != nil {
			e.t.Fatal(err)
		}
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "event: "):
			name = strings.TrimPrefix(line, "event: ")
		case strings.HasPrefix(line, "data:"):
			data = strings.TrimSpace(strings.TrimPrefix(line, "data:"))
		case line == "" && name != "":
			return name, data
		}
	}
}

// next waits for the next value.
func (e *events) next() value {
	e.t.Helper()
	name, data := e.hear()
	if name != "next" {
		e.t.Fatalf("want next, got %s %s", name, data)
	}
	var got vars
	if err := json.Unmarshal([]byte(data), &got); err != nil {
		e.t.Fatal(err)
	}
	return value{e.t, got}.at("data")
}
