package project_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/ent/auditevent"
	entproject "github.com/kartela/kartela/ent/project"
	"github.com/kartela/kartela/ent/projectfee"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/project"
	"github.com/kartela/kartela/tracking"
	"github.com/kartela/kartela/viewer"
)

func tasks(names ...string) (out []*project.TaskInput) {
	for _, n := range names {
		out = append(out, &project.TaskInput{Name: n})
	}
	return out
}

func taskNames(t testing.TB, ctx context.Context, p *project.Project) (out []string) {
	t.Helper()
	list, err := p.Tasks(ctx)
	must(t, err)
	for _, x := range list {
		out = append(out, x.Name)
	}
	return out
}

func TestAProjectIsMadeChangedArchivedAndDeleted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		categories := &tracking.Service{DB: d}
		owner := dbtest.Member(t, b.ctx, d, viewer.Owner)
		c, err := categories.Create(owner, tracking.CreateInput{Title: "Τμήμα", Projects: ptr(true), Options: []*tracking.OptionInput{{Title: "Α"}, {Title: "Β"}}})
		must(t, err)
		options, err := c.Options(b.ctx)
		must(t, err)
		colleague := dbtest.Member(t, b.ctx, d, viewer.TimeKeeper)
		p := b.project(t, " Ιστοσελίδα ", func(in *project.CreateInput) {
			in.Members = []*project.MemberInput{{UserID: user(b.ctx)}, {UserID: user(colleague), Rate: ptr(money.MustDecimal("80.5")), Cost: ptr(money.MustDecimal("20"))}}
			in.Tasks = tasks("Σχέδιο", "Κώδικας")
			in.Tasks[1].AssigneeID, in.Tasks[1].Rate = ptr(user(colleague)), ptr(money.MustDecimal("90"))
			in.Starts, in.Ends = ptr(day.Date("2026-01-01")), ptr(day.Date("2026-12-31"))
			in.OptionIDs = []uuid.UUID{options[0].ID}
		})
		if p.Name != "Ιστοσελίδα" || p.Currency != "EUR" || p.Version != 1 || p.Status != entproject.StatusActive {
			t.Errorf("made %+v", p.Project)
		}
		list, err := p.Tasks(b.ctx)
		must(t, err)
		if rate := list[1].Rate(b.ctx); rate == nil || rate.String() != "90" || *list[1].AssigneeID != user(colleague) {
			t.Errorf("task %+v", list[1].ProjectTask)
		}
		// Two tasks change their names, one is new; members and options are saved whole.
		p, err = b.Update(b.ctx, project.UpdateInput{ID: p.ID, Version: 1, Fields: project.Fields{
			Tasks:   []*project.TaskInput{{Name: "Νέο"}, {ID: &list[0].ID, Name: "Κώδικας", Done: true}, {ID: &list[1].ID, Name: "Σχέδιο"}},
			Members: []*project.MemberInput{{UserID: user(b.ctx), Rate: ptr(money.MustDecimal("70"))}}, OptionIDs: []uuid.UUID{options[1].ID},
			Clear: []project.Clear{project.ClearEnds}}})
		must(t, err)
		if diff := cmp.Diff([]string{"Νέο", "Κώδικας", "Σχέδιο"}, taskNames(t, b.ctx, p)); diff != "" {
			t.Errorf("tasks (-want +got):\n%s", diff)
		}
		members, err := p.Members(b.ctx)
		must(t, err)
		chosen, err := p.Options(b.ctx)
		must(t, err)
		if len(members) != 1 || members[0].Rate(b.ctx).String() != "70" || len(chosen) != 1 || chosen[0].Title != "Β" || p.Ends != nil || p.Starts == nil {
			t.Errorf("members %v, options %v, %+v", members, chosen, p.Project)
		}
		_, err = b.Update(b.ctx, project.UpdateInput{ID: p.ID, Version: 1})
		refused(t, err, fault.Conflict, "version")

		list, err = p.Tasks(b.ctx)
		must(t, err)
		e := b.log(t, p.ID, 60, func(in *project.LogInput) { in.TaskID = &list[1].ID })
		_, err = b.Update(b.ctx, project.UpdateInput{ID: p.ID, Version: 2, Fields: project.Fields{Tasks: []*project.TaskInput{}}})
		refused(t, err, fault.Conflict, "tasks")
		_, err = b.Service.Delete(b.ctx, project.IDInput{ID: p.ID})
		refused(t, err, fault.Conflict, "id")
		if !strings.Contains(err.Error(), "1 time entry") {
			t.Errorf("%v does not count", err)
		}
		p, err = b.Archive(b.ctx, project.IDInput{ID: p.ID})
		must(t, err)
		if p.ArchivedAt == nil {
			t.Error("not archived")
		}
		_, err = b.Log(b.ctx, project.LogInput{ProjectID: p.ID, Span: project.Span{Seconds: ptr(int64(1))}})
		refused(t, err, fault.Conflict, "projectId")
		_, err = b.Restore(b.ctx, project.IDInput{ID: p.ID})
		must(t, err)
		_, err = b.DeleteTime(b.ctx, project.IDInput{ID: e.ID})
		must(t, err)
		_, err = b.Service.Delete(b.ctx, project.IDInput{ID: p.ID})
		must(t, err)
		_, err = b.Service.Get(b.ctx, p.ID)
		refused(t, err, fault.NotFound, "id")

		rows, err := d.AuditEvent.Query().Where(auditevent.ObjectID(p.ID)).Order(auditevent.ByID()).All(b.ctx)
		must(t, err)
		var did []string
		for _, r := range rows {
			did = append(did, r.Action)
		}
		if diff := cmp.Diff([]string{"createProject", "updateProject", "archiveProject", "restoreProject", "deleteProject"}, did); diff != "" {
			t.Errorf("the history (-want +got):\n%s", diff)
		}
	})
}

func TestABadProjectIsRefusedWithItsFields(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, stranger := setup(t, d), setup(t, d)
		for name, tt := range map[string]struct {
			change func(*project.CreateInput)
			code   fault.Code
			field  string
		}{
			"no name":                 {func(in *project.CreateInput) { in.Name = ptr(" ") }, fault.Invalid, "name"},
			"no billing":              {func(in *project.CreateInput) { in.Billing = nil }, fault.Invalid, "billing"},
			"a negative rate":         {func(in *project.CreateInput) { in.Rate = ptr(money.MustDecimal("-1")) }, fault.Invalid, "rate"},
			"a rate too fine":         {func(in *project.CreateInput) { in.Rate = ptr(money.MustDecimal("0.000001")) }, fault.Invalid, "rate"},
			"half a cent":             {func(in *project.CreateInput) { in.FixedAmount = ptr(money.MustDecimal("0.005")) }, fault.Invalid, "fixedAmount"},
			"ends before it starts":   {func(in *project.CreateInput) { in.Starts, in.Ends = ptr(today), ptr(today.AddDays(-1)) }, fault.Invalid, "ends"},
			"no currency":             {func(in *project.CreateInput) { in.Currency = ptr(money.Currency("EUX")) }, fault.Invalid, "currency"},
			"no contact":              {func(in *project.CreateInput) { in.ContactID = uuid.New() }, fault.NotFound, "contactId"},
			"their contact":           {func(in *project.CreateInput) { in.ContactID = stranger.client }, fault.NotFound, "contactId"},
			"two tasks of one name":   {func(in *project.CreateInput) { in.Tasks = tasks("Έρευνα", "ΕΡΕΥΝΑ") }, fault.Conflict, "tasks.1.name"},
			"a task's id":             {func(in *project.CreateInput) { in.Tasks = tasks("a"); in.Tasks[0].ID = ptr(uuid.New()) }, fault.NotFound, "tasks.0.id"},
			"an assignee from afar":   {func(in *project.CreateInput) { in.Tasks = tasks("a"); in.Tasks[0].AssigneeID = ptr(user(b.ctx)) }, fault.NotFound, "tasks.0.assigneeId"},
			"a member of another one": {func(in *project.CreateInput) { in.Members = []*project.MemberInput{{UserID: user(stranger.ctx)}} }, fault.NotFound, "members.0.userId"},
			"a member twice": {func(in *project.CreateInput) {
				in.Members = []*project.MemberInput{{UserID: user(b.ctx)}, {UserID: user(b.ctx)}}
			}, fault.Conflict, "members.1.userId"},
			"an option of nobody": {func(in *project.CreateInput) { in.OptionIDs = []uuid.UUID{uuid.New()} }, fault.NotFound, "optionIds.0"},
		} {
			t.Run(name, func(t *testing.T) {
				in := project.CreateInput{ContactID: b.client}
				in.Name, in.Billing = ptr("x"), ptr(entproject.BillingFixed)
				tt.change(&in)
				_, err := b.Create(b.ctx, in)
				refused(t, err, tt.code, tt.field)
			})
		}
		supplier, err := b.House.Contacts.Create(b.ctx, contact.CreateInput{Fields: contact.Fields{Company: ptr("Προμηθευτής"), IsSupplier: ptr(true)}})
		must(t, err)
		in := project.CreateInput{ContactID: supplier.ID}
		in.Name, in.Billing = ptr("x"), ptr(entproject.BillingFixed)
		_, err = b.Create(b.ctx, in)
		refused(t, err, fault.Conflict, "contactId")
		b.archiveClient(t)
		in.ContactID = b.client
		_, err = b.Create(b.ctx, in)
		refused(t, err, fault.Conflict, "contactId")
		if n, err := d.Project.Query().Count(b.ctx); n != 0 || err != nil {
			t.Errorf("%d projects were made, %v", n, err)
		}
	})
}

func TestInstalmentsComeToNoMoreThanTheFixedAmount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		p := b.project(t, "Πακέτο", func(in *project.CreateInput) {
			in.Billing, in.FixedAmount = ptr(entproject.BillingFixed), ptr(money.MustDecimal("1000"))
		})
		add := func(amount string) (*project.Fee, error) {
			return b.AddFee(b.ctx, project.AddFeeInput{ProjectID: p.ID, Title: "Δόση", UnitPrice: money.MustDecimal(amount), Kind: ptr(projectfee.KindInstalment)})
		}
		first, err := add("600")
		must(t, err)
		_, err = add("400.01")
		refused(t, err, fault.Conflict, "unitPrice")
		second, err := add("400")
		must(t, err)
		_, err = b.UpdateFee(b.ctx, project.UpdateFeeInput{ID: second.ID, Version: 1, UnitPrice: ptr(money.MustDecimal("400.01"))})
		refused(t, err, fault.Conflict, "unitPrice")
		_, err = b.Update(b.ctx, project.UpdateInput{ID: p.ID, Version: 1, Fields: project.Fields{FixedAmount: ptr(money.MustDecimal("999.99"))}})
		refused(t, err, fault.Conflict, "fixedAmount")
		if got := b.totals(t, p.ID).UnbilledFees.Amount().String(); got != "1000.00" {
			t.Errorf("unbilled %s", got)
		}
		_, err = b.UpdateFee(b.ctx, project.UpdateFeeInput{ID: first.ID, Version: 1, Quantity: ptr(money.MustDecimal("0.5")), Title: ptr("Προκαταβολή")})
		must(t, err)
		_, err = b.UpdateFee(b.ctx, project.UpdateFeeInput{ID: first.ID, Version: 1})
		refused(t, err, fault.Conflict, "version")
		_, err = b.DeleteFee(b.ctx, project.IDInput{ID: second.ID})
		must(t, err)
		if got := b.totals(t, p.ID).UnbilledFees.Amount().String(); got != "300.00" {
			t.Errorf("unbilled %s", got)
		}
		hourly := b.project(t, "Ώρες")
		_, err = b.AddFee(b.ctx, project.AddFeeInput{ProjectID: hourly.ID, Title: "x", UnitPrice: money.MustDecimal("1"), Kind: ptr(projectfee.KindInstalment)})
		refused(t, err, fault.Conflict, "kind")
		for field, in := range map[string]project.AddFeeInput{
			"title":     {Title: " ", UnitPrice: money.MustDecimal("1")},
			"quantity":  {Title: "x", UnitPrice: money.MustDecimal("1"), Quantity: ptr(money.MustDecimal("0"))},
			"unitPrice": {Title: "x", UnitPrice: money.MustDecimal("-1")},
		} {
			in.ProjectID = hourly.ID
			_, err := b.AddFee(b.ctx, in)
			refused(t, err, fault.Invalid, field)
		}
	})
}

func TestProjectsAreListed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		keeper := dbtest.Member(t, b.ctx, d, viewer.TimeKeeper)
		other := b.Client(t, b.ctx, "Άλλος")
		b.project(t, "Άλφα")
		b.project(t, "βήτα", func(in *project.CreateInput) { in.Members = []*project.MemberInput{{UserID: user(keeper)}} })
		b.project(t, "ΓΑΜΑ έργο", func(in *project.CreateInput) { in.ContactID, in.Status = other, ptr(entproject.StatusOnHold) })
		gone := b.project(t, "Δέλτα")
		_, err := b.Archive(b.ctx, project.IDInput{ID: gone.ID})
		must(t, err)
		for name, tt := range map[string]struct {
			ctx    context.Context
			filter *project.Filter
			order  project.Order
			want   []string
		}{
			"by name":     {b.ctx, nil, project.ByName, []string{"Άλφα", "βήτα", "ΓΑΜΑ έργο"}},
			"backwards":   {b.ctx, nil, project.ByNameDesc, []string{"ΓΑΜΑ έργο", "βήτα", "Άλφα"}},
			"newest":      {b.ctx, nil, project.Newest, []string{"ΓΑΜΑ έργο", "βήτα", "Άλφα"}},
			"oldest":      {b.ctx, nil, project.Oldest, []string{"Άλφα", "βήτα", "ΓΑΜΑ έργο"}},
			"archived":    {b.ctx, &project.Filter{Archived: ptr(true)}, project.ByName, []string{"Δέλτα"}},
			"a client's":  {b.ctx, &project.Filter{ContactID: &other}, project.ByName, []string{"ΓΑΜΑ έργο"}},
			"on hold":     {b.ctx, &project.Filter{Statuses: []entproject.Status{entproject.StatusOnHold}}, project.ByName, []string{"ΓΑΜΑ έργο"}},
			"searched":    {b.ctx, &project.Filter{Search: "εργο γάμα"}, project.ByName, []string{"ΓΑΜΑ έργο"}},
			"mine":        {keeper, &project.Filter{Mine: true}, project.ByName, []string{"βήτα"}},
			"of a keeper": {keeper, nil, project.ByName, []string{"βήτα"}},
		} {
			t.Run(name, func(t *testing.T) {
				var got []string
				var after *string
				for range 10 {
					c, err := b.Service.List(tt.ctx, page.Args{First: ptr(2), After: after}, tt.filter, tt.order)
					must(t, err)
					for _, p := range c.Nodes() {
						got = append(got, p.Name)
					}
					if n, err := c.TotalCount(tt.ctx); err != nil || n != len(tt.want) {
						t.Errorf("%d in all, %v", n, err)
					}
					if after = c.PageInfo.EndCursor; !c.PageInfo.HasNextPage {
						break
					}
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		}
		c, err := b.House.Contacts.Get(b.ctx, b.client)
		must(t, err)
		of, err := b.Of(b.ctx, c, page.Args{}, nil)
		must(t, err)
		if len(of.Nodes()) != 2 || of.Nodes()[0].Name != "βήτα" {
			t.Errorf("the client's are %v", of.Nodes())
		}
	})
}

func TestTheNumberOfStatementsDoesNotDependOnTheProjects(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		make := func(n int) {
			for i := range n {
				p := b.project(t, fmt.Sprint("p", uuid.New()), func(in *project.CreateInput) {
					in.Members, in.Tasks = []*project.MemberInput{{UserID: user(b.ctx)}}, tasks("a", "b")
				})
				list, err := p.Tasks(b.ctx)
				must(t, err)
				b.log(t, p.ID, int64(i+1), func(in *project.LogInput) { in.TaskID = &list[0].ID })
				_, err = b.AddFee(b.ctx, project.AddFeeInput{ProjectID: p.ID, Title: "x", UnitPrice: money.MustDecimal("1")})
				must(t, err)
			}
		}
		read := func() int64 {
			ctx, n := db.CountStatements(b.ctx)
			c, err := b.Service.List(ctx, page.Args{}, nil, project.ByName)
			must(t, err)
			for _, p := range c.Nodes() {
				_, err := p.Totals(ctx)
				must(t, err)
				_, err = p.Contact(ctx)
				must(t, err)
				list, err := p.Tasks(ctx)
				must(t, err)
				for _, x := range list {
					_, err := x.Seconds(ctx)
					must(t, err)
				}
				fees, err := p.Fees(ctx)
				must(t, err)
				_ = fees
				entries, err := p.Time(ctx, nil, nil)
				must(t, err)
				for _, e := range entries.Nodes() {
					_, err := e.Billed(ctx)
					must(t, err)
					_, err = e.Task(ctx)
					must(t, err)
				}
			}
			return n.Load()
		}
		make(1)
		one := read()
		make(9)
		if many := read(); many != one {
			t.Errorf("%d statements for one project, %d for ten", one, many)
		}
	})
}

func TestOnlyWhoMayChangesProjects(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, stranger := setup(t, d), setup(t, d)
		p := b.project(t, "x")
		fee, err := b.AddFee(b.ctx, project.AddFeeInput{ProjectID: p.ID, Title: "x", UnitPrice: money.MustDecimal("1")})
		must(t, err)
		e := b.log(t, p.ID, 60)
		for name, a := range map[string]struct {
			need viewer.Permission
			do   func(ctx context.Context) error
		}{
			"Create": {viewer.EditProjects, func(ctx context.Context) error {
				in := project.CreateInput{ContactID: b.client}
				in.Name, in.Billing = ptr("y"), ptr(entproject.BillingFixed)
				_, err := b.Create(ctx, in)
				return err
			}},
			"Update": {viewer.EditProjects, func(ctx context.Context) error {
				return second(b.Update(ctx, project.UpdateInput{ID: p.ID, Version: 99}))
			}},
			"Archive": {viewer.EditProjects, func(ctx context.Context) error { return second(b.Archive(ctx, project.IDInput{ID: p.ID})) }},
			"Restore": {viewer.EditProjects, func(ctx context.Context) error { return second(b.Restore(ctx, project.IDInput{ID: p.ID})) }},
			"Delete":  {viewer.EditProjects, func(ctx context.Context) error { return second(b.Service.Delete(ctx, project.IDInput{ID: p.ID})) }},
			"AddFee": {viewer.EditProjects, func(ctx context.Context) error {
				return second(b.AddFee(ctx, project.AddFeeInput{ProjectID: p.ID, Title: "x", UnitPrice: money.MustDecimal("1")}))
			}},
			"UpdateFee": {viewer.EditProjects, func(ctx context.Context) error {
				return second(b.UpdateFee(ctx, project.UpdateFeeInput{ID: fee.ID, Version: 99}))
			}},
			"Bill": {viewer.EditProjects, func(ctx context.Context) error {
				return second(b.Bill(ctx, project.BillInput{Which: project.Which{ProjectIDs: []uuid.UUID{p.ID}}}))
			}},
			"MarkBilled": {viewer.EditProjects, func(ctx context.Context) error {
				return second(b.MarkBilled(ctx, project.MarkInput{ItemIDs: []uuid.UUID{e.ID}}))
			}},
			"MarkUnbilled": {viewer.EditProjects, func(ctx context.Context) error {
				return second(b.MarkUnbilled(ctx, project.MarkInput{ItemIDs: []uuid.UUID{e.ID}}))
			}},
			"Unbilled": {viewer.SeeProjects, func(ctx context.Context) error {
				return second(b.Unbilled(ctx, project.Which{ContactID: &b.client}, nil))
			}},
			"Staff": {viewer.SeeProjects, func(ctx context.Context) error { return second(b.Staff(ctx)) }},
		} {
			t.Run(name, func(t *testing.T) {
				for _, role := range viewer.Role("").Values() {
					err := a.do(dbtest.Member(t, b.ctx, d, viewer.Role(role)))
					if viewer.Role(role).May(a.need) == fault.IsCode(err, fault.Forbidden) {
						t.Errorf("%s: %v", role, err)
					}
				}
				if err := a.do(context.Background()); !fault.IsCode(err, fault.Unauthenticated) {
					t.Errorf("nobody: %v", err)
				}
				if err := a.do(stranger.ctx); name != "Staff" && name != "StopTimer" && !fault.IsCode(err, fault.NotFound) && !fault.IsCode(err, fault.Conflict) {
					t.Errorf("another organization's: %v", err)
				}
			})
		}
	})
}

func second[T any](_ T, err error) error { return err }

// Who keeps time alone is told no rate and no amount, and of others nothing.
func TestATimeKeeperIsToldNoRates(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := setup(t, d)
		keeper := dbtest.Member(t, b.ctx, d, viewer.TimeKeeper)
		p := b.project(t, "x", func(in *project.CreateInput) {
			in.Members = []*project.MemberInput{{UserID: user(keeper), Rate: ptr(money.MustDecimal("1")), Cost: ptr(money.MustDecimal("1"))}, {UserID: user(b.ctx)}}
			in.Tasks = tasks("a")
			in.Tasks[0].Rate = ptr(money.MustDecimal("5"))
		})
		_, err := b.AddFee(b.ctx, project.AddFeeInput{ProjectID: p.ID, Title: "x", UnitPrice: money.MustDecimal("1")})
		must(t, err)
		b.log(t, p.ID, 3600)
		p, err = b.Service.Get(keeper, p.ID)
		must(t, err)
		members, err := p.Members(keeper)
		must(t, err)
		list, err := p.Tasks(keeper)
		must(t, err)
		fees, err := p.Fees(keeper)
		must(t, err)
		sum, err := p.Totals(keeper)
		must(t, err)
		c, err := p.Contact(keeper)
		must(t, err)
		if p.Rate(keeper) != nil || p.FixedAmount(keeper) != nil || len(members) != 1 || members[0].Rate(keeper) != nil || members[0].Cost(keeper) != nil ||
			list[0].Rate(keeper) != nil || len(fees) != 0 || sum.Unbilled != nil || sum.Cost != nil || sum.Seconds != 0 || c != nil {
			t.Errorf("told too much: %+v %+v %+v %+v %+v", members, list[0].ProjectTask, fees, sum, c)
		}
	})
}
