// Package blob keeps the bytes of files by key: in the database, in a folder, or in a bucket.
// Every key belongs to the viewer's organization, and no organization reaches another's. It
// does not own what the bytes are: attachment and contact/imports do.
package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/viewer"
)

// Store keeps bytes by key. What Open gives is an io.ReadSeeker too.
//
// Faults of every method: UNAUTHENTICATED without an organization.
type Store interface {
	// Put keeps all of r under a key, in the place of what may be there, and gives how many
	// bytes it was. When r or the store fails, nothing is kept.
	Put(ctx context.Context, key string, r io.Reader) (int64, error)
	// Open reads what Put kept. The fault is NOT_FOUND.
	Open(ctx context.Context, key string) (io.ReadCloser, error)
	// Delete forgets a key; one that is not there is no error.
	Delete(ctx context.Context, key string) error
	// List gives f the keys that begin with the prefix and are older than the time, some at a
	// time. What a crash left of an unfinished Put is among them.
	List(ctx context.Context, prefix string, before time.Time, f func(keys []string) error) error
}

// listed is how many keys List gives at a time.
const listed = 1000

// owner is the organization that the keys of the context belong to.
func owner(ctx context.Context) (uuid.UUID, error) {
	org := viewer.From(ctx).Organization
	if org == uuid.Nil {
		return uuid.Nil, fault.New(fault.Unauthenticated, "", "Sign in first.")
	}
	return org, nil
}

// place is where a key lies below the root of a folder or a bucket: in a folder of its
// organization. Keys are made by the program: another kind is our own failure.
func place(ctx context.Context, key string) (string, error) {
	org, err := owner(ctx)
	if err != nil {
		return "", err
	}
	if key == "." || !fs.ValidPath(key) || strings.ContainsAny(key, "\\:\x00") {
		return "", fmt.Errorf("blob: %q is not a key", key)
	}
	return path.Join(org.String(), key), nil
}

func notFound() error { return fault.New(fault.NotFound, "", "There is no such file.") }

// copied is io.Copy that tells whose failure it was.
func copied(w io.Writer, r io.Reader) (int64, error) {
	n, err := io.Copy(w, r)
	if err != nil {
		return n, fmt.Errorf("blob: keep a file: %w", err)
	}
	return n, nil
}

// batch gathers keys for List's f.
type batch struct {
	keys []string
	f    func([]string) error
}

func (b *batch) add(key string) error {
	b.keys = append(b.keys, key)
	if len(b.keys) < listed {
		return nil
	}
	return b.flush()
}

func (b *batch) flush() error {
	if len(b.keys) == 0 {
		return nil
	}
	keys := b.keys
	b.keys = nil
	return b.f(keys)
}

var errSeek = errors.New("blob: a place before the beginning of the file")
