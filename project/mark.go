package project

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/billeditem"
	"github.com/kartela/kartela/ent/documentline"
	entproject "github.com/kartela/kartela/ent/project"
	"github.com/kartela/kartela/ent/projectfee"
	"github.com/kartela/kartela/ent/timeentry"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// MarkInput is the input of markBilled and markUnbilled.
type MarkInput struct {
	db.Idempotent
	ItemIDs []uuid.UUID // time entries, fees, lines of purchases
}

const maxMarked = 500

// MarkBilled takes items as billed that were billed elsewhere: none of an invoice here bills
// them again. What is billed already stays so.
//
// Faults: INVALID on itemIds; NOT_FOUND on itemIds.N; CONFLICT on itemIds.N for what is not to be
// billed; UNAUTHENTICATED, FORBIDDEN.
func (s *Service) MarkBilled(ctx context.Context, in MarkInput) ([]uuid.UUID, error) {
	return s.mark(ctx, in, func(ctx context.Context, tx *ent.Tx, projects []*ent.Project) error {
		wanted := make(map[uuid.UUID]bool, len(in.ItemIDs))
		for _, id := range in.ItemIDs {
			wanted[id] = true
		}
		u := &unbilled{client: tx.Client(), locked: true, projects: projects, time: true, fees: true, expenses: true, ids: wanted}
		if err := u.read(ctx); err != nil {
			return err
		}
		done, err := billedOf(ctx, tx, in.ItemIDs)
		if err != nil {
			return err
		}
		create := make([]*ent.BilledItemCreate, len(u.items))
		for n, i := range u.items {
			done[i.ID] = nil
			create[n] = billedItem(ctx, tx, i, 0)
			if i.amount != nil {
				create[n].SetAmount(*i.amount)
			}
		}
		var bad fault.List
		for n, id := range in.ItemIDs {
			if _, ok := done[id]; !ok {
				bad = append(bad, fault.New(fault.Conflict, fmt.Sprintf("itemIds.%d", n), "This is not to be billed."))
			}
		}
		if err := bad.Err(); err != nil {
			return err
		}
		if err := writeBilled(ctx, tx, create); err != nil {
			return err
		}
		return recordMarked(ctx, tx, "markBilled", u.items)
	})
}

// MarkUnbilled takes back MarkBilled. What is not billed stays so.
//
// Faults: INVALID on itemIds; NOT_FOUND on itemIds.N; CONFLICT on itemIds.N for what is on an
// invoice: take it off that; UNAUTHENTICATED, FORBIDDEN.
func (s *Service) MarkUnbilled(ctx context.Context, in MarkInput) ([]uuid.UUID, error) {
	return s.mark(ctx, in, func(ctx context.Context, tx *ent.Tx, projects []*ent.Project) error {
		done, err := billedOf(ctx, tx, in.ItemIDs)
		if err != nil {
			return err
		}
		var bad fault.List
		var gone []uuid.UUID
		var items []*Item
		of := make(map[uuid.UUID]*ent.Project, len(projects))
		for _, p := range projects {
			of[p.ID] = p
		}
		for n, id := range in.ItemIDs {
			row := done[id]
			switch {
			case row == nil:
			case row.LineID != nil:
				bad = append(bad, fault.New(fault.Conflict, fmt.Sprintf("itemIds.%d", n), "This is on an invoice: take it off that."))
			default:
				gone = append(gone, row.ID)
				if p := of[row.ProjectID]; p != nil {
					items = append(items, &Item{Kind: kindOf(row), ID: id, Project: p})
				}
			}
		}
		if err := bad.Err(); err != nil || len(gone) == 0 {
			return err
		}
		if _, err := tx.BilledItem.Delete().Where(billeditem.IDIn(gone...)).Exec(ctx); err != nil {
			return wrapped("take back what was marked", err)
		}
		return recordMarked(ctx, tx, "markUnbilled", items)
	})
}

func kindOf(r *ent.BilledItem) ItemKind {
	switch {
	case r.TimeEntryID != nil:
		return TimeItem
	case r.FeeID != nil:
		return FeeItem
	}
	return ExpenseItem
}

// mark runs a change of what is billed of items, whose projects it locks.
func (s *Service) mark(ctx context.Context, in MarkInput, f func(context.Context, *ent.Tx, []*ent.Project) error) ([]uuid.UUID, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditProjects); err != nil {
		return nil, err
	}
	if n := len(in.ItemIDs); n == 0 || n > maxMarked {
		return nil, fault.New(fault.Invalid, "itemIds", "1 to %d items.", maxMarked)
	}
	ids, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) ([]uuid.UUID, error) {
		found, err := itemProjects(ctx, tx, in.ItemIDs)
		if err != nil {
			return nil, err
		}
		if err := there(in.ItemIDs, found); err != nil {
			return nil, err
		}
		projects, err := tx.Project.Query().Where(entproject.IDIn(slices.Collect(maps.Values(found))...), forChange).All(ctx)
		if err != nil {
			return nil, wrapped("lock", err)
		}
		return in.ItemIDs, f(ctx, tx, projects)
	})
	return ids, err
}

// itemProjects are the projects of items, by the items that the viewer sees.
func itemProjects(ctx context.Context, tx *ent.Tx, items []uuid.UUID) (map[uuid.UUID]uuid.UUID, error) {
	found := make(map[uuid.UUID]uuid.UUID, len(items))
	entries, err := tx.TimeEntry.Query().Where(timeentry.IDIn(items...)).All(ctx)
	if err != nil {
		return nil, wrapped("read time", err)
	}
	for _, r := range entries {
		found[r.ID] = r.ProjectID
	}
	fees, err := tx.ProjectFee.Query().Where(projectfee.IDIn(items...)).All(ctx)
	if err != nil {
		return nil, wrapped("read fees", err)
	}
	for _, r := range fees {
		found[r.ID] = r.ProjectID
	}
	lines, err := tx.DocumentLine.Query().Where(documentline.IDIn(items...), documentline.ProjectIDNotNil()).All(ctx)
	if err != nil {
		return nil, wrapped("read lines", err)
	}
	for _, r := range lines {
		found[r.ID] = *r.ProjectID
	}
	return found, nil
}

// there refuses items that are not there. Faults: NOT_FOUND on itemIds.N.
func there(items []uuid.UUID, found map[uuid.UUID]uuid.UUID) error {
	var bad fault.List
	for n, id := range items {
		if found[id] == uuid.Nil {
			bad = append(bad, fault.New(fault.NotFound, fmt.Sprintf("itemIds.%d", n), "There is no such time, fee or expense."))
		}
	}
	return bad.Err()
}

// billedOf reads what of the items is billed.
func billedOf(ctx context.Context, tx *ent.Tx, items []uuid.UUID) (map[uuid.UUID]*ent.BilledItem, error) {
	rows, err := tx.BilledItem.Query().Where(billeditem.Released(false),
		billeditem.Or(billeditem.TimeEntryIDIn(items...), billeditem.FeeIDIn(items...), billeditem.ExpenseLineIDIn(items...))).All(ctx)
	if err != nil {
		return nil, wrapped("read what is billed", err)
	}
	out := make(map[uuid.UUID]*ent.BilledItem, len(rows))
	for _, r := range rows {
		for _, id := range []*uuid.UUID{r.TimeEntryID, r.FeeID, r.ExpenseLineID} {
			if id != nil {
				out[*id] = r
			}
		}
	}
	return out, nil
}

var objectTypes = map[ItemKind]string{TimeItem: "time_entry", FeeItem: "project_fee", ExpenseItem: "document_line"}

func recordMarked(ctx context.Context, tx *ent.Tx, action string, items []*Item) error {
	events := make([]audit.Event, len(items))
	for n, i := range items {
		events[n] = audit.Event{Action: action, ObjectType: objectTypes[i.Kind], ObjectID: i.ID, ContactID: i.Project.ContactID,
			After: audit.Fields{"billed": action == "markBilled"}}
	}
	return audit.RecordMany(ctx, tx, events)
}
