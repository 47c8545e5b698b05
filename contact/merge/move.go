package merge

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/balance"
	entcontact "github.com/kartela/kartela/ent/contact"
	"github.com/kartela/kartela/ent/contactaccess"
	"github.com/kartela/kartela/ent/contactaddress"
	"github.com/kartela/kartela/ent/contactemail"
	"github.com/kartela/kartela/ent/contactmerge"
	"github.com/kartela/kartela/ent/contactoption"
	"github.com/kartela/kartela/ent/contactphone"
	"github.com/kartela/kartela/ent/duplicatedismissal"
	"github.com/kartela/kartela/ent/mergemove"
	"github.com/kartela/kartela/ent/portalgrant"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// carried are the tables whose rows move by their contact alone, however many there are, in
// the order of locks: payments before documents. What stands on the ledger goes back by it, and
// is not written down one by one: column is where an entry names it.
var carried = []struct {
	kind   mergemove.Kind
	table  string
	column string
}{
	{mergemove.KindPayment, "payments", "payment_id"},
	{mergemove.KindDocument, "documents", "document_id"},
	{mergemove.KindProject, "projects", ""},
	{mergemove.KindRecurring, "recurring_invoices", ""},
	{mergemove.KindNote, "contact_notes", ""},
	{mergemove.KindAttachment, "attachments", ""},
	{mergemove.KindCheck, "registry_checks", ""},
	{mergemove.KindOnlinePayment, "online_payments", ""},
	{mergemove.KindMessage, "messages", ""},
	{mergemove.KindNotice, "notices", ""},
}

// mover moves rows in the transaction of a merge, and writes down which.
type mover struct {
	dialect  string
	tx       *ent.Tx
	merge    uuid.UUID
	survivor uuid.UUID
	losers   []uuid.UUID
	moved    map[string]int64 // rows by kind
}

// lock locks what the contacts have, the survivor too. Who holds one of these rows is waited
// for; after that nobody is at work on the contacts, so that nothing that moves changes or goes
// between being written down and being moved, and nobody who holds the lock of a foreign key on
// a contact waits for a balance.
func (m *mover) lock(ctx context.Context) error {
	if m.dialect != dialect.Postgres {
		return nil
	}
	all := *m
	all.losers = append(slices.Clone(m.losers), m.survivor)
	for _, c := range carried {
		where, args := all.ofLosers(ctx)
		if err := m.locked(ctx, c.table, where, args); err != nil {
			return err
		}
	}
	return nil
}

func (m *mover) locked(ctx context.Context, table, where string, args []any) error {
	rows, err := m.tx.QueryContext(ctx, db.Marked(m.dialect, `SELECT count(*) FROM (SELECT r.id FROM `+table+` AS r WHERE `+where+` ORDER BY r.id FOR NO KEY UPDATE) AS locked`), args...)
	if err != nil {
		return fmt.Errorf("merge: lock %s: %w", table, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() { // how many there are does not matter
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("merge: lock %s: %w", table, err)
	}
	return nil
}

// settled is what an allocation points at by which column: it follows that.
var settled = map[string]string{"document_id": "documents", "refund_id": "payments"}

// ofLosers is the condition on rows r of the losers.
func (m *mover) ofLosers(ctx context.Context) (where string, args []any) {
	args = append(args, viewer.From(ctx).Organization)
	for _, l := range m.losers {
		args = append(args, l)
	}
	return "r.organization_id = ? AND r.contact_id IN (?" + strings.Repeat(", ?", len(m.losers)-1) + ")", args
}

// move gives the survivor what the losers have in each table, by two statements a table:
// what no entry of the ledger names is written down, and all is moved. Allocations follow what
// they settle.
func (m *mover) move(ctx context.Context) error {
	where, args := m.ofLosers(ctx)
	org := args[0]
	for column, table := range settled {
		_, err := m.exec(ctx, `UPDATE allocations SET contact_id = ? WHERE organization_id = ? AND `+column+` IN (SELECT r.id FROM `+table+` AS r WHERE `+where+`)`,
			append([]any{m.survivor, org}, args...)...)
		if err != nil {
			return err
		}
	}
	for _, c := range carried {
		unposted := ""
		if c.column != "" {
			unposted = " AND " + posted("r", c.column) + " IS NULL"
		}
		_, err := m.exec(ctx, `INSERT INTO merge_moves (id, organization_id, created_at, merge_id, loser_id, kind, row_id)
SELECT `+m.newID()+`, r.organization_id, ?, ?, r.contact_id, ?, r.id FROM `+c.table+` AS r WHERE `+where+unposted,
			append([]any{schema.Now(), m.merge, string(c.kind)}, args...)...)
		if err != nil {
			return err
		}
		n, err := m.exec(ctx, `UPDATE `+c.table+` AS r SET contact_id = ? WHERE `+where, append([]any{m.survivor}, args...)...)
		if err != nil {
			return err
		}
		m.moved[string(c.kind)] = n
	}
	return nil
}

// posted is the SQL of the contact on whose ledger a row stands, or stood last, null for none. It is looked up
// row by row, by an index: a join is at the mercy of statistics, which know nothing of the many
// rows that a merge has just moved.
func posted(row, column string) string {
	return "(SELECT e.contact_id FROM ledger_entries AS e WHERE e.organization_id = " + row + ".organization_id AND e." + column + " = " + row + ".id ORDER BY e.id DESC LIMIT 1)"
}

// newID is the SQL of a new id: rows that are written by one statement get theirs from the
// database.
func (m *mover) newID() string {
	if m.dialect == dialect.Postgres {
		return "gen_random_uuid()"
	}
	return `lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-a' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))`
}

func (m *mover) exec(ctx context.Context, query string, args ...any) (int64, error) {
	done, err := m.tx.ExecContext(ctx, db.Marked(m.dialect, query), args...)
	if err != nil {
		return 0, fmt.Errorf("merge: move: %w", err)
	}
	return done.RowsAffected()
}

// note writes down rows that were moved one by one.
func note[R any](ctx context.Context, m *mover, kind mergemove.Kind, rows []moved[R], id func(R) uuid.UUID) error {
	m.moved[string(kind)] = int64(len(rows))
	for some := range slices.Chunk(rows, 2000) {
		c := make([]*ent.MergeMoveCreate, len(some))
		for i, r := range some {
			c[i] = m.tx.MergeMove.Create().SetMergeID(m.merge).SetLoserID(r.loser).SetKind(kind).SetRowID(id(r.row))
		}
		if err := m.tx.MergeMove.CreateBulk(c...).Exec(ctx); err != nil {
			return fmt.Errorf("merge: write down what moved: %w", err)
		}
	}
	return nil
}

// writeContacts makes tombstones of the losers, which frees their customId, and then writes the
// survivor.
func (p *planned) writeContacts(ctx context.Context, tx *ent.Tx) error {
	now := schema.Now()
	err := tx.Contact.Update().Where(entcontact.IDIn(p.loserIDs()...)).SetMergedIntoID(p.united.ID).ClearCustomID().
		AddVersion(1).SetUpdatedAt(now).Exec(ctx)
	if err != nil {
		return fmt.Errorf("merge: make tombstones: %w", err)
	}
	u := tx.Contact.UpdateOneID(p.united.ID)
	contact.Write(u.Mutation(), p.united)
	if err := u.SetRestricted(p.united.Restricted).SetVersion(p.survivor.row.Version + 1).SetUpdatedAt(now).Exec(ctx); err != nil {
		return fmt.Errorf("merge: write the survivor: %w", err)
	}
	return nil
}

// writeParts moves what the plan decided row by row.
func (p *planned) writeParts(ctx context.Context, tx *ent.Tx, m *mover) error {
	for _, step := range []func(context.Context, *ent.Tx, *mover) error{p.moveLists, p.moveOptions, p.moveGrants, p.writeAccesses, p.forgetDismissals} {
		if err := step(ctx, tx, m); err != nil {
			return err
		}
	}
	return nil
}

func (p *planned) moveLists(ctx context.Context, tx *ent.Tx, m *mover) error {
	if len(p.addresses) > 0 {
		if err := replaceAddresses(ctx, tx, rowsOf(p.addresses)); err != nil {
			return err
		}
	}
	if len(p.emails) > 0 {
		if err := replaceEmails(ctx, tx, rowsOf(p.emails)); err != nil {
			return err
		}
	}
	if len(p.phones) > 0 {
		if err := replacePhones(ctx, tx, rowsOf(p.phones)); err != nil {
			return err
		}
	}
	if err := note(ctx, m, mergemove.KindAddress, p.addresses, func(r *ent.ContactAddress) uuid.UUID { return r.ID }); err != nil {
		return err
	}
	if err := note(ctx, m, mergemove.KindEmail, p.emails, func(r *ent.ContactEmail) uuid.UUID { return r.ID }); err != nil {
		return err
	}
	return note(ctx, m, mergemove.KindPhone, p.phones, func(r *ent.ContactPhone) uuid.UUID { return r.ID })
}

func rowsOf[R any](in []moved[R]) []R {
	out := make([]R, len(in))
	for i, m := range in {
		out[i] = m.row
	}
	return out
}

// replaceAddresses writes rows of a list over those with the same ids: place, contact and what
// is primary change at once, by two statements for any number.
func replaceAddresses(ctx context.Context, tx *ent.Tx, rows []*ent.ContactAddress) error {
	c, ids := make([]*ent.ContactAddressCreate, len(rows)), make([]uuid.UUID, len(rows))
	for i, a := range rows {
		ids[i] = a.ID
		c[i] = tx.ContactAddress.Create().SetID(a.ID).SetCreatedAt(utc(a.CreatedAt)).SetContactID(a.ContactID).SetPosition(a.Position).SetKind(a.Kind).
			SetLine(a.Line).SetCity(a.City).SetSortCity(a.SortCity).SetRegion(a.Region).SetPostalCode(a.PostalCode).SetCountry(a.Country).SetBranchCode(a.BranchCode)
	}
	_, err := tx.ContactAddress.Delete().Where(contactaddress.IDIn(ids...)).Exec(ctx)
	if err == nil {
		err = tx.ContactAddress.CreateBulk(c...).Exec(ctx)
	}
	return wrapped("move addresses", err)
}

func replaceEmails(ctx context.Context, tx *ent.Tx, rows []*ent.ContactEmail) error {
	c, ids := make([]*ent.ContactEmailCreate, len(rows)), make([]uuid.UUID, len(rows))
	for i, e := range rows {
		ids[i] = e.ID
		c[i] = tx.ContactEmail.Create().SetID(e.ID).SetCreatedAt(utc(e.CreatedAt)).SetContactID(e.ContactID).SetPosition(e.Position).
			SetEmail(e.Email).SetLabel(e.Label).SetPrimary(e.Primary)
	}
	_, err := tx.ContactEmail.Delete().Where(contactemail.IDIn(ids...)).Exec(ctx)
	if err == nil {
		err = tx.ContactEmail.CreateBulk(c...).Exec(ctx)
	}
	return wrapped("move e-mails", err)
}

func replacePhones(ctx context.Context, tx *ent.Tx, rows []*ent.ContactPhone) error {
	c, ids := make([]*ent.ContactPhoneCreate, len(rows)), make([]uuid.UUID, len(rows))
	for i, t := range rows {
		ids[i] = t.ID
		c[i] = tx.ContactPhone.Create().SetID(t.ID).SetCreatedAt(utc(t.CreatedAt)).SetContactID(t.ContactID).SetPosition(t.Position).
			SetNumber(t.Number).SetLabel(t.Label).SetPrimary(t.Primary)
	}
	_, err := tx.ContactPhone.Delete().Where(contactphone.IDIn(ids...)).Exec(ctx)
	if err == nil {
		err = tx.ContactPhone.CreateBulk(c...).Exec(ctx)
	}
	return wrapped("move phones", err)
}

func wrapped(what string, err error) error {
	if err != nil {
		return fmt.Errorf("merge: %s: %w", what, err)
	}
	return nil
}

func (p *planned) moveOptions(ctx context.Context, tx *ent.Tx, m *mover) error {
	if len(p.optionsGone) > 0 {
		if _, err := tx.ContactOption.Delete().Where(contactoption.IDIn(p.optionsGone...)).Exec(ctx); err != nil {
			return fmt.Errorf("merge: drop options: %w", err)
		}
	}
	if len(p.options) > 0 {
		ids := make([]uuid.UUID, len(p.options))
		for i, o := range p.options {
			ids[i] = o.row.ID
		}
		if err := tx.ContactOption.Update().Where(contactoption.IDIn(ids...)).SetContactID(p.united.ID).Exec(ctx); err != nil {
			return fmt.Errorf("merge: move options: %w", err)
		}
	}
	return note(ctx, m, mergemove.KindOption, p.options, func(r *ent.ContactOption) uuid.UUID { return r.ID })
}

func (p *planned) moveGrants(ctx context.Context, tx *ent.Tx, m *mover) error {
	if len(p.grantsGone) > 0 {
		if _, err := tx.PortalGrant.Delete().Where(portalgrant.IDIn(p.grantsGone...)).Exec(ctx); err != nil {
			return fmt.Errorf("merge: portal access: %w", err)
		}
	}
	if len(p.grantsEnded) > 0 {
		err := tx.PortalGrant.Update().Where(portalgrant.IDIn(p.grantsEnded...)).SetStatus(portalgrant.StatusRevoked).
			SetRevokedAt(schema.Now()).ClearTokenHash().Exec(ctx)
		if err != nil {
			return fmt.Errorf("merge: end portal access: %w", err)
		}
	}
	if len(p.grants) > 0 {
		ids := make([]uuid.UUID, len(p.grants))
		for i, g := range p.grants {
			ids[i] = g.row.ID
		}
		if err := tx.PortalGrant.Update().Where(portalgrant.IDIn(ids...)).SetContactID(p.united.ID).Exec(ctx); err != nil {
			return fmt.Errorf("merge: move portal access: %w", err)
		}
	}
	return note(ctx, m, mergemove.KindGrant, p.grants, func(r *ent.PortalGrant) uuid.UUID { return r.ID })
}

// writeAccesses has the members of the plan see the survivor, and no others.
func (p *planned) writeAccesses(ctx context.Context, tx *ent.Tx, _ *mover) error {
	var gone []uuid.UUID
	has := map[uuid.UUID]bool{}
	for _, a := range p.survivor.accesses {
		if has[a.UserID] = slices.Contains(p.users, a.UserID); !has[a.UserID] {
			gone = append(gone, a.ID)
		}
	}
	if len(gone) > 0 {
		if _, err := tx.ContactAccess.Delete().Where(contactaccess.IDIn(gone...)).Exec(ctx); err != nil {
			return fmt.Errorf("merge: restrict: %w", err)
		}
	}
	var c []*ent.ContactAccessCreate
	for _, u := range p.users {
		if !has[u] {
			c = append(c, tx.ContactAccess.Create().SetContactID(p.united.ID).SetUserID(u))
		}
	}
	if len(c) == 0 {
		return nil
	}
	return wrapped("restrict", tx.ContactAccess.CreateBulk(c...).Exec(ctx))
}

func (p *planned) forgetDismissals(ctx context.Context, tx *ent.Tx, _ *mover) error {
	if len(p.dismissed) == 0 {
		return nil
	}
	ids := make([]uuid.UUID, len(p.dismissed))
	for i, d := range p.dismissed {
		ids[i] = d.ID
	}
	_, err := tx.DuplicateDismissal.Delete().Where(duplicatedismissal.IDIn(ids...)).Exec(ctx)
	return wrapped("forget dismissed pairs", err)
}

// keep writes down how the merge ended.
func (a *after) keep(ctx context.Context, tx *ent.Tx, merge uuid.UUID) error {
	ids := make([]uuid.UUID, 0, len(a.Contacts))
	for id := range a.Contacts {
		ids = append(ids, id)
	}
	rows, err := tx.Balance.Query().Where(balance.ContactIDIn(ids...)).All(ctx)
	if err != nil {
		return fmt.Errorf("merge: read balances: %w", err)
	}
	a.Balances, a.At = balances(rows), schema.NewID()
	raw, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("merge: write down how it ended: %w", err)
	}
	err = tx.ContactMerge.Update().Where(contactmerge.ID(merge)).
		Modify(func(u *sql.UpdateBuilder) { u.Set(contactmerge.FieldAfter, string(raw)) }).Exec(ctx)
	return wrapped("write down how it ended", err)
}

// balances are the versions of balances, by account.
func balances(rows []*ent.Balance) map[string]int64 {
	out := make(map[string]int64, len(rows))
	for _, r := range rows {
		out[account(r)] = r.Version
	}
	return out
}

func account(r *ent.Balance) string {
	return r.ContactID.String() + " " + string(r.Side) + " " + string(r.Currency)
}
