// Package day holds the calendar date of documents and payments: a date without a
// time and without a zone.
package day

import (
	"database/sql/driver"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/kartela/kartela/fault"
)

// Date is a calendar date as "2006-01-02" (ISO 8601), from 1900-01-01 to 2199-12-31.
// Dates compare with < and ==. The zero value is no date.
type Date string

// Last is the last date there is.
const Last Date = "2199-12-31"

const layout = "2006-01-02"

// Parse reads an ISO 8601 calendar date. Faults: INVALID.
func Parse(s string) (Date, error) {
	t, err := time.Parse(layout, s)
	if err != nil || t.Year() < 1900 || t.Year() > 2199 {
		return "", fault.New(fault.Invalid, "", "%q is not a date from 1900 to 2199 in the form YYYY-MM-DD.", clip(s))
	}
	return Date(s), nil
}

func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "…"
	}
	return s
}

// Of is the date of the instant in the zone.
func Of(t time.Time, zone *time.Location) Date { return Date(t.In(zone).Format(layout)) }

// AddDays moves the date by whole days.
func (d Date) AddDays(n int) Date { return Date(d.time().AddDate(0, 0, n).Format(layout)) }

// FirstOfMonth is the first day of the date's month.
func (d Date) FirstOfMonth() Date {
	t := d.time()
	return Date(t.AddDate(0, 0, 1-t.Day()).Format(layout))
}

// Year is the date's year; 0 for no date.
func (d Date) Year() int {
	if d == "" {
		return 0
	}
	return d.time().Year()
}

func (d Date) time() time.Time {
	t, _ := time.Parse(layout, string(d))
	return t
}

// Scan reads the date from either database: a time from PostgreSQL, text from SQLite.
func (d *Date) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = ""
	case time.Time:
		*d = Date(v.Format(layout))
	case string:
		*d = Date(v)
	case []byte:
		*d = Date(v)
	default:
		return fmt.Errorf("day: cannot read a date from %T", src)
	}
	return nil
}

// Value writes the date as text, or NULL for no date.
func (d Date) Value() (driver.Value, error) {
	if d == "" {
		return nil, nil //nolint:nilnil // NULL, for the database
	}
	return string(d), nil
}

// MarshalGQL writes the date as a JSON string, null for no date.
func (d Date) MarshalGQL(w io.Writer) {
	if d == "" {
		_, _ = io.WriteString(w, "null")
		return
	}
	_, _ = io.WriteString(w, strconv.Quote(string(d)))
}

// UnmarshalGQL reads an ISO 8601 date. Faults: INVALID.
func (d *Date) UnmarshalGQL(v any) error {
	s, ok := v.(string)
	if !ok {
		return fault.New(fault.Invalid, "", "A date is text in the form YYYY-MM-DD.")
	}
	got, err := Parse(s)
	*d = got
	return err
}
