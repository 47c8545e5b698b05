//go:build unix

package postgres

import (
	"errors"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
)

func TestPrograms(t *testing.T) {
	tests := map[string]struct {
		path   []string // what is in the folder of PATH; "->x" is a link to initdb of x
		places map[string][]string
		want   string
	}{
		"PATH first":                {[]string{"initdb", "postgres"}, map[string][]string{"lib/16/bin": {"initdb", "postgres"}}, "path"},
		"initdb alone in PATH":      {[]string{"initdb"}, map[string][]string{"lib/15/bin": {"initdb", "postgres"}}, "lib/15/bin"},
		"a link in PATH":            {[]string{"->lib/14/bin"}, map[string][]string{"lib/14/bin": {"initdb", "postgres"}, "lib/15/bin": {"initdb", "postgres"}}, "lib/14/bin"},
		"the newest, not the last":  {nil, map[string][]string{"lib/9.6/bin": {"initdb", "postgres"}, "lib/10/bin": {"initdb", "postgres"}, "lib/9/bin": {"initdb", "postgres"}}, "lib/10/bin"},
		"the newest is only tools":  {nil, map[string][]string{"lib/17/bin": {"initdb"}, "lib/15/bin": {"initdb", "postgres"}}, "lib/15/bin"},
		"the newest cannot be made": {nil, map[string][]string{"lib/17/bin": {"postgres"}, "lib/15/bin": {"initdb", "postgres"}}, "lib/15/bin"},
		"none":                      {nil, map[string][]string{"lib/17/bin": {"psql"}}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			folder := openFolder(t)
			for place, names := range tt.places {
				for _, n := range names {
					script(t, filepath.Join(folder, place), n, "exit 0")
				}
			}
			for _, n := range tt.path {
				if to, isLink := strings.CutPrefix(n, "->"); isLink {
					script(t, filepath.Join(folder, "path"), "psql", "exit 0")
					if err := os.Symlink(filepath.Join(folder, to, "initdb"), filepath.Join(folder, "path", "initdb")); err != nil {
						t.Fatal(err)
					}
					continue
				}
				script(t, filepath.Join(folder, "path"), n, "exit 0")
			}
			t.Setenv("PATH", filepath.Join(folder, "path"))
			got, err := programs([]string{filepath.Join(folder, "lib/*/bin")})
			if (err == nil) != (tt.want != "") {
				t.Fatalf("%q, error %v", got, err)
			}
			if got, _ = filepath.Rel(folder, got); tt.want != "" && got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func TestAServerOfTheMachine(t *testing.T) {
	bin := needsPrograms(t)
	fast := map[string]string{"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "300"}
	careful := map[string]string{"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "max_connections": "300"}
	tests := map[string]struct {
		accounts []string // used by root only
		durable  bool
		settings map[string]string
	}{
		"its own account":       {[]string{"postgres", "nobody"}, false, fast},
		"no account of its own": {[]string{"no-such-account", "nobody"}, true, careful},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := defaults()
			c.accounts = tt.accounts
			if tt.durable {
				Durable(&c)
			}
			s, err := fromMachine(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Stop() })
			if !strings.Contains(s.Source, " of "+bin+" at 127.0.0.1:") {
				t.Errorf("source %q", s.Source)
			}

			conn := connect(t, s.URL)
			got := map[string]string{}
			for setting := range tt.settings {
				got[setting] = query[string](t, conn, "SHOW "+setting)
			}
			if diff := cmp.Diff(tt.settings, got); diff != "" {
				t.Errorf("settings (-want +got):\n%s", diff)
			}
			checkFitForTests(t, conn)
			checkClosedToOthers(t, s.URL)

			data := query[string](t, conn, "SHOW data_directory")
			pid := postmaster(t, conn)
			if err := s.Stop(); err != nil {
				t.Error(err)
			}
			if err := s.Stop(); err != nil {
				t.Errorf("stopped twice: %v", err)
			}
			if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
				t.Errorf("process %d: %v, want it gone", pid, err)
			}
			if _, err := os.Stat(filepath.Dir(data)); !os.IsNotExist(err) {
				t.Errorf("%s: %v, want it gone", filepath.Dir(data), err)
			}
		})
	}
}

// checkFitForTests does what the helpers of tests do.
func checkFitForTests(t *testing.T, conn *pgx.Conn) {
	t.Helper()
	for _, sql := range []string{
		"CREATE EXTENSION pg_trgm",
		"CREATE ROLE app LOGIN",
		"CREATE DATABASE template_of_tests",
		"CREATE DATABASE copy TEMPLATE template_of_tests",
		"DROP DATABASE copy WITH (FORCE)",
	} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Errorf("%s: %v", sql, err)
		}
	}
	// Where the locale does not know Greek, words have no trigrams and no index helps.
	if n := query[int](t, conn, "SELECT cardinality(show_trgm('αθηνα'))"); n != 6 {
		t.Errorf("%d trigrams of αθηνα, want 6", n)
	}
}

// checkClosedToOthers sees that the server asks for the password and listens on the
// loopback address alone.
func checkClosedToOthers(t *testing.T, target string) {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	password, _ := u.User.Password()
	if len(password) < 20 {
		t.Errorf("password %q is short", password)
	}
	u.User = url.UserPassword("postgres", "postgres")
	if c, err := pgx.Connect(t.Context(), u.String()); err == nil {
		_ = c.Close(t.Context())
		t.Error("a wrong password lets in")
	}
	conn := connect(t, target)
	if addresses := query[string](t, conn, "SHOW listen_addresses"); addresses != "127.0.0.1" {
		t.Errorf("listens on %q", addresses)
	}
	if sockets := query[string](t, conn, "SHOW unix_socket_directories"); sockets != "" {
		t.Errorf("sockets in %q", sockets)
	}
}

// postmaster is the number of the server's first process.
func postmaster(t *testing.T, conn *pgx.Conn) int {
	t.Helper()
	first, _, _ := strings.Cut(query[string](t, conn, "SELECT pg_read_file('postmaster.pid')"), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func TestAServerThatDoesNotStart(t *testing.T) {
	tests := map[string]struct {
		postgres string
		want     string
		tries    int
	}{
		"it fails":            {`echo "FATAL: out of something" >&2; exit 1`, "the server ended while it started: FATAL: out of something", 1},
		"its port is taken":   {`echo "could not bind IPv4 address" >&2; exit 1`, "the port was taken by another program", 5},
		"it never gets ready": {"forever", "not ready in time", 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			folder := openFolder(t)
			isolated(t, folder)
			t.Setenv("TMPDIR", folder)
			if tt.postgres == "forever" {
				tt.postgres = forever(t, folder)
			}
			script(t, folder, "initdb", "exit 0")
			script(t, folder, "postgres", "echo >>"+folder+"/tries; "+tt.postgres)
			if err := os.WriteFile(filepath.Join(folder, "tries"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(filepath.Join(folder, "tries"), 0o666); err != nil { //nolint:gosec // for every account
				t.Fatal(err)
			}
			c := defaults()
			if tt.want == "not ready in time" {
				c.startTimeout = 200 * time.Millisecond
			}
			_, err := fromMachine(t.Context(), c)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
			tries, err := os.ReadFile(filepath.Join(folder, "tries")) //nolint:gosec // the test's own
			if err != nil {
				t.Fatal(err)
			}
			if len(tries) != tt.tries {
				t.Errorf("tried %d times, want %d", len(tries), tt.tries)
			}
			left, _ := filepath.Glob(filepath.Join(folder, folderPrefix+"*"))
			if len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestAFreePortIsFree(t *testing.T) {
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
}

func TestAServerThatEndedBeforeItWasStopped(t *testing.T) {
	p, err := spawn(exec.CommandContext(t.Context(), "false"))
	if err != nil {
		t.Fatal(err)
	}
	<-p.done
	if err := p.shutDown(); err == nil || !strings.Contains(err.Error(), "had ended before it was stopped: exit status 1") {
		t.Errorf("error %v", err)
	}
}
