package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/99designs/gqlgen/graphql"
	"github.com/gorilla/websocket"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// closing is why the server closes a socket: a close code of the protocol, and words.
type closing struct {
	code int
	text string

	answers bool // the client has closed it
}

var (
	silently          = closing{} // without a close frame
	closeNotUTF8      = closing{code: websocket.CloseInvalidFramePayloadData, text: "Invalid UTF-8"}
	closeTooBig       = closing{code: websocket.CloseMessageTooBig, text: "Message too big"}
	closeBroken       = closing{code: websocket.CloseProtocolError, text: "Protocol error"}
	closeFailed       = closing{code: websocket.CloseInternalServerErr, text: "Internal server error"}
	closeTryLater     = closing{code: websocket.CloseTryAgainLater, text: "Try again later"}
	closeTooMany      = closing{code: websocket.CloseTryAgainLater, text: "Too many sockets"}
	closeGoingAway    = closing{code: websocket.CloseGoingAway, text: "Going away"}
	closeUnauthorized = closing{code: 4401, text: "Unauthorized"}
	closeForbidden    = closing{code: 4403, text: "Forbidden"}
	closeUnacceptable = closing{code: 4406, text: "Subprotocol not acceptable"}
	closeInitTimeout  = closing{code: 4408, text: "Connection initialisation timeout"}
	closeSecondInit   = closing{code: 4429, text: "Too many initialisation requests"}
)

func closeInvalid(err error) closing { return closing{code: 4400, text: err.Error()} }

func closeDuplicate(id string) closing {
	const longest = 123 // bytes of words that a close frame holds
	if text := fmt.Sprintf("Subscriber for %s already exists", id); len(text) <= longest {
		return closing{code: 4409, text: text}
	}
	return closing{code: 4409, text: "Subscriber already exists"}
}

// The types of message that a client may send.
const (
	kindInit      = "connection_init"
	kindPing      = "ping"
	kindPong      = "pong"
	kindSubscribe = "subscribe"
	kindComplete  = "complete"
)

// clientMessage is one that a client sent, and that is well-formed.
type clientMessage struct {
	kind    string
	id      string             // subscribe, complete
	payload json.RawMessage    // connection_init, ping: a JSON object, or nil
	params  *graphql.RawParams // subscribe
}

// jsonObject is a JSON object. Unlike a struct it tells apart keys that differ in case.
type jsonObject map[string]json.RawMessage

// readMessage reads what a client sent. The error is words for the close frame; it quotes
// nothing that was sent.
func readMessage(data []byte) (m clientMessage, err error) {
	var in jsonObject
	if json.Unmarshal(data, &in) != nil || in == nil {
		return m, errors.New("A message is a JSON object")
	}
	if m.kind, err = in.text("type"); err != nil {
		return m, err
	}
	switch m.kind {
	case kindInit, kindPing, kindPong:
		m.payload, err = in.object("payload")
	case kindComplete:
		m.id, err = in.identifier()
	case kindSubscribe:
		if m.id, err = in.identifier(); err == nil {
			m.params, err = in.parameters()
		}
	default:
		err = errors.New("Unknown type of message")
	}
	return m, err
}

func (o jsonObject) has(key string) bool { return len(o[key]) > 0 && string(o[key]) != "null" }

func (o jsonObject) text(key string) (s string, err error) {
	if !o.has(key) || json.Unmarshal(o[key], &s) != nil {
		return "", fmt.Errorf("%s must be a string", key)
	}
	return s, nil
}

func (o jsonObject) identifier() (string, error) {
	id, err := o.text("id")
	if err == nil && id == "" {
		err = errors.New("id must not be empty")
	}
	return id, err
}

// object gives the JSON object under the key; nil when there is none.
func (o jsonObject) object(key string) (json.RawMessage, error) {
	if !o.has(key) {
		return nil, nil
	}
	if o[key][0] != '{' {
		return nil, fmt.Errorf("%s must be an object", key)
	}
	return o[key], nil
}

// parameters reads the payload of a subscribe.
func (o jsonObject) parameters() (*graphql.RawParams, error) {
	payload, err := o.object("payload")
	if err != nil {
		return nil, err
	}
	var in jsonObject
	if payload == nil || json.Unmarshal(payload, &in) != nil {
		return nil, errors.New("payload must be an object")
	}
	p := &graphql.RawParams{}
	if p.Query, err = in.text("query"); err != nil {
		return nil, err
	}
	if in.has("operationName") {
		if p.OperationName, err = in.text("operationName"); err != nil {
			return nil, err
		}
	}
	if p.Variables, err = in.values("variables"); err != nil {
		return nil, err
	}
	p.Extensions, err = in.values("extensions")
	return p, err
}

// values gives the JSON object under the key, its numbers digit by digit.
func (o jsonObject) values(key string) (out map[string]any, err error) {
	raw, err := o.object(key)
	if raw == nil {
		return nil, err
	}
	if decode(raw, &out) != nil {
		return nil, fmt.Errorf("%s must be an object", key)
	}
	return out, nil
}

// The messages that the server sends.

var ackMessage = []byte(`{"type":"connection_ack"}`)

func pongMessage(payload json.RawMessage) []byte {
	if payload == nil {
		return []byte(`{"type":"pong"}`)
	}
	out := append(make([]byte, 0, len(payload)+32), `{"type":"pong","payload":`...)
	return append(append(out, payload...), '}')
}

// quoted is the id of an operation as it stands in a message.
func quoted(id string) []byte {
	raw, err := json.Marshal(id)
	if err != nil {
		panic(err) // a string is always JSON
	}
	return raw
}

func nextMessage(label, result []byte) []byte {
	out := append(make([]byte, 0, len(label)+len(result)+40), `{"id":`...)
	out = append(append(out, label...), `,"type":"next","payload":`...)
	return append(append(out, result...), '}')
}

func errorMessage(label []byte, list gqlerror.List) []byte {
	payload, err := json.Marshal(list)
	if err != nil { // an extension that is no JSON
		payload, _ = json.Marshal(gqlerror.List{asError(err)})
	}
	out := append(make([]byte, 0, len(label)+len(payload)+40), `{"id":`...)
	out = append(append(out, label...), `,"type":"error","payload":`...)
	return append(append(out, payload...), '}')
}

func completeMessage(label []byte) []byte {
	out := append(make([]byte, 0, len(label)+32), `{"id":`...)
	return append(append(out, label...), `,"type":"complete"}`...)
}
