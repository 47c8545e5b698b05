package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

type contactJSON struct {
	ID          uuid.UUID     `json:"id"`
	DisplayName string        `json:"displayName"`
	Profession  string        `json:"profession"`
	VATNumber   string        `json:"vatNumber"`
	IsClient    bool          `json:"isClient"`
	IsSupplier  bool          `json:"isSupplier"`
	ArchivedAt  *time.Time    `json:"archivedAt"`
	Balances    []balanceJSON `json:"balances"`
	Documents   struct {
		Nodes []*documentJSON `json:"nodes"`
	} `json:"documents"`
	sortName string
}

type documentJSON struct {
	ID        uuid.UUID  `json:"id"`
	Number    string     `json:"number"`
	Status    string     `json:"status"`
	Date      string     `json:"date"`
	DueDate   string     `json:"dueDate"`
	PaidState *string    `json:"paidState"`
	IsOverdue bool       `json:"isOverdue"`
	Total     amount     `json:"total"`
	Remaining amount     `json:"remaining"`
	Lines     []lineJSON `json:"lines"`
	currency  string
}

type lineJSON struct {
	ID        uuid.UUID `json:"id"`
	Title     string    `json:"title"`
	Quantity  string    `json:"quantity"`
	Unit      string    `json:"unit"`
	UnitPrice string    `json:"unitPrice"`
	Net       amount    `json:"net"`
}

type pageInfoJSON struct {
	HasNextPage bool    `json:"hasNextPage"`
	EndCursor   *string `json:"endCursor"`
}

type pageJSON struct {
	Contacts struct {
		Nodes    []*contactJSON `json:"nodes"`
		PageInfo pageInfoJSON   `json:"pageInfo"`
	} `json:"contacts"`
}

// contacts answers the contact page in three round trips: the contacts, what hangs below
// them, the lines.
func (h *handWritten) contacts(ctx context.Context, who caller, r *http.Request) (any, error) {
	first, err := strconv.Atoi(r.URL.Query().Get("first"))
	if err != nil || first < 1 || first > 100 {
		return nil, errUnfit
	}
	c, err := h.pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer c.Release()
	var page pageJSON
	page.Contacts.Nodes, err = contactRows(ctx, c.Conn(), who, first+1)
	if err != nil {
		return nil, fmt.Errorf("read contacts: %w", err)
	}
	if len(page.Contacts.Nodes) > first {
		page.Contacts.Nodes, page.Contacts.PageInfo.HasNextPage = page.Contacts.Nodes[:first], true
	}
	if n := len(page.Contacts.Nodes); n > 0 {
		last := page.Contacts.Nodes[n-1]
		end := base64.RawURLEncoding.EncodeToString([]byte("contacts.name\x1f" + last.ID.String() + "\x1f" + last.sortName))
		page.Contacts.PageInfo.EndCursor = &end
	}
	return page, below(ctx, c.Conn(), who, page.Contacts.Nodes)
}

func contactRows(ctx context.Context, c *pgx.Conn, who caller, limit int) (out []*contactJSON, err error) {
	rows, err := c.Query(ctx, `SELECT id, display_name, profession, vat_number, is_client, is_supplier, archived_at, sort_name
		FROM contacts WHERE organization_id = $1 AND merged_into_id IS NULL AND archived_at IS NULL
		ORDER BY sort_name, id LIMIT $2`, who.organization, limit)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		k := &contactJSON{Balances: []balanceJSON{}}
		k.Documents.Nodes = []*documentJSON{}
		err := rows.Scan(&k.ID, &k.DisplayName, &k.Profession, &k.VATNumber, &k.IsClient, &k.IsSupplier, &k.ArchivedAt, &k.sortName)
		if err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	return out, rows.Err()
}

// below reads balances and documents in one round trip, and lines in another.
func below(ctx context.Context, c *pgx.Conn, who caller, contacts []*contactJSON) error {
	ids, byID := make([]uuid.UUID, len(contacts)), make(map[uuid.UUID]*contactJSON, len(contacts))
	for i, k := range contacts {
		ids[i], byID[k.ID] = k.ID, k
	}
	var batch pgx.Batch
	batch.Queue(`SELECT contact_id, side, currency, outstanding, credit, net, version, updated_at
		FROM balances WHERE organization_id = $1 AND contact_id = ANY($2) ORDER BY side, currency`, who.organization, ids)
	batch.Queue(`SELECT d.contact_id, d.id, d.number_text, d.status, d.date::text, d.due_date::text, d.currency, d.total, d.payable, d.settled,
			d.due_date < (now() AT TIME ZONE o.time_zone)::date
		FROM organizations o, unnest($2::uuid[]) AS parents(id), LATERAL (
			SELECT * FROM documents WHERE organization_id = $1 AND contact_id = parents.id ORDER BY date DESC, id DESC LIMIT 5) AS d
		WHERE o.id = $1`, who.organization, ids)
	results := c.SendBatch(ctx, &batch)
	defer func() { _ = results.Close() }()
	err := rowsOf(results, func(rows pgx.Rows) error {
		var contact uuid.UUID
		b, err := scanBalance(rows, &contact)
		if err == nil {
			byID[contact].Balances = append(byID[contact].Balances, b)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("read balances: %w", err)
	}
	documents := make(map[uuid.UUID]*documentJSON, 5*len(contacts))
	err = rowsOf(results, func(rows pgx.Rows) error {
		contact, d, err := scanDocument(rows)
		if err == nil {
			byID[contact].Documents.Nodes = append(byID[contact].Documents.Nodes, d)
			documents[d.ID] = d
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("read documents: %w", err)
	}
	if err := results.Close(); err != nil {
		return err
	}
	return lines(ctx, c, who, documents)
}

func scanDocument(rows pgx.Rows) (contact uuid.UUID, _ *documentJSON, err error) {
	d := &documentJSON{Lines: []lineJSON{}}
	var total, payable, settled int64
	var late bool
	err = rows.Scan(&contact, &d.ID, &d.Number, &d.Status, &d.Date, &d.DueDate, &d.currency, &total, &payable, &settled, &late)
	d.Total, d.Remaining = money(total, d.currency), money(0, d.currency)
	if d.Status == "issued" {
		d.Remaining = money(payable-settled, d.currency)
		d.IsOverdue = late && settled < payable
		state := "PARTIAL"
		switch settled {
		case payable:
			state = "PAID"
		case 0:
			state = "UNPAID"
		}
		d.PaidState = &state
	}
	d.Status = strings.ToUpper(d.Status)
	return contact, d, err
}

func lines(ctx context.Context, c *pgx.Conn, who caller, documents map[uuid.UUID]*documentJSON) error {
	ids := make([]uuid.UUID, 0, len(documents))
	for id := range documents {
		ids = append(ids, id)
	}
	rows, err := c.Query(ctx, `SELECT document_id, id, title, trim_scale(quantity)::text, unit, trim_scale(unit_price)::text, net
		FROM document_lines WHERE organization_id = $1 AND document_id = ANY($2) ORDER BY position`, who.organization, ids)
	if err != nil {
		return fmt.Errorf("read lines: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id uuid.UUID
		var l lineJSON
		var net int64
		if err := rows.Scan(&id, &l.ID, &l.Title, &l.Quantity, &l.Unit, &l.UnitPrice, &net); err != nil {
			return fmt.Errorf("read lines: %w", err)
		}
		d := documents[id]
		l.Net = money(net, d.currency)
		d.Lines = append(d.Lines, l)
	}
	return rows.Err()
}
