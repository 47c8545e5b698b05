package recurring

import "github.com/kartela/kartela/day"

// Dates are what the tests look into.
func (s Schedule) Dates(count int) []day.Date { return s.dates(0, count) }
