package rule_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	dbschema "entgo.io/ent/dialect/sql/schema"
	"entgo.io/ent/schema/field"
	"github.com/google/uuid"

	"github.com/kartela/kartela/ent/migrate"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/viewer"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

var system = viewer.AsSystem(context.Background(), "a test's rows")

// scene is one organization with rows of every type and of every kind that the rules tell
// apart. Rows are written as plain SQL from the tables' descriptions, so that a new type
// has a row here before anybody thought of it.
type scene struct {
	t   *testing.T
	d   *db.DB
	org uuid.UUID

	rows  map[string][]uuid.UUID // by table
	label map[uuid.UUID]string
	who   []who
}

// who is one kind of viewer.
type who struct {
	name string
	viewer.Viewer
}

type values map[string]any

// table finds the description of a table.
func table(t *testing.T, name string) *dbschema.Table {
	t.Helper()
	for _, x := range migrate.Tables {
		if x.Name == name {
			return x
		}
	}
	t.Fatalf("there is no table %s", name)
	return nil
}

// reference says which table a column of a tenant points at; "" when at none.
func reference(table, column string) string {
	for _, r := range schema.References {
		if r.Table == table && r.Column == column && !r.Global {
			return r.To
		}
	}
	return ""
}

// add writes one row and gives its id. What set does not say is the column's default,
// the first row of the table pointed at, or any value that is allowed.
func (s *scene) add(label, name string, set values) uuid.UUID {
	s.t.Helper()
	var columns []string
	var args []any
	id := schema.NewID()
	for _, c := range table(s.t, name).Columns {
		v, given := set[c.Name] // what names no column of the table is left out
		switch to := reference(name, c.Name); {
		case given:
		case c.Name == "id":
			v = id
		case c.Name == "organization_id":
			v = s.org
		case c.Nullable || c.Default != nil:
			continue
		case to != "":
			if len(s.rows[to]) == 0 {
				s.add("any", to, nil)
			}
			v = s.rows[to][0]
		default:
			v = any0(c)
		}
		columns, args = append(columns, `"`+c.Name+`"`), append(args, v)
	}
	s.exec(fmt.Sprintf(`INSERT INTO %q (%s) VALUES (%s)`, name, strings.Join(columns, ", "), marks(s.d.Dialect, len(args))), args...)
	s.rows[name] = append(s.rows[name], id)
	s.label[id] = name + ": " + label
	return id
}

func (s *scene) exec(query string, args ...any) {
	s.t.Helper()
	if _, err := s.d.ExecContext(system, query, args...); err != nil {
		s.t.Fatalf("%s: %v", query, err)
	}
}

// any0 is some value that the column allows.
func any0(c *dbschema.Column) any {
	switch {
	case c.SchemaType[dialect.Postgres] == "date":
		return "2026-03-01"
	case c.SchemaType[dialect.Postgres] != "":
		return "1"
	}
	switch c.Type {
	case field.TypeEnum:
		return c.Enums[0]
	case field.TypeUUID:
		return schema.NewID()
	case field.TypeTime:
		return schema.Now().Add(24 * time.Hour)
	case field.TypeBool:
		return false
	case field.TypeJSON:
		return "[]"
	case field.TypeBytes:
		return token()
	case field.TypeString:
		if c.Size > 0 && c.Size <= 3 {
			return "EUR"[:c.Size]
		}
		return "same everywhere"[:min(15, max(int(c.Size), 4))]
	default:
		return 1
	}
}

func token() []byte {
	b := make([]byte, 32)
	_, _ = rand.Read(b)
	return b
}

func marks(dialectName string, n int) string {
	out := make([]string, n)
	for i := range out {
		out[i] = "?"
		if dialectName == dialect.Postgres {
			out[i] = fmt.Sprintf("$%d", i+1)
		}
	}
	return strings.Join(out, ", ")
}

// newScene fills an organization. Two of them have the same values wherever the database
// lets them.
func newScene(t *testing.T, d *db.DB) *scene {
	t.Helper()
	s := &scene{t: t, d: d, rows: map[string][]uuid.UUID{}, label: map[uuid.UUID]string{}}
	s.org = s.add("ours", "organizations", values{"name": "Δοκιμή ΑΕ", "base_currency": "EUR"})
	s.people()
	s.contacts()
	s.money()
	s.projects()
	for _, x := range migrate.Tables {
		if len(s.rows[x.Name]) == 0 {
			s.add("any", x.Name, nil) // a type that is newer than this test
		}
	}
	return s
}

func (s *scene) person(label string) uuid.UUID {
	return s.add(label, "users", values{"email": schema.NewID().String() + "@test.example"})
}

func (s *scene) people() {
	for _, r := range []viewer.Role{viewer.Owner, viewer.Administrator, viewer.Accountant, viewer.Sales, viewer.TimeKeeper, viewer.ReadOnly} {
		s.member(string(r), r)
	}
	s.member("named", viewer.Sales)
	s.add("of a member", "sessions", values{"user_id": s.who[0].User})
	for _, way := range []string{"sign_in_links", "second_factors"} {
		s.add("of a member", way, values{"user_id": s.who[0].User})
	}
	key := s.add("ours", "api_keys", values{"name": "till", "role": "accountant", "created_by": s.who[0].User})
	s.who = append(s.who,
		who{"key", viewer.Viewer{Kind: viewer.Staff, Organization: s.org, APIKey: key, Role: viewer.Accountant}},
		who{"portal", viewer.Viewer{Kind: viewer.Portal, Organization: s.org, User: s.person("customer of ours")}},
		who{"nobody", viewer.Viewer{}})
	for _, w := range s.who[:len(s.who)-1] {
		if w.Kind == viewer.Portal {
			s.add("of "+w.name, "portal_preferences", values{"user_id": w.User})
			s.add("of another", "portal_preferences", values{"user_id": s.who[0].User})
		}
		s.add("key of "+w.name, "idempotency_records", values{"actor_id": w.Actor(), "key": "k", "request_hash": token(), "result": "{}"})
	}
}

func (s *scene) member(name string, r viewer.Role) {
	v := viewer.Viewer{Kind: viewer.Staff, Organization: s.org, User: s.person("our staff"), Role: r}
	s.add("ours", "memberships", values{"user_id": v.User, "role": string(r)})
	s.who = append(s.who, who{name, v})
}

// as gives the viewer of the name.
func (s *scene) as(name string) viewer.Viewer {
	for _, w := range s.who {
		if w.name == name {
			return w.Viewer
		}
	}
	s.t.Fatalf("there is no viewer %s", name)
	return viewer.Viewer{}
}

// contacts: an open one, one restricted to the viewer "named", and the one that the portal
// customer was let in for.
func (s *scene) contacts() {
	open := s.add("open", "contacts", values{"display_name": "Άλφα", "custom_id": "c1"})
	restricted := s.add("restricted", "contacts", values{"display_name": "Βήτα", "custom_id": "c2", "restricted": true})
	granted := s.add("granted", "contacts", values{"display_name": "Γάμα", "custom_id": "c3"})
	s.add("ours", "contact_accesses", values{"contact_id": restricted, "user_id": s.as("named").User})
	for i, c := range []uuid.UUID{open, restricted, granted} {
		label := []string{"open", "restricted", "granted"}[i]
		for _, part := range []string{"contact_addresses", "contact_emails", "contact_phones", "contact_notes"} {
			s.add("of "+label, part, values{"contact_id": c})
		}
		for _, own := range []string{"contact_options", "attachments", "registry_checks", "duplicate_dismissals"} {
			s.add("of "+label, own, values{"contact_id": c})
		}
		s.add("into "+label, "contact_merges", values{"survivor_id": c})
		s.add("from "+label, "merge_moves", values{"loser_id": c})
		s.add("about "+label, "audit_events", values{"contact_id": c, "object_type": "contact", "object_id": c})
	}
	s.add("any", "tracking_categories", values{"title": "spare", "sort_title": "spare"})
	s.add("of no contact", "registry_checks", nil)
	s.add("about no contact", "audit_events", values{"object_type": "member"})
	s.add("of restricted", "portal_grants", values{"contact_id": restricted, "email": "r@test.example", "token_hash": token()})
	for i, w := range s.who {
		if w.name == "portal" {
			s.who[i].Contacts = []uuid.UUID{granted}
			s.add("of granted", "portal_grants", values{"contact_id": granted, "email": "g@test.example", "user_id": w.User, "status": "active"})
		}
	}
}

func (s *scene) money() {
	seq := s.add("ours", "number_sequences", values{"document_type": "invoice", "name": "main"})
	s.add("ours", "number_counters", values{"sequence_id": seq, "period": 2026})
	c := s.rows["contacts"]
	number := 0
	for _, x := range []struct {
		label, typ, side, status string
		contact                  uuid.UUID
	}{
		{"invoice of open", "invoice", "client", "issued", c[0]},
		{"invoice of restricted", "invoice", "client", "issued", c[1]},
		{"invoice of granted", "invoice", "client", "issued", c[2]},
		{"draft of granted", "invoice", "client", "draft", c[2]},
		{"void of granted", "invoice", "client", "void", c[2]},
		{"bill of granted", "bill", "supplier", "issued", c[2]},
		{"bill of restricted", "bill", "supplier", "issued", c[1]},
	} {
		number++
		doc := s.add(x.label, "documents", values{"type": x.typ, "side": x.side, "status": x.status, "contact_id": x.contact,
			"sequence_id": seq, "number_period": 2026, "number": number, "custom_id": fmt.Sprint("d", number), "payable": 100})
		s.add("of "+x.label, "document_lines", values{"document_id": doc})
		s.add("of "+x.label, "document_taxes", values{"document_id": doc})
		for _, part := range []string{"document_adjustments", "document_options", "document_links", "document_reminders", "attachments", "messages", "notices"} {
			s.add("of "+x.label, part, values{"document_id": doc, "contact_id": x.contact})
		}
		if x.status == "issued" {
			s.card(x.label, x.contact, x.side, doc)
		}
	}
	for i, label := range []string{"open", "restricted", "granted"} {
		for _, own := range []string{"recurring_invoices", "messages", "notices"} {
			s.add("of "+label, own, values{"contact_id": c[i]})
		}
		try := s.add("of "+label, "online_payments", values{"contact_id": c[i], "reference": label})
		s.add("about that of "+label, "payment_events", values{"online_payment_id": try, "event_id": label})
	}
	s.add("about none", "payment_events", values{"event_id": "none"})
	s.add("void of granted", "payments", values{"contact_id": c[2], "status": "void", "amount": 100})
}

// projects: one of each contact; the time-keeper is a member of that of the open one. Time is
// the time-keeper's there, and an accountant's in all.
func (s *scene) projects() {
	keeper, accountant := s.as("time_keeper").User, s.as("accountant").User
	for i, label := range []string{"open", "restricted", "granted"} {
		p := s.add("of "+label, "projects", values{"contact_id": s.rows["contacts"][i], "portal": "billable"})
		s.add("accountant in that of "+label, "project_members", values{"project_id": p, "user_id": accountant})
		if label == "open" {
			s.add("keeper in that of "+label, "project_members", values{"project_id": p, "user_id": keeper})
			s.add("keeper's in that of "+label, "time_entries", values{"project_id": p, "user_id": keeper})
		}
		task := s.add("in that of "+label, "project_tasks", values{"project_id": p})
		fee := s.add("in that of "+label, "project_fees", values{"project_id": p})
		s.add("in that of "+label, "project_options", values{"project_id": p})
		s.add("accountant's in that of "+label, "time_entries", values{"project_id": p, "user_id": accountant, "task_id": task})
		s.add("in that of "+label, "billed_items", values{"project_id": p, "fee_id": fee})
	}
	s.add("unbilled", "project_fees", nil)
	granted := s.rows["contacts"][2]
	for _, portal := range []string{"all", "hidden"} {
		p := s.add(portal+" of granted", "projects", values{"contact_id": granted, "portal": portal})
		s.add("in the "+portal, "project_tasks", values{"project_id": p})
		s.add("in the "+portal, "time_entries", values{"project_id": p, "user_id": accountant, "billable": false})
	}
	s.add("not billable in that of granted", "time_entries", values{"project_id": s.rows["projects"][2], "user_id": accountant, "billable": false})
}

// card is a payment of a document and what both leave on the contact's card.
func (s *scene) card(label string, contact uuid.UUID, side string, doc uuid.UUID) {
	pay := s.add("for "+label, "payments", values{"contact_id": contact, "side": side, "amount": 100})
	s.add("of payment for "+label, "payment_options", values{"payment_id": pay})
	s.add("to "+label, "allocations", values{"contact_id": contact, "payment_id": pay, "document_id": doc})
	s.add("for "+label, "ledger_entries", values{"contact_id": contact, "side": side, "document_id": doc})
	s.add("for "+label, "balances", values{"contact_id": contact, "side": side})
}
