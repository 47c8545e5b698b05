package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"
)

// Bucket keeps files in a bucket: organization/key.
type Bucket struct{ bucket *blob.Bucket }

var _ Store = Bucket{}

// OpenBucket opens a bucket by its URL, of a scheme that drivers.go links in. It asks the
// bucket nothing yet.
func OpenBucket(ctx context.Context, url string) (Bucket, error) {
	b, err := blob.OpenBucket(ctx, url)
	if err != nil {
		return Bucket{}, fmt.Errorf("blob: open the bucket: %w", err)
	}
	return Bucket{b}, nil
}

// Close lets the bucket go.
func (b Bucket) Close() error { return b.bucket.Close() }

// Put writes an object; it is there once all of r was read.
func (b Bucket) Put(ctx context.Context, key string, r io.Reader) (int64, error) {
	name, err := place(ctx, key)
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	// The type is not ours to guess, and downloads never come straight from the bucket.
	w, err := b.bucket.NewWriter(ctx, name, &blob.WriterOptions{ContentType: "application/octet-stream"})
	if err != nil {
		return 0, fmt.Errorf("blob: keep a file: %w", err)
	}
	n, err := copied(w, r)
	if err != nil {
		cancel() // closing after it writes nothing
		_ = w.Close()
		return n, err
	}
	if err := w.Close(); err != nil {
		return n, fmt.Errorf("blob: keep a file: %w", err)
	}
	return n, nil
}

// Open reads an object.
func (b Bucket) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	name, err := place(ctx, key)
	if err != nil {
		return nil, err
	}
	r, err := b.bucket.NewReader(ctx, name, nil)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, notFound()
	}
	if err != nil {
		return nil, fmt.Errorf("blob: open a file: %w", err)
	}
	return &object{r, 0}, nil
}

// object reads an object. A bucket refuses to be asked for what lies after its end.
type object struct {
	r  *blob.Reader
	at int64 // the next byte
}

func (o *object) Read(p []byte) (int, error) {
	if o.at >= o.r.Size() {
		return 0, io.EOF
	}
	n, err := o.r.Read(p)
	o.at += int64(n)
	return n, err
}

func (o *object) Seek(offset int64, whence int) (int64, error) {
	at, err := o.r.Seek(offset, whence)
	if err == nil {
		o.at = at
	}
	return at, err
}

func (o *object) Close() error { return o.r.Close() }

// Delete removes an object.
func (b Bucket) Delete(ctx context.Context, key string) error {
	name, err := place(ctx, key)
	if err != nil {
		return err
	}
	if err := b.bucket.Delete(ctx, name); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
		return fmt.Errorf("blob: delete a file: %w", err)
	}
	return nil
}

// List reads the organization's objects page by page.
func (b Bucket) List(ctx context.Context, prefix string, before time.Time, f func(keys []string) error) error {
	org, err := owner(ctx)
	if err != nil {
		return err
	}
	found, folder := &batch{f: f}, org.String()+"/"
	objects := b.bucket.List(&blob.ListOptions{Prefix: folder + prefix})
	for {
		o, err := objects.Next(ctx)
		if errors.Is(err, io.EOF) {
			return found.flush()
		}
		if err != nil {
			return fmt.Errorf("blob: list files: %w", err)
		}
		if !o.ModTime.Before(before) {
			continue
		}
		if err := found.add(strings.TrimPrefix(o.Key, folder)); err != nil {
			return err
		}
	}
}
