package contact_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/intercept"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

// asked catches the statements of lists of contacts.
func (b *bench) asked() func() (query string, args []any) {
	var last *sql.Selector
	b.db.Contact.Intercept(intercept.TraverseContact(func(_ context.Context, q *ent.ContactQuery) error {
		q.Where(func(s *sql.Selector) { last = s })
		return nil
	}))
	return func() (string, []any) {
		last.SetTotal(0) // parameters are numbered anew
		return last.Query()
	}
}

// explain is the plan of a statement as the database runs it for the viewer of ctx.
func (b *bench) explain(t *testing.T, ctx context.Context, query string, args []any) string {
	t.Helper()
	how := "EXPLAIN "
	if b.db.Dialect == dialect.SQLite {
		how = "EXPLAIN QUERY PLAN "
	}
	var lines []string
	must(t, db.InTx(ctx, b.db, func(ctx context.Context, tx *ent.Tx) error {
		rows, err := tx.QueryContext(ctx, how+query, args...)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		columns, err := rows.Columns()
		if err != nil {
			return err
		}
		for rows.Next() {
			line := make([]any, len(columns))
			for i := range line {
				line[i] = new(any)
			}
			if err := rows.Scan(line...); err != nil {
				return err
			}
			lines = append(lines, fmt.Sprint(*line[len(line)-1].(*any)))
		}
		return rows.Err()
	}))
	return strings.Join(lines, "\n")
}

// fill writes n contacts of the organization, each with a balance, past all rules.
func (b *bench) fill(t *testing.T, n int) {
	t.Helper()
	org := viewer.From(b.ctx).Organization
	id, name, now, mark := "gen_random_uuid()", "md5(i::text)", "now()", "$1"
	if b.db.Dialect == dialect.SQLite {
		id = "lower(hex(randomblob(4))||'-'||hex(randomblob(2))||'-'||hex(randomblob(2))||'-'||hex(randomblob(2))||'-'||hex(randomblob(6)))"
		name, now, mark = "lower(hex(randomblob(16)))", "'2026-01-01 00:00:00+00:00'", "?"
	}
	b.system(t, func(ctx context.Context, tx *ent.Tx) error {
		for _, query := range []string{
			fmt.Sprintf(`INSERT INTO contacts (id, organization_id, created_at, updated_at, display_name, sort_name, search, default_taxes)
				WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < %d), names(n) AS (SELECT %s FROM numbers)
				SELECT %s, %s, %s, %s, n, n, n || ' αθηνα', '[]' FROM names`, n, name, id, cast(mark, b.db.Dialect), now, now),
			fmt.Sprintf(`INSERT INTO balances (id, organization_id, contact_id, side, currency, outstanding, credit, net, entries, version, created_at, updated_at)
				SELECT %s, organization_id, id, 'client', 'EUR', 5, 0, 5, 1, 1, %s, %s FROM contacts WHERE organization_id = %s`, id, now, now, mark),
		} {
			if _, err := tx.ExecContext(ctx, query, org); err != nil {
				return err
			}
		}
		settle := []string{"ANALYZE"}
		if b.db.Dialect == dialect.Postgres { // new rows wait in a list, which the planner counts
			settle = []string{"ANALYZE contacts", "ANALYZE balances", "SELECT gin_clean_pending_list('contacts_search')"}
		}
		for _, query := range settle {
			if _, err := tx.ExecContext(ctx, query); err != nil {
				return err
			}
		}
		return nil
	})
}

func cast(mark, d string) string {
	if d == dialect.Postgres {
		return mark + "::uuid"
	}
	return mark
}

func TestTwentyThousandContactsAreListedByIndexes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		small, large := setup(t, d), setup(t, d)
		small.fill(t, 20)
		large.fill(t, 20_000)
		asked := large.asked()
		const byName, bySearch = "contact_organization_id_sort_name_id", "contacts_search"
		for name, tt := range map[string]struct {
			f     *contact.Filter
			order contact.Order
			index string // on PostgreSQL; "" for an order that no index has
		}{
			"by name":            {nil, contact.ByName, byName},
			"by name, backwards": {nil, contact.ByNameDesc, byName},
			"newest":             {nil, contact.Newest, "contacts_organization_id_id"},
			"a search":           {&contact.Filter{Search: "c4ca42 38a0b9"}, contact.ByName, bySearch},
			"by balance":         {nil, contact.ByBalance, ""},
			"by activity":        {nil, contact.LastActivity, ""},
		} {
			for _, role := range []viewer.Role{viewer.Owner, viewer.Sales} {
				t.Run(name+" of "+string(role), func(t *testing.T) {
					read := func(b *bench) int64 {
						ctx, n := db.CountStatements(dbtest.Member(t, b.ctx, d, role))
						f := tt.f
						if f != nil { // one that finds as many as there are
							f = &contact.Filter{Search: "αθηνα"}
						}
						p, err := b.List(ctx, page.Args{}, f, tt.order)
						must(t, err)
						if len(p.Nodes()) < 20 {
							t.Fatalf("%d contacts", len(p.Nodes()))
						}
						for _, c := range p.Nodes() {
							_, err := c.Options(ctx)
							must(t, err)
							_, err = c.LastActivityAt(ctx)
							must(t, err)
						}
						if _, err := p.TotalCount(ctx); err != nil {
							t.Fatal(err)
						}
						return n.Load()
					}
					if few, many := read(small), read(large); few != many || many == 0 {
						t.Errorf("%d statements for 20 contacts, %d for 20,000", few, many)
					}
					ctx := dbtest.Member(t, large.ctx, d, role)
					_, err := large.List(ctx, page.Args{}, tt.f, tt.order)
					must(t, err)
					query, args := asked()
					if tt.f != nil {
						ctx = db.PastRowSecurity(ctx) // as List reads a search: no LIKE is leakproof
					}
					got := large.explain(t, ctx, query, args)
					switch {
					case tt.index == "":
					case d.Dialect == dialect.SQLite:
						if strings.Contains(got, "SCAN contacts") || (tt.index == byName && !strings.Contains(got, byName)) {
							t.Errorf("not by an index:\n%s", got)
						}
					case (strings.Contains(got, "Seq Scan on contacts") || !strings.Contains(got, tt.index)):
						t.Errorf("no %s in\n%s", tt.index, got)
					}
				})
			}
		}
	})
}
