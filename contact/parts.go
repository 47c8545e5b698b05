package contact

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/contactaddress"
	"github.com/kartela/kartela/ent/contactemail"
	"github.com/kartela/kartela/ent/contactphone"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
)

// parts are the sub-lists of one contact, as they are to be kept.
type parts struct {
	addresses []*ent.ContactAddress
	emails    []*ent.ContactEmail
	phones    []*ent.ContactPhone
	options   []chosen // of a new contact
}

func newParts(contactID uuid.UUID, f *Fields) parts {
	var p parts
	for i, in := range f.Addresses {
		p.addresses = append(p.addresses, in.row(contactID, i))
	}
	for i, in := range f.Emails {
		p.emails = append(p.emails, in.row(contactID, i))
	}
	for i, in := range f.Phones {
		p.phones = append(p.phones, in.row(contactID, i))
	}
	for _, id := range f.OptionIDs {
		p.options = append(p.options, chosen{contactID, id})
	}
	return p
}

func idOrNew(id *uuid.UUID) uuid.UUID {
	if id != nil {
		return *id
	}
	return schema.NewID()
}

func (in *AddressInput) row(contactID uuid.UUID, at int) *ent.ContactAddress {
	kind := contactaddress.KindBilling
	if in.Kind != nil {
		kind = *in.Kind
	}
	return &ent.ContactAddress{ID: idOrNew(in.ID), ContactID: contactID, Position: at, Kind: kind, Line: in.Line,
		City: in.City, SortCity: sortCity(in.City), Region: in.Region, PostalCode: in.PostalCode, Country: in.Country, BranchCode: in.BranchCode}
}

func (in *EmailInput) row(contactID uuid.UUID, at int) *ent.ContactEmail {
	return &ent.ContactEmail{ID: idOrNew(in.ID), ContactID: contactID, Position: at, Email: in.Email, Label: in.Label, Primary: in.Primary}
}

func (in *PhoneInput) row(contactID uuid.UUID, at int) *ent.ContactPhone {
	return &ent.ContactPhone{ID: idOrNew(in.ID), ContactID: contactID, Position: at, Number: in.Number, Label: in.Label, Primary: in.Primary}
}

// insert writes all parts, one statement a list, and two for options.
func (p parts) insert(ctx context.Context, tx *ent.Tx) error {
	if len(p.addresses) > 0 {
		c := make([]*ent.ContactAddressCreate, len(p.addresses))
		for i, a := range p.addresses {
			c[i] = tx.ContactAddress.Create().SetID(a.ID).SetContactID(a.ContactID).SetPosition(a.Position).SetKind(a.Kind).SetLine(a.Line).
				SetCity(a.City).SetSortCity(a.SortCity).SetRegion(a.Region).SetPostalCode(a.PostalCode).SetCountry(a.Country).SetBranchCode(a.BranchCode)
		}
		if err := tx.ContactAddress.CreateBulk(c...).Exec(ctx); err != nil {
			return fmt.Errorf("contact: save addresses: %w", err)
		}
	}
	if len(p.emails) > 0 {
		c := make([]*ent.ContactEmailCreate, len(p.emails))
		for i, e := range p.emails {
			c[i] = tx.ContactEmail.Create().SetID(e.ID).SetContactID(e.ContactID).SetPosition(e.Position).
				SetEmail(e.Email).SetLabel(e.Label).SetPrimary(e.Primary)
		}
		if err := tx.ContactEmail.CreateBulk(c...).Exec(ctx); err != nil {
			return fmt.Errorf("contact: save e-mails: %w", err)
		}
	}
	if len(p.phones) > 0 {
		c := make([]*ent.ContactPhoneCreate, len(p.phones))
		for i, ph := range p.phones {
			c[i] = tx.ContactPhone.Create().SetID(ph.ID).SetContactID(ph.ContactID).SetPosition(ph.Position).
				SetNumber(ph.Number).SetLabel(ph.Label).SetPrimary(ph.Primary)
		}
		if err := tx.ContactPhone.CreateBulk(c...).Exec(ctx); err != nil {
			return fmt.Errorf("contact: save phones: %w", err)
		}
	}
	return insertOptions(ctx, tx, p.options)
}

// saveParts replaces the sub-lists that the input holds, keeps the others, and gives what
// they were and are for the history. An id that is not an item of this contact is refused.
func saveParts(ctx context.Context, tx *ent.Tx, row *ent.Contact, f *Fields) (before, after audit.Fields, err error) {
	old, err := readParts(ctx, tx, row.ID)
	if err != nil {
		return nil, nil, err
	}
	if err := knownIDs(old, f); err != nil {
		return nil, nil, err
	}
	now, write := newParts(row.ID, f), parts{}
	if f.Addresses == nil {
		now.addresses = old.addresses
	} else {
		write.addresses = now.addresses
		if _, err := tx.ContactAddress.Delete().Where(contactaddress.ContactID(row.ID)).Exec(ctx); err != nil {
			return nil, nil, fmt.Errorf("contact: save addresses: %w", err)
		}
	}
	if f.Emails == nil {
		now.emails = old.emails
	} else {
		write.emails = now.emails
		if _, err := tx.ContactEmail.Delete().Where(contactemail.ContactID(row.ID)).Exec(ctx); err != nil {
			return nil, nil, fmt.Errorf("contact: save e-mails: %w", err)
		}
	}
	if f.Phones == nil {
		now.phones = old.phones
	} else {
		write.phones = now.phones
		if _, err := tx.ContactPhone.Delete().Where(contactphone.ContactID(row.ID)).Exec(ctx); err != nil {
			return nil, nil, fmt.Errorf("contact: save phones: %w", err)
		}
	}
	row.Search = SearchText(row, now.addresses, now.emails, now.phones)
	return old.audit(), now.audit(), write.insert(ctx, tx)
}

func readParts(ctx context.Context, tx *ent.Tx, contactID uuid.UUID) (p parts, err error) {
	if p.addresses, err = tx.ContactAddress.Query().Where(contactaddress.ContactID(contactID)).Order(contactaddress.ByPosition()).All(ctx); err != nil {
		return p, fmt.Errorf("contact: read addresses: %w", err)
	}
	if p.emails, err = tx.ContactEmail.Query().Where(contactemail.ContactID(contactID)).Order(contactemail.ByPosition()).All(ctx); err != nil {
		return p, fmt.Errorf("contact: read e-mails: %w", err)
	}
	if p.phones, err = tx.ContactPhone.Query().Where(contactphone.ContactID(contactID)).Order(contactphone.ByPosition()).All(ctx); err != nil {
		return p, fmt.Errorf("contact: read phones: %w", err)
	}
	return p, nil
}

func knownIDs(old parts, f *Fields) error {
	type item struct {
		list string
		id   uuid.UUID
	}
	known := map[item]bool{}
	for _, a := range old.addresses {
		known[item{"addresses", a.ID}] = true
	}
	for _, e := range old.emails {
		known[item{"emails", e.ID}] = true
	}
	for _, p := range old.phones {
		known[item{"phones", p.ID}] = true
	}
	var bad fault.List
	use := func(list string, at int, id *uuid.UUID) {
		if id == nil {
			return
		}
		if !known[item{list, *id}] {
			bad = append(bad, fault.New(fault.NotFound, fmt.Sprintf("%s.%d.id", list, at), "The contact has no such item."))
		}
		known[item{list, *id}] = false // an id is used once
	}
	for i, a := range f.Addresses {
		use("addresses", i, a.ID)
	}
	for i, e := range f.Emails {
		use("emails", i, e.ID)
	}
	for i, p := range f.Phones {
		use("phones", i, p.ID)
	}
	return bad.Err()
}

// audit gives the lists without their ids and places, as a person reads them.
func (p parts) audit() audit.Fields {
	addresses, emails, phones := []AddressInput{}, []EmailInput{}, []PhoneInput{}
	for _, a := range p.addresses {
		addresses = append(addresses, AddressInput{Kind: &a.Kind, Line: a.Line, City: a.City, Region: a.Region,
			PostalCode: a.PostalCode, Country: a.Country, BranchCode: a.BranchCode})
	}
	for _, e := range p.emails {
		emails = append(emails, EmailInput{Email: e.Email, Label: e.Label, Primary: e.Primary})
	}
	for _, ph := range p.phones {
		phones = append(phones, PhoneInput{Number: ph.Number, Label: ph.Label, Primary: ph.Primary})
	}
	return audit.Fields{"addresses": addresses, "emails": emails, "phones": phones}
}
