package postgres

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"time"
)

// usualPlaces are where PostgreSQL's programs are when they are not in PATH.
var usualPlaces = []string{
	"/usr/lib/postgresql/*/bin",                               // Debian, Ubuntu
	"/usr/pgsql-*/bin",                                        // PostgreSQL's own packages for Red Hat
	"/usr/lib/postgresql*/bin",                                // SUSE
	"/usr/libexec/postgresql*",                                // Alpine
	"/opt/homebrew/opt/postgresql@*/bin",                      // Homebrew, Apple's processors
	"/usr/local/opt/postgresql@*/bin",                         // Homebrew, Intel's
	"/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",         // Homebrew, Linux
	"/opt/local/lib/postgresql*/bin",                          // MacPorts
	"/Applications/Postgres.app/Contents/Versions/[0-9]*/bin", // Postgres.app
	"/usr/local/pgsql/bin",                                    // built from source
	`C:\Program Files\PostgreSQL\*\bin`,                       // Windows
}

// fromMachine starts the PostgreSQL that is installed.
func fromMachine(ctx context.Context, c config) (*Server, error) {
	bin, err := programs(c.places)
	if err != nil {
		return nil, err
	}
	return startPrograms(ctx, c, bin, "of "+bin)
}

// programs is the folder with PostgreSQL's programs: that of the initdb in PATH, else the
// newest in the usual places.
func programs(places []string) (string, error) {
	if found, err := exec.LookPath("initdb"); err == nil {
		// A link in PATH leads to a folder with the rest of the programs.
		if real, err := filepath.EvalSymlinks(found); err == nil && complete(filepath.Dir(real)) {
			return filepath.Dir(real), nil
		}
		if complete(filepath.Dir(found)) {
			return filepath.Dir(found), nil
		}
	}
	var found []string
	for _, place := range places {
		matches, err := filepath.Glob(place)
		if err != nil {
			return "", err
		}
		found = append(found, matches...)
	}
	found = slices.DeleteFunc(found, func(bin string) bool { return !complete(bin) })
	if len(found) == 0 {
		return "", errors.New("no folder with initdb and postgres in PATH or where systems put them")
	}
	return slices.MaxFunc(found, func(a, b string) int { return cmp.Compare(version(a), version(b)) }), nil
}

// complete reports whether a folder has the two programs a server needs.
func complete(bin string) bool {
	for _, name := range []string{"initdb", "postgres"} {
		if _, err := exec.LookPath(filepath.Join(bin, name)); err != nil {
			return false
		}
	}
	return true
}

var digits = regexp.MustCompile(`\d+(\.\d+)?`)

// version is PostgreSQL's version as a folder's name tells it: 15 for
// /usr/lib/postgresql/15/bin, 9.6 for /usr/pgsql-9.6/bin, 0 when it does not.
func version(bin string) float64 {
	all := digits.FindAllString(bin, -1)
	if len(all) == 0 {
		return 0
	}
	v, _ := strconv.ParseFloat(all[len(all)-1], 64) // digits only
	return v
}

// cluster is a server's data and how to run programs on it.
type cluster struct {
	bin      string
	folder   *folder
	owner    *account // nil: ourselves
	password string
}

// startPrograms makes a fresh cluster with the programs in bin and starts its server.
func startPrograms(ctx context.Context, c config, bin, from string) (_ *Server, err error) {
	var owner *account
	if c.root {
		if owner, err = lookUp(c.accounts); err != nil {
			return nil, err
		}
	}
	folder, err := newFolder(owner)
	if err != nil {
		return nil, err
	}
	k := cluster{bin: bin, folder: folder, owner: owner, password: rand.Text()}
	if err := k.initialize(ctx); err != nil {
		return nil, errors.Join(err, folder.remove())
	}
	target, server, err := k.serve(ctx, c)
	if err != nil {
		return nil, errors.Join(err, folder.remove())
	}
	return started(ctx, target, from, func() error { return errors.Join(server.shutDown(), folder.remove()) })
}

func (k cluster) data() string { return filepath.Join(k.folder.path, "data") }

// command is one of PostgreSQL's programs, in a folder its account can read, and speaking
// English.
func (k cluster) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(k.bin, name), args...) //nolint:gosec,noctx // PostgreSQL's own program, which outlives the start
	cmd.Dir = k.folder.path
	cmd.SysProcAttr = attributes(k.owner)
	if l := locale(); l != "" {
		cmd.Env = append(os.Environ(), "LC_ALL="+l, "LANGUAGE=") // what it says is looked into
	}
	return cmd
}

// locale orders by code point and knows what a letter is in every script, which the
// trigram index needs. "" is the system's.
func locale() string {
	switch runtime.GOOS {
	case "windows":
		return ""
	case "darwin":
		return "en_US.UTF-8" // orders by code point there
	default:
		return "C.UTF-8"
	}
}

// initialize makes the cluster: UTF-8, and a password for every way in.
func (k cluster) initialize(ctx context.Context) error {
	secret := filepath.Join(k.folder.path, "password")
	if err := os.WriteFile(secret, []byte(k.password), 0o600); err != nil {
		return err
	}
	defer func() { _ = os.Remove(secret) }() // the folder goes as a whole in the end
	if k.owner != nil {
		if err := os.Chown(secret, int(k.owner.uid), int(k.owner.gid)); err != nil {
			return err
		}
	}
	args := []string{"--pgdata", k.data(), "--username", superuser, "--pwfile", secret,
		"--auth", "scram-sha-256", "--encoding", "UTF8", "--no-sync"}
	if l := locale(); l != "" {
		args = append(args, "--locale", l)
	}
	cmd := k.command("initdb", args...)
	var said words
	cmd.Stdout, cmd.Stderr = &said, &said
	p, err := spawn(cmd)
	if err != nil {
		return fmt.Errorf("initdb: %w", err)
	}
	select {
	case <-p.done:
	case <-ctx.Done():
		p.kill(0)
	}
	if p.err != nil {
		return fmt.Errorf("initdb: %w: %s", p.err, &said)
	}
	return nil
}

var errPortTaken = errors.New("the port was taken by another program")

// serve starts the server and gives its URL once it accepts connections.
func (k cluster) serve(ctx context.Context, c config) (target string, server *process, err error) {
	const tries = 5 // between finding a free port and listening, another program may take it
	for range tries {
		target, server, err = k.serveOnce(ctx, c)
		if !errors.Is(err, errPortTaken) {
			break
		}
	}
	return target, server, err
}

func (k cluster) serveOnce(ctx context.Context, c config) (string, *process, error) {
	port, err := freePort()
	if err != nil {
		return "", nil, err
	}
	log, err := os.Create(filepath.Join(k.folder.path, "server.log"))
	if err != nil {
		return "", nil, err
	}
	defer func() { _ = log.Close() }() // the child has its own
	// No socket in the file system: its path may be longer than systems allow.
	args := []string{"-D", k.data(), "-p", strconv.Itoa(port), "-h", "127.0.0.1", "-c", "unix_socket_directories="}
	for _, setting := range c.parameters() {
		args = append(args, "-c", setting)
	}
	cmd := k.command("postgres", args...)
	cmd.Stdout, cmd.Stderr = log, log
	server, err := spawn(cmd)
	if err != nil {
		return "", nil, err
	}
	target := urlOf(net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), k.password)
	ready, cancel := context.WithTimeout(ctx, c.startTimeout)
	defer cancel()
	err = await(ready, target, server.done)
	if err == nil {
		return target, server, nil
	}
	server.kill(0)
	said, _ := os.ReadFile(log.Name())
	if bytes.Contains(said, []byte("could not bind")) {
		return "", nil, errPortTaken
	}
	return "", nil, fmt.Errorf("%w: %s", err, tail(said))
}

const shutDownTimeout = 10 * time.Second

// shutDown ends the server and waits until it has.
func (p *process) shutDown() error {
	select {
	case <-p.done:
		return fmt.Errorf("postgres: the server had ended before it was stopped: %w", cmp.Or(p.err, errEnded))
	default:
	}
	err := quit(p.cmd.Process)
	p.kill(shutDownTimeout)
	return err
}

// freePort is a port of the loopback address that was free a moment ago.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // nothing to wait for
	if err != nil {
		return 0, err
	}
	port := l.Addr().(*net.TCPAddr).Port //nolint:errcheck,forcetypeassert // a TCP listener
	return port, l.Close()
}
