package demo

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	entproject "github.com/kartela/kartela/ent/project"
	"github.com/kartela/kartela/ent/projectfee"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/project"
	"github.com/kartela/kartela/viewer"
)

// work is a project of the demonstration, for the customer with the same place.
type work struct {
	name, about string
	billing     entproject.Billing
	rate, fixed string
	hours       int64 // of the budget
	tasks       []string
	days        int // with time, the last of them yesterday
	billed      int // of the entries, by hand
}

var works = []work{
	{"Μενού και γευσιγνωσία", "Νέο μενού, δοκιμές και εκπαίδευση του προσωπικού.", entproject.BillingProjectRate, "45", "", 60, []string{"Δοκιμές", "Εκπαίδευση"}, 24, 9},
	{"Κάβα κρασιών", "Επιλογή ετικετών και χάρτης της κάβας.", entproject.BillingTaskRate, "50", "", 40, []string{"Επιλογή", "Κείμενα"}, 12, 0},
	{"Καλάθια εορτών", "Σχεδιασμός και συσκευασία.", entproject.BillingFixed, "", "1800", 30, []string{"Σχέδιο"}, 8, 0},
}

// projects writes three projects with two weeks of time, fees and instalments.
func (w *writer) projects(ctx context.Context) error {
	staff := viewer.With(ctx, w.accountant)
	for n, k := range works {
		if err := w.project(staff, n, k); err != nil {
			return fmt.Errorf("project %d: %w", n, err)
		}
	}
	return nil
}

func (w *writer) project(ctx context.Context, n int, k work) error {
	in := project.CreateInput{ContactID: w.ids[n]}
	base, portal, budget := money.Currency("EUR"), entproject.PortalBillable, k.hours*3600
	in.Currency, in.Name, in.Description, in.Billing, in.Portal, in.BudgetSeconds = &base, &k.name, &k.about, &k.billing, &portal, &budget
	if k.rate != "" {
		rate := money.MustDecimal(k.rate)
		in.Rate = &rate
	}
	if k.fixed != "" {
		fixed := money.MustDecimal(k.fixed)
		in.FixedAmount = &fixed
	}
	cost := money.MustDecimal("18")
	in.Members = []*project.MemberInput{{UserID: w.sales.User, Cost: &cost}, {UserID: w.accountant.User, Cost: &cost}}
	for i, name := range k.tasks {
		task := &project.TaskInput{Name: name, AssigneeID: &w.sales.User}
		if k.billing == entproject.BillingTaskRate && i == 1 {
			rate := money.MustDecimal("38.5")
			task.Rate = &rate
		}
		in.Tasks = append(in.Tasks, task)
	}
	p, err := w.Project.Create(ctx, in)
	if err != nil {
		return err
	}
	if err := w.fee(ctx, p, k); err != nil {
		return err
	}
	return w.time(ctx, p, k)
}

// fee adds half of a fixed price as an instalment, else the tastings' goods.
func (w *writer) fee(ctx context.Context, p *project.Project, k work) error {
	in := project.AddFeeInput{ProjectID: p.ID, Title: "Υλικά δοκιμών", UnitPrice: money.MustDecimal("85"), Date: date(w.today, 6)}
	if k.billing == entproject.BillingFixed {
		kind := projectfee.KindInstalment
		in.Title, in.UnitPrice, in.Kind = "Α΄ δόση", money.MustDecimal("900"), &kind
	}
	_, err := w.Project.AddFee(ctx, in)
	return err
}

// time enters what the two members worked.
func (w *writer) time(ctx context.Context, p *project.Project, k work) error {
	tasks, err := p.Tasks(ctx)
	if err != nil {
		return err
	}
	var items []uuid.UUID
	for d := k.days; d > 0; d-- {
		task, user := tasks[d%len(tasks)], w.sales.User
		if d%3 == 0 {
			user = w.accountant.User
		}
		seconds := int64(900 * (3 + d*7%11)) // 45 minutes to 3 hours
		entry, err := w.Project.Log(ctx, project.LogInput{ProjectID: p.ID, TaskID: &task.ID, UserID: &user, Span: project.Span{Seconds: &seconds, Date: date(w.today, d)}})
		if err != nil {
			return err
		}
		if len(items) < k.billed {
			items = append(items, entry.ID)
		}
	}
	if len(items) == 0 {
		return nil
	}
	_, err = w.Project.MarkBilled(ctx, project.MarkInput{ItemIDs: items})
	return err
}
