package document

import (
	"context"
	"fmt"
	"slices"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/billeditem"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/documentadjustment"
	"github.com/kartela/kartela/ent/documentline"
	"github.com/kartela/kartela/ent/documenttax"
	"github.com/kartela/kartela/ent/expensecategory"
	"github.com/kartela/kartela/ent/predicate"
	"github.com/kartela/kartela/ent/project"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/viewer"
)

// checkNamed looks at the projects and expense categories that lines name and did not name
// before: the viewer must see them, a project must not be another client's than the sale's, and
// neither may be archived.
func (c *content) checkNamed(ctx context.Context, tx *ent.Tx) error {
	var projects, categories []uuid.UUID
	known := c.known()
	for _, l := range c.lines {
		was := known[l.ID]
		if l.ProjectID != nil && (was == nil || value(was.ProjectID) != *l.ProjectID) {
			projects = append(projects, *l.ProjectID)
		}
		if l.CategoryID != nil && (was == nil || value(was.CategoryID) != *l.CategoryID) {
			categories = append(categories, *l.CategoryID)
		}
	}
	var bad fault.List
	if len(projects) > 0 {
		rows, err := tx.Project.Query().Where(project.IDIn(projects...)).All(ctx)
		if err != nil {
			return fmt.Errorf("document: read projects: %w", err)
		}
		c.refuse(&bad, "projectId", projects, func(l *ent.DocumentLine) **uuid.UUID { return &l.ProjectID }, func(id uuid.UUID) *fault.Error {
			switch i := slices.IndexFunc(rows, func(p *ent.Project) bool { return p.ID == id }); {
			case i < 0:
				return fault.New(fault.NotFound, "", "There is no such project.")
			case rows[i].ArchivedAt != nil:
				return fault.New(fault.Conflict, "", "The project is archived.")
			case c.row.Side == entdocument.SideClient && rows[i].ContactID != c.row.ContactID:
				return fault.New(fault.Invalid, "", "The project is another client's.")
			}
			return nil
		})
	}
	if len(categories) > 0 {
		rows, err := tx.ExpenseCategory.Query().Where(expensecategory.IDIn(categories...)).All(ctx)
		if err != nil {
			return fmt.Errorf("document: read expense categories: %w", err)
		}
		c.refuse(&bad, "categoryId", categories, func(l *ent.DocumentLine) **uuid.UUID { return &l.CategoryID }, func(id uuid.UUID) *fault.Error {
			switch i := slices.IndexFunc(rows, func(e *ent.ExpenseCategory) bool { return e.ID == id }); {
			case i < 0:
				return fault.New(fault.NotFound, "", "There is no such expense category.")
			case c.row.Side != entdocument.SideSupplier:
				return fault.New(fault.Invalid, "", "Only lines of purchases have an expense category.")
			case rows[i].ArchivedAt != nil:
				return fault.New(fault.Conflict, "", "The expense category is archived.")
			}
			return nil
		})
	}
	return bad.Err()
}

// refuse adds a fault for each line that names one of the ids and may not; of a copy it takes
// the name off the line instead.
func (c *content) refuse(bad *fault.List, field string, ids []uuid.UUID, named func(*ent.DocumentLine) **uuid.UUID, why func(uuid.UUID) *fault.Error) {
	for i, l := range c.lines {
		id := named(l)
		if *id == nil || !slices.Contains(ids, **id) {
			continue
		}
		switch f := why(**id); {
		case f == nil:
		case c.copied:
			*id = nil
			l.Billable = l.Billable && l.ProjectID != nil
		default:
			*bad = append(*bad, fault.New(f.Code, fmt.Sprintf("lines.%d.%s", i, field), "%s", f.Text))
		}
	}
}

// save writes the content of a row that is stored, in as many statements whatever the number
// of lines. Lines that stay keep their ids.
func (c *content) save(ctx context.Context, tx *ent.Tx) error {
	if err := c.dropLines(ctx, tx); err != nil {
		return err
	}
	if err := c.saveLines(ctx, tx); err != nil {
		return err
	}
	if len(c.before) > 0 {
		if err := dropSums(ctx, tx, c.row.ID); err != nil {
			return err
		}
	}
	if err := c.saveAdjustments(ctx, tx); err != nil {
		return err
	}
	return c.saveTaxes(ctx, tx)
}

// dropLines removes the stored lines that are not in the content any more, and moves the others
// out of the way: no two lines of a document have one position, at no time.
func (c *content) dropLines(ctx context.Context, tx *ent.Tx) error {
	if len(c.before) == 0 {
		return nil
	}
	var gone []uuid.UUID
	for _, l := range c.before {
		if !slices.ContainsFunc(c.lines, func(n *ent.DocumentLine) bool { return n.ID == l.ID }) {
			gone = append(gone, l.ID)
		}
	}
	if len(gone) > 0 {
		if err := unbill(ctx, tx, c.row, billeditem.LineIDIn(gone...), billeditem.ExpenseLineIDIn(gone...)); err != nil {
			return err
		}
		if _, err := tx.DocumentLine.Delete().Where(documentline.DocumentID(c.row.ID), documentline.IDIn(gone...)).Exec(ctx); err != nil {
			return fmt.Errorf("document: delete lines: %w", err)
		}
	}
	err := tx.DocumentLine.Update().Where(documentline.DocumentID(c.row.ID)).
		Modify(func(u *sql.UpdateBuilder) { u.Set(documentline.FieldPosition, sql.Expr("-1 - position")) }).Exec(ctx)
	return wrapped("move lines", err)
}

func (c *content) saveLines(ctx context.Context, tx *ent.Tx) error {
	rows := make([]*ent.DocumentLineCreate, len(c.lines))
	for i, l := range c.lines {
		rows[i] = tx.DocumentLine.Create().SetID(l.ID).SetDocumentID(c.row.ID).SetPosition(l.Position).SetTitle(l.Title).SetQuantity(l.Quantity).
			SetUnit(l.Unit).SetUnitPrice(l.UnitPrice).SetDiscountPercent(l.DiscountPercent).SetDiscountAmount(l.DiscountAmount).SetTaxes(l.Taxes).
			SetNillableProductID(l.ProductID).SetNillableCategoryID(l.CategoryID).SetNillableProjectID(l.ProjectID).SetBillable(l.Billable).SetNet(l.Net)
	}
	create := tx.DocumentLine.CreateBulk(rows...)
	if len(c.before) == 0 {
		return wrapped("save lines", create.Exec(ctx))
	}
	err := create.OnConflictColumns(documentline.FieldOrganizationID, documentline.FieldID).Update(func(u *ent.DocumentLineUpsert) {
		u.UpdatePosition().UpdateTitle().UpdateQuantity().UpdateUnit().UpdateUnitPrice().UpdateDiscountPercent().UpdateDiscountAmount().
			UpdateTaxes().UpdateProductID().UpdateCategoryID().UpdateProjectID().UpdateBillable().UpdateNet()
	}).Exec(ctx)
	return wrapped("save lines", err)
}

func (c *content) saveAdjustments(ctx context.Context, tx *ent.Tx) error {
	if len(c.adjustments) == 0 {
		return nil
	}
	rows := make([]*ent.DocumentAdjustmentCreate, len(c.adjustments))
	for i, a := range c.adjustments {
		rows[i] = tx.DocumentAdjustment.Create().SetDocumentID(c.row.ID).SetPosition(i).SetCharge(a.Charge).SetTitle(a.Title).
			SetPercent(a.Percent).SetAmount(a.Amount).SetTaxes(a.Taxes)
	}
	return wrapped("save adjustments", tx.DocumentAdjustment.CreateBulk(rows...).Exec(ctx))
}

func (c *content) saveTaxes(ctx context.Context, tx *ent.Tx) error {
	if len(c.totals.Groups) == 0 {
		return nil
	}
	rows := make([]*ent.DocumentTaxCreate, len(c.totals.Groups))
	for i, x := range c.totals.Groups {
		rows[i] = tx.DocumentTax.Create().SetDocumentID(c.row.ID).SetPosition(i).SetKind(x.Kind).SetName(x.Name).SetCategory(x.Category).
			SetRate(x.Rate).SetFixed(x.Fixed).SetInformational(x.Informational).SetBase(x.Base).SetAmount(x.Amount)
	}
	return wrapped("save taxes", tx.DocumentTax.CreateBulk(rows...).Exec(ctx))
}

// dropSums removes what is computed from a document's lines.
func dropSums(ctx context.Context, tx *ent.Tx, document uuid.UUID) error {
	if _, err := tx.DocumentTax.Delete().Where(documenttax.DocumentID(document)).Exec(ctx); err != nil {
		return fmt.Errorf("document: delete taxes: %w", err)
	}
	_, err := tx.DocumentAdjustment.Delete().Where(documentadjustment.DocumentID(document)).Exec(ctx)
	return wrapped("delete adjustments", err)
}

// everything is the context with an administrator's sight, for what must not depend on who asks.
func everything(ctx context.Context) context.Context {
	return viewer.With(ctx, contact.Everything(viewer.From(ctx)))
}

// unbill removes what was billed on lines that go, so that it can be billed again. A line of a
// purchase that was billed to a client stays: its invoice refers to it.
//
// Faults: CONFLICT on lines.
func unbill(ctx context.Context, tx *ent.Tx, row *ent.Document, on, of predicate.BilledItem) error {
	all := everything(ctx) // billed is billed, whoever sees the project
	if row.Side == entdocument.SideClient {
		if row.Type != entdocument.TypeInvoice {
			return nil
		}
		_, err := tx.BilledItem.Delete().Where(on).Exec(all)
		return wrapped("release what was billed", err)
	}
	if _, err := tx.BilledItem.Delete().Where(of, billeditem.Released(true)).Exec(all); err != nil {
		return fmt.Errorf("document: forget what was released: %w", err)
	}
	billed, err := tx.BilledItem.Query().Where(of).Exist(all)
	if err != nil {
		return fmt.Errorf("document: look for what is billed: %w", err)
	}
	if billed {
		return fault.New(fault.Conflict, "lines", "A line was billed to the client: take it off that invoice first.")
	}
	return nil
}

// release says of everything billed on an invoice whether it may be billed again.
//
// Faults: CONFLICT on id when some of it was billed elsewhere since.
func release(ctx context.Context, tx *ent.Tx, row *ent.Document, released bool) error {
	if row.Type != entdocument.TypeInvoice {
		return nil
	}
	all := everything(ctx)
	_, err := tx.BilledItem.Update().Where(billeditem.DocumentID(row.ID)).SetReleased(released).Save(all)
	if ent.IsConstraintError(err) {
		return fault.New(fault.Conflict, "id", "Some of what the invoice bills was billed elsewhere since.")
	}
	return wrapped("release what was billed", err)
}
