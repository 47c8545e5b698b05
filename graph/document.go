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

func invoicePayload(d *document.Document, err error) (*model.InvoicePayload, error) {
	if err != nil {
		return nil, err
	}
	return &model.InvoicePayload{Invoice: *d}, nil
}

func (m mutation) CreateInvoice(ctx context.Context, in document.CreateInvoiceInput) (*model.InvoicePayload, error) {
	return invoicePayload(m.Documents.CreateInvoice(ctx, in))
}

func (m mutation) UpdateInvoice(ctx context.Context, in document.UpdateInvoiceInput) (*model.InvoicePayload, error) {
	return invoicePayload(m.Documents.UpdateInvoice(ctx, in))
}

func (m mutation) IssueInvoice(ctx context.Context, in document.IDInput) (*model.InvoicePayload, error) {
	return invoicePayload(m.Documents.IssueInvoice(ctx, in))
}

func (m mutation) RevertInvoice(ctx context.Context, in document.IDInput) (*model.InvoicePayload, error) {
	return invoicePayload(m.Documents.RevertInvoice(ctx, in))
}

func (m mutation) VoidInvoice(ctx context.Context, in document.IDInput) (*model.InvoicePayload, error) {
	return invoicePayload(m.Documents.VoidInvoice(ctx, in))
}

func (m mutation) RestoreInvoice(ctx context.Context, in document.IDInput) (*model.InvoicePayload, error) {
	return invoicePayload(m.Documents.RestoreInvoice(ctx, in))
}

func (m mutation) DeleteInvoice(ctx context.Context, in document.IDInput) (*model.DeleteInvoicePayload, error) {
	id, err := m.Documents.DeleteInvoice(ctx, in)
	if err != nil {
		return nil, err
	}
	return &model.DeleteInvoicePayload{ID: id}, nil
}
