package project

import (
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/ent"
	entproject "github.com/kartela/kartela/ent/project"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/fold"
	"github.com/kartela/kartela/money"
)

// The most that a project has.
const (
	maxTasks   = 200
	maxMembers = 100
	maxSeconds = 1 << 40 // of a budget
	day24      = 86_400  // seconds: the longest entry
)

// Fields are what can be said of a project. A nil field stays as it is. A list that is not nil
// is saved whole: a task with an id changes that task, one without is new, one that is missing
// is deleted; members go by their person.
type Fields struct {
	Name          *string
	Description   *string
	Status        *entproject.Status
	Billing       *entproject.Billing
	FixedAmount   *money.Decimal // in units of the currency
	Rate          *money.Decimal // an hour
	BudgetSeconds *int64
	Starts        *day.Date
	Ends          *day.Date
	Clear         []Clear
	Portal        *entproject.Portal
	Members       []*MemberInput
	Tasks         []*TaskInput
	OptionIDs     []uuid.UUID
}

// Clear names a field that is to have no value.
type Clear string

// What can be cleared.
const (
	ClearStarts Clear = "STARTS"
	ClearEnds   Clear = "ENDS"
)

// MemberInput is a member to save.
type MemberInput struct {
	UserID uuid.UUID
	Rate   *money.Decimal // an hour, for the client; nil: the project's
	Cost   *money.Decimal // an hour, to the business
}

// TaskInput is a task to save.
type TaskInput struct {
	ID            *uuid.UUID
	Name          string
	Billable      *bool          // true when nil
	Rate          *money.Decimal // an hour; nil: the project's
	BudgetSeconds int64
	AssigneeID    *uuid.UUID // a member of the project
	Done          bool
}

// maxRate is the highest price of an hour.
var maxRate = money.MustDecimal("9999999.99999")

// normalize brings the fields into their kept form and checks each by itself. All that is wrong
// is reported at once.
func (f *Fields) normalize() error {
	var bad fault.List
	text := func(field string, s *string, least, most int) {
		if s == nil {
			return
		}
		*s = fold.Clean(*s)
		if n := utf8.RuneCountInString(*s); n < least || n > most {
			bad = append(bad, fault.New(fault.Invalid, field, "%d to %d characters.", least, most))
		}
	}
	rate := func(field string, d *money.Decimal) {
		if d != nil && (d.Sign() < 0 || !d.Fits(5) || d.Cmp(maxRate) > 0) {
			bad = append(bad, fault.New(fault.Invalid, field, "From 0 to %s, with at most 5 decimals.", maxRate))
		}
	}
	budget := func(field string, n int64) {
		if n < 0 || n > maxSeconds {
			bad = append(bad, fault.New(fault.Invalid, field, "From 0 to %d seconds.", int64(maxSeconds)))
		}
	}
	text("name", f.Name, 1, 200)
	text("description", f.Description, 0, 5000)
	rate("rate", f.Rate)
	if f.BudgetSeconds != nil {
		budget("budgetSeconds", *f.BudgetSeconds)
	}
	if len(f.Members) > maxMembers {
		bad = append(bad, fault.New(fault.Invalid, "members", "A project has at most %d members.", maxMembers))
	}
	if len(f.Tasks) > maxTasks {
		bad = append(bad, fault.New(fault.Invalid, "tasks", "A project has at most %d tasks.", maxTasks))
	}
	people := map[uuid.UUID]bool{}
	for i, m := range f.Members {
		rate(fmt.Sprintf("members.%d.rate", i), m.Rate)
		rate(fmt.Sprintf("members.%d.cost", i), m.Cost)
		if people[m.UserID] {
			bad = append(bad, fault.New(fault.Conflict, fmt.Sprintf("members.%d.userId", i), "This person is a member already."))
		}
		people[m.UserID] = true
	}
	names := map[string]bool{}
	for i, t := range f.Tasks {
		field := fmt.Sprintf("tasks.%d", i)
		text(field+".name", &t.Name, 1, 200)
		rate(field+".rate", t.Rate)
		budget(field+".budgetSeconds", t.BudgetSeconds)
		if names[sortName(t.Name)] {
			bad = append(bad, fault.New(fault.Conflict, field+".name", "Another task of the project has this name."))
		}
		names[sortName(t.Name)] = true
	}
	return bad.Err()
}

// sortName is a name as others are compared to it.
func sortName(s string) string { return fold.Clip(fold.Text(s), 200) }

// put sets what the fields say of the project itself.
func (f *Fields) put(row *ent.Project) error {
	var bad fault.List
	set(&row.Name, f.Name)
	row.SortName = sortName(row.Name)
	set(&row.Description, f.Description)
	set(&row.Status, f.Status)
	set(&row.Billing, f.Billing)
	set(&row.Rate, f.Rate)
	set(&row.BudgetSeconds, f.BudgetSeconds)
	set(&row.Portal, f.Portal)
	if f.FixedAmount != nil {
		amount, err := money.ParseMinor(*f.FixedAmount, row.Currency)
		if err == nil && amount < 0 {
			err = fault.New(fault.Invalid, "", "A price is not below 0.")
		}
		if other := bad.Add("fixedAmount", err); other != nil {
			return other
		}
		row.FixedAmount = amount
	}
	if f.Starts != nil || slices.Contains(f.Clear, ClearStarts) {
		row.Starts = f.Starts
	}
	if f.Ends != nil || slices.Contains(f.Clear, ClearEnds) {
		row.Ends = f.Ends
	}
	if row.Starts != nil && row.Ends != nil && *row.Ends < *row.Starts {
		bad = append(bad, fault.New(fault.Invalid, "ends", "A project does not end before it starts."))
	}
	return bad.Err()
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}
