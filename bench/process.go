package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	handWrittenRole  = "handwritten"
	hubRole          = "hub"
	databaseVariable = "BENCH_DATABASE_URL"
	pageLine         = "  Page      " // how Kartela's server says where it is
)

// buildServer builds Kartela's server. It does so without -trimpath, which would compile
// everything once more than the tests do.
func buildServer(ctx context.Context) (binary string, clean func(), err error) {
	folder, err := os.MkdirTemp("", "kartela-bench-")
	if err != nil {
		return "", nil, fmt.Errorf("a folder for the server: %w", err)
	}
	binary = filepath.Join(folder, "kartela")
	if given := os.Getenv("BENCH_SERVER"); given != "" { // another build, to compare with
		return given, func() { _ = os.RemoveAll(folder) }, nil
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-o", binary, "github.com/kartela/kartela/server")
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		_ = os.RemoveAll(folder)
		return "", nil, fmt.Errorf("build the server: %w", err)
	}
	return binary, func() { _ = os.RemoveAll(folder) }, nil
}

// process is a running program that answers at address.
type process struct {
	cmd     *exec.Cmd
	address string
}

// startKartela runs the server with the limits on sockets out of the way.
func startKartela(ctx context.Context, binary, database string) (*process, error) {
	return start(ctx, exec.Command(binary, "serve"), "DATABASE_URL="+database, "KARTELA_ADDR=127.0.0.1:0", //nolint:noctx // ended by stop
		"KARTELA_MAX_SOCKETS=1000000", "KARTELA_MAX_ADDRESS_SOCKETS=1000000", "KARTELA_URL=", "KARTELA_SMTP_URL=", "KARTELA_ORIGINS=")
}

// startSelf runs this program in another role.
func startSelf(ctx context.Context, role, database string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	return start(ctx, exec.Command(self, role), databaseVariable+"="+database) //nolint:noctx // ended by stop
}

// start runs a program until it says where it answers.
func start(ctx context.Context, cmd *exec.Cmd, environment ...string) (*process, error) {
	cmd.Env = append(os.Environ(), environment...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt is passed on by stop, once the figures are given up
	log, err := os.CreateTemp("", "kartela-bench-log-")
	if err != nil {
		return nil, fmt.Errorf("a log: %w", err)
	}
	defer func() { _ = log.Close(); _ = os.Remove(log.Name()) }()
	cmd.Stderr = log
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", cmd, err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", cmd, err)
	}
	p := &process{cmd: cmd}
	found := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if page, ok := strings.CutPrefix(lines.Text(), pageLine); ok {
				found <- strings.TrimSuffix(strings.TrimPrefix(page, "http://"), "/")
				break
			}
		}
		close(found)
		_, _ = io.Copy(io.Discard, out)
	}()
	select {
	case p.address = <-found:
	case <-ctx.Done():
	case <-time.After(time.Minute):
	}
	if p.address == "" {
		text, _ := os.ReadFile(log.Name())
		return nil, errors.Join(fmt.Errorf("%s does not say where it answers: %s", cmd, text), p.stop())
	}
	return p, nil
}

// stop ends the program and waits for it.
func (p *process) stop() error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // fails when it has ended
	ended := make(chan error, 1)
	go func() { ended <- p.cmd.Wait() }()
	select {
	case err := <-ended:
		if p.address == "" {
			return nil // told already
		}
		return err
	case <-time.After(20 * time.Second):
		_ = p.cmd.Process.Kill()
		return fmt.Errorf("%s did not end", p.cmd)
	}
}

// cpu is how long the process has computed, in user mode and in the kernel.
func (p *process) cpu() (time.Duration, error) { return cpuOf(p.cmd.Process.Pid) }

// tick is the unit of times in /proc, which is the same on every Linux.
const tick = 10 * time.Millisecond

func cpuOf(pid int) (time.Duration, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, fmt.Errorf("the CPU time of a process: %w", err)
	}
	_, rest, _ := strings.Cut(string(raw), ") ") // the name may hold spaces
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0, fmt.Errorf("the CPU time of a process: %q", raw)
	}
	user, err := strconv.Atoi(fields[11])
	system, err2 := strconv.Atoi(fields[12])
	return time.Duration(user+system) * tick, errors.Join(err, err2)
}

// resident is how much memory of the process is in RAM, in bytes.
func (p *process) resident() (int64, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, fmt.Errorf("the memory of a process: %w", err)
	}
	for line := range strings.Lines(string(raw)) {
		if text, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kB, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(text), " kB"), 10, 64)
			return kB << 10, err
		}
	}
	return 0, errors.New("the memory of a process: no VmRSS")
}

// processor is the name of the machine's CPU, "?" when it does not say.
func processor() string {
	raw, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(raw)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "?"
}

func loadAverage() string {
	raw, _ := os.ReadFile("/proc/loadavg")
	first, _, _ := strings.Cut(string(raw), " ")
	return first
}
