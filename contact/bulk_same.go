package contact

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/contactoption"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/ent/trackingcategory"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/tracking"
	"github.com/kartela/kartela/viewer"
)

// SetOptionInput is the input of setContactsOption.
type SetOptionInput struct {
	db.Idempotent
	IDs        []uuid.UUID
	CategoryID uuid.UUID
	OptionID   *uuid.UUID // nil takes the category's option off
}

// ArchiveMany archives contacts, each by itself, in one transaction. The number of statements
// does not depend on how many they are.
//
// Faults: INVALID on ids for none or over MaxBulk, and on ids.N for one that is named twice,
// UNAUTHENTICATED, FORBIDDEN; those of an item as for Archive, in its result.
func (s *Service) ArchiveMany(ctx context.Context, in IDsInput) ([]*Done, error) {
	return s.same(ctx, in.IDs, accepting(s.archive))
}

// RestoreMany takes contacts out of the archive, as ArchiveMany puts them there.
//
// Faults: as for ArchiveMany.
func (s *Service) RestoreMany(ctx context.Context, in IDsInput) ([]*Done, error) {
	return s.same(ctx, in.IDs, accepting(restore))
}

// DeleteMany removes contacts that nothing refers to, each by itself, as ArchiveMany archives
// them.
//
// Faults: as for ArchiveMany; those of an item as for Delete, in its result.
func (s *Service) DeleteMany(ctx context.Context, in IDsInput) ([]*Done, error) {
	return s.same(ctx, in.IDs, s.delete)
}

// SetOption gives contacts an option of a tracking category in place of the one they have of
// it, or takes that off. A contact that has it already stays as it is.
//
// Faults: as for ArchiveMany; NOT_FOUND on categoryId and optionId; INVALID on optionId for
// one of another category or an archived one, on categoryId for one that is not for contacts;
// of an item CONFLICT on id when it is archived.
func (s *Service) SetOption(ctx context.Context, in SetOptionInput) ([]*Done, error) {
	return s.same(ctx, in.IDs, func(ctx context.Context, tx *ent.Tx, rows []*ent.Contact) (map[uuid.UUID]error, error) {
		now, err := in.check(ctx, tx)
		if err != nil {
			return nil, err
		}
		refused := map[uuid.UUID]error{}
		var free []uuid.UUID
		for _, r := range rows {
			if r.ArchivedAt != nil {
				refused[r.ID] = fault.New(fault.Conflict, "id", "The contact is archived: restore it first.")
				continue
			}
			free = append(free, r.ID)
		}
		return refused, in.save(ctx, tx, free, now)
	})
}

// check reads the option, nil for none, and holds it to the rules.
func (in *SetOptionInput) check(ctx context.Context, tx *ent.Tx) (*tracking.Choice, error) {
	category, err := tx.TrackingCategory.Query().Where(trackingcategory.ID(in.CategoryID)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fault.New(fault.NotFound, "categoryId", "There is no such category.")
	}
	if err != nil {
		return nil, fmt.Errorf("contact: read the category: %w", err)
	}
	if in.OptionID == nil {
		return nil, nil //nolint:nilnil // no option is one of the two answers
	}
	known, err := tracking.Choices(ctx, tx, []uuid.UUID{*in.OptionID})
	if err != nil {
		return nil, err
	}
	c, ok := known[*in.OptionID]
	switch {
	case !ok:
		return nil, fault.New(fault.NotFound, "optionId", "There is no such option.")
	case c.Category.ID != category.ID:
		return nil, fault.New(fault.Invalid, "optionId", "The option is one of another category.")
	case !forContacts(category):
		return nil, fault.New(fault.Invalid, "categoryId", "The category “%s” is not for contacts.", category.Title)
	case c.Option.ArchivedAt != nil || category.ArchivedAt != nil:
		return nil, fault.New(fault.Invalid, "optionId", "The option “%s” is archived.", c.Option.Title)
	}
	return &c, nil
}

// save writes the option of the contacts that have another or none.
func (in *SetOptionInput) save(ctx context.Context, tx *ent.Tx, ids []uuid.UUID, now *tracking.Choice) error {
	old, err := tx.ContactOption.Query().Where(contactoption.ContactIDIn(ids...), contactoption.CategoryID(in.CategoryID)).All(ctx)
	if err != nil {
		return fmt.Errorf("contact: read options: %w", err)
	}
	had, was := make(map[uuid.UUID]uuid.UUID, len(old)), make([]uuid.UUID, 0, len(old))
	for _, o := range old {
		had[o.ContactID] = o.OptionID
		was = append(was, o.OptionID)
	}
	known, err := tracking.Choices(ctx, tx, distinct(was))
	if err != nil {
		return err
	}
	var changed []uuid.UUID
	var fresh []chosen
	var events []audit.Event
	for _, id := range ids {
		before, has := had[id]
		if (now == nil && !has) || (now != nil && has && before == now.Option.ID) {
			continue
		}
		e := audit.Event{Action: "setContactsOption", ObjectType: "contact", ObjectID: id, ContactID: id}
		if has {
			e.Before = audit.Fields{"options": []string{known[before].Title()}}
		}
		if now != nil {
			e.After = audit.Fields{"options": []string{now.Title()}}
			fresh = append(fresh, chosen{id, now.Option.ID})
		}
		changed, events = append(changed, id), append(events, e)
	}
	if len(changed) == 0 {
		return nil
	}
	if _, err := tx.ContactOption.Delete().Where(contactoption.ContactIDIn(changed...), contactoption.CategoryID(in.CategoryID)).Exec(ctx); err != nil {
		return fmt.Errorf("contact: save options: %w", err)
	}
	if err := insertOptions(ctx, tx, fresh); err != nil {
		return err
	}
	if err := tx.Contact.Update().Where(entcontact.IDIn(changed...)).AddVersion(1).SetUpdatedAt(schema.Now()).Exec(ctx); err != nil {
		return fmt.Errorf("contact: save options: %w", err)
	}
	return audit.RecordMany(ctx, tx, events)
}

// together does the same to many locked contacts and says of those it refuses why.
type together func(ctx context.Context, tx *ent.Tx, rows []*ent.Contact) (refused map[uuid.UUID]error, err error)

// accepting is a step that refuses nobody.
func accepting(do step) together {
	return func(ctx context.Context, tx *ent.Tx, rows []*ent.Contact) (map[uuid.UUID]error, error) {
		return nil, do(ctx, tx, rows)
	}
}

// same does the same to contacts in one transaction. Those that are not there, or were merged,
// are refused before.
func (s *Service) same(ctx context.Context, ids []uuid.UUID, do together) ([]*Done, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditContacts); err != nil {
		return nil, err
	}
	if err := count("ids", len(ids), MaxBulk); err != nil {
		return nil, err
	}
	if err := unique("ids.%d", ids); err != nil {
		return nil, err
	}
	kept, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) ([]outcome, error) {
		rows, refused, err := lockMany(ctx, tx, ids)
		if err != nil {
			return nil, err
		}
		more, err := do(ctx, tx, rows)
		if err != nil {
			return nil, err
		}
		for id, why := range more {
			refused[id] = why
		}
		out := make([]outcome, len(ids))
		for i, id := range ids {
			if err := out[i].tell(id, refused[id]); err != nil {
				return nil, err
			}
		}
		return out, nil
	})
	if err != nil {
		return nil, err
	}
	return s.done(ctx, kept)
}
