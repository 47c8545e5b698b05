package contact

import (
	"fmt"
	"net/mail"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/contactaddress"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/fold"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/tracking"
)

// Fields are what can be said of a contact. A nil field stays as it is; an empty text
// clears. A list that is not nil is saved whole: an item with an id changes that item, one
// without is new, one that is missing is deleted.
type Fields struct {
	FirstName       *string
	LastName        *string
	Company         *string
	Profession      *string
	VatNumber       *string
	TaxOffice       *string
	CustomID        *string
	Website         *string
	IsClient        *bool
	IsSupplier      *bool
	ClientType      *entcontact.ClientType
	DefaultCurrency *money.Currency
	DefaultLanguage *string
	DefaultDueDays  *int
	DefaultTemplate *string
	DefaultTaxes    []*money.Tax
	Addresses       []*AddressInput
	Emails          []*EmailInput
	Phones          []*PhoneInput
	OptionIDs       []uuid.UUID // of tracking categories
}

// AddressInput is an address to save.
type AddressInput struct {
	ID         *uuid.UUID
	Kind       *contactaddress.Kind // billing when nil
	Line       string
	City       string
	Region     string
	PostalCode string
	Country    string // ISO 3166-1 alpha-2
	BranchCode string
}

// EmailInput is an e-mail address to save.
type EmailInput struct {
	ID      *uuid.UUID
	Email   string
	Label   string
	Primary bool
}

// PhoneInput is a telephone number to save.
type PhoneInput struct {
	ID      *uuid.UUID
	Number  string
	Label   string
	Primary bool
}

// MaxParts is how many addresses, e-mail addresses and telephone numbers a contact has of each.
const MaxParts = 50

// Languages are the languages that documents can be printed in.
var Languages = map[string]bool{"en": true, "el": true, "de": true, "fr": true, "it": true, "es": true, "bg": true}

var country = regexp.MustCompile(`^[A-Z]{2}$`)

// normalize trims every text, brings numbers and addresses into their kept form, and
// checks each by itself. All that is wrong is reported at once.
func (f *Fields) normalize() error {
	var bad fault.List
	text := func(field string, s *string, limit int) {
		if s == nil {
			return
		}
		*s = fold.Clean(*s)
		if utf8.RuneCountInString(*s) > limit {
			bad = append(bad, fault.New(fault.Invalid, field, "At most %d characters.", limit))
		}
	}
	text("firstName", f.FirstName, 50)
	text("lastName", f.LastName, 50)
	text("company", f.Company, 100)
	text("profession", f.Profession, 100)
	text("taxOffice", f.TaxOffice, 10)
	text("customId", f.CustomID, 256)
	text("website", f.Website, 200)
	if f.Website != nil && !webAddress(*f.Website) {
		bad = append(bad, fault.New(fault.Invalid, "website", "A web address begins with http://, https:// or its name."))
	}
	text("defaultTemplate", f.DefaultTemplate, 100)
	if f.VatNumber != nil {
		*f.VatNumber = NormalizeVATNumber(*f.VatNumber)
		text("vatNumber", f.VatNumber, 20)
	}
	if f.DefaultLanguage != nil && *f.DefaultLanguage != "" && !Languages[*f.DefaultLanguage] {
		bad = append(bad, fault.New(fault.Invalid, "defaultLanguage", "One of en, el, de, fr, it, es, bg."))
	}
	if f.DefaultDueDays != nil && (*f.DefaultDueDays < 0 || *f.DefaultDueDays > 3650) {
		bad = append(bad, fault.New(fault.Invalid, "defaultDueDays", "From 0 to 3650 days."))
	}
	if len(f.OptionIDs) > tracking.MaxCategories {
		bad = append(bad, fault.New(fault.Invalid, "optionIds", "At most %d options.", tracking.MaxCategories))
	}
	bad = append(bad, f.normalizeTaxes()...)
	bad = append(bad, f.normalizeAddresses(text)...)
	bad = append(bad, f.normalizeEmails(text)...)
	bad = append(bad, f.normalizePhones(text)...)
	return bad.Err()
}

var scheme = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9+.-]*):`)

// webAddress says whether a text can be followed as a link without harm: its scheme, where
// it has one and not a host with a port, is of the web.
func webAddress(s string) bool {
	m := scheme.FindStringSubmatch(strings.TrimSpace(s))
	return m == nil || strings.Contains(m[1], ".") || strings.EqualFold(m[1], "http") || strings.EqualFold(m[1], "https")
}

func (f *Fields) normalizeTaxes() (bad fault.List) {
	if len(f.DefaultTaxes) > 10 {
		return fault.List{fault.New(fault.Invalid, "defaultTaxes", "At most 10 taxes.")}
	}
	for i, t := range f.DefaultTaxes {
		if err := t.Normalize(); err != nil {
			_ = bad.Add(fmt.Sprintf("defaultTaxes.%d", i), err)
		}
	}
	return bad
}

func (f *Fields) normalizeAddresses(text func(string, *string, int)) (bad fault.List) {
	if len(f.Addresses) > MaxParts {
		return fault.List{fault.New(fault.Invalid, "addresses", "At most %d addresses.", MaxParts)}
	}
	for i, a := range f.Addresses {
		at := fmt.Sprintf("addresses.%d.", i)
		text(at+"line", &a.Line, 200)
		text(at+"city", &a.City, 100)
		text(at+"region", &a.Region, 100)
		text(at+"postalCode", &a.PostalCode, 20)
		text(at+"branchCode", &a.BranchCode, 20)
		a.Country = strings.ToUpper(strings.TrimSpace(a.Country))
		if a.Country != "" && !country.MatchString(a.Country) {
			bad = append(bad, fault.New(fault.Invalid, at+"country", "A country is its two letters of ISO 3166-1, such as GR."))
		}
	}
	return bad
}

func (f *Fields) normalizeEmails(text func(string, *string, int)) (bad fault.List) {
	if len(f.Emails) > MaxParts {
		return fault.List{fault.New(fault.Invalid, "emails", "At most %d e-mail addresses.", MaxParts)}
	}
	seen, primary := map[string]bool{}, 0
	for i, e := range f.Emails {
		at := fmt.Sprintf("emails.%d", i)
		text(at+".label", &e.Label, 50)
		address, err := NormalizeEmail(e.Email)
		if err != nil {
			_ = bad.Add(at+".email", err)
			continue
		}
		e.Email = address
		if seen[e.Email] {
			bad = append(bad, fault.New(fault.Invalid, at+".email", "This address is in the list twice."))
		}
		seen[e.Email] = true
		if e.Primary {
			primary++
		}
	}
	if primary > 1 {
		bad = append(bad, fault.New(fault.Invalid, "emails", "One e-mail address is primary, not several."))
	}
	if primary == 0 && len(f.Emails) > 0 {
		f.Emails[0].Primary = true
	}
	return bad
}

func (f *Fields) normalizePhones(text func(string, *string, int)) (bad fault.List) {
	if len(f.Phones) > MaxParts {
		return fault.List{fault.New(fault.Invalid, "phones", "At most %d telephone numbers.", MaxParts)}
	}
	primary := 0
	for i, p := range f.Phones {
		at := fmt.Sprintf("phones.%d", i)
		text(at+".label", &p.Label, 50)
		text(at+".number", &p.Number, 40)
		if digits(p.Number) == "" {
			bad = append(bad, fault.New(fault.Invalid, at+".number", "A telephone number has digits."))
		}
		if p.Primary {
			primary++
		}
	}
	if primary > 1 {
		bad = append(bad, fault.New(fault.Invalid, "phones", "One telephone number is primary, not several."))
	}
	if primary == 0 && len(f.Phones) > 0 {
		f.Phones[0].Primary = true
	}
	return bad
}

// NormalizeEmail brings an address into its kept form, lower case without a name.
// Faults: INVALID.
func NormalizeEmail(s string) (string, error) {
	s = strings.TrimSpace(s)
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > 254 || !strings.Contains(s[strings.LastIndex(s, "@")+1:], ".") {
		return "", fault.New(fault.Invalid, "", "This is not an e-mail address.")
	}
	return strings.ToLower(s), nil
}
