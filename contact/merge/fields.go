package merge

import (
	"strconv"
	"strings"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/money"
)

// gap is a value, or values that belong together, taken from a loser where the survivor has
// none.
type gap struct {
	has  func(*ent.Contact) bool
	take func(to, from *ent.Contact)
}

func text(of func(*ent.Contact) *string) gap {
	return gap{func(c *ent.Contact) bool { return *of(c) != "" }, func(to, from *ent.Contact) { *of(to) = *of(from) }}
}

func pointer[T any](of func(*ent.Contact) **T) gap {
	return gap{func(c *ent.Contact) bool { return *of(c) != nil }, func(to, from *ent.Contact) { *of(to) = *of(from) }}
}

var gaps = []gap{
	{ // a first name is nothing without its last name
		func(c *ent.Contact) bool { return c.FirstName != "" || c.LastName != "" },
		func(to, from *ent.Contact) { to.FirstName, to.LastName = from.FirstName, from.LastName },
	},
	text(func(c *ent.Contact) *string { return &c.Company }),
	text(func(c *ent.Contact) *string { return &c.Profession }),
	text(func(c *ent.Contact) *string { return &c.VatNumber }),
	text(func(c *ent.Contact) *string { return &c.TaxOffice }),
	pointer(func(c *ent.Contact) **string { return &c.CustomID }),
	text(func(c *ent.Contact) *string { return &c.Website }),
	{func(c *ent.Contact) bool { return c.ClientType != nil }, func(to, from *ent.Contact) { to.ClientType = from.ClientType }},
	text(func(c *ent.Contact) *string { return (*string)(&c.DefaultCurrency) }),
	text(func(c *ent.Contact) *string { return &c.DefaultLanguage }),
	pointer(func(c *ent.Contact) **int { return &c.DefaultDueDays }),
	text(func(c *ent.Contact) *string { return &c.DefaultTemplate }),
	{func(c *ent.Contact) bool { return len(c.DefaultTaxes) > 0 }, func(to, from *ent.Contact) { to.DefaultTaxes = from.DefaultTaxes }},
}

// shown are the fields of a preview, as updateContact names them, as text.
var shown = []struct {
	name string
	text func(*ent.Contact) string
}{
	{"firstName", func(c *ent.Contact) string { return c.FirstName }},
	{"lastName", func(c *ent.Contact) string { return c.LastName }},
	{"company", func(c *ent.Contact) string { return c.Company }},
	{"profession", func(c *ent.Contact) string { return c.Profession }},
	{"vatNumber", func(c *ent.Contact) string { return c.VatNumber }},
	{"taxOffice", func(c *ent.Contact) string { return c.TaxOffice }},
	{"customId", func(c *ent.Contact) string { return valueOf(c.CustomID) }},
	{"website", func(c *ent.Contact) string { return c.Website }},
	{"isClient", func(c *ent.Contact) string { return strconv.FormatBool(c.IsClient) }},
	{"isSupplier", func(c *ent.Contact) string { return strconv.FormatBool(c.IsSupplier) }},
	{"clientType", func(c *ent.Contact) string { return strings.ToUpper(valueOf((*string)(c.ClientType))) }},
	{"defaultCurrency", func(c *ent.Contact) string { return string(c.DefaultCurrency) }},
	{"defaultLanguage", func(c *ent.Contact) string { return c.DefaultLanguage }},
	{"defaultDueDays", func(c *ent.Contact) string {
		if c.DefaultDueDays == nil {
			return ""
		}
		return strconv.Itoa(*c.DefaultDueDays)
	}},
	{"defaultTemplate", func(c *ent.Contact) string { return c.DefaultTemplate }},
	{"defaultTaxes", func(c *ent.Contact) string { return taxes(c.DefaultTaxes) }},
}

func valueOf(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// taxes are taxes as a person reads them.
func taxes(all []money.Tax) string {
	out := make([]string, len(all))
	for i, t := range all {
		out[i] = strings.TrimSpace(t.Name + " " + t.Rate.String() + "%")
	}
	return strings.Join(out, ", ")
}
