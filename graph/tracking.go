package graph

import (
	"context"

	"github.com/kartela/kartela/graph/generated/model"
	"github.com/kartela/kartela/tracking"
)

func (q query) TrackingCategories(ctx context.Context, archived bool) ([]*tracking.Category, error) {
	return q.Categories.List(ctx, archived)
}

func categoryPayload(c *tracking.Category, err error) (*model.TrackingCategoryPayload, error) {
	if err != nil {
		return nil, err
	}
	return &model.TrackingCategoryPayload{Category: *c}, nil
}

func (m mutation) CreateTrackingCategory(ctx context.Context, in tracking.CreateInput) (*model.TrackingCategoryPayload, error) {
	return categoryPayload(m.Categories.Create(ctx, in))
}

func (m mutation) UpdateTrackingCategory(ctx context.Context, in tracking.UpdateInput) (*model.TrackingCategoryPayload, error) {
	return categoryPayload(m.Categories.Update(ctx, in))
}

func (m mutation) DeleteTrackingCategory(ctx context.Context, in tracking.IDInput) (*model.DeleteTrackingCategoryPayload, error) {
	id, err := m.Categories.Delete(ctx, in)
	if err != nil {
		return nil, err
	}
	return &model.DeleteTrackingCategoryPayload{ID: id}, nil
}
