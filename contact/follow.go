package contact

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/viewer"
)

// MaxFollowed is how many contacts one subscription follows.
const MaxFollowed = 100

// Followed settles which contacts a member of staff follows: each once, all of them to be seen.
// The id of a merged one follows its survivor.
//
// Faults: INVALID on contactIds for none or over MaxFollowed; NOT_FOUND on contactIds.N;
// UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Followed(ctx context.Context, ids []uuid.UUID) ([]uuid.UUID, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.SeeContacts); err != nil {
		return nil, err
	}
	if len(ids) == 0 || len(ids) > MaxFollowed {
		return nil, fault.New(fault.Invalid, "contactIds", "From 1 to %d contacts.", MaxFollowed)
	}
	into, err := s.survivors(ctx, ids)
	if err != nil {
		return nil, err
	}
	var bad fault.List
	out := make([]uuid.UUID, len(ids))
	for i, id := range ids {
		if out[i] = into[id]; out[i] == uuid.Nil {
			bad = append(bad, fault.New(fault.NotFound, fmt.Sprintf("contactIds.%d", i), "There is no such contact."))
		}
	}
	return distinct(out), bad.Err()
}

// survivors gives for each id the contact that answers for it, zero where the viewer sees none.
// It is one statement, and one more for each merge in the longest chain.
func (s *Service) survivors(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]uuid.UUID, error) {
	into := make(map[uuid.UUID]*uuid.UUID, len(ids)) // of what was read
	for ask := distinct(ids); len(ask) > 0; {
		rows, err := s.DB.Contact.Query().Where(entcontact.IDIn(ask...)).Select(entcontact.FieldID, entcontact.FieldMergedIntoID).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("contact: read what is followed: %w", err)
		}
		ask = nil
		for _, r := range rows {
			into[r.ID] = r.MergedIntoID
			if next := r.MergedIntoID; next != nil {
				if _, known := into[*next]; !known {
					ask = append(ask, *next)
				}
			}
		}
		ask = distinct(ask)
	}
	out := make(map[uuid.UUID]uuid.UUID, len(ids))
	for _, id := range ids {
		at, known := id, true
		for next := &at; next != nil && known; {
			if next, known = into[at]; next != nil {
				at = *next
			}
		}
		if known {
			out[id] = at
		}
	}
	return out, nil
}
