//go:build unix

package postgres

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestTheOrderOfWays(t *testing.T) {
	const broken = `echo "initdb was tried"; exit 1`
	tests := map[string]struct {
		docker   string        // the fake client's text, "" for no client
		initdb   string        // the fake program's text, "" for none
		patience time.Duration // 10 s unless set
		root     *bool         // as it is unless set
		want     []string
	}{
		"no client": {initdb: broken,
			want: []string{"Docker: no docker in PATH", "own: initdb: exit status 1: initdb was tried", "a download: "}},
		"a client without an engine": {docker: `echo "no daemon is running" >&2; exit 1`, initdb: broken,
			want: []string{"Docker: no engine answers: docker info: exit status 1: no daemon is running", "initdb was tried"}},
		"a client that succeeds without an engine": {docker: "exit 0", initdb: broken,
			want: []string{"Docker: no engine answers: it gave no version", "initdb was tried"}},
		"an engine that hangs": {docker: "forever", patience: 100 * time.Millisecond, initdb: broken,
			want: []string{"Docker: no engine answers: docker info: context deadline exceeded", "initdb was tried"}},
		"an engine that cannot pull": {docker: `case $1 in info) echo 28;; pull) echo "no such host" >&2; exit 1;; *) exit 1;; esac`, initdb: broken,
			want: []string{"Docker: docker pull: exit status 1: no such host", "initdb was tried"}},
		"an engine that cannot run": {docker: `case $1 in info) echo 28;; image) ;; run) echo "no space left" >&2; exit 125;; *) exit 1;; esac`, initdb: broken,
			want: []string{"Docker: docker run: the server ended while it started: no space left", "initdb was tried"}},
		"no programs": {
			want: []string{"own: no folder with initdb and postgres"}},
		"root does not download": {root: new(true),
			want: []string{"a download: downloaded programs are not run as root"}},
		"others do": {root: new(false),
			want: []string{"a download: the binaries could not be fetched or started: no version found"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			folder := openFolder(t)
			isolated(t, folder)
			t.Setenv("HOME", t.TempDir()) // where downloads are kept
			t.Setenv("TMPDIR", folder)
			if tt.docker == "forever" {
				tt.docker = forever(t, folder)
			}
			if tt.docker != "" {
				script(t, folder, "docker", tt.docker)
			}
			c := defaults()
			c.patience = cmp.Or(tt.patience, 10*time.Second)
			c.places = []string{filepath.Join(folder, "bin")}
			if tt.initdb != "" {
				script(t, filepath.Join(folder, "bin"), "initdb", tt.initdb)
				script(t, filepath.Join(folder, "bin"), "postgres", "exit 1")
			}
			if tt.root != nil {
				c.root = *tt.root
			}
			repository := httptest.NewServer(http.NotFoundHandler())
			defer repository.Close()
			c.repository = repository.URL

			_, err := start(t.Context(), c)
			if err == nil {
				t.Fatal("started from nothing")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is not in\n%v", want, err)
				}
			}
			left, _ := filepath.Glob(filepath.Join(folder, folderPrefix+"*"))
			if len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestNothingToBeHadIsOneSentence(t *testing.T) {
	isolated(t, "")
	c := defaults()
	c.places, c.root = nil, true
	_, err := start(t.Context(), c)
	if err == nil {
		t.Fatal("started from nothing")
	}
	want := "postgres: no PostgreSQL for the tests: install PostgreSQL (Debian and Ubuntu: apt install postgresql;" +
		" Fedora: dnf install postgresql-server postgresql-contrib; macOS: brew install postgresql), or start Docker, or set" +
		" TEST_DATABASE_URL (Docker: no docker in PATH; the machine's own: no folder with initdb and postgres in PATH or" +
		" where systems put them; a download: downloaded programs are not run as root)"
	if diff := gocmp.Diff(want, err.Error()); diff != "" {
		t.Errorf("the sentence (-want +got):\n%s", diff)
	}
}

func TestAnEndedContextEndsTheSearch(t *testing.T) {
	folder := openFolder(t)
	isolated(t, folder)
	t.Setenv("TMPDIR", folder)
	hangs := forever(t, folder)
	script(t, folder, "initdb", "echo >"+filepath.Join(folder, "pipe")+"; "+hangs)
	script(t, folder, "postgres", "exit 1")
	if err := os.Chmod(filepath.Join(folder, "pipe"), 0o666); err != nil { //nolint:gosec // for every account
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		_, _ = os.ReadFile(filepath.Join(folder, "pipe")) //nolint:gosec // the test's own; waits for initdb
		cancel()
	}()
	_, err := start(ctx, defaults())
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	if err != nil && strings.Contains(err.Error(), advice) {
		t.Errorf("who gave up is told what to install: %v", err)
	}
}

func TestAGivenServer(t *testing.T) {
	s := shared(t)
	t.Setenv("TEST_DATABASE_URL", s.URL)
	got, err := Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got.URL != s.URL {
		t.Errorf("URL %q, want the one given", got.URL)
	}
	if !strings.HasPrefix(got.Source, "PostgreSQL ") || !strings.HasSuffix(got.Source, " of TEST_DATABASE_URL") {
		t.Errorf("source %q", got.Source)
	}
	if err := got.Stop(); err != nil {
		t.Error(err)
	}
	connect(t, s.URL) // somebody else's server still runs
}

func TestAGivenServerThatCannotBeUsed(t *testing.T) {
	s := shared(t)
	c := connect(t, s.URL)
	if _, err := c.Exec(t.Context(), "CREATE ROLE clerk LOGIN PASSWORD 'secret-of-clerk'"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = c.Exec(context.Background(), "DROP ROLE clerk") })
	as := func(name, password string) string {
		u, err := url.Parse(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		u.User = url.UserPassword(name, password)
		return u.String()
	}
	tests := map[string]struct{ given, want string }{
		"no server":      {"postgres://clerk:secret-of-clerk@127.0.0.1:1/x", "refused"},
		"no URL":         {"host=localhost password=secret-of-clerk", "it is not a URL"},
		"another scheme": {"mysql://clerk:secret-of-clerk@127.0.0.1/x", "it is not a URL"},
		"no host":        {"postgres:///secret-of-clerk", "it is not a URL"},
		"wrong password": {as("clerk", "secret-of-clerk, wrong"), "password authentication failed"},
		"no superuser":   {as("clerk", "secret-of-clerk"), "the role clerk of PostgreSQL "},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			folder := openFolder(t)
			isolated(t, folder)
			script(t, folder, "docker", "echo >"+folder+"/tried")
			t.Setenv("TEST_DATABASE_URL", tt.given)
			_, err := Start(t.Context())
			if err == nil {
				t.Fatal("taken as it is")
			}
			if !strings.HasPrefix(err.Error(), "postgres: TEST_DATABASE_URL cannot be used: ") || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q in it", err, tt.want)
			}
			if strings.Contains(err.Error(), "secret-of-clerk") {
				t.Errorf("the password is told: %v", err)
			}
			if _, err := os.Stat(filepath.Join(folder, "tried")); err == nil {
				t.Error("Docker was tried all the same")
			}
		})
	}
}

// A server whose packages lack an extension is told from one that is fit.
func TestAServerWithoutTrigrams(t *testing.T) {
	c := connect(t, shared(t).URL)
	// A view of the same name that is found first plays a server without the extension.
	for _, sql := range []string{
		"CREATE DATABASE bare",
		"ALTER DATABASE bare SET search_path = bare, pg_catalog, public",
	} {
		if _, err := c.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _, _ = c.Exec(context.Background(), "DROP DATABASE bare WITH (FORCE)") })
	target := strings.Replace(shared(t).URL, "/postgres?", "/bare?", 1)
	bare := connect(t, target)
	if _, err := bare.Exec(t.Context(), "CREATE SCHEMA bare; CREATE VIEW bare.pg_available_extensions AS SELECT ''::name AS name"); err != nil {
		t.Fatal(err)
	}
	_, err := inspect(t.Context(), target)
	if err == nil || !strings.Contains(err.Error(), "lacks the extension pg_trgm") {
		t.Errorf("error %v", err)
	}
}

func TestAReasonFitsInASentence(t *testing.T) {
	long := strings.Repeat("η αρχή ", 100) + strings.Repeat("το τέλος ", 100)
	got := oneLine(errors.New(long))
	if n := len([]rune(got)); n != 503 {
		t.Errorf("%d characters", n)
	}
	if !strings.HasPrefix(got, "η αρχή η ") || !strings.HasSuffix(got, "το τέλος") || !strings.Contains(got, " … ") {
		t.Errorf("%q", got)
	}
	if got := oneLine(errors.New("two\n lines")); got != "two lines" {
		t.Errorf("%q", got)
	}
}
