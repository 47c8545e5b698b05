package recurring_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/ent/recurringinvoice"
	"github.com/kartela/kartela/recurring"
)

func TestTheDatesOfASchedule(t *testing.T) {
	ends := day.Date("2026-03-01")
	tests := map[string]struct {
		schedule recurring.Schedule
		want     string
	}{
		"the end of the month is kept": {recurring.Schedule{Starts: "2026-01-31", Every: 1, Period: "month"}, "2026-01-31 2026-02-28 2026-03-31 2026-04-30"},
		"in a leap year":               {recurring.Schedule{Starts: "2028-01-30", Every: 1, Period: "month"}, "2028-01-30 2028-02-29 2028-03-30 2028-04-30"},
		"29 February":                  {recurring.Schedule{Starts: "2028-02-29", Every: 1, Period: "year"}, "2028-02-29 2029-02-28 2030-02-28 2031-02-28"},
		"quarters over the year's end": {recurring.Schedule{Starts: "2026-08-31", Every: 3, Period: "month"}, "2026-08-31 2026-11-30 2027-02-28 2027-05-31"},
		"days":                         {recurring.Schedule{Starts: "2026-02-27", Every: 2, Period: "day"}, "2026-02-27 2026-03-01 2026-03-03 2026-03-05"},
		"weeks":                        {recurring.Schedule{Starts: "2026-02-20", Every: 1, Period: "week"}, "2026-02-20 2026-02-27 2026-03-06 2026-03-13"},
		"an end":                       {recurring.Schedule{Starts: "2026-01-01", Every: 1, Period: "month", Ends: &ends}, "2026-01-01 2026-02-01 2026-03-01"},
		"the last day there is":        {recurring.Schedule{Starts: "2199-11-30", Every: 1, Period: "month"}, "2199-11-30 2199-12-30"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := strings.Trim(fmt.Sprint(tt.schedule.Dates(4)), "[]"); got != tt.want {
				t.Errorf("%s, not %s", got, tt.want)
			}
		})
	}
}

// Dates rise, and of months and years each is the first's day, or the last one of its month.
func TestDatesRiseAndKeepTheirDay(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		first := time.Date(2020, 1, 1+rapid.IntRange(0, 4000).Draw(rt, "day"), 0, 0, 0, 0, time.UTC)
		s := recurring.Schedule{Starts: day.Date(first.Format(time.DateOnly)), Every: rapid.IntRange(1, 30).Draw(rt, "every"),
			Period: rapid.SampledFrom([]recurringinvoice.Period{"day", "week", "month", "year"}).Draw(rt, "period")}
		last := time.Time{}
		for _, d := range s.Dates(12) {
			at, err := time.Parse(time.DateOnly, string(d))
			if err != nil || !at.After(last) {
				rt.Fatalf("%s after %s: %v", d, last, err)
			}
			last = at
			if s.Period == "day" || s.Period == "week" {
				continue
			}
			if end := at.AddDate(0, 0, 1).Day() == 1; at.Day() != first.Day() && (!end || at.Day() > first.Day()) {
				rt.Fatalf("%s from %s", d, s.Starts)
			}
		}
	})
}
