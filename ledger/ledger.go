// Package ledger is the only writer of ledger entries and balances. It owns the three
// amounts of a balance and the rule that binds them, net = outstanding − credit = sum of
// the ledger; it does not know why something is posted.
package ledger

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/balance"
	"github.com/kartela/kartela/ent/ledgerentry"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/viewer"
)

// Book writes the ledger.
type Book struct {
	DB *db.DB
	// Announce is told of every moved balance after its commit. It must not block.
	Announce func(Moved)
}

// Account is one card: a contact, on one side, in one currency.
type Account struct {
	ContactID uuid.UUID
	Side      ledgerentry.Side
	Currency  money.Currency
}

// Change is one change of an account. With a posting, Amount = Outstanding − Credit; without
// one (an allocation), Outstanding = Credit: what is settled changes, what is owed does not.
type Change struct {
	Account
	Outstanding money.Minor // added to outstanding, minor units; may be negative
	Credit      money.Minor // added to credit, minor units; may be negative
	Posting     *Posting
}

// Posting is one line to append to the ledger.
type Posting struct {
	Kind       ledgerentry.Kind
	Amount     money.Minor // minor units; positive: more is owed
	Date       day.Date
	DocumentID *uuid.UUID
	PaymentID  *uuid.UUID
	Difference money.Minor // of an exchange difference: gain (+) or loss (-), minor units of the base currency
	Reverses   *uuid.UUID  // the entry that this one takes back
}

// Moved says where an account stands after a change. It is a state, not a step: a newer
// one replaces an older one, so a receiver may miss any number of them, and ignores one
// whose Version is not greater than the last it showed.
type Moved struct {
	Organization uuid.UUID      `json:"organization"`
	ContactID    uuid.UUID      `json:"contactId"`
	Side         balance.Side   `json:"side"`
	Currency     money.Currency `json:"currency"`
	Outstanding  money.Minor    `json:"outstanding"` // minor units, never negative
	Credit       money.Minor    `json:"credit"`      // minor units, never negative
	Net          money.Minor    `json:"net"`         // minor units; outstanding − credit
	Version      int64          `json:"version"`     // 1, 2, 3 … without gaps
	UpdatedAt    time.Time      `json:"updatedAt"`
}

// The balance row is the lock of its account: the statement that adds to it, or makes it,
// holds it until the transaction ends, so entries get their places one after the other and
// the amounts are never read and then written. Adding comes first, because a database
// holds the row that it would insert to the rule of the three amounts before it finds that
// there is one already, and an addition may be negative.
const (
	add = `UPDATE balances SET outstanding = outstanding + ?, credit = credit + ?, net = net + ?,
  entries = entries + ?, version = version + 1, updated_at = ?
WHERE organization_id = ? AND contact_id = ? AND side = ? AND currency = ?
RETURNING outstanding, credit, net, entries, version`
	begin = `INSERT INTO balances AS b
  (id, organization_id, contact_id, side, currency, outstanding, credit, net, entries, version, created_at, updated_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?)
ON CONFLICT (organization_id, contact_id, side, currency) DO UPDATE SET
  outstanding = b.outstanding + excluded.outstanding, credit = b.credit + excluded.credit,
  net = b.net + excluded.net, entries = b.entries + excluded.entries,
  version = b.version + 1, updated_at = excluded.updated_at
RETURNING outstanding, credit, net, entries, version`
)

// Apply makes one change of an account in the transaction of what causes it, and has it
// announced after the commit.
//
// Faults: INVALID, without a field, when the account would leave ±2^53 minor units. A change
// that breaks the rule of the three amounts is our own failure and rolls everything back.
func (b *Book) Apply(ctx context.Context, tx *ent.Tx, c Change) (*Moved, error) {
	posted, entries := money.Minor(0), 0
	if c.Posting != nil {
		posted, entries = c.Posting.Amount, 1
	}
	if posted != c.Outstanding-c.Credit {
		return nil, fmt.Errorf("ledger: posting %d is not outstanding %d less credit %d", posted, c.Outstanding, c.Credit)
	}
	m := &Moved{Organization: viewer.From(ctx).Organization, ContactID: c.ContactID, Side: balance.Side(c.Side),
		Currency: c.Currency, UpdatedAt: schema.Now()}
	seq, err := b.move(ctx, tx, c, posted, entries, m)
	if err != nil {
		return nil, err
	}
	if m.Outstanding < 0 || m.Credit < 0 || m.Net != m.Outstanding-m.Credit {
		return nil, fmt.Errorf("ledger: the change would leave outstanding %d, credit %d, net %d", m.Outstanding, m.Credit, m.Net)
	}
	for _, amount := range []money.Minor{m.Outstanding, m.Credit} {
		if amount > money.MaxMinor {
			return nil, fault.New(fault.Invalid, "", "The contact's balance would be too large.")
		}
	}
	if c.Posting != nil {
		if err := appendEntry(ctx, tx, c, seq); err != nil {
			return nil, err
		}
	}
	db.AfterCommit(ctx, func() { b.Announce(*m) })
	return m, nil
}

// ApplyAll makes several changes in the order of their accounts, in which every transaction
// that changes more than one locks them; changes of one account keep their order.
//
// Faults: those of Apply.
func (b *Book) ApplyAll(ctx context.Context, tx *ent.Tx, changes ...Change) error {
	slices.SortStableFunc(changes, func(x, y Change) int {
		return cmp.Or(bytes.Compare(x.ContactID[:], y.ContactID[:]), cmp.Compare(x.Side, y.Side), cmp.Compare(x.Currency, y.Currency))
	})
	for _, c := range changes {
		if _, err := b.Apply(ctx, tx, c); err != nil {
			return err
		}
	}
	return nil
}

func (b *Book) move(ctx context.Context, tx *ent.Tx, c Change, posted money.Minor, entries int, m *Moved) (seq int64, err error) {
	out, credit := int64(c.Outstanding), int64(c.Credit)
	seq, found, err := b.run(ctx, tx, m, add, out, credit, int64(posted), entries, m.UpdatedAt,
		m.Organization, c.ContactID, string(c.Side), string(c.Currency))
	if err != nil || found {
		return seq, err
	}
	seq, found, err = b.run(ctx, tx, m, begin, schema.NewID(), m.Organization, c.ContactID, string(c.Side), string(c.Currency),
		out, credit, int64(posted), entries, m.UpdatedAt, m.UpdatedAt)
	if err == nil && !found {
		err = errors.New("ledger: move a balance: no row")
	}
	return seq, err
}

// run fills in where the balance is after the statement; found is false when there is none.
func (b *Book) run(ctx context.Context, tx *ent.Tx, m *Moved, query string, args ...any) (seq int64, found bool, err error) {
	rows, err := tx.QueryContext(ctx, db.Marked(b.DB.Dialect, query), args...)
	if err != nil {
		return 0, false, fmt.Errorf("ledger: move a balance: %w", err)
	}
	defer func() { _ = rows.Close() }()
	if rows.Next() {
		found = true
		err = rows.Scan(&m.Outstanding, &m.Credit, &m.Net, &seq, &m.Version)
	}
	if err = errors.Join(err, rows.Err()); err != nil {
		return 0, false, fmt.Errorf("ledger: move a balance: %w", err)
	}
	return seq, found, nil
}

func appendEntry(ctx context.Context, tx *ent.Tx, c Change, seq int64) error {
	err := tx.LedgerEntry.Create().SetContactID(c.ContactID).SetSide(c.Side).SetCurrency(c.Currency).SetSeq(seq).
		SetKind(c.Posting.Kind).SetAmount(c.Posting.Amount).SetDate(c.Posting.Date).
		SetNillableDocumentID(c.Posting.DocumentID).SetNillablePaymentID(c.Posting.PaymentID).
		SetDifference(c.Posting.Difference).SetNillableReversesID(c.Posting.Reverses).Exec(ctx)
	if err != nil {
		return fmt.Errorf("ledger: append: %w", err)
	}
	return nil
}
