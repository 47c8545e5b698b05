// Package taxid asks tax registries about contacts: VIES of the EU and AADE of Greece. It
// owns the numbers' formats and check digits, the kept answers, and how the answers are taken
// over into a contact; the services themselves are behind Registry.
package taxid

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/page"
)

// Service is what can be asked of the registries.
type Service struct {
	DB       *db.DB
	Contacts *contact.Service
	VIES     Registry
	AADE     Registry
	Secrets  Secrets // nil: the server has no key, and keeps no password
	Now      func() time.Time
	// Pause waits between two numbers of the nightly check; nil: by the clock on the wall.
	Pause func(ctx context.Context, d time.Duration) error

	turns  turns
	limits limits
}

// now is the present as both databases keep it.
func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }

// Status is how a look-up ended.
type Status string

// How it ends.
const (
	Valid       Status = "VALID"
	Invalid     Status = "INVALID"
	Unavailable Status = "UNAVAILABLE"
)

// Lookup is what looking up a number gave.
type Lookup struct {
	Status      Status
	Message     string
	Reason      string
	RetryAt     *time.Time
	Cached      bool
	Check       *Check // nil when the registry did not answer
	Differences []*Difference
}

// Check is the proof of one answer, with those that were read together with it.
type Check struct {
	*ent.RegistryCheck
	Requesters *page.Group // of the ids of those who asked
}

// Company is what a registry says of a business; empty where it says nothing. It is kept as
// JSON with the proof.
type Company struct {
	Name          string    `json:"name,omitempty"`
	TradeName     string    `json:"tradeName,omitempty"`
	LegalForm     string    `json:"legalForm,omitempty"`
	Profession    string    `json:"profession,omitempty"`
	VatNumber     string    `json:"vatNumber,omitempty"` // as a contact keeps it
	TaxOffice     string    `json:"taxOffice,omitempty"`
	TaxOfficeName string    `json:"taxOfficeName,omitempty"`
	Line          string    `json:"line,omitempty"`
	City          string    `json:"city,omitempty"`
	PostalCode    string    `json:"postalCode,omitempty"`
	Country       string    `json:"country,omitempty"` // ISO 3166-1 alpha-2
	Active        *bool     `json:"active,omitempty"`
	RegisteredOn  *day.Date `json:"registeredOn,omitempty"`
	StoppedOn     *day.Date `json:"stoppedOn,omitempty"`
}

// told is what is kept of an answer.
type told struct {
	Company
	Message string `json:"message"`
}

// Company is what the registry said.
func (c *Check) Company() (*Company, error) {
	t, err := c.told()
	if err != nil {
		return nil, err
	}
	return &t.Company, nil
}

func (c *Check) told() (*told, error) {
	var t told
	if err := json.Unmarshal(c.Answer, &t); err != nil {
		return nil, fmt.Errorf("taxid: the kept answer %s: %w", c.ID, err)
	}
	return &t, nil
}

// Field is a field of a contact that an answer can fill.
type Field string

// The fields.
const (
	FieldCompany    Field = "COMPANY"
	FieldProfession Field = "PROFESSION"
	FieldVATNumber  Field = "VAT_NUMBER"
	FieldTaxOffice  Field = "TAX_OFFICE"
	FieldAddress    Field = "ADDRESS"
)

// Difference is a field in which an answer differs from a contact.
type Difference struct {
	Field             Field
	Present, Registry string
}

// LookupVATInput is the input of lookupVat.
type LookupVATInput struct {
	db.Idempotent
	Country   *string
	VatNumber string
	ContactID *uuid.UUID
	Fresh     bool
}

// LookupAFMInput is the input of lookupAfm.
type LookupAFMInput struct {
	db.Idempotent
	Afm       string
	ContactID *uuid.UUID
	Fresh     bool
}

// ApplyInput is the input of applyRegistryCheck.
type ApplyInput struct {
	db.Idempotent
	CheckID, ContactID uuid.UUID
	Version            int // of the contact that was read
	Fields             []Field
}

// Settings are how a business asks the registries.
type Settings struct {
	AadeUsername     string
	AadePasswordSet  bool
	AadeCalledBy     string
	Recheck          bool
	RecheckedAt      *time.Time
	SecretsAvailable bool
}

// UpdateSettingsInput is the input of updateRegistrySettings.
type UpdateSettingsInput struct {
	db.Idempotent
	AadeUsername, AadePassword, AadeCalledBy *string
	Recheck                                  *bool
}
