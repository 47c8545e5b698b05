package ledger

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect/sql"
	"github.com/google/uuid"

	"github.com/kartela/kartela/ent"
	"github.com/kartela/kartela/ent/balance"
	"github.com/kartela/kartela/ent/ledgerentry"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/viewer"
)

// Balance is where an account stands.
type Balance struct{ *ent.Balance }

// Outstanding is what remains to be paid.
func (b Balance) Outstanding() money.Money { return money.New(b.Balance.Outstanding, b.Currency) }

// Credit is what settles nothing yet.
func (b Balance) Credit() money.Money { return money.New(b.Balance.Credit, b.Currency) }

// Net is outstanding less credit.
func (b Balance) Net() money.Money { return money.New(b.Balance.Net, b.Currency) }

// Balance is the state as a row.
func (m Moved) Balance() *Balance {
	return &Balance{&ent.Balance{OrganizationID: m.Organization, ContactID: m.ContactID, Side: m.Side, Currency: m.Currency,
		Outstanding: m.Outstanding, Credit: m.Credit, Net: m.Net, Version: m.Version, UpdatedAt: m.UpdatedAt}}
}

// Balances reads the balances of contacts that the viewer may see, by one statement, each
// contact's by side and currency.
func (b *Book) Balances(ctx context.Context, contacts []uuid.UUID) (map[uuid.UUID][]*Balance, error) {
	rows, err := b.DB.Balance.Query().Where(balance.ContactIDIn(contacts...)).
		Order(balance.BySide(), balance.ByCurrency()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("ledger: read balances: %w", err)
	}
	out := make(map[uuid.UUID][]*Balance, len(contacts))
	for _, r := range rows {
		out[r.ContactID] = append(out[r.ContactID], &Balance{r})
	}
	return out, nil
}

// PostedFor finds the entry by which a document, or a payment, stands on the ledger now: the
// one that no other takes back. It may be on the account of a contact that was merged since.
func PostedFor(ctx context.Context, tx *ent.Tx, documentID, paymentID *uuid.UUID) (*ent.LedgerEntry, error) {
	q := tx.LedgerEntry.Query().Where(ledgerentry.ReversesIDIsNil(), stands)
	if documentID != nil {
		q.Where(ledgerentry.DocumentID(*documentID), ledgerentry.KindEQ(ledgerentry.KindDocument))
	}
	if paymentID != nil {
		q.Where(ledgerentry.PaymentID(*paymentID), ledgerentry.KindEQ(ledgerentry.KindPayment))
	}
	row, err := q.Only(ctx)
	if err != nil {
		return nil, fmt.Errorf("ledger: find what was posted: %w", err)
	}
	return row, nil
}

// Exchanged finds the exchange differences by which a payment stands on documents of other
// currencies now, two for each time that it was allocated to one.
func Exchanged(ctx context.Context, tx *ent.Tx, paymentID uuid.UUID, documents []uuid.UUID) ([]*ent.LedgerEntry, error) {
	rows, err := tx.LedgerEntry.Query().Where(ledgerentry.ReversesIDIsNil(), stands, ledgerentry.PaymentID(paymentID),
		ledgerentry.DocumentIDIn(documents...), ledgerentry.KindEQ(ledgerentry.KindExchangeDifference)).Order(ledgerentry.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("ledger: find exchange differences: %w", err)
	}
	return rows, nil
}

// stands leaves out the entries that were taken back.
func stands(s *sql.Selector) {
	back := sql.Table(ledgerentry.Table).As("back")
	s.Where(sql.NotExists(sql.Dialect(s.Dialect()).Select(back.C(ledgerentry.FieldID)).From(back).Where(sql.And(
		sql.ColumnsEQ(back.C(ledgerentry.FieldOrganizationID), s.C(ledgerentry.FieldOrganizationID)),
		sql.ColumnsEQ(back.C(ledgerentry.FieldReversesID), s.C(ledgerentry.FieldID))))))
}

// Sees says whether the viewer may see balances of a side, as the row rule has it.
func Sees(v viewer.Viewer, side balance.Side) bool {
	switch {
	case v.Kind == viewer.Portal:
		return side == balance.SideClient
	case side == balance.SideClient:
		return v.Role.May(viewer.SeeSales)
	}
	return v.Role.May(viewer.SeePurchases)
}
