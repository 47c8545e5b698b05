// Package bind names the instances of generic types, and the few wrappers, that
// gqlgen.yml binds GraphQL names to.
package bind

import (
	"github.com/kartela/kartela/attachment"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/contact/imports"
	"github.com/kartela/kartela/contact/merge"
	"github.com/kartela/kartela/contact/taxid"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/job"
	"github.com/kartela/kartela/notice"
	"github.com/kartela/kartela/onlinepayment"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/payment"
	"github.com/kartela/kartela/portal"
	"github.com/kartela/kartela/project"
	"github.com/kartela/kartela/recurring"
	"github.com/kartela/kartela/reminder"
	"github.com/kartela/kartela/statement"
)

// Node is anything that has an id.
type Node interface{ IsNode() }

// Organization is a business as a node.
type Organization struct{ *ent.Organization }

// IsNode marks a type that has a global id.
func (*Organization) IsNode() {}

// LogoURL is the path that the logo is read from; nil without one.
func (o *Organization) LogoURL() *string {
	if o.LogoKey == "" {
		return nil
	}
	path := "/organization/logo?v=" + o.LogoKey[len(o.LogoKey)-12:]
	return &path
}

// The pages of the schema's lists.
type (
	ContactConnection          = page.Connection[*contact.Contact]
	ContactEdge                = page.Edge[*contact.Contact]
	NoteConnection             = page.Connection[*contact.Note]
	NoteEdge                   = page.Edge[*contact.Note]
	HistoryConnection          = page.Connection[*contact.Event]
	HistoryEdge                = page.Edge[*contact.Event]
	ProductConnection          = page.Connection[*ent.Product]
	ProductEdge                = page.Edge[*ent.Product]
	DocumentConnection         = page.Connection[*document.Document]
	DocumentEdge               = page.Edge[*document.Document]
	RecurringInvoiceConnection = page.Connection[*recurring.Recurring]
	RecurringInvoiceEdge       = page.Edge[*recurring.Recurring]
	ReminderConnection         = page.Connection[*reminder.Due]
	ReminderEdge               = page.Edge[*reminder.Due]
	PaymentConnection          = page.Connection[*payment.Payment]
	PaymentEdge                = page.Edge[*payment.Payment]
	AttachmentConnection       = page.Connection[*attachment.Attachment]
	AttachmentEdge             = page.Edge[*attachment.Attachment]
	TimelineConnection         = page.Connection[*statement.TimelineItem]
	TimelineEdge               = page.Edge[*statement.TimelineItem]
	ContactImportConnection    = page.Connection[*imports.ContactImport]
	ContactImportEdge          = page.Edge[*imports.ContactImport]
	ImportRowConnection        = page.Connection[*imports.Result]
	ImportRowEdge              = page.Edge[*imports.Result]
	RegistryCheckConnection    = page.Connection[*taxid.Check]
	RegistryCheckEdge          = page.Edge[*taxid.Check]
	DuplicateConnection        = page.Connection[*merge.Pair]
	DuplicateEdge              = page.Edge[*merge.Pair]
	JobConnection              = page.Connection[*job.Job]
	JobEdge                    = page.Edge[*job.Job]
	MessageConnection          = page.Connection[*ent.Message]
	MessageEdge                = page.Edge[*ent.Message]
	PortalMessageConnection    = page.Connection[*portal.Message]
	PortalMessageEdge          = page.Edge[*portal.Message]
	NoticeConnection           = page.Connection[*notice.Notice]
	PortalAccessConnection     = page.Connection[*portal.Access]
	NoticeEdge                 = page.Edge[*notice.Notice]
	PortalAccessEdge           = page.Edge[*portal.Access]
	PortalInvoiceConnection    = page.Connection[*portal.Invoice]
	PortalInvoiceEdge          = page.Edge[*portal.Invoice]
	OnlinePaymentConnection    = page.Connection[*onlinepayment.OnlinePayment]
	OnlinePaymentEdge          = page.Edge[*onlinepayment.OnlinePayment]
	PortalDocumentConnection   = page.Connection[*portal.Document]
	PortalDocumentEdge         = page.Edge[*portal.Document]
	PortalTimeConnection       = page.Connection[*portal.Time]
	PortalTimeEdge             = page.Edge[*portal.Time]
	PortalPaymentConnection    = page.Connection[*portal.Payment]
	PortalPaymentEdge          = page.Edge[*portal.Payment]
	ProjectConnection          = page.Connection[*project.Project]
	ProjectEdge                = page.Edge[*project.Project]
	TimeEntryConnection        = page.Connection[*project.Entry]
	TimeEntryEdge              = page.Edge[*project.Entry]
)
