package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/rs/cors"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/graph"
	"github.com/kartela/kartela/internal/psp/sandbox"
	"github.com/kartela/kartela/onlinepayment"
	"github.com/kartela/kartela/permalink"
	"github.com/kartela/kartela/server/graphiql"
	"github.com/kartela/kartela/server/web"
)

func isSecure(baseURL string) bool { return strings.HasPrefix(baseURL, "https://") }

// mount puts everything under its address:
//
//	/graphql            the API: HTTP, server-sent events, WebSockets
//	/graphiql           the workbench
//	/files/{id}         a file kept with a contact
//	/documents/{id}/pdf a document as it is printed
//	/contacts/{id}/statement/pdf   a statement as it is printed
//	/contacts/{id}/statement/xlsx  the same as a workbook
//	/d/{token}          a document by its permalink; an estimate is accepted or declined there
//	/d/{token}/pdf      as it is printed
//	/d/{token}/pay      the ways to pay it, and what became of that
//	/webhooks/{provider}/{organization}  messages of payment providers
//	/sandbox/{id}       the page of the provider that takes no money
//	/organization/logo  the picture on the business's documents
//	/contacts/export    a list of contacts as a file
//	/imports            files of contacts to import, by tools; what became of them
//	/healthz, /readyz   for whoever watches the server
//	everything else     the page
func (a *app) mount(baseURL string) error {
	l := defaultLimits
	l.Cost = a.config.Cost
	exec := newExecutor(graph.Schema(a.graph), l)
	origins := origins{own: baseURL, others: a.config.Origins}
	var err error
	if a.sockets, err = a.newSockets(exec, origins); err != nil {
		return err
	}
	api := &endpoint{exec: exec, door: a.door, limits: l, streams: a.streams}

	protection := http.NewCrossOriginProtection()
	for _, o := range a.config.Origins {
		if err := protection.AddTrustedOrigin(o); err != nil {
			return fmt.Errorf("KARTELA_ORIGINS: %w", err)
		}
	}
	protection.SetDenyHandler(http.HandlerFunc(refuseOrigin))
	other := cors.New(cors.Options{AllowedOrigins: a.config.Origins, AllowCredentials: true, MaxAge: 600,
		AllowedMethods: []string{http.MethodGet, http.MethodHead, http.MethodPost},
		AllowedHeaders: []string{"Authorization", "Content-Type", "Idempotency-Key", "Kartela-Csrf"}})
	if len(a.config.Origins) == 0 {
		other = cors.New(cors.Options{AllowOriginFunc: func(string) bool { return false }})
	}
	mux := http.NewServeMux()
	mux.Handle("/graphql", other.Handler(a.graphQL(protection.Handler(api))))
	mux.Handle(graphiql.Path, graphiql.Handler())
	mux.Handle(graphiql.Path+"/", graphiql.Handler())
	mux.Handle("GET /files/{id}", other.Handler(http.HandlerFunc(a.files)))
	mux.Handle("POST /imports", other.Handler(protection.Handler(http.HandlerFunc(a.upload))))
	mux.Handle("GET /imports/{id}", other.Handler(http.HandlerFunc(a.importState)))
	mux.Handle("GET /imports/{id}/rejected", other.Handler(http.HandlerFunc(a.rejected)))
	mux.Handle("GET /documents/{id}/pdf", other.Handler(http.HandlerFunc(a.printDocument)))
	mux.Handle("GET /contacts/{id}/statement/pdf", other.Handler(http.HandlerFunc(a.printStatement)))
	mux.Handle("GET /contacts/{id}/statement/xlsx", other.Handler(http.HandlerFunc(a.statementWorkbook)))
	mux.HandleFunc("GET "+permalink.Path+"{token}", a.permalink)
	mux.Handle("POST "+permalink.Path+"{token}", protection.Handler(http.HandlerFunc(a.decideByLink)))
	mux.HandleFunc("GET "+permalink.Path+"{token}/pdf", a.printLink)
	mux.HandleFunc("GET "+permalink.Path+"{token}/pay", a.payByLink)
	mux.Handle("POST "+permalink.Path+"{token}/pay", protection.Handler(http.HandlerFunc(a.payByLink)))
	mux.HandleFunc("GET "+permalink.Path+"{token}/pay/{id}", a.payByLink)
	mux.HandleFunc("POST "+onlinepayment.WebhookPath+"{provider}/{organization}", a.webhook)
	mux.HandleFunc("GET "+sandbox.Path+"{id}", a.sandboxPage)
	mux.Handle("POST "+sandbox.Path+"{id}", protection.Handler(http.HandlerFunc(a.sandboxPage)))
	mux.Handle("GET /organization/logo", other.Handler(http.HandlerFunc(a.logo)))
	mux.Handle("GET /contacts/export", other.Handler(http.HandlerFunc(a.exportContacts)))
	mux.HandleFunc("GET /healthz", healthy)
	mux.HandleFunc("GET /readyz", a.ready)
	mux.Handle("/", web.Handler())
	a.handler = mux
	return nil
}

// graphQL parts sockets, which check their own Origin, from everything else.
func (a *app) graphQL(overHTTP http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isUpgrade(r) {
			a.sockets.ServeHTTP(w, r)
			return
		}
		overHTTP.ServeHTTP(w, r)
	})
}

func isUpgrade(r *http.Request) bool {
	return slices.ContainsFunc(strings.Split(strings.Join(r.Header.Values("Upgrade"), ","), ","), func(s string) bool {
		return strings.EqualFold(strings.TrimSpace(s), "websocket")
	})
}

func refuseOrigin(w http.ResponseWriter, _ *http.Request) {
	answer{w, mediaJSON}.fault(http.StatusForbidden,
		fault.New(fault.Forbidden, "", "Another site's page may not ask this: its origin is not in KARTELA_ORIGINS."))
}

// origins are the pages that may open a socket with a cookie.
type origins struct {
	own    string
	others []string
}

// allowed says whether the page of the request's Origin may: our own, by the host that was
// asked or by the public address, or one that is listed. A program sends none.
func (o origins) allowed(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || origin == o.own || slices.Contains(o.others, origin) {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && strings.EqualFold(u.Host, r.Host)
}

func healthy(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "ok\n") }

// ready says whether the server can answer: its database does, and it is not shutting down.
func (a *app) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if a.stopping.Load() {
		say(w, http.StatusServiceUnavailable, "the server is shutting down\n")
		return
	}
	if err := a.db.Ping(ctx); err != nil {
		say(w, http.StatusServiceUnavailable, "the database does not answer\n")
		return
	}
	say(w, http.StatusOK, "ok\n")
}

func say(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text)) //nolint:gosec // plain text of our own; a reader that went away needs no answer
}
