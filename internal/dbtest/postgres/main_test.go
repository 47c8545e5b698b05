//go:build unix

package postgres

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
)

// roleVariable makes the test program play another program, for tests that need one.
const roleVariable = "KARTELA_POSTGRES_TEST_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(roleVariable) {
	case "docker":
		os.Exit(fakeDocker(os.Args[1:]))
	case "starter":
		os.Exit(startAndStay())
	}
	code := m.Run()
	if sharedServer != nil {
		if err := sharedServer.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

var sharedServer *Server

var startShared = sync.OnceValues(func() (*Server, error) {
	var err error
	sharedServer, err = fromMachine(context.Background(), defaults())
	return sharedServer, err
})

// needsPrograms ends a test that is about the machine's own PostgreSQL where there is none.
func needsPrograms(t *testing.T) (bin string) {
	t.Helper()
	bin, err := programs(usualPlaces)
	if err != nil {
		t.Skipf("about the machine's own PostgreSQL: %v", err)
	}
	return bin
}

// shared is a server of the machine's own PostgreSQL, one for all tests.
func shared(t *testing.T) *Server {
	t.Helper()
	needsPrograms(t)
	s, err := startShared()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}

func query[T any](t *testing.T, c *pgx.Conn, sql string) (v T) {
	t.Helper()
	if err := c.QueryRow(t.Context(), sql).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}

// openFolder is a temporary folder that every account can reach and write to.
func openFolder(t *testing.T) string {
	t.Helper()
	path, err := os.MkdirTemp("/tmp", "kartela-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(path) })
	if err := os.Chmod(path, 0o777); err != nil { //nolint:gosec // that is what it is for
		t.Fatal(err)
	}
	return path
}

// script writes a program for sh into a folder.
func script(t *testing.T, folder, name, text string) {
	t.Helper()
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // for every account
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name), []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
}

// forever is a command for sh that ends only when it is killed.
func forever(t *testing.T, folder string) string {
	t.Helper()
	pipe := filepath.Join(folder, "pipe")
	if err := syscall.Mkfifo(pipe, 0o644); err != nil {
		t.Fatal(err)
	}
	return "exec /bin/cat " + pipe
}

// isolated hides the machine from Start: nothing in PATH but the folder, and no
// TEST_DATABASE_URL.
func isolated(t *testing.T, path string) {
	t.Helper()
	t.Setenv("TEST_DATABASE_URL", "")
	t.Setenv("PATH", path)
}

// fakeDocker plays the client of an engine whose only container is the server at
// FAKE_DOCKER_URL. It writes what it is told to FAKE_DOCKER_LOG, and runs the container's
// command for real, with the docker-entrypoint.sh in PATH.
func fakeDocker(args []string) int {
	logFile := os.Getenv("FAKE_DOCKER_LOG")
	note := func(line string) {
		f, err := os.OpenFile(logFile, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600) //nolint:gosec // the test's own
		if err != nil {
			panic(err)
		}
		_, _ = fmt.Fprintln(f, line)
		_ = f.Close()
	}
	note(strings.Join(args, " "))
	behind, err := pgx.ParseConfig(os.Getenv("FAKE_DOCKER_URL"))
	if err != nil {
		panic(err)
	}
	switch args[0] {
	case "info":
		fmt.Println("28.0.0")
	case "image":
		return 1 // not there yet
	case "pull":
	case "port":
		said, _ := os.ReadFile(logFile) //nolint:gosec // the test's own
		if !strings.Contains(string(said), "\nrunning\n") {
			fmt.Fprintln(os.Stderr, "Error: No such container")
			return 1
		}
		fmt.Printf("127.0.0.1:%d\n", behind.Port)
	case "run":
		ctx := context.Background()
		c, err := pgx.ConnectConfig(ctx, behind)
		if err != nil {
			panic(err)
		}
		if _, err := c.Exec(ctx, "ALTER ROLE postgres PASSWORD '"+os.Getenv("POSTGRES_PASSWORD")+"'"); err != nil {
			panic(err)
		}
		_ = c.Close(ctx)
		note("running")
		_, command, _ := strings.Cut(strings.Join(args, "\x00"), "\x00"+image+"\x00")
		cmd := exec.Command("/bin/sh", strings.Split(command, "\x00")...) //nolint:gosec // the test's own
		cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
		_ = cmd.Run()
		note("ended")
		return 137
	default:
		return 1
	}
	return 0
}
