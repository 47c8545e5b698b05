package graph

import (
	"context"
	"slices"

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
	if given, ok := live.Given[*live.Change](ctx); ok {
		return given, nil
	}
	if contactIDs == nil {
		return s.followAll(ctx)
	}
	return s.follow(ctx, contactIDs, func(ctx context.Context) ([]uuid.UUID, error) {
		return s.Contacts.Followed(ctx, contactIDs)
	})
}

func (s subscription) PortalBalanceChanged(ctx context.Context, contactID *uuid.UUID) (<-chan *live.Change, error) {
	if given, ok := live.Given[*live.Change](ctx); ok {
		return given, nil
	}
	id, err := s.Portals.OwnContact(ctx, contactID)
	if err != nil {
		return nil, err
	}
	ids := []uuid.UUID{id}
	return s.follow(ctx, ids, func(context.Context) ([]uuid.UUID, error) { return ids, nil })
}

// followAll follows every contact that the viewer may see. Whose eyes they are is asked again
// before a delivery after access has changed; which contacts, by the reading itself.
func (s subscription) followAll(ctx context.Context) (<-chan *live.Change, error) {
	v, err := viewer.RequireStaff(ctx, viewer.SeeContacts)
	if err != nil {
		return nil, err
	}
	return live.StreamAll(ctx, s.Hub.FollowAll(v.Organization), s.Ledger.Balances, s.standing(ctx, nil)), nil
}

// standing is how it is asked again, once access has changed, whether who follows may still see
// what they follow: who they are, unless the transport asks that about each, and then sees, where
// it is more than a matter of whose eyes they are.
func (s subscription) standing(ctx context.Context, sees live.Allowed) live.Allowed {
	v, shared := viewer.From(ctx), live.Shared(ctx)
	return func(ctx context.Context) error {
		if !shared {
			if err := s.Accounts.Stands(ctx, v); err != nil {
				return err
			}
		}
		if sees == nil {
			return nil
		}
		return sees(ctx)
	}
}

// follow first subscribes, then authorizes and reads, then streams, so that neither a
// change nor the end of access is missed. Before a delivery after access has changed
// somewhere, it asks again whether the viewer still stands and may see what it follows. It ends
// when one of the contacts was merged: who follows the same ids anew, follows the survivor.
// sees gives the contacts, each once.
func (s subscription) follow(ctx context.Context, ids []uuid.UUID, sees func(context.Context) ([]uuid.UUID, error)) (<-chan *live.Change, error) {
	v := viewer.From(ctx)
	changes, ids, err := s.begin(ctx, v.Organization, ids, sees)
	if err != nil {
		return nil, err
	}
	present, err := s.Ledger.Balances(ctx, ids)
	if err != nil {
		changes.Close()
		return nil, err
	}
	allowed := func(ctx context.Context) error {
		now, err := sees(ctx)
		if err == nil && !slices.Equal(now, ids) {
			err = live.ErrMerged
		}
		return err
	}
	return live.Stream(ctx, changes, ids, present, s.standing(ctx, allowed)), nil
}

// stillSame says whether contacts that are followed are to be seen still, and were not merged.
func (s subscription) stillSame(ctx context.Context, contacts []uuid.UUID) error {
	now, err := s.Contacts.Followed(ctx, contacts)
	if err == nil && !slices.Equal(now, contacts) {
		err = live.ErrMerged
	}
	return err
}

// begin follows the contacts that sees gives: others than those asked for where one was merged.
// It looks once more after it follows them, until that is what it follows.
func (s subscription) begin(ctx context.Context, organization uuid.UUID, ids []uuid.UUID, sees func(context.Context) ([]uuid.UUID, error)) (*live.Follower, []uuid.UUID, error) {
	for range 10 {
		changes := s.Hub.Follow(organization, ids...)
		now, err := sees(ctx)
		if err != nil {
			changes.Close()
			return nil, nil, err
		}
		if slices.Equal(now, ids) {
			return changes, now, nil
		}
		changes.Close()
		ids = now
	}
	return nil, nil, live.ErrMerged
}
