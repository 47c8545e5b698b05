package portal

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/allocation"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/page"
)

// Settlement is what a payment gave to a document.
type Settlement struct {
	Document *Document
	Amount   money.Money // in the document's currency
}

// Settled is what the payment paid for, oldest first; for all payments of a page at once.
func (p *Payment) Settled(ctx context.Context) ([]*Settlement, error) {
	return page.Load(ctx, p.group, "settled", p.ID, p.s.settled)
}

func (s *Service) settled(ctx context.Context, payments []uuid.UUID) (map[uuid.UUID][]*Settlement, error) {
	rows, err := s.DB.Allocation.Query().Where(allocation.PaymentIDIn(payments...), allocation.DocumentIDNotNil()).Order(ent.Asc(allocation.FieldID)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("portal: read what payments settled: %w", err)
	}
	ids := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		ids[i] = *r.DocumentID
	}
	docs, err := s.Documents.ByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := map[uuid.UUID][]*Settlement{}
	for _, r := range rows {
		if d := docs[*r.DocumentID]; d != nil {
			out[*r.PaymentID] = append(out[*r.PaymentID], &Settlement{&Document{d}, money.New(r.Amount, r.Currency)})
		}
	}
	return out, nil
}
