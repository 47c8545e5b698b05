package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// handWritten is what an experienced Go programmer writes for these two requests and no
// others: it trusts its own SQL to name the organization, and has one fixed shape for each
// answer.
type handWritten struct {
	pool  *pgxpool.Pool
	mu    sync.Mutex
	known map[[sha256.Size]byte]entered
}

// entered is who a token let in, for as long as that is believed.
type entered struct {
	caller
	until time.Time
}

type caller struct{ organization, key uuid.UUID }

const believed = 5 * time.Second // as long as Kartela's server

// serveHandWritten serves on a port of its own, which it prints, until the context ends.
func serveHandWritten(ctx context.Context, database string) error {
	debug.SetGCPercent(200) // as Kartela's server
	config, err := pgxpool.ParseConfig(database)
	if err != nil {
		return fmt.Errorf("handwritten: %w", err)
	}
	config.MaxConns = 16 // as Kartela's server
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return fmt.Errorf("handwritten: %w", err)
	}
	defer pool.Close()
	h := &handWritten{pool: pool, known: map[[sha256.Size]byte]entered{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /contacts", h.answer(h.contacts))
	mux.HandleFunc("POST /payments", h.answer(h.recordPayment))
	return serveLoopback(ctx, mux)
}

func serveLoopback(ctx context.Context, handler http.Handler) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	s := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- s.Serve(listener) }()
	fmt.Printf("%shttp://%s/\n", pageLine, listener.Addr())
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
		return s.Close()
	}
}

// errUnfit is a request that names what is not there, or not in the state for it.
var errUnfit = errors.New("no such contact, or no document with so much open")

// answer lets a caller in and writes what f gives as JSON.
func (h *handWritten) answer(f func(context.Context, caller, *http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, err := h.enter(r)
		if err != nil {
			http.Error(w, "unauthenticated", http.StatusUnauthorized)
			return
		}
		out, err := f(r.Context(), who, r)
		if errors.Is(err, errUnfit) {
			http.Error(w, err.Error(), http.StatusConflict)
			return
		}
		if err != nil {
			slog.Error("request failed", "err", err)
			http.Error(w, "internal", http.StatusInternalServerError)
			return
		}
		raw, err := json.Marshal(map[string]any{"data": out})
		if err != nil {
			http.Error(w, "internal", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Content-Length", strconv.Itoa(len(raw)))
		_, _ = w.Write(raw)
	}
}

// enter finds who the request's API key lets in.
func (h *handWritten) enter(r *http.Request) (caller, error) {
	secret, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return caller{}, errors.New("no key")
	}
	hash, now := sha256.Sum256([]byte(secret)), time.Now()
	h.mu.Lock()
	e, ok := h.known[hash]
	h.mu.Unlock()
	if ok && now.Before(e.until) {
		return e.caller, nil
	}
	e = entered{until: now.Add(believed)}
	err := h.pool.QueryRow(r.Context(), `SELECT k.organization_id, k.id FROM api_keys k JOIN organizations o ON o.id = k.organization_id
		WHERE k.key_hash = $1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now()) AND o.closed_at IS NULL`,
		hash[:]).Scan(&e.organization, &e.key)
	if err != nil {
		return caller{}, fmt.Errorf("find the key: %w", err)
	}
	h.mu.Lock()
	h.known[hash] = e
	h.mu.Unlock()
	return e.caller, nil
}

// rowsOf runs f for each row of the next result of a batch.
func rowsOf(results pgx.BatchResults, f func(pgx.Rows) error) error {
	rows, err := results.Query()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// amount is money as the API shows it.
type amount struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
}

func money(minor int64, currency string) amount {
	sign, digits := "", 2
	if minor < 0 {
		sign, minor = "-", -minor
	}
	switch currency {
	case "JPY", "KRW":
		digits = 0
	case "KWD", "BHD":
		digits = 3
	}
	text := strconv.FormatInt(minor, 10)
	if digits > 0 {
		for len(text) <= digits {
			text = "0" + text
		}
		text = text[:len(text)-digits] + "." + text[len(text)-digits:]
	}
	return amount{sign + text, currency}
}

type balanceJSON struct {
	Side        string    `json:"side"`
	Currency    string    `json:"currency"`
	Outstanding amount    `json:"outstanding"`
	Credit      amount    `json:"credit"`
	Net         amount    `json:"net"`
	Version     int64     `json:"version"`
	UpdatedAt   time.Time `json:"updatedAt"`
}

func scanBalance(rows pgx.Rows, first ...any) (b balanceJSON, err error) {
	var outstanding, credit, net int64
	err = rows.Scan(append(first, &b.Side, &b.Currency, &outstanding, &credit, &net, &b.Version, &b.UpdatedAt)...)
	b.Side, b.UpdatedAt = strings.ToUpper(b.Side), b.UpdatedAt.UTC()
	b.Outstanding, b.Credit, b.Net = money(outstanding, b.Currency), money(credit, b.Currency), money(net, b.Currency)
	return b, err
}
