// Package audit writes the history: who did what, when, and what it was before and after.
// It owns the rows of audit_events; every other domain package writes them through it.
package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/auditevent"
	"github.com/kartela/kartela/viewer"
)

// Event is one line of the history. Before and After hold only fields that differ.
type Event struct {
	Action     string    // the mutation's name, such as issueInvoice
	ObjectType string    // contact, document, payment, portal_grant, member, …
	ObjectID   uuid.UUID // of what it was done to
	ContactID  uuid.UUID // the contact it concerns; zero for none
	Before     Fields    // nil for something new
	After      Fields    // nil for something gone
}

// Fields are values by their API names.
type Fields map[string]any

// Record writes the event in the transaction of what it tells, in the viewer's name.
func Record(ctx context.Context, tx *ent.Tx, e Event) error {
	return RecordMany(ctx, tx, []Event{e})
}

// RecordMany writes events like Record, by one statement.
func RecordMany(ctx context.Context, tx *ent.Tx, events []Event) error {
	c := make([]*ent.AuditEventCreate, len(events))
	for i, e := range events {
		var err error
		if c[i], err = create(ctx, tx, e); err != nil {
			return fmt.Errorf("audit: %s: %w", e.Action, err)
		}
	}
	if len(c) == 0 {
		return nil
	}
	if err := tx.AuditEvent.CreateBulk(c...).Exec(ctx); err != nil {
		return fmt.Errorf("audit: %s: %w", events[0].Action, err)
	}
	return nil
}

func create(ctx context.Context, tx *ent.Tx, e Event) (*ent.AuditEventCreate, error) {
	v := viewer.From(ctx)
	c := tx.AuditEvent.Create().SetOrganizationID(v.Organization).SetActorID(v.Actor()).SetActorKind(kind(v)).
		SetAction(e.Action).SetObjectType(e.ObjectType).SetObjectID(e.ObjectID)
	if e.ContactID != uuid.Nil {
		c.SetContactID(e.ContactID)
	}
	for _, side := range []struct {
		fields Fields
		set    func(json.RawMessage) *ent.AuditEventCreate
	}{{e.Before, c.SetBefore}, {e.After, c.SetAfter}} {
		if len(side.fields) == 0 {
			continue
		}
		raw, err := json.Marshal(side.fields)
		if err != nil {
			return nil, err
		}
		side.set(raw)
	}
	return c, nil
}

// Diff leaves in both only the fields that differ.
func Diff(before, after Fields) (Fields, Fields) {
	b, a := Fields{}, Fields{}
	for k, was := range before {
		if is, ok := after[k]; !ok || !reflect.DeepEqual(was, is) {
			b[k] = was
		}
	}
	for k, is := range after {
		if was, ok := before[k]; !ok || !reflect.DeepEqual(was, is) {
			a[k] = is
		}
	}
	return b, a
}

func kind(v viewer.Viewer) auditevent.ActorKind {
	switch {
	case v.Kind == viewer.Portal:
		return auditevent.ActorKindPortal
	case v.APIKey != uuid.Nil:
		return auditevent.ActorKindAPIKey
	case v.User != uuid.Nil:
		return auditevent.ActorKindUser
	}
	return auditevent.ActorKindSystem
}
