// Package statement reads statements of contacts from the ledger: what was owed before a
// period, what was posted in it, what is owed at its end. It writes nothing.
package statement

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"time"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/ledgerentry"
	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/payment"
	"github.com/kartela/kartela/viewer"
)

// Service reads statements.
type Service struct {
	DB        *db.DB
	Contacts  *contact.Service
	Documents *document.Service
	Payments  *payment.Service
	Now       func() time.Time
}

// Input is the input of statement.
type Input struct {
	ContactID uuid.UUID
	Side      *ledgerentry.Side // client when nil
	From      *day.Date         // from the beginning when nil
	To        *day.Date         // today when nil
}

// Statement is a contact's statement: one table per currency.
type Statement struct {
	Contact *contact.Contact
	Side    ledgerentry.Side
	From    *day.Date
	To      day.Date
	Tables  []*Table
}

// Table is the statement in one currency: Closing = Opening + Charges − Credits, and is the
// running balance of the last line.
type Table struct {
	Currency money.Currency
	Opening  money.Money // net before the period
	Lines    []*Line
	Charges  money.Money
	Credits  money.Money
	Closing  money.Money // net at the end of the period
	last     int64       // seq of the last entry when the statement was begun
}

// Line is one posting.
type Line struct {
	Entry     *ent.LedgerEntry
	Date      day.Date
	Kind      ledgerentry.Kind
	Reference string       // the document's number, or the payment's reference
	Charge    *money.Money // what it adds to what is owed; nil for a credit
	Credit    *money.Money // what it takes off; nil for a charge
	Balance   money.Money  // net after it
	group     *lines
}

// MaxLines is the length of a statement: a longer one is asked for in parts.
const MaxLines = 2000

// For reads the statement of a contact for staff.
//
// Faults: NOT_FOUND on contactId; INVALID on to (before from) and on from (over MaxLines lines),
// UNAUTHENTICATED, FORBIDDEN.
func (s *Service) For(ctx context.Context, in Input) (*Statement, error) {
	need, side := viewer.SeeSales, ledgerentry.SideClient
	if in.Side != nil {
		side = *in.Side
	}
	if side == ledgerentry.SideSupplier {
		need = viewer.SeePurchases
	}
	if _, err := viewer.RequireStaff(ctx, need); err != nil {
		return nil, err
	}
	c, err := s.Contacts.Get(ctx, in.ContactID)
	if fault.IsCode(err, fault.NotFound) {
		return nil, fault.New(fault.NotFound, "contactId", "There is no such contact.")
	}
	if err != nil {
		return nil, err
	}
	return s.of(ctx, c, side, in.From, in.To)
}

// Own reads the client's statement of a contact that the viewer, a portal customer, was let in
// for: the row rules leave out any other.
//
// Faults: NOT_FOUND on contactId; INVALID as for For.
func (s *Service) Own(ctx context.Context, contactID uuid.UUID, from, to *day.Date) (*Statement, error) {
	found, err := s.Contacts.ByIDs(ctx, []uuid.UUID{contactID})
	if err != nil {
		return nil, err
	}
	if found[contactID] == nil {
		return nil, fault.New(fault.NotFound, "contactId", "There is no such contact.")
	}
	return s.of(ctx, found[contactID], ledgerentry.SideClient, from, to)
}

func (s *Service) of(ctx context.Context, c *contact.Contact, side ledgerentry.Side, from, until *day.Date) (*Statement, error) {
	to, tables, err := s.Tables(ctx, c.ID, side, from, until)
	if err != nil {
		return nil, err
	}
	return &Statement{Contact: c, Side: side, From: from, To: to, Tables: tables}, nil
}

// Tables reads the tables of a contact that the viewer may see, by currency code: two
// statements, and two more for the references. All of a table is of one moment: what is
// posted while it is read is left out.
//
// Faults: INVALID as for For; UNAUTHENTICATED.
func (s *Service) Tables(ctx context.Context, contactID uuid.UUID, side ledgerentry.Side, from, until *day.Date) (day.Date, []*Table, error) {
	if viewer.From(ctx).Kind == viewer.Nobody {
		return "", nil, fault.New(fault.Unauthenticated, "", "Sign in first.")
	}
	to, err := s.period(ctx, from, until)
	if err != nil {
		return "", nil, err
	}
	posted := []func(*sql.Selector){
		func(q *sql.Selector) {
			q.Where(sql.And(sql.EQ(q.C(ledgerentry.FieldContactID), contactID), sql.EQ(q.C(ledgerentry.FieldSide), side)))
		},
	}
	tables, err := s.openings(ctx, posted, from)
	if err != nil {
		return "", nil, err
	}
	q := s.DB.LedgerEntry.Query().Where(posted[0], ledgerentry.DateLTE(to))
	if from != nil {
		q.Where(ledgerentry.DateGTE(*from))
	}
	rows, err := q.Order(ledgerentry.ByDate(), ledgerentry.ByCurrency(), ledgerentry.BySeq()).Limit(MaxLines + 1).All(ctx)
	if err != nil {
		return "", nil, fmt.Errorf("statement: read entries: %w", err)
	}
	if len(rows) > MaxLines {
		return "", nil, fault.New(fault.Invalid, "from", "The period has over %d lines: choose a shorter one.", MaxLines)
	}
	rows = slices.DeleteFunc(rows, func(r *ent.LedgerEntry) bool { // what came in between
		return tables[r.Currency] == nil || r.Seq > tables[r.Currency].last
	})
	if err := s.fill(ctx, tables, rows); err != nil {
		return "", nil, err
	}
	out := make([]*Table, 0, len(tables))
	for _, t := range tables {
		out = append(out, t)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Currency < out[j].Currency })
	return to, out, nil
}

func (s *Service) period(ctx context.Context, from, until *day.Date) (day.Date, error) {
	if until != nil {
		if from != nil && *until < *from {
			return "", fault.New(fault.Invalid, "to", "The period ends before it begins.")
		}
		return *until, nil
	}
	to, err := s.Documents.Today(ctx, viewer.From(ctx).Organization)
	if err == nil && from != nil && to < *from {
		to = *from
	}
	return to, err
}

// openings makes a table for every currency with its net before the period and the place of
// its last entry: entries of an account get their places in the order of their commits.
func (s *Service) openings(ctx context.Context, posted []func(*sql.Selector), from *day.Date) (map[money.Currency]*Table, error) {
	var sums []struct {
		Currency money.Currency `json:"currency"`
		Opening  int64          `json:"opening"`
		Last     int64          `json:"last"`
	}
	err := s.DB.LedgerEntry.Query().Where(posted[0]).Modify(func(q *sql.Selector) {
		q.Select(q.C(ledgerentry.FieldCurrency)).AppendSelectExprAs(sql.ExprFunc(func(b *sql.Builder) {
			if from == nil {
				b.WriteString("0")
				return
			}
			b.WriteString("CAST(SUM(CASE WHEN ").Ident(q.C(ledgerentry.FieldDate)).WriteString(" < ").Arg(*from).
				WriteString(" THEN ").Ident(q.C(ledgerentry.FieldAmount)).WriteString(" ELSE 0 END) AS BIGINT)")
		}), "opening").AppendSelectAs(sql.Max(q.C(ledgerentry.FieldSeq)), "last").GroupBy(q.C(ledgerentry.FieldCurrency))
	}).Scan(ctx, &sums)
	if err != nil {
		return nil, fmt.Errorf("statement: read openings: %w", err)
	}
	out := make(map[money.Currency]*Table, len(sums))
	for _, r := range sums {
		zero := money.New(0, r.Currency)
		opening := money.New(money.Minor(r.Opening), r.Currency)
		out[r.Currency] = &Table{Currency: r.Currency, Opening: opening, Charges: zero, Credits: zero, Closing: opening, last: r.Last}
	}
	return out, nil
}

func (s *Service) fill(ctx context.Context, tables map[money.Currency]*Table, rows []*ent.LedgerEntry) error {
	group := &lines{s: s, rows: rows, group: page.NewGroup()}
	for _, r := range rows {
		t := tables[r.Currency]
		l := &Line{Entry: r, Date: r.Date, Kind: r.Kind, group: group}
		amount := money.New(r.Amount, r.Currency)
		t.Closing.Minor += r.Amount
		if r.Amount < 0 {
			amount.Minor = -r.Amount
			l.Credit = &amount
			t.Credits.Minor += amount.Minor
		} else {
			l.Charge = &amount
			t.Charges.Minor += amount.Minor
		}
		l.Balance = t.Closing
		t.Lines = append(t.Lines, l)
	}
	return group.name(ctx, tables)
}

// lines are the entries of one statement, for what is read for all of them at once.
type lines struct {
	s     *Service
	rows  []*ent.LedgerEntry
	group *page.Group
}

func (g *lines) ids(of func(*ent.LedgerEntry) *uuid.UUID) []uuid.UUID {
	var out []uuid.UUID
	seen := map[uuid.UUID]bool{}
	for _, r := range g.rows {
		if id := of(r); id != nil && !seen[*id] {
			seen[*id] = true
			out = append(out, *id)
		}
	}
	return out
}

func documentOf(r *ent.LedgerEntry) *uuid.UUID { return r.DocumentID }
func paymentOf(r *ent.LedgerEntry) *uuid.UUID  { return r.PaymentID }

// name gives each line the number of its document or the reference of its payment.
func (g *lines) name(ctx context.Context, tables map[money.Currency]*Table) error {
	names := map[uuid.UUID]string{}
	docs, err := g.s.DB.Document.Query().Where(entdocument.IDIn(g.ids(documentOf)...)).
		Select(entdocument.FieldID, entdocument.FieldNumberText).All(ctx)
	if err != nil {
		return fmt.Errorf("statement: read numbers: %w", err)
	}
	for _, d := range docs {
		names[d.ID] = d.NumberText
	}
	pays, err := g.s.DB.Payment.Query().Where(entpayment.IDIn(g.ids(paymentOf)...)).
		Select(entpayment.FieldID, entpayment.FieldReference).All(ctx)
	if err != nil {
		return fmt.Errorf("statement: read references: %w", err)
	}
	for _, p := range pays {
		names[p.ID] = p.Reference
	}
	for _, t := range tables {
		for _, l := range t.Lines {
			for _, id := range []*uuid.UUID{l.Entry.DocumentID, l.Entry.PaymentID} {
				if id != nil {
					l.Reference = names[*id]
				}
			}
		}
	}
	return nil
}

// Document is the document that was posted; nil for a payment.
func (l *Line) Document(ctx context.Context) (*document.Document, error) {
	if l.Entry.DocumentID == nil {
		return nil, nil //nolint:nilnil // a payment's line has no document
	}
	return page.Load(ctx, l.group.group, "document", *l.Entry.DocumentID,
		func(ctx context.Context, _ []uuid.UUID) (map[uuid.UUID]*document.Document, error) {
			return l.group.s.Documents.ByIDs(ctx, l.group.ids(documentOf))
		})
}

// Payment is the payment that was posted; nil for a document.
func (l *Line) Payment(ctx context.Context) (*payment.Payment, error) {
	if l.Entry.PaymentID == nil {
		return nil, nil //nolint:nilnil // a document's line has no payment
	}
	return page.Load(ctx, l.group.group, "payment", *l.Entry.PaymentID,
		func(ctx context.Context, _ []uuid.UUID) (map[uuid.UUID]*payment.Payment, error) {
			return l.group.s.Payments.ByIDs(ctx, l.group.ids(paymentOf))
		})
}
