package document

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// DecideInput is the input of acceptEstimate and rejectEstimate.
type DecideInput struct {
	db.Idempotent
	ID      uuid.UUID
	Comment string
}

// Accept keeps that the client agreed to an estimate, as staff was told, after its last day too.
// Its lines do not change any more.
//
// Faults: INVALID on comment; NOT_FOUND; CONFLICT when it is no estimate that was issued, or it
// is accepted already.
func (s *Service) Accept(ctx context.Context, in DecideInput) (*Document, error) {
	return s.decideByStaff(ctx, in, true)
}

// Reject keeps that the client declined an estimate, as staff was told.
//
// Faults: as for Accept.
func (s *Service) Reject(ctx context.Context, in DecideInput) (*Document, error) {
	return s.decideByStaff(ctx, in, false)
}

func (s *Service) decideByStaff(ctx context.Context, in DecideInput, accepted bool) (*Document, error) {
	return s.step(ctx, IDInput{ID: in.ID}, func(ctx context.Context, tx *ent.Tx, row *ent.Document) error {
		return s.DecideIn(ctx, tx, row, Decision{Accepted: accepted, Through: entdocument.DecidedThroughStaff, Comment: in.Comment})
	})
}

// Decision is what was decided of an estimate, and how.
type Decision struct {
	Accepted bool
	Through  entdocument.DecidedThrough
	Name     string // of who decided by permalink; else the viewer is known
	Comment  string // 1,000 characters at most
}

// DecideIn keeps the decision on a locked estimate within the transaction of who decides. A
// customer decides once, and until the end of its last day; staff may change a decision.
//
// Faults: INVALID on comment; CONFLICT on id.
func (s *Service) DecideIn(ctx context.Context, tx *ent.Tx, row *ent.Document, d Decision) error {
	d.Comment = strings.TrimSpace(d.Comment)
	if len([]rune(d.Comment)) > 1000 {
		return fault.New(fault.Invalid, "comment", "At most 1,000 characters.")
	}
	to, action := entdocument.StatusRejected, "rejectEstimate"
	if d.Accepted {
		to, action = entdocument.StatusAccepted, "acceptEstimate"
	}
	if err := s.mayDecide(ctx, tx, row, d, to); err != nil {
		return err
	}
	u := change(tx, row).SetStatus(to).SetDecidedAt(schema.Now()).SetDecidedThrough(d.Through).SetDecidedName(d.Name).SetDecisionComment(d.Comment)
	if d.Through == entdocument.DecidedThroughPermalink {
		u.ClearDecidedBy()
	} else {
		u.SetDecidedBy(viewer.From(ctx).Actor())
	}
	if err := u.Exec(ctx); err != nil {
		return fmt.Errorf("document: decide an estimate: %w", err)
	}
	s.Tell(ctx, row)
	after := audit.Fields{"status": to, "through": d.Through}
	for field, text := range map[string]string{"comment": d.Comment, "name": d.Name} {
		if text != "" {
			after[field] = text
		}
	}
	return record(ctx, tx, action, row, audit.Fields{"status": row.Status}, after)
}

func (s *Service) mayDecide(ctx context.Context, tx *ent.Tx, row *ent.Document, d Decision, to entdocument.Status) error {
	staff := d.Through == entdocument.DecidedThroughStaff
	switch {
	case row.Type != entdocument.TypeEstimate:
		return fault.New(fault.Conflict, "id", "Only an estimate is accepted or declined.")
	case row.Status == to:
		return fault.New(fault.Conflict, "id", "The estimate is %s already.", map[bool]string{true: "accepted", false: "declined"}[d.Accepted])
	case row.Status == entdocument.StatusIssued:
	case staff && (row.Status == entdocument.StatusAccepted || row.Status == entdocument.StatusRejected):
	default:
		return fault.New(fault.Conflict, "id", "The estimate is not open to a decision.")
	}
	if staff {
		return nil
	}
	org, err := tx.Organization.Get(ctx, row.OrganizationID)
	if err != nil {
		return fmt.Errorf("document: read the organization: %w", err)
	}
	if row.DueDate < TodayIn(s.Now(), org.TimeZone) {
		return fault.New(fault.Conflict, "id", "The estimate has expired.")
	}
	return nil
}

// Decided is the decision that was made of an estimate.
type Decided struct {
	At      time.Time
	Through entdocument.DecidedThrough
	Name    string // as who decided by permalink gave it; empty otherwise
	Comment string
}

// Decision is how an estimate was decided; nil while it is not.
func (d *Document) Decision() *Decided {
	if d.DecidedAt == nil || d.DecidedThrough == nil {
		return nil
	}
	return &Decided{At: *d.DecidedAt, Through: *d.DecidedThrough, Name: d.DecidedName, Comment: d.DecisionComment}
}
