package graph

import (
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/graph/generated"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/payment"
)

// What a list without a page size is taken to hold when a query's cost is reckoned.
const (
	fewRows  = 3   // addresses, balances, taxes
	someRows = 10  // lines, members
	manyRows = 200 // allocations, of which a payment may have so many
	longRows = 500 // lines of a statement
)

// costs say what a field costs: one, and what is below it times the rows of the page.
func costs() (c generated.ComplexityRoot) {
	few := func(child int) int { return 1 + fewRows*child }
	some := func(child int) int { return 1 + someRows*child }
	many := func(child int) int { return 1 + manyRows*child }
	long := func(child int) int { return 1 + longRows*child }
	below := func(child int, first *int, _ *string) int { return 1 + rows(first, nil)*child }

	c.Query.Contacts = func(child int, first *int, _ *string, last *int, _ *string, _ *contact.Filter, _ contact.Order) int {
		return 1 + rows(first, last)*child
	}
	c.Query.Documents = func(child int, first *int, _ *string, last *int, _ *string, _ *document.Filter) int {
		return 1 + rows(first, last)*child
	}
	c.Query.Payments = func(child int, first *int, _ *string, last *int, _ *string, _ *payment.Filter) int {
		return 1 + rows(first, last)*child
	}
	c.Query.Members, c.Query.APIKeys, c.Query.NumberSequences = some, some, few

	c.Contact.Documents = func(child int, first *int, _ *string, _ *document.Filter) int { return 1 + rows(first, nil)*child }
	c.Contact.Payments, c.Contact.Notes, c.Contact.History = below, below, below
	c.Contact.Addresses, c.Contact.Emails, c.Contact.Phones = few, few, few
	c.Contact.Balances, c.Contact.PortalAccess = few, few
	c.Document.Lines, c.Document.Taxes, c.Document.Allocations = some, few, many
	c.Payment.Allocations = many
	c.Statement.Tables = few
	c.StatementTable.Lines = long

	c.Portal.Contacts = few
	c.PortalContact.Balances = few
	c.PortalContact.Invoices, c.PortalContact.Payments = below, below
	c.PortalInvoice.Lines, c.PortalInvoice.Taxes = some, few
	c.PortalStatementTable.Lines = long
	return c
}

// rows is the size of the page that is asked for, whether it is allowed or not.
func rows(first, last *int) int {
	for _, n := range []*int{first, last} {
		if n != nil {
			return min(max(*n, 1), page.MaxSize)
		}
	}
	return page.DefaultSize
}
