package account

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/membership"
	"github.com/kartela/kartela/ent/predicate"
	entsession "github.com/kartela/kartela/ent/session"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// PreviewLasts is how long a preview of the portal lasts.
const PreviewLasts = 15 * time.Minute

// PreviewInput is the input of previewPortal.
type PreviewInput struct {
	db.Idempotent
	ContactID uuid.UUID
}

// Preview begins a session in which a member of the staff sees the portal as a contact's customers
// do, of this contact alone, and changes nothing. It lasts 15 minutes, and ends with the member's
// access to the contact, their right to invite to the portal, their sessions, and the contact's
// archiving. The history says who looked.
//
// Faults: NOT_FOUND on contactId; CONFLICT on contactId (archived); UNAUTHENTICATED; FORBIDDEN
// without InvitePortal and for an API key, which is no person.
func (s *Service) Preview(ctx context.Context, in PreviewInput, client Client) (*SignedIn, error) {
	v, err := viewer.RequireStaff(ctx, viewer.InvitePortal)
	if err != nil {
		return nil, err
	}
	if v.User == uuid.Nil {
		return nil, fault.New(fault.Forbidden, "", "An API key is no person.")
	}
	c, err := s.DB.Contact.Get(ctx, in.ContactID)
	if ent.IsNotFound(err) || (err == nil && c.MergedIntoID != nil) {
		return nil, fault.New(fault.NotFound, "contactId", "There is no such contact.")
	}
	if err != nil {
		return nil, fmt.Errorf("account: read the contact: %w", err)
	}
	if c.ArchivedAt != nil {
		return nil, fault.New(fault.Conflict, "contactId", "The contact is archived: its customers see no portal.")
	}
	expires := s.Now().UTC().Add(PreviewLasts).Truncate(time.Second)
	token, hash := NewToken("kts_")
	id, replayed, err := db.Once(systemFor(ctx, v.Organization, v.User, "preview the portal"), s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		row, err := tx.Session.Create().SetOrganizationID(v.Organization).SetUserID(v.User).SetSide(entsession.SidePortal).SetTokenHash(hash).
			SetPreviewContactID(c.ID).SetUserAgent(text(client.UserAgent, 200)).SetAddress(text(client.Address, 64)).
			SetLastUsedAt(s.Now().UTC().Truncate(time.Microsecond)).SetExpiresAt(expires).Save(ctx)
		if err != nil {
			return uuid.Nil, fmt.Errorf("account: begin a preview: %w", err)
		}
		return row.ID, audit.Record(ctx, tx, audit.Event{Action: "previewPortal", ObjectType: "contact", ObjectID: c.ID, ContactID: c.ID})
	})
	if err == nil && replayed {
		err = s.renewSession(ctx, id, hash)
	}
	if err != nil {
		return nil, err
	}
	as, err := s.Authenticate(ctx, token)
	if err != nil {
		return nil, err
	}
	return &SignedIn{Token: token, ExpiresAt: expires, Viewer: as}, nil
}

// previewer is who a session is that previews a contact; ended when it may not any more.
func (s *Service) previewer(ctx context.Context, row *ent.Session) (viewer.Viewer, error) {
	v := viewer.Viewer{Kind: viewer.Portal, Organization: row.OrganizationID, User: row.UserID, Session: row.ID,
		Contacts: []uuid.UUID{*row.PreviewContactID}, Preview: true}
	may, err := s.mayPreview(ctx, v)
	if err == nil && !may {
		err = ended
	}
	return v, err
}

// mayPreview says whether the person is staff still who may let customers in, and sees the contact.
func (s *Service) mayPreview(ctx context.Context, v viewer.Viewer) (bool, error) {
	m, err := s.DB.Membership.Query().Where(membership.OrganizationID(v.Organization), membership.UserID(v.User), membership.EndedAtIsNil()).Only(ctx)
	if ent.IsNotFound(err) || (err == nil && !m.Role.May(viewer.InvitePortal)) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("account: find the membership: %w", err)
	}
	as := viewer.With(ctx, viewer.Viewer{Kind: viewer.Staff, Organization: v.Organization, User: v.User, Role: m.Role})
	sees, err := s.DB.Contact.Query().Where(entcontact.ID(v.Contacts[0]), entcontact.ArchivedAtIsNil(), entcontact.MergedIntoIDIsNil()).Exist(as)
	if err != nil {
		return false, fmt.Errorf("account: ask for the contact: %w", err)
	}
	return sees, nil
}

// endPreviews ends what a member of the staff who signs out has open as a preview.
func (s *Service) endPreviews(ctx context.Context, v viewer.Viewer) error {
	ctx = systemFor(ctx, v.Organization, v.User, "end previews")
	open := []predicate.Session{entsession.OrganizationID(v.Organization), entsession.UserID(v.User), entsession.PreviewContactIDNotNil(), entsession.EndedAtIsNil()}
	ids, err := s.DB.Session.Query().Where(open...).IDs(ctx)
	if err != nil || len(ids) == 0 {
		return wrapped("find previews", err)
	}
	return db.InTx(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) error {
		for _, id := range ids {
			if _, err := s.endSessions(ctx, tx, viewer.Ended{Organization: v.Organization, Session: id}, entsession.ID(id)); err != nil {
				return err
			}
		}
		return nil
	})
}
