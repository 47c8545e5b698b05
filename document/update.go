package document

import (
	"context"
	"fmt"

	entpayment "github.com/kartela/kartela/ent/payment"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/billeditem"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/money"
)

// Update changes a draft that still has the version that was read. Lines and adjustments are
// saved whole: a line with an id is changed, one without is new, one that is missing goes.
//
// Faults: INVALID with every bad field; NOT_FOUND; CONFLICT on version when it changed
// since, on id when it is no draft, on date when the books are closed then.
func (s *Service) Update(ctx context.Context, in UpdateInput) (*Document, error) {
	return s.step(ctx, IDInput{ID: in.ID}, func(ctx context.Context, tx *ent.Tx, row *ent.Document) error {
		if row.Version != in.Version {
			return fault.New(fault.Conflict, "version", "The document was changed since you read it: it has version %d now.", row.Version)
		}
		if row.Status != entdocument.StatusDraft {
			return fault.New(fault.Conflict, "id", "Only a draft can be changed: take the document back to draft first.")
		}
		return s.update(ctx, tx, row, in)
	})
}

func (s *Service) update(ctx context.Context, tx *ent.Tx, row *ent.Document, in UpdateInput) error {
	before := auditFields(row, nil)
	late, was := row.DueDate, row.Date
	apply(&row.Date, in.Date)
	apply(&row.DueDate, in.DueDate)
	apply(&row.PricesIncludeTax, in.PricesIncludeTax)
	apply(&row.Reference, in.Reference)
	apply(&row.Notes, in.Notes)
	apply(&row.Terms, in.Terms)
	apply(&row.Language, in.Language)
	if in.PaidBy != nil {
		row.PaidBy = paidBy(in.PaidBy)
	}
	if in.Date != nil && in.DueDate == nil && late < row.Date {
		row.DueDate = row.Date
	}
	if row.NumberPeriod != 0 && row.Date.Year() != row.NumberPeriod {
		return fault.New(fault.Invalid, "date", "The document has a number of %d: its date stays in that year.", row.NumberPeriod)
	}
	if in.SequenceID != nil && (row.SequenceID == nil || *row.SequenceID != *in.SequenceID) {
		if row.Number != nil {
			return fault.New(fault.Invalid, "sequenceId", "The document has a number: it keeps its sequence.")
		}
		row.SequenceID = in.SequenceID
		if err := sequenceSuits(ctx, tx, row); err != nil {
			return err
		}
	}
	org, err := tx.Organization.Get(ctx, row.OrganizationID)
	if err != nil {
		return fmt.Errorf("document: read the organization: %w", err)
	}
	err = s.exchange(ctx, tx, row, in, org)
	if err := fault.Join(err, checkHead(row), Open(org, min(was, row.Date), "date")); err != nil {
		return err
	}
	if in.Lines == nil && in.PricesIncludeTax != nil {
		return fault.New(fault.Invalid, "lines", "Give the lines too when prices change their meaning.")
	}
	if in.Lines != nil || in.Adjustments != nil {
		if err := rewrite(ctx, tx, row, in); err != nil {
			return err
		}
	}
	after := auditFields(row, nil)
	if err := saveOptions(ctx, tx, row, in.OptionIDs, before, after); err != nil {
		return err
	}
	err = change(tx, row).SetCurrency(row.Currency).SetExchangeRate(row.ExchangeRate).SetDate(row.Date).SetDueDate(row.DueDate).SetPricesIncludeTax(row.PricesIncludeTax).SetNillableSequenceID(row.SequenceID).
		SetReference(row.Reference).SetNotes(row.Notes).SetTerms(row.Terms).SetLanguage(row.Language).SetNillablePaidBy(row.PaidBy).
		SetAllowances(row.Allowances).SetCharges(row.Charges).SetNet(row.Net).SetVat(row.Vat).SetOtherTaxes(row.OtherTaxes).
		SetWithholding(row.Withholding).SetTotal(row.Total).SetPayable(row.Payable).Exec(ctx)
	if err != nil {
		return fmt.Errorf("document: update: %w", err)
	}
	old, is := audit.Diff(before, after)
	return record(ctx, tx, "updateDocument", row, old, is)
}

// exchange settles the currency and the exchange rate. Amounts are of a currency, so that another
// one needs them all anew, and what bills a project is of the project's for good.
func (s *Service) exchange(ctx context.Context, tx *ent.Tx, row *ent.Document, in UpdateInput, org *ent.Organization) error {
	if in.Currency == nil || *in.Currency == row.Currency {
		if in.ExchangeRate == nil {
			return nil
		}
		return s.setRate(ctx, tx, row, in.ExchangeRate, org)
	}
	if _, err := money.ParseCurrency(string(*in.Currency)); err != nil {
		var bad fault.List
		if other := bad.Add("currency", err); other != nil {
			return other
		}
		return bad.Err()
	}
	billed, err := tx.BilledItem.Query().Where(billeditem.DocumentID(row.ID)).Exist(everything(ctx))
	if err != nil {
		return fmt.Errorf("document: look for what is billed: %w", err)
	}
	if billed {
		return fault.New(fault.Conflict, "currency", "The document bills a project: it keeps the currency.")
	}
	row.Currency = *in.Currency
	var bad fault.List
	if in.Lines == nil {
		bad = append(bad, fault.New(fault.Invalid, "lines", "Give the lines too when the currency changes."))
	}
	if in.Adjustments == nil && (row.Allowances != 0 || row.Charges != 0) {
		bad = append(bad, fault.New(fault.Invalid, "adjustments", "Give the allowances and charges too when the currency changes."))
	}
	return fault.Join(bad.Err(), s.setRate(ctx, tx, row, in.ExchangeRate, org))
}

// rewrite saves the lines and adjustments of the input.
func rewrite(ctx context.Context, tx *ent.Tx, row *ent.Document, in UpdateInput) error {
	c, err := tx.Contact.Get(ctx, row.ContactID)
	if err != nil {
		return fmt.Errorf("document: read the contact: %w", err)
	}
	draft := content{row: row, defaults: c.DefaultTaxes}
	if err := draft.read(ctx, tx); err != nil {
		return err
	}
	if err := draft.fill(ctx, tx, in.Lines, in.Adjustments); err != nil {
		return err
	}
	return draft.save(ctx, tx)
}

func paidBy(m *entpayment.Method) *entdocument.PaidBy {
	if m == nil {
		return nil
	}
	by := entdocument.PaidBy(*m)
	return &by
}

func apply[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

func auditFields(r *ent.Document, lines []*ent.DocumentLine) audit.Fields {
	f := audit.Fields{"type": r.Type, "status": r.Status, "date": r.Date, "dueDate": r.DueDate, "currency": r.Currency,
		"net": r.Net, "vat": r.Vat, "payable": r.Payable}
	for k, v := range map[string]string{"number": r.NumberText, "reference": r.Reference, "notes": r.Notes, "terms": r.Terms, "language": r.Language} {
		if v != "" {
			f[k] = v
		}
	}
	if r.PaidBy != nil {
		f["paidBy"] = *r.PaidBy
	}
	if lines != nil {
		f["lines"] = len(lines)
	}
	return f
}

func record(ctx context.Context, tx *ent.Tx, action string, row *ent.Document, before, after audit.Fields) error {
	return audit.Record(ctx, tx, audit.Event{Action: action, ObjectType: "document", ObjectID: row.ID,
		ContactID: row.ContactID, Before: before, After: after})
}
