// Package demo fills an empty database with a demonstration: a Greek delicatessen with its
// clients, suppliers, price list, invoices and payments of two years, its projects, staff and three customers on
// the portal. All of it goes through the domain packages, so it is audited and on the
// ledger like anyone else's. The words and the story are here; the rules are not.
package demo

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/google/uuid"

	"github.com/kartela/kartela/account"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent/auditevent"
	entonline "github.com/kartela/kartela/ent/onlinepayment"
	"github.com/kartela/kartela/ent/organization"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/onlinepayment"
	"github.com/kartela/kartela/payment"
	"github.com/kartela/kartela/portal"
	"github.com/kartela/kartela/product"
	"github.com/kartela/kartela/project"
	"github.com/kartela/kartela/tracking"
	"github.com/kartela/kartela/viewer"
)

// Services is what the demonstration is made through. The clock is Document.Now.
type Services struct {
	DB       *db.DB
	Account  *account.Service
	Tracking *tracking.Service
	Contact  *contact.Service
	Document *document.Service
	Payment  *payment.Service
	Product  *product.Service
	Project  *project.Service
	Portal   *portal.Service
	Online   *onlinepayment.Service
}

// SignIn is one way into the demonstration.
type SignIn struct{ Email, Password string }

// Accounts are the sign-ins of the demonstration. They are the same in each.
type Accounts struct {
	Owner      SignIn
	Accountant SignIn
	Sales      SignIn
	ReadOnly   SignIn
	Portal     []SignIn // customers, of one contact each
}

// zone is the organization's time zone.
const zone = "Europe/Athens"

// Write fills an empty database with the demonstration and gives its sign-ins. The same
// date gives the same names, dates, numbers and amounts, on either database; only ids and
// the times of writing differ. No e-mail is sent.
//
// It is many transactions, so that each action is the one that a person would do. When it
// fails, or the process ends before it does, what was written stays, and Unfinished says
// so from then on: start over on an empty database. A database that has an organization
// is refused and left as it is.
func Write(ctx context.Context, s Services) (Accounts, error) {
	any, err := s.DB.Organization.Query().Exist(viewer.AsSystem(ctx, "demo: look for an organization"))
	if err != nil {
		return Accounts{}, fmt.Errorf("demo: look for an organization: %w", err)
	}
	if any {
		return Accounts{}, errors.New("demo: the database has an organization already")
	}
	quiet := *s.Portal // the customers' addresses are nobody's
	quiet.Mailer = noMail{}
	s.Portal = &quiet
	w := &writer{Services: s, today: document.TodayIn(s.Document.Now(), zone)}
	for _, step := range []func(context.Context) error{w.staff, w.contacts, w.categorize, w.twice, w.products, w.trade, w.projects, w.invite, w.online, w.archive, w.finish} {
		if err := step(ctx); err != nil {
			return Accounts{}, fmt.Errorf("demo: %w", err)
		}
	}
	return accounts(), nil
}

// Unfinished says whether the database holds a demonstration whose writing did not end. The
// details of the business are written last, and the history, which only grows, tells that
// they were.
func Unfinished(ctx context.Context, d *db.DB) (bool, error) {
	ctx = viewer.AsSystem(ctx, "demo: look for an unfinished demonstration")
	ids, err := d.Organization.Query().Where(organization.Demonstration(true)).IDs(ctx)
	if err != nil {
		return false, fmt.Errorf("demo: look for a demonstration: %w", err)
	}
	for _, id := range ids {
		done, err := d.AuditEvent.Query().Where(auditevent.OrganizationID(id), auditevent.Action("updateOrganization")).Exist(ctx)
		if err != nil {
			return false, fmt.Errorf("demo: look for its end: %w", err)
		}
		if !done {
			return true, nil
		}
	}
	return false, nil
}

func accounts() Accounts {
	a := Accounts{
		Owner:      SignIn{"owner@demo.example", "kartela-owner"},
		Accountant: SignIn{"accountant@demo.example", "kartela-accountant"},
		Sales:      SignIn{"sales@demo.example", "kartela-sales"},
		ReadOnly:   SignIn{"reader@demo.example", "kartela-reader"},
	}
	for _, c := range customers {
		a.Portal = append(a.Portal, SignIn{c.email, c.password})
	}
	return a
}

// writer writes one demonstration.
type writer struct {
	Services
	today day.Date

	owner, sales, accountant viewer.Viewer // who does what, for the history to tell

	plan    *plan
	ids     []uuid.UUID // of the plan's contacts
	open    [][]*owed   // by contact: issued invoices in the order of their dates
	written int         // invoices, for their references
}

// owed is an issued invoice as far as it is paid.
type owed struct {
	id       uuid.UUID
	currency money.Currency
	payable  money.Minor
	settled  money.Minor
}

// staff makes the organization with its owner and three members.
func (w *writer) staff(ctx context.Context) error {
	a := accounts()
	org, owner, err := w.Account.FirstOrganization(ctx, account.CreateOrganizationInput{
		Name: "Καλή Γη ΑΕ (επίδειξη)", Country: "GR", TimeZone: zone, Language: "el",
		OwnerName: "Ελένη Αγγελίδου", Email: a.Owner.Email, Password: a.Owner.Password,
	}, true)
	if err != nil {
		return err
	}
	w.owner = viewer.Viewer{Kind: viewer.Staff, Organization: org, User: owner, Role: viewer.Owner}
	w.sales, w.accountant = w.owner, w.owner
	ctx = viewer.With(ctx, w.owner)
	for _, m := range []struct {
		name string
		in   SignIn
		role viewer.Role
		as   *viewer.Viewer
	}{
		{"Σταύρος Μανωλάς", a.Accountant, viewer.Accountant, &w.accountant},
		{"Δήμητρα Κοντού", a.Sales, viewer.Sales, &w.sales},
		{"Ανδρέας Βλάχος", a.ReadOnly, viewer.ReadOnly, &viewer.Viewer{}},
	} {
		member, err := w.Account.AddMember(ctx, account.AddMemberInput{Email: m.in.Email, Name: m.name, Role: m.role, Password: &m.in.Password})
		if err != nil {
			return err
		}
		*m.as = viewer.Viewer{Kind: viewer.Staff, Organization: org, User: member.UserID, Role: m.role}
	}
	return nil
}

// contacts writes the contacts and the notes about them.
func (w *writer) contacts(ctx context.Context) error {
	ctx = viewer.With(ctx, w.sales)
	w.plan = newPlan(seed)
	w.ids, w.open = make([]uuid.UUID, len(w.plan.contacts)), make([][]*owed, len(w.plan.contacts))
	for i, c := range w.plan.contacts {
		made, err := w.Contact.Create(ctx, contact.CreateInput{Fields: c.fields})
		if err != nil {
			return fmt.Errorf("contact %d: %w", i, err)
		}
		w.ids[i] = made.ID
		for _, text := range c.notes {
			if _, err := w.Contact.AddNote(ctx, contact.NoteInput{ContactID: made.ID, Text: text}); err != nil {
				return fmt.Errorf("contact %d: %w", i, err)
			}
		}
	}
	return nil
}

// online has the business paid by the sandbox, where the server can keep its secret, and by bank
// transfer.
func (w *writer) online(ctx context.Context) error {
	ctx = viewer.With(ctx, w.owner)
	yes, holder, iban, bic := true, "Καλή Γη ΑΕ", "GR1601101250000000012300695", "ETHNGRAA"
	transfer := onlinepayment.SetInput{Provider: entonline.ProviderBankTransfer, Enabled: &yes, Holder: &holder, IBAN: &iban, BIC: &bic}
	if _, err := w.Online.Set(ctx, transfer); err != nil || w.Online.Secrets == nil {
		return err
	}
	_, err := w.Online.Set(ctx, onlinepayment.SetInput{Provider: entonline.ProviderSandbox, Enabled: &yes})
	return err
}

// invite lets the customers in to the portal, as they would let themselves in.
func (w *writer) invite(ctx context.Context) error {
	staff := viewer.With(ctx, w.owner)
	for i, c := range customers {
		invited, err := w.Portal.Invite(staff, portal.InviteInput{ContactID: w.ids[i], Email: c.email})
		if err != nil {
			return err
		}
		link, err := url.Parse(invited.Link)
		if err != nil {
			return fmt.Errorf("read the link of an invitation: %w", err)
		}
		_, err = w.Portal.Accept(ctx, portal.AcceptInput{Token: link.Query().Get("token"), Name: c.name, Password: c.password},
			account.Client{UserAgent: "Kartela demonstration"})
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) archive(ctx context.Context) error {
	ctx = viewer.With(ctx, w.owner)
	for i, c := range w.plan.contacts {
		if !c.archived {
			continue
		}
		if _, err := w.Contact.Archive(ctx, contact.IDInput{ID: w.ids[i]}); err != nil {
			return err
		}
	}
	return nil
}

// finish writes the details of the business, which also says that all else was written.
func (w *writer) finish(ctx context.Context) error {
	text := func(s string) *string { return &s }
	_, err := w.Account.UpdateOrganization(viewer.With(ctx, w.owner), account.UpdateOrganizationInput{
		Profession: text("Εμπόριο τροφίμων, οίνων και βιβλίων γαστρονομίας"), VatNumber: text(greekVATNumber(80123456)),
		TaxOffice: text("1159"), Address: text("Λεωφόρος Συγγρού 112\n117 41 Αθήνα"), Email: text("info@demo.example"), Phone: text("+30 210 555 0100"),
	})
	return err
}

// noMail is a mailer without a relay.
type noMail struct{}

func (noMail) Configured() bool { return false }

func (noMail) Send(context.Context, string, string, string, string) error {
	return errors.New("demo: no e-mail is sent")
}

func date(d day.Date, daysBefore int) *day.Date {
	at := d.AddDays(-daysBefore)
	return &at
}
