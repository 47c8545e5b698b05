package imports

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"entgo.io/ent/dialect"
	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/importrow"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/fold"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// action is what the history calls an import.
const action = "runContactImport"

// result is what became of a row.
type result struct {
	*draft
	outcome importrow.Outcome
	problem problem
	contact uuid.UUID // Nil for none
	version int
	before  json.RawMessage
}

// write does a chunk of rows: contacts, what became of each row, and the place of the next
// chunk, in one transaction.
func (r *reader) write(ctx context.Context, n int, drafts []*draft) error {
	return r.inChunk(ctx, func(ctx context.Context, tx *ent.Tx) error {
		results, err := r.results(ctx, tx, n, drafts)
		if err != nil {
			return err
		}
		if err := keepResults(ctx, tx, r.row.ID, results); err != nil {
			return err
		}
		u := r.forward(tx).SetPosition(r.row.Position + len(results))
		for _, x := range results {
			switch x.outcome {
			case importrow.OutcomeCreate:
				u.AddCreated(1)
			case importrow.OutcomeUpdate:
				u.AddUpdated(1)
			case importrow.OutcomeSkip:
				u.AddSkipped(1)
			default:
				u.AddRejected(1)
			}
		}
		return wrapped("go on", u.Exec(ctx))
	})
}

// results does the rows. The transaction may be tried again: then the keys that they took are
// given back first.
func (r *reader) results(ctx context.Context, tx *ent.Tx, n int, drafts []*draft) ([]*result, error) {
	for _, d := range drafts {
		r.release(d, d.taken)
	}
	if err := r.alone(ctx, tx, n); err != nil {
		return nil, err
	}
	known, err := r.Contacts.Known(ctx, tx, r.keys(drafts))
	if err != nil {
		return nil, err
	}
	results := make([]*result, len(drafts))
	for i, d := range drafts {
		results[i] = &result{draft: d}
	}
	for waiting := results; len(waiting) > 0; {
		if waiting, err = r.pass(ctx, tx, waiting, known); err != nil {
			return nil, err
		}
	}
	return results, nil
}

// alone keeps other imports of the organization waiting: nothing unique in the database
// would keep two of the same file from both finding nothing there. And it has PostgreSQL plan
// its checks of foreign keys anew: it plans them once, and on a table that was empty then,
// every index that begins with the organization seems as good as the unique one. SQLite has
// one writer.
func (r *reader) alone(ctx context.Context, tx *ent.Tx, n int) error {
	if r.DB.Dialect != dialect.Postgres {
		return nil
	}
	if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", "imports "+viewer.From(ctx).Organization.String()); err != nil {
		return wrapped("wait for another import", err)
	}
	if n > 0 && n&(n-1) == 0 { // after the 1st, 2nd, 4th, 8th …
		if _, err := tx.ExecContext(ctx, "DISCARD PLANS"); err != nil {
			return wrapped("plan anew", err)
		}
	}
	return nil
}

// pass settles rows, and gives those that must be looked at once more. A row that meets an
// earlier one of the pass waits for that one's fate: if it is refused by the database, whose
// row it met may be taken by the next; if it changes the contact, that may have another name
// then. What meets a row that waits waits too, so that rows come one after the other.
func (r *reader) pass(ctx context.Context, tx *ent.Tx, rows []*result, known *contact.Holders) (again []*result, err error) {
	var fresh, changed, took, met, behind []*result
	open, waits := map[int]importrow.Outcome{}, map[mark]bool{} // lines that may yet be refused; keys of rows that wait
	renames := false                                            // a row met a contact by a name that it may give up
	wait := func(x *result) {
		for _, k := range r.touches(x.draft, known) {
			waits[k] = true
		}
	}
	for _, x := range rows {
		if x.draft.problem != nil {
			x.outcome, x.problem = importrow.OutcomeError, *x.draft.problem
			continue
		}
		if len(waits) > 0 && slices.ContainsFunc(r.touches(x.draft, known), func(k mark) bool { return waits[k] }) {
			behind = append(behind, x)
			wait(x)
			continue
		}
		v := r.judge(x.draft, known)
		x.outcome, x.problem, x.contact = v.outcome, v.problem, v.contact
		if earlier := open[v.line]; v.line != 0 && earlier != "" {
			renames = renames || earlier == importrow.OutcomeUpdate && !r.keyed(x.in.Fields)
			met = append(met, x)
			wait(x)
			continue
		}
		switch v.outcome {
		case importrow.OutcomeCreate:
			if f := r.refused(x.draft); f != nil {
				r.reject(x, f)
				continue
			}
			fresh = append(fresh, x)
		case importrow.OutcomeUpdate:
			changed = append(changed, x)
		default:
			if v.contact == uuid.Nil {
				continue
			}
		}
		x.taken = v.contact
		r.take(x.draft, v.contact)
		took = append(took, x)
		if v.outcome != importrow.OutcomeSkip {
			open[x.line] = v.outcome
		}
	}
	refusedNew, err := r.create(ctx, tx, fresh)
	if err != nil {
		return nil, err
	}
	refusedOld, err := r.change(ctx, tx, changed)
	if err != nil {
		return nil, err
	}
	if refusedNew || refusedOld || renames {
		for _, x := range took { // a key of a row that was refused is the next one's that has it too
			if x.outcome != importrow.OutcomeError {
				r.take(x.draft, x.taken)
			}
		}
		behind = append(met, behind...)
		slices.SortFunc(behind, func(a, b *result) int { return a.line - b.line })
	}
	return behind, nil
}

// refused holds a row to the rules of a new contact.
func (r *reader) refused(d *draft) *fault.Error {
	if d.name == "" {
		return fault.New(fault.Invalid, "", "The row names neither a person nor a company.")
	}
	if err := d.in.Fields.CheckNew(r.home); err != nil {
		return fault.From(err)
	}
	return contact.CheckOptions(d.in.Options)
}

// reject says that a row cannot be done after all: what it took may be taken by the next.
func (r *reader) reject(x *result, f *fault.Error) {
	x.outcome, x.problem = importrow.OutcomeError, *r.problemOf(x.draft, f)
	r.release(x.draft, x.contact)
}

// create makes contacts, and says whether any was refused.
func (r *reader) create(ctx context.Context, tx *ent.Tx, rows []*result) (refused bool, err error) {
	if r.dry {
		return r.foresee(ctx, tx, rows)
	}
	if len(rows) == 0 {
		return false, nil
	}
	in := make([]contact.Incoming, len(rows))
	for i, x := range rows {
		in[i] = x.in
	}
	made, err := r.Contacts.InsertMany(ctx, tx, action, in)
	if err != nil {
		return false, err
	}
	for i, x := range rows {
		if made[i].ID == uuid.Nil {
			refused = true
			r.clashing(x)
			continue
		}
		x.contact, x.version = made[i].ID, 1
		if len(made[i].Notes) == 0 {
			continue
		}
		if x.before, err = json.Marshal(contact.Before{Notes: made[i].Notes}); err != nil {
			return false, wrapped("keep what was made", err)
		}
	}
	return refused, nil
}

// clashing refuses a row whose customId is that of a contact which the viewer may not see.
func (r *reader) clashing(x *result) {
	r.clashes[markOf("customId", *x.in.Fields.CustomID)] = true
	r.reject(x, fault.New(fault.Conflict, "customId", clashes))
}

// foresee refuses what create would.
func (r *reader) foresee(ctx context.Context, tx *ent.Tx, rows []*result) (refused bool, err error) {
	ids := map[string]bool{}
	for _, x := range rows {
		if id := x.in.Fields.CustomID; id != nil {
			ids[*id] = true
		}
	}
	taken, err := r.Contacts.CustomIDsTaken(ctx, tx, ids)
	if err != nil {
		return false, err
	}
	for _, x := range rows {
		if id := x.in.Fields.CustomID; id != nil && len(taken[*id]) > 0 {
			refused = true
			r.clashing(x)
		}
	}
	return refused, nil
}

// change adds to contacts that are here, and says whether any was refused.
func (r *reader) change(ctx context.Context, tx *ent.Tx, rows []*result) (refused bool, err error) {
	if len(rows) == 0 {
		return false, nil
	}
	in := make([]contact.Addition, len(rows))
	for i, x := range rows {
		in[i] = contact.Addition{ID: x.contact, Incoming: x.in, FixedVAT: r.by[ByVATNumber]}
	}
	done, err := r.Contacts.Add(ctx, tx, action, r.home, in, r.dry)
	if err != nil {
		return false, err
	}
	for i, x := range rows {
		switch a := done[i]; {
		case a.Fault != nil:
			refused = true
			r.reject(x, a.Fault)
		case !a.Changed:
			x.outcome, x.problem = importrow.OutcomeSkip, problem{reason: "The contact is as the row has it already."}
		default:
			x.version = a.Version
			r.renamed(x.draft, x.contact, a.Before)
			if x.before, err = json.Marshal(a.Before); err != nil {
				return false, wrapped("keep what was changed", err)
			}
		}
	}
	return refused, nil
}

// keepResults writes what became of the rows. The contact of a dry run's change is the one
// that is there.
func keepResults(ctx context.Context, tx *ent.Tx, id uuid.UUID, results []*result) error {
	ids := make([]uuid.UUID, len(results))
	for i := range ids {
		ids[i] = schema.NewID()
	}
	err := db.NewRows(importrow.Table, len(results)).
		ID(importrow.FieldID, func(i int) uuid.UUID { return ids[i] }).
		Time(importrow.FieldCreatedAt, schema.Now()).
		ID(importrow.FieldImportID, func(int) uuid.UUID { return id }).
		Int(importrow.FieldLine, func(i int) int { return results[i].line }).
		Text(importrow.FieldOutcome, func(i int) string { return string(results[i].outcome) }).
		Text(importrow.FieldName, func(i int) string { return fold.Clip(results[i].name, 204) }).
		Text(importrow.FieldColumn, func(i int) string { return fold.Clip(results[i].problem.column, 200) }).
		Text(importrow.FieldReason, func(i int) string { return fold.Clip(results[i].problem.reason, 500) }).
		NullID(importrow.FieldContactID, func(i int) *uuid.UUID {
			if results[i].contact == uuid.Nil || results[i].outcome == importrow.OutcomeError {
				return nil
			}
			return &results[i].contact
		}).
		Int(importrow.FieldContactVersion, func(i int) int { return results[i].version }).
		JSON(importrow.FieldBefore, func(i int) json.RawMessage { return results[i].before }).
		Insert(ctx, tx)
	if err != nil {
		return fmt.Errorf("imports: keep results: %w", err)
	}
	return nil
}

func orZero(id *uuid.UUID) uuid.UUID {
	if id == nil {
		return uuid.Nil
	}
	return *id
}
