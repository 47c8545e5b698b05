package graph

import (
	"context"

	"github.com/kartela/kartela/attachment"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/graph/generated/model"
	"github.com/kartela/kartela/page"
)

func (f contactFields) Attachments(ctx context.Context, c *contact.Contact, first *int, after *string) (*page.Connection[*attachment.Attachment], error) {
	return f.Files.Of(ctx, c, first, after)
}

func (f attachmentFields) UploadedBy(ctx context.Context, a *attachment.Attachment) (*ent.User, error) {
	return page.Load(ctx, a.Uploaders, "person", a.Attachment.UploadedBy, f.Accounts.People)
}

func (m mutation) AddAttachment(ctx context.Context, in model.AddAttachmentInput) (*model.AttachmentPayload, error) {
	a, err := m.Files.Add(ctx, attachment.AddInput{ContactID: in.ContactID, DocumentID: in.DocumentID, Name: in.File.Filename, File: in.File.File})
	if err != nil {
		return nil, err
	}
	return &model.AttachmentPayload{Attachment: *a}, nil
}

func (m mutation) DeleteAttachment(ctx context.Context, in attachment.IDInput) (*model.DeleteAttachmentPayload, error) {
	id, err := m.Files.Delete(ctx, in)
	if err != nil {
		return nil, err
	}
	return &model.DeleteAttachmentPayload{ID: id}, nil
}
