package contact

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// IDsInput is the input of a mutation on several contacts.
type IDsInput struct {
	db.Idempotent
	IDs []uuid.UUID
}

// CreateManyInput is the input of createContacts.
type CreateManyInput struct {
	db.Idempotent
	Contacts []*CreateInput
}

// UpdateManyInput is the input of updateContacts.
type UpdateManyInput struct {
	db.Idempotent
	Contacts []*UpdateInput
}

// Done says what became of one item.
type Done struct {
	ID      *uuid.UUID     // nil for a contact that could not be made
	Contact *Contact       // as it is now; nil when it is gone, or not the viewer's to see
	Errors  []*fault.Error // of the item: fields are relative to it
}

// The most items of a request.
const (
	MaxSaved = 200 // contacts made or changed
	MaxBulk  = 500 // contacts that the same is done to
)

// outcome is what is kept of an item for a repeat of the request.
type outcome struct {
	ID     *uuid.UUID     `json:"id,omitempty"`
	Errors []*fault.Error `json:"errors,omitempty"`
}

// CreateMany makes contacts, each by itself, in one transaction: an item with a fault stops
// no other one. A repeat of the request gives the same answer.
//
// Faults: INVALID on contacts for none or over MaxSaved, UNAUTHENTICATED, FORBIDDEN; those of
// an item as for Create, in its result.
func (s *Service) CreateMany(ctx context.Context, in CreateManyInput) ([]*Done, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditContacts); err != nil {
		return nil, err
	}
	if err := count("contacts", len(in.Contacts), MaxSaved); err != nil {
		return nil, err
	}
	bad := make([]error, len(in.Contacts))
	for i, c := range in.Contacts {
		bad[i] = c.normalize()
	}
	return s.each(ctx, len(bad), nil, func(ctx context.Context, tx *ent.Tx, i int) (uuid.UUID, error) {
		if bad[i] != nil {
			return uuid.Nil, bad[i]
		}
		return create(ctx, tx, &in.Contacts[i].Fields)
	})
}

// UpdateMany changes contacts, each by itself, in one transaction, as CreateMany makes them.
//
// Faults: INVALID on contacts for none or over MaxSaved, and on contacts.N.id for one that is
// named twice, UNAUTHENTICATED, FORBIDDEN; those of an item as for Update, in its result.
func (s *Service) UpdateMany(ctx context.Context, in UpdateManyInput) ([]*Done, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditContacts); err != nil {
		return nil, err
	}
	if err := count("contacts", len(in.Contacts), MaxSaved); err != nil {
		return nil, err
	}
	ids, bad := make([]uuid.UUID, len(in.Contacts)), make([]error, len(in.Contacts))
	for i, c := range in.Contacts {
		ids[i], bad[i] = c.ID, c.normalize()
	}
	if err := unique("contacts.%d.id", ids); err != nil {
		return nil, err
	}
	return s.each(ctx, len(ids), ids, func(ctx context.Context, tx *ent.Tx, i int) (uuid.UUID, error) {
		if bad[i] != nil {
			return ids[i], bad[i]
		}
		return ids[i], s.update(ctx, tx, *in.Contacts[i])
	})
}

// each does n items in one transaction, each in a savepoint. The contacts that they change
// are locked before, in the order of their ids, so that two requests never wait for each
// other.
func (s *Service) each(ctx context.Context, n int, locked []uuid.UUID, do func(ctx context.Context, tx *ent.Tx, i int) (uuid.UUID, error)) ([]*Done, error) {
	kept, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) ([]outcome, error) {
		if len(locked) > 0 {
			if _, _, err := lockMany(ctx, tx, locked); err != nil {
				return nil, err
			}
		}
		out := make([]outcome, n)
		for i := range out {
			var id uuid.UUID
			err := db.Savepoint(ctx, tx, func(ctx context.Context, tx *ent.Tx) (err error) {
				id, err = do(ctx, tx, i)
				return err
			})
			if err := out[i].tell(id, err); err != nil {
				return nil, fmt.Errorf("contact: item %d: %w", i, err)
			}
		}
		return out, nil
	})
	if err != nil {
		return nil, err
	}
	return s.done(ctx, kept)
}

// tell keeps what became of an item. An error that is no fault is returned.
func (o *outcome) tell(id uuid.UUID, err error) error {
	if id != uuid.Nil {
		o.ID = &id
	}
	if err == nil {
		return nil
	}
	all, ok := fault.All(err)
	if !ok {
		return err
	}
	o.Errors = all
	return nil
}

// done reads the contacts of the outcomes as they are now.
func (s *Service) done(ctx context.Context, kept []outcome) ([]*Done, error) {
	var ids []uuid.UUID
	for _, o := range kept {
		if o.ID != nil {
			ids = append(ids, *o.ID)
		}
	}
	contacts, err := s.ByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]*Done, len(kept))
	for i, o := range kept {
		out[i] = &Done{ID: o.ID, Errors: o.Errors}
		if o.ID != nil {
			out[i].Contact = contacts[*o.ID]
		}
	}
	return out, nil
}

func count(field string, n, most int) error {
	if n == 0 || n > most {
		return fault.New(fault.Invalid, field, "From 1 to %d contacts.", most)
	}
	return nil
}

// unique refuses an id that comes twice.
func unique(field string, ids []uuid.UUID) error {
	var bad fault.List
	seen := make(map[uuid.UUID]bool, len(ids))
	for i, id := range ids {
		if seen[id] {
			bad = append(bad, fault.New(fault.Invalid, fmt.Sprintf(field, i), "This contact is in the list twice."))
		}
		seen[id] = true
	}
	return bad.Err()
}

// lockMany reads contacts for a change of them by one statement, in the order of their ids,
// and says of those that cannot be changed why, on id.
func lockMany(ctx context.Context, tx *ent.Tx, ids []uuid.UUID) (rows []*ent.Contact, refused map[uuid.UUID]error, err error) {
	found, err := tx.Contact.Query().Where(entcontact.IDIn(ids...), db.ForUpdate).All(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("contact: lock: %w", err)
	}
	refused = make(map[uuid.UUID]error, len(ids))
	for _, id := range ids {
		refused[id] = noSuch()
	}
	for _, r := range found {
		if r.MergedIntoID != nil {
			refused[r.ID] = wasMerged()
			continue
		}
		delete(refused, r.ID)
		rows = append(rows, r)
	}
	return rows, refused, nil
}

func noSuch() error { return fault.New(fault.NotFound, "id", "There is no such contact.") }

func wasMerged() error {
	return fault.New(fault.Conflict, "id", "The contact was merged into another one.")
}
