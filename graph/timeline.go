package graph

import (
	"context"

	"github.com/google/uuid"

	"github.com/kartela/kartela/attachment"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent/ledgerentry"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/payment"
	"github.com/kartela/kartela/statement"
)

func (f contactFields) Months(ctx context.Context, c *contact.Contact, side ledgerentry.Side, currency *money.Currency, count int) ([]*statement.Month, error) {
	return f.Statements.Months(ctx, c, side, currency, count)
}

func (f contactFields) Timeline(ctx context.Context, c *contact.Contact, first *int, after *string, kinds []statement.TimelineKind) (*page.Connection[*statement.TimelineItem], error) {
	return f.Statements.Timeline(ctx, c, first, after, kinds)
}

// ofKind loads the thing that an item is, nil for an item of another kind.
func ofKind[T any](ctx context.Context, i *statement.TimelineItem, kind statement.TimelineKind, read func(context.Context, []uuid.UUID) (map[uuid.UUID]*T, error)) (*T, error) {
	if i.Kind != kind {
		return nil, nil //nolint:nilnil // an item is of one kind
	}
	return page.Load(ctx, i.Group, "timeline", i.ID, read)
}

func (f timelineFields) Document(ctx context.Context, i *statement.TimelineItem) (*document.Document, error) {
	return ofKind(ctx, i, statement.TimelineDocument, f.Documents.ByIDs)
}

func (f timelineFields) Payment(ctx context.Context, i *statement.TimelineItem) (*payment.Payment, error) {
	return ofKind(ctx, i, statement.TimelinePayment, f.Payments.ByIDs)
}

func (f timelineFields) Note(ctx context.Context, i *statement.TimelineItem) (*contact.Note, error) {
	return ofKind(ctx, i, statement.TimelineNote, f.Contacts.NotesByIDs)
}

func (f timelineFields) Attachment(ctx context.Context, i *statement.TimelineItem) (*attachment.Attachment, error) {
	return ofKind(ctx, i, statement.TimelineAttachment, f.Files.ByIDs)
}

func (f timelineFields) Change(ctx context.Context, i *statement.TimelineItem) (*contact.Event, error) {
	return ofKind(ctx, i, statement.TimelineChange, f.Contacts.EventsByIDs)
}
