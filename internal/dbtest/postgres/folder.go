package postgres

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

const folderPrefix = "kartela-postgres-"

// folder is a temporary folder with a server's data. It is locked while its process lives,
// so that others can tell a folder in use from one a killed process has left.
type folder struct {
	path string
	held *os.File
}

// newFolder makes a folder that belongs to owner (nil: to ourselves) and nobody else can
// read, and removes those of dead processes beside it.
func newFolder(owner *account) (*folder, error) {
	parent, err := parentFor(owner)
	if err != nil {
		return nil, err
	}
	removeStale(parent)
	const tries = 10 // a folder is lost when another process takes it for stale before it is locked
	for range tries {
		var f *folder
		if f, err = lockedFolder(parent); err != nil {
			continue
		}
		if owner != nil {
			if err := os.Chown(f.path, int(owner.uid), int(owner.gid)); err != nil {
				return nil, errors.Join(err, f.remove())
			}
		}
		return f, nil
	}
	return nil, fmt.Errorf("make a folder for the server: %w", err)
}

func lockedFolder(parent string) (*folder, error) {
	path, err := os.MkdirTemp(parent, folderPrefix)
	if err != nil {
		return nil, err
	}
	held, err := os.Open(path) //nolint:gosec // just made
	if err != nil {
		return nil, err
	}
	f := &folder{path: path, held: held}
	if err := lock(held); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		_ = held.Close()
		return nil, err
	}
	if _, err := os.Stat(path); err != nil { // removed before it was locked
		_ = held.Close()
		return nil, err
	}
	return f, nil
}

// remove deletes the folder with all it holds.
func (f *folder) remove() error {
	return errors.Join(os.RemoveAll(f.path), f.held.Close())
}

// removeStale deletes the folders of processes that are dead. What it may not delete it
// leaves: it belongs to somebody else.
func removeStale(parent string) {
	paths, _ := filepath.Glob(filepath.Join(parent, folderPrefix+"*")) // the pattern is well-formed
	for _, path := range paths {
		if info, err := os.Lstat(path); err != nil || !info.IsDir() {
			continue
		}
		held, err := os.Open(path) //nolint:gosec // not a link, and only locked
		if err != nil {
			continue
		}
		if lock(held) == nil {
			_ = os.RemoveAll(path)
		}
		_ = held.Close()
	}
}

// parentFor is where temporary folders go. One that owner cannot reach, because a folder
// above it is closed to others, is passed over.
func parentFor(owner *account) (string, error) {
	if owner == nil {
		return os.TempDir(), nil
	}
	for _, parent := range []string{os.TempDir(), "/tmp", "/var/tmp"} {
		if open(parent) {
			return parent, nil
		}
	}
	return "", fmt.Errorf("user %s can reach neither %s nor /tmp nor /var/tmp", owner.name, os.TempDir())
}

// open reports whether everyone may pass through a folder and all above it.
func open(path string) bool {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return false
	}
	for {
		info, err := os.Stat(path)
		if err != nil || !info.IsDir() || info.Mode().Perm()&0o001 == 0 {
			return false
		}
		up := filepath.Dir(path)
		if up == path {
			return true
		}
		path = up
	}
}
