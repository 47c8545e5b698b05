package graph

import (
	"context"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/graph/generated/model"
)

func (f itemErrorFields) Code(_ context.Context, e *fault.Error) (string, error) {
	return string(e.Code), nil
}

func bulkPayload(done []*contact.Done, err error) (*model.BulkContactsPayload, error) {
	if err != nil {
		return nil, err
	}
	out := &model.BulkContactsPayload{Results: done}
	for _, d := range done {
		if len(d.Errors) == 0 {
			out.Succeeded++
		} else {
			out.Failed++
		}
	}
	return out, nil
}

func (m mutation) CreateContacts(ctx context.Context, in contact.CreateManyInput) (*model.BulkContactsPayload, error) {
	return bulkPayload(m.Contacts.CreateMany(ctx, in))
}

func (m mutation) UpdateContacts(ctx context.Context, in contact.UpdateManyInput) (*model.BulkContactsPayload, error) {
	return bulkPayload(m.Contacts.UpdateMany(ctx, in))
}

func (m mutation) ArchiveContacts(ctx context.Context, in contact.IDsInput) (*model.BulkContactsPayload, error) {
	return bulkPayload(m.Contacts.ArchiveMany(ctx, in))
}

func (m mutation) RestoreContacts(ctx context.Context, in contact.IDsInput) (*model.BulkContactsPayload, error) {
	return bulkPayload(m.Contacts.RestoreMany(ctx, in))
}

func (m mutation) DeleteContacts(ctx context.Context, in contact.IDsInput) (*model.BulkContactsPayload, error) {
	return bulkPayload(m.Contacts.DeleteMany(ctx, in))
}

func (m mutation) SetContactsOption(ctx context.Context, in contact.SetOptionInput) (*model.BulkContactsPayload, error) {
	return bulkPayload(m.Contacts.SetOption(ctx, in))
}
