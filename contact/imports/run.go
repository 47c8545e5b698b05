package imports

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"entgo.io/ent/dialect"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/contactimport"
	"github.com/kartela/kartela/ent/importrow"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/viewer"
)

// read checks or imports the rows of the file, from the first that was not done.
func (j *job) read(ctx context.Context) error {
	org, err := j.DB.Organization.Get(ctx, viewer.From(ctx).Organization)
	if err != nil {
		return wrapped("read the organization", err)
	}
	categories, err := j.categories(ctx, j.DB.Client)
	if err != nil {
		return err
	}
	if err := j.first(ctx); err != nil {
		return err
	}
	m := newMapping(j.kept.Columns)
	r := &reader{job: j, matcher: newMatcher(m, &j.kept.Settings), home: org.Country, dry: j.kept.Step == Checking,
		drafter: &drafter{mapping: m, clients: j.kept.AsClients, suppliers: j.kept.AsSuppliers, categories: categories, exact: j.kept.Format == kartela}}
	f, err := j.openRows(ctx)
	if err != nil {
		return err
	}
	defer f.close()
	if err := r.again(ctx, f); err != nil {
		return err
	}
	return r.rest(ctx, f)
}

// openRows opens the file below its header.
func (j *job) openRows(ctx context.Context) (*file, error) {
	f, err := j.open(ctx, j.row.BlobKey, j.row.Size, &j.kept.Settings)
	if err != nil {
		return nil, err
	}
	if _, err := f.below(j.kept.HeaderRow); err != nil {
		f.close()
		return nil, err
	}
	return f, nil
}

// first counts the rows before any is done, and forgets what became of them in an earlier
// step: a file that is too long is refused before anything is imported.
func (j *job) first(ctx context.Context) error {
	if j.row.Position > 0 {
		return nil
	}
	left, err := j.DB.ImportRow.Query().Where(importrow.ImportID(j.row.ID)).Exist(ctx)
	if err != nil {
		return wrapped("look for results", err)
	}
	n := j.row.Rows
	if n > 0 && !left {
		return nil // that was done
	}
	if n == 0 {
		if n, err = j.count(ctx); err != nil {
			return err
		}
	}
	return j.inChunk(ctx, func(ctx context.Context, tx *ent.Tx) error {
		if err := dropRows(ctx, tx, j.row.ID); err != nil {
			return err
		}
		return wrapped("begin", j.forward(tx).SetRows(n).Exec(ctx))
	})
}

func (j *job) count(ctx context.Context) (n int, err error) {
	f, err := j.openRows(ctx)
	if err != nil {
		return 0, err
	}
	defer f.close()
	for {
		_, err := filled(f)
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err == nil && ctx.Err() != nil {
			err = errStopped
		}
		if err != nil {
			return 0, err
		}
		if n++; n > maxRows {
			return 0, fault.New(fault.TooLarge, "file", "The file has over %d rows.", maxRows)
		}
	}
}

// reader makes contacts of the rows, or says what would become of them.
type reader struct {
	*job
	*matcher
	drafter *drafter
	home    string // the organization's country
	dry     bool
}

// again passes the rows that were done and notes the keys that they took, as if there had
// been no stop.
func (r *reader) again(ctx context.Context, f *file) error {
	for done := 0; done < r.row.Position; {
		drafts, err := r.drafts(ctx, f, min(r.chunkSize(), r.row.Position-done))
		if err != nil {
			return err
		}
		if len(drafts) == 0 {
			return errors.New("imports: the file has fewer rows than were done")
		}
		results, err := r.DB.ImportRow.Query().Where(importrow.ImportID(r.row.ID),
			importrow.LineGTE(drafts[0].line), importrow.LineLTE(drafts[len(drafts)-1].line)).All(ctx)
		if err != nil {
			return wrapped("read what was done", err)
		}
		byLine := make(map[int]*ent.ImportRow, len(results))
		for _, x := range results {
			byLine[x.Line] = x
		}
		for _, d := range drafts {
			x := byLine[d.line]
			if x == nil {
				return fmt.Errorf("imports: nothing is known of line %d", d.line)
			}
			if x.Outcome != importrow.OutcomeError && (x.Outcome != importrow.OutcomeSkip || x.ContactID != nil) {
				r.take(d, orZero(x.ContactID))
			}
			if x.Outcome == importrow.OutcomeUpdate {
				var was contact.Before
				if err := json.Unmarshal(x.Before, &was); err != nil {
					return fmt.Errorf("imports: what line %d changed: %w", x.Line, err)
				}
				r.renamed(d, orZero(x.ContactID), was)
			}
		}
		done += len(drafts)
	}
	return nil
}

// drafts reads the next rows; none at the end.
func (r *reader) drafts(ctx context.Context, f *file, n int) ([]*draft, error) {
	out := make([]*draft, 0, n)
	for len(out) < n {
		row, err := filled(f)
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil && ctx.Err() != nil {
			err = errStopped
		}
		if err != nil {
			return nil, err
		}
		out = append(out, r.drafter.draft(row))
	}
	return out, nil
}

// rest does the rows that are left, a chunk a transaction, and ends the step. While one chunk
// is written the next is read.
func (r *reader) rest(ctx context.Context, f *file) error {
	type read struct {
		drafts []*draft
		err    error
	}
	ahead, stop := make(chan read), make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			drafts, err := r.drafts(ctx, f, r.chunkSize())
			select {
			case ahead <- read{drafts, err}:
			case <-stop:
				return
			}
			if err != nil || len(drafts) == 0 {
				return
			}
		}
	}()
	defer func() {
		close(stop)
		<-ended // the file is closed after it
	}()
	for n := 0; ; n++ {
		next := <-ahead
		if next.err != nil {
			return next.err
		}
		if len(next.drafts) == 0 {
			return r.finish(ctx)
		}
		if n == 1 || n == 4 || n == 16 || n == 64 {
			r.analyze(ctx)
		}
		if err := r.write(ctx, n, next.drafts); err != nil {
			return err
		}
	}
}

// analyze has PostgreSQL learn how the tables have grown, which it would do too late by itself:
// it would look for 1,000 keys by reading all contacts of the organization. That it fails does
// no harm.
func (r *reader) analyze(ctx context.Context) {
	if r.DB.Dialect == dialect.Postgres && !r.dry {
		_, _ = r.DB.ExecContext(viewer.AsSystem(ctx, "analyze tables that grow"), "ANALYZE contacts, contact_emails, contact_phones")
	}
}

func (r *reader) finish(ctx context.Context) error {
	return r.inChunk(ctx, func(ctx context.Context, tx *ent.Tx) error {
		u := release(tx.ContactImport.UpdateOneID(r.row.ID), r.row)
		if r.dry {
			return wrapped("finish", u.SetStatus(contactimport.StatusChecked).Exec(ctx))
		}
		return wrapped("finish", u.SetStatus(contactimport.StatusDone).SetFinishedAt(schema.Now()).Exec(ctx))
	})
}
