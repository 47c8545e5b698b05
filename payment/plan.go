package payment

import (
	"context"
	"fmt"
	"slices"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/allocation"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/money"
)

// part is what a payment is about to settle of one document, whose row is locked.
type part struct {
	document *ent.Document
	amount   money.Minor
}

type parts []part

const maxAllocations = 200

// plan settles which documents get how much, and locks them in the order of their ids: every
// transaction locks in the same order, payment before documents before the balance, so that
// none waits for another in a ring.
func (s *Service) plan(ctx context.Context, tx *ent.Tx, row *ent.Payment, named []*AllocationInput, oldestFirst bool) (parts, error) {
	switch {
	case oldestFirst && len(named) > 0:
		return nil, fault.New(fault.Invalid, "oldestFirst", "Name the documents or ask for the oldest first, not both.")
	case len(named) > maxAllocations:
		return nil, fault.New(fault.Invalid, "allocations", "At most %d documents.", maxAllocations)
	case oldestFirst:
		return s.planOldest(ctx, tx, row)
	case len(named) > 0:
		return s.planNamed(ctx, tx, row, named)
	}
	return nil, nil
}

func (s *Service) planOldest(ctx context.Context, tx *ent.Tx, row *ent.Payment) (parts, error) {
	open, err := tx.Document.Query().Where(entdocument.ContactID(row.ContactID), entdocument.CurrencyEQ(row.Currency),
		entdocument.TypeIn(settles[row.Side]...), entdocument.StatusEQ(entdocument.StatusIssued), notSettled).
		Order(entdocument.ByDueDate(), entdocument.ByID()).Limit(maxAllocations).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("payment: find open documents: %w", err)
	}
	ids := make([]uuid.UUID, len(open))
	for i, d := range open {
		ids[i] = d.ID
	}
	locked, err := lockDocuments(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	var docs []*ent.Document // in the order of their due dates, as they are now that they are locked
	var remaining []money.Minor
	for _, id := range ids {
		if d := locked[id]; d != nil && d.Status == entdocument.StatusIssued && d.Currency == row.Currency && d.ContactID == row.ContactID {
			docs, remaining = append(docs, d), append(remaining, d.Payable-d.Settled)
		}
	}
	amounts, _ := Split(row.Amount-row.Allocated, remaining)
	var out parts
	for i, a := range amounts {
		if a > 0 {
			out = append(out, part{docs[i], a})
		}
	}
	return out, nil
}

func (s *Service) planNamed(ctx context.Context, tx *ent.Tx, row *ent.Payment, named []*AllocationInput) (parts, error) {
	ids := make([]uuid.UUID, len(named))
	for i, n := range named {
		ids[i] = n.DocumentID
	}
	locked, err := lockDocuments(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	var bad fault.List
	var out parts
	seen, left := map[uuid.UUID]bool{}, row.Amount-row.Allocated
	for i, n := range named {
		at := fmt.Sprintf("allocations.%d", i)
		amount, err := money.ParseMinor(n.Amount, row.Currency)
		_ = bad.Add(at+".amount", err)
		d := locked[n.DocumentID]
		if f := refuse(row, d, seen[n.DocumentID], amount, left); f != nil && err == nil {
			_ = bad.Add(at, f)
			continue
		}
		seen[n.DocumentID] = true
		left -= amount
		out = append(out, part{d, amount})
	}
	return out, bad.Err()
}

// refuse says why a document cannot get the amount; nil when it can.
func refuse(row *ent.Payment, d *ent.Document, twice bool, amount, left money.Minor) error {
	switch {
	case d == nil:
		return fault.New(fault.NotFound, "documentId", "There is no such document.")
	case twice:
		return fault.New(fault.Invalid, "documentId", "The document is named twice.")
	case d.ContactID != row.ContactID:
		return fault.New(fault.Invalid, "documentId", "The document is another contact's.")
	case !slices.Contains(settles[row.Side], d.Type):
		return fault.New(fault.Invalid, "documentId", "A payment of this kind does not settle such a document.")
	case d.Currency != row.Currency:
		return fault.New(fault.Invalid, "documentId", "The document is in %s, the payment in %s.", d.Currency, row.Currency)
	case d.Status != entdocument.StatusIssued:
		return fault.New(fault.Conflict, "documentId", "The document is not issued.")
	case amount <= 0:
		return fault.New(fault.Invalid, "amount", "An allocation is more than zero.")
	case amount > d.Payable-d.Settled:
		return fault.New(fault.Invalid, "amount", "More than the %s that remains of the document.", money.New(d.Payable-d.Settled, d.Currency).Amount())
	case amount > left:
		return fault.New(fault.Invalid, "amount", "More than the %s that is left of the payment.", money.New(left, row.Currency).Amount())
	}
	return nil
}

func lockDocuments(ctx context.Context, tx *ent.Tx, ids []uuid.UUID) (map[uuid.UUID]*ent.Document, error) {
	rows, err := tx.Document.Query().Where(entdocument.IDIn(ids...), db.ForUpdate).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("payment: lock documents: %w", err)
	}
	out := make(map[uuid.UUID]*ent.Document, len(rows))
	for _, d := range rows {
		out[d.ID] = d
	}
	return out, nil
}

func (ps parts) sum() (sum money.Minor) {
	for _, p := range ps {
		sum += p.amount
	}
	return sum
}

// write keeps the allocations and what they settle, one statement each; a document that the
// payment settles already gets more of it.
func (ps parts) write(ctx context.Context, tx *ent.Tx, row *ent.Payment) error {
	if len(ps) == 0 {
		return nil
	}
	c, ids := make([]*ent.AllocationCreate, len(ps)), make([]uuid.UUID, len(ps))
	for i, p := range ps {
		ids[i] = p.document.ID
		c[i] = tx.Allocation.Create().SetContactID(row.ContactID).SetPaymentID(row.ID).SetDocumentID(p.document.ID).
			SetCurrency(row.Currency).SetAmount(p.amount)
	}
	more := sql.ResolveWith(func(u *sql.UpdateSet) {
		u.Set(allocation.FieldAmount, sql.Expr(allocation.Table+".amount + excluded.amount"))
	})
	err := tx.Allocation.CreateBulk(c...).OnConflict(more, sql.ConflictColumns(allocation.FieldOrganizationID,
		allocation.FieldPaymentID, allocation.FieldDocumentID)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("payment: allocate: %w", err)
	}
	return resettle(ctx, tx, ids)
}

// resettle makes what is settled of locked documents the sum of their allocations, in one
// statement.
func resettle(ctx context.Context, tx *ent.Tx, ids []uuid.UUID) error {
	n, err := tx.Document.Update().Where(entdocument.IDIn(ids...)).AddVersion(1).SetUpdatedAt(schema.Now()).
		Modify(func(u *sql.UpdateBuilder) {
			u.Set(entdocument.FieldSettled, sql.Expr(`(SELECT COALESCE(SUM(a.amount), 0) FROM allocations a
				WHERE a.organization_id = documents.organization_id AND a.document_id = documents.id)`))
		}).Save(ctx)
	if err == nil && n != len(ids) {
		err = fmt.Errorf("%d documents instead of %d", n, len(ids))
	}
	return wrapped("settle documents", err)
}
