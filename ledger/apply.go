package ledger

import (
	"context"
	"fmt"
	"strconv"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/schema"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/money"
)

// The balance row is the lock of its account: the statement that adds to it, or makes it,
// holds it until the transaction ends, so entries get their places one after the other and
// the amounts are never read and then written. Adding comes first, because a database
// holds the row that it would insert to the rule of the three amounts before it finds that
// there is one already, and an addition may be negative.
const (
	add = `UPDATE balances SET outstanding = outstanding + $1, credit = credit + $2, net = net + $3,
  entries = entries + $4, version = version + 1, updated_at = $5
WHERE organization_id = $6 AND contact_id = $7 AND side = $8 AND currency = $9
RETURNING outstanding, credit, net, entries, version`
	begin = `INSERT INTO balances AS b
  (outstanding, credit, net, entries, created_at, updated_at, organization_id, contact_id, side, currency, id, version)
SELECT $1, $2, $3, $4, $5, $5, $6, $7, $8, $9, $10::uuid, 1 WHERE %s
ON CONFLICT (organization_id, contact_id, side, currency) DO UPDATE SET
  outstanding = b.outstanding + excluded.outstanding, credit = b.credit + excluded.credit,
  net = b.net + excluded.net, entries = b.entries + excluded.entries,
  version = b.version + 1, updated_at = excluded.updated_at
RETURNING outstanding, credit, net, entries, version`
	entry = `INSERT INTO ledger_entries
  (seq, created_at, organization_id, contact_id, side, currency, id, kind, amount, date, document_id, payment_id, difference, reverses_id)
SELECT %s, $5, $6, $7, $8, $9, $11::uuid, $12::varchar, $3, $13::date, $14::uuid, $15::uuid, $16::bigint, $17::uuid`
)

// args are the values of the statements above, in the order of their numbers; those of the entry
// only where there is one.
func (c *Change) args(m *Moved) []any {
	posted, entries := int64(0), 0
	if c.Posting != nil {
		posted, entries = int64(c.Posting.Amount), 1
	}
	out := []any{int64(c.Outstanding), int64(c.Credit), posted, entries, m.UpdatedAt, m.Organization, c.ContactID,
		string(c.Side), string(c.Currency), schema.NewID()}
	if p := c.Posting; p != nil {
		out = append(out, schema.NewID(), string(p.Kind), p.Date, p.DocumentID, p.PaymentID, int64(p.Difference), p.Reverses)
	}
	return out
}

// On PostgreSQL it is all one statement, so that it can wait for the commit. What an account
// refuses fails there as a division by zero, which nothing else in it can be.
var (
	begun = fmt.Sprintf(begin, "NOT EXISTS (SELECT FROM moved)")
	now   = "WITH moved AS (" + add + "),\nmade AS (" + begun + "),\nnow AS (SELECT * FROM moved UNION ALL SELECT * FROM made)"
	bound = fmt.Sprintf("\nSELECT outstanding, credit, net, entries, version, 1 / (outstanding <= %[1]d AND credit <= %[1]d)::int FROM now", money.MaxMinor)

	moveBalance = now + bound
	moveAndPost = now + ",\nposted AS (" + fmt.Sprintf(entry, "entries") + " FROM now)" + bound
)

func move(ctx context.Context, tx *ent.Tx, c Change, m *Moved) error {
	query := moveBalance
	if c.Posting != nil {
		query = moveAndPost
	}
	return db.Later(ctx, tx, &db.Statement{Query: query, Args: c.args(m), Last: true,
		Row: func(scan func(...any) error) error {
			var seq, one int64
			return scan(&m.Outstanding, &m.Credit, &m.Net, &seq, &m.Version, &one)
		},
		Failed: func(err error) error {
			if db.DividedByZero(err) {
				return tooLarge(c.Field)
			}
			return fmt.Errorf("ledger: move a balance: %w", err)
		}})
}

// moveInSteps is move on SQLite, whose statements hold no other changes.
func moveInSteps(ctx context.Context, tx *ent.Tx, c Change, m *Moved) error {
	args := c.args(m)
	var seq int64
	found := false
	step := func(query string) error {
		s := db.NewStatement(ctx, query, args...)
		s.Row = func(scan func(...any) error) error {
			found = true
			return scan(&m.Outstanding, &m.Credit, &m.Net, &seq, &m.Version)
		}
		return db.Together(ctx, tx, s)
	}
	if err := step(add); err != nil {
		return fmt.Errorf("ledger: move a balance: %w", err)
	}
	if !found {
		if err := step(fmt.Sprintf(begin, "true")); err != nil {
			return fmt.Errorf("ledger: begin a balance: %w", err)
		}
	}
	if max(m.Outstanding, m.Credit) > money.MaxMinor {
		return tooLarge(c.Field)
	}
	if c.Posting == nil {
		return nil
	}
	if err := db.Together(ctx, tx, db.NewStatement(ctx, fmt.Sprintf(entry, strconv.FormatInt(seq, 10)), args...)); err != nil {
		return fmt.Errorf("ledger: append: %w", err)
	}
	return nil
}

func tooLarge(field string) error {
	return fault.New(fault.Invalid, field, "The contact's balance would be too large.")
}
