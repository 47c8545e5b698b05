package imports

import (
	"context"
	"fmt"
	"strconv"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/importrow"
	"github.com/kartela/kartela/ent/rule"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

const resultsKind = "import.rows"

// Results reads a page of what became of the rows, in the file's order. The first page is
// read for all imports that were read together by one statement.
//
// Faults: INVALID for a bad page.
func (i *ContactImport) Results(ctx context.Context, outcome *importrow.Outcome, first *int, after *string) (*page.Connection[*Result], error) {
	req, err := page.Args{First: first, After: after}.Check(resultsKind, func(key string) error {
		_, err := strconv.Atoi(key)
		return err
	})
	if err != nil {
		return nil, err
	}
	var rows []*Result
	if req.After != nil {
		line, _ := strconv.Atoi(req.After.Key)
		rows, err = i.results(ctx, outcome, req.Size+1, importrow.ImportID(i.ID), importrow.LineGT(line))
	} else {
		rows, err = page.Load(ctx, i.group, resultsKey{outcomeOf(outcome), req.Size}, i.ID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*Result, error) {
			return i.firstResults(ctx, ids, outcome, req.Size+1)
		})
	}
	if err != nil {
		return nil, err
	}
	return page.New(req, rows, func(r *Result) page.Cursor {
		return page.Cursor{Kind: resultsKind, Key: strconv.Itoa(r.Line), ID: r.ID}
	}, nil), nil
}

type resultsKey struct {
	outcome importrow.Outcome
	size    int
}

func outcomeOf(o *importrow.Outcome) importrow.Outcome {
	if o == nil {
		return ""
	}
	return *o
}

func (i *ContactImport) results(ctx context.Context, outcome *importrow.Outcome, n int, where ...func(*sql.Selector)) ([]*Result, error) {
	q := i.service.DB.ImportRow.Query().Order(importrow.ByLine()).Limit(n)
	for _, w := range where {
		q = q.Where(w)
	}
	if outcome != nil {
		q = q.Where(importrow.OutcomeEQ(*outcome))
	}
	rows, err := q.All(ctx)
	if err != nil {
		return nil, fmt.Errorf("imports: read results: %w", err)
	}
	return i.wrapResults(rows), nil
}

// firstResults reads the first rows of each import.
func (i *ContactImport) firstResults(ctx context.Context, ids []uuid.UUID, outcome *importrow.Outcome, n int) (map[uuid.UUID][]*Result, error) {
	if len(ids) == 1 {
		rows, err := i.results(ctx, outcome, n, importrow.ImportID(ids[0]))
		return map[uuid.UUID][]*Result{ids[0]: rows}, err
	}
	visible, err := rule.Rows(ent.TypeImportRow, viewer.From(ctx))
	if err != nil {
		return nil, err
	}
	rows, err := i.service.DB.ImportRow.Query().Where(func(s *sql.Selector) {
		t := sql.Table(importrow.Table).As("ranked")
		inner := sql.Dialect(s.Dialect()).Select(t.C(importrow.FieldID)).From(t)
		visible(inner)
		in := make([]any, len(ids))
		for n, id := range ids {
			in[n] = id
		}
		inner.Where(sql.In(t.C(importrow.FieldImportID), in...))
		if outcome != nil {
			inner.Where(sql.EQ(t.C(importrow.FieldOutcome), string(*outcome)))
		}
		inner.AppendSelectExprAs(sql.Expr(fmt.Sprintf("row_number() OVER (PARTITION BY %s ORDER BY %s)", t.C(importrow.FieldImportID), t.C(importrow.FieldLine))), "place")
		s.Where(sql.P(func(b *sql.Builder) {
			b.Ident(s.C(importrow.FieldID)).WriteString(" IN (SELECT placed.id FROM (").Join(inner).WriteString(") AS placed WHERE placed.place <= ").Arg(n).WriteString(")")
		}))
	}).Order(importrow.ByLine()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("imports: read results: %w", err)
	}
	out := make(map[uuid.UUID][]*Result, len(ids))
	for _, r := range i.wrapResults(rows) {
		out[r.ImportID] = append(out[r.ImportID], r)
	}
	return out, nil
}

func (i *ContactImport) wrapResults(rows []*ent.ImportRow) []*Result {
	var contacts []uuid.UUID
	for _, r := range rows {
		if r.ContactID != nil {
			contacts = append(contacts, *r.ContactID)
		}
	}
	group := page.NewGroup(contacts...)
	out := make([]*Result, len(rows))
	for n, r := range rows {
		out[n] = &Result{ImportRow: r, Contacts: group, service: i.service}
	}
	return out
}
