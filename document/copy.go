package document

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/documentadjustment"
	"github.com/kartela/kartela/ent/documentline"
	"github.com/kartela/kartela/ent/documentoption"
	"github.com/kartela/kartela/ent/numbersequence"
	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/ent/predicate"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/page"
)

// Duplicate makes a draft of today like a document, in whatever state that is. Its references
// to an order or a supplier's number are not copied, and neither is what lines name that was
// archived since.
//
// Faults: NOT_FOUND; CONFLICT when the contact is archived or the books are closed today.
func (s *Service) Duplicate(ctx context.Context, in IDInput) (*Document, error) {
	return s.derive(ctx, in, func(ctx context.Context, tx *ent.Tx, of *ent.Document) (*ent.Document, error) {
		draft, err := s.like(ctx, tx, of)
		if err != nil {
			return nil, err
		}
		if of.SequenceID != nil {
			draft.SequenceID, err = usable(ctx, tx, *of.SequenceID)
			if err != nil {
				return nil, err
			}
		}
		if of.Number == nil { // a draft may go, and could not while another names it
			draft.OriginID = nil
		}
		row, _, err := s.CreateIn(ctx, tx, draft)
		return row, err
	})
}

// InvoiceEstimate makes an estimate that was issued or accepted into a draft invoice, once. When
// that draft is deleted, the estimate can be invoiced again.
//
// Faults: NOT_FOUND; CONFLICT when it is no such estimate, or the contact is archived or no
// client yet.
func (s *Service) InvoiceEstimate(ctx context.Context, in IDInput) (*Document, error) {
	return s.derive(ctx, in, func(ctx context.Context, tx *ent.Tx, of *ent.Document) (*ent.Document, error) {
		switch {
		case of.Type != entdocument.TypeEstimate:
			return nil, fault.New(fault.Conflict, "id", "Only an estimate is made into an invoice.")
		case of.Status == entdocument.StatusInvoiced:
			return nil, fault.New(fault.Conflict, "id", "The estimate was invoiced already.")
		case of.Status != entdocument.StatusIssued && of.Status != entdocument.StatusAccepted:
			return nil, fault.New(fault.Conflict, "id", "The estimate is neither issued nor accepted.")
		}
		draft, err := s.like(ctx, tx, of)
		if err != nil {
			return nil, err
		}
		draft.Type, draft.Reference = entdocument.TypeInvoice, of.Reference
		row, _, err := s.CreateIn(ctx, tx, draft)
		if err != nil {
			return nil, onID(err)
		}
		if err := change(tx, of).SetStatus(entdocument.StatusInvoiced).Exec(ctx); err != nil {
			return nil, fmt.Errorf("document: invoice an estimate: %w", err)
		}
		s.Tell(ctx, of)
		return row, record(ctx, tx, "invoiceEstimate", of, audit.Fields{"status": of.Status}, audit.Fields{"status": entdocument.StatusInvoiced})
	})
}

// CreditInvoice makes a draft credit note of what of an issued invoice was not credited yet: of
// each line the quantity that no credit note of the invoice has, void ones left out.
//
// Faults: NOT_FOUND; CONFLICT when it is no issued invoice or nothing is left to credit.
func (s *Service) CreditInvoice(ctx context.Context, in IDInput) (*Document, error) {
	return s.derive(ctx, in, func(ctx context.Context, tx *ent.Tx, of *ent.Document) (*ent.Document, error) {
		if of.Type != entdocument.TypeInvoice || of.Status != entdocument.StatusIssued {
			return nil, fault.New(fault.Conflict, "id", "Only an issued invoice can be credited.")
		}
		draft, err := s.like(ctx, tx, of)
		if err != nil {
			return nil, err
		}
		credited, err := tx.DocumentLine.Query().Where(creditsOf(of)).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("document: read what was credited: %w", err)
		}
		draft.Type, draft.Reference = entdocument.TypeCreditNote, of.NumberText
		if len(credited) > 0 {
			lines, err := tx.DocumentLine.Query().Where(documentline.DocumentID(of.ID)).Order(documentline.ByPosition()).All(ctx)
			if err != nil {
				return nil, fmt.Errorf("document: read lines: %w", err)
			}
			draft.Lines = inputs(left(lines, credited), of.Currency)
			draft.Adjustments = percents(draft.Adjustments)
		}
		if len(draft.Lines) == 0 {
			return nil, fault.New(fault.Conflict, "id", "All of the invoice was credited already.")
		}
		row, _, err := s.CreateIn(ctx, tx, draft)
		return row, err
	})
}

// creditsOf are the lines of an invoice's credit notes that are not void.
func creditsOf(of *ent.Document) predicate.DocumentLine {
	return func(q *sql.Selector) {
		t := sql.Table(entdocument.Table)
		q.Where(sql.In(q.C(documentline.FieldDocumentID), sql.Dialect(q.Dialect()).Select(t.C(entdocument.FieldID)).From(t).Where(sql.And(
			sql.EQ(t.C(entdocument.FieldOrganizationID), of.OrganizationID), sql.EQ(t.C(entdocument.FieldOriginID), of.ID),
			sql.EQ(t.C(entdocument.FieldType), entdocument.TypeCreditNote), sql.NEQ(t.C(entdocument.FieldStatus), entdocument.StatusVoid)))))
	}
}

// derive makes a document from another one, which it locks after the contact, as everything
// does.
func (s *Service) derive(ctx context.Context, in IDInput, f func(context.Context, *ent.Tx, *ent.Document) (*ent.Document, error)) (*Document, error) {
	if err := mayEditAny(ctx); err != nil {
		return nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		of, err := tx.Document.Get(ctx, in.ID)
		if ent.IsNotFound(err) {
			return uuid.Nil, notFound("id")
		}
		if err != nil {
			return uuid.Nil, fmt.Errorf("document: read: %w", err)
		}
		if _, err := contact.Active(ctx, tx, of.ContactID, "id"); err != nil {
			return uuid.Nil, err
		}
		if of, err = lock(ctx, tx, in.ID); err != nil {
			return uuid.Nil, err
		}
		row, err := f(ctx, tx, of)
		if err != nil {
			return uuid.Nil, err
		}
		return row.ID, nil
	})
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, id)
}

// like is the input of a draft like a document.
func (s *Service) like(ctx context.Context, tx *ent.Tx, of *ent.Document) (CreateInput, error) {
	lines, err := tx.DocumentLine.Query().Where(documentline.DocumentID(of.ID)).Order(documentline.ByPosition()).All(ctx)
	if err != nil {
		return CreateInput{}, fmt.Errorf("document: read lines: %w", err)
	}
	adjustments, err := tx.DocumentAdjustment.Query().Where(documentadjustment.DocumentID(of.ID)).Order(documentadjustment.ByPosition()).All(ctx)
	if err != nil {
		return CreateInput{}, fmt.Errorf("document: read adjustments: %w", err)
	}
	options, err := tx.DocumentOption.Query().Where(documentoption.DocumentID(of.ID)).All(ctx)
	if err != nil {
		return CreateInput{}, fmt.Errorf("document: read options: %w", err)
	}
	in := CreateInput{Type: of.Type, ContactID: of.ContactID, Currency: &of.Currency, ExchangeRate: &of.ExchangeRate,
		PricesIncludeTax: of.PricesIncludeTax, Lines: inputs(lines, of.Currency), Notes: of.Notes, Terms: of.Terms, Language: of.Language,
		OriginID: &of.ID, copied: true}
	for _, a := range adjustments {
		given := &AdjustmentInput{Charge: a.Charge, Title: a.Title, Percent: a.Percent, Taxes: taxesIn(a.Taxes, of.Currency)}
		if a.Percent.Sign() == 0 {
			given.Amount = new(money.New(a.Amount, of.Currency).Amount())
		}
		in.Adjustments = append(in.Adjustments, given)
	}
	if of.PaidBy != nil {
		in.PaidBy = new(entpayment.Method(*of.PaidBy))
	}
	for _, o := range options {
		in.OptionIDs = append(in.OptionIDs, o.OptionID)
	}
	return in, nil
}

// inputs are the inputs of lines like these.
func inputs(lines []*ent.DocumentLine, c money.Currency) []*LineInput {
	out := make([]*LineInput, len(lines))
	for i, l := range lines {
		out[i] = &LineInput{ProductID: l.ProductID, Title: l.Title, Quantity: &l.Quantity, Unit: l.Unit, UnitPrice: &l.UnitPrice,
			DiscountPercent: l.DiscountPercent, Taxes: taxesIn(l.Taxes, c), CategoryID: l.CategoryID, ProjectID: l.ProjectID, Billable: l.Billable}
		if l.DiscountAmount != 0 {
			out[i].DiscountAmount = new(money.New(l.DiscountAmount, c).Amount())
		}
	}
	return out
}

// percents are the adjustments by percent: what is an amount was credited with the first note.
func percents(in []*AdjustmentInput) (out []*AdjustmentInput) {
	for _, a := range in {
		if a.Amount == nil {
			out = append(out, a)
		}
	}
	return out
}

// left is what of the lines is not among those credited: lines are the same when everything but
// their quantities is. A line with a discount in an amount is left whole or not at all.
func left(lines, credited []*ent.DocumentLine) (out []*ent.DocumentLine) {
	key := func(l *ent.DocumentLine) string {
		taxes, _ := json.Marshal(l.Taxes) // never fails
		return fmt.Sprintf("%s\x00%s\x00%s\x00%s\x00%d\x00%s", l.Title, l.Unit, l.UnitPrice, l.DiscountPercent, l.DiscountAmount, taxes)
	}
	taken := map[string]*big.Int{}
	for _, l := range credited {
		n, _ := l.Quantity.Scaled(quantityDecimals)
		if taken[key(l)] == nil {
			taken[key(l)] = new(big.Int)
		}
		taken[key(l)].Add(taken[key(l)], n)
	}
	for _, l := range lines {
		n, _ := l.Quantity.Scaled(quantityDecimals)
		t := taken[key(l)]
		if t == nil || t.Sign() != n.Sign() {
			out = append(out, l)
			continue
		}
		if t.CmpAbs(n) >= 0 || l.DiscountAmount != 0 {
			t.Sub(t, n)
			continue
		}
		rest := *l
		rest.Quantity = money.FromScaled(n.Sub(n, t).Int64(), quantityDecimals)
		t.SetInt64(0)
		out = append(out, &rest)
	}
	return out
}

// usable is the sequence unless it is archived.
func usable(ctx context.Context, tx *ent.Tx, id uuid.UUID) (*uuid.UUID, error) {
	known, err := tx.NumberSequence.Query().Where(numbersequence.ID(id), numbersequence.ArchivedAtIsNil()).Exist(ctx)
	if err != nil || !known {
		return nil, wrapped("read the sequence", err)
	}
	return &id, nil
}

// Origin is the document that this one was made from; nil for none.
func (d *Document) Origin(ctx context.Context) (*Document, error) {
	if d.OriginID == nil {
		return nil, nil //nolint:nilnil // the field's null
	}
	return page.Load(ctx, d.Group, "origin", d.ID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]*Document, error) {
		origins := page.Recall[map[uuid.UUID]uuid.UUID](d.Group, originsKey{})
		var wanted []uuid.UUID
		for _, id := range ids {
			if of, ok := origins[id]; ok {
				wanted = append(wanted, of)
			}
		}
		rows, err := d.s.ByIDs(ctx, wanted)
		out := make(map[uuid.UUID]*Document, len(rows))
		for id, of := range origins {
			if rows[of] != nil {
				out[id] = rows[of]
			}
		}
		return out, err
	})
}

// Derived are the documents that were made from this one, oldest first.
func (d *Document) Derived(ctx context.Context) ([]*Document, error) {
	return page.Load(ctx, d.Group, "derived", d.ID, func(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID][]*Document, error) {
		rows, err := d.s.DB.Document.Query().Where(entdocument.OriginIDIn(ids...)).Order(entdocument.ByID()).All(ctx)
		out := map[uuid.UUID][]*Document{}
		for _, r := range d.s.Wrap(rows...) {
			out[*r.OriginID] = append(out[*r.OriginID], r)
		}
		return out, wrapped("read what was made of documents", err)
	})
}
