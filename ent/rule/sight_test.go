package rule_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/rule"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/viewer"
)

// sight is who sees what, as the roles are meant. "named" is a member in sales who is named
// for the restricted contact; "key" is an API key of an accountant; "portal" is a customer
// who was let in for the contact "granted".
const sight = `
                                         own  adm  acc  sal  tim  rea  nam  key  por  nob
allocations: to bill of granted          x    x    x    .    .    x    .    x    .    .
allocations: to bill of restricted       x    x    .    .    .    .    .    .    .    .
allocations: to invoice of granted       x    x    x    x    .    x    x    x    x    .
allocations: to invoice of open          x    x    x    x    .    x    x    x    .    .
allocations: to invoice of restricted    x    x    .    .    .    .    x    .    .    .
api_keys: ours                           x    x    .    .    .    .    .    .    .    .
attachments: of bill of granted          x    x    x    .    .    x    .    x    .    .
attachments: of bill of restricted       x    x    .    .    .    .    .    .    .    .
attachments: of draft of granted         x    x    x    x    .    x    x    x    .    .
attachments: of granted                  x    x    x    x    .    x    x    x    .    .
attachments: of invoice of granted       x    x    x    x    .    x    x    x    .    .
attachments: of invoice of open          x    x    x    x    .    x    x    x    .    .
attachments: of invoice of restricted    x    x    .    .    .    .    x    .    .    .
attachments: of open                     x    x    x    x    .    x    x    x    .    .
attachments: of restricted               x    x    .    .    .    .    x    .    .    .
attachments: of void of granted          x    x    x    x    .    x    x    x    .    .
audit_events: about granted              x    x    x    .    .    .    .    x    .    .
audit_events: about no contact           x    x    x    .    .    .    .    x    .    .
audit_events: about open                 x    x    x    .    .    .    .    x    .    .
audit_events: about restricted           x    x    .    .    .    .    .    .    .    .
balances: for bill of granted            x    x    x    .    .    x    .    x    .    .
balances: for bill of restricted         x    x    .    .    .    .    .    .    .    .
balances: for invoice of granted         x    x    x    x    .    x    x    x    x    .
balances: for invoice of open            x    x    x    x    .    x    x    x    .    .
balances: for invoice of restricted      x    x    .    .    .    .    x    .    .    .
billed_items: in that of granted         x    x    x    x    .    x    x    x    .    .
billed_items: in that of open            x    x    x    x    .    x    x    x    .    .
billed_items: in that of restricted      x    x    .    .    .    .    x    .    .    .
blobs: any                               x    x    x    x    .    x    x    x    .    .
contact_accesses: ours                   x    x    .    .    .    .    .    .    .    .
contact_addresses: of granted            x    x    x    x    .    x    x    x    .    .
contact_addresses: of open               x    x    x    x    .    x    x    x    .    .
contact_addresses: of restricted         x    x    .    .    .    .    x    .    .    .
contact_emails: of granted               x    x    x    x    .    x    x    x    .    .
contact_emails: of open                  x    x    x    x    .    x    x    x    .    .
contact_emails: of restricted            x    x    .    .    .    .    x    .    .    .
contact_imports: any                     x    x    .    .    .    .    .    .    .    .
contact_merges: into granted             x    x    x    x    .    x    x    x    .    .
contact_merges: into open                x    x    x    x    .    x    x    x    .    .
contact_merges: into restricted          x    x    .    .    .    .    x    .    .    .
contact_notes: of granted                x    x    x    x    .    x    x    x    .    .
contact_notes: of open                   x    x    x    x    .    x    x    x    .    .
contact_notes: of restricted             x    x    .    .    .    .    x    .    .    .
contact_options: of granted              x    x    x    x    .    x    x    x    .    .
contact_options: of open                 x    x    x    x    .    x    x    x    .    .
contact_options: of restricted           x    x    .    .    .    .    x    .    .    .
contact_phones: of granted               x    x    x    x    .    x    x    x    .    .
contact_phones: of open                  x    x    x    x    .    x    x    x    .    .
contact_phones: of restricted            x    x    .    .    .    .    x    .    .    .
contacts: granted                        x    x    x    x    .    x    x    x    x    .
contacts: open                           x    x    x    x    .    x    x    x    .    .
contacts: restricted                     x    x    .    .    .    .    x    .    .    .
document_adjustments: of bill of granted x    x    x    .    .    x    .    x    .    .
document_adjustments: of bill of restricted x    x    .    .    .    .    .    .    .    .
document_adjustments: of draft of granted x    x    x    x    .    x    x    x    .    .
document_adjustments: of invoice of granted x    x    x    x    .    x    x    x    x    .
document_adjustments: of invoice of open x    x    x    x    .    x    x    x    .    .
document_adjustments: of invoice of restricted x    x    .    .    .    .    x    .    .    .
document_adjustments: of void of granted x    x    x    x    .    x    x    x    .    .
document_lines: of bill of granted       x    x    x    .    .    x    .    x    .    .
document_lines: of bill of restricted    x    x    .    .    .    .    .    .    .    .
document_lines: of draft of granted      x    x    x    x    .    x    x    x    .    .
document_lines: of invoice of granted    x    x    x    x    .    x    x    x    x    .
document_lines: of invoice of open       x    x    x    x    .    x    x    x    .    .
document_lines: of invoice of restricted x    x    .    .    .    .    x    .    .    .
document_lines: of void of granted       x    x    x    x    .    x    x    x    .    .
document_links: of bill of granted       x    x    x    .    .    x    .    x    .    .
document_links: of bill of restricted    x    x    .    .    .    .    .    .    .    .
document_links: of draft of granted      x    x    x    x    .    x    x    x    .    .
document_links: of invoice of granted    x    x    x    x    .    x    x    x    .    .
document_links: of invoice of open       x    x    x    x    .    x    x    x    .    .
document_links: of invoice of restricted x    x    .    .    .    .    x    .    .    .
document_links: of void of granted       x    x    x    x    .    x    x    x    .    .
document_options: of bill of granted     x    x    x    .    .    x    .    x    .    .
document_options: of bill of restricted  x    x    .    .    .    .    .    .    .    .
document_options: of draft of granted    x    x    x    x    .    x    x    x    .    .
document_options: of invoice of granted  x    x    x    x    .    x    x    x    .    .
document_options: of invoice of open     x    x    x    x    .    x    x    x    .    .
document_options: of invoice of restricted x    x    .    .    .    .    x    .    .    .
document_options: of void of granted     x    x    x    x    .    x    x    x    .    .
document_reminders: of bill of granted   x    x    x    .    .    x    .    x    .    .
document_reminders: of bill of restricted x    x    .    .    .    .    .    .    .    .
document_reminders: of draft of granted  x    x    x    x    .    x    x    x    .    .
document_reminders: of invoice of granted x    x    x    x    .    x    x    x    .    .
document_reminders: of invoice of open   x    x    x    x    .    x    x    x    .    .
document_reminders: of invoice of restricted x    x    .    .    .    .    x    .    .    .
document_reminders: of void of granted   x    x    x    x    .    x    x    x    .    .
document_taxes: of bill of granted       x    x    x    .    .    x    .    x    .    .
document_taxes: of bill of restricted    x    x    .    .    .    .    .    .    .    .
document_taxes: of draft of granted      x    x    x    x    .    x    x    x    .    .
document_taxes: of invoice of granted    x    x    x    x    .    x    x    x    x    .
document_taxes: of invoice of open       x    x    x    x    .    x    x    x    .    .
document_taxes: of invoice of restricted x    x    .    .    .    .    x    .    .    .
document_taxes: of void of granted       x    x    x    x    .    x    x    x    .    .
documents: bill of granted               x    x    x    .    .    x    .    x    .    .
documents: bill of restricted            x    x    .    .    .    .    .    .    .    .
documents: draft of granted              x    x    x    x    .    x    x    x    .    .
documents: invoice of granted            x    x    x    x    .    x    x    x    x    .
documents: invoice of open               x    x    x    x    .    x    x    x    .    .
documents: invoice of restricted         x    x    .    .    .    .    x    .    .    .
documents: void of granted               x    x    x    x    .    x    x    x    .    .
duplicate_dismissals: of granted         x    x    x    x    .    x    x    x    .    .
duplicate_dismissals: of open            x    x    x    x    .    x    x    x    .    .
duplicate_dismissals: of restricted      x    x    .    .    .    .    x    .    .    .
exchange_rates: any                      x    x    x    x    .    x    x    x    .    .
expense_categories: any                  x    x    x    .    .    x    .    x    .    .
idempotency_records: key of accountant   .    .    x    .    .    .    .    .    .    .
idempotency_records: key of administrator .    x    .    .    .    .    .    .    .    .
idempotency_records: key of key          .    .    .    .    .    .    .    x    .    .
idempotency_records: key of named        .    .    .    .    .    .    x    .    .    .
idempotency_records: key of owner        x    .    .    .    .    .    .    .    .    .
idempotency_records: key of portal       .    .    .    .    .    .    .    .    x    .
idempotency_records: key of read_only    .    .    .    .    .    x    .    .    .    .
idempotency_records: key of sales        .    .    .    x    .    .    .    .    .    .
idempotency_records: key of time_keeper  .    .    .    .    x    .    .    .    .    .
import_rows: any                         x    x    .    .    .    .    .    .    .    .
ledger_entries: for bill of granted      x    x    x    .    .    x    .    x    .    .
ledger_entries: for bill of restricted   x    x    .    .    .    .    .    .    .    .
ledger_entries: for invoice of granted   x    x    x    x    .    x    x    x    x    .
ledger_entries: for invoice of open      x    x    x    x    .    x    x    x    .    .
ledger_entries: for invoice of restricted x    x    .    .    .    .    x    .    .    .
memberships: ours                        x    x    x    x    x    x    x    x    .    .
merge_moves: from granted                x    x    x    x    .    x    x    x    .    .
merge_moves: from open                   x    x    x    x    .    x    x    x    .    .
merge_moves: from restricted             x    x    .    .    .    .    x    .    .    .
messages: of bill of granted             x    x    x    .    .    x    .    x    .    .
messages: of bill of restricted          x    x    .    .    .    .    .    .    .    .
messages: of draft of granted            x    x    x    x    .    x    x    x    .    .
messages: of granted                     x    x    x    x    .    x    x    x    x    .
messages: of invoice of granted          x    x    x    x    .    x    x    x    x    .
messages: of invoice of open             x    x    x    x    .    x    x    x    .    .
messages: of invoice of restricted       x    x    .    .    .    .    x    .    .    .
messages: of open                        x    x    x    x    .    x    x    x    .    .
messages: of restricted                  x    x    .    .    .    .    x    .    .    .
messages: of void of granted             x    x    x    x    .    x    x    x    .    .
notices: of bill of granted              x    x    x    x    .    x    x    x    .    .
notices: of bill of restricted           x    x    .    .    .    .    x    .    .    .
notices: of draft of granted             x    x    x    x    .    x    x    x    .    .
notices: of granted                      x    x    x    x    .    x    x    x    .    .
notices: of invoice of granted           x    x    x    x    .    x    x    x    .    .
notices: of invoice of open              x    x    x    x    .    x    x    x    .    .
notices: of invoice of restricted        x    x    .    .    .    .    x    .    .    .
notices: of open                         x    x    x    x    .    x    x    x    .    .
notices: of restricted                   x    x    .    .    .    .    x    .    .    .
notices: of void of granted              x    x    x    x    .    x    x    x    .    .
number_counters: ours                    x    x    x    x    .    x    x    x    .    .
number_sequences: ours                   x    x    x    x    .    x    x    x    .    .
online_payments: of granted              x    x    x    x    .    x    x    x    x    .
online_payments: of open                 x    x    x    x    .    x    x    x    .    .
online_payments: of restricted           x    x    .    .    .    .    x    .    .    .
organizations: ours                      x    x    x    x    x    x    x    x    x    .
payment_events: about none               x    x    x    x    .    x    x    x    .    .
payment_events: about that of granted    x    x    x    x    .    x    x    x    .    .
payment_events: about that of open       x    x    x    x    .    x    x    x    .    .
payment_events: about that of restricted x    x    .    .    .    .    x    .    .    .
payment_options: of payment for bill of granted x    x    x    .    .    x    .    x    .    .
payment_options: of payment for bill of restricted x    x    .    .    .    .    .    .    .    .
payment_options: of payment for invoice of granted x    x    x    x    .    x    x    x    .    .
payment_options: of payment for invoice of open x    x    x    x    .    x    x    x    .    .
payment_options: of payment for invoice of restricted x    x    .    .    .    .    x    .    .    .
payment_providers: any                   x    x    .    .    .    .    .    .    .    .
payments: for bill of granted            x    x    x    .    .    x    .    x    .    .
payments: for bill of restricted         x    x    .    .    .    .    .    .    .    .
payments: for invoice of granted         x    x    x    x    .    x    x    x    x    .
payments: for invoice of open            x    x    x    x    .    x    x    x    .    .
payments: for invoice of restricted      x    x    .    .    .    .    x    .    .    .
payments: void of granted                x    x    x    x    .    x    x    x    .    .
portal_grants: of granted                x    x    x    x    .    x    x    x    .    .
portal_grants: of restricted             x    x    .    .    .    .    x    .    .    .
portal_preferences: of another           .    .    .    .    .    .    .    .    .    .
portal_preferences: of portal            .    .    .    .    .    .    .    .    x    .
products: any                            x    x    x    x    .    x    x    x    .    .
project_fees: in that of granted         x    x    x    x    .    x    x    x    .    .
project_fees: in that of open            x    x    x    x    .    x    x    x    .    .
project_fees: in that of restricted      x    x    .    .    .    .    x    .    .    .
project_fees: unbilled                   x    x    x    x    .    x    x    x    .    .
project_members: accountant in that of granted x    x    x    x    .    x    x    x    .    .
project_members: accountant in that of open x    x    x    x    .    x    x    x    .    .
project_members: accountant in that of restricted x    x    .    .    .    .    x    .    .    .
project_members: keeper in that of open  x    x    x    x    x    x    x    x    .    .
project_options: in that of granted      x    x    x    x    .    x    x    x    .    .
project_options: in that of open         x    x    x    x    .    x    x    x    .    .
project_options: in that of restricted   x    x    .    .    .    .    x    .    .    .
project_tasks: in that of granted        x    x    x    x    .    x    x    x    x    .
project_tasks: in that of open           x    x    x    x    x    x    x    x    .    .
project_tasks: in that of restricted     x    x    .    .    .    .    x    .    .    .
project_tasks: in the all                x    x    x    x    .    x    x    x    x    .
project_tasks: in the hidden             x    x    x    x    .    x    x    x    .    .
projects: all of granted                 x    x    x    x    .    x    x    x    x    .
projects: hidden of granted              x    x    x    x    .    x    x    x    .    .
projects: of granted                     x    x    x    x    .    x    x    x    x    .
projects: of open                        x    x    x    x    x    x    x    x    .    .
projects: of restricted                  x    x    .    .    .    .    x    .    .    .
recurring_invoices: of granted           x    x    x    x    .    x    x    x    .    .
recurring_invoices: of open              x    x    x    x    .    x    x    x    .    .
recurring_invoices: of restricted        x    x    .    .    .    .    x    .    .    .
registry_checks: of granted              x    x    x    x    .    x    x    x    .    .
registry_checks: of no contact           x    x    x    x    .    x    x    x    .    .
registry_checks: of open                 x    x    x    x    .    x    x    x    .    .
registry_checks: of restricted           x    x    .    .    .    .    x    .    .    .
registry_settings: any                   x    x    .    .    .    .    .    .    .    .
second_factors: of a member              .    .    .    .    .    .    .    .    .    .
sessions: of a member                    .    .    .    .    .    .    .    .    .    .
sign_in_links: of a member               .    .    .    .    .    .    .    .    .    .
time_entries: accountant's in that of granted x    x    x    x    .    x    x    x    x    .
time_entries: accountant's in that of open x    x    x    x    .    x    x    x    .    .
time_entries: accountant's in that of restricted x    x    .    .    .    .    x    .    .    .
time_entries: in the all                 x    x    x    x    .    x    x    x    x    .
time_entries: in the hidden              x    x    x    x    .    x    x    x    .    .
time_entries: keeper's in that of open   x    x    x    x    x    x    x    x    .    .
time_entries: not billable in that of granted x    x    x    x    .    x    x    x    .    .
tracking_categories: any                 x    x    x    x    .    x    x    x    .    .
tracking_options: any                    x    x    x    x    .    x    x    x    .    .
users: customer of ours                  x    x    x    x    .    x    x    x    x    .
users: our staff                         x    x    x    x    x    x    x    x    .    .
`

func TestEveryRoleSeesItsRowsAndNoOthers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		newScene(t, d) // whose rows are in the table for nobody
		if diff := cmp.Diff(strings.Split(strings.Trim(sight, "\n"), "\n"), strings.Split(strings.Trim(s.sight(), "\n"), "\n")); diff != "" {
			t.Errorf("who sees what (-want +got):\n%s", diff)
		}
	})
}

// sight writes the table: a row of each label, a column of each viewer, x where seen.
func (s *scene) sight() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-40s", "")
	for _, w := range s.who {
		fmt.Fprintf(&b, " %-4s", w.name[:3])
	}
	b.WriteString("\n")
	var labels []string
	seen := map[string][]string{}
	for i, w := range s.who {
		for _, id := range s.visible(w.Viewer) {
			l := s.label[id]
			if l == "" {
				s.t.Errorf("%s sees a row of another organization: %s", w.name, id)
				continue
			}
			if seen[l] == nil {
				seen[l] = make([]string, len(s.who))
			}
			seen[l][i] = "x"
		}
	}
	for _, ids := range s.rows {
		for _, id := range ids {
			labels = append(labels, s.label[id])
		}
	}
	slices.Sort(labels)
	for _, l := range slices.Compact(labels) {
		fmt.Fprintf(&b, "%-40s", l)
		for i := range s.who {
			mark := "."
			if seen[l] != nil && seen[l][i] != "" {
				mark = "x"
			}
			fmt.Fprintf(&b, " %-4s", mark)
		}
		b.WriteString("\n")
	}
	lines := strings.Split(b.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// visible are the ids of all rows of all types that the viewer sees.
func (s *scene) visible(v viewer.Viewer) []uuid.UUID {
	var out []uuid.UUID
	ctx := viewer.With(context.Background(), v)
	for _, k := range kinds(s.t) {
		ids, err := k.query(s.d.Client).Interface().(query).IDs(ctx)
		if err != nil && !refusedByPostgres(err) {
			s.t.Errorf("%s: %v", k.name, err)
		}
		out = append(out, ids...)
	}
	return out
}

// refusedByPostgres is the answer to kartela_app where the second net gives it no right at
// all on a table.
func refusedByPostgres(err error) bool { return strings.Contains(err.Error(), "42501") }

func TestATypeThatSaysNothingIsClosed(t *testing.T) {
	v := viewer.Viewer{Kind: viewer.Staff, Organization: uuid.New(), Role: viewer.Owner}
	if _, err := rule.Rows("Newcomer", v); err == nil {
		t.Error("a type that is not in the table has a condition")
	}
	for _, k := range kinds(t) {
		if _, err := rule.Rows(k.name, v); err != nil {
			t.Errorf("%s: %v", k.name, err)
		}
	}
	if _, err := rule.Rows(ent.TypeContact, viewer.Viewer{Kind: viewer.Kind(99), Organization: uuid.New()}); err != nil {
		t.Error(err)
	}
}
