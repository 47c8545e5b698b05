package document

import (
	"context"
	"fmt"
	"slices"
	"time"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
)

const (
	maxWatched = 100
	overlap    = time.Minute // by which a transaction may commit after the time that it wrote
)

// BeginsWith is how many documents of a contact those who follow it begin with.
const BeginsWith = 50

// Watched is what a subscriber follows: documents by their ids, or all of a contact.
type Watched struct {
	s       *Service
	ids     []uuid.UUID
	contact uuid.UUID
	since   time.Time
}

// Watch says what there is to follow and what there is now, as Present does. The id of a merged
// contact follows its survivor. Staff only.
//
// Faults: INVALID unless there are 1 to 100 ids or a contact; NOT_FOUND on ids.N and contactId.
func (s *Service) Watch(ctx context.Context, ids []uuid.UUID, contactID *uuid.UUID) (*Watched, []*Document, error) {
	if err := mayReadAny(ctx); err != nil {
		return nil, nil, err
	}
	w := &Watched{s: s, ids: ids, since: schema.Now()}
	switch {
	case (len(ids) == 0) == (contactID == nil), len(ids) > maxWatched:
		return nil, nil, fault.New(fault.Invalid, "ids", "Name 1 to %d documents, or a contact.", maxWatched)
	case contactID != nil:
		c, err := s.Contacts.Get(ctx, *contactID)
		if fault.IsCode(err, fault.NotFound) {
			return nil, nil, fault.New(fault.NotFound, "contactId", "There is no such contact.")
		}
		if err != nil {
			return nil, nil, err
		}
		w.contact = c.ID
	}
	now, err := w.Present(ctx)
	if err != nil {
		return nil, nil, err
	}
	known := map[uuid.UUID]bool{}
	for _, d := range now {
		known[d.ID] = true
	}
	for i, id := range ids {
		if !known[id] {
			return nil, nil, fault.New(fault.NotFound, fmt.Sprintf("ids.%d", i), "There is no such document.")
		}
	}
	return w, now, nil
}

// WatchAs follows all documents of a contact that a portal customer was let in for, which the
// caller has made sure of.
func (s *Service) WatchAs(ctx context.Context, contact uuid.UUID) (*Watched, []*Document, error) {
	w := &Watched{s: s, contact: contact, since: schema.Now()}
	now, err := w.Present(ctx)
	return w, now, err
}

// Topics are the ids under which what is followed is told of.
func (w *Watched) Topics() []uuid.UUID {
	if w.contact != uuid.Nil {
		return []uuid.UUID{w.contact}
	}
	return w.ids
}

// Present gives what those who come begin with, as the viewer sees it, the oldest change first:
// all that were named, or of a contact the 50 that were changed last.
func (w *Watched) Present(ctx context.Context) ([]*Document, error) {
	q := w.s.DB.Document.Query().Order(entdocument.ByUpdatedAt(sql.OrderDesc()), entdocument.ByID(sql.OrderDesc()))
	if w.contact == uuid.Nil {
		q.Where(entdocument.IDIn(w.ids...))
	} else {
		q.Where(entdocument.ContactID(w.contact)).Limit(BeginsWith)
	}
	rows, err := q.All(ctx)
	if err != nil {
		return nil, fmt.Errorf("document: read what is followed: %w", err)
	}
	slices.Reverse(rows)
	return w.s.Wrap(rows...), nil
}

// Read gives those that may have changed since the last time, as the viewer sees them, the
// oldest change first.
func (w *Watched) Read(ctx context.Context) ([]*Document, error) {
	q := w.s.DB.Document.Query().Order(entdocument.ByUpdatedAt(), entdocument.ByID())
	if w.contact == uuid.Nil {
		q.Where(entdocument.IDIn(w.ids...))
	} else {
		q.Where(entdocument.ContactID(w.contact), entdocument.UpdatedAtGTE(w.since.Add(-overlap)))
	}
	rows, err := q.All(ctx)
	if err != nil {
		return nil, fmt.Errorf("document: read what is followed: %w", err)
	}
	for _, r := range rows {
		if r.UpdatedAt.After(w.since) {
			w.since = r.UpdatedAt
		}
	}
	return w.s.Wrap(rows...), nil
}

// Sees says whether the viewer sees a document still.
func (w *Watched) Sees(ctx context.Context, id uuid.UUID) (bool, error) {
	sees, err := w.s.DB.Document.Query().Where(entdocument.ID(id)).Exist(ctx)
	if err != nil {
		return false, fmt.Errorf("document: ask for what is followed: %w", err)
	}
	return sees, nil
}
