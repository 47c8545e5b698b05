package merge

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/contactaccess"
	"github.com/kartela/kartela/ent/contactoption"
	"github.com/kartela/kartela/ent/mergemove"
	"github.com/kartela/kartela/ent/portalgrant"
	"github.com/kartela/kartela/ent/trackingoption"
)

// restoreParts puts back what the plan of the merge decided row by row.
func (a *apart) restoreParts(ctx context.Context) error {
	for _, step := range []func(context.Context) error{a.restoreLists, a.restoreOptions, a.restoreGrants, a.restoreAccesses, a.restoreDismissals} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// movedRows are the ids of the rows of a kind that moved.
func (a *apart) movedRows(ctx context.Context, kind mergemove.Kind) (map[uuid.UUID]bool, error) {
	rows, err := a.tx.MergeMove.Query().Where(mergemove.MergeID(a.merge), mergemove.KindEQ(kind)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("merge: read what moved: %w", err)
	}
	out := make(map[uuid.UUID]bool, len(rows))
	for _, r := range rows {
		out[r.RowID] = true
	}
	return out, nil
}

// those gives the losers' rows of a list that moved, as they were.
func those[R any](a *apart, list func(*kept) []R, id func(R) uuid.UUID, ids map[uuid.UUID]bool) (out []R) {
	for _, l := range a.before.Losers {
		for _, r := range list(l) {
			if ids[id(r)] {
				out = append(out, r)
			}
		}
	}
	return out
}

func (a *apart) restoreLists(ctx context.Context) error {
	ids, err := a.movedRows(ctx, mergemove.KindAddress)
	if err != nil {
		return err
	}
	if rows := those(a, func(k *kept) []*ent.ContactAddress { return k.Addresses }, func(r *ent.ContactAddress) uuid.UUID { return r.ID }, ids); len(rows) > 0 {
		if err := replaceAddresses(ctx, a.tx, rows); err != nil {
			return err
		}
	}
	if ids, err = a.movedRows(ctx, mergemove.KindEmail); err != nil {
		return err
	}
	if rows := those(a, func(k *kept) []*ent.ContactEmail { return k.Emails }, func(r *ent.ContactEmail) uuid.UUID { return r.ID }, ids); len(rows) > 0 {
		if err := replaceEmails(ctx, a.tx, rows); err != nil {
			return err
		}
	}
	if ids, err = a.movedRows(ctx, mergemove.KindPhone); err != nil {
		return err
	}
	if rows := those(a, func(k *kept) []*ent.ContactPhone { return k.Phones }, func(r *ent.ContactPhone) uuid.UUID { return r.ID }, ids); len(rows) > 0 {
		return replacePhones(ctx, a.tx, rows)
	}
	return nil
}

// restoreOptions gives each contact the options it had, without those that are no more.
func (a *apart) restoreOptions(ctx context.Context) error {
	var rows []*ent.ContactOption
	var options []uuid.UUID
	for _, k := range append([]*kept{a.before.Survivor}, a.before.Losers...) {
		for _, o := range k.Options {
			rows, options = append(rows, o), append(options, o.OptionID)
		}
	}
	if len(rows) == 0 {
		return nil
	}
	there, err := a.tx.TrackingOption.Query().Where(trackingoption.IDIn(options...)).IDs(ctx)
	if err != nil {
		return fmt.Errorf("merge: read options: %w", err)
	}
	var c []*ent.ContactOptionCreate
	for _, o := range rows {
		if slices.Contains(there, o.OptionID) {
			c = append(c, a.tx.ContactOption.Create().SetID(o.ID).SetCreatedAt(utc(o.CreatedAt)).SetContactID(o.ContactID).
				SetCategoryID(o.CategoryID).SetOptionID(o.OptionID))
		}
	}
	if _, err := a.tx.ContactOption.Delete().Where(contactoption.ContactIDIn(append(a.losers, a.survivor)...)).Exec(ctx); err != nil {
		return fmt.Errorf("merge: restore options: %w", err)
	}
	return wrapped("restore options", a.tx.ContactOption.CreateBulk(c...).Exec(ctx))
}

// restoreGrants has those who were let in for a contact be let in for it again. What a person
// did with access that moved since, such as when it was last used, stays.
func (a *apart) restoreGrants(ctx context.Context) error {
	ids, err := a.movedRows(ctx, mergemove.KindGrant)
	if err != nil {
		return err
	}
	for _, l := range a.before.Losers {
		for _, g := range l.Grants {
			if ids[g.ID] {
				err = a.tx.PortalGrant.Update().Where(portalgrant.ID(g.ID)).SetContactID(l.Contact.ID).Exec(ctx)
			} else {
				u := a.tx.PortalGrant.Update().Where(portalgrant.ID(g.ID)).SetStatus(g.Status)
				if g.RevokedAt == nil {
					u.ClearRevokedAt()
				}
				if len(g.Token) > 0 {
					u.SetTokenHash(g.Token)
				}
				err = u.Exec(ctx)
			}
			if err != nil {
				return fmt.Errorf("merge: restore portal access: %w", err)
			}
		}
	}
	return a.restoreOwnGrants(ctx)
}

// restoreOwnGrants makes again what of the survivor gave way.
func (a *apart) restoreOwnGrants(ctx context.Context) error {
	there, err := a.tx.PortalGrant.Query().Where(portalgrant.ContactID(a.survivor)).IDs(ctx)
	if err != nil {
		return fmt.Errorf("merge: read portal access: %w", err)
	}
	for _, g := range a.before.Survivor.Grants {
		if slices.Contains(there, g.ID) {
			continue
		}
		c := a.tx.PortalGrant.Create().SetID(g.ID).SetCreatedAt(utc(g.CreatedAt)).SetContactID(a.survivor).SetEmail(g.Email).SetNillableUserID(g.UserID).
			SetStatus(g.Status).SetExpiresAt(utc(g.ExpiresAt)).SetInvitedBy(g.InvitedBy).SetNillableAcceptedAt(utcOrNil(g.AcceptedAt)).
			SetNillableLastUsedAt(utcOrNil(g.LastUsedAt)).SetNillableRevokedAt(utcOrNil(g.RevokedAt))
		if len(g.Token) > 0 {
			c.SetTokenHash(g.Token)
		}
		if err := c.Exec(ctx); err != nil {
			return fmt.Errorf("merge: restore portal access: %w", err)
		}
	}
	return nil
}

func (a *apart) restoreAccesses(ctx context.Context) error {
	if _, err := a.tx.ContactAccess.Delete().Where(contactaccess.ContactID(a.survivor)).Exec(ctx); err != nil {
		return fmt.Errorf("merge: restore who sees it: %w", err)
	}
	c := make([]*ent.ContactAccessCreate, len(a.before.Survivor.Accesses))
	for i, r := range a.before.Survivor.Accesses {
		c[i] = a.tx.ContactAccess.Create().SetID(r.ID).SetCreatedAt(utc(r.CreatedAt)).SetContactID(r.ContactID).SetUserID(r.UserID)
	}
	return wrapped("restore who sees it", a.tx.ContactAccess.CreateBulk(c...).Exec(ctx))
}

// restoreDismissals makes the dismissed pairs again of which both contacts are there.
func (a *apart) restoreDismissals(ctx context.Context) error {
	if len(a.before.Dismissals) == 0 {
		return nil
	}
	var ids []uuid.UUID
	for _, d := range a.before.Dismissals {
		ids = append(ids, d.ContactID, d.OtherID)
	}
	there, err := a.tx.Contact.Query().Where(entcontact.IDIn(ids...)).IDs(ctx)
	if err != nil {
		return fmt.Errorf("merge: read dismissed pairs: %w", err)
	}
	var c []*ent.DuplicateDismissalCreate
	for _, d := range a.before.Dismissals {
		if slices.Contains(there, d.ContactID) && slices.Contains(there, d.OtherID) {
			c = append(c, a.tx.DuplicateDismissal.Create().SetID(d.ID).SetCreatedAt(utc(d.CreatedAt)).SetContactID(d.ContactID).
				SetOtherID(d.OtherID).SetDismissedBy(d.DismissedBy))
		}
	}
	return wrapped("restore dismissed pairs", a.tx.DuplicateDismissal.CreateBulk(c...).Exec(ctx))
}
