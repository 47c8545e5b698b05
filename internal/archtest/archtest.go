// Package archtest holds the shape of the house: which package imports which, where the
// environment is read, and how long a file may be. Its tests run over the whole module; the
// rules are the tables in rules.go.
package archtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

const module = "github.com/kartela/kartela"

// Package is what `go list -json` says about one package.
type Package struct {
	ImportPath   string
	Dir          string
	Name         string
	Imports      []string
	TestImports  []string
	XTestImports []string
}

// List lists the packages of the module whose root is given.
func List(ctx context.Context, root string) ([]Package, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-json=ImportPath,Dir,Name,Imports,TestImports,XTestImports", "./...")
	cmd.Dir = root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("archtest: go list: %w: %s", err, stderr.String())
	}
	var all []Package
	for dec := json.NewDecoder(bytes.NewReader(out)); dec.More(); {
		var p Package
		if err := dec.Decode(&p); err != nil {
			return nil, fmt.Errorf("archtest: go list: %w", err)
		}
		all = append(all, p)
	}
	return all, nil
}

// Imports gives every breach of the import rules, one sentence each.
func Imports(packages []Package) []string {
	var out []string
	for _, p := range packages {
		name := inside(p.ImportPath)
		r, ok := ruleOf(name)
		if !ok {
			out = append(out, fmt.Sprintf("%s is not in the table of packages: say what it may import", name))
			continue
		}
		for _, i := range p.Imports {
			if why := r.refuses(i); why != "" {
				out = append(out, fmt.Sprintf("%s imports %s: %s", name, inside(i), why))
			}
		}
		for _, i := range append(slices.Clone(p.TestImports), p.XTestImports...) {
			if inside(i) == "server" && name != "server" {
				out = append(out, fmt.Sprintf("the tests of %s import server", name))
			}
		}
	}
	return out
}

func inside(path string) string { return strings.TrimPrefix(path, module+"/") }

// ruleOf finds the rule of a package: its own, else that of the nearest folder above it
// whose rule is for all that is below.
func ruleOf(name string) (rule, bool) {
	if r, ok := packages[name]; ok {
		return r, true
	}
	for folder := name; folder != "."; folder = filepath.Dir(folder) {
		if r, ok := packages[folder+"/..."]; ok {
			return r, true
		}
	}
	return rule{}, false
}

// refuses says why the package may not import the path; "" when it may.
func (r rule) refuses(path string) string {
	switch {
	case strings.HasPrefix(path, module+"/"):
		if !matches(r.ours, inside(path)) {
			return "not among what it may import of this module"
		}
	case strings.Contains(strings.Split(path, "/")[0], "."):
		if !matches(r.others, path) {
			return "not among the libraries it may import"
		}
	case matches(r.not, path):
		return "kept out of this package"
	}
	return ""
}

// matches says whether one of the patterns is the path, or ends in /... and is above it.
func matches(patterns []string, path string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		folder, below := strings.CutSuffix(p, "/...")
		return p == path || below && (path == folder || strings.HasPrefix(path, folder+"/"))
	})
}

// Files gives every hand-written Go file below the root, by its path from there.
func Files(root string) (map[string]string, error) {
	out := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == "node_modules" || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && rel != "." {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(path) != ".go" {
			return nil
		}
		text, err := os.ReadFile(path) //nolint:gosec // our own sources
		out[filepath.ToSlash(rel)] = string(text)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("archtest: read the sources: %w", err)
	}
	return out, nil
}
