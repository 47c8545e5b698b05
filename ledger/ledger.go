// Package ledger is the only writer of ledger entries and balances. It owns the three
// amounts of a balance and the rule that binds them, net = outstanding − credit = sum of
// the ledger; it does not know why something is posted.
package ledger

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"entgo.io/ent/dialect"
	"github.com/google/uuid"

	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/balance"
	"github.com/kartela/kartela/ent/ledgerentry"
	"github.com/kartela/kartela/ent/schema"
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
	Field       string // of the input that it comes from, for what an account refuses
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

// Apply makes one change of an account in the transaction of what causes it, and has it
// announced after the commit. The change may wait for the commit (see db.Later), behind all
// that waits with it: the balance is locked for as short as can be.
//
// Faults, of the transaction if not of Apply: INVALID on the change's field when the account
// would leave ±2^53 minor units. A change that breaks the rule of the three amounts is our own
// failure and rolls everything back.
func (b *Book) Apply(ctx context.Context, tx *ent.Tx, c Change) error {
	posted := money.Minor(0)
	if c.Posting != nil {
		posted = c.Posting.Amount
	}
	if posted != c.Outstanding-c.Credit {
		return fmt.Errorf("ledger: posting %d is not outstanding %d less credit %d", posted, c.Outstanding, c.Credit)
	}
	m := &Moved{Organization: viewer.From(ctx).Organization, ContactID: c.ContactID, Side: balance.Side(c.Side),
		Currency: c.Currency, UpdatedAt: schema.Now()}
	var err error
	if b.DB.Dialect == dialect.Postgres {
		err = move(ctx, tx, c, m)
	} else {
		err = moveInSteps(ctx, tx, c, m)
	}
	if err != nil {
		return err
	}
	db.AfterCommit(ctx, func() { b.Announce(*m) })
	return nil
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
		if err := b.Apply(ctx, tx, c); err != nil {
			return err
		}
	}
	return nil
}
