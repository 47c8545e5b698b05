package rule_test

import (
	"strings"
	"testing"

	"entgo.io/ent/schema/field"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/migrate"
	"github.com/kartela/kartela/ent/schema"
)

// unbound are columns that hold an id without a foreign key, each with its reason. They are
// never followed to a row without the row rules.
var unbound = map[string]string{
	"audit_events.actor_id":             "a user or an API key",
	"audit_events.object_id":            "a row of any type, which may be gone",
	"audit_events.contact_id":           "a contact, which may be gone",
	"idempotency_records.actor_id":      "a user or an API key",
	"contact_notes.author_id":           "a user or an API key",
	"contact_accesses.user_id":          "a user, who is a member when it is written",
	"api_keys.created_by":               "a user",
	"documents.created_by":              "a user or an API key",
	"payments.created_by":               "a user or an API key",
	"portal_grants.invited_by":          "a user or an API key",
	"attachments.uploaded_by":           "a user or an API key",
	"contact_imports.created_by":        "a user or an API key",
	"contact_imports.worker":            "a server process",
	"import_rows.contact_id":            "a contact, which may be gone",
	"registry_checks.requested_by":      "a user or an API key, or nobody",
	"contact_merges.merged_by":          "a user or an API key",
	"merge_moves.row_id":                "a row of any type, which may be gone",
	"duplicate_dismissals.dismissed_by": "a user or an API key",
	"documents.decided_by":              "a user or an API key, or nobody",
	"document_links.created_by":         "a user or an API key",
	"document_reminders.created_by":     "a user or an API key",
	"recurring_invoices.created_by":     "a user or an API key",
	"projects.created_by":               "a user or an API key",
	"billed_items.created_by":           "a user or an API key",
	"project_members.user_id":           "a user, who is a member when it is written",
	"project_tasks.assignee_id":         "a user, who is a member of the project when it is written",
	"messages.author_id":                "a user or an API key, or nobody",
	"notices.seen_by":                   "a user or an API key, or nobody",
	"time_entries.user_id":              "a user, who is a member when it is written",
}

func TestEveryIdInATenantsTableIsBoundByAForeignKey(t *testing.T) {
	bound := map[string]bool{}
	for _, r := range schema.References {
		bound[r.Table+"."+r.Column] = true
	}
	for _, x := range migrate.Tables {
		for _, c := range x.Columns {
			name := x.Name + "." + c.Name
			if c.Type != field.TypeUUID || c.Name == "id" || c.Name == "organization_id" {
				continue
			}
			if bound[name] == (unbound[name] != "") {
				t.Errorf("%s is bound by a foreign key: %v; named as unbound: %v", name, bound[name], unbound[name] != "")
			}
		}
	}
}

// Without edges no predicate and no eager load can reach around the row filter.
func TestNoTypeHasEdges(t *testing.T) {
	for _, x := range migrate.Tables {
		if len(x.ForeignKeys) > 0 {
			t.Errorf("%s has edges", x.Name)
		}
	}
	for _, k := range kinds(t) {
		query, ok := k.of(&ent.Client{}).Type().MethodByName("Query")
		if !ok {
			t.Fatalf("%s has no query", k.name)
		}
		q := query.Type.Out(0)
		for i := range q.NumMethod() {
			if name := q.Method(i).Name; strings.HasPrefix(name, "With") || strings.HasPrefix(name, "Query") && name != "QueryContext" {
				t.Errorf("%s has the edge %s", k.name, name)
			}
		}
	}
}
