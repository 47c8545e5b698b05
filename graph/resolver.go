package graph

import (
	"github.com/99designs/gqlgen/graphql"

	"github.com/kartela/kartela/account"
	"github.com/kartela/kartela/attachment"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/contact/imports"
	"github.com/kartela/kartela/contact/merge"
	"github.com/kartela/kartela/contact/taxid"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/graph/generated"
	"github.com/kartela/kartela/job"
	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/live"
	"github.com/kartela/kartela/message"
	"github.com/kartela/kartela/notice"
	"github.com/kartela/kartela/onlinepayment"
	"github.com/kartela/kartela/payment"
	"github.com/kartela/kartela/permalink"
	"github.com/kartela/kartela/portal"
	"github.com/kartela/kartela/product"
	"github.com/kartela/kartela/project"
	"github.com/kartela/kartela/rate"
	"github.com/kartela/kartela/recurring"
	"github.com/kartela/kartela/reminder"
	"github.com/kartela/kartela/report"
	"github.com/kartela/kartela/statement"
	"github.com/kartela/kartela/tracking"
)

// Resolver answers every field that is not plain data, by the services it holds.
type Resolver struct {
	Accounts   *account.Service
	Contacts   *contact.Service
	Categories *tracking.Service
	Imports    *imports.Service
	Registries *taxid.Service
	Merges     *merge.Service
	Files      *attachment.Service
	Ledger     *ledger.Book
	Products   *product.Service
	Rates      *rate.Service
	Documents  *document.Service
	Recurring  *recurring.Service
	Reminders  *reminder.Service
	Payments   *payment.Service
	Online     *onlinepayment.Service
	Projects   *project.Service
	Statements *statement.Service
	Reports    *report.Service
	Links      *permalink.Service
	Portals    *portal.Service
	Notices    *notice.Service
	Messages   *message.Service
	Jobs       *job.Service
	Hub        *live.Hub
	Hints      *live.Hints
}

// Schema is the executable schema over the services.
func Schema(r *Resolver) graphql.ExecutableSchema {
	return generated.NewExecutableSchema(generated.Config{Resolvers: r, Complexity: costs()})
}

type (
	query        struct{ *Resolver }
	mutation     struct{ *Resolver }
	subscription struct{ *Resolver }

	accessFields        struct{ *Resolver }
	attachmentFields    struct{ *Resolver }
	balanceFields       struct{ *Resolver }
	contactFields       struct{ *Resolver }
	documentFields      struct{ *Resolver }
	entryFields         struct{ *Resolver }
	historyEventFields  struct{ *Resolver }
	importFields        struct{ *Resolver }
	itemErrorFields     struct{ *Resolver }
	linkFields          struct{ *Resolver }
	memberFields        struct{ *Resolver }
	mergeFields         struct{ *Resolver }
	noteFields          struct{ *Resolver }
	portalFields        struct{ *Resolver }
	portalContactFields struct{ *Resolver }
	noticeFields        struct{ *Resolver }
	registryFields      struct{ *Resolver }
	sequenceFields      struct{ *Resolver }
	taskFields          struct{ *Resolver }
	timelineFields      struct{ *Resolver }
	viewerFields        struct{ *Resolver }
	placeFields         struct{ *Resolver }
)

var _ generated.ResolverRoot = (*Resolver)(nil)

// Query answers the fields of Query.
func (r *Resolver) Query() generated.QueryResolver { return query{r} }

// Mutation answers the fields of Mutation.
func (r *Resolver) Mutation() generated.MutationResolver { return mutation{r} }

// Subscription answers the fields of Subscription.
func (r *Resolver) Subscription() generated.SubscriptionResolver { return subscription{r} }

// PortalAccess answers fields of PortalAccess.
func (r *Resolver) PortalAccess() generated.PortalAccessResolver { return accessFields{r} }

// Attachment answers fields of Attachment.
func (r *Resolver) Attachment() generated.AttachmentResolver { return attachmentFields{r} }

// Balance answers fields of Balance.
func (r *Resolver) Balance() generated.BalanceResolver { return balanceFields{r} }

// Contact answers fields of Contact.
func (r *Resolver) Contact() generated.ContactResolver { return contactFields{r} }

// ContactImport answers fields of ContactImport.
func (r *Resolver) ContactImport() generated.ContactImportResolver { return importFields{r} }

// ContactMerge answers fields of ContactMerge.
func (r *Resolver) ContactMerge() generated.ContactMergeResolver { return mergeFields{r} }

// Document answers fields of Document.
func (r *Resolver) Document() generated.DocumentResolver { return documentFields{r} }

// DocumentLink answers fields of DocumentLink.
func (r *Resolver) DocumentLink() generated.DocumentLinkResolver { return linkFields{r} }

// HistoryEvent answers fields of HistoryEvent.
func (r *Resolver) HistoryEvent() generated.HistoryEventResolver { return historyEventFields{r} }

// ItemError answers fields of ItemError.
func (r *Resolver) ItemError() generated.ItemErrorResolver { return itemErrorFields{r} }

// Note answers fields of Note.
func (r *Resolver) Note() generated.NoteResolver { return noteFields{r} }

// Notice answers fields of Notice.
func (r *Resolver) Notice() generated.NoticeResolver { return noticeFields{r} }

// NumberSequence answers fields of NumberSequence.
func (r *Resolver) NumberSequence() generated.NumberSequenceResolver { return sequenceFields{r} }

// Portal answers fields of Portal.
func (r *Resolver) Portal() generated.PortalResolver { return portalFields{r} }

// PortalContact answers fields of PortalContact.
func (r *Resolver) PortalContact() generated.PortalContactResolver { return portalContactFields{r} }

// ProjectMember answers fields of ProjectMember.
func (r *Resolver) ProjectMember() generated.ProjectMemberResolver { return memberFields{r} }

// ProjectTask answers fields of ProjectTask.
func (r *Resolver) ProjectTask() generated.ProjectTaskResolver { return taskFields{r} }

// RegistryCheck answers fields of RegistryCheck.
func (r *Resolver) RegistryCheck() generated.RegistryCheckResolver { return registryFields{r} }

// TimeEntry answers fields of TimeEntry.
func (r *Resolver) TimeEntry() generated.TimeEntryResolver { return entryFields{r} }

// TimelineItem answers fields of TimelineItem.
func (r *Resolver) TimelineItem() generated.TimelineItemResolver { return timelineFields{r} }

// Place answers fields of Place.
func (r *Resolver) Place() generated.PlaceResolver { return placeFields{r} }

// Viewer answers fields of Viewer.
func (r *Resolver) Viewer() generated.ViewerResolver { return viewerFields{r} }
