// Package rule holds the prohibitions of the database: who sees and changes which rows of
// which type, whatever the query. It is default deny: no viewer, no rows; a type that is
// not in the table below is closed to everyone.
package rule

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/intercept"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/viewer"
)

// Guard puts the rules on a client. It is called by the one place that opens clients.
func Guard(c *ent.Client) {
	c.Intercept(intercept.TraverseFunc(filterQuery))
	c.Use(guardMutation)
}

func filterQuery(ctx context.Context, q intercept.Query) error {
	v := viewer.From(ctx)
	if v.Kind == viewer.System {
		return nil
	}
	p, err := Rows(q.Type(), v)
	if err != nil {
		return err
	}
	q.WhereP(p)
	return nil
}

// Rows is the condition on the rows of a type that the viewer may see. Raw SQL that reads
// a type beside ent's queries applies it to its own selector.
func Rows(typ string, v viewer.Viewer) (func(*sql.Selector), error) {
	see, ok := visible[typ]
	if !ok {
		return nil, fmt.Errorf("rule: type %s says nothing about who sees it", typ)
	}
	switch {
	case v.Kind == viewer.System:
		return func(*sql.Selector) {}, nil
	case v.Organization == uuid.Nil:
		return nothing, nil
	case v.Kind == viewer.Staff:
		return see.staff(v), nil
	case v.Kind == viewer.Portal:
		return see.portal(v), nil
	}
	return nothing, nil
}

// guardMutation lets a change through only inside a transaction, only of the viewer's own
// organization and of rows that the viewer may see, and never of an append-only type.
func guardMutation(next ent.Mutator) ent.Mutator {
	return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
		if err := inTransaction(m); err != nil {
			return nil, err
		}
		if appendOnly[m.Type()] && !m.Op().Is(ent.OpCreate) {
			return nil, fmt.Errorf("rule: rows of %s are only ever added", m.Type())
		}
		v := viewer.From(ctx)
		if v.Preview {
			return nil, fault.New(fault.Forbidden, "", "This is a preview: it changes nothing.")
		}
		if v.Kind != viewer.System {
			if err := ownRows(m, v); err != nil {
				return nil, err
			}
		}
		return next.Mutate(ctx, m)
	})
}

func inTransaction(m ent.Mutation) error {
	t, ok := m.(interface{ Tx() (*ent.Tx, error) })
	if !ok {
		return fmt.Errorf("rule: %s cannot tell its transaction", m.Type())
	}
	if _, err := t.Tx(); err != nil {
		return fmt.Errorf("rule: a change of %s outside a transaction", m.Type())
	}
	return nil
}

type tenantMutation interface {
	OrganizationID() (uuid.UUID, bool)
	SetOrganizationID(uuid.UUID)
}

func ownRows(m ent.Mutation, v viewer.Viewer) error {
	if v.Kind == viewer.Nobody || v.Organization == uuid.Nil {
		return fault.New(fault.Unauthenticated, "", "Sign in first.")
	}
	t, tenant := m.(tenantMutation)
	if !tenant && (m.Op().Is(ent.OpCreate) || m.Type() != ent.TypeOrganization) {
		return fmt.Errorf("rule: %s belongs to no organization and is not changed by a viewer", m.Type())
	}
	if m.Op().Is(ent.OpCreate) {
		if got, set := t.OrganizationID(); set && got != v.Organization {
			return fault.New(fault.NotFound, "", "No such organization.")
		}
		t.SetOrganizationID(v.Organization)
		return nil
	}
	w, ok := m.(interface{ WhereP(...func(*sql.Selector)) })
	if !ok {
		return fmt.Errorf("rule: %s cannot be filtered", m.Type())
	}
	p, err := Rows(m.Type(), v)
	if err != nil {
		return err
	}
	w.WhereP(p)
	return nil
}

// appendOnly types are never updated or deleted; triggers in both databases hold the same.
var appendOnly = map[string]bool{ent.TypeLedgerEntry: true, ent.TypeAuditEvent: true}
