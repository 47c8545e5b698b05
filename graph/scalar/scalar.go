// Package scalar writes and reads the scalars of the schema that are not types of the
// domain: ids, instants and JSON.
package scalar

import (
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/fault"
)

// MarshalID writes a UUID.
func MarshalID(id uuid.UUID) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) { _, _ = io.WriteString(w, `"`+id.String()+`"`) })
}

// UnmarshalID reads a UUID in its usual form. Faults: INVALID.
func UnmarshalID(v any) (uuid.UUID, error) {
	if s, ok := v.(string); ok && len(s) == 36 {
		if id, err := uuid.Parse(s); err == nil {
			return id, nil
		}
	}
	return uuid.Nil, fault.New(fault.Invalid, "", "This is not an id: ids are UUIDs.")
}

// MarshalString writes a text.
func MarshalString(s string) graphql.Marshaler { return graphql.MarshalString(s) }

// UnmarshalString reads a text. Faults: INVALID for one with the character zero, which
// PostgreSQL keeps in no text. A null, which only an optional text may be, is the empty one.
func UnmarshalString(v any) (string, error) {
	if v == nil {
		return "", nil
	}
	s, ok := v.(string)
	if !ok || strings.Contains(s, "\x00") {
		return "", fault.New(fault.Invalid, "", "This is no text, or has the character zero in it.")
	}
	return s, nil
}

// MarshalUpload writes nothing: a file is never an answer.
func MarshalUpload(graphql.Upload) graphql.Marshaler { return graphql.Null }

// UnmarshalUpload reads a file that came with the request. Faults: INVALID for anything else.
func UnmarshalUpload(v any) (graphql.Upload, error) {
	if u, ok := v.(graphql.Upload); ok {
		return u, nil
	}
	return graphql.Upload{}, fault.New(fault.Invalid, "", "A file is sent as multipart/form-data, with null in its place in the variables.")
}

// MarshalDateTime writes an instant in UTC, RFC 3339 with microseconds where there are any.
func MarshalDateTime(t time.Time) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		_, _ = io.WriteString(w, strconv.Quote(t.UTC().Format("2006-01-02T15:04:05.999999Z")))
	})
}

// UnmarshalDateTime reads RFC 3339, to the microsecond. Faults: INVALID.
func UnmarshalDateTime(v any) (time.Time, error) {
	if s, ok := v.(string); ok {
		if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
			return t.UTC().Truncate(time.Microsecond), nil
		}
	}
	return time.Time{}, fault.New(fault.Invalid, "", "An instant is text such as 2026-03-31T08:15:00Z.")
}

// MarshalJSON writes a JSON value as it was stored, null for none.
func MarshalJSON(raw json.RawMessage) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		if len(raw) == 0 {
			_, _ = io.WriteString(w, "null")
			return
		}
		_, _ = w.Write(raw)
	})
}

// UnmarshalJSON reads any value.
func UnmarshalJSON(v any) (json.RawMessage, error) { return json.Marshal(v) }
