package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Folder keeps files in a folder: ROOT/organization/key. Nothing outside the root is reached,
// whatever links lie in it.
type Folder struct{ root *os.Root }

var _ Store = Folder{}

// OpenFolder opens the folder, and makes it when it is not there.
func OpenFolder(name string) (Folder, error) {
	if err := os.MkdirAll(name, 0o700); err != nil {
		return Folder{}, fmt.Errorf("blob: the folder of files: %w", err)
	}
	root, err := os.OpenRoot(name)
	if err != nil {
		return Folder{}, fmt.Errorf("blob: the folder of files: %w", err)
	}
	return Folder{root}, nil
}

// Close lets the folder go.
func (d Folder) Close() error { return d.root.Close() }

// Put writes beside the file's place and then moves it there: a file is there whole or not at
// all, after a loss of power too.
func (d Folder) Put(ctx context.Context, key string, r io.Reader) (n int64, err error) {
	name, err := place(ctx, key)
	if err != nil {
		return 0, err
	}
	if err := d.root.MkdirAll(path.Dir(name), 0o700); err != nil {
		return 0, fmt.Errorf("blob: keep a file: %w", err)
	}
	beside := name + ".part-" + uuid.NewString()
	f, err := d.root.OpenFile(beside, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, fmt.Errorf("blob: keep a file: %w", err)
	}
	defer func() {
		if err != nil {
			_ = d.root.Remove(beside) // what stays is listed, and swept
		}
	}()
	n, err = copied(f, r)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close(), ctx.Err()); err != nil {
		return n, err
	}
	if err := d.root.Rename(beside, name); err != nil {
		return n, fmt.Errorf("blob: keep a file: %w", err)
	}
	return n, nil
}

// Open opens the file.
func (d Folder) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	name, err := place(ctx, key)
	if err != nil {
		return nil, err
	}
	f, err := d.root.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, notFound()
	}
	if err != nil {
		return nil, fmt.Errorf("blob: open a file: %w", err)
	}
	return f, nil
}

// Delete removes the file.
func (d Folder) Delete(ctx context.Context, key string) error {
	name, err := place(ctx, key)
	if err != nil {
		return err
	}
	if err := d.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("blob: delete a file: %w", err)
	}
	return nil
}

// List walks the organization's folder.
func (d Folder) List(ctx context.Context, prefix string, before time.Time, f func(keys []string) error) error {
	org, err := owner(ctx)
	if err != nil {
		return err
	}
	found := &batch{f: f}
	err = fs.WalkDir(d.root.FS(), org.String(), func(name string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist): // no file yet, or one that went meanwhile
			return nil
		case err != nil || entry.IsDir():
			return err
		}
		key := strings.TrimPrefix(name, org.String()+"/")
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || !strings.HasPrefix(key, prefix) || !info.ModTime().Before(before) {
			return err
		}
		return found.add(key)
	})
	if err == nil {
		err = found.flush()
	}
	if err != nil {
		return fmt.Errorf("blob: list files: %w", err)
	}
	return nil
}
