package ledger

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/balance"
	"github.com/kartela/kartela/ent/ledgerentry"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/viewer"
)

// Shift is what Move moved of one account: the places that its entries have now, what was
// added, and the versions of both balances after it. Amounts are in minor units.
type Shift struct {
	Side        ledgerentry.Side `json:"side"`
	Currency    money.Currency   `json:"currency"`
	First       int64            `json:"first"`
	Last        int64            `json:"last"`
	Outstanding money.Minor      `json:"outstanding"`
	Credit      money.Minor      `json:"credit"`
	FromVersion int64            `json:"fromVersion"`
	ToVersion   int64            `json:"toVersion"`
}

func (s Shift) account() string { return string(s.Side) + " " + string(s.Currency) }

const (
	took = `UPDATE balances SET outstanding = 0, credit = 0, net = 0, entries = 0, version = version + 1, updated_at = ?
WHERE organization_id = ? AND contact_id = ? AND entries > 0
RETURNING side, currency, outstanding, credit, net, entries, version`

	// The receiving balance has the entries of both already, so that the difference is how many
	// it had before. All of an account's entries get places behind those, in their order.
	follow = `UPDATE ledger_entries AS e SET contact_id = ?, seq = e.seq + t.entries - f.entries
FROM balances AS f JOIN balances AS t ON t.organization_id = f.organization_id AND t.side = f.side AND t.currency = f.currency
WHERE f.organization_id = ? AND f.contact_id = ? AND t.contact_id = ?
  AND e.organization_id = f.organization_id AND e.contact_id = f.contact_id AND e.side = f.side AND e.currency = f.currency`

	returning = `
RETURNING side, currency, outstanding, credit, net, entries, version`
)

// Move puts all entries of one contact behind those of another, account by account in their
// order, adds its balances to the other's, and leaves its own at nothing. The first must be
// merged into the other already: the database lets an entry move along a merge alone. Four
// statements, whatever the number of entries; both sides' balances are announced after the
// commit.
//
// It locks the balances of both, and must come after the locks of payments and documents. What
// it gives is what MoveBack needs.
//
// Faults: INVALID, without a field, when an account would leave ±2^53 minor units.
func (b *Book) Move(ctx context.Context, tx *ent.Tx, from, to uuid.UUID) ([]Shift, error) {
	shifts, err := b.held(ctx, tx, from)
	if err != nil {
		return nil, err
	}
	db.AfterCommit(ctx, func() { b.Announce(gone(ctx, from)) })
	if len(shifts) == 0 {
		return nil, nil
	}
	added, err := b.receive(ctx, tx, to, shifts)
	if err != nil {
		return nil, err
	}
	entries := int64(0)
	for i := range shifts {
		s := &shifts[i]
		n := s.Last
		m := added[s.account()]
		if m == nil {
			return nil, errors.New("ledger: move: an account did not come back")
		}
		if m.Outstanding > money.MaxMinor || m.Credit > money.MaxMinor {
			return nil, fault.New(fault.Invalid, "", "The contact's balance would be too large.")
		}
		s.First, s.Last, s.ToVersion = m.entries-n+1, m.entries, m.Version
		entries += n
	}
	org, now := viewer.From(ctx).Organization, schema.Now()
	if err := b.exactly(ctx, tx, entries, follow, to, org, from, to); err != nil {
		return nil, err
	}
	left, err := b.settled(ctx, tx, from, now, took, now, org, from)
	if err != nil {
		return nil, err
	}
	for i := range shifts {
		if m := left[shifts[i].account()]; m != nil {
			shifts[i].FromVersion = m.Version
		}
	}
	b.announce(ctx, left)
	b.announce(ctx, added)
	return shifts, nil
}

// MoveBack takes the shifts of one Move back, and is refused when entries were added since.
//
// Faults: CONFLICT, without a field, when the receiving account has moved on.
func (b *Book) MoveBack(ctx context.Context, tx *ent.Tx, from, to uuid.UUID, shifts []Shift) error {
	if len(shifts) == 0 {
		return nil
	}
	org, now, entries := viewer.From(ctx).Organization, schema.Now(), int64(0)
	list, args := listed(shifts)
	for _, s := range shifts {
		entries += s.Last - s.First + 1
	}
	err := b.exactly(ctx, tx, entries, `UPDATE ledger_entries AS e SET contact_id = ?, seq = e.seq - x.first_seq + 1 FROM (`+list+`) AS x
WHERE e.organization_id = ? AND e.contact_id = ? AND e.side = x.of_side AND e.currency = x.of_currency AND e.seq BETWEEN x.first_seq AND x.last_seq`,
		append(append([]any{from}, args...), org, to)...)
	if err != nil {
		return err
	}
	change := func(contact uuid.UUID, sign string) (map[string]*state, error) {
		// One sign for every amount: what one side loses, the other gets.
		return b.settled(ctx, tx, contact, now, strings.ReplaceAll(`UPDATE balances AS b SET outstanding = b.outstanding ± x.add_outstanding, credit = b.credit ± x.add_credit,
  net = b.net ± (x.add_outstanding - x.add_credit), entries = b.entries ± (x.last_seq - x.first_seq + 1), version = b.version + 1, updated_at = ?
FROM (`+list+`) AS x WHERE b.organization_id = ? AND b.contact_id = ? AND b.side = x.of_side AND b.currency = x.of_currency`, "±", sign)+returning,
			append(append([]any{now}, args...), org, contact)...)
	}
	left, err := change(to, "-")
	if err != nil {
		return err
	}
	got, err := change(from, "+")
	if err != nil {
		return err
	}
	for _, s := range shifts {
		if m := left[s.account()]; m == nil || m.entries != s.First-1 || got[s.account()] == nil {
			return fault.New(fault.Conflict, "", "Entries were added to the %s account in %s since.", s.Side, s.Currency)
		}
	}
	b.announce(ctx, left)
	b.announce(ctx, got)
	return nil
}

// Lock locks the balances of contacts until the transaction ends. Who moves more than one
// contact's entries comes here before changing the contacts themselves: an entry that another
// transaction appends holds its balance, and then asks for the contact.
func (b *Book) Lock(ctx context.Context, tx *ent.Tx, contacts ...uuid.UUID) error {
	if _, err := tx.Balance.Query().Where(balance.ContactIDIn(contacts...), db.ForUpdate).IDs(ctx); err != nil {
		return fmt.Errorf("ledger: lock balances: %w", err)
	}
	return nil
}

// state is where an account is after a statement.
type state struct {
	Moved
	entries int64
}

// held locks the accounts of a contact that have entries, and gives them as shifts that are
// not placed yet: Last is how many entries there are.
func (b *Book) held(ctx context.Context, tx *ent.Tx, contact uuid.UUID) ([]Shift, error) {
	rows, err := tx.Balance.Query().Where(balance.ContactID(contact), balance.EntriesGT(0), db.ForUpdate).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("ledger: lock balances: %w", err)
	}
	out := make([]Shift, len(rows))
	for i, r := range rows {
		out[i] = Shift{Side: ledgerentry.Side(r.Side), Currency: r.Currency, Last: r.Entries, Outstanding: r.Outstanding, Credit: r.Credit}
	}
	return out, nil
}

// receive adds the accounts to those of a contact, or makes them.
func (b *Book) receive(ctx context.Context, tx *ent.Tx, to uuid.UUID, shifts []Shift) (map[string]*state, error) {
	org, now := viewer.From(ctx).Organization, schema.Now()
	rows, args := make([]string, len(shifts)), make([]any, 0, 11*len(shifts))
	for i, s := range shifts {
		rows[i] = "(?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?)"
		args = append(args, schema.NewID(), org, to, string(s.Side), string(s.Currency), int64(s.Outstanding), int64(s.Credit),
			int64(s.Outstanding-s.Credit), s.Last, now, now)
	}
	return b.settled(ctx, tx, to, now, `INSERT INTO balances AS b
  (id, organization_id, contact_id, side, currency, outstanding, credit, net, entries, version, created_at, updated_at)
VALUES `+strings.Join(rows, ", ")+`
ON CONFLICT (organization_id, contact_id, side, currency) DO UPDATE SET
  outstanding = b.outstanding + excluded.outstanding, credit = b.credit + excluded.credit,
  net = b.net + excluded.net, entries = b.entries + excluded.entries,
  version = b.version + 1, updated_at = excluded.updated_at`+returning, args...)
}

// listed is the shifts as a table, with its arguments.
func listed(shifts []Shift) (query string, args []any) {
	rows := make([]string, len(shifts))
	for i, s := range shifts {
		rows[i] = `SELECT CAST(? AS TEXT) AS of_side, CAST(? AS TEXT) AS of_currency, CAST(? AS BIGINT) AS first_seq, CAST(? AS BIGINT) AS last_seq,
  CAST(? AS BIGINT) AS add_outstanding, CAST(? AS BIGINT) AS add_credit`
		args = append(args, string(s.Side), string(s.Currency), s.First, s.Last, int64(s.Outstanding), int64(s.Credit))
	}
	return strings.Join(rows, " UNION ALL "), args
}

// settled runs a change of balances of one contact and gives where they are after it.
func (b *Book) settled(ctx context.Context, tx *ent.Tx, contact uuid.UUID, now time.Time, query string, args ...any) (out map[string]*state, err error) {
	rows, err := tx.QueryContext(ctx, db.Marked(b.DB.Dialect, query), args...)
	if err != nil {
		return nil, fmt.Errorf("ledger: move balances: %w", err)
	}
	defer func() { _ = rows.Close() }()
	out = map[string]*state{}
	for rows.Next() {
		m := &state{Moved: Moved{Organization: viewer.From(ctx).Organization, ContactID: contact, UpdatedAt: now}}
		if err := rows.Scan(&m.Side, &m.Currency, &m.Outstanding, &m.Credit, &m.Net, &m.entries, &m.Version); err != nil {
			return nil, fmt.Errorf("ledger: move balances: %w", err)
		}
		out[string(m.Side)+" "+string(m.Currency)] = m
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("ledger: move balances: %w", err)
	}
	return out, nil
}

// exactly runs a change that must meet so many entries.
func (b *Book) exactly(ctx context.Context, tx *ent.Tx, entries int64, query string, args ...any) error {
	done, err := tx.ExecContext(ctx, db.Marked(b.DB.Dialect, query), args...)
	if err != nil {
		return fmt.Errorf("ledger: move entries: %w", err)
	}
	n, err := done.RowsAffected()
	if err != nil {
		return fmt.Errorf("ledger: move entries: %w", err)
	}
	if n != entries {
		return fmt.Errorf("ledger: move entries: %d instead of %d", n, entries)
	}
	return nil
}

func (b *Book) announce(ctx context.Context, states map[string]*state) {
	for _, m := range states {
		db.AfterCommit(ctx, func() { b.Announce(m.Moved) })
	}
}

// gone tells those who follow a contact that it is another's now. It has no version and is no
// state: see Moved.Gone.
func gone(ctx context.Context, contact uuid.UUID) Moved {
	return Moved{Organization: viewer.From(ctx).Organization, ContactID: contact, UpdatedAt: time.Time{}}
}

// Gone says that the contact was merged into another one: there is no state, and who follows
// the contact looks again.
func (m Moved) Gone() bool { return m.Version == 0 }
