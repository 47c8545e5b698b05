package recurring

import (
	"time"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/recurringinvoice"
	"github.com/kartela/kartela/fault"
)

// The most of what a schedule has.
const (
	maxEvery = 366
	maxPast  = 366 // days that the first date may lie behind
	MaxDates = 24  // of a preview
)

// Schedule is when invoices are made: on the first date, and every so many periods after it.
type Schedule struct {
	Starts day.Date
	Every  int
	Period recurringinvoice.Period
	Ends   *day.Date // no date after it
}

func scheduleOf(row *ent.RecurringInvoice) Schedule {
	return Schedule{row.Starts, row.Every, row.Period, row.Ends}
}

// date is the date after n others; false when there is none: it would be after the end, or the
// last day that there is. Months and years are counted from the first date, and a day that a
// month lacks is its last: 31 January, 28 February, 31 March.
func (s Schedule) date(n int) (day.Date, bool) {
	first, err := time.Parse(time.DateOnly, string(s.Starts))
	if err != nil || n < 0 || n > 200*366 {
		return "", false
	}
	var at time.Time
	switch s.Period {
	case recurringinvoice.PeriodDay:
		at = first.AddDate(0, 0, n*s.Every)
	case recurringinvoice.PeriodWeek:
		at = first.AddDate(0, 0, 7*n*s.Every)
	case recurringinvoice.PeriodYear:
		at = addMonths(first, 12*n*s.Every)
	default:
		at = addMonths(first, n*s.Every)
	}
	d, err := day.Parse(at.Format(time.DateOnly))
	if err != nil || (s.Ends != nil && d > *s.Ends) {
		return "", false
	}
	return d, true
}

func addMonths(first time.Time, n int) time.Time {
	month := time.Date(first.Year(), first.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := month.AddDate(0, 1, -1).Day()
	return month.AddDate(0, 0, min(first.Day(), last)-1)
}

// from is how many dates come before the first one on or after the day, at least n.
func (s Schedule) from(d day.Date, n int) int {
	for {
		at, ok := s.date(n)
		if !ok || at >= d {
			return n
		}
		n++
	}
}

// dates are up to count dates after n others.
func (s Schedule) dates(n, count int) []day.Date {
	out := []day.Date{}
	for len(out) < count {
		at, ok := s.date(n + len(out))
		if !ok {
			break
		}
		out = append(out, at)
	}
	return out
}

// check holds a schedule to the rules.
func (s Schedule) check() error {
	var bad fault.List
	if s.Every < 1 || s.Every > maxEvery {
		bad = append(bad, fault.New(fault.Invalid, "every", "From 1 to %d.", maxEvery))
	}
	if s.Ends != nil && *s.Ends < s.Starts {
		bad = append(bad, fault.New(fault.Invalid, "ends", "It does not end before its first date."))
	}
	return bad.Err()
}
