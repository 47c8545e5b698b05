package portal

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/user"
	"github.com/kartela/kartela/letter"
	"github.com/kartela/kartela/viewer"
)

// The invitation's words by language; %[1]s is the business, %[2]s the last day.
var invitations = map[string]struct{ subject, text, button, after string }{
	"en": {
		"%[1]s: your invoices and balance",
		"%[1]s invites you to see your invoices, payments and balance online. The link works once, until %[2]s.",
		"See my invoices",
		"If you did not expect this, you need do nothing.",
	},
	"el": {
		"%[1]s: τα τιμολόγια και το υπόλοιπό σας",
		"Η επιχείρηση %[1]s σας προσκαλεί να βλέπετε τα τιμολόγια, τις πληρωμές και το υπόλοιπό σας. Ο σύνδεσμος ισχύει μία φορά, έως %[2]s.",
		"Τα τιμολόγιά μου",
		"Αν δεν το περιμένατε, δεν χρειάζεται να κάνετε τίποτα.",
	},
}

// mailInvitation sends the link and says whether a relay took it. A mail that fails does
// not take the invitation back: staff have the link and can hand it over.
func (s *Service) mailInvitation(ctx context.Context, g *ent.PortalGrant, link string) bool {
	if !s.Mailer.Configured() {
		return false
	}
	org, language, err := s.invitedIn(ctx, g)
	if err != nil {
		slog.ErrorContext(ctx, "portal: write an invitation", "err", err)
		return false
	}
	w := letter.In(invitations, language)
	l := letter.Letter{Subject: fmt.Sprintf(w.subject, org.Name), Paragraphs: []string{fmt.Sprintf(w.text, org.Name, g.ExpiresAt.Format(time.DateOnly))},
		Button: w.button, Link: link, After: w.after}
	if err := s.Mailer.Send(ctx, g.Email, l.Subject, l.Text(), l.HTML()); err != nil {
		slog.ErrorContext(ctx, "portal: send an invitation", "err", err, "grant", g.ID)
		return false
	}
	return true
}

// invitedIn is the language to invite in: the person's own where they have an account, else the
// contact's, else the business's.
func (s *Service) invitedIn(ctx context.Context, g *ent.PortalGrant) (*ent.Organization, string, error) {
	org, err := s.DB.Organization.Get(ctx, viewer.From(ctx).Organization)
	if err != nil {
		return nil, "", fmt.Errorf("portal: read the business: %w", err)
	}
	c, err := s.DB.Contact.Get(ctx, g.ContactID)
	if err != nil {
		return nil, "", fmt.Errorf("portal: read the contact: %w", err)
	}
	own, err := s.DB.User.Query().Where(user.Email(g.Email)).Only(viewer.AsSystem(ctx, "find the language of who is invited"))
	if err != nil && !ent.IsNotFound(err) {
		return nil, "", fmt.Errorf("portal: find the person: %w", err)
	}
	language := cmp.Or(c.DefaultLanguage, org.Language)
	if own != nil {
		language = cmp.Or(own.Language, language)
	}
	return org, language, nil
}
