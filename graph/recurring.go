package graph

import (
	"context"

	"github.com/google/uuid"

	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/graph/generated/model"
	"github.com/kartela/kartela/page"
	"github.com/kartela/kartela/recurring"
	"github.com/kartela/kartela/reminder"
)

func (q query) RecurringInvoices(ctx context.Context, first *int, after *string, last *int, before *string, f *recurring.Filter) (*page.Connection[*recurring.Recurring], error) {
	return q.Recurring.List(ctx, page.Args{First: first, After: after, Last: last, Before: before}, f)
}

func (q query) RecurringInvoice(ctx context.Context, id uuid.UUID) (*recurring.Recurring, error) {
	return q.Recurring.Get(ctx, id)
}

func recurringPayload(r *recurring.Recurring, err error) (*model.RecurringInvoicePayload, error) {
	if err != nil {
		return nil, err
	}
	return &model.RecurringInvoicePayload{RecurringInvoice: *r}, nil
}

func (m mutation) CreateRecurringInvoice(ctx context.Context, in recurring.CreateInput) (*model.RecurringInvoicePayload, error) {
	return recurringPayload(m.Recurring.Create(ctx, in))
}

func (m mutation) UpdateRecurringInvoice(ctx context.Context, in recurring.UpdateInput) (*model.RecurringInvoicePayload, error) {
	return recurringPayload(m.Recurring.Update(ctx, in))
}

func (m mutation) PauseRecurringInvoice(ctx context.Context, in recurring.IDInput) (*model.RecurringInvoicePayload, error) {
	return recurringPayload(m.Recurring.Pause(ctx, in))
}

func (m mutation) ResumeRecurringInvoice(ctx context.Context, in recurring.IDInput) (*model.RecurringInvoicePayload, error) {
	return recurringPayload(m.Recurring.Resume(ctx, in))
}

func (m mutation) DeleteRecurringInvoice(ctx context.Context, in recurring.IDInput) (*model.DeleteRecurringInvoicePayload, error) {
	id, err := m.Recurring.Delete(ctx, in)
	if err != nil {
		return nil, err
	}
	return &model.DeleteRecurringInvoicePayload{ID: id}, nil
}

func (q query) RemindersDue(ctx context.Context, first *int, after *string, last *int, before *string) (*page.Connection[*reminder.Due], error) {
	return q.Reminders.List(ctx, page.Args{First: first, After: after, Last: last, Before: before})
}

func (q query) ReminderDays(ctx context.Context) ([]int, error) { return q.Reminders.Days(ctx) }

func reminderPayload(d *document.Document, err error) (*model.ReminderPayload, error) {
	if err != nil {
		return nil, err
	}
	return &model.ReminderPayload{Document: *d}, nil
}

func (m mutation) DoneReminder(ctx context.Context, in reminder.Input) (*model.ReminderPayload, error) {
	return reminderPayload(m.Reminders.Done(ctx, in))
}

func (m mutation) SkipReminder(ctx context.Context, in reminder.Input) (*model.ReminderPayload, error) {
	return reminderPayload(m.Reminders.Skip(ctx, in))
}

func (m mutation) UpdateReminderDays(ctx context.Context, in reminder.SettingsInput) (*model.UpdateReminderDaysPayload, error) {
	days, err := m.Reminders.Update(ctx, in)
	if err != nil {
		return nil, err
	}
	return &model.UpdateReminderDaysPayload{Days: days}, nil
}
