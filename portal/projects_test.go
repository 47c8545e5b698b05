package portal_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	entproject "github.com/kartela/kartela/ent/project"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/portal"
	"github.com/kartela/kartela/viewer"
)

// work makes a project with an hour that is billable and half an hour that is not.
func (b *bench) work(t testing.TB, contact uuid.UUID, name string, shown entproject.Portal) {
	t.Helper()
	must(t, db.InTx(b.ctx, b.db, func(ctx context.Context, tx *ent.Tx) error {
		p, err := tx.Project.Create().SetContactID(contact).SetName(name).SetSortName(name).SetBilling(entproject.BillingProjectRate).
			SetCurrency("EUR").SetRate(money.FromInt(50)).SetPortal(shown).SetCreatedBy(uuid.New()).Save(ctx)
		if err != nil {
			return err
		}
		task, err := tx.ProjectTask.Create().SetProjectID(p.ID).SetName("Drawing").SetSortName("drawing").Save(ctx)
		if err != nil {
			return err
		}
		for billable, seconds := range map[bool]int64{true: 3600, false: 1800} {
			err := tx.TimeEntry.Create().SetProjectID(p.ID).SetTaskID(task.ID).SetUserID(viewer.From(ctx).User).SetDate("2026-04-01").
				SetSeconds(seconds).SetBillable(billable).SetDescription("plans").Exec(ctx)
			if err != nil {
				return err
			}
		}
		return nil
	}))
}

func TestACustomerSeesOfProjectsWhatStaffAllow(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		for _, shown := range []entproject.Portal{entproject.PortalAll, entproject.PortalBillable, entproject.PortalHidden} {
			s.work(t, s.mine.contact.ID, string(shown), shown)
			s.work(t, s.next.contact.ID, string(shown), shown)
		}
		c := s.own(t)
		projects, err := c.Projects(s.me)
		must(t, err)
		if len(projects) != 2 || projects[0].Name != "all" || projects[1].Name != "billable" {
			t.Fatalf("projects are %v", projects)
		}
		for i, want := range []struct{ entries, seconds int }{{2, 5400}, {1, 3600}} {
			seconds, err := projects[i].Seconds(s.me)
			must(t, err)
			work, err := projects[i].Time(s.me, nil, nil)
			must(t, err)
			if seconds != want.seconds || len(work.Edges) != want.entries {
				t.Errorf("%s shows %d entries of %d s", projects[i].Name, len(work.Edges), seconds)
			}
			task, err := work.Edges[0].Node.Task(s.me)
			must(t, err)
			if *task != "Drawing" {
				t.Errorf("the task is %s", *task)
			}
		}
	})
}

func (s scene) own(t testing.TB) *portal.Contact {
	t.Helper()
	p, err := s.For(s.me)
	must(t, err)
	c, err := p.Contact(s.me, nil)
	must(t, err)
	return c
}

func TestDocumentsOfACustomerAreOneListOfAllTypes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		for _, x := range []things{s.mine, s.next} {
			e, err := s.Service.Documents.Create(s.ctx, document.CreateInput{Type: entdocument.TypeEstimate, ContactID: x.contact.ID, Date: ptr(day.Date("2026-04-20")), DueDate: ptr(day.Date("2026-05-20")),
				Lines: []*document.LineInput{{Title: "offer", UnitPrice: new(money.FromInt(10))}}})
			must(t, err)
			_, err = s.Service.Documents.Issue(s.ctx, document.IDInput{ID: e.ID})
			must(t, err)
		}
		c := s.own(t)
		for name, tt := range map[string]struct {
			filter *portal.DocumentFilter
			want   int
		}{
			"all":        {nil, 3},
			"estimates":  {&portal.DocumentFilter{Types: []entdocument.Type{entdocument.TypeEstimate}}, 1},
			"paid":       {&portal.DocumentFilter{PaidState: ptr(document.Paid)}, 1},
			"of the day": {&portal.DocumentFilter{From: ptr(day.Date("2026-04-02")), To: ptr(day.Date("2026-04-20"))}, 1},
			"before":     {&portal.DocumentFilter{To: ptr(day.Date("2026-03-31"))}, 0},
			"of no type": {&portal.DocumentFilter{Types: []entdocument.Type{}}, 0},
			"a purchase": {&portal.DocumentFilter{Types: []entdocument.Type{entdocument.TypeBill}}, 0},
		} {
			got, err := c.Documents(s.me, nil, nil, tt.filter)
			must(t, err)
			if len(got.Edges) != tt.want {
				t.Errorf("%s: %d documents, not %d", name, len(got.Edges), tt.want)
			}
			for _, d := range got.Nodes() {
				if d.ContactID != s.mine.contact.ID {
					t.Errorf("%s: of another: %s", name, d.ID)
				}
				may, err := d.MayDecide(s.me)
				must(t, err)
				if may != (d.Type == entdocument.TypeEstimate) {
					t.Errorf("%s may be decided: %v", d.Type, may)
				}
			}
		}
	})
}
