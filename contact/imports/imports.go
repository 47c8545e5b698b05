// Package imports makes contacts out of files that other programs exported. A file passes
// five layers, a file of code each: bytes to text (decode), text to rows (rows), the header to
// a mapping of columns (columns, names), a row to a draft of a contact (draft, address,
// country), drafts to the database (write). It does not own contacts: package contact
// checks and writes them.
package imports

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// Service imports contacts.
type Service struct {
	DB       *db.DB
	Contacts *contact.Service
}

// Input is the input of importContacts.
type Input struct {
	db.Idempotent
	File                   io.Reader
	AsClients, AsSuppliers bool
}

// Outcome is what became of a row that was not imported.
type Outcome string

// The outcomes.
const (
	Rejected Outcome = "REJECTED" // something in it is wrong
	Skipped  Outcome = "SKIPPED"  // the contact is here already
)

// Problem is a row of the file that was not imported.
type Problem struct {
	Line    int // on which the row begins, from 1
	Outcome Outcome
	Column  string // at fault, as the file names it; empty when it is the whole row
	Reason  string // one sentence
}

// Report says what an import did.
type Report struct {
	Format         string
	Rows           int // without the header
	Created        int
	Skipped        int
	Rejected       int
	Problems       []*Problem // the first 1,000, in the file's order
	IgnoredColumns []string
}

const maxProblems = 1000

// add counts a row that is not imported, and keeps it while there is room.
func (r *Report) add(p *Problem) {
	if p.Outcome == Skipped {
		r.Skipped++
	} else {
		r.Rejected++
	}
	if len(r.Problems) < maxProblems {
		r.Problems = append(r.Problems, p)
	}
}

// and gives what r and a later step on the same rows say together.
func (r *Report) and(later Report) *Report {
	sum := *r
	sum.Created, sum.Skipped, sum.Rejected = r.Created+later.Created, r.Skipped+later.Skipped, r.Rejected+later.Rejected
	sum.Problems = slices.Concat([]*Problem{}, r.Problems, later.Problems)
	slices.SortStableFunc(sum.Problems, func(a, b *Problem) int { return a.Line - b.Line })
	sum.Problems = sum.Problems[:min(len(sum.Problems), maxProblems)]
	return &sum
}

// Import makes contacts of the rows of a CSV file, all of them in one transaction. A row with
// something wrong is rejected and a contact that is here already is skipped: both are in the
// report and stop no other row, so importing the same file again changes nothing. A repeat
// with the same idempotency key gives the first report.
//
// The file is read once and never held as a whole; what is kept of it is at most 100,000
// rows. The text of notes columns becomes a note of the contact, and with it what stands in
// a known column but has no field.
//
// Faults: INVALID (no text, no header, no names recognised) and TOO_LARGE (over 32 MB,
// 100,000 rows, 500 columns or 1 MB a row), both on file and found without reading on;
// UNAUTHENTICATED, FORBIDDEN. Nothing is written when an error is returned.
func (s *Service) Import(ctx context.Context, in Input) (*Report, error) {
	v, err := viewer.RequireStaff(ctx, viewer.EditContacts)
	if err != nil {
		return nil, err
	}
	org, err := s.DB.Organization.Get(ctx, v.Organization)
	if err != nil {
		return nil, fmt.Errorf("imports: read the organization: %w", err)
	}
	p, err := parse(ctx, in, org.Country)
	if err != nil {
		return nil, err
	}
	report, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (*Report, error) {
		return s.write(ctx, tx, p)
	})
	return report, err
}
