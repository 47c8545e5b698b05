//go:build unix

package postgres

import (
	"os"
	"path/filepath"
	"testing"
)

func TestFoldersOfTheDeadAreRemoved(t *testing.T) {
	parent := t.TempDir()
	t.Setenv("TMPDIR", parent)
	mine, err := newFolder(nil)
	if err != nil {
		t.Fatal(err)
	}
	dead := filepath.Join(parent, folderPrefix+"dead") // nobody holds it
	if err := os.MkdirAll(filepath.Join(dead, "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	kept := t.TempDir()
	link := filepath.Join(parent, folderPrefix+"link")
	if err := os.Symlink(kept, link); err != nil {
		t.Fatal(err)
	}
	other, err := newFolder(nil)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{mine.path: true, other.path: true, dead: false, link: true, kept: true} {
		if _, err := os.Lstat(path); (err == nil) != want {
			t.Errorf("%s: %v, want kept: %t", path, err, want)
		}
	}
	for _, f := range []*folder{mine, other} {
		if info, err := os.Stat(f.path); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v, %v", f.path, info, err)
		}
		if err := f.remove(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(f.path); !os.IsNotExist(err) {
			t.Errorf("%s: %v, want it gone", f.path, err)
		}
	}
}

func TestAFolderWithinReach(t *testing.T) {
	within := openFolder(t)
	closed := filepath.Join(within, "closed")
	if err := os.MkdirAll(filepath.Join(closed, "open"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(closed, "open"), 0o755); err != nil { //nolint:gosec // that is the case
		t.Fatal(err)
	}
	someone := &account{name: "someone"}
	tests := map[string]struct {
		temporary string
		owner     *account
		want      string
	}{
		"everyone may pass":         {within, someone, within},
		"a folder above is closed":  {filepath.Join(closed, "open"), someone, "/tmp"},
		"it is closed itself":       {closed, someone, "/tmp"},
		"it does not exist":         {filepath.Join(within, "none"), someone, "/tmp"},
		"closed, but it is our own": {closed, nil, closed},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Setenv("TMPDIR", tt.temporary)
			got, err := parentFor(tt.owner)
			if err != nil {
				t.Fatal(err)
			}
			if got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}
