package graph

import (
	"context"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent/ledgerentry"
	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/live"
	"github.com/kartela/kartela/viewer"
)

func (f balanceFields) Side(_ context.Context, b *ledger.Balance) (ledgerentry.Side, error) {
	return ledgerentry.Side(b.Balance.Side), nil
}

func (s subscription) BalanceChanged(ctx context.Context, contactIDs []uuid.UUID) (<-chan *live.Change, error) {
	ids, err := s.Contacts.Followed(ctx, contactIDs)
	if err != nil {
		return nil, err
	}
	return s.follow(ctx, ids, func(ctx context.Context) error {
		_, err := s.Contacts.Followed(ctx, ids)
		return err
	})
}

func (s subscription) PortalBalanceChanged(ctx context.Context, contactID *uuid.UUID) (<-chan *live.Change, error) {
	id, err := s.Portals.OwnContact(ctx, contactID)
	if err != nil {
		return nil, err
	}
	return s.follow(ctx, []uuid.UUID{id}, func(context.Context) error { return nil })
}

// follow first subscribes, then reads, then streams, so that no change is missed. Before a
// delivery after access has changed somewhere, it asks again whether the viewer still
// stands and may still see what it follows.
func (s subscription) follow(ctx context.Context, ids []uuid.UUID, sees live.Allowed) (<-chan *live.Change, error) {
	v := viewer.From(ctx)
	changes := s.Hub.Follow(v.Organization, ids...)
	present, err := s.Ledger.Balances(ctx, ids)
	if err != nil {
		changes.Close()
		return nil, err
	}
	return live.Stream(ctx, changes, ids, present, func(ctx context.Context) error {
		if err := s.Accounts.Stands(ctx, v); err != nil {
			return err
		}
		return sees(ctx)
	}), nil
}
