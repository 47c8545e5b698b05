package document

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/day"
	entdocument "github.com/kartela/kartela/ent/document"
	entpayment "github.com/kartela/kartela/ent/payment"
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

// Allowances are the sum of the document's allowances as given.
func (d *Document) Allowances() money.Money { return money.New(d.Document.Allowances, d.Currency) }

// Charges are the sum of the document's charges as given.
func (d *Document) Charges() money.Money { return money.New(d.Document.Charges, d.Currency) }

// OtherTaxes are taxes outside VAT that add to the total.
func (d *Document) OtherTaxes() money.Money { return money.New(d.Document.OtherTaxes, d.Currency) }

// PaidBy is how an expense was paid; nil for other types.
func (d *Document) PaidBy() *entpayment.Method {
	if d.Document.PaidBy == nil {
		return nil
	}
	method := entpayment.Method(*d.Document.PaidBy)
	return &method
}

// settles says whether the document is in force and of a kind that allocations settle.
func (d *Document) settles() bool {
	return d.Status == entdocument.StatusIssued && kinds[d.Type].effect != none
}

// Remaining is what is still to be paid, of a credit document what is still to be used; zero
// for an estimate and for a document that is not issued.
func (d *Document) Remaining() money.Money {
	if !d.settles() {
		return money.New(0, d.Currency)
	}
	return money.New(d.Document.Payable-d.Document.Settled, d.Currency)
}

// PaidState is derived from what is settled; nil for an estimate and unless issued.
func (d *Document) PaidState() *PaidState {
	if !d.settles() {
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
// time zone, and not paid. A credit document and an estimate never are.
func (d *Document) IsOverdue(ctx context.Context) (bool, error) {
	if kinds[d.Type].effect != charge || d.Remaining().Minor <= 0 {
		return false, nil
	}
	return d.isPast(ctx)
}

// IsExpired says whether the document is an estimate that was issued, is not decided, and
// whose last day is over in the organization's time zone.
func (d *Document) IsExpired(ctx context.Context) (bool, error) {
	if d.Type != entdocument.TypeEstimate || d.Status != entdocument.StatusIssued {
		return false, nil
	}
	return d.isPast(ctx)
}

// isPast says whether the due date is over.
func (d *Document) isPast(ctx context.Context) (bool, error) {
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

// MidnightAfter is when the day after that of an instant begins in a time zone.
func MidnightAfter(now time.Time, zone string) time.Time {
	there := now.In(location(zone))
	return time.Date(there.Year(), there.Month(), there.Day()+1, 0, 0, 0, 0, there.Location())
}

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
