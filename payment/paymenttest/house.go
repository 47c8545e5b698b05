// Package paymenttest gives tests a business: the services that handle its money, an
// organization, and its actions in as few words as a test can take.
package paymenttest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/kartela/kartela/contact"
	"github.com/kartela/kartela/day"
	"github.com/kartela/kartela/document"
	entdocument "github.com/kartela/kartela/ent/document"
	entpayment "github.com/kartela/kartela/ent/payment"
	"github.com/kartela/kartela/fault"
	"github.com/kartela/kartela/internal/db"
	"github.com/kartela/kartela/internal/dbtest"
	"github.com/kartela/kartela/ledger"
	"github.com/kartela/kartela/money"
	"github.com/kartela/kartela/payment"
	"github.com/kartela/kartela/statement"
	"github.com/kartela/kartela/viewer"
)

// House is the services over one database.
type House struct {
	DB         *db.DB
	Ledger     *ledger.Book
	Contacts   *contact.Service
	Documents  *document.Service
	Payments   *payment.Service
	Statements *statement.Service

	mu    sync.Mutex
	moved []ledger.Moved
}

// Noon is the present in every house: 15 June 2026, the same date in every zone but the last.
var Noon = time.Date(2026, 6, 15, 12, 0, 0, 0, time.UTC)

// New opens the house over a database.
func New(d *db.DB) *House {
	now := func() time.Time { return Noon }
	h := &House{DB: d, Contacts: &contact.Service{DB: d, Ended: func(viewer.Ended) {}, AccessChanged: func(uuid.UUID) {}}}
	h.Ledger = &ledger.Book{DB: d, Announce: func(m ledger.Moved) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.moved = append(h.moved, m)
	}}
	h.Documents = &document.Service{DB: d, Ledger: h.Ledger, Contacts: h.Contacts, Now: now}
	h.Payments = &payment.Service{DB: d, Ledger: h.Ledger, Contacts: h.Contacts, Documents: h.Documents, Now: now}
	h.Documents.Payer = h.Payments
	h.Statements = &statement.Service{DB: d, Contacts: h.Contacts, Documents: h.Documents, Payments: h.Payments, Now: now}
	return h
}

// Moved is what was announced so far, in the order of the announcements.
func (h *House) Moved() []ledger.Moved {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]ledger.Moved(nil), h.moved...)
}

// Client makes a client.
func (h *House) Client(t testing.TB, ctx context.Context, company string) uuid.UUID {
	t.Helper()
	yes := true
	c, err := h.Contacts.Create(ctx, contact.CreateInput{Fields: contact.Fields{Company: &company, IsClient: &yes}})
	Must(t, err)
	return c.ID
}

// Invoice is the input of a draft of one line without tax, in a currency of 1 to the base.
func Invoice(client uuid.UUID, currency money.Currency, amount string) document.CreateInput {
	in := document.CreateInput{Type: entdocument.TypeInvoice, ContactID: client, Currency: &currency,
		Lines: []*document.LineInput{{Title: "work", UnitPrice: new(money.MustDecimal(amount))}}}
	if currency != "EUR" {
		rate := money.MustDecimal("0.006")
		in.ExchangeRate = &rate
	}
	return in
}

// Draft makes a draft in euros.
func (h *House) Draft(t testing.TB, ctx context.Context, client uuid.UUID, amount string) *document.Document {
	t.Helper()
	d, err := h.Documents.Create(ctx, Invoice(client, "EUR", amount))
	Must(t, err)
	return d
}

// Issued makes an issued invoice in euros.
func (h *House) Issued(t testing.TB, ctx context.Context, client uuid.UUID, amount string) *document.Document {
	t.Helper()
	d, err := h.Documents.Issue(ctx, document.IDInput{ID: h.Draft(t, ctx, client, amount).ID})
	Must(t, err)
	return d
}

// Contact makes one that is client and supplier.
func (h *House) Contact(t testing.TB, ctx context.Context, company string) uuid.UUID {
	t.Helper()
	yes := true
	c, err := h.Contacts.Create(ctx, contact.CreateInput{Fields: contact.Fields{Company: &company, IsClient: &yes, IsSupplier: &yes}})
	Must(t, err)
	return c.ID
}

// IssuedAs makes an issued document of a type in euros; an expense is paid in cash.
func (h *House) IssuedAs(t testing.TB, ctx context.Context, typ entdocument.Type, of uuid.UUID, amount string) *document.Document {
	t.Helper()
	in := Invoice(of, "EUR", amount)
	if in.Type = typ; typ == entdocument.TypeExpense {
		cash := entpayment.MethodCash
		in.PaidBy = &cash
	}
	d, err := h.Documents.Create(ctx, in)
	Must(t, err)
	d, err = h.Documents.Issue(ctx, document.IDInput{ID: d.ID})
	Must(t, err)
	return d
}

// Paid records a payment in euros that settles the documents named, each whole.
func (h *House) Paid(t testing.TB, ctx context.Context, client uuid.UUID, amount string, docs ...*document.Document) *payment.Payment {
	t.Helper()
	in := payment.RecordInput{ContactID: client, Amount: money.MustDecimal(amount)}
	for _, d := range docs {
		in.Allocations = append(in.Allocations, &payment.AllocationInput{DocumentID: d.ID, Amount: d.Payable().Amount()})
	}
	p, err := h.Payments.Record(ctx, in)
	Must(t, err)
	return p
}

// Verified fails the test when anything is not what its source says, in any organization.
func (h *House) Verified(t testing.TB) {
	t.Helper()
	found, err := h.Ledger.Verify(viewer.AsSystem(context.Background(), "a test's check"))
	if err != nil {
		t.Error(err) // may not be the test's own goroutine
	}
	for _, d := range found {
		t.Error(d)
	}
}

// Exec runs a statement past all rules, as the database's owner; each ? is an argument.
func (h *House) Exec(t testing.TB, query string, args ...any) {
	t.Helper()
	_, err := h.DB.ExecContext(viewer.AsSystem(context.Background(), "a test's statement"), db.Marked(h.DB.Dialect, query), args...)
	Must(t, err)
}

// Count reads a number past all rules.
func (h *House) Count(t testing.TB, query string, args ...any) (n int) {
	t.Helper()
	_, err := fmt.Sscan(h.rows(t, viewer.AsSystem(context.Background(), "a test's count"), query, args...)[0], &n)
	Must(t, err)
	return n
}

// Dump is every row of the organization in every table, as text: what a refused call leaves
// as it was.
func (h *House) Dump(t testing.TB, ctx context.Context) map[string][]string {
	t.Helper()
	system := viewer.AsSystem(context.Background(), "a test's dump")
	list := `SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = 'organization_id' WHERE m.type = 'table'`
	if h.DB.Dialect == "postgres" {
		list = `SELECT table_name FROM information_schema.columns WHERE table_schema = current_schema() AND column_name = 'organization_id'`
	}
	out := map[string][]string{}
	for _, table := range h.rows(t, system, list) {
		out[table] = h.rows(t, system, "SELECT * FROM "+table+" WHERE organization_id = ? ORDER BY id", viewer.From(ctx).Organization)
	}
	return out
}

func (h *House) rows(t testing.TB, ctx context.Context, query string, args ...any) (out []string) {
	t.Helper()
	rows, err := h.DB.QueryContext(ctx, db.Marked(h.DB.Dialect, query), args...)
	Must(t, err)
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	Must(t, err)
	values := make([]any, len(columns))
	for i := range values {
		values[i] = new(any)
	}
	for rows.Next() {
		Must(t, rows.Scan(values...))
		texts := make([]string, len(columns))
		for i, v := range values {
			texts[i] = fmt.Sprint(*v.(*any)) //nolint:errcheck,forcetypeassert // made above
		}
		out = append(out, strings.Join(texts, " | "))
	}
	Must(t, rows.Err())
	return out
}

// Refused holds a call to the codes and fields it must fail with, as Faults writes them, and
// to leaving every row of ctx's organization as it was.
func (h *House) Refused(t testing.TB, ctx context.Context, want string, call func() error) {
	t.Helper()
	before := h.Dump(t, ctx)
	if got := Faults(call()); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if diff := cmp.Diff(before, h.Dump(t, ctx)); diff != "" {
		t.Errorf("something was written (-before +after):\n%s", diff)
	}
}

// Who is everybody who may not change money, by name.
func Who(t testing.TB, ctx context.Context, d *db.DB, contacts ...uuid.UUID) map[string]context.Context {
	t.Helper()
	v := viewer.From(ctx)
	return map[string]context.Context{
		"read-only":   dbtest.Member(t, ctx, d, viewer.ReadOnly),
		"time-keeper": dbtest.Member(t, ctx, d, viewer.TimeKeeper),
		"portal":      viewer.With(ctx, viewer.Viewer{Kind: viewer.Portal, Organization: v.Organization, User: v.User, Contacts: contacts}),
		"nobody":      context.Background(),
	}
}

// Keyed is a context whose next mutation carries the idempotency key.
func Keyed(ctx context.Context, key string, input byte) context.Context {
	return db.WithRequest(ctx, db.Request{Key: key, Hash: [32]byte{input}})
}

// Must stops the test at an error.
func Must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Faults is the codes and fields of an error, in order ("INVALID amount, CONFLICT"); "" for
// none, the text of an error that is no fault, or that hides a breach of the database's rules.
func Faults(err error) string {
	if err == nil {
		return ""
	}
	all, ok := fault.All(err)
	if !ok || strings.Contains(err.Error(), "This clashes with something") {
		return "not a fault: " + err.Error()
	}
	texts := make([]string, len(all))
	for i, f := range all {
		texts[i] = strings.TrimSpace(string(f.Code) + " " + f.Field)
	}
	return strings.Join(texts, ", ")
}

// On is a date.
func On(s string) *day.Date {
	d := day.Date(s)
	return &d
}
