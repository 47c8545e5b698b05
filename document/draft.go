package document

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/contactaddress"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/documentline"
	"github.com/kartela/kartela/ent/documenttax"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/viewer"
)

// LineInput is a line to save.
type LineInput struct {
	Title           string
	Quantity        *money.Decimal // 1 when nil
	Unit            string
	UnitPrice       money.Decimal
	DiscountPercent money.Decimal
	DiscountAmount  *money.Decimal // in units of the currency
	Taxes           []*money.Tax   // nil: the contact's defaults
}

// CreateInvoiceInput is the input of createInvoice.
type CreateInvoiceInput struct {
	db.Idempotent
	ContactID        uuid.UUID
	Date             *day.Date       // today when nil
	DueDate          *day.Date       // by the contact's default when nil
	Currency         *money.Currency // the contact's default, else the base currency, when nil
	ExchangeRate     *money.Decimal  // 1 in base currency
	PricesIncludeTax bool
	Lines            []*LineInput
	Reference        string
	Notes            string
	Terms            string
	CustomID         *string
}

// UpdateInvoiceInput is the input of updateInvoice; what is nil stays.
type UpdateInvoiceInput struct {
	db.Idempotent
	ID               uuid.UUID
	Version          int
	Date             *day.Date
	DueDate          *day.Date
	PricesIncludeTax *bool
	Lines            []*LineInput
	Reference        *string
	Notes            *string
	Terms            *string
}

// CreateInvoice makes a draft invoice for a client. The copy of the contact's name, number
// and addresses is made now and never changes with the contact.
//
// Faults: INVALID with every bad field; NOT_FOUND on contactId; CONFLICT on contactId when
// the contact is archived or no client, on customId when it is taken.
func (s *Service) CreateInvoice(ctx context.Context, in CreateInvoiceInput) (*Document, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditSales); err != nil {
		return nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		return s.createInvoice(ctx, tx, in)
	})
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, id)
}

func (s *Service) createInvoice(ctx context.Context, tx *ent.Tx, in CreateInvoiceInput) (uuid.UUID, error) {
	c, err := contact.Active(ctx, tx, in.ContactID, "contactId")
	if err != nil {
		return uuid.Nil, err
	}
	if !c.IsClient {
		return uuid.Nil, fault.New(fault.Conflict, "contactId", "The contact is no client yet: make it a client first.")
	}
	org, err := tx.Organization.Get(ctx, viewer.From(ctx).Organization)
	if err != nil {
		return uuid.Nil, fmt.Errorf("document: read the organization: %w", err)
	}
	row := &ent.Document{ID: schema.NewID(), Type: entdocument.TypeInvoice, Side: entdocument.SideClient, ContactID: c.ID,
		Date: TodayIn(s.Now(), org.TimeZone), Currency: org.BaseCurrency, PricesIncludeTax: in.PricesIncludeTax,
		Reference: in.Reference, Notes: in.Notes, Terms: in.Terms, CustomID: in.CustomID, Version: 1, CreatedBy: viewer.From(ctx).Actor()}
	if err := copyContact(ctx, tx, row, c, org.Country); err != nil {
		return uuid.Nil, err
	}
	headErr := head(row, in, c, org)
	lines, totals, err := compute(row.Currency, row.PricesIncludeTax, in.Lines, c.DefaultTaxes)
	if _, unknown := money.ParseCurrency(string(row.Currency)); unknown != nil {
		err = nil // the head tells of it
	}
	if err := fault.Join(headErr, checkHead(row), err); err != nil {
		return uuid.Nil, err
	}
	if err := customIDFree(ctx, tx, row); err != nil {
		return uuid.Nil, err
	}
	applyTotals(row, totals)
	if err := insert(ctx, tx, row); err != nil {
		return uuid.Nil, err
	}
	if err := insertLines(ctx, tx, row, lines, totals); err != nil {
		return uuid.Nil, err
	}
	return row.ID, record(ctx, tx, "createInvoice", row, nil, auditFields(row, lines))
}

// copyContact keeps the contact as it is now. home is the business's country, which is not
// printed.
func copyContact(ctx context.Context, tx *ent.Tx, row *ent.Document, c *ent.Contact, home string) error {
	row.ContactName, row.ContactProfession = c.DisplayName, c.Profession
	row.ContactVatNumber, row.ContactTaxOffice = c.VatNumber, c.TaxOffice
	addresses, err := tx.ContactAddress.Query().Where(contactaddress.ContactID(c.ID)).Order(contactaddress.ByPosition()).All(ctx)
	if err != nil {
		return fmt.Errorf("document: read addresses: %w", err)
	}
	for _, a := range addresses {
		switch {
		case a.Kind == contactaddress.KindBilling && row.BillingAddress == "":
			row.BillingAddress = printed(a, home)
		case a.Kind == contactaddress.KindShipping && row.ShippingAddress == "":
			row.ShippingAddress = printed(a, home)
		}
	}
	return nil
}

func printed(a *ent.ContactAddress, home string) string {
	var lines []string
	country := a.Country
	if country == home {
		country = ""
	}
	for _, l := range []string{a.Line, strings.TrimSpace(a.PostalCode + " " + a.City), a.Region, country} {
		if l != "" {
			lines = append(lines, l)
		}
	}
	return strings.Join(lines, "\n")
}

// head settles date, due date, currency and exchange rate from the input and the defaults.
func head(row *ent.Document, in CreateInvoiceInput, c *ent.Contact, org *ent.Organization) error {
	if in.Date != nil {
		row.Date = *in.Date
	}
	row.DueDate = row.Date
	if c.DefaultDueDays != nil {
		row.DueDate = row.Date.AddDays(*c.DefaultDueDays)
	}
	if in.DueDate != nil {
		row.DueDate = *in.DueDate
	}
	if c.DefaultCurrency != "" {
		row.Currency = c.DefaultCurrency
	}
	apply(&row.Currency, in.Currency)
	if _, err := money.ParseCurrency(string(row.Currency)); err != nil {
		return fault.New(fault.Invalid, "currency", "%s", fault.From(err).Text)
	}
	row.ExchangeRate = money.FromInt(1)
	switch {
	case in.ExchangeRate != nil && row.Currency == org.BaseCurrency && !in.ExchangeRate.Equal(row.ExchangeRate):
		return fault.New(fault.Invalid, "exchangeRate", "The rate of the base currency is 1.")
	case in.ExchangeRate != nil:
		row.ExchangeRate = *in.ExchangeRate
	case row.Currency != org.BaseCurrency:
		return fault.New(fault.Invalid, "exchangeRate", "A document in %s needs the exchange rate to %s.", row.Currency, org.BaseCurrency)
	}
	if row.ExchangeRate.Sign() <= 0 || !row.ExchangeRate.Fits(6) || row.ExchangeRate.Cmp(money.FromInt(1e9)) > 0 {
		return fault.New(fault.Invalid, "exchangeRate", "A rate is more than 0 and has at most 6 decimals.")
	}
	return nil
}

func checkHead(row *ent.Document) error {
	var bad fault.List
	if row.DueDate < row.Date {
		bad = append(bad, fault.New(fault.Invalid, "dueDate", "A document is not due before its date."))
	}
	if row.DueDate > day.Last {
		bad = append(bad, fault.New(fault.Invalid, "dueDate", "A document is due by %s.", day.Last))
	}
	for _, t := range []struct {
		field string
		value *string
		limit int
	}{{"reference", &row.Reference, 100}, {"notes", &row.Notes, 5000}, {"terms", &row.Terms, 5000}, {"customId", row.CustomID, 256}} {
		if t.value == nil {
			continue
		}
		*t.value = strings.TrimSpace(*t.value)
		if utf8.RuneCountInString(*t.value) > t.limit {
			bad = append(bad, fault.New(fault.Invalid, t.field, "At most %d characters.", t.limit))
		}
	}
	if row.CustomID != nil && *row.CustomID == "" {
		row.CustomID = nil
	}
	return bad.Err()
}

func customIDFree(ctx context.Context, tx *ent.Tx, row *ent.Document) error {
	if row.CustomID == nil {
		return nil
	}
	taken, err := tx.Document.Query().Where(entdocument.TypeEQ(row.Type), entdocument.CustomID(*row.CustomID), entdocument.IDNEQ(row.ID)).Exist(ctx)
	if err != nil {
		return fmt.Errorf("document: look for a custom id: %w", err)
	}
	if taken {
		return fault.New(fault.Conflict, "customId", "Another document has this customId.")
	}
	return nil
}

// compute checks the lines and works out the totals of a sale, which are not below zero.
func compute(c money.Currency, inclusive bool, in []*LineInput, defaults []money.Tax) ([]*ent.DocumentLine, Totals, error) {
	if len(in) == 0 || len(in) > maxEntries {
		return nil, Totals{}, fault.New(fault.Invalid, "lines", "A document has 1 to %d lines.", maxEntries)
	}
	rows, amounts := make([]*ent.DocumentLine, len(in)), make([]LineAmounts, len(in))
	var bad fault.List
	for i, l := range in {
		row, err := l.row(c, defaults)
		if err != nil {
			_ = bad.Add(fmt.Sprintf("lines.%d", i), err)
			continue
		}
		row.Position = i
		rows[i] = row
		amounts[i] = LineAmounts{row.Quantity, row.UnitPrice, row.DiscountPercent, row.DiscountAmount, row.Taxes}
	}
	if err := bad.Err(); err != nil {
		return nil, Totals{}, err
	}
	totals, err := ComputeTotals(TotalsInput{Currency: c, PricesIncludeTax: inclusive, Lines: amounts})
	if err != nil {
		return nil, Totals{}, err
	}
	if totals.Payable < 0 {
		return nil, Totals{}, fault.New(fault.Invalid, "lines", "An invoice does not come to less than zero.")
	}
	for i, r := range rows {
		r.Net = totals.Lines[i]
	}
	return rows, totals, nil
}

func (l *LineInput) row(c money.Currency, defaults []money.Tax) (*ent.DocumentLine, error) {
	var bad fault.List
	row := &ent.DocumentLine{ID: schema.NewID(), Title: strings.TrimSpace(l.Title), Unit: strings.TrimSpace(l.Unit),
		Quantity: money.FromInt(1), UnitPrice: l.UnitPrice, DiscountPercent: l.DiscountPercent, Taxes: defaults}
	if l.Quantity != nil {
		row.Quantity = *l.Quantity
	}
	if n := utf8.RuneCountInString(row.Title); n == 0 || n > 1000 {
		bad = append(bad, fault.New(fault.Invalid, "title", "A line has a title of 1 to 1,000 characters."))
	}
	if utf8.RuneCountInString(row.Unit) > 20 {
		bad = append(bad, fault.New(fault.Invalid, "unit", "At most 20 characters."))
	}
	if l.DiscountAmount != nil {
		amount, err := money.ParseMinor(*l.DiscountAmount, c)
		_ = bad.Add("discountAmount", err)
		row.DiscountAmount = amount
	}
	if l.Taxes != nil {
		row.Taxes = make([]money.Tax, len(l.Taxes))
		for i, t := range l.Taxes {
			_ = bad.Add(fmt.Sprintf("taxes.%d", i), t.Normalize())
			row.Taxes[i] = *t
		}
	}
	if len(row.Taxes) > 10 {
		bad = append(bad, fault.New(fault.Invalid, "taxes", "At most 10 taxes."))
	}
	if row.Taxes == nil {
		row.Taxes = []money.Tax{}
	}
	return row, bad.Err()
}

func applyTotals(row *ent.Document, t Totals) {
	row.Net, row.Vat, row.OtherTaxes, row.Withholding, row.Total, row.Payable = t.Net, t.VAT, t.OtherTaxes, t.Withholding, t.Total, t.Payable
}

func insert(ctx context.Context, tx *ent.Tx, r *ent.Document) error {
	err := tx.Document.Create().SetID(r.ID).SetType(r.Type).SetSide(r.Side).SetContactID(r.ContactID).SetContactName(r.ContactName).
		SetContactProfession(r.ContactProfession).SetContactVatNumber(r.ContactVatNumber).SetContactTaxOffice(r.ContactTaxOffice).
		SetBillingAddress(r.BillingAddress).SetShippingAddress(r.ShippingAddress).SetReference(r.Reference).SetNillableCustomID(r.CustomID).
		SetDate(r.Date).SetDueDate(r.DueDate).SetCurrency(r.Currency).SetExchangeRate(r.ExchangeRate).SetPricesIncludeTax(r.PricesIncludeTax).
		SetTerms(r.Terms).SetNotes(r.Notes).SetNet(r.Net).SetVat(r.Vat).SetOtherTaxes(r.OtherTaxes).SetWithholding(r.Withholding).
		SetTotal(r.Total).SetPayable(r.Payable).SetCreatedBy(r.CreatedBy).Exec(ctx)
	if err != nil {
		return fmt.Errorf("document: create: %w", err)
	}
	return nil
}

// insertLines writes the lines and the tax groups, one statement each.
func insertLines(ctx context.Context, tx *ent.Tx, doc *ent.Document, lines []*ent.DocumentLine, t Totals) error {
	c := make([]*ent.DocumentLineCreate, len(lines))
	for i, l := range lines {
		c[i] = tx.DocumentLine.Create().SetID(l.ID).SetDocumentID(doc.ID).SetPosition(l.Position).SetTitle(l.Title).SetQuantity(l.Quantity).
			SetUnit(l.Unit).SetUnitPrice(l.UnitPrice).SetDiscountPercent(l.DiscountPercent).SetDiscountAmount(l.DiscountAmount).
			SetTaxes(l.Taxes).SetNet(l.Net)
	}
	if err := tx.DocumentLine.CreateBulk(c...).Exec(ctx); err != nil {
		return fmt.Errorf("document: save lines: %w", err)
	}
	if len(t.Groups) == 0 {
		return nil
	}
	g := make([]*ent.DocumentTaxCreate, len(t.Groups))
	for i, x := range t.Groups {
		g[i] = tx.DocumentTax.Create().SetDocumentID(doc.ID).SetPosition(i).SetKind(x.Kind).SetName(x.Name).SetCategory(x.Category).
			SetRate(x.Rate).SetInformational(x.Informational).SetBase(x.Base).SetAmount(x.Amount)
	}
	if err := tx.DocumentTax.CreateBulk(g...).Exec(ctx); err != nil {
		return fmt.Errorf("document: save taxes: %w", err)
	}
	return nil
}

// UpdateInvoice changes a draft that still has the version that was read.
//
// Faults: INVALID with every bad field; NOT_FOUND; CONFLICT on version when it changed
// since, without a field when it is no draft.
func (s *Service) UpdateInvoice(ctx context.Context, in UpdateInvoiceInput) (*Document, error) {
	return s.step(ctx, IDInput{ID: in.ID}, func(ctx context.Context, tx *ent.Tx, row *ent.Document) error {
		if row.Version != in.Version {
			return fault.New(fault.Conflict, "version", "The invoice was changed since you read it: it has version %d now.", row.Version)
		}
		if row.Status != entdocument.StatusDraft {
			return fault.New(fault.Conflict, "id", "Only a draft can be changed: take the invoice back to draft first.")
		}
		return s.update(ctx, tx, row, in)
	})
}

func (s *Service) update(ctx context.Context, tx *ent.Tx, row *ent.Document, in UpdateInvoiceInput) error {
	before := auditFields(row, nil)
	late := row.DueDate
	apply(&row.Date, in.Date)
	apply(&row.DueDate, in.DueDate)
	apply(&row.PricesIncludeTax, in.PricesIncludeTax)
	apply(&row.Reference, in.Reference)
	apply(&row.Notes, in.Notes)
	apply(&row.Terms, in.Terms)
	if in.Date != nil && in.DueDate == nil && late < row.Date {
		row.DueDate = row.Date
	}
	if row.NumberPeriod != 0 && row.Date.Year() != row.NumberPeriod {
		return fault.New(fault.Invalid, "date", "The invoice has a number of %d: its date stays in that year.", row.NumberPeriod)
	}
	if err := checkHead(row); err != nil {
		return err
	}
	if in.Lines == nil && in.PricesIncludeTax != nil {
		return fault.New(fault.Invalid, "lines", "Give the lines too when prices change their meaning.")
	}
	if in.Lines != nil {
		if err := s.replaceLines(ctx, tx, row, in.Lines); err != nil {
			return err
		}
	}
	err := change(tx, row).SetDate(row.Date).SetDueDate(row.DueDate).SetPricesIncludeTax(row.PricesIncludeTax).
		SetReference(row.Reference).SetNotes(row.Notes).SetTerms(row.Terms).SetNet(row.Net).SetVat(row.Vat).SetOtherTaxes(row.OtherTaxes).
		SetWithholding(row.Withholding).SetTotal(row.Total).SetPayable(row.Payable).Exec(ctx)
	if err != nil {
		return fmt.Errorf("document: update: %w", err)
	}
	was, is := audit.Diff(before, auditFields(row, nil))
	return record(ctx, tx, "updateInvoice", row, was, is)
}

func (s *Service) replaceLines(ctx context.Context, tx *ent.Tx, row *ent.Document, in []*LineInput) error {
	c, err := tx.Contact.Get(ctx, row.ContactID)
	if err != nil {
		return fmt.Errorf("document: read the contact: %w", err)
	}
	lines, totals, err := compute(row.Currency, row.PricesIncludeTax, in, c.DefaultTaxes)
	if err != nil {
		return err
	}
	if err := deleteLines(ctx, tx, row.ID); err != nil {
		return err
	}
	applyTotals(row, totals)
	return insertLines(ctx, tx, row, lines, totals)
}

func deleteLines(ctx context.Context, tx *ent.Tx, document uuid.UUID) error {
	if _, err := tx.DocumentLine.Delete().Where(documentline.DocumentID(document)).Exec(ctx); err != nil {
		return fmt.Errorf("document: delete lines: %w", err)
	}
	if _, err := tx.DocumentTax.Delete().Where(documenttax.DocumentID(document)).Exec(ctx); err != nil {
		return fmt.Errorf("document: delete taxes: %w", err)
	}
	return nil
}

func apply[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

func auditFields(r *ent.Document, lines []*ent.DocumentLine) audit.Fields {
	f := audit.Fields{"status": r.Status, "date": r.Date, "dueDate": r.DueDate, "currency": r.Currency,
		"net": r.Net, "vat": r.Vat, "payable": r.Payable}
	for k, v := range map[string]string{"number": r.NumberText, "reference": r.Reference, "notes": r.Notes, "terms": r.Terms} {
		if v != "" {
			f[k] = v
		}
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
