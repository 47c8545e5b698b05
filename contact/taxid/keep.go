package taxid

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/registrycheck"
	"github.com/kartela/kartela/fold"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

func newestFirst(o *sql.OrderTermOptions) { o.Desc = true }

// checks wraps answers that were read together.
func checks(rows ...*ent.RegistryCheck) []*Check {
	people := make([]uuid.UUID, 0, len(rows))
	seen := map[uuid.UUID]bool{}
	for _, r := range rows {
		if !seen[r.RequestedBy] {
			seen[r.RequestedBy] = true
			people = append(people, r.RequestedBy)
		}
	}
	g := page.NewGroup(people...)
	out := make([]*Check, len(rows))
	for i, r := range rows {
		out[i] = &Check{r, g}
	}
	return out
}

// Of reads a page of the answers about a contact, newest first: for one contact, or for a
// whole group of contacts by one statement when no cursor is given.
//
// Faults: INVALID for a bad page.
func (s *Service) Of(ctx context.Context, c *contact.Contact, first *int, after *string) (*page.Connection[*Check], error) {
	return db.Below(ctx, c.Group, c.ID, page.Args{First: first, After: after}, db.Child[*Check]{
		Kind: "registryChecks", Type: ent.TypeRegistryCheck, Table: registrycheck.Table, ParentColumn: registrycheck.FieldContactID,
		Cursor: func(c *Check) page.Cursor { return page.Cursor{Kind: "registryChecks", ID: c.ID} },
		Parent: func(c *Check) uuid.UUID { return *c.ContactID },
		Read: func(ctx context.Context, where db.Condition) ([]*Check, error) {
			rows, err := s.DB.RegistryCheck.Query().Where(where).All(ctx)
			return checks(rows...), err
		},
	})
}

// proof is an answer to be kept.
type proof struct {
	registry  registrycheck.Registry
	number    Number
	contactID *uuid.UUID
	answer    *Answer
	at        time.Time
}

// create makes the row of a proof, in the viewer's name.
func (p proof) create(ctx context.Context, tx *ent.Tx) (*ent.RegistryCheck, error) {
	raw, err := json.Marshal(told{p.answer.Company, p.answer.Message})
	if err != nil {
		return nil, fmt.Errorf("taxid: keep the answer: %w", err)
	}
	v := viewer.From(ctx)
	row, err := tx.RegistryCheck.Create().SetOrganizationID(v.Organization).SetCreatedAt(p.at).SetNillableContactID(p.contactID).
		SetRegistry(p.registry).SetCountry(p.number.Country).SetNumber(p.number.Bare).SetValid(p.answer.Valid).
		SetRequestIdentifier(fold.Clip(p.answer.RequestIdentifier, 100)).SetAnsweredAt(p.answer.AnsweredAt.UTC().Truncate(time.Microsecond)).
		SetAnswer(raw).SetRequestedBy(v.Actor()).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("taxid: keep the answer: %w", err)
	}
	return row, nil
}

var actions = map[registrycheck.Registry]string{registrycheck.RegistryVies: "lookupVat", registrycheck.RegistryAade: "lookupAfm"}

// keep writes the proof of an answer that was asked for now.
func (s *Service) keep(ctx context.Context, tx *ent.Tx, l lookup, a *Answer, about *contact.Contact) (uuid.UUID, error) {
	contactID, err := target(ctx, tx, about)
	if err != nil {
		return uuid.Nil, err
	}
	row, err := proof{l.registry, l.number, contactID, a, s.now()}.create(ctx, tx)
	if err != nil {
		return uuid.Nil, err
	}
	return row.ID, record(ctx, tx, actions[l.registry], row, nil)
}

// reuse gives a kept answer again. For a contact it is kept with it too: an answer that was
// asked for before there was one becomes the contact's, another contact's is copied.
func (s *Service) reuse(ctx context.Context, tx *ent.Tx, had *ent.RegistryCheck, about *contact.Contact) (uuid.UUID, error) {
	contactID, err := target(ctx, tx, about)
	if err != nil {
		return uuid.Nil, err
	}
	switch {
	case contactID == nil, had.ContactID != nil && *had.ContactID == *contactID:
		return had.ID, nil
	case had.ContactID == nil:
		n, err := attach(ctx, tx, had.ID, *contactID)
		if err != nil {
			return uuid.Nil, err
		}
		if n == 1 {
			had.ContactID = contactID
			return had.ID, record(ctx, tx, actions[had.Registry], had, nil)
		} // another request made it another contact's
	}
	// The copy is as old as the answer: it makes no answer last longer.
	row, err := tx.RegistryCheck.Create().SetOrganizationID(had.OrganizationID).SetCreatedAt(had.CreatedAt).SetContactID(*contactID).
		SetRegistry(had.Registry).SetCountry(had.Country).SetNumber(had.Number).SetValid(had.Valid).
		SetRequestIdentifier(had.RequestIdentifier).SetAnsweredAt(had.AnsweredAt).SetAnswer(had.Answer).SetRequestedBy(had.RequestedBy).Save(ctx)
	if err != nil {
		return uuid.Nil, fmt.Errorf("taxid: copy the answer: %w", err)
	}
	return row.ID, record(ctx, tx, actions[had.Registry], row, nil)
}

// attach makes an answer of no contact the contact's; 0 when it is another one's by now.
func attach(ctx context.Context, tx *ent.Tx, id, contactID uuid.UUID) (int, error) {
	n, err := tx.RegistryCheck.Update().Where(registrycheck.ID(id), registrycheck.ContactIDIsNil()).SetContactID(contactID).Save(ctx)
	if err != nil {
		return 0, fmt.Errorf("taxid: keep the answer with the contact: %w", err)
	}
	return n, nil
}

// target is the contact to keep an answer with, as it is in the transaction: while a registry
// was asked the contact may have been merged, or deleted, and then it is nil.
func target(ctx context.Context, tx *ent.Tx, about *contact.Contact) (*uuid.UUID, error) {
	if about == nil {
		return nil, nil //nolint:nilnil // no contact is one of two good cases
	}
	id := about.ID
	for range 100 {
		row, err := tx.Contact.Get(ctx, id)
		if ent.IsNotFound(err) {
			return nil, nil //nolint:nilnil // as said
		}
		if err != nil {
			return nil, fmt.Errorf("taxid: read the contact: %w", err)
		}
		if row.MergedIntoID == nil {
			return &id, nil
		}
		id = *row.MergedIntoID
	}
	return nil, fmt.Errorf("taxid: the merges of %s form a ring", about.ID)
}

// record tells the history of an answer.
func record(ctx context.Context, tx *ent.Tx, action string, row *ent.RegistryCheck, before audit.Fields) error {
	e := audit.Event{Action: action, ObjectType: "registry_check", ObjectID: row.ID, Before: before,
		After: audit.Fields{"registry": names[row.Registry], "country": row.Country, "number": row.Number, "valid": row.Valid}}
	if row.RequestIdentifier != "" {
		e.After["requestIdentifier"] = row.RequestIdentifier
	}
	if row.ContactID != nil {
		e.ContactID = *row.ContactID
	}
	return audit.Record(ctx, tx, e)
}
