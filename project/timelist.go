package project

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/billeditem"
	entproject "github.com/kartela/kartela/ent/project"
	"github.com/kartela/kartela/ent/timeentry"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/page"
)

// TimeFilter says which time entries; every part that is given must hold.
type TimeFilter struct {
	ProjectID *uuid.UUID
	ContactID *uuid.UUID
	TaskID    *uuid.UUID
	UserID    *uuid.UUID
	From, To  *day.Date
	Billed    *bool
	Billable  *bool
}

const timeKind = "timeEntries"

// TimeList reads one page of time entries, newest day first. Staff only; who keeps time alone
// has their own.
//
// Faults: INVALID for a bad page, UNAUTHENTICATED, FORBIDDEN.
func (s *Service) TimeList(ctx context.Context, args page.Args, f *TimeFilter) (*page.Connection[*Entry], error) {
	if err := mayReadTime(ctx); err != nil {
		return nil, err
	}
	req, err := args.Check(timeKind, func(key string) error {
		_, err := day.Parse(key)
		return err
	})
	if err != nil {
		return nil, err
	}
	q := s.DB.TimeEntry.Query().Where(f.condition)
	rows, err := q.Clone().Where(db.Keyset(req, timeentry.FieldDate, true)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("project: list time: %w", err)
	}
	return page.New(req, s.wrapEntries(rows...), func(e *Entry) page.Cursor {
		return page.Cursor{Kind: timeKind, Key: string(e.Date), ID: e.ID}
	}, q.Count), nil
}

func (f *TimeFilter) condition(s *sql.Selector) {
	if f == nil {
		return
	}
	for column, id := range map[string]*uuid.UUID{timeentry.FieldProjectID: f.ProjectID, timeentry.FieldTaskID: f.TaskID, timeentry.FieldUserID: f.UserID} {
		if id != nil {
			s.Where(sql.EQ(s.C(column), *id))
		}
	}
	if f.ContactID != nil {
		p := sql.Table(entproject.Table)
		s.Where(sql.In(s.C(timeentry.FieldProjectID), sql.Dialect(s.Dialect()).Select(p.C(entproject.FieldID)).From(p).Where(sql.And(
			sql.ColumnsEQ(p.C(entproject.FieldOrganizationID), s.C(timeentry.FieldOrganizationID)), sql.EQ(p.C(entproject.FieldContactID), *f.ContactID)))))
	}
	if f.From != nil {
		s.Where(sql.GTE(s.C(timeentry.FieldDate), *f.From))
	}
	if f.To != nil {
		s.Where(sql.LTE(s.C(timeentry.FieldDate), *f.To))
	}
	if f.Billable != nil {
		s.Where(sql.EQ(s.C(timeentry.FieldBillable), *f.Billable))
	}
	if f.Billed != nil {
		billed := inForce(s, billeditem.FieldTimeEntryID)
		if !*f.Billed {
			billed = sql.Not(billed)
		}
		s.Where(billed)
	}
}

// TimeSummary is what time entries come to. A timer that runs counts for nothing.
type TimeSummary struct {
	Count           int
	Seconds         int64
	BillableSeconds int64 // billed, or to be billed by the hour
	BilledSeconds   int64
}

// UnbilledSeconds is what is still to be billed by the hour.
func (t *TimeSummary) UnbilledSeconds() int64 { return t.BillableSeconds - t.BilledSeconds }

// SumTime sums the time entries that the filter finds, by one statement.
//
// Faults: UNAUTHENTICATED, FORBIDDEN.
func (s *Service) SumTime(ctx context.Context, f *TimeFilter) (*TimeSummary, error) {
	if err := mayReadTime(ctx); err != nil {
		return nil, err
	}
	var rows []struct {
		Count    int   `json:"entries"`
		Seconds  int64 `json:"all_seconds"`
		Billable int64 `json:"billable_seconds"`
		Billed   int64 `json:"billed_seconds"`
	}
	err := s.DB.TimeEntry.Query().Where(f.condition).Modify(func(q *sql.Selector) {
		b, p := joinBilled(q), joinProject(q)
		seconds := q.C(timeentry.FieldSeconds)
		q.Select(sql.As("COUNT(*)", "entries"), sum(seconds, "all_seconds"),
			sum(chargeable(q, b, p, seconds), "billable_seconds"), sum(billedSeconds(b, seconds), "billed_seconds"))
	}).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("project: sum time: %w", err)
	}
	r := rows[0]
	return &TimeSummary{r.Count, r.Seconds, r.Billable, r.Billed}, nil
}

// joinBilled joins what of the entries is billed.
func joinBilled(q *sql.Selector) *sql.SelectTable {
	b := sql.Table(billeditem.Table).As("billed")
	q.LeftJoin(b).OnP(sql.And(sql.ColumnsEQ(b.C(billeditem.FieldOrganizationID), q.C(timeentry.FieldOrganizationID)),
		sql.ColumnsEQ(b.C(billeditem.FieldTimeEntryID), q.C(timeentry.FieldID)), sql.EQ(b.C(billeditem.FieldReleased), false)))
	return b
}

// joinProject joins the entries' projects.
func joinProject(q *sql.Selector) *sql.SelectTable {
	p := sql.Table(entproject.Table).As("of_project")
	q.Join(p).OnP(sql.And(sql.ColumnsEQ(p.C(entproject.FieldOrganizationID), q.C(timeentry.FieldOrganizationID)),
		sql.ColumnsEQ(p.C(entproject.FieldID), q.C(timeentry.FieldProjectID))))
	return p
}

// billedSeconds are the seconds of a billed entry.
func billedSeconds(b *sql.SelectTable, seconds string) string {
	return "CASE WHEN " + b.C(billeditem.FieldID) + " IS NULL THEN 0 ELSE " + seconds + " END"
}

// chargeable are the seconds of an entry that is billed, or is to be.
func chargeable(q *sql.Selector, b, p *sql.SelectTable, seconds string) string {
	return "CASE WHEN " + b.C(billeditem.FieldID) + " IS NOT NULL OR (" + q.C(timeentry.FieldBillable) + " AND " +
		p.C(entproject.FieldBilling) + " IN ('project_rate', 'task_rate', 'member_rate')) THEN " + seconds + " ELSE 0 END"
}

func sum(expression, as string) string {
	return sql.As("CAST(COALESCE(SUM("+expression+"), 0) AS bigint)", as)
}

// Time reads a page of a project's time, newest day first; the first page for the whole group
// of projects by one statement.
//
// Faults: as for TimeList.
func (p *Project) Time(ctx context.Context, first *int, after *string) (*page.Connection[*Entry], error) {
	if err := mayReadTime(ctx); err != nil {
		return nil, err
	}
	return db.Below(ctx, p.Group, p.ID, page.Args{First: first, After: after}, db.Child[*Entry]{
		Kind: timeKind, Type: ent.TypeTimeEntry, Table: timeentry.Table, ParentColumn: timeentry.FieldProjectID, Key: timeentry.FieldDate,
		Cursor: func(e *Entry) page.Cursor { return page.Cursor{Kind: timeKind, Key: string(e.Date), ID: e.ID} },
		CheckKey: func(key string) error {
			_, err := day.Parse(key)
			return err
		},
		Parent: func(e *Entry) uuid.UUID { return e.ProjectID },
		Read: func(ctx context.Context, where db.Condition) ([]*Entry, error) {
			rows, err := p.s.DB.TimeEntry.Query().Where(where).All(ctx)
			return p.s.wrapEntries(rows...), err
		},
		Count: func(ctx context.Context, where db.Condition) (map[uuid.UUID]int, error) {
			var rows []struct {
				ProjectID uuid.UUID `json:"project_id"`
				Count     int       `json:"count"`
			}
			err := p.s.DB.TimeEntry.Query().Where(where).GroupBy(timeentry.FieldProjectID).Aggregate(ent.Count()).Scan(ctx, &rows)
			out := make(map[uuid.UUID]int, len(rows))
			for _, r := range rows {
				out[r.ProjectID] = r.Count
			}
			return out, err
		},
	})
}
