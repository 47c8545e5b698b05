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
	rows, err := s.DB.Contact.Query().Where(entcontact.IDIn(ids...)).Select(entcontact.FieldID).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("contact: read what is followed: %w", err)
	}
	seen := make(map[uuid.UUID]bool, len(rows))
	for _, r := range rows {
		seen[r.ID] = true
	}
	var bad fault.List
	for i, id := range ids {
		if !seen[id] {
			bad = append(bad, fault.New(fault.NotFound, fmt.Sprintf("contactIds.%d", i), "There is no such contact."))
		}
	}
	return distinct(ids), bad.Err()
}
