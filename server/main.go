// Command kartela is the server: the GraphQL API with its live subscriptions, and the page.
//
//	kartela serve [--demo]   serves until it is told to stop
//	kartela migrate          brings the database up to this version and ends
//	kartela verify           computes every amount again and tells what differs
//
// It is set up by the environment; `kartela --help` lists what it reads.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"
	_ "time/tzdata" // organizations have time zones, and a container or Windows may have no zone files

	"github.com/alecthomas/kong"

	"github.com/kartela/kartela/internal/db"
)

type commands struct {
	Serve   serveCommand   `cmd:"" default:"withargs" help:"Serve the API and the page until told to stop."`
	Migrate migrateCommand `cmd:"" help:"Bring the database up to this version and end."`
	Verify  verifyCommand  `cmd:"" help:"Compute every balance, allocation and number of every organization again and end: with 1 when one differs. The server may run meanwhile."`
}

type serveCommand struct {
	Demo bool `help:"Fill an empty database with a demonstration: some 200 contacts, documents and payments of two years, three portal customers."`
}

type migrateCommand struct{}

type verifyCommand struct{}

const environmentHelp = `The environment:
  DATABASE_URL                 postgres://… ; without it the embedded database in KARTELA_DATA
  NATS_URL                     nats://…: how several processes tell each other of changes (on PostgreSQL by the database)
  KARTELA_NATS_SUBJECT         its subject, one for each database (kartela.live)
  KARTELA_ADDR                 where to listen (127.0.0.1:8080)
  KARTELA_DATA                 folder of the embedded database (data)
  KARTELA_FILES                where files are kept: database, disk (files in KARTELA_DATA), s3://bucket?region=… (database)
  KARTELA_URL                  the page's public address, for links; https makes cookies secure
  KARTELA_SMTP_URL             smtp://user:password@host:587?from=Name <a@b>&tls=starttls|implicit|none
  KARTELA_VIES_URL             the EU's registry of VAT numbers (the real one)
  KARTELA_AADE_URL             the Greek business registry (the real one)
  KARTELA_RATES                ecb fetches the European Central Bank's exchange rates every day (off)
  KARTELA_RATES_URL            the folder of its feed (the real one)
  KARTELA_SECRET_KEY           32 random bytes in base64: seals secrets, such as passwords for registries
  KARTELA_SECRET_KEY_FILE      a file that holds it (secret.key in KARTELA_DATA, made there; not on PostgreSQL)
  KARTELA_SECRET_KEY_OLD       the key before: what it sealed is sealed anew at the start
  KARTELA_ORIGINS              origins of other sites' pages that may use the API, by comma
  KARTELA_TRUSTED_PROXIES      networks whose X-Forwarded-For is believed, by comma: 10.0.0.0/8
  KARTELA_MAX_COST             most that one query may cost (100000)
  KARTELA_MAX_HASHES           passwords hashed at a time, 19 MiB each (4)
  KARTELA_MAX_SOCKETS          open sockets of one session (20)
  KARTELA_MAX_ADDRESS_SOCKETS  open sockets from one network address (500)
  KARTELA_DRAIN                how long to wait for requests at the end (10s)
  KARTELA_LOG                  text or json (text)`

func main() {
	var cli commands
	k := kong.Parse(&cli, kong.Name("kartela"), kong.UsageOnError(),
		kong.Description("Ledger cards for customers and suppliers, live.\n\n"+environmentHelp))
	if err := run(k.Command(), cli); err != nil {
		fmt.Fprintln(os.Stderr, "kartela:", err)
		os.Exit(1)
	}
}

func run(command string, cli commands) error {
	c, err := readConfig()
	if err != nil {
		return err
	}
	setUpLog(c.LogFormat)
	setUpMemory()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	switch {
	case strings.HasPrefix(command, "migrate"):
		return migrate(ctx, c)
	case strings.HasPrefix(command, "verify"):
		return verify(ctx, c, os.Stdout)
	}
	return serve(ctx, c, cli.Serve.Demo, os.Stdout)
}

func setUpLog(format string) {
	var h slog.Handler = slog.NewTextHandler(os.Stderr, nil)
	if format == "json" {
		h = slog.NewJSONHandler(os.Stderr, nil)
	}
	slog.SetDefault(slog.New(h))
}

// setUpMemory trades memory for CPU, unless GOGC says otherwise: what a request makes is
// garbage when it is answered, and little lives longer. At 400 a page costs no less, and a
// subscriber 15 kB more. GOMEMLIMIT bounds it, as in any Go program; no bound is made up
// here, because one below what really lives would have it collect all the time.
func setUpMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200)
	}
}

func migrate(ctx context.Context, c *config) error {
	d, err := db.Open(ctx, c.databaseURL())
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	applied, err := db.Migrate(ctx, d)
	for _, name := range applied {
		fmt.Println("applied", name)
	}
	if err == nil && len(applied) == 0 {
		fmt.Println("the database is up to date")
	}
	return err
}
