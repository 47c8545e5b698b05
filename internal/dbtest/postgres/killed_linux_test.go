package postgres

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// startAndStay plays a test program that starts a server and is killed.
func startAndStay() int {
	s, err := fromMachine(context.Background(), defaults())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println(s.URL)
	_, _ = io.Copy(io.Discard, os.Stdin)
	return 0
}

func TestNothingOutlivesAKilledTest(t *testing.T) {
	needsPrograms(t)
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	folder := openFolder(t)
	cmd := exec.Command(program) //nolint:gosec // the test's own
	cmd.Env = append(os.Environ(), roleVariable+"=starter", "TMPDIR="+folder)
	cmd.Stderr = os.Stderr
	stay, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stay.Close() }()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	url, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	server, err := unix.PidfdOpen(postmaster(t, connect(t, strings.TrimSpace(url))), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = unix.Close(server) }()

	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	const patience = 30_000 // milliseconds until the test gives up
	if n, err := unix.Poll([]unix.PollFd{{Fd: int32(server), Events: unix.POLLIN}}, patience); n != 1 {
		t.Fatalf("the server still runs: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(folder, folderPrefix+"*")); len(left) != 1 {
		t.Fatalf("%v, want the folder of the killed", left)
	}
	removeStale(folder)
	if left, _ := filepath.Glob(filepath.Join(folder, folderPrefix+"*")); len(left) != 0 {
		t.Errorf("the next start leaves %v", left)
	}
}
