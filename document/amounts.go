package document

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/day"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/page"
)

// PaidState is how far an issued document is paid.
type PaidState string

// The paid states.
const (
	Unpaid  PaidState = "UNPAID"
	Partial PaidState = "PARTIAL"
	Paid    PaidState = "PAID"
)

// Net is the sum of the lines without tax.
func (d *Document) Net() money.Money { return money.New(d.Document.Net, d.Currency) }

// Vat is the sum of the VAT groups.
func (d *Document) Vat() money.Money { return money.New(d.Document.Vat, d.Currency) }

// Total is net and taxes.
func (d *Document) Total() money.Money { return money.New(d.Document.Total, d.Currency) }

// Withholding is what the payer withholds.
func (d *Document) Withholding() money.Money { return money.New(d.Document.Withholding, d.Currency) }

// Payable is the total less withholding.
func (d *Document) Payable() money.Money { return money.New(d.Document.Payable, d.Currency) }

// Settled is what allocations have settled.
func (d *Document) Settled() money.Money { return money.New(d.Document.Settled, d.Currency) }

// Remaining is what is still to be paid; zero for a document that is not issued.
func (d *Document) Remaining() money.Money {
	if d.Status != entdocument.StatusIssued {
		return money.New(0, d.Currency)
	}
	return money.New(d.Document.Payable-d.Document.Settled, d.Currency)
}

// PaidState is derived from what is settled; nil unless issued.
func (d *Document) PaidState() *PaidState {
	if d.Status != entdocument.StatusIssued {
		return nil
	}
	state := Partial
	switch d.Document.Settled {
	case d.Document.Payable:
		state = Paid
	case 0:
		state = Unpaid
	}
	return &state
}

// IsOverdue says whether the document is issued, due before today in the organization's
// time zone, and not paid.
func (d *Document) IsOverdue(ctx context.Context) (bool, error) {
	if d.Remaining().Minor <= 0 {
		return false, nil
	}
	today, err := page.Load(ctx, d.Group, "today", uuid.Nil, func(ctx context.Context, _ []uuid.UUID) (map[uuid.UUID]day.Date, error) {
		today, err := d.s.Today(ctx, d.OrganizationID)
		return map[uuid.UUID]day.Date{uuid.Nil: today}, err
	})
	return d.DueDate < today, err
}

// Today is the present date in the organization's time zone.
func (s *Service) Today(ctx context.Context, organization uuid.UUID) (day.Date, error) {
	org, err := s.DB.Organization.Get(ctx, organization)
	if err != nil {
		return "", fmt.Errorf("document: read the organization: %w", err)
	}
	return TodayIn(s.Now(), org.TimeZone), nil
}

// TodayIn is the date of an instant in a time zone; in UTC when the zone is not known here.
func TodayIn(now time.Time, zone string) day.Date { return day.Of(now, location(zone)) }

// zones are the time zones that were asked for, by name: loading one reads a file.
var zones sync.Map

func location(zone string) *time.Location {
	if loc, ok := zones.Load(zone); ok {
		return loc.(*time.Location) //nolint:errcheck,forcetypeassert // nothing else is kept
	}
	loc, err := time.LoadLocation(zone)
	if err != nil {
		return time.UTC
	}
	zones.Store(zone, loc)
	return loc
}
