package message

import (
	"cmp"
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/portalgrant"
	"github.com/kartela/kartela/ent/portalpreference"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/letter"
	"github.com/kartela/kartela/viewer"
)

func system(ctx context.Context, organization uuid.UUID) context.Context {
	return viewer.With(ctx, viewer.Viewer{Kind: viewer.System, Organization: organization, Reason: "message: mail it"})
}

// Spread asks for a mail of an answer to each customer of its contact.
func (s *Service) Spread(ctx context.Context, organization, id uuid.UUID) error {
	ctx = system(ctx, organization)
	m, err := s.DB.Message.Get(ctx, id)
	if ent.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("message: read: %w", err)
	}
	grants, err := s.DB.PortalGrant.Query().Where(portalgrant.OrganizationID(organization), portalgrant.ContactID(m.ContactID),
		portalgrant.StatusEQ(portalgrant.StatusActive)).All(ctx)
	if err != nil {
		return fmt.Errorf("message: find customers: %w", err)
	}
	return db.InTx(ctx, s.DB, func(ctx context.Context, _ *ent.Tx) error {
		for _, g := range grants {
			if err := s.Ask(ctx, organization, id, *g.UserID); err != nil {
				return err
			}
		}
		return nil
	})
}

// Mail sends an answer to one customer who still has access and wants to be told.
func (s *Service) Mail(ctx context.Context, organization, id, person uuid.UUID) error {
	ctx = system(ctx, organization)
	m, err := s.DB.Message.Get(ctx, id)
	if ent.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("message: read: %w", err)
	}
	wanted, err := s.wants(ctx, m, person)
	if err != nil || !wanted {
		return err
	}
	u, err := s.DB.User.Get(ctx, person)
	if err != nil {
		return fmt.Errorf("message: read the person: %w", err)
	}
	org, err := s.DB.Organization.Get(ctx, organization)
	if err != nil {
		return fmt.Errorf("message: read the business: %w", err)
	}
	l := s.write(m, org, u)
	if err := s.Mailer.Send(ctx, u.Email, l.Subject, l.Text(), l.HTML()); err != nil {
		return fmt.Errorf("message: mail: %w", err)
	}
	return nil
}

// wants says whether the person has access to the message's contact, and has not turned mails of
// answers off.
func (s *Service) wants(ctx context.Context, m *ent.Message, person uuid.UUID) (bool, error) {
	access, err := s.DB.PortalGrant.Query().Where(portalgrant.OrganizationID(m.OrganizationID), portalgrant.ContactID(m.ContactID),
		portalgrant.UserID(person), portalgrant.StatusEQ(portalgrant.StatusActive)).Exist(ctx)
	if err != nil {
		return false, fmt.Errorf("message: ask for access: %w", err)
	}
	off, err := s.DB.PortalPreference.Query().Where(portalpreference.OrganizationID(m.OrganizationID), portalpreference.UserID(person),
		portalpreference.Messages(false)).Exist(ctx)
	if err != nil {
		return false, fmt.Errorf("message: ask for the preference: %w", err)
	}
	return access && !off, nil
}

// words are the sentences of an answer's mail by language; %s is the business.
var words = map[string]struct{ wrote, button, settings string }{
	"en": {"%s has answered you:", "Open my card", "You get this because you can see this card on the portal:"},
	"el": {"%s: απάντηση σε εσάς:", "Η καρτέλα μου", "Το λαμβάνετε επειδή βλέπετε αυτή την καρτέλα στην πύλη:"},
}

func (s *Service) write(m *ent.Message, org *ent.Organization, u *ent.User) letter.Letter {
	w := letter.In(words, cmp.Or(u.Language, org.Language))
	headline := fmt.Sprintf(w.wrote, org.Name)
	return letter.Letter{Subject: headline[:len(headline)-1], Paragraphs: []string{headline, m.Body}, Button: w.button, Link: s.BaseURL + "/portal",
		Settings: w.settings, SettingsAt: s.BaseURL + "/portal?view=messages"}
}
