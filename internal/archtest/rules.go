package archtest

import "slices"

// rule is what a package may import. Patterns that end in /... mean a folder and all below.
type rule struct {
	ours   []string // packages of this module
	others []string // libraries
	not    []string // packages of the standard library that it may not import
}

// The words of the rules. They follow the order of the house: what is named later may
// import what is named earlier, never the other way round.
var (
	// values are pure: the standard library and small value libraries only.
	values     = []string{"fault", "money", "day", "viewer", "page", "fold"}
	valueLibs  = []string{"github.com/google/uuid", "github.com/bojanz/currency", "github.com/govalues/decimal"}
	entLibs    = []string{"entgo.io/ent/...", "github.com/google/uuid"}
	domainLibs = []string{
		"entgo.io/ent/dialect", "entgo.io/ent/dialect/sql", "github.com/google/uuid", "github.com/govalues/decimal",
		"golang.org/x/text/...", "golang.org/x/crypto/argon2", "golang.org/x/time/rate",
	}

	// domains, from left to right: each may import those to its left.
	domains = []string{"audit", "look", "ledger", "tracking", "contact", "product", "rate", "document", "recurring", "reminder", "payment", "project", "attachment", "statement", "report", "account", "notice", "post", "message", "permalink", "portal", "job", "onlinepayment/banktransfer", "onlinepayment"}

	// parts are the packages below contact.
	parts = []string{"contact/imports", "contact/exports", "contact/taxid", "contact/merge"}

	// outside is the world: no domain package knows it.
	outside = []string{"net/http/...", "net", "net/rpc/...", "net/smtp", "os/...", "syscall", "log", "html/template", "embed"}
)

// domain is the rule of a domain package, with what lies to its left.
func domain(left ...string) rule {
	return rule{ours: slices.Concat(values, []string{"ent/...", "internal/db"}, left), others: domainLibs, not: outside}
}

// with is a rule with more libraries.
func with(r rule, others ...string) rule {
	r.others = slices.Concat(r.others, others)
	return r
}

// small is the rule of a pure package.
func small(ours ...string) rule {
	return rule{ours: ours, others: valueLibs, not: append([]string{"database/sql", "log/..."}, outside...)}
}

// packages is the whole table. A package that is not in it fails the test.
var packages = map[string]rule{
	"fault":  small(),
	"letter": small(),
	"money":  small("fault"),
	"day":    small("fault"),
	"viewer": small("fault"),
	"page":   small("fault"),
	"fold":   {others: []string{"golang.org/x/text/unicode/norm"}, not: append([]string{"database/sql", "log/..."}, outside...)},

	"ent/...":    {ours: append([]string{"ent/..."}, values...), others: entLibs, not: []string{"net/http/..."}}, // generated
	"ent/schema": {ours: values, others: entLibs, not: outside},
	"ent/rule":   {ours: append([]string{"ent", "ent/intercept", "ent/schema"}, values...), others: entLibs, not: outside},

	"internal/db": {
		ours: append([]string{"ent/..."}, values...),
		others: []string{
			"entgo.io/ent/dialect/...", "github.com/google/uuid", "github.com/jackc/pgx/v5/...", "github.com/pressly/goose/v3/...", "github.com/riverqueue/river/...", "modernc.org/sqlite",
		},
		not: []string{"net/http/..."},
	},
	"internal/db/tables": {ours: []string{"ent/migrate", "ent/schema"}, others: entLibs, not: outside},
	"internal/db/diff":   {ours: []string{"internal/db/tables"}, others: []string{"ariga.io/atlas/...", "entgo.io/ent/dialect/...", "github.com/jackc/pgx/v5/...", "modernc.org/sqlite"}},

	"audit":                      domain(),
	"look":                       domain(),
	"ledger":                     domain(),
	"tracking":                   domain("audit"),
	"contact":                    domain("audit", "ledger", "tracking"),
	"contact/taxid":              domain("audit", "ledger", "tracking", "contact"),
	"contact/imports":            domain("audit", "ledger", "tracking", "contact", "contact/taxid"),
	"contact/exports":            domain("audit", "ledger", "tracking", "contact", "contact/taxid", "contact/imports"),
	"contact/merge":              domain("audit", "ledger", "tracking", "contact", "contact/taxid"),
	"attachment":                 domain("audit", "contact"),
	"job":                        {ours: slices.Concat(values, []string{"ent/...", "internal/db", "audit"}), others: slices.Concat(domainLibs, []string{"github.com/riverqueue/river/..."}), not: outside},
	"product":                    domain("audit"),
	"rate":                       domain(),
	"recurring":                  domain("audit", "ledger", "contact", "document"),
	"reminder":                   domain("audit", "ledger", "contact", "document"),
	"document":                   domain("audit", "ledger", "tracking", "contact"),
	"payment":                    domain("audit", "ledger", "tracking", "contact", "document"),
	"project":                    domain("audit", "ledger", "tracking", "contact", "document", "payment"),
	"statement":                  domain("audit", "ledger", "contact", "document", "payment", "project"),
	"report":                     domain("audit", "ledger", "contact", "document", "payment", "project"),
	"account":                    with(domain("audit", "letter"), "github.com/pquerna/otp/..."),
	"notice":                     domain("audit", "letter"),
	"post":                       domain("letter"),
	"message":                    domain("audit", "contact", "account", "letter", "notice", "post"),
	"permalink":                  domain("audit", "ledger", "contact", "document", "account", "notice"),
	"portal":                     domain("audit", "ledger", "contact", "document", "payment", "project", "statement", "account", "letter", "notice", "post", "message"),
	"onlinepayment":              domain("audit", "ledger", "contact", "document", "payment", "account", "notice", "onlinepayment/banktransfer"),
	"internal/demo":              domain(slices.Concat(parts, domains)...),
	"onlinepayment/banktransfer": {ours: append([]string{"payment"}, values...), not: outside}, // a way of being paid that reaches for nobody
	"internal/archtest":          {not: []string{"net/http/..."}},

	// The hub knows no database and no socket; of ent it knows types.
	"live": {ours: append([]string{"ledger", "ent/balance", "ent/ledgerentry"}, values...), others: []string{"github.com/google/uuid"}, not: append([]string{"database/sql"}, outside...)},

	// Resolvers build no queries: of ent they have the types, of internal/db the idempotency key.
	"graph":               {ours: slices.Concat(values, domains, parts, []string{"live", "ent/...", "internal/db", "graph/..."}), others: graphLibs, not: outside},
	"graph/bind":          {ours: slices.Concat(values, domains, parts, []string{"live", "ent/..."}), others: []string{"github.com/google/uuid"}, not: outside},
	"graph/scalar":        {ours: values, others: graphLibs, not: outside},
	"graph/generated/...": {ours: slices.Concat(values, domains, parts, []string{"live", "ent/...", "graph/..."}), others: graphLibs, not: outside},

	// What is out of reach, behind interfaces that the domains declare.
	"internal/mail":         {ours: append([]string{"statement", "portal"}, values...), others: []string{"github.com/wneessen/go-mail"}},
	"internal/pdf":          {ours: values, others: []string{"codeberg.org/go-pdf/fpdf"}},
	"internal/sheet":        {ours: append([]string{"statement", "report", "contact/imports", "contact/exports"}, values...), others: []string{"github.com/xuri/excelize/v2"}},
	"internal/psp/...":      {ours: append([]string{"payment"}, values...), others: []string{"github.com/stripe/stripe-go/...", "github.com/google/uuid"}},
	"internal/registry/...": {ours: append([]string{"contact/taxid", "rate"}, values...)},
	"internal/bus":          {others: []string{"github.com/jackc/pgx/v5", "github.com/nats-io/nats.go"}},
	"internal/secret":       {ours: values},
	"internal/blob":         {ours: append([]string{"attachment", "contact/imports", "internal/db", "ent/..."}, values...), others: []string{"gocloud.dev/...", "github.com/google/uuid", "entgo.io/ent/dialect", "entgo.io/ent/dialect/sql"}},

	// Only tests import these.
	"internal/dbtest":          {ours: append([]string{"ent", "ent/schema", "internal/db", "internal/dbtest/postgres"}, values...), others: []string{"github.com/google/uuid", "github.com/jackc/pgx/v5"}},
	"internal/dbtest/postgres": {others: []string{"github.com/fergusstrange/embedded-postgres", "github.com/jackc/pgx/v5"}},
	"internal/dbtest/with":     {ours: []string{"internal/dbtest/postgres"}},
	"payment/paymenttest": {
		ours:   slices.Concat(values, domains, []string{"ent/...", "internal/db", "internal/dbtest"}),
		others: []string{"github.com/google/uuid", "github.com/google/go-cmp/cmp", "pgregory.net/rapid"}, not: outside,
	},

	// Of ent the server has types.
	"server":          {ours: slices.Concat(values, domains, parts, []string{"ent", "ent/ledgerentry", "ent/onlinepayment", "live", "graph", "graph/generated/...", "internal/db", "internal/demo", "internal/mail", "internal/pdf", "internal/sheet", "internal/psp/...", "internal/registry/...", "internal/secret", "internal/blob", "internal/bus", "letter", "server/web", "server/graphiql"}), others: serverLibs},
	"server/web":      {},
	"server/graphiql": {ours: []string{"server/web"}},

	"bench/...": {ours: []string{"account", "audit", "contact/...", "day", "document", "ent/...", "fault", "graph/...", "internal/...", "ledger", "live", "money", "page", "payment", "portal", "statement", "viewer"}, others: []string{"github.com/...", "golang.org/...", "entgo.io/...", "modernc.org/..."}},
}

var graphLibs = []string{"github.com/99designs/gqlgen/graphql/...", "github.com/vektah/gqlparser/v2/...", "github.com/google/uuid"}

var serverLibs = []string{
	"github.com/99designs/gqlgen/...", "github.com/vektah/gqlparser/v2/...", "github.com/google/uuid", "github.com/gorilla/websocket",
	"github.com/alecthomas/kong", "github.com/caarlos0/env/v11", "github.com/boombuler/barcode/...", "github.com/rs/cors", "golang.org/x/time/rate", "github.com/go-chi/httprate",
	"github.com/prometheus/client_golang/...", "go.opentelemetry.io/otel/...", "github.com/nats-io/nats.go", "golang.org/x/sync/...",
	"golang.org/x/sys/unix", // one epoll for all sockets
}

// longest is the most lines that a hand-written file may have.
const longest = 600

// long are the files that are over it for now.
var long = []string{"internal/mail/smtp_test.go"}

// readers may read the environment besides package server: programs and tests.
var readers = []string{"internal/dbtest/...", "internal/db/diff/...", "bench/..."}
