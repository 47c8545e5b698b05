package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	embedded "github.com/fergusstrange/embedded-postgres"
)

const downloadTimeout = 5 * time.Minute

// fromDownload starts a PostgreSQL whose programs are downloaded. The archive is kept in
// the user's home folder for the next time.
func fromDownload(ctx context.Context, c config) (*Server, error) {
	if c.root {
		return nil, errors.New("downloaded programs are not run as root")
	}
	programs, err := newFolder(nil)
	if err != nil {
		return nil, err
	}
	bin, err := download(ctx, c, programs)
	if err != nil {
		return nil, err
	}
	server, err := startPrograms(ctx, c, bin, "downloaded")
	if err != nil {
		return nil, errors.Join(err, programs.remove())
	}
	stop := server.stop
	server.stop = func() error { return errors.Join(stop(), programs.remove()) }
	return server, nil
}

// download puts PostgreSQL's programs into a folder, which is removed on an error, and
// gives the one of them that has the programs.
//
// The library gives no programs without a server, and its server would outlive this
// process. So it starts and stops one of its own, and ours is started as any other.
func download(ctx context.Context, c config, into *folder) (bin string, err error) {
	port, err := freePort()
	if err != nil {
		return "", errors.Join(err, into.remove())
	}
	runtime := filepath.Join(into.path, "programs")
	settings := embedded.DefaultConfig().Version(embedded.V15).Locale(locale()).
		Port(uint32(port)).Password(rand.Text()). //nolint:gosec // a port
		RuntimePath(runtime).DataPath(filepath.Join(into.path, "data")).
		StartParameters(map[string]string{"unix_socket_directories": ""}).
		StartTimeout(c.startTimeout).Logger(io.Discard)
	if c.repository != "" {
		settings = settings.BinaryRepositoryURL(c.repository)
	}
	done := make(chan error, 1)
	go func() {
		database := embedded.NewDatabase(settings)
		err := database.Start()
		if err == nil {
			err = database.Stop()
		}
		if err != nil {
			err = errors.Join(err, into.remove())
		}
		done <- err
	}()
	ctx, cancel := context.WithTimeout(ctx, downloadTimeout)
	defer cancel()
	select {
	case err := <-done:
		if err != nil {
			return "", fmt.Errorf("the binaries could not be fetched or started: %w", err)
		}
		return filepath.Join(runtime, "bin"), nil
	case <-ctx.Done(): // the library takes no context: clean up whenever it is through
		go func() {
			if <-done == nil {
				_ = into.remove()
			}
		}()
		return "", fmt.Errorf("the binaries could not be fetched: %w", ctx.Err())
	}
}
