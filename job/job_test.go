package job_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/auditevent"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/job"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func refused(t testing.TB, err error, code fault.Code, field string) {
	t.Helper()
	if f := fault.From(err); err == nil || f.Code != code || f.Field != field {
		t.Errorf("got %v, want %s on %q", err, code, field)
	}
}

// queue makes a queue of one kind, "work".
func queue(t testing.TB, d *db.DB, do func(context.Context, job.Task) error) *job.Service {
	t.Helper()
	s, err := job.New(context.Background(), d, job.Kind{Name: "work", Do: do})
	must(t, err)
	return s
}

// start has the queue work until the test ends, and gives what it tells.
func start(t testing.TB, s *job.Service) <-chan *river.Event {
	t.Helper()
	events, end := s.Events()
	must(t, s.Start(context.Background()))
	t.Cleanup(func() {
		must(t, s.Stop(context.Background()))
		end()
	})
	return events
}

func next(t testing.TB, events <-chan *river.Event, kind river.EventKind) {
	t.Helper()
	select {
	case e := <-events:
		if e.Kind != kind {
			t.Fatalf("the queue says %s of %+v, not %s", e.Kind, e.Job, kind)
		}
	case <-time.After(30 * time.Second):
		t.Fatalf("no %s came", kind)
	}
}

// enqueue asks for work in a transaction of the viewer's, which ends with the error.
func enqueue(ctx context.Context, d *db.DB, s *job.Service, subject uuid.UUID, end error) error {
	return db.InTx(ctx, d, func(ctx context.Context, tx *ent.Tx) error {
		if err := s.Enqueue(ctx, "work", job.Task{Organization: viewer.From(ctx).Organization, Subject: subject}); err != nil {
			return err
		}
		if _, err := tx.Contact.Create().SetDisplayName("x").SetDefaultTaxes(nil).Save(ctx); err != nil {
			return err // the transaction goes on as who it was
		}
		return end
	})
}

// told are the jobs as a person reads them, oldest first.
func told(t testing.TB, ctx context.Context, s *job.Service, f *job.Filter) (out []string) {
	t.Helper()
	c, err := s.List(ctx, page.Args{}, f)
	must(t, err)
	for _, j := range c.Nodes() {
		text := fmt.Sprintf("%s %s %d", j.Kind, j.State, j.Attempt)
		for _, f := range j.Failures {
			text += "; " + f.Text
		}
		out = append(out, text)
	}
	slices.Reverse(out)
	return out
}

func TestAJobIsThereIfTheChangeIs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := dbtest.Tenant(t, d, viewer.Owner)
		s := queue(t, d, func(context.Context, job.Task) error { return nil })
		gone := errors.New("rolled back")
		if err := enqueue(ctx, d, s, uuid.New(), gone); !errors.Is(err, gone) {
			t.Fatal(err)
		}
		if got := told(t, ctx, s, nil); len(got) != 0 {
			t.Errorf("jobs of a transaction that failed: %v", got)
		}
		subject := uuid.New()
		for range 3 { // the same is asked for once
			must(t, enqueue(ctx, d, s, subject, nil))
		}
		must(t, enqueue(ctx, d, s, uuid.New(), nil))
		if diff := cmp.Diff([]string{"work WAITING 0", "work WAITING 0"}, told(t, ctx, s, nil)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if err := s.Enqueue(ctx, "work", job.Task{}); err == nil {
			t.Error("a job was taken outside a transaction")
		}
	})
}

// The role of requests reads and writes no job by itself.
func TestTheRoleOfRequestsHasNoRightToTheQueue(t *testing.T) {
	d := dbtest.Postgres(t)
	ctx := dbtest.Tenant(t, d, viewer.Owner)
	for _, query := range []string{"SELECT count(*) FROM public_jobs.river_job", "DELETE FROM public_jobs.river_job"} {
		if _, err := d.ExecContext(ctx, query); err == nil || !strings.Contains(err.Error(), "permission denied") {
			t.Errorf("%s: %v", query, err)
		}
	}
	var schemas int
	rows, err := d.QueryContext(viewer.AsSystem(ctx, "a test"), "SELECT count(*) FROM pg_namespace WHERE nspname = 'public_jobs'")
	must(t, err)
	defer func() { _ = rows.Close() }()
	if !rows.Next() || rows.Scan(&schemas) != nil || schemas != 1 {
		t.Errorf("%d schemas of the queue", schemas)
	}
}

func TestSeveralProcessesDoEveryJobOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		const jobs = 40
		ctx := dbtest.Tenant(t, d, viewer.Owner)
		done := make(chan uuid.UUID, 2*jobs)
		do := func(_ context.Context, task job.Task) error { done <- task.Subject; return nil }
		processes := 3
		if d.Dialect == dialect.SQLite {
			processes = 1
		}
		var s *job.Service
		for range processes {
			s = queue(t, d, do)
			start(t, s)
		}
		want := map[uuid.UUID]int{}
		for range jobs {
			id := uuid.New()
			want[id] = 1
			must(t, enqueue(ctx, d, s, id, nil))
		}
		got := map[uuid.UUID]int{}
		for range jobs {
			select {
			case id := <-done:
				got[id]++
			case <-time.After(30 * time.Second):
				t.Fatalf("%d of %d jobs were done", len(got), jobs)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" || len(done) > 0 {
			t.Errorf("%d too many; (-want +got):\n%s", len(done), diff)
		}
	})
}

func TestAJobThatFailsIsTriedAgainAndShown(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := dbtest.Tenant(t, d, viewer.Owner)
		var mu sync.Mutex
		outcome := []func() error{
			func() error { return fault.New(fault.Conflict, "", "The contact is archived.") },
			func() error { return errors.New("SELECT secret FROM others") },
			func() error { panic("a secret") },
			func() error { return nil },
		}
		s := queue(t, d, func(context.Context, job.Task) error {
			mu.Lock()
			defer mu.Unlock()
			f := outcome[0]
			outcome = outcome[1:]
			return f()
		})
		events, subject := start(t, s), uuid.New()
		internal := fault.From(errors.New("x")).Text
		must(t, enqueue(ctx, d, s, subject, nil))
		for i := range 3 {
			next(t, events, river.EventKindJobFailed)
			got := told(t, ctx, s, &job.Filter{States: []job.State{job.Retrying, job.Waiting, job.Running}})
			if i > 0 { // the first pause is short: the job may be on its way already
				want := fmt.Sprintf("work RETRYING %d; The contact is archived.%s", i+1, strings.Repeat("; "+internal, i))
				if diff := cmp.Diff([]string{want}, got); diff != "" {
					t.Fatalf("after attempt %d (-want +got):\n%s", i+1, diff)
				}
			}
			must(t, enqueue(ctx, d, s, subject, nil)) // asked for again, it is due at once
		}
		next(t, events, river.EventKindJobCompleted)
		want := fmt.Sprintf("work COMPLETED 4; The contact is archived.%s", strings.Repeat("; "+internal, 2))
		if diff := cmp.Diff([]string{want}, told(t, ctx, s, nil)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestAdministratorsSeeRetryAndCancelTheirOwnJobs(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		owner, elsewhere := dbtest.Tenant(t, d, viewer.Owner), dbtest.Tenant(t, d, viewer.Owner)
		s := queue(t, d, func(context.Context, job.Task) error { return nil })
		must(t, enqueue(owner, d, s, uuid.New(), nil))
		must(t, enqueue(elsewhere, d, s, uuid.New(), nil))
		must(t, db.InTx(viewer.AsSystem(owner, "a test"), d, func(ctx context.Context, _ *ent.Tx) error {
			return s.Enqueue(ctx, "work", job.Task{})
		}))
		c, err := s.List(owner, page.Args{}, nil)
		must(t, err)
		if n := c.Nodes(); len(n) != 2 || !n[0].OfServer || n[1].OfServer || n[1].SubjectID == nil {
			t.Fatalf("the owner sees %+v", n)
		}
		servers, own := job.IDInput{ID: c.Nodes()[0].ID}, job.IDInput{ID: c.Nodes()[1].ID}
		for _, f := range []func(context.Context, job.IDInput) (*job.Job, error){s.Retry, s.Cancel} {
			for _, id := range []string{servers.ID, "", "x", "999999999"} {
				_, err = f(owner, job.IDInput{ID: id})
				refused(t, err, fault.NotFound, "id")
			}
			_, err = f(elsewhere, own)
			refused(t, err, fault.NotFound, "id")
			for _, role := range []viewer.Role{viewer.Accountant, viewer.Sales, viewer.TimeKeeper, viewer.ReadOnly} {
				_, err = f(dbtest.Member(t, owner, d, role), own)
				refused(t, err, fault.Forbidden, "")
			}
		}
		_, err = s.List(dbtest.Member(t, owner, d, viewer.Accountant), page.Args{}, nil)
		refused(t, err, fault.Forbidden, "")
		admin := dbtest.Member(t, owner, d, viewer.Administrator)
		j, err := s.Cancel(admin, own)
		must(t, err)
		if j.State != job.Cancelled || j.FinishedAt == nil {
			t.Errorf("cancelled: %+v", j)
		}
		_, err = s.Cancel(admin, own)
		refused(t, err, fault.Conflict, "id")
		j, err = s.Retry(admin, own)
		must(t, err)
		if j.State != job.Waiting || j.FinishedAt != nil {
			t.Errorf("retried: %+v", j)
		}
		actions, err := d.AuditEvent.Query().Where(auditevent.ObjectType("job")).Order(auditevent.ByID()).Select(auditevent.FieldAction).Strings(owner)
		must(t, err)
		if diff := cmp.Diff([]string{"cancelJob", "retryJob"}, actions); diff != "" {
			t.Errorf("history (-want +got):\n%s", diff)
		}
	})
}

func TestJobsAreListedInPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := dbtest.Tenant(t, d, viewer.Owner)
		s := queue(t, d, func(context.Context, job.Task) error { return nil })
		for range 5 {
			must(t, enqueue(ctx, d, s, uuid.New(), nil))
		}
		var got []string
		two := 2
		args := page.Args{First: &two}
		for {
			c, err := s.List(ctx, args, &job.Filter{States: []job.State{job.Waiting}, Kinds: []string{"work"}})
			must(t, err)
			for _, j := range c.Nodes() {
				got = append(got, j.ID)
			}
			if !c.PageInfo.HasNextPage {
				break
			}
			args.After = c.PageInfo.EndCursor
		}
		if diff := cmp.Diff([]string{"5", "4", "3", "2", "1"}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		bad := page.Cursor{Kind: "jobs", Key: "x"}.String()
		_, err := s.List(ctx, page.Args{After: &bad}, nil)
		refused(t, err, fault.Invalid, "after")
		if got := told(t, ctx, s, &job.Filter{States: []job.State{job.Failed}}); len(got) > 0 {
			t.Errorf("failed: %v", got)
		}
		if got := told(t, ctx, s, &job.Filter{Kinds: []string{"play"}}); len(got) > 0 {
			t.Errorf("of another kind: %v", got)
		}
	})
}

func TestARegularJobIsDoneAtTheStart(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		done := make(chan job.Task, 9)
		s, err := job.New(context.Background(), d, job.Kind{Name: "regular", Every: time.Hour, Do: func(_ context.Context, task job.Task) error {
			done <- task
			return nil
		}})
		must(t, err)
		start(t, s)
		select {
		case task := <-done:
			if task != (job.Task{}) {
				t.Errorf("for %+v", task)
			}
		case <-time.After(30 * time.Second):
			t.Fatal("it was not done")
		}
	})
}

// What becomes of a job is told with whose it is: once it is asked for and the change commits, when
// it begins, and when it has ended.
func TestWhatBecomesOfAJobIsTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := dbtest.Tenant(t, d, viewer.Owner)
		s := queue(t, d, func(context.Context, job.Task) error { return nil })
		heard := make(chan uuid.UUID, 100)
		s.Told = func(organization uuid.UUID) { heard <- organization }
		if err := enqueue(ctx, d, s, uuid.New(), errors.New("no")); err == nil || len(heard) != 0 {
			t.Errorf("told of %d that were not asked for, %v", len(heard), err)
		}
		must(t, enqueue(ctx, d, s, uuid.New(), nil))
		events := start(t, s)
		next(t, events, river.EventKindJobCompleted)
		for _, when := range []string{"asked for", "begun", "ended"} {
			select {
			case got := <-heard:
				if got != viewer.From(ctx).Organization {
					t.Errorf("%s: told of %s", when, got)
				}
			case <-time.After(30 * time.Second):
				t.Fatalf("nobody is told that it has %s", when)
			}
		}
		all, err := s.Recent(ctx)
		must(t, err)
		if len(all) != 1 || all[0].State != job.Completed {
			t.Errorf("there are %v", all)
		}
		_, err = s.Recent(dbtest.Member(t, ctx, d, viewer.Accountant))
		refused(t, err, fault.Forbidden, "")
	})
}
