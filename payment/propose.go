package payment

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	entcontact "github.com/kartela/kartela/ent/contact"
	entdocument "github.com/kartela/kartela/ent/document"
	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/viewer"
)

// Proposal is how a payment of an amount would settle the open documents, oldest first.
type Proposal struct {
	Parts  []*ProposedPart // of every open document, also those that get nothing
	Credit money.Money     // what would be left
}

// ProposedPart is what a document would get.
type ProposedPart struct {
	Document *document.Document
	Amount   money.Money // zero where the amount does not reach it
}

// OpenDocuments are the documents of a contact that a payment, or credit, of the side and
// currency can settle, by due date, the first 200.
//
// Faults: NOT_FOUND on contactId, UNAUTHENTICATED, FORBIDDEN.
func (s *Service) OpenDocuments(ctx context.Context, contactID uuid.UUID, side entpayment.Side, currency money.Currency) ([]*document.Document, error) {
	rows, err := s.openRows(ctx, contactID, side, currency)
	if err != nil {
		return nil, err
	}
	return s.Documents.Wrap(rows...), nil
}

// Propose settles nothing: it says what a payment of the amount would.
//
// Faults: as for OpenDocuments; INVALID on amount for one that is not positive.
func (s *Service) Propose(ctx context.Context, contactID uuid.UUID, side entpayment.Side, currency money.Currency, amount money.Decimal) (*Proposal, error) {
	rows, err := s.openRows(ctx, contactID, side, currency)
	if err != nil {
		return nil, err
	}
	minor, err := money.ParseMinor(amount, currency)
	if err != nil {
		return nil, onAmount(err)
	}
	if minor <= 0 {
		return nil, fault.New(fault.Invalid, "amount", "A payment is more than zero.")
	}
	remaining := make([]money.Minor, len(rows))
	for i, d := range rows {
		remaining[i] = d.Payable - d.Settled
	}
	amounts, credit := Split(minor, remaining)
	out := &Proposal{Parts: make([]*ProposedPart, len(rows)), Credit: money.New(credit, currency)}
	for i, d := range s.Documents.Wrap(rows...) {
		out.Parts[i] = &ProposedPart{d, money.New(amounts[i], currency)}
	}
	return out, nil
}

func (s *Service) openRows(ctx context.Context, contactID uuid.UUID, side entpayment.Side, currency money.Currency) ([]*ent.Document, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.SeePayments); err != nil {
		return nil, err
	}
	there, err := s.DB.Contact.Query().Where(entcontact.ID(contactID)).Exist(ctx)
	if err != nil {
		return nil, fmt.Errorf("payment: look for a contact: %w", err)
	}
	if !there {
		return nil, fault.New(fault.NotFound, "contactId", "There is no such contact.")
	}
	rows, err := s.DB.Document.Query().Where(open(card{contactID, side, currency})).
		Order(entdocument.ByDueDate(), entdocument.ByID()).Limit(maxAllocations).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("payment: find open documents: %w", err)
	}
	return rows, nil
}
