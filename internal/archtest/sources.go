package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strings"
)

// environment are the functions that read the process's environment.
var environment = map[string][]string{
	"os":      {"Getenv", "LookupEnv", "Environ", "ExpandEnv"},
	"syscall": {"Getenv", "Environ"},
}

// Sources gives every breach of the rules about sources, one sentence each: files by path
// from the module's root, with their text.
func Sources(files map[string]string) []string {
	var out []string
	for name, text := range files {
		if generated(name) {
			if strings.HasPrefix(name, "graph/") {
				out = append(out, unfinished(name, text)...)
			}
			continue
		}
		if n := strings.Count(text, "\n"); n > longest && !slices.Contains(long, name) {
			out = append(out, fmt.Sprintf("%s has %d lines, more than %d", name, n, longest))
		}
		if strings.HasPrefix(name, "graph/") {
			out = append(out, unfinished(name, text)...)
		}
		if !strings.HasSuffix(name, "_test.go") {
			out = append(out, parsed(name, text)...)
		}
	}
	slices.Sort(out)
	return out
}

// generated says whether the file is made by a generator: package ent outside schema and
// rule, and graph/generated.
func generated(name string) bool {
	folder := path.Dir(name)
	switch {
	case strings.HasPrefix(name, "graph/generated/"):
		return true
	case folder == "ent/schema" || folder == "ent/rule" || name == "ent/entc.go" || name == "ent/generate.go":
		return false
	}
	return strings.HasPrefix(name, "ent/")
}

// unfinished finds what gqlgen leaves where the schema and the Go code have drifted apart.
func unfinished(name, text string) []string {
	var out []string
	for i, line := range strings.Split(text, "\n") {
		if strings.Contains(line, "panic(") && strings.Contains(line, "not implemented") {
			out = append(out, fmt.Sprintf("%s:%d panics with not implemented", name, i+1))
		}
	}
	return out
}

func parsed(name, text string) []string {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, text, parser.SkipObjectResolution)
	if err != nil {
		return []string{fmt.Sprintf("%s cannot be read: %v", name, err)}
	}
	imported := map[string]string{} // local name → path
	for _, i := range file.Imports {
		p := strings.Trim(i.Path.Value, `"`)
		local := path.Base(p)
		if i.Name != nil {
			local = i.Name.Name
		}
		imported[local] = p
	}
	mayRead := path.Dir(name) == "server" || matches(readers, path.Dir(name))
	var out []string
	ast.Inspect(file, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); ok && !mayRead && slices.Contains(environment[imported[x.Name]], sel.Sel.Name) {
			out = append(out, fmt.Sprintf("%s reads the environment: only server does", set.Position(n.Pos())))
		}
		return true
	})
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) > 0 {
			return true
		}
		if sel, ok := call.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "Or" {
			out = append(out, fmt.Sprintf("%s: Or() on a selector turns the row rules off: use sql.Or", set.Position(n.Pos())))
		}
		return true
	})
	for _, p := range imported {
		if strings.HasPrefix(p, "github.com/caarlos0/env/") && !mayRead {
			out = append(out, name+" reads the environment: only server does")
		}
	}
	return out
}
