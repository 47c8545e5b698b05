// Package post is what portal customers get by e-mail: it knows who reads for a contact, who of
// them wants what, and sends. What is told, and in which words, is of who tells.
package post

import (
	"cmp"
	"context"
	"fmt"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/portalgrant"
	"github.com/kartela/kartela/ent/portalpreference"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/letter"
	"github.com/kartela/kartela/viewer"
)

// About is what a mail is about: one of the things that a customer may turn mails off for.
type About int

// What mails are about.
const (
	Documents About = iota // an invoice, credit note or estimate that was issued
	Payments               // a payment that was received
	Messages               // an answer by the business
)

// Service is who reads for a contact.
type Service struct {
	DB      *db.DB
	Mailer  letter.Mailer
	BaseURL string // of the page, for links
}

// Reader is a customer who gets a mail, and the business that it is of.
type Reader struct {
	Person   *ent.User
	Business *ent.Organization
	contact  *ent.Contact
}

// Language is the one to write to them in: their own, else the contact's, else the business's.
func (r *Reader) Language() string {
	return cmp.Or(r.Person.Language, r.contact.DefaultLanguage, r.Business.Language)
}

// System is who mails: the server, for a business.
func System(ctx context.Context, organization uuid.UUID) context.Context {
	return viewer.With(ctx, viewer.Viewer{Kind: viewer.System, Organization: organization, Reason: "post: mail customers"})
}

// Spread asks, in one transaction, for a mail to each person who has access to a contact and wants
// such mails. The context is System's.
func (s *Service) Spread(ctx context.Context, contact uuid.UUID, about About, ask func(ctx context.Context, person uuid.UUID) error) error {
	grants, err := s.DB.PortalGrant.Query().Where(s.reads(ctx, contact, about)).All(ctx)
	if err != nil {
		return fmt.Errorf("post: find customers: %w", err)
	}
	return db.InTx(ctx, s.DB, func(ctx context.Context, _ *ent.Tx) error {
		for _, g := range grants {
			if err := ask(ctx, *g.UserID); err != nil {
				return err
			}
		}
		return nil
	})
}

// To gives the person to write to; nil when their access has ended since, or they want no such
// mails any more. The context is System's.
func (s *Service) To(ctx context.Context, contact, person uuid.UUID, about About) (*Reader, error) {
	reads, err := s.DB.PortalGrant.Query().Where(s.reads(ctx, contact, about), portalgrant.UserID(person)).Exist(ctx)
	if err != nil {
		return nil, fmt.Errorf("post: ask for access: %w", err)
	}
	if !reads {
		return nil, nil //nolint:nilnil // nobody to write to
	}
	u, err := s.DB.User.Get(ctx, person)
	if err != nil {
		return nil, fmt.Errorf("post: read the person: %w", err)
	}
	org, err := s.DB.Organization.Get(ctx, viewer.From(ctx).Organization)
	if err != nil {
		return nil, fmt.Errorf("post: read the business: %w", err)
	}
	c, err := s.DB.Contact.Get(ctx, contact)
	if err != nil {
		return nil, fmt.Errorf("post: read the contact: %w", err)
	}
	return &Reader{u, org, c}, nil
}

// reads are the grants of a contact in force whose people want such mails; those of one that was
// archived have ended.
func (s *Service) reads(ctx context.Context, contact uuid.UUID, about About) func(*sql.Selector) {
	organization := viewer.From(ctx).Organization
	off := map[About]string{Documents: portalpreference.FieldDocuments, Payments: portalpreference.FieldPayments, Messages: portalpreference.FieldMessages}[about]
	return func(q *sql.Selector) {
		p := sql.Table(portalpreference.Table)
		q.Where(sql.And(
			sql.EQ(q.C(portalgrant.FieldOrganizationID), organization), sql.EQ(q.C(portalgrant.FieldContactID), contact),
			sql.EQ(q.C(portalgrant.FieldStatus), portalgrant.StatusActive),
			sql.NotExists(sql.Dialect(q.Dialect()).Select(p.C(portalpreference.FieldID)).From(p).Where(sql.And(
				sql.EQ(p.C(portalpreference.FieldOrganizationID), organization), sql.ColumnsEQ(p.C(portalpreference.FieldUserID), q.C(portalgrant.FieldUserID)),
				sql.EQ(p.C(off), false)))),
		))
	}
}

// words are how to get no more of such mails.
var words = map[string]string{
	"en": "You get this because you can see this card on the portal. Choose which mails you get:",
	"el": "Το λαμβάνετε επειδή βλέπετε αυτή την καρτέλα στην πύλη. Επιλέξτε ποια μηνύματα λαμβάνετε:",
}

// Send sends a letter to a reader, with how to get no more of them.
func (s *Service) Send(ctx context.Context, to *Reader, l letter.Letter) error {
	l.Settings, l.SettingsAt = letter.In(words, to.Language()), s.BaseURL+"/account"
	if err := s.Mailer.Send(ctx, to.Person.Email, l.Subject, l.Text(), l.HTML()); err != nil {
		return fmt.Errorf("post: mail: %w", err)
	}
	return nil
}
