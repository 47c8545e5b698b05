package rule_test

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/migrate"
)

// kind is one ent type, met through reflection: the tests walk whatever types there are.
type kind struct {
	name  string // ent's name, such as LedgerEntry
	table string
}

// kinds are all types that the generated client has.
func kinds(t *testing.T) []kind {
	t.Helper()
	tables := map[string]string{}
	for _, x := range migrate.Tables {
		tables[singular(x.Name)] = x.Name
	}
	var out []kind
	c := reflect.TypeOf(ent.Client{})
	for i := range c.NumField() {
		f := c.Field(i)
		if f.Type.Kind() != reflect.Pointer || f.Type.Elem().Name() != f.Name+"Client" {
			continue
		}
		name := tables[strings.ToLower(f.Name)]
		if name == "" {
			t.Fatalf("type %s has no table", f.Name)
		}
		out = append(out, kind{f.Name, name})
	}
	if len(out) != len(migrate.Tables) {
		t.Fatalf("%d types, but %d tables", len(out), len(migrate.Tables))
	}
	return out
}

// singular is the table's name as a type's, in lower case.
func singular(table string) string {
	s := strings.ReplaceAll(table, "_", "")
	for from, to := range map[string]string{"ies": "y", "sses": "ss", "xes": "x"} {
		if cut, ok := strings.CutSuffix(s, from); ok {
			return cut + to
		}
	}
	return strings.TrimSuffix(s, "s")
}

// of gives the type's client out of an *ent.Client or an *ent.Tx.
func (k kind) of(client any) reflect.Value {
	return reflect.ValueOf(client).Elem().FieldByName(k.name)
}

type query interface {
	IDs(context.Context) ([]uuid.UUID, error)
	Count(context.Context) (int, error)
	Exist(context.Context) (bool, error)
	FirstID(context.Context) (uuid.UUID, error)
}

func (k kind) query(client any) reflect.Value { return call(k.of(client), "Query")[0] }

// get reads one row by its id.
func (k kind) get(ctx context.Context, client any, id uuid.UUID) (any, error) {
	out := call(k.of(client), "Get", ctx, id)
	return out[0].Interface(), failure(out[1])
}

// mutation is what every type's mutation can do.
type mutation interface {
	SetField(string, ent.Value) error
	SetID(uuid.UUID)
}

// where narrows the builder of an update or a deletion.
func where(builder reflect.Value, p func(*sql.Selector)) reflect.Value {
	m := builder.MethodByName("Where")
	return m.Call([]reflect.Value{reflect.ValueOf(p).Convert(m.Type().In(0).Elem())})[0]
}

func mutationOf(builder reflect.Value) mutation {
	return call(builder, "Mutation")[0].Interface().(mutation)
}

// touch makes the builder of an update change something that every row has.
func touch(builder reflect.Value) reflect.Value {
	m := builder.MethodByName("Modify")
	if !m.IsValid() {
		return builder
	}
	return m.Call([]reflect.Value{reflect.ValueOf(func(u *sql.UpdateBuilder) { u.Set("created_at", "2001-01-01 00:00:00+00:00") })})[0]
}

// clone gives the builder of a row with the values of another, changed by set.
func (k kind) clone(t *testing.T, client any, row any, set values) reflect.Value {
	t.Helper()
	create := call(k.of(client), "Create")[0]
	m := mutationOf(create)
	fields := reflect.ValueOf(row).Elem()
	for _, c := range table(t, k.table).Columns {
		f := fields.FieldByNameFunc(func(name string) bool {
			return strings.EqualFold(name, strings.ReplaceAll(c.Name, "_", ""))
		})
		if f.Kind() == reflect.Pointer {
			if f.IsNil() {
				if v := set[c.Name]; v != nil {
					mustSet(t, m, c.Name, v)
				}
				continue
			}
			f = f.Elem()
		}
		v := f.Interface()
		if x, ok := set[c.Name]; ok {
			if x == nil {
				continue
			}
			v = reflect.ValueOf(x).Convert(f.Type()).Interface()
		}
		if f.Kind() == reflect.Slice && f.IsNil() && set[c.Name] == nil {
			continue // an empty JSON column
		}
		mustSet(t, m, c.Name, v)
	}
	return create
}

func mustSet(t *testing.T, m mutation, column string, v any) {
	t.Helper()
	if column == "id" {
		m.SetID(v.(uuid.UUID))
		return
	}
	if err := m.SetField(column, v); err != nil {
		t.Fatal(err)
	}
}

func call(on reflect.Value, method string, args ...any) []reflect.Value {
	in := make([]reflect.Value, len(args))
	for i, a := range args {
		in[i] = reflect.ValueOf(a)
	}
	return on.MethodByName(method).Call(in)
}

// exec runs a builder and gives its error.
func exec(ctx context.Context, builder reflect.Value) error {
	return failure(call(builder, "Exec", ctx)[0])
}

func failure(v reflect.Value) error {
	err, _ := v.Interface().(error)
	return err
}
