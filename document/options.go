package document

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/documentoption"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/tracking"
)

// Options are the document's options of tracking categories.
func (d *Document) Options(ctx context.Context) ([]*tracking.Option, error) {
	return page.Load(ctx, d.Group, "options", d.ID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*tracking.Option, error) {
		rows, err := d.s.DB.DocumentOption.Query().Where(documentoption.DocumentIDIn(ids...)).Order(documentoption.ByID()).All(ctx)
		if err != nil || len(rows) == 0 {
			return nil, wrapped("read options", err)
		}
		options := make([]uuid.UUID, len(rows))
		for i, r := range rows {
			options[i] = r.OptionID
		}
		slices.SortFunc(options, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
		known, err := (&tracking.Service{DB: d.s.DB}).OptionsByIDs(ctx, slices.Compact(options))
		if err != nil {
			return nil, err
		}
		out := map[uuid.UUID][]*tracking.Option{}
		for _, r := range rows {
			if o := known[r.OptionID]; o != nil { // it may have gone since
				out[r.DocumentID] = append(out[r.DocumentID], o)
			}
		}
		return out, nil
	})
}

// saveOptions replaces the document's options when the input says which, and tells the history
// of it. Faults: NOT_FOUND and INVALID on optionIds.N.
func saveOptions(ctx context.Context, tx *ent.Tx, row *ent.Document, want []uuid.UUID, before, after audit.Fields) error {
	if want == nil {
		return nil
	}
	old, err := tx.DocumentOption.Query().Where(documentoption.DocumentID(row.ID)).All(ctx)
	if err != nil {
		return fmt.Errorf("document: read options: %w", err)
	}
	ids, has := slices.Clone(want), map[uuid.UUID]bool{}
	for _, o := range old {
		ids, has[o.OptionID] = append(ids, o.OptionID), true
	}
	known, err := tracking.Choices(ctx, tx, ids)
	if err != nil {
		return err
	}
	applies := func(c *ent.TrackingCategory) bool {
		if row.Side == entdocument.SideClient {
			return c.Sales
		}
		return c.Purchases
	}
	if err := tracking.Check("optionIds", want, known, applies, has); err != nil {
		return err
	}
	if len(old) > 0 {
		if _, err := tx.DocumentOption.Delete().Where(documentoption.DocumentID(row.ID)).Exec(ctx); err != nil {
			return fmt.Errorf("document: take options off: %w", err)
		}
	}
	titles := func(ids []uuid.UUID) []string {
		out := []string{}
		for _, id := range ids {
			out = append(out, known[id].Title())
		}
		slices.Sort(out)
		return out
	}
	after["options"] = titles(want)
	if before != nil {
		before["options"] = titles(ids[len(want):])
	}
	if len(want) == 0 {
		return nil
	}
	rows := make([]*ent.DocumentOptionCreate, len(want))
	for i, id := range want {
		rows[i] = tx.DocumentOption.Create().SetDocumentID(row.ID).SetCategoryID(known[id].Category.ID).SetOptionID(id)
	}
	return wrapped("save options", tx.DocumentOption.CreateBulk(rows...).Exec(ctx))
}
