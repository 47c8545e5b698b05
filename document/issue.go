package document

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/ledgerentry"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/ledger"
)

// Payer keeps the payments of expenses, which are paid when they are made. It works in the
// transaction of the document, whose row is locked but for Hold.
type Payer interface {
	// Hold locks what Pay recorded of a document, if anything, before the document is locked:
	// payments come before documents in the order of locks.
	Hold(ctx context.Context, tx *ent.Tx, documentID uuid.UUID) error
	// Pay records and allocates what paid an expense that was issued.
	Pay(ctx context.Context, tx *ent.Tx, expense *ent.Document) error
	// Unpay takes it back before the expense is taken back.
	Unpay(ctx context.Context, tx *ent.Tx, expense *ent.Document) error
}

// Issue gives a draft the next number of its sequence and posts it to the contact's ledger;
// an estimate gets a number alone. A draft that was issued before keeps its number.
//
// Faults: NOT_FOUND; CONFLICT when it is no draft, the contact is archived or is no client or
// supplier any more, or the books are closed at its date.
func (s *Service) Issue(ctx context.Context, in IDInput) (*Document, error) {
	return s.step(ctx, in, func(ctx context.Context, tx *ent.Tx, row *ent.Document) error {
		_, err := s.IssueIn(ctx, tx, row)
		return err
	})
}

// IssueIn is Issue within the transaction of what causes it, which has locked the row, or made
// it, and has asked whether the viewer may. It gives the row as it is now.
func (s *Service) IssueIn(ctx context.Context, tx *ent.Tx, row *ent.Document) (*ent.Document, error) {
	if row.Status != entdocument.StatusDraft {
		return nil, fault.New(fault.Conflict, "id", "Only a draft can be issued.")
	}
	c, err := contact.StillActive(ctx, tx, row.ContactID, "id")
	if err != nil {
		return nil, err
	}
	if err := onID(suits(row.Type, c)); err != nil {
		return nil, err
	}
	org, err := openFor(ctx, tx, row.Date, "id")
	if err != nil {
		return nil, err
	}
	now := schema.Now()
	u := change(tx, row).SetStatus(entdocument.StatusIssued).SetIssuedAt(now)
	if row.Number == nil {
		if err := number(ctx, tx, s.DB.Dialect, row, u); err != nil {
			return nil, err
		}
	}
	if err := u.Exec(ctx); err != nil {
		return nil, fmt.Errorf("document: issue: %w", err)
	}
	err = record(ctx, tx, "issueDocument", row, audit.Fields{"status": row.Status},
		audit.Fields{"status": entdocument.StatusIssued, "number": row.NumberText})
	if err != nil {
		return nil, err
	}
	row.Status, row.IssuedAt = entdocument.StatusIssued, &now
	row.Version++
	if s.Issued != nil {
		if err := s.Issued(ctx, org, row); err != nil {
			return nil, err
		}
	}
	return s.enforce(ctx, tx, row)
}

// enforce puts an issued document on the ledger, and has an expense paid.
func (s *Service) enforce(ctx context.Context, tx *ent.Tx, row *ent.Document) (*ent.Document, error) {
	s.Tell(ctx, row)
	if err := s.post(ctx, tx, row); err != nil {
		return nil, err
	}
	if row.Type != entdocument.TypeExpense || s.Payer == nil {
		return row, nil
	}
	if err := s.Payer.Pay(ctx, tx, row); err != nil {
		return nil, err
	}
	row, err := tx.Document.Get(ctx, row.ID)
	return row, wrapped("read what was paid", err)
}

// onID is a fault of the contact told of the document.
func onID(err error) error {
	if err == nil {
		return nil
	}
	f := fault.From(err)
	return fault.New(f.Code, "id", "%s", f.Text)
}

// step runs one change of a locked document that the viewer may change.
func (s *Service) step(ctx context.Context, in IDInput, f func(context.Context, *ent.Tx, *ent.Document) error) (*Document, error) {
	return s.stepAfter(ctx, in, func(context.Context, *ent.Tx) error { return nil }, f)
}

// stepAfter is step, with what must be locked before the document.
func (s *Service) stepAfter(ctx context.Context, in IDInput, before func(context.Context, *ent.Tx) error, f func(context.Context, *ent.Tx, *ent.Document) error) (*Document, error) {
	if err := mayEditAny(ctx); err != nil {
		return nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		if err := before(ctx, tx); err != nil {
			return uuid.Nil, err
		}
		row, err := lock(ctx, tx, in.ID)
		if err != nil {
			return uuid.Nil, err
		}
		s.Tell(ctx, row)
		return row.ID, f(ctx, tx, row)
	})
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, id)
}

// lock locks a document that the viewer sees and may change.
func lock(ctx context.Context, tx *ent.Tx, id uuid.UUID) (*ent.Document, error) {
	row, err := tx.Document.Query().Where(entdocument.ID(id), db.ForUpdate).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, notFound("id")
	}
	if err != nil {
		return nil, fmt.Errorf("document: lock: %w", err)
	}
	return row, mayEdit(ctx, row.Type)
}

// change begins the next version of a locked document. It is no UpdateOneID, which reads the
// row once more.
func change(tx *ent.Tx, row *ent.Document) *ent.DocumentUpdate {
	return tx.Document.Update().Where(entdocument.ID(row.ID)).SetVersion(row.Version + 1).SetUpdatedAt(schema.Now())
}

func wrapped(what string, err error) error {
	if err != nil {
		return fmt.Errorf("document: %s: %w", what, err)
	}
	return nil
}

// post puts the document on the ledger: what is payable becomes outstanding, or credit.
func (s *Service) post(ctx context.Context, tx *ent.Tx, row *ent.Document) error {
	c := ledger.Change{Account: account(row), Posting: &ledger.Posting{Kind: ledgerentry.KindDocument, Date: row.Date, DocumentID: &row.ID}}
	switch kinds[row.Type].effect {
	case charge:
		c.Outstanding, c.Posting.Amount = row.Payable, row.Payable
	case credit:
		c.Credit, c.Posting.Amount = row.Payable, -row.Payable
	case none:
		return nil
	}
	return s.Ledger.Apply(ctx, tx, c)
}

// unpost takes a document that nothing is allocated to off the ledger, by an entry that
// reverses its posting, dated today, or on the document's own date when that is later.
func (s *Service) unpost(ctx context.Context, tx *ent.Tx, row *ent.Document) error {
	if kinds[row.Type].effect == none {
		return nil
	}
	posted, err := ledger.PostedFor(ctx, tx, &row.ID, nil)
	if err != nil {
		return err
	}
	org, err := tx.Organization.Get(ctx, row.OrganizationID)
	if err != nil {
		return fmt.Errorf("document: read the organization: %w", err)
	}
	c := ledger.Change{Account: account(row), Posting: &ledger.Posting{Kind: ledgerentry.KindDocumentVoid, Amount: -posted.Amount,
		Date: max(row.Date, TodayIn(s.Now(), org.TimeZone)), DocumentID: &row.ID, Reverses: &posted.ID}}
	if kinds[row.Type].effect == charge {
		c.Outstanding = -row.Payable
	} else {
		c.Credit = -row.Payable
	}
	return s.Ledger.Apply(ctx, tx, c)
}

func account(row *ent.Document) ledger.Account {
	return ledger.Account{ContactID: row.ContactID, Side: ledgerentry.Side(row.Side), Currency: row.Currency}
}

// Tell has those who follow the document told, after the commit, that it has changed.
func (s *Service) Tell(ctx context.Context, row *ent.Document) {
	if s.Changed != nil {
		db.AfterCommit(ctx, func() { s.Changed(row.OrganizationID, row.ContactID, row.ID) })
	}
}
