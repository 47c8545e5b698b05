package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// payingHand records payments by the statements that payment.Service.Record runs, all of them
// in one round trip and one implicit transaction. It looks at what it read when all is done,
// and takes for granted what the service finds out in between. It works as the role that owns the
// tables, without row-level security.
type payingHand struct {
	pool                *pgxpool.Pool
	organization, actor uuid.UUID
}

// handStatements is how many there are below.
const handStatements = 10

// The statements, in the service's order.
const (
	handClaim = `INSERT INTO idempotency_records (id, organization_id, created_at, actor_id, key, request_hash) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (organization_id, actor_id, key) DO NOTHING RETURNING id`
	handContact      = `SELECT id, archived_at FROM contacts WHERE id = $1 AND merged_into_id IS NULL AND organization_id = $2 FOR SHARE`
	handOrganization = `SELECT base_currency, time_zone, closing_date FROM organizations WHERE id = $1`
	handDocuments    = `SELECT id, contact_id, type, side, status, currency, date, exchange_rate, payable, settled FROM documents
		WHERE id IN ($1) AND organization_id = $2 ORDER BY id FOR UPDATE`
	handPayment = `INSERT INTO payments (id, organization_id, created_at, updated_at, version, kind, side, status, contact_id, date, amount, currency, method,
		reference, notes, exchange_rate, allocated, created_by) VALUES ($1, $2, $3, $3, 1, $4, $5, 'recorded', $6, $7, $8, $9, $10, $11, '', $12, $8, $13)`
	handAllocation = `INSERT INTO allocations (id, organization_id, created_at, contact_id, payment_id, document_id, currency, amount, source_amount)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)
		ON CONFLICT (organization_id, payment_id, document_id) DO UPDATE SET amount = allocations.amount + excluded.amount,
			source_amount = allocations.source_amount + excluded.source_amount`
	handSettle = `WITH changed AS (UPDATE documents SET version = version + 1, updated_at = $2, settled = (SELECT COALESCE(SUM(a.amount), 0) FROM allocations a
			WHERE a.organization_id = documents.organization_id AND (a.document_id = documents.id OR a.credit_id = documents.id))
		WHERE organization_id = $1 AND id IN ($3) RETURNING 1) SELECT 1 / (count(*) = 1)::int FROM changed`
	handHistory = `INSERT INTO audit_events (id, organization_id, created_at, actor_kind, actor_id, action, object_type, object_id, contact_id, after)
		VALUES ($1, $2, $3, 'user', $4, 'recordPayment', 'payment', $5, $6, $7)`
	handResult  = `UPDATE idempotency_records SET result = $1 WHERE organization_id = $2 AND actor_id = $3 AND key = $4`
	handBalance = `WITH moved AS (UPDATE balances SET outstanding = outstanding + $1, credit = credit + $2, net = net + $3, entries = entries + $4, version = version + 1,
			updated_at = $5 WHERE organization_id = $6 AND contact_id = $7 AND side = $8 AND currency = $9 RETURNING outstanding, credit, net, entries, version),
		made AS (INSERT INTO balances AS b (outstanding, credit, net, entries, created_at, updated_at, organization_id, contact_id, side, currency, id, version)
			SELECT $1, $2, $3, $4, $5, $5, $6, $7, $8, $9, $10::uuid, 1 WHERE NOT EXISTS (SELECT FROM moved)
			ON CONFLICT (organization_id, contact_id, side, currency) DO UPDATE SET outstanding = b.outstanding + excluded.outstanding, credit = b.credit + excluded.credit,
				net = b.net + excluded.net, entries = b.entries + excluded.entries, version = b.version + 1, updated_at = excluded.updated_at
			RETURNING outstanding, credit, net, entries, version),
		now AS (SELECT * FROM moved UNION ALL SELECT * FROM made),
		posted AS (INSERT INTO ledger_entries (seq, created_at, organization_id, contact_id, side, currency, id, kind, amount, date, document_id, payment_id, difference, reverses_id)
			SELECT entries, $5, $6, $7, $8, $9, $11::uuid, $12::varchar, $3, $13::date, $14::uuid, $15::uuid, $16::bigint, $17::uuid FROM now)
		SELECT outstanding, credit, net, entries, version, 1 / (outstanding <= 9007199254740992 AND credit <= 9007199254740992)::int FROM now`
)

func (h *payingHand) record(ctx context.Context, t target) error {
	const minor, currency, side = int64(1), "EUR", "client"
	now, id, key, date := time.Now().UTC().Truncate(time.Microsecond), newID(), newID().String(), today()
	after, err := json.Marshal(map[string]any{"kind": "client_payment", "amount": minor, "currency": currency, "date": date, "method": "bank_transfer", "allocated": minor})
	if err != nil {
		return err
	}
	result, err := json.Marshal(id)
	if err != nil {
		return err
	}
	var b pgx.Batch // without BEGIN one batch is one transaction
	var claimed, found uuid.UUID
	fine := false
	b.Queue(handClaim, newID(), h.organization, now, h.actor, key, id[:]).QueryRow(func(row pgx.Row) error { return row.Scan(&claimed) })
	b.Queue(handContact, t.contact, h.organization).QueryRow(func(row pgx.Row) error {
		var archived *time.Time
		return row.Scan(&found, &archived)
	})
	b.Queue(handOrganization, h.organization).QueryRow(func(row pgx.Row) error {
		var base, zone string
		var closing *time.Time
		return row.Scan(&base, &zone, &closing)
	})
	b.Queue(handDocuments, t.document, h.organization).QueryRow(func(row pgx.Row) error {
		var document, contact uuid.UUID
		var typ, side, status, currency, rate string
		var on time.Time
		var payable, settled int64
		err := row.Scan(&document, &contact, &typ, &side, &status, &currency, &on, &rate, &payable, &settled)
		fine = contact == t.contact && status == "issued" && payable-settled >= minor
		return err
	})
	b.Queue(handPayment, id, h.organization, now, "client_payment", side, t.contact, date, minor, currency, "bank_transfer", "bench", "1", h.actor)
	b.Queue(handAllocation, newID(), h.organization, now, t.contact, id, t.document, currency, minor)
	b.Queue(handSettle, h.organization, now, t.document)
	b.Queue(handHistory, newID(), h.organization, now, h.actor, id, t.contact, json.RawMessage(after))
	b.Queue(handResult, json.RawMessage(result), h.organization, h.actor, key)
	b.Queue(handBalance, -minor, 0, -minor, 1, now, h.organization, t.contact, side, currency, newID(), newID(), "payment", date, nil, id, 0, nil).
		QueryRow(func(row pgx.Row) error {
			var outstanding, credit, net, entries, version, one int64
			return row.Scan(&outstanding, &credit, &net, &entries, &version, &one)
		})
	if err := h.pool.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("record a payment by hand: %w", err)
	}
	if !fine || found != t.contact || claimed == uuid.Nil {
		return errors.New("a payment by hand is not what it should be")
	}
	return nil
}
