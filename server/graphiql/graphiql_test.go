package graphiql_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/kartela/kartela/server/graphiql"
)

func get(path string) *httptest.ResponseRecorder {
	mux := http.NewServeMux()
	mux.Handle(graphiql.Path, graphiql.Handler())
	mux.Handle(graphiql.Path+"/", graphiql.Handler())
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

func TestHandlerServesAllThatThePageNames(t *testing.T) {
	for _, path := range []string{"/graphiql", "/graphiql/"} {
		page := get(path)
		if page.Code != http.StatusOK || page.Header().Get("Content-Security-Policy") != graphiql.Policy {
			t.Fatalf("%s: status %d, policy %q", path, page.Code, page.Header().Get("Content-Security-Policy"))
		}
		named := regexp.MustCompile(`(?:src|href)="(/graphiql/[^"]+)"`).FindAllStringSubmatch(page.Body.String(), -1)
		if len(named) < 2 {
			t.Fatalf("%s names %d files, want a script and a style at least", path, len(named))
		}
		for _, m := range named {
			if w := get(m[1]); w.Code != http.StatusOK {
				t.Errorf("%s: status %d", m[1], w.Code)
			}
		}
	}
}

func TestNothingIsLoadedFromElsewhere(t *testing.T) {
	if body := get("/graphiql/").Body.String(); strings.Contains(body, "//") && regexp.MustCompile(`(?:src|href)="(?:https?:)?//`).MatchString(body) {
		t.Error("the page names a file of another host")
	}
	if strings.Contains(graphiql.Policy, "http") || strings.Contains(graphiql.Policy, "*") {
		t.Errorf("the policy lets files of other hosts in: %s", graphiql.Policy)
	}
}
