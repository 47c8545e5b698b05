package archtest

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const root = "../.."

func TestTheHouseKeepsItsImportRules(t *testing.T) {
	all, err := List(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 40 {
		t.Fatalf("only %d packages were found", len(all))
	}
	for _, breach := range Imports(all) {
		t.Error(breach)
	}
}

func TestTheSourcesKeepTheirRules(t *testing.T) {
	files, err := Files(root)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 200 {
		t.Fatalf("only %d files were found", len(files))
	}
	for _, breach := range Sources(files) {
		t.Error(breach)
	}
	for _, name := range long {
		if strings.Count(files[name], "\n") <= longest {
			t.Errorf("%s is no longer too long: take it off the list", name)
		}
	}
}

func pkg(name string, imports ...string) Package {
	for i, p := range imports {
		if p2, ours := strings.CutPrefix(p, "./"); ours {
			imports[i] = module + "/" + p2
		}
	}
	return Package{ImportPath: module + "/" + name, Imports: imports}
}

func TestABreachOfTheImportRulesIsFound(t *testing.T) {
	tests := map[string]struct {
		pkg  Package
		want []string
	}{
		"a pure package with ent":               {pkg("money", "./ent"), []string{"money imports ent: not among what it may import of this module"}},
		"a pure package with a large library":   {pkg("page", "entgo.io/ent/dialect/sql"), []string{"page imports entgo.io/ent/dialect/sql: not among the libraries it may import"}},
		"a pure package with the database":      {pkg("viewer", "database/sql"), []string{"viewer imports database/sql: kept out of this package"}},
		"a rule that knows a domain":            {pkg("ent/rule", "./contact"), []string{"ent/rule imports contact: not among what it may import of this module"}},
		"a schema that knows a domain":          {pkg("ent/schema", "./ledger"), []string{"ent/schema imports ledger: not among what it may import of this module"}},
		"generated code that knows a domain":    {pkg("ent/newcomer", "./ledger"), []string{"ent/newcomer imports ledger: not among what it may import of this module"}},
		"a domain to its right":                 {pkg("ledger", "./contact"), []string{"ledger imports contact: not among what it may import of this module"}},
		"a document with payments":              {pkg("document", "./payment"), []string{"document imports payment: not among what it may import of this module"}},
		"a domain with net/http":                {pkg("payment", "net/http"), []string{"payment imports net/http: kept out of this package"}},
		"a domain below net/http":               {pkg("payment", "net/http/httptest"), []string{"payment imports net/http/httptest: kept out of this package"}},
		"a domain with gqlgen":                  {pkg("portal", "github.com/99designs/gqlgen/graphql"), []string{"portal imports github.com/99designs/gqlgen/graphql: not among the libraries it may import"}},
		"a domain with graph":                   {pkg("statement", "./graph"), []string{"statement imports graph: not among what it may import of this module"}},
		"a domain with live":                    {pkg("ledger", "./live"), []string{"ledger imports live: not among what it may import of this module"}},
		"a domain with a mail client":           {pkg("statement", "./internal/mail"), []string{"statement imports internal/mail: not among what it may import of this module"}},
		"a domain with the migrations' tables":  {pkg("contact", "./internal/db/tables"), []string{"contact imports internal/db/tables: not among what it may import of this module"}},
		"the hub with a domain":                 {pkg("live", "./payment"), []string{"live imports payment: not among what it may import of this module"}},
		"the hub with the database":             {pkg("live", "./internal/db"), []string{"live imports internal/db: not among what it may import of this module"}},
		"a resolver that builds a query":        {pkg("graph", "entgo.io/ent/dialect/sql"), []string{"graph imports entgo.io/ent/dialect/sql: not among the libraries it may import"}},
		"a resolver with the socket":            {pkg("graph", "net/http"), []string{"graph imports net/http: kept out of this package"}},
		"anyone with server":                    {pkg("internal/demo", "./server"), []string{"internal/demo imports server: not among what it may import of this module"}},
		"a program with the tests' database":    {pkg("server", "./internal/dbtest"), []string{"server imports internal/dbtest: not among what it may import of this module"}},
		"a package that nobody wrote down":      {pkg("helpers"), []string{"helpers is not in the table of packages: say what it may import"}},
		"a sub-package that nobody wrote down":  {pkg("contact/helpers"), []string{"contact/helpers is not in the table of packages: say what it may import"}},
		"tests that import server":              {Package{ImportPath: module + "/ledger", XTestImports: []string{module + "/server"}}, []string{"the tests of ledger import server"}},
		"inner tests that import server":        {Package{ImportPath: module + "/ledger", TestImports: []string{module + "/server"}}, []string{"the tests of ledger import server"}},
		"what is allowed":                       {pkg("payment", "./document", "./ent/payment", "./internal/db", "./fault", "github.com/google/uuid", "context"), nil},
		"tests may have what the package lacks": {Package{ImportPath: module + "/money", XTestImports: []string{module + "/internal/dbtest"}}, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Imports([]Package{tt.pkg})); diff != "" {
				t.Errorf("breaches (-want +got):\n%s", diff)
			}
		})
	}
}

func TestABreachInASourceIsFound(t *testing.T) {
	tests := map[string]struct {
		file, text string
		want       []string
	}{
		"the environment in a domain": {"contact/x.go", "package contact\nimport \"os\"\nvar _ = os.Getenv(\"X\")\n",
			[]string{"contact/x.go:3:9 reads the environment: only server does"}},
		"under another name": {"contact/x.go", "package contact\nimport sys \"os\"\nvar f = sys.LookupEnv\n",
			[]string{"contact/x.go:3:9 reads the environment: only server does"}},
		"below server": {"server/web/x.go", "package web\nimport \"os\"\nvar _ = os.Environ()\n",
			[]string{"server/web/x.go:3:9 reads the environment: only server does"}},
		"by the library": {"internal/mail/x.go", "package mail\nimport \"github.com/caarlos0/env/v11\"\nvar _ = env.Parse\n",
			[]string{"internal/mail/x.go reads the environment: only server does"}},
		"in server":         {"server/config.go", "package main\nimport \"os\"\nvar _ = os.Getenv(\"X\")\n", nil},
		"in a test":         {"contact/x_test.go", "package contact\nimport \"os\"\nvar _ = os.Getenv(\"X\")\n", nil},
		"in the benchmarks": {"bench/main.go", "package main\nimport \"os\"\nvar _ = os.Getenv(\"X\")\n", nil},
		"os without it":     {"contact/x.go", "package contact\nimport \"os\"\nvar _ = os.Exit\n", nil},
		"a long file": {"contact/x.go", "package contact\n" + strings.Repeat("//\n", longest),
			[]string{"contact/x.go has 601 lines, more than 600"}},
		"a long test":      {"contact/x_test.go", "package contact\n" + strings.Repeat("//\n", longest), []string{"contact/x_test.go has 601 lines, more than 600"}},
		"long, generated":  {"ent/x.go", "package ent\n" + strings.Repeat("//\n", longest), nil},
		"long in a schema": {"ent/schema/x.go", "package schema\n" + strings.Repeat("//\n", longest), []string{"ent/schema/x.go has 601 lines, more than 600"}},
		"a resolver without a body": {"graph/x.go", "package graph\nfunc f() { panic(fmt.Errorf(\"not implemented: X\")) }\n",
			[]string{"graph/x.go:2 panics with not implemented"}},
		"generated without a body": {"graph/generated/x.go", "package generated\n\tpanic(\"not implemented\")\n",
			[]string{"graph/generated/x.go:2 panics with not implemented"}},
		"a condition that opens the row rules": {"contact/x.go", "package contact\nfunc f(s *sql.Selector) { s.Or().Where(nil) }\n",
			[]string{"contact/x.go:2:27: Or() on a selector turns the row rules off: use sql.Or"}},
		"a disjunction": {"contact/x.go", "package contact\nvar _ = sql.Or(a, b)\n", nil},
		"nonsense":      {"contact/x.go", "what", []string{"contact/x.go cannot be read: contact/x.go:1:1: expected 'package', found what"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Sources(map[string]string{tt.file: tt.text})); diff != "" {
				t.Errorf("breaches (-want +got):\n%s", diff)
			}
		})
	}
}

// A domain that its left neighbours may not import cannot be reached around a corner: the
// table itself has no circle.
func TestTheTableOfDomainsHasAnOrder(t *testing.T) {
	for i, d := range domains {
		r, ok := packages[d]
		if !ok {
			t.Fatalf("%s is not in the table", d)
		}
		for _, right := range domains[i:] {
			if slices.Contains(r.ours, right) {
				t.Errorf("%s may import %s, which is not to its left", d, right)
			}
		}
	}
}
