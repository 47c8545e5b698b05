package payment

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/allocation"
	entdocument "github.com/kartela/kartela/ent/document"
	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/ent/predicate"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/viewer"
)

// source is what settles: a locked payment or credit document with something left.
type source struct {
	card
	payment *ent.Payment  // or
	credit  *ent.Document // one of the two
	left    money.Minor
	locked  map[uuid.UUID]*ent.Document // those that are named, where they are locked already
}

// card is what a source and what it settles have in common.
type card struct {
	contact  uuid.UUID
	side     entpayment.Side
	currency money.Currency
}

func sourceOf(row *ent.Payment) source {
	return source{card: card{row.ContactID, row.Side, row.Currency}, payment: row, left: row.Amount - row.Allocated}
}

func creditOf(row *ent.Document) source {
	return source{card: card{row.ContactID, entpayment.Side(row.Side), row.Currency}, credit: row, left: row.Payable - row.Settled}
}

// part is what a source is about to settle of one document, whose row is locked.
type part struct {
	document *ent.Document
	amount   money.Minor // in the document's currency
	taken    money.Minor // of the source, in its currency; the amount where that is the same
}

type parts []part

const maxAllocations = 200

// plan settles which documents get how much, and locks them in the order of their ids: every
// transaction locks in the same order, payments before documents before balances, so that
// none waits for another in a ring.
func (s *Service) plan(ctx context.Context, tx *ent.Tx, of *source, named []*AllocationInput, oldestFirst bool) (parts, error) {
	switch {
	case oldestFirst && len(named) > 0:
		return nil, fault.New(fault.Invalid, "oldestFirst", "Name the documents or ask for the oldest first, not both.")
	case len(named) > maxAllocations:
		return nil, fault.New(fault.Invalid, "allocations", "At most %d documents.", maxAllocations)
	case oldestFirst:
		return planOldest(ctx, tx, of)
	case len(named) > 0:
		return planNamed(ctx, tx, of, named)
	}
	return nil, nil
}

// open is the condition on documents of a card that can be settled.
func open(of card) predicate.Document {
	return entdocument.And(entdocument.ContactID(of.contact), entdocument.CurrencyEQ(of.currency),
		entdocument.TypeIn(settles[of.side]...), entdocument.StatusEQ(entdocument.StatusIssued), notSettled)
}

func planOldest(ctx context.Context, tx *ent.Tx, of *source) (parts, error) {
	ids, err := tx.Document.Query().Where(open(of.card)).Order(entdocument.ByDueDate(), entdocument.ByID()).Limit(maxAllocations).IDs(ctx)
	if err != nil {
		return nil, fmt.Errorf("payment: find open documents: %w", err)
	}
	locked, err := of.lock(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	var docs []*ent.Document // in the order of their due dates, as they are now that they are locked
	var remaining []money.Minor
	for _, id := range ids {
		if d := locked[id]; d != nil && d.Status == entdocument.StatusIssued && d.Currency == of.currency && d.ContactID == of.contact {
			docs, remaining = append(docs, d), append(remaining, d.Payable-d.Settled)
		}
	}
	amounts, _ := Split(of.left, remaining)
	var out parts
	for i, a := range amounts {
		if a > 0 {
			out = append(out, part{docs[i], a, a})
		}
	}
	return out, nil
}

func planNamed(ctx context.Context, tx *ent.Tx, of *source, named []*AllocationInput) (parts, error) {
	ids := make([]uuid.UUID, len(named))
	for i, n := range named {
		ids[i] = n.DocumentID
	}
	locked, err := of.lock(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	var bad fault.List
	var out parts
	seen, rest := map[uuid.UUID]bool{}, *of
	for i, n := range named {
		p, f := rest.part(n, locked[n.DocumentID], seen[n.DocumentID])
		if f != nil {
			_ = bad.Add(fmt.Sprintf("allocations.%d", i), f)
			continue
		}
		seen[n.DocumentID] = true
		rest.left -= p.taken
		out = append(out, p)
	}
	return out, bad.Err()
}

// part is what the input says of a document, or why it cannot be.
func (of source) part(n *AllocationInput, d *ent.Document, twice bool) (p part, err error) {
	taken, err := money.ParseMinor(n.Amount, of.currency)
	if err != nil {
		var bad fault.List
		if other := bad.Add("amount", err); other != nil {
			return p, other
		}
		return p, bad.Err()
	}
	if err := of.refuse(d, twice); err != nil {
		return p, err
	}
	p = part{d, taken, taken}
	if d.Currency != of.currency {
		if n.SettledAmount == nil {
			return p, fault.New(fault.Invalid, "settledAmount", "The document is in %s, the payment in %s: say how much of the document it settles.", d.Currency, of.currency)
		}
		if p.amount, err = money.ParseMinor(*n.SettledAmount, d.Currency); err != nil {
			return p, fault.New(fault.Invalid, "settledAmount", "%s", fault.From(err).Text)
		}
	} else if n.SettledAmount != nil && !n.SettledAmount.Equal(n.Amount) {
		return p, fault.New(fault.Invalid, "settledAmount", "The document is in the payment's currency: it settles what it takes.")
	}
	remains := d.Payable - d.Settled
	field := "amount"
	if d.Currency != of.currency {
		field = "settledAmount"
	}
	switch {
	case taken <= 0:
		return p, fault.New(fault.Invalid, "amount", "An allocation is more than zero.")
	case p.amount <= 0:
		return p, fault.New(fault.Invalid, field, "An allocation is more than zero.")
	case p.amount > remains:
		return p, fault.New(fault.Invalid, field, "More than the %s that remains of the document.", money.New(remains, d.Currency).Amount())
	case taken > of.left:
		return p, fault.New(fault.Invalid, "amount", "More than the %s that is left.", money.New(of.left, of.currency).Amount())
	}
	return p, nil
}

// refuse says why the source cannot settle the document, whatever the amount; nil when it can.
func (of source) refuse(d *ent.Document, twice bool) error {
	switch {
	case d == nil:
		return fault.New(fault.NotFound, "documentId", "There is no such document.")
	case twice:
		return fault.New(fault.Invalid, "documentId", "The document is named twice.")
	case d.ContactID != of.contact:
		return fault.New(fault.Invalid, "documentId", "The document is another contact's.")
	case !slices.Contains(settles[of.side], d.Type):
		return fault.New(fault.Invalid, "documentId", "Such a document cannot be settled by this.")
	case of.credit != nil && d.Currency != of.currency:
		return fault.New(fault.Invalid, "documentId", "The document is in %s, the credit in %s.", d.Currency, of.currency)
	case d.Status != entdocument.StatusIssued:
		return fault.New(fault.Conflict, "documentId", "The document is not issued.")
	}
	return nil
}

// lock locks documents, and with them a credit document that is the source, which may have
// less left by then.
func (of *source) lock(ctx context.Context, tx *ent.Tx, ids []uuid.UUID) (map[uuid.UUID]*ent.Document, error) {
	if of.locked != nil {
		return of.locked, nil
	}
	if of.credit == nil {
		return lockDocuments(ctx, tx, ids)
	}
	locked, err := lockDocuments(ctx, tx, append(slices.Clone(ids), of.credit.ID))
	if err != nil {
		return nil, err
	}
	row := locked[of.credit.ID]
	if row == nil || row.Status != entdocument.StatusIssued || row.ContactID != of.contact {
		return nil, fault.New(fault.Conflict, "creditId", "The document is not issued.")
	}
	*of = creditOf(row)
	return locked, nil
}

func lockDocuments(ctx context.Context, tx *ent.Tx, ids []uuid.UUID) (map[uuid.UUID]*ent.Document, error) {
	if len(ids) == 0 {
		return map[uuid.UUID]*ent.Document{}, nil
	}
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

// taken is what the parts take of their source.
func (ps parts) taken() (sum money.Minor) {
	for _, p := range ps {
		sum += p.taken
	}
	return sum
}

// write keeps the allocations, by one statement, which may wait for the commit; a document that
// the source settles already gets more of it. It gives the documents that are settled otherwise
// now.
func (ps parts) write(ctx context.Context, tx *ent.Tx, of source) ([]uuid.UUID, error) {
	if len(ps) == 0 {
		return nil, nil
	}
	ids := make([]uuid.UUID, len(ps), len(ps)+1)
	key, id := of.column()
	var text strings.Builder
	text.WriteString("INSERT INTO allocations (organization_id, created_at, contact_id, " + key + ", id, document_id, currency, amount, source_amount) VALUES ")
	args := []any{viewer.From(ctx).Organization, schema.Now(), of.contact, id}
	for i, p := range ps {
		ids[i] = p.document.ID
		if i > 0 {
			text.WriteString(", ")
		}
		n := len(args)
		fmt.Fprintf(&text, "($1, $2, $3, $4, $%d, $%d, $%d, $%d, $%d)", n+1, n+2, n+3, n+4, n+5)
		source := money.Minor(0)
		if p.document.Currency != of.currency {
			source = p.taken
		}
		args = append(args, schema.NewID(), p.document.ID, string(p.document.Currency), int64(p.amount), int64(source))
	}
	fmt.Fprintf(&text, ` ON CONFLICT (organization_id, %s, document_id) DO UPDATE SET
  amount = allocations.amount + excluded.amount, source_amount = allocations.source_amount + excluded.source_amount`, key)
	if of.credit != nil {
		ids = append(ids, of.credit.ID)
	}
	return ids, wrapped("allocate", db.Later(ctx, tx, db.NewStatement(ctx, text.String(), args...)))
}

// column is where an allocation names its source, and the id there.
func (of source) column() (string, uuid.UUID) {
	if of.credit != nil {
		return allocation.FieldCreditID, of.credit.ID
	}
	return allocation.FieldPaymentID, of.payment.ID
}

// across says whether a part settles a document of another currency than this.
func (ps parts) across(currency money.Currency) bool {
	return slices.ContainsFunc(ps, func(p part) bool { return p.document.Currency != currency })
}

// changes are what the parts change of the accounts: in one currency, as much less is owed as
// there is less credit; across two, the exchange differences move it from one account to the
// other.
func (ps parts) changes(of source, org *ent.Organization, d dates) ([]ledger.Change, error) {
	out := []ledger.Change{{Account: of.account(of.currency)}}
	for _, p := range ps {
		if p.document.Currency == of.currency {
			out[0].Outstanding -= p.amount
			out[0].Credit -= p.amount
			continue
		}
		across, err := exchange(of, p, org, d)
		if err != nil {
			return nil, err
		}
		out = append(out, across...)
	}
	if out[0].Outstanding == 0 {
		out = out[1:]
	}
	return out, nil
}

// resettle makes what is settled of locked documents the sum of their allocations, and what is
// used of credit documents the sum of theirs, in one statement, which may wait for the commit,
// and has both announced. They are all one contact's.
func (s *Service) resettle(ctx context.Context, tx *ent.Tx, contact uuid.UUID, ids []uuid.UUID) error {
	if len(ids) == 0 {
		return nil
	}
	organization := viewer.From(ctx).Organization
	in, args := "", []any{organization, schema.Now()}
	for i, id := range ids {
		in += fmt.Sprintf(", $%d", len(args)+1)
		args = append(args, ids[i])
		s.Documents.Tell(ctx, &ent.Document{OrganizationID: organization, ContactID: contact, ID: id})
	}
	settle := db.NewStatement(ctx, `UPDATE documents SET version = version + 1, updated_at = $2,
  settled = (SELECT COALESCE(SUM(a.amount), 0) FROM allocations a
    WHERE a.organization_id = documents.organization_id AND (a.document_id = documents.id OR a.credit_id = documents.id))
WHERE organization_id = $1 AND id IN (`+in[2:]+`)`, args...)
	settle.Changes = len(ids)
	return wrapped("settle documents", db.Later(ctx, tx, settle))
}

// reuse makes what is allocated of locked payments the sum of what is taken of them.
func reuse(ctx context.Context, tx *ent.Tx, ids []uuid.UUID) error {
	if len(ids) == 0 {
		return nil
	}
	n, err := tx.Payment.Update().Where(entpayment.IDIn(ids...)).AddVersion(1).SetUpdatedAt(schema.Now()).
		Modify(func(u *sql.UpdateBuilder) {
			u.Set(entpayment.FieldAllocated, sql.Expr(`(SELECT COALESCE(SUM(CASE WHEN a.source_amount > 0 THEN a.source_amount ELSE a.amount END), 0) FROM allocations a
				WHERE a.organization_id = payments.organization_id AND a.payment_id = payments.id)`))
		}).Save(ctx)
	if err == nil && n != len(ids) {
		err = fmt.Errorf("%d payments instead of %d", n, len(ids))
	}
	return wrapped("keep what is allocated", err)
}

func (c card) account(currency money.Currency) ledger.Account {
	return ledger.Account{ContactID: c.contact, Side: ledgerSide(c.side), Currency: currency}
}
