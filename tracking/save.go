package tracking

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect"
	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/ent/trackingcategory"
	"github.com/kartela/kartela/ent/trackingoption"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// CreateInput is the input of createTrackingCategory.
type CreateInput struct {
	db.Idempotent
	Title                                          string
	Position                                       *int
	Contacts, Sales, Purchases, Payments, Projects *bool
	Options                                        []*OptionInput
}

// UpdateInput is the input of updateTrackingCategory.
type UpdateInput struct {
	db.Idempotent
	ID                                             uuid.UUID
	Version                                        int // that was read
	Title                                          *string
	Position                                       *int
	Contacts, Sales, Purchases, Payments, Projects *bool
	Archived                                       *bool
	Options                                        []*OptionInput // nil: as they are
}

// Create makes a category with its options.
//
// Faults: INVALID with the fields; CONFLICT on title or options.N.title when it is taken,
// without a field when there are MaxCategories; UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Create(ctx context.Context, in CreateInput) (*Category, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.ManageBusiness); err != nil {
		return nil, err
	}
	if err := in.normalize(); err != nil {
		return nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		if err := s.alone(ctx, tx); err != nil {
			return uuid.Nil, err
		}
		all, err := tx.TrackingCategory.Query().Order(trackingcategory.ByPosition()).All(ctx)
		if err != nil {
			return uuid.Nil, fmt.Errorf("tracking: read categories: %w", err)
		}
		if err := room(all, sortTitle(in.Title)); err != nil {
			return uuid.Nil, err
		}
		row, err := in.insert(ctx, tx, next(all))
		if err != nil {
			return uuid.Nil, err
		}
		after, err := fields(ctx, tx, row)
		if err != nil {
			return uuid.Nil, err
		}
		return row.ID, audit.Record(ctx, tx, audit.Event{Action: "createTrackingCategory", ObjectType: "tracking_category", ObjectID: row.ID, After: after})
	})
	if err != nil {
		return nil, err
	}
	return s.get(ctx, id)
}

// alone keeps others who make a category in the organization waiting until the transaction
// ends: nothing unique in the database would keep two of them from both finding room for the
// last one. SQLite has one writer.
func (s *Service) alone(ctx context.Context, tx *ent.Tx) error {
	if s.DB.Dialect != dialect.Postgres {
		return nil
	}
	if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", "tracking "+viewer.From(ctx).Organization.String()); err != nil {
		return fmt.Errorf("tracking: wait for another creation: %w", err)
	}
	return nil
}

func (in *CreateInput) normalize() error {
	t, bad := title("title", in.Title)
	in.Title = t
	for i, o := range in.Options {
		if o.ID != nil {
			bad = fault.Join(bad, fault.New(fault.NotFound, fmt.Sprintf("options.%d.id", i), "A new category has no options yet."))
		}
	}
	return fault.Join(bad, position(in.Position), normalizeOptions(in.Options))
}

// room refuses a category over the limit, or with a title that is taken.
func room(all []*ent.TrackingCategory, sorted string) error {
	for _, c := range all {
		if c.SortTitle == sorted {
			return taken()
		}
	}
	if len(all) >= MaxCategories {
		return fault.New(fault.Conflict, "", "There are %d categories already, archived ones among them: that is the most.", len(all))
	}
	return nil
}

func taken() error {
	return fault.New(fault.Conflict, "title", "Another category has this title.")
}

// next is the place after all others, which are sorted by it.
func next(all []*ent.TrackingCategory) int {
	if len(all) == 0 {
		return 0
	}
	return min(all[len(all)-1].Position+1, maxPosition)
}

func (in *CreateInput) insert(ctx context.Context, tx *ent.Tx, last int) (*ent.TrackingCategory, error) {
	c := tx.TrackingCategory.Create().SetTitle(in.Title).SetSortTitle(sortTitle(in.Title)).SetPosition(last).
		SetNillablePosition(in.Position).SetNillableContacts(in.Contacts).SetNillableSales(in.Sales).
		SetNillablePurchases(in.Purchases).SetNillablePayments(in.Payments).SetNillableProjects(in.Projects)
	row, err := c.Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("tracking: create: %w", err)
	}
	return row, saveOptions(ctx, tx, row.ID, nil, in.Options)
}

// Update changes a category that still has the version that was read. Its options are saved
// whole; one that something has cannot be deleted, only archived.
//
// Faults: INVALID with the fields; NOT_FOUND on id or options.N.id; CONFLICT on version when
// it has changed since, on title or options.N.title when it is taken, on options when one
// that goes is used; UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Update(ctx context.Context, in UpdateInput) (*Category, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.ManageBusiness); err != nil {
		return nil, err
	}
	if err := in.normalize(); err != nil {
		return nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		return in.ID, in.save(ctx, tx)
	})
	if err != nil {
		return nil, err
	}
	return s.get(ctx, id)
}

func (in *UpdateInput) normalize() error {
	var bad error
	if in.Title != nil {
		*in.Title, bad = title("title", *in.Title)
	}
	if in.Options != nil {
		bad = fault.Join(bad, normalizeOptions(in.Options))
	}
	return fault.Join(bad, position(in.Position))
}

func (in *UpdateInput) save(ctx context.Context, tx *ent.Tx) error {
	row, err := lock(ctx, tx, in.ID)
	if err != nil {
		return err
	}
	if row.Version != in.Version {
		return fault.New(fault.Conflict, "version", "The category was changed since you read it: it has version %d now.", row.Version)
	}
	if err := in.free(ctx, tx); err != nil {
		return err
	}
	before, err := fields(ctx, tx, row)
	if err != nil {
		return err
	}
	if in.Options != nil {
		old, err := optionsOf(ctx, tx, row.ID)
		if err != nil {
			return err
		}
		if err := saveOptions(ctx, tx, row.ID, old, in.Options); err != nil {
			return err
		}
	}
	if row, err = in.write(tx.TrackingCategory.UpdateOne(row), row).Save(ctx); err != nil {
		return fmt.Errorf("tracking: update: %w", err)
	}
	after, err := fields(ctx, tx, row)
	if err != nil {
		return err
	}
	was, is := audit.Diff(before, after)
	return audit.Record(ctx, tx, audit.Event{Action: "updateTrackingCategory", ObjectType: "tracking_category", ObjectID: row.ID, Before: was, After: is})
}

// free refuses a title that another category has.
func (in *UpdateInput) free(ctx context.Context, tx *ent.Tx) error {
	if in.Title == nil {
		return nil
	}
	there, err := tx.TrackingCategory.Query().Where(trackingcategory.SortTitle(sortTitle(*in.Title)), trackingcategory.IDNEQ(in.ID)).Exist(ctx)
	if err != nil {
		return fmt.Errorf("tracking: look for a title: %w", err)
	}
	if there {
		return taken()
	}
	return nil
}

func (in *UpdateInput) write(u *ent.TrackingCategoryUpdateOne, row *ent.TrackingCategory) *ent.TrackingCategoryUpdateOne {
	u.SetVersion(row.Version + 1).SetUpdatedAt(schema.Now()).SetNillablePosition(in.Position).
		SetNillableContacts(in.Contacts).SetNillableSales(in.Sales).SetNillablePurchases(in.Purchases).
		SetNillablePayments(in.Payments).SetNillableProjects(in.Projects)
	if in.Title != nil {
		u.SetTitle(*in.Title).SetSortTitle(sortTitle(*in.Title))
	}
	switch {
	case in.Archived == nil:
	case !*in.Archived:
		u.ClearArchivedAt()
	case row.ArchivedAt == nil:
		u.SetArchivedAt(schema.Now())
	}
	return u
}

// lock reads a category for a change of it.
func lock(ctx context.Context, tx *ent.Tx, id uuid.UUID) (*ent.TrackingCategory, error) {
	row, err := tx.TrackingCategory.Query().Where(trackingcategory.ID(id), db.ForUpdate).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fault.New(fault.NotFound, "id", "There is no such category.")
	}
	if err != nil {
		return nil, fmt.Errorf("tracking: lock: %w", err)
	}
	return row, nil
}

func optionsOf(ctx context.Context, tx *ent.Tx, category uuid.UUID) ([]*ent.TrackingOption, error) {
	rows, err := tx.TrackingOption.Query().Where(trackingoption.CategoryID(category)).Order(trackingoption.ByPosition(), trackingoption.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("tracking: read options: %w", err)
	}
	return rows, nil
}

// fields are what the history tells of a category: options by their titles.
func fields(ctx context.Context, tx *ent.Tx, row *ent.TrackingCategory) (audit.Fields, error) {
	options, err := optionsOf(ctx, tx, row.ID)
	if err != nil {
		return nil, err
	}
	titles := make([]string, len(options))
	for i, o := range options {
		titles[i] = o.Title
		if o.ArchivedAt != nil {
			titles[i] += " (archived)"
		}
	}
	return audit.Fields{"title": row.Title, "position": row.Position, "contacts": row.Contacts, "sales": row.Sales, "purchases": row.Purchases,
		"payments": row.Payments, "projects": row.Projects, "archived": row.ArchivedAt != nil, "options": titles}, nil
}
