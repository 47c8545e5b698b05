package portal

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	entnotice "github.com/kartela/kartela/ent/notice"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/notice"
	"github.com/kartela/kartela/viewer"
)

// DecideInput is the input of acceptPortalEstimate and rejectPortalEstimate.
type DecideInput struct {
	db.Idempotent
	ID      uuid.UUID
	Comment string
}

// AcceptEstimate keeps that the customer agreed to an estimate, once, until the end of its last
// day; staff are told.
//
// Faults: INVALID on comment; NOT_FOUND on id; CONFLICT on id when it is decided or has expired.
func (s *Service) AcceptEstimate(ctx context.Context, in DecideInput) (*Document, error) {
	return s.decide(ctx, in, true)
}

// RejectEstimate keeps that the customer declined an estimate. Faults: as for AcceptEstimate.
func (s *Service) RejectEstimate(ctx context.Context, in DecideInput) (*Document, error) {
	return s.decide(ctx, in, false)
}

func (s *Service) decide(ctx context.Context, in DecideInput, accepted bool) (*Document, error) {
	if _, err := viewer.RequirePortal(ctx); err != nil {
		return nil, err
	}
	name, err := s.Accounts.Called(ctx)
	if err != nil {
		return nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		row, err := tx.Document.Query().Where(entdocument.ID(in.ID), entdocument.TypeEQ(entdocument.TypeEstimate), db.ForUpdate).Only(ctx)
		if ent.IsNotFound(err) {
			return uuid.Nil, noDocument("id")
		}
		if err != nil {
			return uuid.Nil, fmt.Errorf("portal: lock the estimate: %w", err)
		}
		err = s.Documents.DecideIn(ctx, tx, row, document.Decision{Accepted: accepted, Through: entdocument.DecidedThroughPortal, Comment: in.Comment})
		if err != nil {
			return uuid.Nil, err
		}
		kind := entnotice.KindEstimateRejected
		if accepted {
			kind = entnotice.KindEstimateAccepted
		}
		return row.ID, s.Notices.Add(ctx, tx, notice.New{Kind: kind, ContactID: row.ContactID, DocumentID: &row.ID, Name: name, Text: strings.TrimSpace(in.Comment)})
	})
	if err != nil {
		return nil, err
	}
	return (&Portal{s}).Document(ctx, id)
}
