package permalink

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	entnotice "github.com/kartela/kartela/ent/notice"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/fold"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/notice"
)

// Decision is what whoever has a link says of its estimate.
type Decision struct {
	Accepted bool
	Name     string // of who decides, 1 to 200 characters: there is no account to tell it
	Comment  string // 1,000 characters at most
}

const maxName = 200 // characters

// Decide accepts or declines the estimate of an opened link, once, until the end of its last day;
// staff are told. The context is the one that Open gave.
//
// Faults: INVALID on name and comment; NOT_FOUND when the link was revoked meanwhile, or is of no
// estimate; CONFLICT when it is decided or has expired.
func (s *Service) Decide(ctx context.Context, o *Opened, d Decision) error {
	d.Name = strings.TrimSpace(fold.Clean(d.Name))
	switch n := utf8.RuneCountInString(d.Name); {
	case n == 0:
		return fault.New(fault.Invalid, "name", "Who decides is needed.")
	case n > maxName:
		return fault.New(fault.Invalid, "name", "At most %d characters.", maxName)
	}
	return db.InTx(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) error {
		row, err := tx.Document.Query().Where(entdocument.ID(o.Document.ID), entdocument.TypeEQ(entdocument.TypeEstimate), db.ForUpdate).Only(ctx)
		if ent.IsNotFound(err) {
			return missing()
		}
		if err != nil {
			return fmt.Errorf("permalink: lock the estimate: %w", err)
		}
		if ok, err := s.inForce(ctx, tx, o); err != nil || !ok {
			return cmp.Or(err, missing())
		}
		err = s.Documents.DecideIn(ctx, tx, row, document.Decision{Accepted: d.Accepted, Through: entdocument.DecidedThroughPermalink,
			Name: d.Name, Comment: d.Comment})
		if err != nil {
			return err
		}
		kind := entnotice.KindEstimateRejected
		if d.Accepted {
			kind = entnotice.KindEstimateAccepted
		}
		return s.Notices.Add(ctx, tx, notice.New{Kind: kind, ContactID: row.ContactID, DocumentID: &row.ID, Name: d.Name, Text: strings.TrimSpace(d.Comment)})
	})
}
