package ledger

import (
	"context"
	stdsql "database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"entgo.io/ent/dialect"
	"github.com/google/uuid"

	"github.com/kartela/kartela/ent/balance"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/viewer"
)

// Followed is a contact within its organization.
type Followed struct{ Organization, Contact uuid.UUID }

// Found is a contact as Look found it, once for each of its balances; without one, the state
// is that of no balance: version 0.
type Found struct {
	Moved
	Merged     bool  // into another contact
	Restricted int64 // the contact's version while only some of the staff may see it; else 0
}

// Of the contacts that are followed one by one everything, which is compared by version. Of
// organizations that are followed as a whole what changed lately: that there is no index of
// updated_at keeps a change of a balance within its page (a heap-only update), and the unique
// key of the balances begins with the organization.
const (
	lookOne = `SELECT c.organization_id, c.id, c.merged_into_id IS NOT NULL, CASE WHEN c.restricted THEN c.version ELSE 0 END,
  b.side, b.currency, b.outstanding, b.credit, b.net, b.version, b.updated_at
FROM %s
JOIN contacts AS c ON c.organization_id = f.organization AND c.id = f.contact
LEFT JOIN balances AS b ON b.organization_id = c.organization_id AND b.contact_id = c.id`
	lookAll = `
UNION ALL
SELECT b.organization_id, b.contact_id, %s, 0, b.side, b.currency, b.outstanding, b.credit, b.net, b.version, b.updated_at
FROM balances AS b WHERE b.organization_id IN (SELECT o.organization FROM %s) AND b.updated_at >= ?`
)

// Look reads, by one statement, where contacts stand, and which balances of whole organizations
// changed since a time. It is the system's own, for what is pushed to others under their rules.
func (b *Book) Look(ctx context.Context, contacts []Followed, organizations []uuid.UUID, since time.Time) ([]Found, error) {
	ctx = viewer.AsSystem(ctx, "compare the versions of what is followed")
	query, args, err := b.look(contacts, organizations)
	if err != nil {
		return nil, err
	}
	rows, err := b.DB.QueryContext(ctx, db.Marked(b.DB.Dialect, query), append(args, since.UTC())...)
	if err != nil {
		return nil, fmt.Errorf("ledger: look: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []Found
	for rows.Next() {
		f, err := found(rows)
		if err != nil {
			return nil, fmt.Errorf("ledger: look: %w", err)
		}
		out = append(out, f)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, fmt.Errorf("ledger: look: %w", err)
	}
	return out, nil
}

// look is the statement, with what is followed as arrays, or on SQLite as JSON.
func (b *Book) look(contacts []Followed, organizations []uuid.UUID) (query string, args []any, err error) {
	pairs := make([][2]uuid.UUID, len(contacts))
	for i, c := range contacts {
		pairs[i] = [2]uuid.UUID{c.Organization, c.Contact}
	}
	one, args, err := db.Pairs(b.DB.Dialect, "organization", "contact", pairs)
	if err != nil {
		return "", nil, err
	}
	if b.DB.Dialect == dialect.Postgres {
		all := make([][16]byte, len(organizations))
		for i, o := range organizations {
			all[i] = o
		}
		return fmt.Sprintf(lookOne, one) + fmt.Sprintf(lookAll, "false", "unnest(?::uuid[]) AS o(organization)"), append(args, all), nil
	}
	if organizations == nil {
		organizations = []uuid.UUID{}
	}
	all, err := json.Marshal(organizations)
	if err != nil {
		return "", nil, fmt.Errorf("ledger: look: %w", err)
	}
	return fmt.Sprintf(lookOne, one) + fmt.Sprintf(lookAll, "0", "(SELECT value AS organization FROM json_each(?)) AS o"), append(args, string(all)), nil
}

func found(rows *stdsql.Rows) (f Found, err error) {
	var side, currency stdsql.NullString
	var outstanding, credit, net, version stdsql.NullInt64
	var updated stdsql.NullTime
	err = rows.Scan(&f.Organization, &f.ContactID, &f.Merged, &f.Restricted, &side, &currency, &outstanding, &credit, &net, &version, &updated)
	f.Side, f.Currency = balance.Side(side.String), money.Currency(currency.String)
	f.Outstanding, f.Credit, f.Net = money.Minor(outstanding.Int64), money.Minor(credit.Int64), money.Minor(net.Int64)
	f.Version, f.UpdatedAt = version.Int64, updated.Time.UTC()
	return f, err
}
