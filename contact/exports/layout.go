package exports

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kartela/kartela/contact"
)

// layout is which columns a list needs, besides those that every contact has.
type layout struct{ *contact.Extent }

// fits says whether there is room for all that a contact has.
func (l *layout) fits(c *card) bool {
	for title := range c.options {
		if !slices.Contains(l.Categories, title) {
			return false
		}
	}
	return len(c.addresses) <= l.Addresses && len(c.emails) <= l.Emails && len(c.phones) <= l.Phones && len(c.notes) <= l.Notes
}

// plain are the columns of what a contact has once.
var plain = []string{
	"customId", "firstName", "lastName", "company", "profession", "vatNumber", "taxOffice", "website", "isClient", "isSupplier",
	"clientType", "defaultCurrency", "defaultLanguage", "defaultDueDays", "defaultTemplate", "defaultTaxes", "archived",
}

func plainCells(c *contact.Contact) []string {
	return []string{
		text(c.CustomID), c.FirstName, c.LastName, c.Company, c.Profession, c.VatNumber, c.TaxOffice, c.Website, yes(c.IsClient), yes(c.IsSupplier),
		strings.ToUpper(text(c.ClientType)), string(c.DefaultCurrency), c.DefaultLanguage, number(c.DefaultDueDays), c.DefaultTemplate,
		taxes(c.DefaultTaxes), yes(c.ArchivedAt != nil),
	}
}

var (
	addressColumns = []string{"address.%d.kind", "address.%d.line", "address.%d.city", "address.%d.region", "address.%d.postalCode", "address.%d.country", "address.%d.branchCode"}
	emailColumns   = []string{"email.%d", "email.%d.label", "email.%d.primary"}
	phoneColumns   = []string{"phone.%d", "phone.%d.label", "phone.%d.primary"}
	noteColumns    = []string{"note.%d"}
)

// headers are the names of the columns.
func (l *layout) headers() []string {
	out := slices.Clone(plain)
	for _, g := range []struct {
		n       int
		columns []string
	}{{l.Addresses, addressColumns}, {l.Emails, emailColumns}, {l.Phones, phoneColumns}} {
		out = append(out, numbered(g.n, g.columns)...)
	}
	for _, title := range l.Categories {
		out = append(out, "category."+title)
	}
	return append(out, numbered(l.Notes, noteColumns)...)
}

func numbered(n int, columns []string) (out []string) {
	for i := range n {
		for _, c := range columns {
			out = append(out, fmt.Sprintf(c, i+1))
		}
	}
	return out
}

// cells are those of one contact that fits.
func (l *layout) cells(c *contact.Contact, parts *card) []string {
	cells := plainCells(c)
	var group []string
	for _, a := range parts.addresses {
		group = append(group, strings.ToUpper(string(a.Kind)), a.Line, a.City, a.Region, a.PostalCode, a.Country, a.BranchCode)
	}
	cells, group = append(cells, padded(group, l.Addresses*len(addressColumns))...), nil
	for _, e := range parts.emails {
		group = append(group, e.Email, e.Label, yes(e.Primary))
	}
	cells, group = append(cells, padded(group, l.Emails*len(emailColumns))...), nil
	for _, p := range parts.phones {
		group = append(group, p.Number, p.Label, yes(p.Primary))
	}
	cells = append(cells, padded(group, l.Phones*len(phoneColumns))...)
	for _, title := range l.Categories {
		cells = append(cells, parts.options[title])
	}
	return append(cells, padded(parts.notes, l.Notes)...)
}

// padded fills up with empty cells.
func padded(cells []string, n int) []string {
	return append(slices.Clone(cells), make([]string, n-len(cells))...)
}
