package graph

import (
	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/contact/merge"
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent/importrow"
	"github.com/kartela/kartela/ent/ledgerentry"
	"github.com/kartela/kartela/graph/generated"
	"github.com/kartela/kartela/job"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/onlinepayment"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/payment"
	"github.com/kartela/kartela/portal"
	"github.com/kartela/kartela/product"
	"github.com/kartela/kartela/project"
	"github.com/kartela/kartela/recurring"
	"github.com/kartela/kartela/statement"
)

// What a list without a page size is taken to hold when a query's cost is reckoned.
const (
	fewRows  = 3   // addresses, balances, taxes
	someRows = 10  // lines, members
	manyRows = 200 // allocations, of which a payment may have so many
	longRows = 500 // lines of a statement
)

// What reads all contacts of an organization costs, however little of it is asked for: with
// 100,000 contacts a sum takes half a second, a search for duplicates three.
const (
	wholeList   = 2_000
	wholeSearch = 20_000
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
	c.Query.Documents = func(child int, first *int, _ *string, last *int, _ *string, _ *document.Filter, _ document.Order) int {
		return 1 + rows(first, last)*child
	}
	c.Query.Products = func(child int, first *int, _ *string, last *int, _ *string, _ *product.Filter, _ product.Order) int {
		return 1 + rows(first, last)*child
	}
	c.Product.Taxes = few
	c.Query.RecurringInvoices = func(child int, first *int, _ *string, last *int, _ *string, _ *recurring.Filter) int {
		return 1 + rows(first, last)*child
	}
	c.Query.RemindersDue = func(child int, first *int, _ *string, last *int, _ *string) int { return 1 + rows(first, last)*child }
	c.Query.Jobs = func(child int, first *int, _ *string, _ *job.Filter) int { return 1 + rows(first, nil)*child }
	c.Job.Failures = some
	c.Query.DocumentSummary = func(child int, _ *document.Filter) int { return wholeList + child }
	c.Query.ExpenseCategories = func(child int, _ bool) int { return some(child) }
	c.Query.Payments = func(child int, first *int, _ *string, last *int, _ *string, _ *payment.Filter) int {
		return 1 + rows(first, last)*child
	}
	c.Query.OnlinePayments = func(child int, first *int, _ *string, last *int, _ *string, _ *onlinepayment.Filter) int {
		return 1 + rows(first, last)*child
	}
	c.Query.PortalAccess = func(child int, first *int, _ *string, _ *portal.AccessFilter) int { return 1 + rows(first, nil)*child }
	c.OnlinePayment.Events, c.Query.PaymentProviders = some, few
	c.Query.Members, c.Query.APIKeys, c.Query.NumberSequences = some, some, few

	c.Contact.Documents = func(child int, first *int, _ *string, _ *document.Filter) int { return 1 + rows(first, nil)*child }
	c.Contact.Payments, c.Contact.Notes, c.Contact.History = below, below, below
	c.Contact.Attachments = below
	c.Contact.Timeline = func(child int, first *int, _ *string, _ []statement.TimelineKind) int {
		return 1 + rows(first, nil)*child
	}
	c.Contact.Months = func(child int, _ ledgerentry.Side, _ *money.Currency, count int) int {
		return 1 + min(max(count, 1), statement.MaxMonths)*child
	}
	c.Contact.Addresses, c.Contact.Emails, c.Contact.Phones = few, few, few
	c.Contact.Balances, c.Contact.PortalAccess = few, few
	c.Contact.Options, c.ContactSummary.Totals = few, few
	c.Query.TrackingCategories = func(child int, _ bool) int { return some(child) }
	c.TrackingCategory.Options = some
	c.Query.DuplicateContacts = func(child int, first *int, _ *string) int { return wholeSearch + rows(first, nil)*child }
	c.Query.ContactSummary = func(child int, _ *contact.Filter) int { return wholeList + child }
	c.Query.ContactCities = func(_ int, _ string) int { return wholeList }
	c.Query.ContactImports = below
	c.ContactImport.Results = func(child int, _ *importrow.Outcome, first *int, _ *string) int { return 1 + rows(first, nil)*child }
	c.Contact.RegistryChecks, c.Contact.Merges, c.Contact.RestrictedTo = below, few, few
	c.Contact.Duplicates = func(child int) int { return wholeSearch/2 + merge.MaxDuplicates*child }
	c.MergePreview.Losers, c.MergePreview.Fields, c.MergePreview.Moves, c.MergePreview.Balances = some, some, some, some
	c.UnmergeContactsPayload.Contacts = some
	c.ImportSettings.Columns, c.ImportPreview.Fields, c.ImportPreview.Rows = some, some, some
	c.RegistryLookup.Differences = few
	c.BulkContactsPayload.Results, c.BulkContactResult.Errors = many, few
	c.Document.Lines, c.Document.Taxes, c.Document.Allocations = some, few, many
	c.Document.Adjustments, c.Document.Options, c.Document.Derived = few, few, few
	c.Document.Attachments, c.Document.History = below, below
	c.DocumentSummary.Totals = few
	c.Payment.Allocations, c.Payment.Sources, c.Payment.Options = many, many, few
	c.PaymentSummary.Totals = few
	c.Query.OpenDocuments = func(child int, _ uuid.UUID, _ ledgerentry.Side, _ money.Currency) int { return many(child) }
	c.AllocationProposal.Parts, c.RecordPaymentsPayload.Results = many, long
	c.Statement.Tables = few
	c.StatementTable.Lines = long

	c.Query.Projects = func(child int, first *int, _ *string, last *int, _ *string, _ *project.Filter, _ project.Order) int {
		return 1 + rows(first, last)*child
	}
	c.Query.TimeEntries = func(child int, first *int, _ *string, last *int, _ *string, _ *project.TimeFilter) int {
		return 1 + rows(first, last)*child
	}
	c.Query.Unbilled = func(child int, _ []uuid.UUID, _ *uuid.UUID, _ *day.Date) int { return wholeList + longRows*child }
	c.Query.TimeSummary = func(child int, _ *project.TimeFilter) int { return wholeList/10 + child }
	c.Query.Staff = some
	c.Contact.Projects = func(child int, first *int, _ *string, _ *project.Filter) int { return 1 + rows(first, nil)*child }
	c.Project.Members, c.Project.Tasks, c.Project.Fees, c.Project.Options, c.Project.Time = some, some, some, few, below
	c.TimeSheet.Rows = some

	c.Portal.Contacts = few
	c.PortalContact.Balances = few
	c.PortalContact.Invoices, c.PortalContact.Payments = below, below
	c.PortalInvoice.Lines, c.PortalInvoice.Taxes = some, few
	c.PortalContact.Documents = func(child int, first *int, _ *string, _ *portal.DocumentFilter) int {
		return 1 + rows(first, nil)*child
	}
	c.PortalContact.Projects, c.PortalProject.Time, c.PortalPayment.Settled = some, below, some
	c.PortalDocument.Lines, c.PortalDocument.Taxes, c.PortalDocument.Adjustments = some, few, few
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
