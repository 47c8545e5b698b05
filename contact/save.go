package contact

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/contactaddress"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/fold"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/viewer"
)

// CreateInput is the input of createContact.
type CreateInput struct {
	db.Idempotent
	Fields
}

// UpdateInput is the input of updateContact.
type UpdateInput struct {
	db.Idempotent
	ID      uuid.UUID
	Version int // that was read
	Fields
	Clear []Clear
}

// Clear names a field to take off where an empty text cannot say it.
type Clear string

// What can be cleared by name.
const (
	ClearClientType      Clear = "CLIENT_TYPE"
	ClearDefaultCurrency Clear = "DEFAULT_CURRENCY"
	ClearDefaultDueDays  Clear = "DEFAULT_DUE_DAYS"
)

// Create makes a contact.
//
// Faults: INVALID with the fields, all at once; CONFLICT on customId when it is taken;
// UNAUTHENTICATED, FORBIDDEN. Nothing is written when an error is returned.
func (s *Service) Create(ctx context.Context, in CreateInput) (*Contact, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditContacts); err != nil {
		return nil, err
	}
	if err := in.normalize(); err != nil {
		return nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		return create(ctx, tx, &in.Fields)
	})
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, id)
}

// create writes a new contact from normalized fields and tells of it.
func create(ctx context.Context, tx *ent.Tx, f *Fields) (uuid.UUID, error) {
	if err := knownIDs(parts{}, f); err != nil { // a new contact has no items yet
		return uuid.Nil, err
	}
	row, parts := newContact(f)
	options, err := readOptions(ctx, tx, row.ID, f, true)
	if err != nil {
		return uuid.Nil, err
	}
	if err := check(ctx, tx, row, f, options); err != nil {
		return uuid.Nil, err
	}
	c := tx.Contact.Create().SetID(row.ID)
	Write(c.Mutation(), row)
	if err := c.Exec(ctx); err != nil {
		return uuid.Nil, fmt.Errorf("contact: create: %w", err)
	}
	if err := parts.insert(ctx, tx); err != nil {
		return uuid.Nil, err
	}
	after := Values(row)
	if len(f.OptionIDs) > 0 {
		_, is := options.audit()
		after = merged(after, is)
	}
	return row.ID, audit.Record(ctx, tx, audit.Event{Action: "createContact", ObjectType: "contact",
		ObjectID: row.ID, ContactID: row.ID, After: after})
}

// newContact makes the rows of a new contact.
func newContact(f *Fields) (*ent.Contact, parts) {
	row := &ent.Contact{ID: schema.NewID(), Version: 1}
	f.apply(row)
	p := newParts(row.ID, f)
	row.Search = SearchText(row, p.addresses, p.emails, p.phones)
	return row, p
}

// Update changes a contact that still has the version that was read.
//
// Faults: INVALID with the fields; NOT_FOUND; CONFLICT on version when it has changed
// since, with the contact as it is now in Current; CONFLICT on customId when it is taken, on
// id when the contact is archived or merged.
func (s *Service) Update(ctx context.Context, in UpdateInput) (*Contact, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditContacts); err != nil {
		return nil, err
	}
	if err := in.normalize(); err != nil {
		return nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		return in.ID, s.update(ctx, tx, in)
	})
	if err != nil {
		return nil, err
	}
	return s.Get(ctx, id)
}

func (s *Service) update(ctx context.Context, tx *ent.Tx, in UpdateInput) error {
	row, err := lock(ctx, tx, in.ID)
	if err != nil {
		return err
	}
	if row.Version != in.Version {
		return Stale(ctx, tx, row, "version")
	}
	if row.ArchivedAt != nil {
		return fault.New(fault.Conflict, "id", "The contact is archived: restore it first.")
	}
	before := Values(row)
	in.apply(row)
	clearFields(row, in.Clear)
	options, err := readOptions(ctx, tx, row.ID, &in.Fields, false)
	if err != nil {
		return err
	}
	if err := check(ctx, tx, row, &in.Fields, options); err != nil {
		return err
	}
	beforeParts, afterParts, err := saveParts(ctx, tx, row, &in.Fields)
	if err != nil {
		return err
	}
	if err := options.save(ctx, tx, row.ID); err != nil {
		return err
	}
	beforeOptions, afterOptions := options.audit()
	u := tx.Contact.UpdateOneID(row.ID)
	Write(u.Mutation(), row)
	if err := u.SetVersion(row.Version + 1).SetUpdatedAt(schema.Now()).Exec(ctx); err != nil {
		return fmt.Errorf("contact: update: %w", err)
	}
	was, is := audit.Diff(merged(merged(before, beforeParts), beforeOptions), merged(merged(Values(row), afterParts), afterOptions))
	return audit.Record(ctx, tx, audit.Event{Action: "updateContact", ObjectType: "contact",
		ObjectID: row.ID, ContactID: row.ID, Before: was, After: is})
}

// lock reads a contact for a change of it.
func lock(ctx context.Context, tx *ent.Tx, id uuid.UUID) (*ent.Contact, error) {
	row, err := tx.Contact.Query().Where(entcontact.ID(id), db.ForUpdate).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, noSuch()
	}
	if err != nil {
		return nil, fmt.Errorf("contact: lock: %w", err)
	}
	if row.MergedIntoID != nil {
		return nil, wasMerged()
	}
	return row, nil
}

func (f *Fields) apply(row *ent.Contact) {
	for _, c := range []struct {
		from *string
		to   *string
	}{
		{f.FirstName, &row.FirstName}, {f.LastName, &row.LastName}, {f.Company, &row.Company},
		{f.Profession, &row.Profession}, {f.VatNumber, &row.VatNumber}, {f.TaxOffice, &row.TaxOffice},
		{f.Website, &row.Website}, {f.DefaultLanguage, &row.DefaultLanguage}, {f.DefaultTemplate, &row.DefaultTemplate},
	} {
		if c.from != nil {
			*c.to = *c.from
		}
	}
	if f.CustomID != nil {
		row.CustomID = nil
		if *f.CustomID != "" {
			row.CustomID = f.CustomID
		}
	}
	if f.IsClient != nil {
		row.IsClient = *f.IsClient
	}
	if f.IsSupplier != nil {
		row.IsSupplier = *f.IsSupplier
	}
	if f.ClientType != nil {
		row.ClientType = f.ClientType
	}
	if f.DefaultCurrency != nil {
		row.DefaultCurrency = *f.DefaultCurrency
	}
	if f.DefaultDueDays != nil {
		row.DefaultDueDays = f.DefaultDueDays
	}
	if f.DefaultTaxes != nil {
		row.DefaultTaxes = make([]money.Tax, len(f.DefaultTaxes))
		for i, t := range f.DefaultTaxes {
			row.DefaultTaxes[i] = *t
		}
	}
	row.DisplayName = displayName(row)
	row.SortName = fold.Clip(Fold(row.DisplayName), 256)
	row.NameKey = NameKey(row.DisplayName)
}

func clearFields(row *ent.Contact, clear []Clear) {
	for _, c := range clear {
		switch c {
		case ClearClientType:
			row.ClientType = nil
		case ClearDefaultCurrency:
			row.DefaultCurrency = ""
		case ClearDefaultDueDays:
			row.DefaultDueDays = nil
		}
	}
}

// displayName is the company, else the person's name.
func displayName(row *ent.Contact) string {
	if row.Company != "" {
		return row.Company
	}
	return strings.TrimSpace(row.FirstName + " " + row.LastName)
}

// check holds the contact to the rules that need more than one field, or other rows.
func check(ctx context.Context, tx *ent.Tx, row *ent.Contact, f *Fields, o *options) error {
	bad, err := checkAlone(row, f, func() (string, error) { return home(ctx, tx, row, f) })
	if err != nil {
		return err
	}
	if f.CustomID != nil && row.CustomID != nil {
		taken, err := tx.Contact.Query().Where(entcontact.CustomID(*row.CustomID), entcontact.IDNEQ(row.ID)).Exist(ctx)
		if err != nil {
			return fmt.Errorf("contact: look for a custom id: %w", err)
		}
		if taken {
			bad = append(bad, fault.New(fault.Conflict, "customId", "Another contact has this customId."))
		}
	}
	_ = bad.Add("", o.check())
	return bad.Err()
}

// home is the country of the addresses that a change leaves as they are, or with none that
// names a country the organization's.
func home(ctx context.Context, tx *ent.Tx, row *ent.Contact, f *Fields) (string, error) {
	if f.Addresses == nil {
		kept, err := tx.ContactAddress.Query().Where(contactaddress.ContactID(row.ID), contactaddress.CountryNEQ("")).
			Order(contactaddress.ByPosition()).Limit(1).All(ctx)
		if err != nil {
			return "", fmt.Errorf("contact: read addresses: %w", err)
		}
		if len(kept) > 0 {
			return kept[0].Country, nil
		}
	}
	org, err := tx.Organization.Get(ctx, viewer.From(ctx).Organization)
	if err != nil {
		return "", fmt.Errorf("contact: read the organization: %w", err)
	}
	return org.Country, nil
}

// checkAlone holds the contact to the rules that need no other contact. home, the country of
// the organization, is asked for only where it matters.
func checkAlone(row *ent.Contact, f *Fields, home func() (string, error)) (bad fault.List, err error) {
	if row.DisplayName == "" {
		bad = append(bad, fault.New(fault.Invalid, "company", "A contact needs a first name, a last name or a company."))
	}
	if f.VatNumber != nil && row.VatNumber != "" {
		greek, err := isGreek(row, f, home)
		if err != nil {
			return nil, err
		}
		if greek {
			_ = bad.Add("vatNumber", CheckGreekVATNumber(row.VatNumber))
		}
	}
	return bad, nil
}

// isGreek says whether a VAT number is to be held to the Greek rule: it is all digits, and
// the contact's addresses, or with none that names a country the organization, are in Greece.
func isGreek(row *ent.Contact, f *Fields, home func() (string, error)) (bool, error) {
	if digits(row.VatNumber) != row.VatNumber ||
		(row.ClientType != nil && *row.ClientType != entcontact.ClientTypeDomestic && *row.ClientType != entcontact.ClientTypePrivateIndividual) {
		return false, nil
	}
	for _, a := range f.Addresses {
		if a.Country != "" {
			return a.Country == "GR", nil
		}
	}
	country, err := home()
	return country == "GR", err
}

// Write puts every field of the row that a person says, and what is computed of them, into a
// mutation, for a new contact and for a change.
func Write(m *ent.ContactMutation, row *ent.Contact) {
	m.SetFirstName(row.FirstName)
	m.SetLastName(row.LastName)
	m.SetCompany(row.Company)
	m.SetDisplayName(row.DisplayName)
	m.SetProfession(row.Profession)
	m.SetVatNumber(row.VatNumber)
	m.SetTaxOffice(row.TaxOffice)
	m.SetWebsite(row.Website)
	m.SetIsClient(row.IsClient)
	m.SetIsSupplier(row.IsSupplier)
	m.SetDefaultCurrency(row.DefaultCurrency)
	m.SetDefaultLanguage(row.DefaultLanguage)
	m.SetDefaultTemplate(row.DefaultTemplate)
	m.SetDefaultTaxes(row.DefaultTaxes)
	m.SetSearch(row.Search)
	m.SetSortName(row.SortName)
	m.SetNameKey(row.NameKey)
	if row.CustomID != nil {
		m.SetCustomID(*row.CustomID)
	} else if m.Op().Is(ent.OpUpdateOne) {
		m.ClearCustomID()
	}
	if row.ClientType != nil {
		m.SetClientType(*row.ClientType)
	} else if m.Op().Is(ent.OpUpdateOne) {
		m.ClearClientType()
	}
	if row.DefaultDueDays != nil {
		m.SetDefaultDueDays(*row.DefaultDueDays)
	} else if m.Op().Is(ent.OpUpdateOne) {
		m.ClearDefaultDueDays()
	}
}

// Values are the contact's fields for the history, without those that are empty.
func Values(row *ent.Contact) audit.Fields {
	f := audit.Fields{
		"firstName": row.FirstName, "lastName": row.LastName, "company": row.Company,
		"profession": row.Profession, "vatNumber": row.VatNumber, "taxOffice": row.TaxOffice,
		"website": row.Website, "isClient": row.IsClient, "isSupplier": row.IsSupplier,
		"defaultCurrency": row.DefaultCurrency, "defaultLanguage": row.DefaultLanguage,
		"defaultTemplate": row.DefaultTemplate, "defaultTaxes": row.DefaultTaxes,
	}
	if row.CustomID != nil {
		f["customId"] = *row.CustomID
	}
	if row.ClientType != nil {
		f["clientType"] = *row.ClientType
	}
	if row.DefaultDueDays != nil {
		f["defaultDueDays"] = *row.DefaultDueDays
	}
	for k, v := range f {
		if v == "" || v == false || v == money.Currency("") {
			delete(f, k)
		}
	}
	if len(row.DefaultTaxes) == 0 {
		delete(f, "defaultTaxes")
	}
	return f
}

func merged(a, b audit.Fields) audit.Fields {
	for k, v := range b {
		a[k] = v
	}
	return a
}
