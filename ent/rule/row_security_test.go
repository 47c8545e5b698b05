package rule_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"entgo.io/ent/dialect"
	dbschema "entgo.io/ent/dialect/sql/schema"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/kartela/kartela/ent/migrate"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
)

// These tests hold PostgreSQL's row-level security alone: plain SQL as the program's role,
// without the rules of this package.

const refused = "42501" // insufficient_privilege, also of a policy

// shut are the tables that the program's role has no right on at all.
var shut = []string{"sessions", "sign_in_links", "second_factors"}

func TestRowLevelSecurityAloneKeepsOrganizationsApart(t *testing.T) {
	url := dbtest.PostgresURL(t)
	d, err := db.Open(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	ours, theirs := newScene(t, d), newScene(t, d)
	before := theirs.dump()
	app := appConn(t, url)
	for _, x := range migrate.Tables {
		t.Run(x.Name, func(t *testing.T) {
			bind(t, app, ours.org.String())
			seesOnlyOurs(t, app, x.Name, ours)
			changesNoneOfTheirs(t, app, x.Name, ours, theirs)
			for _, nobody := range []string{"", "RESET"} {
				bind(t, app, nobody)
				if ids, err := idsOf(app, x.Name); len(ids) > 0 || err != nil && !isRefused(err) {
					t.Errorf("without an organization %d rows are seen (%v)", len(ids), err)
				}
			}
		})
	}
	if diff := cmp.Diff(before, theirs.dump()); diff != "" {
		t.Errorf("rows of another organization have changed (-before +after):\n%s", diff)
	}
}

func appConn(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	ctx := context.Background()
	c, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(ctx) })
	if _, err := c.Exec(ctx, "SET ROLE "+db.AppRole); err != nil {
		t.Fatal(err)
	}
	return c
}

func bind(t *testing.T, c *pgx.Conn, organization string) {
	t.Helper()
	query := "RESET kartela.organization"
	if organization != "RESET" {
		query = "SET kartela.organization = '" + organization + "'"
	}
	if _, err := c.Exec(context.Background(), query); err != nil {
		t.Fatal(err)
	}
}

func idsOf(c *pgx.Conn, table string) ([]uuid.UUID, error) {
	rows, err := c.Query(context.Background(), "SELECT id::text FROM "+table)
	if err != nil {
		return nil, err
	}
	text, err := pgx.CollectRows(rows, pgx.RowTo[string])
	out := make([]uuid.UUID, len(text))
	for i, s := range text {
		out[i] = uuid.MustParse(s)
	}
	return out, err
}

func isRefused(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == refused
}

func seesOnlyOurs(t *testing.T, c *pgx.Conn, table string, ours *scene) {
	t.Helper()
	ids, err := idsOf(c, table)
	if slices.Contains(shut, table) {
		if !isRefused(err) {
			t.Errorf("the table is open: %d rows, %v", len(ids), err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Clone(ours.rows[table])
	order := func(a, b uuid.UUID) int { return strings.Compare(a.String(), b.String()) }
	slices.SortFunc(ids, order)
	slices.SortFunc(want, order)
	if diff := cmp.Diff(want, ids); diff != "" {
		t.Errorf("rows seen (-ours +seen):\n%s", diff)
	}
}

func changesNoneOfTheirs(t *testing.T, c *pgx.Conn, name string, ours, theirs *scene) {
	t.Helper()
	ctx := context.Background()
	id := theirs.rows[name][0]
	for _, query := range []string{
		"UPDATE " + name + " SET created_at = now() WHERE id = $1",
		"DELETE FROM " + name + " WHERE id = $1",
	} {
		if tag, err := c.Exec(ctx, query, id.String()); tag.RowsAffected() != 0 || err != nil && !isRefused(err) {
			t.Errorf("%s: %d rows, %v", query, tag.RowsAffected(), err)
		}
	}
	columns, args := theirs.like(name)
	insert := fmt.Sprintf(`INSERT INTO %s (%s) VALUES (%s)`, name, strings.Join(columns, ", "), marks(dialect.Postgres, len(args)))
	if _, err := c.Exec(ctx, insert, args...); !isRefused(err) {
		t.Errorf("a row for another organization is made: %v", err)
	}
	if name == "users" || name == "organizations" || name == "second_factors" {
		return
	}
	if _, err := c.Exec(ctx, "UPDATE "+name+" SET organization_id = $1", theirs.org.String()); !isRefused(err) {
		t.Errorf("rows are given to another organization: %v", err)
	}
	columns, args = ours.like(name)
	args[slices.Index(columns, `"id"`)] = id.String()
	upsert := fmt.Sprintf(`INSERT INTO %s (%s) VALUES (%s) ON CONFLICT (id) DO UPDATE SET created_at = now()`, name, strings.Join(columns, ", "), marks(dialect.Postgres, len(args)))
	if _, err := c.Exec(ctx, upsert, args...); !isRefused(err) {
		t.Errorf("an upsert meets a row of another organization: %v", err)
	}
}

// like gives the columns and values of a new row of the organization.
func (s *scene) like(name string) (columns []string, args []any) {
	for _, c := range table(s.t, name).Columns {
		var v any
		switch to := reference(name, c.Name); {
		case c.Name == "id":
			v = schema.NewID().String()
		case c.Name == "organization_id":
			v = s.org.String()
		case name+"."+c.Name == "allocations.payment_id":
			v = s.rows["payments"][len(s.rows["payments"])-1].String() // which settles nothing
		case name+"."+c.Name == "allocations.document_id":
			v = s.rows["documents"][0].String()
		case name+"."+c.Name == "billed_items.fee_id":
			v = s.rows["project_fees"][len(s.rows["project_fees"])-1].String() // which is not billed
		case c.Nullable || c.Default != nil:
			continue
		case to != "":
			v = s.rows[to][0].String()
		default:
			if v = any0(c); c.Name == "user_id" {
				v = s.rows["users"][0].String()
			}
			if id, ok := v.(uuid.UUID); ok {
				v = id.String()
			}
		}
		columns, args = append(columns, `"`+c.Name+`"`), append(args, v)
	}
	return columns, args
}

func TestEveryTableThatTheProgramMayTouchHasRowLevelSecurity(t *testing.T) {
	ctx := context.Background()
	c, err := pgx.Connect(ctx, dbtest.PostgresURL(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close(ctx) }()
	rows, err := c.Query(ctx, `SELECT c.relname, c.relrowsecurity AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid),
		has_any_column_privilege($1, c.oid, 'SELECT, INSERT, UPDATE') OR has_table_privilege($1, c.oid, 'DELETE, TRUNCATE')
		FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`, db.AppRole)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	var name string
	var secured, touched bool
	if _, err := pgx.ForEachRow(rows, []any{&name, &secured, &touched}, func() error {
		found[name] = true
		if touched && !secured {
			t.Errorf("%s is open to %s without row-level security", name, db.AppRole)
		}
		if !secured && slices.ContainsFunc(migrate.Tables, func(x *dbschema.Table) bool { return x.Name == name }) {
			t.Errorf("%s has no row-level security: its migration must say so", name)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for _, x := range migrate.Tables {
		if !found[x.Name] {
			t.Errorf("there is no table %s", x.Name)
		}
	}
}
