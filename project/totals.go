package project

import (
	"context"
	"fmt"
	"math/big"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/billeditem"
	entproject "github.com/kartela/kartela/ent/project"
	"github.com/kartela/kartela/ent/projectmember"
	"github.com/kartela/kartela/ent/projecttask"
	"github.com/kartela/kartela/ent/timeentry"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/page"
)

// Totals are what a project comes to, of the time that the viewer sees. Amounts are in the
// project's currency, without VAT; nil for those who keep time alone.
type Totals struct {
	TimeSummary
	UnbilledTime     *money.Money // by the hours of each rate together
	UnbilledFees     *money.Money
	UnbilledExpenses *money.Money // nothing for those who see no purchases
	Unbilled         *money.Money
	Billed           *money.Money // as it was when it was billed
	Cost             *money.Money // of the time, by what its members cost
}

// sums are what the totals are made of.
type sums struct {
	TimeSummary
	time, fees, expenses, billed, cost money.Minor
}

// Totals are the project's totals, by six statements for all projects of the group together.
func (p *Project) Totals(ctx context.Context) (*Totals, error) {
	t, err := page.Load(ctx, p.Group, "totals", p.ID, p.s.totals)
	if err != nil {
		return nil, err
	}
	if t == nil {
		t = &sums{}
	}
	out := &Totals{TimeSummary: t.TimeSummary}
	if !seesRates(ctx) {
		return out, nil
	}
	all, err := money.Sum(t.time, t.fees, t.expenses)
	if err != nil {
		return nil, err
	}
	in := func(m money.Minor) *money.Money { x := money.New(m, p.Currency); return &x }
	out.UnbilledTime, out.UnbilledFees, out.UnbilledExpenses = in(t.time), in(t.fees), in(t.expenses)
	out.Unbilled, out.Billed, out.Cost = in(all), in(t.billed), in(t.cost)
	return out, nil
}

func (s *Service) totals(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*sums, error) {
	projects, err := s.DB.Project.Query().Where(entproject.IDIn(ids...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("project: read: %w", err)
	}
	out, rows := make(map[uuid.UUID]*sums, len(projects)), make(map[uuid.UUID]*ent.Project, len(projects))
	for _, p := range projects {
		out[p.ID], rows[p.ID] = &sums{}, p
	}
	if err := s.sumTime(ctx, ids, rows, out); err != nil {
		return nil, err
	}
	if !seesRates(ctx) {
		return out, nil
	}
	items := &unbilled{client: s.DB.Client, projects: projects, fees: true, expenses: true}
	if err := items.read(ctx); err != nil {
		return nil, err
	}
	for _, i := range items.items {
		t := out[i.Project.ID]
		to := &t.fees
		if i.Kind == ExpenseItem {
			to = &t.expenses
		}
		if i.amount == nil {
			continue // in a currency that the project's cannot be reckoned from
		}
		if *to, err = to.Plus(*i.amount); err != nil {
			return nil, err
		}
	}
	var billed []struct {
		ProjectID uuid.UUID   `json:"project_id"`
		Amount    money.Minor `json:"amount"`
	}
	err = s.DB.BilledItem.Query().Where(billeditem.ProjectIDIn(ids...), billeditem.Released(false)).GroupBy(billeditem.FieldProjectID).
		Aggregate(ent.As(ent.Sum(billeditem.FieldAmount), "amount")).Scan(ctx, &billed)
	if err != nil {
		return nil, fmt.Errorf("project: sum what is billed: %w", err)
	}
	for _, b := range billed {
		out[b.ProjectID].billed = b.Amount
	}
	return out, nil
}

// sumTime sums the time of projects by their rates, by one statement.
func (s *Service) sumTime(ctx context.Context, ids []uuid.UUID, projects map[uuid.UUID]*ent.Project, out map[uuid.UUID]*sums) error {
	var rows []struct {
		ProjectID  uuid.UUID      `json:"project_id"`
		TaskRate   *money.Decimal `json:"task_rate"`
		MemberRate *money.Decimal `json:"member_rate"`
		MemberCost *money.Decimal `json:"member_cost"`
		Count      int            `json:"entries"`
		Seconds    int64          `json:"all_seconds"`
		Billable   int64          `json:"billable_seconds"`
		Billed     int64          `json:"billed_seconds"`
	}
	err := s.DB.TimeEntry.Query().Where(timeentry.ProjectIDIn(ids...)).Modify(func(q *sql.Selector) {
		b, p := joinBilled(q), joinProject(q)
		t, m := sql.Table(projecttask.Table).As("task"), sql.Table(projectmember.Table).As("member")
		q.LeftJoin(t).OnP(sql.And(sql.ColumnsEQ(t.C(projecttask.FieldOrganizationID), q.C(timeentry.FieldOrganizationID)),
			sql.ColumnsEQ(t.C(projecttask.FieldID), q.C(timeentry.FieldTaskID))))
		q.LeftJoin(m).OnP(sql.And(sql.ColumnsEQ(m.C(projectmember.FieldOrganizationID), q.C(timeentry.FieldOrganizationID)),
			sql.ColumnsEQ(m.C(projectmember.FieldProjectID), q.C(timeentry.FieldProjectID)),
			sql.ColumnsEQ(m.C(projectmember.FieldUserID), q.C(timeentry.FieldUserID))))
		seconds := q.C(timeentry.FieldSeconds)
		q.Select(q.C(timeentry.FieldProjectID), sql.As(t.C(projecttask.FieldRate), "task_rate"), sql.As(m.C(projectmember.FieldRate), "member_rate"),
			sql.As(m.C(projectmember.FieldCost), "member_cost"), sql.As("COUNT(*)", "entries"), sum(seconds, "all_seconds"),
			sum(chargeable(q, b, p, seconds), "billable_seconds"), sum(billedSeconds(b, seconds), "billed_seconds")).
			GroupBy(q.C(timeentry.FieldProjectID), t.C(projecttask.FieldRate), m.C(projectmember.FieldRate), m.C(projectmember.FieldCost))
	}).Scan(ctx, &rows)
	if err != nil {
		return fmt.Errorf("project: sum time: %w", err)
	}
	type rated struct {
		project uuid.UUID
		rate    string
	}
	unbilled := map[rated]int64{}
	cost := map[uuid.UUID]*big.Int{} // in seconds × 10^-5 units
	for _, r := range rows {
		t, p := out[r.ProjectID], projects[r.ProjectID]
		if p == nil { // the viewer sees own time on it, and it no more
			continue
		}
		t.Count, t.Seconds = t.Count+r.Count, t.Seconds+r.Seconds
		t.BillableSeconds, t.BilledSeconds = t.BillableSeconds+r.Billable, t.BilledSeconds+r.Billed
		unbilled[rated{p.ID, rates{p.Rate, r.TaskRate, r.MemberRate}.of(p.Billing).String()}] += r.Billable - r.Billed
		if r.MemberCost != nil {
			n, _ := r.MemberCost.Scaled(5 + p.Currency.Digits())
			if cost[p.ID] == nil {
				cost[p.ID] = new(big.Int)
			}
			cost[p.ID].Add(cost[p.ID], n.Mul(n, big.NewInt(r.Seconds)))
		}
	}
	for k, seconds := range unbilled {
		p := projects[k.project]
		amount, err := worth(Hours(seconds), money.MustDecimal(k.rate), p.Currency)
		if err == nil {
			out[p.ID].time, err = out[p.ID].time.Plus(amount)
		}
		if err != nil {
			return err
		}
	}
	for id, n := range cost {
		if out[id].cost, err = money.Round(n, big.NewInt(secondsAnHour*priceScale)); err != nil {
			return err
		}
	}
	return nil
}
