package contact

import (
	"context"

	"github.com/kartela/kartela/ent"
)

// UpdateWithin changes a contact like Update, in a transaction of the caller, who has asked
// whether the viewer may.
//
// Faults: those of Update.
func (s *Service) UpdateWithin(ctx context.Context, tx *ent.Tx, in UpdateInput) error {
	if err := in.normalize(); err != nil {
		return err
	}
	return s.update(ctx, tx, in)
}
