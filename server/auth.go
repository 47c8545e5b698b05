package main

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/account"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/graph"
	"github.com/kartela/kartela/viewer"
)

// sessionCookie holds the page's session. With HTTPS its name makes browsers insist that it
// came from this host over a secure connection.
const (
	sessionCookie       = "kartela_session"
	secureSessionCookie = "__Host-kartela_session"
)

// doorkeeper finds out who asks, and keeps the session of browsers.
type doorkeeper struct {
	accounts *account.Service
	secure   bool           // the page is served over HTTPS
	proxies  []netip.Prefix // whose X-Forwarded-For is believed
}

func (d *doorkeeper) cookieName() string {
	if d.secure {
		return secureSessionCookie
	}
	return sessionCookie
}

// enter gives the context in which a request is answered: with who asks, and with what
// signing in and out need. A bearer token that is not, or no longer, good is a fault; a
// cookie that is not is dropped, and nobody asks.
//
// Faults: UNAUTHENTICATED.
func (d *doorkeeper) enter(w http.ResponseWriter, r *http.Request) (context.Context, error) {
	ctx := graph.WithRequest(r.Context(), graph.Request{
		Client: account.Client{Address: d.clientAddress(r), UserAgent: r.UserAgent()},
		Keep:   d.keeper(w, r),
		Drop:   func() { d.drop(w) },
	})
	v, fromCookie, err := d.viewer(ctx, r)
	if err != nil && fromCookie && fault.IsCode(err, fault.Unauthenticated) {
		d.drop(w)
		return ctx, nil
	}
	return viewer.With(ctx, v), err
}

// viewer finds who a request's credentials let in; the zero viewer when it has none.
func (d *doorkeeper) viewer(ctx context.Context, r *http.Request) (v viewer.Viewer, fromCookie bool, err error) {
	if token, ok := bearer(r.Header.Get("Authorization")); ok {
		v, err = d.accounts.Authenticate(ctx, token)
		return v, false, err
	}
	if c, err := r.Cookie(d.cookieName()); err == nil {
		v, err = d.accounts.Authenticate(ctx, c.Value)
		return v, true, err
	}
	return viewer.Viewer{}, false, nil
}

// bearer takes the token out of an Authorization header (RFC 6750, 2.1).
func bearer(header string) (string, bool) {
	scheme, token, ok := strings.Cut(strings.TrimSpace(header), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return "", header != "" // another scheme is a wrong credential, not none
	}
	return strings.TrimSpace(token), true
}

// keeper gives what puts a new session into the browser's cookie; nothing for programs,
// which take the token out of the answer.
func (d *doorkeeper) keeper(w http.ResponseWriter, r *http.Request) func(string, time.Time) {
	if r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == "" {
		return func(string, time.Time) {}
	}
	return func(token string, until time.Time) {
		//nolint:gosec // Secure wherever the page is served over HTTPS
		http.SetCookie(w, &http.Cookie{Name: d.cookieName(), Value: token, Path: "/", Expires: until,
			HttpOnly: true, Secure: d.secure, SameSite: http.SameSiteStrictMode})
	}
}

func (d *doorkeeper) drop(w http.ResponseWriter) {
	//nolint:gosec // Secure wherever the page is served over HTTPS
	http.SetCookie(w, &http.Cookie{Name: d.cookieName(), Path: "/", MaxAge: -1,
		HttpOnly: true, Secure: d.secure, SameSite: http.SameSiteStrictMode})
}

// clientAddress is the network address of who asks: the connection's own, or, when that is
// a trusted proxy's, the last address in X-Forwarded-For that is not one.
func (d *doorkeeper) clientAddress(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if !d.trusted(host) {
		return host
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop := strings.TrimSpace(hops[i])
		if _, err := netip.ParseAddr(hop); err != nil {
			break
		}
		if host = hop; !d.trusted(hop) {
			break
		}
	}
	return host
}

// network is the client's address as it is counted.
func (d *doorkeeper) network(r *http.Request) string { return account.Network(d.clientAddress(r)) }

func (d *doorkeeper) trusted(host string) bool {
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	for _, p := range d.proxies {
		if p.Contains(ip.Unmap()) {
			return true
		}
	}
	return false
}

// socketViewer finds who a socket is, by the token of its connection_init, else by the
// cookie it was opened with; nobody when it has neither.
//
// Faults: UNAUTHENTICATED for a credential that is not, or no longer, good.
func (d *doorkeeper) socketViewer(r *http.Request, payload map[string]any) (context.Context, viewer.Viewer, error) {
	ctx := graph.WithRequest(context.WithoutCancel(r.Context()), graph.Request{
		Client: account.Client{Address: d.clientAddress(r), UserAgent: r.UserAgent()},
		Keep:   func(string, time.Time) {},
		Drop:   func() {},
	})
	token, given := "", false
	for key, value := range payload {
		if text, ok := value.(string); ok && strings.EqualFold(key, "authorization") {
			token, given = bearer(text)
		}
	}
	if !given {
		token, given = bearer(r.Header.Get("Authorization"))
	}
	if !given {
		if c, err := r.Cookie(d.cookieName()); err == nil {
			token, given = c.Value, true
		}
	}
	if !given {
		return ctx, viewer.Viewer{}, nil
	}
	v, err := d.accounts.Authenticate(ctx, token)
	return viewer.With(ctx, v), v, err
}

// scopeOf names whose sockets are counted together: a session's, an API key's.
func scopeOf(v viewer.Viewer) uuid.UUID {
	if v.APIKey != uuid.Nil {
		return v.APIKey
	}
	return v.Session
}
