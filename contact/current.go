package contact

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/contactoption"
	"github.com/kartela/kartela/fault"
)

// Stale is the CONFLICT over a version that is no longer the contact's, on the field that named
// it, with the contact as it is now, for who made the change to compare.
func Stale(ctx context.Context, tx *ent.Tx, row *ent.Contact, field string) error {
	p, err := readParts(ctx, tx, row.ID)
	if err != nil {
		return err
	}
	options, err := tx.ContactOption.Query().Where(contactoption.ContactID(row.ID)).Order(contactoption.ByID()).All(ctx)
	if err != nil {
		return fmt.Errorf("contact: read options: %w", err)
	}
	out := fault.New(fault.Conflict, field, "The contact was changed since you read it: it has version %d now.", row.Version)
	out.Current = current(row, p, options)
	return out
}

// current are the fields of a contact by the names of updateContact's input, with what is
// computed. Values are as JSON has them.
func current(row *ent.Contact, p parts, chosen []*ent.ContactOption) map[string]any {
	out := map[string]any{
		"id": row.ID, "version": row.Version, "updatedAt": row.UpdatedAt, "archivedAt": row.ArchivedAt,
		"displayName": row.DisplayName, "firstName": row.FirstName, "lastName": row.LastName, "company": row.Company,
		"profession": row.Profession, "vatNumber": row.VatNumber, "taxOffice": row.TaxOffice, "customId": row.CustomID,
		"website": row.Website, "isClient": row.IsClient, "isSupplier": row.IsSupplier, "clientType": nil,
		"defaultCurrency": nil, "defaultLanguage": row.DefaultLanguage, "defaultDueDays": row.DefaultDueDays,
		"defaultTemplate": row.DefaultTemplate,
	}
	if row.ClientType != nil {
		out["clientType"] = enum(*row.ClientType)
	}
	if row.DefaultCurrency != "" {
		out["defaultCurrency"] = row.DefaultCurrency
	}
	taxes := make([]map[string]any, len(row.DefaultTaxes))
	for i, t := range row.DefaultTaxes {
		taxes[i] = map[string]any{"kind": enum(t.Kind), "name": t.Name, "rate": t.Rate, "category": t.Category, "informational": t.Informational}
	}
	options := make([]uuid.UUID, len(chosen))
	for i, o := range chosen {
		options[i] = o.OptionID
	}
	out["defaultTaxes"], out["optionIds"] = taxes, options
	out["addresses"], out["emails"], out["phones"] = p.current()
	return out
}

func (p parts) current() (addresses, emails, phones []map[string]any) {
	addresses, emails, phones = []map[string]any{}, []map[string]any{}, []map[string]any{}
	for _, a := range p.addresses {
		addresses = append(addresses, map[string]any{"id": a.ID, "kind": enum(a.Kind), "line": a.Line, "city": a.City,
			"region": a.Region, "postalCode": a.PostalCode, "country": a.Country, "branchCode": a.BranchCode})
	}
	for _, e := range p.emails {
		emails = append(emails, map[string]any{"id": e.ID, "email": e.Email, "label": e.Label, "primary": e.Primary})
	}
	for _, ph := range p.phones {
		phones = append(phones, map[string]any{"id": ph.ID, "number": ph.Number, "label": ph.Label, "primary": ph.Primary})
	}
	return addresses, emails, phones
}

// enum is a value as the API's enumerations spell it.
func enum[S ~string](v S) string { return strings.ToUpper(string(v)) }
