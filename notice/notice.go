// Package notice tells staff of what a customer did, or what happened to a payment on its own: in
// a list with what nobody has seen yet, live, and by e-mail. It owns the notices; what they are
// about is other packages'.
package notice

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	entnotice "github.com/kartela/kartela/ent/notice"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/letter"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

// Service is what can be done with notices.
type Service struct {
	DB      *db.DB
	Mailer  letter.Mailer
	BaseURL string // of the page, for links
	// Told is told of every notice after the commit. It must not block.
	Told func(organization uuid.UUID)
	// Ask asks, in the transaction of the context, for a notice to be mailed: to all whom it
	// concerns where person is zero, else to that person.
	Ask func(ctx context.Context, organization, notice, person uuid.UUID) error
}

// Topic is what those who follow an organization's notices wait for: its id alone is told of
// whatever changes in it.
func Topic(organization uuid.UUID) uuid.UUID { return uuid.NewSHA1(organization, []byte("notices")) }

// New is a notice to be.
type New struct {
	Kind       entnotice.Kind
	ContactID  uuid.UUID
	DocumentID *uuid.UUID
	PaymentID  *uuid.UUID
	MessageID  *uuid.UUID
	Name       string // who did it, as the staff know them
	Text       string // the comment, or what was wrong
	Amount     money.Money
}

// Add keeps a notice in the transaction of what it tells of, and asks for it to be mailed where
// there is a relay.
func (s *Service) Add(ctx context.Context, tx *ent.Tx, n New) error {
	organization := viewer.From(ctx).Organization
	n.Name, n.Text = cut(n.Name, 200), cut(n.Text, 5000)
	row, err := tx.Notice.Create().SetOrganizationID(organization).SetKind(n.Kind).SetContactID(n.ContactID).
		SetNillableDocumentID(n.DocumentID).SetNillablePaymentID(n.PaymentID).SetNillableMessageID(n.MessageID).
		SetName(n.Name).SetText(n.Text).SetAmount(n.Amount.Minor).SetCurrency(n.Amount.Currency).Save(ctx)
	if err != nil {
		return fmt.Errorf("notice: add: %w", err)
	}
	db.AfterCommit(ctx, func() { s.Told(organization) })
	if !s.Mailer.Configured() {
		return nil
	}
	return s.Ask(ctx, organization, row.ID, uuid.Nil)
}

func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}

// Notice is a notice as it was read, with those that were read together with it.
type Notice struct {
	*ent.Notice
	Contacts  *page.Group // of the ids of their contacts
	Documents *page.Group // of those of their documents
}

func wrap(rows []*ent.Notice) []*Notice {
	contacts, documents := make([]uuid.UUID, len(rows)), []uuid.UUID{}
	for i, r := range rows {
		contacts[i] = r.ContactID
		if r.DocumentID != nil {
			documents = append(documents, *r.DocumentID)
		}
	}
	c, d, out := page.NewGroup(contacts...), page.NewGroup(documents...), make([]*Notice, len(rows))
	for i, r := range rows {
		out[i] = &Notice{r, c, d}
	}
	return out
}

// Amount is of the money that it is about; nil where it is about none.
func (n *Notice) Amount() *money.Money {
	if n.Currency == "" {
		return nil
	}
	m := money.New(n.Notice.Amount, n.Currency)
	return &m
}

const kind = "notices"

// List reads one page of notices, newest first; unseen narrows it to those nobody has seen.
//
// Faults: INVALID for a bad page; UNAUTHENTICATED, FORBIDDEN without SeeSales.
func (s *Service) List(ctx context.Context, args page.Args, unseen bool) (*page.Connection[*Notice], error) {
	if _, err := viewer.RequireStaff(ctx, viewer.SeeSales); err != nil {
		return nil, err
	}
	req, err := args.Check(kind, nil)
	if err != nil {
		return nil, err
	}
	q := s.DB.Notice.Query()
	if unseen {
		q.Where(entnotice.SeenAtIsNil())
	}
	rows, err := q.Clone().Where(db.Keyset(req, "", true)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("notice: list: %w", err)
	}
	return page.New(req, wrap(rows), func(n *Notice) page.Cursor { return page.Cursor{Kind: kind, ID: n.ID} }, q.Count), nil
}

// Unseen counts the notices that nobody has seen. Faults: as for List.
func (s *Service) Unseen(ctx context.Context) (int, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.SeeSales); err != nil {
		return 0, err
	}
	n, err := s.DB.Notice.Query().Where(entnotice.SeenAtIsNil()).Count(ctx)
	if err != nil {
		return 0, fmt.Errorf("notice: count: %w", err)
	}
	return n, nil
}

// SeenInput is the input of markNoticesSeen.
type SeenInput struct {
	db.Idempotent
	IDs []uuid.UUID // all that there are where it is left out
}

const maxSeen = 100

// MarkSeen keeps that notices were seen, for all of the staff, and gives how many were not yet.
//
// Faults: INVALID and NOT_FOUND on ids; UNAUTHENTICATED, FORBIDDEN without EditSales.
func (s *Service) MarkSeen(ctx context.Context, in SeenInput) (int, error) {
	v, err := viewer.RequireStaff(ctx, viewer.EditSales)
	if err != nil {
		return 0, err
	}
	if len(in.IDs) > maxSeen {
		return 0, fault.New(fault.Invalid, "ids", "At most %d notices at once.", maxSeen)
	}
	n, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (int, error) {
		u := tx.Notice.Update().Where(entnotice.SeenAtIsNil()).SetSeenAt(schema.Now()).SetSeenBy(v.Actor())
		if in.IDs != nil {
			if err := there(ctx, tx, in.IDs); err != nil {
				return 0, err
			}
			u.Where(entnotice.IDIn(in.IDs...))
		}
		n, err := u.Save(ctx)
		if err != nil {
			return 0, fmt.Errorf("notice: mark as seen: %w", err)
		}
		db.AfterCommit(ctx, func() { s.Told(v.Organization) })
		return n, nil
	})
	return n, err
}

func there(ctx context.Context, tx *ent.Tx, ids []uuid.UUID) error {
	found, err := tx.Notice.Query().Where(entnotice.IDIn(ids...)).IDs(ctx)
	if err != nil {
		return fmt.Errorf("notice: find: %w", err)
	}
	known := make(map[uuid.UUID]bool, len(found))
	for _, id := range found {
		known[id] = true
	}
	for i, id := range ids {
		if !known[id] {
			return fault.New(fault.NotFound, fmt.Sprintf("ids.%d", i), "There is no such notice.")
		}
	}
	return nil
}

// Watched follows the notices that are added.
type Watched struct {
	s     *Service
	since time.Time
}

// overlap is by how much a transaction may commit after the time that it wrote.
const overlap = time.Minute

// Watch says which notices are known already. Faults: as for List.
func (s *Service) Watch(ctx context.Context) (*Watched, []*Notice, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.SeeSales); err != nil {
		return nil, nil, err
	}
	w := &Watched{s, schema.Now()}
	now, err := w.Read(ctx)
	return w, now, err
}

// Read gives the notices that may be new, as the viewer sees them.
func (w *Watched) Read(ctx context.Context) ([]*Notice, error) {
	rows, err := w.s.DB.Notice.Query().Where(entnotice.CreatedAtGTE(w.since.Add(-overlap))).Order(entnotice.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("notice: read what is new: %w", err)
	}
	for _, r := range rows {
		if r.CreatedAt.After(w.since) {
			w.since = r.CreatedAt
		}
	}
	return wrap(rows), nil
}

// Sees says whether the viewer sees a notice still.
func (w *Watched) Sees(ctx context.Context, id uuid.UUID) (bool, error) {
	sees, err := w.s.DB.Notice.Query().Where(entnotice.ID(id)).Exist(ctx)
	if err != nil {
		return false, fmt.Errorf("notice: ask for it: %w", err)
	}
	return sees, nil
}
