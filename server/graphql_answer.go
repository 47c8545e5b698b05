package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/kartela/kartela/fault"
)

// The media types of requests and answers.
const (
	mediaResponse = "application/graphql-response+json"
	mediaJSON     = "application/json"
	mediaForm     = "multipart/form-data"
	mediaEvents   = "text/event-stream"
)

// negotiate chooses the media type of the answer: the first of the heaviest that is
// accepted, application/json for what leaves it open, "" when none is.
func negotiate(accept []string) string {
	if len(accept) == 0 {
		return mediaJSON
	}
	best, weight := "", 0.0
	for item := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		media, parameters, err := mime.ParseMediaType(strings.TrimSpace(item))
		if err != nil {
			continue
		}
		q := 1.0
		if text, ok := parameters["q"]; ok {
			if q, err = strconv.ParseFloat(text, 64); err != nil {
				continue
			}
		}
		if charset, ok := parameters["charset"]; ok && !strings.EqualFold(charset, "utf-8") {
			continue
		}
		switch media {
		case "*/*", "application/*":
			media = mediaJSON
		case mediaResponse, mediaJSON, mediaEvents:
		default:
			continue
		}
		if q > weight {
			best, weight = media, q
		}
	}
	return best
}

// answer writes what a request gives, in the media type that was chosen. With
// application/json a well-formed request is always answered 200, whatever is wrong with
// the query, because in that type a status says nothing about GraphQL.
type answer struct {
	w     http.ResponseWriter
	media string
}

// refusal is an answer without data: nothing was executed.
type refusal struct {
	Errors gqlerror.List `json:"errors"`
}

// response writes what an execution gave.
func (a answer) response(r *graphql.Response) {
	raw, err := encode(r)
	a.send(http.StatusOK, raw, err)
}

// requestErrors writes what is wrong with a query that was not executed.
func (a answer) requestErrors(r *graphql.Response) {
	status := http.StatusBadRequest
	if a.media == mediaJSON {
		status = http.StatusOK
	}
	a.write(status, refusal{r.Errors})
}

// fail writes why the request was not even read.
func (a answer) fail(ctx context.Context, err error) {
	var bad badRequest
	if !errors.As(err, &bad) {
		slog.ErrorContext(ctx, "a request could not be read", "err", err)
		a.fault(http.StatusInternalServerError, err)
		return
	}
	a.fault(bad.status, bad.fault)
}

func (a answer) refuse(status int, field, text string, args ...any) {
	a.fault(status, fault.New(fault.Invalid, field, text, args...))
}

func (a answer) fault(status int, err error) { a.write(status, refusal{gqlerror.List{asError(err)}}) }

// asError is a fault as GraphQL, outside of any execution.
func asError(err error) *gqlerror.Error {
	f := fault.From(err)
	e := &gqlerror.Error{Message: f.Text, Extensions: map[string]any{"code": string(f.Code)}}
	if f.Field != "" {
		e.Extensions["field"] = f.Field
	}
	return e
}

func (a answer) write(status int, body any) {
	raw, err := json.Marshal(body)
	a.send(status, raw, err)
}

func (a answer) send(status int, raw []byte, err error) {
	if err != nil {
		slog.Error("an answer could not be written", "err", err)
		status, raw = http.StatusInternalServerError, []byte(`{"errors":[{"message":"Something went wrong on our side.","extensions":{"code":"INTERNAL"}}]}`)
	}
	media := a.media
	if media == mediaEvents {
		media = mediaJSON // what fails before a stream begins is no stream
	}
	a.w.Header().Set("Content-Type", media+"; charset=utf-8")
	a.w.Header().Set("Content-Length", strconv.Itoa(len(raw)))
	// A reader may take a while, not for ever: 64 kB a second at the least.
	patience := 30*time.Second + time.Duration(len(raw)>>16)*time.Second
	_ = http.NewResponseController(a.w).SetWriteDeadline(time.Now().Add(patience)) // not every writer has one
	a.w.WriteHeader(status)
	_, _ = a.w.Write(raw) // a reader that went away needs no answer
}
