// Package tables is the wanted database schema: ent's tables with their foreign keys, which
// are composite within a tenant. It serves the migration generator and the test that the
// migrations make exactly this schema.
package tables

import (
	"fmt"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql/schema"

	"github.com/kartela/kartela/ent/migrate"
	entschema "github.com/kartela/kartela/ent/schema"
)

// Options are how the wanted schema is compared with what is there: indexes and foreign
// keys that only the hand-written migrations know are let stand.
func Options() []schema.MigrateOption {
	return []schema.MigrateOption{schema.WithDropColumn(true), schema.WithSkipChanges(schema.DropForeignKey | schema.DropIndex)}
}

// All gives every table of a dialect. It is made anew by each call, because ent's own is
// shared. On PostgreSQL, foreign keys of a table to itself are left to a hand-written
// migration: there the key pointed at must be there first, and it is made with the table.
func All(dialectName string) ([]*schema.Table, error) {
	tables, err := schema.CopyTables(migrate.Tables)
	if err != nil {
		return nil, fmt.Errorf("tables: %w", err)
	}
	byName := make(map[string]*schema.Table, len(tables))
	for _, t := range tables {
		byName[t.Name] = t
	}
	for _, t := range tables {
		if _, ok := t.Column("organization_id"); ok {
			reference(t, "organization_id", byName["organizations"], true)
		}
	}
	for _, r := range entschema.References {
		from, to := byName[r.Table], byName[r.To]
		if from == nil || to == nil {
			return nil, fmt.Errorf("tables: the reference %s.%s → %s names no table", r.Table, r.Column, r.To)
		}
		if from == to && dialectName == dialect.Postgres {
			target(to)
			continue
		}
		reference(from, r.Column, to, r.Global)
	}
	return tables, nil
}

func reference(from *schema.Table, column string, to *schema.Table, global bool) {
	col, _ := from.Column(column)
	id, _ := to.Column("id")
	key := &schema.ForeignKey{Symbol: from.Name + "_" + column + "_fkey", RefTable: to, OnDelete: schema.NoAction, OnUpdate: schema.NoAction,
		Columns: []*schema.Column{col}, RefColumns: []*schema.Column{id}}
	if !global {
		org, _ := from.Column("organization_id")
		toOrg, _ := to.Column("organization_id")
		key.Columns = []*schema.Column{org, col}
		key.RefColumns = []*schema.Column{toOrg, id}
		target(to)
	}
	from.AddForeignKey(key)
}

// target gives the table the unique key that a composite foreign key points at.
func target(t *schema.Table) {
	organization, _ := t.Column("organization_id")
	id, _ := t.Column("id")
	name := t.Name + "_organization_id_id"
	if _, ok := t.Index(name); !ok {
		t.Indexes = append(t.Indexes, &schema.Index{Name: name, Unique: true, Columns: []*schema.Column{organization, id}})
	}
}
