// With runs a command with a PostgreSQL server for tests:
//
//	go run ./internal/dbtest/with [-durable] -- command [argument ...]
//
// The command finds the server's URL in TEST_DATABASE_URL. The server is the one that
// postgres.Start finds or starts, one for the whole command, and ends with it. Signals are
// passed on to the command. The exit code is the command's, 128 and the signal's number
// when a signal ended it, 127 when it could not be started, 2 for wrong usage, and 1 when
// no server could be had or stopped; `go run` turns all but 0 into 1.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/kartela/kartela/internal/dbtest/postgres"
)

// Exit codes as shells give them.
const (
	failed     = 1
	wrongUsage = 2
	notStarted = 127
	bySignal   = 128 // plus the signal's number
)

func main() {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT)
	os.Exit(with(os.Args[1:], signals, os.Stderr))
}

// with does it all and gives the exit code. It writes to log what a person should know.
func with(args []string, signals <-chan os.Signal, log io.Writer) int {
	flags := flag.NewFlagSet("with", flag.ContinueOnError)
	flags.SetOutput(log)
	durable := flags.Bool("durable", false, "write to disk as carefully as in production, for benchmarks")
	if err := flags.Parse(args); err != nil {
		return wrongUsage // already told
	}
	if flags.NArg() == 0 {
		_, _ = fmt.Fprintln(log, "usage: with [-durable] -- command [argument ...]")
		return wrongUsage
	}
	var options []postgres.Option
	if *durable {
		options = append(options, postgres.Durable)
	}
	server, err := startUnlessTold(signals, options)
	if err != nil {
		_, _ = fmt.Fprintln(log, err)
		return codeOf(err, failed)
	}
	_, _ = fmt.Fprintln(log, "Tests use", server.Source)
	code, err := run(flags.Args(), server.URL, signals)
	if err != nil {
		_, _ = fmt.Fprintln(log, err)
	}
	if err := server.Stop(); err != nil {
		_, _ = fmt.Fprintln(log, err)
		if code == 0 {
			code = failed
		}
	}
	return code
}

// interrupted is a signal that came before there was a command to pass it to.
type interrupted struct{ signal os.Signal }

func (i interrupted) Error() string { return "with: " + i.signal.String() }

// startUnlessTold starts the server, and gives up on a signal.
func startUnlessTold(signals <-chan os.Signal, options []postgres.Option) (*postgres.Server, error) {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	started := make(chan struct{})
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		select {
		case s := <-signals:
			cancel(interrupted{s})
		case <-started:
		}
	}()
	server, err := postgres.Start(ctx, options...)
	close(started)
	<-watched
	cause := context.Cause(ctx)
	if cause == nil {
		return server, err
	}
	if err == nil { // told in the last moment
		err = server.Stop()
	}
	return nil, errors.Join(cause, err)
}

// run runs the command with our standard input and outputs, and gives its exit code.
func run(command []string, url string, signals <-chan os.Signal) (int, error) {
	cmd := exec.Command(command[0], command[1:]...) //nolint:gosec,noctx // running it is the purpose; signals end it
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), "TEST_DATABASE_URL="+url)
	if err := cmd.Start(); err != nil {
		return notStarted, fmt.Errorf("with: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case s := <-signals:
			_ = cmd.Process.Signal(s) // fails only when the command has ended
		case err := <-ended:
			var exit *exec.ExitError
			if err == nil || errors.As(err, &exit) {
				return exitCode(cmd.ProcessState), nil
			}
			return failed, fmt.Errorf("with: %w", err)
		}
	}
}

// exitCode is the code of a command that has ended.
func exitCode(state *os.ProcessState) int {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return bySignal + int(status.Signal())
	}
	return state.ExitCode()
}

// codeOf is the exit code for an error of the start.
func codeOf(err error, otherwise int) int {
	var told interrupted
	if errors.As(err, &told) {
		if number, ok := told.signal.(syscall.Signal); ok {
			return bySignal + int(number)
		}
	}
	return otherwise
}
