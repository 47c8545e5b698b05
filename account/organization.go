package account

import (
	"context"
	"fmt"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// UpdateOrganizationInput is the input of updateOrganization; what is nil stays.
type UpdateOrganizationInput struct {
	db.Idempotent
	Name       *string
	Profession *string
	VatNumber  *string
	TaxOffice  *string
	Address    *string
	Email      *string
	Phone      *string
	TimeZone   *string
	Language   *string

	MailDocuments *bool // tells portal customers by e-mail of what was issued to them
	MailPayments  *bool // and of payments that were received

	ClosingDate *day.Date // nothing dated up to it changes any more
	OpenBooks   bool      // takes the closing date away
}

// UpdateOrganization changes the details of the business.
//
// Faults: INVALID with every bad field; FORBIDDEN without ManageBusiness.
func (s *Service) UpdateOrganization(ctx context.Context, in UpdateOrganizationInput) (*ent.Organization, error) {
	v, err := viewer.RequireStaff(ctx, viewer.ManageBusiness)
	if err != nil {
		return nil, err
	}
	_, _, err = db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		org, err := tx.Organization.Get(ctx, v.Organization)
		if err != nil {
			return uuid.Nil, fmt.Errorf("account: read the organization: %w", err)
		}
		before := organizationFields(org)
		if err := in.apply(org); err != nil {
			return uuid.Nil, err
		}
		u := tx.Organization.UpdateOneID(org.ID).SetName(org.Name).SetProfession(org.Profession).SetVatNumber(org.VatNumber).
			SetTaxOffice(org.TaxOffice).SetAddress(org.Address).SetEmail(org.Email).SetPhone(org.Phone).
			SetTimeZone(org.TimeZone).SetLanguage(org.Language).
			SetMailDocuments(org.MailDocuments).SetMailPayments(org.MailPayments).SetNillableClosingDate(org.ClosingDate)
		if org.ClosingDate == nil {
			u.ClearClosingDate()
		}
		if err := u.Exec(ctx); err != nil {
			return uuid.Nil, fmt.Errorf("account: change the organization: %w", err)
		}
		was, is := audit.Diff(before, organizationFields(org))
		return org.ID, tell(ctx, tx, "updateOrganization", "organization", org.ID, was, is)
	})
	if err != nil {
		return nil, err
	}
	return s.Organization(ctx)
}

func (in UpdateOrganizationInput) apply(org *ent.Organization) error {
	var bad fault.List
	for _, f := range []struct {
		name string
		from *string
		to   *string
		most int
	}{
		{"name", in.Name, &org.Name, 200}, {"profession", in.Profession, &org.Profession, 200},
		{"vatNumber", in.VatNumber, &org.VatNumber, 20}, {"taxOffice", in.TaxOffice, &org.TaxOffice, 10},
		{"address", in.Address, &org.Address, 400}, {"email", in.Email, &org.Email, 254}, {"phone", in.Phone, &org.Phone, 40},
		{"timeZone", in.TimeZone, &org.TimeZone, 64}, {"language", in.Language, &org.Language, 2},
	} {
		if f.from == nil {
			continue
		}
		*f.to = text(*f.from, 8*f.most)
		if utf8.RuneCountInString(*f.to) > f.most {
			bad = append(bad, fault.New(fault.Invalid, f.name, "At most %d characters.", f.most))
		}
	}
	for to, from := range map[*bool]*bool{&org.MailDocuments: in.MailDocuments, &org.MailPayments: in.MailPayments} {
		if from != nil {
			*to = *from
		}
	}
	if in.Email != nil && org.Email != "" {
		address, err := normalizeEmail(org.Email)
		_ = bad.Add("email", err)
		org.Email = address
	}
	if org.Name == "" {
		bad = append(bad, fault.New(fault.Invalid, "name", "A business has a name."))
	}
	_ = bad.Add("", checkPlace(org.Country, org.TimeZone, org.Language))
	switch {
	case in.OpenBooks && in.ClosingDate != nil:
		bad = append(bad, fault.New(fault.Invalid, "openBooks", "Close the books at a date or open them, not both."))
	case in.OpenBooks:
		org.ClosingDate = nil
	case in.ClosingDate != nil:
		org.ClosingDate = in.ClosingDate
	}
	return bad.Err()
}

func organizationFields(o *ent.Organization) audit.Fields {
	f := audit.Fields{"name": o.Name, "profession": o.Profession, "vatNumber": o.VatNumber, "taxOffice": o.TaxOffice,
		"address": o.Address, "email": o.Email, "phone": o.Phone, "timeZone": o.TimeZone, "language": o.Language,
		"mailDocuments": o.MailDocuments, "mailPayments": o.MailPayments}
	if o.ClosingDate != nil {
		f["closingDate"] = *o.ClosingDate
	}
	return f
}
