// Package fault is the vocabulary of failures that may be shown to the person who
// made a request. Everything that is not a fault is internal: it is logged, and the
// person is told one fixed sentence.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Code says what kind of failure it is. Codes are part of the API and are never renamed.
type Code string

// The codes of the API.
const (
	Invalid         Code = "INVALID"         // the input is wrong: correct it and send it again
	NotFound        Code = "NOT_FOUND"       // no such thing that this viewer may know of
	Conflict        Code = "CONFLICT"        // right in itself, but not in the present state
	Forbidden       Code = "FORBIDDEN"       // the viewer's role does not allow the action
	Unauthenticated Code = "UNAUTHENTICATED" // nobody is signed in, or the session has ended
	RateLimited     Code = "RATE_LIMITED"    // too many tries: wait, then try again
	TooLarge        Code = "TOO_LARGE"       // a body, a file or a query is over its limit
	Internal        Code = "INTERNAL"        // our failure, with a fixed text
)

// Error is one failure that may be shown.
type Error struct {
	Code  Code
	Field string // the input field at fault as the API spells it ("lines.2.quantity"), "" when none is
	Text  string // one sentence for a person
	// Current is, for a CONFLICT over a version, what is there now, by API names.
	Current map[string]any
}

// New makes an Error; the text is formatted when arguments are given.
func New(code Code, field, text string, args ...any) *Error {
	if len(args) > 0 {
		text = fmt.Sprintf(text, args...)
	}
	return &Error{Code: code, Field: field, Text: text}
}

// Error is the form for logs.
func (e *Error) Error() string {
	if e.Field != "" {
		return string(e.Code) + " " + e.Field + ": " + e.Text
	}
	return string(e.Code) + ": " + e.Text
}

// Is makes errors.Is(err, fault.New(code, "", "")) compare codes, and fields where the target names one.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code && (t.Field == "" || t.Field == e.Field)
}

// List is several failures of one request, in the order they were found.
type List []*Error

// Error is the form for logs.
func (l List) Error() string {
	parts := make([]string, len(l))
	for i, e := range l {
		parts[i] = e.Error()
	}
	return strings.Join(parts, "; ")
}

// Unwrap lets errors.Is and errors.As see each failure.
func (l List) Unwrap() []error {
	out := make([]error, len(l))
	for i, e := range l {
		out[i] = e
	}
	return out
}

// Add appends err's faults, each field prefixed with prefix. A nil error adds nothing.
// An error that is no fault is returned, for the caller to fail with.
func (l *List) Add(prefix string, err error) error {
	if err == nil {
		return nil
	}
	found, ok := All(err)
	if !ok {
		return err
	}
	for _, e := range found {
		field := e.Field
		switch {
		case prefix != "" && field != "":
			field = prefix + "." + field
		case prefix != "":
			field = prefix
		}
		*l = append(*l, &Error{Code: e.Code, Field: field, Text: e.Text, Current: e.Current})
	}
	return nil
}

// Err is nil for no failure, the failure itself for one, the list for several.
func (l List) Err() error {
	switch len(l) {
	case 0:
		return nil
	case 1:
		return l[0]
	}
	return l
}

// Join collects the faults of errs into one error; nil errors are left out. An error
// that is no fault is returned alone, because it hides nothing the person could mend.
func Join(errs ...error) error {
	var l List
	for _, err := range errs {
		if other := l.Add("", err); other != nil {
			return other
		}
	}
	return l.Err()
}

// All gives the faults inside err; false when err holds none.
func All(err error) ([]*Error, bool) {
	var l List
	if errors.As(err, &l) && len(l) > 0 {
		return l, true
	}
	var e *Error
	if errors.As(err, &e) {
		return []*Error{e}, true
	}
	return nil, false
}

// From gives the fault inside err (the first of several). Any other error becomes
// Internal with a fixed text, so that SQL and file names cannot leak.
func From(err error) *Error {
	if all, ok := All(err); ok {
		return all[0]
	}
	return &Error{Code: Internal, Text: "Something went wrong on our side. Nothing was changed."}
}

// IsCode says whether err is a fault of the code.
func IsCode(err error, code Code) bool {
	all, ok := All(err)
	return ok && all[0].Code == code
}
