package onlinepayment

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/account"
	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/document"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/balance"
	entdocument "github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/documentlink"
	entonline "github.com/kartela/kartela/ent/onlinepayment"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/onlinepayment/banktransfer"
	"github.com/kartela/kartela/payment"
	"github.com/kartela/kartela/viewer"
)

// PayInput is the input of payOnline: an invoice, or what a contact owes in a currency.
type PayInput struct {
	db.Idempotent
	ContactID  *uuid.UUID // one of the own; may be left out by who has one
	DocumentID *uuid.UUID
	Currency   *money.Currency // of what is owed; with a document, its own
	Amount     *money.Decimal  // what remains, when nil
	Provider   entonline.Provider
}

// lasts is how long a checkout stays open.
const lasts = 12 * time.Hour

// mostOpen is how many checkouts of a contact may be open at a time.
const mostOpen = 50

// Pay begins an online payment of a portal customer: of what remains of an invoice, or of what
// the contact owes in a currency, or of less. One that is open for the same is given again
// instead of a second. Nothing is booked before the provider confirms it.
//
// Faults: NOT_FOUND on contactId, documentId, or on provider when the business is not paid in
// that way; INVALID on currency, or on amount for one that is not positive or more than is owed,
// or that the provider cannot take; CONFLICT on documentId when nothing remains, and on provider
// when it does not answer.
func (s *Service) Pay(ctx context.Context, in PayInput) (*OnlinePayment, error) {
	v, err := viewer.RequirePortal(ctx)
	if err != nil {
		return nil, err
	}
	of := asked{PayInput: in}
	if v.User != uuid.Nil {
		of.user = &v.User
	}
	return s.pay(ctx, of, func(id uuid.UUID) (string, string) {
		to := s.BaseURL + "/portal/online/" + id.String()
		return to, to + "?left=1"
	})
}

// PayByLink begins an online payment of a document by its permalink. ctx is the viewer that
// opening the link gave.
//
// Faults: as for Pay.
func (s *Service) PayByLink(ctx context.Context, d *document.Document, token string, p entonline.Provider) (*OnlinePayment, error) {
	link, err := s.DB.DocumentLink.Query().Where(documentlink.TokenHash(account.TokenHash(token)), documentlink.DocumentID(d.ID)).
		OnlyID(asProvider(ctx, d.OrganizationID))
	if err != nil {
		return nil, fmt.Errorf("onlinepayment: find the permalink: %w", err)
	}
	of := asked{PayInput: PayInput{ContactID: &d.ContactID, DocumentID: &d.ID, Provider: p}, link: &link}
	return s.pay(ctx, of, func(id uuid.UUID) (string, string) {
		to := s.BaseURL + "/d/" + token + "/pay/" + id.String()
		return to, to + "?left=1"
	})
}

// OfLink reads an online payment that was begun by a permalink of the document.
// Faults: NOT_FOUND.
func (s *Service) OfLink(ctx context.Context, d *document.Document, id uuid.UUID) (*OnlinePayment, error) {
	o, err := s.read(ctx, id)
	if err == nil && (o.LinkID == nil || o.DocumentID == nil || *o.DocumentID != d.ID) {
		return nil, missing()
	}
	return o, err
}

// asked is what is asked for, and by whom.
type asked struct {
	PayInput
	user, link *uuid.UUID
	contact    *ent.Contact
	document   *ent.Document
	amount     money.Money
}

func (s *Service) pay(ctx context.Context, of asked, back func(uuid.UUID) (success, cancel string)) (*OnlinePayment, error) {
	organization := viewer.From(ctx).Organization
	setting, err := s.setting(ctx, organization, of.Provider)
	if err == nil && (!setting.Enabled || s.Providers[of.Provider] == nil) {
		err = fault.New(fault.NotFound, "provider", "The business cannot be paid in this way.")
	}
	if err != nil {
		return nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		if err := s.settle(ctx, tx, &of); err != nil {
			return uuid.Nil, err
		}
		return s.ask(ctx, tx, of)
	})
	if err != nil {
		return nil, err
	}
	o, err := s.read(ctx, id)
	if err != nil || o.OnlinePayment.Status != entonline.StatusOpen || o.OnlinePayment.URL != "" {
		return o, err
	}
	success, cancel := back(id)
	return s.begin(ctx, o, payment.Checkout{ID: id, Amount: o.Amount(), Success: success, Cancel: cancel, ExpiresAt: o.ExpiresAt}, s.secrets(setting))
}

// settle finds out what is to be paid: the contact, the document, and how much. It locks the
// account, so that of two that ask at once the second finds the first's.
func (s *Service) settle(ctx context.Context, tx *ent.Tx, of *asked) error {
	id, err := of.own(ctx, tx)
	if err != nil {
		return err
	}
	if of.contact, err = contact.Active(ctx, tx, id, "contactId"); err != nil {
		return err
	}
	currency, err := of.currency()
	if err != nil {
		return err
	}
	account, err := tx.Balance.Query().Where(balance.ContactID(of.contact.ID), balance.SideEQ(balance.SideClient), balance.CurrencyEQ(currency), db.ForUpdate).Only(ctx)
	if ent.IsNotFound(err) {
		return fault.New(fault.Conflict, "currency", "Nothing is owed in %s.", currency)
	}
	if err != nil {
		return fmt.Errorf("onlinepayment: lock the account: %w", err)
	}
	owed, normal := account.Outstanding, account.Net
	if of.document != nil {
		row, err := tx.Document.Get(ctx, of.document.ID) // as it is now that the account is locked
		if err != nil {
			return fmt.Errorf("onlinepayment: read the invoice: %w", err)
		}
		owed = row.Payable - row.Settled
		normal = owed
	}
	return of.howMuch(money.New(owed, currency), normal)
}

// own is the contact that pays, and the invoice where one is named.
func (of *asked) own(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
	if of.DocumentID != nil {
		row, err := tx.Document.Query().Where(entdocument.ID(*of.DocumentID), entdocument.TypeEQ(entdocument.TypeInvoice)).Only(ctx)
		if ent.IsNotFound(err) || err == nil && of.ContactID != nil && row.ContactID != *of.ContactID {
			return uuid.Nil, fault.New(fault.NotFound, "documentId", "There is no such invoice.")
		}
		if err != nil {
			return uuid.Nil, fmt.Errorf("onlinepayment: read the invoice: %w", err)
		}
		of.document = row
		return row.ContactID, nil
	}
	if id, ok := viewer.From(ctx).Own(of.ContactID); ok {
		return id, nil
	}
	return uuid.Nil, fault.New(fault.NotFound, "contactId", "There is no such contact.")
}

func (of *asked) currency() (money.Currency, error) {
	if of.document != nil {
		if of.Currency != nil && *of.Currency != of.document.Currency {
			return "", fault.New(fault.Invalid, "currency", "The invoice is in %s.", of.document.Currency)
		}
		return of.document.Currency, nil
	}
	if of.Currency == nil {
		return "", fault.New(fault.Invalid, "currency", "Say in which currency, or which invoice.")
	}
	return money.ParseCurrency(string(*of.Currency))
}

func (of *asked) howMuch(owed money.Money, normal money.Minor) error {
	if owed.Minor <= 0 {
		field := "currency"
		if of.document != nil {
			field = "documentId"
		}
		return fault.New(fault.Conflict, field, "Nothing remains to be paid.")
	}
	minor := normal
	if minor <= 0 {
		minor = owed.Minor
	}
	if of.Amount != nil {
		var err error
		if minor, err = money.ParseMinor(*of.Amount, owed.Currency); err != nil {
			return fault.New(fault.Invalid, "amount", "%s", fault.From(err).Text)
		}
	}
	switch {
	case minor <= 0:
		return fault.New(fault.Invalid, "amount", "A payment is more than zero.")
	case minor > owed.Minor:
		return fault.New(fault.Invalid, "amount", "More than the %s that is owed.", owed.Amount())
	}
	of.amount = money.New(minor, owed.Currency)
	return nil
}

// ask keeps a new try, or gives the open one for the same.
func (s *Service) ask(ctx context.Context, tx *ent.Tx, of asked) (uuid.UUID, error) {
	now := s.now()
	rows, err := tx.OnlinePayment.Query().Where(entonline.ContactID(of.contact.ID), entonline.StatusEQ(entonline.StatusOpen),
		entonline.ExpiresAtGT(now.Add(time.Minute))).Order(ent.Desc(entonline.FieldID)).Limit(mostOpen).All(ctx)
	if err != nil {
		return uuid.Nil, fmt.Errorf("onlinepayment: look for an open one: %w", err)
	}
	for _, r := range rows {
		if r.Provider == of.Provider && r.Amount == of.amount.Minor && r.Currency == of.amount.Currency && same(r.DocumentID, of.DocumentID) &&
			same(r.UserID, of.user) && same(r.LinkID, of.link) {
			return r.ID, nil
		}
	}
	if len(rows) == mostOpen {
		return uuid.Nil, fault.New(fault.Conflict, "", "Too many payments are open: finish one of them, or try later.")
	}
	expires := now.Add(lasts)
	if of.Provider == entonline.ProviderBankTransfer {
		expires = now.Add(banktransfer.Lasts)
	}
	row, err := tx.OnlinePayment.Create().SetID(schema.NewID()).SetContactID(of.contact.ID).SetNillableDocumentID(of.DocumentID).SetProvider(of.Provider).
		SetAmount(of.amount.Minor).SetCurrency(of.amount.Currency).SetReference(banktransfer.NewReference()).SetNillableUserID(of.user).
		SetNillableLinkID(of.link).SetExpiresAt(expires).Save(ctx)
	if err != nil {
		return uuid.Nil, fmt.Errorf("onlinepayment: begin: %w", err)
	}
	s.tell(ctx, row)
	return row.ID, audit.Record(ctx, tx, audit.Event{Action: "payOnline", ObjectType: "online_payment", ObjectID: row.ID, ContactID: row.ContactID,
		After: audit.Fields{"provider": row.Provider, "amount": row.Amount, "currency": row.Currency, "reference": row.Reference}})
}

func same(a, b *uuid.UUID) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }

// tell has a change of an online payment announced after the commit.
func (s *Service) tell(ctx context.Context, row *ent.OnlinePayment) {
	organization, id, contact := viewer.From(ctx).Organization, row.ID, row.ContactID
	db.AfterCommit(ctx, func() {
		s.Changed(organization, id)
		s.Changed(organization, contact)
	})
}

// begin asks the provider, outside of any transaction, and keeps what it gave. What it refuses
// has failed, unless another click of the same customer got through: who tries again begins anew.
func (s *Service) begin(ctx context.Context, o *OnlinePayment, c payment.Checkout, secrets payment.ProviderSettings) (*OnlinePayment, error) {
	if err := s.describe(ctx, o, &c); err != nil {
		return nil, err
	}
	begun, failed := s.Providers[o.Provider].Begin(ctx, secrets, c)
	var known *fault.Error
	if failed != nil && !errors.As(failed, &known) {
		return nil, fmt.Errorf("onlinepayment: ask %s: %w", o.Provider, failed)
	}
	err := db.InTx(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) error {
		u := tx.OnlinePayment.Update().Where(entonline.ID(o.ID), entonline.StatusEQ(entonline.StatusOpen), entonline.URL("")).AddVersion(1).SetUpdatedAt(s.now())
		if failed != nil {
			u.SetStatus(entonline.StatusFailed)
		} else {
			u.SetURL(begun.URL).SetExpiresAt(begun.ExpiresAt)
			if begun.ExternalID != "" {
				u.SetExternalID(begun.ExternalID)
			}
		}
		s.tell(ctx, o.OnlinePayment)
		return u.Exec(ctx)
	})
	if err != nil {
		return nil, fmt.Errorf("onlinepayment: keep the checkout: %w", err)
	}
	now, err := s.read(ctx, o.ID)
	if err == nil && failed != nil && now.URL() == nil {
		return nil, failed
	}
	return now, err
}

// describe fills in what the customer reads at the provider, in their language.
func (s *Service) describe(ctx context.Context, o *OnlinePayment, c *payment.Checkout) error {
	as := asProvider(ctx, o.OrganizationID)
	org, err := s.DB.Organization.Get(as, o.OrganizationID)
	if err != nil {
		return fmt.Errorf("onlinepayment: read the organization: %w", err)
	}
	who, err := s.DB.Contact.Get(as, o.ContactID)
	if err != nil {
		return fmt.Errorf("onlinepayment: read the contact: %w", err)
	}
	if c.Language = who.DefaultLanguage; c.Language == "" {
		c.Language = org.Language
	}
	words := map[string][2]string{"el": {"Τιμολόγιο", "Υπόλοιπο"}}[c.Language]
	if words == [2]string{} {
		c.Language, words = "en", [2]string{"Invoice", "Balance"}
	}
	c.Title = words[1] + " · " + org.Name
	if o.DocumentID != nil {
		found, err := s.Documents.ByIDs(as, []uuid.UUID{*o.DocumentID})
		if err != nil {
			return err
		}
		c.Title = words[0] + " " + found[*o.DocumentID].NumberText + " · " + org.Name
	}
	if o.UserID != nil {
		person, err := s.DB.User.Get(as, *o.UserID)
		if err != nil {
			return fmt.Errorf("onlinepayment: read the customer: %w", err)
		}
		c.Email = person.Email
	}
	return nil
}
