package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/demo"
)

// serve opens and migrates the database, listens, prints the first addresses and sign-ins,
// and serves until the context ends. Then it says goodbye to sockets and streams and waits
// for requests, at most for the drain time.
func serve(ctx context.Context, c *config, demonstration bool, out io.Writer) (err error) {
	d, err := db.Open(ctx, c.databaseURL())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	applied, err := db.Migrate(ctx, d)
	if err != nil {
		return err
	}
	if len(applied) > 0 {
		slog.Info("the database was migrated", "applied", len(applied))
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Address)
	if err != nil {
		return fmt.Errorf("listen on KARTELA_ADDR: %w", err)
	}
	defer func() { _ = listener.Close() }()
	c.Demo = demonstration
	a, err := newApp(c, d, c.publicURL(listener.Addr()), time.Now)
	if err != nil {
		return err
	}
	defer a.goLive(ctx)()
	if err := a.reseal(ctx); err != nil {
		return err
	}
	if err := a.refold(ctx); err != nil {
		return err
	}
	token, empty, err := a.graph.Accounts.NewSetupToken(ctx)
	if err != nil {
		return err
	}
	if demonstration {
		if empty {
			slog.Info("writing the demonstration")
		}
		if err := a.demonstrate(ctx, empty); err != nil {
			return err
		}
	}
	shown, err := demo.Shown(ctx, d)
	if err != nil {
		return err
	}
	s := a.server()
	go a.recheck(ctx)
	defer a.work(ctx)()
	stopQueue, err := a.queue(ctx)
	if err != nil {
		return err
	}
	defer stopQueue()
	failed := make(chan error, 1)
	go func() { failed <- s.Serve(listener) }()
	greet(out, c.publicURL(listener.Addr()), shown, token, empty && !demonstration)
	slog.Info("listening", "address", listener.Addr().String(), "database", c.place())
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	return a.stop(s, c.Drain)
}

func (a *app) server() *http.Server {
	return &http.Server{Handler: a.handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(slog.Default().Handler(), slog.LevelWarn)}
}

// stop ends everything that is open, requests last.
func (a *app) stop(s *http.Server, drain time.Duration) error {
	slog.Info("stopping")
	a.stopping.Store(true)
	ctx, cancel := context.WithTimeout(context.Background(), drain)
	defer cancel()
	a.streams.Shutdown()
	err := a.sockets.Shutdown(ctx)
	err = errors.Join(err, s.Shutdown(ctx))
	a.graph.Accounts.Settle() // links that are on their way
	return err
}

// greet prints what a newcomer needs next. Tools read these lines too.
func greet(w io.Writer, page string, shown *demo.Accounts, token string, empty bool) {
	say := func(name, text string) { _, _ = fmt.Fprintf(w, "  %-9s %s\n", name, text) }
	_, _ = fmt.Fprintln(w)
	say("Page", page+"/")
	say("GraphiQL", page+"/graphiql")
	switch {
	case shown != nil:
		say("Owner", shown.Owner.Email+" / "+shown.Owner.Password)
		say("Portal", shown.Portal[0].Email+" / "+shown.Portal[0].Password)
	case empty:
		say("Begin", page+"/setup?token="+url.QueryEscape(token))
		_, _ = fmt.Fprintln(w, "  This link makes the first organization and its owner. It works once.")
	}
	_, _ = fmt.Fprintln(w)
}

// place says where the data is, without a password.
func (c *config) place() string {
	u, err := url.Parse(c.databaseURL())
	switch {
	case err != nil:
		return "DATABASE_URL"
	case u.Host != "":
		return u.Scheme + "://" + u.Host + u.Path
	}
	return c.databaseURL()
}
