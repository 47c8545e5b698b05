package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/registry/ecb"
	"github.com/kartela/kartela/job"
	"github.com/kartela/kartela/rate"
)

// How long what is kept for a time only is kept.
const (
	keysLast     = 30 * 24 * time.Hour // idempotency keys
	sessionsLast = 30 * 24 * time.Hour // sessions, after their end
)

// newQueue wires the background jobs of every kind.
func (a *app) newQueue() (*job.Service, error) {
	kinds := []job.Kind{
		{Name: "tidy", Every: time.Hour, Do: func(ctx context.Context, _ job.Task) error { return a.tidy(ctx) }},
		{Name: "recurring_invoices", Every: 5 * time.Minute, Do: func(ctx context.Context, _ job.Task) error { return a.graph.Recurring.AskForDue(ctx) }},
		{Name: recurringInvoice, Do: func(ctx context.Context, t job.Task) error {
			return a.graph.Recurring.Make(ctx, t.Organization, t.Subject)
		}},
	}
	for name, mails := range map[string]mails{noticeMail: a.graph.Notices, messageMail: a.graph.Messages, documentMail: a.issued, paymentMail: a.received} {
		kinds = append(kinds, job.Kind{Name: name, Do: func(ctx context.Context, t job.Task) error {
			if t.Person == uuid.Nil {
				return mails.Spread(ctx, t.Organization, t.Subject)
			}
			return mails.Mail(ctx, t.Organization, t.Subject, t.Person)
		}})
	}
	if a.config.Rates != "" {
		kinds = append(kinds, job.Kind{Name: "exchange_rates", Every: 6 * time.Hour,
			Do: func(ctx context.Context, _ job.Task) error { return a.graph.Rates.Fetch(ctx) }})
	}
	return job.New(context.Background(), a.db, kinds...)
}

// recurringInvoice is the kind of job that makes what is due of one recurring invoice.
const recurringInvoice = "recurring_invoice"

// The kinds of jobs that mail what a customer did to staff, and to customers answers, what was
// issued to them and what was received from them: one that finds whom, and one to each.
const (
	noticeMail   = "notice_mail"
	messageMail  = "message_mail"
	documentMail = "document_mail"
	paymentMail  = "payment_mail"
)

// mails are what can be mailed: Spread asks for a mail to each whom it concerns.
type mails interface {
	Spread(ctx context.Context, organization, subject uuid.UUID) error
	Mail(ctx context.Context, organization, subject, person uuid.UUID) error
}

// asker asks for a job of a kind in the transaction of the context.
func (a *app) asker(kind string) func(ctx context.Context, organization, subject, person uuid.UUID) error {
	return func(ctx context.Context, organization, subject, person uuid.UUID) error {
		return a.graph.Jobs.Enqueue(ctx, kind, job.Task{Organization: organization, Subject: subject, Person: person})
	}
}

// askForInvoices has the invoices of a recurring invoice made that are due.
func (a *app) askForInvoices(ctx context.Context, organization, id uuid.UUID) error {
	return a.graph.Jobs.Enqueue(ctx, recurringInvoice, job.Task{Organization: organization, Subject: id})
}

// newRates wires exchange rates, which are fetched when the configuration says from where.
func newRates(c *config, d *db.DB, now func() time.Time) *rate.Service {
	s := &rate.Service{DB: d, Now: now}
	if c.Rates != "" {
		s.Feed = ecb.New(c.RatesURL)
	}
	return s
}

// queue has this process do background jobs, and gives what ends that: it waits for the jobs
// at hand.
func (a *app) queue(ctx context.Context) (stop func(), err error) {
	if err := a.graph.Jobs.Start(ctx); err != nil {
		return nil, err
	}
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), a.config.Drain)
		defer cancel()
		if err := a.graph.Jobs.Stop(ctx); err != nil {
			slog.Error("background jobs did not end in time", "err", err)
		}
	}, nil
}

// tidy drops what is kept for a time only.
func (a *app) tidy(ctx context.Context) error {
	keys, err := db.ForgetKeys(ctx, a.db, time.Now().Add(-keysLast))
	sessions, e := a.graph.Accounts.ForgetSessions(ctx, time.Now().Add(-sessionsLast))
	err = errors.Join(err, e)
	files, e := a.graph.Files.Sweep(ctx, time.Now().Add(-leftoversLast))
	err = errors.Join(err, e)
	imports, e := a.graph.Imports.Sweep(ctx)
	err = errors.Join(err, e)
	if keys+sessions+files+imports > 0 {
		slog.InfoContext(ctx, "what is kept for a time only was dropped", "keys", keys, "sessions", sessions, "files", files, "imports", imports)
	}
	return err
}
