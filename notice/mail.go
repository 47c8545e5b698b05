package notice

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/membership"
	entnotice "github.com/kartela/kartela/ent/notice"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/letter"
	"github.com/kartela/kartela/viewer"
)

func system(ctx context.Context, organization uuid.UUID) context.Context {
	return viewer.With(ctx, viewer.Viewer{Kind: viewer.System, Organization: organization, Reason: "notice: mail it"})
}

// Spread asks for a mail to each whom a notice concerns: owners, administrators, and who made the
// document. A notice that is gone concerns nobody.
func (s *Service) Spread(ctx context.Context, organization, id uuid.UUID) error {
	ctx = system(ctx, organization)
	n, err := s.DB.Notice.Get(ctx, id)
	if ent.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("notice: read: %w", err)
	}
	maker := uuid.Nil
	if n.DocumentID != nil {
		d, err := s.DB.Document.Get(ctx, *n.DocumentID)
		if err != nil {
			return fmt.Errorf("notice: read the document: %w", err)
		}
		maker = d.CreatedBy
	}
	members, err := s.DB.Membership.Query().Where(membership.OrganizationID(organization), membership.EndedAtIsNil(),
		membership.Or(membership.RoleIn(viewer.Owner, viewer.Administrator), membership.UserID(maker))).All(ctx)
	if err != nil {
		return fmt.Errorf("notice: find whom it concerns: %w", err)
	}
	return db.InTx(ctx, s.DB, func(ctx context.Context, _ *ent.Tx) error {
		for _, m := range members {
			if err := s.Ask(ctx, organization, id, m.UserID); err != nil {
				return err
			}
		}
		return nil
	})
}

// Mail sends a notice to one member of the staff, if they may still see it.
func (s *Service) Mail(ctx context.Context, organization, id, person uuid.UUID) error {
	sys := system(ctx, organization)
	m, err := s.DB.Membership.Query().Where(membership.OrganizationID(organization), membership.UserID(person), membership.EndedAtIsNil()).Only(sys)
	if ent.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("notice: find the member: %w", err)
	}
	them := viewer.With(ctx, viewer.Viewer{Kind: viewer.Staff, Organization: organization, User: person, Role: m.Role})
	n, err := s.DB.Notice.Get(them, id)
	if ent.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("notice: read: %w", err)
	}
	u, err := s.DB.User.Get(sys, person)
	if err != nil {
		return fmt.Errorf("notice: read the person: %w", err)
	}
	org, err := s.DB.Organization.Get(sys, organization)
	if err != nil {
		return fmt.Errorf("notice: read the business: %w", err)
	}
	l, err := s.write(sys, n, org, u.Language)
	if err != nil {
		return err
	}
	if err := s.Mailer.Send(ctx, u.Email, l.Subject, l.Text(), l.HTML()); err != nil {
		return fmt.Errorf("notice: mail: %w", err)
	}
	return nil
}

// words are the sentences of notices by language and kind; %[1]s is who, %[2]s of what.
var words = map[string]struct {
	lines                  map[entnotice.Kind]string
	said, button, settings string
}{
	"en": {map[entnotice.Kind]string{
		entnotice.KindEstimateAccepted: "%[1]s accepted estimate %[2]s", entnotice.KindEstimateRejected: "%[1]s declined estimate %[2]s",
		entnotice.KindMessage: "%[1]s wrote to you %[2]s", entnotice.KindPaymentReceived: "%[1]s paid online %[2]s",
		entnotice.KindPaymentProblem: "A payment needs a look: %[1]s %[2]s", entnotice.KindRefund: "A payment was refunded: %[1]s %[2]s", entnotice.KindDispute: "A payment is disputed: %[1]s %[2]s",
	}, "They said:", "Open", "You get this as an owner or administrator, or because you made the document. All notices:"},
	"el": {map[entnotice.Kind]string{
		entnotice.KindEstimateAccepted: "%[1]s: αποδοχή της προσφοράς %[2]s", entnotice.KindEstimateRejected: "%[1]s: απόρριψη της προσφοράς %[2]s",
		entnotice.KindMessage: "%[1]s: νέο μήνυμα %[2]s", entnotice.KindPaymentReceived: "%[1]s: πληρωμή μέσω διαδικτύου %[2]s",
		entnotice.KindPaymentProblem: "Μια πληρωμή θέλει έλεγχο: %[1]s %[2]s", entnotice.KindRefund: "Επιστροφή πληρωμής: %[1]s %[2]s", entnotice.KindDispute: "Αμφισβήτηση πληρωμής: %[1]s %[2]s",
	}, "Έγραψε:", "Άνοιγμα", "Το λαμβάνετε ως ιδιοκτήτης ή διαχειριστής, ή επειδή κάνατε το παραστατικό. Όλες οι ειδοποιήσεις:"},
}

func (s *Service) write(ctx context.Context, n *ent.Notice, org *ent.Organization, language string) (letter.Letter, error) {
	w := letter.In(words, cmp.Or(language, org.Language))
	c, err := s.DB.Contact.Get(ctx, n.ContactID)
	if err != nil {
		return letter.Letter{}, fmt.Errorf("notice: read the contact: %w", err)
	}
	number, link := "", s.BaseURL+"/contacts/"+n.ContactID.String()
	if n.DocumentID != nil {
		d, err := s.DB.Document.Get(ctx, *n.DocumentID)
		if err != nil {
			return letter.Letter{}, fmt.Errorf("notice: read the document: %w", err)
		}
		number = d.NumberText
	}
	headline := strings.TrimSpace(fmt.Sprintf(w.lines[n.Kind], c.DisplayName, number))
	l := letter.Letter{Subject: org.Name + ": " + headline, Paragraphs: []string{headline + "."}, Button: w.button, Link: link,
		Settings: w.settings, SettingsAt: s.BaseURL + "/notices"}
	if n.Text != "" {
		l.Paragraphs = append(l.Paragraphs, w.said+"\n"+n.Text)
	}
	return l, nil
}
