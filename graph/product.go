package graph

import (
	"context"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/graph/generated/model"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/product"
)

func (q query) Products(ctx context.Context, first *int, after *string, last *int, before *string, f *product.Filter, by product.Order) (*page.Connection[*ent.Product], error) {
	return q.Resolver.Products.List(ctx, page.Args{First: first, After: after, Last: last, Before: before}, f, by)
}

func (q query) Product(ctx context.Context, id uuid.UUID) (*ent.Product, error) {
	return q.Resolver.Products.Get(ctx, id)
}

func productPayload(p *ent.Product, err error) (*model.ProductPayload, error) {
	if err != nil {
		return nil, err
	}
	return &model.ProductPayload{Product: *p}, nil
}

func (m mutation) CreateProduct(ctx context.Context, in product.CreateInput) (*model.ProductPayload, error) {
	return productPayload(m.Products.Create(ctx, in))
}

func (m mutation) UpdateProduct(ctx context.Context, in product.UpdateInput) (*model.ProductPayload, error) {
	return productPayload(m.Products.Update(ctx, in))
}

func (m mutation) ArchiveProduct(ctx context.Context, in product.IDInput) (*model.ProductPayload, error) {
	return productPayload(m.Products.Archive(ctx, in))
}

func (m mutation) RestoreProduct(ctx context.Context, in product.IDInput) (*model.ProductPayload, error) {
	return productPayload(m.Products.Restore(ctx, in))
}

func (m mutation) DeleteProduct(ctx context.Context, in product.IDInput) (*model.DeleteProductPayload, error) {
	id, err := m.Products.Delete(ctx, in)
	if err != nil {
		return nil, err
	}
	return &model.DeleteProductPayload{ID: id}, nil
}
