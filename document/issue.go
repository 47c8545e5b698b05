package document

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/ledgerentry"
	"github.com/kartela/kartela/ent/numbersequence"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/viewer"
)

// IDInput is the input of a mutation on one document.
type IDInput struct {
	db.Idempotent
	ID uuid.UUID
}

// IssueInvoice gives a draft the next number of its sequence and posts it to the client's
// ledger. A draft that was issued before keeps its number.
//
// Faults: NOT_FOUND; CONFLICT when it is no draft or the contact is archived.
func (s *Service) IssueInvoice(ctx context.Context, in IDInput) (*Document, error) {
	return s.step(ctx, in, func(ctx context.Context, tx *ent.Tx, row *ent.Document) error {
		if row.Status != entdocument.StatusDraft {
			return fault.New(fault.Conflict, "id", "Only a draft can be issued.")
		}
		if _, err := contact.StillActive(ctx, tx, row.ContactID, "id"); err != nil {
			return err
		}
		u := change(tx, row).SetStatus(entdocument.StatusIssued).SetIssuedAt(schema.Now())
		if row.Number == nil {
			if err := number(ctx, tx, s.DB.Dialect, row, u); err != nil {
				return err
			}
		}
		if err := u.Exec(ctx); err != nil {
			return fmt.Errorf("document: issue: %w", err)
		}
		if err := s.post(ctx, tx, row); err != nil {
			return err
		}
		return record(ctx, tx, "issueInvoice", row, audit.Fields{"status": row.Status},
			audit.Fields{"status": entdocument.StatusIssued, "number": row.NumberText})
	})
}

// step runs one change of a locked sales document.
func (s *Service) step(ctx context.Context, in IDInput, f func(context.Context, *ent.Tx, *ent.Document) error) (*Document, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditSales); err != nil {
		return nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		row, err := lock(ctx, tx, in.ID)
		if err != nil {
			return uuid.Nil, err
		}
		return row.ID, f(ctx, tx, row)
	})
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, id)
}

func lock(ctx context.Context, tx *ent.Tx, id uuid.UUID) (*ent.Document, error) {
	row, err := tx.Document.Query().Where(entdocument.ID(id), entdocument.TypeEQ(entdocument.TypeInvoice), db.ForUpdate).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, notFound("id")
	}
	if err != nil {
		return nil, fmt.Errorf("document: lock: %w", err)
	}
	return row, nil
}

// change begins the next version of a locked document. It is no UpdateOneID, which reads the
// row once more.
func change(tx *ent.Tx, row *ent.Document) *ent.DocumentUpdate {
	return tx.Document.Update().Where(entdocument.ID(row.ID)).SetVersion(row.Version + 1).SetUpdatedAt(schema.Now())
}

// number takes the next number. The counter's row is locked by the statement that raises
// it until the transaction ends, so numbers have no gaps: one who fails gives it back.
func number(ctx context.Context, tx *ent.Tx, dialectName string, row *ent.Document, u *ent.DocumentUpdate) error {
	seq, err := defaultSequence(ctx, tx, row.Type)
	if err != nil {
		return err
	}
	period := 0
	if seq.Yearly {
		period = row.Date.Year()
	}
	rows, err := tx.QueryContext(ctx, db.Marked(dialectName, `INSERT INTO number_counters AS c (id, organization_id, created_at, sequence_id, period, last)
		VALUES (?, ?, ?, ?, ?, 1) ON CONFLICT (organization_id, sequence_id, period) DO UPDATE SET last = c.last + 1 RETURNING last`),
		schema.NewID(), viewer.From(ctx).Organization, schema.Now(), seq.ID, period)
	if err != nil {
		return fmt.Errorf("document: take a number: %w", err)
	}
	defer func() { _ = rows.Close() }()
	if !rows.Next() {
		return fmt.Errorf("document: take a number: no row: %w", rows.Err())
	}
	var n int64
	if err := rows.Scan(&n); err != nil {
		return fmt.Errorf("document: take a number: %w", err)
	}
	row.NumberText = Format(seq, period, n)
	u.SetSequenceID(seq.ID).SetNumberPeriod(period).SetNumber(n).SetNumberText(row.NumberText)
	return rows.Close()
}

// Format is a number as it is printed: the prefix, the year of a yearly sequence, and the
// padded number.
func Format(seq *ent.NumberSequence, period int, n int64) string {
	text := fmt.Sprintf("%0*d", seq.Padding, n)
	if period != 0 {
		text = fmt.Sprintf("%d-%s", period, text)
	}
	return seq.Prefix + text
}

var prefixes = map[entdocument.Type]string{entdocument.TypeInvoice: "INV-"}

// defaultSequence finds the sequence of a type, and makes the first one.
func defaultSequence(ctx context.Context, tx *ent.Tx, typ entdocument.Type) (*ent.NumberSequence, error) {
	find := func() (*ent.NumberSequence, error) {
		return tx.NumberSequence.Query().Where(numbersequence.DocumentType(string(typ)), numbersequence.IsDefault(true)).
			Order(numbersequence.ByID()).First(ctx)
	}
	seq, err := find()
	if !ent.IsNotFound(err) {
		return seq, wrapped("find the sequence", err)
	}
	err = tx.NumberSequence.Create().SetOrganizationID(viewer.From(ctx).Organization).SetDocumentType(string(typ)).
		SetName("A").SetPrefix(prefixes[typ]).SetPadding(5).SetIsDefault(true).
		OnConflict(sql.ConflictColumns("organization_id", "document_type", "name")).Ignore().Exec(ctx)
	if err != nil {
		return nil, wrapped("make the sequence", err)
	}
	seq, err = find()
	return seq, wrapped("find the sequence", err)
}

func wrapped(what string, err error) error {
	if err != nil {
		return fmt.Errorf("document: %s: %w", what, err)
	}
	return nil
}

// post puts the document on the ledger: what is payable becomes outstanding.
func (s *Service) post(ctx context.Context, tx *ent.Tx, row *ent.Document) error {
	_, err := s.Ledger.Apply(ctx, tx, ledger.Change{
		Account: account(row), Outstanding: row.Payable,
		Posting: &ledger.Posting{Kind: ledgerentry.KindDocument, Amount: row.Payable, Date: row.Date, DocumentID: &row.ID},
	})
	return err
}

// unpost takes the document off the ledger by an entry that reverses its posting, dated
// today, or on the document's own date when that is later.
func (s *Service) unpost(ctx context.Context, tx *ent.Tx, row *ent.Document) error {
	posted, err := ledger.PostedFor(ctx, tx, &row.ID, nil)
	if err != nil {
		return err
	}
	org, err := tx.Organization.Get(ctx, row.OrganizationID)
	if err != nil {
		return fmt.Errorf("document: read the organization: %w", err)
	}
	_, err = s.Ledger.Apply(ctx, tx, ledger.Change{
		Account: account(row), Outstanding: -row.Payable,
		Posting: &ledger.Posting{Kind: ledgerentry.KindDocumentVoid, Amount: -row.Payable,
			Date: max(row.Date, TodayIn(s.Now(), org.TimeZone)), DocumentID: &row.ID, Reverses: &posted.ID},
	})
	return err
}

func account(row *ent.Document) ledger.Account {
	return ledger.Account{ContactID: row.ContactID, Side: ledgerentry.Side(row.Side), Currency: row.Currency}
}
