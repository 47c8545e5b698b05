package taxid

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/contactaddress"
	"github.com/kartela/kartela/ent/predicate"
	"github.com/kartela/kartela/ent/registrycheck"
	"github.com/kartela/kartela/internal/db"
)

type condition = predicate.RegistrySetting

// candidate is a client whose number the nightly check asks about.
type candidate struct {
	contact uuid.UUID
	number  Number
	checked time.Time // when last; zero: never
}

// batch is how many rows are read by one statement: SQLite takes no more parameters than
// 32,766.
const batch = 5000

// candidates lists the organization's clients of other EU states that were not checked in the
// last 20 hours, the longest unchecked first.
func (s *Service) candidates(ctx context.Context, org *ent.Organization) ([]candidate, error) {
	var out []candidate
	for after := uuid.Nil; ; {
		rows, err := s.DB.Contact.Query().Where(entcontact.OrganizationID(org.ID), entcontact.IDGT(after),
			entcontact.IsClient(true), entcontact.VatNumberNEQ(""), entcontact.ArchivedAtIsNil(), entcontact.MergedIntoIDIsNil()).
			Select(entcontact.FieldID, entcontact.FieldVatNumber, entcontact.FieldClientType).
			Order(entcontact.ByID()).Limit(batch).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("taxid: read clients: %w", err)
		}
		found, err := s.abroad(ctx, org, rows)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
		if len(rows) < batch {
			break
		}
		after = rows[len(rows)-1].ID
	}
	slices.SortStableFunc(out, func(a, b candidate) int { return a.checked.Compare(b.checked) })
	return out, nil
}

// abroad are those of the clients that are to be checked.
func (s *Service) abroad(ctx context.Context, org *ent.Organization, rows []*ent.Contact) ([]candidate, error) {
	ids := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	countries, err := s.countries(ctx, org.ID, ids)
	if err != nil {
		return nil, err
	}
	var checked []struct {
		ContactID uuid.UUID `sql:"contact_id"`
		Country   string    `sql:"country"`
		Number    string    `sql:"number"`
		CreatedAt time.Time `sql:"created_at"`
	}
	err = s.DB.RegistryCheck.Query().Where(registrycheck.OrganizationID(org.ID), registrycheck.ContactIDIn(ids...),
		registrycheck.RegistryEQ(registrycheck.RegistryVies)).
		Select(registrycheck.FieldContactID, registrycheck.FieldCountry, registrycheck.FieldNumber, registrycheck.FieldCreatedAt).Scan(ctx, &checked)
	if err != nil {
		return nil, fmt.Errorf("taxid: read when clients were checked: %w", err)
	}
	type key struct {
		contact uuid.UUID
		number  Number
	}
	last := map[key]time.Time{}
	for _, c := range checked {
		k := key{c.ContactID, Number{c.Country, c.Number}}
		if c.CreatedAt.After(last[k]) {
			last[k] = c.CreatedAt
		}
	}
	var out []candidate
	for _, r := range rows {
		n, ok := numberAbroad(r, countries[r.ID], org)
		if !ok {
			continue
		}
		at := last[key{r.ID, n}]
		if at.IsZero() || s.Now().Sub(at) >= notAgain {
			out = append(out, candidate{r.ID, n, at})
		}
	}
	return out, nil
}

// countries are those of the clients' first addresses that name one.
func (s *Service) countries(ctx context.Context, organization uuid.UUID, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	rows, err := s.DB.ContactAddress.Query().Where(contactaddress.OrganizationID(organization),
		contactaddress.ContactIDIn(ids...), contactaddress.CountryNEQ("")).
		Order(contactaddress.ByPosition(), contactaddress.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("taxid: read the countries of clients: %w", err)
	}
	out := make(map[uuid.UUID]string, len(rows))
	for _, r := range rows {
		if out[r.ContactID] == "" {
			out[r.ContactID] = r.Country
		}
	}
	return out, nil
}

// numberAbroad is the client's number when it is of another state of the EU: by its own two
// letters, or else by the country of the client's address.
func numberAbroad(c *ent.Contact, country string, org *ent.Organization) (Number, bool) {
	if t := c.ClientType; t != nil && *t != entcontact.ClientTypeIntraCommunity && *t != entcontact.ClientTypeDomestic {
		return Number{}, false // of a third country, or a private person
	}
	n, err := ParseVAT(nil, c.VatNumber)
	if err != nil && country != "" {
		n, err = ParseVAT(&country, c.VatNumber)
	}
	return n, err == nil && n.Country != spelled(org.Country)
}

// keepRecheck writes the proof of a nightly answer, and tells the contact's history when a
// number that was valid no longer is. A client that is gone by now is left alone.
func (s *Service) keepRecheck(ctx context.Context, c candidate, a *Answer) error {
	return db.InTx(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) error {
		there, err := tx.Contact.Query().Where(entcontact.ID(c.contact), entcontact.MergedIntoIDIsNil(), db.ForUpdate).Exist(ctx)
		if err != nil || !there {
			return err
		}
		before, err := tx.RegistryCheck.Query().Where(registrycheck.ContactID(c.contact), registrycheck.RegistryEQ(registrycheck.RegistryVies),
			registrycheck.Country(c.number.Country), registrycheck.Number(c.number.Bare)).
			Order(registrycheck.ByCreatedAt(newestFirst), registrycheck.ByID(newestFirst)).Limit(1).All(ctx)
		if err != nil {
			return fmt.Errorf("taxid: read the last answer: %w", err)
		}
		row, err := proof{registrycheck.RegistryVies, c.number, &c.contact, a, s.now()}.create(ctx, tx)
		if err != nil {
			return err
		}
		if a.Valid || len(before) == 0 || !before[0].Valid {
			return nil
		}
		return record(ctx, tx, "registryCheck", row, audit.Fields{"valid": true})
	})
}
