package contact

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/viewer"
)

// CustomIDsTaken finds the contacts of the organization that have some customIds, those that
// the viewer may not see among them: the database would refuse another contact with one.
func (s *Service) CustomIDsTaken(ctx context.Context, tx *ent.Tx, ids map[string]bool) (map[string][]uuid.UUID, error) {
	out := map[string][]uuid.UUID{}
	for some := range asked(ids) {
		rows, err := tx.Contact.Query().Where(entcontact.CustomIDIn(some...)).Select(entcontact.FieldID, entcontact.FieldCustomID).
			All(viewer.With(ctx, Everything(viewer.From(ctx))))
		if err != nil {
			return nil, fmt.Errorf("contact: look for custom ids: %w", err)
		}
		for _, r := range rows {
			out[*r.CustomID] = append(out[*r.CustomID], r.ID)
		}
	}
	return out, nil
}
