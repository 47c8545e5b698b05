package main

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/account"
	"github.com/kartela/kartela/attachment"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/contact/exports"
	"github.com/kartela/kartela/contact/imports"
	"github.com/kartela/kartela/contact/merge"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/graph"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/demo"
	"github.com/kartela/kartela/internal/sheet"
	"github.com/kartela/kartela/job"
	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/live"
	"github.com/kartela/kartela/look"
	"github.com/kartela/kartela/message"
	"github.com/kartela/kartela/notice"
	"github.com/kartela/kartela/payment"
	"github.com/kartela/kartela/permalink"
	"github.com/kartela/kartela/portal"
	"github.com/kartela/kartela/post"
	"github.com/kartela/kartela/product"
	"github.com/kartela/kartela/project"
	"github.com/kartela/kartela/recurring"
	"github.com/kartela/kartela/reminder"
	"github.com/kartela/kartela/report"
	"github.com/kartela/kartela/statement"
	"github.com/kartela/kartela/tracking"
)

// app is the server put together: every service, and what serves them.
type app struct {
	config *config
	db     *db.DB
	graph  *graph.Resolver
	bus    closingBus // nil without other processes
	relay  *live.Relay

	issued   *portal.DocumentMails
	received *portal.PaymentMails
	looker   *live.Looker
	reviews  *reviews
	streams  *streams
	sockets  *sockets
	door     *doorkeeper
	exports  *exports.Service
	workers  *workers
	handler  http.Handler

	stopping atomic.Bool
}

// newApp wires the services over an open, migrated database. baseURL is the page's public
// address.
func newApp(c *config, d *db.DB, baseURL string, now func() time.Time) (*app, error) {
	a := &app{config: c, db: d, streams: newStreams(c.Sockets, c.AddressSockets), workers: newWorkers()}
	mailer, err := newMailer(c.SMTP)
	if err != nil {
		return nil, err
	}
	if err := a.newLive(); err != nil {
		return nil, err
	}
	r := &graph.Resolver{Hub: a.relay.Hub, Hints: a.relay.Hints}
	r.Accounts = account.New(d, c.Hashes, now, a.relay.Ended)
	r.Accounts.Mailer, r.Accounts.BaseURL = mailer, baseURL
	r.Contacts = &contact.Service{DB: d, Ended: a.relay.Ended, AccessChanged: a.relay.AccessChanged, Now: now}
	r.Categories = &tracking.Service{DB: d}
	if r.Registries, err = newRegistries(c, d, r.Contacts, now); err != nil {
		return nil, err
	}
	r.Accounts.Secrets = r.Registries.Secrets
	files, err := openFiles(c, d)
	if err != nil {
		return nil, err
	}
	r.Imports = &imports.Service{DB: d, Contacts: r.Contacts, Store: files, Workbooks: sheet.Reader{}, Progress: a.relay.Hint, Wake: a.workers.Wake, Now: now}
	r.Files = &attachment.Service{DB: d, Contacts: r.Contacts, Store: files}
	a.exports = &exports.Service{DB: d, Contacts: r.Contacts, Workbook: workbook}
	r.Ledger = &ledger.Book{DB: d, Announce: a.relay.Moved}
	a.looker.Read, a.looker.Changed = r.Ledger.Look, (&look.Service{DB: d}).Changed
	r.Merges = &merge.Service{DB: d, Contacts: r.Contacts, Ledger: r.Ledger, Ended: a.relay.Ended, AccessChanged: a.relay.AccessChanged}
	r.Notices = &notice.Service{DB: d, Mailer: mailer, BaseURL: baseURL, Ask: a.asker(noticeMail),
		Told: func(organization uuid.UUID) { a.relay.Hint(organization, notice.Topic(organization)) }}
	mails := &post.Service{DB: d, Mailer: mailer, BaseURL: baseURL}
	r.Messages = &message.Service{DB: d, Accounts: r.Accounts, Notices: r.Notices, Post: mails, Ask: a.asker(messageMail), Told: a.relay.Hint}
	r.Products = &product.Service{DB: d}
	r.Rates = newRates(c, d, now)
	r.Documents = &document.Service{DB: d, Ledger: r.Ledger, Contacts: r.Contacts, Now: now, Rates: r.Rates, Changed: func(org, contact, id uuid.UUID) {
		a.relay.Hint(org, contact)
		a.relay.Hint(org, id)
	}}
	r.Recurring = &recurring.Service{DB: d, Documents: r.Documents, Contacts: r.Contacts, Now: now, Ask: a.askForInvoices}
	r.Reminders = &reminder.Service{DB: d, Documents: r.Documents, Now: now}
	r.Payments = &payment.Service{DB: d, Ledger: r.Ledger, Contacts: r.Contacts, Documents: r.Documents, Now: now}
	r.Documents.Payer = r.Payments
	r.Reports = &report.Service{DB: d, Payments: r.Payments, Now: now}
	r.Online = newOnline(r, c, a.relay.Hint, baseURL, now)
	r.Projects = &project.Service{DB: d, Contacts: r.Contacts, Documents: r.Documents, Now: now, Timer: a.relay.Hint}
	r.Statements = &statement.Service{DB: d, Contacts: r.Contacts, Documents: r.Documents, Payments: r.Payments, Now: now}
	r.Links = &permalink.Service{DB: d, Documents: r.Documents, Notices: r.Notices, BaseURL: baseURL, Now: now}
	r.Portals = &portal.Service{Notices: r.Notices, Messages: r.Messages, DB: d, Accounts: r.Accounts, Ledger: r.Ledger, Documents: r.Documents, Statements: r.Statements,
		Post: mails, Mailer: mailer, BaseURL: baseURL, Ended: a.relay.Ended, Now: now}
	a.issued, a.received = &portal.DocumentMails{Service: r.Portals, Ask: a.asker(documentMail)}, &portal.PaymentMails{Service: r.Portals, Ask: a.asker(paymentMail)}
	r.Documents.Issued, r.Payments.Received = a.issued.Issued, a.received.Received
	a.graph = r
	if r.Jobs, err = a.newQueue(); err != nil {
		return nil, err
	}
	r.Jobs.Told = func(organization uuid.UUID) { a.relay.Hint(organization, job.Topic) }
	a.door = &doorkeeper{accounts: r.Accounts, secure: isSecure(baseURL), proxies: c.Proxies}
	return a, a.mount(baseURL)
}

// demonstrate fills an empty database with the demonstration. One that has an organization
// already stays as it is.
func (a *app) demonstrate(ctx context.Context, empty bool) error {
	unfinished, err := demo.Unfinished(ctx, a.db)
	if err != nil {
		return err
	}
	if unfinished {
		return fmt.Errorf("the demonstration in %s was not written to its end: remove the database and start again", a.config.place())
	}
	if !empty {
		return nil
	}
	_, err = demo.Write(ctx, demo.Services{DB: a.db, Account: a.graph.Accounts, Tracking: a.graph.Categories, Contact: a.graph.Contacts,
		Document: a.graph.Documents, Payment: a.graph.Payments, Product: a.graph.Products, Project: a.graph.Projects, Portal: a.graph.Portals, Online: a.graph.Online})
	return err
}
