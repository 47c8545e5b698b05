package ledger

import (
	"context"
	stdsql "database/sql"
	"fmt"

	"github.com/google/uuid"

	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/viewer"
)

// Difference is a row that is not what its sources say.
type Difference struct {
	Organization uuid.UUID
	Table        string
	ID           uuid.UUID // of the row; where a row is missing, of what should have it
	Field        string    // the column, or what is wrong with the row
	Stored       string
	Computed     string
}

// String is one line for a log.
func (d Difference) String() string {
	return fmt.Sprintf("%s %s of organization %s: %s is %s, its sources say %s", d.Table, d.ID, d.Organization, d.Field, d.Stored, d.Computed)
}

// Verify computes everything that is kept beside its source again, and gives what differs:
//   - balances: outstanding, credit, net and entries from issued documents, recorded payments,
//     allocations and entries; the version is at least the number of entries, but for a contact
//     that others were merged into, which got all of theirs at once;
//   - entries: 1, 2, 3 … in each account; each reversal takes back the entry it names, whole,
//     and nothing else is taken back;
//   - documents and payments: what is settled and allocated, and what stands of them on the
//     ledger;
//   - allocations: contact, currency and state of both ends, and what those across currencies
//     moved between accounts;
//   - refunds: what they take is their amount;
//   - numbers: 1, 2, 3 … in each period of a sequence, up to its counter.
//
// It covers the viewer's organization, all organizations for the system. Each check is one
// statement, whatever the number of rows, and so sees one state of the database: it may run
// while others write.
//
// Faults: UNAUTHENTICATED; FORBIDDEN for who does not run the business.
func (b *Book) Verify(ctx context.Context) ([]Difference, error) {
	v := viewer.From(ctx)
	if v.Kind != viewer.System {
		if _, err := viewer.RequireStaff(ctx, viewer.ManageBusiness); err != nil {
			return nil, err
		}
	}
	var out []Difference
	for _, c := range checks {
		found, err := b.check(ctx, v, c)
		if err != nil {
			return nil, fmt.Errorf("ledger: verify %s: %w", c.table, err)
		}
		out = append(out, found...)
	}
	return out, nil
}

// check is one statement that gives the rows that differ: organization, id, then for each
// field what is stored and what was computed, equal or not.
type check struct {
	table  string
	fields []string
	query  string // over the organizations in own
}

func (b *Book) check(ctx context.Context, v viewer.Viewer, c check) (out []Difference, err error) {
	own, args := "WITH own AS (SELECT id FROM organizations)", []any(nil)
	if v.Kind != viewer.System || v.Organization != uuid.Nil {
		own, args = "WITH own AS (SELECT id FROM organizations WHERE id = ?)", []any{v.Organization}
	}
	rows, err := b.DB.QueryContext(ctx, db.Marked(b.DB.Dialect, own+c.query), args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var organization, id uuid.UUID
		texts := make([]stdsql.NullString, 2*len(c.fields))
		to := []any{&organization, &id}
		for i := range texts {
			to = append(to, &texts[i])
		}
		if err := rows.Scan(to...); err != nil {
			return nil, err
		}
		for i, field := range c.fields {
			if stored, computed := texts[2*i], texts[2*i+1]; stored != computed {
				out = append(out, Difference{organization, c.table, id, field, said(stored), said(computed)})
			}
		}
	}
	return out, rows.Err()
}

func said(s stdsql.NullString) string {
	if !s.Valid {
		return "nothing"
	}
	return s.String
}

// What of a document counts as owed, and what as credit.
const (
	charges = `('invoice', 'bill', 'expense')`
	credits = `('credit_note', 'supplier_credit')` //nolint:gosec // no credential
	refunds = `('client_refund', 'supplier_refund')`

	// What allocation a takes of its payment, in the payment's currency.
	taken = `CASE WHEN a.source_amount > 0 THEN a.source_amount ELSE a.amount END`
)

var checks = []check{
	// Every source adds its part to a row of its account, and the balance is one more part:
	// the account differs when the two sums do.
	{"balances", []string{"outstanding", "credit", "net", "entries", "version"}, `,
parts AS (
  SELECT organization_id, contact_id, side, currency, payable AS outstanding, 0 AS credit, 0 AS net, 0 AS entries,
    0 AS kept_outstanding, 0 AS kept_credit, 0 AS kept_net, 0 AS kept_entries, 0 AS kept_version, NULL AS kept_id
  FROM documents WHERE status = 'issued' AND type IN ` + charges + `
  UNION ALL SELECT organization_id, contact_id, side, currency, 0, payable, 0, 0, 0, 0, 0, 0, 0, NULL
  FROM documents WHERE status = 'issued' AND type IN ` + credits + `
  UNION ALL SELECT organization_id, contact_id, side, currency, 0, amount, 0, 0, 0, 0, 0, 0, 0, NULL
  FROM payments WHERE status = 'recorded' AND kind NOT IN ` + refunds + `
  UNION ALL SELECT d.organization_id, d.contact_id, d.side, d.currency, -a.amount, 0, 0, 0, 0, 0, 0, 0, 0, NULL
  FROM allocations a JOIN documents d ON d.organization_id = a.organization_id AND d.id = a.document_id
  UNION ALL SELECT p.organization_id, p.contact_id, p.side, p.currency, 0, -` + taken + `, 0, 0, 0, 0, 0, 0, 0, NULL
  FROM allocations a JOIN payments p ON p.organization_id = a.organization_id AND p.id = a.payment_id
  UNION ALL SELECT c.organization_id, c.contact_id, c.side, c.currency, 0, -a.amount, 0, 0, 0, 0, 0, 0, 0, NULL
  FROM allocations a JOIN documents c ON c.organization_id = a.organization_id AND c.id = a.credit_id
  UNION ALL SELECT organization_id, contact_id, side, currency, 0, 0, amount, 1, 0, 0, 0, 0, 0, NULL
  FROM ledger_entries
  UNION ALL SELECT organization_id, contact_id, side, currency, 0, 0, 0, 0, outstanding, credit, net, entries, version, CAST(id AS TEXT)
  FROM balances
), accounts AS (
  SELECT organization_id, contact_id, COALESCE(MAX(kept_id), CAST(contact_id AS TEXT)) AS id, COUNT(kept_id) AS kept,
    SUM(outstanding) AS outstanding, SUM(credit) AS credit, SUM(net) AS net, SUM(entries) AS entries,
    SUM(kept_outstanding) AS kept_outstanding, SUM(kept_credit) AS kept_credit, SUM(kept_net) AS kept_net,
    SUM(kept_entries) AS kept_entries, SUM(kept_version) AS kept_version
  FROM parts WHERE organization_id IN (SELECT id FROM own) GROUP BY organization_id, contact_id, side, currency
), judged AS (
  SELECT accounts.*, CASE WHEN EXISTS (SELECT 1 FROM contacts c WHERE c.organization_id = accounts.organization_id AND c.merged_into_id = accounts.contact_id)
    THEN 1 ELSE entries END AS least
  FROM accounts
)
SELECT organization_id, id, CASE WHEN kept > 0 THEN kept_outstanding END, outstanding,
  CASE WHEN kept > 0 THEN kept_credit END, credit, CASE WHEN kept > 0 THEN kept_net END, net,
  CASE WHEN kept > 0 THEN kept_entries END, entries,
  kept_version, CASE WHEN kept_version < least THEN least ELSE kept_version END
FROM judged WHERE kept = 0 OR kept_outstanding <> outstanding OR kept_credit <> credit OR kept_net <> net
  OR kept_net <> outstanding - credit OR kept_entries <> entries OR kept_version < least
ORDER BY 1, 2`},

	{"ledger_entries", []string{"seq"}, `,
placed AS (
  SELECT organization_id, id, seq, 1 + LAG(seq, 1, 0) OVER (PARTITION BY organization_id, contact_id, side, currency ORDER BY seq) AS next
  FROM ledger_entries WHERE organization_id IN (SELECT id FROM own)
)
SELECT organization_id, id, seq, next FROM placed WHERE seq <> next ORDER BY 1, 2`},

	// A reversal, or an exchange difference that takes one back, names an entry that is none, of the same document or payment, side and
	// currency, and takes its whole amount back. Its account is another one only when the
	// contact was merged in between.
	{"ledger_entries", []string{"reverses_id", "amount", "difference", "source", "account"}, `
SELECT r.organization_id, r.id,
  CASE WHEN r.kind LIKE '%\_void' ESCAPE '\' THEN CASE WHEN o.id IS NOT NULL AND o.reverses_id IS NULL AND r.kind = o.kind || '_void' THEN 'a reversal' ELSE 'no reversal of its kind' END
    WHEN r.kind = 'exchange_difference' AND o.kind = 'exchange_difference' AND o.reverses_id IS NULL THEN 'no reversal of its kind'
    ELSE CASE WHEN r.reverses_id IS NULL THEN 'no reversal' ELSE 'a reversal' END END,
  CASE WHEN r.kind LIKE '%\_void' ESCAPE '\' THEN 'a reversal'
    WHEN r.kind = 'exchange_difference' AND o.kind = 'exchange_difference' AND o.reverses_id IS NULL THEN 'no reversal of its kind' ELSE 'no reversal' END,
  CASE WHEN o.id IS NOT NULL THEN r.amount END, -o.amount,
  CASE WHEN o.id IS NOT NULL THEN r.difference END, -o.difference,
  CASE WHEN o.id IS NOT NULL THEN CAST(COALESCE(r.document_id, r.payment_id) AS TEXT) END, CAST(COALESCE(o.document_id, o.payment_id) AS TEXT),
  CASE WHEN o.id IS NOT NULL THEN r.side || ' ' || r.currency || CASE WHEN r.contact_id <> o.contact_id AND c.merged_into_id IS NULL THEN ' of another contact' ELSE '' END END,
  o.side || ' ' || o.currency
FROM ledger_entries r
LEFT JOIN ledger_entries o ON o.organization_id = r.organization_id AND o.id = r.reverses_id
LEFT JOIN contacts c ON c.organization_id = o.organization_id AND c.id = o.contact_id
WHERE r.organization_id IN (SELECT id FROM own) AND (r.reverses_id IS NOT NULL OR r.kind LIKE '%\_void' ESCAPE '\')
ORDER BY 1, 2`},

	{"documents", []string{"settled", "posted"}, `,
parts AS (
  SELECT organization_id, id, settled, 0 AS allocated, 0 AS posted,
    CASE WHEN status <> 'issued' THEN 0 WHEN type IN ` + charges + ` THEN payable WHEN type IN ` + credits + ` THEN -payable ELSE 0 END AS due
  FROM documents
  UNION ALL SELECT organization_id, document_id, 0, amount, 0, 0 FROM allocations WHERE document_id IS NOT NULL
  UNION ALL SELECT organization_id, credit_id, 0, amount, 0, 0 FROM allocations WHERE credit_id IS NOT NULL
  UNION ALL SELECT organization_id, document_id, 0, 0, amount, 0 FROM ledger_entries WHERE kind IN ('document', 'document_void') AND document_id IS NOT NULL
)
SELECT organization_id, id, SUM(settled), SUM(allocated), SUM(posted), SUM(due)
FROM parts WHERE organization_id IN (SELECT id FROM own) GROUP BY organization_id, id
HAVING SUM(settled) <> SUM(allocated) OR SUM(posted) <> SUM(due) ORDER BY 1, 2`},

	// What a refund gives back is what its sources have less.
	{"payments", []string{"allocated", "refunded", "posted"}, `,
parts AS (
  SELECT organization_id, id, allocated, 0 AS named, 0 AS posted, 0 AS given,
    CASE WHEN status = 'recorded' AND kind IN ` + refunds + ` THEN amount ELSE 0 END AS refunded,
    CASE WHEN status <> 'recorded' THEN 0 WHEN kind IN ` + refunds + ` THEN amount ELSE -amount END AS due FROM payments
  UNION ALL SELECT a.organization_id, a.payment_id, 0, ` + taken + `, 0, 0, 0, 0 FROM allocations a WHERE a.payment_id IS NOT NULL
  UNION ALL SELECT organization_id, refund_id, 0, amount, 0, amount, 0, 0 FROM allocations WHERE refund_id IS NOT NULL
  UNION ALL SELECT organization_id, payment_id, 0, 0, amount, 0, 0, 0 FROM ledger_entries WHERE kind IN ('payment', 'payment_void') AND payment_id IS NOT NULL
)
SELECT organization_id, id, SUM(allocated), SUM(named), SUM(refunded), SUM(given), SUM(posted), SUM(due)
FROM parts WHERE organization_id IN (SELECT id FROM own) GROUP BY organization_id, id
HAVING SUM(allocated) <> SUM(named) OR SUM(refunded) <> SUM(given) OR SUM(posted) <> SUM(due) ORDER BY 1, 2`},

	// An allocation is in the currency of what it settles, a document t or a refund r, and takes
	// another currency of its source only where that is a payment that says how much.
	{"allocations", []string{"contact_id", "contact_id", "currency", "source_currency", "target", "source"}, `,
ends AS (
  SELECT a.organization_id, a.id, CAST(a.contact_id AS TEXT) AS contact, a.currency,
    CAST(COALESCE(t.contact_id, r.contact_id) AS TEXT) AS target_contact, COALESCE(t.currency, r.currency) AS target_currency,
    COALESCE(t.status || ' ' || t.side, r.status || ' ' || r.side) AS target,
    CASE WHEN t.id IS NULL THEN 'recorded ' ELSE 'issued ' END || COALESCE(p.side, c.side) AS target_due,
    CAST(COALESCE(p.contact_id, c.contact_id) AS TEXT) AS source_contact, COALESCE(p.currency, c.currency) AS source_currency,
    CASE WHEN a.source_amount = 0 THEN a.currency WHEN p.id IS NOT NULL AND t.id IS NOT NULL AND p.currency <> a.currency THEN p.currency ELSE 'its own' END AS source_due,
    COALESCE(p.status, c.status) AS source, CASE WHEN p.id IS NULL THEN 'issued' ELSE 'recorded' END AS source_state
  FROM allocations a
  LEFT JOIN documents t ON t.organization_id = a.organization_id AND t.id = a.document_id
  LEFT JOIN payments r ON r.organization_id = a.organization_id AND r.id = a.refund_id
  LEFT JOIN payments p ON p.organization_id = a.organization_id AND p.id = a.payment_id
  LEFT JOIN documents c ON c.organization_id = a.organization_id AND c.id = a.credit_id
  WHERE a.organization_id IN (SELECT id FROM own)
)
SELECT organization_id, id, contact, target_contact, contact, source_contact, currency, target_currency, source_due, source_currency,
  target, target_due, source, source_state
FROM ends WHERE contact <> target_contact OR contact <> source_contact OR currency <> target_currency OR source_due <> source_currency
  OR target <> target_due OR source <> source_state
ORDER BY 1, 2`},

	// What moved between the accounts of two currencies is what the allocations across them say.
	{"payments", []string{"exchanged"}, `,
parts AS (
  SELECT organization_id, payment_id, document_id, currency, amount AS posted, 0 AS due FROM ledger_entries
  WHERE kind = 'exchange_difference' AND payment_id IS NOT NULL AND document_id IS NOT NULL
  UNION ALL SELECT organization_id, payment_id, document_id, currency, 0, -amount FROM allocations WHERE source_amount > 0
  UNION ALL SELECT a.organization_id, a.payment_id, a.document_id, p.currency, 0, a.source_amount
  FROM allocations a JOIN payments p ON p.organization_id = a.organization_id AND p.id = a.payment_id WHERE a.source_amount > 0
)
SELECT organization_id, payment_id, SUM(posted), SUM(due)
FROM parts WHERE organization_id IN (SELECT id FROM own) GROUP BY organization_id, payment_id, document_id, currency
HAVING SUM(posted) <> SUM(due) ORDER BY 1, 2`},

	{"documents", []string{"number"}, `,
placed AS (
  SELECT organization_id, id, number, 1 + LAG(number, 1, 0) OVER (PARTITION BY organization_id, sequence_id, number_period ORDER BY number) AS next
  FROM documents WHERE number IS NOT NULL AND organization_id IN (SELECT id FROM own)
)
SELECT organization_id, id, number, next FROM placed WHERE number <> next ORDER BY 1, 2`},

	{"number_counters", []string{"last"}, `,
parts AS (
  SELECT organization_id, sequence_id, number_period AS period, number, 0 AS last, NULL AS kept_id FROM documents WHERE number IS NOT NULL
  UNION ALL SELECT organization_id, sequence_id, period, 0, last, CAST(id AS TEXT) FROM number_counters
)
SELECT organization_id, COALESCE(MAX(kept_id), CAST(sequence_id AS TEXT)), CASE WHEN COUNT(kept_id) > 0 THEN MAX(last) END, MAX(number)
FROM parts WHERE organization_id IN (SELECT id FROM own) GROUP BY organization_id, sequence_id, period
HAVING MAX(last) <> MAX(number) ORDER BY 1, 2`},
}
