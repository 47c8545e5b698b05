package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

type paymentInput struct {
	ContactID  uuid.UUID `json:"contactId"`
	DocumentID uuid.UUID `json:"documentId"`
	Amount     string    `json:"amount"`
	Currency   string    `json:"currency"`
	Date       string    `json:"date"`
	Reference  string    `json:"reference"`
}

type paymentJSON struct {
	ID        uuid.UUID `json:"id"`
	Status    string    `json:"status"`
	Date      string    `json:"date"`
	Method    string    `json:"method"`
	Reference string    `json:"reference"`
	Amount    amount    `json:"amount"`
	Allocated amount    `json:"allocated"`
	Credit    amount    `json:"credit"`
	CreatedAt time.Time `json:"createdAt"`
	Version   int64     `json:"version"`
}

type recordedJSON struct {
	RecordPayment struct {
		Payment  paymentJSON   `json:"payment"`
		Balances []balanceJSON `json:"balances"`
	} `json:"recordPayment"`
}

// record does in one statement what recordPayment does in eight: each part depends on the
// one before, so that the locks are taken in the same order (contact, document, balance),
// and nothing is written when the contact or the document does not fit.
const record = `WITH
contact AS (SELECT id FROM contacts WHERE organization_id = $1 AND id = $2 AND archived_at IS NULL AND merged_into_id IS NULL FOR KEY SHARE),
document AS (UPDATE documents SET settled = settled + $4, version = version + 1, updated_at = $5
  WHERE organization_id = $1 AND id = $3 AND contact_id = (SELECT id FROM contact) AND type = 'invoice' AND status = 'issued'
    AND currency = $6 AND payable - settled >= $4 RETURNING id),
payment AS (INSERT INTO payments (id, organization_id, created_at, updated_at, kind, side, contact_id, date, amount, currency, reference, allocated, created_by)
  SELECT $7, $1, $5, $5, 'client_payment', 'client', $2, $8::text::date, $4, $6, $9, $4, $10 FROM document),
allocation AS (INSERT INTO allocations (id, organization_id, created_at, contact_id, payment_id, document_id, currency, amount)
  SELECT $11, $1, $5, $2, $7, id, $6, $4 FROM document),
balance AS (UPDATE balances SET outstanding = outstanding - $4, net = net - $4, entries = entries + 1, version = version + 1, updated_at = $5
  FROM document WHERE organization_id = $1 AND contact_id = $2 AND side = 'client' AND currency = $6 RETURNING entries),
entry AS (INSERT INTO ledger_entries (id, organization_id, created_at, contact_id, side, currency, seq, kind, amount, date, payment_id)
  SELECT $12, $1, $5, $2, 'client', $6, entries, 'payment', -$4::bigint, $8::text::date, $7 FROM balance),
history AS (INSERT INTO audit_events (id, organization_id, created_at, actor_kind, actor_id, action, object_type, object_id, contact_id, after)
  SELECT $13, $1, $5, 'api_key', $10, 'recordPayment', 'payment', $7, $2, $14 FROM document)
SELECT 1 FROM balance`

// recordPayment records a payment that settles one document whole, in one transaction and
// one round trip.
func (h *handWritten) recordPayment(ctx context.Context, who caller, r *http.Request) (any, error) {
	var in paymentInput
	if err := json.NewDecoder(http.MaxBytesReader(nil, r.Body, 1<<20)).Decode(&in); err != nil {
		return nil, errUnfit
	}
	minor, err := minorOf(in.Amount)
	if err != nil || minor <= 0 || in.Currency != "EUR" || len(in.Reference) > 200 {
		return nil, errUnfit
	}
	if _, err := time.Parse(time.DateOnly, in.Date); err != nil {
		return nil, errUnfit
	}
	now, id := time.Now().UTC().Truncate(time.Microsecond), newID()
	after, err := json.Marshal(map[string]any{"amount": minor, "currency": in.Currency, "date": in.Date, "method": "bank_transfer", "allocated": minor})
	if err != nil {
		return nil, err
	}
	var batch pgx.Batch // without BEGIN one batch is one transaction
	batch.Queue(record, who.organization, in.ContactID, in.DocumentID, minor, now, in.Currency, id, in.Date, in.Reference, who.key,
		newID(), newID(), newID(), json.RawMessage(after))
	batch.Queue(`SELECT side, currency, outstanding, credit, net, version, updated_at FROM balances
		WHERE organization_id = $1 AND contact_id = $2 ORDER BY side, currency`, who.organization, in.ContactID)
	results := h.pool.SendBatch(ctx, &batch)
	defer func() { _ = results.Close() }()
	var one int
	err = results.QueryRow().Scan(&one)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, errUnfit
	}
	if err != nil {
		return nil, fmt.Errorf("record a payment: %w", err)
	}
	var out recordedJSON
	err = rowsOf(results, func(rows pgx.Rows) error {
		b, err := scanBalance(rows)
		out.RecordPayment.Balances = append(out.RecordPayment.Balances, b)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read balances: %w", err)
	}
	out.RecordPayment.Payment = paymentJSON{ID: id, Status: "RECORDED", Date: in.Date, Method: "BANK_TRANSFER", Reference: in.Reference,
		Amount: money(minor, in.Currency), Allocated: money(minor, in.Currency), Credit: money(0, in.Currency), CreatedAt: now, Version: 1}
	return out, results.Close() // the commit
}

// minorOf reads an amount with two decimals.
func minorOf(s string) (int64, error) {
	whole, fraction, _ := strings.Cut(s, ".")
	if len(fraction) > 2 {
		return 0, errUnfit
	}
	var n int64
	for _, digit := range whole + (fraction + "00")[:2] {
		if digit < '0' || digit > '9' || n > 1<<53 {
			return 0, errUnfit
		}
		n = n*10 + int64(digit-'0')
	}
	return n, nil
}
