package scalar_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/graph/scalar"
)

func written(m graphql.Marshaler) string {
	var b bytes.Buffer
	m.MarshalGQL(&b)
	return b.String()
}

func TestIDs(t *testing.T) {
	const id = "018f0000-0000-7000-8000-00000000000a"
	if got := written(scalar.MarshalID(uuid.MustParse(id))); got != `"`+id+`"` {
		t.Errorf("written %s", got)
	}
	tests := map[string]struct {
		in any
		ok bool
	}{
		"a UUID":          {id, true},
		"upper case":      {"018F0000-0000-7000-8000-00000000000A", true},
		"in braces":       {"{" + id + "}", false},
		"as a URN":        {"urn:uuid:" + id, false},
		"without hyphens": {"018f0000000070008000" + "00000000000a", false},
		"no hexadecimals": {"018f0000-0000-7000-8000-00000000000g", false},
		"a number":        {7, false},
		"nothing":         {"", false},
		"null":            {nil, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := scalar.UnmarshalID(tt.in)
			if tt.ok && (err != nil || got.String() != id) || !tt.ok && (!fault.IsCode(err, fault.Invalid) || got != uuid.Nil) {
				t.Errorf("%s, %v", got, err)
			}
		})
	}
}

func TestInstants(t *testing.T) {
	tests := map[string]struct {
		in   any
		want string // as it is written again; "" for INVALID
	}{
		"UTC":                         {"2026-03-31T08:15:00Z", `"2026-03-31T08:15:00Z"`},
		"a zone":                      {"2026-03-31T08:15:00+03:00", `"2026-03-31T05:15:00Z"`},
		"microseconds":                {"2026-03-31T08:15:00.123456Z", `"2026-03-31T08:15:00.123456Z"`},
		"nanoseconds are cut off":     {"2026-03-31T08:15:00.123456999Z", `"2026-03-31T08:15:00.123456Z"`},
		"half a second":               {"2026-03-31T08:15:00.5Z", `"2026-03-31T08:15:00.5Z"`},
		"without a zone":              {"2026-03-31T08:15:00", ""},
		"a date":                      {"2026-03-31", ""},
		"no such day":                 {"2026-02-30T08:15:00Z", ""},
		"a number":                    {1774945000, ""},
		"null":                        {nil, ""},
		"a space instead of the T":    {"2026-03-31 08:15:00Z", ""},
		"an hour that does not exist": {"2026-03-31T24:00:00Z", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := scalar.UnmarshalDateTime(tt.in)
			if tt.want == "" {
				if !fault.IsCode(err, fault.Invalid) || !got.IsZero() {
					t.Errorf("%v, %v", got, err)
				}
				return
			}
			if s := written(scalar.MarshalDateTime(got)); err != nil || s != tt.want {
				t.Errorf("%s, %v", s, err)
			}
		})
	}
}

func TestAnInstantIsReadAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		at := time.UnixMicro(rapid.Int64Range(-2e15, 7e15).Draw(rt, "µs")).In(time.FixedZone("", rapid.IntRange(-12*3600, 14*3600).Draw(rt, "zone")))
		var text string
		if err := json.Unmarshal([]byte(written(scalar.MarshalDateTime(at))), &text); err != nil {
			rt.Fatal(err)
		}
		if got, err := scalar.UnmarshalDateTime(text); err != nil || !got.Equal(at) {
			rt.Fatalf("%s became %s, %v", at, got, err)
		}
	})
}

func TestJSON(t *testing.T) {
	for in, want := range map[string]string{"": "null", "null": "null", `{"a":[1,"β"]}`: `{"a":[1,"β"]}`} {
		if got := written(scalar.MarshalJSON(json.RawMessage(in))); got != want {
			t.Errorf("%q is written %s", in, got)
		}
	}
	if got, err := scalar.UnmarshalJSON(map[string]any{"a": []any{1, "β"}}); err != nil || string(got) != `{"a":[1,"β"]}` {
		t.Errorf("%s, %v", got, err)
	}
}

func TestNoTextIsTheEmptyOne(t *testing.T) {
	if got, err := scalar.UnmarshalString(nil); got != "" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}
