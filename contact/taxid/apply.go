package taxid

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/contactaddress"
	"github.com/kartela/kartela/ent/registrycheck"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/fold"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// fields are the fields that an answer can fill, in the order in which they are shown.
var fields = []Field{FieldCompany, FieldProfession, FieldVATNumber, FieldTaxOffice, FieldAddress}

// value is what the registry says of the field as a contact keeps it, for a person; empty
// where it says nothing.
func (c *Company) value(f Field) string {
	switch f {
	case FieldCompany:
		return fold.Clip(c.Name, 100)
	case FieldProfession:
		return fold.Clip(c.Profession, 100)
	case FieldVATNumber:
		return c.VatNumber
	case FieldTaxOffice:
		return c.TaxOffice
	case FieldAddress:
		if c.Line == "" && c.City == "" && c.PostalCode == "" {
			return "" // a country alone is no address
		}
		return oneLine(fold.Clip(c.Line, 200), fold.Clip(c.PostalCode, 20), fold.Clip(c.City, 100), c.Country)
	}
	return ""
}

// present is what the contact has in the field, for a person.
func present(row *ent.Contact, billing *ent.ContactAddress, f Field) string {
	switch f {
	case FieldCompany:
		return row.Company
	case FieldProfession:
		return row.Profession
	case FieldVATNumber:
		return row.VatNumber
	case FieldTaxOffice:
		return row.TaxOffice
	case FieldAddress:
		if billing != nil {
			return oneLine(billing.Line, billing.PostalCode, billing.City, billing.Country)
		}
	}
	return ""
}

// oneLine writes an address in one line.
func oneLine(line, postalCode, city, country string) string {
	parts := []string{}
	for _, s := range []string{line, strings.TrimSpace(postalCode + " " + city), country} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ", ")
}

// differences are the fields in which the answer says something else than the contact has.
// Registries write in capitals and without accents: that alone is no difference.
func differences(ctx context.Context, c *contact.Contact, said *Company) ([]*Difference, error) {
	addresses, err := c.Addresses(ctx)
	if err != nil {
		return nil, err
	}
	out := []*Difference{}
	for _, f := range fields {
		is, says := present(c.Contact, billing(addresses), f), said.value(f)
		if says != "" && contact.Fold(is) != contact.Fold(says) {
			out = append(out, &Difference{Field: f, Present: is, Registry: says})
		}
	}
	return out, nil
}

// billing is the first billing address; nil when there is none.
func billing(addresses []*ent.ContactAddress) *ent.ContactAddress {
	for _, a := range addresses {
		if a.Kind == contactaddress.KindBilling {
			return a
		}
	}
	return nil
}

// Apply takes what a kept answer says over into a contact, field by field as chosen, and
// keeps an answer of no contact with it. The address replaces the first billing address, or
// becomes one. With no field at all the answer is kept with the contact, and no more.
//
// Faults: INVALID on fields.N where the answer says nothing, and as contact.Service.Update;
// NOT_FOUND on checkId, contactId; CONFLICT on version when the contact has changed since, on
// checkId when the answer is another contact's; UNAUTHENTICATED, FORBIDDEN. Nothing is
// changed when an error is returned.
func (s *Service) Apply(ctx context.Context, in ApplyInput) (*contact.Contact, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditContacts); err != nil {
		return nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		return in.ContactID, s.apply(ctx, tx, in)
	})
	if err != nil {
		return nil, err
	}
	return s.Contacts.Get(ctx, id)
}

func (s *Service) apply(ctx context.Context, tx *ent.Tx, in ApplyInput) error {
	row, err := tx.RegistryCheck.Query().Where(registrycheck.ID(in.CheckID), db.ForUpdate).Only(ctx)
	if ent.IsNotFound(err) {
		return fault.New(fault.NotFound, "checkId", "There is no such answer.")
	}
	if err != nil {
		return fmt.Errorf("taxid: read the answer: %w", err)
	}
	if row.ContactID != nil && *row.ContactID != in.ContactID {
		return fault.New(fault.Conflict, "checkId", "This answer is kept with another contact: look the number up for this one.")
	}
	said, err := checks(row)[0].Company()
	if err != nil {
		return err
	}
	change, err := s.change(ctx, tx, in, said)
	if err != nil {
		return err
	}
	if err := onContactID(s.Contacts.UpdateWithin(ctx, tx, *change)); err != nil {
		return err
	}
	if row.ContactID == nil {
		if _, err := attach(ctx, tx, row.ID, in.ContactID); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, audit.Event{Action: "applyRegistryCheck", ObjectType: "registry_check", ObjectID: row.ID, ContactID: in.ContactID,
		After: audit.Fields{"registry": names[row.Registry], "country": row.Country, "number": row.Number,
			"requestIdentifier": row.RequestIdentifier, "fields": in.Fields}})
}

// change is the change of the contact that takes the fields over.
func (s *Service) change(ctx context.Context, tx *ent.Tx, in ApplyInput, said *Company) (*contact.UpdateInput, error) {
	change := &contact.UpdateInput{ID: in.ContactID, Version: in.Version}
	var bad fault.List
	for i, f := range in.Fields {
		v := said.value(f)
		if v == "" {
			bad = append(bad, fault.New(fault.Invalid, fmt.Sprintf("fields.%d", i), "The registry says nothing of this."))
			continue
		}
		switch f {
		case FieldCompany:
			change.Company = &v
		case FieldProfession:
			change.Profession = &v
		case FieldVATNumber:
			change.VatNumber = &v
		case FieldTaxOffice:
			change.TaxOffice = &v
		case FieldAddress:
			var err error
			if change.Addresses, err = withBilling(ctx, tx, in.ContactID, said); err != nil {
				return nil, err
			}
		}
	}
	return change, bad.Err()
}

// withBilling is the contact's list of addresses with the registry's as the billing address.
// What the registry does not know of it, the branch, stays.
func withBilling(ctx context.Context, tx *ent.Tx, contactID uuid.UUID, said *Company) ([]*contact.AddressInput, error) {
	rows, err := tx.ContactAddress.Query().Where(contactaddress.ContactID(contactID)).
		Order(contactaddress.ByPosition(), contactaddress.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("taxid: read addresses: %w", err)
	}
	kind := contactaddress.KindBilling
	from := contact.AddressInput{Kind: &kind, Line: fold.Clip(said.Line, 200), City: fold.Clip(said.City, 100),
		PostalCode: fold.Clip(said.PostalCode, 20), Country: said.Country}
	replaced := billing(rows)
	out := []*contact.AddressInput{}
	for _, r := range rows {
		a := contact.AddressInput{Kind: &r.Kind, Line: r.Line, City: r.City, Region: r.Region, PostalCode: r.PostalCode, Country: r.Country}
		if r == replaced {
			a = from
		}
		a.ID, a.BranchCode = &r.ID, r.BranchCode
		out = append(out, &a)
	}
	if replaced == nil {
		out = append(out, &from)
	}
	return out, nil
}

// onContactID names the field of this mutation whose contact is not there, archived or merged.
func onContactID(err error) error {
	all, ok := fault.All(err)
	if !ok {
		return err
	}
	var out fault.List
	for _, f := range all {
		moved := *f
		if moved.Field == "id" {
			moved.Field = "contactId"
		}
		out = append(out, &moved)
	}
	return out.Err()
}
