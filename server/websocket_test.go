package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/viewer"
)

func TestSocketIsClosedWithTheCodeOfWhatIsWrong(t *testing.T) {
	s := serveFake(t, nil, func(c *socketsConfig) { c.MaxMessage = 5000 })
	const (
		hello = `{"type":"connection_init"}`
		ticks = `{"id":"1","type":"subscribe","payload":{"query":"subscription{ticks}"}}`
	)
	long := strings.Repeat("x", 200)
	type frames []string
	tests := map[string]struct {
		before, after frames // connection_init
		binary        string
		code          int
		text          string
	}{
		"no JSON":                       {before: frames{`{`}, code: 4400},
		"two values":                    {before: frames{`{"type":"ping"}{}`}, code: 4400},
		"null":                          {before: frames{`null`}, code: 4400, text: "A message is a JSON object"},
		"an array":                      {before: frames{`[]`}, code: 4400},
		"no type":                       {before: frames{`{}`}, code: 4400, text: "type must be a string"},
		"a type that is no string":      {before: frames{`{"type":1}`}, code: 4400},
		"a key in another case":         {before: frames{`{"Type":"ping"}`}, code: 4400},
		"an unknown type":               {before: frames{`{"type":"start"}`}, code: 4400, text: "Unknown type of message"},
		"a server's message":            {after: frames{`{"type":"next","id":"1","payload":{}}`}, code: 4400},
		"a ping's payload":              {before: frames{`{"type":"ping","payload":"x"}`}, code: 4400, text: "payload must be an object"},
		"a pong's payload":              {before: frames{`{"type":"pong","payload":1}`}, code: 4400},
		"the payload of the init":       {before: frames{`{"type":"connection_init","payload":[]}`}, code: 4400},
		"binary":                        {binary: hello, code: 4400, text: "A message is text"},
		"complete without id":           {after: frames{`{"type":"complete"}`}, code: 4400, text: "id must be a string"},
		"subscribe without id":          {after: frames{`{"type":"subscribe","payload":{"query":"{hello}"}}`}, code: 4400},
		"subscribe with an empty id":    {after: frames{`{"id":"","type":"subscribe","payload":{"query":"{hello}"}}`}, code: 4400, text: "id must not be empty"},
		"subscribe with a number as id": {after: frames{`{"id":1,"type":"subscribe","payload":{"query":"{hello}"}}`}, code: 4400},
		"subscribe without payload":     {after: frames{`{"id":"1","type":"subscribe"}`}, code: 4400},
		"a payload that is a string":    {after: frames{`{"id":"1","type":"subscribe","payload":"{hello}"}`}, code: 4400},
		"no query":                      {after: frames{`{"id":"1","type":"subscribe","payload":{}}`}, code: 4400, text: "query must be a string"},
		"a query that is no string":     {after: frames{`{"id":"1","type":"subscribe","payload":{"query":{}}}`}, code: 4400},
		"variables that are no object":  {after: frames{`{"id":"1","type":"subscribe","payload":{"query":"{hello}","variables":[1]}}`}, code: 4400},
		"extensions, too":               {after: frames{`{"id":"1","type":"subscribe","payload":{"query":"{hello}","extensions":"x"}}`}, code: 4400},
		"an operation name, too":        {after: frames{`{"id":"1","type":"subscribe","payload":{"query":"{hello}","operationName":1}}`}, code: 4400},
		"no UTF-8":                      {before: frames{"{\"type\":\"\xff\"}"}, code: 1007},
		"a message that is too long":    {after: frames{`{"type":"ping","payload":{"x":"` + strings.Repeat("x", 5000) + `"}}`}, code: 1009},
		"subscribe before the init":     {before: frames{ticks}, code: 4401, text: "Unauthorized"},
		"a wrong credential":            {before: frames{`{"type":"connection_init","payload":{"authorization":"Bearer mallory"}}`}, code: 4401, text: "Unauthorized"},
		"a person who is not let in":    {before: frames{`{"type":"connection_init","payload":{"authorization":"Bearer barred"}}`}, code: 4403, text: "Forbidden"},
		"too many tries":                {before: frames{`{"type":"connection_init","payload":{"authorization":"Bearer busy"}}`}, code: 1013},
		"a failure of ours":             {before: frames{`{"type":"connection_init","payload":{"authorization":"Bearer broken"}}`}, code: 1013},
		"an id in use":                  {after: frames{ticks, ticks}, code: 4409, text: "Subscriber for 1 already exists"},
		"a long id in use": {after: frames{strings.Replace(ticks, `"1"`, `"`+long+`"`, 1), strings.Replace(ticks, `"1"`, `"`+long+`"`, 1)},
			code: 4409, text: "Subscriber already exists"},
		"a second init": {after: frames{hello}, code: 4429, text: "Too many initialisation requests"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := s.open(t)
			for _, f := range tt.before {
				c.say(f)
			}
			if tt.binary != "" {
				if err := c.conn.WriteMessage(websocket.BinaryMessage, []byte(tt.binary)); err != nil {
					t.Fatal(err)
				}
			}
			if tt.after != nil {
				c.say(hello)
				c.hears(`{"type":"connection_ack"}`)
			}
			for _, f := range tt.after {
				c.say(f)
			}
			c.closes(tt.code, tt.text)
		})
	}
}

func TestMessageOfTheLongestLengthIsTaken(t *testing.T) {
	const longest = 5000
	s := serveFake(t, nil, func(c *socketsConfig) { c.MaxMessage = longest })
	c := s.enter(t, "")
	around := `{"type":"ping","payload":{"x":""}}`
	text := strings.Repeat("x", longest-len(around))
	c.say(`{"type":"ping","payload":{"x":"` + text + `"}}`)
	c.hears(`{"type":"pong","payload":{"x":"` + text + `"}}`)
}

// A connection that is closed while the client still writes is reset, and the client may
// never read why.
func TestWhoIsStillWritingReadsTheCloseFrame(t *testing.T) {
	s := serveFake(t, nil, func(c *socketsConfig) { c.MaxMessage = 5000 })
	c := s.enter(t, "")
	c.say(`{"type":"ping","payload":{"x":"` + strings.Repeat("x", 16<<20) + `"}}`)
	c.closes(1009, "")
}

func TestSocketOfAnotherOriginIsClosed(t *testing.T) {
	s := serveFake(t, nil, nil)
	s.open(t, "Origin", "https://evil.example", "Cookie", "session=anna").closes(4403, "Forbidden")
}

func TestSocketOfAnotherSubprotocolIsClosed(t *testing.T) {
	s := serveFake(t, nil, nil)
	for name, offered := range map[string][]string{"none": nil, "the old one": {"graphql-ws"}} {
		t.Run(name, func(t *testing.T) {
			c, answer, err := s.try(t, nil, offered...)
			if err != nil {
				t.Fatal(err)
			}
			if got := answer.Header.Get("Sec-Websocket-Protocol"); got != "" {
				t.Errorf("the server chose %q", got)
			}
			c.closes(4406, "Subprotocol not acceptable")
		})
	}
}

func TestSubprotocolIsChosenAmongOthersAndNothingIsCompressed(t *testing.T) {
	s := serveFake(t, nil, nil)
	_, answer, err := s.try(t, nil, "graphql-ws", subprotocol)
	if err != nil {
		t.Fatal(err)
	}
	if got := answer.Header.Get("Sec-Websocket-Protocol"); got != subprotocol {
		t.Errorf("the server chose %q", got)
	}
	if got := answer.Header.Get("Sec-Websocket-Extensions"); got != "" {
		t.Errorf("the server chose the extension %q", got)
	}
}

func TestSocketThatIsNotInitialisedInTimeIsClosed(t *testing.T) {
	s := serveFake(t, nil, func(c *socketsConfig) { c.InitTimeout = 50 * time.Millisecond })
	c := s.open(t)
	// A ping does not put it off, and each of them may be answered.
	_ = c.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(patience))
	c.closes(4408, "Connection initialisation timeout")
}

func TestPingIsAnsweredWithItsPayloadAtAnyTime(t *testing.T) {
	s := serveFake(t, nil, nil)
	c := s.open(t)
	pong := make(chan string, 1)
	c.conn.SetPongHandler(func(data string) error { pong <- data; return nil })
	pings := func() {
		c.answers()
		c.say(`{"type":"ping","payload":null}`)
		c.hears(`{"type":"pong"}`)
		c.say(`{"type":"ping","payload":{"at":[1,{"b":"<&>"}]}}`)
		c.hears(`{"type":"pong","payload":{"at":[1,{"b":"<&>"}]}}`)
		c.say(`{"type":"pong"}`) // needs no answer
		c.say(`{"type":"pong","payload":{}}`)
		if err := c.conn.WriteControl(websocket.PingMessage, []byte("abc"), time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
		c.answers()
		if got := await(t, "a pong", pong); got != "abc" {
			t.Errorf("the pong holds %q", got)
		}
	}
	pings()
	c.say(`{"type":"connection_init"}`)
	c.hears(`{"type":"connection_ack"}`)
	pings()
}

func TestSilentClientIsDropped(t *testing.T) {
	ended := make(chan struct{}, 1)
	s := serveFake(t, fakeFields{"ticks": silence(ended)}, func(c *socketsConfig) { c.PingInterval = 20 * time.Millisecond })
	c := s.enter(t, "")
	c.subscribe("1", "subscription{ticks}")
	// It reads nothing, so that it answers no ping.
	await(t, "the end of the operation", ended)
	await(t, "the end of the connection", s.listener.of(c).closed)
}

func TestClientThatAnswersPingsIsKept(t *testing.T) {
	s := serveFake(t, nil, func(c *socketsConfig) { c.PingInterval = 250 * time.Millisecond })
	c := s.enter(t, "")
	pings, answer := make(chan struct{}, 10), c.conn.PingHandler()
	c.conn.SetPingHandler(func(data string) error {
		pings <- struct{}{}
		return answer(data)
	})
	read := make(chan string, 1)
	go func() {
		_, data, err := c.conn.ReadMessage()
		read <- fmt.Sprint(string(data), err)
	}()
	for range 4 { // longer than it may be silent
		await(t, "a ping", pings)
	}
	c.say(`{"type":"ping"}`)
	if got := await(t, "a pong", read); got != `{"type":"pong"}<nil>` {
		t.Errorf("the server says %s", got)
	}
}

func TestQueriesAndMutationsAreOneResultAndComplete(t *testing.T) {
	half := func(context.Context) graphql.ResponseHandler {
		return graphql.OneShot(&graphql.Response{Data: json.RawMessage(`{"half":null}`), Errors: gqlerror.List{{Message: "No other half."}}})
	}
	s := serveFake(t, fakeFields{"half": half}, nil)
	c := s.enter(t, "")
	c.subscribe(`a\"b`, "{hello}")
	c.hears(`{"id":"a\"b","type":"next","payload":{"data":{"hello":"world"}}}`)
	c.hears(`{"id":"a\"b","type":"complete"}`)
	c.subscribe("1", "mutation{bump}")
	c.hears(`{"id":"1","type":"next","payload":{"data":{"bump":1}}}`)
	c.hears(`{"id":"1","type":"complete"}`)
	c.subscribe("1", "{half}") // the id is free again; an error of a field is in the result
	c.hears(`{"id":"1","type":"next","payload":{"data":{"half":null},"errors":[{"message":"No other half."}]}}`)
	c.hears(`{"id":"1","type":"complete"}`)
	c.answers()
}

func TestRequestThatIsRefusedIsOneErrorAndNothingMore(t *testing.T) {
	source := func(ctx context.Context) graphql.ResponseHandler {
		graphql.AddError(ctx, fault.New(fault.NotFound, "", "No such contact."))
		return nil
	}
	s := serveFake(t, fakeFields{"ticks": source}, func(c *socketsConfig) {
		c.Prepare = func(ctx context.Context, p *graphql.RawParams) (context.Context, error) {
			if p.Extensions["idempotencyKey"] == "" {
				return nil, fault.New(fault.Invalid, "idempotencyKey", "A key has 1 to 200 characters.")
			}
			return ctx, nil
		}
	})
	tests := map[string]struct {
		payload string
		code    any
	}{
		"syntax":                     {`{"query":"{"}`, "GRAPHQL_PARSE_FAILED"},
		"empty":                      {`{"query":""}`, "GRAPHQL_VALIDATION_FAILED"},
		"an unknown field":           {`{"query":"{nothing}"}`, "GRAPHQL_VALIDATION_FAILED"},
		"an unknown operation":       {`{"query":"query a{hello}","operationName":"b"}`, "GRAPHQL_VALIDATION_FAILED"},
		"a variable of a wrong type": {`{"query":"query($n:String){hello(name:$n)}","variables":{"n":[]}}`, "GRAPHQL_VALIDATION_FAILED"},
		"refused before validation":  {`{"query":"{nothing}","extensions":{"idempotencyKey":""}}`, "INVALID"},
		"a source that is refused":   {`{"query":"subscription{ticks}"}`, "NOT_FOUND"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := s.enter(t, "")
			for range 2 { // the id is free again
				c.say(`{"id":"1","type":"subscribe","payload":` + tt.payload + `}`)
				if diff := cmp.Diff([]any{tt.code}, c.hearsErrors("1")); diff != "" {
					t.Errorf("codes (-want +got):\n%s", diff)
				}
				c.answers()
			}
		})
	}
}

func TestOperationKnowsItsRequest(t *testing.T) {
	type key struct{}
	got := make(chan *graphql.OperationContext, 1)
	asked := make(chan context.Context, 1)
	hello := func(ctx context.Context) graphql.ResponseHandler {
		got <- graphql.GetOperationContext(ctx)
		asked <- ctx
		return once(`{"hello":null}`)(ctx)
	}
	s := serveFake(t, fakeFields{"hello": hello}, func(c *socketsConfig) {
		c.Prepare = func(ctx context.Context, p *graphql.RawParams) (context.Context, error) {
			return context.WithValue(ctx, key{}, p.Extensions["idempotencyKey"]), nil
		}
	})
	c := s.open(t, "Cookie", "session=anna", "Authorization", "Basic secret", "User-Agent", "the test")
	c.say(`{"type":"connection_init","payload":null}`)
	c.hears(`{"type":"connection_ack"}`)
	c.say(`{"id":"1","type":"subscribe","payload":{"query":"query a{hello} query b($n:String){hello(name:$n)}","operationName":"b",
		"variables":{"n":"x"},"extensions":{"idempotencyKey":"k","big":9007199254740993}}}`)
	c.hears(`{"id":"1","type":"next","payload":{"data":{"hello":null}}}`)

	op, ctx := await(t, "the operation", got), await(t, "its context", asked)
	if op.OperationName != "b" || op.Operation.Name != "b" || op.Variables["n"] != "x" {
		t.Errorf("operation %q, variables %v", op.OperationName, op.Variables)
	}
	if op.Extensions["big"] != json.Number("9007199254740993") {
		t.Errorf("extensions %v", op.Extensions)
	}
	if op.Headers.Get("User-Agent") != "the test" {
		t.Errorf("headers %v", op.Headers)
	}
	for _, secret := range []string{"Cookie", "Authorization"} {
		if op.Headers.Get(secret) != "" {
			t.Errorf("the header %s is kept", secret)
		}
	}
	if op.Stats.Read.Start.IsZero() || op.Stats.Read.End.Before(op.Stats.Read.Start) || op.Stats.OperationStart.IsZero() {
		t.Errorf("times %+v", op.Stats)
	}
	if v := viewer.From(ctx); v.Session != anna.Session {
		t.Errorf("viewer %+v", v)
	}
	if ctx.Value(key{}) != "k" {
		t.Errorf("what Prepare put into the context is lost")
	}
}

func TestSubscriptionIsItsResultsAndComplete(t *testing.T) {
	ticks := make(chan string)
	s := serveFake(t, fakeFields{"ticks": from(ticks)}, nil)
	c := s.enter(t, "anna")
	c.subscribe("1", "subscription{ticks}")
	for i := range 3 {
		give(t, ticks, fmt.Sprintf(`{"ticks":%d}`, i))
		c.hears(fmt.Sprintf(`{"id":"1","type":"next","payload":{"data":{"ticks":%d}}}`, i))
	}
	close(ticks)
	c.hears(`{"id":"1","type":"complete"}`)
	c.subscribe("1", "{hello}")
	c.hears(`{"id":"1","type":"next","payload":{"data":{"hello":"world"}}}`)
	c.hears(`{"id":"1","type":"complete"}`)
}

func TestSubscriptionThatTheClientCompletesEnds(t *testing.T) {
	ended := make(chan struct{}, 1)
	s := serveFake(t, fakeFields{"ticks": silence(ended)}, nil)
	c := s.enter(t, "")
	c.subscribe("1", "subscription{ticks}")
	c.say(`{"id":"1","type":"complete"}`)
	await(t, "the end of the operation", ended)
	c.say(`{"id":"1","type":"complete"}`) // again, and one that never was: ignored
	c.say(`{"id":"2","type":"complete"}`)
	c.subscribe("1", "{hello}") // the id is free at once
	c.hears(`{"id":"1","type":"next","payload":{"data":{"hello":"world"}}}`)
	c.hears(`{"id":"1","type":"complete"}`)
	c.answers()
}

func TestResultOfAQueryThatTheClientCompletedIsNotSent(t *testing.T) {
	for name, result := range map[string]*graphql.Response{
		"result": {Data: json.RawMessage(`{"held":"x"}`)},
		"error":  {Errors: gqlerror.List{{Message: "Too late."}}},
	} {
		t.Run(name, func(t *testing.T) {
			begun := make(chan struct{})
			// It does not heed its context: the result comes when the client has completed it.
			held := func(ctx context.Context) graphql.ResponseHandler {
				return func(context.Context) *graphql.Response {
					close(begun)
					<-ctx.Done()
					return result
				}
			}
			s := serveFake(t, fakeFields{"held": held}, func(c *socketsConfig) { c.MaxOperations = 1 })
			c := s.enter(t, "")
			c.subscribe("1", "{held}")
			await(t, "the query's begin", begun)
			c.say(`{"id":"1","type":"complete"}`)
			until(t, "the end of the query", func() bool { return running(s) == 0 })
			c.answers()
		})
	}
}

// running counts the operations of all sockets that have a slot.
func running(s *fakeServer) (n int) {
	for _, so := range s.all() {
		so.inFlight.mu.Lock()
		n += so.inFlight.running
		so.inFlight.mu.Unlock()
	}
	return n
}

func TestOperationOverTheLimitIsRefusedAlone(t *testing.T) {
	ticks := make(chan string)
	s := serveFake(t, fakeFields{"ticks": from(ticks)}, func(c *socketsConfig) { c.MaxOperations = 2 })
	c := s.enter(t, "")
	c.subscribe("1", "subscription{ticks}")
	c.subscribe("2", "subscription{other}")
	c.subscribe("3", "{hello}")
	if diff := cmp.Diff([]any{"RATE_LIMITED"}, c.hearsErrors("3")); diff != "" {
		t.Errorf("codes (-want +got):\n%s", diff)
	}
	close(ticks)
	c.hears(`{"id":"1","type":"complete"}`)
	for range 3 {
		c.subscribe("3", "{hello}") // a completed operation has given its slot back
		c.hears(`{"id":"3","type":"next","payload":{"data":{"hello":"world"}}}`)
		c.hears(`{"id":"3","type":"complete"}`)
	}
}

func TestPanicIsAnInternalErrorOfItsOperation(t *testing.T) {
	panics := func(context.Context) graphql.ResponseHandler { panic("SELECT * FROM secrets") }
	later := func(context.Context) graphql.ResponseHandler {
		n := 0
		return func(context.Context) *graphql.Response {
			if n++; n == 2 {
				panic("SELECT * FROM secrets")
			}
			return &graphql.Response{Data: json.RawMessage(`{"ticks":1}`)}
		}
	}
	s := serveFake(t, fakeFields{"held": panics, "ticks": later}, func(c *socketsConfig) {
		c.Prepare = func(ctx context.Context, p *graphql.RawParams) (context.Context, error) {
			if p.Extensions["panic"] != nil {
				panic("SELECT * FROM secrets")
			}
			return ctx, nil
		}
	})
	c := s.enter(t, "")
	internal := `{"id":"1","type":"error","payload":[{"message":"Something went wrong on our side. Nothing was changed.","extensions":{"code":"INTERNAL"}}]}`
	c.subscribe("1", "{held}")
	c.hears(internal)
	c.subscribe("1", "subscription{ticks}")
	c.hears(`{"id":"1","type":"next","payload":{"data":{"ticks":1}}}`)
	c.hears(internal)
	c.say(`{"id":"1","type":"subscribe","payload":{"query":"{hello}","extensions":{"panic":1}}}`)
	c.hears(internal)
	c.answers()
}

func TestPanicOfAuthenticationClosesItsSocketOnly(t *testing.T) {
	s := serveFake(t, nil, func(c *socketsConfig) {
		c.Authenticate = func(r *http.Request, payload map[string]any) (context.Context, viewer.Viewer, error) {
			if payload["authorization"] == "Bearer panic" {
				panic("SELECT * FROM secrets")
			}
			return letIn(r, payload)
		}
	})
	other := s.enter(t, "anna")
	c := s.open(t)
	c.say(`{"type":"connection_init","payload":{"authorization":"Bearer panic"}}`)
	c.closes(1011, "Internal server error")
	other.answers()
}

func TestOperationsOfAClientThatGoesAreCancelled(t *testing.T) {
	for name, leave := range map[string]func(c *fakeClient) error{
		"with a close frame": func(c *fakeClient) error {
			return c.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""), time.Now().Add(patience))
		},
		"without a word": func(c *fakeClient) error { return c.conn.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			ended := make(chan struct{}, 2)
			s := serveFake(t, fakeFields{"ticks": silence(ended), "other": silence(ended)}, nil)
			c := s.enter(t, "")
			c.subscribe("1", "subscription{ticks}")
			c.subscribe("2", "subscription{other}")
			c.answers()
			if err := leave(c); err != nil {
				t.Fatal(err)
			}
			await(t, "the end of an operation", ended)
			await(t, "the end of the other", ended)
			await(t, "the end of the connection", s.listener.of(c).closed)
		})
	}
}

// stalled is a client that reads nothing more, of a subscription to results that are larger
// than what the system buffers. ended says when the subscription's context has ended.
func stalled(t *testing.T, change func(*socketsConfig)) (s *fakeServer, c *fakeClient, ended chan struct{}) {
	t.Helper()
	ended = make(chan struct{}, 1)
	begun := make(chan struct{})
	large := json.RawMessage(`{"ticks":"` + strings.Repeat("x", 1<<20) + `"}`)
	ticks := func(ctx context.Context) graphql.ResponseHandler {
		tell(ctx, ended)
		close(begun)
		return func(context.Context) *graphql.Response { return &graphql.Response{Data: large} }
	}
	s = serveFake(t, fakeFields{"ticks": ticks}, change)
	s.listener.buffer.Store(4 << 10)
	c = s.enter(t, "anna")
	c.subscribe("1", "subscription{ticks}")
	await(t, "the beginning of the operation", begun) // one that is ended before never begins
	return s, c, ended
}

func TestReaderThatIsTooSlowIsDropped(t *testing.T) {
	s, c, ended := stalled(t, func(c *socketsConfig) { c.WriteTimeout = 50 * time.Millisecond })
	await(t, "the end of the operation", ended)
	await(t, "the end of the connection", s.listener.of(c).closed)
	for {
		_, _, err := c.conn.ReadMessage()
		if err == nil {
			continue
		}
		if closed := (*websocket.CloseError)(nil); errors.As(err, &closed) && closed.Code != websocket.CloseAbnormalClosure {
			t.Errorf("the reader was told %v", closed)
		}
		return
	}
}
