package contact

import (
	"context"
	"fmt"
	"strings"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/audit"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/attachment"
	"github.com/kartela/kartela/ent/balance"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/contactaccess"
	"github.com/kartela/kartela/ent/contactaddress"
	"github.com/kartela/kartela/ent/contactemail"
	"github.com/kartela/kartela/ent/contactmerge"
	"github.com/kartela/kartela/ent/contactnote"
	"github.com/kartela/kartela/ent/contactoption"
	"github.com/kartela/kartela/ent/contactphone"
	"github.com/kartela/kartela/ent/document"
	"github.com/kartela/kartela/ent/duplicatedismissal"
	"github.com/kartela/kartela/ent/mergemove"
	"github.com/kartela/kartela/ent/message"
	"github.com/kartela/kartela/ent/notice"
	"github.com/kartela/kartela/ent/onlinepayment"
	"github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/ent/portalgrant"
	"github.com/kartela/kartela/ent/project"
	"github.com/kartela/kartela/ent/recurringinvoice"
	"github.com/kartela/kartela/ent/registrycheck"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// Delete removes a contact that nothing refers to, with its own notes and sub-lists. Its
// history stays, and so do the answers of tax registries about it. What refers to it is
// counted whatever the viewer may see of it.
//
// Faults: NOT_FOUND; CONFLICT that counts what refers to the contact: archive it instead.
func (s *Service) Delete(ctx context.Context, in IDInput) (uuid.UUID, error) {
	if _, err := viewer.RequireStaff(ctx, viewer.EditContacts); err != nil {
		return uuid.Nil, err
	}
	id, _, err := db.Once(ctx, s.DB, func(ctx context.Context, tx *ent.Tx) (uuid.UUID, error) {
		row, err := lock(ctx, tx, in.ID)
		if err != nil {
			return uuid.Nil, err
		}
		refused, err := s.delete(ctx, tx, []*ent.Contact{row})
		if err != nil {
			return uuid.Nil, err
		}
		return row.ID, refused[row.ID]
	})
	return id, err
}

// delete removes those of the locked contacts that nothing refers to.
func (s *Service) delete(ctx context.Context, tx *ent.Tx, rows []*ent.Contact) (refused map[uuid.UUID]error, err error) {
	referring, err := s.references(ctx, tx, idsWhere(rows, func(*ent.Contact) bool { return true }))
	if err != nil {
		return nil, err
	}
	refused = make(map[uuid.UUID]error, len(referring))
	for id, found := range referring {
		refused[id] = fault.New(fault.Conflict, "id", "The contact cannot be deleted: it has %s. Archive it instead.", strings.Join(found, ", "))
	}
	var gone []uuid.UUID
	var events []audit.Event
	for _, r := range rows {
		if refused[r.ID] == nil {
			gone = append(gone, r.ID)
			events = append(events, audit.Event{Action: "deleteContact", ObjectType: "contact", ObjectID: r.ID, ContactID: r.ID, Before: Values(r)})
		}
	}
	if len(gone) == 0 {
		return refused, nil
	}
	if err := remove(viewer.With(ctx, Everything(viewer.From(ctx))), tx, gone); err != nil {
		return nil, err
	}
	return refused, audit.RecordMany(ctx, tx, events)
}

// Everything is the viewer with an administrator's sight of the same organization, for
// what must not depend on who asks: the rows that go with a contact, or move with it.
func Everything(v viewer.Viewer) viewer.Viewer {
	v.Role = viewer.Administrator
	return v
}

// referring are the rows that keep a contact from being deleted.
var referring = []struct {
	one, many     string
	table, column string
	count         string
	only          string
}{
	{"document", "documents", document.Table, document.FieldContactID, "id", ""},
	{"payment", "payments", payment.Table, payment.FieldContactID, "id", ""},
	{"project", "projects", project.Table, project.FieldContactID, "id", ""},
	{"recurring invoice", "recurring invoices", recurringinvoice.Table, recurringinvoice.FieldContactID, "id", ""},
	{"online payment", "online payments", onlinepayment.Table, onlinepayment.FieldContactID, "id", ""},
	{"message", "messages", message.Table, message.FieldContactID, "id", ""},
	{"notice", "notices", notice.Table, notice.FieldContactID, "id", ""},
	{"file", "files", attachment.Table, attachment.FieldContactID, "id", ""},
	{"person with portal access", "people with portal access", portalgrant.Table, portalgrant.FieldContactID, "id", "status <> 'revoked'"},
	{"contact that was merged into it", "contacts that were merged into it", entcontact.Table, entcontact.FieldMergedIntoID, "id", ""},
	{"merge into it that was taken back", "merges into it that were taken back", contactmerge.Table, contactmerge.FieldSurvivorID, "id", "undone_at IS NOT NULL"},
	{"merge", "merges", mergemove.Table, mergemove.FieldLoserID, "merge_id", ""},
}

// references says of each contact what refers to it, and how much, by one statement a kind.
// Contacts that nothing refers to are left out.
func (s *Service) references(ctx context.Context, tx *ent.Tx, ids []uuid.UUID) (map[uuid.UUID][]string, error) {
	in := make([]any, len(ids))
	for i, id := range ids {
		in[i] = id
	}
	out := map[uuid.UUID][]string{}
	for _, r := range referring {
		where := sql.And(sql.EQ("organization_id", viewer.From(ctx).Organization), sql.In(r.column, in...))
		if r.only != "" {
			where = sql.And(where, sql.ExprP(r.only))
		}
		query, args := sql.Dialect(s.DB.Dialect).Select(r.column, sql.Count(sql.Distinct(r.count))).From(sql.Table(r.table)).Where(where).GroupBy(r.column).Query()
		err := eachRow(ctx, tx, query, args, func(scan func(...any) error) error {
			var id uuid.UUID
			var n int
			if err := scan(&id, &n); err != nil {
				return err
			}
			text := "1 " + r.one
			if n > 1 {
				text = fmt.Sprintf("%d %s", n, r.many)
			}
			out[id] = append(out[id], text)
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("contact: count %s: %w", r.many, err)
		}
	}
	return out, nil
}

// remove deletes contacts with what is theirs alone. The answers of registries are proofs:
// they stay, of no contact.
func remove(ctx context.Context, tx *ent.Tx, ids []uuid.UUID) error {
	for _, do := range []func() (int, error){
		func() (int, error) {
			return tx.RegistryCheck.Update().Where(registrycheck.ContactIDIn(ids...)).ClearContactID().Save(ctx)
		},
		func() (int, error) {
			return tx.ContactOption.Delete().Where(contactoption.ContactIDIn(ids...)).Exec(ctx)
		},
		func() (int, error) {
			return tx.DuplicateDismissal.Delete().Where(duplicatedismissal.Or(duplicatedismissal.ContactIDIn(ids...), duplicatedismissal.OtherIDIn(ids...))).Exec(ctx)
		},
		func() (int, error) {
			return tx.ContactAddress.Delete().Where(contactaddress.ContactIDIn(ids...)).Exec(ctx)
		},
		func() (int, error) { return tx.ContactEmail.Delete().Where(contactemail.ContactIDIn(ids...)).Exec(ctx) },
		func() (int, error) { return tx.ContactPhone.Delete().Where(contactphone.ContactIDIn(ids...)).Exec(ctx) },
		func() (int, error) { return tx.ContactNote.Delete().Where(contactnote.ContactIDIn(ids...)).Exec(ctx) },
		func() (int, error) {
			return tx.ContactAccess.Delete().Where(contactaccess.ContactIDIn(ids...)).Exec(ctx)
		},
		func() (int, error) { return tx.PortalGrant.Delete().Where(portalgrant.ContactIDIn(ids...)).Exec(ctx) },
		func() (int, error) { return tx.Balance.Delete().Where(balance.ContactIDIn(ids...)).Exec(ctx) },
		func() (int, error) { return tx.Contact.Delete().Where(entcontact.IDIn(ids...)).Exec(ctx) },
	} {
		if _, err := do(); err != nil {
			return fmt.Errorf("contact: delete: %w", err)
		}
	}
	return nil
}
