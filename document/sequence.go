package document

import (
	"context"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/numbersequence"
	"github.com/kartela/kartela/page"
)

// Sequences reads the number sequences, by type and name. Staff who see sales or purchases.
func (s *Service) Sequences(ctx context.Context) ([]*ent.NumberSequence, error) {
	if err := mayReadAny(ctx); err != nil {
		return nil, err
	}
	rows, err := s.DB.NumberSequence.Query().Order(numbersequence.ByDocumentType(), numbersequence.ByName()).All(ctx)
	return rows, wrapped("read the sequences", err)
}

// Sequence is what numbers the document; nil for a draft that takes the default of its type.
func (d *Document) Sequence(ctx context.Context) (*ent.NumberSequence, error) {
	if d.SequenceID == nil {
		return nil, nil //nolint:nilnil // the field's null
	}
	return page.Load(ctx, d.Group, "sequence", *d.SequenceID, func(ctx context.Context, _ []uuid.UUID) (map[uuid.UUID]*ent.NumberSequence, error) {
		rows, err := d.s.DB.NumberSequence.Query().All(ctx) // a business has a few
		out := make(map[uuid.UUID]*ent.NumberSequence, len(rows))
		for _, r := range rows {
			out[r.ID] = r
		}
		return out, wrapped("read the sequences", err)
	})
}
