package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
)

// bomb is a query of few bytes that stands for 10^n fields.
func bomb(n int) string {
	var b strings.Builder
	b.WriteString("{ viewer { ...F0 } }")
	for i := range n {
		fmt.Fprintf(&b, " fragment F%d on Viewer {%s }", i, strings.Repeat(fmt.Sprintf(" ...F%d", i+1), 10))
	}
	fmt.Fprintf(&b, " fragment F%d on Viewer { organizationName }", n)
	return b.String()
}

func TestWhatIsOverALimitIsRefusedBeforeAnySQL(t *testing.T) {
	s := startServer(t, dbtest.SQLite(t), config{})
	owner := s.owner(t)
	owner.do(`{ viewer { role } }`, nil) // the session is known from here on
	deep := "{ contact(id: \"" + nobodysID + "\") " + strings.Repeat("{ documents { nodes { contact ", 5) + "{ id }" + strings.Repeat(" } } }", 5) + " }"
	for name, query := range map[string]string{
		"deeper than 15 fields":      deep,
		"a fragment bomb":            bomb(30),
		"fields without end":         "{ viewer {" + strings.Repeat(" organizationName", 2100) + " } }",
		"aliases without end":        "{" + aliases(300) + "}",
		"pages within pages":         "{ contacts(first: 100) { nodes { documents(first: 100) { nodes { lines { title } allocations { amount { amount } } } } } } }",
		"a fragment in itself":       "{ viewer { ...A } } fragment A on Viewer { ...B } fragment B on Viewer { ...A }",
		"tokens without end":         "{ viewer { role(" + strings.Repeat("a:1 ", 8000) + ") } }",
		"mutations without end":      "mutation {" + strings.Repeat(" a: signOut { ended }", 1) + mutations(30) + " }",
		"a page larger than allowed": "{ contacts(first: 101) { nodes { id } } }",
	} {
		t.Run(name, func(t *testing.T) {
			ctx, n := db.CountStatements(t.Context())
			r := s.errorsOf(ctx, owner, query)
			if len(r) == 0 {
				t.Fatal("it was answered without an error")
			}
			if n.Load() != 0 {
				t.Errorf("%d statements ran", n.Load())
			}
			for _, e := range r {
				code := e.Extensions["code"]
				if code != "TOO_LARGE" && code != "GRAPHQL_VALIDATION_FAILED" && code != "GRAPHQL_PARSE_FAILED" && code != "INVALID" {
					t.Errorf("code %v: %s", code, e.Message)
				}
			}
		})
	}
}

func aliases(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, " a%d: viewer { role }", i)
	}
	return b.String()
}

func mutations(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, " m%d: signOut { ended }", i)
	}
	return b.String()
}

func TestAFragmentBombIsMeasuredInNoTime(t *testing.T) {
	l := &limiter{limits: defaultLimits, known: keptDocuments{noDocuments{}, 0}}
	// 10^60 fields: whoever wrote them out would not come back.
	done := make(chan error, 1)
	go func() {
		if err := l.MutateOperationParameters(t.Context(), params(bomb(60))); err != nil {
			done <- nil
			return
		}
		done <- io.EOF
	}()
	select {
	case err := <-done:
		if err != nil {
			t.Error("the bomb passed")
		}
	case <-time.After(waitLimit):
		t.Fatal("the bomb was written out")
	}
}

func TestTheLongestQueriesOfTheWorkbenchPass(t *testing.T) {
	l := &limiter{limits: defaultLimits, known: keptDocuments{noDocuments{}, 0}}
	if err := l.MutateOperationParameters(t.Context(), params(introspection)); err != nil {
		t.Error(err)
	}
	s := startServer(t, dbtest.SQLite(t), config{})
	if r := s.nobody(t).try(introspection, nil); len(r.Errors) > 0 || r.at("__schema.types.0.name").text() == "" {
		t.Errorf("introspection answered %v", r.Errors)
	}
}

func TestABodyOverOneMegabyteIsRefused(t *testing.T) {
	s := startServer(t, dbtest.SQLite(t), config{})
	body := io.MultiReader(strings.NewReader(`{"query":"{ viewer { role } }","variables":{"a":"`), io.LimitReader(endless{}, 1<<21), strings.NewReader(`"}}`))
	r := s.nobody(t).send("application/json", body)
	if r.status != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d", r.status)
	}
	r.refused("TOO_LARGE", "")
	r = s.nobody(t).send("application/json", bytes.NewReader([]byte(`{"query":"{ secret-password`)))
	if r.status != http.StatusBadRequest || strings.Contains(r.Errors[0].Message, "secret") {
		t.Errorf("status %d, %q: a body that cannot be read is not quoted", r.status, r.Errors[0].Message)
	}
}

const nobodysID = "018f0000-0000-7000-8000-000000000000"

func params(query string) *graphql.RawParams { return &graphql.RawParams{Query: query} }

// noDocuments keeps nothing.
type noDocuments struct{}

func (noDocuments) Get(context.Context, string) (*ast.QueryDocument, bool) { return nil, false }
func (noDocuments) Add(context.Context, string, *ast.QueryDocument)        {}

// introspection is the query that GraphiQL opens with, as npm's graphql 16 writes it.
const introspection = `query IntrospectionQuery { __schema { description queryType { name kind } mutationType { name kind }
	subscriptionType { name kind } types { ...FullType } directives { name description locations args { ...InputValue } } } }
fragment FullType on __Type { kind name description fields(includeDeprecated: true) { name description args { ...InputValue }
	type { ...TypeRef } isDeprecated deprecationReason } inputFields { ...InputValue } interfaces { ...TypeRef }
	enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue }
fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
	ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }`

// endless gives the letter a for ever.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}
