package main

import (
	"context"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/kartela/kartela/internal/dbtest"
)

const signIn = `mutation { signIn(input: { email: "owner@test.example", password: "a good password" }) { token } }`

// browser sends a POST as a browser would from a page of the origin.
func (c *caller) browser(query, origin, site string, cookie *http.Cookie) *result {
	c.t.Helper()
	headers := []string{"Origin", origin, "Sec-Fetch-Site", site}
	if cookie != nil {
		headers = append(headers, "Cookie", cookie.Name+"="+cookie.Value)
	}
	return c.try(query, nil, headers...)
}

func cookieOf(t *testing.T, r *result) *http.Cookie {
	t.Helper()
	cookies := (&http.Response{Header: r.header}).Cookies()
	if len(cookies) != 1 {
		t.Fatalf("want one cookie, got %v", cookies)
	}
	return cookies[0]
}

func TestABrowserKeepsItsSessionInACookieThatNoScriptAndNoOtherSiteCanUse(t *testing.T) {
	s := startServer(t, dbtest.SQLite(t), config{})
	s.owner(t)
	guest := s.nobody(t)
	if r := guest.try(signIn, nil); r.header.Get("Set-Cookie") != "" {
		t.Error("a program was given a cookie")
	}
	cookie := cookieOf(t, guest.browser(signIn, s.url, "same-origin", nil))
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.Path != "/" {
		t.Errorf("the cookie is %v", cookie)
	}
	if r := guest.browser(`{ viewer { role } }`, s.url, "same-origin", cookie); r.at("viewer.role").text() != "OWNER" {
		t.Errorf("the cookie does not let in: %v", r.Errors)
	}
	for name, r := range map[string]*result{
		"another site":              guest.browser(`{ viewer { role } }`, "https://evil.example", "cross-site", cookie),
		"a site beside ours":        guest.browser(`{ viewer { role } }`, "https://evil.test.example", "same-site", cookie),
		"an old browser's Origin":   guest.try(`{ viewer { role } }`, nil, "Origin", "https://evil.example", "Cookie", cookie.Name+"="+cookie.Value),
		"a page without an origin":  guest.browser(`{ viewer { role } }`, "null", "cross-site", cookie),
		"signing in from elsewhere": guest.browser(signIn, "https://evil.example", "cross-site", nil),
	} {
		if r.status != http.StatusForbidden || r.Data != nil {
			t.Errorf("%s: answered %d %v", name, r.status, r.Data)
		}
		if r.header.Get("Access-Control-Allow-Origin") != "" || r.header.Get("Set-Cookie") != "" {
			t.Errorf("%s: answered with %v", name, r.header)
		}
	}
	if got := cookieOf(t, guest.browser(`mutation { signOut { ended } }`, s.url, "same-origin", cookie)); got.MaxAge >= 0 {
		t.Errorf("signing out leaves the cookie %v", got)
	}
	r := guest.browser(`{ viewer { role } }`, s.url, "same-origin", cookie)
	if r.at("viewer").is != nil || cookieOf(t, r).MaxAge >= 0 {
		t.Errorf("an ended session is %v, and its cookie stays", r.Data)
	}
}

func TestAPageOfAnAllowedOriginMayUseTheAPI(t *testing.T) {
	s := startServer(t, dbtest.SQLite(t), config{Origins: []string{"https://app.example"}})
	s.owner(t)
	guest := s.nobody(t)
	preflight, err := http.DefaultClient.Do(guest.request(http.MethodOptions, "", nil, "Origin", "https://app.example",
		"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type"))
	if err != nil {
		t.Fatal(err)
	}
	_ = preflight.Body.Close()
	if preflight.Header.Get("Access-Control-Allow-Origin") != "https://app.example" || preflight.Header.Get("Access-Control-Allow-Credentials") != "true" {
		t.Errorf("the preflight answered %v", preflight.Header)
	}
	cookie := cookieOf(t, guest.browser(signIn, "https://app.example", "cross-site", nil))
	r := guest.browser(`{ viewer { role } }`, "https://app.example", "cross-site", cookie)
	if r.at("viewer.role").text() != "OWNER" || r.header.Get("Access-Control-Allow-Origin") != "https://app.example" {
		t.Errorf("answered %v %v", r.Data, r.header)
	}
	if r := guest.browser(`{ viewer { role } }`, "https://other.example", "cross-site", cookie); r.status != http.StatusForbidden {
		t.Errorf("another origin is answered %d", r.status)
	}
}

func TestATokenThatIsNoLongerGoodIsToldAs401(t *testing.T) {
	s := startServer(t, dbtest.SQLite(t), config{})
	owner := s.owner(t)
	owner.do(`mutation { signOutEverywhere { ended } }`, nil)
	for _, token := range []string{owner.token, "kts_wrong", "ktk_wrong", "nonsense"} {
		r := s.nobody(t).as(token).try(`{ viewer { role } }`, nil)
		if r.status != http.StatusUnauthorized {
			t.Errorf("%s is answered %d", token, r.status)
		}
		r.refused("UNAUTHENTICATED", "")
	}
}

func TestAMutationIsNotSentByGET(t *testing.T) {
	s := startServer(t, dbtest.SQLite(t), config{})
	owner := s.owner(t)
	for query, want := range map[string]int{`{viewer{role}}`: http.StatusOK, `mutation{signOut{ended}}`: http.StatusMethodNotAllowed} {
		r := owner.request(http.MethodGet, "", nil)
		r.URL.RawQuery = "query=" + query
		answered, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answered.Body.Close()
		if answered.StatusCode != want {
			t.Errorf("%s is answered %d, want %d", query, answered.StatusCode, want)
		}
	}
	owner.do(`{ viewer { role } }`, nil)
}

func TestASocketOfAnotherSitesPageIsClosed(t *testing.T) {
	s := startServer(t, dbtest.SQLite(t), config{})
	s.owner(t)
	cookie := cookieOf(t, s.nobody(t).browser(signIn, s.url, "same-origin", nil))
	for origin, want := range map[string]int{"https://evil.example": 4403, s.url: 0} {
		d := websocket.Dialer{Subprotocols: []string{"graphql-transport-ws"}}
		conn, answered, err := d.Dial("ws"+strings.TrimPrefix(s.url, "http")+"/graphql",
			http.Header{"Origin": {origin}, "Cookie": {cookie.Name + "=" + cookie.Value}})
		if err != nil {
			t.Fatal(err)
		}
		_ = answered.Body.Close()
		t.Cleanup(func() { _ = conn.Close() })
		p := &talk{t, conn}
		p.say(vars{"type": "connection_init"})
		if want != 0 {
			if code := p.closed(); code != want {
				t.Errorf("%s: closed with %d, want %d", origin, code, want)
			}
			continue
		}
		if got := p.hear(); got["type"] != "connection_ack" {
			t.Errorf("%s: heard %v", origin, got)
		}
		p.say(vars{"type": "subscribe", "id": "1", "payload": vars{"query": `{ viewer { role } }`}})
		if role := p.next().at("viewer.role").text(); role != "OWNER" {
			t.Errorf("the cookie's viewer is %s", role)
		}
	}
}

func TestSigningOutClosesTheSessionsSockets(t *testing.T) {
	onBoth(t, func(t *testing.T, s *testServer) {
		owner := s.owner(t)
		other := s.nobody(t).as(s.nobody(t).do(signIn, nil).at("signIn.token").text())
		closed, open := owner.talk(), other.talk()
		owner.do(`mutation { signOut { ended } }`, nil)
		if code := closed.closed(); code != 4403 {
			t.Errorf("closed with %d, want 4403", code)
		}
		open.say(vars{"type": "subscribe", "id": "1", "payload": vars{"query": `{ viewer { role } }`}})
		if role := open.next().at("viewer.role").text(); role != "OWNER" {
			t.Errorf("the other session is %s", role)
		}
	})
}

func TestTheClientsAddressIsBelievedFromTrustedProxiesAlone(t *testing.T) {
	d := &doorkeeper{proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	for name, tt := range map[string]struct{ remote, forwarded, want string }{
		"nobody in between":             {"203.0.113.7:999", "", "203.0.113.7"},
		"a header from the client":      {"203.0.113.7:999", "1.2.3.4", "203.0.113.7"},
		"one proxy":                     {"10.1.1.1:999", "203.0.113.7", "203.0.113.7"},
		"two proxies":                   {"10.1.1.1:999", "203.0.113.7, 10.2.2.2", "203.0.113.7"},
		"a forged hop before the proxy": {"10.1.1.1:999", "1.2.3.4, 203.0.113.7", "203.0.113.7"},
		"nonsense":                      {"10.1.1.1:999", "nonsense", "10.1.1.1"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "/", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.RemoteAddr = tt.remote
			if tt.forwarded != "" {
				r.Header.Set("X-Forwarded-For", tt.forwarded)
			}
			if got := d.clientAddress(r); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestWhoeverWatchesTheServerLearnsWhetherItAnswers(t *testing.T) {
	d := dbtest.SQLite(t)
	s := startServer(t, d, config{})
	get := func(path string) int {
		r, err := http.Get(s.url + path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = r.Body.Close() }()
		_, _ = io.Copy(io.Discard, r.Body)
		return r.StatusCode
	}
	for _, path := range []string{"/healthz", "/readyz", "/graphiql", "/"} {
		if code := get(path); code != http.StatusOK {
			t.Errorf("%s answers %d", path, code)
		}
	}
	s.stopping.Store(true)
	if code := get("/readyz"); code != http.StatusServiceUnavailable {
		t.Errorf("while the server shuts down /readyz answers %d", code)
	}
	s.stopping.Store(false)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if code := get("/readyz"); code != http.StatusServiceUnavailable {
		t.Errorf("without a database /readyz answers %d", code)
	}
	if code := get("/healthz"); code != http.StatusOK {
		t.Errorf("without a database /healthz answers %d", code)
	}
}
