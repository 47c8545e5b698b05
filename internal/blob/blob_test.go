package blob_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/blob"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/viewer"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// each runs a test on every kind of store, with two organizations that share it.
func each(t *testing.T, f func(t *testing.T, s blob.Store, ours, theirs context.Context)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f(t, blob.Database{DB: d}, dbtest.Tenant(t, d, viewer.Sales), dbtest.Tenant(t, d, viewer.Owner))
	})
	someone := func() context.Context {
		return viewer.With(context.Background(), viewer.Viewer{Kind: viewer.Staff, Role: viewer.Owner, Organization: uuid.New()})
	}
	t.Run("folder", func(t *testing.T) {
		s, err := blob.OpenFolder(filepath.Join(t.TempDir(), "a folder", "files"))
		must(t, err)
		t.Cleanup(func() { must(t, s.Close()) })
		f(t, s, someone(), someone())
	})
	t.Run("bucket", func(t *testing.T) {
		s, err := blob.OpenBucket(context.Background(), startS3(t))
		must(t, err)
		t.Cleanup(func() { must(t, s.Close()) })
		f(t, s, someone(), someone())
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// random is content that is alike in no two places.
func random(n int) []byte {
	out := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(n), byte(n >> 8), byte(n >> 16)})
	_, _ = r.Read(out)
	return out
}

func read(t testing.TB, s blob.Store, ctx context.Context, key string) []byte {
	t.Helper()
	r, err := s.Open(ctx, key)
	must(t, err)
	out, err := io.ReadAll(r)
	must(t, err)
	must(t, r.Close())
	return out
}

func absent(t testing.TB, s blob.Store, ctx context.Context, key string) {
	t.Helper()
	if r, err := s.Open(ctx, key); !fault.IsCode(err, fault.NotFound) || r != nil {
		t.Errorf("%s is there: %v", key, err)
	}
}

const part = 512 << 10

func TestAFileIsReadAsItWasPut(t *testing.T) {
	each(t, func(t *testing.T, s blob.Store, ctx, _ context.Context) {
		for _, size := range []int{0, 1, part - 1, part, part + 1, 3 * part, 3*part + 12345} {
			want := random(size)
			n, err := s.Put(ctx, "attachments/a", iotest.OneByteReader(bytes.NewReader(want[:min(size, 100)])))
			if err != nil || n != int64(min(size, 100)) {
				t.Fatalf("%d bytes, %v", n, err)
			}
			n, err = s.Put(ctx, "attachments/a", iotest.HalfReader(bytes.NewReader(want))) // in its place
			if err != nil || n != int64(size) {
				t.Fatalf("%d bytes, %v", n, err)
			}
			if got := read(t, s, ctx, "attachments/a"); !bytes.Equal(got, want) {
				t.Fatalf("%d bytes come back as %d others", size, len(got))
			}
		}
	})
}

func TestAPartOfAFileIsRead(t *testing.T) {
	each(t, func(t *testing.T, s blob.Store, ctx, _ context.Context) {
		want := random(2*part + 1000)
		_, err := s.Put(ctx, "a", bytes.NewReader(want))
		must(t, err)
		r, err := s.Open(ctx, "a")
		must(t, err)
		defer func() { must(t, r.Close()) }()
		seeker, ok := r.(io.ReadSeeker)
		if !ok {
			t.Fatalf("%T does not seek", r)
		}
		if end, err := seeker.Seek(0, io.SeekEnd); err != nil || end != int64(len(want)) {
			t.Fatalf("the end is %d, %v", end, err)
		}
		for _, at := range []int{0, part - 10, part, 2*part + 990, 5, len(want)} {
			if n, err := seeker.Seek(int64(at), io.SeekStart); err != nil || n != int64(at) {
				t.Fatalf("to %d: %d, %v", at, n, err)
			}
			got, err := io.ReadAll(io.LimitReader(seeker, 20))
			if err != nil || !bytes.Equal(got, want[at:min(at+20, len(want))]) {
				t.Errorf("at %d: %d bytes, %v", at, len(got), err)
			}
		}
		if _, err := seeker.Seek(-1, io.SeekStart); err == nil {
			t.Error("before the beginning")
		}
	})
}

func TestADeletedFileIsGone(t *testing.T) {
	each(t, func(t *testing.T, s blob.Store, ctx, _ context.Context) {
		absent(t, s, ctx, "attachments/a")
		must(t, s.Delete(ctx, "attachments/a"))
		_, err := s.Put(ctx, "attachments/a", strings.NewReader("x"))
		must(t, err)
		_, err = s.Put(ctx, "attachments/b", strings.NewReader("y"))
		must(t, err)
		must(t, s.Delete(ctx, "attachments/a"))
		absent(t, s, ctx, "attachments/a")
		if got := read(t, s, ctx, "attachments/b"); string(got) != "y" {
			t.Errorf("the other is %q", got)
		}
	})
}

func TestOrganizationsDoNotMeetInAStore(t *testing.T) {
	each(t, func(t *testing.T, s blob.Store, ours, theirs context.Context) {
		_, err := s.Put(theirs, "attachments/a", strings.NewReader("theirs"))
		must(t, err)
		absent(t, s, ours, "attachments/a")
		must(t, s.Delete(ours, "attachments/a"))
		_, err = s.Put(ours, "attachments/a", strings.NewReader("ours"))
		must(t, err)
		if got := read(t, s, theirs, "attachments/a"); string(got) != "theirs" {
			t.Errorf("theirs is %q", got)
		}
		v := viewer.From(ours)
		v.Kind = viewer.System // whom no row rule holds
		system := viewer.With(ours, v)
		_, err = s.Put(system, "attachments/a", strings.NewReader("ours, by the system"))
		must(t, err)
		if got := read(t, s, theirs, "attachments/a"); string(got) != "theirs" {
			t.Errorf("theirs is %q, after the system's", got)
		}
		if got := read(t, s, system, "attachments/a"); string(got) != "ours, by the system" {
			t.Errorf("the system reads %q", got)
		}
		if got := keys(t, s, system, "", time.Now().Add(time.Hour)); !slices.Equal(got, []string{"attachments/a"}) {
			t.Errorf("the system lists %v", got)
		}
		if got := keys(t, s, ours, "", time.Now().Add(time.Hour)); !slices.Equal(got, []string{"attachments/a"}) {
			t.Errorf("listed %v", got)
		}
		for _, key := range []string{"../" + viewer.From(theirs).Organization.String() + "/attachments/a", "/etc/passwd", "a/../../b", ""} {
			if r, err := s.Open(ours, key); err == nil {
				t.Errorf("%q was opened: %v", key, r)
			}
		}
		if _, err := s.Open(context.Background(), "attachments/a"); !fault.IsCode(err, fault.Unauthenticated) {
			t.Errorf("nobody: %v", err)
		}
	})
}

// When the reader fails, its error is told, and nothing stays.
func TestAFileThatCannotBeReadIsNotKept(t *testing.T) {
	each(t, func(t *testing.T, s blob.Store, ctx, _ context.Context) {
		tooLarge := fault.New(fault.TooLarge, "file", "x")
		broken := io.MultiReader(bytes.NewReader(random(2*part+7)), iotest.ErrReader(tooLarge))
		if _, err := s.Put(ctx, "attachments/a", broken); !fault.IsCode(err, fault.TooLarge) {
			t.Errorf("got %v", err)
		}
		absent(t, s, ctx, "attachments/a")
		canceled, cancel := context.WithCancel(ctx)
		ending := io.MultiReader(bytes.NewReader(random(part+7)), readerFunc(func([]byte) (int, error) { cancel(); return 0, io.EOF }))
		if _, err := s.Put(canceled, "attachments/b", ending); err == nil {
			t.Error("a request that ended kept a file")
		}
		absent(t, s, ctx, "attachments/b")
		if got := keys(t, s, ctx, "", time.Now().Add(time.Hour)); len(got) != 0 {
			t.Errorf("%v stays", got)
		}
	})
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func keys(t testing.TB, s blob.Store, ctx context.Context, prefix string, before time.Time) (out []string) {
	t.Helper()
	must(t, s.List(ctx, prefix, before, func(some []string) error {
		out = append(out, some...)
		return nil
	}))
	slices.Sort(out)
	return out
}

func TestKeysAreListedByPrefixAndAge(t *testing.T) {
	each(t, func(t *testing.T, s blob.Store, ctx, _ context.Context) {
		for _, key := range []string{"attachments/a", "attachments/b", "imports/c", "attachments_/d"} {
			_, err := s.Put(ctx, key, bytes.NewReader(random(part+1)))
			must(t, err)
		}
		later := time.Now().Add(time.Hour)
		if got := keys(t, s, ctx, "attachments/", later); !slices.Equal(got, []string{"attachments/a", "attachments/b"}) {
			t.Errorf("listed %v", got)
		}
		if got := keys(t, s, ctx, "attachments/", time.Now().Add(-time.Hour)); len(got) != 0 {
			t.Errorf("an hour old: %v", got)
		}
		stop := errors.New("stop")
		if err := s.List(ctx, "", later, func([]string) error { return stop }); !errors.Is(err, stop) {
			t.Errorf("got %v", err)
		}
	})
}

// More keys than are given at a time are all listed, while they are deleted.
func TestManyKeysAreListedWhileTheyAreDeleted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := dbtest.Tenant(t, d, viewer.Owner)
		fill(t, d, ctx, 2500)
		deleteAll(t, blob.Database{DB: d}, ctx, 2500)
	})
	t.Run("folder", func(t *testing.T) {
		s, err := blob.OpenFolder(t.TempDir())
		must(t, err)
		ctx := viewer.With(context.Background(), viewer.Viewer{Kind: viewer.Staff, Organization: uuid.New()})
		for range 1100 {
			_, err := s.Put(ctx, uuid.NewString(), strings.NewReader(""))
			must(t, err)
		}
		deleteAll(t, s, ctx, 1100)
	})
}

func fill(t testing.TB, d *db.DB, ctx context.Context, n int) {
	t.Helper()
	query := `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
INSERT INTO blobs (id, organization_id, created_at, key, part, data)
SELECT lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-' || hex(randomblob(2)) || '-' || hex(randomblob(2)) || '-' || hex(randomblob(6))),
 ?, '2026-01-01 00:00:00+00:00', 'k' || i, 0, x'00' FROM n`
	if d.Dialect == "postgres" {
		query = `INSERT INTO blobs (id, organization_id, created_at, key, part, data)
SELECT gen_random_uuid(), $2, '2026-01-01', 'k' || i, 0, '\x00' FROM generate_series(1, $1::int) i`
	}
	_, err := d.ExecContext(viewer.AsSystem(context.Background(), "a test's files"), query, n, viewer.From(ctx).Organization)
	must(t, err)
}

func deleteAll(t testing.TB, s blob.Store, ctx context.Context, want int) {
	t.Helper()
	n := 0
	must(t, s.List(ctx, "", time.Now().Add(time.Hour), func(keys []string) error {
		if len(keys) > 1000 {
			t.Errorf("%d at a time", len(keys))
		}
		for _, key := range keys {
			n++
			if n%50 != 0 { // some are enough
				continue
			}
			if err := s.Delete(ctx, key); err != nil {
				return err
			}
		}
		return nil
	}))
	if n != want {
		t.Errorf("%d of %d listed", n, want)
	}
}

// What a crash leaves in a folder is listed, so that it can be swept.
func TestAnUnfinishedFileOfAFolderIsListed(t *testing.T) {
	folder := t.TempDir()
	s, err := blob.OpenFolder(folder)
	must(t, err)
	ctx := viewer.With(context.Background(), viewer.Viewer{Kind: viewer.Staff, Organization: uuid.New()})
	var during []string
	_, err = s.Put(ctx, "attachments/a", readerFunc(func([]byte) (int, error) {
		during = keys(t, s, ctx, "attachments/", time.Now().Add(time.Hour))
		return 0, io.EOF
	}))
	must(t, err)
	if len(during) != 1 || !strings.HasPrefix(during[0], "attachments/a.part-") {
		t.Errorf("listed %v while it was written", during)
	}
	must(t, os.Symlink("/etc", filepath.Join(folder, viewer.From(ctx).Organization.String(), "link")))
	if _, err := s.Open(ctx, "link/passwd"); err == nil {
		t.Error("a link leads out of the folder")
	}
}
