package imports

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect"
	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/viewer"
)

// action is what the history calls an import.
const action = "importContacts"

const chunk = 500 // drafts that are looked up and written together

// write makes contacts of the drafts that are not here yet. It may be run again from the
// start when the transaction is.
func (s *Service) write(ctx context.Context, tx *ent.Tx, in *parsed) (*Report, error) {
	if err := s.alone(ctx, tx); err != nil {
		return nil, err
	}
	w := writer{Service: s, parsed: in, lines: map[any]int{}, clashes: map[string]bool{}}
	for start := 0; start < len(in.drafts); start += chunk {
		if err := w.chunk(ctx, tx, in.drafts[start:min(start+chunk, len(in.drafts))]); err != nil {
			return nil, err
		}
		if n := start/chunk + 1; n&(n-1) == 0 { // after the 1st, 2nd, 4th, 8th …
			if err := s.replan(ctx, tx); err != nil {
				return nil, err
			}
		}
	}
	report := in.rejected.and(w.report)
	return report, audit.Record(ctx, tx, audit.Event{Action: action, ObjectType: "import", ObjectID: schema.NewID(), After: audit.Fields{
		"format": report.Format, "rows": report.Rows, "created": report.Created, "skipped": report.Skipped, "rejected": report.Rejected}})
}

// alone keeps other imports of the organization waiting: nothing unique in the database
// would keep two of the same file from both finding nothing there. SQLite has one writer.
func (s *Service) alone(ctx context.Context, tx *ent.Tx) error {
	if s.DB.Dialect != dialect.Postgres {
		return nil
	}
	_, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", "imports "+viewer.From(ctx).Organization.String())
	if err != nil {
		return fmt.Errorf("imports: wait for another import: %w", err)
	}
	return nil
}

// replan has PostgreSQL plan its checks of foreign keys anew. It plans them once, and on a
// table that was empty then, every index that begins with the organization seems as good as
// the unique one: each e-mail of 3,000 contacts was checked by reading 1,500 contacts.
func (s *Service) replan(ctx context.Context, tx *ent.Tx) error {
	if s.DB.Dialect != dialect.Postgres {
		return nil
	}
	if _, err := tx.ExecContext(ctx, "DISCARD PLANS"); err != nil {
		return fmt.Errorf("imports: plan anew: %w", err)
	}
	return nil
}

type writer struct {
	*Service
	*parsed
	report  Report          // of what came to light here
	lines   map[any]int     // of each key that a row of this file took
	clashes map[string]bool // customIds that were refused
}

// chunk writes the drafts that are new. One that meets an earlier draft waits for that one's
// fate: if it is refused by the database, whose row it met may be taken by the next.
func (w *writer) chunk(ctx context.Context, tx *ent.Tx, drafts []*draft) error {
	fields := make([]*contact.Fields, len(drafts))
	for i, d := range drafts {
		fields[i] = d.fields
	}
	known, err := w.Contacts.Known(ctx, tx, contact.KeysOf(fields...))
	if err != nil {
		return err
	}
	for waiting := drafts; len(waiting) > 0; {
		var fresh, met []*draft
		var problems []*Problem
		for _, d := range waiting {
			switch p := w.here(d, known); {
			case p == nil:
				w.take(d)
				fresh = append(fresh, d)
			case p.Outcome == Skipped:
				met, problems = append(met, d), append(problems, p)
			default:
				w.report.add(p)
			}
		}
		refused, err := w.insert(ctx, tx, fresh)
		if err != nil {
			return err
		}
		if waiting = met; !refused {
			for _, p := range problems {
				w.report.add(p)
			}
			return nil
		}
	}
	return nil
}

// insert writes drafts and says whether any was refused.
func (w *writer) insert(ctx context.Context, tx *ent.Tx, drafts []*draft) (refused bool, err error) {
	in := make([]contact.New, len(drafts))
	for i, d := range drafts {
		in[i] = contact.New{Fields: d.fields, Note: d.note}
	}
	ids, err := w.Contacts.InsertMany(ctx, tx, action, in)
	if err != nil {
		return false, err
	}
	for i, id := range ids {
		if id != uuid.Nil {
			w.report.Created++
			continue
		}
		refused = true
		w.release(drafts[i])
		w.clashes[*drafts[i].fields.CustomID] = true
		w.report.add(w.clash(drafts[i]))
	}
	return refused, nil
}

// clash says that the draft's customId is that of a contact which the viewer may not see, or
// which came in just now.
func (w *writer) clash(d *draft) *Problem {
	return &Problem{Line: d.line, Outcome: Rejected, Column: w.columnOf(customID), Reason: "This key clashes with something that is there already."}
}

// here says that the draft's contact is here already: before this import, or by an earlier
// row of it; or that it cannot be written.
func (w *writer) here(d *draft, known contact.Keys) *Problem {
	if id := d.fields.CustomID; id != nil && w.clashes[*id] {
		return w.clash(d)
	}
	for _, k := range w.identities(d, known) {
		p := &Problem{Line: d.line, Outcome: Skipped, Column: k.column}
		if line, ok := w.lines[k.value]; ok {
			p.Reason = fmt.Sprintf("The contact on line %d has the same %s.", line, k.what)
			return p
		}
		if k.known {
			p.Reason = fmt.Sprintf("A contact with the same %s is here already.", k.what)
			return p
		}
	}
	return nil
}

// take notes that the draft's keys belong to its line now.
func (w *writer) take(d *draft) {
	for _, k := range w.takes(d) {
		if _, taken := w.lines[k]; !taken {
			w.lines[k] = d.line
		}
	}
}

// release takes that back.
func (w *writer) release(d *draft) {
	for _, k := range w.takes(d) {
		if w.lines[k] == d.line {
			delete(w.lines, k)
		}
	}
}

// takes are all keys that later rows may meet the draft by: as those of contacts that are
// here, its name too when it has better ones.
func (w *writer) takes(d *draft) (keys []any) {
	for _, k := range w.identities(d, contact.Keys{}) {
		keys = append(keys, k.value)
	}
	for _, n := range contact.NamesOf(d.fields) {
		keys = append(keys, n)
	}
	return keys
}

// identity is one of the things by which a draft is recognised.
type identity struct {
	what, column string
	value        any // a key of the file's rows
	known        bool
}

type (
	customIDKey string
	vatKey      string
	emailKey    string
)

func (w *writer) identities(d *draft, known contact.Keys) (out []identity) {
	own := contact.KeysOf(d.fields)
	for v := range own.CustomIDs {
		out = append(out, identity{"customId", w.columnOf(customID), customIDKey(v), known.CustomIDs[v]})
	}
	for v := range own.VATNumbers {
		out = append(out, identity{"VAT number", w.columnOf(vatNumber), vatKey(v), known.VATNumbers[v]})
	}
	for i, e := range d.fields.Emails {
		out = append(out, identity{"e-mail address", w.columns[d.emails[i]].name, emailKey(e.Email), known.Emails[e.Email]})
	}
	for _, v := range contact.NamesOf(d.fields) {
		if !own.Names[v] {
			continue
		}
		what := "name and telephone number"
		if v.Phone == "" {
			what = "name"
		}
		out = append(out, identity{what, "", v, known.Names[v]})
	}
	return out
}
