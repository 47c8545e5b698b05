package document

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect/sql"

	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/numbersequence"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// number takes the next number of the draft's sequence. The counter's row is locked by the
// statement that raises it until the transaction ends, so numbers have no gaps: one who fails
// gives it back.
func number(ctx context.Context, tx *ent.Tx, dialectName string, row *ent.Document, u *ent.DocumentUpdate) error {
	seq, err := sequenceOf(ctx, tx, row)
	if err != nil {
		return err
	}
	period := 0
	if seq.Yearly {
		period = row.Date.Year()
	}
	rows, err := tx.QueryContext(ctx, db.Marked(dialectName, `INSERT INTO number_counters AS c (id, organization_id, created_at, sequence_id, period, last)
		VALUES (?, ?, ?, ?, ?, 1) ON CONFLICT (organization_id, sequence_id, period) DO UPDATE SET last = c.last + 1 RETURNING last`),
		schema.NewID(), viewer.From(ctx).Organization, schema.Now(), seq.ID, period)
	if err != nil {
		return fmt.Errorf("document: take a number: %w", err)
	}
	defer func() { _ = rows.Close() }()
	if !rows.Next() {
		return fmt.Errorf("document: take a number: no row: %w", rows.Err())
	}
	var n int64
	if err := rows.Scan(&n); err != nil {
		return fmt.Errorf("document: take a number: %w", err)
	}
	row.SequenceID, row.NumberPeriod, row.Number, row.NumberText = &seq.ID, period, &n, Format(seq, period, n)
	u.SetSequenceID(seq.ID).SetNumberPeriod(period).SetNumber(n).SetNumberText(row.NumberText)
	return rows.Close()
}

// Format is a number as it is printed: the prefix, the year of a yearly sequence, and the
// padded number.
func Format(seq *ent.NumberSequence, period int, n int64) string {
	text := fmt.Sprintf("%0*d", seq.Padding, n)
	if period != 0 {
		text = fmt.Sprintf("%d-%s", period, text)
	}
	return seq.Prefix + text
}

// sequenceOf is the sequence that the draft names, else the default of its type.
func sequenceOf(ctx context.Context, tx *ent.Tx, row *ent.Document) (*ent.NumberSequence, error) {
	if row.SequenceID == nil {
		return defaultSequence(ctx, tx, row.Type)
	}
	seq, err := tx.NumberSequence.Get(ctx, *row.SequenceID)
	if err != nil {
		return nil, wrapped("read the sequence", err)
	}
	if seq.ArchivedAt != nil {
		return nil, fault.New(fault.Conflict, "id", "The draft's sequence is archived: choose another.")
	}
	return seq, nil
}

// sequenceSuits checks the sequence that a draft names.
func sequenceSuits(ctx context.Context, tx *ent.Tx, row *ent.Document) error {
	if row.SequenceID == nil {
		return nil
	}
	seq, err := tx.NumberSequence.Get(ctx, *row.SequenceID)
	switch {
	case ent.IsNotFound(err):
		return fault.New(fault.NotFound, "sequenceId", "There is no such sequence.")
	case err != nil:
		return wrapped("read the sequence", err)
	case seq.DocumentType != string(row.Type):
		return fault.New(fault.Invalid, "sequenceId", "The sequence numbers other documents.")
	case seq.ArchivedAt != nil:
		return fault.New(fault.Conflict, "sequenceId", "The sequence is archived.")
	}
	return nil
}

// defaultSequence finds the sequence of a type, and makes the first one.
func defaultSequence(ctx context.Context, tx *ent.Tx, typ entdocument.Type) (*ent.NumberSequence, error) {
	find := func() (*ent.NumberSequence, error) {
		return tx.NumberSequence.Query().Where(numbersequence.DocumentType(string(typ)), numbersequence.IsDefault(true), numbersequence.ArchivedAtIsNil()).
			Order(numbersequence.ByID()).First(ctx)
	}
	seq, err := find()
	if !ent.IsNotFound(err) {
		return seq, wrapped("find the sequence", err)
	}
	err = tx.NumberSequence.Create().SetOrganizationID(viewer.From(ctx).Organization).SetDocumentType(string(typ)).
		SetName("A").SetPrefix(kinds[typ].prefix).SetPadding(5).SetIsDefault(true).
		OnConflict(sql.ConflictColumns("organization_id", "document_type", "name")).Ignore().Exec(ctx)
	if err != nil {
		return nil, wrapped("make the sequence", err)
	}
	seq, err = find()
	return seq, wrapped("find the sequence", err)
}
