// Package postgres finds or starts the PostgreSQL server that tests and benchmarks use, so
// that they run on any machine. It owns the server it starts, and nothing outlives the
// process that asked for it; it does not own the databases inside.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// Server is a PostgreSQL server for tests.
type Server struct {
	// URL leads to a database of the server, as a superuser: tests create roles, databases
	// and extensions.
	URL string
	// Source says in a few words which PostgreSQL it is and where it comes from, without
	// the password.
	Source string

	stop func() error // nil for a server that somebody else runs
}

// Stop ends a server that Start started and removes its data; all of its connections break.
// It does nothing to a server named by TEST_DATABASE_URL. Repeating it gives the same answer.
func (s *Server) Stop() error {
	if s.stop == nil {
		return nil
	}
	return s.stop()
}

// Option changes how a server is started. A server named by TEST_DATABASE_URL is taken as
// it is, whatever the options.
type Option func(*config)

// Durable leaves writing to disk as careful as PostgreSQL's defaults, for figures that
// mean something. Without it the server forgoes fsync, and a crash of the machine loses
// the data.
func Durable(c *config) { c.durable = true }

// config is what Start looks at, apart from TEST_DATABASE_URL and PATH.
type config struct {
	durable      bool
	root         bool          // this process is the superuser of the machine
	accounts     []string      // whom the server may run as in place of root, the first that exists
	patience     time.Duration // for the Docker engine to say that it is there
	places       []string      // patterns of folders with PostgreSQL's programs, after PATH
	repository   string        // where embedded binaries are fetched from; "" is the library's default
	startTimeout time.Duration // for a started server to accept connections
}

func defaults() config {
	return config{
		root:         os.Geteuid() == 0,
		accounts:     []string{"postgres", "nobody"},
		patience:     3 * time.Second,
		places:       usualPlaces,
		startTimeout: time.Minute,
	}
}

// parameters are the server's settings, each as name=value.
func (c config) parameters() []string {
	settings := []string{"max_connections=300"}
	if !c.durable {
		settings = append(settings, "fsync=off", "full_page_writes=off", "synchronous_commit=off")
	}
	return settings
}

// advice is said after the reasons why no server could be had.
const advice = "install PostgreSQL (Debian and Ubuntu: apt install postgresql; Fedora: dnf install postgresql-server" +
	" postgresql-contrib; macOS: brew install postgresql), or start Docker, or set TEST_DATABASE_URL"

// Start gives a PostgreSQL server: the one TEST_DATABASE_URL names, else one that it starts,
// from the first of these that works: a running Docker engine, the machine's own
// PostgreSQL, binaries it downloads (not as root).
//
// A server that is started listens on a free port of 127.0.0.1, asks for a random password,
// keeps its data in a fresh temporary folder, and ends with Stop or with this process,
// however that ends. ctx bounds the start only.
//
// A TEST_DATABASE_URL that cannot be used, or whose role is no superuser, is an error, and
// nothing else is tried. When every way fails, the error is one sentence with what to
// install and why each way failed.
func Start(ctx context.Context, options ...Option) (*Server, error) {
	c := defaults()
	for _, option := range options {
		option(&c)
	}
	return start(ctx, c)
}

func start(ctx context.Context, c config) (*Server, error) {
	if given := os.Getenv("TEST_DATABASE_URL"); given != "" {
		return fromURL(ctx, given)
	}
	var reasons []string
	for _, way := range []struct {
		name  string
		start func(context.Context, config) (*Server, error)
	}{
		{"Docker", fromDocker},
		{"the machine's own", fromMachine},
		{"a download", fromDownload},
	} {
		server, err := way.start(ctx, c)
		if err == nil {
			return server, nil
		}
		if ctx.Err() != nil {
			return nil, fmt.Errorf("postgres: start: %w", errors.Join(ctx.Err(), err))
		}
		reasons = append(reasons, way.name+": "+oneLine(err))
	}
	return nil, fmt.Errorf("postgres: no PostgreSQL for the tests: %s (%s)", advice, strings.Join(reasons, "; "))
}

// fromURL takes a server that somebody else runs. It must be given as a URL, as tests
// derive those of their own databases from it.
func fromURL(ctx context.Context, given string) (*Server, error) {
	if u, err := url.Parse(given); err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") || u.Host == "" {
		return nil, errors.New("postgres: TEST_DATABASE_URL cannot be used: it is not a URL such as postgres://user:password@host:5432/postgres")
	}
	about, err := inspect(ctx, given)
	if err != nil {
		return nil, fmt.Errorf("postgres: TEST_DATABASE_URL cannot be used: %w", err)
	}
	return &Server{URL: given, Source: about.version + " of TEST_DATABASE_URL"}, nil
}

// started makes the Server of a running server, once it is seen to be fit for tests.
func started(ctx context.Context, target, from string, stop func() error) (*Server, error) {
	about, err := inspect(ctx, target)
	if err != nil {
		return nil, errors.Join(err, stop())
	}
	return &Server{URL: target, Source: about.version + " " + from + " at " + about.address, stop: sync.OnceValue(stop)}, nil
}

// superuser is the role of a server that is started here.
const superuser = "postgres"

func urlOf(address, password string) string {
	u := url.URL{Scheme: "postgres", User: url.UserPassword(superuser, password), Host: address,
		Path: "/postgres", RawQuery: "sslmode=disable"}
	return u.String()
}

// about is what is known of a server that was asked.
type about struct {
	version string // "PostgreSQL 15.4"
	address string // host and port
}

const connectTimeout = 5 * time.Second

// inspect asks a server who it is, and refuses one that tests could not use.
func inspect(ctx context.Context, target string) (about, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	c, err := pgx.Connect(ctx, target)
	if err != nil {
		return about{}, err
	}
	defer func() { _ = c.Close(ctx) }()
	var version string
	var isSuperuser, hasTrigrams bool
	err = c.QueryRow(ctx, `SELECT current_setting('server_version'), current_setting('is_superuser') = 'on',
		EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm')`).Scan(&version, &isSuperuser, &hasTrigrams)
	if err != nil {
		return about{}, err
	}
	number, _, _ := strings.Cut(version, " ") // "15.4 (Debian 15.4-1)"
	a := about{version: "PostgreSQL " + number, address: fmt.Sprintf("%s:%d", c.Config().Host, c.Config().Port)}
	if !isSuperuser {
		return a, fmt.Errorf("the role %s of %s is not a superuser, and tests create roles and databases", c.Config().User, a.version)
	}
	if !hasTrigrams {
		return a, fmt.Errorf("%s lacks the extension pg_trgm: install its contrib package", a.version)
	}
	return a, nil
}

const retryEvery = 20 * time.Millisecond

// await returns when the server at target lets us in, or with an error when it ended or
// ctx did.
func await(ctx context.Context, target string, ended <-chan struct{}) error {
	for {
		attempt, cancel := context.WithTimeout(ctx, connectTimeout)
		c, err := pgx.Connect(attempt, target)
		if err == nil {
			_ = c.Close(attempt)
		}
		cancel()
		if err == nil {
			return nil
		}
		select {
		case <-ended:
			return errEnded
		case <-ctx.Done():
			return fmt.Errorf("not ready in time: %w", err)
		case <-time.After(retryEvery):
		}
	}
}

var errEnded = errors.New("the server ended while it started")

// oneLine is an error's text fit for a sentence: without line breaks, and of a long one
// only the beginning and the end.
func oneLine(err error) string {
	const head, tail = 150, 350
	text := []rune(strings.Join(strings.Fields(err.Error()), " "))
	if len(text) > head+tail {
		text = slices.Concat(text[:head], []rune(" … "), text[len(text)-tail:])
	}
	return string(text)
}
