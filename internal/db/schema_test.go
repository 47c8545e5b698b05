package db_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"

	stdsql "database/sql"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	dbschema "entgo.io/ent/dialect/sql/schema"
	"github.com/google/go-cmp/cmp"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/migrate"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/db/tables"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/viewer"
)

func TestMain(m *testing.M) {
	_ = flag.Set("rapid.checks", "40") // each makes an organization; -rapid.checks on the command line goes before
	dbtest.Main(m)
}

var system = viewer.AsSystem(context.Background(), "a test")

// byHand are what the hand-written migrations make beside the wanted schema, in the words
// in which a comparison of the two would take it away.
var byHand = map[string][]string{
	dialect.SQLite: {
		"DROP INDEX `contacts_restricted`",
		"DROP INDEX `document_lines_billable`",
		"DROP INDEX `documents_open`",
	},
	dialect.Postgres: {
		`ALTER TABLE "contacts" DROP CONSTRAINT "contacts_merged_into_id_fkey"`,
		`ALTER TABLE "documents" DROP CONSTRAINT "documents_origin_id_fkey"`,
		`ALTER TABLE "ledger_entries" DROP CONSTRAINT "ledger_entries_reverses_id_fkey"`,
		`DROP INDEX "contacts_restricted"`,
		`DROP INDEX "contacts_search"`,
		`DROP INDEX "document_lines_billable"`,
		`DROP INDEX "documents_open"`,
	},
}

func TestTheMigrationsMakeExactlyTheWantedSchema(t *testing.T) {
	for name, conn := range raw(t) {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(byHand[name], changes(t, name, conn, dbschema.WithDropColumn(true), dbschema.WithDropIndex(true))); diff != "" {
				t.Errorf("statements that would turn what is there into what is wanted (-known +got):\n%s", diff)
			}
			if got := changes(t, name, conn, tables.Options()...); len(got) > 0 {
				t.Errorf("the next migration would not be empty: %v", got)
			}
		})
	}
}

// raw gives connections to a migrated database of each dialect, as their owner.
func raw(t *testing.T) map[string]*stdsql.DB {
	t.Helper()
	lite, err := stdsql.Open("sqlite", "file:"+strings.TrimPrefix(dbtest.SQLiteURL(t), "sqlite:")+"?_pragma=foreign_keys(1)")
	if err != nil {
		t.Fatal(err)
	}
	pg, err := stdsql.Open("pgx", dbtest.PostgresURL(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = lite.Close(), pg.Close() })
	return map[string]*stdsql.DB{dialect.SQLite: lite, dialect.Postgres: pg}
}

func changes(t *testing.T, name string, conn *stdsql.DB, options ...dbschema.MigrateOption) []string {
	t.Helper()
	want, err := tables.All(name)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	m, err := dbschema.NewMigrate(&dbschema.WriteDriver{Driver: sql.OpenDB(name, conn), Writer: &out}, options...)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Create(context.Background(), want...); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, line := range strings.Split(out.String(), ";\n") {
		if line != "" && line != "BEGIN" && line != "COMMIT" && !strings.HasPrefix(line, "PRAGMA") {
			got = append(got, line)
		}
	}
	slices.Sort(got)
	return got
}

// The database refuses a row that points at another organization: every foreign key from
// a tenant's table to a tenant's table has the organization in front.
func TestForeignKeysWithinATenantLeadWithTheOrganization(t *testing.T) {
	queries := map[string]string{
		dialect.SQLite: `SELECT t || '(' || group_concat(f, ', ') || ') → ' || o || '(' || group_concat(x, ', ') || ')' FROM
			(SELECT m.name t, k.id, k."from" f, k."table" o, k."to" x FROM sqlite_master m, pragma_foreign_key_list(m.name) k WHERE m.type = 'table' ORDER BY m.name, k.id, k.seq)
			GROUP BY t, id`,
		dialect.Postgres: `SELECT conrelid::regclass || '(' || columns(conrelid, conkey) || ') → ' || confrelid::regclass || '(' || columns(confrelid, confkey) || ')'
			FROM pg_constraint WHERE contype = 'f'`,
	}
	for name, conn := range raw(t) {
		t.Run(name, func(t *testing.T) {
			if name == dialect.Postgres {
				columnsFunction(t, conn)
			}
			if diff := cmp.Diff(wantedKeys(), texts(t, conn, queries[name])); diff != "" {
				t.Errorf("foreign keys (-want +got):\n%s", diff)
			}
		})
	}
}

func columnsFunction(t *testing.T, conn *stdsql.DB) {
	t.Helper()
	if _, err := conn.Exec(`CREATE FUNCTION columns(oid, smallint[]) RETURNS text LANGUAGE sql AS $$
		SELECT string_agg(attname, ', ' ORDER BY i) FROM unnest($2) WITH ORDINALITY k(n, i) JOIN pg_attribute ON attrelid = $1 AND attnum = n $$`); err != nil {
		t.Fatal(err)
	}
}

func wantedKeys() []string {
	var out []string
	for _, x := range migrate.Tables {
		if isTenants(x) {
			out = append(out, x.Name+"(organization_id) → organizations(id)")
		}
	}
	for _, r := range schema.References {
		if r.Global {
			out = append(out, fmt.Sprintf("%s(%s) → %s(id)", r.Table, r.Column, r.To))
		} else {
			out = append(out, fmt.Sprintf("%s(organization_id, %s) → %s(organization_id, id)", r.Table, r.Column, r.To))
		}
	}
	slices.Sort(out)
	return out
}

func isTenants(x *dbschema.Table) bool {
	_, ok := x.Column("organization_id")
	return ok
}

func TestOnlyTablesOfNoTenantAreReferredToByIDAlone(t *testing.T) {
	for _, r := range schema.References {
		i := slices.IndexFunc(migrate.Tables, func(x *dbschema.Table) bool { return x.Name == r.To })
		if i < 0 || r.Global == isTenants(migrate.Tables[i]) {
			t.Errorf("%s.%s → %s: global is %v", r.Table, r.Column, r.To, r.Global)
		}
	}
}

// lookedUpFirst are unique keys that do not begin with the organization, because the row is
// looked up by them before the organization is known. All are hashes of random tokens.
var lookedUpFirst = []string{"api_keys(key_hash)", "portal_grants(token_hash)", "sessions(token_hash)", "sign_in_links(token_hash)"}

func TestUniqueKeysOfATenantLeadWithTheOrganization(t *testing.T) {
	queries := map[string]string{
		dialect.SQLite: `SELECT t || '(' || group_concat(c, ', ') || ')' FROM
			(SELECT m.name t, l.name l, i.name c FROM sqlite_master m, pragma_index_list(m.name) l, pragma_index_info(l.name) i
			WHERE m.type = 'table' AND l."unique" AND l.origin <> 'pk' ORDER BY m.name, l.name, i.seqno) GROUP BY t, l`,
		dialect.Postgres: `SELECT indrelid::regclass || '(' || columns(indrelid, indkey::smallint[]) || ')' FROM pg_index
			WHERE indisunique AND NOT indisprimary AND indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)`,
	}
	for name, conn := range raw(t) {
		t.Run(name, func(t *testing.T) {
			if name == dialect.Postgres {
				columnsFunction(t, conn)
			}
			found := texts(t, conn, queries[name])
			var others []string
			for _, key := range found {
				table, _, _ := strings.Cut(key, "(")
				i := slices.IndexFunc(migrate.Tables, func(x *dbschema.Table) bool { return x.Name == table })
				if i >= 0 && isTenants(migrate.Tables[i]) && !strings.Contains(key, "(organization_id, ") && !strings.Contains(key, "(organization_id)") {
					others = append(others, key)
				}
			}
			if diff := cmp.Diff(lookedUpFirst, others); diff != "" || len(found) < 15 {
				t.Errorf("unique keys without the organization in front, of %d (-known +got):\n%s", len(found), diff)
			}
		})
	}
}

// texts gives the sorted answers of a query of one text column.
func texts(t *testing.T, conn *stdsql.DB, query string) []string {
	t.Helper()
	rows, err := conn.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var out []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

func TestTheDatabaseItselfKeepsTheLedgerAndTheHistory(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := dbtest.Tenant(t, d, viewer.Owner)
		contact := newContact(t, ctx, d, "Άλφα")
		inTx(t, ctx, d, func(ctx context.Context, tx *ent.Tx) error {
			if err := tx.LedgerEntry.Create().SetContactID(contact).SetSide("client").SetCurrency("EUR").SetSeq(1).
				SetKind("payment").SetAmount(-100).SetDate("2026-03-01").Exec(ctx); err != nil {
				return err
			}
			return tx.AuditEvent.Create().SetActorKind("user").SetActorID(viewer.From(ctx).User).SetAction("x").
				SetObjectType("contact").SetObjectID(contact).Exec(ctx)
		})
		attempts := []string{"UPDATE %s SET created_at = created_at", "UPDATE %s SET created_at = created_at WHERE 1 = 1", "DELETE FROM %s"}
		if d.Dialect == dialect.Postgres {
			attempts = append(attempts, "TRUNCATE %s")
		} else {
			attempts = append(attempts, "REPLACE INTO %[1]s SELECT * FROM %[1]s")
		}
		for _, table := range []string{"ledger_entries", "audit_events"} {
			for _, query := range attempts {
				if _, err := d.ExecContext(system, fmt.Sprintf(query, table)); err == nil || !strings.Contains(err.Error(), "only ever added") {
					t.Errorf("%s: %v", fmt.Sprintf(query, table), err)
				}
			}
		}
	})
}
