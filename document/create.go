package document

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/contactaddress"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/viewer"
)

// Create makes a draft. The copy of the contact's name, number and addresses is made now and
// never changes with the contact.
//
// Faults: INVALID with every bad field; NOT_FOUND on contactId and on what lines name;
// CONFLICT on contactId when the contact is archived or may not have such a document, on
// customId when it is taken, on date when the books are closed then.
func (s *Service) Create(ctx context.Context, in CreateInput) (*Document, error) {
	if err := mayEdit(ctx, in.Type); err != nil {
		return nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		row, _, err := s.CreateIn(ctx, tx, in)
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

// CreateIn is Create within the transaction of what causes the document, which has asked
// whether the viewer may and holds no lock but, perhaps, that of the contact. It gives the
// draft and its lines in the order of the input.
func (s *Service) CreateIn(ctx context.Context, tx *ent.Tx, in CreateInput) (*ent.Document, []*ent.DocumentLine, error) {
	if _, known := kinds[in.Type]; !known {
		return nil, nil, fault.New(fault.Invalid, "type", "There is no such type of document.")
	}
	c, err := contact.Active(ctx, tx, in.ContactID, "contactId")
	if err != nil {
		return nil, nil, err
	}
	if err := suits(in.Type, c); err != nil {
		return nil, nil, err
	}
	org, err := tx.Organization.Get(ctx, viewer.From(ctx).Organization)
	if err != nil {
		return nil, nil, fmt.Errorf("document: read the organization: %w", err)
	}
	row := &ent.Document{ID: schema.NewID(), OrganizationID: org.ID, Type: in.Type, Side: kinds[in.Type].side, Status: entdocument.StatusDraft,
		ContactID: c.ID, SequenceID: in.SequenceID, Date: TodayIn(s.Now(), org.TimeZone), Currency: org.BaseCurrency,
		PricesIncludeTax: in.PricesIncludeTax, Reference: in.Reference, Notes: in.Notes, Terms: in.Terms, Language: in.Language,
		PaidBy: paidBy(in.PaidBy), CustomID: in.CustomID, OriginID: in.OriginID, RecurringID: in.RecurringID, RecurringDate: in.RecurringDate,
		Version: 1, CreatedBy: viewer.From(ctx).Actor()}
	if err := copyContact(ctx, tx, row, c, org.Country); err != nil {
		return nil, nil, err
	}
	headErr := s.head(ctx, tx, row, in, c, org)
	draft := content{row: row, defaults: c.DefaultTaxes, copied: in.copied}
	err = draft.fill(ctx, tx, in.Lines, in.Adjustments)
	if _, unknown := money.ParseCurrency(string(row.Currency)); unknown != nil {
		err = nil // the head tells of it
	}
	if err := fault.Join(headErr, checkHead(row), Open(org, row.Date, "date"), err); err != nil {
		return nil, nil, err
	}
	if err := fault.Join(customIDFree(ctx, tx, row), sequenceSuits(ctx, tx, row)); err != nil {
		return nil, nil, err
	}
	if err := insert(ctx, tx, row); err != nil {
		return nil, nil, err
	}
	if err := draft.save(ctx, tx); err != nil {
		return nil, nil, err
	}
	after := auditFields(row, draft.lines)
	if err := saveOptions(ctx, tx, row, in.OptionIDs, nil, after); err != nil {
		return nil, nil, err
	}
	s.Tell(ctx, row)
	return row, draft.lines, record(ctx, tx, "createDocument", row, nil, after)
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
func (s *Service) head(ctx context.Context, tx *ent.Tx, row *ent.Document, in CreateInput, c *ent.Contact, org *ent.Organization) error {
	apply(&row.Date, in.Date)
	row.DueDate = row.Date
	if c.DefaultDueDays != nil && kinds[row.Type].effect != credit && row.Type != entdocument.TypeExpense {
		row.DueDate = row.Date.AddDays(*c.DefaultDueDays)
	}
	apply(&row.DueDate, in.DueDate)
	if c.DefaultCurrency != "" {
		row.Currency = c.DefaultCurrency
	}
	apply(&row.Currency, in.Currency)
	if _, err := money.ParseCurrency(string(row.Currency)); err != nil {
		return fault.New(fault.Invalid, "currency", "%s", fault.From(err).Text)
	}
	return s.setRate(ctx, tx, row, in.ExchangeRate, org)
}

// setRate settles the exchange rate: 1 in base currency, else what is given, else what is known of
// the document's date.
func (s *Service) setRate(ctx context.Context, tx *ent.Tx, row *ent.Document, given *money.Decimal, org *ent.Organization) error {
	row.ExchangeRate = money.FromInt(1)
	switch {
	case given != nil && row.Currency == org.BaseCurrency && !given.Equal(row.ExchangeRate):
		return fault.New(fault.Invalid, "exchangeRate", "The rate of the base currency is 1.")
	case given != nil:
		row.ExchangeRate = *given
	case row.Currency != org.BaseCurrency:
		if err := s.convert(ctx, tx, row, org); err != nil {
			return err
		}
	}
	if row.ExchangeRate.Sign() <= 0 || !row.ExchangeRate.Fits(6) || row.ExchangeRate.Cmp(money.FromInt(1e9)) > 0 {
		return fault.New(fault.Invalid, "exchangeRate", "A rate is more than 0 and has at most 6 decimals.")
	}
	return nil
}

// convert takes the exchange rate of the document's date from where rates come from.
func (s *Service) convert(ctx context.Context, tx *ent.Tx, row *ent.Document, org *ent.Organization) error {
	if s.Rates != nil {
		rate, ok, err := s.Rates.On(ctx, tx.Client(), row.Currency, org.BaseCurrency, row.Date)
		if err != nil {
			return err
		}
		if ok {
			row.ExchangeRate = rate
			return nil
		}
	}
	return fault.New(fault.Invalid, "exchangeRate", "A document in %s needs the exchange rate to %s.", row.Currency, org.BaseCurrency)
}

func checkHead(row *ent.Document) error {
	var bad fault.List
	if row.DueDate < row.Date {
		bad = append(bad, fault.New(fault.Invalid, "dueDate", "A document is not due before its date."))
	}
	if row.DueDate > day.Last {
		bad = append(bad, fault.New(fault.Invalid, "dueDate", "A document is due by %s.", day.Last))
	}
	if row.Language != "" && !contact.Languages[row.Language] {
		bad = append(bad, fault.New(fault.Invalid, "language", "One of en, el, de, fr, it, es, bg."))
	}
	switch expense := row.Type == entdocument.TypeExpense; {
	case expense && row.PaidBy == nil:
		bad = append(bad, fault.New(fault.Invalid, "paidBy", "Say how the expense was paid."))
	case !expense && row.PaidBy != nil:
		bad = append(bad, fault.New(fault.Invalid, "paidBy", "Only an expense says how it was paid."))
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
		if len([]rune(*t.value)) > t.limit {
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

func insert(ctx context.Context, tx *ent.Tx, r *ent.Document) error {
	err := tx.Document.Create().SetID(r.ID).SetType(r.Type).SetSide(r.Side).SetContactID(r.ContactID).SetContactName(r.ContactName).
		SetContactProfession(r.ContactProfession).SetContactVatNumber(r.ContactVatNumber).SetContactTaxOffice(r.ContactTaxOffice).
		SetBillingAddress(r.BillingAddress).SetShippingAddress(r.ShippingAddress).SetReference(r.Reference).SetNillableCustomID(r.CustomID).
		SetNillableSequenceID(r.SequenceID).SetLanguage(r.Language).SetNillablePaidBy(r.PaidBy).SetNillableOriginID(r.OriginID).
		SetNillableRecurringID(r.RecurringID).SetNillableRecurringDate(r.RecurringDate).
		SetDate(r.Date).SetDueDate(r.DueDate).SetCurrency(r.Currency).SetExchangeRate(r.ExchangeRate).SetPricesIncludeTax(r.PricesIncludeTax).
		SetTerms(r.Terms).SetNotes(r.Notes).SetAllowances(r.Allowances).SetCharges(r.Charges).SetNet(r.Net).SetVat(r.Vat).
		SetOtherTaxes(r.OtherTaxes).SetWithholding(r.Withholding).SetTotal(r.Total).SetPayable(r.Payable).SetCreatedBy(r.CreatedBy).Exec(ctx)
	if err != nil {
		return fmt.Errorf("document: create: %w", err)
	}
	return nil
}
