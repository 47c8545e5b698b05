// Package merge unites contacts that are the same one, takes a union back, and finds those
// that may be. It owns what moves and which values win; the ledger is moved by package
// ledger.
package merge

import (
	"context"
	"fmt"
	"slices"
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/predicate"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

// Service merges contacts.
type Service struct {
	DB       *db.DB
	Contacts *contact.Service
	Ledger   *ledger.Book
	// Ended is told when portal access of a loser ends or moves: open channels end.
	Ended func(viewer.Ended)
	// AccessChanged is told when an organization's staff may see more or less than before.
	AccessChanged func(organization uuid.UUID)
}

// MaxLosers is how many contacts one merge takes.
const MaxLosers = 20

// Input is the input of mergeContacts.
type Input struct {
	db.Idempotent
	SurvivorID      uuid.UUID
	SurvivorVersion int // that was read
	LoserIDs        []uuid.UUID
}

// Merge is one merge, with those that were read together with it.
type Merge struct {
	ID         uuid.UUID
	At         time.Time
	MergedBy   uuid.UUID
	LoserNames []string
	Mergers    *page.Group // of the ids of those who merged

	row   *ent.ContactMerge
	group *page.Group // of the ids of merges
	rows  []*ent.ContactMerge
	s     *Service
}

// Merge unites contacts in one transaction: everything that hangs on the losers moves to the
// survivor, whatever of it the viewer may see. Documents keep the copy of the contact that is
// printed on them. The survivor's values win, and gaps are filled from the losers in their
// order; the sums per side and currency are what they were together. The losers stay as
// tombstones, whose ids answer with the survivor. A loser may be archived.
//
// The number of statements depends on the number of losers alone. What is recorded for one of
// the contacts at the same moment waits, or is waited for: docs/decisions/0011-merge.md says how.
//
// Faults: INVALID on loserIds (none, over MaxLosers) and loserIds.N (the survivor, twice), and
// without a field when a balance would be too large; NOT_FOUND on survivorId and loserIds.N;
// CONFLICT on survivorVersion when the survivor changed since, on survivorId when it is archived,
// on either when it was merged already; UNAUTHENTICATED, FORBIDDEN. Nothing is written when an
// error is returned.
func (s *Service) Merge(ctx context.Context, in Input) (*contact.Contact, *Merge, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditContacts); err != nil {
		return nil, nil, err
	}
	if err := checkIDs(in.SurvivorID, in.LoserIDs); err != nil {
		return nil, nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		return s.merge(ctx, tx, in)
	})
	if err != nil {
		return nil, nil, err
	}
	return s.merged(ctx, id)
}

// merged reads a merge and its survivor anew.
func (s *Service) merged(ctx context.Context, id uuid.UUID) (*contact.Contact, *Merge, error) {
	row, err := s.DB.ContactMerge.Get(ctx, id)
	if err != nil {
		return nil, nil, fmt.Errorf("merge: read the merge: %w", err)
	}
	c, err := s.Contacts.Get(ctx, row.SurvivorID)
	if err != nil {
		return nil, nil, err
	}
	all, err := s.wrap(row)
	if err != nil {
		return nil, nil, err
	}
	return c, all[0], nil
}

func (s *Service) merge(ctx context.Context, tx *ent.Tx, in Input) (uuid.UUID, error) {
	survivor, losers, err := find(ctx, tx.Client(), in.SurvivorID, in.LoserIDs, forNoKeyUpdate)
	if err != nil {
		return uuid.Nil, err
	}
	v := viewer.From(ctx)
	ctx = viewer.With(ctx, contact.Everything(v))
	if survivor.Version != in.SurvivorVersion {
		return uuid.Nil, contact.Stale(ctx, tx, survivor, "survivorVersion")
	}
	p, err := plan(ctx, tx.Client(), survivor, losers, db.ForUpdate)
	if err != nil {
		return uuid.Nil, err
	}
	// Before anything is announced, channels that lived by a loser end, and staff are asked again.
	for _, l := range losers {
		ended := viewer.Ended{Organization: v.Organization, Contact: l.ID}
		db.AfterCommit(ctx, func() { s.Ended(ended) })
	}
	db.AfterCommit(ctx, func() { s.AccessChanged(v.Organization) })
	return s.unite(ctx, tx, p)
}

// unite carries out the plan. The contacts are locked.
func (s *Service) unite(ctx context.Context, tx *ent.Tx, p *planned) (uuid.UUID, error) {
	id := schema.NewID()
	before, err := p.before()
	if err != nil {
		return uuid.Nil, err
	}
	err = tx.ContactMerge.Create().SetID(id).SetSurvivorID(p.survivor.row.ID).SetMergedBy(viewer.From(ctx).Actor()).
		SetBefore(before).SetAfter([]byte("{}")).Exec(ctx)
	if err != nil {
		return uuid.Nil, fmt.Errorf("merge: keep the merge: %w", err)
	}
	m := mover{s.DB.Dialect, tx, id, p.survivor.row.ID, p.loserIDs(), map[string]int64{}}
	if err := m.lock(ctx); err != nil {
		return uuid.Nil, err
	}
	if err := s.Ledger.Lock(ctx, tx, append(p.loserIDs(), p.survivor.row.ID)...); err != nil {
		return uuid.Nil, err
	}
	if err := p.writeContacts(ctx, tx); err != nil {
		return uuid.Nil, err
	}
	if err := m.move(ctx); err != nil {
		return uuid.Nil, err
	}
	if err := p.writeParts(ctx, tx, &m); err != nil {
		return uuid.Nil, err
	}
	after := after{Contacts: p.versions(), Moved: m.moved}
	for _, l := range p.losers {
		shifts, err := s.Ledger.Move(ctx, tx, l.row.ID, p.survivor.row.ID)
		if err != nil {
			return uuid.Nil, err
		}
		after.Shifts = append(after.Shifts, shift{l.row.ID, shifts})
	}
	if err := audit.RecordMany(ctx, tx, p.events()); err != nil {
		return uuid.Nil, err
	}
	return id, after.keep(ctx, tx, id)
}

// checkIDs holds the input to what needs no database.
func checkIDs(survivor uuid.UUID, losers []uuid.UUID) error {
	if len(losers) == 0 || len(losers) > MaxLosers {
		return fault.New(fault.Invalid, "loserIds", "From 1 to %d contacts are merged into another one.", MaxLosers)
	}
	var bad fault.List
	for i, l := range losers {
		at := fmt.Sprintf("loserIds.%d", i)
		switch {
		case l == survivor:
			bad = append(bad, fault.New(fault.Invalid, at, "A contact is not merged with itself."))
		case slices.Contains(losers[:i], l):
			bad = append(bad, fault.New(fault.Invalid, at, "The contact is named twice."))
		}
	}
	return bad.Err()
}

// find reads the contacts of a merge, the losers in their order, and locks them by their ids.
func find(ctx context.Context, c *ent.Client, survivorID uuid.UUID, loserIDs []uuid.UUID, lock ...predicate.Contact) (*ent.Contact, []*ent.Contact, error) {
	rows, err := c.Contact.Query().Where(append(lock, entcontact.IDIn(append([]uuid.UUID{survivorID}, loserIDs...)...))...).All(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("merge: read the contacts: %w", err)
	}
	byID := make(map[uuid.UUID]*ent.Contact, len(rows))
	for _, r := range rows {
		byID[r.ID] = r
	}
	var bad fault.List
	losers := make([]*ent.Contact, len(loserIDs))
	for i, id := range loserIDs {
		losers[i] = byID[id]
		bad = append(bad, unfit(fmt.Sprintf("loserIds.%d", i), losers[i])...)
	}
	survivor := byID[survivorID]
	bad = append(bad, unfit("survivorId", survivor)...)
	if survivor != nil && survivor.ArchivedAt != nil && survivor.MergedIntoID == nil {
		bad = append(bad, fault.New(fault.Conflict, "survivorId", "%s is archived: restore it first.", survivor.DisplayName))
	}
	return survivor, losers, bad.Err()
}

func unfit(field string, row *ent.Contact) fault.List {
	switch {
	case row == nil:
		return fault.List{fault.New(fault.NotFound, field, "There is no such contact.")}
	case row.MergedIntoID != nil:
		return fault.List{fault.New(fault.Conflict, field, "%s was merged into another contact already.", row.DisplayName)}
	}
	return nil
}

// forNoKeyUpdate locks contacts against everything but the check of a foreign key. SQLite has
// one writer and needs no lock.
func forNoKeyUpdate(s *sql.Selector) {
	if s.Dialect() == dialect.Postgres {
		s.OrderBy(s.C("id")).For(sql.LockNoKeyUpdate)
	}
}
