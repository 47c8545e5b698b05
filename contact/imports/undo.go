package imports

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/contactimport"
	"github.com/kartela/kartela/ent/importrow"
	"github.com/kartela/kartela/ent/predicate"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/internal/db"
)

// undoAction is what the history calls taking an import back.
const undoAction = "undoContactImport"

// takeable are the rows of an import that are to be taken back and were not tried yet. The
// version of a row that was tried is 0.
func takeable(id uuid.UUID) []predicate.ImportRow {
	return []predicate.ImportRow{importrow.ImportID(id), importrow.ContactVersionGT(0),
		importrow.OutcomeIn(importrow.OutcomeCreate, importrow.OutcomeUpdate)}
}

// undo takes the import back, a chunk of rows a transaction. A row whose contact was taken
// back is one that changed nothing; the others say why theirs stays. The counters follow.
func (j *job) undo(ctx context.Context) error {
	for done := false; !done; {
		err := j.inChunk(ctx, func(ctx context.Context, tx *ent.Tx) error {
			rows, err := tx.ImportRow.Query().Where(takeable(j.row.ID)...).Order(importrow.ByLine()).Limit(j.chunkSize()).All(ctx)
			if err != nil {
				return wrapped("read what was imported", err)
			}
			if done = len(rows) == 0; done {
				return wrapped("finish", release(tx.ContactImport.UpdateOneID(j.row.ID), j.row).SetStatus(contactimport.StatusUndone).
					SetFinishedAt(schema.Now()).SetPosition(j.row.Rows).Exec(ctx))
			}
			return j.takeBack(ctx, tx, rows)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (j *job) takeBack(ctx context.Context, tx *ent.Tx, rows []*ent.ImportRow) error {
	in := make([]contact.Doing, len(rows))
	for i, r := range rows {
		in[i] = contact.Doing{ID: orZero(r.ContactID), Version: r.ContactVersion}
		if r.Before == nil {
			continue
		}
		if err := json.Unmarshal(r.Before, &in[i].Before); err != nil {
			return fmt.Errorf("imports: what line %d changed: %w", r.Line, err)
		}
	}
	why, err := j.Contacts.TakeBack(ctx, tx, undoAction, in)
	if err != nil {
		return err
	}
	u := j.forward(tx).SetPosition(min(j.row.Rows, j.row.Position+len(rows)))
	outcomes := make([]importrow.Outcome, len(rows))
	for i, r := range rows {
		if outcomes[i] = r.Outcome; why[i] != "" {
			continue
		}
		why[i], outcomes[i] = "Taken back.", importrow.OutcomeSkip
		u.AddSkipped(1)
		if r.Outcome == importrow.OutcomeCreate {
			u.AddCreated(-1)
		} else {
			u.AddUpdated(-1)
		}
	}
	err = db.NewRows(importrow.Table, len(rows)).ID(importrow.FieldID, func(i int) uuid.UUID { return rows[i].ID }).
		Text(importrow.FieldOutcome, func(i int) string { return string(outcomes[i]) }).
		Text(importrow.FieldReason, func(i int) string { return why[i] }).
		Int(importrow.FieldContactVersion, func(int) int { return 0 }).Update(ctx, tx)
	if err != nil {
		return wrapped("keep what was taken back", err)
	}
	return wrapped("go on", u.Exec(ctx))
}
