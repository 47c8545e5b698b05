package contact

import (
	"context"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/auditevent"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

// History reads a page of what was done to the contact and to what belongs to it, newest
// first.
//
// Faults: INVALID for a bad page, FORBIDDEN without SeeAudit.
func (c *Contact) History(ctx context.Context, first *int, after *string) (*page.Connection[*ent.AuditEvent], error) {
	if _, err := viewer.RequireStaff(ctx, viewer.SeeAudit); err != nil {
		return nil, err
	}
	return db.Below(ctx, c.Group, c.ID, page.Args{First: first, After: after}, db.Child[*ent.AuditEvent]{
		Kind: "history", Type: ent.TypeAuditEvent, Table: auditevent.Table, ParentColumn: auditevent.FieldContactID,
		Cursor: func(e *ent.AuditEvent) page.Cursor { return page.Cursor{Kind: "history", ID: e.ID} },
		Parent: func(e *ent.AuditEvent) uuid.UUID { return *e.ContactID },
		Read: func(ctx context.Context, where db.Condition) ([]*ent.AuditEvent, error) {
			return c.db.AuditEvent.Query().Where(where).All(ctx)
		},
	})
}
