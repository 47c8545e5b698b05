//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/kartela/kartela/internal/dbtest/postgres"
)

// roleVariable makes the test program play another program; a command it runs as `with`
// drops the role by its first argument.
const roleVariable = "KARTELA_WITH_TEST_ROLE"

func TestMain(m *testing.M) {
	switch {
	case len(os.Args) > 1 && os.Args[1] == "await-a-signal":
		signals := make(chan os.Signal, 1)
		signal.Notify(signals)
		fmt.Println("ready")
		fmt.Println(<-signals)
		os.Exit(3)
	case os.Getenv(roleVariable) == "with":
		main()
	default:
		os.Exit(m.Run())
	}
}

// program is the command `with`, and what it prints for a person.
func program(t *testing.T, args ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, args...) //nolint:gosec // this test itself
	cmd.Env = append(os.Environ(), roleVariable+"=with")
	log := &bytes.Buffer{}
	cmd.Stderr = log
	return cmd, log
}

// server is a PostgreSQL server that with finds in TEST_DATABASE_URL, so that most tests
// need not start one each.
func server(t *testing.T) {
	t.Helper()
	s, err := postgres.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	t.Setenv("TEST_DATABASE_URL", s.URL)
}

func TestTheExitCodeIsTheCommands(t *testing.T) {
	server(t)
	tests := map[string]struct {
		args []string
		code int
		said string // by with itself
	}{
		"success":           {[]string{"--", "true"}, 0, "Tests use PostgreSQL "},
		"failure":           {[]string{"--", "sh", "-c", "exit 7"}, 7, "Tests use PostgreSQL "},
		"killed":            {[]string{"--", "sh", "-c", "kill -KILL $$"}, 128 + 9, "Tests use PostgreSQL "},
		"a flag of its own": {[]string{"-durable", "--", "sh", "-c", "exit 4"}, 4, "Tests use PostgreSQL "},
		"no such command":   {[]string{"--", "no-such-command"}, 127, "no-such-command"},
		"no command":        {nil, 2, "usage: with"},
		"no such flag":      {[]string{"-quick", "--", "true"}, 2, "-quick"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			cmd, log := program(t, tt.args...)
			_ = cmd.Run() // the code tells
			if code := cmd.ProcessState.ExitCode(); code != tt.code {
				t.Errorf("code %d, want %d: %s", code, tt.code, log)
			}
			if !strings.Contains(log.String(), tt.said) {
				t.Errorf("said %q, want %q in it", log, tt.said)
			}
		})
	}
}

// The command has the server, input and outputs; the server ends with it.
func TestTheCommandHasAServer(t *testing.T) {
	t.Setenv("TEST_DATABASE_URL", "")
	cmd, log := program(t, "--", "sh", "-c", `echo "$TEST_DATABASE_URL"; read line; echo "$line" >&2`)
	input, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	url, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	url = strings.TrimSpace(url)
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	var durable string
	if err := c.QueryRow(t.Context(), "SHOW fsync").Scan(&durable); err != nil || durable != "off" {
		t.Errorf("fsync is %q, error %v", durable, err)
	}
	_ = c.Close(context.Background())
	if _, err := fmt.Fprintln(input, "goodbye"); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	said := strings.Split(strings.TrimSpace(log.String()), "\n")
	if len(said) != 2 || !strings.HasPrefix(said[0], "Tests use PostgreSQL ") || said[1] != "goodbye" {
		t.Errorf("said %q, want one line of its own and the command's", said)
	}
	if c, err := pgx.Connect(t.Context(), url); err == nil {
		_ = c.Close(t.Context())
		t.Error("the server outlives the command")
	}
}

func TestSignalsReachTheCommand(t *testing.T) {
	server(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT} {
		t.Run(s.String(), func(t *testing.T) {
			cmd, log := program(t, "--", self, "await-a-signal")
			output, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			said := bufio.NewScanner(output)
			if !said.Scan() || said.Text() != "ready" {
				t.Fatalf("said %q: %s", said.Text(), log)
			}
			if err := cmd.Process.Signal(s); err != nil {
				t.Fatal(err)
			}
			if !said.Scan() || said.Text() != s.String() {
				t.Errorf("the command got %q", said.Text())
			}
			_ = cmd.Wait() // the code tells
			if code := cmd.ProcessState.ExitCode(); code != 3 {
				t.Errorf("code %d, want the command's 3: %s", code, log)
			}
		})
	}
}

// A signal while the server starts ends the start, and no command is run.
func TestASignalBeforeTheCommand(t *testing.T) {
	t.Setenv("TEST_DATABASE_URL", "")
	folder := t.TempDir()
	reached := filepath.Join(folder, "reached")
	if err := syscall.Mkfifo(reached, 0o600); err != nil {
		t.Fatal(err)
	}
	// An engine that never answers tells that the start is under way.
	hangs := "#!/bin/sh\necho >" + reached + "\nexec /bin/cat " + reached + "\n"
	if err := os.WriteFile(filepath.Join(folder, "docker"), []byte(hangs), 0o700); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
	t.Setenv("PATH", folder)
	cmd, log := program(t, "--", "/bin/sh", "-c", "echo ran >&2")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.ReadFile(reached); err != nil { //nolint:gosec // the test's own; waits for the writer
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // the code tells
	if code := cmd.ProcessState.ExitCode(); code != 128+int(syscall.SIGTERM) {
		t.Errorf("code %d: %s", code, log)
	}
	if strings.Contains(log.String(), "ran\n") || !strings.Contains(log.String(), "with: terminated") {
		t.Errorf("said %q", log)
	}
}

func TestNoServerNoCommand(t *testing.T) {
	t.Setenv("TEST_DATABASE_URL", "postgres://nobody@127.0.0.1:1/none")
	cmd, log := program(t, "--", "sh", "-c", "echo ran >&2")
	err := cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Errorf("error %v, want code 1", err)
	}
	if strings.Contains(log.String(), "ran\n") || !strings.Contains(log.String(), "TEST_DATABASE_URL cannot be used") {
		t.Errorf("said %q", log)
	}
}
