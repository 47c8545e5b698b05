package merge

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/contactmerge"
	"github.com/kartela/kartela/ent/mergemove"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// UnmergeInput is the input of unmergeContacts.
type UnmergeInput struct {
	db.Idempotent
	MergeID uuid.UUID
}

// apart is a merge that is being taken back.
type apart struct {
	mover
	row    *ent.ContactMerge
	before before
	after  after
}

// Unmerge takes a merge back while nothing has changed since: every row that moved goes back
// to the contact it came from, and the contacts get their values back. Versions go on.
//
// Faults: NOT_FOUND on mergeId; CONFLICT on mergeId that says what has changed, or that it was
// taken back already; UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Unmerge(ctx context.Context, in UnmergeInput) (*contact.Contact, []*contact.Contact, error) {
	v, err := viewer.RequireStaff(ctx, viewer.EditContacts)
	if err != nil {
		return nil, nil, err
	}
	ids, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) ([]uuid.UUID, error) {
		a, err := s.begin(ctx, tx, in.MergeID)
		if err != nil {
			return nil, err
		}
		ctx = viewer.With(ctx, contact.Everything(v))
		// Whoever was let in for what moves back asks again; so do staff.
		ended := viewer.Ended{Organization: v.Organization, Contact: a.survivor}
		db.AfterCommit(ctx, func() { s.Ended(ended) })
		db.AfterCommit(ctx, func() { s.AccessChanged(v.Organization) })
		return append([]uuid.UUID{a.survivor}, a.losers...), s.takeBack(ctx, tx, a)
	})
	if err != nil {
		return nil, nil, err
	}
	all, err := s.Contacts.ByIDs(ctx, ids)
	if err != nil {
		return nil, nil, err
	}
	out := make([]*contact.Contact, len(ids))
	for i, id := range ids {
		if out[i] = all[id]; out[i] == nil {
			return nil, nil, fault.New(fault.NotFound, "mergeId", "One of the contacts is gone.")
		}
	}
	return out[0], out[1:], nil
}

// begin finds the merge and locks its contacts. The viewer must see all of them.
func (s *Service) begin(ctx context.Context, tx *ent.Tx, id uuid.UUID) (*apart, error) {
	row, err := tx.ContactMerge.Query().Where(contactmerge.ID(id)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, noMerge()
	}
	if err != nil {
		return nil, fmt.Errorf("merge: find the merge: %w", err)
	}
	a := &apart{row: row}
	if err := json.Unmarshal(row.Before, &a.before); err != nil {
		return nil, fmt.Errorf("merge: read what was: %w", err)
	}
	if err := json.Unmarshal(row.After, &a.after); err != nil {
		return nil, fmt.Errorf("merge: read how it ended: %w", err)
	}
	a.mover = mover{dialect: s.DB.Dialect, tx: tx, merge: id, survivor: row.SurvivorID}
	for _, l := range a.before.Losers {
		a.losers = append(a.losers, l.Contact.ID)
	}
	rows, err := tx.Contact.Query().Where(forNoKeyUpdate, entcontact.IDIn(append(a.losers, a.survivor)...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("merge: lock the contacts: %w", err)
	}
	if len(rows) != len(a.losers)+1 {
		return nil, noMerge()
	}
	// Two that take the same merge back come here one after the other.
	again, err := tx.ContactMerge.Query().Where(contactmerge.ID(id), contactmerge.UndoneAtIsNil()).Exist(ctx)
	if err != nil {
		return nil, fmt.Errorf("merge: find the merge: %w", err)
	}
	if !again {
		return nil, fault.New(fault.Conflict, "mergeId", "The merge was taken back already.")
	}
	return a, nil
}

func noMerge() error { return fault.New(fault.NotFound, "mergeId", "There is no such merge.") }

// takeBack undoes the steps of the merge from the last to the first.
func (s *Service) takeBack(ctx context.Context, tx *ent.Tx, a *apart) error {
	if err := a.lock(ctx); err != nil {
		return err
	}
	if err := s.Ledger.Lock(ctx, tx, append(slices.Clone(a.losers), a.survivor)...); err != nil {
		return err
	}
	if err := a.unchanged(ctx); err != nil {
		return err
	}
	for _, shift := range slices.Backward(a.after.Shifts) {
		if err := s.Ledger.MoveBack(ctx, tx, shift.Loser, a.survivor, shift.Accounts); err != nil {
			return err
		}
	}
	for _, step := range []func(context.Context) error{a.moveBack, a.restoreParts, a.restoreContacts} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	if _, err := tx.MergeMove.Delete().Where(mergemove.MergeID(a.merge)).Exec(ctx); err != nil {
		return fmt.Errorf("merge: forget what moved: %w", err)
	}
	if err := tx.ContactMerge.Update().Where(contactmerge.ID(a.merge)).SetUndoneAt(schema.Now()).Exec(ctx); err != nil {
		return fmt.Errorf("merge: take back: %w", err)
	}
	return audit.RecordMany(ctx, tx, a.events())
}

// unchanged is nil while everything is as the merge left it.
func (a *apart) unchanged(ctx context.Context) error {
	found, err := changes(ctx, a.tx.Client(), []*apart{a})
	if err != nil {
		return err
	}
	if what := found[a.merge]; len(what) > 0 {
		return fault.New(fault.Conflict, "mergeId", "The merge cannot be taken back: since then there was %s.", strings.Join(what, ", "))
	}
	ids := []string{}
	for _, k := range append([]*kept{a.before.Survivor}, a.before.Losers...) {
		if k.Contact.CustomID != nil {
			ids = append(ids, *k.Contact.CustomID)
		}
	}
	taken, err := a.tx.Contact.Query().Where(entcontact.CustomIDIn(ids...), entcontact.IDNotIn(append(slices.Clone(a.losers), a.survivor)...)).All(ctx)
	if err != nil {
		return fmt.Errorf("merge: look for custom ids: %w", err)
	}
	if len(taken) > 0 {
		return fault.New(fault.Conflict, "mergeId", "The merge cannot be taken back: %s has the customId %s now.", taken[0].DisplayName, *taken[0].CustomID)
	}
	return nil
}

// moveBack gives the losers what they had in each table: what the entries name that are theirs
// again, and what was written down. Allocations follow what they settle.
func (a *apart) moveBack(ctx context.Context) error {
	org := a.row.OrganizationID
	where, args := a.ofLosers(ctx)
	losers := "(?" + strings.Repeat(", ?", len(a.losers)-1) + ")"
	for _, c := range carried {
		n, err := a.exec(ctx, `UPDATE `+c.table+` AS r SET contact_id = m.loser_id FROM merge_moves AS m
WHERE m.organization_id = ? AND m.merge_id = ? AND m.kind = ? AND r.organization_id = m.organization_id AND r.id = m.row_id`,
			org, a.merge, string(c.kind))
		if err != nil {
			return err
		}
		if c.column != "" {
			stands := posted("r", c.column)
			more, err := a.exec(ctx, `UPDATE `+c.table+` AS r SET contact_id = `+stands+` WHERE r.organization_id = ? AND r.contact_id = ? AND `+stands+` IN `+losers,
				append([]any{org, a.survivor}, args[1:]...)...)
			if err != nil {
				return err
			}
			n += more
		}
		if n != a.after.Moved[string(c.kind)] {
			return fault.New(fault.Conflict, "mergeId", "The merge cannot be taken back: of the %s that moved, some are gone.", c.table)
		}
	}
	for column, table := range settled {
		_, err := a.exec(ctx, `UPDATE allocations AS a SET contact_id = r.contact_id FROM `+table+` AS r
WHERE `+where+` AND a.organization_id = r.organization_id AND a.`+column+` = r.id`, args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// restoreContacts gives the contacts their values back, first the survivor: a customId that it
// got from a loser is free then.
func (a *apart) restoreContacts(ctx context.Context) error {
	now := schema.Now()
	was := a.before.Survivor.Contact
	was.DefaultTaxes = a.before.Survivor.Taxes
	u := a.tx.Contact.UpdateOneID(a.survivor)
	contact.Write(u.Mutation(), was)
	if err := u.SetRestricted(was.Restricted).SetVersion(a.after.Contacts[a.survivor] + 1).SetUpdatedAt(now).Exec(ctx); err != nil {
		return fmt.Errorf("merge: restore the survivor: %w", err)
	}
	for _, l := range a.before.Losers {
		err := a.tx.Contact.Update().Where(entcontact.ID(l.Contact.ID)).ClearMergedIntoID().SetNillableCustomID(l.Contact.CustomID).
			AddVersion(1).SetUpdatedAt(now).Exec(ctx)
		if err != nil {
			return fmt.Errorf("merge: restore a loser: %w", err)
		}
	}
	return nil
}

func (a *apart) events() []audit.Event {
	names := make([]string, len(a.before.Losers))
	for i, l := range a.before.Losers {
		names[i] = l.Contact.DisplayName
	}
	out := []audit.Event{{Action: "unmergeContacts", ObjectType: "contact", ObjectID: a.survivor, ContactID: a.survivor,
		Before: audit.Fields{"merged": names}}}
	for _, l := range a.losers {
		out = append(out, audit.Event{Action: "unmergeContacts", ObjectType: "contact", ObjectID: l, ContactID: l,
			Before: audit.Fields{"mergedIntoId": a.survivor}})
	}
	return out
}
