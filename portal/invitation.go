package portal

import (
	"context"
	"fmt"
	"html"
	"log/slog"
	"strings"
	"time"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/letter"
	"github.com/kartela/kartela/viewer"
)

// The invitation's words by language; %[1]s is the business, %[2]s the link, %[3]s the last day.
var invitations = map[string]struct{ subject, text, button string }{
	"en": {
		"%[1]s: your invoices and balance",
		"%[1]s invites you to see your invoices, payments and balance online.\n\nOpen this link to begin; it works once, until %[3]s:\n%[2]s\n\nIf you did not expect this, you need do nothing.\n",
		"See my invoices",
	},
	"el": {
		"%[1]s: τα τιμολόγια και το υπόλοιπό σας",
		"Η επιχείρηση %[1]s σας προσκαλεί να βλέπετε τα τιμολόγια, τις πληρωμές και το υπόλοιπό σας.\n\nΑνοίξτε τον σύνδεσμο για να ξεκινήσετε· ισχύει μία φορά, έως %[3]s:\n%[2]s\n\nΑν δεν το περιμένατε, δεν χρειάζεται να κάνετε τίποτα.\n",
		"Τα τιμολόγιά μου",
	},
}

// mailInvitation sends the link and says whether a relay took it. A mail that fails does
// not take the invitation back: staff have the link and can hand it over.
func (s *Service) mailInvitation(ctx context.Context, g *ent.PortalGrant, link string) bool {
	if !s.Mailer.Configured() {
		return false
	}
	org, err := s.DB.Organization.Get(ctx, viewer.From(ctx).Organization)
	if err != nil {
		slog.ErrorContext(ctx, "portal: read the business for an invitation", "err", err)
		return false
	}
	words := letter.In(invitations, org.Language)
	until := g.ExpiresAt.Format(time.DateOnly)
	text := fmt.Sprintf(words.text, org.Name, link, until)
	page := "<p>" + fmt.Sprintf(html.EscapeString(words.text[:len(words.text)-1]), html.EscapeString(org.Name),
		`<a href="`+html.EscapeString(link)+`">`+html.EscapeString(words.button)+`</a>`, until) + "</p>"
	page = strings.ReplaceAll(page, "\n\n", "</p>\n<p>")
	if err := s.Mailer.Send(ctx, g.Email, fmt.Sprintf(words.subject, org.Name), text, page); err != nil {
		slog.ErrorContext(ctx, "portal: send an invitation", "err", err, "grant", g.ID)
		return false
	}
	return true
}
