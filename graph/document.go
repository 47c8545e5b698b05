package graph

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/kartela/kartela/attachment"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/graph/generated/model"
	"github.com/kartela/kartela/live"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/payment"
	"github.com/kartela/kartela/viewer"
)

func (q query) Documents(ctx context.Context, first *int, after *string, last *int, before *string, f *document.Filter, order document.Order) (*page.Connection[*document.Document], error) {
	return q.Resolver.Documents.List(ctx, page.Args{First: first, After: after, Last: last, Before: before}, f, order)
}

func (q query) DocumentSummary(ctx context.Context, f *document.Filter) (*document.Summary, error) {
	return q.Resolver.Documents.Summary(ctx, f)
}

func (q query) ExpenseCategories(ctx context.Context, archived bool) ([]*ent.ExpenseCategory, error) {
	return q.Resolver.Documents.ExpenseCategories(ctx, archived)
}

func (q query) Document(ctx context.Context, id uuid.UUID) (*document.Document, error) {
	return q.Resolver.Documents.Get(ctx, id)
}

func (q query) ComputeTotals(ctx context.Context, in document.PreviewInput) (*document.Preview, error) {
	return q.Resolver.Documents.ComputeTotals(ctx, in)
}

func (q query) NumberSequences(ctx context.Context) ([]*ent.NumberSequence, error) {
	return q.Resolver.Documents.Sequences(ctx)
}

func (f sequenceFields) DocumentType(_ context.Context, s *ent.NumberSequence) (entdocument.Type, error) {
	return entdocument.Type(s.DocumentType), nil
}

func (f documentFields) Allocations(ctx context.Context, d *document.Document) ([]*payment.Allocation, error) {
	return f.Payments.AllocationsOf(ctx, d)
}

func (f documentFields) Attachments(ctx context.Context, d *document.Document, first *int, after *string) (*page.Connection[*attachment.Attachment], error) {
	return f.Files.OfDocument(ctx, d.Group, d.ID, first, after)
}

func (f documentFields) History(ctx context.Context, d *document.Document, first *int, after *string) (*page.Connection[*contact.Event], error) {
	return f.Contacts.HistoryOf(ctx, d.Group, d.ID, first, after)
}

func documentPayload(d *document.Document, err error) (*model.DocumentPayload, error) {
	if err != nil {
		return nil, err
	}
	return &model.DocumentPayload{Document: *d}, nil
}

func (m mutation) CreateDocument(ctx context.Context, in document.CreateInput) (*model.DocumentPayload, error) {
	return documentPayload(m.Documents.Create(ctx, in))
}

func (m mutation) UpdateDocument(ctx context.Context, in document.UpdateInput) (*model.DocumentPayload, error) {
	return documentPayload(m.Documents.Update(ctx, in))
}

func (m mutation) IssueDocument(ctx context.Context, in document.IDInput) (*model.DocumentPayload, error) {
	return documentPayload(m.Documents.Issue(ctx, in))
}

func (m mutation) RevertDocument(ctx context.Context, in document.IDInput) (*model.DocumentPayload, error) {
	return documentPayload(m.Documents.Revert(ctx, in))
}

func (m mutation) VoidDocument(ctx context.Context, in document.IDInput) (*model.DocumentPayload, error) {
	return documentPayload(m.Documents.Void(ctx, in))
}

func (m mutation) RestoreDocument(ctx context.Context, in document.IDInput) (*model.DocumentPayload, error) {
	return documentPayload(m.Documents.Restore(ctx, in))
}

func (m mutation) DeleteDocument(ctx context.Context, in document.IDInput) (*model.DeleteDocumentPayload, error) {
	id, err := m.Documents.Delete(ctx, in)
	if err != nil {
		return nil, err
	}
	return &model.DeleteDocumentPayload{ID: id}, nil
}

func (m mutation) DuplicateDocument(ctx context.Context, in document.IDInput) (*model.DocumentPayload, error) {
	return documentPayload(m.Documents.Duplicate(ctx, in))
}

func (m mutation) AcceptEstimate(ctx context.Context, in document.DecideInput) (*model.DocumentPayload, error) {
	return documentPayload(m.Documents.Accept(ctx, in))
}

func (m mutation) RejectEstimate(ctx context.Context, in document.DecideInput) (*model.DocumentPayload, error) {
	return documentPayload(m.Documents.Reject(ctx, in))
}

func (m mutation) InvoiceEstimate(ctx context.Context, in document.IDInput) (*model.DocumentPayload, error) {
	return documentPayload(m.Documents.InvoiceEstimate(ctx, in))
}

func (m mutation) CreditInvoice(ctx context.Context, in document.IDInput) (*model.DocumentPayload, error) {
	return documentPayload(m.Documents.CreditInvoice(ctx, in))
}

func sequencePayload(row *ent.NumberSequence, err error) (*model.NumberSequencePayload, error) {
	if err != nil {
		return nil, err
	}
	return &model.NumberSequencePayload{Sequence: *row}, nil
}

func (m mutation) CreateNumberSequence(ctx context.Context, in document.CreateSequenceInput) (*model.NumberSequencePayload, error) {
	return sequencePayload(m.Documents.CreateSequence(ctx, in))
}

func (m mutation) UpdateNumberSequence(ctx context.Context, in document.UpdateSequenceInput) (*model.NumberSequencePayload, error) {
	return sequencePayload(m.Documents.UpdateSequence(ctx, in))
}

func expenseCategoryPayload(row *ent.ExpenseCategory, err error) (*model.ExpenseCategoryPayload, error) {
	if err != nil {
		return nil, err
	}
	return &model.ExpenseCategoryPayload{Category: *row}, nil
}

func (m mutation) CreateExpenseCategory(ctx context.Context, in document.CreateCategoryInput) (*model.ExpenseCategoryPayload, error) {
	return expenseCategoryPayload(m.Documents.CreateExpenseCategory(ctx, in))
}

func (m mutation) UpdateExpenseCategory(ctx context.Context, in document.UpdateCategoryInput) (*model.ExpenseCategoryPayload, error) {
	return expenseCategoryPayload(m.Documents.UpdateExpenseCategory(ctx, in))
}

func (m mutation) DeleteExpenseCategory(ctx context.Context, in document.IDInput) (*model.DeleteExpenseCategoryPayload, error) {
	id, err := m.Documents.DeleteExpenseCategory(ctx, in)
	if err != nil {
		return nil, err
	}
	return &model.DeleteExpenseCategoryPayload{ID: id}, nil
}

func (s subscription) DocumentChanged(ctx context.Context, ids []uuid.UUID, contactID *uuid.UUID) (<-chan *document.Document, error) {
	if given, ok := live.Given[*document.Document](ctx); ok {
		return given, nil
	}
	topics := ids
	if contactID != nil {
		topics = append(topics, *contactID)
	}
	for range 10 {
		hint := s.Hints.FollowRows(viewer.From(ctx).Organization, topics...) // first follow, then read: no gap
		watched, present, err := s.Documents.Watch(ctx, ids, contactID)
		if err == nil && slices.Equal(watched.Topics(), topics) {
			return live.WatchList(ctx, s.Hub, hint, present, s.listed(ctx, watched, contactID)), nil
		}
		hint.Close()
		if err != nil {
			return nil, err
		}
		topics = watched.Topics() // of the contact that it was merged into
	}
	return nil, live.ErrMerged
}

func (s subscription) listed(ctx context.Context, w *document.Watched, contactID *uuid.UUID) live.Listed[*document.Document] {
	l := live.Listed[*document.Document]{
		Read: w.Read, Present: w.Present, Sees: w.Sees,
		ID:      func(d *document.Document) uuid.UUID { return d.ID },
		Version: func(d *document.Document) int { return d.Version },
		Allowed: s.standing(ctx, nil),
	}
	if contactID != nil {
		l.Allowed = s.standing(ctx, func(ctx context.Context) error { return s.stillSame(ctx, w.Topics()) })
	}
	return l
}
