package document

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
)

const (
	maxWatched = 100
	overlap    = time.Minute // by which a transaction may commit after the time that it wrote
)

// Watched is what a subscriber follows: documents by their ids, or all of a contact.
type Watched struct {
	s       *Service
	ids     []uuid.UUID
	contact uuid.UUID
	since   time.Time
}

// Watch says what there is to follow and which versions there are now. Staff only.
//
// Faults: INVALID unless there are 1 to 100 ids or a contact; NOT_FOUND on ids.N and contactId.
func (s *Service) Watch(ctx context.Context, ids []uuid.UUID, contactID *uuid.UUID) (*Watched, map[uuid.UUID]int, error) {
	if err := mayReadAny(ctx); err != nil {
		return nil, nil, err
	}
	w := &Watched{s: s, ids: ids, since: schema.Now()}
	known := map[uuid.UUID]int{}
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
	if err := w.begin(ctx, known); err != nil {
		return nil, nil, err
	}
	for i, id := range ids {
		if known[id] == 0 {
			return nil, nil, fault.New(fault.NotFound, fmt.Sprintf("ids.%d", i), "There is no such document.")
		}
	}
	return w, known, nil
}

// WatchAs follows all documents of a contact that a portal customer was let in for, which the
// caller has made sure of.
func (s *Service) WatchAs(ctx context.Context, contact uuid.UUID) (*Watched, map[uuid.UUID]int, error) {
	w, known := &Watched{s: s, contact: contact, since: schema.Now()}, map[uuid.UUID]int{}
	return w, known, w.begin(ctx, known)
}

// begin reads which versions there are now.
func (w *Watched) begin(ctx context.Context, known map[uuid.UUID]int) error {
	now, err := w.Read(ctx)
	for _, d := range now {
		known[d.ID] = d.Version
	}
	return err
}

// Read gives those that may have changed since the last time, as the viewer sees them.
func (w *Watched) Read(ctx context.Context) ([]*Document, error) {
	q := w.s.DB.Document.Query().Order(entdocument.ByUpdatedAt(), entdocument.ByID())
	var rows []*ent.Document
	var err error
	if w.contact == uuid.Nil {
		rows, err = q.Where(entdocument.IDIn(w.ids...)).All(ctx)
	} else {
		rows, err = q.Where(entdocument.ContactID(w.contact), entdocument.UpdatedAtGTE(w.since.Add(-overlap))).All(ctx)
	}
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
