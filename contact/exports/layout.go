package exports

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kartela/kartela/contact"
)

// layout is which columns a list needs, besides those that every contact has.
type layout struct {
	addresses, emails, phones, notes int
	categories                       []string // titles, in the order they were met
}

// widen makes room for one more contact.
func (l *layout) widen(c *card) {
	l.addresses = max(l.addresses, len(c.addresses))
	l.emails = max(l.emails, len(c.emails))
	l.phones = max(l.phones, len(c.phones))
	l.notes = max(l.notes, len(c.notes))
	for title := range c.options {
		if !slices.Contains(l.categories, title) {
			l.categories = append(l.categories, title)
		}
	}
	slices.Sort(l.categories)
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
	}{{l.addresses, addressColumns}, {l.emails, emailColumns}, {l.phones, phoneColumns}} {
		out = append(out, numbered(g.n, g.columns)...)
	}
	for _, title := range l.categories {
		out = append(out, "category."+title)
	}
	return append(out, numbered(l.notes, noteColumns)...)
}

func numbered(n int, columns []string) (out []string) {
	for i := range n {
		for _, c := range columns {
			out = append(out, fmt.Sprintf(c, i+1))
		}
	}
	return out
}

// cells are those of one contact; fits is false when it has more than there is room for.
func (l *layout) cells(c *contact.Contact, parts *card) (cells []string, fits bool) {
	wider := *l
	wider.categories = slices.Clone(l.categories)
	if wider.widen(parts); wider.addresses > l.addresses || wider.emails > l.emails || wider.phones > l.phones ||
		wider.notes > l.notes || len(wider.categories) > len(l.categories) {
		return nil, false
	}
	cells = plainCells(c)
	var group []string
	for _, a := range parts.addresses {
		group = append(group, strings.ToUpper(string(a.Kind)), a.Line, a.City, a.Region, a.PostalCode, a.Country, a.BranchCode)
	}
	cells, group = append(cells, padded(group, l.addresses*len(addressColumns))...), nil
	for _, e := range parts.emails {
		group = append(group, e.Email, e.Label, yes(e.Primary))
	}
	cells, group = append(cells, padded(group, l.emails*len(emailColumns))...), nil
	for _, p := range parts.phones {
		group = append(group, p.Number, p.Label, yes(p.Primary))
	}
	cells = append(cells, padded(group, l.phones*len(phoneColumns))...)
	for _, title := range l.categories {
		cells = append(cells, parts.options[title])
	}
	return append(cells, padded(parts.notes, l.notes)...), true
}

// padded fills up with empty cells.
func padded(cells []string, n int) []string {
	return append(slices.Clone(cells), make([]string, n-len(cells))...)
}
