package contact

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/balance"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/contactaccess"
	"github.com/kartela/kartela/ent/contactaddress"
	"github.com/kartela/kartela/ent/contactemail"
	"github.com/kartela/kartela/ent/contactnote"
	"github.com/kartela/kartela/ent/contactphone"
	"github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/ent/portalgrant"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// Delete removes a contact that nothing refers to, with its own notes and sub-lists. Its
// history stays. What refers to it is counted whatever the viewer may see of it.
//
// Faults: NOT_FOUND; CONFLICT that counts what refers to the contact: archive it instead.
func (s *Service) Delete(ctx context.Context, in IDInput) (uuid.UUID, error) {
	v, err := viewer.RequireStaff(ctx, viewer.EditContacts)
	if err != nil {
		return uuid.Nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		row, err := lock(ctx, tx, in.ID)
		if err != nil {
			return uuid.Nil, err
		}
		all := viewer.With(ctx, everything(v))
		if err := unreferenced(all, tx, row.ID); err != nil {
			return uuid.Nil, err
		}
		if err := remove(all, tx, row.ID); err != nil {
			return uuid.Nil, err
		}
		return row.ID, audit.Record(ctx, tx, audit.Event{Action: "deleteContact", ObjectType: "contact",
			ObjectID: row.ID, ContactID: row.ID, Before: auditFields(row)})
	})
	return id, err
}

// everything is the viewer with an administrator's sight of the same organization, for
// what must not depend on who asks: the counts, and the rows that go with a contact.
func everything(v viewer.Viewer) viewer.Viewer {
	v.Role = viewer.Administrator
	return v
}

func unreferenced(ctx context.Context, tx *ent.Tx, id uuid.UUID) error {
	var found []string
	for _, r := range []struct {
		one, many string
		count     func() (int, error)
	}{
		{"document", "documents", func() (int, error) { return tx.Document.Query().Where(document.ContactID(id)).Count(ctx) }},
		{"payment", "payments", func() (int, error) { return tx.Payment.Query().Where(payment.ContactID(id)).Count(ctx) }},
		{"person with portal access", "people with portal access", func() (int, error) {
			return tx.PortalGrant.Query().Where(portalgrant.ContactID(id), portalgrant.StatusNEQ(portalgrant.StatusRevoked)).Count(ctx)
		}},
		{"contact that was merged into it", "contacts that were merged into it", func() (int, error) {
			return tx.Contact.Query().Where(entcontact.MergedIntoID(id)).Count(ctx)
		}},
	} {
		n, err := r.count()
		switch {
		case err != nil:
			return fmt.Errorf("contact: count %s: %w", r.many, err)
		case n == 1:
			found = append(found, "1 "+r.one)
		case n > 1:
			found = append(found, fmt.Sprintf("%d %s", n, r.many))
		}
	}
	if len(found) == 0 {
		return nil
	}
	return fault.New(fault.Conflict, "id", "The contact cannot be deleted: it has %s. Archive it instead.", strings.Join(found, ", "))
}

func remove(ctx context.Context, tx *ent.Tx, id uuid.UUID) error {
	for _, del := range []func() (int, error){
		func() (int, error) { return tx.ContactAddress.Delete().Where(contactaddress.ContactID(id)).Exec(ctx) },
		func() (int, error) { return tx.ContactEmail.Delete().Where(contactemail.ContactID(id)).Exec(ctx) },
		func() (int, error) { return tx.ContactPhone.Delete().Where(contactphone.ContactID(id)).Exec(ctx) },
		func() (int, error) { return tx.ContactNote.Delete().Where(contactnote.ContactID(id)).Exec(ctx) },
		func() (int, error) { return tx.ContactAccess.Delete().Where(contactaccess.ContactID(id)).Exec(ctx) },
		func() (int, error) { return tx.PortalGrant.Delete().Where(portalgrant.ContactID(id)).Exec(ctx) },
		func() (int, error) { return tx.Balance.Delete().Where(balance.ContactID(id)).Exec(ctx) },
		func() (int, error) { return tx.Contact.Delete().Where(entcontact.ID(id)).Exec(ctx) },
	} {
		if _, err := del(); err != nil {
			return fmt.Errorf("contact: delete: %w", err)
		}
	}
	return nil
}
