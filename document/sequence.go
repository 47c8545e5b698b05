package document

import (
	"context"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/numbersequence"
)

// Sequences reads the number sequences, by type and name. Staff who see sales or purchases.
func (s *Service) Sequences(ctx context.Context) ([]*ent.NumberSequence, error) {
	if err := mayReadAny(ctx); err != nil {
		return nil, err
	}
	rows, err := s.DB.NumberSequence.Query().Order(numbersequence.ByDocumentType(), numbersequence.ByName()).All(ctx)
	return rows, wrapped("read the sequences", err)
}
