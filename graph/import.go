package graph

import (
	"context"

	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/contact/imports"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/graph/generated/model"
	"github.com/kartela/kartela/live"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/viewer"
)

func (q query) ContactImports(ctx context.Context, first *int, after *string) (*page.Connection[*imports.ContactImport], error) {
	return q.Imports.List(ctx, first, after)
}

func (q query) ContactImport(ctx context.Context, id uuid.UUID) (*imports.ContactImport, error) {
	return q.Imports.Get(ctx, id)
}

func (f contactFields) ImportedBy(ctx context.Context, c *contact.Contact) (*imports.ContactImport, error) {
	return page.Load(ctx, c.Group, "import", c.ID, f.Imports.ThatMade)
}

func (f importFields) CreatedBy(ctx context.Context, i *imports.ContactImport) (*ent.User, error) {
	return page.Load(ctx, i.Authors, "person", i.ContactImport.CreatedBy, f.Accounts.People)
}

func importPayload(i *imports.ContactImport, err error) (*model.ContactImportPayload, error) {
	if err != nil {
		return nil, err
	}
	return &model.ContactImportPayload{Import: *i}, nil
}

func (m mutation) UploadContactImport(ctx context.Context, in model.UploadContactImportInput) (*model.ContactImportPayload, error) {
	return importPayload(m.Imports.Upload(ctx, imports.UploadInput{Name: in.File.Filename, File: in.File.File}))
}

func (m mutation) ConfigureContactImport(ctx context.Context, in imports.ConfigureInput) (*model.ContactImportPayload, error) {
	return importPayload(m.Imports.Configure(ctx, in))
}

func (m mutation) CheckContactImport(ctx context.Context, in imports.IDInput) (*model.ContactImportPayload, error) {
	return importPayload(m.Imports.Check(ctx, in))
}

func (m mutation) RunContactImport(ctx context.Context, in imports.IDInput) (*model.ContactImportPayload, error) {
	return importPayload(m.Imports.Run(ctx, in))
}

func (m mutation) CancelContactImport(ctx context.Context, in imports.IDInput) (*model.ContactImportPayload, error) {
	return importPayload(m.Imports.Cancel(ctx, in))
}

func (m mutation) UndoContactImport(ctx context.Context, in imports.IDInput) (*model.ContactImportPayload, error) {
	return importPayload(m.Imports.Undo(ctx, in))
}

func (s subscription) ContactImportProgress(ctx context.Context, id uuid.UUID) (<-chan *imports.ContactImport, error) {
	if given, ok := live.Given[*imports.ContactImport](ctx); ok {
		return given, nil
	}
	hint := s.Hints.FollowRows(viewer.From(ctx).Organization, id) // first follow, then read: no gap
	now, err := s.Imports.Get(ctx, id)
	if err != nil {
		hint.Close()
		return nil, err
	}
	return live.Watch(ctx, s.Hub, hint, now, live.Watched[*imports.ContactImport]{
		Read:     func(ctx context.Context) (*imports.ContactImport, error) { return s.Imports.Get(ctx, id) },
		Newer:    func(now, before *imports.ContactImport) bool { return now.Version > before.Version },
		Finished: (*imports.ContactImport).Finished,
		Allowed:  s.standing(ctx, nil),
	}), nil
}
