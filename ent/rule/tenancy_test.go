package rule_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	stdsql "database/sql"

	"entgo.io/ent/dialect/sql"
	dbschema "entgo.io/ent/dialect/sql/schema"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/intercept"
	"github.com/kartela/kartela/ent/migrate"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/viewer"
)

func TestNoRowOfAnotherOrganizationIsRead(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ours, theirs := newScene(t, d), newScene(t, d)
		for _, k := range kinds(t) {
			for _, w := range ours.who {
				t.Run(k.name+" by "+w.name, func(t *testing.T) { reads(t, d, k, w, ours, theirs) })
			}
		}
	})
}

func reads(t *testing.T, d *db.DB, k kind, w who, ours, theirs *scene) {
	ctx := viewer.With(context.Background(), w.Viewer)
	q := func() reflect.Value { return k.query(d.Client) }
	ids, err := q().Interface().(query).IDs(ctx)
	if err != nil && !refusedByPostgres(err) {
		t.Fatal(err)
	}
	closed := err != nil // PostgreSQL gives no right on the table at all
	for _, id := range ids {
		if !slices.Contains(ours.rows[k.table], id) {
			t.Errorf("IDs gives %s, which is not ours", id)
		}
	}
	all := call(q(), "All", ctx)
	if n := all[0].Len(); n != len(ids) || failure(all[1]) != nil != closed {
		t.Errorf("All gives %d rows (%v), IDs %d", n, failure(all[1]), len(ids))
	}
	if n, err := q().Interface().(query).Count(ctx); n != len(ids) || err != nil != closed {
		t.Errorf("Count says %d (%v), IDs %d", n, err, len(ids))
	}
	if yes, err := q().Interface().(query).Exist(ctx); yes != (len(ids) > 0) || err != nil != closed {
		t.Errorf("Exist says %v (%v) of %d rows", yes, err, len(ids))
	}
	grouped := call(q(), "GroupBy", "id")[0].Interface().(interface {
		Strings(context.Context) ([]string, error)
	})
	if got, err := grouped.Strings(ctx); len(got) != len(ids) || err != nil != closed {
		t.Errorf("GroupBy gives %d groups (%v) of %d rows", len(got), err, len(ids))
	}
	sum := q().MethodByName("Aggregate").Call([]reflect.Value{reflect.ValueOf(ent.Count())})[0].Interface().(interface {
		Int(context.Context) (int, error)
	})
	if n, err := sum.Int(ctx); n != len(ids) || err != nil != closed {
		t.Errorf("Aggregate counts %d (%v) of %d rows", n, err, len(ids))
	}
	for _, id := range theirs.rows[k.table] {
		if row, err := k.get(ctx, d.Client, id); err == nil {
			t.Errorf("Get gives a row of theirs: %v", row)
		} else if !ent.IsNotFound(err) && !refusedByPostgres(err) {
			t.Errorf("Get fails with %v, which tells more than that there is none", err)
		}
		one := q()
		narrow, err := intercept.NewQuery(one.Interface())
		if err != nil {
			t.Fatal(err)
		}
		narrow.WhereP(within([]uuid.UUID{id}))
		if n, err := one.Interface().(query).Count(ctx); n != 0 || err != nil != closed {
			t.Errorf("Count of theirs by id says %d (%v)", n, err)
		}
	}
}

// attack is one way to change, or to point at, a row of another organization through a
// type's client in a transaction. It gives no error when there is nothing to try.
type attack struct {
	name string
	do   func(a *attempt) error
}

type attempt struct {
	t            *testing.T
	ctx          context.Context
	tx           *ent.Tx
	k            kind
	ours, theirs *scene
	row          any // one of theirs, as the system reads it
	own          any // one of ours
}

func id(row any) uuid.UUID {
	return reflect.ValueOf(row).Elem().FieldByName("ID").Interface().(uuid.UUID)
}

var attacks = []attack{
	{"update by id", func(a *attempt) error {
		return exec(a.ctx, touch(call(a.k.of(a.tx), "UpdateOneID", id(a.row))[0]))
	}},
	{"update where", func(a *attempt) error {
		u := touch(call(a.k.of(a.tx), "Update")[0])
		return exec(a.ctx, where(u, within(a.theirs.rows[a.k.table])))
	}},
	{"delete by id", func(a *attempt) error { return exec(a.ctx, call(a.k.of(a.tx), "DeleteOneID", id(a.row))[0]) }},
	{"delete where", func(a *attempt) error {
		del := where(call(a.k.of(a.tx), "Delete")[0], within(a.theirs.rows[a.k.table]))
		return failure(call(del, "Exec", a.ctx)[1])
	}},
	{"create in it", func(a *attempt) error {
		return exec(a.ctx, a.k.clone(a.t, a.tx, a.row, fresh(a, a.theirs, nil)))
	}},
	{"create several in it", func(a *attempt) error {
		bulk := a.k.of(a.tx).MethodByName("CreateBulk").Call([]reflect.Value{a.k.clone(a.t, a.tx, a.own, fresh(a, a.ours, nil)), a.k.clone(a.t, a.tx, a.row, fresh(a, a.theirs, nil))})
		return exec(a.ctx, bulk[0])
	}},
}

func within(ids []uuid.UUID) func(*sql.Selector) {
	in := make([]any, len(ids))
	for i, x := range ids {
		in[i] = x
	}
	return func(s *sql.Selector) { s.Where(sql.In(s.C("id"), in...)) }
}

// upserts of a row with the keys of theirs, and otherwise pointing at rows of ours: one for
// every unique key there is, and one that names none.
func upserts(t *testing.T, k kind) []attack {
	keys := [][]string{{"id"}, nil}
	keys = append(keys, uniques(table(t, k.table))...)
	var out []attack
	for _, key := range keys {
		out = append(out, attack{"upsert on " + strings.Join(key, ", "), func(a *attempt) error {
			create := a.k.clone(a.t, a.tx, a.row, mine(a))
			var up reflect.Value
			if key == nil {
				up = call(create, "OnConflict")[0]
			} else {
				up = create.MethodByName("OnConflictColumns").Call(strs(key))[0]
			}
			return exec(a.ctx, call(up, "Update", overwrite(up))[0])
		}})
	}
	return out
}

// overwrite sets a column that every row has, in the form that the builder's Update takes.
func overwrite(up reflect.Value) any {
	typ := up.MethodByName("Update").Type().In(0)
	return reflect.MakeFunc(typ, func(in []reflect.Value) []reflect.Value {
		in[0].Elem().FieldByName("UpdateSet").Interface().(*sql.UpdateSet).Set("created_at", "2001-01-01 00:00:00+00:00")
		return nil
	}).Interface()
}

func strs(in []string) []reflect.Value {
	out := make([]reflect.Value, len(in))
	for i, s := range in {
		out[i] = reflect.ValueOf(s)
	}
	return out
}

// uniques are the unique keys of a table besides the id.
func uniques(t *dbschema.Table) [][]string {
	var out [][]string
	for _, x := range t.Indexes {
		if !x.Unique {
			continue
		}
		var columns []string
		for _, c := range x.Columns {
			columns = append(columns, c.Name)
		}
		out = append(out, columns)
	}
	return out
}

// fresh are values for a row of the scene's organization that clash with no unique key.
func fresh(a *attempt, of *scene, set values) values {
	out := values{"id": schema.NewID()}
	row := reflect.ValueOf(a.row).Elem()
	for _, key := range uniques(table(a.t, a.k.table)) {
		for _, column := range key {
			f := row.FieldByNameFunc(func(n string) bool { return strings.EqualFold(n, strings.ReplaceAll(column, "_", "")) })
			if v := unused(a.k.table, column, f, of); v != nil {
				out[column] = v
			}
		}
	}
	for c, v := range set {
		out[c] = v
	}
	return out
}

// unused is a value of a column of a unique key that no row of the organization has.
func unused(table, column string, f reflect.Value, of *scene) any {
	typ := f.Type()
	if f.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	switch {
	case column == "organization_id":
	case table == "allocations" && column == "payment_id":
		return of.rows["payments"][len(of.rows["payments"])-1] // which settles nothing
	case strings.HasSuffix(table, "_options") && column == "category_id":
		return of.rows["tracking_categories"][len(of.rows["tracking_categories"])-1] // of which nothing has an option
	case table == "billed_items" && column == "fee_id":
		return of.rows["project_fees"][len(of.rows["project_fees"])-1] // which is not billed
	case table == "duplicate_dismissals" && column == "other_id":
		return of.rows["contacts"][len(of.rows["contacts"])-1] // which is the lesser of no pair
	case reference(table, column) != "":
	case table == "memberships" && column == "user_id":
		return of.as("portal").User
	case (table == "portal_preferences" || table == "second_factors") && column == "user_id":
		return of.as("sales").User
	case typ == reflect.TypeOf(uuid.UUID{}):
		return schema.NewID()
	case column == "currency":
		return strings.ToUpper(schema.NewID().String()[33:])
	case typ == reflect.TypeOf(""):
		return schema.NewID().String()[19:]
	case typ.Kind() == reflect.Int || typ.Kind() == reflect.Int64:
		return 1000 + int(token()[0])<<8 + int(token()[0])
	case typ.Kind() == reflect.Slice:
		return token()
	}
	return nil
}

// mine names our organization and points every reference at rows of ours.
func mine(a *attempt) values {
	out := values{"organization_id": a.ours.org}
	for _, c := range table(a.t, a.k.table).Columns {
		if to := reference(a.k.table, c.Name); to != "" && !c.Nullable {
			out[c.Name] = a.ours.rows[to][0]
		} else if to != "" {
			out[c.Name] = nil
		}
	}
	if a.k.table == "allocations" {
		out["payment_id"] = a.ours.rows["payments"][0]
		out["document_id"] = a.ours.rows["documents"][0]
	}
	if a.k.table == "billed_items" {
		out["fee_id"] = a.ours.rows["project_fees"][0]
	}
	return out
}

func TestNoRowOfAnotherOrganizationIsChanged(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ours, theirs := newScene(t, d), newScene(t, d)
		before := theirs.dump()
		for _, k := range kinds(t) {
			row, err := k.get(system, d.Client, theirs.rows[k.table][0])
			if err != nil {
				t.Fatal(err)
			}
			own, err := k.get(system, d.Client, ours.rows[k.table][0])
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range ours.who {
				for _, x := range append(slices.Clone(attacks), upserts(t, k)...) {
					t.Run(fmt.Sprintf("%s of %s by %s", x.name, k.name, w.name), func(t *testing.T) {
						ctx := viewer.With(context.Background(), w.Viewer)
						err := db.InTx(ctx, d, func(ctx context.Context, tx *ent.Tx) error {
							return x.do(&attempt{t: t, ctx: ctx, tx: tx, k: k, ours: ours, theirs: theirs, row: row, own: own})
						})
						if err == nil && !strings.HasSuffix(x.name, "where") && !strings.HasPrefix(x.name, "upsert") {
							t.Error("it was done")
						}
					})
				}
			}
			if diff := cmp.Diff(before, theirs.dump()); diff != "" {
				t.Fatalf("rows of another organization have changed after %s (-before +after):\n%s", k.name, diff)
			}
		}
		if diff := cmp.Diff(before, theirs.dump()); diff != "" {
			t.Errorf("rows of another organization have changed (-before +after):\n%s", diff)
		}
		ours.pointsOnlyAtItself(t)
	})
}

// dump is every row of the organization, and the people and the organizations.
func (s *scene) dump() map[string][]string {
	s.t.Helper()
	out := map[string][]string{}
	for _, x := range migrate.Tables {
		where, args := " WHERE organization_id = "+marks(s.d.Dialect, 1), []any{s.org}
		if x.Name == "users" || x.Name == "second_factors" {
			where, args = "", nil
		}
		if x.Name == "organizations" {
			where = " WHERE id = " + marks(s.d.Dialect, 1)
		}
		rows, err := s.d.QueryContext(system, "SELECT * FROM "+x.Name+where+" ORDER BY id", args...)
		if err != nil {
			s.t.Fatal(err)
		}
		out[x.Name] = lines(s.t, rows)
	}
	return out
}

func lines(t *testing.T, rows *stdsql.Rows) []string {
	t.Helper()
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for rows.Next() {
		cells := make([]any, len(columns))
		for i := range cells {
			cells[i] = new(any)
		}
		if err := rows.Scan(cells...); err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for i, c := range cells {
			fmt.Fprintf(&b, "%s=%v ", columns[i], *c.(*any))
		}
		out = append(out, b.String())
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// pointsOnlyAtItself holds that no row of the organization points at a row of another.
func (s *scene) pointsOnlyAtItself(t *testing.T) {
	t.Helper()
	for _, r := range schema.References {
		if r.Global {
			continue
		}
		rows, err := s.d.QueryContext(system, fmt.Sprintf(`SELECT f.id FROM %s f JOIN %s o ON o.id = f.%s WHERE o.organization_id <> f.organization_id`, r.Table, r.To, r.Column))
		if err != nil {
			t.Fatal(err)
		}
		if got := lines(t, rows); len(got) > 0 {
			t.Errorf("%s.%s points at rows of another organization: %v", r.Table, r.Column, got)
		}
	}
}

func TestARowNeverPointsAtAnotherOrganization(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ours, theirs := newScene(t, d), newScene(t, d)
		owner := viewer.With(context.Background(), ours.as("owner"))
		for _, k := range kinds(t) {
			row, err := k.get(system, d.Client, ours.rows[k.table][0])
			if err != nil {
				t.Fatal(err)
			}
			link := func(ctx context.Context, create func(*attempt) reflect.Value) error {
				return db.InTx(ctx, d, func(ctx context.Context, tx *ent.Tx) error {
					err := exec(ctx, create(&attempt{t: t, ctx: ctx, tx: tx, k: k, ours: ours, theirs: theirs, row: row, own: row}))
					return errors.Join(err, errRollback)
				})
			}
			for _, c := range table(t, k.table).Columns {
				to := reference(k.table, c.Name)
				if to == "" {
					continue
				}
				t.Run(k.name+"."+c.Name, func(t *testing.T) {
					contexts := []context.Context{owner, viewer.With(context.Background(), viewer.Viewer{Kind: viewer.System, Organization: ours.org})}
					if k.table == "sessions" && d.Dialect == "postgres" {
						contexts = []context.Context{system} // the only one who gets as far as the foreign key
					}
					for _, ctx := range contexts {
						try := func(target uuid.UUID) func(*attempt) reflect.Value {
							return func(a *attempt) reflect.Value {
								set := values{c.Name: target, "organization_id": ours.org}
								return k.clone(t, a.tx, row, fresh(a, ours, together(ours, k.table, set)))
							}
						}
						if err := link(ctx, try(ours.rows[to][len(ours.rows[to])-1])); !errors.Is(err, errRollback) || sqlgraph.IsConstraintError(err) {
							t.Errorf("pointing at a row of ours: %v", err)
						}
						if err := link(ctx, try(theirs.rows[to][0])); !sqlgraph.IsForeignKeyConstraintError(err) {
							t.Errorf("pointing at a row of theirs is not refused by the foreign key: %v", err)
						}
					}
				})
			}
		}
	})
}

// together makes a row that points by one column agree with the checks on its others.
func together(ours *scene, table string, set values) values {
	has := func(column string) bool { _, ok := set[column]; return ok }
	switch {
	case table == "allocations" && has("credit_id"): // a credit or a payment, not both
		set["payment_id"] = nil
	case table == "allocations" && has("refund_id"): // a document or a refund, not both
		set["document_id"] = nil
	case table == "billed_items" && (has("time_entry_id") || has("expense_line_id")): // one thing
		set["fee_id"] = nil
	case table == "billed_items" && has("line_id"): // a line and its document, or neither
		set["document_id"] = ours.rows["documents"][0]
	case table == "billed_items" && has("document_id"):
		set["line_id"] = ours.rows["document_lines"][0]
	}
	return set
}

var errRollback = errors.New("undo it")

// What the attacks of this file do must land where it is allowed: otherwise they would
// prove nothing.
func TestTheAttacksLandWhenTheSystemMakesThem(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ours, theirs := newScene(t, d), newScene(t, d)
		as := viewer.With(context.Background(), viewer.Viewer{Kind: viewer.System, Organization: ours.org})
		for _, k := range kinds(t) {
			row, _ := k.get(system, d.Client, theirs.rows[k.table][0])
			own, _ := k.get(system, d.Client, ours.rows[k.table][0])
			for _, x := range append(slices.Clone(attacks), upserts(t, k)...) {
				if !lands(k, x.name) {
					continue
				}
				t.Run(x.name+" of "+k.name, func(t *testing.T) {
					before := theirs.dump()
					var after map[string][]string
					err := db.InTx(as, d, func(ctx context.Context, tx *ent.Tx) error {
						if err := x.do(&attempt{t: t, ctx: ctx, tx: tx, k: k, ours: ours, theirs: theirs, row: row, own: own}); err != nil {
							return err
						}
						after = (&scene{t: t, d: &db.DB{Client: tx.Client(), Dialect: d.Dialect}, org: theirs.org}).dump()
						return errRollback
					})
					if !errors.Is(err, errRollback) {
						t.Fatal(err)
					}
					if cmp.Equal(before, after) {
						t.Error("it changed nothing")
					}
				})
			}
		}
	})
}

// lands says whether the attack can work at all, were there no rules.
func lands(k kind, attack string) bool {
	onlyAdded := k.name == ent.TypeLedgerEntry || k.name == ent.TypeAuditEvent
	switch {
	case strings.HasPrefix(attack, "update"):
		return !onlyAdded
	case strings.HasPrefix(attack, "delete"): // where nothing refers to it
		return !onlyAdded && !slices.Contains([]string{"organizations", "users", "contacts", "documents", "payments", "number_sequences",
			"tracking_categories", "tracking_options", "contact_imports", "contact_merges", "projects", "project_tasks", "project_fees", "online_payments"}, k.table)
	case strings.HasPrefix(attack, "create"):
		return !slices.Contains([]string{"organizations", "registry_settings", "payment_providers"}, k.table) // a new one changes none that is there; an organization has one
	case strings.HasPrefix(attack, "upsert on id"):
		return !onlyAdded
	}
	return false
}
