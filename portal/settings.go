package portal

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/portalpreference"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// Settings is what a customer wants to be told by e-mail, by one business: everything, until they
// say otherwise.
type Settings struct {
	Documents, Payments, Messages bool
	// What the business tells at all: mails about documents and payments are its choice.
	DocumentsOffered, PaymentsOffered bool
}

// Settings are the customer's own. Faults: UNAUTHENTICATED, FORBIDDEN for staff.
func (p *Portal) Settings(ctx context.Context) (*Settings, error) {
	v, err := viewer.RequirePortal(ctx)
	if err != nil {
		return nil, err
	}
	business, err := p.Business(ctx)
	if err != nil {
		return nil, err
	}
	s := &Settings{Documents: true, Payments: true, Messages: true, DocumentsOffered: business.MailDocuments, PaymentsOffered: business.MailPayments}
	row, err := p.s.DB.PortalPreference.Query().Where(portalpreference.UserID(v.User)).Only(ctx)
	if ent.IsNotFound(err) {
		return s, nil
	}
	if err != nil {
		return nil, fmt.Errorf("portal: read the settings: %w", err)
	}
	s.Documents, s.Payments, s.Messages = row.Documents, row.Payments, row.Messages
	return s, nil
}

// SettingsInput is the input of updatePortalSettings; what is nil stays.
type SettingsInput struct {
	db.Idempotent
	Documents, Payments, Messages *bool
}

// UpdateSettings changes which mails the customer gets of the business.
//
// Faults: UNAUTHENTICATED, FORBIDDEN for staff.
func (s *Service) UpdateSettings(ctx context.Context, in SettingsInput) (*Settings, error) {
	v, err := viewer.RequirePortal(ctx)
	if err != nil {
		return nil, err
	}
	_, _, err = db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		row, err := preference(ctx, tx, v)
		if err != nil {
			return uuid.Nil, err
		}
		before := mailsOf(row)
		for _, f := range []struct{ to, from *bool }{{&row.Documents, in.Documents}, {&row.Payments, in.Payments}, {&row.Messages, in.Messages}} {
			if f.from != nil {
				*f.to = *f.from
			}
		}
		err = tx.PortalPreference.UpdateOneID(row.ID).SetDocuments(row.Documents).SetPayments(row.Payments).SetMessages(row.Messages).Exec(ctx)
		if err != nil {
			return uuid.Nil, fmt.Errorf("portal: change the settings: %w", err)
		}
		was, is := audit.Diff(before, mailsOf(row))
		return row.ID, audit.Record(ctx, tx, audit.Event{Action: "updatePortalSettings", ObjectType: "user", ObjectID: v.User, Before: was, After: is})
	})
	if err != nil {
		return nil, err
	}
	return (&Portal{s}).Settings(ctx)
}

// preference locks the person's row, and makes it where there is none yet.
func preference(ctx context.Context, tx *ent.Tx, v viewer.Viewer) (*ent.PortalPreference, error) {
	err := tx.PortalPreference.Create().SetOrganizationID(v.Organization).SetUserID(v.User).
		OnConflictColumns(portalpreference.FieldOrganizationID, portalpreference.FieldUserID).Ignore().Exec(ctx)
	if err != nil {
		return nil, fmt.Errorf("portal: keep the settings: %w", err)
	}
	row, err := tx.PortalPreference.Query().Where(portalpreference.UserID(v.User), db.ForUpdate).Only(ctx)
	if err != nil {
		return nil, fmt.Errorf("portal: read the settings: %w", err)
	}
	return row, nil
}

func mailsOf(p *ent.PortalPreference) audit.Fields {
	return audit.Fields{"documents": p.Documents, "payments": p.Payments, "messages": p.Messages}
}
