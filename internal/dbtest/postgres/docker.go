package postgres

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

const (
	image       = "postgres:15"
	pullTimeout = 5 * time.Minute
)

// untilEOF runs the image's server, as its arguments say, until its standard input ends.
// That is a pipe from this process, so the container ends with it, however it ends, on
// every system. The first process of a container ends the whole of it.
const untilEOF = `exec 3<&0
docker-entrypoint.sh "$@" & server=$!
{ cat <&3; kill -KILL $server; } >/dev/null 2>&1 &
wait $server`

// fromDocker runs PostgreSQL in a container, its data in memory.
func fromDocker(ctx context.Context, c config) (*Server, error) {
	if err := engineAnswers(ctx, c.patience); err != nil {
		return nil, err
	}
	if err := pull(ctx); err != nil {
		return nil, err
	}
	name := "kartela-test-" + strings.ToLower(rand.Text())
	password := rand.Text()
	box, err := runContainer(name, password, c)
	if err != nil {
		return nil, err
	}
	ready, cancel := context.WithTimeout(ctx, c.startTimeout)
	defer cancel()
	address, err := box.address(ready)
	if err != nil {
		return nil, errors.Join(err, box.stop())
	}
	target := urlOf(address, password)
	if err := await(ready, target, box.process.done); err != nil {
		err = fmt.Errorf("%w: %s", err, box.said)
		return nil, errors.Join(err, box.stop())
	}
	return started(ctx, target, "in Docker ("+image+")", box.stop)
}

// engineAnswers reports why no Docker engine can be used, or nil. The client alone is not
// enough: it is often installed where no engine runs.
func engineAnswers(ctx context.Context, patience time.Duration) error {
	if _, err := exec.LookPath("docker"); err != nil {
		return errors.New("no docker in PATH")
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	version, err := docker(ctx, "info", "--format", "{{.ServerVersion}}")
	if err == nil && version == "" {
		err = errors.New("it gave no version")
	}
	if err != nil {
		return fmt.Errorf("no engine answers: %w", err)
	}
	return nil
}

// pull downloads the image unless the engine has it.
func pull(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pullTimeout)
	defer cancel()
	if _, err := docker(ctx, "image", "inspect", "--format", "{{.Id}}", image); err == nil {
		return nil
	}
	_, err := docker(ctx, "pull", "--quiet", image)
	return err
}

// docker runs the client and gives what it printed.
func docker(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "docker", args...) //nolint:gosec // our own arguments
	cmd.WaitDelay = time.Second                        // a helper of the client may hold the pipes
	var out bytes.Buffer
	var complaint words
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return "", fmt.Errorf("docker %s: %w: %s", args[0], err, &complaint)
	}
	return strings.TrimSpace(out.String()), nil
}

// container is a server in Docker; process is the client attached to it.
type container struct {
	name    string
	process *process
	input   io.Closer // its end is the container's
	said    *words
}

// runContainer starts the container in the background.
func runContainer(name, password string, c config) (*container, error) {
	args := []string{"run", "--interactive", "--rm", "--pull", "never", "--name", name,
		"--publish", "127.0.0.1::5432", "--tmpfs", "/var/lib/postgresql/data", "--shm-size", "256m",
		"--env", "POSTGRES_PASSWORD", "--env", "POSTGRES_INITDB_ARGS=--locale=C.UTF-8 --no-sync",
		"--entrypoint", "sh", image, "-c", untilEOF, "sh", "postgres"}
	for _, setting := range c.parameters() {
		args = append(args, "-c", setting)
	}
	cmd := exec.Command("docker", args...) //nolint:gosec,noctx // our own arguments; it outlives the start
	cmd.SysProcAttr = attributes(nil)
	cmd.WaitDelay = time.Second
	cmd.Env = append(os.Environ(), "POSTGRES_PASSWORD="+password) // in an argument others could read it
	input, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	said := &words{}
	cmd.Stdout, cmd.Stderr = said, said
	p, err := spawn(cmd)
	if err != nil {
		return nil, fmt.Errorf("docker run: %w", err)
	}
	return &container{name: name, process: p, input: input, said: said}, nil
}

// address is the host and port under which the container's server can be reached.
func (b *container) address(ctx context.Context) (string, error) {
	for {
		printed, err := docker(ctx, "port", b.name, "5432/tcp")
		if first, _, _ := strings.Cut(printed, "\n"); err == nil && first != "" {
			return first, nil
		}
		select {
		case <-b.process.done:
			return "", fmt.Errorf("docker run: %w: %s", errEnded, b.said)
		case <-ctx.Done():
			return "", fmt.Errorf("docker port: not ready in time: %w", errors.Join(ctx.Err(), err))
		case <-time.After(retryEvery):
		}
	}
}

// stop ends the container, which takes its data with it.
func (b *container) stop() error {
	select {
	case <-b.process.done:
		return fmt.Errorf("postgres: the container had ended before it was stopped: %s", b.said)
	default:
	}
	_ = b.input.Close() // fails only when the client has ended meanwhile
	select {
	case <-b.process.done:
		return nil
	case <-time.After(shutDownTimeout):
	}
	ctx, cancel := context.WithTimeout(context.Background(), shutDownTimeout)
	defer cancel()
	_, err := docker(ctx, "rm", "--force", "--volumes", b.name)
	b.process.kill(shutDownTimeout)
	return err
}
