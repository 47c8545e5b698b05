package graph

import (
	"github.com/99designs/gqlgen/graphql"

	"github.com/kartela/kartela/account"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/contact/imports"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/graph/generated"
	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/live"
	"github.com/kartela/kartela/payment"
	"github.com/kartela/kartela/portal"
	"github.com/kartela/kartela/statement"
)

// Resolver answers every field that is not plain data, by the services it holds.
type Resolver struct {
	Accounts   *account.Service
	Contacts   *contact.Service
	Imports    *imports.Service
	Ledger     *ledger.Book
	Documents  *document.Service
	Payments   *payment.Service
	Statements *statement.Service
	Portals    *portal.Service
	Hub        *live.Hub
}

// Schema is the executable schema over the services.
func Schema(r *Resolver) graphql.ExecutableSchema {
	return generated.NewExecutableSchema(generated.Config{Resolvers: r, Complexity: costs()})
}

type (
	query        struct{ *Resolver }
	mutation     struct{ *Resolver }
	subscription struct{ *Resolver }

	balanceFields      struct{ *Resolver }
	contactFields      struct{ *Resolver }
	documentFields     struct{ *Resolver }
	historyEventFields struct{ *Resolver }
	noteFields         struct{ *Resolver }
	sequenceFields     struct{ *Resolver }
	viewerFields       struct{ *Resolver }
)

var _ generated.ResolverRoot = (*Resolver)(nil)

// Query answers the fields of Query.
func (r *Resolver) Query() generated.QueryResolver { return query{r} }

// Mutation answers the fields of Mutation.
func (r *Resolver) Mutation() generated.MutationResolver { return mutation{r} }

// Subscription answers the fields of Subscription.
func (r *Resolver) Subscription() generated.SubscriptionResolver { return subscription{r} }

// Balance answers fields of Balance.
func (r *Resolver) Balance() generated.BalanceResolver { return balanceFields{r} }

// Contact answers fields of Contact.
func (r *Resolver) Contact() generated.ContactResolver { return contactFields{r} }

// Document answers fields of Document.
func (r *Resolver) Document() generated.DocumentResolver { return documentFields{r} }

// HistoryEvent answers fields of HistoryEvent.
func (r *Resolver) HistoryEvent() generated.HistoryEventResolver { return historyEventFields{r} }

// Note answers fields of Note.
func (r *Resolver) Note() generated.NoteResolver { return noteFields{r} }

// NumberSequence answers fields of NumberSequence.
func (r *Resolver) NumberSequence() generated.NumberSequenceResolver { return sequenceFields{r} }

// Viewer answers fields of Viewer.
func (r *Resolver) Viewer() generated.ViewerResolver { return viewerFields{r} }
