package contact

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/auditevent"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

// Event is one line of the history, with those that were read together with it.
type Event struct {
	*ent.AuditEvent
	Actors *page.Group // of the actors' ids: people are read for all events at once
}

func events(rows []*ent.AuditEvent) []*Event {
	actors := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		actors[i] = r.ActorID
	}
	g := page.NewGroup(distinct(actors)...)
	out := make([]*Event, len(rows))
	for i, r := range rows {
		out[i] = &Event{r, g}
	}
	return out
}

// History reads a page of what was done to the contact and to what belongs to it, newest
// first.
//
// Faults: INVALID for a bad page, FORBIDDEN without SeeAudit.
func (c *Contact) History(ctx context.Context, first *int, after *string) (*page.Connection[*Event], error) {
	if _, err := viewer.RequireStaff(ctx, viewer.SeeAudit); err != nil {
		return nil, err
	}
	return db.Below(ctx, c.Group, c.ID, page.Args{First: first, After: after}, db.Child[*Event]{
		Kind: "history", Type: ent.TypeAuditEvent, Table: auditevent.Table, ParentColumn: auditevent.FieldContactID,
		Cursor: func(e *Event) page.Cursor { return page.Cursor{Kind: "history", ID: e.ID} },
		Parent: func(e *Event) uuid.UUID { return *e.ContactID },
		Read: func(ctx context.Context, where db.Condition) ([]*Event, error) {
			rows, err := c.db.AuditEvent.Query().Where(where).All(ctx)
			return events(rows), err
		},
	})
}

// HistoryOf reads a page of what was done to one thing, such as a document, newest first; the
// first page for the whole group of things by one statement.
//
// Faults: INVALID for a bad page, FORBIDDEN without SeeAudit.
func (s *Service) HistoryOf(ctx context.Context, g *page.Group, id uuid.UUID, first *int, after *string) (*page.Connection[*Event], error) {
	if _, err := viewer.RequireStaff(ctx, viewer.SeeAudit); err != nil {
		return nil, err
	}
	return db.Below(ctx, g, id, page.Args{First: first, After: after}, db.Child[*Event]{
		Kind: "history", Type: ent.TypeAuditEvent, Table: auditevent.Table, ParentColumn: auditevent.FieldObjectID,
		Cursor: func(e *Event) page.Cursor { return page.Cursor{Kind: "history", ID: e.ID} },
		Parent: func(e *Event) uuid.UUID { return e.ObjectID },
		Read: func(ctx context.Context, where db.Condition) ([]*Event, error) {
			rows, err := s.DB.AuditEvent.Query().Where(where).All(ctx)
			return events(rows), err
		},
	})
}

// EventsByIDs reads lines of the history for the rows of another list, by one statement. Ids
// that the viewer may not see are left out.
func (s *Service) EventsByIDs(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Event, error) {
	rows, err := s.DB.AuditEvent.Query().Where(auditevent.IDIn(ids...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("contact: read events by ids: %w", err)
	}
	out := make(map[uuid.UUID]*Event, len(rows))
	for _, e := range events(rows) {
		out[e.ID] = e
	}
	return out, nil
}
