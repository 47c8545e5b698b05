package contact

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/predicate"
	"github.com/kartela/kartela/fault"
)

// Active reads the contact for a new document, payment or invitation, and keeps it from
// being archived, merged or deleted until the transaction ends: who comes second sees what
// the first did, and finds the survivor of a merge. Others may read it for the same purpose
// meanwhile. The transaction must hold no other lock yet.
//
// Faults: NOT_FOUND and CONFLICT (archived) on the field.
func Active(ctx context.Context, tx *ent.Tx, id uuid.UUID, field string) (*ent.Contact, error) {
	row, err := held(ctx, tx, id, forShare)
	return active(row, field, err)
}

// StillActive is Active for the contact of a payment, document or invitation that the
// transaction has locked. It does not wait for a merge, because a merge waits for that row.
func StillActive(ctx context.Context, tx *ent.Tx, id uuid.UUID, field string) (*ent.Contact, error) {
	row, err := held(ctx, tx, id, forKeyShare)
	return active(row, field, err)
}

// Present is Active for what is added to a contact whether it is archived or not: a note, a
// file, a registry's answer. Faults: NOT_FOUND on the field.
func Present(ctx context.Context, tx *ent.Tx, id uuid.UUID, field string) (*ent.Contact, error) {
	row, err := held(ctx, tx, id, forShare)
	return row, onField(field, err)
}

func active(row *ent.Contact, field string, err error) (*ent.Contact, error) {
	if err != nil {
		return nil, onField(field, err)
	}
	if row.ArchivedAt != nil {
		return nil, fault.New(fault.Conflict, field, "The contact is archived: restore it first.")
	}
	return row, nil
}

// held reads and locks a contact, or the survivor of a merged one. A tombstone is not locked:
// one that held it while it waits for the survivor could be waited for in turn.
func held(ctx context.Context, tx *ent.Tx, id uuid.UUID, lock predicate.Contact) (*ent.Contact, error) {
	for range 100 {
		row, err := tx.Contact.Query().Where(entcontact.ID(id), entcontact.MergedIntoIDIsNil(), lock).Only(ctx)
		if err == nil || !ent.IsNotFound(err) {
			return row, wrapped("a contact", err)
		}
		if row, err = survivor(ctx, tx.Contact, id); err != nil {
			return nil, err
		}
		id = row.ID // which may have been merged since
	}
	return nil, fmt.Errorf("contact: the merges of %s do not end", id)
}

// forShare waits for a merge of the contact, and a merge for it. SQLite has one writer and
// needs no lock.
func forShare(s *sql.Selector) {
	if s.Dialect() == dialect.Postgres {
		s.For(sql.LockShare)
	}
}

// forKeyShare is the lock that a foreign key to the row takes too: no merge waits for it.
func forKeyShare(s *sql.Selector) {
	if s.Dialect() == dialect.Postgres {
		s.For(sql.LockKeyShare)
	}
}
