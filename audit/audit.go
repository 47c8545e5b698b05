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
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// Event is one line of the history. Before and After hold only fields that differ.
type Event struct {
	Action     string    // the mutation's name, such as issueDocument
	ObjectType string    // contact, document, payment, portal_grant, member, …
	ObjectID   uuid.UUID // of what it was done to
	ContactID  uuid.UUID // the contact it concerns; zero for none
	Before     Fields    // nil for something new
	After      Fields    // nil for something gone
}

// Fields are values by their API names.
type Fields map[string]any

// Record writes the event in the transaction of what it tells, in the viewer's name. It may wait
// for the commit (see db.Later).
func Record(ctx context.Context, tx *ent.Tx, e Event) error {
	v := viewer.From(ctx)
	before, err := raw(e.Before)
	if err != nil {
		return fmt.Errorf("audit: %s: %w", e.Action, err)
	}
	after, err := raw(e.After)
	if err != nil {
		return fmt.Errorf("audit: %s: %w", e.Action, err)
	}
	err = db.Later(ctx, tx, db.NewStatement(ctx, `INSERT INTO audit_events
  (id, organization_id, created_at, actor_kind, actor_id, action, object_type, object_id, contact_id, before, after)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		schema.NewID(), v.Organization, schema.Now(), string(kind(v)), v.Actor(), e.Action, e.ObjectType, e.ObjectID, e.contact(), orNull(before), orNull(after)))
	if err != nil {
		return fmt.Errorf("audit: %s: %w", e.Action, err)
	}
	return nil
}

// orNull is JSON as a value, NULL where there is none.
func orNull(raw json.RawMessage) any {
	if raw == nil {
		return nil
	}
	return raw
}

// contact is the contact that the event concerns; nil for none.
func (e *Event) contact() *uuid.UUID {
	if e.ContactID == uuid.Nil {
		return nil
	}
	return &e.ContactID
}

// RecordMany writes events like Record, by one statement or few.
func RecordMany(ctx context.Context, tx *ent.Tx, events []Event) error {
	if len(events) == 0 {
		return nil
	}
	v := viewer.From(ctx)
	ids := make([]uuid.UUID, len(events))
	before, after := make([]json.RawMessage, len(events)), make([]json.RawMessage, len(events))
	for i, e := range events {
		var err error
		if before[i], err = raw(e.Before); err != nil {
			return fmt.Errorf("audit: %s: %w", e.Action, err)
		}
		if after[i], err = raw(e.After); err != nil {
			return fmt.Errorf("audit: %s: %w", e.Action, err)
		}
		ids[i] = schema.NewID()
	}
	err := db.NewRows(auditevent.Table, len(events)).
		ID(auditevent.FieldID, func(i int) uuid.UUID { return ids[i] }).
		Time(auditevent.FieldCreatedAt, schema.Now()).
		Text(auditevent.FieldActorKind, func(int) string { return string(kind(v)) }).
		ID(auditevent.FieldActorID, func(int) uuid.UUID { return v.Actor() }).
		Text(auditevent.FieldAction, func(i int) string { return events[i].Action }).
		Text(auditevent.FieldObjectType, func(i int) string { return events[i].ObjectType }).
		ID(auditevent.FieldObjectID, func(i int) uuid.UUID { return events[i].ObjectID }).
		NullID(auditevent.FieldContactID, func(i int) *uuid.UUID { return events[i].contact() }).
		JSON(auditevent.FieldBefore, func(i int) json.RawMessage { return before[i] }).
		JSON(auditevent.FieldAfter, func(i int) json.RawMessage { return after[i] }).
		Insert(ctx, tx)
	if err != nil {
		return fmt.Errorf("audit: %s: %w", events[0].Action, err)
	}
	return nil
}

// raw is the fields as JSON; nil when there are none.
func raw(f Fields) (json.RawMessage, error) {
	if len(f) == 0 {
		return nil, nil
	}
	return json.Marshal(f)
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
