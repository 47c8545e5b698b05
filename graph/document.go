package graph

import (
	"context"

	"github.com/google/uuid"

	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/graph/generated/model"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/payment"
)

func (q query) Documents(ctx context.Context, first *int, after *string, last *int, before *string, f *document.Filter) (*page.Connection[*document.Document], error) {
	return q.Resolver.Documents.List(ctx, page.Args{First: first, After: after, Last: last, Before: before}, f)
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
