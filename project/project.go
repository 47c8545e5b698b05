// Package project owns projects, their tasks, members and fees, the time that is spent on
// them, and what of it is billed. It makes draft invoices by package document, which releases
// what was billed when a line or an invoice goes.
package project

import (
	"context"
	"fmt"
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	entproject "github.com/kartela/kartela/ent/project"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

// Service is what can be done with projects and time.
type Service struct {
	DB        *db.DB
	Contacts  *contact.Service
	Documents *document.Service
	Now       func() time.Time
	Timer     func(organization, user uuid.UUID) // tells that a person's timer has changed; after the commit
}

// IDInput is the input of a mutation on one project, fee or time entry.
type IDInput struct {
	db.Idempotent
	ID uuid.UUID
}

// Project is a project as it was read, with those that were read together with it.
type Project struct {
	*ent.Project
	Group *page.Group
	s     *Service
}

// IsNode marks a type that has a global id.
func (*Project) IsNode() {}

type contactsKey struct{}

// wrap makes projects of rows that were read together.
func (s *Service) wrap(rows ...*ent.Project) []*Project {
	ids, contacts := make([]uuid.UUID, len(rows)), make([]uuid.UUID, len(rows))
	for i, r := range rows {
		ids[i], contacts[i] = r.ID, r.ContactID
	}
	g := page.NewGroup(ids...)
	g.Remember(contactsKey{}, contacts)
	out := make([]*Project, len(rows))
	for i, r := range rows {
		out[i] = &Project{Project: r, Group: g, s: s}
	}
	return out
}

// mayRead asks for sight of projects or of the own time; which rows, the row rule says.
func mayRead(ctx context.Context) error {
	if _, err := viewer.RequireStaff(ctx, viewer.SeeProjects); err == nil {
		return nil
	}
	_, err := viewer.RequireStaff(ctx, viewer.TrackTime)
	return err
}

// Get reads a project. Staff only; who keeps time alone has the projects that they are a
// member of. Faults: NOT_FOUND, UNAUTHENTICATED, FORBIDDEN.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (*Project, error) {
	if err := mayRead(ctx); err != nil {
		return nil, err
	}
	row, err := s.DB.Project.Get(ctx, id)
	if ent.IsNotFound(err) {
		return nil, notFound("id")
	}
	if err != nil {
		return nil, fmt.Errorf("project: read: %w", err)
	}
	return s.wrap(row)[0], nil
}

// ByIDs reads projects for the rows of another list, by one statement.
func (s *Service) ByIDs(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Project, error) {
	rows, err := s.DB.Project.Query().Where(entproject.IDIn(ids...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("project: read by ids: %w", err)
	}
	out := make(map[uuid.UUID]*Project, len(rows))
	for _, p := range s.wrap(rows...) {
		out[p.ID] = p
	}
	return out, nil
}

func notFound(field string) *fault.Error {
	return fault.New(fault.NotFound, field, "There is no such project.")
}

// Contact is the client; nil for those who keep time alone.
func (p *Project) Contact(ctx context.Context) (*contact.Contact, error) {
	return page.Load(ctx, p.Group, "contact", p.ContactID, func(ctx context.Context, _ []uuid.UUID) (map[uuid.UUID]*contact.Contact, error) {
		return p.s.Contacts.ByIDs(ctx, page.Recall[[]uuid.UUID](p.Group, contactsKey{}))
	})
}

// seesRates says whether the viewer is told what an hour is worth.
func seesRates(ctx context.Context) bool { return viewer.From(ctx).Role.May(viewer.SeeProjects) }

// FixedAmount is the price of a project of fixed cost; nil for those who keep time alone.
func (p *Project) FixedAmount(ctx context.Context) *money.Money {
	if !seesRates(ctx) {
		return nil
	}
	m := money.New(p.Project.FixedAmount, p.Currency)
	return &m
}

// Rate is an hour's price where neither task nor member has one; nil for those who keep time
// alone.
func (p *Project) Rate(ctx context.Context) *money.Decimal {
	if !seesRates(ctx) {
		return nil
	}
	return &p.Project.Rate
}

// hourly says whether a project's time is billed by the hour.
func hourly(b entproject.Billing) bool {
	return b == entproject.BillingProjectRate || b == entproject.BillingTaskRate || b == entproject.BillingMemberRate
}

// lock reads a project and keeps others from changing or billing it until the transaction
// ends. Time may be entered meanwhile: a foreign key waits for no lock of this strength.
func lock(ctx context.Context, tx *ent.Tx, id uuid.UUID, field string) (*ent.Project, error) {
	row, err := tx.Project.Query().Where(entproject.ID(id), forChange).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, notFound(field)
	}
	if err != nil {
		return nil, fmt.Errorf("project: lock: %w", err)
	}
	return row, nil
}

// forChange is a lock that a foreign key to the row does not wait for. SQLite has one writer
// and needs none.
func forChange(s *sql.Selector) {
	if s.Dialect() == dialect.Postgres {
		s.OrderBy(s.C("id")).For(sql.LockNoKeyUpdate)
	}
}

// forStay keeps a row from being changed or deleted, and lets others do the same.
func forStay(s *sql.Selector) {
	if s.Dialect() == dialect.Postgres {
		s.OrderBy(s.C("id")).For(sql.LockShare)
	}
}

// change runs one change of a locked project.
func (s *Service) change(ctx context.Context, id uuid.UUID, f func(context.Context, *ent.Tx, *ent.Project) error) (*Project, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditProjects); err != nil {
		return nil, err
	}
	done, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		row, err := lock(ctx, tx, id, "id")
		if err != nil {
			return uuid.Nil, err
		}
		return row.ID, f(ctx, tx, row)
	})
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, done)
}

// place is the organization's time zone and present day.
type place struct {
	zone  *time.Location
	today day.Date
	org   *ent.Organization
}

func (s *Service) here(ctx context.Context, organizations *ent.OrganizationClient) (*place, error) {
	org, err := organizations.Get(ctx, viewer.From(ctx).Organization)
	if err != nil {
		return nil, fmt.Errorf("project: read the organization: %w", err)
	}
	zone, err := time.LoadLocation(org.TimeZone)
	if err != nil {
		zone = time.UTC // as for the dates of documents
	}
	return &place{zone, day.Of(s.Now(), zone), org}, nil
}

func record(ctx context.Context, tx *ent.Tx, action string, p *ent.Project, before, after audit.Fields) error {
	return audit.Record(ctx, tx, audit.Event{Action: action, ObjectType: "project", ObjectID: p.ID, ContactID: p.ContactID, Before: before, After: after})
}
