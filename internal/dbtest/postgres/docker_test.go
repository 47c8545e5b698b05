//go:build unix

package postgres

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestDocker(t *testing.T) {
	needsPrograms(t)
	behind, err := fromMachine(t.Context(), defaults())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = behind.Stop() }()

	folder := openFolder(t)
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	script(t, folder, "docker", roleVariable+"=docker exec "+program+` "$@"`)
	script(t, folder, "docker-entrypoint.sh", `echo "entry $*" >>$FAKE_DOCKER_LOG; `+forever(t, folder))
	isolated(t, folder+":/usr/bin:/bin") // cat and kill, as in the image
	log := filepath.Join(folder, "log")
	t.Setenv("FAKE_DOCKER_LOG", log)
	t.Setenv("FAKE_DOCKER_URL", behind.URL)

	ctx, cancel := context.WithCancel(t.Context())
	s, err := Start(ctx)
	if err != nil {
		t.Fatal(err)
	}
	cancel() // bounds the start only
	if !strings.Contains(s.Source, " in Docker (postgres:15) at 127.0.0.1:") {
		t.Errorf("source %q", s.Source)
	}
	if s.URL == behind.URL {
		t.Error("the password is not the container's own")
	}
	connect(t, s.URL)
	if said := lines(t, log); slices.Contains(said, "ended") {
		t.Fatalf("the container ended before it was stopped: %q", said)
	}
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
	if err := s.Stop(); err != nil {
		t.Errorf("stopped twice: %v", err)
	}

	said := lines(t, log)
	if !slices.Contains(said, "ended") {
		t.Errorf("the container still runs: %q", said)
	}
	if !slices.Contains(said, "pull --quiet postgres:15") {
		t.Errorf("the image was not pulled: %q", said)
	}
	if !slices.Contains(said, "entry postgres -c max_connections=300 -c fsync=off -c full_page_writes=off -c synchronous_commit=off") {
		t.Errorf("the server's arguments: %q", said)
	}
	run := said[slices.IndexFunc(said, func(line string) bool { return strings.HasPrefix(line, "run ") })]
	for _, want := range []string{"--interactive", "--rm", "--publish 127.0.0.1::5432", "--tmpfs /var/lib/postgresql/data", "--env POSTGRES_PASSWORD --env"} {
		if !strings.Contains(run, want) {
			t.Errorf("%q is not in %q", want, run)
		}
	}
}

// A container that ends by itself, as after a crash of its server, does not leave its
// keeper behind, and Stop tells.
func TestAContainerThatEnds(t *testing.T) {
	folder := openFolder(t)
	script(t, folder, "docker", `/bin/sh -c "$KEEPER" sh`)
	script(t, folder, "docker-entrypoint.sh", "echo crashed; exit 1")
	isolated(t, folder+":/usr/bin:/bin")
	t.Setenv("KEEPER", untilEOF)
	box, err := runContainer("name", "password", defaults())
	if err != nil {
		t.Fatal(err)
	}
	<-box.process.done
	if err := box.stop(); err == nil || !strings.Contains(err.Error(), "had ended before it was stopped: crashed") {
		t.Errorf("error %v", err)
	}
}

func lines(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile(file) //nolint:gosec // the test's own
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}
